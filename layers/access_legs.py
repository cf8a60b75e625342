"""Access legs that lead through a wall, over water or over a railway: a doubt, never a wall.

A point stands on its nearest street, whatever lies between (`WalkNetwork.snap`). For most that is
right: a shop in the outer wall of a community has its door on the street outside. Where it is not,
only somebody who knows the door can say so, hence a finding that names the points.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.checks import Finding
from layers.enclosures import GATE_M, find_enclosures
from layers.sectors import find_barrier_lines
from layers.stretches import Shapes
from layers.walking import Walking

_NAMED: Final = 8
"""Points named in a finding; the rest are counted."""


def doubt_access_legs(
    snaps: pd.DataFrame,
    access_points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    barriers: gpd.GeoDataFrame | None,
    communities: gpd.GeoDataFrame | None,
    walking: Walking,
) -> list[Finding]:
    """List gates and facilities whose way to the street crosses what stops walkers.

    Parameters
    ----------
    snaps
        Contract `SNAPS`.
    access_points, facilities
        Contracts `ACCESS_POINTS` and `FACILITIES`: where the points stand.
    barriers, communities
        As for `layers.network.build_network`.
    walking
        Walking assumptions; with ``walls = "never"`` walls stop nobody.

    Returns
    -------
    list of Finding
        At most one of each code: ``leg-over-barrier`` (a mapped river, railway, wall or fence) and
        ``leg-over-wall`` (a facility within a community with surveyed gates, put onto a street
        outside). A leg through a surveyed gate, at most 5 m from it, is in no doubt.
    """
    walls_open = walking.walls == "never"
    rows, legs = _legs(snaps, access_points, facilities)
    mapped = find_barrier_lines(barriers, access_points, walls_open=walls_open)
    yards = find_enclosures(None if walls_open else communities, access_points)
    over = _crossing(legs, mapped.lines, mapped.gates)
    # gates of communities stand in the wall; a facility within has a door outside, or has none
    walls = np.asarray(shapely.boundary(yards.polygons), dtype=object)
    behind = _crossing(legs, walls, yards.gates) & (rows["owner"] == "facility").to_numpy() & ~over
    return [*_over_barrier(rows[over]), *_over_wall(rows[behind])]


def _legs(
    snaps: pd.DataFrame, access_points: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, Shapes]:
    """Draw the leg from each point to its spot on the network."""
    places = pd.concat(
        [
            access_points.geometry,
            facilities.geometry.droplevel("category"),
        ]
    )
    places = places[~places.index.duplicated()]
    table = snaps.reset_index()
    rows = table[(table["owner"] != "building") & table["point_id"].isin(places.index)]
    rows = rows.sort_values(["owner", "owner_id", "point_id"]).reset_index(drop=True)
    points = np.asarray(places.loc[rows["point_id"]].to_numpy(), dtype=object)
    spots = shapely.points(rows[["x_m", "y_m"]].to_numpy(dtype=np.float64))
    return rows, np.asarray(shapely.shortest_line(points, spots), dtype=object)


def _crossing(legs: Shapes, lines: Shapes, gates: Shapes) -> np.ndarray:
    """Tell which legs cross a line where no gate is near."""
    crossed = np.zeros(len(legs), dtype=bool)
    if not len(lines) or not len(legs):
        return crossed
    leg, line = shapely.STRtree(lines).query(legs, predicate="crosses")
    spots = np.asarray(shapely.intersection(legs[leg], lines[line]), dtype=object)
    through = np.zeros(len(leg), dtype=bool)
    if len(gates):
        near, _ = shapely.STRtree(gates).query(spots, predicate="dwithin", distance=GATE_M)
        through[near] = True
    crossed[leg[~through]] = True
    return crossed


def _over_barrier(rows: pd.DataFrame) -> list[Finding]:
    if rows.empty:
        return []
    named, count = _named(rows), len(rows)
    return [
        Finding(
            severity="check",
            table_name="snaps",
            row_key="",
            code="leg-over-barrier",
            zh=f"{count} 个点（出入口或设施）与所接道路之间隔着河流、铁路、围墙或栏杆，"
            f"步行距离可能偏短：{named}。",
            en="Gates or facilities are put onto a street beyond a mapped river, railway, wall or "
            f"fence ({count}); walks may be too short: {named}.",
            remedy="补充通向该点的道路，或在 [inputs.gates] 中给出其出入口。 / "
            "Add the street that leads there, or give its entrance in [inputs.gates].",
        )
    ]


def _over_wall(rows: pd.DataFrame) -> list[Finding]:
    if rows.empty:
        return []
    named, count = _named(rows), len(rows)
    return [
        Finding(
            severity="note",
            table_name="snaps",
            row_key="",
            code="leg-over-wall",
            zh=f"{count} 处设施位于有围墙的小区内，按临街开门计（就近接入墙外道路）：{named}。",
            en=f"Facilities within walled communities count as opening onto the street outside, "
            f"the nearest to them ({count}): {named}.",
            remedy="如只能从小区内进入，请在 [inputs.gates] 中给出其出入口，或补充小区内部道路。 / "
            "If one is entered from inside only, give its entrance in [inputs.gates], or add the "
            "paths inside.",
        )
    ]


def _named(rows: pd.DataFrame) -> str:
    ids = rows["point_id"].tolist()
    return "、".join(ids[:_NAMED]) + (" …" if len(ids) > _NAMED else "")
