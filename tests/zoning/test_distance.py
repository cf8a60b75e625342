"""The price of a plan that is given, and the bound below every plan that keeps the limits."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from tests.zoning.plain_plans import Tables, share, town
from zoning.regionalization import Bounds, distance, regionalize
from zoning.regionalization.distance import bound_below, price_plan


def instance(seed: int, *, rule: str = "off", balance: float = 0.0) -> tuple[Tables, Bounds]:
    tables = town(24, seed)
    ids = tables[0].index
    groups = pd.Series([None, *("甲乙"[n % 2] for n in range(1, len(ids)))], index=ids)
    bounds = replace(share(tables[0], 3, 0.5, 1.6), balance=balance)
    if rule == "soft":
        bounds = replace(bounds, groups=groups, group_rule="soft", group_penalty=30.0)
    return tables, bounds


CASES = [
    (seed, rule, balance) for seed in (1, 2) for rule in ("off", "soft") for balance in (0.0, 5.0)
]


@pytest.mark.parametrize(("seed", "rule", "balance"), CASES)
def test_the_price_and_the_bound_of_the_best_plan_are_those_of_the_solver(
    seed: int, rule: str, balance: float
) -> None:
    tables, bounds = instance(seed, rule=rule, balance=balance)
    best = regionalize(*tables, bounds)
    assert price_plan(*tables, bounds, best.assignment) == pytest.approx(best.objective, rel=1e-12)
    assert bound_below(*tables, bounds) == pytest.approx(best.bound, rel=1e-9)


@pytest.mark.parametrize(("seed", "rule", "balance"), CASES)
def test_the_relaxed_bound_lies_below_the_best_plan(
    seed: int, rule: str, balance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, bounds = instance(seed, rule=rule, balance=balance)
    best = regionalize(*tables, bounds)
    monkeypatch.setattr(distance, "WHOLE", 0)
    bound = bound_below(*tables, bounds)
    assert 0.8 * best.objective < bound <= best.objective * (1 + 1e-9)
    assert bound_below(*tables, bounds) == bound


def test_a_plan_that_breaks_every_limit_has_its_price() -> None:
    tables, bounds = instance(3)
    weights, _, cost = tables
    pinned = replace(bounds, apart=(tuple(weights.index[:2]),), weight=(0.0, 1.0))
    one = pd.Series("Z", index=weights.index)
    sums = cost.assign(price=cost["cost"] * cost["unit"].map(weights)).groupby("centre")["price"]
    assert price_plan(*tables, pinned, one) == pytest.approx(float(sums.sum().min()))


def test_a_zone_that_no_centre_may_serve_whole_has_no_price() -> None:
    tables, bounds = instance(3)
    weights, links, cost = tables
    a, b = weights.index[:2]
    plan = pd.Series("Z", index=weights.index)
    plan[[a, b]] = "Y"
    apart = cost[~(cost["unit"].isin([a, b]) & cost["centre"].isin([a, b]))]
    selves = cost[cost["unit"].eq(cost["centre"]) & cost["unit"].isin([a, b])]
    assert price_plan(weights, links, pd.concat([apart, selves]), bounds, plan) == math.inf
    assert price_plan(*tables, bounds, plan) < math.inf


def test_limits_that_no_plan_keeps_bound_everything() -> None:
    tables, bounds = instance(4)
    heavy = float(tables[0].sum())
    assert bound_below(*tables, replace(bounds, weight=(heavy, heavy), count=3)) == math.inf
