"""Drafts by spread: their price is exact, and plans under the costs they give spread no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.long import examples
from zoning.regionalization import Bounds, drafts, regionalize
from zoning.regionalization.drafts import add_needs
from zoning.regionalization.instance import Floats, Ints, make_instance
from zoning.regionalization.moves import Ground, make_ground, make_plan, shift, unlikeness

SIDE = 6
IDS = [f"u{number:02d}" for number in range(SIDE * SIDE)]
LIMITS = Bounds(weight=(30.0, 80.0), count=6)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a tenth of the sweeps of towns, which anneal a grid of 36 to its end."""
    monkeypatch.setattr(drafts, "LONG", 2_000)


def links() -> pd.DataFrame:
    pairs = [(i, i + 1) for i in range(SIDE * SIDE) if (i + 1) % SIDE]
    pairs += [(i, i + SIDE) for i in range(SIDE * (SIDE - 1))]
    return pd.DataFrame(
        [(IDS[one], IDS[other]) for one, other in pairs], columns=["focal", "neighbor"]
    )


def walks() -> pd.DataFrame:
    rows = [
        (a, b, 100.0 * (abs(i % SIDE - j % SIDE) + abs(i // SIDE - j // SIDE)))
        for i, a in enumerate(IDS)
        for j, b in enumerate(IDS)
    ]
    return pd.DataFrame(rows, columns=["unit", "centre", "cost"])


def town(seed: int) -> tuple[pd.Series, pd.DataFrame]:
    """Weights and needs: quarters that lack the same, with noise."""
    rng = np.random.default_rng(seed)
    weights = pd.Series(rng.integers(3, 15, len(IDS)).astype(float), index=IDS)
    quarter = rng.random((SIDE // 2, SIDE // 2, 4)).repeat(2, axis=0).repeat(2, axis=1)
    lacks = quarter.reshape(len(IDS), 4) + rng.normal(0, 0.2, (len(IDS), 4)) > 0.5
    return weights, pd.DataFrame(lacks.astype(float), index=IDS, columns=list("wxyz"))


def spread(lacks: pd.DataFrame, assignment: pd.Series) -> float:
    means = lacks.groupby(assignment.reindex(lacks.index).to_numpy()).transform("mean")
    return float(((lacks - means) ** 2).to_numpy().sum())


def walked(weights: pd.Series, assignment: pd.Series) -> float:
    table = walks().set_index(["unit", "centre"])["cost"]
    pairs = pd.MultiIndex.from_arrays([assignment.index, assignment])
    return float(table.reindex(pairs).to_numpy() @ weights.reindex(assignment.index).to_numpy())


def price_of(weights: pd.Series, cost: pd.DataFrame, zones: pd.Series) -> float:
    """Price zones around their best centres."""
    table = cost.pivot_table(index="unit", columns="centre", values="cost")
    total = 0.0
    for members in zones.groupby(zones).groups.values():
        own = table.loc[members, members].mul(weights.reindex(members), axis=0)
        total += float(own.sum().min())
    return total


def walked_best(weights: pd.Series, zones: pd.Series) -> float:
    return price_of(weights, walks(), zones)


@pytest.mark.parametrize("seed", range(examples(4, 1)))
def test_needs_make_zones_alike_and_cost_at_least_their_spread(seed: int) -> None:
    weights, lacks = town(seed)
    price = 10_000.0
    cost, draft = add_needs(walks(), weights, links(), LIMITS, lacks, price)
    plain = regionalize(weights, links(), walks(), LIMITS)
    alike = regionalize(weights, links(), cost, LIMITS, draft=draft)
    assert spread(lacks, alike.assignment) < 0.9 * spread(lacks, plain.assignment)
    each = price * float(weights.mean()) / lacks.shape[1]
    least = walked(weights, alike.assignment) + each * spread(lacks, alike.assignment)
    assert alike.objective >= least * (1 - 1e-9)
    # of the draft they cost just that, and the plan costs no more
    assert draft is not None
    own = price_of(weights, cost, draft)
    spent = walked_best(weights, draft) + each * spread(lacks, draft)
    assert own == pytest.approx(spent)
    assert alike.objective <= own * (1 + 1e-9)


def test_weak_needs_change_costs_little_and_equal_needs_nothing() -> None:
    weights, lacks = town(0)
    same, _ = add_needs(walks(), weights, links(), LIMITS, 0 * lacks, 5_000.0)
    pd.testing.assert_frame_equal(same, walks())
    weak = add_needs(walks(), weights, links(), LIMITS, lacks, 1.0)[0]["cost"] - walks()["cost"]
    even = weights.mean() / weights.reindex(walks()["unit"]).to_numpy()
    assert (weak.to_numpy() <= even + 1e-9).all()
    assert (weak >= 0).all()


def test_limits_that_nothing_keeps_leave_neighbours_to_stand_for_the_zone() -> None:
    weights, lacks = town(1)
    limits = Bounds(weight=(30.0, 31.0), count=2)
    cost, draft = add_needs(walks(), weights, links(), limits, lacks, 90.0)
    assert draft is None
    own = cost.set_index(["unit", "centre"])["cost"]
    around = lacks.loc[["u00", "u01", "u06"]].mean()
    expected = 90.0 * float(((lacks.loc["u00"] - around) ** 2).mean())
    assert own["u00", "u00"] == pytest.approx(expected * weights.mean() / weights["u00"])


def test_equal_input_gives_equal_costs_in_any_order() -> None:
    weights, lacks = town(2)
    one, _ = add_needs(walks(), weights, links(), LIMITS, lacks, 9_000.0)
    other, _ = add_needs(walks(), weights.iloc[::-1], links().iloc[::-1], LIMITS, lacks, 9_000.0)
    assert one["cost"].tolist() == other["cost"].tolist()


def test_a_draft_is_used_where_it_keeps_the_rules_and_passed_over_elsewhere() -> None:
    weights = pd.Series(1.0, index=IDS)
    limits = Bounds(weight=(6.0, 6.0), count=6)
    rows = pd.Series([f"row {number // SIDE}" for number in range(len(IDS))], index=IDS)
    given = regionalize(weights, links(), walks(), limits, time_limit_s=0.0, draft=rows)
    assert given.objective <= price_of(weights, walks(), rows)
    torn = rows.sample(frac=1.0, random_state=0).set_axis(IDS)
    best = regionalize(weights, links(), walks(), limits).objective
    for wrong in (torn, rows.iloc[:-1], pd.Series("one", index=IDS)):
        result = regionalize(weights, links(), walks(), limits, draft=wrong)
        assert result.objective == pytest.approx(best)
        assert result.assignment.value_counts().eq(6).all()


def brute(traits: Floats, zone: Ints, z: int) -> float:
    own = traits[zone == z].sum(axis=0)
    return float(own[1] - (own[2:] ** 2).sum() / own[0]) if own[0] > 0 else 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 35), st.integers(0, 2))))
def test_sums_follow_moves(seed: int, moves: list[tuple[int, int]]) -> None:
    """What moves keep up to date is the spread of the zones as they stand, before and after."""
    weights, lacks = town(seed)
    instance = make_instance(weights, links(), walks(), LIMITS)
    rng = np.random.default_rng(seed)
    mass = rng.uniform(0.5, 2.0, instance.nodes)
    own = lacks.to_numpy()
    traits = np.column_stack([mass, mass * (own**2).sum(axis=1), mass[:, None] * own])
    ground = make_ground(instance, traits)
    plan = make_plan(ground, rng.integers(0, 3, instance.nodes), 3)
    for i, z in moves:
        a = int(plan.zone[i])
        if z == a:
            continue
        after = plan.zone.copy()
        after[i] = z
        for k, out, into in ((a, i, -1), (z, -1, i)):
            found = unlikeness(ground, plan, k, out, into)
            assert found == pytest.approx(brute(traits, after, k), abs=1e-9)
        shift(ground, plan, i, z)
        for k in range(3):
            now = unlikeness(ground, plan, k, -1, -1)
            assert now == pytest.approx(brute(traits, plan.zone, k), abs=1e-9)


def test_without_traits_nothing_is_added() -> None:
    instance = make_instance(town(0)[0], links(), walks(), LIMITS)
    ground: Ground = make_ground(instance)
    plan = make_plan(ground, np.arange(instance.nodes) % 6, 6)
    assert unlikeness(ground, plan, 0, -1, -1) == 0.0
