"""From an .osm.pbf, or a city's streets, to a walking network: time and memory beside pyrosm.

Run as ``python benchmarks/bench_osm.py [--crossings N] [--rounds N] [STREETS.parquet]``. Every
reading is a process of its own, start-up included; we and pyrosm take turns. The file is made in a
temporary folder (`made_extract`). pyrosm keeps what it has read in the folder for temporary files,
and reads that the next time: every reading has a new such folder. pyrosm comes with
``pip install -e .[bench]``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from made_extract import write_extract

TAIL = """
import resource, time
print(nodes, edges, time.perf_counter() - begin, time.process_time(),
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


def run(code: str, path: Path) -> list[float]:
    """Read the file in a process of its own: nodes, edges, seconds, seconds of CPU, peak MB."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", HEAD + code + TAIL, str(path)],
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "TMPDIR": folder},
            capture_output=True,
            text=True,
            check=True,
        )
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


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
    seen: dict[str, list[list[float]]] = {name: [] for name in readers}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.osm.pbf"
        counts = write_extract(path, given.crossings)
        for _ in range(given.rounds):
            for name, code in readers.items():
                seen[name].append(run(code, path))
    print("made file: {} nodes, {} ways, {} streets\n".format(*counts))
    print("| reader | nodes | edges | s | CPU s | MB | time | CPU | memory |")
    print("|---|---|---|---|---|---|---|---|---|")
    first = seen["ours, streets only"]
    for name, runs in seen.items():
        times, cpu, memory = (
            statistics.median(b[at] / a[at] for a, b in zip(first, runs, strict=True))
            for at in (2, 3, 4)
        )
        middle = [statistics.median(column) for column in zip(*runs, strict=True)]
        print(
            "| {} | {:.0f} | {:.0f} | {:.1f} | {:.1f} | {:.0f} ".format(name, *middle)
            + f"| {times:.1f} | {cpu:.1f} | {memory:.1f} |"
        )
    print("\nThe last three: median of the rounds, ours (streets only) = 1.")
    if given.streets:
        path = given.streets.resolve()
        runs = [run(STREETS, path) for _ in range(given.rounds)]
        middle = [statistics.median(column) for column in zip(*runs, strict=True)]
        print(f"\n{path.name} to a network with 20 000 points snapped:")
        print("{:.0f} nodes, {:.0f} edges, {:.1f} s, {:.1f} s of CPU, {:.0f} MB".format(*middle))


if __name__ == "__main__":
    main()
