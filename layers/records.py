"""Rows of a bureau's table read into canonical fields, with an account of every changed cell."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers.cells import Raw, Reading, read_column, text_of
from layers.checks import Finding, Severity
from layers.fields import KINDS, fold
from layers.years import Years

CHANGE_COLUMNS: Final = (
    "sheet",
    "row",
    "column",
    "header",
    "field",
    "before",
    "after",
    "reason",
)
"""Columns of the account: where a cell stands, what stood there, what was understood, and why."""

# What stood in a cell that was filled before it was read.
_BEFORE: Final[Mapping[str, str]] = {"merged": "", "filled_down": "", "ditto": "同上"}

LISTED: Final = 20
"""Cells of one column that get a finding each; more are told in one."""

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "number_text": ("文本或带分隔符的数字转为数值", "text turned into a number"),
    "about": ("「约」「余」等按所写数字取值", "an approximate figure taken as written"),
    "unit": ("按单位换算", "converted by its unit"),
    "percent": ("百分数转为 0–1 的比例", "percent turned into a share"),
    "share_doubtful": ("不超过 1 的数值按比例理解", "a number up to 1 taken as a share"),
    "flag": ("转为是/否", "turned into yes or no"),
    "year": ("年代转为起止年份", "turned into first and last year"),
    "trimmed": ("去除空格、换行和控制字符", "spaces, line breaks, controls removed"),
    "merged": ("按合并单元格填充", "filled from a merged cell"),
    "ditto": ("「同上」按上一行填充", "ditto mark filled from the row above"),
    "filled_down": ("空白按上一行填充", "blank filled from the row above"),
    "unreadable": ("无法识别，按缺失处理", "not understood, left missing"),
}
"""Why a cell was changed, in words: Chinese, English."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a bureau's table.

    Parameters
    ----------
    field
        Canonical field, or the header itself for a column that nobody knows.
    header
        Name in the file.
    letter
        Place in the sheet: ``F``; empty for an attribute of a vector file.
    cells
        The cells.
    unit
        Unit from the header.
    percent
        Places among `cells` that are shown as percents.
    given
        Places among `cells` that were filled before reading, with the reason.
    """

    field: str
    header: str
    letter: str
    cells: Sequence[Raw]
    unit: str = ""
    percent: Collection[int] = ()
    given: Mapping[int, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Records:
    """Rows in canonical fields, the account of changed cells, and what is doubtful."""

    table: pd.DataFrame
    changes: pd.DataFrame
    findings: tuple[Finding, ...]


def read_records(
    columns: Sequence[Column],
    rows: Sequence[str],
    *,
    table: str,
    sheet: str,
    row_numbers: Sequence[int],
) -> Records:
    """Read columns into canonical fields.

    Parameters
    ----------
    columns
        The columns; each canonical field at most once.
    rows
        Keys of the rows.
    table
        Name of the table in findings: ``ledger``, ``communities``.
    sheet
        Name of the sheet in the account; empty when there is none.
    row_numbers
        Number of each row in the file, counted from 1.

    Returns
    -------
    Records
        `table` has one column for each field; a year column becomes ``year_built_from``,
        ``year_built_to`` and ``year_confidence``.
    """
    index = pd.Index(list(rows), dtype="str")
    values: dict[str, list[Reading]] = {}
    changes: list[dict[str, object]] = []
    findings: list[Finding] = []
    for column in columns:
        readings = read_column(
            column.cells,
            KINDS.get(column.field, "text"),
            unit=column.unit,
            percent=column.percent,
            yes_means_unsafe=_asks_for_danger(column.header),
        )
        values[column.field] = readings
        changed = _changes_of(column, readings, sheet, row_numbers)
        changes.extend(changed)
        findings.extend(_findings_of(column, changed, table, sheet))
    frame = pd.DataFrame(index=index)
    for name, readings in values.items():
        if KINDS.get(name) != "year":
            frame[name] = _series(name, readings, index)
    years = {
        name: [reading.value for reading in readings]
        for name, readings in values.items()
        if KINDS.get(name) == "year"
    }
    if years:
        begun = any(
            column.field == "year_built_from" and fold(column.header).startswith("始建")
            for column in columns
        )
        frame = frame.join(_read_spans(years, index, only_begun=begun))
    return Records(
        table=frame,
        changes=pd.DataFrame(changes, columns=list(CHANGE_COLUMNS)),
        findings=tuple(findings),
    )


def _asks_for_danger(header: str) -> bool:
    return fold(header) in {"是否危房", "sfwf"}


def _series(name: str, readings: list[Reading], index: pd.Index) -> pd.Series:
    kind = KINDS.get(name, "text")
    cells = [reading.value for reading in readings]
    if kind in {"number", "area", "money", "share"}:
        return pd.Series(cells, index=index, dtype="float64")
    if kind in {"flag", "safety"}:
        flags = [cell if isinstance(cell, bool) else None for cell in cells]
        return pd.Series(pd.array(flags, dtype="boolean"), index=index)
    return pd.Series(cells, index=index, dtype="object").astype("str")


def _read_spans(
    years: Mapping[str, Sequence[object]], index: pd.Index, *, only_begun: bool
) -> pd.DataFrame:
    """Join the year columns to first year, last year and confidence.

    The latest building decides when a community was finished; a column of years when building
    began (始建年代) says nothing about the end.
    """
    empty: list[object] = [None] * len(index)
    firsts: list[int | None] = []
    ends: list[int | None] = []
    confidences: list[str | None] = []
    for start, end in zip(
        years.get("year_built_from", empty), years.get("year_built_to", empty), strict=True
    ):
        spans = [span for span in (start, end) if isinstance(span, Years)]
        finished = [end] if only_begun else spans
        lasts = [s.last for s in finished if isinstance(s, Years) and s.last is not None]
        firsts.append(start.first if isinstance(start, Years) else None)
        ends.append(max(lasts, default=None))
        if not spans:
            confidences.append(None)
        elif any(span.confidence == "vague" for span in spans):
            confidences.append("vague")
        else:
            confidences.append("stated" if firsts[-1] == ends[-1] else "range")
    return pd.DataFrame(
        {
            "year_built_from": pd.array(firsts, dtype="Int64"),
            "year_built_to": pd.array(ends, dtype="Int64"),
            "year_confidence": pd.Series(confidences, index=index, dtype="object").astype("str"),
        },
        index=index,
    )


def _changes_of(
    column: Column, readings: Sequence[Reading], sheet: str, row_numbers: Sequence[int]
) -> list[dict[str, object]]:
    changed: list[dict[str, object]] = []
    for place, reading in enumerate(readings):
        reasons = [reason for reason in (column.given.get(place), reading.reason) if reason]
        changed.extend(
            {
                "sheet": sheet,
                "row": row_numbers[place],
                "column": column.letter,
                "header": column.header,
                "field": column.field,
                "before": _BEFORE[reason] if reason in _BEFORE else text_of(column.cells[place]),
                "after": _written(reading),
                "reason": reason,
            }
            for reason in reasons
        )
    return changed


def _written(reading: Reading) -> str:
    value = reading.value
    if isinstance(value, Years):
        return f"[{value.first or ''}, {value.last or ''}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of(value)


_SEVERITY: Final[Mapping[str, Severity]] = {
    "unreadable": "check",
    "share_doubtful": "decide",
    "filled_down": "check",
}
_ALONE: Final = frozenset({"unreadable", "share_doubtful"})
"""Reasons whose cells a person must look at: named by row, up to `LISTED` of them."""
_REMEDY: Final[Mapping[str, str]] = {
    "unreadable": "改正该单元格后重新运行 / Correct the cell and run again",
    "share_doubtful": "统一写成百分数（如 75%） / Write all shares as percents, such as 75%",
    "filled_down": "核对后填写空白单元格 / Check, and fill in the blank cells",
}


def _findings_of(
    column: Column, changed: Sequence[Mapping[str, object]], table: str, sheet: str
) -> list[Finding]:
    by_reason: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
    for change in changed:
        by_reason[str(change["reason"])].append(change)
    findings: list[Finding] = []
    for reason, cells in by_reason.items():
        # one decision settles all doubtful shares of a column; unread cells are mended one by one
        apart = reason == "unreadable" and len(cells) <= LISTED
        groups = _equal_cells(cells) if apart else [cells]
        findings.extend(_finding(column, reason, group, table, sheet) for group in groups)
    return findings


def _equal_cells(cells: Sequence[Mapping[str, object]]) -> list[list[Mapping[str, object]]]:
    """Put cells together that say the same thing and were read alike, in the order met."""
    groups: dict[tuple[object, object], list[Mapping[str, object]]] = {}
    for cell in cells:
        groups.setdefault((cell["before"], cell["after"]), []).append(cell)
    return list(groups.values())


def _finding(
    column: Column,
    reason: str,
    cells: Sequence[Mapping[str, object]],
    table: str,
    sheet: str,
) -> Finding:
    zh, en = REASONS[reason]
    first = cells[0]
    place = f"{column.letter}{first['row']}"
    shown = f"{first['before']!r} → {first['after']!r}"
    in_sheet_zh, in_sheet_en = (f"工作表「{sheet}」", f"sheet {sheet!r}, ") if sheet else ("", "")
    if len(cells) == 1:
        text_zh = f"{in_sheet_zh}{place}（{column.header}）：{zh}：{shown}"
        text_en = f"{in_sheet_en}{place} ({column.header}): {en}: {shown}"
    elif reason in _ALONE and len(cells) <= LISTED:
        rows = [str(cell["row"]) for cell in cells]
        alike = len(_equal_cells(cells)) == 1
        such_zh, such_en = ("：", ": ") if alike else (f"；如 {place}：", f"; such as {place}: ")
        text_zh = (
            f"{in_sheet_zh}列「{column.header}」{len(cells):,} 格（第 {'、'.join(rows)} 行）："
            f"{zh}{such_zh}{shown}"
        )
        text_en = (
            f"{in_sheet_en}column {column.header!r}, {len(cells):,} cells (rows "
            f"{', '.join(rows)}): {en}{such_en}{shown}"
        )
    else:
        text_zh = f"{in_sheet_zh}列「{column.header}」{len(cells):,} 格：{zh}；如 {place}：{shown}"
        text_en = (
            f"{in_sheet_en}column {column.header!r}, {len(cells):,} cells: {en}; "
            f"such as {place}: {shown}"
        )
    return Finding(
        severity=_SEVERITY.get(reason, "note"),
        table_name=table,
        row_key=f"{sheet}!{first['row']}" if sheet and len(cells) == 1 else "",
        code=f"{table}-{reason.replace('_', '-')}",
        zh=text_zh,
        en=text_en,
        remedy=_REMEDY.get(reason, ""),
    )
