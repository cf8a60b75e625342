"""Types of a rulebook: what a place's rules say, each with its document and clause."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

STAGES: Final = ("enter", "start", "finish")
"""When a consent gate is asked: to enter the plan, to start works, after completion."""

TO_BE_SETTLED: Final = "待明确"
"""Bureau in charge where no document names one (FEATURES F43)."""


HAVE_NAMES: Final = {
    "service_centre": ("便民服务中心", "service centre"),
    "elderly_care": ("养老服务设施", "elderly care"),
    "clinic": ("医疗服务中心", "clinic"),
    "library": ("城市书房（阅览室）", "reading room"),
    "toilet": ("公用厕所", "public toilet"),
    "parcel": ("快递收发点", "parcel point"),
    "shop": ("便民超市", "convenience shop"),
    "parking": ("停车场地", "parking"),
    "charging": ("充电设施", "charging"),
}
"""Names of the nine haves for figures and reasons, in official order (RULES 1.8)."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A governing document.

    Parameters
    ----------
    code
        Short code within the rulebook: ``YS21``.
    number
        Number as printed: ``偃政办〔2021〕4号``.
    title_zh, title_en
        Title.
    issuer
        Who issued it.
    date
        Date of issue, ISO; the year alone or empty where no more is known.
    """

    code: str
    number: str
    title_zh: str
    title_en: str
    issuer: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Where a value stands: document, clause, rule code, and the words quoted.

    Parameters
    ----------
    document
        The document.
    clause
        Clause within it, as printed: ``二(一)``.
    rule
        Stable code that reasons and findings use: ``E01``.
    quote
        The words, short and exact; empty where none are quoted.
    """

    document: Document
    clause: str
    rule: str
    quote: str

    @property
    def text(self) -> str:
        """Cite in one line what a planner can look up: ``偃政办〔2021〕4号 二(一)``.

        Our own codes of document and rule stay out: nobody outside can look them up.
        """
        return f"{self.document.number} {self.clause}".strip()


@dataclass(frozen=True, kw_only=True)
class BuildDate:
    """The building-date limit and every reading that its words allow (RULES E01, E03).

    Parameters
    ----------
    reading
        Name of the reading in force.
    readings
        Last calendar year that counts, by reading: 「2000年以前」 may mean 2000 or 1999.
    citation
        Where the limit stands.
    """

    reading: str
    readings: Mapping[str, int]
    citation: Citation

    @property
    def last_year(self) -> int:
        """Give the last calendar year that counts under the reading in force."""
        return self.readings[self.reading]

    @property
    def other_last_years(self) -> tuple[int, ...]:
        """Give the last years of the readings that are not in force, ascending."""
        return tuple(sorted(set(self.readings.values()) - {self.last_year}))


@dataclass(frozen=True, kw_only=True)
class Absorb:
    """Years of building that may join a zone but never seed one (RULES E02)."""

    from_year: int
    to_year: int
    citation: Citation


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    """A rule on one yes/no column of the communities.

    Parameters
    ----------
    column
        Column of the contract `COMMUNITIES`.
    when
        Value that sets the rule off.
    zh, en
        What it means.
    citation
        Where it stands.
    """

    column: str
    when: bool
    zh: str
    en: str
    citation: Citation


@dataclass(frozen=True, kw_only=True)
class ConsentGate:
    """A share of households that must agree (RULES C01 to C06).

    Parameters
    ----------
    stage
        When it is asked, one of `STAGES`.
    column
        Column of the communities that holds the share.
    at_least
        The share, 0 to 1; exactly this much passes, nothing is rounded up to it. None where the
        document asks for consent without a figure: then any survey on record passes.
    zh, en
        What is asked, with the denominator.
    citation
        Where it stands.
    """

    stage: Literal["enter", "start", "finish"]
    column: str
    at_least: float | None
    zh: str
    en: str
    citation: Citation


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What renovation must keep, by a column of the ledger (RULES E15 to E17).

    Parameters
    ----------
    column
        Column of the communities: yes, a number, or what stands there in words.
    zh, en
        What is to be kept.
    citation
        Where it stands.
    """

    column: str
    zh: str
    en: str
    citation: Citation


@dataclass(frozen=True, kw_only=True)
class ThinData:
    """When so few facilities are on record that absence proves nothing (RULES 1.8 rule 5).

    Parameters
    ----------
    minimum_count
        Fewest confirmed facilities of a have in the whole data.
    households_per_facility
        Households that one facility serves at most before the data looks incomplete, by have.
    citation
        Where the figures come from; the shipped ones are an assumption of this toolkit.
    """

    minimum_count: int
    households_per_facility: Mapping[str, float]
    citation: Citation

    def plausible_minimum(self, category: str, households: float) -> int:
        """Give the fewest facilities of a have that are plausible for so many households."""
        by_households = math.ceil(households / self.households_per_facility[category])
        return max(self.minimum_count, by_households)


@dataclass(frozen=True, kw_only=True)
class Have:
    """One of the nine haves: its name, the clause that asks for it, and who is in charge.

    Parameters
    ----------
    zh, en
        Name.
    citation
        Clause that asks for it.
    bureau_zh, bureau_en, bureau_clause
        Bureau that the document names, and where; empty where none is named.
    practice_zh, practice_en
        Who acts in practice where none is named.
    """

    zh: str
    en: str
    citation: Citation
    bureau_zh: str
    bureau_en: str
    bureau_clause: str
    practice_zh: str
    practice_en: str

    @property
    def bureau(self) -> str:
        """Name the bureau in charge, or say that it is to be settled and who acts in practice."""
        if self.bureau_zh:
            return f"{self.bureau_zh} / {self.bureau_en}"
        return (
            f"{TO_BE_SETTLED}（通常：{self.practice_zh}） / "
            f"to be settled (in practice: {self.practice_en})"
        )


@dataclass(frozen=True, kw_only=True)
class LifeCircle:
    """Walking distances that the standard allows for the 15-minute circle (RULES N03)."""

    from_m: float
    to_m: float
    citation: Citation


@dataclass(frozen=True, kw_only=True)
class MissingFields:
    """What an empty cell means (RULES E06).

    Parameters
    ----------
    flag
        An exclusion or safety column without a value: ``note`` keeps the verdict and says so,
        ``unknown`` withholds it.
    consent
        A consent share without a value: ``unknown`` (a missing survey is never a yes) or ``note``.
    """

    flag: Literal["note", "unknown"]
    consent: Literal["note", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """The rules of one place.

    Parameters
    ----------
    name
        Name of the file without its ending.
    title_zh, title_en
        Title for maps and papers.
    document
        The governing document.
    build_date, absorb, exclusions, cautions, consent, missing_fields
        Eligibility: see the types. A caution withholds a verdict, it does not exclude.
    haves, life_circle, thin_data
        The nine haves: see the types.
    protections
        What renovation must keep.
    """

    name: str
    title_zh: str
    title_en: str
    document: Document
    build_date: BuildDate
    absorb: Absorb | None
    exclusions: tuple[FlagRule, ...]
    cautions: tuple[FlagRule, ...]
    consent: tuple[ConsentGate, ...]
    missing_fields: MissingFields
    haves: Mapping[str, Have]
    life_circle: LifeCircle
    thin_data: ThinData
    protections: tuple[Protection, ...] = ()
