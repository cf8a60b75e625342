from __future__ import annotations

import numpy as np
import pandas as pd

from zoning.regionalization.bound import relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.instance import Instance, make_instance
from zoning.regionalization.starts import gather_centres, start_plans


def line(count: int, *, together: tuple[tuple[str, ...], ...] = (), missing: int = 99) -> Instance:
    """Line units up, each a step from the next, for zones of two to six."""
    ids = [f"u{number:02d}" for number in range(count)]
    return make_instance(
        pd.Series(1.0, index=ids),
        pd.DataFrame({"focal": ids[:-1], "neighbor": ids[1:]}),
        pd.DataFrame(
            [
                (a, b, float(abs(i - j)))
                for i, a in enumerate(ids)
                for j, b in enumerate(ids)
                if abs(i - j) < missing
            ],
            columns=["unit", "centre", "cost"],
        ),
        Bounds(weight=(2, 6), count=count // 4, together=together),
    )


def test_each_quarter_gets_as_many_centres_as_are_open_in_it() -> None:
    opened = np.array([0.1, 0.4, 0.3, 0.2, 0.2, 0.2, 0.5, 0.1])
    assert gather_centres(line(8), opened).tolist() == [1, 6]
    left = np.array([0.6, 0.5, 0.7, 0.2, 0.0, 0.0, 0.0, 0.0])
    assert gather_centres(line(8), left).max() < 4


def test_what_is_wholly_open_stays() -> None:
    opened = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    assert gather_centres(line(8), opened).tolist() == [1, 6]


def test_two_centres_in_one_node_are_not_both_chosen() -> None:
    instance = line(8, together=(("u01", "u02"),))
    opened = np.array([0.0, 0.9, 0.9, 0.0, 0.0, 0.1, 0.1, 0.0])
    homes = instance.home[gather_centres(instance, opened)]
    assert len(set(homes.tolist())) == len(homes)


def test_nothing_is_taken_from_beyond_the_walking_radius() -> None:
    opened = np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5])
    assert gather_centres(line(8), opened).tolist() == [0]
    assert gather_centres(line(8, missing=3), opened).tolist() == [0, 7]


def test_the_first_plan_drawn_costs_hardly_more_than_the_bound() -> None:
    instance = line(24)
    found = relax(instance, 30.0, iterations=200)
    zone = start_plans(instance, found, most=1)[0]
    members = [np.flatnonzero(zone == z) for z in range(6)]
    cost = sum(min(instance.cost[np.ix_(own, own)].sum(axis=0)) for own in members)
    assert cost <= 1.25 * found.bound
