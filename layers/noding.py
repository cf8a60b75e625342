"""Roads of a drawing joined where they meet: shared vertices at crossings, junctions and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from layers.spots import number_keys, number_spots

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Lines = NDArray[np.object_]

SNAP_M: Final = 0.5
"""Ends that miss a road by this much are joined to it: drawing slips, far below a lane's width."""
GAP_M: Final = 5.0
"""Dead ends that miss a road by more than `SNAP_M` and up to this much are listed."""
_ON_M: Final = 1e-4
"""An end this close to a line lies on it, whatever rounding did to it."""
_DECIMALS: Final = 6
"""Crossings are rounded to the micrometre, so that three roads through one spot share it."""
_APART_M: Final = 2e-3
"""How far vertices of different decks are put apart: beyond the millimetre that makes a node."""


@dataclass(frozen=True)
class Joined:
    """Lines with shared vertices, and what was done for it.

    Parameters
    ----------
    lines
        As many as before, in the same order.
    crossings
        Pairs of lines that crossed without a shared vertex.
    mended_ends
        Ends that missed another line or end and were moved onto it.
    gaps
        Lines with a dead end that misses another line by more than the tolerance, and by up to
        5 m: places in `lines`, ascending.
    """

    lines: Lines
    crossings: int
    mended_ends: int
    gaps: Ints


def join_lines(
    lines: Lines, decks: Ints, *, raised: Flags | None = None, snap_m: float = SNAP_M
) -> Joined:
    """Give lines that meet a vertex in common.

    Parameters
    ----------
    lines
        Lines in metres.
    decks
        Number of the deck that each runs on: lines of different decks pass over each other, also
        where both have a vertex at one spot.
    raised
        Which lines run above or below the ground; None: all but those of deck 0. Where one of
        them ends it meets the ground: on a road of the ground, or at the end of any line.
    snap_m
        How far an end may miss, metres.

    Returns
    -------
    Joined
        Lines whose vertices are the old ones and the new shared ones. Ends that miss are moved, by
        at most `snap_m`: onto the end of the line that comes first, or onto the nearest point of
        a line. Nothing else moves, but for vertices of different decks at one spot, which are put
        2 mm apart.
    """
    above = decks != 0 if raised is None else raised
    work = _Drawing(*shapely.get_coordinates(lines, return_index=True), decks, above)
    merged = _merge_ends(work, snap_m)
    line, spots, touched, moved = _join_ends(work, snap_m)
    work = _insert(work, line, spots)
    line, spots, crossings = _crossings(work)
    work = _insert(work, line, spots)
    _part_decks(work)
    return Joined(work.lines(), crossings + touched, merged + moved, _gaps(work, snap_m))


@dataclass
class _Drawing:
    """Lines as flat arrays: vertices, the line of each; the deck of each line."""

    xy: Floats
    owner: Ints
    decks: Ints
    raised: Flags

    def of(self, line: int) -> Floats:
        """Give the vertices of a line."""
        start, stop = np.searchsorted(self.owner, [line, line + 1])
        return self.xy[start:stop]

    @property
    def first(self) -> Ints:
        """Place of the first vertex of each line."""
        return np.searchsorted(self.owner, np.arange(len(self.decks)))

    @property
    def last(self) -> Ints:
        """Place of the last vertex of each line."""
        return np.searchsorted(self.owner, np.arange(len(self.decks)), side="right") - 1

    def lines(self) -> Lines:
        """Give the lines."""
        return np.asarray(shapely.linestrings(self.xy, indices=self.owner), dtype=object)

    def has_vertex(self, line: Ints, xy: Floats) -> Flags:
        """Tell which lines have a vertex at a spot."""
        spot, _ = number_spots(np.concatenate([self.xy, xy]))
        known = spot[: len(self.xy)] * len(self.decks) + self.owner
        asked = spot[len(self.xy) :] * len(self.decks) + line
        number, _ = number_keys(np.concatenate([known, asked]))
        is_known = np.zeros(len(number), dtype=bool)
        is_known[number[: len(known)]] = True
        return is_known[number[len(known) :]]


def _merge_ends(work: _Drawing, snap_m: float) -> int:
    """Move ends that lie close together onto the first of them."""
    place = np.column_stack([work.first, work.last]).ravel()
    ends = work.xy[place]
    spot, first = number_spots(ends)
    # spots in the order of their first line
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    spots = ends[first[order]]
    pairs = np.sort(cKDTree(spots).query_pairs(snap_m, output_type="ndarray"), axis=1)
    goal = np.arange(len(spots))
    for one, other in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].tolist():
        # a spot that has moved takes no other along: nothing moves farther than the tolerance
        if goal[one] == one and goal[other] == other:
            goal[other] = one
    here = rank[spot]
    there = goal[here]
    # a short line whose ends fall together would vanish: it keeps both ends
    vanishing = (there[0::2] == there[1::2]) & (here[0::2] != here[1::2])
    moved = (there != here) & ~np.repeat(vanishing, 2)
    work.xy[place[moved]] = spots[there[moved]]
    return int(moved.sum())


def _join_ends(work: _Drawing, snap_m: float) -> tuple[Ints, Floats, int, int]:
    """Join ends to lines that they lie on or miss; list the lines and the vertices to insert.

    An end that lies on lines becomes a vertex of each; one that misses is moved onto the nearest.
    Also given: how many met without a vertex in common, and how many ends were moved.
    """
    place = np.column_stack([work.first, work.last]).ravel()
    spot, first = number_spots(work.xy[place])
    at = work.xy[place[first]]
    ends_of = np.split(np.argsort(spot, kind="stable"), np.cumsum(np.bincount(spot))[:-1])
    lines = work.lines()
    points = np.asarray(shapely.points(at), dtype=object)
    found, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=snap_m)
    unknown = ~work.has_vertex(line, at[found])
    found, line = found[unknown], line[unknown]
    away = shapely.distance(points[found], lines[line])
    on = away <= _ON_M
    fits = np.array(
        [
            _may_join(work, ends_of[one] // 2, other)
            and (lies_on or not _meet_near(work, ends_of[one] // 2, other, at[one], 2 * snap_m))
            for one, other, lies_on in zip(found.tolist(), line.tolist(), on.tolist(), strict=True)
        ],
        dtype=bool,
    )
    found, line, away, on = found[fits], line[fits], away[fits], on[fits]
    joined_line, joined_xy = line[on].tolist(), list(at[found[on]])
    moved, done = 0, set(found[on].tolist())
    shifted: set[int] = set()
    length = shapely.length(lines)
    for near in np.lexsort((line, away, found)).tolist():
        own = ends_of[found[near]] // 2
        # a short line keeps one end where it is: both on one road would leave nothing of it
        short = {one for one in own.tolist() if length[one] <= 2 * snap_m}
        if on[near] or found[near] in done or not shifted.isdisjoint(short):
            continue
        goal = _spot_on(work, lines[line[near]], int(line[near]), at[found[near]], snap_m)
        work.xy[place[ends_of[found[near]]]] = goal
        done.add(int(found[near]))
        shifted |= short
        moved += len(own)
        joined_line.append(int(line[near]))
        joined_xy.append(goal)
    return (
        np.array(joined_line, dtype=np.int64),
        np.array(joined_xy, dtype=float).reshape(-1, 2),
        int(on.sum()),
        moved,
    )


def _may_join(work: _Drawing, own: Ints, other: int) -> bool:
    """Tell whether lines that end at a spot may meet another: on its deck, or on the ground."""
    if other in own:
        return False
    same = work.decks[own] == work.decks[other]
    return bool((same | (work.raised[own] & ~work.raised[other])).any())


def _meet_near(work: _Drawing, own: Ints, other: int, at: Floats, within_m: float) -> bool:
    """Tell whether one of some lines meets another close by already."""
    theirs = _vertices_near(work, other, at, within_m)
    return any(
        not theirs.isdisjoint(_vertices_near(work, one, at, within_m)) for one in own.tolist()
    )


def _vertices_near(
    work: _Drawing, line: int, at: Floats, within_m: float
) -> set[tuple[float, float]]:
    xy = work.of(line)
    near = xy[np.hypot(*(xy - at).T) <= within_m]
    return {(x, y) for x, y in np.round(near, 3).tolist()}


def _spot_on(
    work: _Drawing, shape: shapely.LineString, line: int, at: Floats, snap_m: float
) -> Floats:
    """Give the spot where an end meets a line that it misses: a vertex of it, or the nearest."""
    xy = work.of(line)
    away = np.hypot(*(xy - at).T)
    best = int(np.argmin(away))
    if away[best] <= snap_m:
        at_vertex: Floats = xy[best]
        return at_vertex
    offset = shapely.line_locate_point(shape, shapely.Point(at))
    beside: Floats = shapely.get_coordinates(shapely.line_interpolate_point(shape, offset))[0]
    return beside


def _crossings(work: _Drawing) -> tuple[Ints, Floats, int]:
    """List the spots where lines of one deck meet, once for each of the two lines."""
    lines = work.lines()
    one, other = shapely.STRtree(lines).query(lines)
    keep = (one < other) & (work.decks[one] == work.decks[other])
    one, other = one[keep], other[keep]
    keep = ~_meet_at_corners(lines, one, other)
    one, other = one[keep], other[keep]
    # lines that only touch give a spot that both know already
    xy, pair = shapely.get_coordinates(
        shapely.intersection(lines[one], lines[other]), return_index=True
    )
    xy = np.round(xy, _DECIMALS)
    known = work.has_vertex(one[pair], xy) & work.has_vertex(other[pair], xy)
    xy, pair = xy[~known], pair[~known]
    line = np.concatenate([one[pair], other[pair]])
    return line, np.concatenate([xy, xy]), len(set(pair.tolist()))


def _meet_at_corners(lines: Lines, one: Ints, other: Ints) -> Flags:
    """Tell the pairs whose boxes meet at one point only: if they meet, then in a vertex of both."""
    box = shapely.bounds(lines)
    low = np.maximum(box[one, :2], box[other, :2])
    high = np.minimum(box[one, 2:], box[other, 2:])
    corner: Flags = (low == high).all(axis=1)
    # a line along an axis has no corners: it may meet the other in its middle
    wide: Flags = np.all(box[:, :2] < box[:, 2:], axis=1)
    return corner & wide[one] & wide[other]


def _insert(work: _Drawing, line: Ints, points: Floats) -> _Drawing:
    """Insert vertices into lines, each where it lies along its line."""
    if not len(line):
        return work
    every = np.concatenate([work.xy, points])
    spot, first = number_spots(every)
    points = every[first[spot[len(work.xy) :]]]  # one place for each millimetre
    fresh = ~work.has_vertex(line, points)
    line, points = line[fresh], points[fresh]
    steps = np.hypot(*np.diff(work.xy, axis=0, prepend=work.xy[:1]).T)
    steps[work.first] = 0.0
    along = np.cumsum(steps)
    along -= along[work.first][work.owner]
    offset = shapely.line_locate_point(work.lines()[line], shapely.points(points))
    whose = np.concatenate([work.owner, line])
    xy = np.concatenate([work.xy, points])
    order = np.lexsort((xy[:, 1], xy[:, 0], np.concatenate([along, offset]), whose))
    whose, xy = whose[order], xy[order]
    is_same = np.zeros(len(xy), dtype=bool)
    is_same[1:] = (xy[1:] == xy[:-1]).all(axis=1) & (whose[1:] == whose[:-1])
    return _Drawing(xy[~is_same], whose[~is_same], work.decks, work.raised)


def _part_decks(work: _Drawing) -> None:
    """Put vertices of different decks at one spot apart, unless a raised line ends there."""
    if not work.raised.any():
        return
    spot, first = number_spots(work.xy)
    deck = work.decks[work.owner]
    is_raised = work.raised[work.owner]
    mixed = np.zeros(len(first), dtype=bool)
    mixed[spot[deck != deck[first[spot]]]] = True
    is_end = np.zeros(len(spot), dtype=bool)
    is_end[work.first] = is_end[work.last] = True
    mixed[spot[is_end & is_raised]] = False
    apart = mixed[spot] & is_raised
    _, rank = np.unique(work.decks[work.raised], return_inverse=True)
    number = np.zeros(len(work.decks))
    number[work.raised] = rank + 1
    work.xy[apart, 0] += _APART_M * number[work.owner[apart]]


def _gaps(work: _Drawing, snap_m: float) -> Ints:
    """List lines with a dead end that misses another of their deck by little more than allowed."""
    spot, first = number_spots(work.xy)
    lonely = np.bincount(spot, minlength=len(first))[spot] == 1
    place = np.column_stack([work.first, work.last]).ravel()
    own = np.repeat(np.arange(len(work.decks)), 2)
    own, place = own[lonely[place]], place[lonely[place]]
    points = np.asarray(shapely.points(work.xy[place]), dtype=object)
    lines = work.lines()
    end, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=GAP_M)
    keep = (own[end] != other) & (work.decks[own[end]] == work.decks[other])
    end, other = end[keep], other[keep]
    away = shapely.distance(points[end], lines[other])
    end, other = end[away > snap_m], other[away > snap_m]
    apart = [
        not _meet_near(work, own[one : one + 1], line, work.xy[place[one]], np.inf)
        for one, line in zip(end.tolist(), other.tolist(), strict=True)
    ]
    return np.unique(own[end[np.array(apart, dtype=bool)]])
