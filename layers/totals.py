"""Total rows of a ledger (合计, 小计): told from communities, kept, and cross-footed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from layers.cells import Raw, text_of
from layers.checks import Finding
from layers.contracts import captions_of
from layers.fields import fold
from layers.tables import COMMUNITIES

TOTAL_COLUMNS: Final = ("sheet", "row", "label", "field", "printed", "summed", "agrees")
"""Columns of the account of totals: one row for each figure that a total row prints."""

_TOTAL: Final = re.compile(
    r"(?P<whose>.{0,15}?)(?P<word>合计|小计|总计|共计|累计|汇总|subtotal|total)"
    r"[:,()\d个户栋幢共计小区]*"
)


@dataclass(frozen=True)
class TotalRow:
    """One total row.

    Parameters
    ----------
    place
        Its place among the rows below the header.
    number
        Its row in the sheet, counted from 1.
    label
        What it is called.
    kind
        ``part`` for 小计, ``whole`` for 合计, 总计, 共计.
    printed
        Field to the printed figure, in base units.
    tolerance
        Field to half of the last printed digit, in base units.
    """

    place: int
    number: int
    label: str
    kind: Literal["part", "whole"]
    printed: Mapping[str, float]
    tolerance: Mapping[str, float]


def total_label(cells: Sequence[Raw]) -> str | None:
    """Give the label of a total row, None when the row is none.

    Parameters
    ----------
    cells
        The cells that could name the row: code, name, street office, and the first that is filled.
    """
    for cell in cells:
        if isinstance(cell, str) and _TOTAL.fullmatch(fold(cell)):
            return text_of(cell).strip()
    return None


def kind_of(label: str) -> Literal["part", "whole"]:
    """Tell a total of a part from a total of the whole; one that names its part is of a part."""
    found = _TOTAL.fullmatch(fold(label))
    if found is None:
        return "whole"
    return "part" if found["word"] in {"小计", "subtotal"} or found["whose"] else "whole"


def cross_foot(
    rows: pd.DataFrame, places: Sequence[int], totals: Sequence[TotalRow], *, sheet: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Compare printed totals with the sums of their rows.

    A total may stand below or above its rows and may be of a part or of the whole: of all readings
    the one that agrees in most figures is taken; what still differs is a finding.

    Parameters
    ----------
    rows
        The communities, numeric fields in base units.
    places
        Place of each community among the rows below the header.
    totals
        The total rows, in the order of the sheet.
    sheet
        Name of the sheet.

    Returns
    -------
    account : DataFrame
        Columns `TOTAL_COLUMNS`.
    findings : list of Finding
        One for each figure that differs.
    """
    account: list[dict[str, object]] = []
    findings: list[Finding] = []
    marks = [total.place for total in totals]
    for total in totals:
        best = max(
            _spans(total, marks),
            key=lambda span: sum(
                _agrees(total, name, _sum(rows, places, span, name)) for name in total.printed
            ),
        )
        for name, printed in total.printed.items():
            summed = _sum(rows, places, best, name)
            agrees = _agrees(total, name, summed)
            account.append(
                dict(
                    zip(
                        TOTAL_COLUMNS,
                        (sheet, total.number, total.label, name, printed, summed, agrees),
                        strict=True,
                    )
                )
            )
            if not agrees:
                findings.append(_difference(total, name, summed, sheet))
    return pd.DataFrame(account, columns=list(TOTAL_COLUMNS)), findings


def _spans(total: TotalRow, marks: Sequence[int]) -> list[tuple[int, int]]:
    """Name the runs of rows that a total may be of, the likeliest first."""
    before = max((mark for mark in marks if mark < total.place), default=-1)
    after = min((mark for mark in marks if mark > total.place), default=10**9)
    above, below = (before + 1, total.place), (total.place + 1, after)
    everything, all_above = (0, 10**9), (0, total.place)
    if total.kind == "part":
        return [above, below, all_above]
    return [everything, all_above, above, below]


def _sum(rows: pd.DataFrame, places: Sequence[int], span: tuple[int, int], name: str) -> float:
    inside = [span[0] <= place < span[1] for place in places]
    return float(math.fsum(rows[name][inside].dropna()))


def _agrees(total: TotalRow, name: str, summed: float) -> bool:
    return abs(total.printed[name] - summed) <= total.tolerance[name]


def _difference(total: TotalRow, name: str, summed: float, sheet: str) -> Finding:
    printed = total.printed[name]
    captions = captions_of(COMMUNITIES)[name]
    zh, en = captions["zh"], captions["en"]
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=f"{sheet}!{total.number}",
        code="ledger-total-differs",
        zh=f"工作表「{sheet}」第 {total.number} 行「{total.label}」：{zh} 写为 "
        f"{printed:,.10g}，逐行相加为 {summed:,.10g}，相差 {printed - summed:,.10g}",
        en=f"sheet {sheet!r}, row {total.number} {total.label!r}: {en} is printed as "
        f"{printed:,.10g}, the rows add up to {summed:,.10g}, "
        f"a difference of {printed - summed:,.10g}",
        remedy="核对该合计行及其各行 / Check this total and its rows",
    )
