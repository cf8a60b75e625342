"""`regionalize`: plain tables in, an assignment with a proven bound out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from zoning.regionalization.bound import Relaxation, open_pairs, relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import explain, find_conflicts, refuse
from zoning.regionalization.exact import solve_exactly
from zoning.regionalization.instance import Flags, Instance, make_instance
from zoning.regionalization.moves import Ground, make_ground
from zoning.regionalization.search import Found, best_of, improve, read_plan
from zoning.regionalization.starts import start_plans

CLOSED: Final = 1e-9
"""Gap, as a share of the objective, at which a plan counts as proven optimal."""

ROUNDS: Final = 8
"""Most rounds of bound and search."""

STILL: Final = 2
"""Rounds without gain after which bound and search stop."""

STEPS: Final = 400
"""Evaluations of the bound in a round."""

PAIRS: Final = 12_000
"""Most open pairs for the exact model."""

NODES: Final = 2_000
"""Most nodes of an exact search tree: the limit by counted work."""

SMALL: Final = 2_500
"""Pairs up to which the exact model may look for a plan, or prove that none exists, unaided."""

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
    best: Found | None = None
    relaxation: Relaxation | None = None
    bound: float = -math.inf
    struck: bool = False

    def has_time(self) -> bool:
        """Tell whether time is left, and remember when it is not."""
        self.struck = self.struck or self.left_s() <= 0
        return not self.struck

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
        None stops by counted work; a number gives the best plan so far when it strikes.

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
    )
    _alternate(state)
    if not state.is_closed() and state.bound < math.inf:
        _finish_exactly(state)
    if state.best is None:
        proven = state.bound == math.inf

        def remade(changed: Bounds) -> Instance:
            return make_instance(weights, adjacency, cost, changed)

        found = explain(instance, bounds, max_nodes=NODES, remade=remade) if proven else ()
        raise refuse(found, proven=proven)
    return _result(state, state.best)


def _clock(limit_s: float | None) -> Callable[[], float]:
    if limit_s is None:
        return lambda: math.inf
    end = time.monotonic() + limit_s
    return lambda: end - time.monotonic()


def _alternate(state: _State) -> None:
    """Push the bound up and the plan down in turns until neither moves."""
    instance = state.instance
    guess = _guess(instance)
    still = 0
    for number in range(ROUNDS):
        upper = guess if state.best is None else state.best.objective
        before = (state.bound, math.inf if state.best is None else state.best.objective)
        prices = None if state.relaxation is None else state.relaxation.prices
        found = relax(instance, upper, iterations=STEPS, prices=prices)
        if found.bound >= state.bound:
            state.relaxation = found
            state.bound = found.bound
        if found.bound == math.inf:
            return
        sweeps = 200 * (1 + number)
        for zone in start_plans(instance, found, most=4):
            if not state.has_time():
                return
            plan = improve(instance, state.ground, zone, state.rng, sweeps=sweeps)
            state.best = best_of([state.best, plan])
        if state.best is not None and state.has_time():
            again = improve(
                instance, state.ground, state.best.zone, state.rng, sweeps=sweeps, heat=0.3
            )
            state.best = best_of([state.best, again])
        if state.is_closed() or not state.has_time():
            return
        now = (state.bound, math.inf if state.best is None else state.best.objective)
        moved = now[0] - before[0] > 1e-5 * abs(now[0]) or now[1] < before[1] * (1 - 1e-6)
        still = 0 if moved else still + 1
        if still >= STILL:
            return


def _guess(instance: Instance) -> float:
    """Guess an objective: each node at the distance of a middling place in its zone."""
    count = min(max(instance.count_low, 1), instance.nodes)
    place = min(instance.centres - 1, max(1, instance.nodes // (2 * count)))
    cost = np.partition(instance.cost, place, axis=1)[:, place]
    return float(cost[np.isfinite(cost)].sum()) + 1.0


def _finish_exactly(state: _State) -> None:
    """Close the gap with the exact model when few enough pairs are left open."""
    instance, known = state.instance, state.relaxation
    upper = math.inf if state.best is None else state.best.objective
    open_: Flags = np.isfinite(instance.cost)
    if known is not None and math.isfinite(upper):
        open_ = open_pairs(instance, known, upper)
    most = PAIRS if state.best is not None else 4 * PAIRS
    if int(open_.sum()) > most or not state.has_time():
        return
    left = state.left_s()
    answer = solve_exactly(
        instance,
        state.ground,
        open_,
        max_nodes=NODES,
        time_limit_s=None if left == math.inf else left,
        start=state.best,
    )
    state.best = best_of([state.best, answer.found])
    upper = math.inf if state.best is None else state.best.objective
    if answer.status in {"optimal", "infeasible"}:
        state.bound = upper
    else:
        state.bound = max(state.bound, min(answer.bound, upper))
        state.has_time()


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
