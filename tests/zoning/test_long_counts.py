"""Ten thousand random instances: every plan keeps every rule; run by `.ci/full`."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from layers.errors import InfeasibleError
from zoning.regionalization import Bounds, regionalize


def _instance(seed: int) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame, Bounds, nx.Graph]:
    """Draw a patchy grid of 6 to 12 units with random weights and bounds."""
    rng = np.random.default_rng(seed)
    graph = nx.grid_2d_graph(3, int(rng.integers(2, 5)))
    graph.remove_edges_from([edge for edge in list(graph.edges) if rng.random() < 0.15])
    graph = nx.relabel_nodes(graph, {node: f"u{node[0]}{node[1]}" for node in graph})
    units = sorted(graph)
    weights = pd.Series(rng.integers(1, 20, len(units)).astype(float), index=units)
    links = pd.DataFrame(sorted(graph.edges), columns=["focal", "neighbor"])
    spots = rng.uniform(0, 100, (len(units), 2))
    cost = pd.DataFrame(
        [
            (unit, centre, float(np.hypot(*(spots[i] - spots[j]))))
            for i, unit in enumerate(units)
            for j, centre in enumerate(units)
        ],
        columns=["unit", "centre", "cost"],
    )
    count = int(rng.integers(1, 4))
    mean = float(weights.sum()) / count
    bounds = Bounds(weight=(round(0.5 * mean), round(1.6 * mean)), count=count)
    return weights, links, cost, bounds, graph


def _keeps_every_rule(seed: int) -> bool:
    """Solve and check one instance from the rules alone; tell whether it had a plan."""
    weights, links, cost, bounds, graph = _instance(seed)
    try:
        result = regionalize(weights, links, cost, bounds, seed=seed)
    except InfeasibleError:
        return False
    zones = result.assignment.groupby(result.assignment).groups
    assert set(result.assignment.index) == set(weights.index), seed
    assert len(zones) == bounds.count, seed
    low, high = bounds.weight
    for centre, members in zones.items():
        assert centre in members, seed
        assert low <= weights[members].sum() <= high, seed
        assert nx.is_connected(graph.subgraph(members)), seed
    assert result.bound <= result.objective * (1 + 1e-9) + 1e-9, seed
    return True


def test_two_hundred_random_plans_keep_every_rule():
    assert sum(_keeps_every_rule(seed) for seed in range(200)) > 100


@pytest.mark.full
@pytest.mark.parametrize("thousand", range(10))
def test_ten_thousand_random_plans_keep_every_rule(thousand: int):
    seeds = range(1000 * thousand, 1000 * (thousand + 1))
    assert sum(_keeps_every_rule(seed) for seed in seeds) > 500
