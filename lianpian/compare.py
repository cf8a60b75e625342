"""Plan A beside plan B: figures that differ, communities that moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """What differs between two plans: lines for people (zh, en) and a JSON document."""

    lines: tuple[tuple[str, str], ...]
    document: Mapping[str, Any]


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
        Every figure of the summary that differs, and every community whose companions differ.
        Zones are compared by their members, since their numbers mean nothing across plans.
    """
    lines: list[tuple[str, str]] = []
    figures: dict[str, dict[str, float | None]] = {}
    names = first["summary"].index.union(second["summary"].index)
    for name in map(str, names):
        a, b = _value(first["summary"], name), _value(second["summary"], name)
        if a == b:
            continue
        figures[name] = {"first": a, "second": b}
        held = first["summary"] if name in first["summary"].index else second["summary"]
        zh, en = str(held["zh"].loc[name]), str(held["en"].loc[name])
        lines.append((f"{zh}：{_shown(a)} → {_shown(b)}", f"{en}: {_shown(a)} -> {_shown(b)}"))
    moved = _moved(first["assignment"]["zone_id"], second["assignment"]["zone_id"])
    lines.append(
        (f"同伴不同的小区 {len(moved)} 个", f"{len(moved)} communities with other companions")
    )
    for community_id, (old, new) in moved.items():
        lines.append((f"  {community_id}：{old or '—'} → {new or '—'}",) * 2)
    return Comparison(
        tuple(lines),
        {
            "figures": figures,
            "moved": {k: {"first": a, "second": b} for k, (a, b) in moved.items()},
        },
    )


def _value(summary: pd.DataFrame, name: str) -> float | None:
    if name not in summary.index:
        return None
    value = float(summary["value"].loc[name])
    return None if math.isnan(value) else value


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:,.10g}"


def _moved(first: pd.Series, second: pd.Series) -> dict[str, tuple[str | None, str | None]]:
    """List communities whose set of zone companions differs, with both zone ids."""
    moved: dict[str, tuple[str | None, str | None]] = {}
    before, after = _companions(first), _companions(second)
    for community_id in sorted({*first.index, *second.index}):
        if before.get(community_id) != after.get(community_id):
            moved[community_id] = (_zone(first, community_id), _zone(second, community_id))
    return moved


def _companions(zones: pd.Series) -> dict[str, frozenset[str]]:
    members = zones.dropna().groupby(zones.dropna()).groups
    return {one: frozenset(group) for group in members.values() for one in group}


def _zone(zones: pd.Series, community_id: str) -> str | None:
    found = zones.get(community_id)
    return None if found is None or pd.isna(found) else str(found)
