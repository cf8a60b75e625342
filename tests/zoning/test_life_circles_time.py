"""The time rule: minutes differ by direction and by walker."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.network import WalkNetwork, build_network
from layers.reach import snap_all
from layers.walking import Walking
from tests.circle_truth import drawn, entries_of, exact_circle, exact_spans, off
from tests.grid import X0, facilities_of, gates_of, line, point, streets_of
from zoning.life_circles import band_limits, trace_catchments, trace_life_circles

TIMED = Walking(rule="time", limit_minutes=15, speed_kmh=6.0, older_speed_kmh=3.0)
"""100 m and 50 m a minute on the flat."""


def _hill() -> WalkNetwork:
    """Lay a street of 6 km from west to east on which walking east takes twice the time."""
    network = build_network(streets_of(line((-3000, 0), (3000, 0))), walking=TIMED)
    assert network.lines[0].coords[0][0] < network.lines[0].coords[-1][0]
    minutes = network.length_m[:, None] / 100 * np.array([[2.0, 1.0]])
    return replace(network, minutes=minutes)


def _ends(area: shapely.Geometry) -> list[float]:
    west, _, east, _ = area.bounds
    return [west + 50 - X0, east - 50 - X0]


def test_a_circle_shrinks_uphill():
    network = _hill()
    snaps, _ = snap_all(network, gates_of(("c1", point(0, 0))), facilities_of(), walking=TIMED)
    area = trace_life_circles(network, snaps, walking=TIMED).geometry.loc["c1"]
    for band, minutes in (("5", 5), ("10", 10), ("15", 15)):
        # uphill 50 m a minute, downhill 100; an older walker half of both
        wanted = [-100.0 * minutes, 50.0 * minutes]
        assert _ends(area.loc["adult", band]) == pytest.approx(wanted, abs=0.1)
        wanted = [-50.0 * minutes, 25.0 * minutes]
        assert _ends(area.loc["older", band]) == pytest.approx(wanted, abs=0.1)


def test_the_leg_to_the_network_takes_its_time():
    network = _hill()
    snaps, _ = snap_all(network, gates_of(("c1", point(0, 100))), facilities_of(), walking=TIMED)
    area = trace_life_circles(network, snaps, walking=TIMED).geometry.loc["c1"]
    assert _ends(area.loc["adult", "15"]) == pytest.approx([-1400.0, 700.0], abs=0.1)
    assert _ends(area.loc["older", "15"]) == pytest.approx([-650.0, 325.0], abs=0.1)


def test_a_catchment_lies_where_the_walk_to_the_facility_is_short():
    network = _hill()
    shops = facilities_of(("f1", "shop", point(0, 0)))
    snaps, _ = snap_all(network, gates_of(), shops, walking=TIMED)
    area = trace_catchments(network, snaps, shops, walking=TIMED).geometry.loc["shop"]
    # from the east it is downhill
    assert _ends(area) == pytest.approx([-750.0, 1500.0], abs=0.1)


def test_waiting_takes_the_older_walker_no_longer():
    network = build_network(streets_of(line((0, 0), (3000, 0))), walking=TIMED)
    wait = np.array([6.0])
    network = replace(network, minutes=network.minutes + wait[:, None], wait_minutes=wait)
    snaps, _ = snap_all(network, gates_of(("c1", point(0, 0))), facilities_of(), walking=TIMED)
    area = trace_life_circles(network, snaps, walking=TIMED).geometry.loc["c1"]
    # 36 minutes for 3 000 m, or 66: cost accrues evenly along an edge
    assert _ends(area.loc["adult", "15"])[1] == pytest.approx(3000 * 15 / 36, abs=0.1)
    assert _ends(area.loc["older", "15"])[1] == pytest.approx(3000 * 15 / 66, abs=0.1)


def test_flat_time_is_flat_distance():
    lines = [line(*[(j * 90, i * 110) for j in range(12)]) for i in range(12)]
    lines += [line(*[(i * 90, j * 110) for j in range(12)]) for i in range(12)]
    timed = Walking(rule="time", limit_minutes=9, speed_kmh=4.0, older_speed_kmh=3.2)
    metres = Walking(limit_m=600.0)
    network = build_network(streets_of(*lines), walking=timed)
    gates = gates_of(("c1", point(430, 512)))
    snaps, _ = snap_all(network, gates, facilities_of(), walking=timed)
    by_time = trace_life_circles(network, snaps, walking=timed)
    by_metre = trace_life_circles(network, snaps, walking=metres)
    for walker in ("adult", "older"):
        key = ("c1", walker, "15")
        assert off(by_time.geometry.loc[key], by_metre.geometry.loc[key]) < 1e-6
        assert by_time["limit_m"].loc[key] == pytest.approx(by_metre["limit_m"].loc[key])


def _rough(seed: int) -> WalkNetwork:
    """Make streets at random, with minutes and waits at random, another in each direction."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 900, (14, 2))
    pairs = {(min(a, b), max(a, b)) for a, b in rng.integers(0, 14, (30, 2)) if a != b}
    lines = [
        line(tuple(spots[a]), tuple((spots[a] + spots[b]) / 2 + rng.uniform(-40, 40, 2)),
             tuple(spots[b]))
        for a, b in sorted(pairs)
    ]  # fmt: skip
    network = build_network(streets_of(*lines), walking=TIMED)
    wait = rng.uniform(0, 0.5, len(network.ends))
    pace = rng.uniform(0.008, 0.03, (len(network.ends), 2))
    minutes = network.length_m[:, None] * pace + wait[:, None]
    return replace(network, minutes=minutes, wait_minutes=wait)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_circles_on_any_streets_are_exact_valid_and_nested(seed: int):
    network = _rough(seed)
    gates = gates_of(("c1", point(300, 300)), ("c1", point(600, 500)))
    walking = replace(TIMED, snap_m=1000.0)
    snaps, _ = snap_all(network, gates, facilities_of(), walking=walking)
    area = trace_life_circles(network, snaps, walking=walking).geometry
    entries = entries_of(network, snaps, "c1")
    for walker in ("adult", "older"):
        for band, limit in band_limits(walking, walker).items():
            spans = exact_spans(
                network,
                network.cost(walking, walker),
                entries,
                limit,
                access=walking.access_cost(walker),
            )
            if not spans:
                assert ("c1", walker, band) not in area.index
                continue
            got = area.loc["c1", walker, band]
            assert got.is_valid
            assert off(got, exact_circle(drawn(network, spans))) < 0.01, (walker, band)
        kept = [area.get(("c1", walker, band)) for band in ("5", "10", "15")]
        for inner, outer in pairwise(shape for shape in kept if shape is not None):
            assert shapely.area(shapely.difference(inner, outer)) < 1e-3
    for band in ("5", "10", "15"):
        if ("c1", "older", band) in area.index:
            outside = shapely.difference(area["c1", "older", band], area["c1", "adult", band])
            assert shapely.area(outside) < 1e-3
