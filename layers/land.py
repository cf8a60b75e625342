"""Water, green and railways: ground that the base map draws, and that life circles leave out."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from layers.contracts import conform
from layers.crs import to_metric
from layers.tables import LAND, POLYGON

_KINDS: Final = {"river": "water", "railway": "railway"}
"""Barriers whose areas are land that nobody walks on."""


def prepare_land(
    raw: gpd.GeoDataFrame, *, crs: pyproj.CRS, extent: shapely.Polygon | None = None
) -> gpd.GeoDataFrame:
    """Bring the ground of the base map into metres.

    Parameters
    ----------
    raw
        `OsmData.land`: index ``osm_id``, columns ``kind`` (water, green, railway) and ``name``.
    crs
        The job's metric system.
    extent
        Where the map ends, in `crs`; a lake or a line that reaches far beyond is cut there. None:
        nothing is cut.

    Returns
    -------
    GeoDataFrame
        Contract `LAND`, lines and polygons.

    Raises
    ------
    CrsError
        If `raw` has no reference system or `crs` is not metric.
    """
    metric = to_metric(raw, crs)
    metric.index = metric.index.rename("land_id")
    if extent is not None:
        metric = metric.set_geometry(metric.geometry.intersection(extent))
        shapes = metric.geometry
        metric = metric[~(shapes.is_empty | shapes.geom_type.eq("GeometryCollection"))]
    return gpd.GeoDataFrame(conform(LAND, metric, crs=crs))


def list_closed_land(land: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List water and railway land, which no life circle counts.

    Parameters
    ----------
    land
        Contract `LAND`.
    barriers
        Contract `BARRIERS`: a bureau draws its rivers and railways there.

    Returns
    -------
    GeoDataFrame
        Contract `LAND`: the polygons of kind water and railway of both, those of barriers under
        ``barrier:`` and their id. Lines have no ground and are left out.
    """
    kinds = barriers["kind"].map(_KINDS)
    drawn = barriers.assign(kind=kinds)[kinds.notna()]
    drawn.index = pd.Index([f"barrier:{key}" for key in drawn.index], name="land_id")
    both = pd.concat([land[land["kind"].isin(_KINDS.values())], drawn])
    areas = gpd.GeoDataFrame(both, crs=land.crs)
    areas = areas[areas.geometry.geom_type.isin(POLYGON)]
    return gpd.GeoDataFrame(conform(LAND, areas, crs=land.crs))
