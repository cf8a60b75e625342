"""Eligibility: which communities the rules put in scope, out of it, or leave open, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from layers.contracts import check, conform
from layers.tables import COMMUNITIES
from zoning.build_years import (
    DateVerdict,
    date_clauses,
    judge_years,
    other_readings,
    years_of,
)
from zoning.eligibility_words import (
    tell_conflict,
    tell_empty,
    tell_flag,
    tell_no_clause,
    tell_refused,
    tell_unasked,
)
from zoning.reasons import Reason, tell
from zoning.rules import ConsentGate, FlagRule, Rulebook
from zoning.settlement import OUTSIDE, settle_outside
from zoning.tables import CONSENT, ELIGIBILITY
from zoning.year_words import tell_reading, tell_years

_EXCLUSION_FLAGS: Final = tuple(str(c) for c in COMMUNITIES.columns if str(c).startswith("excl_"))

_CONTRADICTED: Final = "contradicted"
"""Whether ledger and map contradict each other about the town, for the length of a judgement."""

_SETTLED: Final = "settled_outside"
"""Whether it lies outside the town by ledger and map, for the length of a judgement."""


@dataclass(frozen=True, kw_only=True)
class _Findings:
    """Reasons of one community beside its years, by what they do to the verdict."""

    out: tuple[Reason, ...]
    open: tuple[Reason, ...]
    notes: tuple[Reason, ...]


def judge_eligibility(communities: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """Judge each community by a rulebook: core, absorbable, excluded or unknown.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`; consent shares may follow as extra columns.
    rulebook
        The rules in force.

    Returns
    -------
    DataFrame
        Contract `ELIGIBILITY`, one row per community. `explained_zh` and `explained_en` say in
        sentences what was found, what is asked for and whether it is met, and for what is open
        whom to ask (`zoning.eligibility_words`). `reasons` are their codes joined by ``;``:

        ========================= ==========================================================
        ``E01``, ``E09`` ...      rule that decided (cited in `clause`)
        ``missing:COLUMN``        a field that the verdict needs is empty
        ``straddles:2000``        the range of years lies on both sides of a limit
        ``year_conflict``         built from a later year than built to
        ``conflict:COLUMN``       ledger and map contradict each other
        ``reading:NAME``          the verdict is another under that reading of the date limit
        ``not_stated:COLUMN``     a field that a rule asks for is empty
        ``no_clause:COLUMN``      the field says yes, but no clause of this rulebook excludes it
        ========================= ==========================================================

    Raises
    ------
    ContractError
        If `communities` breaks its contract.

    Notes
    -----
    Whatever excludes is decisive, even when the year is unknown, and all of it is listed. Next
    comes what withholds a verdict: an unknown year, a range on both sides of a limit, a caution
    (E05: an unsafe building goes to a list of its own, it is not removed silently; E12: what the
    local scope may leave out, where the document is silent), a missing survey (E06: never a yes).

    Where a document asks for the residents' will without a figure, any survey on record passes: the
    place sets the figure in a rulebook of its own. Who was left out of a survey is unknown; where
    nobody was surveyed yet the verdict stands and the reason says ``not_stated:agreement_share``.

    A range counts as a whole: [1990, 1999] is core; [1998, 2003] is unknown unless another rule
    excludes; an open end counts as any year. Dates are years: 2000-12-31 is 2000 and is in,
    2001-01-01 is 2001 and is not.

    An empty exclusion field is not a no. Whole columns are often absent from a ledger, and then
    every community would be unknown; so by default (``missing_fields.flag = "note"``) the verdict
    stands and the reason says ``not_stated``. A rulebook with ``"unknown"`` withholds it instead.

    Whether a community lies in a city or county seat (E04) the ledger says, else the layer of the
    built-up area; where both speak and differ, the verdict is withheld like that of years which
    contradict each other, unless another rule excludes (`zoning.settlement`).

    References
    ----------
    RULES 1.1: E01 to E14; each row cites the clause of its own rulebook.
    """
    check(COMMUNITIES, communities)
    rows = []
    surveyed = frozenset(map(str, communities.columns[communities.notna().any()]))
    outside, contradicted = settle_outside(communities)
    settled = communities.assign(**{_SETTLED: outside, _CONTRADICTED: contradicted})
    for community_id, row in settled.drop(columns="geometry").iterrows():
        status, reasons, clauses = _judge(row, rulebook, surveyed)
        zh, en = tell(reasons)
        rows.append(
            {
                "community_id": community_id,
                "status": status,
                "reasons": ";".join(dict.fromkeys(reason.code for reason in reasons)),
                "clause": ";".join(dict.fromkeys(clauses)),
                "explained_zh": zh,
                "explained_en": en,
            }
        )
    return conform(ELIGIBILITY, pd.DataFrame(rows))


def judge_consent(
    communities: pd.DataFrame,
    rulebook: Rulebook,
    *,
    stage: Literal["enter", "start", "finish"],
) -> pd.DataFrame:
    """Judge the consent gates of one stage, community by community.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`; the shares follow as extra columns, 0 to 1.
    rulebook
        The rules in force.
    stage
        ``enter`` the plan, ``start`` of works, or ``finish``.

    Returns
    -------
    DataFrame
        Contract `CONSENT`, one row per community and gate; `passed` is NA where no survey is on
        record. Empty where the rulebook has no gate at this stage.

    Raises
    ------
    ContractError
        If `communities` breaks its contract, or a share is not 0 to 1.

    Notes
    -----
    Exactly the share passes and nothing is rounded up to it: 74.96 % is not 75 %. The words of a
    gate name its denominator. `judge_eligibility` applies the gates of ``enter``.

    References
    ----------
    RULES C01 to C06; each row cites the clause of its own rulebook.
    """
    check(COMMUNITIES, communities)
    rows = [
        {
            "community_id": community_id,
            "field": gate.column,
            "share": row.get(gate.column),
            "at_least": 0.0 if gate.at_least is None else gate.at_least,
            "passed": _passes(row, gate),
            "zh": gate.zh,
            "en": gate.en,
            "clause": gate.citation.text,
        }
        for community_id, row in communities.drop(columns="geometry").iterrows()
        for gate in rulebook.consent
        if gate.stage == stage
    ]
    table = conform(CONSENT, pd.DataFrame(rows))
    check(CONSENT, table)
    return table


def _judge(
    row: pd.Series, rulebook: Rulebook, surveyed: frozenset[str]
) -> tuple[DateVerdict, list[Reason], tuple[str, ...]]:
    years = years_of(row)
    verdict, codes = judge_years(years, rulebook, rulebook.build_date.last_year)
    dated = tell_years(codes, verdict, years, rulebook)
    clauses = date_clauses(verdict, rulebook)
    flags = _judge_flags(row, rulebook, surveyed)
    others = other_readings(years, verdict, rulebook)
    notes = [*(tell_reading(name, other, rulebook) for name, other in others.items()), *flags.notes]
    if flags.out or verdict == "excluded":
        late, late_clauses = (dated, clauses) if verdict == "excluded" else ([], ())
        cited = (*(reason.clause for reason in flags.out), *late_clauses)
        return "excluded", [*flags.out, *late, *notes], cited
    if flags.open or verdict == "unknown":
        open_dates, open_clauses = (dated, clauses) if verdict == "unknown" else ([], ())
        cited = (*open_clauses, *(reason.clause for reason in flags.open))
        return "unknown", [*open_dates, *flags.open, *notes], cited
    return verdict, [*dated, *notes], clauses


def _judge_flags(row: pd.Series, rulebook: Rulebook, surveyed: frozenset[str]) -> _Findings:
    out: list[Reason] = []
    withheld: list[Reason] = []
    empty: list[FlagRule] = []
    for rules, is_out in ((rulebook.exclusions, True), (rulebook.cautions, False)):
        for rule in rules:
            answer = _answer(row, rule)
            if answer == "applies":
                (out if is_out else withheld).append(tell_flag(rule, row, is_out=is_out))
            elif answer == "contradicted":
                withheld.append(tell_conflict(rule, row))
            elif answer == "missing":
                empty.append(rule)
    is_open = rulebook.missing_fields.flag == "unknown"
    notes: list[Reason] = []
    (withheld if is_open else notes).extend(tell_empty(empty, is_open=is_open))
    asked = _judge_survey(row, rulebook, surveyed)
    lacking = [tell_no_clause(column) for column in _flags_without_clause(row, rulebook)]
    return _Findings(
        out=(*out, *asked.out),
        open=(*withheld, *asked.open),
        notes=(*notes, *asked.notes, *lacking),
    )


def _judge_survey(row: pd.Series, rulebook: Rulebook, surveyed: frozenset[str]) -> _Findings:
    """Judge what residents must agree to before a community enters the plan."""
    out: list[Reason] = []
    unasked: list[Reason] = []
    notes: list[Reason] = []
    waits = rulebook.missing_fields.consent == "unknown"
    for gate in rulebook.consent:
        if gate.stage == "enter":
            passed = _passes(row, gate)
            if passed is None and gate.at_least is None and gate.column not in surveyed:
                notes.append(tell_unasked(gate, code="not_stated", is_open=False))
            elif passed is None:
                unasked.append(tell_unasked(gate, code="missing", is_open=waits))
            elif not passed:
                out.append(tell_refused(gate, float(row[gate.column])))
    withheld = unasked if waits else []
    return _Findings(
        out=tuple(out), open=tuple(withheld), notes=(*notes, *([] if waits else unasked))
    )


def _answer(row: pd.Series, rule: FlagRule) -> Literal["applies", "contradicted", "missing", ""]:
    """Say what a column means to a rule; nothing where the rule is not set off."""
    if rule.column == OUTSIDE and row[_CONTRADICTED]:
        return "contradicted"
    value = row[_SETTLED] if rule.column == OUTSIDE else row[rule.column]
    if pd.isna(value):
        return "missing"
    return "applies" if bool(value) == rule.when else ""


def _flags_without_clause(row: pd.Series, rulebook: Rulebook) -> tuple[str, ...]:
    ruled = {rule.column for rule in (*rulebook.exclusions, *rulebook.cautions)}
    said = {column: row[_SETTLED if column == OUTSIDE else column] for column in _EXCLUSION_FLAGS}
    return tuple(
        column
        for column, value in said.items()
        if column not in ruled and not pd.isna(value) and bool(value)
    )


def _passes(row: pd.Series, gate: ConsentGate) -> bool | None:
    share = row.get(gate.column)
    return None if pd.isna(share) else gate.at_least is None or float(share) >= gate.at_least
