"""Buildings: storeys, communities, and the sharing of households."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from layers.buildings import prepare_buildings, share_households
from layers.contracts import check, conform
from layers.errors import KeyConflictError
from layers.osm import read_osm
from layers.tables import BUILDINGS, COMMUNITIES
from tests.osm_text import SHARED, helsinki

CRS = pyproj.CRS.from_epsg(4547)
HOUSE = box(0, 0, 10, 10)


def communities(**households: float | None) -> gpd.GeoDataFrame:
    """Communities of 100 m beside each other, from west to east."""
    frame = gpd.GeoDataFrame(
        {"community_id": list(households), "households": list(households.values())},
        geometry=[box(100 * n, 0, 100 * n + 100, 100) for n in range(len(households))],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(COMMUNITIES, frame))


def raw(*shapes: object, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def test_a_building_belongs_to_the_community_with_most_of_its_ground():
    table, _ = prepare_buildings(
        raw(
            box(10, 10, 20, 20), box(94, 0, 104, 10), box(95, 20, 105, 30), box(150, 300, 160, 310)
        ),
        communities(a=1, b=1),
        crs=CRS,
    )
    check(BUILDINGS, table)
    assert table["community_id"].fillna("-").tolist() == ["a", "a", "a", "-"]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("6", 6),
        ("5.5", 5.5),
        ("5-6", 6),
        ("6;7", 7),
        ("6层", 6),
        ("0", None),
        ("-3", None),
        ("-1至6", 6),
        ("many", None),
        ("300", None),
        (None, None),
    ],
)
def test_storeys_are_read_as_the_largest_number(text: str | None, levels: float | None):
    table, findings = prepare_buildings(raw(HOUSE, levels=[text]), communities(), crs=CRS)
    found = table["levels"].iloc[0]
    assert np.isnan(found) if levels is None else found == levels
    doubted = [f for f in findings if f.code == "building-levels-unreadable"]
    assert bool(doubted) is (levels is None and text is not None)
    assert all(repr(text) in finding.en and repr(text) in finding.zh for finding in doubted)


def test_flats_are_households_and_uses_without_homes_have_none():
    table, _ = prepare_buildings(
        raw(
            *[HOUSE] * 4,
            building=["apartments", "school", "yes", "retail"],
            flats=["24", None, None, "2"],
        ),
        communities(),
        crs=CRS,
    )
    assert table["households"].fillna(-1).tolist() == [24, 0, -1, 2]


def test_a_bureaus_columns_are_found_by_their_names():
    table, _ = prepare_buildings(
        raw(
            *[HOUSE] * 3,
            层数=[6, 2, None],
            户数=["36", None, None],
            用途=["住宅", "商业", None],
            building_id=["001", "002", "003"],
        ),
        communities(a=50),
        crs=CRS,
    )
    check(BUILDINGS, table)
    assert table.index.tolist() == ["001", "002", "003"]
    assert table["levels"].fillna(-1).tolist() == [6, 2, -1]
    assert table["households"].fillna(-1).tolist() == [36, 0, -1]


def test_what_is_no_valid_polygon_is_left_out_and_listed():
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    table, findings = prepare_buildings(raw(HOUSE, Point(1, 1), bow), communities(), crs=CRS)
    assert table.index.tolist() == ["0"]
    assert findings[0].code == "building-no-polygon"
    assert "1, 2" in findings[0].en


def test_missing_storeys_inside_communities_are_counted():
    _, findings = prepare_buildings(
        raw(HOUSE, box(20, 0, 30, 10), levels=["6", None]), communities(a=1), crs=CRS
    )
    assert [finding.code for finding in findings] == ["building-levels-missing"]
    assert "1 of 2 buildings" in findings[0].en
    assert "2 栋楼中有 1 栋" in findings[0].zh


def test_a_layer_of_another_place_is_a_finding():
    far = raw(box(5000, 0, 5010, 10), box(5020, 0, 5030, 10), levels=["6", "6"])
    _, findings = prepare_buildings(far, communities(a=1), crs=CRS)
    assert [finding.code for finding in findings] == ["building-elsewhere"]
    assert "none of 2 buildings stands in a community" in findings[0].en
    assert "2 栋楼没有一栋在小区内" in findings[0].zh


@pytest.mark.parametrize("homes", ["inf", "1e300", "-4", "nan"])
def test_impossible_numbers_of_homes_are_left_to_be_shared(homes: str):
    places = communities(a=90)
    table, _ = prepare_buildings(raw(HOUSE, HOUSE, flats=[homes, "30"]), places, crs=CRS)
    assert share_households(table, places)["households"].tolist() == [60.0, 30.0]


def test_doubled_ids_are_refused():
    with pytest.raises(KeyConflictError, match="'7' stands in 2 rows"):
        prepare_buildings(raw(HOUSE, HOUSE, building_id=["7", "7"]), communities(), crs=CRS)


def buildings(*rows: tuple[str | None, float | None, float | None]) -> gpd.GeoDataFrame:
    """Make buildings of 100 m² from community, levels and households."""
    frame = gpd.GeoDataFrame(
        {
            "building_id": [f"b{n}" for n in range(len(rows))],
            "community_id": [row[0] for row in rows],
            "levels": [row[1] for row in rows],
            "households": [row[2] for row in rows],
        },
        geometry=[HOUSE] * len(rows),
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(BUILDINGS, frame))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # in proportion to storeys times footprint
        ([("a", 6, None), ("a", 4, None)], [60, 40]),
        # missing storeys count with the community's median
        ([("a", 6, None), ("a", 2, None), ("a", None, None)], [50, 100 / 6, 100 / 3]),
        # no storeys at all: footprint alone
        ([("a", None, None), ("a", None, None)], [50, 50]),
        # known to hold no home
        ([("a", 6, None), ("a", 6, 0)], [100, 0]),
        # given numbers stay, the rest is shared
        ([("a", 6, 70), ("a", 4, None), ("a", 2, None)], [70, 20, 10]),
        # all given: scaled to the community
        ([("a", 6, 20), ("a", 4, 30)], [40, 60]),
        # given more than the community has: shared by floor space
        ([("a", 6, 150), ("a", 4, None)], [60, 40]),
        # outside any community
        ([("a", 6, None), (None, 6, None)], [100, None]),
        # a community of unknown households
        ([("b", 6, None), ("b", 6, 12)], [None, 12]),
    ],
)
def test_households_are_shared_over_buildings(
    rows: list[tuple[str | None, float | None, float | None]], expected: list[float | None]
):
    table = share_households(buildings(*rows), communities(a=100, b=None))
    check(BUILDINGS, table)
    shared = [None if np.isnan(value) else value for value in table["households"]]
    assert shared == [None if value is None else pytest.approx(value) for value in expected]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.one_of(st.none(), st.integers(1, 30)),
            st.one_of(st.none(), st.integers(1, 60)),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=50, deadline=None)
def test_the_sum_over_buildings_is_that_of_the_community(rows: list[tuple[str, int, int]]):
    table = share_households(buildings(*rows), communities(a=100, b=40))
    sums = table.groupby("community_id")["households"].sum()
    for community, households in {"a": 100, "b": 40}.items():
        if community in sums.index:
            assert sums[community] == pytest.approx(households)
    assert (table["households"] >= -1e-9).all()


def test_sharing_leaves_its_input_as_it_was():
    given_ = buildings(("a", 6, None))
    before = given_.copy()
    share_households(given_, communities(a=10))
    pd.testing.assert_frame_equal(given_, before)


def test_buildings_of_helsinki_stand_in_its_communities():
    data = read_osm(helsinki())
    crs = pyproj.CRS.from_epsg(32635)
    areas = data.communities.to_crs(crs).rename_axis("community_id")
    table, _ = prepare_buildings(data.buildings, areas, crs=crs)
    check(BUILDINGS, table)
    assert table["community_id"].nunique() == 13
    assert table["levels"].notna().sum() > 100


def test_buildings_of_zhuhai_stand_in_eleven_communities():
    path = SHARED / "zhuhai/zhuhai_xiangzhou_2022.osm.pbf"
    if not path.exists():
        pytest.skip("the real extracts are not on this machine")
    data = read_osm(path)
    crs = pyproj.CRS.from_epsg(4546)
    areas = data.communities.to_crs(crs).rename_axis("community_id")
    table, _ = prepare_buildings(data.buildings, areas, crs=crs)
    assert len(table) == 358
    assert table["levels"].notna().sum() == 19
    assert table["community_id"].nunique() == 11
