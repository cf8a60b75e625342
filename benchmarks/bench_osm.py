"""From an .osm.pbf, or a city's streets, to a walking network: time and memory beside pyrosm.

Run as ``python benchmarks/bench_osm.py [--crossings N] [--rounds N] [STREETS.parquet]``. Every
reading is a process of its own, start-up included; we and pyrosm take turns. The file is made in a
temporary folder (`made_extract`). pyrosm comes with ``pip install -e .[bench]``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from made_extract import write_extract

TAIL = """
import resource, time
print(nodes, edges, time.perf_counter() - begin,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
HEAD = "import sys, time\nbegin = time.perf_counter()\n"
OURS = """
from pathlib import Path
import geopandas as gpd
from layers.crs import choose_crs, to_metric
from layers.network import build_network
from layers.osm import read_osm
from layers.streets import prepare_streets
from layers.walking import Walking
data = read_osm(Path(sys.argv[1]){layers})
crs = choose_crs("auto", data.extent.bounds)
box = to_metric(gpd.GeoDataFrame(geometry=[data.extent], crs=4326), crs)
raw = data.streets
del data
streets, _ = prepare_streets(raw, crs=crs, extent=box.geometry.iloc[0])
del raw
network = build_network(streets, walking=Walking())
nodes, edges = len(network.node_xy), len(network.ends)
"""
PYROSM = """
import warnings
warnings.simplefilter("ignore")
from pyrosm import OSM
nodes, edges = map(len, OSM(sys.argv[1]).get_network("walking", nodes=True))
"""
PYROSM_LINES = """
import warnings
warnings.simplefilter("ignore")
from pyrosm import OSM
nodes, edges = 0, len(OSM(sys.argv[1]).get_network("walking"))
"""
STREETS = """
from pathlib import Path
import geopandas as gpd
import numpy as np
import pandas as pd
from layers.crs import choose_crs
from layers.files import Source, read_vector
from layers.network import build_network
from layers.centrelines import from_centrelines
from layers.walking import Walking
frame = read_vector(Source(path=Path(sys.argv[1])), role="streets").frame
crs = choose_crs("auto", tuple(frame.to_crs(4326).total_bounds))
streets, _ = from_centrelines(frame, crs=crs)
network = build_network(streets, walking=Walking())
rng = np.random.default_rng(0)
spots = network.node_xy[rng.integers(0, len(network.node_xy), 20_000)]
spots = spots + rng.uniform(-40, 40, spots.shape)
number = pd.Series(range(len(spots))).astype("str")
points = gpd.GeoDataFrame(
    {"owner": "facility", "owner_id": number, "point_id": number},
    geometry=gpd.points_from_xy(*spots.T), crs=crs)
snaps, missed = network.snap(points, within_m=100)
assert len(snaps) + len(missed) == len(points)
nodes, edges = len(network.node_xy), len(network.ends)
"""


def run(code: str, path: Path) -> tuple[int, int, float, float]:
    """Read the file in a process of its own: nodes, edges, seconds, peak MB."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code + TAIL, str(path)],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    nodes, edges, seconds, megabytes = done.stdout.splitlines()[-1].split()
    return int(nodes), int(edges), float(seconds), float(megabytes)


def main() -> None:
    """Print a table of figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--crossings", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("streets", type=Path, nargs="?")
    given = parser.parse_args()
    readers = {
        "ours, streets only": OURS.format(layers=', layers=("streets",)'),
        "ours, every layer": OURS.format(layers=""),
        "pyrosm get_network, nodes and edges": PYROSM,
        "pyrosm get_network, lines only": PYROSM_LINES,
    }
    seen: dict[str, list[tuple[int, int, float, float]]] = {name: [] for name in readers}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.osm.pbf"
        counts = write_extract(path, given.crossings)
        for _ in range(given.rounds):
            for name, code in readers.items():
                seen[name].append(run(code, path))
    print("made file: {} nodes, {} ways, {} streets\n".format(*counts))
    print("| reader | nodes | edges | s | MB | time, ours = 1 | memory, ours = 1 |")
    print("|---|---|---|---|---|---|---|")
    first = seen["ours, streets only"]
    for name, runs in seen.items():
        slower = statistics.median(b[2] / a[2] for a, b in zip(first, runs, strict=True))
        larger = statistics.median(b[3] / a[3] for a, b in zip(first, runs, strict=True))
        middle = [statistics.median(column) for column in zip(*runs, strict=True)]
        print(
            f"| {name} | {middle[0]:.0f} | {middle[1]:.0f} | {middle[2]:.1f} | {middle[3]:.0f} "
            f"| {slower:.1f} | {larger:.1f} |"
        )
    if given.streets:
        path = given.streets.resolve()
        runs = [run(STREETS, path) for _ in range(given.rounds)]
        nodes, edges, seconds, megabytes = (
            statistics.median(column) for column in zip(*runs, strict=True)
        )
        print(f"\n{path.name} to a network with 20 000 points snapped:")
        print(f"{nodes:.0f} nodes, {edges:.0f} edges, {seconds:.1f} s, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
