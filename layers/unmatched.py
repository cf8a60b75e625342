"""What found no counterpart when ledger and boundaries were joined, and doubts about joins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.counts import counted
from layers.likeness import Partner, find_partners, name_key

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
    "suggested_subdistrict",
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
_OFFERED: Final = (
    "把结果文件夹中的 tables/joins.csv 复制到作业文件夹，将 community_id 列的 ? 改为小区编码"
    '（留空表示不采用该行），并在 job.toml 的 [inputs.joins] 中写 path = "joins.csv" / '
    "Copy tables/joins.csv of the result folder beside job.toml, write the community's id for the "
    "? in community_id (empty leaves the row out), and name the file as path under [inputs.joins]"
)
UNDECIDED: Final = ("?", "？")
"""What stands for a community in a row of corrections that nobody has decided."""

OFFER_COLUMNS: Final = (
    "ledger_row",
    "community_id",
    "ledger_name",
    "ledger_subdistrict",
    "households",
    "suggested_id",
    "suggested_name",
    "suggested_subdistrict",
    "likeness",
)
"""Columns of the corrections that are offered; the first two are read, the others tell."""


def list_unmatched(
    rows: pd.DataFrame,
    communities: pd.DataFrame,
    *,
    reasons: Mapping[str, str],
    meant: Mapping[str, str] | None = None,
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
    meant
        Ledger row to the one community of its name, where place contradicts: it is suggested
        before any that is likelier by its street office.

    Returns
    -------
    DataFrame
        Columns `UNMATCHED_COLUMNS`: ledger rows first, each side in its own order. A community has
        the reason of the row that is suggested for it where their names are one.
    """
    left, right = (_Side.of(rows), _Side.of(communities))
    forward = find_partners(left.names, left.offices, right.names, right.offices)
    backward = find_partners(right.names, right.offices, left.names, left.offices)
    for ledger_row, community in (meant or {}).items():
        if ledger_row in left.ids and community in right.ids:
            here, there = left.ids.index(ledger_row), right.ids.index(community)
            forward[here] = Partner(there, 1.0)
            backward[there] = Partner(here, 1.0)
    households, codes = _cells(rows, "households"), _cells(rows, "community_id")
    why = [
        reasons.get(row, "unknown_code" if code else "no_counterpart")
        for row, code in zip(left.ids, codes, strict=True)
    ]
    listed: list[tuple[object, ...]] = []
    for n, partner in enumerate(forward):
        row = ("ledger", left.ids[n], None, left.names[n], left.offices[n], households[n], why[n])
        listed.append((*row, *right.told(partner)))
    for n, partner in enumerate(backward):
        same = partner and name_key(right.names[n]) == name_key(left.names[partner.place])
        reason = why[partner.place] if partner and same else "no_counterpart"
        outline = ("boundary", None, right.ids[n], right.names[n], right.offices[n], None, reason)
        listed.append((*outline, *left.told(partner)))
    return pd.DataFrame(listed, columns=list(UNMATCHED_COLUMNS))


@dataclass(frozen=True)
class _Side:
    """One side of a join: keys, names and street offices in its order."""

    ids: list[str]
    names: list[object]
    offices: list[object]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Side:
        ids = [str(key) for key in frame.index]
        return cls(ids, _cells(frame, "name"), _cells(frame, "subdistrict"))

    def told(self, partner: Partner | None) -> tuple[object, ...]:
        """Give key, name, street office and likeness of a partner; all missing for none."""
        if partner is None:
            return (None, None, None, None)
        n = partner.place
        return (self.ids[n], self.names[n], self.offices[n], partner.likeness)


def doubt_unmatched(unmatched: pd.DataFrame) -> list[Finding]:
    """Ask for a decision on everything that is unmatched; what suggests each other is one doubt.

    The finding on a ledger row offers a row of corrections: `OFFER_COLUMNS`.
    """
    records = [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in unmatched.to_dict("records")
    ]
    pairs = {(row["ledger_row"], row["suggested_id"]) for row in records if row["ledger_row"]}
    return [
        _doubt(row)
        for row in records
        if row["ledger_row"] or (row["suggested_id"], row["community_id"]) not in pairs
    ]


def _doubt(row: Mapping[str, object]) -> Finding:
    on_ledger = row["side"] == "ledger"
    key = str(row["ledger_row"] if on_ledger else row["community_id"])
    zh, en = REASONS[str(row["reason"])]
    own_zh, own_en = _who(row["name"], row["subdistrict"])
    if row["households"] is not None:
        own_zh += f"，{row['households']:,g} 户"
        own_en += f", {row['households']:,g} households"
    near_zh, near_en = "", ""
    if row["suggested_id"] is not None:
        who_zh, who_en = _who(row["suggested_name"], row["suggested_subdistrict"])
        other_zh, other_en = ("小区", "community") if on_ledger else ("台账行", "ledger row")
        near_zh = f"；最接近的是{other_zh} {row['suggested_id']}（{who_zh}，相似度 "
        near_zh += f"{row['likeness']:.2f}）"
        near_en = f"; the likeliest is {other_en} {row['suggested_id']} ({who_en}, "
        near_en += f"likeness {row['likeness']:.2f})"
    side_zh, side_en = ("台账行", "ledger row") if on_ledger else ("小区", "community")
    return Finding(
        severity="decide",
        table_name="ledger" if on_ledger else "communities",
        row_key=key,
        code="ledger-unmatched" if on_ledger else "community-without-ledger",
        zh=f"{side_zh} {key}（{own_zh}）未匹配：{zh}{near_zh}",
        en=f"{side_en} {key} ({own_en}) is unmatched: {en}{near_en}",
        remedy=_OFFERED if on_ledger else _JOINS,
        offer=_offer(row) if on_ledger else (),
    )


def _who(name: object, office: object) -> tuple[str, str]:
    """Name a row or a community with its street office."""
    known = "无名称" if name is None else repr(name), "no name" if name is None else repr(name)
    zh = f"{known[0]}，{'街道未注明' if office is None else office}"
    return zh, f"{known[1]}, {'no street office given' if office is None else office}"


def _offer(row: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Give the cells of a row of corrections, undecided."""
    cells = {
        **row,
        "community_id": UNDECIDED[0],
        "ledger_name": row["name"],
        "ledger_subdistrict": row["subdistrict"],
    }
    said = {name: cells[name] for name in OFFER_COLUMNS}
    texts = {
        name: f"{value:.10g}" if isinstance(value, float) else str(value)
        for name, value in said.items()
        if value is not None
    }
    return tuple((name, texts.get(name, "")) for name in OFFER_COLUMNS)


def offered_joins(findings: Iterable[Finding]) -> pd.DataFrame:
    """List the corrections that findings offer, for a planner to fill in.

    Returns
    -------
    DataFrame
        Text columns `OFFER_COLUMNS`, keyed by ``ledger_row``, in the order of the findings;
        ``community_id`` is `UNDECIDED` and the table, as it stands, changes nothing.
    """
    rows = [dict(found.offer) for found in findings if found.offer]
    table = pd.DataFrame(rows, columns=list(OFFER_COLUMNS), dtype="str")
    return table.mask(table == "").set_index("ledger_row")


def doubt_office(row: str, community: str, name: object, here: object, there: object) -> Finding:
    """Tell that a row joined by a unique name has another street office than the extract says."""
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=row,
        code="ledger-office-differs",
        zh=f"台账行 {row} 按名称 {name!r} 与小区 {community} 匹配，但街道不同：台账为 {here!r}，"
        f"OSM 的街道界线中为 {there!r}；以台账为准",
        en=f"ledger row {row} and community {community} share the name {name!r}, but not the "
        f"street office: {here!r} in the ledger, {there!r} by the boundaries of OpenStreetMap; "
        "the ledger holds",
        remedy=_JOINS,
    )


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


def _list(rows: Sequence[str]) -> str:
    return ", ".join(rows[:_SHOWN]) + (", …" if len(rows) > _SHOWN else "")


def doubt_name_only(rows: Sequence[str]) -> list[Finding]:
    """Tell which rows were joined by a name that stands once on either side, and nothing else."""
    if not rows:
        return []
    shown = _list(rows)
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


def doubt_left_out(rows: Sequence[str]) -> list[Finding]:
    """Tell which ledger rows a planner's corrections leave out."""
    if not rows:
        return []
    shown = _list(rows)
    return [
        Finding(
            severity="note",
            table_name="joins",
            row_key=rows[0] if len(rows) == 1 else "",
            code="ledger-rows-left-out",
            zh=f"按 joins 表，{len(rows):,} 行台账不采用：{shown}",
            en=f"by the table joins {counted(len(rows), 'ledger row is', 'ledger rows are')} left "
            f"out: {shown}",
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
