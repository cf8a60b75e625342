"""A plan: every table of one job, what was read, and how the zones were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.checks import Finding, InputRecord
from maps.labels import Imprint


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The result of a job; each table of DESIGN section 5 is an attribute.

    Parameters
    ----------
    communities ... summary
        Tables under the contracts of the same names.
    imprint
        What stands in the margin of every output.
    record
        What goes into ``run.json``, beside the counts.
    inputs
        Account of every input file.
    offers
        Findings that offer a correction for the planner to fill in.
    timings
        Seconds and peak memory by step; the one thing that differs between equal runs.
    """

    communities: gpd.GeoDataFrame
    access_points: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    review: pd.DataFrame
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    subdistricts: gpd.GeoDataFrame
    protections: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    network: gpd.GeoDataFrame
    snaps: pd.DataFrame
    reach: pd.DataFrame
    building_reach: pd.DataFrame
    walks: pd.DataFrame
    routes: gpd.GeoDataFrame
    provision: pd.DataFrame
    gaps: pd.DataFrame
    zone_gaps: pd.DataFrame
    subdistrict_gaps: pd.DataFrame
    circles: gpd.GeoDataFrame
    reached_streets: gpd.GeoDataFrame
    zone_circles: gpd.GeoDataFrame
    catchments: gpd.GeoDataFrame
    eligibility: pd.DataFrame
    adjacency: pd.DataFrame
    assignment: pd.DataFrame
    plans: pd.DataFrame
    alternatives: pd.DataFrame
    zones: gpd.GeoDataFrame
    packages: pd.DataFrame
    partners: pd.DataFrame
    partner_sets: pd.DataFrame
    findings: pd.DataFrame
    summary: pd.DataFrame
    imprint: Imprint
    record: Mapping[str, Any]
    inputs: tuple[InputRecord, ...] = ()
    offers: tuple[Finding, ...] = ()
    timings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name, in the order of the contracts."""
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: table for name, table in found.items() if isinstance(table, pd.DataFrame)}
