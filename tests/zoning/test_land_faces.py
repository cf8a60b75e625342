"""Faces of the ground: what zones are made of, and the sums that their figures are."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.land_faces import (
    NOWHERE,
    LandFaces,
    Shape,
    compactness_of,
    cut_faces,
    hand_out,
    outline_of,
)

CRS = "EPSG:4547"
SIDES = st.lists(st.integers(20, 90), min_size=4, max_size=4)


def block_town(widths: list[int], depths: list[int], street: float) -> gpd.GeoSeries:
    """Make a grid of blocks with streets of one width between them."""
    shapes, x = [], 0.0
    for width in widths:
        y = 0.0
        for depth in depths:
            shapes.append(shapely.box(x, y, x + width, y + depth))
            y += depth + street
        x += width + street
    return gpd.GeoSeries(shapes, crs=CRS)


def drawn(faces: LandFaces, zone: list[int]) -> list[Shape]:
    zones = max(zone) + 1
    members = hand_out(faces, np.array(zone, dtype=np.int64), zones)
    return [outline_of(faces, own) for own in members]


@settings(max_examples=30, deadline=None)
@given(SIDES, SIDES, st.sampled_from([0.0, 0.004, 6.0, 30.0, 60.0]), st.data())
def test_any_zones_hold_their_members_and_nobody_elses_ground(
    widths: list[int], depths: list[int], street: float, data: st.DataObject
) -> None:
    shapes = block_town(widths, depths, street)
    zone = data.draw(st.lists(st.integers(NOWHERE, 2), min_size=16, max_size=16))
    faces = cut_faces(shapes, 50.0)
    members = hand_out(faces, np.array(zone, dtype=np.int64), 3)
    found = [outline_of(faces, own) for own in members]
    figures = compactness_of(faces, members)
    for place, outline in enumerate(found):
        assert outline.is_valid
        for position, shape in enumerate(shapes):
            shared = shapely.intersection(shape, outline).area
            assert shared == pytest.approx(shape.area if zone[position] == place else 0, abs=0.2)
        for other in found[:place]:
            assert shapely.intersection(other, outline).area < 0.01
        if outline.length:
            stated = 4 * math.pi * outline.area / outline.length**2
            assert figures[place] == pytest.approx(stated, rel=1e-6)
        else:
            assert math.isnan(figures[place])


def test_streets_of_a_turned_town_leave_no_slivers_beside_their_borders() -> None:
    """A border that comes back a millimetre beside itself makes faces that nobody can see."""
    thin = whole = 0
    for turn in range(1, 90, 4):
        shapes = block_town([80, 95, 60], [70, 85, 90], 18.0).rotate(turn, origin=(0, 0))
        faces = cut_faces(shapes, 50.0)
        width = shapely.area(faces.shapes) / shapely.length(faces.shapes)
        thin += int((width < 0.01).sum())
        whole += len(faces.shapes)
    assert thin < 0.01 * whole


@pytest.mark.parametrize(("street", "filled"), [(0.0, True), (49.0, True), (51.0, False)])
def test_a_gap_belongs_to_a_zone_up_to_the_widest_gap(street: float, *, filled: bool) -> None:
    shapes = block_town([100, 100], [100], street)
    [outline] = drawn(cut_faces(shapes, 50.0), [0, 0])
    assert outline.area == pytest.approx(20_000 + (street * 100 if filled else 0), abs=0.1)
    assert (outline.geom_type == "Polygon") == filled


def test_a_gap_that_two_zones_could_have_goes_to_the_lesser() -> None:
    """Four bars around a square of 20 m: two in the west and east, two in the north and south."""
    bars = [(-100, 0, 0, 20), (20, 0, 120, 20), (0, 20, 20, 120), (0, -100, 20, 0)]
    faces = cut_faces(gpd.GeoSeries([shapely.box(*bar) for bar in bars], crs=CRS), 50.0)
    first, second = drawn(faces, [0, 0, 1, 1])
    assert first.area == pytest.approx(2 * 2000 + 400, abs=0.1)
    assert second.area == pytest.approx(2 * 2000, abs=0.1)
    first, second = drawn(faces, [1, 1, 0, 0])
    assert first.area == pytest.approx(2 * 2000 + 400, abs=0.1)


def test_idle_land_in_the_middle_belongs_to_the_zone_unless_a_stranger_stands_there() -> None:
    """Eight squares around an empty ninth; then a small community in the empty one."""
    ring = [shapely.box(x, y, x + 100, y + 100) for x in (0, 100, 200) for y in (0, 100, 200)]
    middle = ring.pop(4)
    [filled] = drawn(cut_faces(gpd.GeoSeries(ring, crs=CRS), 5.0), [0] * 8)
    assert filled.area == pytest.approx(90_000)
    stranger = shapely.box(140, 140, 160, 160)
    faces = cut_faces(gpd.GeoSeries([*ring, stranger], crs=CRS), 5.0)
    [kept] = drawn(faces, [0] * 8 + [NOWHERE])
    assert kept.area == pytest.approx(80_000)
    assert not kept.intersects(middle.buffer(-1))


def test_ground_on_which_communities_overlap_is_in_both_zones() -> None:
    shapes = gpd.GeoSeries([shapely.box(0, 0, 100, 100), shapely.box(90, 0, 200, 100)], crs=CRS)
    first, second = drawn(cut_faces(shapes, 50.0), [0, 1])
    assert first.area == pytest.approx(10_000)
    assert second.area == pytest.approx(11_000)


def test_no_community_has_no_face() -> None:
    faces = cut_faces(gpd.GeoSeries([], crs=CRS), 50.0)
    assert len(faces.shapes) == len(faces.borders) == len(faces.lines) == 0
    assert hand_out(faces, np.empty(0, dtype=np.int64), 0) == []
