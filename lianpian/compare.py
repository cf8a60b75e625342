"""Plan A beside plan B: figures that differ, communities that moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from layers.counts import counted

_LARGE: Final = 100


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
        Figures that differ: caption (Chinese, English), first and second value as texts.
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
    first: Mapping[str, pd.DataFrame], second: Mapping[str, pd.DataFrame]
) -> Comparison:
    """Compare two plans.

    Parameters
    ----------
    first, second
        Tables of each plan by name.

    Returns
    -------
    Comparison
        Every figure of the summary that differs, and every community that moved. Numbers of zones
        mean nothing across plans: a zone of the first plan is the same as that zone of the second
        with which it shares most members, one to one, and who is not in it any more has moved.
    """
    lines: list[tuple[str, str]] = []
    figures: dict[str, dict[str, float | None]] = {}
    told: list[tuple[tuple[str, str], str, str]] = []
    names = first["summary"].index.union(second["summary"].index)
    for name in map(str, names):
        a, b = _value(first["summary"], name), _value(second["summary"], name)
        if a == b or (a is not None and b is not None and math.isclose(a, b)):
            continue
        figures[name] = {"first": a, "second": b}
        held = first["summary"] if name in first["summary"].index else second["summary"]
        zh, en = str(held["zh"].loc[name]), str(held["en"].loc[name])
        told.append(((zh, en), _shown(a), _shown(b)))
        lines.append((f"{zh}：{_shown(a)} → {_shown(b)}", f"{en}: {_shown(a)} -> {_shown(b)}"))
    zones = first["assignment"]["zone_id"], second["assignment"]["zone_id"]
    same = match_zones(*zones)
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
            "figures": figures,
            "moved": {k: {"first": a, "second": b} for k, (a, b) in moved.items()},
        },
        figures=tuple(told),
        same={new: old for old, new in same.items()},
        moved=moved,
    )


def _value(summary: pd.DataFrame, name: str) -> float | None:
    if name not in summary.index:
        return None
    value = float(summary["value"].loc[name])
    return None if math.isnan(value) else value


def _shown(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.4g}"


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
