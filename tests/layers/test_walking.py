"""Walking assumptions: limits in metres and minutes."""

from __future__ import annotations

from layers.walking import Walking


def test_the_limits_of_the_standard_are_round_in_metres_and_minutes() -> None:
    walking = Walking()
    assert [walking.limit_minutes_of(walker) for walker in ("adult", "older")] == [15.0, 15.0]
    assert [walking.reach_m(walker) for walker in ("adult", "older")] == [1000.0, 800.0]


def test_the_time_rule_gives_every_walker_the_same_minutes() -> None:
    walking = Walking(rule="time", limit_minutes=12.0)
    assert [walking.limit_minutes_of(walker) for walker in ("adult", "older")] == [12.0, 12.0]
    assert walking.reach_m("adult") == 800.0
