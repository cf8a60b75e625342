"""How far a planner's own plan is from the best possible: its price beside a proven bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from lianpian.zoned import Zoned
from zoning.regionalization.distance import bound_below, price_plan
from zoning.regionalization.problem import ZoningProblem, pose_zoning

CLOSED: Final = 1e-9
"""Gap, as a share of the objective, at which a plan counts as proven optimal."""


def prove(
    given: Zoned, assignment: pd.DataFrame, *, broken: int, seed: int, time_limit_s: float | None
) -> Mapping[str, Any]:
    """Price a plan by hand as the solver would, and bound the best plan of the same problem.

    Parameters
    ----------
    given
        Tables and rules of the job.
    assignment
        Contract `ASSIGNMENT`.
    broken
        Rules that the plan breaks.
    seed, time_limit_s
        As for `zoning.regionalization.regionalize`.

    Returns
    -------
    dict
        ``objective``, ``bound``, ``gap_share`` and ``optimal`` of `run.json`; ``bound_of``: the
        plans that the bound holds for (`maps.notes.ZONING_VALUES`); ``unpriced``: why there is no
        objective, None where there is one.

    Notes
    -----
    Communities that the planner left out are left out of the problem, so that both figures are of
    the same communities. A plan that breaks a rule may cost less than the bound, which holds for
    plans that keep it: there is no gap then.
    """
    problem, left_out = _pose_alike(given, assignment)
    if problem.is_empty:
        return _record(None, None, bound_of="nothing", unpriced="other members")
    bound = bound_below(
        problem.weights,
        problem.adjacency,
        problem.cost,
        problem.bounds,
        seed=seed,
        time_limit_s=time_limit_s,
        draft=problem.draft,
    )
    known = bool(np.isfinite(bound))
    core = assignment.index[assignment["role"] == "core"]
    objective: float | None = None
    unpriced: str | None = "other members"
    if set(core) == set(problem.weights.index):
        price = price_plan(
            problem.weights,
            problem.adjacency,
            problem.cost,
            problem.bounds,
            assignment["zone_id"].reindex(problem.weights.index),
        )
        objective, unpriced = (price, None) if np.isfinite(price) else (None, "walks")
    bound_of = ("same members" if left_out else "rules") if known else "nothing"
    found = _record(objective, bound if known else None, bound_of=bound_of, unpriced=unpriced)
    return {**found, "optimal": bool(found["optimal"] and not broken) if known else None}


def _pose_alike(given: Zoned, assignment: pd.DataFrame) -> tuple[ZoningProblem, bool]:
    """Pose the problem of the communities that a plan places; tell if it leaves some out."""
    problem = _pose(given)
    placed = assignment.index[assignment["zone_id"].notna()]
    left_out = problem.weights.index.difference(placed)
    if left_out.empty:
        return problem, False
    locked = {**given.settings.locked, **dict.fromkeys(map(str, left_out), "")}
    return _pose(replace(given, settings=replace(given.settings, locked=locked))), True


def _pose(given: Zoned) -> ZoningProblem:
    return pose_zoning(
        given.communities,
        given.eligibility,
        given.walks,
        given.gaps,
        given.adjacency,
        given.settings,
        walking=given.walking,
    )


def _record(
    objective: float | None, bound: float | None, *, bound_of: str, unpriced: str | None
) -> dict[str, Any]:
    gap, optimal = None, None
    if objective is not None and bound is not None:
        above = objective - bound
        optimal = abs(above) <= CLOSED * max(1.0, objective)
        bound = objective if optimal else bound
        if above >= 0 or optimal:
            gap = 0.0 if optimal or objective <= 0 else above / objective
    return {
        "objective": objective,
        "bound": bound,
        "gap_share": gap,
        "optimal": optimal,
        "bound_of": bound_of,
        "unpriced": unpriced,
    }
