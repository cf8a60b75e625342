"""Figures as people read them: rounded by unit, with the unit's word in both languages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from maps.words import Both

UNITS: Final[Mapping[str, Both]] = {
    "m": ("米", "m"),
    "户·m": ("户·米", "household-m"),
    "m²": ("平方米", "m²"),
    "min": ("分钟", "min"),
    "km/h": ("km/h", "km/h"),
    "户": ("户", "households"),
    "人": ("人", "people"),
    "栋": ("栋", "buildings"),
}
"""Words of units, Chinese and English; a share carries its % in the figure."""

_SMALL: Final = 0.01


def bare(value: float | None, unit: str) -> str:
    """Write a figure without its unit.

    Parameters
    ----------
    value
        The figure; None or NaN is a dash.
    unit
        Unit as in the contracts of tables (`layers.contracts`).

    Returns
    -------
    str
        Minutes with one decimal; shares in percent with one, under 1 % with two; speeds in full;
        all else whole, thousands set apart.
    """
    if value is None or math.isnan(value):
        return "—"
    if unit == "min":
        return f"{value:.1f}"
    if unit == "0–1":
        return f"{value:.2%}" if 0 < abs(value) < _SMALL else f"{value:.1%}"
    return f"{value:g}" if unit == "km/h" else f"{value:,.0f}"


def unit_words(unit: str) -> Both:
    """Give the words of a unit, empty where a figure has none or carries its own."""
    return UNITS.get(unit, ("", ""))


def captioned(caption: Both, unit: str) -> Both:
    """Put the unit behind a caption, in brackets; where the English says it already, not again."""
    zh, en = unit_words(unit)
    if not zh:
        return caption
    said = en in caption[1].lower()
    return f"{caption[0]}（{zh}）", caption[1] if said else f"{caption[1]} ({en})"
