"""Geometry put right with an account: small faults mended, doubtful ones refused by row."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box, from_wkt

from layers.errors import GeometryError, InputError
from layers.repair import drop_unusable, name_rows, repair_polygons

BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
SPIKE = Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 120), (50, 100), (0, 100)])
BEIJING = Path(__file__).parents[3] / "shared" / "data" / "beijing" / "beijing_subdistricts.gpkg"


def small_loop(size: float) -> Polygon:
    """Draw a square of 100 m whose last corner is crossed, so that a loop of `size` hangs on it."""
    return Polygon(
        [
            (0, 0),
            (100, 0),
            (100, 100),
            (size, 100),
            (-size, 100 - size),
            (-size, 100),
            (0, 100 - size),
        ]
    )


def frame(*shapes: object) -> gpd.GeoDataFrame:
    keys = [f"c{number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame(geometry=list(shapes), index=keys, crs="EPSG:4547")


def test_valid_polygons_pass_without_a_word() -> None:
    given_frame = frame(box(0, 0, 1, 1), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]))
    repaired, findings = repair_polygons(given_frame, "communities")
    assert findings == []
    assert repaired.geometry.geom_equals(given_frame.geometry).all()


@pytest.mark.parametrize("shape", [SPIKE, small_loop(2.0)])
def test_a_small_fault_is_mended_and_listed(shape: Polygon) -> None:
    assert not shape.is_valid
    repaired, findings = repair_polygons(frame(box(0, 0, 1, 1), shape), "communities")
    assert repaired.geometry.is_valid.all()
    assert set(repaired.geom_type) <= {"Polygon", "MultiPolygon"}
    assert repaired.geometry.iloc[1].area == pytest.approx(10_000.0, rel=0.01)
    assert [finding.row_key for finding in findings] == ["c1"]
    assert findings[0].code == "geometry-repaired"
    assert "c1" in findings[0].zh
    assert "%" in findings[0].en


def test_a_bow_tie_is_refused_because_nobody_knows_what_was_meant() -> None:
    with pytest.raises(GeometryError) as caught:
        repair_polygons(frame(box(0, 0, 1, 1), BOW_TIE), "communities")
    assert "row 'c1'" in caught.value.en
    assert "100%" in caught.value.en
    assert "行 'c1'" in caught.value.zh


@pytest.mark.parametrize(
    ("shape", "word"),
    [
        (None, "None"),
        (Polygon(), "encloses no area"),
        (Polygon([(0, 0), (1, 1), (2, 2)]), "encloses no area"),
        (LineString([(0, 0), (1, 1)]), "LineString"),
        (Point(0, 0), "Point"),
    ],
)
def test_what_encloses_nothing_is_refused_by_row(shape: object, word: str) -> None:
    with pytest.raises(GeometryError) as caught:
        repair_polygons(frame(shape, box(0, 0, 1, 1), shape), "communities")
    assert "2 row(s)" in caught.value.en
    assert word in caught.value.en
    assert "'c2'" in caught.value.zh


def test_parts_that_overlap_count_as_changed_area() -> None:
    twice = MultiPolygon([box(0, 0, 10, 10), box(0, 0, 10, 10)])
    with pytest.raises(GeometryError, match="100%"):
        repair_polygons(frame(twice), "communities")
    hardly = MultiPolygon([box(0, 0, 10, 10), box(9.99, 0, 20, 10)])
    repaired, _ = repair_polygons(frame(hardly), "communities")
    assert repaired.geometry.iloc[0].area == pytest.approx(200.0)


def test_the_callers_frame_is_not_changed() -> None:
    given_frame = frame(SPIKE)
    repair_polygons(given_frame, "communities")
    assert given_frame.geometry.iloc[0].equals_exact(SPIKE)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=8))
def test_any_ring_is_either_valid_in_the_end_or_refused(ring: list[tuple[int, int]]) -> None:
    shape = Polygon(ring)
    try:
        repaired, _ = repair_polygons(frame(shape), "communities")
    except GeometryError:
        assert shape.area == 0 or not shape.is_valid
    else:
        assert repaired.geometry.is_valid.all()
        assert repaired.geometry.iloc[0].area == pytest.approx(shape.area, rel=0.011)


@pytest.mark.skipif(not BEIJING.exists(), reason="real data are not beside the checkout")
def test_the_six_broken_street_offices_of_beijing_are_mended() -> None:
    raw = gpd.read_file(BEIJING)
    repaired, findings = repair_polygons(raw, "subdistricts")
    assert len(findings) == 6
    assert repaired.geometry.is_valid.all()


def test_rows_without_a_place_are_left_out_by_kind() -> None:
    shapes = [Point(1, 2), None, Point(), Point(np.nan, 1), Point(1, np.inf), Point(1e300, 0)]
    kept, findings = drop_unusable(frame(*shapes), role="gates", path="{x}.csv")
    assert kept.index.tolist() == ["c0"]
    assert [finding.code for finding in findings] == ["geometry-missing", "coordinates-not-finite"]
    assert "c1, c2" in findings[0].zh
    assert "c3, c4, c5" in findings[1].en
    assert "{x}.csv" in findings[1].zh


def test_no_row_left_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        drop_unusable(frame(None, Point()), role="gates", path="a.csv")
    assert "2 row(s)" in caught.value.en
    assert "2 行" in caught.value.zh


def test_heights_are_dropped() -> None:
    kept, _ = drop_unusable(frame(from_wkt("POINT Z (1 2 3)")), role="gates", path="a")
    assert not kept.geometry.has_z.any()


def test_long_lists_of_rows_are_cut() -> None:
    assert name_rows([1, 2]) == "1, 2"
    assert name_rows(range(13)).endswith("9 (+3)")
