"""Reference systems: one in metres for a job, and clear words where there is none."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from layers.crs import choose_crs, metric_fault, parse_crs, require_metric, to_metric
from layers.errors import CrsError


def around(lon: float, lat: float, reach: float = 0.05) -> tuple[float, float, float, float]:
    return lon - reach, lat - reach, lon + reach, lat + reach


def points(*places: tuple[float, float], crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    keys = [f"p{number}" for number in range(len(places))]
    return gpd.GeoDataFrame(geometry=[Point(place) for place in places], index=keys, crs=crs)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        pytest.param(112.79, 34.73, 4547, id="Yanshi: CM 114E"),
        pytest.param(112.45, 34.62, 4546, id="Luoyang, just west of the edge: CM 111E"),
        pytest.param(113.54, 22.27, 4547, id="Zhuhai"),
        pytest.param(116.32, 40.00, 4548, id="Beijing: CM 117E"),
        pytest.param(73.9, 39.5, 4534, id="the far west keeps the first zone"),
        pytest.param(24.94, 60.17, 32635, id="Helsinki: UTM 35N"),
        pytest.param(-51.2, -30.05, 32722, id="Porto Alegre: UTM 22S"),
        pytest.param(179.9, -17.0, 32760, id="the last UTM zone"),
    ],
)
def test_auto_takes_the_zone_of_the_city(lon: float, lat: float, epsg: int) -> None:
    assert choose_crs("auto", around(lon, lat)).to_epsg() == epsg


def test_exactly_between_two_meridians_the_eastern_zone_is_taken() -> None:
    assert choose_crs("auto", (112.0, 34.0, 113.0, 35.0)).to_epsg() == 4547


@given(st.floats(74.0, 134.9), st.floats(18.1, 53.9))
def test_the_chosen_meridian_is_never_more_than_a_zone_away(lon: float, lat: float) -> None:
    crs = choose_crs("auto", (lon, lat, lon, lat))
    assert metric_fault(crs) is None
    operation = crs.coordinate_operation
    assert operation is not None
    meridian = {p.name: p.value for p in operation.params}["Longitude of natural origin"]
    assert abs(meridian - lon) <= 1.5 + 1e-9


def test_a_named_metric_system_is_taken_as_it_is() -> None:
    assert choose_crs("EPSG:4547", around(112.79, 34.73)).to_epsg() == 4547
    assert choose_crs("4546", around(112.45, 34.6)).to_epsg() == 4546


@pytest.mark.parametrize(
    ("spec", "en", "zh"),
    [
        ("EPSG:4490", "in degrees (China Geodetic Coordinate System 2000)", "以度为单位"),
        ("EPSG:3857", "map of the world (WGS 84 / Pseudo-Mercator)", "世界地图投影"),
        ("EPSG:2263", "US survey foot", "US survey foot"),
        ("EPSG:5773", "no projected system", "不是投影坐标系"),
    ],
)
def test_a_system_without_metres_is_refused_and_the_right_one_named(
    spec: str, en: str, zh: str
) -> None:
    with pytest.raises(CrsError) as caught:
        choose_crs(spec, around(112.79, 34.73))
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert "EPSG:4547" in caught.value.en
    assert "EPSG:4547" in caught.value.zh


def test_an_unknown_system_is_refused_by_its_name() -> None:
    with pytest.raises(CrsError) as caught:
        parse_crs("EPSG:99999")
    assert "'EPSG:99999'" in caught.value.en
    assert "'EPSG:99999'" in caught.value.zh


def test_a_system_made_for_another_place_is_refused() -> None:
    with pytest.raises(CrsError) as caught:
        choose_crs("EPSG:4554", around(112.79, 34.73))
    assert "112.7900 E" in caught.value.en
    assert "EPSG:4547" in caught.value.zh


def test_the_neighbouring_zone_may_be_named_on_purpose() -> None:
    assert choose_crs("EPSG:4547", around(112.45, 34.6)).to_epsg() == 4547


@pytest.mark.parametrize(
    "bounds",
    [
        (float("nan"), 34.0, 113.0, 35.0),
        (113.0, 34.0, 112.0, 35.0),
        (500_000.0, 3_800_000.0, 501_000.0, 3_801_000.0),
    ],
)
def test_bounds_that_are_no_degrees_are_refused(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(CrsError) as caught:
        choose_crs("auto", bounds)
    assert repr(bounds) in caught.value.en
    assert repr(bounds) in caught.value.zh


def test_data_on_two_ends_of_the_country_are_refused() -> None:
    with pytest.raises(CrsError) as caught:
        choose_crs("auto", (106.0, 26.0, 116.0, 34.0))
    assert "10.00 x 8.00 degrees" in caught.value.en
    assert "10.00° x 8.00°" in caught.value.zh


def test_nothing_is_chosen_at_the_pole() -> None:
    with pytest.raises(CrsError, match="86"):
        choose_crs("auto", around(20.0, 86.0))


def test_to_metric_keeps_the_keys_and_measures_metres() -> None:
    moved = to_metric(points((114.0, 34.0), (114.01, 34.0)), pyproj.CRS.from_epsg(4547))
    assert list(moved.index) == ["p0", "p1"]
    assert moved.geometry.iloc[0].x == pytest.approx(500_000.0)
    assert moved.geometry.iloc[0].distance(moved.geometry.iloc[1]) == pytest.approx(924.0, abs=1.0)


def test_to_metric_refuses_a_table_without_a_system() -> None:
    with pytest.raises(CrsError) as caught:
        to_metric(points((114.0, 34.0), crs=None), pyproj.CRS.from_epsg(4547))
    assert "[inputs]" in caught.value.en
    assert "坐标系" in caught.value.zh


def test_to_metric_refuses_degrees_as_a_target() -> None:
    with pytest.raises(CrsError, match="degrees"):
        to_metric(points((114.0, 34.0)), pyproj.CRS.from_epsg(4326))


def test_to_metric_names_the_row_that_cannot_be_carried_over() -> None:
    with pytest.raises(CrsError) as caught:
        to_metric(points((114.0, 34.0), (34.7, 112.8)), pyproj.CRS.from_epsg(4547))
    assert "'p1'" in caught.value.en
    assert "112.8" in caught.value.zh


def test_to_metric_carries_an_empty_table() -> None:
    assert to_metric(points(), pyproj.CRS.from_epsg(4547)).crs.to_epsg() == 4547


@pytest.mark.parametrize(
    ("crs", "en", "zh"),
    [
        (None, "gates has no coordinate reference system", "gates 没有坐标系"),
        ("EPSG:4326", "gates is in degrees (WGS 84)", "以度为单位（WGS 84）"),
    ],
)
def test_require_metric_names_the_table_and_what_it_has(crs: str | None, en: str, zh: str) -> None:
    with pytest.raises(CrsError) as caught:
        require_metric(points((114.0, 34.0), crs=crs), "gates")
    assert en in caught.value.en
    assert zh in caught.value.zh


def test_require_metric_passes_a_metric_table_and_leaves_it_as_it_is() -> None:
    table = points((500_000.0, 3_800_000.0), crs="EPSG:4547")
    before = table.copy()
    require_metric(table, "gates")
    assert table.crs == before.crs
    assert table.geometry.geom_equals_exact(before.geometry, 0).all()
