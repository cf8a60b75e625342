"""The workbook ``plan.xlsx``: what an office files, prints and hands on, one sheet a table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from layers.contracts import Caption, captions_of, title_of
from maps.archives import seal
from maps.columns import column_of, columns_of, key_columns, names_of
from maps.labels import Imprint
from maps.notes import marks, method, review_note, rulebook_title, zoning_lines
from maps.words import HAVES, Both, pick
from maps.worksheets import (
    MOST_ROWS,
    Sheet,
    Styles,
    lay_out,
    pour,
    set_up_print,
    write_text,
)
from zoning.tables import CONTRACTS, GAPS

ORDER: Final = (
    "summary",
    "zones",
    "plans",
    "zone_gaps",
    "communities",
    "assignment",
    "alternatives",
    "eligibility",
    "packages",
    "partners",
    "partner_sets",
    "adjacency",
    "facilities",
    "review",
    "findings",
    "gaps",
    "provision",
    "subdistrict_gaps",
    "access_points",
    "subdistricts",
    "barriers",
    "land",
    "circles",
    "reached_streets",
    "zone_circles",
    "catchments",
    "reach",
)
"""Sheets in the order of an office's interest; the list of gaps stands before them."""

NETWORK_TABLES: Final = (
    "network",
    "streets",
    "buildings",
    "snaps",
    "walks",
    "routes",
    "building_reach",
)
"""Large tables of the network; they are in ``tables/`` and ``plan.gpkg``."""

IF_SHORT: Final = ("reach", "land", "barriers")
"""Tables that have a sheet only below `SHORT` rows."""

SHORT: Final = 20_000
TO_DO: Final = ("gap", "far", "small", "unconfirmed")
"""Statuses on the list of gaps, in order of weight; what is met or has no data is in ``gaps``."""

GAP_FIELDS: Final = (
    "zone_id",
    "community_id",
    "name",
    "subdistrict",
    "category",
    "status",
    "nearest_name",
    "nearest_m",
    "nearest_minutes",
    "limit_m",
    "households",
    "households_covered",
    "households_source",
    "flips_at_strict",
    "reason",
    "bureau",
    "clause",
)
"""Columns of the list of gaps."""

GAP_LIST: Final[Both] = ("缺项清单", "List of gaps")
ABOUT: Final[Both] = ("说明", "About")
_LABEL_WIDTH: Final = 24
_TEXT_WIDTH: Final = 100


@dataclass(frozen=True)
class _Listed:
    """A sheet with the captions under which the first sheet lists it."""

    sheet: Sheet
    title: Both


def write_workbook(tables: Mapping[str, pd.DataFrame], imprint: Imprint, path: Path) -> None:
    """Write the workbook.

    Parameters
    ----------
    tables
        Tables under their contracts, by name.
    imprint
        What stands on the first sheet and in the margins; its languages give the header rows.
    path
        The .xlsx file to write; equal tables and imprint give equal bytes.

    Raises
    ------
    OSError
        If `path` cannot be written.

    Notes
    -----
    Every text is written as a text with its type, and with the mark that keeps it one when a
    person edits the cell: no formula comes from data (ANCHORS 4.1).
    """
    languages = imprint.languages
    listed = [_gap_list(tables, languages)] if {"gaps", "communities"} <= set(tables) else []
    kept = [name for name in ORDER if name in tables and not _too_long(name, tables[name])]
    listed += [_listed(name, tables, languages) for name in kept]
    left_out = [name for name in CONTRACTS if name in tables and name not in kept]
    book = Workbook()
    about = book.active
    about.title = _one(ABOUT, languages)
    _write_about(about, imprint, listed, left_out, tables)
    poured: list[tuple[Sheet, list[Styles]]] = []
    for entry in listed:
        page = book.create_sheet(entry.sheet.tab)
        styles = lay_out(entry.sheet, page, languages=languages, footer=imprint.title)
        poured.append((entry.sheet, styles))
    frame = io.BytesIO()
    book.save(frame)
    _seal(frame.getvalue(), path, imprint, poured)


def _seal(
    frame: bytes, path: Path, imprint: Imprint, poured: list[tuple[Sheet, list[Styles]]]
) -> None:
    first_row = len(imprint.languages) + 1
    # The library numbers the sheets in order; the first one is about the workbook.
    numbered = {
        f"xl/worksheets/sheet{number}.xml": entry for number, entry in enumerate(poured, start=2)
    }

    def rewrite(name: str, content: bytes) -> Iterable[bytes]:
        if name in numbered:
            sheet, styles = numbered[name]
            return pour(content, sheet, styles, first_row=first_row)
        return (content,)

    seal(frame, path, date=imprint.date, rewrite=rewrite)


def _one(both: Both, languages: tuple[str, ...]) -> str:
    return pick(both, languages[:1])


def _too_long(name: str, table: pd.DataFrame) -> bool:
    return (name in IF_SHORT and len(table) >= SHORT) or len(table) > MOST_ROWS - 2


def _listed(name: str, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]) -> _Listed:
    title = title_of(CONTRACTS[name])
    sheet = Sheet(
        tab=_one(title, languages),
        title=pick(title, languages),
        columns=columns_of(name, tables, languages),
        frozen=key_columns(name),
    )
    return _Listed(sheet, title)


def _gap_list(tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]) -> _Listed:
    """List what adults lack or what waits for review: by zone, community and have."""
    gaps = tables["gaps"].reset_index()
    rows = gaps[gaps["walker"].eq("adult") & gaps["status"].isin(TO_DO)].copy()
    communities = tables["communities"]
    rows["name"] = names_of(rows["community_id"], communities)
    rows["subdistrict"] = rows["community_id"].map(communities["subdistrict"])
    if "assignment" in tables:
        rows["zone_id"] = rows["community_id"].map(tables["assignment"]["zone_id"])
    else:
        rows["zone_id"] = pd.Series(index=rows.index, dtype="str")
    if "facilities" in tables:
        rows["nearest_name"] = names_of(rows["nearest_id"], tables["facilities"])
    else:
        rows["nearest_name"] = rows["nearest_id"]
    rows["have"] = rows["category"].map({have: place for place, have in enumerate(HAVES)})
    rows = rows.sort_values(["zone_id", "community_id", "have"], na_position="last")
    captions = captions_of(GAPS) | {
        "zone_id": Caption(zh="片区", en="Zone", unit=""),
        "name": Caption(zh="小区名称", en="Name of the community", unit=""),
        "subdistrict": Caption(zh="街道", en="Street office", unit=""),
        "nearest_name": Caption(zh="最近设施名称", en="Name of the nearest facility", unit=""),
    }
    columns = tuple(
        column_of("gaps", field, rows[field], captions[field], languages) for field in GAP_FIELDS
    )
    tab = _one(GAP_LIST, languages)
    return _Listed(
        Sheet(tab=tab, title=pick(GAP_LIST, languages), columns=columns, frozen=3), GAP_LIST
    )


def _write_about(
    page: Worksheet,
    imprint: Imprint,
    listed: list[_Listed],
    left_out: list[str],
    tables: Mapping[str, pd.DataFrame],
) -> None:
    languages = imprint.languages
    page.column_dimensions["A"].width = _LABEL_WIDTH
    page.column_dimensions["B"].width = _TEXT_WIDTH
    write_text(page.cell(1, 1), imprint.title)
    page.cell(1, 1).font = Font(bold=True, size=16)
    row = 2
    for both in marks(imprint):
        write_text(page.cell(row, 1), pick(both, languages))
        page.cell(row, 1).font = Font(bold=True, color="FFB00020")
        row += 1
    row += 1
    for label, text in _about_rows(imprint):
        _write_pair(page, row, pick(label, languages), text)
        row += 1
    row += 1
    _write_pair(
        page, row, pick(("工作表", "Sheet"), languages), pick(("内容", "Content"), languages)
    )
    page.cell(row, 2).font = Font(bold=True)
    for entry in listed:
        row += 1
        counted = (f"{entry.sheet.rows} 行", f"{entry.sheet.rows} rows")
        title = pick(entry.title, languages)
        _write_pair(page, row, entry.sheet.tab, f"{title} · {pick(counted, languages)}")
        page.cell(row, 1).hyperlink = Hyperlink(ref="", location=f"'{entry.sheet.tab}'!A1")
        page.cell(row, 1).font = Font(underline="single", color="FF1A5FB4")
    for name in left_out:
        row += 1
        # Tables with geometry are layers; the largest of them are nothing else.
        is_layer = "geometry" in tables[name].columns
        file = f"plan.gpkg: {name}" if is_layer else f"tables/{name}.csv"
        where = (f"未列入，见 {file}", f"not in this workbook, see {file}")
        counted = (f"{len(tables[name])} 行", f"{len(tables[name])} rows")
        parts = (title_of(CONTRACTS[name]), counted, where)
        text = " · ".join(pick(both, languages) for both in parts)
        _write_pair(page, row, name, text)
    set_up_print(
        page, area=f"A1:B{row}", head_rows=0, title=imprint.title, footer=imprint.drafting_unit
    )


def _write_pair(page: Worksheet, row: int, label: str, text: str) -> None:
    write_text(page.cell(row, 1), label)
    write_text(page.cell(row, 2), text)
    page.cell(row, 1).font = Font(bold=True)
    for column in (1, 2):
        page.cell(row, column).alignment = Alignment(vertical="top", wrap_text=True)


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
        (("数据来源", "Sources"), "\n".join(imprint.sources)),
        (("审图", "Map review"), "\n".join(_each(review_note(imprint), languages))),
        (("软件版本", "Version"), f"lianpian {imprint.version}".strip()),
    ]
    return [(label, text) for label, text in rows if text]


def _each(both: Both, languages: tuple[str, ...]) -> list[str]:
    return [pick(both, (language,)) for language in languages]
