"""Compiled kernels: the contour of a distance field as thinned rings.

On a grid of whole cells each corner knows its squared distance to the nearest segment and which one
it is. The contour is followed from grid edge to grid edge; it crosses an edge exactly where the
segment is `width` away, and where two stretches of it meet inside a cell their corner is put in.
Types are checked by the compiler, not by annotations.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from zoning.kernels import grow, grow_rows

_AWAY = 1e-3
"""Share of a cell that the contour keeps from grid corners and cell walls: rings never touch."""


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _off(seg, s, x, y):
    """Give the distance from segment `s` and the way from it, a unit vector."""
    ax, ay = seg[s, 0], seg[s, 1]
    dx, dy = seg[s, 2] - ax, seg[s, 3] - ay
    whole = dx * dx + dy * dy
    t = ((x - ax) * dx + (y - ay) * dy) / whole if whole > 0 else 0.0
    t = min(1.0, max(0.0, t))
    ex, ey = x - ax - t * dx, y - ay - t * dy
    d = math.sqrt(ex * ex + ey * ey)
    if d == 0:
        return 0.0, 0.0, 0.0
    return d, ex / d, ey / d


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _root(seg, s, x, y, rx, ry, cell, width):
    """Find where along (rx, ry) from (x, y) segment `s` is `width` away, coming from one cell on.

    The distance is convex along a line: Newton's steps from outside never overshoot, and where the
    foot stays within the segment the first step is exact. Gives how far, and the normal there.
    """
    ax, ay = x - seg[s, 0], y - seg[s, 1]
    dx, dy = seg[s, 2] - seg[s, 0], seg[s, 3] - seg[s, 1]
    whole = dx * dx + dy * dy
    inverse = 1.0 / whole if whole > 0 else 0.0
    t, nx, ny = cell, 0.0, 0.0
    for _ in range(8):
        px, py = ax + t * rx, ay + t * ry
        foot = (px * dx + py * dy) * inverse
        on = min(1.0, max(0.0, foot))
        ex, ey = px - on * dx, py - on * dy
        d = math.sqrt(ex * ex + ey * ey)
        nx, ny = ex / d, ey / d
        slope = nx * rx + ny * ry
        if d <= width or slope <= 1e-9:
            break
        step = (d - width) / slope
        t -= step
        foot -= step * (rx * dx + ry * dy) * inverse
        if step < 1e-3 or (0 < on < 1 and 0 <= foot <= 1):
            break
    return t, nx, ny


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _crossing(seg, s_in, s_out, x, y, rx, ry, cell, width):
    """Find the crossing of the contour with a grid edge from (x, y), inside, along (rx, ry).

    Gives how far it is, the normal there, and the segment that it belongs to: the nearest of the
    corner inside or of the one outside, whichever reaches farther.
    """
    far, nx, ny = _root(seg, s_in, x, y, rx, ry, cell, width)
    s = s_in
    if s_out >= 0 and s_out != s_in and _off(seg, s_out, x, y)[0] <= width:
        other, ox, oy = _root(seg, s_out, x, y, rx, ry, cell, width)
        if other > far:
            far, nx, ny, s = other, ox, oy, s_out
    return min(max(far, _AWAY * cell), cell - _AWAY * cell), nx, ny, s


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _corner(seg, width, cell, ci, cj, p, q, s, r):
    """Find the inward corner between two crossings of one cell: the tangents' meeting, improved.

    ``p`` and ``q`` hold x, y and the normal; ``s`` and ``r`` are their segments. Gives whether
    there is one inside the cell, and where.
    """
    x, y = 0.0, 0.0
    c1, c2 = p[2] * p[0] + p[3] * p[1], q[2] * q[0] + q[3] * q[1]
    ax, ay, bx, by = p[2], p[3], q[2], q[3]
    for step in range(3):
        det = ax * by - ay * bx
        if det > -0.05:  # straight on, or around the end of a street
            return False, x, y
        x, y = x + (c1 * by - c2 * ay) / det, y + (ax * c2 - bx * c1) / det
        if not ci + _AWAY < x / cell < ci + 1 - _AWAY or not cj + _AWAY < y / cell < cj + 1 - _AWAY:
            return False, x, y
        if step < 2:
            d1, ax, ay = _off(seg, s, x, y)
            d2, bx, by = _off(seg, r, x, y)
            c1, c2 = width - d1, width - d2
    return True, x, y


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _follow(square, near, seen, n_x, cell, width, seg, i, j, corners, xs, ys):
    """Follow the contour, the inside on the left, from the grid edge (i, j) - (i + 1, j)."""
    limit = width * width
    ai, aj, ri, rj = i, j, 1, 0  # the corner inside, and the way from it to the one outside
    ci, cj, n = i, j, 0
    before = (0.0, 0.0, 0.0, 0.0)
    s_before = near[0]
    plain = False  # whether the cell just crossed holds one stretch of contour only
    while True:
        a = aj * n_x + ai
        b = a + rj * n_x + ri
        again = False
        if ri == 1:
            again = seen[a] == 1
            seen[a] = 1
        x, y = ai * cell, aj * cell
        t, nx, ny, s = _crossing(seg, near[a], near[b], x, y, ri, rj, cell, width)
        x, y = x + t * ri, y + t * rj
        here = (x, y, nx, ny)
        if n + 2 > len(xs):
            xs, ys = grow(xs, n + 2), grow(ys, n + 2)
        if corners and plain and s != s_before:
            is_corner, cx, cy = _corner(seg, width, cell, ci, cj, before, here, s_before, s)
            if is_corner:
                xs[n], ys[n] = cx, cy
                n += 1
        if again:
            return n, xs, ys
        before, s_before = here, s
        xs[n], ys[n] = x, y
        n += 1
        # onwards through the cell ahead, of which (ci, cj) is the lower left corner
        hi, hj = -rj, ri
        ci, cj = min(ai, ai + ri, ai + hi, ai + ri + hi), min(aj, aj + rj, aj + hj, aj + rj + hj)
        c, d = a + hj * n_x + hi, b + hj * n_x + hi
        left = square[c] > limit
        plain = True
        if left and square[d] <= limit:
            plain = False
            mean = math.sqrt(square[a]) + math.sqrt(square[d])
            mean += math.sqrt(min(square[b], 4 * limit)) + math.sqrt(min(square[c], 4 * limit))
            left = mean > 4 * width
        if left:
            ri, rj = hi, hj
        elif square[d] > limit:
            ai, aj = ai + hi, aj + hj
        else:
            ai, aj = ai + ri + hi, aj + rj + hj
            ri, rj = -hi, -hj


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _thin(xs, ys, n, tolerance, keep, stack):
    """Mark in `keep` which points of a ring stay (Douglas and Peucker 1973); gives how many."""
    keep[:n] = tolerance <= 0
    if tolerance <= 0:
        return n
    a, b, far = 0, 0, -1.0
    for k in range(1, n):
        if xs[k] < xs[a] or (xs[k] == xs[a] and ys[k] < ys[a]):
            a = k
    for k in range(n):
        d = (xs[k] - xs[a]) ** 2 + (ys[k] - ys[a]) ** 2
        if d > far:
            b, far = k, d
    keep[a] = keep[b] = True
    stack[0, 0], stack[0, 1] = a, b if b > a else b + n
    stack[1, 0], stack[1, 1] = b, a if a > b else a + n
    size, count = 2, 2
    while size > 0:
        size -= 1
        i, j = stack[size, 0], stack[size, 1]
        ax, ay = xs[i % n], ys[i % n]
        dx, dy = xs[j % n] - ax, ys[j % n] - ay
        whole = dx * dx + dy * dy
        inverse = 1.0 / whole if whole > 0 else 0.0
        worst, at = tolerance * tolerance, -1
        for k in range(i + 1, j):
            m = k if k < n else k - n
            px, py = xs[m] - ax, ys[m] - ay
            t = min(1.0, max(0.0, (px * dx + py * dy) * inverse))
            d = (px - t * dx) ** 2 + (py - t * dy) ** 2
            if d > worst:
                worst, at = d, k
        if at >= 0:
            keep[at % n] = True
            count += 1
            stack[size, 0], stack[size, 1] = i, at
            stack[size + 1, 0], stack[size + 1, 1] = at, j
            size += 2
    if count < 3:
        keep[:n] = True
        return n
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy")
def rings_of(
    square, near, seen, n_x, window, cell, width, seg, tolerance, corners, origin,
    points, n_points, ring_end, span, n_rings, work,
):  # fmt: skip
    """Add the rings of the contour within a window of the field to `points`.

    ``span`` holds twice the signed area of each ring, negative for a hole, and its west and east
    ends; ``work`` is scratch for the ring at hand. Both grow, as do `points` and `ring_end`.
    """
    i1, i2, j1, j2 = window
    limit = width * width
    xs, ys, keep, stack = work
    for j in range(j1, j2 + 1):
        seen[j * n_x + i1 : j * n_x + i2 + 1] = 0
    for j in range(j1, j2 + 1):
        for i in range(i1, i2):
            at = j * n_x + i
            if square[at] > limit or square[at + 1] <= limit or seen[at]:
                continue
            n, xs, ys = _follow(square, near, seen, n_x, cell, width, seg, i, j, corners, xs, ys)
            if len(keep) < len(xs):
                keep, stack = np.empty(len(xs), np.bool_), np.empty((len(xs), 2), np.int64)
            count = _thin(xs, ys, n, tolerance, keep, stack)
            points = grow_rows(points, n_points + count + 1)
            begin = n_points
            for k in range(n):
                if keep[k]:
                    points[n_points, 0] = xs[k] + origin[0]
                    points[n_points, 1] = ys[k] + origin[1]
                    n_points += 1
            points[n_points] = points[begin]
            n_points += 1
            ring_end, span = grow(ring_end, n_rings + 1), grow_rows(span, n_rings + 1)
            ring_end[n_rings] = n_points
            _measure(points[begin:n_points], span[n_rings])
            n_rings += 1
    return points, n_points, ring_end, span, n_rings, (xs, ys, keep, stack)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _measure(ring, span):
    """Write twice the signed area of a closed ring, its west and its east end."""
    x0, y0 = ring[0]
    span[0], span[1], span[2] = 0.0, x0, x0
    for k in range(len(ring) - 1):
        span[0] += (ring[k, 0] - x0) * (ring[k + 1, 1] - ring[k, 1])
        span[0] -= (ring[k + 1, 0] - ring[k, 0]) * (ring[k, 1] - y0)
        span[1], span[2] = min(span[1], ring[k, 0]), max(span[2], ring[k, 0])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def shells_of(points, ring_end, span, first, n_rings, shell):
    """Find the ring around each hole: the least of those that hold its first point."""
    for r in range(first, n_rings):
        shell[r] = r if span[r, 0] > 0 else first
        if span[r, 0] > 0:
            continue
        x, y = points[ring_end[r - 1]]
        least = np.inf
        for other in range(first, r):
            if 0 < span[other, 0] < least and span[other, 1] < x < span[other, 2]:
                begin = ring_end[other - 1] if other > 0 else 0
                if _holds(points[begin : ring_end[other]], x, y):
                    shell[r], least = other, span[other, 0]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _holds(ring, x, y):
    """Tell whether a closed ring holds a point."""
    inside = False
    for k in range(len(ring) - 1):
        y1, y2 = ring[k, 1], ring[k + 1, 1]
        if (y1 > y) != (y2 > y):
            east = ring[k, 0] + (y - y1) / (y2 - y1) * (ring[k + 1, 0] - ring[k, 0])
            inside ^= x < east
    return inside
