"""Protections: what renovation must keep in each zone, relics, historic buildings, old trees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from layers.checks import Finding
from layers.contracts import check
from layers.counts import counted
from layers.tables import COMMUNITIES, PROTECTED_KINDS, PROTECTIONS
from zoning.rules import Protection, Rulebook

NO_WORDS: Final = frozenset(
    {"", "否", "无", "没有", "不是", "no", "n", "none", "false", "0", "-", "—"}
)
"""What a cell says where there is nothing to keep; anything else says what there is."""

KIND_COLUMNS: Final = {
    "relic": "heritage_flag",
    "historic_building": "heritage_flag",
    "historic_area": "heritage_flag",
    "old_tree": "old_trees",
    "historic_city": "historic_city",
}
"""Column of the ledger that speaks of each kind on the map; rules name the column."""

_SHOWN: Final = 5
_LONGEST: Final = 100
"""Characters of a name that a finding shows."""


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What one source says of one zone."""

    communities: tuple[str, ...]
    things: tuple[str, ...] = ()
    total: float = 0.0


def list_protections(
    communities: pd.DataFrame,
    assignment: pd.DataFrame,
    rulebook: Rulebook,
    protections: pd.DataFrame | None = None,
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
    protections
        Contract `PROTECTIONS`; None or empty where the job has no such layer.

    Returns
    -------
    list of Finding
        One finding for each zone and each sort of thing to keep that a member has: with how many
        members and, where the ledger gives numbers, how many things; beside it how many things the
        map has and where. The two are never added up: they may speak of the same things. The
        clauses of a sort are cited together. Kinds on the map of which no clause speaks are
        findings of their own.

    Raises
    ------
    ContractError
        If a table breaks its contract.

    Notes
    -----
    Nothing is taken from a zone on this ground: the clauses forbid to pull down and to fell, they
    do not leave anybody out. A column that the ledger lacks says nothing, nor does a map without a
    single thing of that sort. A thing in several communities of a zone is one thing there.

    References
    ----------
    RULES E15 to E17.
    """
    check(COMMUNITIES, communities)
    if protections is not None:
        check(PROTECTIONS, protections)
    zones = assignment["zone_id"].reindex(communities.index)
    placed = _place(protections, zones)
    mapped = set() if protections is None else set(protections["kind"])
    found: list[Finding] = []
    for column in dict.fromkeys(one.column for one in rulebook.protections):
        rules = [one for one in rulebook.protections if one.column == column]
        kinds = {kind for kind, its in KIND_COLUMNS.items() if its == column}
        ledger = _ledger_says(communities, column, zones)
        on_map = _map_says(placed[placed["kind"].isin(kinds)], communities)
        for zone in sorted({*ledger, *on_map}):
            silent = (
                bool(mapped & kinds) and zone not in on_map,
                column in communities.columns and zone not in ledger,
            )
            says = _say(ledger.get(zone), on_map.get(zone), column, silent)
            found.append(_by_clause(zone, says, rules))
    ruled = {one.column for one in rulebook.protections}
    for kind in PROTECTED_KINDS:
        if KIND_COLUMNS.get(kind) not in ruled:
            on_map = _map_says(placed[placed["kind"] == kind], communities)
            found += [_without_clause(zone, kind, said) for zone, said in on_map.items()]
    return sorted(found, key=lambda one: (one.row_key, one.zh))


def _place(protections: pd.DataFrame | None, zones: pd.Series) -> pd.DataFrame:
    """Give a row for each thing and each member of a zone that holds it, sorted."""
    columns = ["zone", "community", "thing", "kind", "name"]
    if protections is None or protections.empty:
        return pd.DataFrame(columns=columns, dtype="str")
    zone_of = zones.dropna().to_dict()
    rows = [
        (
            zone_of[one],
            one,
            thing,
            row["kind"],
            _cut(thing if pd.isna(row["name"]) else row["name"]),
        )
        for thing, row in protections.iterrows()
        if not pd.isna(row["community_ids"])
        for one in str(row["community_ids"]).split(";")
        if one in zone_of
    ]
    return pd.DataFrame(rows, columns=columns, dtype="str").sort_values(columns, ignore_index=True)


def _cut(name: object) -> str:
    text = str(name)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _ledger_says(communities: pd.DataFrame, column: str, zones: pd.Series) -> dict[str, _Said]:
    if column not in communities.columns:
        return {}
    counts = communities[column].map(_count, na_action="ignore").astype("float64")
    kept = pd.DataFrame({"zone": zones, "count": counts})
    kept = kept[kept["count"].gt(0) & kept["zone"].notna()]
    return {
        str(zone): _Said(
            communities=_names(members.index, communities), total=math.fsum(members["count"])
        )
        for zone, members in kept.groupby("zone")
    }


def _map_says(placed: pd.DataFrame, communities: pd.DataFrame) -> dict[str, _Said]:
    found = {}
    for zone, rows in placed.groupby("zone"):
        things = rows.drop_duplicates("thing")
        members = sorted(set(rows["community"]))
        found[str(zone)] = _Said(
            communities=_names(members, communities),
            things=tuple(_tally(things["name"])),
            total=len(things),
        )
    return found


def _names(ids: Iterable[object], communities: pd.DataFrame) -> tuple[str, ...]:
    names = communities["name"].dropna().to_dict()
    return tuple(str(names.get(one, one)) for one in ids)


def _tally(names: pd.Series) -> Iterator[str]:
    """Name each thing once, with how often: trees go by their species."""
    for name, times in sorted(names.value_counts().items()):
        yield f"{name} ×{times}" if times > 1 else str(name)


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


def _list(names: Sequence[str]) -> tuple[str, str]:
    more = len(names) - _SHOWN
    shown = names[:_SHOWN]
    return (
        "、".join(shown) + (f"等 {len(names):,} 个" if more > 0 else ""),
        ", ".join(shown) + (f" and {more:,} more" if more > 0 else ""),
    )


def _say(
    ledger: _Said | None, on_map: _Said | None, column: str, silent: tuple[bool, bool]
) -> tuple[str, str]:
    """Say what ledger and map know, to follow a sort of things; `silent` are map and ledger."""
    zh, en = [], []
    if ledger is not None:
        names = _list(ledger.communities)
        zh.append(f"{len(ledger.communities):,} 个小区（{names[0]}），登记 {ledger.total:,g} 处")
        en.append(
            f" in {_communities(len(ledger.communities))} ({names[1]}), {ledger.total:,g} on record"
        )
    if on_map is not None:
        said = _say_map(on_map, is_ground=column == "historic_city")
        zh.append(said[0])
        en.append(said[1])
    if ledger is not None and on_map is not None:
        zh.append("台账与图层可能指同一对象，两数不相加")
        en.append("ledger and map may mean the same things, the two are not added up")
    elif silent[0]:
        zh.append("图层中没有")
        en.append("none on the map")
    elif silent[1]:
        zh.append("台账未登记")
        en.append("none in the ledger")
    return "；".join(zh), ("" if ledger else ": ") + "; ".join(en)


def _communities(count: int) -> str:
    return counted(count, "community", "communities")


def _say_map(said: _Said, *, is_ground: bool) -> tuple[str, str]:
    names, things = _list(said.communities), _list(said.things)
    count = len(said.communities)
    if is_ground:
        return (
            f"图层中 {count:,} 个小区（{names[0]}）全部或部分位于其范围（{things[0]}）内",
            f"on the map in {_communities(count)} ({names[1]}), all or partly within {things[1]}",
        )
    return (
        f"图层中 {said.total:,g} 处（{things[0]}），位于 {count:,} 个小区（{names[0]}）",
        f"{said.total:,g} on the map ({things[1]}), in {_communities(count)} ({names[1]})",
    )


_KEEP: Final = (
    "不得拆除、砍伐，方案中列出保护措施 / Do not pull down or fell; put measures to "
    "protect them into the scheme"
)
_IN_STYLE: Final = (
    "改造的高度、风貌须与古城协调，不得拆除，方案中列出保护措施 / Keep height and style "
    "in accord with the old city, pull nothing down; put measures into the scheme"
)


def _by_clause(zone: str, says: tuple[str, str], rules: list[Protection]) -> Finding:
    clauses = dict.fromkeys(rule.citation.text for rule in rules)
    codes = "、".join(dict.fromkeys(rule.citation.rule for rule in rules))
    what = rules[0]
    return _finding(
        "check",
        zone,
        f"片区 {zone} 内有{what.zh}：{says[0]}；改造须予保护（{'；'.join(clauses)}，{codes}）",
        f"zone {zone} has {what.en}{says[1]}; renovation must keep them "
        f"({'; '.join(clauses)}, {codes.replace('、', ', ')})",
        _IN_STYLE if what.column == "historic_city" else _KEEP,
    )


def _without_clause(zone: str, kind: str, said: _Said) -> Finding:
    zh, en = PROTECTED_KINDS[kind]
    says = _say_map(said, is_ground=kind == "historic_city")
    if kind not in KIND_COLUMNS:
        return _finding(
            "check",
            zone,
            f"片区 {zone} 内有{zh}：{says[0]}；类别核定前未归入任何条款",
            f"zone {zone} has {en}: {says[1]}; under no clause until their kind is settled",
            "先核定类别 / Settle first what these are",
        )
    return _finding(
        "note",
        zone,
        f"片区 {zone} 内有{zh}：{says[0]}；本规则没有相应条款",
        f"zone {zone} has {en}: {says[1]}; no clause of these rules speaks of it",
        "",
    )


def _finding(
    severity: Literal["check", "note"], zone: str, zh: str, en: str, remedy: str
) -> Finding:
    return Finding(
        severity=severity,
        table_name="zones",
        row_key=zone,
        code="protected-inside",
        zh=zh,
        en=en,
        remedy=remedy,
    )
