"""Searches against their peers: nearest facility of nine haves, sets in reach, growth, memory.

Run as ``python benchmarks/bench_search.py [--nodes 200000] [--large 1000000] [--rounds 5]``; small
numbers make a smoke test. Each round runs every peer once, one after the other, in one process; the
table gives medians, and the median over the rounds of the ratio to ours in the same round. Peers
come with ``pip install -e .[bench]``; one that is not installed is left out. Every peer's answer
is compared with ours before it counts.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from made_network import CATEGORIES, make_facilities, make_network
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layers.search import Links, Sources, grouped, links_of, nearest_of, reached_nodes

LIMIT_M = 1000.0
Run = Callable[[], object]

nk, nx, pandana = (
    import_module(name) if find_spec(name) else None
    for name in ("networkit", "networkx", "pandana")
)


class Town:
    """A made network as arrays, with facilities and homes on nodes."""

    def __init__(self, n_nodes: int) -> None:
        self.xy, self.ends, self.length = make_network(n_nodes)
        self.n = len(self.xy)
        self.cost = np.column_stack([self.length, self.length])
        self.links: Links = links_of(self.ends, self.cost, self.n)
        self.facilities: Sources = make_facilities(self.n)

    def nodes_of(self, category: int) -> np.ndarray:
        """Give the nodes of a category's facilities."""
        start = self.facilities.start
        return self.facilities.node[start[category] : start[category + 1]]

    def homes(self, count: int) -> np.ndarray:
        """Give the nodes of homes, in no order on the ground."""
        return np.random.default_rng(5).integers(0, self.n, count)

    def circles(self, count: int) -> Run:
        """Prepare our sets in reach."""
        seeds = grouped(np.arange(count), self.homes(count), np.zeros(count), count)
        return lambda: reached_nodes(self.links, seeds, LIMIT_M)

    def networkx(self) -> object:
        """Build the peer's graph."""
        graph = nx.Graph()
        graph.add_nodes_from(range(self.n))
        u, v = self.ends.T.tolist()
        graph.add_weighted_edges_from(zip(u, v, self.length.tolist(), strict=True))
        return graph


def nearest_peers(town: Town, *, fast_only: bool = False) -> dict[str, Run]:
    """Prepare the nearest facility of nine categories, each peer on the same node order."""
    every = range(CATEGORIES)
    links = town.links
    matrix = csr_array(
        (links.cost, links.to.astype(np.int32), links.start.astype(np.int32)),
        shape=(town.n, town.n),
    )
    runs: dict[str, Run] = {
        "ours": lambda: nearest_of(links, town.facilities, LIMIT_M).cost,
        "scipy dijkstra(min_only, limit)": lambda: np.array(
            [
                dijkstra(matrix, indices=town.nodes_of(c), min_only=True, limit=LIMIT_M)
                for c in every
            ]
        ),
    }
    if fast_only:
        return runs
    if nk:
        runs["networkit (virtual source)"] = networkit_runs(town)
    if nx:
        runs["networkx multi_source, cutoff"] = networkx_nearest(town)
    if pandana:
        runs["pandana, with its build"] = lambda: pandana_nearest(town)
    return runs


def networkit_runs(town: Town) -> Run:
    """Prepare one graph a category with a virtual source at no cost; it knows no limit."""
    u, v = np.ascontiguousarray(town.ends.T)
    graphs = []
    for category in range(CATEGORIES):
        graph = nk.GraphFromCoo(
            (town.length, (u, v)),
            n=town.n + 1,
            weighted=True,
            directed=False,
        )
        for node in town.nodes_of(category).tolist():
            graph.addEdge(town.n, node, 0.0)
        graphs.append(graph)

    def run() -> np.ndarray:
        found = np.empty((CATEGORIES, town.n))
        for row, graph in zip(found, graphs, strict=True):
            search = nk.distance.Dijkstra(graph, town.n, storePaths=False)
            search.run()
            row[:] = np.asarray(search.getDistances())[:-1]
        found[found > LIMIT_M] = np.inf
        return found

    return run


def networkx_nearest(town: Town) -> Run:
    """Prepare the peer's search from many sources at once."""
    graph = town.networkx()

    def run() -> np.ndarray:
        found = np.full((CATEGORIES, town.n), np.inf)
        for category in range(CATEGORIES):
            sources = set(town.nodes_of(category).tolist())
            least = nx.multi_source_dijkstra_path_length(graph, sources, cutoff=LIMIT_M)
            found[category, list(least)] = list(least.values())
        return found

    return run


def pandana_nearest(town: Town) -> np.ndarray:
    """Build the peer's network and ask it; its costs are float32 and 9 999 means none."""
    xy = town.xy
    network = pandana.Network(
        pd.Series(xy[:, 0]),
        pd.Series(xy[:, 1]),
        pd.Series(town.ends[:, 0]),
        pd.Series(town.ends[:, 1]),
        pd.DataFrame({"m": town.length}),
        twoway=True,
    )
    found = np.empty((CATEGORIES, town.n))
    for category in range(CATEGORIES):
        at = town.nodes_of(category)
        name = str(category)
        network.set_pois(name, LIMIT_M, 1, pd.Series(xy[at, 0]), pd.Series(xy[at, 1]))
        found[category] = network.nearest_pois(LIMIT_M, name, num_pois=1)[1].to_numpy()
    return np.where(found >= LIMIT_M, np.inf, found)


def set_peers(town: Town, count: int) -> dict[str, Run]:
    """Prepare the sets in reach of `count` homes; a peer's answer is the nodes reached in all."""
    ours = town.circles(count)
    runs: dict[str, Run] = {"ours": lambda: len(ours().item)}
    if nx:
        graph, homes = town.networkx(), town.homes(count).tolist()
        reach = nx.single_source_dijkstra_path_length
        runs["networkx single_source, cutoff"] = lambda: sum(
            len(reach(graph, home, cutoff=LIMIT_M)) for home in homes
        )
        runs["networkx ego_graph (the OSMnx recipe)"] = lambda: sum(
            len(nx.ego_graph(graph, home, radius=LIMIT_M, distance="weight")) for home in homes
        )
    return runs


def alternate(runs: dict[str, Run], rounds: int, *, slow: frozenset[str] = frozenset()) -> None:
    """Run all in turns and print the table; slow ones run in the first round only."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    expected = runs["ours"]()
    for number in range(rounds):
        for name, run in runs.items():
            if number and name in slow:
                continue
            gc.collect()
            begin = time.perf_counter()
            answer = run()
            seconds[name].append(time.perf_counter() - begin)
            agree(name, answer, expected)
    print("| who | seconds | times ours | rounds |\n|---|---|---|---|")
    for name, taken in seconds.items():
        ratio = np.median(np.array(taken) / seconds["ours"][: len(taken)])
        print(f"| {name} | {np.median(taken):.4f} | {ratio:.1f} | {len(taken)} |")
    print(flush=True)


def agree(name: str, answer: object, expected: object) -> None:
    """Stop when a peer finds something else; pandana rounds to single precision."""
    if not isinstance(expected, np.ndarray):
        assert answer == expected, (name, answer, expected)
        return
    differ = ~np.isclose(answer, expected, rtol=1e-9, atol=0.1 if "pandana" in name else 1e-6)
    on_limit = np.minimum(answer, expected) > LIMIT_M - 0.1
    assert not (differ & ~on_limit).any(), (name, int(differ.sum()))


def growth(sizes: list[int], count: int, rounds: int) -> None:
    """Print what one circle costs on a small and on a large network."""
    towns = [Town(size) for size in sizes]
    runs = [town.circles(count) for town in towns]
    for run in runs:
        run()
    taken: list[list[float]] = [[] for _ in runs]
    reached = [0 for _ in runs]
    for _ in range(rounds):
        for number, run in enumerate(runs):
            gc.collect()
            begin = time.perf_counter()
            reached[number] = len(run().item)
            taken[number].append(time.perf_counter() - begin)
    print("| nodes | us a circle | nodes reached | ratio |\n|---|---|---|---|")
    for town, mine, nodes in zip(towns, taken, reached, strict=True):
        ratio = np.median(np.array(mine) / taken[0])
        each = np.median(mine) / count * 1e6
        print(f"| {town.n} | {each:.1f} | {nodes / count:.0f} | {ratio:.2f} |")
    print(flush=True)


def memory(n_nodes: int) -> None:
    """Print the peak above the arrays of the network, kernels and answer included (Linux)."""
    town = Town(n_nodes)
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # freed memory must not hide what is taken next
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts from here
    before = memory_mb("VmRSS")
    nearest_of(town.links, town.facilities, LIMIT_M)
    print(f"| nearest of nine, {town.n} nodes | {memory_mb('VmHWM') - before:.0f} MB |")


def memory_mb(what: str) -> float:
    """Read a figure about this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200_000, help="network that all peers search")
    parser.add_argument("--large", type=int, default=1_000_000, help="network of the fast ones")
    parser.add_argument("--circles", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory-of", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.memory_of:
        memory(chosen.memory_of)
        return
    town = Town(chosen.nodes)
    print(f"Nearest of nine categories, {town.n} nodes, {len(town.length)} edges, 1 000 m\n")
    peers = nearest_peers(town)
    alternate(peers, chosen.rounds, slow=frozenset({"pandana, with its build"}))
    print(f"Sets in reach, {town.n} nodes, {chosen.circles} circles, 1 000 m\n")
    alternate(set_peers(town, chosen.circles), chosen.rounds)
    large = Town(chosen.large)
    print(f"Nearest of nine categories, {large.n} nodes, {len(large.length)} edges, 1 000 m\n")
    alternate(nearest_peers(large, fast_only=True), chosen.rounds)
    print(f"Growth, {10 * chosen.circles} circles\n")
    growth([chosen.large // 50, chosen.large], 10 * chosen.circles, chosen.rounds)
    print("| memory above the arrays of the network | |\n|---|---|", flush=True)
    again = [sys.executable, __file__, "--memory-of", str(chosen.large)]
    subprocess.run(again, check=True)


if __name__ == "__main__":
    main()
