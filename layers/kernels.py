"""Compiled kernels: bounded searches with a four-way heap; plain arrays in and out.

Work arrays are reused and stamped, so that nothing is cleared between searches. Types are checked
by the compiler, not by annotations.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True)
def _push(keys, nodes, size, key, node):
    i = size
    while i > 0:
        parent = (i - 1) >> 2
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
    """Remove the least entry of a heap of four children; it stood at index 0."""
    size -= 1
    key, node = keys[size], nodes[size]
    i = 0
    while True:
        child = 4 * i + 1
        if child >= size:
            break
        best = child
        for other in range(child + 1, min(child + 4, size)):
            if keys[other] < keys[best]:
                best = other
        if keys[best] >= key:
            break
        keys[i] = keys[best]
        nodes[i] = nodes[best]
        i = best
    keys[i] = key
    nodes[i] = node
    return size


@numba.njit(cache=True)
def _grow(array):
    larger = np.empty(2 * len(array), array.dtype)
    larger[: len(array)] = array
    return larger


@numba.njit(cache=True)
def _search(
    start, to, cost, seed_node, seed_cost, limit, stamp, mark, best, done, keys, nodes, found
):
    """Settle every node within the limit; gives how many, in `found`, and the arrays grown."""
    size = 0
    for k in range(len(seed_node)):
        node, c = seed_node[k], seed_cost[k]
        if c <= limit and (stamp[node] != mark or c < best[node]):
            if stamp[node] != mark:
                stamp[node] = mark
                done[node] = False
            best[node] = c
            if size == len(keys):
                keys, nodes = _grow(keys), _grow(nodes)
            size = _push(keys, nodes, size, c, node)
    n_found = 0
    while size > 0:
        c, node = keys[0], nodes[0]
        size = _pop(keys, nodes, size)
        if done[node]:
            continue
        done[node] = True
        if n_found == len(found):
            found = _grow(found)
        found[n_found] = node
        n_found += 1
        for k in range(start[node], start[node + 1]):
            other = to[k]
            there = c + cost[k]
            if there <= limit and (stamp[other] != mark or there < best[other]):
                if stamp[other] != mark:
                    stamp[other] = mark
                    done[other] = False
                best[other] = there
                if size == len(keys):
                    keys, nodes = _grow(keys), _grow(nodes)
                size = _push(keys, nodes, size, there, other)
    return n_found, keys, nodes, found


@numba.njit(cache=True)
def reach_all(start, to, cost, seed_start, seed_node, seed_cost, limit):
    """Search from every group of seeds; see `layers.search.reached_nodes`."""
    n_nodes, n_origins = len(start) - 1, len(seed_start) - 1
    stamp = np.zeros(n_nodes, np.int64)
    best = np.empty(n_nodes, np.float64)
    done = np.empty(n_nodes, np.bool_)
    keys = np.empty(1024, np.float64)
    nodes = np.empty(1024, np.int64)
    found = np.empty(1024, np.int64)
    out_start = np.zeros(n_origins + 1, np.int64)
    out_node = np.empty(1024, np.int64)
    out_cost = np.empty(1024, np.float64)
    n_out = 0
    for origin in range(n_origins):
        a, b = seed_start[origin], seed_start[origin + 1]
        n_found, keys, nodes, found = _search(
            start, to, cost, seed_node[a:b], seed_cost[a:b], limit,
            stamp, origin + 1, best, done, keys, nodes, found,
        )  # fmt: skip
        while n_out + n_found > len(out_node):
            out_node, out_cost = _grow(out_node), _grow(out_cost)
        for k in range(n_found):
            out_node[n_out + k] = found[k]
            out_cost[n_out + k] = best[found[k]]
        n_out += n_found
        out_start[origin + 1] = n_out
    return out_start, out_node[:n_out].copy(), out_cost[:n_out].copy()


@numba.njit(cache=True)
def targets_all(
    start, to, cost, seed_start, seed_node, seed_cost,
    target_start, target_item, target_cost, n_targets, limit,
):  # fmt: skip
    """Search from every group of seeds for targets; see `layers.search.targets_in_reach`."""
    n_nodes, n_origins = len(start) - 1, len(seed_start) - 1
    stamp = np.zeros(n_nodes, np.int64)
    best = np.empty(n_nodes, np.float64)
    done = np.empty(n_nodes, np.bool_)
    keys = np.empty(1024, np.float64)
    nodes = np.empty(1024, np.int64)
    found = np.empty(1024, np.int64)
    seen = np.zeros(n_targets, np.int64)
    least = np.empty(n_targets, np.float64)
    hit = np.empty(n_targets, np.int64)
    out_start = np.zeros(n_origins + 1, np.int64)
    out_item = np.empty(1024, np.int64)
    out_cost = np.empty(1024, np.float64)
    n_out = 0
    for origin in range(n_origins):
        a, b = seed_start[origin], seed_start[origin + 1]
        n_found, keys, nodes, found = _search(
            start, to, cost, seed_node[a:b], seed_cost[a:b], limit,
            stamp, origin + 1, best, done, keys, nodes, found,
        )  # fmt: skip
        n_hit = 0
        for k in range(n_found):
            node = found[k]
            for t in range(target_start[node], target_start[node + 1]):
                item = target_item[t]
                there = best[node] + target_cost[t]
                if there <= limit:
                    if seen[item] != origin + 1:
                        seen[item] = origin + 1
                        least[item] = there
                        hit[n_hit] = item
                        n_hit += 1
                    elif there < least[item]:
                        least[item] = there
        while n_out + n_hit > len(out_item):
            out_item, out_cost = _grow(out_item), _grow(out_cost)
        ordered = np.sort(hit[:n_hit])
        for k in range(n_hit):
            out_item[n_out + k] = ordered[k]
            out_cost[n_out + k] = least[ordered[k]]
        n_out += n_hit
        out_start[origin + 1] = n_out
    return out_start, out_item[:n_out].copy(), out_cost[:n_out].copy()
