"""What must be kept, on paper: a mark for each thing, its outline, and the outline of areas."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path

from maps.drawing import Canvas
from maps.paper import Frame
from maps.paths import area_path, line_path
from maps.style import PROTECTED_INK, PROTECTED_SHAPES
from maps.words import WORDS

MARK_MM: Final = 2.3
"""Width of a mark on the A3 sheet of a zone, and in every legend."""

SMALL_MARK_MM: Final = 1.7
"""Width of a mark on a map of all zones, where it would hide what it stands on."""

_DASH: Final = (5.0, 2.0, 1.0, 2.0)
_OVER_ZONES: Final = 4.2


def draw_protected(
    canvas: Canvas, axes: Axes, seen: gpd.GeoDataFrame, *, size: float = MARK_MM
) -> dict[str, int]:
    """Draw the rows of contract `PROTECTIONS` that a frame shows; count them by kind.

    A thing has its mark, also where it is a line or an area; historic cities and areas have an
    outline alone, which all that lies in them shares.
    """
    counts: dict[str, int] = {}
    for kind in WORDS["protections.kind"]:
        rows = seen[seen["kind"].eq(kind)] if len(seen) else seen
        if rows.empty:
            continue
        counts[kind] = len(rows)
        dash = () if kind in PROTECTED_SHAPES else _DASH
        for path in _outlines(rows):
            canvas.path(axes, path, edge="#ffffff", width=1.7, zorder=_OVER_ZONES)
            canvas.path(axes, path, edge=PROTECTED_INK, width=0.9, dash=dash, zorder=_OVER_ZONES)
        if kind in PROTECTED_SHAPES:
            _mark(canvas, axes, spots_of(rows), kind, size)
    return counts


def spots_of(rows: gpd.GeoDataFrame) -> np.ndarray:
    """Give where the marks of things stand, shape (n, 2); ground has none."""
    things = rows[rows["kind"].isin(PROTECTED_SHAPES)] if len(rows) else rows
    return np.asarray(things.geometry.representative_point().get_coordinates())


def _outlines(rows: gpd.GeoDataFrame) -> list[Path]:
    shapes = rows.geometry.to_numpy()
    return [path for path in (area_path(shapes), line_path(shapes)) if path is not None]


def _mark(canvas: Canvas, axes: Axes, places: np.ndarray, kind: str, size: float) -> None:
    inks = ("#ffffff", PROTECTED_INK) if kind == "other" else (PROTECTED_INK, "#ffffff")
    shape = PROTECTED_SHAPES[kind]
    canvas.marks(axes, places, shape=shape, fill=inks[0], edge=inks[1], size=size)


def draw_protected_sign(canvas: Canvas, swatch: Frame, kind: str) -> None:
    """Draw the sign of a kind in a legend."""
    middle = swatch.bottom + swatch.height / 2
    if kind in PROTECTED_SHAPES:
        place = np.array([[swatch.left + swatch.width / 2, middle]])
        _mark(canvas, canvas.page, place, kind, MARK_MM)
        return
    line = Path([(swatch.left, middle), (swatch.right, middle)])
    canvas.path(canvas.page, line, edge=PROTECTED_INK, width=0.9, dash=_DASH, zorder=3.0)
