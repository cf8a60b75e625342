"""The step that draws zones: posed and solved, or taken from a planner's hand; then checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from layers.checks import Finding
from lianpian.hand_edits import (
    EditedRows,
    keep_locked,
    medoids,
    put_back,
    read_rows,
    take_assignment,
)
from lianpian.hand_proof import prove
from lianpian.plan_variants import find_variants
from lianpian.zoned import Drawn, Parts, Zoned, centres_of, settle_in
from maps.words import LEFT_OUT
from zoning.regionalization.problem import ZoningProblem, pose_zoning
from zoning.regionalization.solve import regionalize
from zoning.zone_checks import check_zones
from zoning.zones import dissolve_zones

Keep = Literal["all", "locked"]
"""What stands of an edited assignment: every row, or the locked ones."""


def draw_zones(
    given: Zoned,
    *,
    edited: pd.DataFrame | None,
    keep: Keep = "all",
    seed: int,
    time_limit_s: float | None,
) -> Drawn:
    """Draw the zones of a job and check them.

    Parameters
    ----------
    given
        Tables and rules.
    edited
        A planner's assignment, or None to have zones found.
    keep
        ``all`` takes the planner's assignment as it is; ``locked`` keeps its locked rows and has
        the rest solved again.
    seed, time_limit_s
        As for `zoning.regionalization.regionalize`.

    Returns
    -------
    Drawn
        Every rule that the plan breaks is a finding; a planner's plan is never mended silently.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the rules.
    """
    if edited is None:
        parts = _find(given, seed, time_limit_s)
    elif keep == "locked":
        parts = _finish(given, read_rows(given, edited), seed, time_limit_s)
    else:
        parts = take_assignment(given, edited)
    assignment = parts.assignment
    zones = dissolve_zones(
        assignment,
        given.communities,
        given.adjacency,
        given.walks,
        centres=parts.centres,
        limits=given.settings,
        walking=given.walking,
    )
    faults = check_zones(
        assignment,
        given.adjacency,
        given.communities,
        given.eligibility,
        given.settings,
        zones=zones,
        walks=given.walks,
        metres_per_minute=given.walking.metres_per_minute("adult"),
    )
    if edited is not None:
        # Numbers of zones follow members only where the program gave them; a planner's stand.
        faults = tuple(fault for fault in faults if fault.code != "zone-id-wrong")
        if keep == "all":
            proof = prove(
                given, assignment, broken=len(faults), seed=seed, time_limit_s=time_limit_s
            )
            parts = replace(parts, record={**parts.record, **proof})
    variants = find_variants(given, parts, seed=seed, time_limit_s=time_limit_s)
    assignment["stays_share"] = variants.stays_share.reindex(assignment.index)
    broken = [
        Finding(
            severity="decide",
            table_name="assignment",
            row_key=fault.community_id or fault.zone_id,
            code=fault.code,
            zh=fault.zh,
            en=fault.en,
            remedy="修改归属或规则后重新运行。 / Change the assignment or the rule and run again.",
        )
        for fault in faults
    ]
    return Drawn(
        assignment=assignment,
        zones=zones,
        plans=variants.plans,
        alternatives=variants.alternatives,
        findings=(*parts.findings, *broken, *_doubt_single(zones, given.communities["name"])),
        record={**parts.record, "rules_broken": len(faults)},
    )


def _doubt_single(zones: pd.DataFrame, names: pd.Series) -> list[Finding]:
    """Ask about zones of one community: nothing is joined there."""
    found = []
    for zone_id, row in zones[zones["communities"] == 1].iterrows():
        name = names.get(row["centre_id"])
        called = row["centre_id"] if pd.isna(name) else name
        found.append(
            Finding(
                severity="check",
                table_name="zones",
                row_key=str(zone_id),
                code="zone-single",
                zh=f"片区 {zone_id} 只有 1 个小区（{called}），没有与其他小区连片。",
                en=f"zone {zone_id} is one community ({called}): it joins nothing.",
                remedy="单独改造，或放宽限值、补充邻接后与相邻小区合并"
                " / Renovate it by itself, or widen the bounds or add links to join it to others",
            )
        )
    return found


def _find(given: Zoned, seed: int, time_limit_s: float | None) -> Parts:
    problem = pose_zoning(
        given.communities,
        given.eligibility,
        given.walks,
        given.gaps,
        given.adjacency,
        given.settings,
        walking=given.walking,
    )
    found = pd.Series(dtype="str", index=pd.Index([], dtype="str", name="community_id"))
    record: dict[str, Any] = {
        "objective": None,
        "bound": None,
        "gap_share": None,
        "optimal": None,
        "stopped_by": "nothing to zone",
    }
    result = None
    findings = problem.findings
    if problem.is_empty:
        findings = (*findings, _nothing_to_zone(problem.left_out["reason"]))
    else:
        result = regionalize(
            problem.weights,
            problem.adjacency,
            problem.cost,
            problem.bounds,
            seed=seed,
            time_limit_s=time_limit_s,
            draft=problem.draft,
        )
        found = result.assignment
        record = {
            "objective": float(result.objective),
            "bound": float(result.bound) if np.isfinite(result.bound) else None,
            "gap_share": float(result.gap_share) if np.isfinite(result.gap_share) else None,
            "optimal": bool(result.optimal),
            "stopped_by": result.stopped_by,
            "bound_of": "rules",
        }
    assignment = settle_in(given, problem, found)
    return Parts(
        assignment=assignment,
        centres=centres_of(assignment, found),
        record=record,
        findings=findings,
        problem=problem,
        result=result,
        settle=lambda plan: settle_in(given, problem, plan),
    )


def _finish(given: Zoned, rows: EditedRows, seed: int, time_limit_s: float | None) -> Parts:
    """Keep what a planner locked, solve the rest, and put locked rows back where they stood."""
    held = keep_locked(given, rows)
    parts = _find(held, seed, time_limit_s)
    problem = parts.problem

    def settle(plan: pd.Series) -> pd.DataFrame:
        return put_back(given, settle_in(held, cast("ZoningProblem", problem), plan), rows)

    assignment = put_back(given, parts.assignment, rows)
    found = parts.result.assignment if parts.result else pd.Series(dtype="str")
    # zones of locked rows alone have no centre of the solver's
    centres = {**medoids(given, assignment), **centres_of(assignment, found)}
    return replace(
        parts,
        assignment=assignment,
        centres=pd.Series(centres, dtype="str"),
        record={
            **parts.record,
            "bound_of": "locked",
            "locked_by_planner": int(rows.table["locked"].sum()),
        },
        findings=(*rows.findings, *parts.findings),
        settle=settle,
    )


def _nothing_to_zone(reasons: pd.Series) -> Finding:
    """Say why there is no zone at all; the commonest way there is a job without a ledger."""
    counts = [(LEFT_OUT[str(word)], n) for word, n in reasons.value_counts(sort=False).items()]
    zh = "、".join(f"{both[0]} {n:,} 个" for both, n in counts)
    en = ", ".join(f"{n:,} {both[1]}" for both, n in counts)
    return Finding(
        severity="decide",
        table_name="zones",
        row_key="",
        code="zones-none",
        zh=f"没有划出片区，{len(reasons):,} 个小区均未划入：{zh}",
        en=f"no zone was drawn; none of {len(reasons):,} communities can be in one: {en}",
        remedy='补充台账（建成年份等），或在 [zones] 设 include = ["core", "unknown"]，或放宽限值。'
        ' / Complete the ledger (years built), set include = ["core", "unknown"] in [zones], '
        "or widen the bounds.",
    )
