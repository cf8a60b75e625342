"""Life circles on hand-made streets, against exact buffers of the exactly cut pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.contracts import check, conform
from layers.network import WalkNetwork, build_network
from layers.reach import snap_all
from layers.walking import Walking
from tests.circle_truth import off, truth_of
from tests.grid import facilities_of, gates_of, line, point, streets_of
from zoning.life_circles import (
    bands_m,
    trace_catchments,
    trace_life_circles,
    trace_zone_circles,
)
from zoning.tables import ASSIGNMENT, CATCHMENTS, CIRCLES, ZONE_CIRCLES

WALKING = Walking()


def _grid(n: int, step: float) -> WalkNetwork:
    lines = [line(*[(j * step, i * step) for j in range(n)]) for i in range(n)]
    lines += [line(*[(i * step, j * step) for j in range(n)]) for i in range(n)]
    return build_network(streets_of(*lines), walking=WALKING)


@pytest.mark.parametrize(("x", "y", "leg"), [(700, 700, 0), (655, 430, 20), (30, 0, 0)])
def test_a_circle_is_less_than_half_a_percent_from_the_exact_buffer(x: float, y: float, leg: float):
    network = _grid(15, 100.0)
    snaps, _ = snap_all(
        network, gates_of(("c1", point(x, y + leg))), facilities_of(), walking=WALKING
    )
    circles = trace_life_circles(network, snaps, walking=WALKING)
    check(CIRCLES, circles)
    for walker in ("adult", "older"):
        for band, limit in bands_m(WALKING, walker).items():
            got = circles.geometry.loc[("c1", walker, band)]
            truth = truth_of(network, snaps, "c1", limit, WALKING)
            assert off(got, truth) < 0.005, (walker, band)
            assert got.is_valid


def test_bands_nest_and_older_circles_lie_within_adult_ones():
    network = _grid(15, 100.0)
    snaps, _ = snap_all(
        network, gates_of(("c1", point(640, 700))), facilities_of(), walking=WALKING
    )
    area = trace_life_circles(network, snaps, walking=WALKING).geometry.loc["c1"]
    for walker in ("adult", "older"):
        bands = [area.loc[(walker, band)] for band in ("5", "10", "15")]
        for inner, outer in pairwise(bands):
            assert shapely.area(shapely.difference(inner, outer)) < 1e-3
    outside = shapely.difference(area.loc[("older", "15")], area.loc[("adult", "15")])
    assert shapely.area(outside) < 1e-3


def test_bands_follow_the_rule():
    assert bands_m(Walking(), "adult") == {"5": 300, "10": 500, "15": 1000}
    assert bands_m(Walking(), "older") == pytest.approx({"5": 240, "10": 400, "15": 800})
    timed = Walking(rule="time", limit_minutes=15, speed_kmh=4.8)
    assert bands_m(timed, "adult") == pytest.approx({"5": 400, "10": 800, "15": 1200})


def test_a_courtyard_that_nobody_reaches_stays_a_hole():
    ring = line((0, 0), (300, 0), (300, 300), (0, 300), (0, 0))
    network = build_network(streets_of(ring), walking=WALKING)
    snaps, _ = snap_all(network, gates_of(("c1", point(0, 0))), facilities_of(), walking=WALKING)
    circles = trace_life_circles(network, snaps, walking=WALKING)
    circle = circles.geometry.loc[("c1", "adult", "15")]
    assert len(circle.interiors) == 1
    assert shapely.area(shapely.Polygon(circle.interiors[0])) == pytest.approx(200**2, rel=0.01)


def test_a_zone_circle_is_the_union_of_its_members_circles():
    network = _grid(12, 100.0)
    snaps, _ = snap_all(
        network,
        gates_of(("a", point(200, 200)), ("b", point(900, 850)), ("c", point(500, 500))),
        facilities_of(),
        walking=WALKING,
    )
    assignment = pd.DataFrame(
        {
            "zone_id": ["Z01", "Z01", None],
            "role": ["core", "core", None],
            "locked": pd.array([False] * 3, dtype="boolean"),
            "reason": [None, None, "planner"],
        },
        index=pd.Index(["a", "b", "c"], name="community_id"),
    )
    assignment = conform(ASSIGNMENT, assignment)
    zones = trace_zone_circles(network, snaps, assignment, walking=WALKING)
    check(ZONE_CIRCLES, zones)
    circles = trace_life_circles(network, snaps, walking=WALKING)
    both = shapely.union_all(
        circles.geometry.loc[[("a", "adult", "15"), ("b", "adult", "15")]].to_numpy()
    )
    joint = zones.geometry.loc[("Z01", "adult", "15")]
    assert shapely.area(shapely.symmetric_difference(both, joint)) / joint.area < 0.005
    assert zones.index.get_level_values("zone_id").unique().tolist() == ["Z01"]


def test_catchments_count_confirmed_facilities_only():
    network = _grid(12, 100.0)
    shops = facilities_of(("f1", "shop", point(300, 300)))
    doubtful = facilities_of(("f2", "clinic", point(300, 300)), confirmed=False)
    both = pd.concat([shops, doubtful])
    snaps, _ = snap_all(network, gates_of(), both, walking=WALKING)
    catchments = trace_catchments(network, snaps, both, walking=WALKING)
    check(CATCHMENTS, catchments)
    assert catchments.index.tolist() == ["shop"]
    assert np.isclose(catchments["area_m2"].iloc[0], catchments.geometry.area.iloc[0])


def test_nobody_on_the_network_gives_empty_tables():
    network = _grid(3, 100.0)
    snaps, _ = snap_all(network, gates_of(), facilities_of(), walking=WALKING)
    assert trace_life_circles(network, snaps, walking=WALKING).empty
    assert trace_catchments(network, snaps, facilities_of(), walking=WALKING).empty
