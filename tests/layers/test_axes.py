"""Twelve damaged copies of one layer: mended where certain, refused with the reason otherwise."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from layers.axes import settle_axes, suggest_crs
from layers.errors import CrsError

TRUE = (389_300.0, 3_844_500.0)
"""A place in Yanshi, EPSG:4547."""
DEGREES = (112.791, 34.727)


def layer(x: float, y: float, crs: str | int | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[Point(x, y), Point(x + 1e-3, y + 1e-3)], crs=crs)


@pytest.mark.parametrize(
    ("x", "y", "crs", "code", "where"),
    [
        (*TRUE, 4547, None, TRUE),
        (*DEGREES, 4326, None, DEGREES),
        (*DEGREES, 4490, None, DEGREES),
        (DEGREES[1], DEGREES[0], 4326, "axes-swapped", DEGREES),
        (TRUE[1], TRUE[0], 4547, "axes-swapped", TRUE),
        (TRUE[0] + 38e6, TRUE[1], 4547, "zone-prefix", TRUE),
        (TRUE[0], TRUE[1], 4526, "zone-prefix", (TRUE[0] + 38e6, TRUE[1])),
        (TRUE[1], TRUE[0] + 38e6, 4547, "zone-prefix", TRUE),
        (TRUE[0] + 38e6, TRUE[1], 4526, None, (TRUE[0] + 38e6, TRUE[1])),
        (TRUE[0] + 38e6, TRUE[1], 2362, "old-datum", (TRUE[0] + 38e6, TRUE[1])),
        (6_671_000.0, 385_000.0, 32635, "axes-swapped", (385_000.0, 6_671_000.0)),
        (478_000.0, 6_680_000.0, 32722, None, (478_000.0, 6_680_000.0)),
    ],
)
def test_one_reading_only_is_taken(
    x: float, y: float, crs: int, code: str | None, where: tuple[float, float]
) -> None:
    settled, findings = settle_axes(layer(x, y, crs), role="gates", path="a.shp")
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert settled.geometry.iloc[0].coords[0] == pytest.approx(where)
    assert settled.crs.to_epsg() == crs
    for finding in findings:
        assert finding.table_name == "gates"


@pytest.mark.parametrize(
    ("x", "y", "crs", "en", "zh"),
    [
        (*DEGREES, 4547, "these are degrees", "应为经纬度"),
        (TRUE[0] + 38e6, TRUE[1], 4326, "EPSG:4526", "38 带"),
        (*TRUE, 4490, "these are metres", "应为米"),
        (TRUE[0] + 37e6, TRUE[1], 4547, "zone 37, EPSG:4525", "37 带，即 EPSG:4525"),
        (40.0, 80.0, 4326, "not certain", "无法确定"),
        (60.2, 100.1, 4326, "not certain", "无法确定"),
        (9e6, 9e6, 4547, "area of use", "适用范围"),
    ],
)
def test_what_could_be_something_else_is_refused(
    x: float, y: float, crs: int, en: str, zh: str
) -> None:
    with pytest.raises(CrsError) as caught:
        settle_axes(layer(x, y, crs), role="gates", path="a.shp")
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert "a.shp" in caught.value.en
    assert f"{x:.10g}" in caught.value.zh


def test_rows_that_are_swapped_among_others_are_refused() -> None:
    mixed = gpd.GeoDataFrame(geometry=[Point(DEGREES), Point(DEGREES[::-1])], crs=4326)
    with pytest.raises(CrsError, match="in some"):
        settle_axes(mixed, role="gates", path="a.csv")


def test_a_local_system_is_refused_by_its_name() -> None:
    local = 'LOCAL_CS["洛阳城市坐标系",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
    with pytest.raises(CrsError) as caught:
        settle_axes(layer(1.0, 2.0, local), role="gates", path="a.shp")
    assert "洛阳城市坐标系" in caught.value.en
    assert "[inputs.gates]" in caught.value.zh


@pytest.mark.parametrize(
    ("x", "y", "hint"),
    [(*DEGREES, "EPSG:4490"), (TRUE[0] + 38e6, TRUE[1], "EPSG:4526"), (*TRUE, "EPSG:4547")],
)
def test_coordinates_without_a_system_suggest_one(x: float, y: float, hint: str) -> None:
    en, zh = suggest_crs(layer(x, y, None))
    assert hint in en
    assert hint in zh
