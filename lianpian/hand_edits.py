"""A planner's own assignment: taken as it is, or its locked rows kept while the rest is solved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from layers.checks import Finding
from layers.contracts import conform
from layers.corrections import NO, YES
from layers.counts import counted
from lianpian.assignment_ids import doubt_alike, match_ids, unknown_ids
from lianpian.zoned import Parts, Zoned
from zoning.tables import ASSIGNMENT
from zoning.tables import LEFT_OUT as REASONS

_SHOWN: Final = 5
_LONGEST_WORD: Final = 20


@dataclass(frozen=True)
class EditedRows:
    """An edited assignment, row by community: ``zone_id``, ``locked``, ``reason``; and doubts."""

    table: pd.DataFrame
    findings: tuple[Finding, ...]


def read_rows(given: Zoned, edited: pd.DataFrame) -> EditedRows:
    """Bring an edited assignment to one row a community; name rows that fit nobody.

    Parameters
    ----------
    given
        Tables of the job.
    edited
        Columns ``community_id``, ``zone_id`` and, if there, ``locked`` and ``reason``, as texts.
    """
    ids = given.communities.index
    named = edited[edited["community_id"].notna()]
    rows = named.drop_duplicates("community_id", keep="last").set_index("community_id")
    written = rows.index
    rows.index, findings = match_ids(written, ids)
    findings += doubt_alike(edited)
    findings += unknown_ids(rows.index.difference(ids))
    unlisted = ids.difference(rows.index)
    if len(unlisted):
        shown = ", ".join(unlisted[:_SHOWN]) + (" ..." if len(unlisted) > _SHOWN else "")
        findings.append(
            Finding(
                severity="decide",
                table_name="assignment",
                row_key="",
                code="assignment-without-community",
                zh=f"归属表缺少 {len(unlisted):,} 个小区，均未划入片区：{shown}",
                en=f"{counted(len(unlisted), 'community is', 'communities are')} not in the "
                f"assignment, thus in no zone: {shown}",
                remedy="补上这些行。 / Add their rows.",
            )
        )
    locked = pd.Series(data=False, index=ids)
    if "locked" in rows.columns:
        words = rows["locked"].reindex(ids).astype("object").fillna("").astype(str)
        plain = words.str.strip().str.lower()
        locked = plain.isin(YES)
        findings += _unread(words[~locked & ~plain.isin(NO)])
    nothing = pd.Series(index=ids, dtype="object")
    reason = rows["reason"].reindex(ids) if "reason" in rows.columns else nothing
    table = pd.DataFrame({"zone_id": rows["zone_id"].reindex(ids), "locked": locked})
    table["reason"] = reason.where(reason.isin(REASONS))
    return EditedRows(table, tuple(findings))


def _unread(words: pd.Series) -> list[Finding]:
    """Ask about words in `locked` that are neither yes nor no: they lock nothing."""
    if words.empty:
        return []
    known = sorted(set(words))
    shown = ", ".join(repr(word[:_LONGEST_WORD]) for word in known[:_SHOWN])
    shown += " ..." if len(known) > _SHOWN else ""
    return [
        Finding(
            severity="decide",
            table_name="assignment",
            row_key=str(words.index[0]) if len(words) == 1 else "",
            code="assignment-locked-unread",
            zh=f"归属表中 {len(words):,} 个小区的 locked 不是 true 或 false（{shown}），"
            "按未锁定处理。",
            en=f"locked of {counted(len(words), 'community', 'communities')} in the assignment "
            f"is neither true nor false ({shown}); they are taken as not locked.",
            remedy="填写 true 或 false。 / Write true or false.",
        )
    ]


def take_assignment(given: Zoned, edited: pd.DataFrame) -> Parts:
    """Put a planner's assignment under its contract; eligibility gives the roles."""
    rows = read_rows(given, edited)
    zone, locked = rows.table["zone_id"], rows.table["locked"]
    status = given.eligibility["status"].reindex(zone.index)
    inside = zone.notna()
    role = pd.Series(np.where(status == "absorbable", "absorbed", "core"), index=zone.index)
    kept = rows.table["reason"].where(rows.table["reason"].notna(), status)
    reason = kept.where(kept.isin(REASONS), "planner").where(~inside)
    assignment = conform(
        ASSIGNMENT,
        pd.DataFrame(
            {"zone_id": zone, "role": role.where(inside), "locked": locked, "reason": reason},
            index=zone.index,
        ),
    )
    centres = medoids(given, assignment)
    record = {
        "objective": None,
        "bound": None,
        "gap_share": None,
        "optimal": None,
        "stopped_by": "planner",
    }
    return Parts(assignment=assignment, centres=centres, record=record, findings=rows.findings)


def keep_locked(given: Zoned, rows: EditedRows) -> Zoned:
    """Turn locked rows into locks of the job's rules, so that the rest can be solved again.

    Notes
    -----
    A locked row with a zone stays in it together with the other locked rows of that zone; one
    without a zone stays out of all zones. Locks of the job file that share a community with a
    locked zone go with that zone.
    """
    status = given.eligibility["status"].reindex(rows.table.index)
    locked = rows.table[rows.table["locked"]]
    fixed = {str(one): str(zone) for one, zone in locked["zone_id"].dropna().items()}
    out = locked.index[locked["zone_id"].isna() & status[locked.index].isin(["core", "absorbable"])]
    labels: dict[str, str] = {}
    for one, label in given.settings.locked.items():
        if one in fixed:
            labels.setdefault(label, fixed[one])
    held = {
        one: labels.get(label, f"job {label}" if label else "")
        for one, label in given.settings.locked.items()
    }
    everyone = {**held, **fixed, **dict.fromkeys(map(str, out), "")}
    return replace(given, settings=replace(given.settings, locked=everyone))


def put_back(given: Zoned, assignment: pd.DataFrame, rows: EditedRows) -> pd.DataFrame:
    """Give zones that hold locked rows the planner's names, and locked rows their places.

    Parameters
    ----------
    given
        Tables of the job.
    assignment
        The rest solved again, contract `ASSIGNMENT`.
    rows
        The edited assignment.

    Returns
    -------
    DataFrame
        Contract `ASSIGNMENT`. A locked row that no rule lets into a zone is there all the same:
        the checker then names the rule.
    """
    locked = rows.table[rows.table["locked"]]
    fixed = {str(one): str(zone) for one, zone in locked["zone_id"].dropna().items()}
    core = assignment.loc[assignment["role"] == "core", "zone_id"]
    names = {str(core[one]): zone for one, zone in fixed.items() if one in core.index}
    taken, number = set(fixed.values()), 0
    for found in sorted(set(assignment["zone_id"].dropna()) - set(names)):
        number += 1
        while f"Z{number:02d}" in taken:
            number += 1
        names[found] = f"Z{number:02d}"
    out = assignment.copy()
    out["zone_id"] = out["zone_id"].map(names).astype("str").where(out["zone_id"].notna())
    status = given.eligibility["status"]
    for one, zone in fixed.items():
        out.loc[one, "zone_id"] = zone
        out.loc[one, "role"] = "absorbed" if status[one] == "absorbable" else "core"
        out.loc[one, "reason"] = None
    out["locked"] = rows.table["locked"].reindex(out.index)
    return conform(ASSIGNMENT, out)


def medoids(given: Zoned, assignment: pd.DataFrame) -> pd.Series:
    """Choose each zone's centre: the core member to which the others' households walk least.

    Absorbed members count where a zone has no other. A member that is out of reach counts as the
    farthest walk in the table, once more.
    """
    walk = given.walks["walk_m"]
    far = 2.0 * float(walk.max()) if len(walk) else 1.0
    known = walk.to_dict()
    weight = given.communities["households"].fillna(0.0)
    placed = assignment[assignment["zone_id"].notna()]
    centres: dict[str, str] = {}
    for zone_id, members in placed.groupby("zone_id"):
        core = members.index[members["role"] == "core"]
        ids = sorted(str(one) for one in (core if len(core) else members.index))
        cost = {
            centre: sum(
                weight[one] * min(known.get((one, centre), far), known.get((centre, one), far))
                for one in ids
                if one != centre
            )
            for centre in ids
        }
        centres[str(zone_id)] = min(ids, key=lambda centre: (cost[centre], centre))
    return pd.Series(centres, dtype="str")
