"""Slopes: Tobler's numbers by hand, exactness on the flat, bridges, unknown heights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from layers.network import WalkNetwork, build_network
from layers.slopes import FASTEST, Floats, tobler_speed
from layers.walking import Walking
from tests.grid import X0, Y0, barriers_of, line, streets_of

WALKING = Walking(speed_kmh=6.0)
"""100 m a minute: minutes can be read as hundreds of metres."""


@dataclass(frozen=True)
class Ground:
    """Heights by a formula of x and y, metres from the corner of the town."""

    height: Callable[[Floats, Floats], Floats]
    spacing_m: float = 10.0

    def at(self, xy: Floats) -> Floats:
        return self.height(xy[:, 0] - X0, xy[:, 1] - Y0)


def ramp(share: float, spacing_m: float = 10.0) -> Ground:
    return Ground(lambda x, _: share * x, spacing_m)


def minutes_on(
    ground: Ground | None, *lines: LineString, walking: Walking = WALKING, **columns: object
) -> WalkNetwork:
    return build_network(streets_of(*lines, **columns), walking=walking, heights=ground)


@pytest.mark.parametrize(
    ("slope", "share"),
    [
        (0.0, 1.0),
        (-0.05, math.exp(0.175)),  # the best descent: 6.00 of 5.04 km/h in Tobler's own units
        (-0.1, 1.0),
        (0.1, math.exp(-0.35)),
        (0.2, math.exp(-0.7)),
        (-0.2, math.exp(-0.35)),
        (1.0, math.exp(-3.5)),
        (7.0, math.exp(-3.5)),
    ],
)
def test_the_speed_on_a_slope_is_toblers_relative_to_the_flat(slope: float, share: float):
    assert tobler_speed(np.array([slope]))[0] == pytest.approx(share, rel=1e-12)
    assert tobler_speed(np.zeros(1))[0] == 1.0
    assert pytest.approx(1.1912, abs=1e-4) == FASTEST


@pytest.mark.parametrize("slope", [0.08, -0.08])
def test_a_ramp_takes_toblers_minutes_up_and_down(slope: float):
    network = minutes_on(ramp(slope), line((0, 0), (437, 0)))
    up = 4.37 * math.exp(3.5 * 0.08)
    down = 4.37 * math.exp(3.5 * (abs(-0.08 + 0.05) - 0.05))
    wanted = [up, down] if slope > 0 else [down, up]
    assert network.minutes[0].tolist() == pytest.approx(wanted, rel=1e-12)
    assert network.length_m.tolist() == [437.0]


def test_a_hill_between_level_ends_costs_time_both_ways():
    hill = Ground(lambda x, _: 20.0 - 0.2 * np.abs(x - 100.0))
    network = minutes_on(hill, line((0, 0), (200, 0)))
    one_way = 1.0 * math.exp(0.7) + 1.0 * math.exp(3.5 * (0.15 - 0.05))
    assert network.minutes[0].tolist() == pytest.approx([one_way, one_way], rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    height=st.floats(-400, 8000),
    far=st.floats(1, 3000),
    aside=st.floats(-500, 500),
    spacing=st.floats(1, 100),
)
def test_flat_ground_gives_the_very_minutes_of_no_heights(
    height: float, far: float, aside: float, spacing: float
):
    lines = [line((0, 0), (far, aside), (far + 7, aside)), line((far + 7, aside), (far + 90, 3))]
    lines.append(line((far + 90, 3), (far + 200, 10)))
    flat = Ground(lambda x, _: np.full(len(x), height), spacing)
    columns = {"bridge": [False, True, True], "steps": [True, False, False]}
    with_heights = minutes_on(flat, *lines, **columns)
    assert np.array_equal(with_heights.minutes, minutes_on(None, *lines, **columns).minutes)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_direction_and_order_of_streets_change_no_minutes(seed: int):
    rng = np.random.default_rng(seed)
    hilly = Ground(lambda x, y: 30 * np.sin(x / 70) * np.cos(y / 90), 7.0)
    walking = Walking(crossing_wait_minutes=0.5)
    corners = rng.integers(0, 8, (9, 3, 2)) * 50.0
    lines = [line(*map(tuple, three)) for three in corners if len(np.unique(three, axis=0)) == 3]
    columns = {
        "class": rng.choice(["primary", "footway"], len(lines)),
        "steps": rng.random(len(lines)) < 0.2,
        "bridge": rng.random(len(lines)) < 0.2,
    }
    streets = streets_of(*lines, **columns)
    one = build_network(streets, walking=walking, heights=hilly)
    turn = rng.random(len(lines)) < 0.5
    turned = [LineString(f.coords[::-1]) if t else f for f, t in zip(lines, turn, strict=True)]
    shuffled = streets.set_geometry(turned, crs=streets.crs).iloc[rng.permutation(len(streets))]
    other = build_network(shuffled, walking=walking, heights=hilly)
    assert np.array_equal(one.minutes, other.minutes)
    assert np.array_equal(one.wait_minutes, other.wait_minutes)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_slope_never_makes_anyone_faster_than_the_best_descent(seed: int):
    rng = np.random.default_rng(seed)
    rough = Ground(lambda x, y: 50 * np.sin(x * rng.random()) + 9 * np.cos(y), 3.0)
    network = minutes_on(rough, line((0, 0), (330, 120)), line((0, 0), (50, -200), (90, 4)))
    flat = network.length_m[:, None] / 100.0
    assert (network.minutes >= flat / FASTEST - 1e-12).all()
    assert np.isfinite(network.minutes).all()


def test_a_bridge_of_several_ways_runs_straight_from_end_to_end_over_a_valley():
    # banks at 10 m and 16 m, 300 m apart; the valley between lies at -90 m
    valley = Ground(lambda x, _: np.select([x <= 100, x >= 400], [10.0, 16.0], -90.0))
    lines = [line((0, 0), (100, 0))]
    lines += [line((100, 0), (150, 0)), line((150, 0), (400, 0)), line((400, 0), (500, 0))]
    network = minutes_on(valley, *lines, bridge=[False, True, True, False])
    up, down = math.exp(3.5 * 0.02), math.exp(-3.5 * 0.02)
    by_street = dict(zip(network.street_ids, network.minutes.tolist(), strict=True))
    assert by_street["s0"] == pytest.approx([1, 1])
    assert by_street["s1"] == pytest.approx([0.5 * up, 0.5 * down], rel=1e-9)
    assert by_street["s2"] == pytest.approx([2.5 * up, 2.5 * down], rel=1e-9)


def test_a_tunnel_does_not_climb_the_hill_above_it():
    hill = Ground(lambda x, _: np.where((x > 0) & (x < 200), 80.0, 5.0))
    street = [line((-50, 0), (0, 0)), line((0, 0), (200, 0)), line((200, 0), (250, 0))]
    network = minutes_on(hill, *street, tunnel=[False, True, False])
    assert network.minutes.tolist() == pytest.approx(np.array([[0.5] * 2, [2] * 2, [0.5] * 2]))


def test_a_bridge_that_meets_no_street_counts_as_flat():
    network = minutes_on(ramp(0.1), line((0, 0), (100, 0)), bridge=True)
    assert network.minutes.tolist() == [[1.0, 1.0]]


def test_unknown_heights_are_interpolated_between_known_ones():
    known = ramp(0.08)
    holed = Ground(lambda x, y: np.where((x > 95) & (x < 205), np.nan, known.height(x, y)))
    street = line((0, 0), (300, 0))
    assert minutes_on(holed, street).minutes == pytest.approx(minutes_on(known, street).minutes)


def test_unknown_heights_at_an_end_are_those_of_the_nearest_known_place():
    cut = Ground(lambda x, _: np.where(x > 100, np.nan, 0.08 * x))
    network = minutes_on(cut, line((0, 0), (200, 0)))
    assert network.minutes[0, 0] == pytest.approx(1.0 * math.exp(0.28) + 1.0, rel=1e-12)


def test_an_edge_without_any_known_height_is_flat():
    unknown = Ground(lambda x, _: np.full(len(x), np.nan))
    street = line((0, 0), (200, 0))
    assert np.array_equal(minutes_on(unknown, street).minutes, minutes_on(None, street).minutes)


def test_a_street_cut_by_a_river_keeps_its_slope_on_both_sides():
    street = streets_of(line((0, 0), (100, 0)))
    river = barriers_of(("river", line((40, -50), (40, 50))))
    network = build_network(street, river, walking=WALKING, heights=ramp(0.1))
    up = math.exp(0.35)
    assert sorted(network.minutes[:, 0].tolist()) == pytest.approx([0.4 * up, 0.6 * up])


def test_an_older_walker_loses_the_same_share_on_a_slope():
    walking = Walking(rule="time", speed_kmh=6.0, older_speed_kmh=3.0)
    network = minutes_on(ramp(0.1), line((0, 0), (100, 0)), walking=walking)
    adult, older = (network.cost(walking, walker) for walker in ("adult", "older"))
    assert older == pytest.approx(2 * adult)
    assert network.cost(Walking(), "older").tolist() == [[100.0, 100.0]]
