"""The course of a search: bound, quick plans, annealing, parts, exact model, in counted work."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from zoning.regionalization.bound import Relaxation, relax
from zoning.regionalization.exact import solve_exactly
from zoning.regionalization.fixing import is_separable, tighten
from zoning.regionalization.instance import Flags, Instance
from zoning.regionalization.moves import Ground
from zoning.regionalization.resolve import Effort, resolve_zones
from zoning.regionalization.search import Found, best_of, improve
from zoning.regionalization.starts import start_plans

CLOSED: Final = 1e-9
"""Gap, as a share of the objective, at which a plan counts as proven optimal."""

ROUNDS: Final = 8
STEPS: Final = 400
GAIN: Final = 2e-5
"""Most rounds of the bound, evaluations in each, and the relative gain under which it rests."""

LADDER: Final = ((400, 4), (1500, 3), (6000, 2))
"""Sweeps of annealing and starts, one rung after another."""

MORE_STARTS: Final = 8
ABUNDANT: Final = 1_200
"""Instances of fewer nodes are started more often, up to so many times."""

REHEATS: Final = 3
"""Most further annealings of the best plan, from half the heat."""

PASSES: Final = 3
"""Most passes over groups of neighbouring zones."""

EASY: Final = 1_500
PAIRS: Final = 2_500
PATIENT: Final = 30_000
"""Most open pairs for the exact model: at once, in the end, and in the end under a time limit."""

NODES: Final = 500
"""Most nodes of an exact search tree: the limit by counted work."""

UNAIDED: Final = 20_000
"""Open pairs up to which the exact model looks for a first plan, or proves that none exists."""

NEAR: Final = 0.03
"""How far above the bound a plan is guessed to lie, as a share, while none is known."""


@dataclass
class Pursuit:
    """The search for one instance: the best plan, the bound, and what they were found with.

    Parameters
    ----------
    instance, ground
        The instance and its layout for the kernels.
    rng
        Source of chance.
    left_s
        Gives the seconds left.
    limited
        Whether they are limited at all.
    ceiling
        Objective of a plan of another pursuit: only cheaper ones are of interest.
    """

    instance: Instance
    ground: Ground
    rng: np.random.Generator
    left_s: Callable[[], float]
    limited: bool
    ceiling: float = math.inf
    best: Found | None = None
    relaxations: list[Relaxation] = field(default_factory=list)
    bound: float = -math.inf
    struck: bool = False

    @property
    def upper(self) -> float:
        """Give the objective of the best plan known, ``inf`` when there is none."""
        return self.ceiling if self.best is None else min(self.ceiling, self.best.objective)

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


def find_bound(state: Pursuit) -> None:
    """Push the bound up in rounds, with quick plans between them, until it rests."""
    instance = state.instance
    upper = _guess(instance)
    for number in range(ROUNDS):
        prices = state.relaxations[-1].prices if state.relaxations else None
        cuts = state.relaxations[-1].cuts if state.relaxations else None
        separate = number > 0 and is_separable(instance)
        found = relax(
            instance, upper, iterations=STEPS, prices=prices, cuts=cuts, separate=separate
        )
        before, state.bound = state.bound, max(state.bound, found.bound)
        if found.bound == math.inf:
            return
        state.relaxations.append(found)
        if number < len(LADDER):
            _anneal(state, sweeps=LADDER[0][0], most=LADDER[0][1])
        upper = min(state.upper, found.bound + NEAR * abs(found.bound))
        rests = state.bound - before <= GAIN * abs(state.bound)
        if rests or state.is_closed() or not state.has_time():
            return


def _guess(instance: Instance) -> float:
    """Guess an objective: each node at the distance of a middling place in its zone."""
    count = min(max(instance.count_low, 1), instance.nodes)
    place = min(instance.centres - 1, max(1, instance.nodes // (2 * count)))
    cost = np.partition(instance.cost, place, axis=1)[:, place]
    return float(cost[np.isfinite(cost)].sum()) + 1.0


def _anneal(state: Pursuit, *, sweeps: int, most: int) -> None:
    """Anneal plans around the best sets of centres, then the best plan again."""
    best = max(state.relaxations, key=lambda found: found.bound)
    starts = most * max(1, min(MORE_STARTS, ABUNDANT // state.instance.nodes))
    for zone in start_plans(state.instance, best, most=starts):
        if not state.has_time() or state.is_closed():
            return
        state.offer(improve(state.instance, state.ground, zone, state.rng, sweeps=sweeps))


def search(state: Pursuit) -> None:
    """Search for a better plan and a proof: rungs of annealing, parts, the exact model."""
    for sweeps, most in LADDER[1:]:
        if _solve_exactly(state, EASY) or not state.has_time():
            return
        _anneal(state, sweeps=sweeps, most=most)
    for _ in range(REHEATS):
        if state.best is None or _solve_exactly(state, EASY) or not state.has_time():
            break
        again = improve(
            state.instance,
            state.ground,
            state.best.zone,
            state.rng,
            sweeps=LADDER[1][0],
            heat=0.5,
        )
        if not state.offer(again):
            break
    if state.best is not None and not state.is_closed() and state.has_time():
        state.best = resolve_zones(
            state.instance,
            state.ground,
            state.best,
            state.rng,
            effort=Effort(pairs=600),
            passes=PASSES,
            has_time=state.has_time,
        )
    if not state.is_closed() and state.has_time():
        _solve_exactly(state, _last_resort(state))


def _last_resort(state: Pursuit) -> int:
    """Give the most open pairs for the last exact model."""
    if state.upper == math.inf:
        return UNAIDED
    if state.best is None:
        # another number of zones has a plan already: this one need not be settled at any price
        return EASY
    return PATIENT if state.limited else PAIRS


def _solve_exactly(state: Pursuit, most: int) -> bool:
    """Close the gap with the exact model when few enough pairs are left open; tell if it did."""
    if state.is_closed():
        return True
    instance = state.instance
    open_: Flags = np.isfinite(instance.cost)
    cuts = state.relaxations[-1].cuts
    if state.upper < math.inf:
        open_, tight = tighten(instance, state.relaxations, state.upper)
        cuts = tight.cuts
        state.bound = max(state.bound, min(tight.bound, state.upper))
        if state.is_closed():
            return True
    if open_.sum() > most:
        return False
    left = state.left_s()
    answer = solve_exactly(
        instance,
        state.ground,
        open_,
        max_nodes=NODES,
        time_limit_s=left if state.limited else None,
        start=state.best,
        cuts=cuts,
    )
    state.offer(answer.found)
    if answer.status == "stopped":
        state.bound = max(state.bound, min(answer.bound, state.upper))
        return state.is_closed()
    state.bound = state.upper
    return True
