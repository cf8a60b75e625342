"""Least walks between owners of points on the network, by whatever walking costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.network import Floats, Ints, WalkNetwork
from layers.search import grouped, links_of, targets_in_reach
from layers.walking import Walking


@dataclass(frozen=True)
class Cost:
    """What walking costs: metres or minutes.

    Parameters
    ----------
    edges
        Cost of each edge from u to v and from v to u, shape (m, 2); it accrues evenly.
    access
        Cost of one metre between a point and its spot on the network.
    """

    edges: Floats
    access: float


def metres(network: WalkNetwork) -> Cost:
    """Count metres."""
    return Cost(np.repeat(network.length_m[:, None], 2, axis=1), 1.0)


def minutes(network: WalkNetwork, walking: Walking, walker: str) -> Cost:
    """Count the minutes of a walker; access legs are flat."""
    return Cost(network.minutes_of(walking, walker), 1.0 / walking.metres_per_minute(walker))


def is_even(network: WalkNetwork, walking: Walking) -> bool:
    """Tell whether minutes follow from metres: no slope, no steps, no waiting."""
    flat = network.length_m / walking.metres_per_minute("adult")
    return bool((network.minutes == flat[:, None]).all())


@dataclass(frozen=True)
class Spots:
    """Points on the network, by number: rows of snaps and the owners behind them.

    Parameters
    ----------
    names
        Identifier of each owner, in order; an owner may have several points.
    owner
        Number of each point's owner, shape (n,).
    edge
        Number of the edge that each point stands on, shape (n,).
    offset_m, access_m
        Metres from u along the edge, and from the edge to the point, shape (n,).
    """

    names: np.ndarray
    owner: Ints
    edge: Ints
    offset_m: Floats
    access_m: Floats

    def of(self, owners: Ints) -> Spots:
        """Give the points of some owners, which keep their numbers."""
        kept = np.isin(self.owner, owners)
        return Spots(
            self.names, self.owner[kept], self.edge[kept], self.offset_m[kept], self.access_m[kept]
        )

    def ways_out(self, network: WalkNetwork, cost: Cost) -> tuple[Ints, Ints, Floats]:
        """Give owner, node and cost of leaving each point for both ends of its edge."""
        return self._ends(network, cost, to_u=1, to_v=0)

    def ways_in(self, network: WalkNetwork, cost: Cost) -> tuple[Ints, Ints, Floats]:
        """Give owner, node and cost of coming to each point from both ends of its edge."""
        return self._ends(network, cost, to_u=0, to_v=1)

    def _ends(
        self, network: WalkNetwork, cost: Cost, *, to_u: int, to_v: int
    ) -> tuple[Ints, Ints, Floats]:
        edge, leg = self.edge, self.access_m * cost.access
        along = self.offset_m / network.length_m[edge]
        # a point at the very end pays nothing, also where the edge cannot be walked that way
        value = [
            np.multiply(share, cost.edges[edge, way], where=share > 0, out=np.zeros_like(share))
            for share, way in ((along, to_u), (1.0 - along, to_v))
        ]
        node = np.r_[network.ends[edge, 0], network.ends[edge, 1]].astype(np.int64)
        return np.r_[self.owner, self.owner], node, np.r_[value[0] + leg, value[1] + leg]


def spots_of(network: WalkNetwork, snaps: pd.DataFrame, owner: str) -> Spots:
    """Give every point of one kind of owner by number.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS`.
    owner
        ``community``, ``building`` or ``facility``.
    """
    rows = snaps.reset_index()
    rows = rows[rows["owner"] == owner].sort_values(["owner_id", "point_id"])
    names, number = np.unique(rows["owner_id"].to_numpy(dtype=object), return_inverse=True)
    position = pd.Series(np.arange(len(network.edge_ids)), index=network.edge_ids)
    return Spots(
        names,
        number.astype(np.int64),
        position.loc[rows["edge_id"].to_numpy()].to_numpy().astype(np.int64),
        rows["offset_m"].to_numpy(dtype=np.float64),
        rows["access_m"].to_numpy(dtype=np.float64),
    )


def least_walks(
    network: WalkNetwork, origins: Spots, targets: Spots, cost: Cost, limit: float
) -> pd.DataFrame:
    """Give the least walk from every owner of origins to every owner of targets in reach.

    Parameters
    ----------
    network
        The walking network.
    origins, targets
        Where walks begin and end; they are never passed through.
    cost
        What walking costs.
    limit
        Largest cost that counts; exactly the limit counts.

    Returns
    -------
    DataFrame
        ``origin`` and ``target`` (numbers of owners) and ``value``; ordered by both.
    """
    links = links_of(network.ends, cost.edges, len(network.node_xy))
    owner, node, value = origins.ways_out(network, cost)
    seeds = grouped(owner, node, value, len(origins.names))
    owner, node, value = targets.ways_in(network, cost)
    found = targets_in_reach(links, seeds, grouped(node, owner, value, len(network.node_xy)), limit)
    over_nodes = pd.DataFrame(
        {
            "origin": np.repeat(np.arange(len(origins.names)), np.diff(found.start)),
            "target": found.item,
            "value": found.value,
        }
    )
    direct = walks_on_one_edge(network, origins, targets, cost)
    walks = pd.concat([over_nodes, direct[direct["value"] <= limit]], ignore_index=True)
    least: pd.DataFrame = walks.groupby(["origin", "target"], as_index=False).min()
    return least


def walks_on_one_edge(
    network: WalkNetwork, origins: Spots, targets: Spots, cost: Cost
) -> pd.DataFrame:
    """Give the walks along the edge that both ends share: ``origin``, ``target``, ``value``."""
    pairs = _table(origins).merge(_table(targets), on="edge", suffixes=("_o", "_t"))
    edge = pairs["edge"].to_numpy(dtype=np.int64)
    along = (pairs["offset_t"] - pairs["offset_o"]).to_numpy()
    pace = cost.edges[edge] / network.length_m[edge][:, None]
    legs = (pairs["access_o"] + pairs["access_t"]).to_numpy() * cost.access
    return pd.DataFrame(
        {
            "origin": pairs["owner_o"],
            "target": pairs["owner_t"],
            "value": np.abs(along) * np.where(along >= 0, pace[:, 0], pace[:, 1]) + legs,
        }
    )


def _table(spots: Spots) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "owner": spots.owner,
            "edge": spots.edge,
            "offset": spots.offset_m,
            "access": spots.access_m,
        }
    )


def walks_of_pairs(
    network: WalkNetwork,
    origins: Spots,
    targets: Spots,
    cost: Cost,
    pairs: pd.DataFrame,
    *,
    guess: float,
) -> Floats:
    """Give the least walk of pairs that are known to be joined, however long it is.

    Parameters
    ----------
    network, origins, targets, cost
        As for `least_walks`.
    pairs
        ``origin`` and ``target``; each pair once.
    guess
        Limit of the first search; it is doubled for the origins that need more.

    Returns
    -------
    array
        Shape (n,), in the order of `pairs`.
    """
    known = pd.MultiIndex.from_frame(pairs[["origin", "target"]])
    value = np.full(len(pairs), np.nan)
    limit = guess
    while np.isnan(value).any() and np.isfinite(limit):
        open_ = np.isnan(value)
        owners = np.unique(pairs["origin"].to_numpy()[open_])
        found = least_walks(network, origins.of(owners), targets, cost, limit)
        place = known.get_indexer(pd.MultiIndex.from_frame(found[["origin", "target"]]))
        value[place[place >= 0]] = found["value"].to_numpy()[place >= 0]
        limit *= 2
    return value
