"""Random towns for the solver, and what a plan is, from its definition alone."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from zoning.regionalization import Bounds, RegionalizationResult

Tables = tuple[pd.Series, pd.DataFrame, pd.DataFrame]
"""Weights, links, costs of pairs."""


def town(count: int, seed: int, *, radius: float = math.inf) -> Tables:
    """Random units in a square, linked with those near by."""
    rng = np.random.default_rng(seed)
    ids = [f"u{number:04d}" for number in range(count)]
    xy = rng.random((count, 2)) * math.sqrt(count) * 100
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    nearest = np.argsort(apart, axis=1)[:, 1:6]
    links = [(ids[i], ids[j]) for i in range(count) for j in nearest[i]]
    pairs = np.argwhere(apart <= radius)
    return (
        pd.Series(rng.integers(20, 140, count).astype(float), index=ids),
        pd.DataFrame(links, columns=["focal", "neighbor"]),
        pd.DataFrame(
            {
                "unit": [ids[i] for i, _ in pairs],
                "centre": [ids[j] for _, j in pairs],
                "cost": apart[pairs[:, 0], pairs[:, 1]].round(1),
            }
        ),
    )


def share(weights: pd.Series, count: int, low: float, high: float) -> Bounds:
    mean = float(weights.sum()) / count
    return Bounds(weight=(low * mean, high * mean), count=count)


def check_plan(
    result: RegionalizationResult,
    weights: pd.Series,
    links: pd.DataFrame,
    cost: pd.DataFrame,
    bounds: Bounds,
) -> None:
    """Check a plan from its definition."""
    price = {(u, c): value for u, c, value in cost.itertuples(index=False)}
    beside = neighbours(links)
    total = 0.0
    assert set(result.assignment.index) == set(weights.index)
    zones = result.assignment.groupby(result.assignment)
    low, high = bounds.count_range
    assert low <= len(zones) <= high
    for centre, members in zones:
        names = set(members.index)
        assert centre in names
        assert bounds.weight[0] - 1e-6 <= weights[list(names)].sum() <= bounds.weight[1] + 1e-6
        assert is_connected(names, beside)
        total += sum(weights[name] * price[name, str(centre)] for name in names)
    assert result.objective == pytest.approx(total)


def neighbours(links: pd.DataFrame) -> Mapping[str, set[str]]:
    beside: dict[str, set[str]] = {}
    for focal, neighbor in links[["focal", "neighbor"]].itertuples(index=False):
        beside.setdefault(focal, set()).add(neighbor)
        beside.setdefault(neighbor, set()).add(focal)
    return beside


def is_connected(names: set[str], beside: Mapping[str, set[str]]) -> bool:
    reached = {min(names)}
    queue = list(reached)
    while queue:
        fresh = (beside.get(queue.pop(), set()) & names) - reached
        reached |= fresh
        queue.extend(fresh)
    return reached == names
