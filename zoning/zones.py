"""Assignment -> zones: their outline, size, compactness and a paragraph on each."""

from __future__ import annotations

import math
from typing import Any, Final, Protocol, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.contracts import check, conform
from layers.counts import counted
from layers.tables import COMMUNITIES, WALKS
from layers.walking import Walking
from zoning.land_faces import NOWHERE, compactness_of, cut_faces, hand_out, outline_of
from zoning.tables import ADJACENCY, ASSIGNMENT, ZONES
from zoning.zone_growth import Growth, GrowthLimits


class ZoneLimits(GrowthLimits, Protocol):
    """Limits of zones, as `ZoningSettings` has them."""

    @property
    def max_gap_m(self) -> float:
        """Give the widest gap that belongs to a zone."""


def dissolve_zones(
    assignment: pd.DataFrame,
    communities: gpd.GeoDataFrame,
    adjacency: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    centres: pd.Series,
    limits: ZoneLimits,
    walking: Walking,
) -> gpd.GeoDataFrame:
    """Draw the outline of each zone and measure it.

    Parameters
    ----------
    assignment, communities, adjacency, walks
        Contracts `ASSIGNMENT`, `COMMUNITIES` (metric CRS), `ADJACENCY`, `WALKS` (m).
    centres
        Zone id -> community that is its centre.
    limits
        Limits that `bounds_met` judges; the job's zoning settings.
    walking
        Turns metres into minutes of an adult.

    Returns
    -------
    GeoDataFrame
        Contract `ZONES`, no row when there is no zone.

    Raises
    ------
    ContractError
        If a table breaks its contract.

    Notes
    -----
    An outline holds the members and the gaps between two of them that are at most `max_gap_m` wide:
    a zone includes the streets and idle ground between its communities (RULES Z02). It holds no
    other community, and two outlines share no ground unless their communities do; a contested gap
    goes to the lesser zone. Members joined across a wider gap make an outline of several polygons.
    Outlines are made of faces that do not depend on the zones (`zoning.land_faces`), so that a map
    page that carries the faces has the figures of this table to the last digit.

    ``compactness`` is Polsby and Popper's 4 pi area / perimeter², of the outline, all its parts
    together: 1 for a disc. ``walk_minutes_max`` is over members whose walk to the centre is known.
    ``households`` counts absorbed communities; one without a figure adds nothing.
    The floor is met by core communities alone, the cap by core and absorbed ones together.
    The explanation weighs walks alone: what a job adds to them by ``terms`` is not in its costs.

    References
    ----------
    Polsby, D. D. & Popper, R. D. (1991), Yale Law & Policy Review 9(2).
    """
    for schema, table in (
        (ASSIGNMENT, assignment),
        (COMMUNITIES, communities),
        (ADJACENCY, adjacency),
        (WALKS, walks),
    ):
        check(schema, table)
    placed = assignment.loc[assignment["zone_id"].notna()]
    names = sorted(set(placed["zone_id"]))
    faces = cut_faces(communities.geometry, limits.max_gap_m)
    number = {zone_id: place for place, zone_id in enumerate(names)}
    zone_of = placed["zone_id"].reindex(communities.index).map(number).fillna(NOWHERE)
    members_of = hand_out(faces, zone_of.to_numpy(dtype=np.int64), len(names))
    walk_of = _walk_lookup(walks)
    speed = walking.metres_per_minute("adult")
    growth = Growth(
        placed,
        households=communities["households"],
        subdistrict=communities["subdistrict"],
        neighbours=_neighbours(adjacency),
        walks=walk_of,
        centres=centres,
        limits=limits,
        longest_m=math.inf if limits.walk_minutes is None else limits.walk_minutes * speed,
    )
    shared = communities["name"].duplicated(keep=False)
    called = {
        str(one): _call(str(one), name, is_shared=shared[one])
        for one, name in communities["name"].items()
    }
    rows: list[dict[str, Any]] = []
    for zone_id, own, compactness in zip(
        names, members_of, compactness_of(faces, members_of), strict=True
    ):
        members = placed.loc[placed["zone_id"] == zone_id]
        row = _measure(zone_id, members, communities, walk_of, centres, walking)
        row["compactness"] = compactness
        row["geometry"] = outline_of(faces, own)
        row["bounds_met"] = _meets(row, limits)
        row |= _explain(row, _borders_of(zone_id, placed, adjacency), limits, called)
        why_zh, why_en = growth.explain(zone_id, called)
        row["explanation_zh"] += why_zh
        row["explanation_en"] += f" {why_en}"
        rows.append(row)
    frame = pd.DataFrame(rows, columns=["zone_id", "geometry"] if not rows else None)
    return cast(
        "gpd.GeoDataFrame",
        conform(
            ZONES,
            gpd.GeoDataFrame(frame, geometry="geometry", crs=communities.crs),
            crs=communities.crs,
        ),
    )


def _call(community_id: str, name: object, *, is_shared: bool) -> str:
    """Call a community by its name, with its id where two have that name; by its id without one."""
    if pd.isna(name):  # type: ignore[call-overload]  # of a cell
        return community_id
    return f"{name} ({community_id})" if is_shared else str(name)


def _walk_lookup(walks: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Give the shorter walk of each pair, in both directions."""
    found: dict[tuple[str, str], float] = {}
    for (focal, neighbor), walk_m in zip(walks.index, walks["walk_m"], strict=True):
        for pair in ((focal, neighbor), (neighbor, focal)):
            found[pair] = min(found.get(pair, math.inf), walk_m)
    return found


def _neighbours(adjacency: pd.DataFrame) -> dict[str, list[str]]:
    """List the linked neighbours of each community, both ways."""
    found: dict[str, list[str]] = {}
    for focal, neighbor in adjacency.index[adjacency["linked"].astype(bool)]:
        found.setdefault(str(focal), []).append(str(neighbor))
        found.setdefault(str(neighbor), []).append(str(focal))
    return found


def _measure(
    zone_id: str,
    members: pd.DataFrame,
    communities: gpd.GeoDataFrame,
    walk_of: dict[tuple[str, str], float],
    centres: pd.Series,
    walking: Walking,
) -> dict[str, Any]:
    own = communities.loc[members.index.sort_values()]
    core = members.index[members["role"] == "core"]
    centre = str(centres[zone_id])
    walks = {
        name: 0.0 if name == centre else walk_of.get((name, centre), math.nan) for name in own.index
    }
    known = {name: walk for name, walk in walks.items() if not math.isnan(walk)}
    farthest = max(known, key=lambda name: (known[name], name), default=centre)
    core_walks = [known.get(name, math.nan) for name in core]
    speed = walking.metres_per_minute("adult")
    return {
        "zone_id": zone_id,
        "communities": len(own),
        "households": float(own["households"].sum()),
        "households_source": ";".join(sorted(set(own["households_source"].dropna()))) or None,
        "centre_id": centre,
        "subdistricts": ";".join(sorted(set(own["subdistrict"].dropna()))) or None,
        "walk_minutes_max": known[farthest] / speed if known else math.nan,
        "farthest": farthest,
        "core": len(core),
        "core_households": float(communities.loc[core, "households"].sum()),
        "core_minutes": max((w for w in core_walks if not math.isnan(w)), default=0.0) / speed,
    }


def _meets(row: dict[str, Any], limits: ZoneLimits) -> bool:
    met = True
    if limits.households is not None:
        met &= row["core_households"] >= limits.households[0]
        met &= row["households"] <= limits.households[1]
    if limits.communities is not None:
        met &= limits.communities[0] <= row["core"] <= limits.communities[1]
    if limits.walk_minutes is not None:
        met &= row["core_minutes"] <= limits.walk_minutes
    return bool(met)


def _borders_of(zone_id: str, placed: pd.DataFrame, adjacency: pd.DataFrame) -> dict[str, int]:
    """Count the links inside a zone by kind, and the links that lead out of it."""
    zone_of = placed["zone_id"]
    linked = adjacency.loc[adjacency["linked"].astype(bool)]
    one = zone_of.reindex(linked.index.get_level_values(0)).to_numpy() == zone_id
    other = zone_of.reindex(linked.index.get_level_values(1)).to_numpy() == zone_id
    counts = linked.loc[one & other, "kind"].value_counts()
    found = {str(kind): int(number) for kind, number in counts.sort_index().items()}
    found["out"] = int((one ^ other).sum())
    return found


KINDS: Final = {
    "wall": ("shared walls", "共墙"),
    "lane": ("lanes", "隔巷"),
    "road": ("roads", "隔路"),
    "bridge": ("bridges", "过桥"),
    "added": ("links added by planners", "人工添加"),
}


def _explain(
    row: dict[str, Any], borders: dict[str, int], limits: ZoneLimits, called: dict[str, str]
) -> dict[str, str]:
    """Put the figures of a zone into a paragraph, in both languages."""
    centre, farthest = called[row["centre_id"]], called.get(row["farthest"], row["farthest"])
    inside = [(KINDS[kind], number) for kind, number in borders.items() if kind in KINDS]
    en_links = ", ".join(f"{words[0]} {number}" for words, number in inside) or "no link"
    zh_links = "、".join(f"{words[1]} {number} 处" for words, number in inside) or "无邻接"
    absorbed = row["communities"] - row["core"]
    en_limit = zh_limit = ""
    if limits.households is not None:
        low, high = limits.households
        room = high - row["households"]
        en_limit = f" Limits are {low:,g} to {high:,g} households: room for {room:,g} more."
        zh_limit = f"户数限值 {low:,g}–{high:,g}，尚可增加 {room:,g} 户。"
    minutes = row["walk_minutes_max"]
    # gates that touch are no walk of nought minutes
    long_en, long_zh = ("<1", "不足 1") if minutes < 1 else (f"{minutes:.1f}",) * 2
    walk_en = "unknown" if math.isnan(minutes) else f"{long_en} min, from {farthest}"
    walk_zh = "不明" if math.isnan(minutes) else f"{long_zh} 分钟（{farthest}）"
    return {
        "explanation_en": f"{row['zone_id']}: "
        f"{counted(int(row['communities']), 'community', 'communities')} "
        f"({absorbed} absorbed), {row['households']:,g} households around {centre}; "
        f"joined by {en_links}; longest walk to the centre {walk_en}; links that lead "
        f"out of it: {borders['out']}.{en_limit}",
        "explanation_zh": f"{row['zone_id']}：{row['communities']} 个小区"
        f"（其中并入 {absorbed} 个）、{row['households']:,g} 户，以 {centre} 为中心；"
        f"内部邻接：{zh_links}；"
        f"至中心最远步行 {walk_zh}；对外邻接 {borders['out']} 处。{zh_limit}",
    }
