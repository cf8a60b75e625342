from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.access_points import find_access_points
from layers.checks import Finding
from layers.contracts import check, conform
from layers.crossings import fill_holes, find_crossings, merge_near
from layers.errors import CrsError, KeyConflictError
from layers.gates import GateRules, is_walled
from layers.tables import ACCESS_POINTS, BARRIERS, COMMUNITIES, STREETS

METRES = pyproj.CRS("EPSG:4547")
SQUARE = shapely.box(0, 0, 100, 100)


def communities(**shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"community_id": list(shapes)}, geometry=list(shapes.values()), crs=METRES
    )
    return gpd.GeoDataFrame(conform(COMMUNITIES, frame))


def streets(*lines: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    facts: dict[str, object] = {
        "street_id": [f"s{n}" for n in range(len(lines))],
        "class": "residential",
        "walkable": True,
        "steps": False,
        "bridge": False,
        "tunnel": False,
    }
    frame = gpd.GeoDataFrame(
        pd.DataFrame({**facts, **columns}),
        geometry=[shapely.LineString(line) for line in lines],
        crs=METRES,
    )
    return gpd.GeoDataFrame(conform(STREETS, frame, crs=METRES))


def gates(
    *points: tuple[float, float], source: str = "layer", **columns: object
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({"surveyed_source": [source] * len(points), **columns})
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(p) for p in points], crs=METRES)


def walls(*lines: shapely.Geometry, kind: str = "wall") -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"barrier_id": [f"b{n}" for n in range(len(lines))], "kind": kind},
        geometry=list(lines),
        crs=METRES,
    )
    return gpd.GeoDataFrame(conform(BARRIERS, frame))


def find(
    town: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame,
    *,
    gates: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
) -> tuple[dict[str, tuple[str, float, float]], list[Finding]]:
    """Find access points and give kind and coordinates by id."""
    table, findings = find_access_points(town, ways, gates=gates, barriers=barriers, crs=METRES)
    check(ACCESS_POINTS, table)
    places = {
        str(key): (row["kind"], round(row["geometry"].x, 6), round(row["geometry"].y, 6))
        for key, row in table.iterrows()
    }
    return places, findings


SOUTH_ROAD = [(-200.0, -12.0), (300.0, -12.0)]
THROUGH = [(50.0, -12.0), (50.0, 112.0)]


def test_a_way_that_crosses_the_outline_makes_an_inferred_point_on_it() -> None:
    got, _ = find(communities(a=SQUARE), streets(SOUTH_ROAD, THROUGH))
    assert got == {"a-g1": ("inferred", 50, 100), "a-g2": ("inferred", 50, 0)}


def test_a_way_inside_crosses_where_another_goes_on_outside() -> None:
    ways = streets([(50.0, 50.0), (50.0, 0.0)], [(50.0, 0.0), (50.0, -12.0)])
    got, _ = find(communities(a=SQUARE), ways)
    assert got == {"a-g1": ("inferred", 50, 0)}


def test_a_way_inside_that_ends_at_the_wall_does_not_cross() -> None:
    ways = streets(SOUTH_ROAD, [(50.0, 50.0), (50.0, 0.0)])
    got, _ = find(communities(a=SQUARE), ways)
    assert got["a-g1"][0] == "nearest"


@pytest.mark.parametrize(
    "line",
    [
        [(-50.0, 0.0), (150.0, 0.0)],
        [(0.0, 0.0), (100.0, 0.0)],
        [(-50.0, -50.0), (50.0, 0.0), (150.0, -50.0)],
        [(20.0, 20.0), (50.0, 0.0), (80.0, 20.0)],
        [(-50.0, -0.5), (20.0, 0.8), (60.0, -0.4), (80.0, 1.5), (150.0, -1.0)],
    ],
    ids=["along", "exactly along", "touching from outside", "touching from inside", "waving along"],
)
def test_a_way_along_the_outline_or_touching_it_does_not_cross(
    line: list[tuple[float, float]],
) -> None:
    got, findings = find(communities(a=SQUARE), streets(line))
    assert [place[0] for place in got.values()] == ["nearest"]
    assert [f.code for f in findings] == ["access-point-nearest"]


def test_a_way_that_runs_along_the_outline_and_turns_in_crosses_where_it_turns() -> None:
    got, _ = find(communities(a=SQUARE), streets([(-50.0, 0.0), (30.0, 0.0), (30.0, 60.0)]))
    assert got == {"a-g1": ("inferred", 30, 0)}


def test_ways_joined_to_a_street_along_the_outline_cross_there() -> None:
    ways = streets([(-50.0, 0.0), (60.0, 0.0), (150.0, 0.0)], [(60.0, 0.0), (60.0, 50.0)])
    got, _ = find(communities(a=SQUARE), ways)
    assert got == {"a-g1": ("inferred", 60, 0)}


@pytest.mark.parametrize(
    "facts", [{"walkable": [False]}, {"bridge": [True]}, {"tunnel": [True]}, {"level": [-1]}]
)
def test_only_walkable_ways_on_the_ground_cross(facts: dict[str, list[object]]) -> None:
    got, findings = find(communities(a=SQUARE), streets(THROUGH, **facts))
    assert got == {}
    assert findings[0].code == "access-point-missing"
    assert findings[0].severity == "decide"
    assert "a" in findings[0].en


def test_crossings_up_to_10_m_apart_are_one_entrance() -> None:
    ways = streets(*([(x, -12.0), (x, 50.0)] for x in (40.0, 45.0, 50.0, 70.0)))
    got, _ = find(communities(a=SQUARE), ways)
    assert sorted(place[1:] for place in got.values()) == [(45, 0), (70, 0)]


def test_two_chains_of_one_place_belong_to_two_communities() -> None:
    town = communities(a=SQUARE, b=shapely.box(100, 0, 200, 100))
    got, _ = find(town, streets([(50.0, 50.0), (150.0, 50.0)]))
    assert got == {"a-g1": ("inferred", 100, 50), "b-g1": ("inferred", 100, 50)}


def test_the_hole_of_a_courtyard_is_no_way_out() -> None:
    yard = shapely.Polygon(SQUARE.exterior, [shapely.box(40, 40, 60, 60).exterior])
    got, _ = find(communities(a=yard), streets([(50.0, -12.0), (50.0, 50.0)]))
    assert got == {"a-g1": ("inferred", 50, 0)}


def test_without_gate_or_crossing_the_middle_of_the_side_nearest_to_a_street_stands_in() -> None:
    got, findings = find(communities(a=SQUARE), streets(SOUTH_ROAD, [(50.0, 130.0), (50.0, 300.0)]))
    assert got == {"a-g1": ("nearest", 50, 0)}
    assert "1 community has" in findings[0].en
    assert "1 个小区" in findings[0].zh


def test_surveyed_gates_stand_instead_of_crossings() -> None:
    got, _ = find(
        communities(a=SQUARE), streets(SOUTH_ROAD, THROUGH), gates=gates((0.0, 30.0), (20.0, 0.0))
    )
    assert got == {"a-g1": ("surveyed", 20, 0), "a-g2": ("surveyed", 0, 30)}


def test_a_surveyed_gate_keeps_its_own_id() -> None:
    found = gates((20.0, 0.0), 出入口编号=["东门"])
    got, _ = find(communities(a=SQUARE), streets(SOUTH_ROAD), gates=found)
    assert got == {"东门": ("surveyed", 20, 0)}


def test_two_gates_with_one_id_are_refused() -> None:
    found = gates((20.0, 0.0), (80.0, 0.0), gate_id=["g", "g"])
    with pytest.raises(KeyConflictError) as error:
        find(communities(a=SQUARE), streets(SOUTH_ROAD), gates=found)
    assert "'g'" in error.value.en
    assert "'g'" in error.value.zh


def test_a_gate_is_moved_to_the_crossing_beside_it_or_onto_the_outline() -> None:
    found = gates((43.0, 6.0), (108.0, 40.0))
    got, findings = find(communities(a=SQUARE), streets(SOUTH_ROAD, THROUGH), gates=found)
    assert got == {"a-g1": ("surveyed", 100, 40), "a-g2": ("surveyed", 50, 0)}
    assert "9.2 m" in next(f.en for f in findings if f.code == "gate-moved")


@pytest.mark.parametrize(("away", "kind"), [(15.0, "surveyed"), (15.5, "nearest")])
def test_a_gate_of_the_layer_belongs_to_an_outline_within_15_m(away: float, kind: str) -> None:
    got, findings = find(
        communities(a=SQUARE), streets(SOUTH_ROAD), gates=gates((50.0, 100.0 + away))
    )
    assert got["a-g1"][0] == kind
    assert ("gate-without-community" in {f.code for f in findings}) == (kind == "nearest")


def test_a_gate_in_the_wall_between_two_communities_is_a_gate_of_both() -> None:
    town = communities(a=SQUARE, b=shapely.box(100, 0, 200, 100))
    got, _ = find(town, streets(SOUTH_ROAD), gates=gates((100.0, 50.0), gate_id=["g"]))
    assert got == {"g": ("surveyed", 100, 50), "g-b-g1": ("surveyed", 100, 50)}


def test_the_stated_owner_of_a_gate_goes_before_nearness() -> None:
    town = communities(a=SQUARE, b=shapely.box(106, 0, 200, 100))
    found = gates((100.0, 50.0), 小区编码=["b"])
    got, _ = find(town, streets(SOUTH_ROAD, THROUGH), gates=found)
    assert got["b-g1"] == ("surveyed", 106, 50)
    assert got["a-g1"][0] == "inferred"


def test_a_gate_far_from_its_stated_owner_is_not_used_and_told() -> None:
    found = gates((50.0, 0.0), 小区编码=["b"])
    town = communities(a=SQUARE, b=shapely.box(300, 0, 400, 100))
    got, findings = find(town, streets(SOUTH_ROAD), gates=found)
    assert {place[0] for place in got.values()} == {"nearest"}
    told = next(f for f in findings if f.code == "gate-without-community")
    assert "0 (b)" in told.en
    assert "0 (b)" in told.zh


def test_an_osm_gate_counts_only_where_the_wall_is_mapped() -> None:
    found = gates((20.0, 4.0), source="osm", kind=["gate"]).set_axis(["n7"])
    way = streets(SOUTH_ROAD)
    open_town, findings = find(communities(a=SQUARE), way, gates=found)
    assert open_town["a-g1"][0] == "nearest"
    assert "gate-without-wall" in {f.code for f in findings}
    walled = walls(shapely.LineString([(0, 0), (100, 0), (100, 100)]))
    got, _ = find(communities(a=SQUARE), way, gates=found, barriers=walled)
    assert got == {"n7": ("surveyed", 20, 0)}


@pytest.mark.parametrize(("y", "surveyed"), [(5.0, True), (5.1, False)])
def test_an_osm_gate_counts_at_most_5_m_from_the_outline(y: float, *, surveyed: bool) -> None:
    found = gates((20.0, y), source="osm", kind=["gate"])
    got, _ = find(
        communities(a=SQUARE),
        streets(SOUTH_ROAD),
        gates=found,
        barriers=walls(SQUARE, kind="fence"),
    )
    assert any(place[0] == "surveyed" for place in got.values()) == surveyed


def test_the_door_of_a_building_is_no_gate() -> None:
    found = gates((20.0, 0.0), source="osm", kind=["entrance"])
    got, _ = find(communities(a=SQUARE), streets(SOUTH_ROAD), gates=found, barriers=walls(SQUARE))
    assert got["a-g1"][0] == "nearest"


def test_a_wall_along_half_of_the_outline_makes_a_walled_community() -> None:
    outline = shapely.boundary(np.array([SQUARE], dtype=object))
    half = shapely.LineString([(0, -3), (100, -3), (103, 100)])
    less = shapely.LineString([(0, -3), (100, -3)])
    far = shapely.LineString([(0, -6), (106, -6), (106, 106), (-6, 106)])
    for wall, walled in ((half, True), (less, False), (far, False)):
        assert is_walled(outline, walls(wall), rules=GateRules()).tolist() == [walled]
    assert not is_walled(outline, walls(half, kind="river"), rules=GateRules()).any()


def test_gates_of_a_map_provider_are_inferred_and_join_crossings() -> None:
    found = gates((56.0, -8.0), (0.0, 60.0), source="amap")
    got, _ = find(communities(a=SQUARE), streets(SOUTH_ROAD, THROUGH), gates=found)
    assert got == {
        "a-g1": ("inferred", 50, 100),
        "a-g2": ("inferred", 50, 0),
        "a-g3": ("inferred", 0, 60),
    }


def test_entrances_of_facilities_stay_where_they_are() -> None:
    found = gates((500.0, 7.0), owner=["facility"], owner_id=["f1"])
    table, _ = find_access_points(
        communities(a=SQUARE), streets(SOUTH_ROAD), gates=found, crs=METRES
    )
    row = table.loc["f1-e1"]
    assert (row["owner"], row["owner_id"], row["geometry"].x) == ("facility", "f1", 500)


def test_a_community_in_two_parts_has_the_entrances_of_both() -> None:
    parts = shapely.MultiPolygon([SQUARE, shapely.box(200, 0, 300, 100)])
    got, _ = find(communities(a=parts), streets([(-20.0, 50.0), (320.0, 50.0)]))
    assert sorted(place[1] for place in got.values()) == [0, 100, 200, 300]


def test_degrees_are_refused() -> None:
    with pytest.raises(CrsError):
        find_access_points(
            communities(a=SQUARE).to_crs("EPSG:4326"), streets(SOUTH_ROAD), crs=METRES
        )


def test_holes_are_filled_and_parts_are_kept() -> None:
    ring = shapely.Polygon(SQUARE.exterior, [shapely.box(40, 40, 60, 60).exterior])
    both = shapely.MultiPolygon([ring, shapely.box(200, 0, 300, 100)])
    filled = fill_holes(np.array([ring, both], dtype=object))
    assert shapely.area(filled).tolist() == [10_000, 20_000]


def test_merging_nothing_gives_nothing() -> None:
    none = np.empty(0, dtype=np.intp)
    assert merge_near(none, np.empty(0, dtype=object), none, 10.0).tolist() == []
    assert find_crossings(np.empty(0, dtype=object), np.empty(0, dtype=object)).empty


LINES = st.lists(
    st.lists(
        st.tuples(st.integers(-60, 160), st.integers(-60, 160)), min_size=2, max_size=4, unique=True
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_order_of_streets_changes_nothing_and_every_point_is_on_the_outline(
    lines: list[list[tuple[float, float]]], chance: object
) -> None:
    town = communities(a=SQUARE, b=shapely.box(120, 20, 150, 140))
    ways = streets(*lines)
    shuffled = ways.sample(frac=1, random_state=chance.randint(0, 9))  # type: ignore[attr-defined]  # hypothesis hands a random.Random
    first, _ = find_access_points(town, ways, crs=METRES)
    other, _ = find_access_points(town, gpd.GeoDataFrame(shuffled), crs=METRES)
    assert first.equals(other)
    outline = town.geometry.boundary.loc[first["owner_id"]]
    assert (first.geometry.distance(outline, align=False) < 1e-6).all()
    assert set(first["owner_id"]) == {"a", "b"}


@settings(max_examples=25, deadline=None)
@given(LINES, st.integers(-5, 5), st.integers(-5, 5))
def test_moving_the_town_moves_its_crossings(
    lines: list[list[tuple[float, float]]], east: int, north: int
) -> None:
    ways = np.array([shapely.LineString(line) for line in lines], dtype=object)
    town = np.array([SQUARE], dtype=object)
    step = np.array([1000.0 * east, 1000.0 * north])
    here = find_crossings(town, ways)["point"].to_numpy()
    there = find_crossings(
        shapely.transform(town, lambda xy: xy + step), shapely.transform(ways, lambda xy: xy + step)
    )["point"].to_numpy()
    moved = shapely.get_coordinates(there) - step
    assert moved == pytest.approx(shapely.get_coordinates(here), abs=1e-6)
