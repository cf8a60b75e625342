"""Figures in which two plans differ: quality, rules broken, zones that match, all the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from maps.amounts import bare, captioned, unit_words
from maps.words import HAVES, Both
from zoning.tables import MISSING_STATUSES
from zoning.zone_faults import WORDS as FAULTS

Tables = Mapping[str, pd.DataFrame]

QUALITY: Final[Mapping[str, tuple[Both, str]]] = {
    "objective": (
        (
            "目标值：各户至片区中心步行之和及附加项，小者优",
            "Objective: walks to centres and terms set, less is better",
        ),
        "户·m",
    ),
    "bound": (("目标值的已证下界", "Proven lower bound of the objective"), "户·m"),
    "gap_share": (("目标值与下界相差", "Distance of the objective to the bound"), "0–1"),
}
"""Figures of a plan's quality, told of each plan whether they differ or not."""

RULE: Final = "rule_broken"
"""Name of the figure that says which plan breaks one rule."""

_ONE: Final[tuple[Both, Both]] = (("仅方案一", "First plan only"), ("仅方案二", "Second plan only"))
_BOTH: Final[Both] = ("两方案均", "Both plans")

_ZONE: Final[Mapping[str, tuple[Both, str]]] = {
    "households": (("户数", "households"), "户"),
    "communities": (("小区数", "communities"), ""),
    "walk_minutes_max": (("最远步行", "longest walk to the centre"), "min"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One figure of two plans.

    Parameters
    ----------
    name
        Stable name: of the summary, or of a column.
    caption
        Chinese and English, without the unit.
    unit
        As in the contracts of tables.
    first, second
        The figure in each plan; None where it has none.
    zones
        Zone in the first and in the second plan, where the figure is of one.
    """

    name: str
    caption: Both
    unit: str
    first: float | None
    second: float | None
    zones: tuple[str | None, str | None] | None = None

    @property
    def is_same(self) -> bool:
        """Tell whether both plans have the same figure, last digits of sums aside."""
        a, b = self.first, self.second
        return a == b or (a is not None and b is not None and math.isclose(a, b))

    @property
    def row(self) -> tuple[Both, str, str]:
        """Give the caption with its unit, and both figures as texts."""
        return (
            captioned(self.caption, self.unit),
            bare(self.first, self.unit),
            bare(self.second, self.unit),
        )

    @property
    def line(self) -> Both:
        """Say it in one line."""
        if self.name == RULE:
            zh, en = _BOTH if self.first and self.second else _ONE[0 if self.first else 1]
            return f"  {zh}{self.caption[0]}", f"  {en}: {self.caption[1]}"
        zh, en = unit_words(self.unit)
        _, a, b = self.row
        return (
            f"{self.caption[0]}：{a} → {b} {zh}".rstrip(),
            f"{self.caption[1]}: {a} -> {b} {en}".rstrip(),
        )


def broken_rules(plan: Tables) -> list[Both]:
    """Name the rules that a plan breaks, by the findings of its check."""
    found = plan.get("findings")
    if found is None or found.empty:
        return []
    rows = found[(found["table_name"] == "assignment") & found["code"].isin(list(FAULTS))]
    return [(str(zh), str(en)) for zh, en in zip(rows["zh"], rows["en"], strict=True)]


def quality(first: Tables, second: Tables) -> list[Difference]:
    """Set what both plans cost beside each other, with their bounds."""
    return [
        Difference(
            name=name,
            caption=caption,
            unit=unit,
            first=_drawn(first, name),
            second=_drawn(second, name),
        )
        for name, (caption, unit) in QUALITY.items()
        if "plans" in first and "plans" in second
    ]


def _drawn(plan: Tables, name: str) -> float | None:
    plans = plan["plans"]
    own = plans.loc[plans["kind"].eq("drawn"), name]
    return _number(own.iloc[0]) if len(own) else None


def rules(first: Tables, second: Tables) -> list[Difference]:
    """Count the rules that each plan breaks, and name each of them."""
    one, other = broken_rules(first), broken_rules(second)
    if not one and not other:
        return []
    total = Difference(
        name="rules_broken",
        caption=("违反规则（条）", "Rules broken"),
        unit="",
        first=len(one),
        second=len(other),
    )
    each = [
        Difference(
            name=RULE,
            caption=(f"违反规则：{both[0]}", f"Rule broken: {both[1]}"),
            unit="",
            first=one.count(both),
            second=other.count(both),
        )
        for both in sorted({*one, *other})
    ]
    return [total, *each]


def zones(first: Tables, second: Tables, same: Mapping[str, str]) -> Iterator[Difference]:
    """Set zones that match beside each other, and zones that match none beside nothing.

    Parameters
    ----------
    first, second
        Tables of both plans.
    same
        Zone of the first plan -> zone of the second that it became.
    """
    if not all("zones" in plan and "gaps" in plan for plan in (first, second)):
        return
    pairs: list[tuple[str | None, str | None]] = [
        (str(zone), same.get(str(zone))) for zone in first["zones"].index
    ]
    known = {other for _, other in pairs}
    pairs += [(None, str(zone)) for zone in second["zones"].index if str(zone) not in known]
    told = _figures(first), _figures(second)
    for one, other in pairs:
        called = one if other in (one, None) else f"{one} → {other}" if one else str(other)
        for name, (caption, unit) in _CAPTIONS.items():
            found = Difference(
                name=name,
                caption=(f"片区 {called}：{caption[0]}", f"Zone {called}: {caption[1]}"),
                unit=unit,
                first=told[0].get((one, name)),
                second=told[1].get((other, name)),
                zones=(one, other),
            )
            if not found.is_same:
                yield found


_CAPTIONS: Final = {
    **_ZONE,
    **{
        f"gaps_{have}": ((f"{zh}缺项小区", f"communities that miss: {en}"), "")
        for have, (zh, en) in HAVES.items()
    },
}
"""What is told of a zone; what is missing holds "too far", as in the summary."""


def _figures(plan: Tables) -> dict[tuple[str | None, str], float | None]:
    """Give every figure of every zone of a plan."""
    told: dict[tuple[str | None, str], float | None] = {}
    table, gaps = plan["zones"], plan["gaps"]
    for name in _ZONE:
        for zone, value in table[name].items():
            told[str(zone), name] = _number(value)
    levels = gaps.index
    missing = gaps["status"].isin(MISSING_STATUSES).to_numpy(dtype=bool)
    missing = missing & (levels.get_level_values("walker") == "adult")
    rows = pd.DataFrame({"missing": missing, "have": levels.get_level_values("category")})
    communities = levels.get_level_values("community_id")
    rows["zone"] = plan["assignment"]["zone_id"].reindex(communities).to_numpy()
    counts = rows.groupby(["zone", "have"], as_index=False)["missing"].sum()
    for zone, have, count in zip(counts["zone"], counts["have"], counts["missing"], strict=True):
        told[str(zone), f"gaps_{have}"] = float(count)
    return told


def summary(first: Tables, second: Tables) -> Iterator[Difference]:
    """List the figures of the summary in which the plans differ."""
    one, other = first["summary"], second["summary"]
    for name in map(str, one.index.union(other.index)):
        held = one if name in one.index else other
        found = Difference(
            name=name,
            caption=(str(held["zh"].loc[name]), str(held["en"].loc[name])),
            unit=str(held["unit"].loc[name]) if pd.notna(held["unit"].loc[name]) else "",
            first=_number(one["value"].loc[name]) if name in one.index else None,
            second=_number(other["value"].loc[name]) if name in other.index else None,
        )
        if not found.is_same:
            yield found


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]  # a cell
