"""Doubts about a bureau's table as a whole: its sheets, headers, rows and units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from layers.checks import Finding, Severity
from layers.counts import counted
from layers.fields import KINDS, FieldMatches, fold
from layers.grids import Grid, address_of
from layers.sheet_headers import Header

# Floor area of one household, m2: outside these the unit of the column is more likely wrong than
# the buildings are strange.
LEAST_AREA: Final = 10.0
MOST_AREA: Final = 1_000.0

_SHOWN: Final = 20


def doubt_hidden_sheet(grid: Grid) -> Finding:
    """Tell of a hidden sheet that was not read."""
    return _note(
        "check",
        "ledger-hidden-sheet",
        f"工作表「{grid.name}」被隐藏，未读取",
        f"sheet {grid.name!r} is hidden and was not read",
        "需要时在任务文件中写明 layer / Name it as layer in the job file if it is wanted",
    )


def doubt_no_header(grid: Grid) -> Finding:
    """Tell of a sheet without header that was not read."""
    return _note(
        "note",
        "ledger-sheet-without-header",
        f"工作表「{grid.name}」没有台账表头，未读取",
        f"sheet {grid.name!r} has no header of a ledger and was not read",
    )


def doubt_unsaved(grid: Grid, row: int, column: int, header: str) -> Finding:
    """Tell of a formula whose value was never saved."""
    place = address_of(row, column)
    return _note(
        "check",
        "ledger-unsaved-formula",
        f"工作表「{grid.name}」{place}（{header}）是没有保存结果的公式，按缺失处理",
        f"sheet {grid.name!r}, {place} ({header}) is a formula without a saved value, left missing",
        "用 Excel 或 WPS 打开后保存 / Open the file in Excel or WPS and save it",
        f"{grid.name}!{row + 1}",
    )


def doubt_header(grid: Grid, header: Header) -> list[Finding]:
    """Tell what is doubtful about the columns of a sheet."""
    at = (f"工作表「{grid.name}」", f"sheet {grid.name!r}: ")
    return [*doubt_matches(header.matches, table="ledger", at=at), *_unstated_units(header, *at)]


def doubt_matches(
    matches: FieldMatches, *, table: str, at: tuple[str, str] = ("", "")
) -> list[Finding]:
    """Tell which headers were cut, doubtful or passed over.

    Parameters
    ----------
    matches
        What the headers stand for.
    table
        Name of the table in findings.
    at
        Where the headers stand, in Chinese and English, before the sentence.
    """
    at_zh, at_en = at
    findings = [
        _note(
            "check",
            f"{table}-header-doubtful",
            f"{at_zh}列「{name}」可能是 {'、'.join(fields)}"
            + (f"，按 {matches.cut[name]} 读取" if name in matches.cut else "，未采用"),
            f"{at_en}column {name!r} could be {', '.join(fields)}; "
            + (f"read as {matches.cut[name]}" if name in matches.cut else "not used"),
            "在任务文件的 fields 中指明 / Say which in fields of the job file",
            table=table,
        )
        for name, fields in sorted(matches.doubts.items())
    ]
    findings += [
        _note(
            "check",
            f"{table}-unit-cut",
            f"{at_zh}列名「{name}」被截断，单位可能丢失，按基本单位（㎡、元）读取",
            f"{at_en}the header {name!r} was cut and may have lost its unit; "
            "it is read in the base unit (m², yuan)",
            "核对数值，或改用不截断列名的格式 / Check the figures, or use a format with long names",
            table=table,
        )
        for name, canonical in sorted(matches.cut.items())
        if KINDS.get(canonical) in {"area", "money"} and matches.columns.get(canonical) == name
    ]
    for name, canonical in sorted(matches.passed_over.items()):
        used = matches.columns[canonical]
        findings.append(
            _note(
                "note",
                f"{table}-column-passed-over",
                f"{at_zh}「{name}」与「{used}」都可作为 {canonical}，采用「{used}」",
                f"{at_en}{name!r} and {used!r} could both be {canonical}; {used!r} is used",
                "如应采用另一列，请在 fields 中指明 / Name the other one in fields if it is meant",
                table=table,
            )
        )
    return findings


def _unstated_units(header: Header, at_zh: str, at_en: str) -> list[Finding]:
    return [
        _note(
            "check",
            "ledger-money-without-unit",
            f"{at_zh}「{header.names[c]}」没有写明单位，按元读取；台账通常以万元计",
            f"{at_en}{header.names[c]!r} states no unit and is read as yuan; "
            "ledgers usually count in 万元 (10 000 yuan)",
            "在表头写明单位，如（万元） / State the unit in the header, such as (万元)",
        )
        for name, c in sorted(header.columns.items())
        if KINDS.get(name) == "money" and c not in header.units
    ]


def doubt_rows(grid: Grid, kept: Sequence[int], nameless: Sequence[int]) -> list[Finding]:
    """Tell of hidden rows that were read, and of rows that name no community."""
    findings: list[Finding] = []
    hidden = [r for r in kept if r in grid.hidden_rows]
    if hidden:
        findings.append(
            _note(
                "check",
                "ledger-hidden-rows",
                f"工作表「{grid.name}」有 {len(hidden):,} 行被隐藏，已照常读取："
                f"第 {_list(hidden)} 行",
                f"sheet {grid.name!r} has {counted(len(hidden), 'hidden row')}, read like the "
                f"others: {_list(hidden)}",
                "不应计入的行请删除 / Delete the rows that should not count",
            )
        )
    if nameless:
        findings.append(
            _note(
                "check",
                "ledger-rows-without-name",
                f"工作表「{grid.name}」有 {len(nameless):,} 行没有小区名称和编码，未采用："
                f"第 {_list(nameless)} 行",
                f"sheet {grid.name!r} has {counted(len(nameless), 'row')} with neither name nor "
                f"code, left out: {_list(nameless)}",
                "补写名称或编码，或删除说明文字 / Write a name or code, or delete the remarks",
            )
        )
    return findings


def doubt_areas(rows: pd.DataFrame, *, table: str = "ledger") -> list[Finding]:
    """Tell when floor areas do not fit the households: the unit is probably another."""
    if not {"floor_area_m2", "households"} <= set(rows.columns):
        return []
    each = rows["floor_area_m2"] / rows["households"].where(rows["households"] > 0)
    middle = each.median()
    if pd.isna(middle) or LEAST_AREA <= middle <= MOST_AREA:
        return []
    return [
        _note(
            "decide",
            f"{table}-floor-area-unit",
            f"建筑面积与户数不符：每户中位数 {middle:g} ㎡（一般为 {LEAST_AREA:g}–{MOST_AREA:g}），"
            "单位可能有误（如万㎡）",
            f"floor areas do not fit the households: a median of {middle:g} m² each, where "
            f"{LEAST_AREA:g} to {MOST_AREA:g} is usual; the unit may be another, such as 万㎡",
            "在表头写明单位，如（万㎡） / State the unit in the header, such as (万㎡)",
            table=table,
        )
    ]


def doubt_sheet_as_office(grid: Grid, count: int) -> Finding:
    """Tell that rows took their street office from the name of the sheet."""
    return _note(
        "check",
        "ledger-sheet-is-subdistrict",
        f"工作表「{grid.name}」没有街道列，其 {count:,} 行的街道按工作表名称填写",
        f"sheet {grid.name!r} has no column of street offices; "
        f"the name of the sheet stands in: {counted(count, 'row')}",
        "核对；如有误请在表中增加街道列 / Check; add a column 街道 if it is wrong",
    )


def doubt_code(grid: Grid, header: str) -> Finding:
    """Tell that a column of codes repeats or has blanks and is not used."""
    return _note(
        "check",
        "ledger-code-not-used",
        f"工作表「{grid.name}」列「{header}」有空值或重复，不作为小区编码",
        f"sheet {grid.name!r}: column {header!r} has blanks or repeats and is not used as the id "
        "of communities",
        "增加小区编码列 / Add a column 小区编码",
    )


def doubt_blank_headers(grid: Grid, header: Header) -> list[Finding]:
    """Tell of columns that hold data and have no header."""
    below = grid.rows[header.last + 1 :]
    lost = [
        address_of(header.last, c)
        for c in range(grid.width)
        if not fold(header.names[c]) and any(row[c] is not None for row in below)
    ]
    if not lost:
        return []
    return [
        _note(
            "note",
            "ledger-column-without-header",
            f"工作表「{grid.name}」以下列有内容而没有表头，未读取：{'、'.join(lost)}",
            f"sheet {grid.name!r} has columns with content but no header, not read: "
            f"{', '.join(lost)}",
        )
    ]


def _list(rows: Sequence[int]) -> str:
    shown = ", ".join(str(r + 1) for r in rows[:_SHOWN])
    return shown if len(rows) <= _SHOWN else f"{shown}, …"


def _note(
    severity: Severity,
    code: str,
    zh: str,
    en: str,
    remedy: str = "",
    row_key: str = "",
    *,
    table: str = "ledger",
) -> Finding:
    return Finding(
        severity=severity,
        table_name=table,
        row_key=row_key,
        code=code,
        zh=zh,
        en=en,
        remedy=remedy,
    )
