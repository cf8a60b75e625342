"""Another router: walks from the exported tables alone, with networkx.

It knows what DESIGN says of the layer `network` and the table `snaps`, and nothing of the program.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import networkx as nx
import numpy as np
import pandas as pd

METRES, MINUTES = "walk_m", "walk_minutes"


def graph_of(
    network: pd.DataFrame, snaps: pd.DataFrame, pace: np.ndarray, leg: float
) -> nx.DiGraph:
    """Build the graph: edges split at the snapped points, points hung on by their access legs.

    Parameters
    ----------
    network
        Rows with ``edge_id, u, v, length_m``.
    snaps
        Rows with ``owner, point_id, edge_id, offset_m, access_m``.
    pace
        Cost of a metre of each edge from u to v and from v to u, shape (m, 2).
    leg
        Cost of a metre of access leg.
    """
    graph = nx.DiGraph()

    def walk(a: Hashable, b: Hashable, there: float, back: float) -> None:
        for start, end, cost in ((a, b, there), (b, a, back)):
            old = graph.get_edge_data(start, end, {}).get("weight", np.inf)
            # of parallel edges the shorter one is walked
            graph.add_edge(start, end, weight=min(cost, old))

    on_edge = {edge: rows.sort_values("offset_m") for edge, rows in snaps.groupby("edge_id")}
    columns = (network[name].tolist() for name in ("edge_id", "u", "v", "length_m"))
    for (edge_id, u, v, length), (forward, backward) in zip(
        zip(*columns, strict=True), pace.tolist(), strict=True
    ):
        last, done = u, 0.0
        if edge_id in on_edge:
            for row in on_edge[edge_id].itertuples():
                spot, step = ("spot", row.owner, row.point_id), row.offset_m - done
                walk(last, spot, step * forward, step * backward)
                walk(spot, ("point", row.owner, row.point_id), *([row.access_m * leg] * 2))
                last, done = spot, row.offset_m
        walk(last, v, (length - done) * forward, (length - done) * backward)
    return graph


def least_costs(
    graph: nx.DiGraph, snaps: pd.DataFrame, *, cutoff: float | None = None
) -> dict[tuple[str, str], float]:
    """Give the least cost from every community to every facility that it can reach."""
    owners = {("point", r.owner, r.point_id): r.owner_id for r in snaps.itertuples()}
    found: dict[tuple[str, str], float] = {}
    for community, group in snaps[snaps["owner"] == "community"].groupby("owner_id"):
        sources = [("point", "community", point) for point in group["point_id"]]
        reached = nx.multi_source_dijkstra_path_length(graph, sources, cutoff=cutoff)
        for node, cost in reached.items():
            if node in owners and node[1] == "facility":
                pair = (str(community), owners[node])
                found[pair] = min(cost, found.get(pair, np.inf))
    return found


def route_again(
    network: pd.DataFrame, snaps: pd.DataFrame, speeds_kmh: Mapping[str, float]
) -> pd.DataFrame:
    """Give the least metres and the least minutes of every pair that is connected, by walker.

    Parameters
    ----------
    network
        The layer ``network``, with ``edge_id`` as a column.
    snaps
        The table ``snaps``; rows of buildings are left out.
    speeds_kmh
        Speed of each walker on the flat; the minutes of `network` are those of ``adult``.
    """
    ends = snaps[snaps["owner"] != "building"]
    length = network["length_m"].to_numpy()[:, None]
    by_metres = least_costs(graph_of(network, ends, np.ones((len(network), 2)), 1.0), ends)
    adult = network[["forward_minutes", "backward_minutes"]].to_numpy()
    wait = network["wait_minutes"].to_numpy()[:, None]
    rows = []
    for walker, speed in speeds_kmh.items():
        minutes = (adult - wait) * (speeds_kmh["adult"] / speed) + wait
        graph = graph_of(network, ends, minutes / length, 60 / (1000 * speed))
        by_minutes = least_costs(graph, ends)
        assert by_minutes.keys() == by_metres.keys()
        rows += [(*pair, walker, by_metres[pair], cost) for pair, cost in by_minutes.items()]
    columns = ["community_id", "facility_id", "walker", METRES, MINUTES]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:3]).sort_index()
