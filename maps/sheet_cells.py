"""Cells of a workbook as XML: texts that stay texts, numbers, our own formulas.

openpyxl lays out a sheet with its header; the rows are poured into its XML when the file is
sealed. Cell objects cost 11 microseconds each, which 90 000 gaps with 18 columns cannot afford.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final
from xml.sax.saxutils import escape

import pandas as pd
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter

HAZARDS: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet may take for a formula (OWASP, CSV injection)."""

LONGEST_TEXT: Final = 32_767
"""Characters that one cell holds (limit of the file format)."""

CUT: Final = "…（已截断，全文见 tables 文件夹 / cut; the whole text is in the folder tables）"
"""Ends a text that no cell holds whole."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_LITERAL_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_DIMENSION: Final = re.compile(rb'<dimension ref="[^"]*"\s*/>')


@dataclass(frozen=True)
class Styles:
    """Numbers of the cell styles of one column, as the workbook counts them.

    Parameters
    ----------
    plain
        Style by number format, which may set texts in red.
    hazard
        Style of a text that a spreadsheet may take for a formula.
    total
        Style of the cell in the row of totals.
    """

    plain: Mapping[str, int]
    hazard: int
    total: int


@dataclass(frozen=True)
class Cells:
    """What one column writes: values, formulas, formats.

    Parameters
    ----------
    cells
        Texts or numbers, missing ones allowed.
    is_number
        Whether the values are numbers.
    formats
        Number format of each cell.
    formulas
        Formula of each cell, without the leading ``=``; an empty one is none. Made by us from
        addresses and our own words, never from data: the value is what it gave when computed here.
    total
        Formula and value under the column; an empty formula is none.
    is_ruled
        Whether empty cells have their lines too.
    """

    cells: pd.Series
    is_number: bool
    formats: Sequence[str]
    formulas: Sequence[str]
    total: tuple[str, float]
    is_ruled: bool = True


def write_text(cell: Cell, text: str) -> None:
    """Put a text into a cell as a text, whatever it starts with."""
    cell.value = _cell_text(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(HAZARDS)


def pour(
    frame: bytes,
    columns: Sequence[tuple[Cells, Styles]],
    *,
    first_row: int,
    heights: Sequence[float],
    total_label: str,
) -> Iterator[bytes]:
    """Pour rows into the XML of a sheet that has its header.

    Parameters
    ----------
    frame
        The sheet's XML with its header only.
    columns
        Cells and styles from left to right.
    first_row
        Number of the first row below the header.
    heights
        Height of each row, points.
    total_label
        Text in the first cell of the row of totals; without one there is no such row.

    Yields
    ------
    bytes
        The whole XML in pieces.
    """
    last = first_row - 1 + len(heights) + bool(total_label)
    area = f"A1:{get_column_letter(len(columns))}{last}"
    frame = _DIMENSION.sub(f'<dimension ref="{area}"/>'.encode(), frame)
    head, tail = frame.split(b"</sheetData>")
    yield head
    endings = [list(_cell_endings(cells, styles)) for cells, styles in columns]
    letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
    for number, (height, row) in enumerate(
        zip(heights, zip(*endings, strict=True), strict=True), start=first_row
    ):
        yield _row(number, height, letters, row)
    if total_label:
        row = tuple(
            _total(cells, styles, total_label if place == 0 else "")
            for place, (cells, styles) in enumerate(columns)
        )
        yield _row(last, TOTAL_HEIGHT, letters, row)
    yield b"</sheetData>" + tail


TOTAL_HEIGHT: Final = 18.0


def _row(number: int, height: float, letters: Sequence[str], endings: Sequence[str]) -> bytes:
    cells = "".join(
        f'<c r="{letter}{number}"{ending}'
        for letter, ending in zip(letters, endings, strict=True)
        if ending
    )
    return f'<row r="{number}" ht="{height:g}" customHeight="1">{cells}</row>'.encode()


def _total(cells: Cells, styles: Styles, label: str) -> str:
    formula, value = cells.total
    if formula:
        return f' s="{styles.total}"><f>{escape(formula)}</f><v>{value!r}</v></c>'
    if label:
        return f' s="{styles.total}" t="inlineStr"><is><t>{escape(label)}</t></is></c>'
    return f' s="{styles.total}"/>'


def _cell_endings(cells: Cells, styles: Styles) -> Iterator[str]:
    """Write each cell of a column without its address; a missing one gives nothing or its lines."""
    missing = cells.cells.isna().to_numpy()
    first = next(iter(styles.plain.values()))
    empty = f' s="{first}"/>' if cells.is_ruled else ""
    if cells.is_number:
        for value, none, form, formula in zip(
            cells.cells.tolist(), missing, cells.formats, cells.formulas, strict=True
        ):
            if none or not isfinite(value):
                yield empty
                continue
            live = f"<f>{escape(formula)}</f>" if formula else ""
            yield f' s="{styles.plain[form]}">{live}<v>{value!r}</v></c>'
        return
    known: dict[tuple[str, str], str] = {}
    for value, none, form, formula in zip(
        cells.cells.tolist(), missing, cells.formats, cells.formulas, strict=True
    ):
        if none or value == "":
            yield empty
            continue
        if formula:
            yield f' s="{first}" t="str"><f>{escape(formula)}</f><v>{escape(value)}</v></c>'
            continue
        if (value, form) not in known:
            known[value, form] = _text_cell(value, styles.plain[form], styles.hazard)
        yield known[value, form]


def _text_cell(text: str, plain: int, hazard: int) -> str:
    style = hazard if text.startswith(HAZARDS) else plain
    space = ' xml:space="preserve"' if text != text.strip() else ""
    content = escape(_cell_text(text), {"\r": "&#13;"})
    return f' s="{style}" t="inlineStr"><is><t{space}>{content}</t></is></c>'


def _cell_text(text: str) -> str:
    """Bring a text into a cell's form: what XML cannot hold becomes ``_x000B_``, as is usual."""
    short = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - len(CUT)]}{CUT}"
    short = _LITERAL_ESCAPE.sub("_x005F_", short)
    short = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", short)
    return _SURROGATE.sub("\ufffd", short)
