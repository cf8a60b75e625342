"""Footways beside a street do not lengthen it; ways of their own do."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from layers.contracts import check, conform
from layers.parallels import mark_parallel, street_length_m
from layers.tables import STREETS

ROAD = LineString([(0, 0), (200, 0)])


def streets(*rows: tuple[str, LineString], walkable: bool = True) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {
            "class": [name for name, _ in rows],
            "walkable": walkable,
            "steps": False,
            "bridge": False,
            "tunnel": False,
        },
        index=pd.Index([f"s{n}" for n in range(len(rows))], name="street_id"),
        geometry=[line for _, line in rows],
        crs=4547,
    )
    return gpd.GeoDataFrame(conform(STREETS, table))


def is_parallel(way: LineString, name: str = "footway", road: LineString = ROAD) -> bool:
    marked = mark_parallel(streets(("residential", road), (name, way)))
    check(STREETS, marked)
    assert not marked["parallel"].iloc[0]
    return bool(marked["parallel"].iloc[1])


@pytest.mark.parametrize(("away", "expected"), [(5, True), (15, True), (15.1, False)])
def test_a_footway_within_fifteen_metres_is_part_of_the_street(away: float, expected: object):
    assert is_parallel(LineString([(0, away), (200, away)])) is expected


@pytest.mark.parametrize(("degrees", "expected"), [(0, True), (19, True), (21, False), (90, False)])
def test_a_footway_that_turns_away_is_a_way_of_its_own(degrees: float, expected: object):
    turn = np.radians(degrees)
    way = LineString([(100, 0.1), (100 + 14 * np.cos(turn), 0.1 + 14 * np.sin(turn))])
    assert is_parallel(way) is expected


@pytest.mark.parametrize(("beside", "expected"), [(90, True), (70, False)])
def test_four_fifths_of_a_footway_decide(beside: float, expected: object):
    assert is_parallel(LineString([(0, 5), (beside, 5), (beside, 105 - beside)])) is expected


def test_the_direction_in_which_either_is_drawn_does_not_matter():
    assert is_parallel(LineString([(200, 5), (0, 5)]))


def test_a_sidewalk_beside_a_road_of_several_pieces_is_part_of_it():
    pieces = [("residential", LineString([(10 * n, 0), (10 * n + 10, 0)])) for n in range(20)]
    marked = mark_parallel(streets(*pieces, ("footway", LineString([(0, 6), (200, 6)]))))
    assert marked.loc["s20", "parallel"]


@pytest.mark.parametrize("name", ["residential", "pedestrian", "steps", "支路"])
def test_only_footways_can_be_part_of_another_street(name: str):
    assert not is_parallel(LineString([(0, 5), (200, 5)]), name)


def test_a_footway_beside_a_road_that_cannot_be_walked_is_the_street():
    table = streets(("trunk", ROAD), ("footway", LineString([(0, 5), (200, 5)])))
    table.loc["s0", "walkable"] = False
    assert not mark_parallel(table)["parallel"].any()


def test_what_is_tagged_as_part_of_a_street_stays_so():
    table = streets(("footway", LineString([(0, 500), (200, 500)])))
    marked = mark_parallel(table.assign(parallel=pd.array([True], dtype="boolean")))
    assert marked["parallel"].tolist() == [True]


def test_the_length_of_streets_counts_each_once():
    table = streets(
        ("residential", ROAD),
        ("footway", LineString([(0, 6), (200, 6)])),
        ("footway", LineString([(0, -6), (200, -6)])),
        ("path", LineString([(0, 0), (0, 100)])),
    )
    assert street_length_m(mark_parallel(table)) == pytest.approx(300)


def test_no_streets_have_no_length():
    assert street_length_m(mark_parallel(streets().set_crs(4547, allow_override=True))) == 0


@given(st.floats(0, np.pi), st.permutations(range(3)))
@settings(deadline=None, max_examples=30)
def test_turning_the_city_and_shuffling_its_rows_change_nothing(turn: float, order: list[int]):
    rows = [
        ("residential", ROAD),
        ("footway", LineString([(0, 6), (200, 6)])),
        ("footway", LineString([(50, 6), (60, 150)])),
    ]
    table = streets(*rows)
    c, s = np.cos(turn), np.sin(turn)
    turned = table.set_geometry(table.geometry.affine_transform([c, -s, s, c, 1000, 1000]))
    marked = mark_parallel(turned.iloc[order])
    assert marked["parallel"].sort_index().tolist() == [False, True, False]
    assert shapely.length(marked.geometry.to_numpy()).all()
