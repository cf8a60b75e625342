from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.long import examples
from zoning.regionalization.bound import relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.instance import Instance, Ints, make_instance
from zoning.regionalization.moves import faults, make_ground, make_plan
from zoning.regionalization.regions import grow, redraw_regions
from zoning.regionalization.search import Found, read_plan


def grid(side: int, seed: int = 0, *, pins: tuple[tuple[str, ...], ...] = ()) -> Instance:
    """Units on a grid in tens and ones, weights 1 to 3, zones of four units more or less."""
    rng = np.random.default_rng(seed)
    ids = [f"{row:02d}{column:02d}" for row in range(side) for column in range(side)]
    place = np.argwhere(np.ones((side, side)))
    apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    one, other = np.nonzero(np.triu(apart == 1))
    near = np.argwhere(apart <= 5)
    return make_instance(
        pd.Series(rng.integers(1, 4, side * side).astype(float), index=ids),
        pd.DataFrame({"focal": [ids[i] for i in one], "neighbor": [ids[j] for j in other]}),
        pd.DataFrame(
            {
                "unit": [ids[i] for i, _ in near],
                "centre": [ids[j] for _, j in near],
                "cost": apart[near[:, 0], near[:, 1]],
            }
        ),
        Bounds(weight=(4, 14), count=side * side // 4, together=pins),
    )


def strips(side: int) -> Ints:
    """Cut each row into strips of four: a plan, and a poor one."""
    return np.array(
        [row * (side // 4) + column // 4 for row in range(side) for column in range(side)]
    )


def redrawn(instance: Instance, side: int, seed: int = 0, *, seconds: float = 1.0) -> Found:
    ground = make_ground(instance)
    plan = read_plan(ground, strips(side), side * side // 4)
    assert plan is not None
    return redraw_regions(
        instance,
        ground,
        plan,
        np.random.default_rng(seed),
        prices=relax(instance, plan.objective, iterations=50).prices,
        has_time=lambda: seconds > 0,
    )


def test_a_region_grows_over_the_longest_borders() -> None:
    instance = grid(4)
    zone = np.array([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 3, 3, 3])
    assert grow(instance, zone, 0, most=1).tolist() == [0]
    assert grow(instance, zone, 2, most=2).tolist() == [2, 3]
    assert grow(instance, zone, 0, most=9).tolist() == [0, 1, 2, 3]


def test_a_region_does_not_leave_its_connected_part() -> None:
    instance = grid(2)
    lone = make_instance(
        pd.Series(1.0, index=list("abc")),
        pd.DataFrame({"focal": ["a"], "neighbor": ["b"]}),
        pd.DataFrame([(u, u, 0.0) for u in "abc"], columns=["unit", "centre", "cost"]),
        Bounds(),
    )
    assert grow(lone, np.array([0, 1, 2]), 0).tolist() == [0, 1]
    assert grow(instance, np.zeros(4, dtype=np.int64), 0).tolist() == [0]


@pytest.mark.parametrize("seed", range(examples(3, 1)))
def test_strips_become_squares_and_every_rule_is_kept(seed: int) -> None:
    side = 12
    instance = grid(side, seed)
    ground = make_ground(instance)
    poor = read_plan(ground, strips(side), side * side // 4)
    found = redrawn(instance, side, seed)
    assert poor is not None
    assert found.count == poor.count
    assert found.objective < 0.9 * poor.objective
    plan = make_plan(ground, found.zone, found.count)
    assert faults(ground, plan) == 0
    assert found.objective == pytest.approx(float(plan.cost.sum()))
    assert found.objective >= relax(instance, found.objective, iterations=200).bound


def test_equal_seeds_draw_equal_regions() -> None:
    instance = grid(12)
    one, two = redrawn(instance, 12, 5), redrawn(instance, 12, 5)
    assert one.zone.tolist() == two.zone.tolist()


def test_without_time_the_plan_stays() -> None:
    found = redrawn(grid(8), 8, seconds=0.0)
    assert found.zone.tolist() == strips(8).tolist()


def test_zones_that_a_pin_ties_to_others_stay_with_them() -> None:
    """Far corners in one zone: no region that leaves one of them out may be redrawn."""
    side = 12
    instance = grid(side, pins=(("0000", "0003"),))
    found = redrawn(instance, side)
    ids = list(instance.units)
    assert found.zone[ids.index("0000")] == found.zone[ids.index("0003")]
    assert math.isfinite(found.objective)
