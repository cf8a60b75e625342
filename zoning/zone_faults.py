"""Faults that the checker of zones can find, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WORDS: Final = {
    "community-twice": ("{who} is listed more than once", "{who} 出现多次"),
    "community-missing": ("{who} is not in the assignment", "{who} 未列入归属表"),
    "community-unknown": ("{who} is no community", "{who} 不在小区表中"),
    "role-wrong": (
        "{who} is {found!r} in {zone} but its status is {status!r}",
        "{who} 在 {zone} 的角色为 {found!r}，而资格为 {status!r}",
    ),
    "zone-without-core": ("{zone} has no core community", "{zone} 没有核心小区"),
    "reason-and-zone": (
        "{who} is in {zone} and has the reason {found!r}",
        "{who} 已在 {zone}，却有未入原因 {found!r}",
    ),
    "role-without-zone": (
        "{who} has the role {found!r} but no zone",
        "{who} 有角色 {found!r} 而无片区",
    ),
    "reason-missing": ("{who} is in no zone and has no reason", "{who} 未入片区且无原因"),
    "reason-wrong": (
        "{who} is {status}, its reason is {found!r}",
        "{who} 资格为 {status}，原因却为 {found!r}",
    ),
    "zone-not-connected": (
        "{zone}: {found} not linked with {who} inside the zone",
        "{zone}：{found} 与 {who} 在片区内不连通",
    ),
    "absorbed-not-touching": (
        "{who} touches no core community of {zone}",
        "{who} 不与 {zone} 的核心小区相连",
    ),
    "absorbable-left-out": (
        "{who} touches {zone} and fits, but is in no zone",
        "{who} 与 {zone} 相连且可容纳，却未并入",
    ),
    "households-below-floor": (
        "{zone} has {found:,g} core households, floor {limit:,g}",
        "{zone} 核心户数 {found:,g}，下限 {limit:,g}",
    ),
    "households-above-cap": (
        "{zone} has {found:,g} households, cap {limit:,g}",
        "{zone} 户数 {found:,g}，上限 {limit:,g}",
    ),
    "communities-out-of-range": (
        "{zone} has {found} core communities, {limit} allowed",
        "{zone} 核心小区 {found} 个，限值 {limit}",
    ),
    "count-wrong": ("{found} zones, {limit} asked for", "共 {found} 个片区，要求 {limit} 个"),
    "zone-crosses-office": (
        "{zone} lies in several street offices: {found}",
        "{zone} 跨街道：{found}",
    ),
    "together-broken": ("{who} must share a zone: found {found}", "{who} 必须同区：实际 {found}"),
    "apart-broken": ("{who} must not share a zone: found {found}", "{who} 不得同区：实际 {found}"),
    "locked-broken": ("{who} are locked otherwise: found {found}", "{who} 已锁定：实际 {found}"),
    "zone-id-wrong": ("{zone} should be called {found}", "{zone} 的编号应为 {found}"),
    "zones-differ": ("zones and assignment differ: {found}", "片区表与归属表不一致：{found}"),
    "households-differ": (
        "{zone} states {limit:,g} households, its members have {found:,g}",
        "{zone} 标注 {limit:,g} 户，成员合计 {found:,g} 户",
    ),
    "communities-differ": (
        "{zone} states {limit} communities, it has {found}",
        "{zone} 标注 {limit} 个小区，实为 {found} 个",
    ),
    "centre-outside": (
        "the centre {who} of {zone} is no core member of it",
        "{zone} 的中心 {who} 不是其核心小区",
    ),
    "walk-too-long": (
        "{who} walks {found:.1f} min to the centre of {zone}, limit {limit:g}",
        "{who} 至 {zone} 中心步行 {found:.1f} 分钟，限值 {limit:g}",
    ),
    "walk-unknown": (
        "no walk is known from {who} to the centre of {zone}, limit {limit:g} min",
        "{who} 至 {zone} 中心的步行不明，限值 {limit:g} 分钟",
    ),
    "subdistricts-differ": (
        "{zone} states the street offices {limit}, its members have {found}",
        "{zone} 标注街道 {limit}，成员实为 {found}",
    ),
    "bounds-met-wrong": (
        "{zone} states bounds_met = {limit}, it is {found}",
        "{zone} 标注满足限值为 {limit}，实为 {found}",
    ),
    "walk-differs": (
        "{zone} states a longest walk of {limit:g} min, it is {found:g}",
        "{zone} 标注最远步行 {limit:g} 分钟，实为 {found:g}",
    ),
    "compactness-wrong": (
        "{zone} states a compactness of {limit:g}, its outline has {found:g}",
        "{zone} 标注紧凑度 {limit:g}，轮廓实为 {found:g}",
    ),
    "outline-misses-member": (
        "the outline of {zone} leaves out its member {who}",
        "{zone} 的轮廓未包含成员 {who}",
    ),
    "outline-holds-stranger": (
        "the outline of {zone} holds {who}, which is no member",
        "{zone} 的轮廓包含非成员 {who}",
    ),
    "outlines-overlap": (
        "the outlines of {zone} and {found} overlap",
        "{zone} 与 {found} 的轮廓重叠",
    ),
}
"""Each rule's fault in words, English and Chinese."""


@dataclass(frozen=True, order=True)
class Fault:
    """One broken rule.

    Parameters
    ----------
    code
        Stable code of the rule: ``zone-not-connected``.
    zone_id, community_id
        Where; empty when the fault is not of one zone or community.
    en, zh
        What is wrong, with the value found and the value expected.
    """

    code: str
    zone_id: str
    community_id: str
    en: str
    zh: str


def make_fault(
    code: str,
    *,
    zone: str = "",
    who: str = "",
    found: object = "",
    limit: object = "",
    status: str = "",
) -> Fault:
    """Word a fault: where it is, what was found, what the limit is."""
    values = {"zone": zone, "who": who, "found": found, "limit": limit, "status": status}
    en, zh = WORDS[code]
    return Fault(code, zone, who, en.format(**values), zh.format(**values))
