"""What a planner may ask of the zones: the keys of ``[zones]`` in a job, with their meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ZoningTerms:
    """What counts beside the walk, in metres of walk per household; 0 leaves a term out.

    Parameters
    ----------
    needs
        Added for a community of mean size when it lacks entirely other haves than its zone's centre
        and those linked with the centre, in the mean; a share of the nine that differs adds the
        same share of it (RULES Z04). Each community counts alike, large or small.
    balance
        Added for each household by which a zone is larger or smaller than the mean zone.
    crossing
        Added when a community and its zone's centre belong to two street offices and
        ``subdistrict = "soft"`` (RULES Z03); 0 then means `link_walk_m`.
    """

    needs: float = 0.0
    balance: float = 0.0
    crossing: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative weights."""
        for name in ("needs", "balance", "crossing"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"terms.{name} must not be negative: {getattr(self, name)!r}")


@dataclass(frozen=True, kw_only=True)
class ZoningSettings:
    """Rules for drawing zones.

    Parameters
    ----------
    households
        Least and most households of a zone, hard; absorbed communities count toward the most.
    communities
        Least and most communities of a zone, hard, absorbed ones not counted.
    walk_minutes
        Longest walk from a community to its zone's centre, minutes of an adult.
    count
        Number of zones, a range ``(from, to)``, or None for free.
    compare_counts
        Numbers of zones to compare with the plan drawn.
    max_gap_m
        Widest lane between two communities that are next to each other.
    link_walk_m
        Longest walk between gates that links across a bridge or an arterial.
    subdistrict
        ``hard``: one street office a zone; ``soft``: crossing costs; ``off`` (RULES Z03).
    include
        Statuses of eligibility that zones are made of: ``core``, also ``unknown``.
    together, apart
        Sets of communities that must share a zone, or must not.
    locked
        Community -> label: those of one label stay together and apart from other labels; an empty
        label keeps a community out of every zone.
    terms
        What counts beside the walk.
    alternatives
        Most distinct plans of nearly the same cost to look for; 0 looks for none.
    near_share
        How much more such a plan may cost, as a share of the cost of the plan drawn.
    """

    households: tuple[float, float] | None = None
    communities: tuple[int, int] | None = None
    walk_minutes: float | None = None
    count: int | tuple[int, int] | None = None
    compare_counts: tuple[int, ...] = ()
    max_gap_m: float = 50.0
    link_walk_m: float = 300.0
    subdistrict: Literal["hard", "soft", "off"] = "hard"
    include: tuple[str, ...] = ("core",)
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    locked: Mapping[str, str] = field(default_factory=dict)
    terms: ZoningTerms = field(default_factory=ZoningTerms)
    alternatives: int = 3
    near_share: float = 0.01

    def __post_init__(self) -> None:
        """Refuse limits that no number can meet."""
        for name in ("households", "communities"):
            limits = getattr(self, name)
            if limits is not None and not 0 <= limits[0] <= limits[1]:
                raise ValueError(f"{name} must be [least, most]: {limits!r}")
        if self.walk_minutes is not None and not self.walk_minutes > 0:
            raise ValueError(f"walk_minutes must be positive: {self.walk_minutes!r}")
        wrong = set(self.include) - {"core", "unknown"}
        if wrong or not self.include:
            raise ValueError(f"include may name core and unknown: {self.include!r}")
