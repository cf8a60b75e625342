"""Which ledger row belongs to which community: by code, name and place, or a person's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.likeness import code_key, likeness, name_key, same_address, same_office
from layers.unmatched import (
    UNDECIDED,
    doubt_codes,
    doubt_correction,
    doubt_correction_target,
    doubt_left_out,
    doubt_name_only,
    doubt_names,
    doubt_office,
    doubt_unmatched,
    doubt_zeros,
    list_unmatched,
)

_USED: Final = ("community_id", "name", "subdistrict", "address")

# Names under one code that share less than this are told: 老干部家属院 and 粮食局家属院 share half.
_NAMES_DIFFER: Final = 0.6


@dataclass(frozen=True, kw_only=True)
class Matches:
    """Result of a join.

    Parameters
    ----------
    pairs
        Keyed ``ledger_row``: ``community_id`` and ``matched_by`` (``correction``, ``code``,
        ``name_place``, ``name``).
    unmatched
        What found no counterpart on either side: `layers.unmatched.UNMATCHED_COLUMNS`.
    findings
        Doubts; every unmatched row asks for a decision.
    """

    pairs: pd.DataFrame
    unmatched: pd.DataFrame
    findings: tuple[Finding, ...]


class _Join:
    """A join under way: rows are taken off the ledger as they find their community."""

    def __init__(self, communities: pd.DataFrame, ledger: pd.DataFrame) -> None:
        self.communities = communities
        self.ledger = ledger
        self.here = {column: ledger[column].to_dict() for column in _USED if column in ledger}
        self.there = {column: communities[column].to_dict() for column in _USED[1:]}
        trusted = communities["code"].mask(communities["weak_code"].astype("bool"))
        self.codes = trusted.to_dict()
        self.found: dict[str, tuple[str, str]] = {}
        self.dropped: set[str] = set()
        self.reasons: dict[str, str] = {}
        self.meant: dict[str, str] = {}
        self.by_name: list[str] = []
        self.findings: list[Finding] = []

    def open_rows(self) -> list[str]:
        """List the rows that have no community yet, in the order of the ledger."""
        settled = self.found.keys() | self.dropped
        return [row for row in self.ledger.index if row not in settled]

    def taken(self) -> set[str]:
        """Give the communities that have a row."""
        return {community for community, _ in self.found.values()}


def match_rows(
    communities: pd.DataFrame, ledger: pd.DataFrame, *, joins: pd.DataFrame | None = None
) -> Matches:
    """Match ledger rows with communities.

    Parameters
    ----------
    communities
        Keyed ``community_id``: ``code`` (NA where the file had none), ``weak_code`` (codes that
        may be row numbers), ``name``, ``subdistrict``, ``address``, and ``office_by_extract``
        (the street office is told only by the boundaries of an extract).
    ledger
        `layers.ledger.Ledger.table`.
    joins
        Corrections of a planner: ``ledger_row`` (台账!5) or, where that is empty, ``ledger_name``,
        and ``community_id``; an empty ``community_id`` leaves the row out for good, a ``?`` is no
        decision.

    Returns
    -------
    Matches
        Pairs, what is unmatched, findings. Several rows may belong to one community.

    Notes
    -----
    Codes are compared without regard to width, case and spaces; where they agree only after
    leading zeros are dropped (a spreadsheet turns 007 into 7), that is told. A code that may be a
    row number joins only where the names agree. A name joins alone
    only when it stands once on either side and neither street office nor address speaks against it
    (a street office that only an extract tells does not part them: that is told);
    a name that repeats (粮食局家属院) joins only where street office or address tell which one.
    """
    join = _Join(communities, ledger)
    if joins is not None:
        _apply_corrections(join, joins)
    _match_codes(join, exact=True)
    _match_codes(join, exact=False)
    _match_names(join)
    taken = join.taken()
    free = [str(community) for community in communities.index if community not in taken]
    unmatched = list_unmatched(
        ledger.loc[join.open_rows()],
        communities.loc[free],
        reasons=join.reasons,
        meant=join.meant,
    )
    left_out = [row for row in map(str, ledger.index) if row in join.dropped]
    join.findings += [
        *doubt_left_out(left_out),
        *doubt_name_only(join.by_name),
        *doubt_unmatched(unmatched),
    ]
    pairs = pd.DataFrame(
        [(row, *join.found[row]) for row in ledger.index if row in join.found],
        columns=["ledger_row", "community_id", "matched_by"],
        dtype="str",
    ).set_index("ledger_row")
    return Matches(pairs=pairs, unmatched=unmatched, findings=tuple(join.findings))


def _apply_corrections(join: _Join, joins: pd.DataFrame) -> None:
    names = _groups(join.ledger.index, join.ledger.get("name"))
    for line, correction in enumerate(joins.to_dict("records"), start=2):
        row, name, community = (
            None if pd.isna(value := correction.get(column)) else str(value).strip()
            for column in ("ledger_row", "ledger_name", "community_id")
        )
        if community in UNDECIDED:
            continue
        rows = [row] if row else names.get(name_key(name), []) if name else []
        if len(rows) != 1 or rows[0] not in join.ledger.index:
            join.findings.append(doubt_correction(line, row or name or "", repeated=len(rows) > 1))
        elif community is None:
            join.dropped.add(rows[0])
        elif community not in join.communities.index:
            join.findings.append(doubt_correction_target(line, community))
        else:
            join.found[rows[0]] = (community, "correction")


def _match_codes(join: _Join, *, exact: bool) -> None:
    if "community_id" not in join.ledger.columns:
        return
    weak = join.communities["weak_code"].to_dict()
    codes = _groups(join.communities.index, join.communities["code"], exact=exact, code=True)
    if not exact:
        codes = {code: ids for code, ids in codes.items() if len(ids) == 1}
    rows = _groups(join.ledger.index, join.ledger["community_id"], exact=exact, code=True)
    for code, members in rows.items():
        spellings = {code_key(join.here["community_id"][row]) for row in members}
        if code not in codes or (not exact and len(spellings) > 1):
            continue
        community = codes[code][0]
        for row in members:
            doubtful = weak[community] and not _names_agree(
                _cell(join, row, "name"), join.there["name"][community]
            )
            if row not in join.found and row not in join.dropped and not doubtful:
                join.found[row] = (community, "code")
                _doubt_code(join, row, community, exact=exact)


def _doubt_code(join: _Join, row: str, community: str, *, exact: bool) -> None:
    here, there = _cell(join, row, "name"), join.there["name"][community]
    if name_key(here) and name_key(there) and not _names_agree(here, there):
        join.findings.append(doubt_names(row, community, here, there))
    if not exact:
        join.findings.append(doubt_zeros(row, community, _cell(join, row, "community_id")))


def _names_agree(one: object, other: object) -> bool:
    left, right = name_key(one), name_key(other)
    return left in right or right in left or likeness(one, other) >= _NAMES_DIFFER


def _match_names(join: _Join) -> None:
    if "name" not in join.ledger.columns:
        return
    everywhere = _groups(join.communities.index, join.communities["name"])
    rows = _groups(join.ledger.index, join.ledger["name"])
    still_open = set(join.open_rows())
    taken = join.taken()
    for name, members in rows.items():
        waiting = [row for row in members if row in still_open]
        ids = everywhere.get(name, [])
        if not waiting or not ids:
            continue
        free = [community for community in ids if community not in taken]
        if len(members) == 1 and len(ids) == 1:
            _match_single(join, waiting[0], free)
        else:
            _match_repeated(join, waiting, free)


def _match_single(join: _Join, row: str, free: list[str]) -> None:
    if not free:
        join.reasons[row] = "name_repeats"
        return
    community = free[0]
    office, address = _evidence(join, row, community)
    is_doubtful = office is False and bool(join.communities["office_by_extract"][community])
    if address is False or (office is False and not is_doubtful):
        join.reasons[row] = "place_contradicts"
        join.meant[row] = community
        return
    how = "name_place" if office or address else "name"
    _take_name(join, row, community, how)
    if is_doubtful:
        offices = _cell(join, row, "subdistrict"), join.there["subdistrict"][community]
        join.findings.append(doubt_office(row, community, _cell(join, row, "name"), *offices))
    elif how == "name":
        join.by_name.append(row)


def _take_name(join: _Join, row: str, community: str, how: str) -> None:
    join.found[row] = (community, how)
    here, there = _cell(join, row, "community_id"), join.codes[community]
    if code_key(here) and code_key(there):
        join.findings.append(doubt_codes(row, community, here, there))


def _match_repeated(join: _Join, rows: list[str], free: list[str]) -> None:
    choices: dict[str, str] = {}
    for row in rows:
        evidence = {community: _evidence(join, row, community) for community in free}
        fitting = [c for c, said in evidence.items() if True in said and False not in said]
        by_address = [c for c in fitting if evidence[c][1]]
        chosen = by_address or fitting
        join.reasons[row] = "name_repeats"
        if len(chosen) == 1:
            choices[row] = chosen[0]
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for row, community in choices.items():
        sharing[community].append(row)
    for community, members in sharing.items():
        # Rows of one name may share a community only as phases of it, at one address.
        if all(_same_place(join, members[0], row) for row in members[1:]):
            for row in members:
                _take_name(join, row, community, "name_place")


def _same_place(join: _Join, one: str, other: str) -> bool:
    return bool(same_address(_cell(join, one, "address"), _cell(join, other, "address")))


def _evidence(join: _Join, row: str, community: str) -> tuple[bool | None, bool | None]:
    """Say whether street office and address agree: yes, no, or unknown."""
    return (
        same_office(_cell(join, row, "subdistrict"), join.there["subdistrict"][community]),
        same_address(_cell(join, row, "address"), join.there["address"][community]),
    )


def _cell(join: _Join, row: str, column: str) -> object:
    return join.here[column][row] if column in join.here else None


def _groups(
    index: Iterable[Hashable],
    values: Iterable[object] | None,
    *,
    exact: bool = True,
    code: bool = False,
) -> dict[str, list[str]]:
    """Group keys by folded name or code, in the order of the keys; what is blank has no group."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    if values is None:
        return groups
    for label, value in zip(index, values, strict=True):
        folded = code_key(value) if code else name_key(value)
        folded = folded if exact else folded.lstrip("0")
        if folded:
            groups[folded].append(str(label))
    return groups
