"""How sheets on paper look: fills and hatches that a grey copy keeps apart, widths of lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from maps.style import MISSING_CLASSES, NO_DATA, MissingClass
from maps.words import Both


@dataclass(frozen=True)
class PrintFill:
    """How a class of communities is printed.

    Parameters
    ----------
    colour
        Fill.
    hatch
        Hatch in the letters of the drawing library; empty for a plain area.
    ink
        Colour of the hatch.
    label
        What the legend calls it.
    """

    colour: str
    hatch: str
    ink: str
    label: Both


_COUNT_HATCHES: Final = ("", "....", "---", "|||", "\\\\\\\\", "+++", "xxx")
"""By number of missing haves: with the shade of the fill they survive a black-and-white copy."""

_SOFT_HATCHES: Final = {1: "#a8873c", 2: "#8a6a26"}

OUTSIDE: Final = "outside"
"""Class of communities that are not the subject of a sheet."""


def _count_label(low: int, high: int) -> Both:
    if high == 0:
        return ("无缺项", "none missing")
    if low == high:
        return (f"缺 {low} 项", f"{low} missing")
    return (f"缺 {low} 项及以上", f"{low} or more missing")


def _hatch_ink(step: MissingClass) -> str:
    """Keep the hatch of light classes soft, so that names on them can be read."""
    return _SOFT_HATCHES.get(step.low, step.fill.ink)


def _print_fills() -> dict[str, PrintFill]:
    fills = {
        str(step.low): PrintFill(
            step.fill.colour, hatch, _hatch_ink(step), _count_label(step.low, step.high)
        )
        for step, hatch in zip(MISSING_CLASSES, _COUNT_HATCHES, strict=True)
    }
    none = MISSING_CLASSES[0].fill
    doubtful = PrintFill(
        none.colour,
        "////",
        "#7fa5a2",
        ("未见缺项，但有待核实或无数据", "none found, open"),
    )
    silent = PrintFill(NO_DATA.colour, "xxxx", "#8b9299", ("无数据", "no data"))
    outside = PrintFill("#eceae5", "", "#8b9299", ("本片区以外的小区", "other communities"))
    return {"0": fills.pop("0"), "doubt": doubtful, **fills, "no_data": silent, OUTSIDE: outside}


PRINT_FILLS: Final[Mapping[str, PrintFill]] = _print_fills()
"""Classes of communities in the order of the legend."""

STREET_WIDTHS: Final[Mapping[str, float]] = {"major": 1.9, "minor": 1.1, "path": 0.45}
"""Widths of streets, points on A3, by group of `maps.style.STREET_CLASSES`."""

STREET_FILL: Final = "#ffffff"
STREET_EDGE: Final = "#9a9384"
PATH_COLOUR: Final = "#a39c8e"
BUILDING_FILL: Final = "#5f584c70"
CIRCLE_FILL: Final = "#dce7f0"
OUTSIDE_DASH: Final = (3.0, 2.0)
EDGE_INK: Final = "#7a3b69"
EDGE_DASH: Final = (7.0, 2.0, 1.5, 2.0)
"""The line where the data ends: unlike streets, zones and communities, also in grey."""

CROSSING_WIDTHS: Final = (3.4, 1.8)
"""A link over a river or a railway, points: from edge to edge, and the white between."""

OUTLINE: Final = "#6e675b"
SOFT_INK: Final = "#55606a"
RULE: Final = "#b9c0c7"
ALARM: Final = "#a3121f"
HEAD_FILL: Final = "#e3eaf2"
