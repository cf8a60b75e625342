from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from layers.errors import InfeasibleError
from tests.long import examples
from tests.zoning.plain_plans import Tables, check_plan, share, town
from zoning.regionalization import Bounds, RegionalizationResult, regionalize


def line(*weights: float, step: float = 1.0) -> Tables:
    """Units a, b, c, ... along a line, each linked with the next."""
    ids = [chr(ord("a") + number) for number in range(len(weights))]
    return (
        pd.Series(weights, index=ids),
        pd.DataFrame(list(itertools.pairwise(ids)), columns=["focal", "neighbor"]),
        pd.DataFrame(
            [(u, c, abs(ord(u) - ord(c)) * step) for u in ids for c in ids],
            columns=["unit", "centre", "cost"],
        ),
    )


def zones_of(result: RegionalizationResult) -> list[list[str]]:
    grouped = result.assignment.groupby(result.assignment)
    return sorted(sorted(members.index) for _, members in grouped)


# --- hand cases ---------------------------------------------------------------------------------


def test_a_line_of_six_is_cut_in_the_middle() -> None:
    result = regionalize(*line(1, 1, 1, 1, 1, 1), Bounds(weight=(3, 3), count=2))
    assert zones_of(result) == [["a", "b", "c"], ["d", "e", "f"]]
    assert sorted(set(result.assignment)) == ["b", "e"]
    assert result.objective == 4
    assert result.bound == 4
    assert result.optimal
    assert result.gap_share == 0
    assert result.stopped_by == "optimal"


def test_the_heavy_unit_becomes_the_centre() -> None:
    result = regionalize(*line(1, 1, 10), Bounds(count=1))
    assert set(result.assignment) == {"c"}
    assert result.objective == 1 * 2 + 1 * 1


def test_one_unit_is_one_zone_of_no_cost() -> None:
    result = regionalize(*line(7), Bounds(count=1))
    assert result.assignment.to_dict() == {"a": "a"}
    assert result.objective == 0
    assert result.gap_share == 0


def test_a_zone_is_never_drawn_across_a_missing_link() -> None:
    weights, links, cost = line(1, 1, 1, 1)
    unlinked = links.loc[links["focal"] != "b"]
    result = regionalize(weights, unlinked, cost, Bounds(weight=(2, 2), count=2))
    assert zones_of(result) == [["a", "b"], ["c", "d"]]


def test_a_path_round_the_corner_is_kept_connected_although_it_costs_more() -> None:
    """The cheap partner of a lies across d: only through b and c could they meet."""
    ids = ["a", "b", "c", "d"]
    xy = {"a": (0, 0), "b": (0, 5), "c": (1, 5), "d": (1, 0)}
    cost = pd.DataFrame(
        [(u, c, math.dist(xy[u], xy[c])) for u in ids for c in ids],
        columns=["unit", "centre", "cost"],
    )
    links = pd.DataFrame([("a", "b"), ("b", "c"), ("c", "d")], columns=["focal", "neighbor"])
    weights = pd.Series(1.0, index=ids)
    result = regionalize(weights, links, cost, Bounds(units=(2, 2), count=2))
    assert zones_of(result) == [["a", "b"], ["c", "d"]]
    assert result.objective == 10


def test_a_weight_exactly_at_the_floor_and_the_cap_is_allowed() -> None:
    result = regionalize(*line(0.1, 0.2, 0.3), Bounds(weight=(0.3, 0.3), count=2))
    assert zones_of(result) == [["a", "b"], ["c"]]


def test_a_missing_pair_is_not_assigned() -> None:
    weights, links, cost = line(1, 1, 1, 1)
    near = cost.loc[cost["cost"] <= 1]
    result = regionalize(weights, links, near, Bounds(count=(1, 4), weight=(1.5, 9)))
    assert zones_of(result) == [["a", "b"], ["c", "d"]]


def test_only_units_that_occur_as_centre_become_one() -> None:
    weights, links, cost = line(1, 1, 1)
    result = regionalize(weights, links, cost.loc[cost["centre"] == "a"], Bounds(count=1))
    assert set(result.assignment) == {"a"}
    assert result.objective == 3


def test_a_free_count_takes_as_many_zones_as_the_floor_allows() -> None:
    result = regionalize(*line(1, 1, 1, 1, 1, 1), Bounds(weight=(2, 6)))
    assert len(set(result.assignment)) == 3


def test_together_and_apart_hold() -> None:
    tables = line(1, 1, 1, 1, 1, 1)
    apart = regionalize(*tables, Bounds(count=2, apart=(("a", "b"),)))
    assert zones_of(apart) == [["a"], ["b", "c", "d", "e", "f"]]
    together = regionalize(*tables, Bounds(count=2, together=(("c", "d"),), weight=(2, 4)))
    assert together.assignment["c"] == together.assignment["d"]
    far = regionalize(*tables, Bounds(count=2, together=(("a", "e"),)))
    assert zones_of(far) == [["a", "b", "c", "d", "e"], ["f"]]


def test_locked_labels_stay_whole_and_apart() -> None:
    locked = {"a": "Z01", "b": "Z01", "c": "Z02"}
    result = regionalize(*line(1, 1, 1, 1, 1, 1), Bounds(count=2, locked=locked))
    assert zones_of(result) == [["a", "b"], ["c", "d", "e", "f"]]


def test_hard_groups_are_not_mixed_and_soft_ones_cost() -> None:
    tables = line(1, 1, 1, 1)
    groups = pd.Series(["g", "h", "h", "h"], index=list("abcd"))
    hard = regionalize(*tables, Bounds(count=2, groups=groups, group_rule="hard"))
    assert zones_of(hard) == [["a"], ["b", "c", "d"]]
    soft = regionalize(
        *tables,
        Bounds(count=2, weight=(2, 2), groups=groups, group_rule="soft", group_penalty=7.0),
    )
    assert zones_of(soft) == [["a", "b"], ["c", "d"]]
    assert soft.objective == 2 + 7


def test_unknown_groups_form_a_group_of_their_own() -> None:
    groups = pd.Series(["g", "g", None, None], index=list("abcd"))
    result = regionalize(*line(1, 1, 1, 1), Bounds(count=2, groups=groups, group_rule="hard"))
    assert zones_of(result) == [["a", "b"], ["c", "d"]]


def test_the_price_of_imbalance_moves_the_border() -> None:
    """Weights 5 1 1 1 and a mean of 4: (5) and (3) are off by one each, (6) and (2) by two."""
    tables = line(5, 1, 1, 1)
    assert regionalize(*tables, Bounds(count=2)).objective == 2
    priced = regionalize(*tables, Bounds(count=2, balance=10.0))
    assert zones_of(priced) == [["a"], ["b", "c", "d"]]
    assert priced.objective == 2 + 10 * (1 + 1)
    level = regionalize(*line(4, 1, 1, 2, 2), Bounds(count=2, balance=100.0))
    assert zones_of(level) == [["a", "b"], ["c", "d", "e"]]


def test_imbalance_is_priced_even_where_nobody_walks() -> None:
    weights, links, cost = line(13, 21)
    bounds = Bounds(weight=(10, 24), count=(1, 3), balance=1.0)
    result = regionalize(weights, links.iloc[:0], cost, bounds)
    assert zones_of(result) == [["a"], ["b"]]
    assert result.objective == (17 - 13) + (21 - 17)


def test_a_range_of_counts_gives_the_best_of_them_all() -> None:
    weights, links, cost = town(30, 4)
    mean = float(weights.sum()) / 4
    limits = (0.6 * mean, 1.7 * mean)
    single = [
        regionalize(weights, links, cost, Bounds(weight=limits, count=count)).objective
        for count in (3, 4, 5)
    ]
    ranged = regionalize(weights, links, cost, Bounds(weight=limits, count=(3, 5)))
    assert ranged.optimal
    assert ranged.objective == pytest.approx(min(single))


def test_links_that_are_not_linked_or_lead_elsewhere_do_not_count() -> None:
    weights, links, cost = line(1, 1, 1, 1)
    flagged = links.assign(linked=[True, False, True])
    outside = pd.DataFrame({"focal": ["a", "x"], "neighbor": ["x", "d"], "linked": True})
    table = pd.concat([flagged, outside], ignore_index=True)
    result = regionalize(weights, table.set_index(["focal", "neighbor"]), cost, Bounds(count=2))
    assert zones_of(result) == [["a", "b"], ["c", "d"]]


# --- order, seeds, time -------------------------------------------------------------------------


def test_the_order_of_rows_changes_nothing() -> None:
    weights, links, cost = town(40, 3)
    bounds = share(weights, 4, 0.6, 1.5)
    first = regionalize(weights, links, cost, bounds)
    turned = links.rename(columns={"focal": "neighbor", "neighbor": "focal"})
    second = regionalize(
        weights.sample(frac=1, random_state=1),
        turned.sample(frac=1, random_state=2),
        cost.sample(frac=1, random_state=3),
        bounds,
    )
    pd.testing.assert_series_equal(first.assignment, second.assignment)
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_equal_input_and_seed_give_equal_output() -> None:
    weights, links, cost = town(40, 5)
    bounds = share(weights, 3, 0.8, 1.2)
    one, two = (regionalize(weights, links, cost, bounds, seed=7) for _ in range(2))
    assert one == one.__class__(**{**two.__dict__, "assignment": one.assignment})
    pd.testing.assert_series_equal(one.assignment, two.assignment)


def test_a_town_of_sixty_is_proven_optimal() -> None:
    weights, links, cost = town(60, 1)
    result = regionalize(weights, links, cost, share(weights, 4, 0.6, 1.5))
    assert result.optimal
    assert result.bound == result.objective


def test_a_larger_town_comes_with_a_bound_close_below_its_plan() -> None:
    weights, links, cost = town(200, 2, radius=700)
    bounds = share(weights, 10, 0.6, 1.5)
    result = regionalize(weights, links, cost, bounds)
    assert result.bound <= result.objective
    assert result.gap_share <= 0.005
    check_plan(result, weights, links, cost, bounds)


def test_a_time_limit_gives_the_best_plan_so_far() -> None:
    weights, links, cost = town(200, 2, radius=700)
    bounds = share(weights, 10, 0.6, 1.5)
    result = regionalize(weights, links, cost, bounds, time_limit_s=3.0)
    assert result.stopped_by in {"time", "optimal"}
    check_plan(result, weights, links, cost, bounds)


def test_a_classical_districting_instance_is_solved_as_it_is() -> None:
    """Four districts of a grid of counties, population within half a percent, nothing else."""
    rng = np.random.default_rng(11)
    side, districts = examples(12, 9), 4
    ids = [f"{row:02d}-{column:02d}" for row in range(side) for column in range(side)]
    place = np.argwhere(np.ones((side, side)))
    people = pd.Series(rng.integers(500, 4000, side * side).astype(float), index=ids)
    apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    one, other = np.nonzero(np.triu(apart == 1))
    links = pd.DataFrame({"focal": [ids[i] for i in one], "neighbor": [ids[j] for j in other]})
    pairs = pd.DataFrame(
        {"unit": np.repeat(ids, len(ids)), "centre": ids * len(ids), "cost": apart.ravel()}
    )
    bounds = share(people, districts, 0.995, 1.005)
    result = regionalize(people, links, pairs, bounds)
    check_plan(result, people, links, pairs, bounds)
    assert result.gap_share <= 0.01


def test_tight_limits_are_met_in_many_zones() -> None:
    """Zones of the mean give or take a tenth: a plan is found, not only a bound."""
    weights, links, cost = town(400, 6, radius=900)
    bounds = share(weights, 20, 0.9, 1.1)
    result = regionalize(weights, links, cost, bounds, time_limit_s=5.0)
    check_plan(result, weights, links, cost, bounds)
    assert result.gap_share <= 0.05


def test_parts_that_no_link_joins_are_each_solved_to_the_end() -> None:
    """Two towns without a link between them cost together what each costs by itself."""
    first, second = town(30, 8), town(30, 9)
    names = {name: f"w{name}" for name in second[0].index}
    second = (
        second[0].rename(names),
        second[1].replace(names),
        second[2].replace({"unit": names, "centre": names}),
    )
    limits = (0.5 * float(first[0].sum()) / 3, 1.7 * float(first[0].sum()) / 3)
    both = [pd.concat([one, other]) for one, other in zip(first, second, strict=True)]
    single = {
        (number, count): regionalize(*tables, Bounds(weight=limits, count=count)).objective
        for number, tables in enumerate((first, second))
        for count in (2, 3, 4)
    }
    result = regionalize(both[0], both[1], both[2], Bounds(weight=limits, count=6))
    assert result.optimal
    assert result.objective == pytest.approx(
        min(single[0, count] + single[1, 6 - count] for count in (2, 3, 4))
    )


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(weight=(4, 9), count=2), ("need 8", "6", "lower the floor to 3", "共需 8")),
        (Bounds(weight=(0, 2), count=2), ("hold 4", "6", "raise the cap to 3", "只能容纳 4")),
        (Bounds(weight=(0, 0.5), count=6), ("cap 0.5", "Raise the cap to 1", "超过上限 0.5")),
        (Bounds(units=(3, 6), count=3), ("need 9", "6", "at most 2", "共需 9")),
        (Bounds(units=(1, 2), count=2), ("hold 4", "6", "at least 3", "只能容纳 4")),
        (
            Bounds(count=2, together=(("a", "b"),), apart=(("a", "b"),)),
            ("together and apart", "a, b", "together 与 apart"),
        ),
        (Bounds(count=7), ("7 zones", "6")),
    ],
)
def test_rules_that_cannot_hold_are_named_with_the_nearest_change(
    bounds: Bounds, words: tuple[str, ...]
) -> None:
    with pytest.raises(InfeasibleError) as caught:
        regionalize(*line(1, 1, 1, 1, 1, 1), bounds)
    assert caught.value.conflicts
    for word in words:
        assert word in str(caught.value)


def test_advice_is_given_unless_it_is_not_wanted() -> None:
    tables, limits = line(1, 1, 1, 1, 1, 1), Bounds(weight=(4, 9), count=2)
    with pytest.raises(InfeasibleError) as advised:
        regionalize(*tables, limits)
    with pytest.raises(InfeasibleError) as bare:
        regionalize(*tables, limits, advise=False)
    assert advised.value.en.startswith(bare.value.en.rstrip())
    assert "tried" in advised.value.en
    assert "tried" not in bare.value.en
    assert bare.value.conflicts == advised.value.conflicts


def test_a_part_that_no_number_of_zones_divides_is_named() -> None:
    weights, links, cost = line(1, 1, 1, 1, 1)
    broken = links.loc[links["focal"] != "c"]
    with pytest.raises(InfeasibleError) as caught:
        regionalize(weights, broken, cost, Bounds(weight=(1.8, 2.2)))
    assert "a, b, c" in caught.value.en
    assert "a、b、c" in caught.value.zh


def test_pins_that_no_link_connects_are_named() -> None:
    weights, links, cost = line(1, 1, 1, 1)
    broken = links.loc[links["focal"] != "b"]
    with pytest.raises(InfeasibleError) as caught:
        regionalize(weights, broken, cost, Bounds(count=2, together=(("a", "d"),)))
    assert "a, d" in caught.value.en
    assert "互不连通" in caught.value.zh or "不连通" in caught.value.zh


def test_the_smallest_set_of_rules_in_conflict_is_found() -> None:
    """Weights 3 1 1 3: two zones of 4 exist, but not with both ends together."""
    bounds = Bounds(weight=(4, 4), count=2, together=(("a", "d"),), apart=(("b", "c"),))
    with pytest.raises(InfeasibleError) as caught:
        regionalize(*line(3, 1, 1, 3), bounds)
    named = " ".join(english for english, _ in caught.value.conflicts)
    assert "together: a, d" in named
    assert "apart" not in named or "floor" not in named


def test_a_unit_beyond_every_centre_is_named() -> None:
    weights, links, cost = line(1, 1, 1)
    with pytest.raises(InfeasibleError) as caught:
        regionalize(
            weights,
            links,
            cost.loc[cost["unit"] != "b"].loc[lambda t: t["centre"] != "b"],
            Bounds(count=2),
        )
    assert "b" in caught.value.conflicts[0][0]
    assert "walking radius" in caught.value.en


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": pd.Series([1.0, 1.0], index=["a", "a"])}, "'a'"),
        ({"weights": pd.Series([1.0, -2.0], index=["a", "b"])}, "-2"),
        ({"weights": pd.Series([1.0, math.nan], index=["a", "b"])}, "nan"),
        ({"weights": pd.Series(dtype=float)}, "no unit"),
        (
            {"cost": pd.DataFrame({"unit": ["b"], "centre": ["a"], "cost": [1.0]})},
            "'a' with itself",
        ),
        (
            {"cost": pd.DataFrame({"unit": ["a"] * 2, "centre": ["a"] * 2, "cost": [1.0, 2.0]})},
            "twice",
        ),
        ({"cost": pd.DataFrame({"unit": ["a"], "centre": ["a"], "cost": [math.inf]})}, "inf"),
        ({"bounds": Bounds(together=(("a", "x"),))}, "'x'"),
    ],
)
def test_tables_that_are_no_instance_are_refused(change: dict[str, object], message: str) -> None:
    weights, links, cost = line(1, 1)
    given = {"weights": weights, "adjacency": links, "cost": cost, "bounds": Bounds()} | change
    with pytest.raises(ValueError, match=message):
        regionalize(**given)  # type: ignore[arg-type]  # one of the tables is wrong on purpose


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": (3, 2)},
        {"count": 0},
        {"count": (3, 2)},
        {"units": (0, 2)},
        {"group_penalty": -1.0},
        {"balance": -1.0},
    ],
)
def test_limits_that_no_number_meets_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Bounds(**wrong)  # type: ignore[arg-type]  # wrong on purpose
