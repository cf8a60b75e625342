"""Laying out a sheet of the workbook: header, widths, filter, panes, styles of cells, print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from maps.print_setup import fonts, margin_text, set_up_print, write_margins
from maps.sheet_cells import TOTAL_HEIGHT, Cells, Styles, write_text
from maps.sheet_widths import (
    LINE,
    lines,
    number_width,
    pages_high,
    paper_for,
    row_heights,
    text_width,
    widen_paragraphs,
)
from maps.words import Both, pick
from maps.worksheets import TEXT_FORMAT, Column, Sheet

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

_THIN: Final = Side(style="thin", color="FF9AA0A6")
_HEAD_FILL: Final = PatternFill("solid", fgColor="FFE3EAF2")
_TOTAL_FILL: Final = PatternFill("solid", fgColor="FFF3F5F7")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


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
        page.oddHeader.left.text, page.oddHeader.left.size = margin_text(footer), 8
    if sheet.is_appendix:
        said = pick(UNPRINTED, languages[:1])
        page.oddHeader.right.text, page.oddHeader.right.size = margin_text(said), 8
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


def _header(sheet: Sheet, languages: tuple[str, ...]) -> str:
    """Give the title in the printed header; an appendix says that it is one."""
    if not sheet.is_appendix:
        return sheet.title
    return f"{pick(APPENDIX, languages)} · {sheet.title}"


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
