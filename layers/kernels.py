"""Compiled kernels: bounded searches over rings of cost; plain arrays in and out.

A search keeps what it still has to visit in rings of equal width (buckets), least first. Within a
ring the order is free: a node that is improved later is visited again, so the labels are exact
whatever the width (Dial 1969; Meyer and Sanders 2003, delta-stepping on one processor). On streets
few visits are repeated, and there is no heap to keep in order.

Entries of the rings live in one pool (``key``, ``node``, ``after``), each ring a chain through it.
Nothing grows inside the loops: an array that may be replaced there costs as much as the search.
Types are checked by the compiler, not by annotations.
"""

from __future__ import annotations

import numba
import numpy as np

RINGS = 256
"""Rings kept at a time, a power of two; what is farther waits in the last one."""


@numba.njit(cache=True)
def _grow(array):
    larger = np.empty(2 * len(array), array.dtype)
    larger[: len(array)] = array
    return larger


@numba.njit(cache=True, inline="always")
def _put(entry, ring, after, head, tail):
    """Append an entry to a ring, a queue: first in, first out."""
    after[entry] = -1
    if head[ring] < 0:
        head[ring] = entry
    else:
        after[tail[ring]] = entry
    tail[ring] = entry


@numba.njit(cache=True)
def _enter(
    seed_node, seed_cost, seed_item, limit, per_cost, best, which, key, node, after, head, tail
):
    """Label the seeds and put them into their rings; the pool must have room for all.

    Which seed a label came from is not kept where ``which`` is None (left out when compiled).
    """
    n = 0
    for k in range(len(seed_node)):
        v, c = seed_node[k], seed_cost[k]
        better = c < best[v]
        if which is not None and c == best[v]:
            better = seed_item[k] < which[v]
        if c <= limit and better:
            best[v] = c
            if which is not None:
                which[v] = seed_item[k]
            key[n], node[n] = c, v
            _put(n, min(int(c * per_cost), len(head) - 1), after, head, tail)
            n += 1
    return n


@numba.njit(cache=True)
def _spread(
    start, to, cost, limit, per_cost, best, which, key, node, after, head, tail, n, waiting, ring
):
    """Empty the rings, from `ring` on; stops early, to be called again, when the pool is full.

    Gives entries used, entries waiting, ring. Ring r stands at ``r % len(head)``; an entry that is
    farther than all rings ahead waits in the last of them and is put back when its turn comes.
    """
    last_ahead = len(head) - 1
    while waiting > 0:
        place = ring & last_ahead
        entry = head[place]
        if entry < 0:
            ring += 1
            continue
        u, c = node[entry], key[entry]
        first, last = start[u], start[u + 1]
        if n + last - first > len(key):
            break
        head[place] = after[entry]
        if c > best[u]:
            waiting -= 1
            continue
        its_ring = int(c * per_cost)
        if its_ring > ring:
            _put(entry, min(its_ring, ring + last_ahead) & last_ahead, after, head, tail)
            continue
        waiting -= 1
        if which is not None:
            item = which[u]
        for k in range(first, last):
            v, there = to[k], c + cost[k]
            if there > limit:
                continue
            better = there < best[v]
            if which is not None and there == best[v]:
                better = item < which[v]
            if better:
                best[v] = there
                if which is not None:
                    which[v] = item
                key[n], node[n] = there, v
                beyond = min(int(there * per_cost), ring + last_ahead)
                _put(n, beyond & last_ahead, after, head, tail)
                n += 1
                waiting += 1
    return n, waiting, ring


@numba.njit(cache=True)
def _search(
    start, to, cost, seed_node, seed_cost, seed_item,
    limit, per_cost, best, which, key, node, after, head, tail,
):  # fmt: skip
    """Spread labels from seeds; gives the entries used, and the pool, grown where it had to."""
    while len(seed_node) > len(key):
        key, node, after = _grow(key), _grow(node), _grow(after)
    n = _enter(
        seed_node, seed_cost, seed_item, limit, per_cost, best, which, key, node, after, head, tail
    )
    waiting, ring = n, 0
    while waiting > 0:
        n, waiting, ring = _spread(
            start, to, cost, limit, per_cost, best, which,
            key, node, after, head, tail, n, waiting, ring,
        )  # fmt: skip
        if waiting > 0:
            key, node, after = _grow(key), _grow(node), _grow(after)
    return n, key, node, after


@numba.njit(cache=True)
def _collect(key, node, n, best, out_node, out_cost, m):
    """List the labelled nodes in order of cost, then node, and wipe their labels."""
    begin = m
    for entry in range(n):
        v = node[entry]
        if key[entry] == best[v]:
            best[v] = np.inf
            out_node[m], out_cost[m] = v, key[entry]
            m += 1
    # Shell's sort with Ciura's gaps (2001), from a short one: rings left them nearly in order
    for gap in (701, 301, 132, 57, 23, 10, 4, 1):
        if gap > 1 and 16 * gap > m - begin:
            continue
        for k in range(begin + gap, m):
            v, c = out_node[k], out_cost[k]
            j = k
            while j - gap >= begin and (
                out_cost[j - gap] > c or (out_cost[j - gap] == c and out_node[j - gap] > v)
            ):
                out_node[j], out_cost[j] = out_node[j - gap], out_cost[j - gap]
                j -= gap
            out_node[j], out_cost[j] = v, c
    return m


@numba.njit(cache=True)
def _in_given_order(begin, size, item, cost):
    """Move the answers from the order of search to the order of the origins."""
    out_start = np.zeros(len(size) + 1, np.int64)
    for origin in range(len(size)):
        out_start[origin + 1] = out_start[origin] + size[origin]
    out_item = np.empty(out_start[-1], np.int64)
    out_cost = np.empty(out_start[-1], np.float64)
    for origin in range(len(size)):
        there, here = out_start[origin], begin[origin]
        for k in range(size[origin]):
            out_item[there + k] = item[here + k]
            out_cost[there + k] = cost[here + k]
    return out_start, out_item, out_cost


@numba.njit(cache=True)
def reach_all(start, to, cost, order, seed_start, seed_node, seed_cost, limit, per_cost):
    """Search from every group of seeds; see `layers.search.reached_nodes`."""
    best = np.full(len(start) - 1, np.inf)
    key, node, after = np.empty(4096), np.empty(4096, np.int32), np.empty(4096, np.int32)
    head, tail = np.full(RINGS, -1, np.int32), np.empty(RINGS, np.int32)
    begin, size = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    all_node, all_cost = np.empty(4096, np.int64), np.empty(4096)
    m = 0
    for origin in order:
        a, b = seed_start[origin], seed_start[origin + 1]
        n, key, node, after = _search(
            start, to, cost, seed_node[a:b], seed_cost[a:b], None,
            limit, per_cost, best, None, key, node, after, head, tail,
        )  # fmt: skip
        while m + n > len(all_node):
            all_node, all_cost = _grow(all_node), _grow(all_cost)
        begin[origin] = m
        m = _collect(key, node, n, best, all_node, all_cost, m)
        size[origin] = m - begin[origin]
    return _in_given_order(begin, size, all_node, all_cost)


@numba.njit(cache=True)
def _meet(
    key, node, n, best, target_start, target_item, target_cost, limit, mark, seen, least, hit
):
    """List the targets that hang on labelled nodes, and wipe the labels."""
    n_hit = 0
    for entry in range(n):
        v, c = node[entry], key[entry]
        if c != best[v]:
            continue
        best[v] = np.inf
        for t in range(target_start[v], target_start[v + 1]):
            item, there = target_item[t], c + target_cost[t]
            if there <= limit:
                if seen[item] != mark:
                    seen[item], least[item] = mark, there
                    hit[n_hit] = item
                    n_hit += 1
                elif there < least[item]:
                    least[item] = there
    return n_hit


@numba.njit(cache=True)
def targets_all(
    start, to, cost, order, seed_start, seed_node, seed_cost,
    target_start, target_item, target_cost, n_targets, limit, per_cost,
):  # fmt: skip
    """Search from every group of seeds for targets; see `layers.search.targets_in_reach`."""
    best = np.full(len(start) - 1, np.inf)
    key, node, after = np.empty(4096), np.empty(4096, np.int32), np.empty(4096, np.int32)
    head, tail = np.full(RINGS, -1, np.int32), np.empty(RINGS, np.int32)
    begin, size = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    seen, least = np.zeros(n_targets, np.int64), np.empty(n_targets, np.float64)
    hit = np.empty(n_targets, np.int64)
    all_item, all_cost = np.empty(4096, np.int64), np.empty(4096)
    m = 0
    for origin in order:
        a, b = seed_start[origin], seed_start[origin + 1]
        n, key, node, after = _search(
            start, to, cost, seed_node[a:b], seed_cost[a:b], None,
            limit, per_cost, best, None, key, node, after, head, tail,
        )  # fmt: skip
        n_hit = _meet(
            key, node, n, best, target_start, target_item, target_cost, limit,
            origin + 1, seen, least, hit,
        )  # fmt: skip
        while m + n_hit > len(all_item):
            all_item, all_cost = _grow(all_item), _grow(all_cost)
        begin[origin], size[origin] = m, n_hit
        for item in np.sort(hit[:n_hit]):
            all_item[m], all_cost[m] = item, least[item]
            m += 1
    return _in_given_order(begin, size, all_item, all_cost)


@numba.njit(cache=True)
def nearest_all(
    start, to, cost, seed_start, seed_node, seed_cost, seed_item, region, limit, per_cost,
    best, which,
):  # fmt: skip
    """Label every node for each group of seeds; see `layers.search.nearest_of`.

    Seeds of a group come in order of node. They are searched region by region, `region` numbers of
    nodes at a time and all groups in turn, so that a part of the network is read while it lies in
    the processor's cache; labels of a region are corrected by its neighbours where they overlap.
    """
    key, node, after = np.empty(4096), np.empty(4096, np.int32), np.empty(4096, np.int32)
    head, tail = np.full(RINGS, -1, np.int32), np.empty(RINGS, np.int32)
    at = seed_start[:-1].copy()
    for begin in range(0, len(start) - 1, region):
        for group in range(len(at)):
            a, b = at[group], at[group]
            while b < seed_start[group + 1] and seed_node[b] < begin + region:
                b += 1
            at[group] = b
            _, key, node, after = _search(
                start, to, cost, seed_node[a:b], seed_cost[a:b], seed_item[a:b],
                limit, per_cost, best[group], which[group], key, node, after, head, tail,
            )  # fmt: skip
