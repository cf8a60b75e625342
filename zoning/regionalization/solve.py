"""`regionalize`: plain tables in, an assignment with a proven bound out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import (
    Remake,
    Sentence,
    explain,
    find_conflicts,
    refuse,
)
from zoning.regionalization.instance import Instance, Ints, make_instance
from zoning.regionalization.parts import pursue
from zoning.regionalization.pursuit import CLOSED, Pursuit
from zoning.regionalization.repairs import nearest_changes
from zoning.regionalization.search import Found
from zoning.regionalization.trials import fill_pairs

TRIAL_NODES: Final = 200
"""Most nodes of each trial that looks for the rules in conflict."""

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


def regionalize(
    weights: pd.Series,
    adjacency: pd.DataFrame,
    cost: pd.DataFrame,
    bounds: Bounds,
    *,
    seed: int = 0,
    time_limit_s: float | None = None,
    draft: pd.Series | None = None,
    advise: bool = True,
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
    draft
        Unit -> label of its zone in a plan that is known; the result costs no more. Passed over
        where it breaks a limit, or lacks a unit.
    advise
        Whether changes of the rules are tried out when there is no plan, which may take longer
        than the search itself.

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

    def remade(changed: Bounds, *, anywhere: bool = False) -> Instance:
        pairs = fill_pairs(weights, cost) if anywhere else cost
        return make_instance(weights, adjacency, pairs, changed)

    sentences = find_conflicts(instance, bounds)
    if sentences:
        raise refuse(sentences, changes=_changes(bounds, remade) if advise else ())
    left_s = clock(time_limit_s)
    pursuits: list[Pursuit] = []

    def start(piece: Instance) -> Pursuit:
        pursuits.append(
            Pursuit(
                instance=piece,
                rng=np.random.default_rng(seed),
                left_s=left_s,
                limited=time_limit_s is not None,
            )
        )
        return pursuits[-1]

    best, bound = pursue(instance, start, place_draft(instance, draft))
    if best is None:
        proven = bound == math.inf
        found = explain(instance, bounds, max_nodes=TRIAL_NODES, remade=remade) if proven else ()
        changes = _changes(bounds, remade) if advise else ()
        raise refuse(found, proven=proven, changes=changes)
    return _result(instance, best, bound, struck=any(one.struck for one in pursuits))


def place_draft(instance: Instance, draft: pd.Series | None) -> Ints | None:
    """Give the zone number of each node in a plan; None where units of one node are apart."""
    if draft is None:
        return None
    zone = pd.factorize(draft.reindex(list(instance.units)))[0].astype(np.int64)
    by_node = np.full(instance.nodes, -1, dtype=np.int64)
    by_node[instance.node] = zone
    whole = (zone >= 0).all() and (by_node[instance.node] == zone).all()
    return by_node if whole else None


def _changes(bounds: Bounds, remade: Remake) -> tuple[Sentence, ...]:
    return tuple(change.sentence for change in nearest_changes(bounds, remade))


def clock(limit_s: float | None) -> Callable[[], float]:
    """Give what tells the seconds left of a limit from now on; always more without one."""
    if limit_s is None:
        return lambda: math.inf
    end = time.monotonic() + limit_s
    return lambda: end - time.monotonic()


def _result(
    instance: Instance, plan: Found, bound: float, *, struck: bool
) -> RegionalizationResult:
    units = np.array(instance.units, dtype=object)
    centre = units[instance.centre_unit[plan.centre[plan.zone[instance.node]]]]
    objective = plan.objective
    optimal = objective - bound <= CLOSED * max(1.0, objective)
    bound = objective if optimal else max(0.0, bound)
    stopped: Stopped = "optimal" if optimal else ("time" if struck else "work")
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
