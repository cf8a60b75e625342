"""The bureau's ledger (台账): header found, cells understood, totals cross-footed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from layers.cells import AREA_FACTORS, MONEY_FACTORS, Raw, decimals_of, read_column, text_of
from layers.checks import Finding, InputRecord, digest
from layers.errors import InputError
from layers.fields import KINDS, ROW_NUMBER, WEAK_CODES, fold, unit_in
from layers.files import Source
from layers.grids import Grid, read_grids
from layers.ledger_doubts import (
    doubt_areas,
    doubt_blank_headers,
    doubt_code,
    doubt_header,
    doubt_hidden_sheet,
    doubt_no_header,
    doubt_rows,
    doubt_sheet_as_office,
    doubt_unsaved,
)
from layers.records import CHANGE_COLUMNS, Column, Records, read_records
from layers.remarks import REMARK, doubt_unread
from layers.sheet_headers import SEARCHED_ROWS, Header, find_header, is_numbering, letter_of
from layers.totals import TOTAL_COLUMNS, TotalRow, cross_foot, kind_of, total_label

_DITTO: Final = frozenset({"同上", "〃", "″", '"', "''", "do."})
_PLACES: Final = ("district", "subdistrict", "neighbourhood")
_OFFICE_ENDINGS: Final = ("街道", "街道办", "街道办事处", "办事处")
_COUNTED: Final = ("number", "area", "money")


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A ledger as it was understood.

    Parameters
    ----------
    table
        One row a row of the ledger, keyed ``ledger_row`` (``台账!5``: sheet and row as the
        spreadsheet shows them). Canonical fields in base units, years as ``year_built_from``,
        ``year_built_to`` and ``year_confidence``; a code that only counts rows as ``serial``;
        columns that nobody knows under their header, as text.
    changes
        Every cell that was changed: `layers.records.CHANGE_COLUMNS`.
    totals
        Every printed total beside the sum of its rows: `layers.totals.TOTAL_COLUMNS`.
    findings
        Doubts, and summaries of the changes.
    record
        Account of the file.
    """

    table: pd.DataFrame
    changes: pd.DataFrame
    totals: pd.DataFrame
    findings: tuple[Finding, ...]
    record: InputRecord


@dataclass
class _Rows:
    """Rows below a header, by what they are; counted from the first row of the sheet."""

    kept: list[int] = field(default_factory=list)
    totals: list[tuple[int, str]] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Sheet:
    records: Records
    totals: pd.DataFrame
    findings: list[Finding]
    read: int


def read_ledger(source: Source) -> Ledger:
    """Read a ledger from a workbook (.xlsx, .xls) or a text file (.csv).

    The header is found among the first ten rows, up to three rows deep, below titles and notes of
    units. Merged cells are filled, total rows taken out and cross-footed, and numbers, areas,
    money, shares, years and answers of yes and no understood as `layers.cells.read_column` says.
    Nothing is changed without an entry in the account.

    Parameters
    ----------
    source
        The file; ``layer`` names one sheet, else every visible sheet with a header is read;
        ``fields`` maps canonical fields to headers where the list of aliases would not.

    Returns
    -------
    Ledger
        Rows, changes, totals, findings and the account of the file.

    Raises
    ------
    InputError
        If the file cannot be read, a sheet or a header that the job names is not there, no sheet
        has a header, or no sheet has a row.
    """
    grids = _chosen(read_grids(source.path, encoding=source.encoding), source)
    findings = [
        doubt_hidden_sheet(grid) for grid in grids if not grid.visible and source.layer is None
    ]
    shown = [grid for grid in grids if grid.visible or source.layer is not None]
    headers = {grid.name: find_header(grid, given=source.fields) for grid in shown}
    _require_headers(source, shown, headers)
    sheets: list[_Sheet] = []
    for grid in shown:
        header = headers[grid.name]
        if header is None:
            findings.append(doubt_no_header(grid))
        else:
            sheets.append(_read_sheet(grid, header))
    table = pd.concat([sheet.records.table for sheet in sheets])
    table.index = pd.Index(table.index.astype("str"), name="ledger_row")
    read = sum(sheet.read for sheet in sheets)
    if table.empty:
        raise InputError(
            en=f"{source.path.name} has a header but no row that names a community.",
            zh=f"{source.path.name} 有表头，但没有任何写明小区名称或编码的行。",
        )
    for sheet in sheets:
        findings += [*sheet.records.findings, *sheet.findings]
    findings += doubt_areas(table)
    changes = [sheet.records.changes for sheet in sheets if not sheet.records.changes.empty]
    totals = [sheet.totals for sheet in sheets if not sheet.totals.empty]
    return Ledger(
        table=table,
        changes=_stacked(changes, CHANGE_COLUMNS),
        totals=_stacked(totals, TOTAL_COLUMNS),
        findings=tuple(findings),
        record=InputRecord(
            role="ledger",
            path=source.path.name,
            sha256=digest(source.path),
            read=read,
            kept=len(table),
            refused=read - len(table),
        ),
    )


def _stacked(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(frames, ignore_index=True)


def _chosen(grids: Sequence[Grid], source: Source) -> list[Grid]:
    if source.layer is None:
        return list(grids)
    wanted = [grid for grid in grids if fold(grid.name) == fold(source.layer)]
    if not wanted:
        names = "、".join(grid.name for grid in grids)
        raise InputError(
            en=f"{source.path.name} has no sheet {source.layer!r}; it has {names}.",
            zh=f"{source.path.name} 没有工作表 {source.layer!r}；现有：{names}。",
        )
    return wanted


def _require_headers(
    source: Source, grids: Sequence[Grid], headers: Mapping[str, Header | None]
) -> None:
    found = [header for header in headers.values() if header is not None]
    if not found:
        names = "、".join(grid.name for grid in grids)
        raise InputError(
            en=f"{source.path.name}: no row among the first {SEARCHED_ROWS} of the sheet(s) "
            f"{names} names 小区名称 (or 小区编码) and a further field such as 户数. "
            'Write a header, or map the columns in the job file: fields = { name = "..." }.',
            zh=f"{source.path.name}：工作表 {names} 的前 {SEARCHED_ROWS} 行中没有同时包含"
            "小区名称（或小区编码）与其他字段（如户数）的表头。请补写表头，"
            "或在任务文件中用 fields 指定各列。",
        )
    for canonical, header in source.fields.items():
        if not any(canonical in one.columns and _names(one, canonical, header) for one in found):
            columns = [name for name in found[0].names if name]
            near = difflib.get_close_matches(header, columns, n=1, cutoff=0.4)
            names = "、".join(columns)
            raise InputError(
                en=f"ledger: fields.{canonical} = {header!r}, but {source.path.name} has no such "
                f"column; it has {names}"
                + (f"; did you mean {near[0]!r}?" if near else ".")
                + " Correct fields in the job file.",
                zh=f"台账：fields.{canonical} = {header!r}，但 {source.path.name} 没有此列；"
                f"现有：{names}"
                + (f"；是否应为 {near[0]!r}？" if near else "。")
                + "请改正作业文件中的 fields。",
            )


def _names(header: Header, canonical: str, wanted: str) -> bool:
    name = fold(header.names[header.columns[canonical]])
    return fold(wanted) in {name, name.rsplit("/", 1)[-1], fold(header.matches.columns[canonical])}


def _read_sheet(grid: Grid, header: Header) -> _Sheet:
    rows = _sort_rows(grid, header)
    findings = [*doubt_header(grid, header), *doubt_blank_headers(grid, header)]
    serial = _is_row_number(grid, header, rows.kept)
    if serial and fold(header.matches.columns["community_id"]) != ROW_NUMBER:
        findings.append(doubt_code(grid, header.matches.columns["community_id"]))
    columns = [
        _column(grid, header, rows.kept, c, findings) for c in range(grid.width) if header.names[c]
    ]
    if "subdistrict" not in header.columns and fold(grid.name).endswith(_OFFICE_ENDINGS):
        columns.append(_office_column(grid, len(rows.kept), findings))
    if serial:
        columns = [
            replace(column, field="serial") if column.field == "community_id" else column
            for column in columns
        ]
    keys = [f"{grid.name}!{r + 1}" for r in rows.kept]
    told = {*header.matches.doubts, *header.matches.passed_over}
    told -= {name for name, stands in header.matches.passed_over.items() if stands == REMARK}
    unread = [c for c in columns if c.field != "serial" and c.header not in told]
    findings += doubt_unread(unread, keys, sheet=grid.name)
    records = read_records(
        columns,
        keys,
        table="ledger",
        sheet=grid.name,
        row_numbers=[r + 1 for r in rows.kept],
    )
    totals, differing = _check_totals(grid, columns, rows, records.table)
    findings += differing
    findings += doubt_rows(grid, rows.kept, rows.nameless)
    return _Sheet(records, totals, findings, len(rows.kept) + len(rows.totals) + len(rows.nameless))


def _is_row_number(grid: Grid, header: Header, kept: Sequence[int]) -> bool:
    """Tell whether the column of codes only counts rows: 序号, or a weak code with repeats."""
    if "community_id" not in header.columns:
        return False
    name = fold(header.matches.columns["community_id"])
    if name == ROW_NUMBER:
        return True
    codes = [grid.rows[r][header.columns["community_id"]] for r in kept]
    known = {fold(text_of(code)) for code in codes if code is not None}
    return name in WEAK_CODES and len(known) < len(codes)


def _sort_rows(grid: Grid, header: Header) -> _Rows:
    rows = _Rows()
    naming = [
        header.columns[name]
        for name in ("community_id", "name", "subdistrict", "neighbourhood")
        if name in header.columns
    ]
    telling = [
        header.columns[name]
        for name in ("community_id", "name")
        if name in header.columns and fold(header.matches.columns[name]) != ROW_NUMBER
    ]
    heads = {grid.rows[r] for r in range(header.first, header.last + 1)}
    for r in range(header.last + 1, len(grid.rows)):
        row = grid.rows[r]
        filled = [cell for cell in row if cell is not None]
        if not filled or row in heads or is_numbering(row):
            continue
        label = total_label([*(row[c] for c in naming), filled[0]])
        if label is not None:
            rows.totals.append((r, label))
        elif all(row[c] is None for c in telling):
            rows.nameless.append(r)
        else:
            rows.kept.append(r)
    return rows


def _column(
    grid: Grid, header: Header, kept: Sequence[int], c: int, findings: list[Finding]
) -> Column:
    by_column = {place: canonical for canonical, place in header.columns.items()}
    name = by_column.get(c, header.names[c])
    cells: list[Raw] = []
    given: dict[int, str] = {}
    for place, r in enumerate(kept):
        cell = grid.rows[r][c]
        if isinstance(cell, str) and fold(cell) in _DITTO and cells:
            cell = cells[-1]
            given[place] = "ditto"
        elif (r, c) in grid.merged and cell is not None:
            given[place] = "merged"
        if (r, c) in grid.unsaved:
            findings.append(doubt_unsaved(grid, r, c, header.names[c]))
        cells.append(cell)
    if name in _PLACES and _is_block_start(cells):
        for place, cell in enumerate(cells):
            if cell is None:
                cells[place] = cells[place - 1]
                given[place] = "filled_down"
    return Column(
        field=name,
        header=header.names[c],
        letter=letter_of(c),
        cells=cells,
        unit=header.units.get(c, "") or _sheet_unit(grid, header, name),
        percent={place for place, r in enumerate(kept) if (r, c) in grid.percent},
        given=given,
    )


def _is_block_start(cells: Sequence[Raw]) -> bool:
    """Tell whether a column names a street office once, above the blank cells of its block."""
    filled = [cell for cell in cells if cell is not None]
    return (
        bool(cells)
        and cells[0] is not None
        and len(set(map(text_of, filled))) == len(filled)
        and 2 * len(filled) <= len(cells)
    )


def _sheet_unit(grid: Grid, header: Header, name: str) -> str:
    """Find the unit of a column in a note above the header, such as 「单位：户、万㎡」."""
    kind = KINDS.get(name, "text")
    known = {"area": AREA_FACTORS, "money": MONEY_FACTORS}.get(kind)
    if known is None:
        return ""
    for r in range(header.first):
        for cell in grid.rows[r]:
            if isinstance(cell, str) and "单位" in cell:
                unit = unit_in(cell[cell.index("单位") :], among=[u for u in known if u])
                if unit:
                    return unit
    return ""


def _office_column(grid: Grid, count: int, findings: list[Finding]) -> Column:
    findings.append(doubt_sheet_as_office(grid, count))
    return Column(field="subdistrict", header="", letter="", cells=[grid.name] * count)


def _check_totals(
    grid: Grid, columns: Sequence[Column], rows: _Rows, table: pd.DataFrame
) -> tuple[pd.DataFrame, list[Finding]]:
    counted = [
        column
        for column in columns
        if column.letter and KINDS.get(column.field, "text") in _COUNTED
    ]
    totals: list[TotalRow] = []
    letters = {letter_of(c): c for c in range(grid.width)}
    for r, label in rows.totals:
        printed: dict[str, float] = {}
        tolerance: dict[str, float] = {}
        for column in counted:
            cell = grid.rows[r][letters[column.letter]]
            kind = KINDS[column.field]
            value = read_column([cell], kind, unit=column.unit)[0].value
            if isinstance(value, float):
                printed[column.field] = value
                scale = read_column([1], kind, unit=column.unit)[0].value
                step = scale if isinstance(scale, float) else 1.0
                tolerance[column.field] = 0.501 * step * 10.0 ** -decimals_of(cell)
        totals.append(TotalRow(r, r + 1, label, kind_of(label), printed, tolerance))
    return cross_foot(table, rows.kept, totals, sheet=grid.name)
