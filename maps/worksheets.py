"""One sheet of a workbook: captions, widths, filter and print set-up; rows as text or numbers.

openpyxl lays out the sheet with its header; the rows are poured into its XML when the file is
sealed. Cell objects cost 11 microseconds each, which 90 000 gaps with 18 columns cannot afford.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import pandas as pd
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from layers.contracts import Caption
from maps.fonts import one_line

HAZARDS: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet may take for a formula (OWASP, CSV injection)."""

LONGEST_TEXT: Final = 32_767
"""Characters that one cell holds (limit of the file format)."""

LONGEST_MARGIN: Final = 100
"""Characters of a printed header or footer; the format allows 255 with its codes."""

MOST_ROWS: Final = 1_048_576
"""Rows that one sheet holds (limit of the file format)."""

UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "min": {"zh": "分钟"},
    "year": {"zh": "", "en": ""},
    "户": {"en": ""},
    "人": {"en": ""},
    "栋": {"en": ""},
}
"""Units that a caption writes otherwise, or not, in one language."""

NARROWEST: Final = 7
WIDEST: Final = 46
_SAMPLE: Final = 400
_HEAD_HEIGHT: Final = 30
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_LITERAL_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_DIMENSION: Final = re.compile(rb'<dimension ref="[^"]*"\s*/>')
_THIN: Final = Side(style="thin", color="FF9AA0A6")
_HEAD_FILL: Final = PatternFill("solid", fgColor="FFE3EAF2")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet.

    Parameters
    ----------
    caption
        Both captions and the unit.
    cells
        Texts (``str`` or missing) or numbers.
    kind
        How the cells are written.
    number_format
        Format of numbers in the language of spreadsheets.
    """

    caption: Caption
    cells: pd.Series
    kind: Literal["text", "number"] = "text"
    number_format: str = "General"

    def head(self, language: str) -> str:
        """Give the caption in one language, with the unit."""
        caption = self.caption["zh"] if language == "zh" else self.caption["en"]
        unit = UNITS.get(self.caption["unit"], {}).get(language, self.caption["unit"])
        if not unit:
            return caption
        return f"{caption}（{unit}）" if language == "zh" else f"{caption} ({unit})"


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
        Columns that stay when scrolling to the right.
    """

    tab: str
    title: str
    columns: tuple[Column, ...]
    frozen: int = 1

    @property
    def rows(self) -> int:
        """Count the rows below the header."""
        return len(self.columns[0].cells) if self.columns else 0


@dataclass(frozen=True)
class Styles:
    """Numbers of the cell styles of one column, as the workbook counts them."""

    plain: int
    hazard: int


def lay_out(
    sheet: Sheet, page: Worksheet, *, languages: tuple[str, ...], footer: str
) -> list[Styles]:
    """Write the header and set up filter, widths, frozen panes and print of a sheet.

    Parameters
    ----------
    sheet
        What to show.
    page
        The empty sheet of the workbook.
    languages
        One header row each.
    footer
        Text at the bottom left of each printed page.

    Returns
    -------
    list of Styles
        Styles of the columns' cells, for `pour`.
    """
    for number, column in enumerate(sheet.columns, start=1):
        for row, language in enumerate(languages, start=1):
            _write_head(page.cell(row, number), column.head(language))
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = _width(column, languages)
    last_head = len(languages)
    for row in range(1, last_head + 1):
        page.row_dimensions[row].height = _HEAD_HEIGHT
    corner = f"{get_column_letter(len(sheet.columns))}{last_head + sheet.rows}"
    page.auto_filter.ref = f"A{last_head}:{corner}"
    page.freeze_panes = page.cell(last_head + 1, sheet.frozen + 1)
    set_up_print(page, area=f"A1:{corner}", head_rows=last_head, title=sheet.title, footer=footer)
    return [_styles(page, column, last_head + 1) for column in sheet.columns]


def set_up_print(page: Worksheet, *, area: str, head_rows: int, title: str, footer: str) -> None:
    """Set a sheet up for A4 landscape, one page wide, with repeated header and page numbers."""
    page.print_area = area
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    if head_rows:
        page.print_title_rows = f"1:{head_rows}"
    page.print_options.gridLines = True
    page.print_options.horizontalCentered = True
    # An ampersand begins a code in headers and footers: doubled, it is the character itself.
    page.oddHeader.center.text = one_line(title)[:LONGEST_MARGIN].replace("&", "&&")
    page.oddFooter.left.text = one_line(footer)[:LONGEST_MARGIN].replace("&", "&&")
    page.oddFooter.right.text = "&P / &N"


def write_text(cell: Cell, text: str) -> None:
    """Put a text into a cell as a text, whatever it starts with."""
    cell.value = _cell_text(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(HAZARDS)


def _write_head(cell: Cell, text: str) -> None:
    write_text(cell, text)
    cell.font = Font(bold=True)
    cell.fill = _HEAD_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = Border(bottom=_THIN, right=_THIN)


def _styles(page: Worksheet, column: Column, row: int) -> Styles:
    """Register a column's cell styles with the workbook, on cells that are taken away again."""
    number_format = column.number_format if column.kind == "number" else "@"
    wide = column.kind == "text" and _width(column, ()) >= WIDEST
    alignment = Alignment(vertical="top", wrap_text=wide)
    plain, hazard = page.cell(row, 1), page.cell(row, 2)
    for cell in (plain, hazard):
        cell.number_format = number_format
        cell.alignment = alignment
    hazard.quotePrefix = True
    styles = Styles(plain.style_id, hazard.style_id)
    page.delete_rows(row)
    return styles


def _width(column: Column, languages: Iterable[str]) -> float:
    sample = column.cells.iloc[:_SAMPLE].dropna()
    if column.kind == "number":
        texts = [f"{value:,.1f}" for value in sample]
    else:
        texts = [line for value in sample for line in str(value).splitlines()]
    # Two lines of caption fit above a column, plus the button of the filter.
    heads = [_cells(column.head(language)) / 2 + 2 for language in languages]
    longest = max([NARROWEST, *(_cells(text) + 2 for text in texts), *heads])
    return min(longest, WIDEST)


def _cells(text: str) -> int:
    """Measure a text in half-width characters."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def pour(frame: bytes, sheet: Sheet, styles: list[Styles], *, first_row: int) -> Iterator[bytes]:
    """Pour the rows into the XML of a sheet that `lay_out` prepared.

    Parameters
    ----------
    frame
        The sheet's XML with its header only.
    sheet, styles
        What was laid out.
    first_row
        Number of the first row below the header.

    Yields
    ------
    bytes
        The whole XML in pieces.
    """
    last = f"{get_column_letter(len(sheet.columns))}{first_row - 1 + sheet.rows}"
    frame = _DIMENSION.sub(f'<dimension ref="A1:{last}"/>'.encode(), frame)
    head, tail = frame.split(b"</sheetData>")
    yield head
    columns = [
        list(_cell_endings(column, style))
        for column, style in zip(sheet.columns, styles, strict=True)
    ]
    letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
    for number, endings in enumerate(zip(*columns, strict=True), start=first_row):
        cells = "".join(
            f'<c r="{letter}{number}"{ending}'
            for letter, ending in zip(letters, endings, strict=True)
            if ending
        )
        yield f'<row r="{number}">{cells}</row>'.encode()
    yield b"</sheetData>" + tail


def _cell_endings(column: Column, styles: Styles) -> Iterator[str]:
    """Write each cell of a column without its address; a missing or empty one gives nothing."""
    missing = column.cells.isna().to_numpy()
    if column.kind == "number":
        for value, none in zip(column.cells.tolist(), missing, strict=True):
            known_number = not none and isfinite(value)
            yield f' s="{styles.plain}"><v>{value!r}</v></c>' if known_number else ""
        return
    known: dict[str, str] = {}
    for value, none in zip(column.cells.tolist(), missing, strict=True):
        if none or value == "":
            yield ""
            continue
        if value not in known:
            known[value] = _text_cell(value, styles)
        yield known[value]


def _text_cell(text: str, styles: Styles) -> str:
    style = styles.hazard if text.startswith(HAZARDS) else styles.plain
    space = ' xml:space="preserve"' if text != text.strip() else ""
    content = escape(_cell_text(text), {"\r": "&#13;"})
    return f' s="{style}" t="inlineStr"><is><t{space}>{content}</t></is></c>'


def _cell_text(text: str) -> str:
    """Bring a text into a cell's form: what XML cannot hold becomes ``_x000B_``, as is usual."""
    short = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
    short = _LITERAL_ESCAPE.sub("_x005F_", short)
    short = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", short)
    return _SURROGATE.sub("\ufffd", short)
