"""The step that draws zones: posed and solved, or taken from a planner's hand; then checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.checks import Finding
from layers.contracts import conform
from layers.walking import Walking
from maps.words import LEFT_OUT
from zoning.regionalization.absorption import absorb
from zoning.regionalization.problem import pose_zoning
from zoning.regionalization.settings import ZoningSettings
from zoning.regionalization.solve import regionalize
from zoning.tables import ASSIGNMENT
from zoning.tables import LEFT_OUT as REASONS
from zoning.zone_checks import check_zones
from zoning.zones import dissolve_zones

_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True)
class Zoned:
    """Tables that the rooms of zoning share, and the rules of the job."""

    communities: gpd.GeoDataFrame
    eligibility: pd.DataFrame
    walks: pd.DataFrame
    gaps: pd.DataFrame
    adjacency: pd.DataFrame
    settings: ZoningSettings
    walking: Walking


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Zones as drawn: who belongs where, outlines, doubts, and what goes into ``run.json``."""

    assignment: pd.DataFrame
    zones: gpd.GeoDataFrame
    findings: tuple[Finding, ...]
    record: Mapping[str, Any]


def draw_zones(
    given: Zoned, *, edited: pd.DataFrame | None, seed: int, time_limit_s: float | None
) -> Drawn:
    """Draw the zones of a job and check them.

    Parameters
    ----------
    given
        Tables and rules.
    edited
        A planner's assignment, or None to have zones found.
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
        assignment, centres, record, findings = _find(given, seed, time_limit_s)
    else:
        assignment, centres, record, findings = _take(given, edited)
    zones = dissolve_zones(
        assignment,
        given.communities,
        given.adjacency,
        given.walks,
        centres=centres,
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
        findings=(*findings, *broken),
        record={**record, "rules_broken": len(faults)},
    )


Parts = tuple[pd.DataFrame, pd.Series, dict[str, Any], tuple[Finding, ...]]


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
    if not problem.is_empty:
        result = regionalize(
            problem.weights,
            problem.adjacency,
            problem.cost,
            problem.bounds,
            seed=seed,
            time_limit_s=time_limit_s,
        )
        found = result.assignment
        record = {
            "objective": float(result.objective),
            "bound": float(result.bound) if np.isfinite(result.bound) else None,
            "gap_share": float(result.gap_share) if np.isfinite(result.gap_share) else None,
            "optimal": bool(result.optimal),
            "stopped_by": result.stopped_by,
        }
    findings = problem.findings
    if problem.is_empty:
        findings = (*findings, _nothing_to_zone(problem.left_out["reason"]))
    settings = given.settings
    assignment = absorb(
        found,
        given.eligibility,
        given.adjacency,
        households=given.communities["households"],
        left_out=problem.left_out,
        cap=settings.households[1] if settings.households else float("inf"),
        subdistrict=given.communities["subdistrict"] if settings.subdistrict == "hard" else None,
        locked=frozenset(settings.locked),
    )
    centres = pd.Series({assignment.loc[c, "zone_id"]: c for c in sorted(set(found))}, dtype="str")
    return assignment, centres, record, findings


def _nothing_to_zone(reasons: pd.Series) -> Finding:
    """Say why there is no zone at all; the commonest way there is a job without a ledger."""
    counts = [(LEFT_OUT[str(word)], n) for word, n in reasons.value_counts(sort=False).items()]
    zh = "、".join(f"{both[0]} {n} 个" for both, n in counts)
    en = ", ".join(f"{n} {both[1]}" for both, n in counts)
    return Finding(
        severity="decide",
        table_name="zones",
        row_key="",
        code="zones-none",
        zh=f"没有划出片区，{len(reasons)} 个小区均未划入：{zh}",
        en=f"no zone was drawn; none of {len(reasons)} communities can be in one: {en}",
        remedy='补充台账（建成年份等），或在 [zones] 设 include = ["core", "unknown"]，或放宽限值。'
        ' / Complete the ledger (years built), set include = ["core", "unknown"] in [zones], '
        "or widen the bounds.",
    )


def _take(given: Zoned, edited: pd.DataFrame) -> Parts:
    """Put a planner's assignment under its contract; eligibility gives the roles."""
    ids = given.communities.index
    rows = edited.drop_duplicates("community_id", keep="last").set_index("community_id")
    rows.index = _with_zeros(rows.index, ids)
    findings = [
        Finding(
            severity="decide",
            table_name="assignment",
            row_key=str(name),
            code="assignment-unknown-community",
            zh=f"归属表中的小区 {name!r} 不在小区图层中，已忽略。",
            en=f"community {str(name)!r} of the assignment is not among the communities; ignored.",
            remedy="核对编码。 / Check the id.",
        )
        for name in rows.index.difference(ids)
    ]
    unlisted = ids.difference(rows.index)
    if len(unlisted):
        shown = ", ".join(unlisted[:_SHOWN]) + (" ..." if len(unlisted) > _SHOWN else "")
        findings.append(
            Finding(
                severity="decide",
                table_name="assignment",
                row_key="",
                code="assignment-without-community",
                zh=f"归属表缺少 {len(unlisted)} 个小区，均未划入片区：{shown}",
                en=f"{len(unlisted)} communities are not in the assignment and are in no zone: "
                f"{shown}",
                remedy="补上这些行。 / Add their rows.",
            )
        )
    zone = rows["zone_id"].reindex(ids)
    status = given.eligibility["status"].reindex(ids)
    inside = zone.notna()
    role = pd.Series(np.where(status == "absorbable", "absorbed", "core"), index=ids).where(inside)
    given_reason = rows["reason"].reindex(ids) if "reason" in rows.columns else status
    kept = given_reason.where(given_reason.isin(REASONS), status)
    reason = kept.where(kept.isin(REASONS), "planner").where(~inside)
    locked = pd.Series(data=False, index=ids)
    if "locked" in rows.columns:
        locked = rows["locked"].reindex(ids).str.lower().isin(["true", "1", "是", "yes"])
    assignment = conform(
        ASSIGNMENT,
        pd.DataFrame(
            {"zone_id": zone, "role": role, "locked": locked, "reason": reason}, index=ids
        ),
    )
    record = {
        "objective": None,
        "bound": None,
        "gap_share": None,
        "optimal": None,
        "stopped_by": "planner",
    }
    return assignment, _medoids(given, zone[inside]), record, tuple(findings)


def _with_zeros(found: pd.Index, ids: pd.Index) -> pd.Index:
    """Give ids back the leading zeros that a spreadsheet took from them, where that is clear."""
    whole = {str(one).lstrip("0"): str(one) for one in ids}
    if len(whole) < len(ids):
        return found
    names = [one if one in ids else whole.get(str(one), one) for one in found]
    return pd.Index(names, name=found.name) if len(set(names)) == len(names) else found


def _medoids(given: Zoned, zone: pd.Series) -> pd.Series:
    """Choose each zone's centre: the member to which the others' households walk least.

    A member that is out of reach counts as the farthest walk in the table, once more.
    """
    walk = given.walks["walk_m"]
    far = 2.0 * float(walk.max()) if len(walk) else 1.0
    weight = given.communities["households"].fillna(0.0)
    centres: dict[str, str] = {}
    for zone_id, members in zone.groupby(zone):
        ids = sorted(str(one) for one in members.index)
        cost = {
            centre: sum(
                weight[one] * float(walk.get((one, centre), far)) for one in ids if one != centre
            )
            for centre in ids
        }
        centres[str(zone_id)] = min(ids, key=lambda centre: (cost[centre], centre))
    return pd.Series(centres, dtype="str")
