"""Least walks remembered edge by edge, from owners of points to owners of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.least_walks import Cost, Spots
from layers.network import Floats, Ints, WalkNetwork
from layers.route_kernels import trace_all


@dataclass(frozen=True)
class Legs:
    """Stretches of edges that make up walks, in the order of walking.

    Parameters
    ----------
    walk
        Number of the walk that each belongs to, ascending, shape (k,).
    edge
        Number of the edge, shape (k,).
    begin, end
        Metres from u where the stretch is entered and left, shape (k,); ``begin > end`` is walked
        towards u.
    """

    walk: Ints
    edge: Ints
    begin: Floats
    end: Floats


@dataclass(frozen=True)
class Traced:
    """Walks of pairs.

    Parameters
    ----------
    gate, entrance
        Number of the point where each walk begins and ends, among the rows of its `Spots`; -1
        where the two are not connected. Shape (n,).
    legs
        The stretches of all walks; a pair that is not connected has none.
    """

    gate: Ints
    entrance: Ints
    legs: Legs


def trace_pairs(
    network: WalkNetwork, origins: Spots, targets: Spots, cost: Cost, origin: Ints, target: Ints
) -> Traced:
    """Trace the least walk of each pair of owners, however long it is.

    Parameters
    ----------
    network
        The walking network.
    origins, targets
        Points where walks begin and end, with their owners.
    cost
        What walking costs.
    origin, target
        Numbers of the owners of each pair, shape (n,); in the order of `origin`.

    Returns
    -------
    Traced
        One search an owner of origins serves all its pairs.
    """
    n_gates, n_entrances, n_pairs = len(origins.owner), len(targets.owner), len(origin)
    owner, node, value = origins.ways_out(network, cost)
    used, of_used = np.unique(origin, return_inverse=True)
    seed = np.flatnonzero(np.isin(owner, used))
    seed = seed[np.argsort(owner[seed], kind="stable")]
    seed_start = np.r_[np.searchsorted(owner[seed], used), len(seed)].astype(np.int64)
    parts = network.component[node[seed]] + owner[seed] * (network.component.max() + 1)
    pair, arrival, aim_node, aim_value = _arrivals(network, targets, cost, target)
    met = np.isin(network.component[aim_node] + origin[pair] * (network.component.max() + 1), parts)
    pair, arrival, aim_node, aim_value = pair[met], arrival[met], aim_node[met], aim_value[met]
    arrival_start = np.searchsorted(pair, np.arange(n_pairs + 1)).astype(np.int64)
    direct = _direct(network, origins, targets, cost, origin, target)
    # a pair that is not connected waits for nothing: it must not keep the search going
    pair_cost = np.where(np.diff(arrival_start) > 0, np.inf, -1.0)
    pair_cost[direct["pair"]] = direct["value"]
    links = _links(network, cost)
    taken, from_seed, start, edge, came_from = trace_all(
        *links,
        seed_start,
        node[seed].astype(np.int64),
        value[seed],
        np.searchsorted(of_used, np.arange(len(used) + 1)).astype(np.int64),
        arrival_start,
        aim_node.astype(np.int64),
        aim_value,
        pair_cost,
    )
    walked = np.flatnonzero(taken >= 0)
    out, into = seed[from_seed[walked]], arrival[taken[walked]]
    gate, entrance = np.full(n_pairs, -1), np.full(n_pairs, -1)
    along = direct[taken[direct["pair"].to_numpy(np.int64)] < 0]
    gate[along["pair"]], entrance[along["pair"]] = along["gate"], along["entrance"]
    gate[walked], entrance[walked] = out % n_gates, into % n_entrances
    length = network.length_m
    first, last = origins.edge[out % max(n_gates, 1)], targets.edge[into % max(n_entrances, 1)]
    forward = network.ends[edge, 0] == came_from
    legs = _in_order(
        [
            (
                along["pair"].to_numpy(dtype=np.int64),
                origins.edge[along["gate"]],
                origins.offset_m[along["gate"]],
                targets.offset_m[along["entrance"]],
            ),
            (
                walked,
                first,
                origins.offset_m[out % max(n_gates, 1)],
                np.where(out < n_gates, 0.0, length[first]),
            ),
            (
                np.repeat(np.arange(n_pairs), np.diff(start)),
                edge,
                np.where(forward, 0.0, length[edge]),
                np.where(forward, length[edge], 0.0),
            ),
            (
                walked,
                last,
                np.where(into < n_entrances, 0.0, length[last]),
                targets.offset_m[into % max(n_entrances, 1)],
            ),
        ]
    )
    return Traced(gate, entrance, legs)


def _links(network: WalkNetwork, cost: Cost) -> tuple[Ints, Ints, Ints, Floats]:
    """Arrange edges by their start node, both ways, with their numbers."""
    tail = np.r_[network.ends[:, 0], network.ends[:, 1]]
    head = np.r_[network.ends[:, 1], network.ends[:, 0]]
    order = np.argsort(tail, kind="stable")
    start = np.r_[0, np.cumsum(np.bincount(tail, minlength=len(network.node_xy)))]
    both = np.r_[cost.edges[:, 0], cost.edges[:, 1]]
    edge = order % len(network.ends)
    return (
        start.astype(np.int64),
        head[order].astype(np.int64),
        edge.astype(np.int64),
        both[order].astype(np.float64),
    )


def _arrivals(
    network: WalkNetwork, targets: Spots, cost: Cost, target: Ints
) -> tuple[Ints, Ints, Ints, Floats]:
    """List the ways into the target of each pair: pair, number of the way, its node, its cost."""
    owner, node, value = targets.ways_in(network, cost)
    order = np.argsort(owner, kind="stable")
    low = np.searchsorted(owner[order], target)
    count = np.searchsorted(owner[order], target, side="right") - low
    pair = np.repeat(np.arange(len(target)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    way = order[np.repeat(low, count) + place]
    return pair, way, node[way], value[way]


def _direct(
    network: WalkNetwork, origins: Spots, targets: Spots, cost: Cost, origin: Ints, target: Ints
) -> pd.DataFrame:
    """Give the least walk along one edge of each pair that has one: pair, gate, entrance, value."""
    pairs = pd.DataFrame({"pair": np.arange(len(origin)), "origin": origin, "target": target})
    gates = pd.DataFrame(
        {"origin": origins.owner, "edge": origins.edge, "gate": np.arange(len(origins.owner))}
    )
    entrances = pd.DataFrame(
        {"target": targets.owner, "edge": targets.edge, "entrance": np.arange(len(targets.owner))}
    )
    # gates and entrances that share an edge are few: they are joined before the pairs
    found = gates.merge(entrances, on="edge").merge(pairs, on=["origin", "target"])
    edge, gate, entrance = (found[name].to_numpy(np.int64) for name in ("edge", "gate", "entrance"))
    along = targets.offset_m[entrance] - origins.offset_m[gate]
    pace = cost.edges[edge] / network.length_m[edge][:, None]
    legs = (origins.access_m[gate] + targets.access_m[entrance]) * cost.access
    found["value"] = np.abs(along) * np.where(along >= 0, pace[:, 0], pace[:, 1]) + legs
    found = found.sort_values(["pair", "value", "gate", "entrance"]).drop_duplicates("pair")
    least: pd.DataFrame = found[["pair", "gate", "entrance", "value"]].reset_index(drop=True)
    return least


def _in_order(parts: list[tuple[Ints, Ints, Floats, Floats]]) -> Legs:
    """Bring first legs, edges and last legs into the order of walks."""
    walk, edge, begin, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(walk, kind="stable")
    return Legs(
        walk[order].astype(np.int64), edge[order].astype(np.int64), begin[order], end[order]
    )
