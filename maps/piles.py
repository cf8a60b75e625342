"""Piles of shapes: rings and lines of many things as bytes, each thing readable on its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from maps.coordinates import Grid
from maps.escape import pack_bytes

_Whole = npt.NDArray[np.int64]

_BITS: Final = 7
"""Bits of a number in one byte; the eighth says whether another byte follows (LEB128)."""

_SIGN: Final = 63
"""Shift that leaves of a whole number nothing but its sign."""

_LEAST_RING: Final = 3
_LEAST_LINE: Final = 2


@dataclass(frozen=True)
class _Runs:
    """Vertices of many rings or lines: steps of the grid, run of each vertex, shape of each run."""

    steps: _Whole
    run: _Whole
    shape: _Whole


def pile_rings(shapes: gpd.GeoSeries, grid: Grid, *, each: int = 1, least_m2: float = 0.0) -> str:
    """Write areas as their rings, outer and inner alike, without the closing point.

    Parameters
    ----------
    shapes
        Areas in metres, thing after thing, `each` for one thing; empty or missing ones have no
        rings.
    grid
        Grid of the numbers.
    each
        Areas of one thing: it is read as a whole.
    least_m2
        Rings of a smaller area are left out. The largest of a shape stays.

    Returns
    -------
    str
        The pile, deflated, in base64. It holds for each thing its size in bytes, and then the
        things. A thing is, for each of its shapes, the number of rings; of each ring the number of
        vertices and the vertices as differences, the first one to the first of the ring before. All
        numbers are written in groups of seven bits; differences fold their sign into the last bit.

    Notes
    -----
    Outer rings and holes turn against each other. Rings that collapse on the grid are left out.
    """
    parts, owner = shapely.get_parts(shapes.to_numpy(), return_index=True)
    area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = shapely.orient_polygons(parts[area]), owner[area]
    rings, part = shapely.get_rings(parts, return_index=True)
    shape = owner[part].astype(np.int64)
    if least_m2 > 0:
        areas = _areas(rings)
        largest = np.zeros(len(shapes))
        np.maximum.at(largest, shape, areas)
        kept = (areas >= least_m2) | (areas == largest[shape])
        rings, shape = rings[kept], shape[kept]
    return _written(_runs(rings, shape, shapes, grid, closed=True), len(shapes), each)


def pile_lines(shapes: gpd.GeoSeries, grid: Grid, *, each: int = 1) -> str:
    """Write lines; as `pile_rings`. Lines that collapse on the grid are left out."""
    parts, owner = shapely.get_parts(shapes.to_numpy(), return_index=True)
    line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    shape = owner[line].astype(np.int64)
    return _written(_runs(parts[line], shape, shapes, grid, closed=False), len(shapes), each)


@cache
def _to_degrees(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def _areas(rings: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Measure rings by the shoelace formula: no polygon is built for it."""
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = (coordinates - coordinates.mean(axis=0)).T if len(coordinates) else coordinates.T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    cross[ring[1:] != ring[:-1]] = 0.0
    return np.abs(np.bincount(ring[:-1], cross, minlength=len(rings))) / 2


def _runs(
    lines: npt.NDArray[np.object_],
    shape: _Whole,
    shapes: gpd.GeoSeries,
    grid: Grid,
    *,
    closed: bool,
) -> _Runs:
    coordinates, run = shapely.get_coordinates(lines, return_index=True)
    to_degrees = _to_degrees(pyproj.CRS(shapes.crs).to_wkt())
    steps = grid.steps(np.column_stack(to_degrees.transform(*coordinates.T)))
    run = run.astype(np.int64)
    begins = np.ones(len(steps), dtype=bool)
    begins[1:] = run[1:] != run[:-1]
    moved = begins.copy()
    for along in steps.T:
        moved[1:] |= along[1:] != along[:-1]
    steps, run, begins = steps[moved], run[moved], begins[moved]
    if closed and len(run):
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(run)) - 1
        repeats = (steps[last] == steps[first]).all(axis=1) & (last != first)
        kept = np.ones(len(run), dtype=bool)
        kept[last[repeats]] = False
        steps, run = steps[kept], run[kept]
    length = np.bincount(run, minlength=len(lines))
    kept = length >= (_LEAST_RING if closed else _LEAST_LINE)
    number = np.cumsum(kept) - 1
    mask = kept[run] if len(run) else np.zeros(0, dtype=bool)
    return _Runs(steps[mask], number[run[mask]], shape[kept])


def _written(runs: _Runs, shapes: int, each: int) -> str:
    """Put counts and differences in their order, as bytes."""
    of_shape = np.bincount(runs.shape, minlength=shapes)
    length = np.bincount(runs.run, minlength=len(runs.shape))
    first = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)[: len(length)]
    before = np.zeros_like(runs.steps)
    before[1:] = runs.steps[:-1]
    thing = runs.shape // each
    # the first vertex of a run counts from the first of the run before, or from the corner
    follows = np.zeros(len(thing), dtype=bool)
    follows[1:] = thing[1:] == thing[:-1]
    before[first[follows]] = runs.steps[first[np.flatnonzero(follows) - 1]]
    before[first[~follows]] = 0
    differences = runs.steps - before
    folded = (differences << 1) ^ (differences >> _SIGN)  # 2 d, and -2 d - 1 below nought
    shape_of_vertex = runs.shape[runs.run]
    numbers = np.zeros(shapes + len(length) + 2 * len(folded), dtype=np.int64)
    runs_before = np.concatenate([[0], np.cumsum(of_shape)[:-1]]).astype(np.int64)[:shapes]
    vertices_before = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    at_shape = np.arange(shapes) + runs_before + 2 * vertices_before[runs_before]
    numbers[at_shape] = of_shape
    numbers[runs.shape + 1 + np.arange(len(length)) + 2 * first] = length
    at_vertex = shape_of_vertex + 1 + runs.run + 1 + 2 * np.arange(len(folded))
    numbers[at_vertex] = folded[:, 0]
    numbers[at_vertex + 1] = folded[:, 1]
    body, sizes = _as_bytes(numbers)
    starts = np.append(at_shape[::each], len(numbers))
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    header, _ = _as_bytes(np.diff(ends[starts]))
    return pack_bytes(header + body)


def _as_bytes(numbers: _Whole) -> tuple[bytes, _Whole]:
    """Write numbers from 0 on in groups of seven bits; also say how many bytes each takes."""
    sizes = np.ones(len(numbers), dtype=np.int64)
    longest, most = 1, int(numbers.max(initial=0))
    while most >> (_BITS * longest):
        sizes += numbers >= 1 << (_BITS * longest)
        longest += 1
    ends = np.cumsum(sizes)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    at, rest = ends - sizes, numbers
    for group in range(longest):
        if group:
            long = np.flatnonzero(rest >> _BITS)
            at, rest = at[long] + 1, rest[long] >> _BITS
        out[at] = (rest & 127) | ((rest > 127) << _BITS)  # noqa: PLR2004  seven bits
    return out.tobytes(), sizes
