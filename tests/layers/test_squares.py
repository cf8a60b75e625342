"""Squares: straight walks across, around holes and bends, from where ways meet the outline."""

from __future__ import annotations

import json

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from layers.contracts import check
from layers.network import WalkNetwork, build_network
from layers.osm import read_osm
from layers.squares import SQUARE_CLASS
from layers.streets import prepare_streets
from layers.tables import STREETS
from layers.walking import Walking
from tests.osm_text import helsinki

CRS = pyproj.CRS.from_epsg(4547)
BLOCK = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)])
KIOSK = [(40, 40), (60, 40), (60, 60), (40, 60)]
BENT = Polygon([(0, 0), (100, 0), (100, 100), (60, 100), (60, 40), (0, 40)])


def layer(shapes: dict[str, shapely.Geometry], tags: dict[str, str]) -> gpd.GeoDataFrame:
    ids = pd.Index(list(shapes), name="osm_id")
    rest = json.dumps({key: value for key, value in tags.items() if key != "highway"})
    return gpd.GeoDataFrame(
        {"name": pd.Series(["广场"] * len(ids), index=ids, dtype="str"), "tags": rest},
        index=ids,
        geometry=list(shapes.values()),
        crs=CRS,
    ).assign(highway=tags["highway"])


def crossed(
    square: Polygon, ways: dict[str, LineString], **tags: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Streets with the square crossed, and the walks across only."""
    outline = {f"w1_{n}": LineString(ring) for n, ring in enumerate(shapely.get_rings(square))}
    facts = {"highway": "pedestrian", "area": "yes", **tags}
    raw = pd.concat([layer(outline, facts), layer(ways, {"highway": "footway"})])
    streets, _ = prepare_streets(raw, crs=CRS, squares=layer({"w1": square}, facts))
    check(STREETS, streets)
    return streets, streets[streets["class"] == SQUARE_CLASS]


def walk_m(network: WalkNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    graph = nx.MultiGraph()
    for (u, v), length in zip(network.ends.tolist(), network.length_m, strict=True):
        graph.add_edge(u, v, weight=length)
    one, other = (int(np.hypot(*(network.node_xy - spot).T).argmin()) for spot in (start, end))
    return float(nx.shortest_path_length(graph, one, other, weight="weight"))


def test_a_square_is_crossed_straight_from_way_to_way():
    streets, walks = crossed(
        BLOCK, {"w2": LineString([(-50, 0), (0, 0)]), "w3": LineString([(100, 100), (150, 100)])}
    )
    assert walks.index.tolist() == ["w1_c1"]
    assert list(walks.geometry.iloc[0].coords) == [(0, 0), (100, 100)]
    assert walks["name"].tolist() == ["广场"]
    network = build_network(streets, walking=Walking())
    assert walk_m(network, (-50, 0), (150, 100)) == pytest.approx(100 + 100 * 2**0.5)


def test_a_walk_goes_around_a_hole_by_its_corners():
    streets, walks = crossed(
        Polygon(BLOCK.exterior.coords, [KIOSK]),
        {"w2": LineString([(-50, 0), (0, 0)]), "w3": LineString([(100, 100), (150, 100)])},
    )
    hole = Polygon(KIOSK)
    assert not shapely.crosses(walks.geometry.to_numpy(), hole).any()
    network = build_network(streets, walking=Walking())
    around = 2 * np.hypot(60, 40)
    assert walk_m(network, (0, 0), (100, 100)) == pytest.approx(around)


def test_a_walk_goes_by_the_inner_corner_of_a_bent_square():
    streets, walks = crossed(
        BENT, {"w2": LineString([(0, 40), (-9, 40)]), "w3": LineString([(60, 100), (60, 120)])}
    )
    assert shapely.covers(BENT, walks.geometry.to_numpy()).all()
    network = build_network(streets, walking=Walking())
    assert walk_m(network, (0, 40), (60, 100)) == pytest.approx(120)
    streets, _ = crossed(
        BENT, {"w2": LineString([(0, 0), (-9, 0)]), "w3": LineString([(100, 100), (120, 100)])}
    )
    network = build_network(streets, walking=Walking())
    by_corner = np.hypot(60, 40) + np.hypot(40, 60)
    assert walk_m(network, (0, 0), (100, 100)) == pytest.approx(by_corner)


def test_a_dead_end_inside_a_square_is_joined():
    ways = {"w2": LineString([(50, 50), (50, 60)]), "w3": LineString([(100, 100), (150, 100)])}
    streets, walks = crossed(BLOCK, ways)
    assert len(walks) >= 1
    assert build_network(streets, walking=Walking()).component.max() == 0


@pytest.mark.parametrize(
    "ways",
    [
        {},
        {"w2": LineString([(-50, 0), (0, 0)])},
        # along the outline, from corner to corner: no way leads off
        {"w2": LineString([(0, 0), (100, 0), (100, 100)])},
        # passes over without a vertex in common
        {"w2": LineString([(-50, 50), (150, 50)])},
    ],
)
def test_a_square_that_ways_do_not_enter_twice_is_not_crossed(ways: dict[str, LineString]):
    assert crossed(BLOCK, ways)[1].empty


def test_a_square_closed_to_walkers_is_not_crossed():
    ways = {"w2": LineString([(-50, 0), (0, 0)]), "w3": LineString([(100, 100), (150, 100)])}
    assert crossed(BLOCK, ways, foot="no")[1].empty


def test_a_square_on_a_deck_keeps_its_level():
    ways = {"w2": LineString([(-50, 0), (0, 0)]), "w3": LineString([(100, 100), (150, 100)])}
    _, walks = crossed(BLOCK, ways, layer="1", bridge="yes")
    assert walks["level"].tolist() == [1]
    assert walks["bridge"].tolist() == [True]


def test_walks_are_cut_where_the_data_ends():
    ways = {"w2": LineString([(-50, 0), (0, 0)]), "w3": LineString([(100, 100), (150, 100)])}
    outline = {"w1": LineString(BLOCK.exterior.coords)}
    facts = {"highway": "pedestrian", "area": "yes"}
    raw = pd.concat([layer(outline, facts), layer(ways, {"highway": "footway"})])
    extent = shapely.box(-10, -10, 50, 200)
    streets, _ = prepare_streets(raw, crs=CRS, extent=extent, squares=layer({"w1": BLOCK}, facts))
    assert shapely.covers(extent.buffer(1e-9), streets.geometry.to_numpy()).all()


def test_work_on_a_huge_square_is_bounded():
    count = 400
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    rim = np.round(1000 * np.column_stack([np.cos(turn), np.sin(turn)]), 2)
    ways = {f"w{n + 2}": LineString([spot, spot * 1.1]) for n, spot in enumerate(rim)}
    _, walks = crossed(Polygon(rim), ways)
    assert count < len(walks) <= 40 * count


turns = st.lists(st.floats(0.05, 1), min_size=5, max_size=9)


@given(turns, st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_walks_across_are_as_short_as_the_area_allows(radii: list[float], seed: int):
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    star = np.round(
        100 * np.array(radii)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), 2
    )
    square = Polygon(star)
    one, other = rng.choice(len(star), 2, replace=False)
    ways = {
        "w2": LineString([star[one], star[one] * 1.5 + 0.5]),
        "w3": LineString([star[other], star[other] * 1.5 + 0.5]),
    }
    streets, walks = crossed(square, ways)
    assert shapely.covers(square.buffer(1e-9), walks.geometry.to_numpy()).all()
    got = walk_m(build_network(streets, walking=Walking()), star[one], star[other])
    graph = nx.Graph()  # every line of sight between any two corners
    for a in range(len(star)):
        for b in range(a):
            if square.covers(LineString([star[a], star[b]])):
                graph.add_edge(a, b, weight=float(np.hypot(*(star[a] - star[b]))))
    best = nx.shortest_path_length(graph, int(one), int(other), weight="weight")
    assert got == pytest.approx(best, abs=1e-6)


def test_helsinki_falls_into_fewer_parts_when_its_squares_are_crossed():
    data = read_osm(helsinki())
    crs = pyproj.CRS.from_epsg(32635)
    around, _ = prepare_streets(data.streets, crs=crs)
    across, _ = prepare_streets(data.streets, crs=crs, squares=data.squares)
    parts = [
        int(build_network(streets, walking=Walking()).component.max()) + 1
        for streets in (around, across)
    ]
    assert parts[1] < parts[0]
    walks = across[across["class"] == SQUARE_CLASS]
    pd.testing.assert_frame_equal(around, across.drop(index=walks.index))
    areas = data.squares.to_crs(crs).geometry.buffer(0.01)
    owner = areas.reindex(walks.index.str.rpartition("_c").get_level_values(0))
    assert shapely.covers(owner.to_numpy(), walks.geometry.to_numpy()).all()
