"""Compiled kernels: pieces of street laid into a distance field, circle after circle.

Types are checked by the compiler, not by annotations.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from zoning.contour_kernels import rings_of, shells_of
from zoning.kernels import cut_pieces, grow, grow_rows

_FAR = 1e18


@numba.njit(cache=True, nogil=True, error_model="numpy")
def trace_all(
    limits, found_start, found_node, found_walk, own_start, own_edge, own_offset, own_walk,
    ends, length, cost, box, incident_start, incident, vertex_start, xy, measure,
    width, cell, most_cells, tolerance, corners,
):  # fmt: skip
    """Trace the ground within `width` of what each owner reaches within each of rising `limits`.

    A larger limit only adds to the field of the smaller ones. Gives the points of all rings
    (closed), the end of each ring, the number of its outer ring (its own for an outer one), and
    where the rings of each circle (owner, limit) begin.
    """
    n_owners, n_limits = len(found_start) - 1, len(limits)
    best = np.empty(len(incident_start) - 1, np.float64)
    stamp = np.zeros(len(incident_start) - 1, np.int32)
    lowered = np.zeros(len(length), np.int32)
    square, near = np.empty(1, np.float64), np.empty(1, np.int32)
    seen = np.empty(1, np.uint8)
    seg = np.empty((1024, 4), np.float64)
    work = (
        np.empty(1024, np.float64), np.empty(1024, np.float64),
        np.empty(1024, np.bool_), np.empty((1024, 2), np.int64),
    )  # fmt: skip
    points, span = np.empty((4096, 2), np.float64), np.empty((256, 3), np.float64)
    ring_end, shell = np.empty(256, np.int64), np.empty(256, np.int64)
    circle_ring = np.zeros(n_owners * n_limits + 1, np.int64)
    n_points, n_rings, mark = 0, 0, 0
    for owner in range(n_owners):
        f = slice(found_start[owner], found_start[owner + 1])
        o = slice(own_start[owner], own_start[owner + 1])
        owner_mark, n_seg, origin, side = mark + 1, 0, (0.0, 0.0), cell
        n_x, n_y = 0, 0
        window = (0, 0, 0, 0)
        for step in range(-1, n_limits):
            mark += 1
            edge, low, high = cut_pieces(
                found_node[f], found_walk[f], limits[step], ends, length, cost,
                incident_start, incident, own_edge[o], own_offset[o], own_walk[o],
                best, stamp, mark,
            )  # fmt: skip
            if step < 0:  # the largest limit: how large must the field be?
                origin, side, n_x, n_y = _frame(edge, box, width, cell, most_cells)
                if n_x * n_y > len(square):
                    square, near = np.empty(n_x * n_y, np.float64), np.empty(n_x * n_y, np.int32)
                    seen = np.empty(n_x * n_y, np.uint8)
                square[: n_x * n_y] = _FAR
                near[: n_x * n_y] = -1
                window = (n_x, 0, n_y, 0)
                continue
            begin = n_seg
            seg, n_seg = _lay(
                edge, low, high, origin, vertex_start, xy, measure, seg, n_seg,
                lowered, owner_mark, length,
            )  # fmt: skip
            for s in range(begin, n_seg):
                _lower(square, near, n_x, n_y, side, width + side, seg, s)
                window = _widen(window, seg, s, width + 2 * side, side)
            first_ring = n_rings
            points, n_points, ring_end, span, n_rings, work = rings_of(
                square, near, seen, n_x, window, side, width, seg, tolerance, corners, origin,
                points, n_points, ring_end, span, n_rings, work,
            )  # fmt: skip
            shell = grow(shell, n_rings)
            shells_of(points, ring_end, span, first_ring, n_rings, shell)
            circle_ring[owner * n_limits + step + 1] = n_rings
    return points[:n_points].copy(), ring_end[:n_rings].copy(), shell[:n_rings].copy(), circle_ring


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _frame(edge, box, width, cell, most_cells):
    """Give the corner of the field around edges, the side of its cells, and how many there are.

    Whole cells are counted from the origin of the CRS: neighbours share one grid.
    """
    west, south, east, north = _FAR, _FAR, -_FAR, -_FAR
    for e in edge:
        west, south = min(west, box[e, 0]), min(south, box[e, 1])
        east, north = max(east, box[e, 2]), max(north, box[e, 3])
    if len(edge) == 0:
        return (0.0, 0.0), cell, 0, 0
    while (east - west) / cell * ((north - south) / cell) > most_cells:
        cell *= 2
    margin = width + 2 * cell
    x0 = math.floor((west - margin) / cell) * cell
    y0 = math.floor((south - margin) / cell) * cell
    n_x = int(math.ceil((east + margin - x0) / cell)) + 1
    n_y = int(math.ceil((north + margin - y0) / cell)) + 1
    return (x0, y0), cell, n_x, n_y


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _widen(window, seg, s, margin, cell):
    """Widen a window of columns and rows to hold the ground beside segment `s`."""
    i1, i2, j1, j2 = window
    i1 = min(i1, int((min(seg[s, 0], seg[s, 2]) - margin) / cell))
    i2 = max(i2, int((max(seg[s, 0], seg[s, 2]) + margin) / cell))
    j1 = min(j1, int((min(seg[s, 1], seg[s, 3]) - margin) / cell))
    j2 = max(j2, int((max(seg[s, 1], seg[s, 3]) + margin) / cell))
    return i1, i2, j1, j2


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _lay(edge, low, high, origin, vertex_start, xy, measure, seg, n_seg, lowered, mark, length):
    """Turn pieces of edges into segments from `origin`; whole edges laid before are left out."""
    x0, y0 = origin
    for p in range(len(edge)):
        e = edge[p]
        if lowered[e] == mark:
            continue
        if low[p] == 0.0 and high[p] == length[e]:
            lowered[e] = mark
        for k in range(vertex_start[e], vertex_start[e + 1] - 1):
            m1, m2 = measure[k], measure[k + 1]
            if m2 < low[p] or m1 > high[p] or m1 == m2:
                continue
            a, b = (max(low[p], m1) - m1) / (m2 - m1), (min(high[p], m2) - m1) / (m2 - m1)
            if n_seg == len(seg):
                seg = grow_rows(seg, n_seg + 1)
            dx, dy = xy[k + 1, 0] - xy[k, 0], xy[k + 1, 1] - xy[k, 1]
            seg[n_seg, 0], seg[n_seg, 1] = xy[k, 0] - x0 + a * dx, xy[k, 1] - y0 + a * dy
            seg[n_seg, 2], seg[n_seg, 3] = xy[k, 0] - x0 + b * dx, xy[k, 1] - y0 + b * dy
            n_seg += 1
    return seg, n_seg


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _lower(square, near, n_x, n_y, cell, reach, seg, s):
    """Lower the field of squared distances to segment `s`, row by row, up to `reach` away."""
    ax, ay, bx, by = seg[s, 0], seg[s, 1], seg[s, 2], seg[s, 3]
    dx, dy = bx - ax, by - ay
    whole = dx * dx + dy * dy
    inverse = 1.0 / whole if whole > 0 else 0.0
    run = math.sqrt(whole)
    # from the segment to the long sides of the capsule around it
    ox, oy = (-dy * reach / run, dx * reach / run) if run > 0 else (0.0, 0.0)
    j1 = max(0, int(math.ceil((min(ay, by) - reach) / cell)))
    j2 = min(n_y - 1, int(math.floor((max(ay, by) + reach) / cell)))
    for j in range(j1, j2 + 1):
        py = j * cell
        left, right = _FAR, -_FAR
        for x, y in ((ax, ay), (bx, by)):
            half = reach * reach - (py - y) * (py - y)
            if half >= 0:
                half = math.sqrt(half)
                left, right = min(left, x - half), max(right, x + half)
        if dy != 0:
            for side in (-1.0, 1.0):
                t = (py - ay - side * oy) / dy
                if 0 <= t <= 1:
                    x = ax + side * ox + t * dx
                    left, right = min(left, x), max(right, x)
        i1 = max(0, int(math.ceil(left / cell)))
        i2 = min(n_x - 1, int(math.floor(right / cell)))
        row, up = j * n_x, py - ay
        for i in range(i1, i2 + 1):
            px = i * cell - ax
            t = min(1.0, max(0.0, (px * dx + up * dy) * inverse))
            ex, ey = px - t * dx, up - t * dy
            d = ex * ex + ey * ey
            if d < square[row + i]:
                square[row + i] = d
                near[row + i] = s
