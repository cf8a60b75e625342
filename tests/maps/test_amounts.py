"""Figures with their units."""

from __future__ import annotations

import math

import pytest

from maps.amounts import bare, captioned, unit_words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2227079.851, "户·m", "2,227,080"),
        (13.6789, "min", "13.7"),
        (0.6337, "0–1", "63.4%"),
        (0.0028, "0–1", "0.28%"),
        (0.0, "0–1", "0.0%"),
        (4.5, "km/h", "4.5"),
        (1021.0, "户", "1,021"),
        (None, "户", "—"),
        (math.nan, "", "—"),
    ],
)
def test_figures_are_rounded_by_unit(value: float | None, unit: str, text: str):
    assert bare(value, unit) == text


def test_units_stand_behind_captions_but_not_where_the_figure_carries_its_own():
    assert captioned(("户数", "Households"), "户") == ("户数（户）", "Households")
    assert captioned(("面积", "Area"), "m²") == ("面积（平方米）", "Area (m²)")
    assert captioned(("覆盖率", "Coverage"), "0–1") == ("覆盖率", "Coverage")
    assert unit_words("") == ("", "")
