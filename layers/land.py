"""Water, green and railways: ground that the base map draws and nobody computes with."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import shapely

from layers.contracts import conform
from layers.crs import to_metric
from layers.tables import LAND


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
