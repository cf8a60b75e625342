"""Households of communities that no ledger counts: from buildings, else from area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.buildings import prepare_buildings
from layers.checks import Finding
from layers.counts import counted

_SHOWN: Final = 10


@dataclass(frozen=True, kw_only=True)
class HouseholdAssumptions:
    """What an estimate of households rests on; printed wherever an estimate shows.

    Parameters
    ----------
    floor_area_per_household_m2
        Gross floor area of one household. 95: nearly 4 000 million m² for 42 million households,
        the national count of old residential communities told at the State Council's briefing of
        July 2019. Unconfirmed for any one city.
    levels_unmapped
        Storeys of a building that states none in a community where no building does. 6: the
        highest that was built without a lift.
    households_per_ha
        Households on a hectare of a community without buildings. 200: the middle of 300
        dwellings on 2 ha and 1 000 on 4 ha (GB 50180-2018, block; RULES N04).
    least_built_share
        Share of a community's ground that mapped buildings must cover; below it buildings are
        plainly missing from the map and the area is used.
    """

    floor_area_per_household_m2: float = 95.0
    levels_unmapped: float = 6.0
    households_per_ha: float = 200.0
    least_built_share: float = 0.05


def estimate_households(
    communities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    *,
    assumptions: HouseholdAssumptions,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Fill in households where they are missing.

    Parameters
    ----------
    communities
        Keyed ``community_id``, metric, with ``households`` and ``households_source``.
    buildings
        Raw buildings in any system, or contract `BUILDINGS`; None when there are none.
    assumptions
        What the estimate rests on.

    Returns
    -------
    communities : GeoDataFrame
        A new table. ``households_source`` is ``buildings`` or ``area`` where households were
        estimated; estimates are whole numbers, at least one.
    findings : list of Finding
        One for each kind of estimate, with the assumptions and the number of communities.

    Notes
    -----
    A building counts with the households it states; else with storeys times footprint, by the
    floor area of one household. One without storeys takes the median of its community's buildings.
    """
    missing = communities.index[communities["households"].isna()]
    if missing.empty:
        return communities.copy(), []
    table = communities.copy()
    built = pd.Series(np.nan, index=missing)
    if buildings is not None and not buildings.empty:
        known = buildings
        if "community_id" not in buildings.columns:
            known, _ = prepare_buildings(buildings, communities, crs=communities.crs)
        built = _from_buildings(known, communities.loc[missing], assumptions)
    from_area = shapely.area(communities.geometry.loc[missing].to_numpy()) / 10_000.0
    by_area = pd.Series(from_area * assumptions.households_per_ha, index=missing)
    estimate = built.where(built.notna(), by_area)
    table.loc[missing, "households"] = np.maximum(np.rint(estimate), 1.0)
    source = pd.Series("area", index=missing).mask(built.notna(), "buildings")
    table["households_source"] = table["households_source"].where(
        ~table.index.isin(missing), source.reindex(table.index)
    )
    return table, _findings(source, assumptions)


def _from_buildings(
    buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, assumptions: HouseholdAssumptions
) -> pd.Series:
    """Estimate from buildings; NA where too little of the ground is built over on the map."""
    inside = buildings[buildings["community_id"].isin(communities.index)]
    footprint = pd.Series(shapely.area(inside.geometry.to_numpy()), index=inside.index)
    owner = inside["community_id"]
    levels = inside["levels"].astype("float64")
    homes = levels.where(inside["households"].ne(0).fillna(value=True))
    median = homes.groupby(owner).transform("median")
    storeys = levels.fillna(median).fillna(assumptions.levels_unmapped)
    stated = inside["households"].astype("float64")
    each = stated.fillna(footprint * storeys / assumptions.floor_area_per_household_m2)
    total = each.groupby(owner).sum().reindex(communities.index)
    covered = footprint.groupby(owner).sum().reindex(communities.index).fillna(0.0)
    ground = pd.Series(shapely.area(communities.geometry.to_numpy()), index=communities.index)
    enough = (covered / ground >= assumptions.least_built_share) & (total > 0)
    result: pd.Series = total.where(enough)
    return result


def _findings(source: pd.Series, assumptions: HouseholdAssumptions) -> list[Finding]:
    each, levels = assumptions.floor_area_per_household_m2, assumptions.levels_unmapped
    density = assumptions.households_per_ha
    by_buildings_zh = (
        f"按楼栋估算（层数×占地面积，每户 {each:g} ㎡，无层数的按本小区中位数或 {levels:g} 层）"
    )
    by_buildings_en = (
        f"estimated from buildings, storeys x footprint at {each:g} m² a household "
        f"(no storeys: the community's median, or {levels:g})"
    )
    told = {
        "buildings": (by_buildings_zh, by_buildings_en),
        "area": (
            f"按用地面积估算（每公顷 {density:g} 户）",
            f"estimated from area ({density:g} households a hectare)",
        ),
    }
    findings = []
    for word, (zh, en) in told.items():
        ids = [str(key) for key in source.index[source == word]]
        if not ids:
            continue
        shown = ", ".join(ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
        findings.append(
            Finding(
                severity="check",
                table_name="communities",
                row_key="",
                code=f"households-from-{word}",
                zh=f"{len(ids):,} 个小区没有户数，{zh}，为估算值：{shown}",
                en=f"{counted(len(ids), 'community has', 'communities have')} no households on "
                f"record; {en}: {shown}",
                remedy="在台账中填写户数 / Give households in the ledger",
            )
        )
    return findings
