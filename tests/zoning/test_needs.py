from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from zoning.regionalization.needs import share_around, share_within, unlike_needs

LACKS = pd.DataFrame({"library": [1, 1, 0], "toilet": [0, 0, 0]}, index=list("abc"))
LINKS = pd.DataFrame(
    [("a", "b"), ("b", "c"), ("c", "b"), ("c", "x")], columns=["focal", "neighbor"]
)
EVERY = pd.DataFrame([(u, c) for u in "abc" for c in "abc"], columns=["unit", "centre"])


def measured(weights: tuple[float, ...] = (1.0, 1.0, 1.0)) -> dict[tuple[str, str], float]:
    held, around = pd.Series(weights, index=list("abc")), share_around(LACKS, LINKS)
    found = unlike_needs(LACKS, held, around, EVERY)
    return dict(zip(EVERY.itertuples(index=False, name=None), found, strict=True))


def test_a_unit_is_compared_with_the_centre_and_those_beside_it() -> None:
    """Around a both lack a library, around b two of three, around c one of two."""
    found = measured()
    assert found["a", "a"] == 0
    assert found["a", "b"] == pytest.approx((1 - 2 / 3) ** 2 / 2)
    assert found["a", "c"] == pytest.approx((1 - 1 / 2) ** 2 / 2)
    assert found["c", "a"] == pytest.approx(1 / 2)
    assert found["c", "c"] == pytest.approx((1 / 2) ** 2 / 2)


def test_each_unit_counts_alike_whatever_it_weighs() -> None:
    plain, weighed = measured(), measured((30.0, 60.0, 90.0))
    for (unit, centre), value in weighed.items():
        own = {"a": 30.0, "b": 60.0, "c": 90.0}[unit]
        assert value * own == pytest.approx(plain[unit, centre] * 60.0)


def test_a_unit_without_weight_costs_nothing() -> None:
    found = measured((0.0, 1.0, 1.0))
    assert found["a", "c"] == 0
    assert np.isfinite(list(found.values())).all()


def test_the_order_of_weights_and_links_changes_nothing() -> None:
    weights = pd.Series([3.0, 2.0, 1.0], index=list("cba"))
    turned = LINKS.rename(columns={"focal": "neighbor", "neighbor": "focal"}).iloc[::-1]
    one = unlike_needs(LACKS, weights, share_around(LACKS, turned), EVERY)
    other = unlike_needs(LACKS, weights.sort_index(), share_around(LACKS, LINKS), EVERY)
    assert one.tolist() == other.tolist()


def test_alike_needs_cost_nothing() -> None:
    same = pd.DataFrame(1, index=list("abc"), columns=["library"])
    weights = pd.Series(1.0, index=list("abc"))
    assert not unlike_needs(same, weights, share_around(same, LINKS), EVERY).any()


def test_squares_about_the_means_of_zones_are_their_spread() -> None:
    zones = pd.Series({"c": "z2", "a": "z1", "b": "z1"})
    within = share_within(LACKS, zones)
    assert within["library"].tolist() == [1.0, 1.0, 0.0]
    other = share_within(LACKS, pd.Series(["z1", "z2", "z2"], index=list("abc")))
    assert other["library"].tolist() == [1.0, 0.5, 0.5]
