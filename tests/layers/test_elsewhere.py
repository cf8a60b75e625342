"""Layers that lie somewhere else."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box

from layers.elsewhere import doubt_shift, leave_out_elsewhere, require_one_place
from layers.errors import InputError
from layers.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02

X, Y = 480_000.0, 3_845_000.0


def metric(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=4547)


HERE = metric(box(X, Y, X + 500, Y + 500))


def test_communities_far_from_the_streets_are_refused_with_the_distance() -> None:
    require_one_place(HERE, metric(LineString([(X, Y), (X + 900, Y)])), None)
    with pytest.raises(InputError) as caught:
        require_one_place(HERE, metric(LineString([(X + 30_500, Y), (X + 31_000, Y)])), None)
    assert "30.0 km apart" in caught.value.en
    assert "相距 30.0 km" in caught.value.zh


def test_an_extent_without_communities_is_refused() -> None:
    streets = metric(LineString([(X, Y), (X + 900, Y)]))
    require_one_place(HERE, streets, box(X, Y, X + 1, Y + 1))
    with pytest.raises(InputError) as caught:
        require_one_place(HERE, streets, box(X + 2500, Y, X + 3000, Y + 1))
    assert "2.0 km outside" in caught.value.en
    assert "2.0 km 之外" in caught.value.zh


def test_points_too_far_to_serve_anybody_are_left_out_by_row() -> None:
    points = metric(Point(X, Y), Point(X + 20_500, Y), Point(X + 20_501, Y))
    near, (finding,) = leave_out_elsewhere(points, HERE, role="facilities", path="poi.csv")
    assert near.index.tolist() == [0, 1]
    assert finding.code == "point-elsewhere"
    assert finding.row_key == "2"
    assert "未采用：2" in finding.zh


def test_points_that_are_all_elsewhere_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        leave_out_elsewhere(metric(Point(X + 100_500, Y)), HERE, role="facilities", path="poi.csv")
    assert "the nearest 100 km away" in caught.value.en
    assert "最近的在 100 km" in caught.value.zh


def _grid() -> gpd.GeoDataFrame:
    lines = [LineString([(X, Y + k * 353), (X + 4000, Y + k * 353)]) for k in range(12)]
    return metric(
        *lines, *[LineString([(X + k * 990, Y), (X + k * 990, Y + 4000)]) for k in range(5)]
    )


def _shops() -> gpd.GeoDataFrame:
    return metric(*[Point(X + 300 + 61 * n, Y + 6 + 353 * (n % 8 + 2)) for n in range(50)])


@pytest.mark.parametrize("true", ["gcj02", "bd09"])
@pytest.mark.parametrize("said", ["wgs84", "gcj02", "bd09"])
def test_a_shift_that_was_declared_wrongly_is_doubted(true: str, said: str) -> None:
    shops = _shops().to_crs(4326)
    to = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09, "wgs84": lambda x, y: (x, y)}
    x, y = to[true](shops.geometry.x.to_numpy(), shops.geometry.y.to_numpy())
    undo = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84, "wgs84": lambda a, b: (a, b)}
    read = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*undo[said](np.asarray(x), np.asarray(y))), crs=4326
    ).to_crs(4547)
    found = doubt_shift(read, _grid(), coordinates=said, path="poi.csv")
    if said == true:
        assert found == []
    else:
        assert [f.code for f in found] == ["coordinates-doubtful"]
        assert f"as {true} they would lie 6 m" in found[0].en
        assert f"按 {true} 读取则为 6 m" in found[0].zh


def test_few_points_and_areas_tell_nothing() -> None:
    assert doubt_shift(_shops()[:29], _grid(), coordinates="gcj02", path="p") == []
    assert doubt_shift(metric(Polygon()), _grid().iloc[:0], coordinates="wgs84", path="p") == []
