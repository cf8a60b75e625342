"""Many connected parts that only the number of zones binds: each is solved by itself."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from zoning.regionalization import Bounds, regionalize
from zoning.regionalization.instance import Instance, make_instance
from zoning.regionalization.parts import make_cells
from zoning.regionalization.pursuit import Pursuit

PARTS, LENGTH = 4, 20
WEIGHT = (18.0, 45.0)


def row(part: int) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """One street of communities, some farther from the next one than others."""
    rng = np.random.default_rng(part)
    ids = [f"p{part:02d}u{number:02d}" for number in range(LENGTH)]
    at = rng.integers(20, 200, LENGTH).cumsum()
    weights = pd.Series(rng.integers(3, 9, LENGTH).astype(float), index=ids)
    links = pd.DataFrame({"focal": ids[:-1], "neighbor": ids[1:]})
    cost = pd.DataFrame(
        [(a, b, float(abs(at[i] - at[j]))) for i, a in enumerate(ids) for j, b in enumerate(ids)],
        columns=["unit", "centre", "cost"],
    )
    return weights, links, cost


def least_by_count(part: int) -> dict[int, float]:
    """Give the least objective of one part for three, four and five zones."""
    results = {
        count: regionalize(*row(part), Bounds(weight=WEIGHT, count=count)) for count in (3, 4, 5)
    }
    assert all(result.optimal for result in results.values())
    return {count: result.objective for count, result in results.items()}


def test_numbers_of_zones_are_shared_out_at_least_cost() -> None:
    rows = [row(part) for part in range(PARTS)]
    weights = pd.concat([one[0] for one in rows])
    links, cost = (pd.concat([one[k] for one in rows], ignore_index=True) for k in (1, 2))
    sums = {0: 0.0}
    for part in range(PARTS):
        fresh: dict[int, float] = {}
        for count, value in least_by_count(part).items():
            for zones, total in sums.items():
                fresh[zones + count] = min(fresh.get(zones + count, math.inf), total + value)
        sums = fresh
    for count in (3 * PARTS + 2, 4 * PARTS + 3):
        result = regionalize(weights, links, cost, Bounds(weight=WEIGHT, count=count))
        assert result.optimal
        assert result.assignment.nunique() == count
        assert result.objective == pytest.approx(sums[count], rel=1e-9)


def test_parts_are_pursued_number_by_number_while_they_are_small() -> None:
    rows = [row(part) for part in range(PARTS)]
    weights = pd.concat([one[0] for one in rows])
    links, cost = (pd.concat([one[k] for one in rows], ignore_index=True) for k in (1, 2))
    instance = make_instance(weights, links, cost, Bounds(weight=WEIGHT, count=3 * PARTS))
    cells = make_cells(instance, start)
    assert {cell.part for cell in cells} == set(range(PARTS))
    assert all(cell.low == cell.high for cell in cells)
    # without a floor a part may hold any number of zones: too many to be tried one by one
    instance = make_instance(weights, links, cost, Bounds(weight=(0.0, 45.0), count=6 * PARTS))
    assert len(make_cells(instance, start)) == 1


def start(instance: Instance) -> Pursuit:
    return Pursuit(
        instance=instance,
        rng=np.random.default_rng(0),
        left_s=lambda: math.inf,
        limited=False,
    )
