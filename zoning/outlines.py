"""Outlines: polygons around what is reached, nested, with water and railway land cut out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.network import Floats, Ints
from zoning.circle_kernels import trace_all
from zoning.reached import Origins, Ways, in_chunks, search

Shapes = npt.NDArray[np.object_]

CELL_M: Final = 10.0
"""Grid of the distance field: with corners put in, 0.1 to 0.2 % of a circle's area."""

THIN_M: Final = 0.75
"""Tolerance of the stored outline, metres; costs about 0.1 % of a circle's area."""

MOST_CELLS: Final = 25_000_000
"""Cells of one field, 325 MB: a catchment wider than 50 km is traced on a coarser grid."""

CLOSED_KINDS: Final = ("water", "railway")
"""Kinds of land that no circle counts."""

_AREAS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

_BESIDE_M: Final = 1.0
"""How far land is looked at beyond a circle, so that its own edge never runs along the cut."""


def trace_outlines(
    ways: Ways, origins: Origins, limits: Floats, *, access: float, width_m: float
) -> Shapes:
    """Trace the ground within `width_m` of what each owner reaches within each limit.

    Parameters
    ----------
    ways, origins
        Network under one cost, and where owners enter it.
    limits
        Limits in the unit of the cost, rising.
    access
        Cost of one metre of access leg.
    width_m
        Ground counted on each side of a street, metres.

    Returns
    -------
    ndarray
        Valid polygons or multi-polygons, shape (owners, limits); empty where nothing is reached.
    """
    limits = np.asarray(limits, dtype=np.float64)  # whole numbers would be compiled for anew

    def work(first: int, last: int) -> Shapes:
        return _trace(ways, origins, first, last, limits, access, width_m)

    chunks = list(in_chunks(len(origins.names), work))
    return np.concatenate(chunks) if chunks else np.empty((0, len(limits)), dtype=object)


def _trace(
    ways: Ways,
    origins: Origins,
    first: int,
    last: int,
    limits: Floats,
    access: float,
    width_m: float,
) -> Shapes:
    network = ways.network
    found = search(ways, origins, first, last, float(limits[-1]), access)
    begin, end = origins.start[first], origins.start[last]

    def outlines(tolerance: float, *, corners: bool) -> Shapes:
        return _assemble(
            *trace_all(
                limits, found.start, found.item, found.value,
                origins.start[first : last + 1] - begin, origins.edge[begin:end],
                origins.offset_m[begin:end], origins.access_m[begin:end] * access,
                network.ends, network.length_m, ways.cost, ways.box,
                ways.incident_start, ways.incident, ways.vertex_start, ways.xy, ways.measure,
                width_m, CELL_M, MOST_CELLS, tolerance, corners,
            )
        )  # fmt: skip

    areas = outlines(THIN_M, corners=True)
    broken = ~shapely.is_valid(areas)
    if broken.any():
        # thinning crossed two stretches that lie close together: these stay as the grid has them
        plain = outlines(0.0, corners=False)[broken]
        areas[broken] = shapely.make_valid(plain, method="structure")
    return areas.reshape(last - first, len(limits))


def _assemble(points: Floats, ring_end: Ints, shell: Ints, circle_ring: Ints) -> Shapes:
    """Make polygons of rings: each outer ring with its holes, all of a circle together."""
    order = np.argsort(shell, kind="stable")  # holes follow their outer ring, circles in order
    ring_start = np.r_[0, ring_end[:-1]].astype(np.int64)
    sizes = (ring_end - ring_start)[order]
    ends = np.cumsum(sizes)
    inside = np.arange(ends[-1] if len(ends) else 0)
    rows = inside + np.repeat(ring_start[order] - (ends - sizes), sizes)
    is_outer = shell == np.arange(len(shell))
    part_start = np.r_[np.flatnonzero(is_outer[order]), len(order)].astype(np.int64)
    parts = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, points[rows], (np.r_[0, ends].astype(np.int64), part_start)
    )
    outers_before = np.r_[0, np.cumsum(is_outer)]
    circle_part = outers_before[circle_ring]
    n_parts = np.diff(circle_part)
    areas = np.full(len(n_parts), shapely.Polygon(), dtype=object)
    areas[n_parts == 1] = parts[circle_part[:-1][n_parts == 1]]
    several = n_parts > 1
    if several.any():
        of = np.repeat(np.arange(len(n_parts)), n_parts)
        mine = several[of]
        number = np.cumsum(several) - 1
        areas[several] = shapely.multipolygons(parts[mine], indices=number[of[mine]])
    return areas


def nest(areas: Shapes, pairs: Iterable[tuple[int, int]]) -> Shapes:
    """Add inner outlines to outer ones: thinning and the grid let them stray by square metres.

    Parameters
    ----------
    areas
        Outlines, shape (owners, levels).
    pairs
        Levels (inner, outer), in an order in which no inner level changes any more.
    """
    chain = tuple(pairs)

    def work(first: int, last: int) -> Shapes:
        own = areas[first:last].copy()
        for inner, outer in chain:
            own[:, outer] = shapely.union(own[:, outer], own[:, inner])
        return own

    chunks = list(in_chunks(len(areas), work))
    return np.concatenate(chunks) if chunks else areas


def cut_closed(
    areas: Shapes, origins: Origins, land: gpd.GeoDataFrame | None, *, width_m: float
) -> Shapes:
    """Cut water and railway land out of outlines, the same land out of all of them.

    Parameters
    ----------
    areas
        Outlines, shape (owners, levels).
    origins
        Where the owners enter the network: ground within `width_m` of an entry that lies on such
        land stays, so that nobody's circle loses its own gate.
    land
        Contract `LAND`; polygons of the kinds in `CLOSED_KINDS` count, lines have no ground.
    width_m
        Ground kept around such an entry, metres.
    """
    parts = _closed_parts(land)
    if not len(parts) or not len(areas):
        return areas
    tree = shapely.STRtree(parts)
    entries = np.asarray(shapely.points(origins.xy[:, 0], origins.xy[:, 1]), dtype=object)

    def work(first: int, last: int) -> Shapes:
        own = areas[first:last].copy()
        boxes = _boxes(own)
        owner, part = tree.query(boxes, predicate="intersects")
        touched, number = np.unique(owner, return_inverse=True)
        if not len(touched):
            return own
        order = np.argsort(number, kind="stable")
        masks = shapely.multipolygons(parts[part[order]], indices=number[order])
        masks = np.asarray(shapely.intersection(masks, boxes[touched]), dtype=object)
        for row, position in enumerate(first + touched):
            spots = entries[origins.start[position] : origins.start[position + 1]]
            spots = spots[shapely.intersects(masks[row], spots)]
            if len(spots):
                kept = shapely.union_all(shapely.buffer(spots, width_m))
                masks[row] = shapely.difference(masks[row], kept)
        own[touched] = shapely.difference(own[touched], masks[:, None])
        return own

    return np.concatenate(list(in_chunks(len(areas), work)))


def _boxes(areas: Shapes) -> Shapes:
    """Give a box around all levels of each owner, with room beside it; empty where all are."""
    bounds = shapely.bounds(areas)
    low, high = np.fmin.reduce(bounds[..., :2], axis=1), np.fmax.reduce(bounds[..., 2:], axis=1)
    low, high = low - _BESIDE_M, high + _BESIDE_M
    boxes = np.full(len(areas), shapely.Polygon(), dtype=object)
    there = np.isfinite(low[:, 0])
    low, high = low[there], high[there]
    boxes[there] = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return boxes


def _closed_parts(land: gpd.GeoDataFrame | None) -> Shapes:
    """Give the polygons of water and railway land, joined where they meet."""
    if land is None or land.empty:
        return np.empty(0, dtype=object)
    shapes = land.geometry.to_numpy()[land["kind"].isin(CLOSED_KINDS).to_numpy()]
    shapes = shapes[np.isin(shapely.get_type_id(shapes), _AREAS)]
    joined = shapely.union_all(shapely.make_valid(shapes, method="structure"))
    return np.asarray(shapely.get_parts(joined), dtype=object)
