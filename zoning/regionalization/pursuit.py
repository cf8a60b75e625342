"""The course of a search: bound, quick plans, annealing, parts, exact model, in counted work."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from zoning.regionalization.bound import Relaxation, relax
from zoning.regionalization.branching import branch
from zoning.regionalization.exact import solve_exactly
from zoning.regionalization.fixing import is_separable, open_pairs, restrict
from zoning.regionalization.instance import Flags, Instance
from zoning.regionalization.moves import Ground, make_ground
from zoning.regionalization.regions import NEAR as REDRAWN
from zoning.regionalization.regions import REGION, redraw_regions
from zoning.regionalization.resolve import Effort, resolve_zones
from zoning.regionalization.search import Found, best_of, improve
from zoning.regionalization.starts import guess_objective, start_plans

CLOSED: Final = 1e-9
"""Gap, as a share of the objective, at which a plan counts as proven optimal."""

ROUNDS: Final = 8
STEPS: Final = 400
GAIN: Final = 2e-5
"""Most rounds of the bound, evaluations in each, and the relative gain under which it rests."""

CLOSINGS: Final = 6
SHRINK: Final = 0.97
"""Most rounds of closing pairs, and the share that may stay open for another to be worth while."""

QUICK_ROUNDS: Final = 3
QUICK: Final = (400, 4)
LONG: Final = (1_500, 3)
"""Rounds of the bound that quick annealings follow; sweeps and starts of these and of the long."""

MORE_STARTS: Final = 8
ABUNDANT: Final = 1_200
LARGE: Final = 2_400
LONGER: Final = (6_000, 1)
"""Instances of fewer nodes are started more often, up to so many times; above the other size there
is one start a rung, annealed longest in the end: their regions are started by themselves."""

REHEATS: Final = 3
PASSES: Final = 8
"""Most times that the best plan is solved again by parts and annealed from half the heat, and most
passes over its groups of neighbouring zones."""

EASY: Final = 500
NODES: Final = 500
"""Most open pairs for the exact model, and most nodes of its search tree."""

BRANCHING: Final = 3_000_000
MOST_HALVES: Final = 1_200
LEAST_HALVES: Final = 100
"""Work of branching, in halves times open pairs; most halves, and fewest that are worth while."""

WIDE: Final = 0.04
"""Gap, as a share of the objective, that no tree of so many halves comes near to closing."""

UNAIDED: Final = 20_000
"""Open pairs up to which the exact model looks for a first plan, or proves that none exists."""

NEAR: Final = 0.03
"""How far above the bound a plan is guessed to lie, as a share, while none is known."""


@dataclass
class Pursuit:
    """The search for one instance: the best plan, the bound, and what they were found with.

    Parameters
    ----------
    instance
        The instance.
    rng
        Source of chance.
    left_s
        Gives the seconds left.
    limited
        Whether they are limited at all.
    ceiling
        Objective from which on plans are of no interest: those of other pursuits are cheaper.
    part
        The instance over the pairs that a cheaper plan than the best may use.
    relaxed, found
        The last relaxation, and the part that it was found on.
    done
        Whether all the work was spent that this instance is worth.
    """

    instance: Instance
    rng: np.random.Generator
    left_s: Callable[[], float]
    limited: bool
    ceiling: float = math.inf
    best: Found | None = None
    bound: float = -math.inf
    struck: bool = False
    done: bool = False
    part: Instance = field(init=False)
    relaxed: Instance = field(init=False)
    found: Relaxation | None = None

    def __post_init__(self) -> None:
        """Start with all pairs open."""
        self.part = self.relaxed = self.instance

    @functools.cached_property
    def ground(self) -> Ground:
        """Give the layout for the kernels."""
        return make_ground(self.instance)

    @property
    def upper(self) -> float:
        """Give the objective of the best plan known, ``inf`` when there is none."""
        return self.ceiling if self.best is None else min(self.ceiling, self.best.objective)

    @property
    def lower(self) -> float:
        """Give the bound; the objective itself once that is proven to be the least."""
        return self.upper if self.is_closed() else self.bound

    def offer(self, *plans: Found | None) -> bool:
        """Keep the cheapest plan; tell whether it gained."""
        before = self.upper
        self.best = best_of([self.best, *plans])
        return self.upper < before * (1 - CLOSED)

    def has_time(self) -> bool:
        """Tell whether time is left, and remember when it is not; a first plan has its time."""
        self.struck = self.struck or self.left_s() <= 0
        return not self.struck or self.upper == math.inf

    def is_closed(self) -> bool:
        """Tell whether it is proven that no plan is cheaper than the best one known."""
        if self.upper == math.inf:
            return self.bound == math.inf
        return self.upper - self.bound <= CLOSED * max(1.0, self.upper)

    def relax(self, upper: float, *, separate: bool) -> None:
        """Bound what is open, from the prices of the last time."""
        known = self.found
        found = relax(
            self.part,
            upper,
            iterations=STEPS,
            prices=None if known is None else known.prices,
            cuts=None if known is None else known.cuts,
            separate=separate and is_separable(self.instance),
        )
        self.bound = max(self.bound, min(found.bound, self.upper))
        if found.bound < math.inf:
            self.found, self.relaxed = found, self.part

    def close(self) -> float:
        """Close pairs that no cheaper plan than the best can use; give the share left open."""
        if self.found is None or self.upper == math.inf:
            return 1.0
        before = self.open_count
        self.part = restrict(self.relaxed, open_pairs(self.relaxed, self.found, self.upper))
        if self.part.centres < self.instance.count_low:
            self.bound = self.upper
        return self.open_count / max(1, before)

    @property
    def open_count(self) -> int:
        """Count the pairs that are open."""
        return int(np.isfinite(self.part.cost).sum())

    def open_pairs(self) -> Flags:
        """Mark the pairs that are open, nodes x centres of the whole instance."""
        open_ = np.zeros(self.instance.cost.shape, dtype=np.bool_)
        kept = np.isin(self.instance.centre_unit, self.part.centre_unit)
        open_[:, kept] = np.isfinite(self.part.cost)
        return open_


def find_bound(state: Pursuit) -> None:
    """Push the bound up in rounds, with quick plans between them, until it rests."""
    upper = guess_objective(state.instance)
    for number in range(ROUNDS):
        before = state.bound
        state.relax(upper, separate=number > 0)
        if state.found is None or state.is_closed():
            return
        if number < QUICK_ROUNDS:
            most = 1 if state.instance.nodes > LARGE else QUICK[1]
            _anneal(state, sweeps=QUICK[0], most=most)
        rests = state.bound - before <= GAIN * abs(state.bound)
        shrinks = state.close() < SHRINK
        upper = min(state.upper, state.bound + NEAR * abs(state.bound))
        if (rests and not shrinks) or state.is_closed() or not state.has_time():
            return


def _tighten(state: Pursuit) -> None:
    """Close pairs, bound what is left again, and so on until little closes."""
    for _ in range(CLOSINGS):
        if state.close() > SHRINK or state.is_closed() or not state.has_time():
            return
        state.relax(state.upper, separate=True)
        if state.is_closed():
            return


def _anneal(state: Pursuit, *, sweeps: int, most: int) -> None:
    """Anneal plans around the best sets of centres, then the best plan again."""
    if state.found is None:
        return
    starts = most * max(1, min(MORE_STARTS, ABUNDANT // state.instance.nodes))
    for zone in start_plans(state.relaxed, state.found, most=starts):
        if not state.has_time() or state.is_closed():
            return
        state.offer(improve(state.instance, state.ground, zone, state.rng, sweeps=sweeps))


def search(state: Pursuit) -> None:
    """Search for a better plan and a proof: rungs of annealing, parts, the exact model."""
    state.done = True
    if _solve_exactly(state, EASY) or not state.has_time():
        return
    sweeps, most = LONGER if state.instance.nodes > LARGE else LONG
    _anneal(state, sweeps=sweeps, most=most)
    _redraw(state)
    for _ in range(REHEATS):
        if not _solve_parts(state) or _solve_exactly(state, EASY) or not state.has_time():
            break
        if not state.offer(_reheat(state)):
            break
    if not _solve_exactly(state, UNAIDED if state.upper == math.inf else EASY):
        _branch(state)


def _redraw(state: Pursuit) -> None:
    """Draw regions of the best plan anew where that leaves a gap worth the work."""
    if state.best is None or state.found is None or not state.has_time():
        return
    if 2 * state.best.count < 3 * REGION or state.upper - state.bound <= REDRAWN * state.upper:
        return
    state.offer(
        redraw_regions(
            state.instance,
            state.ground,
            state.best,
            state.rng,
            prices=state.found.prices,
            has_time=state.has_time,
        )
    )


def _solve_parts(state: Pursuit) -> bool:
    """Solve a few neighbouring zones of the best plan again at a time; tell if there is a plan."""
    if state.best is None or not state.has_time():
        return False
    better = resolve_zones(
        state.instance,
        state.ground,
        state.best,
        state.rng,
        effort=Effort(pairs=600),
        passes=PASSES,
        has_time=state.has_time,
    )
    state.offer(better)
    return True


def _reheat(state: Pursuit) -> Found | None:
    """Anneal the best plan again, from half the heat."""
    if state.best is None:
        return None
    return improve(
        state.instance,
        state.ground,
        state.best.zone,
        state.rng,
        sweeps=LONG[0],
        heat=0.5,
    )


def _branch(state: Pursuit) -> None:
    """Search a tree of halves for a better plan and a better bound."""
    if state.found is None or state.upper == math.inf or not state.has_time():
        return
    if state.upper - state.bound > WIDE * state.upper:
        return
    most = MOST_HALVES if state.limited else min(MOST_HALVES, BRANCHING // state.open_count)
    if most < LEAST_HALVES:
        return
    answer = branch(
        state.instance,
        state.ground,
        (state.relaxed, state.found),
        state.best,
        state.rng,
        upper=state.upper,
        most=most,
        has_time=state.has_time,
    )
    state.offer(answer.found)
    state.bound = max(state.bound, min(answer.bound, state.upper))


def _solve_exactly(state: Pursuit, most: int) -> bool:
    """Close the gap with the exact model when few enough pairs are left open; tell if it did."""
    _tighten(state)
    if state.is_closed():
        return True
    if not state.has_time() or state.open_count > most:
        return False
    left = state.left_s()
    answer = solve_exactly(
        state.instance,
        state.ground,
        state.open_pairs(),
        max_nodes=NODES,
        time_limit_s=left if state.limited else None,
        start=state.best,
        cuts=None if state.found is None else state.found.cuts,
    )
    state.offer(answer.found)
    if answer.status == "stopped":
        state.bound = max(state.bound, min(answer.bound, state.upper))
        return state.is_closed()
    state.bound = state.upper
    return True
