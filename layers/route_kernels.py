"""Compiled kernel for walks as lines: a search that remembers how it came to each node.

Types are checked by the compiler, not by annotations.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True)
def _grow(array):
    larger = np.empty(2 * len(array), array.dtype)
    larger[: len(array)] = array
    return larger


@numba.njit(cache=True)
def _push(keys, nodes, size, key, node):
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node
    return size + 1


@numba.njit(cache=True)
def _pop(keys, nodes, size):
    size -= 1
    key, node = keys[size], nodes[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node
    return size


@numba.njit(cache=True)
def _hang(origin, pair_start, arrival_start, arrival_node, hooked, first, following, pair_of):
    """Hang the arrivals of an origin's pairs on their nodes, the last one in front."""
    for pair in range(pair_start[origin], pair_start[origin + 1]):
        for arrival in range(arrival_start[pair], arrival_start[pair + 1]):
            node = arrival_node[arrival]
            pair_of[arrival] = pair
            following[arrival] = first[node] if hooked[node] == origin + 1 else -1
            hooked[node] = origin + 1
            first[node] = arrival


@numba.njit(cache=True)
def _dearest(pair_cost, low, high):
    dearest = -1.0
    for pair in range(low, high):
        dearest = max(dearest, pair_cost[pair])
    return dearest


@numba.njit(cache=True)
def _lower(arrival, c, following, pair_of, arrival_cost, pair_cost, pair_arrival):
    """Lower the cost of the pairs that arrive at a node; tells whether any was lowered."""
    lowered = False
    while arrival >= 0:
        pair, total = pair_of[arrival], c + arrival_cost[arrival]
        tied = total == pair_cost[pair] and arrival < pair_arrival[pair]
        if total < pair_cost[pair] or tied:
            pair_cost[pair] = total
            pair_arrival[pair] = arrival
            lowered = True
        arrival = following[arrival]
    return lowered


@numba.njit(cache=True)
def _walk_back(node, via, back, n_out, out_edge, out_node):
    """Write the edges that lead to a node, and where each is entered; gives the seed too."""
    begin = n_out
    while via[node] >= 0:
        if n_out == len(out_edge):
            out_edge, out_node = _grow(out_edge), _grow(out_node)
        out_edge[n_out] = via[node]
        node = back[node]
        out_node[n_out] = node
        n_out += 1
    out_edge[begin:n_out] = out_edge[begin:n_out][::-1].copy()
    out_node[begin:n_out] = out_node[begin:n_out][::-1].copy()
    return back[node], n_out, out_edge, out_node


@numba.njit(cache=True)
def trace_all(  # noqa: PLR0915  # one search, written out
    start, to, edge, cost, seed_start, seed_node, seed_cost,
    pair_start, arrival_start, arrival_node, arrival_cost, pair_cost,
):  # fmt: skip
    """Trace the least walk of each pair; one search an origin, until its farthest pair is found.

    Seeds are grouped by origin (``seed_start``), pairs too (``pair_start``), arrivals (node, cost
    from there to the target) by pair. ``pair_cost`` comes in with the cost of the walk along one
    edge, infinite where there is none, and is lowered in place. Gives for each pair the arrival
    (-1: along one edge, or none) and the seed, and the edges from node to node, grouped by pair.
    Of equal walks the one along one edge is taken, then the first seed, the first edge back, the
    first arrival.
    """
    n_nodes, n_pairs = len(start) - 1, len(pair_cost)
    stamp = np.zeros(n_nodes, np.int64)
    best = np.empty(n_nodes, np.float64)
    done = np.empty(n_nodes, np.bool_)
    via = np.empty(n_nodes, np.int64)  # edge that leads here; -1 for a seed
    back = np.empty(n_nodes, np.int64)  # node it comes from; the seed's number for a seed
    hooked = np.zeros(n_nodes, np.int64)
    first = np.empty(n_nodes, np.int64)
    following = np.empty(len(arrival_node), np.int64)
    pair_of = np.empty(len(arrival_node), np.int64)
    keys = np.empty(1024, np.float64)
    nodes = np.empty(1024, np.int64)
    pair_arrival = np.full(n_pairs, -1, np.int64)
    pair_seed = np.full(n_pairs, -1, np.int64)
    out_start = np.zeros(n_pairs + 1, np.int64)
    out_edge = np.empty(1024, np.int64)
    out_node = np.empty(1024, np.int64)
    n_out = 0
    for origin in range(len(seed_start) - 1):
        mark = origin + 1
        low, high = pair_start[origin], pair_start[origin + 1]
        worst = _dearest(pair_cost, low, high)
        _hang(origin, pair_start, arrival_start, arrival_node, hooked, first, following, pair_of)
        size = 0
        for k in range(seed_start[origin], seed_start[origin + 1]):
            node, c = seed_node[k], seed_cost[k]
            if stamp[node] != mark or c < best[node]:
                stamp[node] = mark
                best[node] = c
                done[node] = False
                via[node] = -1
                back[node] = k
                if size == len(keys):
                    keys, nodes = _grow(keys), _grow(nodes)
                size = _push(keys, nodes, size, c, node)
        while size > 0:
            c, node = keys[0], nodes[0]
            if c > worst:
                break
            size = _pop(keys, nodes, size)
            if done[node]:
                continue
            done[node] = True
            if hooked[node] == mark:
                lowered = _lower(
                    first[node], c, following, pair_of, arrival_cost, pair_cost, pair_arrival
                )
                if lowered:
                    worst = _dearest(pair_cost, low, high)
            for k in range(start[node], start[node + 1]):
                other = to[k]
                there = c + cost[k]
                if stamp[other] != mark or there < best[other]:
                    stamp[other] = mark
                    best[other] = there
                    done[other] = False
                    via[other] = edge[k]
                    back[other] = node
                    if size == len(keys):
                        keys, nodes = _grow(keys), _grow(nodes)
                    size = _push(keys, nodes, size, there, other)
                elif there == best[other] and not done[other] and edge[k] < via[other]:
                    via[other] = edge[k]
                    back[other] = node
        for pair in range(low, high):
            if pair_arrival[pair] >= 0:
                pair_seed[pair], n_out, out_edge, out_node = _walk_back(
                    arrival_node[pair_arrival[pair]], via, back, n_out, out_edge, out_node
                )
            out_start[pair + 1] = n_out
    return pair_arrival, pair_seed, out_start, out_edge[:n_out].copy(), out_node[:n_out].copy()
