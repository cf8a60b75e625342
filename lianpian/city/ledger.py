"""Ledger of the made city: an Excel workbook as a clerk keeps it, with all that makes it hard."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from lianpian.city.register import Entry

HEAD: Final = (
    ("序号", ""),
    ("街道", ""),
    ("社区", ""),
    ("小区编码", ""),
    ("小区名称", ""),
    ("地址", ""),
    ("基本情况", "建成年代"),
    ("基本情况", "楼栋数"),
    ("基本情况", "户数"),
    ("基本情况", "人口"),
    ("基本情况", "建筑面积（万㎡）"),
    ("产权和管理", "产权性质"),
    ("产权和管理", "物业管理方式"),
    ("居民意愿", "参与率（%）"),
    ("居民意愿", "同意率（%）"),
    ("核查情况", "结构安全"),
    ("核查情况", "是否棚改"),
    ("核查情况", "拟拆除"),
    ("核查情况", "是否自建"),
    ("核查情况", "是否城中村"),
    ("备注", ""),
)
SUM_COLUMNS: Final = (8, 9, 10, 11)
CODE_COLUMN: Final = 4
CODES_MISSING: Final = 4
M2_PER_WAN: Final = 10_000
EPOCH: Final = (2021, 3, 27, 0, 0, 0)


def write_ledger(entries: list[Entry], title: str, path: Path) -> None:
    """Write the ledger: title row, two header rows with merged cells, subtotals by street office.

    A few codes are missing, so that those rows must be found by name and address; one newer estate
    is spelled otherwise than on the map; the last subtotal of floor area leaves out its last row,
    as a sum over a range does after somebody appended a row.

    Parameters
    ----------
    entries
        What the bureau knows.
    title
        Text of the title row.
    path
        File to write; equal input gives equal bytes.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "台账"
    _write_head(sheet, title)
    row = 4
    missing = codes_missing(entries)
    misspelled = misspelled_entry(entries)
    offices = sorted({entry.office: entry.code for entry in entries}.items(), key=_by_code)
    number = 0
    totals: list[list[float]] = []
    for office, _ in offices:
        members = sorted((e for e in entries if e.office == office), key=lambda e: e.code)
        first = row
        for entry in members:
            number += 1
            shown = entry.code not in missing and entry.code != misspelled
            _write_entry(sheet, row, number, entry, shows_code=shown)
            if entry.code == misspelled:
                sheet.cell(row, 5).value = f"{entry.name}（一期）"
                sheet.cell(row, 6).value = f"{entry.address}附1"
            row += 1
        if row - first > 1:
            sheet.merge_cells(start_row=first, end_row=row - 1, start_column=2, end_column=2)
        figures = _figures(members)
        if office == offices[-1][0] and len(members) > 1:
            figures[3] = _figures(members[:-1])[3]
        totals.append(figures)
        _write_total(sheet, row, "小计", figures)
        row += 1
    _write_total(sheet, row, "合计", [sum(column) for column in zip(*totals, strict=True)])
    sheet.cell(row + 1, 1).value = "填表人：示例　　审核人：示例　　注：本表为示例数据。"
    _dress(sheet)
    _save(book, path)


def _by_code(item: tuple[str, str]) -> str:
    return item[1]


def codes_missing(entries: list[Entry]) -> set[str]:
    """Choose the entries whose code the clerk left out: among them one of the two of equal name."""
    core = [entry for entry in entries if entry.community.status == "core"]
    names = [entry.name for entry in core]
    twins = [entry.code for entry in core if names.count(entry.name) > 1]
    others = [entry.code for entry in core if names.count(entry.name) == 1]
    step = max(1, len(others) // CODES_MISSING)
    return {*twins[:1], *others[step // 2 :: step][: CODES_MISSING - 1]}


def misspelled_entry(entries: list[Entry]) -> str:
    """Choose the newer estate whose row in the ledger matches no boundary."""
    newer = [entry.code for entry in entries if entry.community.status == "after_2005"]
    return newer[-1] if newer else ""


def _write_head(sheet: Worksheet, title: str) -> None:
    sheet.cell(1, 1).value = title
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(HEAD))
    first = 1
    for column, (upper, lower) in enumerate(HEAD, start=1):
        if not lower:
            sheet.cell(2, column).value = upper
            sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
            continue
        sheet.cell(3, column).value = lower
        if HEAD[column - 2][0] != upper:
            first = column
            sheet.cell(2, column).value = upper
        if column == len(HEAD) or HEAD[column][0] != upper:
            sheet.merge_cells(start_row=2, end_row=2, start_column=first, end_column=column)


def _write_entry(
    sheet: Worksheet, row: int, number: int, entry: Entry, *, shows_code: bool
) -> None:
    status = entry.community.status
    year: object = int(entry.year_text) if entry.year_text.isdigit() else entry.year_text or None
    values: tuple[object, ...] = (
        number,
        entry.office,
        entry.neighbourhood,
        entry.code if shows_code else None,
        entry.name,
        entry.address,
        year,
        entry.buildings,
        entry.community.households,
        entry.residents,
        round(entry.floor_area_m2 / M2_PER_WAN, 2),
        entry.ownership,
        entry.management,
        entry.participation,
        entry.agreement,
        "是",
        "是" if status == "shantytown" else "否",
        "否",
        "是" if status == "self_built" else "否",
        "否",
        None,
    )
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        cell.value = value
        if column == CODE_COLUMN:
            cell.number_format = "@"


def _figures(entries: list[Entry]) -> list[float]:
    return [
        sum(entry.buildings for entry in entries),
        sum(entry.community.households for entry in entries),
        sum(entry.residents for entry in entries),
        round(sum(round(entry.floor_area_m2 / M2_PER_WAN, 2) for entry in entries), 2),
    ]


def _write_total(sheet: Worksheet, row: int, word: str, figures: list[float]) -> None:
    sheet.cell(row, 2).value = word
    for column, figure in zip(SUM_COLUMNS, figures, strict=True):
        sheet.cell(row, column).value = round(figure, 2)


def _dress(sheet: Worksheet) -> None:
    """Give the sheet the borders, widths and fonts that such a table has."""
    thin = Side(style="thin")
    for row in sheet.iter_rows(min_row=2, max_row=sheet.max_row - 1, max_col=len(HEAD)):
        for cell in row:
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.cell(1, 1).font = Font(name="黑体", size=16)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center")
    for column, width in (("B", 12), ("C", 14), ("D", 12), ("E", 26), ("F", 20), ("K", 16)):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "G4"


def _save(book: Workbook, path: Path) -> None:
    """Write a workbook whose bytes do not tell when it was written."""
    stamp = dt.datetime(*EPOCH, tzinfo=dt.UTC).replace(tzinfo=None)
    book.properties.creator = "lianpian"
    book.properties.created = stamp
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2021-03-27T00:00:00Z", content
                )
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
