"""Branch and bound on prices: split the centres that one node may have, bound both halves again."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from zoning.regionalization.bound import Relaxation, relax
from zoning.regionalization.exact import Exact, solve_exactly
from zoning.regionalization.fixing import open_pairs, restrict
from zoning.regionalization.instance import Flags, Floats, Instance
from zoning.regionalization.knapsack import make_columns
from zoning.regionalization.moves import Ground
from zoning.regionalization.search import Found, best_of, improve
from zoning.regionalization.starts import start_plans

TRIES: Final = 4
TRIAL_STEPS: Final = 15
"""Nodes of the instance that are tried for a split, and evaluations of the bound of each half."""

STEPS: Final = 60
LENGTH: Final = 0.2
"""Evaluations of the bound of a half that is kept, and the first length of their steps."""

FEW: Final = 1.5
TREE: Final = 50
"""Open pairs per node up to which a half is left to the exact model, and nodes of its tree."""

SWEEPS: Final = 300
EVERY: Final = 8
"""Proposals per node of an annealing for a better plan, and at which halves one is made."""

CLOSED: Final = 1e-9
"""Gap, as a share of the objective, at which a half holds no better plan."""


@dataclass(frozen=True, kw_only=True)
class Branched:
    """Result of a search tree.

    Parameters
    ----------
    found
        Best plan known, or None.
    bound
        Proven lower bound, at most `upper` or the objective of the best plan.
    halves
        Halves bounded.
    """

    found: Found | None
    bound: float
    halves: int


@dataclass
class _Leaf:
    part: Instance
    found: Relaxation


def branch(
    instance: Instance,
    ground: Ground,
    root: tuple[Instance, Relaxation],
    best: Found | None,
    rng: np.random.Generator,
    *,
    upper: float,
    most: int,
    has_time: Callable[[], bool],
) -> Branched:
    """Search a tree for a better plan and a better bound, the weakest bound first.

    Parameters
    ----------
    instance, ground
        The instance and its layout for the kernels.
    root
        The instance over its open pairs, and its relaxation.
    best
        The best plan known, if any.
    rng
        Source of chance.
    upper
        Objective from which on plans are of no interest.
    most
        Most halves to bound: the limit by counted work.
    has_time
        Asked before each split.

    Returns
    -------
    Branched
        The bound equals the objective when no cheaper plan exists.

    Notes
    -----
    A node is served by one centre, so any split of its centres in two parts the plans. The split
    that counts has shares of the relaxation on both sides, and centres near each other on one side.
    """
    leaves: list[tuple[float, int, _Leaf]] = [(root[1].bound, 0, _Leaf(*root))]
    halves = 0
    settled = math.inf
    while leaves and halves < most and has_time():
        bound, _, leaf = heapq.heappop(leaves)
        if _is_beaten(bound, upper):
            continue
        part = restrict(leaf.part, open_pairs(leaf.part, leaf.found, upper))
        if np.isfinite(part.cost).sum() <= FEW * part.nodes:
            answer = _solve(instance, ground, part, leaf.found, best)
            best = best_of([best, answer.found])
            if answer.status == "stopped":
                settled = min(settled, max(bound, answer.bound))
        else:
            for half in _split(part, leaf, upper):
                halves += 1
                found = _bound(half, leaf.found, upper, STEPS)
                if halves % EVERY == 1 and found.bound < math.inf:
                    for zone in start_plans(half, found, most=1):
                        plan = improve(instance, ground, zone, rng, sweeps=SWEEPS)
                        best = best_of([best, plan])
                heapq.heappush(leaves, (max(bound, found.bound), halves, _Leaf(half, found)))
        if best is not None:
            upper = min(upper, best.objective)
    left = min([settled, *(bound for bound, _, _ in leaves)])
    return Branched(found=best, bound=min(left, upper), halves=halves)


def _solve(
    instance: Instance, ground: Ground, part: Instance, found: Relaxation, best: Found | None
) -> Exact:
    open_ = np.zeros(instance.cost.shape, dtype=np.bool_)
    open_[:, np.isin(instance.centre_unit, part.centre_unit)] = np.isfinite(part.cost)
    return solve_exactly(instance, ground, open_, max_nodes=TREE, start=best, cuts=found.cuts)


def _is_beaten(bound: float, objective: float) -> bool:
    return objective - bound <= CLOSED * max(1.0, objective)


def _bound(half: Instance, known: Relaxation, upper: float, steps: int) -> Relaxation:
    return relax(
        half,
        upper,
        iterations=steps,
        prices=known.prices,
        cuts=known.cuts,
        separate=True,
        length=LENGTH,
    )


def _split(part: Instance, leaf: _Leaf, upper: float) -> tuple[Instance, Instance]:
    """Split the centres of the node whose halves are bounded best after a short trial."""
    share = _shares(leaf, part)
    best: tuple[float, float] | None = None
    halves = (part, part)
    for node, side in _candidates(part, share):
        pair = (_without(part, node, side), _without(part, node, ~side))
        bounds = sorted(_bound(half, leaf.found, upper, TRIAL_STEPS).bound for half in pair)
        worth = (min(bounds[0], upper), min(bounds[1], upper))
        if best is None or worth > best:
            best, halves = worth, pair
    return halves


def _shares(leaf: _Leaf, part: Instance) -> Floats:
    """Lay the shares of a relaxation out as nodes x the centres of what is open now."""
    columns = make_columns(leaf.part)
    centre = np.repeat(np.arange(leaf.part.centres), np.diff(columns.start))
    share = np.zeros(leaf.part.cost.shape)
    share[columns.item, centre] = leaf.found.shares
    share[leaf.part.home, np.arange(leaf.part.centres)] = leaf.found.opened
    kept = np.isin(leaf.part.centre_unit, part.centre_unit)
    return np.where(np.isfinite(part.cost), share[:, kept], 0.0)


def _candidates(part: Instance, share: Floats) -> list[tuple[int, Flags]]:
    """Name nodes whose shares lie furthest apart, and the centres of one side of each."""
    walk = _walks(part)
    first = share.argmax(axis=1)
    away = np.minimum(walk[:, first], walk[np.isfinite(walk)].max(initial=0.0))
    spread = part.weight * (share * away.T).sum(axis=1)
    several = np.isfinite(part.cost).sum(axis=1) > 1
    order = np.lexsort((np.arange(part.nodes), -spread * several))
    found: list[tuple[int, Flags]] = []
    homes: set[int] = set()
    for node in order:
        if not several[node] or int(first[node]) in homes or len(found) == TRIES:
            continue
        homes.add(int(first[node]))
        open_ = np.flatnonzero(np.isfinite(part.cost[node]))
        ranked = open_[np.lexsort((open_, walk[open_, first[node]]))]
        mass = np.cumsum(share[node, ranked])
        cut = int(np.searchsorted(mass, mass[-1] / 2)) + 1
        side = np.zeros(part.centres, dtype=np.bool_)
        side[ranked[: min(max(cut, 1), len(ranked) - 1)]] = True
        found.append((int(node), side))
    return found


def _walks(part: Instance) -> Floats:
    """Give the cost per weight between homes of centres, to tell which are near each other."""
    weight = np.maximum(part.weight[part.home], 1e-12)
    return part.cost[part.home] / weight[:, None]


def _without(part: Instance, node: int, side: Flags) -> Instance:
    open_ = np.isfinite(part.cost)
    open_[node, side] = False
    return restrict(part, open_)
