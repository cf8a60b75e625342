"""The workbook ``plan.xlsx``: what an office files, prints and hands on, one sheet a table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd
from openpyxl import Workbook

from layers.contracts import title_of
from maps.about_sheet import ABOUT, write_about
from maps.archives import seal
from maps.columns import columns_of, key_columns, words_sheet
from maps.formulas import Formulas
from maps.kept_words import tell_kept
from maps.labels import Imprint
from maps.office_sheets import TOTAL, bureau_sheet, gap_list, ledger
from maps.sheet_cells import pour
from maps.sheet_layout import LaidOut, lay_out
from maps.summary_sheets import (
    haves_sheet,
    is_detail,
    summary_sheet,
    tell_drawn,
    zones_with_formulas,
    zones_with_kept,
)
from maps.words import Both, pick
from maps.worksheets import (
    MOST_ROWS,
    Sheet,
)
from zoning.tables import CONTRACTS

FIRST: Final = (
    "summary",
    "haves",
    "ledger",
    "gap_list",
    "bureaus",
    "zones",
    "plans",
    "zone_gaps",
    "eligibility",
    "packages",
    "review",
    "findings",
)
"""What an office files and prints, in this order; whole tables stand behind as appendix."""

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
    "protections",
    "barriers",
    "land",
    "circles",
    "reached_streets",
    "zone_circles",
    "catchments",
    "reach",
)
"""Tables that have a sheet, in the order of an office's interest."""

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
EMPTY: Final[Mapping[str, Both]] = {
    "packages": (
        (
            "没有可打包的分散小区。打包只针对符合改造条件、却因没有相邻小区或连片后户数不足"
            "而未进片区的小区（汴政办〔2019〕99号 六(五)）；此类小区每个不能打包的原因见"
            "「数据疑点」。"
        ),
        (
            "No scattered communities to pack. Packages are for communities in scope that are in "
            "no zone because nobody adjoins them or their group is below the floor (Kaifeng 2019 "
            "No. 99, 6(5)); the findings say of each of them why it is packed with nobody."
        ),
    ),
    "findings": ("没有数据疑点。", "No findings: nothing in the data was doubtful."),
    "review": ("没有待核实的设施。", "No facility waits for review."),
    "zones": (
        "没有划出片区：没有可划入片区的小区，原因见「片区归属」。",
        "No zones: nobody could be zoned; the assignment says why.",
    ),
    "partners": (
        "没有可联合的小区：没有彼此相邻且可改造的小区。",
        "No partners: no two communities in scope adjoin each other.",
    ),
}
"""Why a sheet is empty, where it can be said."""

NOTHING: Final[Both] = (
    "本表没有内容：数据中没有此类对象。",
    "Empty: the data holds nothing of this kind.",
)
_LISTED: Final = 2


def write_workbook(tables: Mapping[str, pd.DataFrame], imprint: Imprint, path: Path) -> None:
    """Write the workbook.

    Parameters
    ----------
    tables
        Tables under their contracts, by name.
    imprint
        What stands on the first sheet and in the margins; its languages give the header rows, the
        first one the words in the cells.
    path
        The .xlsx file to write; equal tables and imprint give equal bytes.

    Raises
    ------
    OSError
        If `path` cannot be written.

    Notes
    -----
    Every text is written as a text with its type, and with the mark that keeps it one when a
    person edits the cell: no formula comes from data (ANCHORS 4.1). The formulas that are there
    count and add up cells of the workbook itself: totals, the members of a zone, and beside each
    figure of the summary the same figure counted again.
    """
    languages = imprint.languages
    kept = [name for name in ORDER if name in tables and not _too_long(name, tables[name])]
    sheets = _sheets(tables, kept, languages)
    left_out = [name for name in CONTRACTS if name in tables and name not in kept]
    book = Workbook()
    about = book.active
    about.title = _one(ABOUT, languages)
    write_about(about, imprint, sheets, left_out, tables)
    poured: list[LaidOut] = []
    for sheet in sheets:
        page = book.create_sheet(sheet.tab)
        poured.append(lay_out(sheet, page, languages=languages, footer=imprint.title))
    frame = io.BytesIO()
    book.save(frame)
    _seal(frame.getvalue(), path, imprint, poured)


def _sheets(
    tables: Mapping[str, pd.DataFrame], kept: list[str], languages: tuple[str, ...]
) -> list[Sheet]:
    """Make the sheets in their order: what an office files, then the whole tables."""
    plain = {name: _whole_table(name, tables, languages) for name in kept if name != "summary"}
    papers: dict[str, Sheet] = {}
    if "zones" in plain and "assignment" in tables:
        told = tell_kept(tables, "zones", languages[0])
        plain["zones"] = zones_with_kept(plain["zones"], told)
    if "communities" in tables:
        papers["ledger"] = ledger(tables, languages)
        if "gaps" in tables:
            papers["gap_list"] = gap_list(tables, languages)
            papers["bureaus"] = bureau_sheet(papers["gap_list"], languages)
    formulas = Formulas({**plain, **papers}, languages)
    if "zones" in plain:
        plain["zones"] = zones_with_formulas(plain["zones"], formulas)
    if "summary" in kept:
        live = formulas.of_figures()
        papers["summary"] = summary_sheet(tables["summary"], live, languages)
        papers["haves"] = haves_sheet(tables["summary"], live, languages)
    made = {**plain, **papers}
    order = [
        *(name for name in FIRST if name in made),
        *(name for name in kept if name not in FIRST),
    ]
    sheets = [made[name] for name in order]
    both_languages = len(languages) == _LISTED
    return [*sheets, words_sheet(kept, languages)] if both_languages else sheets


def _whole_table(
    name: str, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> Sheet:
    title = title_of(CONTRACTS[name])
    if name == "plans":
        tables = {**tables, name: tell_drawn(tables[name])}
    columns = columns_of(name, tables, languages)
    details = [column for column in columns if is_detail(name, column.field, languages)]
    plain = [column for column in columns if not is_detail(name, column.field, languages)]
    return Sheet(
        tab=_one(title, languages),
        title=pick(title, languages),
        columns=(*plain, *details),
        unprinted=len(details),
        frozen=key_columns(name),
        note=pick(EMPTY.get(name, NOTHING), languages),
        total_label=_one(TOTAL, languages) if name == "zones" else "",
        is_appendix=name not in FIRST,
    )


def _seal(frame: bytes, path: Path, imprint: Imprint, poured: list[LaidOut]) -> None:
    first_row = len(imprint.languages) + 1
    # The library numbers the sheets in order; the first one is about the workbook.
    numbered = {
        f"xl/worksheets/sheet{number}.xml": entry
        for number, entry in enumerate(poured, start=2)
        if entry.heights
    }

    def rewrite(name: str, content: bytes) -> Iterable[bytes]:
        if name not in numbered:
            return (content,)
        laid_out = numbered[name]
        return pour(
            content,
            laid_out.columns,
            first_row=first_row,
            heights=laid_out.heights,
            total_label=laid_out.total_label,
        )

    seal(frame, path, date=imprint.date, rewrite=rewrite)


def _one(both: Both, languages: tuple[str, ...]) -> str:
    return pick(both, languages[:1])


def _too_long(name: str, table: pd.DataFrame) -> bool:
    return (name in IF_SHORT and len(table) >= SHORT) or len(table) > MOST_ROWS - 2
