"""Tables that a planner hands back: filled-in reviews, joins, links, edited assignments."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import pandas as pd

from layers.checks import InputRecord, digest
from layers.errors import InputError

REQUIRED: Final = {
    "review": ("facility_id", "decision"),
    "joins": ("ledger_row", "community_id"),
    "links": ("focal", "neighbor", "action"),
    "assignment": ("community_id", "zone_id"),
}
"""Columns that each table must have; others are kept where they mean something."""

ACTIONS: Final = ("add", "cut")


def read_corrections(path: Path, role: str) -> tuple[pd.DataFrame, InputRecord]:
    """Read a table that a planner filled in or edited, as text.

    Parameters
    ----------
    path
        A CSV file, UTF-8 (with or without BOM) or GB18030, as Excel and WPS write them.
    role
        ``review``, ``joins``, ``links`` or ``assignment``.

    Returns
    -------
    table : DataFrame
        All columns as text, empty cells missing, the ``'`` that guards formulas removed.
    record : InputRecord
        Account of the file.

    Raises
    ------
    InputError
        If the file is missing, is no text, lacks a column, or a link has an unknown action.
    """
    if not path.is_file():
        raise InputError(
            en=f"{role}: no such file {str(path)!r}. Check the path; it starts from the job file.",
            zh=f"{role}：文件 {str(path)!r} 不存在。请检查路径（相对于作业文件）。",
        )
    table = pd.read_csv(
        io.StringIO(_decoded(path, role)), dtype="str", na_values=[""], keep_default_na=False
    )
    table.columns = table.columns.str.strip()
    missing = [column for column in REQUIRED[role] if column not in table.columns]
    if missing:
        raise InputError(
            en=f"{role}: {path.name} lacks the column(s) {', '.join(missing)}; "
            f"found {', '.join(table.columns)}. Start from the table in the result folder.",
            zh=f"{role}：{path.name} 缺少列 {'、'.join(missing)}；"
            f"现有列 {'、'.join(table.columns)}。"
            "请以结果文件夹中的同名表为底稿。",
        )
    for column in table.columns:
        table[column] = table[column].str.strip().str.removeprefix("'")
    if role == "links":
        _require_actions(table, path)
    record = InputRecord(
        role=role,
        path=path.name,
        sha256=digest(path),
        read=len(table),
        kept=len(table),
        refused=0,
    )
    return table, record


def _decoded(path: Path, role: str) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        en=f"{role}: {path.name} is neither UTF-8 nor GB18030 text. Save it as CSV UTF-8.",
        zh=f"{role}：{path.name} 既不是 UTF-8 也不是 GB18030 文本。请另存为 CSV UTF-8。",
    )


def _require_actions(table: pd.DataFrame, path: Path) -> None:
    wrong = table[~table["action"].isin(ACTIONS)]
    if wrong.empty:
        return
    row, found = int(str(wrong.index[0])) + 2, wrong["action"].iloc[0]
    raise InputError(
        en=f"links: {path.name} row {row}: action = {found!r}; expected 'add' or 'cut'.",
        zh=f"links：{path.name} 第 {row} 行 action = {found!r}；应为 'add' 或 'cut'。",
    )
