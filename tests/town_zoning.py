"""Zones of the made town: eligibility, adjacency, assignment, zones, partners."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd
import shapely

from tests.town_ground import (
    ZONE_OF,
    block,
    cell,
    community_ids,
    frame,
    gate,
    households,
    office,
    walk_m,
)
from tests.town_results import NOT_SNAPPED
from zoning.tables import MISSING_STATUSES


def zoning(gaps: pd.DataFrame) -> dict[str, pd.DataFrame]:
    eligibility, assignment, partners = [], [], []
    for position, (key, zone) in enumerate(zip(community_ids(), ZONE_OF, strict=True)):
        status = "excluded" if zone is None else "absorbable" if position == 9 else "core"
        eligibility.append(
            {
                "community_id": key,
                "status": status,
                "reasons": "excl_self_built" if zone is None else None,
                "clause": "偃政办〔2021〕4号 二（一）",
            }
        )
        assignment.append(
            {
                "community_id": key,
                "zone_id": zone,
                "role": None if zone is None else "absorbed" if position == 9 else "core",
                "locked": position == 0,
                "reason": "excluded" if zone is None else None,
            }
        )
    adjacency = _adjacency()
    missing = gaps[gaps["walker"].eq("adult") & gaps["status"].isin(MISSING_STATUSES)]
    lacks = {key: set(part["category"]) for key, part in missing.groupby("community_id")}
    for row in adjacency:
        for one, other in ((row["focal"], row["neighbor"]), (row["neighbor"], row["focal"])):
            common = sorted(lacks.get(one, set()) & lacks.get(other, set()))
            ids = community_ids()
            partners.append(
                {
                    "community_id": one,
                    "partner_id": other,
                    "shared_kind": row["kind"],
                    "shared_m": row["shared_m"],
                    "walk_m": row["walk_m"],
                    "common": len(common),
                    "common_missing": ";".join(common) or None,
                    "households_after": households(ids.index(one)) + households(ids.index(other)),
                    "same_subdistrict": row["same_subdistrict"],
                    "likeness": 0.5,
                    **POINTS,
                    "score": float(len(common)) + row["shared_m"] / 1000,
                    "reason": "同街道、共用围墙",
                }
            )
    ranked = pd.DataFrame(partners).sort_values(
        ["community_id", "score", "partner_id"], ascending=[True, False, True]
    )
    ranked["rank"] = ranked.groupby("community_id").cumcount() + 1
    return {
        "eligibility": pd.DataFrame(eligibility),
        "adjacency": pd.DataFrame(adjacency),
        "assignment": pd.DataFrame(assignment),
        "zones": _zones(),
        **_plans(),
        "packages": _packages(),
        "partners": ranked,
        "partner_sets": _sets(ranked),
    }


def _plans() -> dict[str, pd.DataFrame]:
    """Give the plan drawn, one of nearly the same cost, and a number of zones that has no plan."""
    figures = {
        "zones": 3,
        "bound": 100_000.0,
        "walk_m_mean": 180.0,
        "walk_minutes_max": 6.5,
        "households_least": 300.0,
        "households_most": 900.0,
        "communities_least": 3,
        "communities_most": 4,
    }
    ids = community_ids()
    moved = ids[1]
    return {
        "plans": pd.DataFrame(
            [
                {"plan": "A0", "kind": "drawn", "objective": 100_000.0, "optimal": True} | figures,
                {
                    "plan": "A1",
                    "kind": "near",
                    "objective": 100_500.0,
                    "above_share": 0.005,
                    "moved_communities": 1,
                    "moved_households_share": 0.08,
                    "zh": "1 个小区换片区",
                    "en": "1 community changes zone",
                }
                | figures,
                {"plan": "N9", "kind": "count", "zones": 9, "zh": "无解", "en": "no plan"},
            ]
        ),
        "alternatives": pd.DataFrame(
            [
                {
                    "plan": "A1",
                    "community_id": key,
                    "zone_id": "Z02" if key == moved else zone,
                    "moved": key == moved,
                }
                for key, zone in zip(ids, ZONE_OF, strict=True)
            ]
        ),
    }


POINTS = {
    f"{name}_points": 0.1 for name in ("border", "common", "households", "subdistrict", "likeness")
}


def _packages() -> pd.DataFrame:
    key = community_ids()[-1]
    return pd.DataFrame(
        [
            {
                "package_id": "P01",
                "community_id": key,
                "centre_id": key,
                "walk_m": 0.0,
                "households": 40.0,
                "communities": 1,
                "households_together": 40.0,
                "reason": "示例 / made",
                "clause": "汴政办〔2019〕99号 六(五)",
            }
        ]
    )


def _sets(ranked: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for key, part in ranked.groupby("community_id"):
        if len(part) > 1:
            one, other = sorted(part["partner_id"].head(2))
            rows.append(
                {
                    "community_id": key,
                    "partners": f"{one};{other}",
                    "rank": 1,
                    "communities": 3,
                    "common": 0,
                    "likeness": 0.5,
                    **POINTS,
                    "score": 0.5,
                    "reason": "3 个小区相连 / 3 communities, connected",
                }
            )
    return pd.DataFrame(rows)


def _zones() -> pd.DataFrame:
    rows = []
    for zone in sorted({zone for zone in ZONE_OF if zone}):
        members = [i for i, own in enumerate(ZONE_OF) if own == zone]
        keys = [community_ids()[i] for i in members]
        outline = shapely.union_all([block(i) for i in members])
        rows.append(
            {
                "zone_id": zone,
                "communities": len(members),
                "households": sum(households(i) for i in members),
                "households_source": "ledger;buildings" if 7 in members else "ledger",
                "centre_id": keys[0],
                "subdistricts": ";".join(sorted({office(i) for i in members})),
                "walk_minutes_max": 7.9,
                "compactness": 0.62,
                "bounds_met": zone != "Z03",
                "explanation_zh": f"{zone}：{len(members)}个小区由小巷相连，受户数上限所限。",
                "explanation_en": f"{zone}: {len(members)} communities joined by lanes, "
                "stopped by the cap on households.",
                "geometry": outline,
            }
        )
    return frame(rows)


def _adjacency() -> list[dict[str, Any]]:
    rows = []
    for (i, a), (j, b) in combinations(enumerate(community_ids()), 2):
        (column_a, row_a), (column_b, row_b) = cell(i), cell(j)
        if abs(column_a - column_b) + abs(row_a - row_b) != 1:
            continue
        across_river = {column_a, column_b} == {1, 2}
        kind = "bridge" if across_river else "lane" if row_a == row_b else "road"
        if (a, b) == ("c01", "c05"):
            kind = "wall"
        if (a, b) == ("c08", "c12"):
            kind = "cut"
        crosses = {"bridge": "bridge", "lane": "lane", "road": "road"}.get(kind, "none")
        rows.append(
            {
                "focal": a,
                "neighbor": b,
                "gap_m": 60.0 if row_a == row_b else 24.0,
                "shared_m": 176.0 if row_a == row_b else 200.0,
                "walk_m": None if NOT_SNAPPED in {i, j} else walk_m(gate(i), gate(j)),
                "crosses": crosses,
                "same_subdistrict": office(i) == office(j),
                "kind": kind,
                "linked": kind != "cut",
                "reason": "居民不同意相通" if kind == "cut" else None,
            }
        )
    return rows
