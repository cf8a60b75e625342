"""Walking times of edges: steps at a pace of their own, waiting at arterials."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString

from layers.network import WalkNetwork, build_network
from layers.walking import Walking
from tests.grid import line, streets_of

WALKING = Walking(speed_kmh=6.0, steps_share=0.5, crossing_wait_minutes=0.8)
CROSSED = (
    line((-100, 0), (0, 0), (100, 0)),
    line((0, -60), (0, 0)),
    line((0, 0), (0, 30), (0, 60)),
)


def waits(network: WalkNetwork) -> dict[str, list[float]]:
    return {
        str(street): network.wait_minutes[network.street_ids == street].tolist()
        for street in np.unique(network.street_ids)
    }


def arterial_town(*lines: LineString, kind: str = "primary", **columns: object) -> WalkNetwork:
    classes = [kind, *["residential"] * (len(lines) - 1)]
    return build_network(streets_of(*lines, **{"class": classes}, **columns), walking=WALKING)


def test_steps_have_their_own_pace_both_ways():
    streets = streets_of(line((0, 0), (30, 0)), line((30, 0), (130, 0)), steps=[True, False])
    network = build_network(streets, walking=WALKING)
    assert network.minutes.tolist() == pytest.approx(np.array([[0.6, 0.6], [1.0, 1.0]]))
    assert network.length_m.tolist() == [30.0, 100.0]


def test_the_pace_on_steps_is_weidmanns_unless_told():
    assert Walking().steps_share == pytest.approx(0.61 / 1.34, abs=0.005)


@pytest.mark.parametrize(
    "kind", ["trunk", "primary", "secondary", "主干路", "城市主干道", "次干路"]
)
def test_who_crosses_an_arterial_waits_once_half_on_each_side(kind: str):
    network = arterial_town(*CROSSED, kind=kind)
    assert waits(network) == {"s0": [0, 0], "s1": [0.4], "s2": [0.4]}
    wanted = network.length_m / 100 + network.wait_minutes
    assert pytest.approx(np.array([wanted, wanted])) == network.minutes.T


@pytest.mark.parametrize("kind", ["tertiary", "residential", "支路", "primary_link"])
def test_nobody_waits_at_a_lesser_street(kind: str):
    assert arterial_town(*CROSSED, kind=kind).wait_minutes.sum() == 0


def test_nobody_waits_unless_a_wait_is_set():
    streets = streets_of(*CROSSED, **{"class": ["primary", "residential", "residential"]})
    assert build_network(streets, walking=Walking()).wait_minutes.tolist() == [0.0] * 4


def test_a_street_between_two_arterials_waits_half_at_each_of_them():
    lines = [line((0, 0), (0, 100)), line((50, 0), (50, 100)), line((0, 0), (25, 9), (50, 0))]
    streets = streets_of(*lines, **{"class": ["primary", "trunk", "residential"]})
    assert waits(build_network(streets, walking=WALKING)) == {"s0": [0], "s1": [0], "s2": [0.8]}


def test_a_footbridge_that_shares_no_vertex_with_the_arterial_waits_nowhere():
    lines = (line((-100, 0), (100, 0)), line((0, -60), (0, 60)))
    assert arterial_town(*lines, bridge=[False, True]).wait_minutes.tolist() == [0, 0]


@pytest.mark.parametrize(("bridge", "wait"), [(False, 0.8), (True, 0.0)])
def test_a_path_across_an_arterial_closed_to_walkers_waits_at_the_shared_vertex(
    bridge: bool,  # noqa: FBT001  a case of the table
    wait: float,
):
    lines = (line((-100, 0), (0, 0), (100, 0)), line((0, -60), (0, 0), (0, 60)))
    network = arterial_town(*lines, walkable=[False, True], bridge=[False, bridge])
    assert waits(network) == {"s1": [wait]}


def test_cutting_a_street_in_two_changes_no_wait():
    whole = arterial_town(*CROSSED)
    parts = arterial_town(*CROSSED[:2], line((0, 0), (0, 30)), line((0, 30), (0, 60)))
    assert whole.wait_minutes.sum() == pytest.approx(parts.wait_minutes.sum())
    assert sorted(parts.wait_minutes.tolist()) == pytest.approx([0, 0, 0, 0.4, 0.4])


def test_older_people_wait_as_long_as_everybody():
    walking = Walking(speed_kmh=6.0, older_speed_kmh=3.0, crossing_wait_minutes=0.8)
    streets = streets_of(*CROSSED, **{"class": ["primary", "residential", "residential"]})
    network = build_network(streets, walking=walking)
    older = network.minutes_of(walking, "older")
    wanted = network.length_m / 50 + network.wait_minutes
    assert pytest.approx(np.array([wanted, wanted])) == older.T
