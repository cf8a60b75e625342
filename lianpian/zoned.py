"""What the step that draws zones takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.checks import Finding
from layers.walking import Walking
from zoning.regionalization.absorption import absorb
from zoning.regionalization.problem import ZoningProblem
from zoning.regionalization.settings import ZoningSettings
from zoning.regionalization.solve import RegionalizationResult


@dataclass(frozen=True, kw_only=True)
class Zoned:
    """Tables that the rooms of zoning share, and the rules of the job."""

    communities: gpd.GeoDataFrame
    eligibility: pd.DataFrame
    walks: pd.DataFrame
    gaps: pd.DataFrame
    adjacency: pd.DataFrame
    settings: ZoningSettings
    walking: Walking


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Zones as drawn: who belongs where, outlines, doubts, and what goes into ``run.json``.

    ``plans`` and ``alternatives`` are the plans beside this one (contracts `PLANS` and
    `ALTERNATIVES`).
    """

    assignment: pd.DataFrame
    zones: gpd.GeoDataFrame
    plans: pd.DataFrame
    alternatives: pd.DataFrame
    findings: tuple[Finding, ...]
    record: Mapping[str, Any]


Settle = Callable[[pd.Series], pd.DataFrame]
"""Makes an assignment of all communities from core communities and their zones' centres."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """An assignment on its way to `Drawn`.

    Parameters
    ----------
    assignment, centres
        Contract `ASSIGNMENT`; zone id -> community at its centre.
    record, findings
        As in `Drawn`.
    problem, result, settle
        What was solved, how, and how a plan becomes an assignment; None for a plan by hand.
    """

    assignment: pd.DataFrame
    centres: pd.Series
    record: dict[str, Any]
    findings: tuple[Finding, ...]
    problem: ZoningProblem | None = None
    result: RegionalizationResult | None = None
    settle: Settle | None = None


def settle_in(given: Zoned, problem: ZoningProblem, found: pd.Series) -> pd.DataFrame:
    """Let absorbable communities join a plan, and account for every community."""
    settings = given.settings
    return absorb(
        found,
        given.eligibility,
        given.adjacency,
        households=given.communities["households"],
        left_out=problem.left_out,
        cap=settings.households[1] if settings.households else float("inf"),
        subdistrict=given.communities["subdistrict"] if settings.subdistrict == "hard" else None,
        pins=settings,
    )


def centres_of(assignment: pd.DataFrame, found: pd.Series) -> pd.Series:
    """Give the centre of each zone of a plan that was found."""
    centres = sorted(set(found))
    return pd.Series({assignment.loc[c, "zone_id"]: c for c in centres}, dtype="str")
