"""What lies between two communities: gap, facing border, streets, barriers, third communities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

ARTERIALS: Final = frozenset(
    {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "快速路",
        "主干路",
        "主干道",
    }
)
"""Classes of streets that are no link by themselves."""

ROADS: Final = frozenset(
    {
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "road",
        "次干路",
        "次干道",
        "支路",
        "城市支路",
    }
)
"""Classes that make a border a road; every other class is a lane."""

SEPARATING: Final = frozenset({"river", "railway", "other"})
"""Barriers that part neighbours. Walls and fences do not: taking them down is what joint
renovation is for, and two compounds that share a wall are neighbours (RULES Z01)."""

SIGHTS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where along the facing border lines of sight start, as shares of its length."""

MOST: Final = 0.5
"""Share of the lines of sight that something must cut to lie *between* two communities."""

TOUCH_M: Final = 0.5
"""Distance at which a line of sight counts as cut; lines drawn along a border have none."""


@dataclass(frozen=True, kw_only=True)
class Borders:
    """Candidate pairs and what lies between them, one entry a pair.

    Parameters
    ----------
    first, second
        Positions of both communities, `first` < `second`.
    gap, shared, walk
        Gap, length along which they face each other, walk between gates (NaN: not known), m.
    arterial, road, lane
        Whether a street of that class, or a larger one, lies between.
    barrier
        Kind of barrier that lies between, empty for none.
    beside
        Whether both lie within the widest gap of a street or barrier that can part them.
    hidden
        Whether they see each other only through a third community.
    """

    first: Ints
    second: Ints
    gap: Floats
    shared: Floats
    walk: Floats
    arterial: Flags
    road: Flags
    lane: Flags
    barrier: Shapes
    beside: Flags
    hidden: Flags


def _walks_of(walk_of: pd.Series, ids: Shapes, first: Ints, second: Ints) -> Floats:
    pairs = pd.MultiIndex.from_arrays([ids[first], ids[second]], names=["focal", "neighbor"])
    return walk_of.reindex(pairs).to_numpy(dtype="float64")


def measure_borders(
    communities: gpd.GeoSeries,
    walk_of: pd.Series,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    max_gap_m: float,
    wall_gap_m: float,
    link_walk_m: float,
) -> Borders:
    """Find pairs of communities near each other, and what lies between them.

    Parameters
    ----------
    communities
        Outlines by id, sorted.
    walk_of
        Walk of each pair (lesser id, greater id), m.
    streets, barriers
        Contracts `STREETS` and `BARRIERS`.
    max_gap_m, link_walk_m
        A pair is measured when its gap or its walk is at most this.
    wall_gap_m
        How far beyond the gap a border still faces the other community.

    Returns
    -------
    Borders
        One entry a pair.
    """
    ids = communities.index.to_numpy(dtype=object)
    shapes = np.asarray(communities.to_numpy(), dtype=object)
    near = walk_of[walk_of <= link_walk_m].index
    first, second = _candidates(ids, shapes, near, max_gap_m)
    gap = shapely.distance(shapes[first], shapes[second])
    facing, shared = _facing(shapes, first, second, gap + wall_gap_m)
    lines, pair = _sights(shapes, first, second, facing)
    classes = streets["class"].to_numpy(dtype=object)
    on_ground = ~streets["tunnel"].to_numpy(dtype=bool)
    ways = np.asarray(streets.geometry.to_numpy(), dtype=object)
    big = on_ground & np.isin(classes, list(ARTERIALS))
    middle = on_ground & np.isin(classes, list(ROADS | ARTERIALS))
    arterial = _cut_share(lines, pair, len(first), ways[big]) >= MOST
    road = _cut_share(lines, pair, len(first), ways[middle]) >= MOST
    lane = _cut_share(lines, pair, len(first), ways[on_ground]) > 0
    kinds = barriers["kind"].to_numpy(dtype=object)
    bars = np.asarray(barriers.geometry.to_numpy(), dtype=object)
    barrier = np.full(len(first), "", dtype=object)
    for kind in sorted(SEPARATING):
        cut = _cut_share(lines, pair, len(first), bars[kinds == kind]) >= MOST
        barrier[cut] = kind
    parting = np.concatenate([bars[np.isin(kinds, list(SEPARATING))], ways[big]])
    along = _is_along(shapes, parting, max_gap_m)
    return Borders(
        first=first,
        second=second,
        gap=gap,
        shared=shared,
        walk=_walks_of(walk_of, ids, first, second),
        arterial=arterial,
        road=road,
        lane=lane,
        barrier=barrier,
        beside=along[first] & along[second],
        hidden=_is_hidden(lines, pair, shapes, first, second),
    )


def _candidates(ids: Shapes, shapes: Shapes, near: pd.Index, max_gap_m: float) -> tuple[Ints, Ints]:
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=max_gap_m)
    place = pd.Index(ids)
    by_walk = np.stack(
        [
            place.get_indexer(near.get_level_values("focal")),
            place.get_indexer(near.get_level_values("neighbor")),
        ],
        axis=1,
    )
    pairs = np.concatenate([np.stack([one, other], axis=1), by_walk]).astype(np.int64)
    pairs = pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] < pairs[:, 1])]
    pairs = np.unique(pairs, axis=0)
    return pairs[:, 0], pairs[:, 1]


def _facing(shapes: Shapes, first: Ints, second: Ints, within: Floats) -> tuple[Shapes, Floats]:
    """Give the border of `first` that faces `second`, and the shorter of both facing lengths."""
    rims = shapely.boundary(shapes)
    mine = shapely.intersection(rims[first], shapely.buffer(shapes[second], within, quad_segs=4))
    theirs = shapely.intersection(rims[second], shapely.buffer(shapes[first], within, quad_segs=4))
    return mine, np.minimum(shapely.length(mine), shapely.length(theirs))


def _sights(
    shapes: Shapes, first: Ints, second: Ints, facing: Shapes
) -> tuple[Shapes, npt.NDArray[np.int64]]:
    """Draw lines of sight from points of the facing border to the other community."""
    merged = shapely.line_merge(facing)
    straight = shapely.shortest_line(shapes[first], shapes[second])
    is_line = np.isin(shapely.get_type_id(merged), [1, 5]) & (shapely.length(merged) > 0)
    starts = [
        np.where(
            is_line,
            shapely.line_interpolate_point(
                np.where(is_line, merged, straight), at, normalized=True
            ),
            shapely.get_point(straight, 0),
        )
        for at in SIGHTS
    ]
    points = np.concatenate(starts)
    lines = shapely.shortest_line(points, np.tile(shapes[second], len(SIGHTS)))
    return lines, np.tile(np.arange(len(first)), len(SIGHTS))


def _cut_share(lines: Shapes, pair: Ints, count: int, things: Shapes) -> Floats:
    """Give the share of each pair's lines of sight that something cuts."""
    if not len(things) or not count:
        return np.zeros(count)
    tree = shapely.STRtree(things)
    line, _ = tree.query(lines, predicate="dwithin", distance=TOUCH_M)
    cut = np.zeros(len(lines))
    cut[line] = 1.0
    return np.bincount(pair, weights=cut, minlength=count) / len(SIGHTS)


def _is_along(shapes: Shapes, things: Shapes, within: float) -> Flags:
    """Tell which communities lie within a distance of any of some things."""
    along = np.zeros(len(shapes), dtype=np.bool_)
    if len(things):
        near, _ = shapely.STRtree(things).query(shapes, predicate="dwithin", distance=within)
        along[near] = True
    return along


def _is_hidden(lines: Shapes, pair: Ints, shapes: Shapes, first: Ints, second: Ints) -> Flags:
    """Tell which pairs see each other only through a third community."""
    if not len(first):
        return np.zeros(0, dtype=np.bool_)
    line, other = shapely.STRtree(shapes).query(lines, predicate="intersects")
    third = (other != first[pair[line]]) & (other != second[pair[line]])
    line, other = line[third], other[third]
    # A line that only grazes a third one, or of no length at a common corner, sees past it.
    third = (shapely.length(lines[line]) > 0) & ~shapely.touches(lines[line], shapes[other])
    cut = np.zeros(len(lines))
    cut[line[third]] = 1.0
    share = np.bincount(pair, weights=cut, minlength=len(first)) / len(SIGHTS)
    return np.asarray(share >= MOST, dtype=np.bool_)
