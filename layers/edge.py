"""Where the data ends: communities whose circles may leave it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from layers.checks import Finding
from layers.counts import counted
from layers.errors import InputError
from layers.reach import BEYOND
from layers.slopes import FASTEST
from layers.walking import Walking


def one_area(frame: gpd.GeoDataFrame) -> shapely.Polygon:
    """Give the one polygon of an extent: the area that the data covers.

    Raises
    ------
    InputError
        If its rows together are no single polygon.
    """
    area = shapely.union_all(frame.geometry.to_numpy())
    if isinstance(area, shapely.Polygon) and not area.is_empty:
        return area
    raise InputError(
        en=f"extent: found {area.geom_type}; expected one polygon, the area that the data covers.",
        zh=f"extent：类型为 {area.geom_type}；应为一个面，即数据覆盖的范围。",
    )


def mark_edge(
    communities: gpd.GeoDataFrame,
    access_points: gpd.GeoDataFrame,
    extent: shapely.Geometry,
    *,
    walking: Walking,
    is_hilly: bool = False,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Mark communities whose search for a facility may leave the data.

    Parameters
    ----------
    communities, access_points
        Contracts `COMMUNITIES`, `ACCESS_POINTS`.
    extent
        The area that the data covers, in the same CRS.
    walking
        Walking assumptions.
    is_hilly
        Whether walking times follow the slope: under the ``time`` rule a walk downhill then leads
        up to 1.19 times as far as on the flat (`layers.slopes.FASTEST`).

    Returns
    -------
    communities : GeoDataFrame
        With ``edge``: an access point (or, without one, the boundary) lies closer than 1.5 x the
        limit to the border of the data, in a straight line.
    findings : list of Finding
        One that counts them.
    """
    search_m = BEYOND * walking.reach_m("adult")
    if is_hilly and walking.rule == "time":
        search_m *= FASTEST
    gates = access_points[access_points["owner"] == "community"]
    rim = shapely.boundary(extent)
    near = ~shapely.contains(extent, gates.geometry.to_numpy())
    near |= shapely.distance(gates.geometry.to_numpy(), rim) < search_m
    by_gate = pd.Series(near, index=gates["owner_id"].to_numpy()).groupby(level=0).any()
    shapes = communities.geometry.to_numpy()
    by_shape = pd.Series(
        ~shapely.contains(extent, shapes) | (shapely.distance(shapes, rim) < search_m),
        index=communities.index,
    )
    edge = by_gate.reindex(communities.index).astype("boolean").fillna(by_shape)
    marked = communities.assign(edge=edge.astype("boolean"))
    count = int(edge.sum())
    if count == 0:
        return marked, []
    return marked, [
        Finding(
            severity="check",
            table_name="communities",
            row_key="",
            code="edge-of-data",
            zh=f"{count:,} 个小区距数据边缘不足 {search_m:,.0f} m，其缺项记为「待核实」。",
            en=f"{counted(count, 'community lies', 'communities lie')} less than {search_m:,.0f} "
            "m from the edge of the data; what is missing there is unconfirmed.",
            remedy='把道路和设施数据向外扩展 1.5 km，或设 [walking] edge = "ignore"。 / '
            'Extend streets and facilities by 1.5 km, or set [walking] edge = "ignore".',
        )
    ]
