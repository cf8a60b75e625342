"""Reasons for joining, in words and numbers, Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from zoning.rules import HAVE_NAMES

_BORDERS: Final = {
    "wall": ("共墙", "shared wall"),
    "lane": ("隔巷相对", "facing across a lane,"),
    "road": ("隔路相对", "facing across a road,"),
    "added": ("人工相连，相对", "link added by a planner, facing"),
    "bridge": ("经桥相连，步行", "by bridge, on foot"),
    "through": ("间接相连", "through"),
}
"""Kinds of border, Chinese and English."""


@dataclass(frozen=True)
class Pair:
    """One row as the reason needs it; numbers are NaN and flags None where unknown.

    `border_m` is the shared length, by bridge the walk.
    """

    focal: str
    partner: str
    between: str
    kind: str
    border_m: float
    common: tuple[str, ...]
    households: float
    same_office: bool | None
    likeness: float


Reason = tuple[str, str]


def join_reasons(reasons: list[Reason]) -> str:
    """Write reasons as one text, Chinese and English parted by `` / ``."""
    return "；".join(zh for zh, _ in reasons) + " / " + "; ".join(en for _, en in reasons)


def explain_scope(focal: str, excluded: frozenset[str]) -> list[Reason]:
    """Say that a community is out of scope, if it is."""
    is_out = focal in excluded
    return [("本小区不在改造范围", "this community is out of scope")] if is_out else []


def explain_pair(
    pair: Pair, households_floor: float | None, zone: Mapping[str, str]
) -> list[Reason]:
    """Say in numbers what two gain, and what the plan does with them."""
    reasons = [_explain_border(pair), _explain_common(pair.common)]
    reasons.append(_explain_households(pair.households, households_floor))
    if pair.same_office is not None:
        office = (
            ("同一街道", "same street office")
            if pair.same_office
            else ("不同街道", "another street office")
        )
        reasons.append(office)
    if not math.isnan(pair.likeness):
        reasons.append((f"需求相似度 {pair.likeness:.0%}", f"needs {pair.likeness:.0%} alike"))
    own, theirs = zone.get(pair.focal), zone.get(pair.partner)
    if own is not None and own == theirs:
        reasons.append((f"方案同在 {own}", f"the plan joins them in {own}"))
    elif own is not None and theirs is not None:
        reasons.append((f"方案分在 {own}、{theirs}", f"the plan parts them: {own}, {theirs}"))
    return reasons


def _explain_border(pair: Pair) -> Reason:
    zh, en = _BORDERS[pair.kind]
    if pair.between:
        via = pair.between.split(";")
        return f"{zh}（经 {'、'.join(via)}）", f"{en} {', '.join(via)}"
    if math.isnan(pair.border_m):
        return f"{zh}长度不明", f"{en} unknown length"
    return f"{zh} {pair.border_m:,.0f} 米", f"{en} {pair.border_m:,.0f} m"


def _explain_common(common: tuple[str, ...]) -> Reason:
    if not common:
        return "无可共建的同缺项", "nothing missing that one facility would close for both"
    zh, en = _name_haves(common)
    return (
        f"同缺且一处可补 {len(common):,} 项：{zh}",
        f"{len(common):,} missing that one facility would close for both: {en}",
    )


def _name_haves(names: tuple[str, ...]) -> Reason:
    return (
        "、".join(HAVE_NAMES[name][0] for name in names),
        ", ".join(HAVE_NAMES[name][1] for name in names),
    )


def explain_set(row: Mapping[Hashable, Any], floor: float | None) -> list[Reason]:
    """Say in numbers what a set gains."""
    number = int(row["communities"])
    reasons = [(f"{number} 个小区相连", f"{number} communities, connected")]
    if row["common"]:
        zh, en = _name_haves(tuple(str(row["common_missing"]).split(";")))
        saved = int(row["common"])
        reasons.append((f"共建可少建 {saved} 处：{zh}", f"shared, {saved} fewer to build: {en}"))
    else:
        reasons.append(("无可共建的同缺项", "nothing missing that they could share"))
    reasons.append(_explain_households(float(row["households_after"]), floor))
    if not pd.isna(row["subdistricts"]):
        offices = int(row["subdistricts"])
        reasons.append((f"涉及街道 {offices} 个", f"{offices} street office(s)"))
    if not math.isnan(row["likeness"]):
        share = row["likeness"]
        reasons.append((f"需求相似度 {share:.0%}", f"needs {share:.0%} alike"))
    if not pd.isna(row["in_zone"]):
        inside, zone, others = int(row["in_zone"]), row["zone_id"], number - 1
        reasons.append(
            (
                f"方案中 {inside}/{others} 同在 {zone}",
                f"the plan has {inside} of {others} in {zone}",
            )
        )
    return reasons


def _explain_households(together: float, floor: float | None) -> Reason:
    if math.isnan(together):
        return "合计户数不明", "households together unknown"
    zh, en = f"合计 {together:,.0f} 户", f"{together:,.0f} households together"
    if floor is None:
        return zh, en
    share = together / floor
    return (
        f"{zh}，为下限 {floor:,.0f} 户的 {share:.0%}",
        f"{en}, {share:.0%} of the floor {floor:,.0f}",
    )
