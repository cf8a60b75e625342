"""What a sheet of the workbook shows: its columns with captions and cells, totals, print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd
from openpyxl.utils import get_column_letter

from layers.contracts import Caption

MOST_ROWS: Final = 1_048_576
"""Rows that one sheet holds (limit of the file format)."""

UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "min": {"zh": "分钟"},
    "year": {"zh": "", "en": ""},
    "0–1": {"zh": "", "en": ""},
    "户": {"en": ""},
    "人": {"en": ""},
    "栋": {"en": ""},
    "户·m": {"zh": "户·米", "en": "household-metres"},
    "m": {"zh": "米"},
    "m²": {"zh": "平方米"},
    "km/h": {"zh": "公里/小时"},
}
"""Units that a caption writes otherwise, or not, in one language."""

TEXT_FORMAT: Final = "@"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet.

    Parameters
    ----------
    field
        Name by which formulas of other sheets find the column.
    caption
        Both captions and the unit.
    cells
        Texts (``str`` or missing) or numbers.
    kind
        How the cells are written.
    number_format
        Format of numbers in the language of spreadsheets.
    formats
        Format of each cell, where they differ.
    formulas
        Formula of each cell, without ``=``; empty for none. Never made from data.
    total
        What stands below the column: its sum, the count of its cells, or nothing.
    """

    field: str
    caption: Caption
    cells: pd.Series
    kind: Literal["text", "number"] = "text"
    number_format: str = "General"
    formats: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    total: Literal["", "sum", "count"] = ""

    def head(self, language: str) -> str:
        """Give the caption in one language, with the unit."""
        caption = self.caption["zh"] if language == "zh" else self.caption["en"]
        unit = UNITS.get(self.caption["unit"], {}).get(language, self.caption["unit"])
        if not unit:
            return caption
        return f"{caption}（{unit}）" if language == "zh" else f"{caption} ({unit})"

    @property
    def row_formats(self) -> tuple[str, ...]:
        """Give the format of each cell."""
        whole = TEXT_FORMAT if self.kind == "text" else self.number_format
        return self.formats or (whole,) * len(self.cells)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What one sheet shows.

    Parameters
    ----------
    tab
        Name on the tab.
    title
        Title in the printed header.
    columns
        Columns from left to right.
    frozen
        Columns that stay when scrolling to the right, and on each printed page.
    note
        Sentence in place of the rows where there is none: why.
    total_label
        Text of the row of totals; without one there is none.
    sign_off
        Text at the bottom left of each page: who fills in, who signs.
    is_appendix
        Whether the sheet is a whole table of the toolkit rather than a paper of an office.
    unprinted
        Columns at the right that stay on the screen: details that would make the paper too wide.
    """

    tab: str
    title: str
    columns: tuple[Column, ...]
    frozen: int = 1
    note: str = ""
    total_label: str = ""
    sign_off: str = ""
    is_appendix: bool = False
    unprinted: int = 0

    @property
    def rows(self) -> int:
        """Count the rows below the header."""
        return len(self.columns[0].cells) if self.columns else 0

    @property
    def last_rows(self) -> int:
        """Count what stands below the rows: totals, or the sentence of an empty sheet."""
        return 1 if (self.rows and self.total_label) or (not self.rows and self.note) else 0

    def area(self, field: str, first_row: int) -> str:
        """Give the address of a column's cells, for formulas of any sheet."""
        place = [column.field for column in self.columns].index(field) + 1
        letter = get_column_letter(place)
        tab = self.tab.replace("'", "''")
        return f"'{tab}'!${letter}${first_row}:${letter}${first_row - 1 + self.rows}"
