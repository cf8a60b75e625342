"""The built-up area: how much of each community lies in it."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from layers.built_up import measure_built_up
from layers.contracts import check, conform
from layers.errors import CrsError, GeometryError, InputError
from layers.tables import COMMUNITIES

CRS = pyproj.CRS.from_epsg(4547)


def homes(*shapes: Polygon) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({"community_id": [f"c{n}" for n in range(len(shapes))]})
    return gpd.GeoDataFrame(
        conform(COMMUNITIES, gpd.GeoDataFrame(frame, geometry=list(shapes), crs=CRS))
    )


def town(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


ROW = homes(*(box(x, 0, x + 10, 10) for x in (0, 95, 94, 200)))


def test_the_share_of_each_outline_inside_is_measured_and_who_is_cut_is_listed():
    got, findings = measure_built_up(ROW, town(box(-50, -50, 100, 50)), crs=CRS)
    check(COMMUNITIES, got)
    assert got["built_up_share"].tolist() == [1.0, 0.5, 0.6, 0.0]
    assert [one.code for one in findings] == ["built-up-cuts"]
    assert "2 communities (share inside): c1 50%, c2 60%" in findings[0].en
    assert "2 个小区" in findings[0].zh
    assert ROW["built_up_share"].isna().all()


def test_overlapping_and_neighbouring_polygons_are_one_area():
    halves = town(box(-50, -50, 5, 50), box(3, -50, 8, 50), box(8, -50, 100, 50))
    got, _ = measure_built_up(ROW, halves, crs=CRS)
    assert got["built_up_share"].tolist() == [1.0, 0.5, 0.6, 0.0]


def test_another_system_is_brought_into_that_of_the_job():
    place = homes(box(500_000, 3_845_000, 500_100, 3_845_100))
    around = gpd.GeoDataFrame(geometry=[box(499_000, 3_844_000, 501_000, 3_846_000)], crs=CRS)
    got, findings = measure_built_up(place, around.to_crs(4490), crs=CRS)
    assert got["built_up_share"].tolist() == [1.0]
    assert findings == []


def test_an_area_that_holds_nobody_is_a_wrong_file_and_not_a_verdict():
    with pytest.raises(InputError) as caught:
        measure_built_up(ROW, town(box(10_000, 0, 10_100, 100)), crs=CRS)
    assert "none of 4 communities" in caught.value.en
    assert "9.8 km" in caught.value.en
    assert "4 个小区全部在建成区" in caught.value.zh


@pytest.mark.parametrize("shape", [Point(1, 1), LineString([(0, 0), (9, 9)])])
def test_points_and_lines_are_no_area(shape: object):
    with pytest.raises(GeometryError) as caught:
        measure_built_up(ROW, town(box(0, 0, 9, 9), shape), crs=CRS)
    assert "not a polygon" in caught.value.en
    assert "不是面" in caught.value.zh


def test_a_layer_without_a_system_is_refused():
    with pytest.raises(CrsError):
        measure_built_up(ROW, town(box(0, 0, 9, 9)).set_crs(None, allow_override=True), crs=CRS)


@given(
    st.lists(st.integers(-40, 240), min_size=1, max_size=4, unique=True),
    st.permutations(range(4)),
    st.integers(-60, 60),
)
def test_order_of_rows_cuts_of_the_area_and_a_shift_change_nothing(
    cuts: list[int], order: list[int], shift: int
):
    whole = box(-50, -20, 150, 7)
    got, _ = measure_built_up(ROW, town(whole), crs=CRS)
    edges = [-50, *sorted(x for x in cuts if -50 < x < 150), 150]
    parts = [box(a, -20, b, 7) for a, b in pairwise(edges)]
    moved = [shapely.transform(part, lambda xy: xy + shift) for part in reversed(parts)]
    shifted = ROW.iloc[order].set_geometry(ROW.iloc[order].translate(shift, shift))
    other, _ = measure_built_up(shifted, town(*moved), crs=CRS)
    pd.testing.assert_series_equal(
        other["built_up_share"].sort_index(), got["built_up_share"], atol=1e-6
    )
    # 0.7 of the height of those whose columns lie inside
    assert got["built_up_share"].tolist() == [0.7, 0.7, 0.7, 0.0]
