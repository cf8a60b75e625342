"""Coverage: haves that are met from the gate, while most households live too far from them."""

from __future__ import annotations

import math
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.contracts import check
from layers.counts import counted
from layers.tables import CATEGORIES
from zoning.rules import HAVE_NAMES
from zoning.tables import GAPS, MET_STATUSES

LEAST_SHARE: Final = 0.5
"""Met with a smaller share of households covered is a finding. Ours: no document gives a figure."""

_MOST_NAMED: Final = 8


def list_uncovered(gaps: pd.DataFrame) -> list[Finding]:
    """List the haves that communities meet with less than half of their households covered.

    Parameters
    ----------
    gaps
        Contract `GAPS`; the adult walker's answers count.

    Returns
    -------
    list
        One finding for each have of which there are such answers, in the official order: how many
        communities, how many of them cover nobody, and those of the least coverage by id. Exactly
        half is no finding, nor is a community without a figure.

    Raises
    ------
    ContractError
        If `gaps` breaks its contract.

    Notes
    -----
    The answer is by the least walk over a community's gates, coverage by the walk from each
    building: on a large ground the gate may be near and most homes far.

    References
    ----------
    RULES 1.8 rule 1: yes or no beside the households covered.
    """
    check(GAPS, gaps)
    adult = gaps.xs("adult", level="walker")
    met = adult[adult["status"].isin(MET_STATUSES)]
    share = (met["households_covered"] / met["households"]).rename("share")
    low = share[share < LEAST_SHARE].reset_index().sort_values(["share", "community_id"])
    return [
        _finding(have, low[low["category"].eq(have)])
        for have in CATEGORIES
        if low["category"].eq(have).any()
    ]


def _finding(have: str, rows: pd.DataFrame) -> Finding:
    named_zh, named_en = HAVE_NAMES[have]
    none = int(rows["share"].eq(0).sum())
    first = [
        f"{community} {_per_cent(share)}"
        for community, share in zip(rows["community_id"], rows["share"], strict=True)
    ][:_MOST_NAMED]
    none_zh = f"，其中 {none:,} 个为 0%" if none else ""
    none_en = f", 0% in {none:,}" if none else ""
    more = len(rows) > _MOST_NAMED
    return Finding(
        severity="check",
        table_name="gaps",
        row_key=have,
        code="met-by-gate-only",
        zh=f"「{named_zh}」：{len(rows):,} 个小区按出入口达标，但按楼栋覆盖的户数不足一半{none_zh}"
        f"（{'、'.join(first)}{'等' if more else ''}）。",
        en=f"{named_en}: {counted(len(rows), 'community meets', 'communities meet')} it from the "
        f"gate while less than half of the households are covered by building{none_en} "
        f"({', '.join(first)}{', ...' if more else ''}).",
        remedy="结论按出入口、覆盖率按楼栋计算：核对出入口与楼栋户数，必要时在小区内部补设施 / "
        "The answer is by gate, coverage by building: check gates and households of buildings; "
        "a place further in may be needed",
    )


def _per_cent(share: float) -> str:
    """Round down, so that less than half is never told as 50%; what is covered is never 0%."""
    return f"{max(math.floor(100 * share), 1) if share > 0 else 0}%"
