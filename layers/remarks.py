"""Columns of a ledger that nothing reads, and remarks in them that decide on eligibility."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from layers.cells import text_of
from layers.checks import Finding
from layers.counts import counted
from layers.fields import fold, is_canonical
from layers.records import Column

REMARK: Final = "remark"

_CLAUSE: Final = re.compile(r"[，。；;、\n]")
_SHOWN: Final = 20
_LONGEST_CELL: Final = 40


@dataclass(frozen=True)
class _Hint:
    """Words that decide on eligibility, and the field and column that say it."""

    field: str
    header: str
    words: re.Pattern[str]
    zh: str = ""
    en: str = ""


_HINTS: Final = (
    _Hint("excl_shantytown", "是否棚改", re.compile("棚改|棚户")),
    _Hint("excl_demolition", "拟拆除", re.compile("拆迁|拆除(?!违)|征收|征迁|动迁|翻建")),
    _Hint("excl_self_built", "自建房", re.compile("自建")),
    _Hint("excl_urban_village", "城中村", re.compile("城中村")),
    _Hint("excl_sangongyiye", "三供一业", re.compile("三供一业")),
    _Hint(
        "excl_outside_town", "城镇范围外", re.compile("(?:城镇|城区|建成区|县城)(?:范围)?(?:以)?外")
    ),
    _Hint("structure_safe", "结构安全", re.compile("危房|危楼|危旧|(?<![a-z])[cd]级")),
    _Hint("agreement_share", "同意率", re.compile("不同意|不愿|意愿")),
    _Hint(
        "status",
        "改造状态",
        re.compile("已改造|已完成改造|改造完成|已实施改造|改造过"),
        "该列只照录，不改变资格；不再改造的小区请从小区边界中移出",
        "that column is only shown and decides nothing; take a community that is done out of the "
        "boundaries",
    ),
)
"""RULES E04 to E11: what leaves a community out, and what must be known of it."""


def doubt_unread(columns: Sequence[Column], rows: Sequence[str], *, sheet: str) -> list[Finding]:
    """List the columns of a sheet that nothing reads, and what in them decides on eligibility.

    Parameters
    ----------
    columns
        Columns of the sheet as they are read; those of an unknown header and remarks are not.
    rows
        Keys of the rows, ``台账!5``, in the order of the columns' cells.
    sheet
        Name of the sheet.

    Returns
    -------
    list of Finding
        A note with the columns that hold anything, and one finding to check for each of them and
        field that its words speak of, where the field of that row is empty.

    References
    ----------
    RULES E04, E05, E06, E08 to E11.
    """
    unread = [
        column
        for column in columns
        if (column.field == REMARK or not is_canonical(column.field))
        and any(text_of(cell) for cell in column.cells if cell is not None)
    ]
    if not unread:
        return []
    filled = {column.field: column.cells for column in columns}
    findings = [
        finding
        for column in unread
        for hint in _HINTS
        if (finding := _doubt_words(column, hint, filled.get(hint.field), rows, sheet))
    ]
    headers = [column.header for column in unread]
    findings.append(
        Finding(
            severity="note",
            table_name="ledger",
            row_key="",
            code="ledger-columns-unread",
            zh=f"工作表「{sheet}」以下列不参与计算：{'、'.join(headers)}",
            en=f"sheet {sheet!r}: nothing reads {counted(len(headers), 'column')}: "
            f"{', '.join(headers)}",
            remedy="其中如有所需内容，请在 [inputs.ledger] 的 fields 中指明，或改用认得的列名 / "
            "Name them in fields under [inputs.ledger] if wanted, or give them a known header",
        )
    )
    return findings


def _doubt_words(
    column: Column, hint: _Hint, told: Iterable[object] | None, rows: Sequence[str], sheet: str
) -> Finding | None:
    """Tell the rows of a column that speak of a field which is empty there."""
    empty = [cell is None for cell in told] if told is not None else [True] * len(rows)
    texts = ["" if cell is None else text_of(cell) for cell in column.cells]
    # Of a remark only the clause is quoted: the rest may be about persons.
    found = [
        (row, clause.strip())
        for row, text, is_open in zip(rows, texts, empty, strict=True)
        if is_open and (clause := _first_clause(text, hint.words))
    ]
    if not found:
        return None
    shown = [f"{row} {text[:_LONGEST_CELL]!r}" for row, text in found[:_SHOWN]]
    rest = len(found) - len(shown)
    zh = f"、另 {rest:,} 行" if rest else ""
    en = f", and {rest:,} more" if rest else ""
    aside_zh, aside_en = (f"（{hint.zh}）", f" ({hint.en})") if hint.zh else ("", "")
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=found[0][0] if len(found) == 1 else "",
        code="ledger-remark-decides",
        zh=f"工作表「{sheet}」列「{column.header}」不参与资格判定，但有 {len(found):,} 行的文字"
        f"可能决定改造资格：{'、'.join(shown)}{zh}",
        en=f"sheet {sheet!r}: column {column.header!r} does not enter the verdict on eligibility, "
        f"but what it says may decide it in {counted(len(found), 'row')}: {', '.join(shown)}{en}",
        remedy=f"属实的，请在台账「{hint.header}」列（{hint.field}）填写{aside_zh} / "
        f"Where it is so, fill in the column {hint.header} ({hint.field}) of the ledger{aside_en}",
    )


def _first_clause(text: str, words: re.Pattern[str]) -> str:
    clauses = (clause for clause in _CLAUSE.split(text) if words.search(fold(clause)))
    return next(clauses, "")
