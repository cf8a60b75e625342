"""Bounded searches over the walking network, on plain arrays.

A search starts from seeds (node, cost so far) and stops at its limit; its cost depends on what it
reaches, not on the size of the city.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.kernels import reach_all, targets_all

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Outgoing links of every node, compressed by row.

    Parameters
    ----------
    start
        Where each node's links begin, shape (n + 1,).
    to
        Node at the other end, shape (2m,).
    cost
        Cost of walking that way (metres or minutes), shape (2m,).
    """

    start: Ints
    to: Ints
    cost: Floats


def links_of(ends: Ints, cost: Floats, n_nodes: int) -> Links:
    """Arrange edges by their start node, both directions.

    Parameters
    ----------
    ends
        Nodes u and v of each edge, shape (m, 2).
    cost
        Cost from u to v and from v to u, shape (m, 2).
    n_nodes
        Number of nodes.
    """
    tail = np.r_[ends[:, 0], ends[:, 1]]
    head = np.r_[ends[:, 1], ends[:, 0]]
    both = np.r_[cost[:, 0], cost[:, 1]]
    order = np.argsort(tail, kind="stable")
    start = np.r_[0, np.cumsum(np.bincount(tail, minlength=n_nodes))].astype(np.int64)
    return Links(start, head[order].astype(np.int64), both[order].astype(np.float64))


@dataclass(frozen=True)
class Grouped:
    """Rows of (item, value) sorted into groups: group g has rows ``start[g]:start[g + 1]``."""

    start: Ints
    item: Ints
    value: Floats


def grouped(group: Ints, item: Ints, value: Floats, n_groups: int) -> Grouped:
    """Sort rows into groups, keeping their order within each."""
    order = np.argsort(group, kind="stable")
    start = np.r_[0, np.cumsum(np.bincount(group, minlength=n_groups))].astype(np.int64)
    return Grouped(start, item[order].astype(np.int64), value[order].astype(np.float64))


def reached_nodes(links: Links, seeds: Grouped, limit: float) -> Grouped:
    """Find every node within `limit` of each group of seeds.

    Parameters
    ----------
    links
        Outgoing links.
    seeds
        One group an origin: nodes and the cost at which each is entered.
    limit
        Largest cost that counts; exactly the limit counts.

    Returns
    -------
    Grouped
        One group an origin: nodes reached and their least cost, in order of cost.
    """
    start, node, cost = reach_all(
        links.start, links.to, links.cost, seeds.start, seeds.item, seeds.value, float(limit)
    )
    return Grouped(start, node, cost)


def targets_in_reach(links: Links, seeds: Grouped, targets: Grouped, limit: float) -> Grouped:
    """Find the targets within `limit` of each group of seeds.

    Parameters
    ----------
    links, seeds, limit
        As for `reached_nodes`.
    targets
        One group a node: targets that hang on it and the cost from the node to the target.

    Returns
    -------
    Grouped
        One group an origin: targets and their least cost, by target number.
    """
    n_targets = int(targets.item.max()) + 1 if len(targets.item) else 0
    start, item, cost = targets_all(
        links.start,
        links.to,
        links.cost,
        seeds.start,
        seeds.item,
        seeds.value,
        targets.start,
        targets.item,
        targets.value,
        n_targets,
        float(limit),
    )
    return Grouped(start, item, cost)
