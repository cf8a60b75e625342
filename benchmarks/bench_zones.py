"""Zones of made towns: this project, spopt, pygeoda and gerrychain on the same communities.

Run as ``python benchmarks/bench_zones.py [136 1000 5000] [--alone | --peers] [--tight]`` after
``pip install lianpian[bench]``; ``--alone`` leaves the peers out, ``--peers`` ours, ``--tight``
asks for zones within a tenth of the mean instead of 0.6 to 1.5 of it. ``--needs`` shows instead
what the weight of needs costs in walks.
Every method keeps its own objective; one that can use more time is started again with other seeds
until ten times our time or a minute is over, whichever comes first, and its best plan by its own
objective counts. One that needs longer for a single plan is stopped.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, cKDTree

from zoning.regionalization import Bounds, regionalize
from zoning.regionalization.drafts import add_needs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MINUTE_S = 60.0
HAVES = 9
NEED_M = 100_000.0
"""Metres of walk that needs with nothing alike count as much as: the walk hardly matters."""


@dataclass(frozen=True)
class Town:
    """A made town: places, outlines, links, households, walks along links, lacking haves."""

    xy: Floats
    cells: list[shapely.Polygon]
    links: Ints
    households: Floats
    walks: Floats
    lacks: Floats
    zones: int
    shares: tuple[float, float] = (0.6, 1.5)

    @property
    def ids(self) -> list[str]:
        """Give names to the communities."""
        return [f"c{number:05d}" for number in range(len(self.xy))]

    @property
    def limits(self) -> tuple[float, float]:
        """Give floor and cap: the shares of the mean zone."""
        mean = float(self.households.sum()) / self.zones
        return self.shares[0] * mean, self.shares[1] * mean

    def frame(self) -> gpd.GeoDataFrame:
        """Give the communities as peers want them."""
        columns = {f"lack{number}": self.lacks[:, number] for number in range(HAVES)}
        return gpd.GeoDataFrame(
            {**columns, "households": self.households}, geometry=self.cells, crs="EPSG:4547"
        )

    def spread(self, zone: Ints) -> float:
        """Give the share of the attributes' sum of squares that is within zones."""
        within = sum(
            float(((part - part.mean(axis=0)) ** 2).sum())
            for part in (self.lacks[zone == z] for z in np.unique(zone))
        )
        return within / float(((self.lacks - self.lacks.mean(axis=0)) ** 2).sum())

    def walk(self, zone: Ints) -> float:
        """Give metres a household walks to the best centre of its zone, in the mean."""
        total = 0.0
        for z in np.unique(zone):
            members = np.flatnonzero(zone == z)
            sums = self.households[members] @ self.walks[np.ix_(members, members)]
            total += float(sums.min())
        return total / float(self.households.sum())

    def pieces(self, zone: Ints) -> int:
        """Count connected pieces: as many as zones, or zones are torn."""
        same = self.links[zone[self.links[:, 0]] == zone[self.links[:, 1]]]
        shape = (len(zone), len(zone))
        graph = coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=shape)
        return int(connected_components(graph.tocsr(), directed=False)[0])

    def figures(self, zone: Ints) -> dict[str, float]:
        """Measure a plan."""
        low, high = self.limits
        held = np.bincount(zone, weights=self.households)
        held = held[held > 0]
        shapes = [
            shapely.union_all([self.cells[i] for i in np.flatnonzero(zone == z)])
            for z in np.unique(zone)
        ]
        round_ = [4 * np.pi * shape.area / shape.length**2 for shape in shapes]
        return {
            "zones": len(held),
            "torn": self.pieces(zone) - len(held),
            "outside": int(((held < low - 1e-6) | (held > high + 1e-6)).sum()),
            "walk": self.walk(zone),
            "pp": float(np.mean(round_)),
            "ssd": self.spread(zone),
        }


def make_town(count: int, seed: int = 0) -> Town:
    """Scatter communities, link near ones, and let what they lack vary smoothly with noise."""
    rng = np.random.default_rng(seed)
    side = float(np.sqrt(count)) * 100.0
    xy = rng.random((count, 2)) * side
    links = _gabriel(xy)
    length = np.hypot(*(xy[links[:, 0]] - xy[links[:, 1]]).T) * rng.uniform(1.0, 1.5, len(links))
    ends = np.concatenate([links, links[:, ::-1]])
    graph = coo_array((np.tile(length, 2), (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()
    zones = max(2, round(count * 50 / 1000))
    walks = dijkstra(graph)
    lacks = np.empty((count, HAVES))
    for number in range(HAVES):
        facilities = rng.permutation(count)[: max(2, round(count / rng.uniform(15, 40)))]
        nearest = walks[:, facilities].min(axis=1)
        lacks[:, number] = nearest > np.quantile(nearest, rng.uniform(0.3, 0.8))
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(xy), extend_to=shapely.box(0, 0, side, side), ordered=True
    )
    box = shapely.box(0, 0, side, side)
    return Town(
        xy=xy,
        cells=[shapely.intersection(cell, box) for cell in cells.geoms],
        links=links,
        households=np.exp(rng.normal(4.0, 0.75, count)).clip(8, 600).round(),
        walks=walks,
        lacks=lacks,
        zones=7 if count == 136 else zones,
    )


def _gabriel(xy: Floats) -> Ints:
    """Link two places when no third lies in the circle between them."""
    corners = Delaunay(xy).simplices
    pairs = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)
    middle = xy[pairs].mean(axis=1)
    radius = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) / 2
    nearest = cKDTree(xy).query(middle)[0]
    return np.asarray(pairs[nearest >= radius - 1e-9])


Plans = Iterator[tuple[float, Ints]]
"""One plan after another, each with its own objective (lower is better)."""


def ours(town: Town, needs_m: float = 0.0) -> tuple[Ints, float]:
    """Solve with this project; also give the proven gap."""
    ids = np.array(town.ids)
    households = pd.Series(town.households, index=ids)
    links = pd.DataFrame({"focal": ids[town.links[:, 0]], "neighbor": ids[town.links[:, 1]]})
    radius = 3.2 * float(np.sqrt(len(ids) / town.zones)) * 100.0
    unit, centre = np.nonzero(town.walks <= radius)
    walk = town.walks[unit, centre].round(1)
    cost = pd.DataFrame({"unit": ids[unit], "centre": ids[centre], "cost": walk})
    bounds = Bounds(weight=town.limits, count=town.zones)
    draft = None
    if needs_m:
        lacks = pd.DataFrame(town.lacks, index=ids)  # as `terms.needs` of a job does
        cost, draft = add_needs(cost, households, links, bounds, lacks, needs_m)
    result = regionalize(households, links, cost, bounds, draft=draft)
    zone = np.unique(result.assignment.reindex(ids).to_numpy(dtype=str), return_inverse=True)[1]
    return zone.astype(np.int64), result.gap_share


def _geoda_weights(town: Town) -> object:
    import pygeoda  # noqa: PLC0415

    beside: list[list[int]] = [[] for _ in town.xy]
    for one, other in town.links.tolist():
        beside[one].append(other)
        beside[other].append(one)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links.gal"
        lines = [f"0 {len(beside)} links key"]
        for number, others in enumerate(beside):
            lines += [f"{number} {len(others)}", " ".join(str(other) for other in others)]
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        return pygeoda.read_gal(str(path), [str(number) for number in range(len(beside))])


def _geoda(town: Town, name: str) -> Plans:
    import pygeoda  # noqa: PLC0415

    weights = _geoda_weights(town)
    data = [town.lacks[:, number].tolist() for number in range(HAVES)]
    held, floor = town.households.tolist(), town.limits[0]
    seed = 0
    while True:
        seed += 1
        if name == "maxp":
            found = pygeoda.maxp_greedy(weights, data, held, floor, random_seed=seed)
        elif name == "skater":
            found = pygeoda.skater(town.zones, weights, data, bound_variable=held, min_bound=floor)
        else:
            found = pygeoda.azp_sa(
                town.zones,
                weights,
                data,
                bound_variable=held,
                min_bound=floor,
                random_seed=seed,
                sa_maxit=5,
            )
        zone = np.array(found["Clusters"], dtype=np.int64)
        yield town.spread(zone), zone
        if name == "skater":
            return


def _spopt(town: Town, name: str) -> Plans:
    import libpysal  # noqa: PLC0415
    import spopt.region  # noqa: PLC0415

    frame = town.frame()
    columns = [f"lack{number}" for number in range(HAVES)]
    beside: dict[int, list[int]] = {number: [] for number in range(len(town.xy))}
    for one, other in town.links.tolist():
        beside[one].append(other)
        beside[other].append(one)
    weights = libpysal.weights.W(beside, silence_warnings=True)
    seed = 0
    while True:
        np.random.seed(seed)  # noqa: NPY002  the peer draws from the global state
        if name == "maxp":
            model = spopt.region.MaxPHeuristic(
                frame, weights, columns, "households", town.limits[0], top_n=2
            )
        elif name == "azp":
            model = spopt.region.AZP(
                frame, weights, columns, n_clusters=town.zones, random_state=seed
            )
        else:
            least = max(1, round(0.6 * len(town.xy) / town.zones))
            model = spopt.region.Skater(
                frame, weights, columns, n_clusters=town.zones, floor=least, islands="ignore"
            )
        model.solve()
        zone = np.unique(np.asarray(model.labels_), return_inverse=True)[1].astype(np.int64)
        yield town.spread(zone), zone
        seed += 1
        if name == "skater":
            return


def _gerry(town: Town, name: str) -> Plans:
    import functools  # noqa: PLC0415
    import random  # noqa: PLC0415

    import networkx  # noqa: ICN001, PLC0415
    from gerrychain import Graph, MarkovChain, Partition, updaters  # noqa: PLC0415
    from gerrychain.proposals import recom  # noqa: PLC0415

    plain = networkx.Graph()
    plain.add_nodes_from(range(len(town.xy)))
    plain.add_edges_from(town.links.tolist())
    held = dict(enumerate(int(x) for x in town.households))
    networkx.set_node_attributes(plain, held, "households")
    graph = Graph.from_networkx(plain)
    target = float(town.households.sum()) / town.zones
    random.seed(0)
    start = Partition.from_random_assignment(
        graph=graph,
        n_parts=town.zones,
        epsilon=0.4,
        pop_col="households",
        updaters={"households": updaters.Tally("households", alias="households")},
    )
    proposal = functools.partial(recom, pop_col="households", pop_target=target, epsilon=0.4)

    def price(plan: Partition) -> tuple[float, Ints]:
        zone = np.array([plan.assignment[number] for number in range(len(town.xy))])
        zone = np.unique(zone, return_inverse=True)[1].astype(np.int64)
        return (town.walk(zone) if name == "walk" else float(len(plan["cut_edges"]))), zone

    def climb(plan: Partition, *, rng: object = None) -> bool:
        del rng  # no chance: only plans that are no worse are kept
        return plan.parent is None or price(plan)[0] <= price(plan.parent)[0]

    for plan in MarkovChain(proposal, [], climb, start, total_steps=10**9):
        yield price(plan)


OURS = {"lianpian": 0.0, f"lianpian, needs {NEED_M:g} m": NEED_M}

PEERS: dict[str, Callable[[Town], Plans]] = {
    "spopt MaxP": lambda town: _spopt(town, "maxp"),
    "spopt AZP": lambda town: _spopt(town, "azp"),
    "spopt Skater": lambda town: _spopt(town, "skater"),
    "pygeoda azp_sa": lambda town: _geoda(town, "azp_sa"),
    "pygeoda skater": lambda town: _geoda(town, "skater"),
    "pygeoda maxp_greedy": lambda town: _geoda(town, "maxp"),
    "gerrychain ReCom, cut edges": lambda town: _gerry(town, "cuts"),
    "gerrychain ReCom, our walk": lambda town: _gerry(town, "walk"),
}


def _work(name: str, town: Town, answers: Connection) -> None:
    """Send plans as they come, from a process of its own that may be stopped."""
    warnings.simplefilter("ignore")
    for module in {"spopt": ("spopt.region", "libpysal"), "pygeoda": ("pygeoda",)}.get(
        name.split(maxsplit=1)[0], ("gerrychain",)
    ):
        __import__(module)
    answers.send(None)
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            for plan in PEERS[name](town):
                answers.send(plan)
        except ValueError as error:  # a peer that refuses the town says so
            answers.send(str(error))
    answers.close()


def granted(name: str, town: Town, budget_s: float) -> tuple[Ints | str, float]:
    """Run a peer until it has no more to say or its time is over; give its best plan, seconds.

    Instead of a plan there may be what it said when it refused, or that its time was over.
    """
    context = multiprocessing.get_context("spawn")
    ours_, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(name, town, theirs))
    worker.start()
    theirs.close()
    best: tuple[float, Ints] | None = None
    begin = end = 0.0
    try:
        ours_.recv()
        begin = end = time.perf_counter()
        while ours_.poll(max(0.0, budget_s - (time.perf_counter() - begin))):
            answer = ours_.recv()
            end = time.perf_counter()
            if isinstance(answer, str):
                if best is None:
                    return f"refused: {answer.splitlines()[0][:60]}", end - begin
                break
            value, zone = answer
            if best is None or value < best[0]:
                best = (value, zone)
    except EOFError:
        pass
    finally:
        worker.kill()
        worker.join()
    if best is None:
        return f"> {budget_s:.0f} s", time.perf_counter() - begin
    return best[1], end - begin


def show(what: str, seconds: float, town: Town, zone: Ints, gap: float | None) -> None:
    """Print a row."""
    f = town.figures(zone)
    torn = f", {f['torn']:.0f} torn" if f["torn"] else ""
    proof = "" if gap is None else f"{100 * gap:.2f} %"
    print(
        f"| {what} | {seconds:.1f} | {f['zones']:.0f} | {f['outside']:.0f}{torn} "
        f"| {f['walk']:.1f} | {f['pp']:.2f} | {f['ssd']:.3f} | {proof} |",
        flush=True,
    )


def weigh_needs(count: int) -> None:
    """Print walk and spread by the weight of needs, for two towns."""
    print("| `needs`, m | town | walk m | ssd | gap |")
    print("|---|---|---|---|---|")
    for seed in (0, 1):
        town = make_town(count, seed)
        for needs_m in (0.0, 1_000.0, 5_000.0, 20_000.0, NEED_M):
            zone, gap = ours(town, needs_m)
            f = town.figures(zone)
            row = f"{f['walk']:.1f} | {f['ssd']:.4f} | {100 * gap:.2f} %"
            print(f"| {needs_m:,.0f} | {seed} | {row} |", flush=True)
        found, _ = granted("pygeoda azp_sa", town, MINUTE_S)
        if not isinstance(found, str):
            f = town.figures(found)
            outside = f", {f['outside']:.0f} outside the bounds" if f["outside"] else ""
            print(f"| azp_sa{outside} | {seed} | {f['walk']:.1f} | {f['ssd']:.4f} | |", flush=True)


def main() -> None:
    """Print a table for each size."""
    regionalize(*_small())  # compile
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [136, 1000, 5000]
    if "--needs" in sys.argv:
        for count in sizes:
            weigh_needs(count)
        return
    shares = (0.9, 1.1) if "--tight" in sys.argv else (0.6, 1.5)
    for count in sizes:
        town = replace(make_town(count), shares=shares)
        print(f"\nn = {count}, {town.zones} zones of {shares[0]} to {shares[1]} of the mean\n")
        print("| method | seconds | zones | outside the bounds | walk m | PP | ssd | gap |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        longest = MINUTE_S if "--peers" in sys.argv else 0.0
        for what, needs_m in () if longest else OURS.items():
            begin, cpu = time.perf_counter(), time.process_time()
            zone, gap = ours(town, needs_m)
            seconds = time.perf_counter() - begin
            longest = max(longest, seconds)
            show(f"{what} ({time.process_time() - cpu:.1f} s CPU)", seconds, town, zone, gap)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        budget_s = min(10 * longest, MINUTE_S)
        for name in () if "--alone" in sys.argv else PEERS:
            found, seconds = granted(name, town, budget_s)
            if isinstance(found, str):
                print(f"| {name} | {found} | | | | | | |", flush=True)
            else:
                show(name, seconds, town, found, None)
        print(f"\nPeak of this process: {peak:.0f} MB.", flush=True)


def _small() -> tuple[pd.Series, pd.DataFrame, pd.DataFrame, Bounds]:
    ids = [f"u{number}" for number in range(12)]
    pairs = pd.DataFrame([(a, b) for a in ids for b in ids], columns=["unit", "centre"])
    pairs["cost"] = [float(abs(ids.index(a) - ids.index(b))) for a in ids for b in ids]
    links = pd.DataFrame({"focal": ids[:-1], "neighbor": ids[1:]})
    return pd.Series(1.0, index=ids), links, pairs, Bounds(weight=(4, 8), count=2)


if __name__ == "__main__":
    main()
