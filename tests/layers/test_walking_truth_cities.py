"""Real streets with walls put on them: walks are another router's, and know no drawing habits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from layers.barriers import prepare_barriers
from layers.centrelines import from_centrelines
from layers.contracts import conform
from layers.crs import choose_crs
from layers.network import WalkNetwork, build_network
from layers.osm import read_osm
from layers.reach import measure_reach, snap_all
from layers.streets import prepare_streets
from layers.tables import ACCESS_POINTS, BARRIERS, CATEGORIES, COMMUNITIES, FACILITIES, STREETS
from layers.walking import Walking
from tests.conftest import SHARED
from tests.osm_text import helsinki
from tests.other_router import METRES, MINUTES, graph_of, least_costs

EXACT = 1e-6
WALKING = Walking(limit_m=600, strict_m=500, limit_minutes=9)

CITIES = {
    "helsinki": helsinki(),
    "zhuhai": SHARED / "zhuhai" / "zhuhai_xiangzhou_2022.osm.pbf",
    "beijing": SHARED / "beijing" / "beijing_tsinghua_2017.osm.pbf",
    "porto_alegre": SHARED / "porto_alegre" / "porto_alegre_2020.osm.pbf",
    "wuhan": SHARED / "wuhan" / "wuhan_streets.parquet",
}
REAL = pytest.mark.parametrize(
    "city",
    [
        pytest.param(name, marks=pytest.mark.skipif(not path.is_file(), reason="not beside us"))
        for name, path in CITIES.items()
    ],
)


class Hill:
    """Ground that rises and falls, for times that differ by direction."""

    spacing_m = 30.0

    def at(self, xy: np.ndarray) -> np.ndarray:
        """Give heights."""
        return 15 * np.sin(xy[:, 0] / 300) + 10 * np.sin(xy[:, 1] / 170)


@dataclass(frozen=True)
class City:
    """Streets and barriers as mapped; walled communities, gates and facilities as drawn by lot."""

    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    yards: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    shops: gpd.GeoDataFrame


def _read(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    if path.suffix == ".parquet":
        frame = gpd.read_parquet(path).rename(columns={"highway": "class"})
        streets, _ = from_centrelines(frame, crs=pyproj.CRS.from_epsg(32650))
        return streets, gpd.GeoDataFrame(conform(BARRIERS, pd.DataFrame(), crs=streets.crs))
    data = read_osm(path)
    crs = choose_crs("auto", data.extent.bounds)
    return prepare_streets(data.streets, crs=crs)[0], prepare_barriers(data.barriers, crs=crs)[0]


_KNOWN: dict[str, City] = {}


def city_of(name: str) -> City:
    """Read a city and draw walled blocks of 120 to 300 m on its streets, with two gates each."""
    if name in _KNOWN:
        return _KNOWN[name]
    streets, barriers = _read(CITIES[name])
    rng = np.random.default_rng(5)
    ways = streets[streets["walkable"] & ~streets["bridge"] & ~streets["tunnel"]].sort_index()
    lines = ways.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    middles = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    # the middle of the city, so that there is something to walk to
    centre = np.flatnonzero(np.abs(middles - np.median(middles, axis=0)).max(axis=1) < 2000)

    def spots(count: int, off_m: float) -> np.ndarray:
        along = rng.choice(centre, count)
        there = shapely.line_interpolate_point(lines[along], rng.random(count), normalized=True)
        return shapely.points(
            shapely.get_coordinates(there) + rng.uniform(-off_m, off_m, (count, 2))
        )

    yards, gates = [], []
    for number, spot in enumerate(spots(50, 60)):
        w, h = rng.uniform(60, 150, 2)
        block = shapely.box(spot.x - w, spot.y - h, spot.x + w, spot.y + h)
        yards.append((f"c{number}", block))
        crossed = shapely.intersection(
            lines[tree.query(block.boundary, "intersects")], block.boundary
        )
        ends = shapely.get_coordinates(crossed)
        chosen = rng.permutation(len(ends))[:2]
        gates += [(f"c{number}", "surveyed", shapely.Point(ends[one])) for one in chosen]
    # communities without walls
    gates += [(f"k{k // 2}", "inferred", spot) for k, spot in enumerate(spots(60, 40))]
    access = pd.DataFrame(gates, columns=["owner_id", "kind", "geometry"])
    access["access_point_id"] = [f"g{k}" for k in range(len(access))]
    shops = pd.DataFrame({"geometry": spots(200, 60)})
    shops["facility_id"] = [f"f{k}" for k in range(200)]
    shops["category"] = [CATEGORIES[k % 9] for k in range(200)]

    def table(schema: object, frame: pd.DataFrame) -> gpd.GeoDataFrame:
        shaped = gpd.GeoDataFrame(frame, geometry="geometry", crs=streets.crs)
        return gpd.GeoDataFrame(conform(schema, shaped, crs=streets.crs))  # type: ignore[arg-type]  # a contract

    ground = pd.DataFrame(yards, columns=["community_id", "geometry"])
    _KNOWN[name] = City(
        streets,
        barriers,
        table(COMMUNITIES, ground),
        table(ACCESS_POINTS, access.assign(owner="community")),
        table(FACILITIES, shops.assign(confirmed=True)),
    )
    return _KNOWN[name]


def measured(
    city: City, walking: Walking, *, hilly: bool = False
) -> tuple[WalkNetwork, pd.DataFrame, pd.DataFrame]:
    """Build the network and measure reach."""
    network = build_network(
        city.streets,
        city.barriers,
        city.gates,
        city.yards,
        walking=walking,
        heights=Hill() if hilly else None,
    )
    snaps, _ = snap_all(network, city.gates, city.shops, walking=walking)
    return network, snaps, measure_reach(network, snaps, walking=walking)


@REAL
@pytest.mark.parametrize("rule", ["distance", pytest.param("time", marks=pytest.mark.full)])
def test_reach_in_real_cities_is_another_routers(city: str, rule: str):
    walking = replace(WALKING, rule=rule, crossing_wait_minutes=0.5)  # type: ignore[arg-type]  # one of two words
    network, snaps, reach = measured(city_of(city), walking, hilly=True)
    table, ends = pd.DataFrame(network.table.reset_index()), snaps.reset_index()
    column = METRES if rule == "distance" else MINUTES
    length = table["length_m"].to_numpy()[:, None]
    wait = table["wait_minutes"].to_numpy()[:, None]
    adult = table[["forward_minutes", "backward_minutes"]].to_numpy() - wait
    for walker, speed in (("adult", 4.0), ("older", 3.2)):
        limit = 1.5 * walking.limit(walker)
        pace, leg = np.ones((len(table), 2)), 1.0
        if rule == "time":
            pace, leg = (adult * (4.0 / speed) + wait) / length, 60 / (1000 * speed)
        graph = graph_of(table, ends, pace, leg)
        truth = least_costs(graph, ends, cutoff=limit + EXACT)
        got = reach.xs(walker, level="walker")[column].to_dict()
        assert {pair for pair, walk in truth.items() if walk < limit - EXACT} <= got.keys()
        assert got.keys() <= truth.keys()
        assert max(abs(walk - truth[pair]) for pair, walk in got.items()) < EXACT
        assert len(got) > 100


def renamed(city: City, rng: np.random.Generator) -> City:
    """Give streets other ids, and all tables another order of rows."""
    names = [f"way {n}" for n in rng.permutation(len(city.streets))]
    streets = city.streets.set_axis(pd.Index(names, name="street_id"))
    tables = [streets, city.barriers, city.yards, city.gates, city.shops]
    return City(*[gpd.GeoDataFrame(t.iloc[rng.permutation(len(t))]) for t in tables])


def reversed_(city: City, rng: np.random.Generator) -> City:
    """Turn half of the lines around."""

    def turned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = frame.geometry.to_numpy().copy()
        some = rng.random(len(shapes)) < 0.5
        shapes[some] = shapely.reverse(shapes[some])
        return frame.set_geometry(shapes, crs=frame.crs)

    return replace(city, streets=turned(city.streets), barriers=turned(city.barriers))


def moved(city: City, rng: np.random.Generator) -> City:
    """Turn and shift the whole city."""
    angle, shift = rng.uniform(0.3, 6), rng.uniform(-5000, 5000, 2)
    centre = np.array(city.streets.total_bounds).reshape(2, 2).mean(axis=0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def put(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = shapely.transform(
            frame.geometry.to_numpy(), lambda xy: (xy - centre) @ turn + centre + shift
        )
        return frame.set_geometry(shapes, crs=frame.crs)

    return City(
        *[put(t) for t in (city.streets, city.barriers, city.yards, city.gates, city.shops)]
    )


def split(city: City, rng: np.random.Generator) -> City:
    """Give every street more vertices, and make two rows of every third."""
    dense = shapely.segmentize(city.streets.geometry.to_numpy(), 23.0)
    streets = city.streets.set_geometry(dense, crs=city.streets.crs).reset_index()
    some = np.flatnonzero((rng.random(len(streets)) < 0.3) & (shapely.get_num_points(dense) > 3))
    at = rng.integers(1, shapely.get_num_points(dense[some]) - 1)
    xy = [shapely.get_coordinates(line) for line in dense[some]]
    first = streets.iloc[some].assign(
        geometry=[shapely.LineString(c[: k + 1]) for c, k in zip(xy, at, strict=True)]
    )
    second = streets.iloc[some].assign(
        street_id=streets["street_id"].iloc[some] + "+",
        geometry=[shapely.LineString(c[k:]) for c, k in zip(xy, at, strict=True)],
    )
    parts = pd.concat([streets.drop(index=streets.index[some]), first, second])
    table = gpd.GeoDataFrame(parts, geometry="geometry", crs=city.streets.crs)
    return replace(city, streets=gpd.GeoDataFrame(conform(STREETS, table)))


@REAL
@pytest.mark.parametrize("change", [renamed, reversed_, moved, split])
def test_how_a_city_is_drawn_changes_no_walk(
    city: str, change: Callable[[City, np.random.Generator], City]
):
    given = city_of(city)
    _, _, reach = measured(given, WALKING)
    _, _, again = measured(change(given, np.random.default_rng(3)), WALKING)
    one, other = reach[METRES], again[METRES]
    assert other.index.symmetric_difference(one.index).empty
    assert (other - one).abs().max() < EXACT


@REAL
def test_nobody_enters_a_walled_block_of_a_real_city_without_a_gate(city: str):
    """All gates are far away: nobody inside a block meets anybody outside, bridges aside."""
    given = city_of(city)
    ground = given.streets[~given.streets["bridge"] & ~given.streets["tunnel"]]
    west, south, *_ = given.streets.total_bounds
    far = given.gates.set_geometry(
        [shapely.Point(west - 9000, south - 9000)] * len(given.gates), crs=given.gates.crs
    )
    walled = given.yards[given.yards.index.isin(far.loc[far["kind"] == "surveyed", "owner_id"])]
    network = build_network(gpd.GeoDataFrame(ground), None, far, given.yards, walking=WALKING)
    part = network.component[network.ends[:, 0]]
    crossed = 0
    for block in walled.geometry:
        deep = shapely.intersects(network.lines, block.buffer(-2))
        out = shapely.intersects(
            network.lines, shapely.boundary(block.buffer(2))
        ) | ~shapely.intersects(network.lines, block)
        assert not set(part[deep]) & set(part[out & ~deep])
        crossed += int(shapely.intersects(network.lines[deep], block.boundary).sum())
        assert not (deep & out).any()
    assert crossed > 20


@REAL
def test_blocks_whose_walls_are_the_streets_around_them_cut_no_street(city: str):
    """Outlines glued to centrelines, as OpenStreetMap draws them: junctions all lie on walls."""
    given = city_of(city)
    apart = given.streets["bridge"] | given.streets["tunnel"] | ~given.streets["walkable"]
    ground = gpd.GeoDataFrame(given.streets[~apart])
    free = build_network(ground, walking=WALKING)
    faces = shapely.get_parts(shapely.polygonize(free.lines))
    faces = shapely.polygons(shapely.get_exterior_ring(faces))
    faces = np.random.default_rng(1).permutation(faces)[:200]
    faces = faces[~shapely.is_empty(shapely.buffer(faces, -2))]
    names = [f"c{number}" for number in range(len(faces))]
    blocks = gpd.GeoDataFrame({"community_id": names}, geometry=faces, crs=ground.crs)
    west, south, *_ = ground.total_bounds
    gates = gpd.GeoDataFrame(
        {"access_point_id": names, "owner": "community", "owner_id": names, "kind": "surveyed"},
        geometry=[shapely.Point(west - 9000, south - 9000)] * len(names),
        crs=ground.crs,
    )
    walled = build_network(
        ground,
        None,
        gpd.GeoDataFrame(conform(ACCESS_POINTS, gates)),
        gpd.GeoDataFrame(conform(COMMUNITIES, blocks)),
        walking=WALKING,
    )
    deep, inside = _is_deep(walled.lines, faces), _is_inside(walled.lines, faces)
    # a street that passes a wall where no other street is ends there now: it joins nobody
    outside = ~_is_inside(free.lines, faces) & pd.Index(free.edge_ids).isin(walled.edge_ids)
    part = walled.component[walled.ends[:, 0]]
    assert deep.sum() > 20
    assert not set(part[deep]) & set(part[~inside])
    # streets outside that meet without those inside still meet
    streets = nx.Graph([tuple(pair) for pair in free.ends[outside].tolist()])
    label = {n: k for k, group in enumerate(nx.connected_components(streets)) for n in group}
    before = {
        edge: label[u]
        for edge, u in zip(free.edge_ids[outside], free.ends[outside, 0].tolist(), strict=True)
    }
    after = dict(zip(walled.edge_ids, part, strict=True))
    pairs = {(group, after[edge]) for edge, group in before.items()}
    assert len(pairs) == len(set(before.values()))


def _is_inside(lines: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Tell the lines whose middle lies in a face, not on its outline."""
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    line, face = shapely.STRtree(faces).query(middle, "within")
    within = shapely.distance(shapely.boundary(faces[face]), middle[line]) > 1e-3
    inside = np.zeros(len(lines), dtype=bool)
    inside[line[within]] = True
    return inside


def _is_deep(lines: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Tell the lines that come 2 m inside; less is a line not quite drawn on another."""
    deep = np.zeros(len(lines), dtype=bool)
    deep[shapely.STRtree(lines).query(shapely.buffer(faces, -2), "intersects")[1]] = True
    return deep
