"""Ten thousand random cities: the checker finds no fault in any plan; run by `.ci/full`.

The second half stands in a file of its own, so that two workers share them.
"""

from __future__ import annotations

import pytest

import zoning.regionalization.absorption as absorption_module
import zoning.regionalization.problem as problem_module
import zoning.zones as zones_module
from tests.zoning.random_cities import count_plans


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the contracts, which take half of the time; the other tests have them."""
    for module in (absorption_module, problem_module, zones_module):
        monkeypatch.setattr(module, "check", lambda *_: None)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("hundred", range(2))
def test_two_hundred_random_plans_keep_every_rule(hundred: int):
    assert count_plans(range(100 * hundred, 100 * (hundred + 1))) > 50


@pytest.mark.full
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("thousand", range(5))
def test_ten_thousand_random_plans_keep_every_rule(thousand: int):
    assert count_plans(range(1000 * thousand, 1000 * (thousand + 1))) > 500
