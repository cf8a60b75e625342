"""Plans of nearly the same cost, and who stays with whom in them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from zoning.regionalization import Bounds, regionalize
from zoning.regionalization.alternatives import DISTINCT_SHARE, NearBest, find_near_best

Tables = tuple[pd.Series, pd.DataFrame, pd.DataFrame]


def grid(side: int, seed: int) -> Tables:
    """Units on a grid of streets, with random weights; walks along the streets."""
    rng = np.random.default_rng(seed)
    spots = {f"u{i}{j}": (i, j) for i in range(side) for j in range(side)}
    links = [
        (one, other)
        for (one, (i, j)), (other, (k, m)) in itertools.combinations(spots.items(), 2)
        if abs(i - k) + abs(j - m) == 1
    ]
    cost = [
        (one, other, 100.0 * (abs(i - k) + abs(j - m)) + 7 * ((i * k + j * m) % 3))
        for one, (i, j) in spots.items()
        for other, (k, m) in spots.items()
    ]
    table = pd.DataFrame(cost, columns=["unit", "centre", "cost"])
    table.loc[table["unit"] == table["centre"], "cost"] = 0.0
    return (
        pd.Series(rng.integers(20, 140, len(spots)).astype(float), index=list(spots)),
        pd.DataFrame(links, columns=["focal", "neighbor"]),
        table,
    )


def solved(seed: int, within: float = 0.05) -> tuple[Tables, Bounds, pd.Series, float, NearBest]:
    tables = grid(6, seed)
    mean = float(tables[0].sum()) / 4
    bounds = Bounds(weight=(0.6 * mean, 1.5 * mean), count=4)
    best = regionalize(*tables, bounds)
    near = find_near_best(
        *tables, bounds, best.assignment, within_share=within, wanted=3, seed=seed
    )
    return tables, bounds, best.assignment, best.objective, near


def price(tables: Tables, plan: pd.Series) -> float:
    weights, _, cost = tables
    walk = cost.set_index(["unit", "centre"])["cost"]
    return math.fsum(weights[unit] * walk[unit, centre] for unit, centre in plan.items())


def is_connected(links: pd.DataFrame, members: set[str]) -> bool:
    beside: dict[str, set[str]] = {one: set() for one in members}
    for focal, neighbor in links.itertuples(index=False):
        if focal in members and neighbor in members:
            beside[focal].add(neighbor)
            beside[neighbor].add(focal)
    queue, seen = [min(members)], {min(members)}
    while queue:
        fresh = beside[queue.pop()] - seen
        seen |= fresh
        queue.extend(fresh)
    return seen == members


def moved(weights: pd.Series, one: pd.Series, other: pd.Series) -> float:
    """Give the least weight that two plans place otherwise, over all ways to match their zones."""
    first, second = sorted(set(one)), sorted(set(other))
    least = math.inf
    for order in itertools.permutations(second):
        name = dict(zip(order, first, strict=True))
        least = min(least, float(weights[other.map(name) != one].sum()))
    return least / float(weights.sum())


@pytest.mark.parametrize("seed", range(3))
def test_each_distinct_plan_keeps_every_rule_the_ceiling_and_its_distance(seed: int):
    tables, bounds, plan, objective, near = solved(seed)
    weights, links, _ = tables
    assert near.variants
    for variant in near.variants:
        zones = variant.assignment.groupby(variant.assignment)
        assert zones.ngroups == 4
        for _, members in zones:
            total = float(weights[members.index].sum())
            assert bounds.weight[0] <= total <= bounds.weight[1]
            assert is_connected(links, set(members.index))
        assert variant.objective == pytest.approx(price(tables, variant.assignment))
        assert objective <= variant.objective + 1e-6 <= objective * 1.05 + 1e-3
    plans = [plan, *(variant.assignment for variant in near.variants)]
    for one, other in itertools.combinations(plans, 2):
        assert moved(weights, one, other) >= DISTINCT_SHARE - 1e-12
    shares = [moved(weights, plan, variant.assignment) for variant in near.variants]
    assert shares == pytest.approx([variant.moved_share for variant in near.variants])


def test_who_stands_at_a_border_stays_less_often_than_a_centre():
    _, _, plan, _, near = solved(0)
    assert near.samples == 200
    assert near.stays_share.between(0, 1).all()
    centres = sorted(set(plan))
    assert near.stays_share[centres].min() > near.stays_share.min()
    assert near.stays_share.min() < 0.9


def test_a_lower_ceiling_lets_nobody_move_more():
    loose, strict = solved(1, 0.10)[4], solved(1, 0.01)[4]
    assert strict.stays_share.mean() >= loose.stays_share.mean()


def test_the_share_of_staying_equals_the_count_over_all_plans_of_a_line():
    """Ten equal units: the cut between two zones may lie after 4, 5 or 6 of them."""
    ids = list("abcdefghij")
    weights = pd.Series(1.0, index=ids)
    links = pd.DataFrame(list(itertools.pairwise(ids)), columns=["focal", "neighbor"])
    cost = pd.DataFrame(
        [(u, c, float(abs(ord(u) - ord(c)))) for u in ids for c in ids],
        columns=["unit", "centre", "cost"],
    )
    bounds = Bounds(weight=(4, 6), count=2)
    plan = pd.Series(["c"] * 5 + ["h"] * 5, index=ids)
    near = find_near_best(weights, links, cost, bounds, plan, within_share=1.0)
    stays = near.stays_share
    assert stays[["a", "b", "c", "d", "g", "h", "i", "j"]].eq(1.0).all()
    assert stays[["e", "f"]].between(0.5, 0.85).all()
    assert near.variants[0].moved_share == pytest.approx(0.1)


def test_where_no_other_plan_is_allowed_nothing_is_claimed():
    weights, links, cost = grid(3, 0)
    weights[:] = 1.0
    bounds = Bounds(count=1)
    plan = pd.Series("u11", index=weights.index)
    near = find_near_best(weights, links, cost, bounds, plan)
    assert near.samples == 0
    assert near.stays_share.isna().all()
    assert near.variants == ()


def test_a_plan_that_breaks_a_rule_has_no_neighbours():
    weights, links, cost = grid(3, 0)
    near = find_near_best(
        weights, links, cost, Bounds(weight=(1e6, 2e6)), pd.Series("u11", index=weights.index)
    )
    assert near.samples == 0


def test_equal_input_and_seed_give_equal_plans_whatever_the_order_of_rows():
    tables, bounds, plan, _, near = solved(2)
    shuffled = tuple(table.sample(frac=1, random_state=4) for table in tables)
    again = find_near_best(*shuffled, bounds, plan.iloc[::-1], within_share=0.05, seed=2)
    pd.testing.assert_series_equal(near.stays_share, again.stays_share)
    assert [v.objective for v in near.variants] == [v.objective for v in again.variants]


def test_a_plan_that_lacks_a_unit_is_refused():
    tables, bounds, plan, _, _ = solved(0)
    with pytest.raises(ValueError, match="u00"):
        find_near_best(*tables, bounds, plan.drop("u00"))
