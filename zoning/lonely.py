"""Communities that nobody adjoins: the nearest candidate of each, and what separates the two."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.checks import Finding
from zoning.borders import ARTERIALS, ROADS, SEPARATING, TOUCH_M, Shapes

_BARRIERS: Final = {
    "river": ("河流", "a river"),
    "railway": ("铁路", "a railway"),
    "other": ("其他阻隔", "another barrier"),
}

_MOST_NAMED: Final = 3
"""Things of one kind that a finding names; the rest stay unnamed."""

_Words = tuple[str, str]


def list_lonely(
    table: pd.DataFrame,
    communities: gpd.GeoDataFrame,
    walk_of: pd.Series,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    max_gap_m: float,
) -> list[Finding]:
    """List communities without any link, with the nearest other one and what separates them.

    Parameters
    ----------
    table
        Contract `ADJACENCY`.
    communities, streets, barriers
        Contracts `COMMUNITIES` (sorted by id), `STREETS`, `BARRIERS`, in one metric CRS.
    walk_of
        Walk of each pair (lesser id, greater id), m.
    max_gap_m
        Widest gap between neighbours.

    Returns
    -------
    list
        One finding for each community without a link, by id. Where the pair was judged, the reason
        of its row is given; else the gap against its limit, and what the shortest line between the
        two cuts: barriers, arterials, roads. None where only one community is.
    """
    ids = communities.index.to_numpy(dtype=object)
    linked = table.index[table["linked"].astype(bool)]
    joined = set(linked.get_level_values(0)) | set(linked.get_level_values(1))
    alone = [number for number, name in enumerate(ids) if name not in joined]
    if len(ids) <= 1:
        return []
    shapes = np.asarray(communities.geometry.to_numpy(), dtype=object)
    found = []
    for number in alone:
        distance = shapely.distance(shapes[number], shapes)
        distance[number] = np.inf
        near = int(np.argmin(distance))
        pair = (str(ids[min(number, near)]), str(ids[max(number, near)]))
        reason = table["reason"].get(pair)
        if isinstance(reason, str):
            zh, _, en = reason.partition(" / ")
            why = [(zh, en or zh)]
        else:
            why = _separation(number, near, shapes, streets, barriers)
            if distance[near] > max_gap_m:
                why.insert(0, (f"间距超过 {max_gap_m:,g} m", f"more than {max_gap_m:,g} m"))
        walk = walk_of.get(pair)
        if walk is None:
            why.append(("步行范围内不连通", "no walk between them within the zone radius"))
        elif not isinstance(reason, str):
            why.append((f"步行 {walk:,.0f} m", f"walk {walk:,.0f} m"))
        found.append(_finding(str(ids[number]), str(ids[near]), float(distance[near]), why))
    return found


def _separation(
    number: int,
    near: int,
    shapes: Shapes,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
) -> list[_Words]:
    """Name what the shortest line between two communities cuts."""
    line = shapely.shortest_line(shapes[number], shapes[near])
    cut = barriers["kind"][shapely.dwithin(barriers.geometry.to_numpy(), line, TOUCH_M)]
    words = [_BARRIERS[kind] for kind in sorted(SEPARATING & set(cut))]
    ways = streets[shapely.dwithin(streets.geometry.to_numpy(), line, TOUCH_M)]
    ways = ways[~ways["tunnel"].astype(bool)]
    for classes, zh, en in ((ARTERIALS, "主干道", "an arterial"), (ROADS, "道路", "a road")):
        crossed = ways[ways["class"].isin(classes)]
        if len(crossed):
            names = sorted(set(crossed["name"].dropna()))[:_MOST_NAMED]
            words.append(
                (f"{zh}{'、'.join(names)}", f"{en} ({', '.join(names)})") if names else (zh, en)
            )
    if not words:
        return []
    return [
        (
            f"其间有{'、'.join(zh for zh, _ in words)}",
            f"between them {', '.join(e for _, e in words)}",
        )
    ]


def _finding(name: str, near: str, distance: float, why: list[_Words]) -> Finding:
    zh = f"（{'，'.join(one for one, _ in why)}）" if why else ""
    en = f" ({'; '.join(one for _, one in why)})" if why else ""
    return Finding(
        severity="check",
        table_name="adjacency",
        row_key=name,
        code="community-without-neighbour",
        zh=f"小区 {name} 没有相连的小区；最近的是 {near}，相距 {distance:,.0f} m{zh}。",
        en=f"{name} has no linked neighbour; the nearest is {near}, {distance:,.0f} m away{en}.",
        remedy="如实地相邻，可在 links 文件中添加 / Add a link in the links file if they do adjoin",
    )
