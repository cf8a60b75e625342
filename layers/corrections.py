"""Tables that a planner hands back: filled-in reviews, joins, links, edited assignments."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

import pandas as pd

from layers.cells import text_of
from layers.checks import InputRecord, digest
from layers.errors import InputError
from layers.grids import Grid, read_grids
from layers.guard import recognise
from layers.printable import printable

REQUIRED: Final = {
    "review": ("facility_id", "decision"),
    "joins": ("ledger_row", "community_id"),
    "links": ("focal", "neighbor", "action"),
    "assignment": ("community_id", "zone_id"),
}
"""Columns that each table must have; others are kept where they mean something."""

KEYS: Final = {
    "review": ("facility_id", "category"),
    "joins": ("ledger_row",),
    "assignment": ("community_id",),
}
"""What a row is about: two rows about one thing must say the same."""

ACTIONS: Final = ("add", "cut")

YES: Final = ("true", "1", "是", "yes", "y", "x", "√")
"""What people write into a cell that asks for yes or no."""

NO: Final = ("", "false", "0", "否", "no", "n", "×")
"""What they write for no; any other word is asked about."""

LONGEST_ZONE: Final = 40
"""Characters of a zone's name: more fit no label of a map, no sheet and no row of a table."""

_POWERS: Final = re.compile(r"\d+(\.\d*)?[eE][+-]?\d+")
_SHOWN: Final = 5
_BEGINNING: Final = 20


def read_corrections(path: Path, role: str) -> tuple[pd.DataFrame, InputRecord]:
    """Read a table that a planner filled in or edited, as text.

    Parameters
    ----------
    path
        A CSV file, UTF-8 (with or without BOM) or GB18030, as Excel and WPS write them, or a
        workbook of one filled sheet.
    role
        ``review``, ``joins``, ``links`` or ``assignment``.

    Returns
    -------
    table : DataFrame
        All columns as text, empty cells missing, the ``'`` that guards formulas removed; indexed by
        the row's number in the file. Rows without any content are no rows.
    record : InputRecord
        Account of the file.

    Raises
    ------
    InputError
        If the file is missing, is no table, lacks a column or has it twice; if a link has an
        unknown action or an end that is empty; if a row does not say what it is about, or
        contradicts another one; if a zone's name is longer than `LONGEST_ZONE` or holds a character
        that cannot be seen.
    """
    if not path.exists():
        raise InputError(
            en=f"{role}: no such file {str(path)!r}. Check the path; it starts from the job file.",
            zh=f"{role}：文件 {str(path)!r} 不存在。请检查路径（相对于作业文件）。",
        )
    sheet = _sheet(path, role)
    table = _tabulate(sheet, path, role)
    if role == "assignment":
        _require_names(sheet, path)
    if role == "links":
        _require_actions(table, path)
        _require_ends(table, path)
    else:
        _require_keys(table, path, role)
        _require_agreement(table, path, role)
    record = InputRecord(
        role=role,
        path=path.name,
        sha256=digest(path),
        read=len(table),
        kept=len(table),
        refused=0,
    )
    return table, record


def _sheet(path: Path, role: str) -> Grid:
    kind = recognise(path)
    if kind not in {"csv", "xlsx", "xls"}:
        raise InputError(
            en=f"{role}: {path.name} is {kind}, not a table. Give a CSV file or a workbook.",
            zh=f"{role}：{path.name} 的格式为 {kind}，不是表格。请提供 CSV 或工作簿。",
        )
    filled = [grid for grid in read_grids(path) if grid.rows]
    if not filled:
        raise InputError(
            en=f"{role}: {path.name} is empty. Start from the table in the result folder.",
            zh=f"{role}：{path.name} 是空文件。请以结果文件夹中的同名表为底稿。",
        )
    if len(filled) > 1:
        names = ", ".join(grid.name for grid in filled)
        raise InputError(
            en=f"{role}: {path.name} has {len(filled):,} filled sheets ({names}); expected one.",
            zh=f"{role}：{path.name} 有 {len(filled):,} 个非空工作表（{names}）；应只有一个。",
        )
    return filled[0]


def _tabulate(grid: Grid, path: Path, role: str) -> pd.DataFrame:
    """Take the first row as header and every row with content below it."""
    header = [text_of(cell).strip() for cell in grid.rows[0]]
    missing = [column for column in REQUIRED[role] if column not in header]
    if missing:
        found = [name for name in header if name]
        raise InputError(
            en=f"{role}: {path.name} lacks the column(s) {', '.join(missing)}; "
            f"found {', '.join(found)}. Start from the table in the result folder.",
            zh=f"{role}：{path.name} 缺少列 {'、'.join(missing)}；"
            f"现有列 {'、'.join(found)}。请以结果文件夹中的同名表为底稿。",
        )
    named = [place for place, name in enumerate(header) if name]
    again = sorted({header[n] for n in named if header.index(header[n]) != n})
    if again:
        raise InputError(
            en=f"{role}: {path.name} has the column {again[0]!r} twice. Delete one of them.",
            zh=f"{role}：{path.name} 中列 {again[0]!r} 出现两次。请删去其一。",
        )
    rows = {
        number: [_text(row[place]) for place in named]
        for number, row in enumerate(grid.rows[1:], start=2)
        if any(cell is not None for cell in row)
    }
    columns = [header[place] for place in named]
    table = pd.DataFrame(list(rows.values()), columns=columns, dtype="str")
    return table.set_index(pd.Index(list(rows), dtype="int64", name="row"))


def _text(cell: object) -> str | None:
    """Give a cell as text, without the mark that keeps a spreadsheet from running it."""
    text = printable(text_of(cell)).strip().removeprefix("'")  # type: ignore[arg-type]  # of a grid
    return text or None


def _require_names(grid: Grid, path: Path) -> None:
    """Refuse names of zones that no label can bear, as they stand in the file."""
    place = [text_of(cell).strip() for cell in grid.rows[0]].index("zone_id")
    for number, row in enumerate(grid.rows[1:], start=2):
        name = text_of(row[place]).strip()
        if any(is_unseen(sign) for sign in name):
            found, found_zh = "with a control character", "含控制字符"
        elif len(name) > LONGEST_ZONE:
            found, found_zh = f"{len(name):,} characters", f"{len(name):,} 个字符"
        else:
            continue
        shown = repr(name[:_BEGINNING])
        raise InputError(
            en=f"assignment: {path.name} row {number}: zone_id = {shown}, {found}; expected at "
            f"most {LONGEST_ZONE} characters, none of them invisible. Shorten or retype the name.",
            zh=f"assignment：{path.name} 第 {number} 行 zone_id = {shown}，{found_zh}；"
            f"应不超过 {LONGEST_ZONE} 个字符，且不含不可见字符。请改短或重新输入片区名。",
        )


def is_unseen(sign: str) -> bool:
    """Tell whether a character shows nothing: controls, marks of direction, line breaks."""
    return unicodedata.category(sign)[0] == "C" or unicodedata.category(sign) in {"Zl", "Zp"}


def _require_actions(table: pd.DataFrame, path: Path) -> None:
    wrong = table[~table["action"].isin(ACTIONS)]
    if wrong.empty:
        return
    row, found = wrong.index[0], wrong["action"].iloc[0]
    shown = "" if pd.isna(found) else found
    raise InputError(
        en=f"links: {path.name} row {row}: action = {shown!r}; expected 'add' or 'cut'.",
        zh=f"links：{path.name} 第 {row} 行 action = {shown!r}；应为 'add' 或 'cut'。",
    )


def _require_ends(table: pd.DataFrame, path: Path) -> None:
    """Refuse links of which one end, or both, is not named."""
    empty = table[["focal", "neighbor"]].isna()
    rows = empty[empty.any(axis=1)]
    if rows.empty:
        return
    ends = [[str(name) for name in empty.columns[gaps]] for gaps in rows.to_numpy()[:_SHOWN]]
    lists = list(zip(rows.index, ends, strict=False))
    more = " ..." if len(rows) > _SHOWN else ""
    en = "; ".join(f"row {row}: {' and '.join(names)} empty" for row, names in lists)
    zh = "；".join(f"第 {row} 行 {'、'.join(names)} 为空" for row, names in lists)
    raise InputError(
        en=f"links: {path.name} {en}{more}; expected the ids of two communities. Fill them in or "
        "delete the row(s).",
        zh=f"links：{path.name} {zh}{more}；应为两个小区的编码。请补填或删去这些行。",
    )


def _require_keys(table: pd.DataFrame, path: Path, role: str) -> None:
    key, value = REQUIRED[role]
    nameless = table[key].isna()
    if role == "joins" and "ledger_name" in table.columns:
        nameless &= table["ledger_name"].isna()
    silent = table.index[nameless & table[value].notna()]
    if len(silent):
        shown = ", ".join(str(row) for row in silent[:_SHOWN])
        raise InputError(
            en=f"{role}: {path.name} row {shown}: {key} is empty beside a {value}. Fill it in, or "
            "delete the row.",
            zh=f"{role}：{path.name} 第 {shown} 行填了 {value}，但 {key} 为空。"
            "请补填，或删去该行。",
        )


def _require_agreement(table: pd.DataFrame, path: Path, role: str) -> None:
    """Refuse two rows that say different things of one key: neither is dropped in silence."""
    keys = [key for key in KEYS[role] if key in table.columns]
    value = REQUIRED[role][1]
    said = table[table[keys[0]].notna()]
    if role == "review":
        said = said[said[value].notna()]
    for column in (value, "locked") if role == "assignment" else (value,):
        if column in said.columns:
            _require_one_answer(said, keys, column, path, role)


def _require_one_answer(
    said: pd.DataFrame, keys: list[str], value: str, path: Path, role: str
) -> None:
    words = said[value].fillna("")
    meant = words.map(_plain) if value == "locked" else words
    answers = said.assign(**{value: meant}).groupby(keys, dropna=False)[value]
    torn = said[answers.transform("nunique").to_numpy() > 1]
    if torn.empty:
        return
    first = torn[(torn[keys].fillna("") == torn[keys].fillna("").iloc[0]).all(axis=1)]
    name = " ".join(first[keys].iloc[0].dropna())
    rows = ", ".join(str(row) for row in first.index[:_SHOWN])
    found = ", ".join(repr(word) for word in words[first.index][:_SHOWN])
    next_en, next_zh = "Keep one of them.", "请只保留一行。"
    if is_power(name):
        next_en = (
            "The id is in scientific notation, which has lost digits: set the column to text and "
            "write the ids again."
        )
        next_zh = "该编码是科学计数法，已失去末位数字：请把该列设为文本后重新填写编码。"
    raise InputError(
        en=f"{role}: {path.name} rows {rows} contradict each other: {name} has {value} = {found}; "
        f"expected the same in each. {next_en}",
        zh=f"{role}：{path.name} 第 {rows} 行相互矛盾：{name} 的 {value} 分别为 {found}；"
        f"应当一致。{next_zh}",
    )


def is_power(name: str) -> bool:
    """Tell whether an id is in scientific notation, as spreadsheets show long numbers: 1.00E+06."""
    return _POWERS.fullmatch(name) is not None


def _plain(word: str) -> str:
    """Give what a word in `locked` means: two ways of writing yes do not contradict each other."""
    lower = word.strip().lower()
    return "true" if lower in YES else "false" if lower in NO else lower
