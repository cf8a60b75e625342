"""Paths to draw: lines and areas as one piece each, marks by their names."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import shapely
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

_SHAPES: Final = {"square": "s", "circle": "o", "diamond": "D", "triangle": "^", "cross": "x"}


@cache
def mark_path(shape: str) -> Path:
    """Give the outline of a mark, about 1 wide around 0."""
    style = MarkerStyle(_SHAPES[shape])
    return style.get_path().transformed(style.get_transform())


def line_path(lines: np.ndarray) -> Path | None:
    """Join lines into one path; nothing when there are none."""
    parts = shapely.get_parts(lines)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return _compound(parts, closed=False)


def area_path(areas: np.ndarray) -> Path | None:
    """Join the polygons among shapes into one path whose holes stay holes."""
    parts = shapely.get_parts(areas)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    # Holes run against their shell, so that the fill leaves them out.
    return _compound(shapely.get_rings(shapely.orient_polygons(parts)), closed=True)


def _compound(parts: np.ndarray, *, closed: bool) -> Path | None:
    vertices, owner = shapely.get_coordinates(parts, return_index=True)
    if len(vertices) == 0:
        return None
    codes = np.full(len(vertices), Path.LINETO, dtype=Path.code_type)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    codes[starts] = Path.MOVETO
    if closed:
        codes[[*(starts[1:] - 1), len(codes) - 1]] = Path.CLOSEPOLY
    return Path(vertices, codes)
