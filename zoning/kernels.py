"""Compiled kernels: reached pieces of street and the distance field around them.

Types are checked by the compiler, not by annotations.
"""

from __future__ import annotations

import math

import numba
import numpy as np


@numba.njit(cache=True)
def cut_pieces(nodes, cost, ends, length, incident_start, incident, own, limit):
    """Cut the reached part of every edge; see `zoning.life_circles`.

    ``own`` holds rows (edge, offset, cost) of the points where the origin enters the network.
    Gives edge, from and to (metres from u) of each piece; a piece may be repeated in part.
    """
    best = {}
    for k in range(len(nodes)):
        if cost[k] <= limit:
            best[nodes[k]] = cost[k]
    n_max = 3 * len(own)
    for k in range(len(nodes)):
        n_max += 2 * (incident_start[nodes[k] + 1] - incident_start[nodes[k]])
    edge_out = np.empty(n_max, np.int64)
    low_out = np.empty(n_max, np.float64)
    high_out = np.empty(n_max, np.float64)
    n = 0
    for node, c in best.items():
        for k in range(incident_start[node], incident_start[node + 1]):
            edge = incident[k]
            ahead = min(limit - c, length[edge])
            u, v = ends[edge, 0], ends[edge, 1]
            if u == node:
                other_in = v in best
                if other_in and (limit - c) + (limit - best[v]) >= length[edge]:
                    # reached from both ends without a break: one whole piece, listed once, from u
                    edge_out[n], low_out[n], high_out[n] = edge, 0.0, length[edge]
                    n += 1
                    continue
                edge_out[n], low_out[n], high_out[n] = edge, 0.0, ahead
                n += 1
            if v == node:
                other_in = u in best
                if other_in and (limit - c) + (limit - best[u]) >= length[edge]:
                    continue
                edge_out[n], low_out[n], high_out[n] = edge, length[edge] - ahead, length[edge]
                n += 1
    for k in range(len(own)):
        left = limit - own[k, 2]
        if left >= 0:
            edge = int(own[k, 0])
            edge_out[n] = edge
            low_out[n] = max(0.0, own[k, 1] - left)
            high_out[n] = min(length[edge], own[k, 1] + left)
            n += 1
    return edge_out[:n], low_out[:n], high_out[:n]


@numba.njit(cache=True)
def distance_field(edge, low, high, vertex_start, xy, measure, x0, y0, cell, field, width):
    """Lower `field` to the distance from every cell centre to the pieces, up to `width` away.

    ``field[j, i]`` belongs to the point ``(x0 + i * cell, y0 + j * cell)`` and comes in filled with
    a number larger than `width`.
    """
    n_y, n_x = field.shape
    for p in range(len(edge)):
        for k in range(vertex_start[edge[p]], vertex_start[edge[p] + 1] - 1):
            m1, m2 = measure[k], measure[k + 1]
            if m2 < low[p] or m1 > high[p]:
                continue
            span = m2 - m1
            a = (max(low[p], m1) - m1) / span if span > 0 else 0.0
            b = (min(high[p], m2) - m1) / span if span > 0 else 0.0
            dx, dy = xy[k + 1, 0] - xy[k, 0], xy[k + 1, 1] - xy[k, 1]
            ax, ay = xy[k, 0] + a * dx, xy[k, 1] + a * dy
            bx, by = xy[k, 0] + b * dx, xy[k, 1] + b * dy
            _lower(ax, ay, bx, by, x0, y0, cell, field, width, n_x, n_y)


@numba.njit(cache=True, inline="always")
def _lower(ax, ay, bx, by, x0, y0, cell, field, width, n_x, n_y):
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    i1 = max(0, int(math.ceil((min(ax, bx) - width - x0) / cell)))
    i2 = min(n_x - 1, int(math.floor((max(ax, bx) + width - x0) / cell)))
    j1 = max(0, int(math.ceil((min(ay, by) - width - y0) / cell)))
    j2 = min(n_y - 1, int(math.floor((max(ay, by) + width - y0) / cell)))
    for j in range(j1, j2 + 1):
        py = y0 + j * cell
        for i in range(i1, i2 + 1):
            px = x0 + i * cell
            t = 0.0
            if square > 0:
                t = ((px - ax) * dx + (py - ay) * dy) / square
                t = min(1.0, max(0.0, t))
            ex, ey = px - ax - t * dx, py - ay - t * dy
            distance = math.sqrt(ex * ex + ey * ey)
            if distance < field[j, i]:
                field[j, i] = distance
