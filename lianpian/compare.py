"""Plan A beside plan B: figures that differ, communities that moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layers.counts import counted
from lianpian.differences import Difference, broken_rules, quality, rules, summary
from lianpian.differences import zones as zone_figures
from maps.labels import Imprint
from maps.notes import zoning_lines
from maps.words import Both


@dataclass(frozen=True)
class Comparison:
    """What differs between two plans.

    Parameters
    ----------
    lines
        Lines for people, Chinese and English.
    document
        The same for programs.
    figures
        What the plans cost, and figures that differ: caption with unit (Chinese, English), first
        and second value as texts.
    same
        Zone of the second plan -> zone of the first that it became.
    moved
        Communities that moved: id -> zone in the first and in the second plan.
    """

    lines: tuple[tuple[str, str], ...]
    document: Mapping[str, Any]
    figures: tuple[tuple[tuple[str, str], str, str], ...]
    same: Mapping[str, str]
    moved: Mapping[str, tuple[str | None, str | None]]


def compare_plans(
    first: Mapping[str, pd.DataFrame],
    second: Mapping[str, pd.DataFrame],
    *,
    zoning: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> Comparison:
    """Compare two plans.

    Parameters
    ----------
    first, second
        Tables of each plan by name.
    zoning
        ``zoning`` of each ``run.json``: what the bounds are of.

    Returns
    -------
    Comparison
        Objective, bound and gap of both; and where they differ, rules that they break, figures of
        zones and of the summary, and every community that moved. Numbers of zones mean nothing
        across plans: a zone of the first plan is the same as that zone of the second with which it
        shares most members, one to one, and who is not in it any more has moved.
    """
    zones = first["assignment"]["zone_id"], second["assignment"]["zone_id"]
    same = match_zones(*zones)
    costs, broken = quality(first, second), rules(first, second)
    of_zones, others = list(zone_figures(first, second, same)), list(summary(first, second))
    lines = [one.line for one in costs] + _bounds_of(zoning)
    lines += [one.line for one in [*broken, *of_zones, *others]]
    for old, new in sorted(same.items()):
        if old != new:
            lines.append((f"片区 {old} 在第二个方案中为 {new}", f"{old} is {new} in the second"))
    moved = _moved(*zones, same)
    lines.append(
        (
            f"换了片区的小区 {len(moved):,} 个",
            f"{counted(len(moved), 'community', 'communities')} moved",
        )
    )
    names_of = {**_names(second["communities"]), **_names(first["communities"])}
    for one, (before, after) in moved.items():
        who = names_of.get(one, one)
        step = f"{before or '—'} → {after or '—'}"
        lines.append((f"  {who}（{one}）：{step}", f"  {who} ({one}): {step}"))
    return Comparison(
        tuple(lines),
        {
            "quality": {one.name: _told(one) for one in costs},
            "bound_of": {
                "first": zoning[0].get("bound_of"),
                "second": zoning[1].get("bound_of"),
            },
            "rules_broken": {
                name: [{"zh": zh, "en": en} for zh, en in broken_rules(plan)]
                for name, plan in (("first", first), ("second", second))
            },
            "zones": [
                {
                    "first_zone": None if one.zones is None else one.zones[0],
                    "second_zone": None if one.zones is None else one.zones[1],
                    "figure": one.name,
                    **_told(one),
                }
                for one in of_zones
            ],
            "figures": {one.name: _told(one) for one in others},
            "moved": {
                k: {"name": names_of.get(k), "first": a, "second": b} for k, (a, b) in moved.items()
            },
        },
        figures=tuple(one.row for one in [*costs, *broken, *of_zones, *others]),
        same={new: old for old, new in same.items()},
        moved=moved,
    )


def _told(figure: Difference) -> dict[str, Any]:
    zh, en = figure.caption
    return {
        "zh": zh,
        "en": en,
        "unit": figure.unit,
        "first": figure.first,
        "second": figure.second,
    }


def _bounds_of(zoning: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[Both]:
    """Say of each plan what its bound is of, where that is known."""
    lines = []
    for plan, (zh, en) in zip(
        zoning, (("方案一", "First plan"), ("方案二", "Second plan")), strict=True
    ):
        pairs = tuple((str(name), str(value)) for name, value in plan.items())
        told = zoning_lines(Imprint(title="", zoning=pairs), {"bound_of", "unpriced"})
        lines += [(f"  {zh}：{said[0]}", f"  {en}: {said[1]}") for said in told]
    return lines


def _names(communities: pd.DataFrame) -> dict[str, str]:
    return {str(key): str(name) for key, name in communities["name"].dropna().items()}


def match_zones(first: pd.Series, second: pd.Series) -> dict[str, str]:
    """Match zones of two plans one to one, most common members first; ties by id.

    Parameters
    ----------
    first, second
        Zone of each community; missing where it is in none.

    Returns
    -------
    dict
        Zone of the first plan -> zone of the second; zones that match none are not in it.
    """
    pairs = pd.DataFrame({"first": first, "second": second}).dropna()
    shared = pairs.groupby(["first", "second"]).size().rename("members").reset_index()
    shared = shared.sort_values(["members", "first", "second"], ascending=[False, True, True])
    same: dict[str, str] = {}
    for old, new in zip(shared["first"], shared["second"], strict=True):
        if old not in same and new not in same.values():
            same[old] = new
    return same


def _moved(
    first: pd.Series, second: pd.Series, same: Mapping[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    """List communities that are not in the zone which their own became, with both zone ids."""
    moved: dict[str, tuple[str | None, str | None]] = {}
    for community_id in sorted({*first.index, *second.index}):
        old, new = _zone(first, community_id), _zone(second, community_id)
        if (same.get(old) if old else None) != new or (old and old not in same):
            moved[community_id] = (old, new)
    return moved


def _zone(zones: pd.Series, community_id: str) -> str | None:
    found = zones.get(community_id)
    return None if found is None or pd.isna(found) else str(found)
