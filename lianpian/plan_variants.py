"""Plans beside the one drawn: other numbers of zones, others of nearly the same cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from layers.contracts import conform
from layers.counts import counted
from layers.errors import InfeasibleError
from lianpian.compare import match_zones
from lianpian.zoned import Parts, Settle, Zoned, centres_of
from zoning.regionalization.alternatives import find_near_best
from zoning.regionalization.problem import ZoningProblem
from zoning.regionalization.solve import RegionalizationResult, regionalize
from zoning.tables import ALTERNATIVES, PLANS

DRAWN: Final = "A0"
"""Id of the plan that the job draws."""

_SHOWN: Final = 6
"""Communities named in one sentence on what differs, the largest first."""


@dataclass(frozen=True, kw_only=True)
class Variants:
    """Other plans: contracts `PLANS` and `ALTERNATIVES`, and who stays with whom in them.

    ``stays_share`` is by community: the share of plans of nearly the same cost in which it is in
    the zone that its own became; missing for who was not in the problem.
    """

    plans: pd.DataFrame
    alternatives: pd.DataFrame
    stays_share: pd.Series


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One plan of the table: its id, its row so far, and who is where."""

    plan: str
    row: Mapping[str, Any]
    assignment: pd.DataFrame | None


def find_variants(given: Zoned, parts: Parts, *, seed: int, time_limit_s: float | None) -> Variants:
    """Compare the plan drawn with others.

    Parameters
    ----------
    given
        Tables and rules of the job.
    parts
        The plan drawn. One by hand is not compared: its row alone is given.
    seed, time_limit_s
        As for `zoning.regionalization.regionalize`; the limit holds for each number of zones.

    Returns
    -------
    Variants
        Zones of other plans carry the ids of the zones of this plan that they match, one to one,
        most common members first; zones that match none go on counting.
    """
    base = parts.assignment
    walks = _both_ways(given.walks)
    entries = [_drawn(given, parts, walks)] if base["zone_id"].notna().any() else []
    stays = pd.Series(np.nan, index=base.index)
    if parts.problem is not None and parts.result is not None and parts.settle is not None:
        problem, result, settle = parts.problem, parts.result, parts.settle
        settings = given.settings
        if settings.alternatives:
            near = find_near_best(
                problem.weights,
                problem.adjacency,
                problem.cost,
                problem.bounds,
                result.assignment,
                within_share=settings.near_share,
                wanted=settings.alternatives,
                seed=seed,
            )
            stays = near.stays_share.reindex(base.index)
            for number, variant in enumerate(near.variants, start=1):
                figures = {"kind": "near", "objective": variant.objective}
                entries.append(
                    _entry(given, f"A{number}", figures, variant.assignment, settle, base, walks)
                )
        entries += _counts(given, parts, base, walks, seed, time_limit_s)
    return Variants(
        plans=_plans(given, entries, base),
        alternatives=_alternatives(entries[1:], base),
        stays_share=stays,
    )


def _drawn(given: Zoned, parts: Parts, walks: pd.Series) -> _Entry:
    record = parts.record
    figures = {name: record[name] for name in ("objective", "bound", "gap_share", "optimal")}
    return _Entry(
        plan=DRAWN,
        row={
            "kind": "drawn",
            **figures,
            **_measure(given, parts.assignment, parts.centres, walks),
        },
        assignment=parts.assignment,
    )


def _counts(
    given: Zoned,
    parts: Parts,
    base: pd.DataFrame,
    walks: pd.Series,
    seed: int,
    time_limit_s: float | None,
) -> Iterator[_Entry]:
    """Solve the problem anew for each number of zones that the job compares."""
    problem, settle = parts.problem, parts.settle
    if problem is None or settle is None:
        return
    drawn = int(base["zone_id"].nunique())
    counts = sorted(set(given.settings.compare_counts))
    width = max((len(str(count)) for count in counts), default=1)
    for count in counts:
        if count == drawn:
            continue
        name = f"N{count:0{width}d}"
        answer = _solve(problem, count, seed, time_limit_s)
        if isinstance(answer, InfeasibleError):
            row = {"kind": "count", "zones": count, "zh": answer.zh, "en": answer.en}
            yield _Entry(plan=name, row=row, assignment=None)
            continue
        figures = {
            "kind": "count",
            "objective": answer.objective,
            "bound": answer.bound if np.isfinite(answer.bound) else None,
            "gap_share": answer.gap_share if np.isfinite(answer.gap_share) else None,
            "optimal": answer.optimal,
        }
        yield _entry(given, name, figures, answer.assignment, settle, base, walks)


def _solve(
    problem: ZoningProblem, count: int, seed: int, time_limit_s: float | None
) -> RegionalizationResult | InfeasibleError:
    try:
        return regionalize(
            problem.weights,
            problem.adjacency,
            problem.cost,
            replace(problem.bounds, count=count),
            seed=seed,
            time_limit_s=time_limit_s,
            advise=False,  # the plan drawn has its advice; a row of a table has room for the reason
        )
    except InfeasibleError as error:
        return error


def _entry(
    given: Zoned,
    plan: str,
    figures: Mapping[str, Any],
    found: pd.Series,
    settle: Settle,
    base: pd.DataFrame,
    walks: pd.Series,
) -> _Entry:
    assignment = settle(found)
    centres = centres_of(assignment, found)
    same = match_zones(assignment["zone_id"], base["zone_id"])
    names = _names(sorted(assignment["zone_id"].dropna().unique()), same, base)
    assignment["zone_id"] = assignment["zone_id"].map(names).astype("str")
    centres.index = centres.index.map(names)
    row = {**figures, **_measure(given, assignment, centres, walks)}
    return _Entry(plan=plan, row=row, assignment=assignment)


def _names(zones: list[str], same: Mapping[str, str], base: pd.DataFrame) -> dict[str, str]:
    """Name zones as those of the plan drawn; those that match none go on counting."""
    known = set(base["zone_id"].dropna())
    names, number = dict(same), 0
    for zone in zones:
        if zone not in names:
            number += 1
            while f"Z{number:02d}" in known:
                number += 1
            names[zone] = f"Z{number:02d}"
    return names


def _both_ways(walks: pd.DataFrame) -> pd.Series:
    """Give the shorter walk of each pair, in both directions."""
    turned = walks["walk_m"].swaplevel()
    turned.index.names = walks.index.names
    shorter: pd.Series = pd.concat([walks["walk_m"], turned]).groupby(level=[0, 1]).min()
    return shorter


def _measure(
    given: Zoned, assignment: pd.DataFrame, centres: pd.Series, walks: pd.Series
) -> dict[str, Any]:
    """Measure a plan: sizes of its zones and walks of its members to their centres.

    The mean weighs core communities, whose walks the plan minimises; the longest is over all
    members, as in `ZONES`.
    """
    placed = assignment[assignment["zone_id"].notna()]
    households = given.communities["households"].reindex(placed.index).fillna(0.0)
    sizes = households.groupby(placed["zone_id"]).sum()
    members = placed.groupby("zone_id").size()
    centre = placed["zone_id"].map(centres)
    pairs = pd.MultiIndex.from_arrays([placed.index, centre], names=walks.index.names)
    walk = walks.reindex(pairs).to_numpy(copy=True)
    walk[placed.index == centre.to_numpy()] = 0.0
    known = ~np.isnan(walk)
    core = known & (placed["role"] == "core").to_numpy(dtype=bool)
    weight = households.to_numpy()
    total = float(weight[core].sum())
    return {
        "zones": len(sizes),
        "households_least": float(sizes.min()),
        "households_most": float(sizes.max()),
        "communities_least": int(members.min()),
        "communities_most": int(members.max()),
        "walk_m_mean": float(walk[core] @ weight[core]) / total if total else None,
        "walk_minutes_max": float(walk[known].max()) / given.walking.metres_per_minute("adult")
        if known.any()
        else None,
    }


def _moved(entry: _Entry, base: pd.DataFrame) -> pd.Series:
    """Tell which communities are not in the zone of the same name in the plan drawn."""
    if entry.assignment is None:
        return pd.Series(data=False, index=base.index)
    here = entry.assignment["zone_id"].reindex(base.index).astype("object").fillna("")
    there = base["zone_id"].astype("object").fillna("")
    return pd.Series(here.to_numpy() != there.to_numpy(), index=base.index)


def _plans(given: Zoned, entries: list[_Entry], base: pd.DataFrame) -> pd.DataFrame:
    households = given.communities["households"].reindex(base.index).fillna(0.0)
    inside = float(households[base["zone_id"].notna()].sum())
    rows = []
    for entry in entries:
        row: dict[str, Any] = {"plan": entry.plan, **entry.row}
        if entry.assignment is not None and entry.plan != DRAWN:
            moved = _moved(entry, base)
            gone = households[moved]
            row["moved_communities"] = int(moved.sum())
            row["moved_households_share"] = min(1.0, float(gone.sum()) / inside) if inside else None
            row["zh"], row["en"] = _differs(given, gone, entry.assignment, base)
            own = entries[0].row["objective"]
            row["above_share"] = entry.row["objective"] / own - 1.0 if own else None
        rows.append(row)
    table = pd.DataFrame(rows, columns=None if rows else ["plan"])
    return conform(PLANS, table)


def _differs(
    given: Zoned, gone: pd.Series, assignment: pd.DataFrame, base: pd.DataFrame
) -> tuple[str, str]:
    """Say who is in another zone than in the plan drawn, the largest communities first."""
    if gone.empty:
        return "归属与采用方案相同", "the same zones as the plan drawn"
    names = given.communities["name"]
    order = sorted(gone.index, key=lambda one: (-gone[one], one))
    steps = []
    for one in order[:_SHOWN]:
        called = one if pd.isna(names.get(one)) else str(names[one])
        before, after = (
            "—" if pd.isna(zone) else str(zone)
            for zone in (base.loc[one, "zone_id"], assignment.loc[one, "zone_id"])
        )
        steps.append(f"{called} {before}→{after}")
    more = len(gone) - len(steps)
    total = float(gone.sum())
    zh = f"{len(gone):,} 个小区 {total:,g} 户换片区：" + "，".join(steps) + ("……" if more else "")
    who = counted(len(gone), "community", "communities")
    en = f"{who} with {total:,g} households in another zone: " + ", ".join(steps)
    return zh, en + (f" and {more} more" if more else "")


def _alternatives(entries: list[_Entry], base: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for entry in entries:
        if entry.assignment is None:
            continue
        frame = pd.DataFrame({"zone_id": entry.assignment["zone_id"].reindex(base.index)})
        frame["moved"] = _moved(entry, base)
        frame["plan"] = entry.plan
        frames.append(frame.reset_index())
    table = pd.concat(frames) if frames else pd.DataFrame(columns=["plan", "community_id"])
    return conform(ALTERNATIVES, table)
