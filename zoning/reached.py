"""What is reached: searches from the gates of each owner, and the pieces of street within a limit.

Rooms of `zoning` that draw circles or list streets share this; it knows no bands and no walkers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.least_walks import Cost, Spots
from layers.network import Floats, Ints, WalkNetwork
from layers.search import Grouped, Links, grouped, links_of, reached_nodes
from zoning.kernels import clip_lines, pieces_all

_CHUNK: Final = 64
"""Owners handled at once; fixed, so that the number of processors changes nothing."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Ways:
    """A network under one cost, arranged for searching and cutting.

    Parameters
    ----------
    network
        The walking network.
    cost
        Cost of each edge, u to v and v to u, shape (m, 2); accrues evenly along an edge.
    links
        Outgoing links of every node.
    incident_start, incident
        Edges at each node: those that begin there by number, those that end there raised by m.
    vertex_start, xy, measure
        Vertices of the edges, and how far along its edge each is, in metres of ``length_m``.
    box
        Bounding box of each edge, shape (m, 4).
    """

    network: WalkNetwork
    cost: Floats
    links: Links
    incident_start: Ints
    incident: Ints
    vertex_start: Ints
    xy: Floats
    measure: Floats
    box: Floats


@dataclass(frozen=True)
class Origins:
    """Where owners enter the network: rows of owner ``names[g]`` are ``start[g]:start[g + 1]``.

    Parameters
    ----------
    names
        Owners, sorted.
    start
        Where the rows of each owner begin.
    edge, offset_m, access_m
        Edge entered, metres from its u, and metres to get there; in order of edge for each owner.
    xy
        Coordinates of the entries.
    """

    names: npt.NDArray[np.object_]
    start: Ints
    edge: Ints
    offset_m: Floats
    access_m: Floats
    xy: Floats


def arrange(network: WalkNetwork, cost: Floats) -> Ways:
    """Arrange a network under one cost (m, 2) for searching and cutting."""
    n_edges, n_nodes = len(network.ends), len(network.node_xy)
    at_node = grouped(
        network.ends.T.reshape(-1), np.arange(2 * n_edges), np.zeros(2 * n_edges), n_nodes
    )
    xy, of = shapely.get_coordinates(network.lines, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0).T)
    step[of[1:] != of[:-1]] = 0.0
    run = np.r_[0.0, np.cumsum(step)]
    vertex_start = np.searchsorted(of, np.arange(n_edges + 1)).astype(np.int64)
    measure = run - run[vertex_start[of]]
    # the last vertex lies exactly at the length as routed
    drawn = measure[vertex_start[1:] - 1]
    measure *= (network.length_m / drawn)[of]
    measure[vertex_start[1:] - 1] = network.length_m
    return Ways(
        network=network,
        cost=np.ascontiguousarray(cost),
        links=links_of(network.ends, cost, n_nodes),
        incident_start=at_node.start,
        incident=at_node.item,
        vertex_start=vertex_start,
        xy=xy,
        measure=measure,
        box=shapely.bounds(network.lines),
    )


def origins_of(rows: pd.DataFrame, network: WalkNetwork) -> Origins:
    """Arrange snapped points by owner.

    Parameters
    ----------
    rows
        Rows of contract `SNAPS` with the key as columns; ``owner_id`` says what is traced.
    network
        The network they were snapped onto.
    """
    position = pd.Index(network.edge_ids).get_indexer(pd.Index(rows["edge_id"]))
    names, owner = np.unique(rows["owner_id"].to_numpy(dtype=object), return_inverse=True)
    offset, access = rows["offset_m"].to_numpy(), rows["access_m"].to_numpy()
    order = np.lexsort((access, offset, position, owner))
    counts = np.bincount(owner, minlength=len(names))
    return Origins(
        names=names,
        start=np.r_[0, np.cumsum(counts)].astype(np.int64),
        edge=position[order].astype(np.int64),
        offset_m=offset[order],
        access_m=access[order],
        xy=rows[["x_m", "y_m"]].to_numpy(dtype=np.float64)[order],
    )


def search(
    ways: Ways, origins: Origins, first: int, last: int, limit: float, access: float
) -> Grouped:
    """Search from owners `first` to `last` (excluded) up to `limit`; ``access`` is cost a metre."""
    rows = slice(origins.start[first], origins.start[last])
    entries = Spots(
        names=origins.names[first:last],
        owner=np.repeat(np.arange(last - first), np.diff(origins.start[first : last + 1])),
        edge=origins.edge[rows],
        offset_m=origins.offset_m[rows],
        access_m=origins.access_m[rows],
    )
    owner, node, value = entries.ways_out(ways.network, Cost(ways.cost, access))
    return reached_nodes(ways.links, grouped(owner, node, value, last - first), limit)


def in_chunks(n_owners: int, work: Callable[[int, int], Found]) -> Iterator[Found]:
    """Call `work` with the first and last owner of each chunk, in threads; results in order."""
    starts = range(0, n_owners, _CHUNK)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield from pool.map(lambda a: work(a, min(a + _CHUNK, n_owners)), starts)


@dataclass(frozen=True)
class Pieces:
    """Reached pieces of street; those of owner g are ``start[g]:start[g + 1]``, none overlap.

    Parameters
    ----------
    start
        Where the pieces of each owner begin.
    edge
        Number of the edge.
    from_m, to_m
        Metres from u between which the edge is reached.
    """

    start: Ints
    edge: Ints
    from_m: Floats
    to_m: Floats

    @property
    def length_m(self) -> Floats:
        """Length of each owner's pieces, metres."""
        owner = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        return np.bincount(owner, self.to_m - self.from_m, len(self.start) - 1).astype(np.float64)

    def kept(self, edges: npt.NDArray[np.bool_]) -> Pieces:
        """Keep the pieces of some edges, told for every edge of the network."""
        keep = edges[self.edge]
        before = np.r_[0, np.cumsum(keep)]
        return Pieces(
            before[self.start].astype(np.int64),
            self.edge[keep],
            self.from_m[keep],
            self.to_m[keep],
        )


def cut_reached(ways: Ways, origins: Origins, limit: float, access: float) -> Iterator[Pieces]:
    """Cut the streets that each owner reaches within `limit`, a chunk of owners at a time.

    Parameters
    ----------
    ways, origins
        Network and origins.
    limit
        Largest cost, in the unit of ``ways.cost``.
    access
        Cost of one metre of access leg.
    """
    network = ways.network

    def work(first: int, last: int) -> Pieces:
        found = search(ways, origins, first, last, limit, access)
        begin, end = origins.start[first], origins.start[last]
        entered = origins.access_m[begin:end] * access
        pieces = pieces_all(
            limit, found.start, found.item, found.value,
            origins.start[first : last + 1] - begin, origins.edge[begin:end],
            origins.offset_m[begin:end], entered, network.ends, network.length_m, ways.cost,
            ways.incident_start, ways.incident,
        )  # fmt: skip
        return Pieces(*pieces)

    return in_chunks(len(origins.names), work)


def lines_of(ways: Ways, pieces: Pieces) -> npt.NDArray[np.object_]:
    """Draw the pieces of each owner as one multi-line, shape (owners,)."""
    points, line_start = clip_lines(
        pieces.edge, pieces.from_m, pieces.to_m, ways.vertex_start, ways.xy, ways.measure
    )
    drawn = shapely.from_ragged_array(
        shapely.GeometryType.MULTILINESTRING, points, (line_start, pieces.start)
    )
    return np.asarray(drawn, dtype=object)
