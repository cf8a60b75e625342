"""Protections: what renovation must keep in each zone, relics, historic buildings, old trees."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.contracts import check
from layers.tables import COMMUNITIES
from zoning.rules import Protection, Rulebook
from zoning.tables import ASSIGNMENT

NO_WORDS: Final = frozenset(
    {"", "否", "无", "没有", "不是", "no", "n", "none", "false", "0", "-", "—"}
)
"""What a cell says where there is nothing to keep; anything else says what there is."""

_SHOWN: Final = 5


def list_protections(
    communities: pd.DataFrame, assignment: pd.DataFrame, rulebook: Rulebook
) -> list[Finding]:
    """List for each zone what its renovation must keep.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`; the columns that the rulebook names follow as extra columns of the
        ledger: yes or no, a number of things, or words.
    assignment
        Contract `ASSIGNMENT`.
    rulebook
        The rules in force.

    Returns
    -------
    list of Finding
        One finding for each zone and each thing to keep that a member has, with how many members
        and, where the ledger gives numbers, how many things; its clauses are cited together.

    Raises
    ------
    ContractError
        If a table breaks its contract.

    Notes
    -----
    Nothing is taken from a zone on this ground: the clauses forbid to pull down and to fell, they
    do not leave anybody out. A column that the ledger lacks says nothing.

    References
    ----------
    RULES E15 to E17.
    """
    check(COMMUNITIES, communities)
    check(ASSIGNMENT, assignment)
    zones = assignment["zone_id"].reindex(communities.index)
    found: list[Finding] = []
    for column in dict.fromkeys(one.column for one in rulebook.protections):
        if column not in communities.columns:
            continue
        rules = [one for one in rulebook.protections if one.column == column]
        counts = communities[column].map(_count, na_action="ignore").astype("float64")
        kept = pd.DataFrame({"zone": zones, "count": counts})
        kept = kept[kept["count"].gt(0) & kept["zone"].notna()]
        for zone, members in kept.groupby("zone"):
            found.append(_finding(str(zone), members["count"], communities, rules))
    return sorted(found, key=lambda one: (one.row_key, one.zh))


def _count(cell: object) -> float:
    """Count what a cell says: a number as it is, words as one thing, a no as none."""
    if isinstance(cell, bool):
        return float(cell)
    text = str(cell).strip().casefold()
    if text in NO_WORDS:
        return 0.0
    digits = "".join(_leading_number(text))
    return float(digits) if digits else 1.0


def _leading_number(text: str) -> Iterator[str]:
    for character in text:
        if not (character.isascii() and (character.isdigit() or character == ".")):
            return
        yield character


def _finding(
    zone: str, counts: pd.Series, communities: pd.DataFrame, rules: list[Protection]
) -> Finding:
    named = [
        str(one) if pd.isna(communities["name"][one]) else str(communities["name"][one])
        for one in counts.index
    ]
    more = len(named) - _SHOWN
    shown = named[:_SHOWN]
    zh = "、".join(shown) + (f"等 {len(named)} 个" if more > 0 else "")
    en = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    total = math.fsum(counts)
    clauses = dict.fromkeys(rule.citation.text for rule in rules)
    codes = "、".join(dict.fromkeys(rule.citation.rule for rule in rules))
    what = rules[0]
    return Finding(
        severity="check",
        table_name="zones",
        row_key=zone,
        code="protected-inside",
        zh=f"片区 {zone} 内有{what.zh}：{len(named)} 个小区（{zh}），登记 {total:,g} 处；"
        f"改造须予保护（{'；'.join(clauses)}，{codes}）",
        en=f"zone {zone} has {what.en} in {len(named)} communities ({en}), {total:,g} on record; "
        f"renovation must keep them ({'; '.join(clauses)}, {codes.replace('、', ', ')})",
        remedy="不得拆除、砍伐，方案中列出保护措施 / Do not pull down or fell; put measures to "
        "protect them into the scheme",
    )
