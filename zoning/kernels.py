"""Compiled kernels: the pieces of street that are reached, as numbers and as lines.

Types are checked by the compiler, not by annotations.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True, error_model="numpy")
def grow(array, size):
    """Make room for `size` entries."""
    if size <= len(array):
        return array
    larger = np.empty(max(size, 2 * len(array)), array.dtype)
    larger[: len(array)] = array
    return larger


@numba.njit(cache=True, nogil=True, error_model="numpy")
def grow_rows(array, size):
    """Make room for `size` rows."""
    if size <= len(array):
        return array
    larger = np.empty((max(size, 2 * len(array)), array.shape[1]), array.dtype)
    larger[: len(array)] = array
    return larger


@numba.njit(cache=True, nogil=True, error_model="numpy")
def cut_pieces(
    nodes, walk, limit, ends, length, cost, incident_start, incident,
    own_edge, own_offset, own_walk, best, stamp, mark,
):  # fmt: skip
    """Cut the reached part of every edge: edge, from and to in metres from u; none overlap.

    ``nodes`` come in order of ``walk``; ``own_*``, where the origin enters the network, in order of
    edge. ``incident`` holds numbers of edges, raised by their count where the edge ends (v) at the
    node. Where a piece ends inside an edge the cost is the limit: it accrues evenly along an edge.
    """
    n_edges = len(length)
    n_nodes = 0
    n_max = 2 * len(own_edge) + 2
    while n_nodes < len(nodes) and walk[n_nodes] <= limit:
        node = nodes[n_nodes]
        stamp[node] = mark
        best[node] = walk[n_nodes]
        n_max += 2 * (incident_start[node + 1] - incident_start[node])
        n_nodes += 1
    edge_out = np.empty(n_max, np.int64)
    low_out = np.empty(n_max, np.float64)
    high_out = np.empty(n_max, np.float64)
    n = 0
    for p in range(n_nodes):
        node = nodes[p]
        for k in range(incident_start[node], incident_start[node + 1]):
            edge = incident[k]
            if edge >= n_edges:
                edge -= n_edges
                if stamp[ends[edge, 0]] == mark:
                    continue  # taken from u
            at = np.searchsorted(own_edge, edge) if len(own_edge) > 0 else 0
            if at < len(own_edge) and own_edge[at] == edge:
                continue  # taken below
            ahead, back = _from_ends(edge, limit, ends, length, cost, best, stamp, mark)
            if ahead + back >= length[edge]:
                edge_out[n], low_out[n], high_out[n] = edge, 0.0, length[edge]
                n += 1
                continue
            if ahead > 0:
                edge_out[n], low_out[n], high_out[n] = edge, 0.0, ahead
                n += 1
            if back > 0:
                edge_out[n], low_out[n], high_out[n] = edge, length[edge] - back, length[edge]
                n += 1
    n = _cut_own(
        own_edge, own_offset, own_walk, limit, ends, length, cost, best, stamp, mark,
        edge_out, low_out, high_out, n,
    )  # fmt: skip
    return edge_out[:n], low_out[:n], high_out[:n]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _cut_own(
    own_edge, own_offset, own_walk, limit, ends, length, cost, best, stamp, mark,
    edge_out, low_out, high_out, n,
):  # fmt: skip
    """Cut the edges that the origin enters: what is reached from there and from their ends."""
    first = 0
    while first < len(own_edge):
        edge = own_edge[first]
        last = first + 1
        while last < len(own_edge) and own_edge[last] == edge:
            last += 1
        ahead, back = _from_ends(edge, limit, ends, length, cost, best, stamp, mark)
        low = np.empty(last - first + 2, np.float64)
        high = np.empty(last - first + 2, np.float64)
        low[0], high[0] = (0.0, ahead) if ahead > 0 else (0.0, -1.0)
        low[1], high[1] = (length[edge] - back, length[edge]) if back > 0 else (0.0, -1.0)
        for k in range(first, last):
            left = limit - own_walk[k]
            low[k - first + 2], high[k - first + 2] = 0.0, -1.0
            if left >= 0:
                back = _along(left, length[edge], cost[edge, 1])
                ahead = _along(left, length[edge], cost[edge, 0])
                low[k - first + 2] = max(0.0, own_offset[k] - back)
                high[k - first + 2] = min(length[edge], own_offset[k] + ahead)
        begin, end = 0.0, -1.0
        for k in np.argsort(low):
            if high[k] < low[k]:
                continue  # nothing left of the limit
            if low[k] > end:
                if end >= begin:
                    edge_out[n], low_out[n], high_out[n] = edge, begin, end
                    n += 1
                begin = low[k]
            end = max(end, high[k])
        if end >= begin:
            edge_out[n], low_out[n], high_out[n] = edge, begin, end
            n += 1
        first = last
    return n


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _from_ends(edge, limit, ends, length, cost, best, stamp, mark):
    """Give the metres of an edge that are reached from u and from v."""
    ahead, back = 0.0, 0.0
    u, v = ends[edge, 0], ends[edge, 1]
    if stamp[u] == mark:
        ahead = _along(limit - best[u], length[edge], cost[edge, 0])
    if stamp[v] == mark:
        back = _along(limit - best[v], length[edge], cost[edge, 1])
    return ahead, back


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _along(left, length, cost):
    """Give how many metres of an edge can be walked for what is left; its cost may be 0."""
    if left >= cost:
        return length
    return left / cost * length


@numba.njit(cache=True, nogil=True, error_model="numpy")
def pieces_all(
    limit, found_start, found_node, found_walk, own_start, own_edge, own_offset, own_walk,
    ends, length, cost, incident_start, incident,
):  # fmt: skip
    """Cut the pieces of every owner: where its pieces begin; edge, from and to of each."""
    n_owners = len(found_start) - 1
    best = np.empty(len(incident_start) - 1, np.float64)
    stamp = np.zeros(len(incident_start) - 1, np.int32)
    start = np.zeros(n_owners + 1, np.int64)
    edges = np.empty(1024, np.int64)
    lows, highs = np.empty(1024, np.float64), np.empty(1024, np.float64)
    n = 0
    for owner in range(n_owners):
        f = slice(found_start[owner], found_start[owner + 1])
        o = slice(own_start[owner], own_start[owner + 1])
        edge, low, high = cut_pieces(
            found_node[f], found_walk[f], limit, ends, length, cost, incident_start, incident,
            own_edge[o], own_offset[o], own_walk[o], best, stamp, owner + 1,
        )  # fmt: skip
        m = n + len(edge)
        edges, lows, highs = grow(edges, m), grow(lows, m), grow(highs, m)
        edges[n:m], lows[n:m], highs[n:m] = edge, low, high
        n = m
        start[owner + 1] = n
    return start, edges[:n].copy(), lows[:n].copy(), highs[:n].copy()


@numba.njit(cache=True, nogil=True, error_model="numpy")
def clip_lines(edge, low, high, vertex_start, xy, measure):
    """Give the vertices of each piece of an edge, and where the next piece begins."""
    n_max = 0
    for p in range(len(edge)):
        n_max += vertex_start[edge[p] + 1] - vertex_start[edge[p]] + 2
    out = np.empty((n_max, 2), np.float64)
    start = np.zeros(len(edge) + 1, np.int64)
    n = 0
    for p in range(len(edge)):
        a, b = vertex_start[edge[p]], vertex_start[edge[p] + 1]
        for k in range(a, b - 1):
            m1, m2 = measure[k], measure[k + 1]
            if m2 <= low[p] and k < b - 2:
                continue
            if m1 >= high[p] and n > start[p]:
                break
            if n == start[p]:
                t = min(1.0, max(0.0, (low[p] - m1) / (m2 - m1)))
                out[n] = xy[k] + t * (xy[k + 1] - xy[k])
                n += 1
            t = min(1.0, max(0.0, (high[p] - m1) / (m2 - m1)))
            out[n] = xy[k] + t * (xy[k + 1] - xy[k])
            n += 1
        start[p + 1] = n
    return out[:n], start
