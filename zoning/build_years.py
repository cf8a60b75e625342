"""Years of building: what a rulebook makes of a range of them."""

from __future__ import annotations

import math
from typing import Final, Literal

import pandas as pd

from zoning.rules import Rulebook

DateVerdict = Literal["core", "absorbable", "excluded", "unknown"]

FROM: Final = "year_built_from"
TO: Final = "year_built_to"


def years_of(row: pd.Series) -> tuple[float, float]:
    """Give the first and last year of building; an empty end is open: minus or plus infinity."""
    first, last = row[FROM], row[TO]
    return (
        -math.inf if pd.isna(first) else float(first),
        math.inf if pd.isna(last) else float(last),
    )


def judge_years(
    years: tuple[float, float], rulebook: Rulebook, last_year: int
) -> tuple[DateVerdict, tuple[str, ...]]:
    """Judge a range of years by its limit and by the years that may join.

    Parameters
    ----------
    years
        First and last year of building, from `years_of`.
    rulebook
        The rules in force.
    last_year
        Last calendar year that counts, under the reading to judge by.

    Returns
    -------
    tuple
        The verdict, and the codes of its reasons: see `zoning.eligibility`.

    References
    ----------
    RULES E01 to E03.
    """
    first, last = years
    if math.isinf(first) and math.isinf(last):
        return "unknown", (f"missing:{FROM}", f"missing:{TO}")
    if first > last:
        return "unknown", ("year_conflict",)
    spans = _spans(rulebook, last_year)
    met = [span for span in spans if first <= span[1] and last >= span[0]]
    verdicts = {span[2] for span in met}
    if len(verdicts) == 1:
        return met[0][2], _deciding_rules(met[0][2], rulebook)
    if math.isinf(last):
        return "unknown", (f"missing:{TO}",)
    if math.isinf(first):
        return "unknown", (f"missing:{FROM}",)
    return "unknown", tuple(f"straddles:{span[1]:g}" for span in met[:-1])


def date_clauses(verdict: DateVerdict, rulebook: Rulebook) -> tuple[str, ...]:
    """Cite the clauses that a verdict on the years rests on."""
    limit = rulebook.build_date.citation.text
    if rulebook.absorb is None or verdict == "core":
        return (limit,)
    absorb = rulebook.absorb.citation.text
    return (absorb,) if verdict == "absorbable" else (limit, absorb)


def other_readings(
    years: tuple[float, float], verdict: DateVerdict, rulebook: Rulebook
) -> dict[str, DateVerdict]:
    """Give the readings of the limit under which the verdict on the years is another, and which."""
    others = {
        name: judge_years(years, rulebook, last_year)[0]
        for name, last_year in rulebook.build_date.readings.items()
    }
    return {name: other for name, other in others.items() if other != verdict}


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
