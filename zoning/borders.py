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

WIDENS: Final = 2.0
"""What lies between two that face each other may widen to this many times its least width: two
rows of houses along a lane that opens into a square still face each other at its mouth."""

INWARD_M: Final = 0.1
"""How far ahead a line of sight is tried for starting into its own community, metres."""

SAMPLE_M: Final = 3.0
"""Spacing of the points from which facing borders are measured, metres, for short borders."""

MOST_SAMPLES: Final = 48
"""Points along one facing border at most."""


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
        A pair is measured when its gap is at most `max_gap_m`; or when its walk is at most
        `link_walk_m` and its gap, less the water, tracks or arterial in it, at most `max_gap_m`.
    wall_gap_m
        How far two borders may be apart and still be one wall.

    Returns
    -------
    Borders
        One entry a pair.

    Notes
    -----
    Two borders face each other where the nearest point of the other one moves along as one walks
    along the first: at a corner it stays, so that two who meet across a crossroads, corner to
    corner, face each other for no length at all, however long their sides are. Counted is what is
    at most `WIDENS` times as far apart as the gap, and not what looks through its own community:
    the back of a shallow one. The shorter of both views is taken.
    """
    ids = communities.index.to_numpy(dtype=object)
    shapes = np.asarray(communities.to_numpy(), dtype=object)
    near = walk_of[walk_of <= link_walk_m].index
    classes = streets["class"].to_numpy(dtype=object)
    on_ground = ~streets["tunnel"].to_numpy(dtype=bool)
    ways = np.asarray(streets.geometry.to_numpy(), dtype=object)
    big = ways[on_ground & np.isin(classes, list(ARTERIALS))]
    middle = ways[on_ground & np.isin(classes, list(ROADS | ARTERIALS))]
    kinds = barriers["kind"].to_numpy(dtype=object)
    bars = np.asarray(barriers.geometry.to_numpy(), dtype=object)
    parting = {kind: bars[kinds == kind] for kind in sorted(SEPARATING)}
    first, second = _candidates(ids, shapes, near, max_gap_m)
    first, second = _drop_far(shapes, first, second, [*parting.values(), big], max_gap_m)
    gap = shapely.distance(shapes[first], shapes[second])
    lines, shared = _face(shapes, first, second, WIDENS * gap + wall_gap_m)
    pair = np.tile(np.arange(len(first)), len(SIGHTS))
    barrier = np.full(len(first), "", dtype=object)
    for kind, things in parting.items():
        barrier[_cut_share(lines, pair, len(first), things) >= MOST] = kind
    return Borders(
        first=first,
        second=second,
        gap=gap,
        shared=shared,
        walk=_walks_of(walk_of, ids, first, second),
        arterial=_cut_share(lines, pair, len(first), big) >= MOST,
        road=_cut_share(lines, pair, len(first), middle) >= MOST,
        lane=_cut_share(lines, pair, len(first), ways[on_ground]) > 0,
        barrier=barrier,
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


def _drop_far(
    shapes: Shapes, first: Ints, second: Ints, parting: list[Shapes], max_gap_m: float
) -> tuple[Ints, Ints]:
    """Keep pairs whose gap, less the strip that parts them, is at most `max_gap_m`."""
    straight = shapely.shortest_line(shapes[first], shapes[second])
    gap = shapely.length(straight)
    wide = np.flatnonzero(gap > max_gap_m)
    strip = np.zeros(len(gap))
    for things in parting:
        strip[wide] += _strip_width(straight[wide], things)
    kept = (gap <= max_gap_m) | ((strip > 0) & (gap - strip <= max_gap_m))
    return first[kept], second[kept]


def _strip_width(lines: Shapes, things: Shapes) -> Floats:
    """Measure along each straight line from the first to the last of the things that cut it.

    A single line that is cut has no width; it counts as `TOUCH_M`, to be told from none.
    """
    width = np.zeros(len(lines))
    if not len(lines) or not len(things):
        return width
    at, thing = shapely.STRtree(things).query(lines, predicate="intersects")
    common = shapely.intersection(lines[at], things[thing])
    before = np.full(len(lines), np.inf)
    after = np.full(len(lines), np.inf)
    np.minimum.at(before, at, shapely.distance(shapely.get_point(lines[at], 0), common))
    np.minimum.at(after, at, shapely.distance(shapely.get_point(lines[at], -1), common))
    cut = np.isfinite(before)
    width[cut] = shapely.length(lines[cut]) - before[cut] - after[cut]
    width[cut] = np.maximum(width[cut], TOUCH_M)
    return width


def _face(shapes: Shapes, first: Ints, second: Ints, within: Floats) -> tuple[Shapes, Floats]:
    """Draw lines of sight between facing borders, and measure how long they face each other.

    The lines come in blocks: the first of every pair, then the second of every pair, and so on.
    """
    rims = shapely.boundary(shapes)
    shapely.prepare(shapes)
    there = _look(rims[first], shapes[first], shapes[second], within)
    back = _look(rims[second], shapes[second], shapes[first], within)
    straight = shapely.shortest_line(shapes[first], shapes[second])
    lines = [np.where(there.shared > 0, there.line_at(share), straight) for share in SIGHTS]
    return np.concatenate([*lines, straight[:0]]), np.minimum(there.shared, back.shared)


@dataclass(frozen=True)
class _View:
    """Points along a border, the nearest point of the other community to each, pair by pair.

    `moved` is how far the nearest point moves from one point to the next, 0 at a pair's first.
    """

    start: Ints
    points: npt.NDArray[np.float64]
    images: npt.NDArray[np.float64]
    moved: Floats
    shared: Floats

    def line_at(self, share: float) -> Shapes:
        """Give for each pair the line of sight at a share of the facing length."""
        run = np.cumsum(self.moved)
        base = run[self.start]  # `moved` is 0 at each first point
        at = np.searchsorted(run, base + share * self.shared, side="left")
        at = np.minimum(np.maximum(at, self.start), len(run) - 1)
        ends = np.stack([self.points[at], self.images[at]], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object)


def _look(rims: Shapes, own: Shapes, others: Shapes, within: Floats) -> _View:
    """Walk along each border where the other community is near, looking at it."""
    near = shapely.line_merge(
        shapely.intersection(rims, shapely.buffer(others, within, quad_segs=4))
    )
    length = shapely.length(near)
    whole = length > 0
    near = np.where(whole, near, rims)
    steps = np.clip(np.ceil(length / SAMPLE_M), 4, MOST_SAMPLES).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(steps + 1)])[:-1].astype(np.int64)
    pair = np.repeat(np.arange(len(rims)), steps + 1)
    number = np.arange(len(pair)) - start[pair]
    points = shapely.line_interpolate_point(near[pair], number / steps[pair], normalized=True)
    sights = shapely.shortest_line(points, others[pair])
    ends = shapely.get_coordinates(sights).reshape(-1, 2, 2)
    moved = np.zeros(len(pair))
    moved[1:] = np.hypot(*(ends[1:, 1] - ends[:-1, 1]).T)
    moved = np.where((number > 0) & whole[pair], moved, 0.0)
    # Between two parts of a border the point jumps: no more counts than was walked.
    moved = np.minimum(moved, (length / steps)[pair])
    moved[_looks_inward(ends, own[pair], moved > 0)] = 0.0
    shared = np.bincount(pair, moved, len(rims)).astype(np.float64)
    return _View(start, ends[:, 0], ends[:, 1], moved, shared)


def _looks_inward(sights: Floats, own: Shapes, asked: Flags) -> Flags:
    """Mark the asked sights (n x 2 ends x 2) that start into the community they start from."""
    inward = np.zeros(len(sights), dtype=np.bool_)
    start, way = sights[asked, 0], sights[asked, 1] - sights[asked, 0]
    length = np.hypot(*way.T)
    share = np.minimum(INWARD_M / np.maximum(length, INWARD_M), 0.5)
    ahead = start + share[:, None] * way
    inward[asked] = shapely.contains_xy(own[asked], ahead) & (length > INWARD_M)
    return inward


def _cut_share(lines: Shapes, pair: Ints, count: int, things: Shapes) -> Floats:
    """Give the share of each pair's lines of sight that something cuts."""
    if not len(things) or not count:
        return np.zeros(count)
    tree = shapely.STRtree(things)
    line, _ = tree.query(lines, predicate="dwithin", distance=TOUCH_M)
    cut = np.zeros(len(lines))
    cut[line] = 1.0
    return np.bincount(pair, weights=cut, minlength=count) / len(SIGHTS)


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
