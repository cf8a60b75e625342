"""Bounded searches over the walking network, on plain arrays.

A search starts from seeds (node, cost so far) and stops at its limit; its cost depends on what it
reaches, not on the size of the city. Costs are metres or minutes, in float64, and may differ by
direction. Results do not depend on how the nodes are numbered; searches are fastest when neighbours
on the ground have neighbouring numbers, as in `layers.network.WalkNetwork`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from layers.kernels import nearest_all, reach_all, targets_all

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Number = TypeVar("Number", np.int32, np.int64, np.float64)

_REGION: Final = 2_048
"""Nodes searched together: their links and labels, some 100 kB, stay in the cache of one core."""


@dataclass(frozen=True)
class Links:
    """Outgoing links of every node, compressed by row.

    Parameters
    ----------
    start
        Where each node's links begin, int32 of shape (n + 1,): half the bytes, which the search of
        a large city waits for.
    to
        Node at the other end, int32 of shape (2m,).
    cost
        Cost of walking that way (metres or minutes), not negative, shape (2m,); infinite where
        nobody can walk.
    """

    start: Places
    to: Places
    cost: Floats


def links_of(ends: Ints, cost: Floats, n_nodes: int) -> Links:
    """Arrange edges by their start node, both directions.

    Parameters
    ----------
    ends
        Nodes u and v of each edge, shape (m, 2).
    cost
        Cost from u to v and from v to u, shape (m, 2).
        Not negative; infinite where nobody can walk that way.
    n_nodes
        Number of nodes.

    Raises
    ------
    ValueError
        If a cost is negative or NaN.
    """
    if not (cost >= 0).all():
        raise ValueError(f"costs of edges must be 0 or more, got {float(np.min(cost))!r}")
    tail = np.r_[ends[:, 0], ends[:, 1]]
    head = np.r_[ends[:, 1], ends[:, 0]]
    both = np.r_[cost[:, 0], cost[:, 1]]
    order = np.argsort(tail, kind="stable")
    start = np.r_[0, np.cumsum(np.bincount(tail, minlength=n_nodes))].astype(np.int64)
    return Links(
        start.astype(np.int32), head[order].astype(np.int32), both[order].astype(np.float64)
    )


def reversed_links(ends: Ints, cost: Floats, n_nodes: int) -> Links:
    """Arrange edges so that a search runs against the walking direction.

    The cost found from a facility is then the cost of walking *to* it, from home to facility, as
    reach counts it wherever slopes or steps make the two directions differ.

    Parameters
    ----------
    ends, cost, n_nodes
        As for `links_of`.

    Raises
    ------
    ValueError
        If a cost is negative or NaN.
    """
    return links_of(ends, cost[:, ::-1], n_nodes)


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
        One group an origin: nodes reached and their least cost, in order of cost, then node.
    """
    start, node, cost = reach_all(
        *_plain(links),
        _along(seeds),
        _writable(seeds.start),
        _writable(seeds.item),
        _writable(seeds.value),
        _checked(seeds.value, limit),
        1 / _usual(links.cost),
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
        *_plain(links),
        _along(seeds),
        _writable(seeds.start),
        _writable(seeds.item),
        _writable(seeds.value),
        _writable(targets.start),
        _writable(targets.item),
        _writable(targets.value),
        n_targets,
        _checked(np.r_[seeds.value, targets.value], limit),
        1 / _usual(links.cost),
    )
    return Grouped(start, item, cost)


@dataclass(frozen=True)
class Sources:
    """Where searches for the nearest of each group begin, by group and node.

    Parameters
    ----------
    start
        Where each group's rows begin, shape (groups + 1,).
    node
        Node entered, ascending within a group, shape (k,).
    cost
        Cost at which it is entered, shape (k,).
    item
        Number of the facility (or whatever is looked for), below 2**31, shape (k,).
    """

    start: Ints
    node: Ints
    cost: Floats
    item: Ints


def sources_of(group: Ints, node: Ints, cost: Floats, item: Ints, n_groups: int) -> Sources:
    """Sort sources by group and node; a facility may have many, also in several groups."""
    order = np.lexsort((item, cost, node, group))
    start = np.r_[0, np.cumsum(np.bincount(group, minlength=n_groups))].astype(np.int64)
    return Sources(
        start,
        node[order].astype(np.int64),
        cost[order].astype(np.float64),
        item[order].astype(np.int64),
    )


@dataclass(frozen=True)
class Nearest:
    """The nearest source of each group for every node.

    Parameters
    ----------
    cost
        Least cost, infinite where nothing is within the limit, shape (groups, n).
    item
        Which one it is, -1 where nothing is within the limit, shape (groups, n).
    """

    cost: Floats
    item: npt.NDArray[np.int32]


def nearest_of(links: Links, sources: Sources, limit: float) -> Nearest:
    """Find the nearest source of each group (have) for every node.

    Parameters
    ----------
    links
        Links in the direction away from the sources: `links_of` for walks that begin at them,
        `reversed_links` for walks that end there.
    sources
        One group a have: entered nodes, costs, facilities.
    limit
        Largest cost that counts; exactly the limit counts.

    Returns
    -------
    Nearest
        Least cost and facility for each group and node. Where several facilities are equally near
        it is the least number. A group without sources has none anywhere.

    Raises
    ------
    ValueError
        If the limit is NaN.

    Notes
    -----
    Takes 12 bytes a node and group for the answer, and 16 bytes an entry for the search itself, of
    which a region of 2 048 nodes needs a few thousand.
    """
    n_groups, n_nodes = len(sources.start) - 1, len(links.start) - 1
    limit, usual = _checked(sources.cost, limit), _usual(links.cost)
    nearest = Nearest(
        np.full((n_groups, n_nodes), np.inf), np.full((n_groups, n_nodes), -1, np.int32)
    )
    nearest_all(
        *_plain(links),
        _writable(sources.start),
        _writable(sources.node),
        _writable(sources.cost),
        _writable(sources.item),
        _region(usual, limit, n_nodes),
        limit,
        1 / usual,
        nearest.cost,
        nearest.item,
    )
    return nearest


def _plain(links: Links) -> tuple[Places, Places, Floats]:
    return _writable(links.start), _writable(links.to), _writable(links.cost)


def _writable(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Give an array of the one layout for which the kernels are compiled; seldom a copy."""
    return np.require(array, requirements=("C", "W"))


def _along(seeds: Grouped) -> Ints:
    """Order the origins by their first node: neighbours find each other's links in the cache."""
    if len(seeds.item) == 0:
        return np.arange(len(seeds.start) - 1)
    first = np.minimum(seeds.start[:-1], len(seeds.item) - 1)
    return np.argsort(seeds.item[first], kind="stable")


def _checked(entered: Floats, limit: float) -> float:
    """Refuse what no search can mean."""
    if math.isnan(limit):
        raise ValueError("limit must be a number, got nan")
    if (entered < 0).any():
        raise ValueError(f"costs at the start must be 0 or more, got {float(entered.min())!r}")
    return float(limit)


def _usual(cost: Floats) -> float:
    """Give the cost of a usual link, from a sample; it decides on speed only."""
    sample = cost[:: max(1, len(cost) // 1000)]
    sample = sample[np.isfinite(sample)]
    usual = float(sample.mean()) if len(sample) else 0.0
    return usual or 1.0


def _region(usual: float, limit: float, n_nodes: int) -> int:
    """Give the number of nodes searched together: several circles of the limit's size."""
    across = limit / usual
    return n_nodes if across * across > n_nodes else max(_REGION, int(8 * across * across))
