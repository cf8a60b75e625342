"""One sheet of a workbook: captions, widths, filter, totals and print set-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from layers.contracts import Caption
from maps.fonts import one_line
from maps.sheet_cells import TOTAL_HEIGHT, Cells, Styles, write_text
from maps.sheet_widths import (
    LINE,
    Paper,
    lines,
    number_width,
    pages_high,
    paper_for,
    row_heights,
    text_width,
    widen_paragraphs,
)
from maps.words import Both, pick

LONGEST_MARGIN: Final = 100
"""Characters of a printed header or footer; the format allows 255 with its codes."""

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
OFFICE_TAB: Final = "FF1A5FB4"
APPENDIX_TAB: Final = "FF9AA0A6"

APPENDIX: Final[Both] = ("附表", "Appendix")
UNPRINTED: Final[Both] = (
    "不随工作簿打印；要打印，先取消打印区域",
    "Not printed with the workbook; to print it, clear the print area",
)
_SAMPLE: Final = 400
_WIDER: Final = 1.6
"""Columns that are not printed are wider: rows are as tall as their printed texts need."""

_MARGIN_INCHES: Final = 0.4
_HEAD_INCHES: Final = 0.75
_THIN: Final = Side(style="thin", color="FF9AA0A6")
_HEAD_FILL: Final = PatternFill("solid", fgColor="FFE3EAF2")
_TOTAL_FILL: Final = PatternFill("solid", fgColor="FFF3F5F7")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


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


@dataclass(frozen=True)
class LaidOut:
    """A sheet with its header, ready for its rows."""

    columns: list[tuple[Cells, Styles]]
    heights: list[float]
    total_label: str


def lay_out(sheet: Sheet, page: Worksheet, *, languages: tuple[str, ...], footer: str) -> LaidOut:
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
    LaidOut
        Cells, styles and heights for `maps.sheet_cells.pour`.
    """
    body, heading = fonts(languages)
    printed = len(sheet.columns) - sheet.unprinted
    widths = [
        _width(column, languages) * (1.0 if place < printed else _WIDER)
        for place, column in enumerate(sheet.columns)
    ]
    texts = {
        place: column.cells
        for place, column in enumerate(sheet.columns[:printed])
        if column.kind == "text"
    }
    if not sheet.is_appendix:
        head = sum(_head_heights(sheet, widths, languages))
        widths[:printed] = widen_paragraphs(widths[:printed], texts, sheet.rows, head)
    for number, (column, width) in enumerate(zip(sheet.columns, widths, strict=True), start=1):
        for row, language in enumerate(languages, start=1):
            _write_head(page, row, number, column.head(language), heading)
        page.column_dimensions[get_column_letter(number)].width = width
    last_head = len(languages)
    head_heights = _head_heights(sheet, widths, languages)
    for row, height in enumerate(head_heights, start=1):
        page.row_dimensions[row].height = height
    last = get_column_letter(len(sheet.columns))
    page.auto_filter.ref = f"A{last_head}:{last}{last_head + sheet.rows}"
    page.freeze_panes = page.cell(last_head + 1, sheet.frozen + 1)
    page.sheet_properties.tabColor = APPENDIX_TAB if sheet.is_appendix else OFFICE_TAB
    paper = paper_for(sum(widths[:printed]))
    edge = get_column_letter(printed)
    area = f"A1:{edge}{last_head + sheet.rows + sheet.last_rows}"
    if sheet.is_appendix:  # an empty cell: who prints the workbook does not print whole tables
        area = f"{get_column_letter(len(widths) + 2)}1"
    set_up_print(page, area=area, head_rows=last_head, paper=paper, title=_header(sheet, languages))
    write_margins(page, left=sheet.sign_off or footer)
    if sheet.sign_off:  # it takes the place of the job's title, which goes above
        page.oddHeader.left.text, page.oddHeader.left.size = _margin(footer), 8
    if sheet.is_appendix:
        said = pick(UNPRINTED, languages[:1])
        page.oddHeader.right.text, page.oddHeader.right.size = _margin(said), 8
    page.print_options.gridLines = sheet.is_appendix
    if paper.pages_wide > 1 and not sheet.is_appendix:
        page.print_title_cols = f"A:{get_column_letter(sheet.frozen)}"
    if not sheet.rows and sheet.note:
        _write_note(page, sheet, last_head + 1, sum(widths), body)
    first_row = last_head + 1
    poured = [
        (
            _cells(sheet, column, number, first_row),
            _styles(page, column, first_row, body, is_appendix=sheet.is_appendix),
        )
        for number, column in enumerate(sheet.columns, start=1)
        if sheet.rows
    ]
    label = sheet.total_label if sheet.rows else ""
    heights = row_heights([(texts[place], widths[place]) for place in texts], sheet.rows)
    last_heights = [TOTAL_HEIGHT] if label else []
    page.page_setup.fitToHeight = pages_high(
        [*heights, *last_heights], sum(head_heights), sum(widths[:printed]), paper
    )
    return LaidOut(poured, heights, label)


def _head_heights(sheet: Sheet, widths: Sequence[float], languages: tuple[str, ...]) -> list[float]:
    columns = list(zip(sheet.columns, widths, strict=True))
    return [
        LINE * max(lines(column.head(language), width - 1) for column, width in columns) + 6
        for language in languages
    ]


def fonts(languages: tuple[str, ...]) -> tuple[str, str]:
    """Name the faces of text and headings: every Chinese office has 宋体 and 黑体."""
    return ("宋体", "黑体") if "zh" in languages else ("Calibri", "Calibri")


def set_up_print(page: Worksheet, *, area: str, head_rows: int, paper: Paper, title: str) -> None:
    """Set a sheet up to fit its paper's width, with repeated header and page numbers."""
    page.print_area = area
    page.page_setup.orientation = paper.orientation
    page.page_setup.paperSize = page.PAPERSIZE_A4 if paper.size == "A4" else page.PAPERSIZE_A3
    page.page_setup.fitToWidth = paper.pages_wide
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    margins = page.page_margins
    margins.left = margins.right = _MARGIN_INCHES
    margins.top = margins.bottom = _HEAD_INCHES
    margins.header = margins.footer = _MARGIN_INCHES
    if head_rows:
        page.print_title_rows = f"1:{head_rows}"
    page.print_options.horizontalCentered = True
    page.oddHeader.center.text = _margin(title)
    page.oddHeader.center.size = 14


def write_margins(page: Worksheet, *, left: str) -> None:
    """Write the printed footer: whose paper or who signs, and which page."""
    page.oddFooter.left.text = _margin(left)
    page.oddFooter.right.text = "&P / &N"


def _header(sheet: Sheet, languages: tuple[str, ...]) -> str:
    """Give the title in the printed header; an appendix says that it is one."""
    if not sheet.is_appendix:
        return sheet.title
    return f"{pick(APPENDIX, languages)} · {sheet.title}"


def _margin(text: str) -> str:
    # An ampersand begins a code in headers and footers: doubled, it is the character itself.
    return one_line(text)[:LONGEST_MARGIN].replace("&", "&&")


def _write_head(page: Worksheet, row: int, number: int, text: str, face: str) -> None:
    cell = page.cell(row, number)
    write_text(cell, text)
    cell.font = Font(name=face, size=10, bold=True)
    cell.fill = _HEAD_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = _GRID


def _write_note(page: Worksheet, sheet: Sheet, row: int, width: float, face: str) -> None:
    page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(sheet.columns))
    cell = page.cell(row, 1)
    write_text(cell, sheet.note)
    cell.font = Font(name=face, size=10)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    page.row_dimensions[row].height = LINE * lines(sheet.note, width) + 6


def _cells(sheet: Sheet, column: Column, number: int, first_row: int) -> Cells:
    rows = sheet.rows
    letter = get_column_letter(number)
    area = f"{letter}{first_row}:{letter}{first_row - 1 + rows}"
    total = ("", 0.0)
    if sheet.total_label and column.total == "sum":
        total = (f"SUBTOTAL(109,{area})", float(column.cells.sum()))
    elif sheet.total_label and column.total == "count":
        total = (f"SUBTOTAL(103,{area})", int(column.cells.notna().sum()))
    return Cells(
        column.cells,
        column.kind == "number",
        column.row_formats,
        column.formulas or ("",) * rows,
        total,
        is_ruled=not sheet.is_appendix,
    )


def _styles(page: Worksheet, column: Column, row: int, face: str, *, is_appendix: bool) -> Styles:
    """Register a column's cell styles with the workbook, on cells that are taken away again."""
    formats = list(dict.fromkeys(column.row_formats))
    if column.kind == "text":
        alignment = Alignment(vertical="center", wrap_text=True)
    else:  # a step from the edge: numbers do not run into the text beside them
        alignment = Alignment(horizontal="right", vertical="center", indent=1)
    styled = [page.cell(row, place) for place in range(1, len(formats) + 3)]
    for cell, form in zip(styled, [*formats, TEXT_FORMAT, "#,##0"], strict=True):
        cell.number_format = form
        cell.alignment = alignment
        cell.font = Font(name=face, size=10)
        cell.border = Border() if is_appendix else _GRID
    *plain, hazard, total = styled
    hazard.quotePrefix = True
    total.font = Font(name=face, size=10, bold=True)
    total.fill = _TOTAL_FILL
    styles = Styles(
        {form: cell.style_id for form, cell in zip(formats, plain, strict=True)},
        hazard.style_id,
        total.style_id,
    )
    page.delete_rows(row)
    return styles


def _width(column: Column, languages: tuple[str, ...]) -> float:
    heads = [column.head(language) for language in languages]
    if column.kind == "text":
        return text_width(column.cells, heads)
    sample = column.cells.iloc[:_SAMPLE].dropna()
    return number_width((f"{value:,.1f}" for value in sample), heads)
