"""What found no counterpart when ledger and boundaries were joined, and doubts about joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.counts import counted
from layers.likeness import find_partners

UNMATCHED_COLUMNS: Final = (
    "side",
    "ledger_row",
    "community_id",
    "name",
    "subdistrict",
    "households",
    "reason",
    "suggested_id",
    "suggested_name",
    "likeness",
)
"""Columns of the list; `side` is ``ledger`` or ``boundary``, `suggested_id` a community or a row.

The list is no table of joins: a suggestion counts only when a person has copied it into one.
"""

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "no_counterpart": ("没有同名或同编码的对象", "nothing else has this name or code"),
    "unknown_code": ("没有该编码，也没有同名的对象", "nothing else has this code or this name"),
    "name_repeats": (
        "名称重复，街道和地址不足以区分",
        "the name repeats, and street office and address do not tell which is meant",
    ),
    "place_contradicts": (
        "名称相同，但街道或地址不符",
        "the name is the same, but street office or address differ",
    ),
}
"""Why something is unmatched, in words: Chinese, English."""

_SHOWN: Final = 20
_JOINS: Final = (
    "在 joins 表中写明 ledger_row 和 community_id；community_id 留空表示不采用该行 / "
    "Give ledger_row and community_id in the table joins; an empty community_id leaves the row out"
)


def list_unmatched(
    rows: pd.DataFrame, communities: pd.DataFrame, *, reasons: Mapping[str, str]
) -> pd.DataFrame:
    """List what is unmatched on either side with the likeliest partner on the other.

    Parameters
    ----------
    rows
        Ledger rows without a community, keyed ``ledger_row``.
    communities
        Communities without a ledger row, keyed ``community_id``.
    reasons
        Ledger row to a key of `REASONS`, where it is known.

    Returns
    -------
    DataFrame
        Columns `UNMATCHED_COLUMNS`: ledger rows first, each side in its own order.
    """
    left, right = (
        [_cells(side, c) for c in ("name", "subdistrict")] for side in (rows, communities)
    )
    row_ids, community_ids = (list(map(str, side.index)) for side in (rows, communities))
    households, codes = _cells(rows, "households"), _cells(rows, "community_id")
    listed: list[tuple[object, ...]] = []
    for n, partner in enumerate(find_partners(*left, *right)):
        reason = reasons.get(row_ids[n], "unknown_code" if codes[n] else "no_counterpart")
        suggested: tuple[object, ...] = (None, None, None)
        if partner:
            suggested = (community_ids[partner.place], right[0][partner.place], partner.likeness)
        listed.append(
            ("ledger", row_ids[n], None, left[0][n], left[1][n], households[n], reason, *suggested)
        )
    for n, partner in enumerate(find_partners(*right, *left)):
        suggested = ("no_counterpart", None, None, None)
        if partner:
            found = (row_ids[partner.place], left[0][partner.place], partner.likeness)
            suggested = ("no_counterpart", *found)
        listed.append(
            ("boundary", None, community_ids[n], right[0][n], right[1][n], None, *suggested)
        )
    return pd.DataFrame(listed, columns=list(UNMATCHED_COLUMNS))


def doubt_unmatched(unmatched: pd.DataFrame) -> list[Finding]:
    """Ask for a decision on everything that is unmatched."""
    findings = []
    for row in unmatched.to_dict("records"):
        on_ledger = row["side"] == "ledger"
        key = str(row["ledger_row"] if on_ledger else row["community_id"])
        zh, en = REASONS[str(row["reason"])]
        name = None if pd.isna(row["name"]) else row["name"]
        counted = pd.notna(row["households"])
        count_zh = f"，{row['households']:,g} 户" if counted else ""
        count_en = f", {row['households']:,g} households" if counted else ""
        near_zh, near_en = "", ""
        if pd.notna(row["suggested_id"]):
            near_zh = f"；最接近的是 {row['suggested_name']!r}（{row['suggested_id']}，相似度 "
            near_zh += f"{row['likeness']:.2f}）"
            near_en = f"; the likeliest is {row['suggested_name']!r} ({row['suggested_id']}, "
            near_en += f"likeness {row['likeness']:.2f})"
        side_zh, side_en = ("台账行", "ledger row") if on_ledger else ("小区", "community")
        findings.append(
            Finding(
                severity="decide",
                table_name="ledger" if on_ledger else "communities",
                row_key=key,
                code="ledger-unmatched" if on_ledger else "community-without-ledger",
                zh=f"{side_zh} {key}（{name!r}{count_zh}）未匹配：{zh}{near_zh}",
                en=f"{side_en} {key} ({name!r}{count_en}) is unmatched: {en}{near_en}",
                remedy=_JOINS,
            )
        )
    return findings


def doubt_names(row: str, community: str, here: object, there: object) -> Finding:
    """Tell that a row and a community share a code but not a name."""
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=row,
        code="ledger-names-differ",
        zh=f"台账行 {row} 按编码与小区 {community} 匹配，但名称不同：{here!r} 与 {there!r}",
        en=f"ledger row {row} and community {community} share a code, but not the name: "
        f"{here!r} and {there!r}",
        remedy=_JOINS,
    )


def doubt_codes(row: str, community: str, here: object, there: object) -> Finding:
    """Tell that a row and a community share a name but not a code."""
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=row,
        code="ledger-codes-differ",
        zh=f"台账行 {row} 按名称与小区 {community} 匹配，但编码不同：{here!r} 与 {there!r}",
        en=f"ledger row {row} and community {community} share the name, but not the code: "
        f"{here!r} and {there!r}",
        remedy=_JOINS,
    )


def doubt_zeros(row: str, community: str, code: object) -> Finding:
    """Tell that codes agree only without their leading zeros."""
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=row,
        code="ledger-zeros-dropped",
        zh=f"台账行 {row} 的编码 {code!r} 去掉前导零后与小区 {community} 相同，按同一小区匹配",
        en=f"the code {code!r} of ledger row {row} is that of community {community} but for "
        "leading zeros; they are joined",
        remedy="把编码列设为文本格式 / Format the column of codes as text",
    )


def doubt_name_only(rows: Sequence[str]) -> list[Finding]:
    """Tell which rows were joined by a name that stands once on either side, and nothing else."""
    if not rows:
        return []
    shown = ", ".join(rows[:_SHOWN]) + (", …" if len(rows) > _SHOWN else "")
    return [
        Finding(
            severity="note",
            table_name="ledger",
            row_key=rows[0] if len(rows) == 1 else "",
            code="ledger-by-name",
            zh=f"{len(rows):,} 行台账仅按名称匹配（两边均不重名，无街道和地址可核）：{shown}",
            en=f"{counted(len(rows), 'ledger row is', 'ledger rows are')} joined by name alone; "
            "each name stands once on either "
            f"side, and there is no street office or address to check: {shown}",
            remedy=_JOINS,
        )
    ]


def doubt_correction(line: int, named: str, *, repeated: bool) -> Finding:
    """Tell of a correction whose ledger row cannot be told."""
    why = ("有多行", "names several rows") if repeated else ("不存在", "names no row")
    return Finding(
        severity="decide",
        table_name="joins",
        row_key=str(line),
        code="join-row-unknown",
        zh=f"joins 第 {line} 行：台账中 {named!r} {why[0]}，该更正未采用",
        en=f"joins line {line}: {named!r} {why[1]} of the ledger; the correction is not used",
        remedy="ledger_row 形如 台账!5 / A ledger_row looks like 台账!5",
    )


def doubt_correction_target(line: int, community: str) -> Finding:
    """Tell of a correction whose community is not there."""
    return Finding(
        severity="decide",
        table_name="joins",
        row_key=str(line),
        code="join-community-unknown",
        zh=f"joins 第 {line} 行：没有小区 {community!r}，该更正未采用",
        en=f"joins line {line}: there is no community {community!r}; the correction is not used",
        remedy="核对 community_id / Check the community_id",
    )


def _cells(frame: pd.DataFrame, name: str) -> list[object]:
    if name not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(value) else value for value in frame[name]]
