"""Links between communities that a planner adds or cuts, each with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast

import pandas as pd

from layers.checks import Finding
from layers.errors import InputError

COLUMNS: Final = ("focal", "neighbor", "action", "reason")

LONGEST_REASON: Final = 1_000
"""Characters of a reason: maps, workbook and sheets print it beside the pair."""

_SHOWN: Final = 10
_LONGEST_ID: Final = 40
_LIKELY: Final = 3


@dataclass(frozen=True, kw_only=True)
class LinkEdit:
    """One change: `focal` < `neighbor`, what to do, and why."""

    focal: str
    neighbor: str
    action: Literal["add", "cut"]
    reason: str


def read_edits(
    links: pd.DataFrame, communities: frozenset[str]
) -> tuple[list[LinkEdit], list[Finding]]:
    """Read a planner's changes, every row of them before any fault is told.

    Parameters
    ----------
    links
        Columns ``focal``, ``neighbor`` (in any order), ``action`` (add or cut), ``reason``; an
        index ``row`` numbers the rows as their file does.
    communities
        Ids that exist.

    Returns
    -------
    tuple
        Changes in the order of their pairs, the last of equal ones; and a finding for each row that
        names no community, which is not applied.

    Raises
    ------
    InputError
        If a column is missing, an action is another word, a reason or a community is missing, a
        reason is longer than `LONGEST_REASON`, one is linked with itself, or a pair is both added
        and cut.
    """
    lacking = sorted(set(COLUMNS) - set(links.columns))
    if lacking:
        raise InputError(
            en=f"links: column {lacking[0]!r} is missing; found {list(links.columns)!r}. Expected "
            f"{', '.join(COLUMNS)}.",
            zh=f"links：缺少列 {lacking[0]!r}；现有 {list(links.columns)!r}。"
            f"应有 {'、'.join(COLUMNS)}。",
        )
    faults: list[tuple[str, str]] = []
    findings: list[Finding] = []
    edits: dict[tuple[str, str], LinkEdit] = {}
    words = links[list(COLUMNS)].astype("object")
    filled = words.where(words.notna(), "").astype("str")
    rows = cast("list[dict[str, str]]", filled.to_dict("records"))
    bare: dict[str, list[str]] = {}
    for one in sorted(communities):
        bare.setdefault(one.lstrip("0"), []).append(one)
    numbers = links.index if links.index.name == "row" else range(1, len(links) + 1)
    for number, row in zip(numbers, rows, strict=True):
        fault = _fault_of(row, edits)
        if fault is not None:
            faults.append((f"row {number}: {fault[0]}", f"第 {number} 行：{fault[1]}"))
            continue
        focal, neighbor = sorted((row["focal"], row["neighbor"]))
        unknown = [name for name in (focal, neighbor) if name not in communities]
        if unknown:
            findings.append(_unknown(focal, neighbor, unknown[0], number, bare))
            continue
        edits[focal, neighbor] = LinkEdit(
            focal=focal,
            neighbor=neighbor,
            action="add" if row["action"].strip() == "add" else "cut",
            reason=row["reason"].strip(),
        )
    if faults:
        more = len(faults) - _SHOWN
        raise InputError(
            en="links: "
            + "; ".join(en for en, _ in faults[:_SHOWN])
            + (f"; and {more} more" if more > 0 else "")
            + ". Correct these rows.",
            zh="links："
            + "；".join(zh for _, zh in faults[:_SHOWN])
            + (f"；另有 {more} 行" if more > 0 else "")
            + "。请更正这些行。",
        )
    return [edits[pair] for pair in sorted(edits)], findings


def _fault_of(
    row: dict[str, str], edits: dict[tuple[str, str], LinkEdit]
) -> tuple[str, str] | None:
    action = row["action"].strip()
    focal, neighbor = sorted((row["focal"], row["neighbor"]))
    if action not in {"add", "cut"}:
        return f"action {action!r}, expected add or cut", f"action 为 {action!r}，应为 add 或 cut"
    length = len(row["reason"].strip())
    if not 0 < length <= LONGEST_REASON:
        return _wrong_reason(focal[:_LONGEST_ID], neighbor[:_LONGEST_ID], length)
    empty = [name for name in ("focal", "neighbor") if not row[name]]
    if empty:
        return f"{' and '.join(empty)} empty", f"{'、'.join(empty)} 为空"
    if focal == neighbor:
        return f"{focal!r} is linked with itself", f"{focal!r} 与自身相连"
    earlier = edits.get((focal, neighbor))
    if earlier is not None and earlier.action != action:
        return f"{focal}, {neighbor}: both added and cut", f"{focal}、{neighbor} 同时被添加与切断"
    return None


def _wrong_reason(focal: str, neighbor: str, length: int) -> tuple[str, str]:
    if not length:
        return f"{focal}, {neighbor}: no reason given", f"{focal}、{neighbor} 未填写理由"
    en = (
        f"{focal}, {neighbor}: a reason of {length:,} characters, expected at most "
        f"{LONGEST_REASON:,}; keep the gist and name the file with the rest"
    )
    zh = (
        f"{focal}、{neighbor} 的理由有 {length:,} 个字符，应不超过 {LONGEST_REASON:,} 个；"
        "请保留要点，其余另存文件并注明文件名"
    )
    return en, zh


def _unknown(
    focal: str, neighbor: str, unknown: str, number: object, bare: dict[str, list[str]]
) -> Finding:
    """Name the row, and the id that was meant where a spreadsheet has taken leading zeros."""
    likely = bare.get(unknown.lstrip("0"), [])[:_LIKELY]
    hint = hint_zh = ""
    if likely:
        shown = " or ".join(map(repr, likely))
        hint = f" Was {shown} meant? A spreadsheet may have taken the leading zeros."
        shown = "或 ".join(map(repr, likely))
        hint_zh = f"是否应为 {shown}？表格软件可能去掉了前导零。"
    return Finding(
        severity="decide",
        table_name="adjacency",
        row_key=f"{focal};{neighbor}",
        code="link-unknown-community",
        zh=f"links 第 {number} 行中的小区 {unknown!r} 不存在，该行未采用。{hint_zh}",
        en=f"links row {number} names {unknown!r}, which is no community; the row is not applied."
        f"{hint}",
        remedy="核对小区编码，编码列设为文本 / "
        "Check the community id; let the spreadsheet keep ids as text",
    )
