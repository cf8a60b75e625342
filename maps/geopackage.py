"""The GeoPackage ``plan.gpkg``: every table with geometry as a layer for a desktop GIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.files import write_layers

_COLLECT: Final[Mapping[str, Callable[..., NDArray[np.object_]]]] = {
    "Polygon": shapely.multipolygons,
    "LineString": shapely.multilinestrings,
    "Point": shapely.multipoints,
}


def write_geopackage(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write all tables with geometry into one GeoPackage.

    Parameters
    ----------
    tables
        Tables under their contracts, by name; those without geometry are left to ``tables/``.
    path
        The .gpkg file to write; equal tables give equal bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    A layer carries its table's name, the keys are columns, the reference system is the job's. A
    layer of single and multiple shapes of one kind becomes one of multiple shapes, which a GIS
    draws and edits as one; facilities, points and areas together, stay as they are.
    """
    layers = {
        name: _of_one_kind(table)
        for name, table in tables.items()
        if isinstance(table, gpd.GeoDataFrame)
    }
    write_layers(path, layers)


def _of_one_kind(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kinds = set(table.geom_type.dropna())
    single = next((kind for kind in _COLLECT if kinds == {kind, f"Multi{kind}"}), None)
    if single is None:
        return table
    alone = (table.geom_type == single).to_numpy()
    shapes = table.geometry.to_numpy().copy()
    shapes[alone] = _COLLECT[single](shapes[alone], indices=np.arange(alone.sum()))
    return table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
