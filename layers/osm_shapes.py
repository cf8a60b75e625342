"""Geometries of OpenStreetMap objects as arrays: lines, rings, multipolygons, outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.repair import MOST_CHANGE

Shapes = NDArray[np.object_]

_WKB_HEAD: Final = 9
"""Bytes before the coordinates of a line in well-known binary: byte order, type, number."""
_PAIR: Final = 16
"""Bytes of one pair of coordinates."""
_CHUNK: Final = 100_000
"""Lines decoded at once; keeps the copy in hexadecimal small."""
_RING_POINTS: Final = 4
"""Least number of points of a ring, the first repeated at its end."""


def read_lines(wkb: Sequence[str]) -> Shapes:
    """Decode lines from little-endian well-known binary in hexadecimal.

    Several times faster than a call for each line, which matters at half a million ways.
    """
    parts = [_read_chunk(wkb[start : start + _CHUNK]) for start in range(0, len(wkb), _CHUNK)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)


def _read_chunk(wkb: Sequence[str]) -> Shapes:
    raw = np.frombuffer(bytes.fromhex("".join(wkb)), dtype=np.uint8)
    sizes = np.array([len(text) // 2 for text in wkb])
    starts = np.cumsum(sizes) - sizes
    is_pair = np.ones(len(raw), dtype=bool)
    is_pair[(starts[:, None] + np.arange(_WKB_HEAD)).ravel()] = False
    pairs = raw[is_pair].view("<f8").reshape(-1, 2)
    owners = np.repeat(np.arange(len(wkb)), (sizes - _WKB_HEAD) // _PAIR)
    return np.asarray(shapely.linestrings(pairs, indices=owners), dtype=object)


def read_polygons(wkb: Sequence[str]) -> Shapes:
    """Decode multipolygons; those of one part become polygons, those that are broken None."""
    shapes = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def fill(lines: Shapes, places: NDArray[np.intp]) -> tuple[Shapes, NDArray[np.intp]]:
    """Make polygons of the closed lines among `places`.

    Parameters
    ----------
    lines
        Lines.
    places
        Which of them are wanted as polygons.

    Returns
    -------
    tuple
        An array like `lines` with None where there is no polygon, and the places of rings that
        crossed themselves and were repaired. A ring whose repair changes its area by more than
        1 % stays None: what was meant cannot be known.
    """
    polygons = np.full(len(lines), None, dtype=object)
    wanted = np.unique(places)
    counts = shapely.get_num_coordinates(lines[wanted])
    wanted = wanted[shapely.is_closed(lines[wanted]) & (counts >= _RING_POINTS)]
    pairs, owners = shapely.get_coordinates(lines[wanted], return_index=True)
    if not len(wanted):
        return polygons, wanted
    made = np.asarray(shapely.polygons(shapely.linearrings(pairs, indices=owners)), dtype=object)
    broken = ~shapely.is_valid(made)
    made[broken] = [mend(shape) for shape in made[broken]]
    polygons[wanted] = made
    return polygons, wanted[broken & (made != None)]  # noqa: E711 - element by element


def mend(polygon: shapely.Polygon) -> shapely.Geometry | None:
    """Repair a polygon that crosses itself, or give None when that changes its area by over 1 %."""
    valid = shapely.make_valid(polygon)
    parts = [part for part in shapely.get_parts(valid) if part.geom_type.endswith("Polygon")]
    if not parts:
        return None
    whole: shapely.Geometry = shapely.union_all(parts)
    area = float(shapely.area(polygon))
    change = abs(float(shapely.area(whole)) - area)
    return whole if change <= MOST_CHANGE * float(shapely.area(whole)) else None


def outlines(areas: Shapes) -> Shapes:
    """Give the rings of areas as lines, outer and inner ones."""
    return np.asarray(shapely.boundary(areas), dtype=object)
