"""Stretches of lines: parts between two distances along a line, many at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Shapes = npt.NDArray[np.object_]


def cut_stretches(lines: Shapes, line: Places, low: Floats, high: Floats) -> Shapes:
    """Cut stretches out of lines.

    Parameters
    ----------
    lines
        Lines, metres.
    line
        Place in `lines` of the line that each stretch is cut from, shape (k,).
    low, high
        Where each stretch begins and ends, metres along its line, ``low < high``; shape (k,).

    Returns
    -------
    array
        The stretches, shape (k,), in the direction of their lines. Two stretches that meet have
        the same coordinates there.
    """
    if not len(line):
        return np.empty(0, dtype=object)
    known, line = np.unique(line, return_inverse=True)
    lines = lines[known]
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(owner, minlength=len(lines))
    first = np.r_[0, np.cumsum(counts)[:-1]]
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    steps[first[counts > 0]] = 0.0
    total = np.cumsum(steps)
    along = total - total[first[owner]]
    # every stretch is offered the vertices of its whole line and keeps those between its ends
    sizes = counts[line]
    stretch = np.repeat(np.arange(len(line)), sizes)
    vertex = np.repeat(first[line] - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(
        sizes.sum()
    )
    between = (along[vertex] > low[stretch]) & (along[vertex] < high[stretch])
    stretch, vertex = stretch[between], vertex[between]
    ends = np.concatenate(
        [
            shapely.line_interpolate_point(lines[line], low),
            shapely.line_interpolate_point(lines[line], high),
        ]
    )
    number = np.arange(len(line))
    of = np.concatenate([stretch, number, number])
    place = np.concatenate([along[vertex], low, high])
    # at equal distances the first end stands before vertices, the last one after them
    turn = np.concatenate([np.ones(len(vertex)), np.zeros(len(line)), np.full(len(line), 2)])
    coordinates = np.concatenate([xy[vertex], shapely.get_coordinates(ends)])
    order = np.lexsort((turn, place, of))
    return np.asarray(shapely.linestrings(coordinates[order], indices=of[order]), dtype=object)
