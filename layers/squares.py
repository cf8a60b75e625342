"""Pedestrian areas that can be crossed: straight walks between the places where ways meet them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.spots import Floats, Ints, number_keys, number_spots

SQUARE_CLASS: Final = "square"
"""Class of the walks across a square: no street, and not counted in the length of streets."""

NEAREST: Final = 40
"""Each place of a square is tried against so many nearest others: work grows with the places of a
square, not with their pairs. Beyond that walks go by way of places between."""

_ROWS: Final = 500
"""Places whose distances are held at once."""


def cross_squares(streets: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the walks across squares.

    Parameters
    ----------
    streets
        Contract `STREETS`, the outlines of squares among them.
    squares
        Valid polygons in the same system, keyed by the id of their outline; columns ``name``,
        ``level``, ``bridge`` and ``tunnel``.

    Returns
    -------
    GeoDataFrame
        Rows for `streets`: straight lines of class ``square``, keyed ``w1_c1``, ``w1_c2``, ...

    Notes
    -----
    A square is entered at the vertices of its outline from which a walkable way leads away, and at
    dead ends inside it. Walks join the entries that see one another; around holes and bends
    they go by the corners, along lines of sight that touch the corner (a visibility graph). A walk
    that leaves the area, or goes along its outline, is not made. Every place is tried against the
    `NEAREST` others only.

    References
    ----------
    Lines of sight between corners hold every shortest path among obstacles: Lozano-Perez and
    Wesley 1979, Communications of the ACM 22 (10), 560-570.
    """
    ways = streets[streets["walkable"].to_numpy(dtype=bool)]
    rows = []
    if len(squares) and len(ways):
        vertices = _Vertices.of(ways.geometry.to_numpy())
        for square in squares.sort_index().itertuples():
            facts = (square.name, square.level, square.bridge, square.tunnel)
            for number, line in enumerate(_walks(square.geometry, vertices), start=1):
                rows.append((f"{square.Index}_c{number}", *facts, line))
    names = ["street_id", "name", "level", "bridge", "tunnel", "geometry"]
    table = pd.DataFrame(rows, columns=names).set_index("street_id")
    crossing = table.assign(**{"class": SQUARE_CLASS}, walkable=True, steps=False, parallel=True)
    return gpd.GeoDataFrame(crossing, geometry="geometry", crs=streets.crs)


@dataclass(frozen=True)
class _Vertices:
    """Vertices of walkable ways, shape (n, 2); the places of the ones beside each on its way.

    At the end of a way a vertex is beside itself. `is_dead_end` tells the ends that no other way
    shares.
    """

    xy: Floats
    before: Ints
    after: Ints
    is_dead_end: NDArray[np.bool_]
    tree: shapely.STRtree

    @classmethod
    def of(cls, lines: NDArray[np.object_]) -> _Vertices:
        """Take the vertices of lines."""
        xy, owner = shapely.get_coordinates(lines, return_index=True)
        place = np.arange(len(xy))
        is_first = np.diff(owner, prepend=-1) != 0
        is_last = np.append(is_first[1:], True)
        spot, _ = number_spots(xy)
        lonely = np.bincount(spot)[spot] == 1
        return cls(
            xy,
            np.where(is_first, place, place - 1),
            np.where(is_last, place, place + 1),
            lonely & (is_first | is_last),
            shapely.STRtree(np.asarray(shapely.points(xy), dtype=object)),
        )


def _walks(square: shapely.Geometry, vertices: _Vertices) -> list[shapely.LineString]:
    """Give the walks across one square, in the order of their ends."""
    near = np.sort(vertices.tree.query(square, predicate="intersects"))
    ring, before, after = _corners(square)
    entries = _entries(square, ring, after, vertices, near)
    if len(entries) < 2:  # noqa: PLR2004 - a walk has two ends
        return []
    bends = _cross(ring - before, after - ring) < 0
    # where an entry is a corner too, it is an end of walks first
    known, _ = number_spots(np.concatenate([entries, ring]))
    bends &= ~np.isin(known[len(entries) :], known[: len(entries)])
    xy = np.concatenate([entries, ring[bends]])
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    beside = np.concatenate([np.repeat(entries[:, None], 2, axis=1), _pairs(before, after)[bends]])
    xy, beside = xy[order], beside[order]
    one, other = _tried(xy)
    lines = np.asarray(shapely.linestrings(np.stack([xy[one], xy[other]], axis=1)), dtype=object)
    shapely.prepare(square)
    outline = shapely.boundary(square)
    shapely.prepare(outline)
    useful = shapely.covers(square, lines) & ~shapely.covers(outline, lines)
    useful &= _touches(xy, beside, one, other) & _touches(xy, beside, other, one)
    return list(lines[useful])


def _corners(square: shapely.Geometry) -> tuple[Floats, Floats, Floats]:
    """Give the corners of a square and those before and after each, the area on the left."""
    parts = shapely.get_parts(shapely.orient_polygons(square))
    rings = shapely.get_rings(parts)
    xy = [shapely.get_coordinates(ring)[:-1] for ring in rings]
    before, after = ([np.roll(ring, by, axis=0) for ring in xy] for by in (1, -1))
    return np.concatenate(xy), np.concatenate(before), np.concatenate(after)


def _entries(
    square: shapely.Geometry, ring: Floats, after: Floats, vertices: _Vertices, near: Ints
) -> Floats:
    """Give the corners from which a way leads off the outline, and the dead ends inside."""
    beside = np.concatenate([vertices.before[near], vertices.after[near]])
    spot, first = number_spots(
        np.concatenate([ring, after, vertices.xy[near], vertices.xy[beside]])
    )
    corner, follower, here, there = np.split(spot, np.cumsum([len(ring), len(ring), len(near)]))
    here = np.tile(here, 2)
    count = len(first)
    sides = np.concatenate([corner * count + follower, follower * count + corner])
    leads_off = np.isin(here, corner) & (here != there) & ~np.isin(here * count + there, sides)
    on_ring = np.unique(here[leads_off])
    where = np.full(count, -1)
    where[corner] = np.arange(len(corner))
    ends = near[vertices.is_dead_end[near]]
    inside = shapely.contains_properly(square, shapely.points(vertices.xy[ends]))
    return np.concatenate([ring[where[on_ring]], vertices.xy[ends[inside]]])


def _tried(xy: Floats) -> tuple[Ints, Ints]:
    """Pair each place with its nearest others, of equally near ones with the first."""
    count = min(len(xy), NEAREST + 1)
    nearest = np.empty((len(xy), count), dtype=np.int64)
    for start in range(0, len(xy), _ROWS):
        some = xy[start : start + _ROWS]
        away = np.hypot(some[:, :1] - xy[:, 0], some[:, 1:] - xy[:, 1])
        nearest[start : start + _ROWS] = np.argsort(away, axis=1, kind="stable")[:, :count]
    one = np.repeat(np.arange(len(xy)), count)
    low, high = np.minimum(one, nearest.ravel()), np.maximum(one, nearest.ravel())
    _, first = number_keys((low * len(xy) + high)[low < high])
    return low[low < high][first], high[low < high][first]


def _touches(xy: Floats, beside: NDArray[np.float64], at: Ints, to: Ints) -> NDArray[np.bool_]:
    """Tell the lines that only touch the corner where they end; others bend for nothing."""
    along = xy[to] - xy[at]
    left = _cross(along, beside[at, 0] - xy[at])
    right = _cross(along, beside[at, 1] - xy[at])
    touches: NDArray[np.bool_] = left * right >= 0
    return touches


def _pairs(before: Floats, after: Floats) -> NDArray[np.float64]:
    return np.stack([before, after], axis=1)


def _cross(one: Floats, other: Floats) -> NDArray[np.float64]:
    product: NDArray[np.float64] = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return product
