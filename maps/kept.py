"""What must be kept, for the working map: places, outlines and words of each thing."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from maps.base_map import frame_of
from maps.coordinates import Grid
from maps.piles import pile_lines
from maps.rows import texts
from maps.style import PROTECTED_SHAPES
from maps.words import WORDS

_AREA = 2


def list_kept(
    protections: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, grid: Grid
) -> tuple[dict[str, Any], str]:
    """Write the things to keep that lie on the base map.

    Parameters
    ----------
    protections, communities
        Contracts `PROTECTIONS` and `COMMUNITIES`, in one metric CRS.
    grid
        Grid to write on.

    Returns
    -------
    dict
        ``kinds`` (both words and mark of each kind, an empty mark for ground), and of each thing
        ``kind`` (position), ``name`` and ``points``; no thing where all lie elsewhere.
    str
        Pile of the lines and outlines of the things, in the same order.
    """
    rows = protections.sort_index()
    rows = rows[rows.intersects(shapely.box(*frame_of(communities)))]
    words = WORDS["protections.kind"]
    shapes = rows.geometry.to_numpy()
    lines = np.where(shapely.get_dimensions(shapes) == _AREA, shapely.boundary(shapes), shapes)
    return {
        "kinds": [[*both, PROTECTED_SHAPES.get(kind, "")] for kind, both in words.items()],
        "unknown": list(words).index("other"),
        "kind": [list(words).index(kind) for kind in rows["kind"]],
        "name": texts(rows["name"]),
        "points": grid.points(rows.geometry),
    }, pile_lines(gpd.GeoSeries(lines, index=rows.index, crs=rows.crs), grid)
