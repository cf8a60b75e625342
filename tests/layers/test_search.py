"""Searches against networkx and scipy on random networks, with the edges of each rule."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layers import kernels
from layers.search import (
    Links,
    Nearest,
    Sources,
    grouped,
    links_of,
    nearest_of,
    reached_nodes,
    reversed_links,
    sources_of,
    targets_in_reach,
)

City = tuple[np.ndarray, np.ndarray, int, np.random.Generator]
"""Ends, costs both ways, number of nodes, and chance to go on with."""

CITIES = st.builds(
    lambda seed, n_nodes, per_node, whole: city(seed, n_nodes, per_node, whole=whole),
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.floats(0.2, 2.5),
    st.booleans(),
)


def city(seed: int, n_nodes: int, per_node: float, *, whole: bool) -> City:
    """Make edges with directional costs: parallel ones, loops, zeros, one-way ones, islands.

    Whole costs make ties and walks of exactly the limit common.
    """
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, n_nodes, (int(per_node * n_nodes), 2))
    cost = rng.integers(0, 6, ends.shape) if whole else rng.exponential(2, ends.shape)
    cost = cost * rng.choice([1.0, 0.0, 40.0], ends.shape, p=[0.8, 0.15, 0.05])
    cost[rng.random(ends.shape) < 0.05] = np.inf
    return ends, cost, n_nodes, rng


def graph_of(ends: np.ndarray, cost: np.ndarray, n_nodes: int) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n_nodes))
    for (u, v), (there, back) in zip(ends.tolist(), cost.tolist(), strict=True):
        if np.isfinite(there):
            graph.add_edge(u, v, weight=there)
        if np.isfinite(back):
            graph.add_edge(v, u, weight=back)
    return graph


def from_seeds(graph: nx.MultiDiGraph, seeds: list[tuple[int, float]]) -> dict[int, float]:
    """Give the least cost of every node that the seeds reach, with the peer."""
    graph = graph.copy()
    graph.add_node("origin")
    for node, cost in seeds:
        graph.add_edge("origin", node, weight=cost)
    found = nx.single_source_dijkstra_path_length(graph, "origin")
    return {node: cost for node, cost in found.items() if node != "origin"}


@given(CITIES, st.sampled_from([0.0, 2.0, 5.0, 9.0, 1e9, np.inf]))
@settings(max_examples=300, deadline=None)
def test_nearest_is_what_networkx_finds_against_the_walking_direction(
    made: City, limit: float
) -> None:
    ends, cost, n_nodes, rng = made
    n_sources = int(rng.integers(0, 12))
    have = rng.integers(0, 4, n_sources)
    node = rng.integers(0, n_nodes, n_sources)
    entry = rng.integers(0, 3, n_sources).astype(float)
    item = rng.integers(0, 5, n_sources)
    sources = sources_of(have, node, entry, item, 5)
    got = nearest_of(reversed_links(ends, cost, n_nodes), sources, limit)
    towards = graph_of(ends, cost, n_nodes).reverse()
    for group in range(5):
        rows = np.flatnonzero(have == group)
        by_item = {
            int(i): from_seeds(towards, [(int(node[k]), entry[k]) for k in rows if item[k] == i])
            for i in np.unique(item[rows])
        }
        for home in range(n_nodes):
            walks = [(found[home], i) for i, found in by_item.items() if home in found]
            walks = [walk for walk in walks if walk[0] <= limit + 1e-9]
            least = min(walks, default=(np.inf, -1))
            if np.isfinite(limit) and abs(least[0] - limit) < 1e-9 and least[0] % 1:
                continue  # the last digit of a broken sum decides; whole ones are exact
            assert got.cost[group, home] == pytest.approx(least[0], abs=1e-9)
            equal = [i for walk, i in walks if walk <= least[0] + 1e-9]
            assert got.item[group, home] in (equal or [-1])
            if least[0] % 1 == 0 and all(walk % 1 == 0 for walk, _ in walks):
                assert got.item[group, home] == least[1]


@given(CITIES, st.sampled_from([0.0, 3.0, 8.0, 1e9, np.inf]))
@settings(max_examples=200, deadline=None)
def test_reached_sets_are_those_of_networkx_nearest_first(made: City, limit: float) -> None:
    ends, cost, n_nodes, rng = made
    n_seeds = int(rng.integers(0, 10))
    origin, node = rng.integers(0, 4, n_seeds), rng.integers(0, n_nodes, n_seeds)
    entry = rng.choice([0.0, 1.0, 700.0], n_seeds)
    got = reached_nodes(links_of(ends, cost, n_nodes), grouped(origin, node, entry, 5), limit)
    graph = graph_of(ends, cost, n_nodes)
    assert len(got.start) == 6
    for group in range(5):
        rows = np.flatnonzero(origin == group)
        found = from_seeds(graph, [(int(node[k]), entry[k]) for k in rows])
        expected = {v: c for v, c in found.items() if c <= limit - 1e-9 or c == limit}
        part = slice(got.start[group], got.start[group + 1])
        mine = dict(zip(got.item[part].tolist(), got.value[part].tolist(), strict=True))
        assert len(mine) == got.start[group + 1] - got.start[group]
        unsure = {v for v, c in found.items() if abs(c - limit) < 1e-9 and c % 1}
        assert mine.keys() - unsure == expected.keys() - unsure
        assert all(mine[v] == pytest.approx(found[v], abs=1e-9) for v in mine)
        order = list(zip(got.value[part].tolist(), got.item[part].tolist(), strict=True))
        assert order == sorted(order)


@given(CITIES, st.sampled_from([0.0, 4.0, 9.0, np.inf]))
@settings(max_examples=200, deadline=None)
def test_targets_hang_on_nodes_with_costs_of_their_own(made: City, limit: float) -> None:
    ends, cost, n_nodes, rng = made
    links = links_of(ends, cost, n_nodes)
    seeds = grouped(np.array([0, 0, 2]), rng.integers(0, n_nodes, 3), np.array([0.0, 1.0, 2.0]), 3)
    hung, item = rng.integers(0, n_nodes, 8), rng.integers(0, 5, 8)
    leg = rng.integers(0, 4, 8).astype(float)
    got = targets_in_reach(links, seeds, grouped(hung, item, leg, n_nodes), limit)
    reached = reached_nodes(links, seeds, np.inf)
    for group in range(3):
        part = slice(reached.start[group], reached.start[group + 1])
        known = dict(zip(reached.item[part].tolist(), reached.value[part].tolist(), strict=True))
        least: dict[int, float] = {}
        for node, target, more in zip(hung.tolist(), item.tolist(), leg.tolist(), strict=True):
            if known.get(node, np.inf) + more <= limit and node in known:
                least[target] = min(least.get(target, np.inf), known[node] + more)
        rows = slice(got.start[group], got.start[group + 1])
        assert got.item[rows].tolist() == sorted(least)
        assert got.value[rows].tolist() == [least[target] for target in sorted(least)]


@pytest.mark.parametrize("limit", [300.0, 1000.0, 20_000.0, np.inf])
def test_a_city_of_many_regions_gives_scipys_labels_to_the_last_bit(limit: float) -> None:
    links, rng = grid(200)
    node = np.sort(rng.choice(40_000, 300, replace=False))
    sources = sources_of(np.zeros(300, int), node, np.zeros(300), np.arange(300), 1)
    got = nearest_of(links, sources, limit)
    matrix = to_scipy(links)
    assert (got.cost[0] == dijkstra(matrix, indices=node, min_only=True, limit=limit)).all()
    each = dijkstra(matrix, indices=node[:40], limit=limit)
    some = np.isin(got.item[0], np.arange(40))
    assert some.any()
    assert (each[got.item[0][some], np.flatnonzero(some)] == got.cost[0][some]).all()


def grid(side: int, *, shuffled: bool = True) -> tuple[Links, np.random.Generator]:
    """Make a grid of streets about 100 m apart, walked at different costs uphill and downhill."""
    rng = np.random.default_rng(side)
    node = np.arange(side * side).reshape(side, side)
    pairs = [np.stack([node[:, :-1], node[:, 1:]], -1), np.stack([node[:-1], node[1:]], -1)]
    ends = np.concatenate([pair.reshape(-1, 2) for pair in pairs])
    if shuffled:
        ends = rng.permutation(side * side)[ends]
    return links_of(ends, rng.uniform(60, 140, ends.shape), side * side), rng


def to_scipy(links: Links) -> csr_array:
    return csr_array((links.cost, links.to, links.start), shape=(len(links.start) - 1,) * 2)


def test_numbers_of_nodes_change_no_label():
    rng = np.random.default_rng(4)
    ends, cost, n_nodes, _ = city(7, 400, 1.5, whole=False)
    number = rng.permutation(n_nodes)
    node, item = rng.integers(0, n_nodes, 9), rng.integers(0, 9, 9)
    one = nearest_of(
        links_of(ends, cost, n_nodes),
        sources_of(np.zeros(9, int), node, np.zeros(9), item, 1),
        9.0,
    )
    other = nearest_of(
        links_of(number[ends], cost, n_nodes),
        sources_of(np.zeros(9, int), number[node], np.zeros(9), item, 1),
        9.0,
    )
    assert np.isfinite(one.cost).any()
    assert (one.cost == other.cost[:, number]).all()
    assert (one.item == other.item[:, number]).all()


def test_a_street_of_tiny_and_huge_edges_is_searched_to_its_end():
    """Edges a thousand times the usual one stand beyond all rings at once."""
    cost = np.tile([1e-3, 1e6, 1e-3, 1e-3], 500)
    ends = np.column_stack([np.arange(2000), np.arange(1, 2001)])
    links = links_of(ends, np.column_stack([cost, 2 * cost]), 2001)
    for limit in (np.inf, 3e8 + 1):
        got = reached_nodes(
            links, grouped(np.zeros(1, int), np.zeros(1, int), np.zeros(1), 1), limit
        )
        expected = np.cumsum(np.r_[0.0, cost])
        expected = expected[expected <= limit]
        assert got.item.tolist() == list(range(len(expected)))
        assert (got.value == expected).all()


def test_more_entries_than_the_pool_holds_are_all_kept():
    """A hub with 20 000 ends, and 20 000 seeds at once: the pool begins with 4 096."""
    n = 20_000
    ends = np.column_stack([np.zeros(n, int), np.arange(1, n + 1)])
    links = links_of(ends, np.ones((n, 2)), n + 1)
    hub = reached_nodes(links, grouped(np.zeros(1, int), np.zeros(1, int), np.zeros(1), 1), 1.0)
    assert len(hub.item) == n + 1
    tips = sources_of(np.zeros(n, int), np.arange(1, n + 1), np.ones(n), np.arange(n), 1)
    got = nearest_of(links, tips, 2.0)
    assert got.cost[0].tolist() == [2.0] + n * [1.0]
    assert got.item[0].tolist() == [0, *range(n)]


def test_exactly_the_limit_counts_and_the_next_number_does_not():
    links = links_of(np.array([[0, 1], [1, 2]]), np.full((2, 2), 500.0), 3)
    begin = grouped(np.zeros(1, int), np.zeros(1, int), np.zeros(1), 1)
    source = sources_of(np.zeros(1, int), np.zeros(1, int), np.zeros(1), np.zeros(1, int), 1)
    less = np.nextafter(1000.0, 0)
    assert reached_nodes(links, begin, 1000.0).item.tolist() == [0, 1, 2]
    assert reached_nodes(links, begin, less).item.tolist() == [0, 1]
    assert nearest_of(links, source, 1000.0).cost.tolist() == [[0.0, 500.0, 1000.0]]
    assert nearest_of(links, source, less).item.tolist() == [[0, 0, -1]]


def test_of_equally_near_facilities_the_least_number_is_taken():
    links = links_of(np.array([[0, 1], [1, 2]]), np.full((2, 2), 5.0), 3)
    for numbers in ([7, 3], [3, 7]):
        both = sources_of(np.zeros(2, int), np.array([0, 2]), np.zeros(2), np.array(numbers), 1)
        assert nearest_of(links, both, 9.0).item[0, 1] == 3
    same = sources_of(np.zeros(2, int), np.array([1, 1]), np.zeros(2), np.array([4, 2]), 1)
    assert nearest_of(links, same, 9.0).item.tolist() == [[2, 2, 2]]


def test_haves_without_facilities_are_near_nobody():
    links = links_of(np.array([[0, 1]]), np.ones((1, 2)), 3)
    nothing = np.empty(0, int)
    none = nearest_of(links, sources_of(nothing, nothing, np.empty(0), nothing, 9), 10.0)
    assert none.cost.shape == none.item.shape == (9, 3)
    assert np.isinf(none.cost).all()
    assert (none.item == -1).all()
    one = nearest_of(links, sources_of(*map(np.array, ([4], [1], [0.0], [0])), 9), 10.0)
    assert one.item.tolist() == 4 * [[-1] * 3] + [[0, 0, -1]] + 4 * [[-1] * 3]


def test_a_limit_below_zero_and_a_network_without_edges_reach_nothing_more():
    empty = links_of(np.empty((0, 2), int), np.empty((0, 2)), 2)
    begin = grouped(np.array([1]), np.array([1]), np.zeros(1), 3)
    assert reached_nodes(empty, begin, -1.0).item.tolist() == []
    assert reached_nodes(empty, begin, 0.0).start.tolist() == [0, 0, 1, 1]
    assert reached_nodes(empty, grouped(*3 * [np.empty(0, int)], 2), 5.0).start.tolist() == 3 * [0]


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_costs_that_are_no_costs_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"0 or more, got {wrong}"):
        links_of(np.array([[0, 1]]), np.array([[1.0, wrong]]), 2)


def test_limits_and_entries_that_mean_nothing_are_refused():
    links = links_of(np.array([[0, 1]]), np.ones((1, 2)), 2)
    below = grouped(np.zeros(1, int), np.zeros(1, int), np.array([-2.5]), 1)
    with pytest.raises(ValueError, match=r"got -2\.5"):
        reached_nodes(links, below, 1.0)
    with pytest.raises(ValueError, match="nan"):
        nearest_of(links, Sources(np.array([0]), *3 * [np.empty(0)]), np.nan)


def test_each_kernel_is_compiled_once_whatever_arrays_come_in():
    """Frozen arrays and strides are laid out anew: another kind would be compiled anew."""
    ends = np.array([[0, 1], [1, 2]], dtype=np.int32)
    cost = np.ones((2, 4))[:, ::2]
    for array in (ends, cost):
        array.setflags(write=False)
    links = links_of(ends, cost, 3)
    frozen = Links(*(copy_frozen(a) for a in (links.start, links.to, links.cost)))
    seeds = grouped(np.zeros(1, int), np.zeros(1, int), np.zeros(1), 1)
    source = sources_of(np.zeros(1, int), np.zeros(1, int), np.zeros(1), np.zeros(1, int), 1)
    for some in (links, frozen, reversed_links(ends, cost, 3)):
        found: Nearest = nearest_of(some, source, 5)
        assert found.cost.tolist() == [[0.0, 1.0, 2.0]]
        assert reached_nodes(some, seeds, 5).item.tolist() == [0, 1, 2]
        assert targets_in_reach(some, seeds, grouped(*2 * [ends[:, 0]], cost[:, 0], 3), 5)
    for kernel in (kernels.nearest_all, kernels.reach_all, kernels.targets_all):
        assert len(kernel.signatures) == 1


def copy_frozen(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.setflags(write=False)
    return copy
