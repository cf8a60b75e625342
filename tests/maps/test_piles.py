import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, box

from maps.coordinates import COARSE, FINE, Grid
from maps.piles import pile_lines, pile_rings
from tests.maps.piles import read_pile
from tests.town import CRS

WEST, SOUTH = 389_000, 3_844_500


def grid_of(shapes: gpd.GeoSeries, step: float) -> Grid:
    return Grid.around(shapes.to_crs("EPSG:4326").total_bounds, step)


@pytest.mark.parametrize(("step", "tolerance_m"), [(FINE, 0.15), (COARSE, 1.5)])
def test_shapes_come_back_within_a_step_of_their_grid(step: float, tolerance_m: float) -> None:
    ring = box(WEST, SOUTH, WEST + 120, SOUTH + 80)
    hole = box(WEST + 30, SOUTH + 20, WEST + 60, SOUTH + 40)
    shapes = gpd.GeoSeries([ring.difference(hole)], crs=CRS)
    grid = grid_of(shapes, step)
    [[rings]] = read_pile(pile_rings(shapes, grid), grid.described(), 1)
    assert [len(ring) for ring in rings] == [4, 4]
    back = gpd.GeoSeries([Polygon(rings[0], rings[1:])], crs="EPSG:4326").to_crs(CRS)
    assert back.iloc[0].hausdorff_distance(shapes.iloc[0]) < tolerance_m


def test_a_ring_smaller_than_the_grid_is_left_out() -> None:
    shapes = gpd.GeoSeries([box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)], crs=CRS)
    grid = grid_of(shapes, COARSE)
    assert read_pile(pile_rings(shapes, grid), grid.described(), 1) == [[[]]]


def test_specks_are_left_out_but_never_the_last_ring() -> None:
    large, speck = box(0, 0, 100, 100), box(200, 0, 210, 10)
    rows = [MultiPolygon([large, speck]), speck, None]
    shapes = gpd.GeoSeries(rows, crs=CRS).translate(WEST, SOUTH)
    grid = grid_of(shapes, FINE)
    things = read_pile(pile_rings(shapes, grid, least_m2=400), grid.described(), 3)
    assert [len(shape) for [shape] in things] == [1, 1, 0]


metres = st.integers(-3000, 3000)
lines = st.lists(
    st.lists(st.tuples(metres, metres), min_size=2, max_size=6, unique=True), max_size=3
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(lines, lines), min_size=1, max_size=5))
def test_every_line_of_every_thing_comes_back(rows: list[tuple[list, list]]) -> None:
    shapes = gpd.GeoSeries(
        [MultiLineString(one) if one else None for row in rows for one in row], crs=CRS
    ).translate(WEST, SOUTH)
    corner = gpd.GeoSeries([box(WEST - 3000, SOUTH - 3000, WEST, SOUTH)], crs=CRS)
    grid = grid_of(corner, FINE)
    things = read_pile(pile_lines(shapes, grid, each=2), grid.described(), len(rows), each=2)
    for row, thing in zip(rows, things, strict=True):
        for one, found in zip(row, thing, strict=True):
            assert len(one) == len(found)
            for want, got in zip(one, found, strict=True):
                back = gpd.GeoSeries([LineString(got)], crs="EPSG:4326").to_crs(CRS).iloc[0]
                away = shapely.get_coordinates(back) - [WEST, SOUTH] - np.array(want)
                assert np.abs(away).max() < 0.2
