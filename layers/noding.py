"""Roads of a drawing joined where they meet: shared vertices at crossings, junctions and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Lines = NDArray[np.object_]

SNAP_M: Final = 0.5
"""Ends that miss a road by this much are joined to it: drawing slips, far below a lane's width."""
_DECIMALS: Final = 3
"""Crossings are rounded to the millimetre, so that three roads through one spot share it."""


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
        Ends that missed another line or end.
    """

    lines: Lines
    crossings: int
    mended_ends: int


def join_lines(lines: Lines, decks: NDArray[np.int64], *, snap_m: float = SNAP_M) -> Joined:
    """Give lines that meet a vertex in common.

    Parameters
    ----------
    lines
        Lines in metres.
    decks
        Number of the deck that each runs on: lines of different decks pass over each other, and
        meet only where one ends.
    snap_m
        How far an end may miss, metres.

    Returns
    -------
    Joined
        Lines whose vertices are the old ones and the new shared ones. Only ends are moved, by at
        most `snap_m`, onto the end of the line that comes first.
    """
    moved, merged = _merge_ends(lines, snap_m)
    crossed_line, crossed_xy, crossings = _crossings(moved, decks)
    touched_line, touched_xy, mended = _touching_ends(moved, snap_m)
    line = np.concatenate([crossed_line, touched_line])
    points = np.concatenate([crossed_xy, touched_xy])
    return Joined(_insert(moved, line, points), crossings, merged + mended)


def _ends(lines: Lines) -> Floats:
    """Give both ends of each line: first ends, then last ones."""
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    return np.concatenate([first, last])


def _merge_ends(lines: Lines, snap_m: float) -> tuple[Lines, int]:
    """Move ends that lie close together onto the first of them."""
    ends = _ends(lines)
    pairs = cKDTree(ends).query_pairs(snap_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ends),) * 2)
    _, group = connected_components(links, directed=False)
    by_line = np.argsort(np.arange(len(ends)) % len(lines), kind="stable")
    _, first_of = np.unique(group[by_line], return_index=True)
    target = ends[by_line[first_of][group]]
    is_moved = (target != ends).any(axis=1)
    # a short line whose ends fall together would vanish: it keeps both ends
    half = len(lines)
    vanishing = group[:half] == group[half:]
    is_moved &= ~np.tile(vanishing, 2)
    pairs_xy, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(owner)) - 1
    place = np.concatenate([first, last])
    pairs_xy[place[is_moved]] = target[is_moved]
    return np.asarray(shapely.linestrings(pairs_xy, indices=owner), dtype=object), int(
        is_moved.sum()
    )


def _crossings(lines: Lines, decks: NDArray[np.int64]) -> tuple[Ints, Floats, int]:
    """List the spots where lines of one deck meet, once for each of the two lines."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    keep = (one < other) & (decks[one] == decks[other])
    one, other = one[keep], other[keep]
    shared = shapely.intersection(lines[one], lines[other])
    xy, pair = shapely.get_coordinates(shared, return_index=True)
    is_new = np.zeros(len(one), dtype=bool)
    known = _is_vertex(lines, one[pair], xy) & _is_vertex(lines, other[pair], xy)
    is_new[pair[~known]] = True
    spots = np.where(known[:, None], xy, np.round(xy, _DECIMALS))
    line = np.concatenate([one[pair], other[pair]])
    return line, np.concatenate([spots, spots]), int(is_new.sum())


def _is_vertex(lines: Lines, line: Ints, xy: Floats) -> NDArray[np.bool_]:
    """Tell whether a spot is a vertex of a line already."""
    pairs, owner = shapely.get_coordinates(lines, return_index=True)
    known = {(int(o), float(x), float(y)) for o, (x, y) in zip(owner, pairs, strict=True)}
    return np.array(
        [(int(o), float(x), float(y)) in known for o, (x, y) in zip(line, xy, strict=True)],
        dtype=bool,
    )


def _touching_ends(lines: Lines, snap_m: float) -> tuple[Ints, Floats, int]:
    """List ends that lie on or close to another line, whatever its deck."""
    ends = _ends(lines)
    points = np.asarray(shapely.points(ends), dtype=object)
    end, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=snap_m)
    keep = end % len(lines) != line
    end, line = end[keep], line[keep]
    known = _is_vertex(lines, line, ends[end])
    end, line = end[~known], line[~known]
    return line, ends[end], len(np.unique(end))


def _insert(lines: Lines, line: Ints, points: Floats) -> Lines:
    """Insert vertices into lines, each where it lies along its line."""
    pairs, owner = shapely.get_coordinates(lines, return_index=True)
    steps = np.hypot(*np.diff(pairs, axis=0, prepend=pairs[:1]).T)
    steps[np.diff(owner, prepend=-1) != 0] = 0.0
    along = np.cumsum(steps)
    along -= along[np.searchsorted(owner, owner)]
    offset = shapely.line_locate_point(lines[line], shapely.points(points))
    whose = np.concatenate([owner, line])
    xy = np.concatenate([pairs, points])
    order = np.lexsort((xy[:, 1], xy[:, 0], np.concatenate([along, offset]), whose))
    whose, xy = whose[order], xy[order]
    is_same = (np.diff(xy, axis=0, prepend=np.nan) == 0).all(axis=1) & (
        np.diff(whose, prepend=-1) == 0
    )
    return np.asarray(shapely.linestrings(xy[~is_same], indices=whose[~is_same]), dtype=object)
