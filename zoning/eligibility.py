"""Eligibility: which communities the rules put in scope, out of it, or leave open, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from layers.contracts import check, conform
from layers.tables import COMMUNITIES
from zoning.rules import ConsentGate, FlagRule, Rulebook
from zoning.settlement import OUTSIDE, settle_outside
from zoning.tables import CONSENT, ELIGIBILITY

DateVerdict = Literal["core", "absorbable", "excluded", "unknown"]

_EXCLUSION_FLAGS: Final = tuple(str(c) for c in COMMUNITIES.columns if str(c).startswith("excl_"))

_PERCENT: Final = 100.0

_CONTRADICTED: Final = "contradicted"
"""Whether ledger and map contradict each other about the town, for the length of a judgement."""


@dataclass(frozen=True, kw_only=True)
class _Findings:
    """Reasons and clauses of one community, by what they do to the verdict."""

    out: tuple[tuple[str, str], ...]
    open: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


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
        Contract `ELIGIBILITY`, one row per community. `reasons` are codes joined by ``;``:

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
    settled = communities.assign(**{OUTSIDE: outside, _CONTRADICTED: contradicted})
    for community_id, row in settled.drop(columns="geometry").iterrows():
        status, reasons, clauses = _judge(row, rulebook, surveyed)
        rows.append(
            {
                "community_id": community_id,
                "status": status,
                "reasons": ";".join(reasons),
                "clause": ";".join(dict.fromkeys(clauses)),
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
) -> tuple[DateVerdict, tuple[str, ...], tuple[str, ...]]:
    years = _years(row)
    verdict, reasons = _judge_years(years, rulebook, rulebook.build_date.last_year)
    date_clauses = _date_clauses(verdict, rulebook)
    flags = _judge_flags(row, rulebook, surveyed)
    notes = (*_other_readings(years, verdict, rulebook), *flags.notes)
    if flags.out or verdict == "excluded":
        late = reasons if verdict == "excluded" else ()
        late_clauses = date_clauses if verdict == "excluded" else ()
        codes = dict.fromkeys((*(code for code, _ in flags.out), *late))
        return "excluded", (*codes, *notes), (*(c for _, c in flags.out), *late_clauses)
    if flags.open or verdict == "unknown":
        open_dates = reasons if verdict == "unknown" else ()
        codes = dict.fromkeys((*open_dates, *(code for code, _ in flags.open)))
        open_clauses = date_clauses if verdict == "unknown" else ()
        return "unknown", (*codes, *notes), (*open_clauses, *(c for _, c in flags.open))
    return verdict, (*reasons, *notes), date_clauses


def _years(row: pd.Series) -> tuple[float, float]:
    first, last = row["year_built_from"], row["year_built_to"]
    return (
        -math.inf if pd.isna(first) else float(first),
        math.inf if pd.isna(last) else float(last),
    )


def _judge_years(
    years: tuple[float, float], rulebook: Rulebook, last_year: int
) -> tuple[DateVerdict, tuple[str, ...]]:
    first, last = years
    if math.isinf(first) and math.isinf(last):
        return "unknown", ("missing:year_built_from", "missing:year_built_to")
    if first > last:
        return "unknown", ("year_conflict",)
    spans = _spans(rulebook, last_year)
    met = [span for span in spans if first <= span[1] and last >= span[0]]
    verdicts = {span[2] for span in met}
    if len(verdicts) == 1:
        return met[0][2], _deciding_rules(met[0][2], rulebook)
    if math.isinf(last):
        return "unknown", ("missing:year_built_to",)
    if math.isinf(first):
        return "unknown", ("missing:year_built_from",)
    return "unknown", tuple(f"straddles:{span[1]:g}" for span in met[:-1])


def _spans(rulebook: Rulebook, last_year: int) -> list[tuple[float, float, DateVerdict]]:
    """Cut the years into spans of one verdict each: first year, last year, verdict."""
    spans: list[tuple[float, float, DateVerdict]] = [(-math.inf, last_year, "core")]
    top = last_year
    if rulebook.absorb is not None and rulebook.absorb.to_year > last_year:
        start = max(rulebook.absorb.from_year, last_year + 1)
        if start > last_year + 1:
            spans.append((last_year + 1, start - 1, "excluded"))
        spans.append((start, rulebook.absorb.to_year, "absorbable"))
        top = rulebook.absorb.to_year
    spans.append((top + 1, math.inf, "excluded"))
    return spans


def _deciding_rules(verdict: DateVerdict, rulebook: Rulebook) -> tuple[str, ...]:
    limit = rulebook.build_date.citation.rule
    if rulebook.absorb is None or verdict == "core":
        return (limit,)
    absorb = rulebook.absorb.citation.rule
    return (absorb,) if verdict == "absorbable" else (limit, absorb)


def _date_clauses(verdict: DateVerdict, rulebook: Rulebook) -> tuple[str, ...]:
    limit = rulebook.build_date.citation.text
    if rulebook.absorb is None or verdict == "core":
        return (limit,)
    absorb = rulebook.absorb.citation.text
    return (absorb,) if verdict == "absorbable" else (limit, absorb)


def _other_readings(
    years: tuple[float, float], verdict: DateVerdict, rulebook: Rulebook
) -> tuple[str, ...]:
    return tuple(
        f"reading:{name}"
        for name, last_year in rulebook.build_date.readings.items()
        if _judge_years(years, rulebook, last_year)[0] != verdict
    )


def _judge_flags(row: pd.Series, rulebook: Rulebook, surveyed: frozenset[str]) -> _Findings:
    out: list[tuple[str, str]] = []
    withheld: list[tuple[str, str]] = []
    missing: list[tuple[str, str]] = []
    for rules, found in ((rulebook.exclusions, out), (rulebook.cautions, withheld)):
        for rule in rules:
            places = {
                "applies": (found, rule.citation.rule),
                "contradicted": (withheld, f"conflict:{rule.column}"),
                "missing": (missing, f"not_stated:{rule.column}"),
            }
            for one, code in [places[answer] for answer in _answer(row, rule)]:
                one.append((code, rule.citation.text))
    notes = _sort_missing(missing, withheld, rulebook.missing_fields.flag)
    surveys: list[tuple[str, str]] = []
    for gate in rulebook.consent:
        if gate.stage == "enter":
            passed = _passes(row, gate)
            if passed is None and gate.at_least is None and gate.column not in surveyed:
                notes = (*notes, f"not_stated:{gate.column}")
            elif passed is None:
                surveys.append((f"missing:{gate.column}", gate.citation.text))
            elif not passed:
                out.append((gate.citation.rule, f"{gate.citation.text} {_shortfall(row, gate)}"))
    notes += _sort_missing(surveys, withheld, rulebook.missing_fields.consent)
    return _Findings(
        out=tuple(out), open=tuple(withheld), notes=(*notes, *_flags_without_clause(row, rulebook))
    )


def _answer(row: pd.Series, rule: FlagRule) -> tuple[str, ...]:
    """Say what a column means to a rule; nothing where the rule is not set off."""
    if rule.column == OUTSIDE and row[_CONTRADICTED]:
        return ("contradicted",)
    value = row[rule.column]
    if pd.isna(value):
        return ("missing",)
    return ("applies",) if bool(value) == rule.when else ()


def _sort_missing(
    missing: list[tuple[str, str]], withheld: list[tuple[str, str]], policy: str
) -> tuple[str, ...]:
    """Let empty fields withhold the verdict, or give them back as notes."""
    if policy == "unknown":
        withheld.extend(missing)
        return ()
    return tuple(code for code, _ in missing)


def _flags_without_clause(row: pd.Series, rulebook: Rulebook) -> tuple[str, ...]:
    ruled = {rule.column for rule in (*rulebook.exclusions, *rulebook.cautions)}
    return tuple(
        f"no_clause:{column}"
        for column in _EXCLUSION_FLAGS
        if column not in ruled and not pd.isna(row[column]) and bool(row[column])
    )


def _passes(row: pd.Series, gate: ConsentGate) -> bool | None:
    share = row.get(gate.column)
    return None if pd.isna(share) else gate.at_least is None or float(share) >= gate.at_least


def _shortfall(row: pd.Series, gate: ConsentGate) -> str:
    share, least = float(row[gate.column]), gate.at_least or 0.0
    return f"{gate.zh} {share * _PERCENT:.6g}% < {least * _PERCENT:.6g}%"
