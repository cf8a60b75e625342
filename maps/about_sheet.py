"""The first sheet of the workbook: what it is, how it was made, and where each table stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from layers.contracts import title_of
from layers.counts import counted
from maps.labels import Imprint
from maps.notes import marks, method, review_note, rulebook_title, zoning_lines
from maps.print_setup import fonts, set_up_print, write_margins
from maps.report_fields import split_both
from maps.sheet_cells import write_text
from maps.sheet_layout import OFFICE_TAB
from maps.sheet_widths import LINE, lines, paper_for
from maps.words import Both, pick
from maps.worksheets import Sheet
from zoning.tables import CONTRACTS

ABOUT: Final[Both] = ("说明", "About")
_LABEL_WIDTH: Final = 30
_TEXT_WIDTH: Final = 90
OFFICE: Final[Both] = ("常用表", "Papers of the office")
APPENDIX: Final[Both] = ("附表", "Appendix")
_KINDS: Final[Mapping[bool, Both]] = {
    False: ("随工作簿打印。", "Printed with the workbook."),
    True: (
        "完整数据，不随工作簿打印；要打印某一张，先取消它的打印区域。",
        "Whole tables, not printed with the workbook: clear a sheet's print area to print it.",
    ),
}


def write_about(
    page: Worksheet,
    imprint: Imprint,
    sheets: list[Sheet],
    left_out: list[str],
    tables: Mapping[str, pd.DataFrame],
) -> None:
    """Write the first sheet, on one printed page.

    Parameters
    ----------
    page
        The empty sheet.
    imprint
        Title, dates, rules, method and sources.
    sheets
        The other sheets, in their order: each is linked.
    left_out
        Tables that have no sheet; where they are is told.
    tables
        All tables by name.
    """
    languages = imprint.languages
    body, heading = fonts(languages)
    page.column_dimensions["A"].width = _LABEL_WIDTH
    page.column_dimensions["B"].width = _TEXT_WIDTH
    write_text(page.cell(1, 1), imprint.title)
    page.cell(1, 1).font = Font(name=heading, size=16, bold=True)
    page.row_dimensions[1].height = 28
    row = 2
    for both in marks(imprint):
        write_text(page.cell(row, 1), pick(both, languages))
        page.cell(row, 1).font = Font(name=body, size=10, bold=True, color="FFB00020")
        row += 1
    row += 1
    for label, text in _about_rows(imprint):
        _write_pair(page, row, pick(label, languages), text, body)
        row += 1
    for is_appendix, both in ((False, OFFICE), (True, APPENDIX)):
        row += 2
        _write_pair(page, row, pick(both, languages), pick(_KINDS[is_appendix], languages), body)
        page.cell(row, 1).font = Font(name=heading, size=11, bold=True)
        for sheet in sheets:
            if sheet.is_appendix is is_appendix:
                row += 1
                tally = (f"{sheet.rows:,} 行", counted(sheet.rows, "row"))
                text = f"{sheet.title}：{pick(tally, languages)}"
                _write_pair(page, row, sheet.tab, text, body)
                page.cell(row, 1).hyperlink = Hyperlink(ref="", location=f"'{sheet.tab}'!A1")
                page.cell(row, 1).font = Font(
                    name=body, size=10, underline="single", color="FF1A5FB4"
                )
    for name in left_out:
        row += 1
        # Tables with geometry are layers; the largest of them are nothing else.
        is_layer = "geometry" in tables[name].columns
        file = f"plan.gpkg: {name}" if is_layer else f"tables/{name}.csv"
        where = (f"未列入，见 {file}", f"not in this workbook, see {file}")
        tally = (f"{len(tables[name]):,} 行", counted(len(tables[name]), "row"))
        parts = (title_of(CONTRACTS[name]), tally, where)
        text = " · ".join(pick(both, languages) for both in parts)
        _write_pair(page, row, name, text, body)
    paper = paper_for(_LABEL_WIDTH + _TEXT_WIDTH)
    set_up_print(page, area=f"A1:B{row}", head_rows=0, paper=paper, title=imprint.title)
    page.page_setup.fitToHeight = 1
    write_margins(page, left=imprint.drafting_unit)
    page.sheet_properties.tabColor = OFFICE_TAB


def _write_pair(page: Worksheet, row: int, label: str, text: str, face: str) -> None:
    write_text(page.cell(row, 1), label)
    write_text(page.cell(row, 2), text)
    for column, bold in ((1, True), (2, False)):
        page.cell(row, column).font = Font(name=face, size=10, bold=bold)
        page.cell(row, column).alignment = Alignment(vertical="top", wrap_text=True)
    most = max(lines(label, _LABEL_WIDTH), lines(text, _TEXT_WIDTH))
    page.row_dimensions[row].height = LINE * most + 2


def _about_rows(imprint: Imprint) -> list[tuple[Both, str]]:
    """List what a reader must know before the first figure: dates, rules, method, sources."""
    languages = imprint.languages
    lines = [pick(both, (language,)) for language in languages for both in method(imprint)]
    zoning = [pick(both, languages, joint=" / ") for both in zoning_lines(imprint)]
    rows: list[tuple[Both, str]] = [
        (("编制单位", "Drafting unit"), imprint.drafting_unit),
        (("编制日期", "Date"), imprint.date),
        (("数据截止日期", "Date of the data"), imprint.data_date),
        (("政策规则", "Rulebook"), "\n".join(_each(rulebook_title(imprint), languages))),
        (("方法", "Method"), "\n".join(lines)),
        (("片区方案", "Zone plan"), "\n".join(zoning)),
        (("数据来源", "Sources"), "\n".join(_sources(imprint))),
        (("审图", "Map review"), "\n".join(_each(review_note(imprint), languages))),
        (("软件版本", "Version"), f"lianpian {imprint.version}".strip()),
    ]
    return [(label, text) for label, text in rows if text]


def _sources(imprint: Imprint) -> list[str]:
    return [pick(split_both(one), imprint.languages, joint=" / ") for one in imprint.sources]


def _each(both: Both, languages: tuple[str, ...]) -> list[str]:
    return [pick(both, (language,)) for language in languages]
