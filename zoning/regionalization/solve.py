"""`regionalize`: plain tables in, an assignment with a proven bound out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from zoning.regionalization.bound import Relaxation, relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import explain, find_conflicts, refuse
from zoning.regionalization.exact import solve_exactly
from zoning.regionalization.fixing import tighten
from zoning.regionalization.instance import Flags, Instance, make_instance
from zoning.regionalization.moves import Ground, make_ground
from zoning.regionalization.resolve import Effort, resolve_zones
from zoning.regionalization.search import Found, best_of, improve, read_plan
from zoning.regionalization.starts import start_plans

CLOSED: Final = 1e-9
"""Gap, as a share of the objective, at which a plan counts as proven optimal."""

ROUNDS: Final = 8
STEPS: Final = 400
GAIN: Final = 2e-5
"""Most rounds of the bound, evaluations in each, and the relative gain under which it rests."""

LADDER: Final = ((400, 4), (1500, 3), (6000, 2))
"""Sweeps of annealing and starts, one rung after another."""

REHEATS: Final = 3
"""Most further annealings of the best plan, from half the heat."""

PASSES: Final = 3
"""Most passes over groups of neighbouring zones."""

EASY: Final = 1_500
PAIRS: Final = 6_000
PATIENT: Final = 30_000
"""Most open pairs for the exact model: at once, in the end, and in the end under a time limit."""

NODES: Final = 2_000
"""Most nodes of an exact search tree: the limit by counted work."""

UNAIDED: Final = 20_000
"""Open pairs up to which the exact model looks for a first plan, or proves that none exists."""

TRIAL_NODES: Final = 200
"""Most nodes of each trial that looks for the rules in conflict."""

NEAR: Final = 0.03
"""How far above the bound a plan is guessed to lie, as a share, while none is known."""

Stopped = Literal["optimal", "work", "time"]


@dataclass(frozen=True, kw_only=True)
class RegionalizationResult:
    """A plan with its proof.

    Parameters
    ----------
    assignment
        Unit -> id of its zone's centre.
    objective
        Sum of weight x cost, the price of mixed groups included.
    bound
        Proven lower bound on the objective.
    gap_share
        ``(objective - bound) / objective``; 0 when the objective is 0.
    optimal
        Whether no cheaper plan exists.
    stopped_by
        ``optimal``, ``work`` (counted) or ``time`` (`time_limit_s` struck).
    """

    assignment: pd.Series
    objective: float
    bound: float
    gap_share: float
    optimal: bool
    stopped_by: Stopped


@dataclass
class _State:
    """What a run knows so far."""

    instance: Instance
    ground: Ground
    rng: np.random.Generator
    left_s: Callable[[], float]
    limited: bool
    best: Found | None = None
    relaxations: list[Relaxation] = field(default_factory=list)
    bound: float = -math.inf
    struck: bool = False

    @property
    def upper(self) -> float:
        """Give the objective of the best plan, ``inf`` when there is none."""
        return math.inf if self.best is None else self.best.objective

    def offer(self, *plans: Found | None) -> bool:
        """Keep the cheapest plan; tell whether it gained."""
        before = self.upper
        self.best = best_of([self.best, *plans])
        return self.upper < before * (1 - CLOSED)

    def has_time(self) -> bool:
        """Tell whether time is left, and remember when it is not; a first plan has its time."""
        self.struck = self.struck or self.left_s() <= 0
        return not self.struck or self.best is None

    def is_closed(self) -> bool:
        """Tell whether the plan is proven optimal."""
        if self.best is None:
            return False
        return self.best.objective - self.bound <= CLOSED * max(1.0, self.best.objective)


def regionalize(
    weights: pd.Series,
    adjacency: pd.DataFrame,
    cost: pd.DataFrame,
    bounds: Bounds,
    *,
    seed: int = 0,
    time_limit_s: float | None = None,
) -> RegionalizationResult:
    """Divide units into connected zones around centres at least cost, with a bound.

    Parameters
    ----------
    weights
        Unit id -> weight: households, or any number that is not negative.
    adjacency
        Columns ``focal``, ``neighbor``: each linked pair once or twice. A column ``linked`` is
        respected; rows that name units without a weight are passed over.
    cost
        Columns ``unit``, ``centre``, ``cost`` (per unit of weight). A missing pair may not be
        assigned; only units that occur as centre can be one; a centre serves itself.
    bounds
        The limits.
    seed
        Seed of chance: equal input and seed give equal output.
    time_limit_s
        None stops by counted work; a number gives the best plan so far when it strikes, or the
        first one, if none was found by then.

    Returns
    -------
    RegionalizationResult
        Every unit assigned.

    Raises
    ------
    InfeasibleError
        If no plan keeps all rules, with the rules in conflict; or if none was found.
    ValueError
        If the tables are no instance: an id twice, a negative number, a centre without its own
        pair, a pin that names an unknown unit.
    """
    instance = make_instance(weights, adjacency, cost, bounds)
    sentences = find_conflicts(instance, bounds)
    if sentences:
        raise refuse(sentences)
    state = _State(
        instance=instance,
        ground=make_ground(instance),
        rng=np.random.default_rng(seed),
        left_s=_clock(time_limit_s),
        limited=time_limit_s is not None,
    )
    _bound(state)
    if state.bound < math.inf and not state.is_closed():
        _search(state)
    if state.best is None:
        proven = state.bound == math.inf

        def remade(changed: Bounds) -> Instance:
            return make_instance(weights, adjacency, cost, changed)

        found = explain(instance, bounds, max_nodes=TRIAL_NODES, remade=remade) if proven else ()
        raise refuse(found, proven=proven)
    return _result(state, state.best)


def _clock(limit_s: float | None) -> Callable[[], float]:
    if limit_s is None:
        return lambda: math.inf
    end = time.monotonic() + limit_s
    return lambda: end - time.monotonic()


def _bound(state: _State) -> None:
    """Push the bound up in rounds, with quick plans between them, until it rests."""
    instance = state.instance
    upper = _guess(instance)
    for number in range(ROUNDS):
        prices = state.relaxations[-1].prices if state.relaxations else None
        found = relax(instance, upper, iterations=STEPS, prices=prices)
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


def _anneal(state: _State, *, sweeps: int, most: int) -> None:
    """Anneal plans around the best sets of centres, then the best plan again."""
    best = max(state.relaxations, key=lambda found: found.bound)
    for zone in start_plans(state.instance, best, most=most):
        if not state.has_time() or state.is_closed():
            return
        state.offer(improve(state.instance, state.ground, zone, state.rng, sweeps=sweeps))


def _search(state: _State) -> None:
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
        most = PATIENT if state.limited else PAIRS
        _solve_exactly(state, max(most, UNAIDED) if state.best is None else most)


def _solve_exactly(state: _State, most: int) -> bool:
    """Close the gap with the exact model when few enough pairs are left open; tell if it did."""
    if state.is_closed():
        return True
    instance = state.instance
    open_: Flags = np.isfinite(instance.cost)
    if state.best is not None:
        open_, bound = tighten(instance, state.relaxations, state.upper)
        state.bound = max(state.bound, min(bound, state.upper))
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
    )
    state.offer(answer.found)
    if answer.status == "stopped":
        state.bound = max(state.bound, min(answer.bound, state.upper))
        return state.is_closed()
    state.bound = state.upper
    return True


def _result(state: _State, plan: Found) -> RegionalizationResult:
    instance = state.instance
    units = np.array(instance.units, dtype=object)
    centre = units[instance.centre_unit[plan.centre[plan.zone[instance.node]]]]
    checked = read_plan(state.ground, plan.zone, plan.count)
    objective = plan.objective if checked is None else checked.objective
    optimal = state.is_closed()
    bound = objective if optimal else max(0.0, min(state.bound, objective))
    stopped: Stopped = "optimal" if optimal else ("time" if state.struck else "work")
    return RegionalizationResult(
        assignment=pd.Series(
            pd.array(list(centre), dtype="str"),
            index=pd.Index(pd.array(list(instance.units), dtype="str"), name="unit"),
            name="centre",
        ),
        objective=objective,
        bound=bound,
        gap_share=0.0 if objective <= 0 else (objective - bound) / objective,
        optimal=optimal,
        stopped_by=stopped,
    )
