"""What a person said of facilities that waited: ``tables/review.csv``, filled in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.facility_fields import TITLES, parse_categories
from layers.tables import CATEGORIES

YES: Final = {"yes", "y", "true", "1", "是", "对", "确认", "属实", "√", "✓"}
NO: Final = {"no", "n", "false", "0", "否", "不是", "不", "非", "×", "x", "无"}
KEYS: Final = ["facility_id", "category"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One readable row of the review.

    Parameters
    ----------
    facility_id
        The facility.
    category
        The have in question; empty for all that the facility has.
    becomes
        Haves that the facility is, so far as this row says; empty for none.
    words
        The decision as written.
    """

    facility_id: str
    category: str
    becomes: tuple[str, ...]
    words: str


def read_verdicts(review: pd.DataFrame, known: set[str]) -> tuple[list[Verdict], list[Finding]]:
    """Read the decisions of a filled-in review table.

    Parameters
    ----------
    review
        Columns ``facility_id`` and ``decision``; ``category`` may be missing. The key may be the
        index.
    known
        Ids of all facilities that were read.

    Returns
    -------
    tuple of list of Verdict and list of Finding
        Decisions that can be read, in order of id and category; and a finding for each id that
        nobody knows and each decision that is neither yes, no nor a have.
    """
    table = review.reset_index() if review.index.names != [None] else review
    verdicts, findings = [], []
    for row in table.to_dict("records"):
        decision, key = _text(row.get("decision")), _text(row.get("facility_id"))
        if not decision:
            continue
        category = _text(row.get("category"))
        have = parse_categories(category)[0] if parse_categories(category) else ""
        if key not in known:
            findings.append(_unknown_id(key, decision))
            continue
        becomes = _becomes(decision, have)
        if becomes is None or (category and not have):
            findings.append(_unreadable(key, category, decision))
            continue
        verdicts.append(Verdict(facility_id=key, category=have, becomes=becomes, words=decision))
    verdicts.sort(key=lambda verdict: (verdict.facility_id, verdict.category, verdict.words))
    return verdicts, findings


def apply_verdicts(
    table: pd.DataFrame, points: pd.DataFrame, verdicts: list[Verdict]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Change facilities as a person decided.

    Parameters
    ----------
    table
        Rows keyed ``(facility_id, category)`` with ``name``, ``source``, ``evidence``,
        ``confirmed``, ``decided`` and ``geometry``.
    points
        All points by ``facility_id``, also those that are no have, with ``name``, ``source`` and
        ``geometry``: a person may make a facility of one.
    verdicts
        From `read_verdicts`.

    Returns
    -------
    tuple of DataFrame and list of Finding
        The rows after the decisions, confirmed and marked as decided; and a note for each row that
        was taken out.
    """
    rows = dict(zip(table.index, table.to_dict("records"), strict=True))
    findings = []
    for verdict in verdicts:
        asked = [
            key
            for key in rows
            if key[0] == verdict.facility_id and verdict.category in {"", key[1]}
        ]
        becomes = verdict.becomes
        if becomes == CATEGORIES:  # yes, without a word of which have
            becomes = tuple(key[1] for key in asked)
        for key in asked:
            if key[1] not in becomes:
                rows.pop(key)
                findings.append(_taken_out(key, verdict.words))
        place = points.loc[verdict.facility_id]
        for have in becomes:
            rows[(verdict.facility_id, have)] = {
                "name": place["name"],
                "source": place["source"],
                "evidence": f"review: {verdict.words}",
                "confirmed": True,
                "decided": True,
                "geometry": place["geometry"],
            }
    index = pd.MultiIndex.from_tuples(list(rows), names=KEYS)
    changed = pd.DataFrame(list(rows.values()), index=index, columns=table.columns)
    return changed.sort_index(kind="stable"), findings


def _text(value: object) -> str:
    if not isinstance(value, str):
        return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]  # a cell
    return value.strip().removeprefix("'").strip()


def _becomes(decision: str, have: str) -> tuple[str, ...] | None:
    """Give the haves that a decision leaves: none for no, all that are asked for yes."""
    word = unicodedata.normalize("NFKC", decision).casefold().strip()
    if word in NO:
        return ()
    if word in YES:
        return (have,) if have else CATEGORIES
    return parse_categories(decision) or None


def _unknown_id(key: str, decision: str) -> Finding:
    return Finding(
        severity="check",
        table_name="review",
        row_key=key,
        code="review-unknown-id",
        zh=f"核实表中的设施 {key!r}（结论 {decision!r}）不在本次数据中，未采用。",
        en=f"review: no facility {key!r} was read; its decision {decision!r} is not used.",
        remedy="核对设施编码，或删去该行 / Check the id, or remove the row",
    )


def _unreadable(key: str, category: str, decision: str) -> Finding:
    expected = "、".join(TITLES[have][0] for have in CATEGORIES)
    return Finding(
        severity="decide",
        table_name="review",
        row_key=key,
        code="review-unreadable",
        zh=f"核实表 {key}：类别 {category!r}、结论 {decision!r} 无法识别；"
        f"应为“是”“否”或一种类别（{expected}）。",
        en=f"review {key}: category {category!r} with decision {decision!r} cannot be read; "
        f"expected yes, no, or one of {', '.join(CATEGORIES)}.",
        remedy="改写结论 / Write the decision again",
    )


def _taken_out(key: tuple[str, str], words: str) -> Finding:
    zh, en = TITLES[key[1]]
    return Finding(
        severity="note",
        table_name="facilities",
        row_key=key[0],
        code="review-taken-out",
        zh=f"{key[0]} 经核实（{words}）不计为{zh}。",
        en=f"{key[0]} is not counted as {en}: a person decided {words!r}.",
    )
