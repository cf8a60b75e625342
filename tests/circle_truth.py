"""Circles by the plain way: networkx on edges split at the gates, exact buffers, one union."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from layers.network import WalkNetwork
from layers.walking import Walking

Entry = tuple[int, float, float]
"""Row of the edge, metres from its u, metres of the access leg."""

Span = tuple[int, float, float]
"""Row of the edge, and metres from its u between which it is reached."""


def entries_of(network: WalkNetwork, snaps: pd.DataFrame, *owners: str) -> list[Entry]:
    """Give where some owners enter the network."""
    rows = snaps.reset_index()
    rows = rows[rows["owner_id"].isin(owners)]
    row_of = {edge_id: row for row, edge_id in enumerate(network.edge_ids)}
    return [(row_of[r.edge_id], r.offset_m, r.access_m) for r in rows.itertuples()]


def exact_spans(
    network: WalkNetwork,
    cost: npt.NDArray[np.float64],
    entries: Sequence[Entry],
    limit: float,
    *,
    access: float = 1.0,
) -> list[Span]:
    """Find what is reached from the entries, by an independent search; spans may overlap."""
    graph = nx.MultiDiGraph()
    parts = []
    for row, (u, v) in enumerate(network.ends):
        stops = [(0.0, u), (network.length_m[row], v)]
        stops[1:1] = sorted(
            (offset, ("entry", number))
            for number, (edge, offset, _) in enumerate(entries)
            if edge == row
        )
        for (low, a), (high, b) in pairwise(stops):
            ahead, back = cost[row] * (high - low) / network.length_m[row]
            graph.add_edge(a, b, weight=ahead)
            graph.add_edge(b, a, weight=back)
            parts.append((row, a, b, low, high, ahead, back))
    for number, (_, _, access_m) in enumerate(entries):
        graph.add_edge("home", ("entry", number), weight=access_m * access)
    walk = nx.single_source_dijkstra_path_length(graph, "home", cutoff=limit)
    spans = []
    for row, a, b, low, high, ahead, back in parts:
        for node, price, start, way in ((a, ahead, low, 1), (b, back, high, -1)):
            if node in walk:
                left = limit - walk[node]
                share = 1.0 if left >= price else left / price
                end = start + way * share * (high - low)
                spans.append((row, min(start, end), max(start, end)))
    return spans


def drawn(network: WalkNetwork, spans: Iterable[Span]) -> list[shapely.LineString]:
    """Draw spans of edges."""
    return [substring(network.lines[row], low, high) for row, low, high in spans]


def exact_circle(pieces: Sequence[shapely.Geometry], width_m: float = 50.0) -> shapely.Geometry:
    """Unite the exact buffers of pieces."""
    return shapely.union_all(shapely.buffer(np.array(pieces, dtype=object), width_m, quad_segs=32))


def exact_length(spans: Iterable[Span]) -> float:
    """Measure spans, what lies twice counted once."""
    total, last, done = 0.0, -1, 0.0
    for row, low, high in sorted(spans):
        done = done if row == last else 0.0
        total += max(0.0, high - max(low, done))
        last, done = row, max(done, high)
    return total


def off(got: shapely.Geometry, truth: shapely.Geometry) -> float:
    """Give the symmetric difference as a share of the true area."""
    return float(shapely.area(shapely.symmetric_difference(got, truth)) / shapely.area(truth))


def truth_of(
    network: WalkNetwork, snaps: pd.DataFrame, owner: str, limit: float, walking: Walking
) -> shapely.Geometry:
    """Give the exact circle of an owner under the ``distance`` rule."""
    entries = entries_of(network, snaps, owner)
    spans = exact_spans(network, network.cost(walking, "adult"), entries, limit)
    return exact_circle(drawn(network, spans), walking.circle_width_m)
