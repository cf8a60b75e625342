"""Barriers and the ground of the base map."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
from shapely import LineString, Point, box

from layers.barriers import prepare_barriers
from layers.contracts import check
from layers.errors import CrsError, KeyConflictError
from layers.land import prepare_land
from layers.osm import read_osm
from layers.tables import BARRIERS, LAND
from tests.osm_text import helsinki

CRS = pyproj.CRS.from_epsg(4547)
LINE = LineString([(0, 0), (100, 0)])


def raw(*shapes: object, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def test_culverts_tunnels_and_viaducts_stop_nobody_and_are_listed():
    table, findings = prepare_barriers(
        raw(
            *[LINE] * 4,
            kind=["river", "river", "railway", "wall"],
            name=["洛河", None, None, None],
            bridge=[False, False, True, False],
            tunnel=[False, True, False, False],
        ).set_axis(pd.Index(["w1", "w2", "w3", "w4"], name="osm_id")),
        crs=CRS,
    )
    check(BARRIERS, table)
    assert table["kind"].to_dict() == {"w1": "river", "w4": "wall"}
    assert table["name"].to_dict()["w1"] == "洛河"
    assert [finding.code for finding in findings] == ["barrier-passable"]
    assert "w2, w3" in findings[0].en
    assert "w2, w3" in findings[0].zh


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("围墙", "wall"),
        ("小区围墙", "wall"),
        ("铁艺栅栏", "fence"),
        ("道路护栏", "fence"),
        ("河流", "river"),
        ("灌渠", "river"),
        ("陇海铁路", "railway"),
        ("Wall", "wall"),
        ("other", "other"),
        ("陡坎", "other"),
    ],
)
def test_a_bureaus_words_for_kinds_are_understood(word: str, kind: str):
    table, _ = prepare_barriers(raw(LINE, 类别=[word]), crs=CRS)
    assert table["kind"].tolist() == [kind]


def test_a_kind_that_is_not_known_counts_as_other_and_is_listed_and_none_is_no_doubt():
    table, findings = prepare_barriers(raw(LINE, LINE, 类型=["陡坎", None]), crs=CRS)
    assert table["kind"].tolist() == ["other", "other"]
    assert [finding.code for finding in findings] == ["barrier-kind-unknown"]
    assert "'陡坎'" in findings[0].en


def test_points_are_no_barriers():
    table, findings = prepare_barriers(raw(LINE, Point(1, 1)), crs=CRS)
    assert table.index.tolist() == ["0"]
    assert findings[0].code == "barrier-no-line"


def test_doubled_ids_and_missing_systems_are_refused():
    with pytest.raises(KeyConflictError, match="'7' stands in 2 rows"):
        prepare_barriers(raw(LINE, LINE, barrier_id=["7", "7"]), crs=CRS)
    with pytest.raises(CrsError):
        prepare_barriers(raw(LINE).set_crs(None, allow_override=True), crs=CRS)


def test_no_barriers_give_an_empty_table():
    table, findings = prepare_barriers(raw(), crs=CRS)
    check(BARRIERS, table)
    assert len(table) == 0
    assert findings == []


def test_land_is_cut_at_the_extent_and_what_lies_outside_goes():
    ground = raw(
        box(-50, -50, 50, 50),
        LINE,
        box(200, 200, 210, 210),
        kind=["water", "railway", "green"],
        name=["湖", None, None],
    ).set_axis(pd.Index(["w1", "w2", "w3"], name="osm_id"))
    table = prepare_land(ground, crs=CRS, extent=box(0, -100, 100, 100))
    check(LAND, table)
    assert table.index.tolist() == ["w1", "w2"]
    assert table.area.tolist() == [5000, 0]
    whole = prepare_land(ground, crs=CRS)
    assert whole.index.tolist() == ["w1", "w2", "w3"]


def test_helsinki_has_walls_railways_and_a_base_map():
    data = read_osm(helsinki())
    crs = pyproj.CRS.from_epsg(32635)
    table, _ = prepare_barriers(data.barriers, crs=crs)
    check(BARRIERS, table)
    assert set(table["kind"]) >= {"wall", "fence", "railway"}
    land = prepare_land(data.land, crs=crs)
    check(LAND, land)
    assert set(land["kind"]) == {"water", "green", "railway"}
