"""Provision: what of the nine haves each community reaches on foot, how far, for how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.contracts import check, conform
from layers.tables import (
    BUILDING_REACH,
    BUILDINGS,
    CATEGORIES,
    COMMUNITIES,
    FACILITIES,
    REACH,
    SNAPS,
    WALKERS,
)
from layers.walking import Walking
from zoning.tables import PROVISION

TOLERANCE: Final = 1e-6
"""Metres or minutes by which a sum of edge lengths may miss an exact limit."""


@dataclass(frozen=True)
class _Grid:
    """Positions of every community x category x walker, row after row in one flat array."""

    communities: pd.Index
    walkers: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.communities) * len(CATEGORIES) * len(self.walkers)

    def cells(
        self, community: NDArray[np.intp], category: NDArray[np.intp], walker: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Give the position of each triple of codes."""
        return (community * len(CATEGORIES) + category) * len(self.walkers) + walker

    def codes(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Give the codes of community, category and walker of every position."""
        shape = (len(self.communities), len(CATEGORIES), len(self.walkers))
        community, category, walker = np.unravel_index(np.arange(len(self)), shape)
        return community, category, walker

    def index(self) -> pd.MultiIndex:
        """Give the key of every position."""
        return pd.MultiIndex.from_product(
            [self.communities, list(CATEGORIES), list(self.walkers)],
            names=["community_id", "category", "walker"],
        )


def measure_provision(
    reach: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    *,
    snaps: pd.DataFrame,
    walking: Walking,
    building_reach: pd.DataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    walkers: Sequence[str] = WALKERS,
) -> pd.DataFrame:
    """Measure, for every community and each of the nine haves, the nearest and how many are near.

    Parameters
    ----------
    reach
        Contract `REACH`: every community and facility within 1.5 x the limit of each walker.
    facilities
        Contract `FACILITIES`, in the metric CRS of `communities`.
    communities
        Contract `COMMUNITIES`.
    snaps
        Contract `SNAPS`: which points of communities and facilities stand on the network, and on
        which connected part of it.
    walking
        Limits and the rule in force.
    building_reach, buildings
        Contracts `BUILDING_REACH` (nearest confirmed facility from each building) and `BUILDINGS`;
        both or neither.
    walkers
        Walkers that `reach` was measured for.

    Returns
    -------
    DataFrame
        Contract `PROVISION`: all communities x nine haves x `walkers`. `nearest_m` and
        `straight_m` in metres, `nearest_minutes` in minutes, shares 0 to 1.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    ValueError
        If only one of `building_reach` and `buildings` is given, if a row of `reach` names a
        community that is not there, or if the two geometry tables differ in CRS.

    Notes
    -----
    *Nearest.* In this order, the first that exists: confirmed within the limit, unconfirmed within
    the limit, confirmed beyond it, unconfirmed beyond it. Within a class the least walk (metres
    under the distance rule, minutes under the time rule) decides, then the facility id. So an
    unconfirmed facility next door never hides a confirmed one within the limit, and never lets a
    have look worse than its evidence.

    *Reachable* counts confirmed facilities within the walker's own limit; exactly the limit counts.

    *Coverage.* With buildings: the share of the community's households whose own building is
    within the limit of a confirmed facility, by the rule in
    force. Buildings weigh by their households; where one of the community's
    buildings has no figure, by levels x footprint; where levels are missing too, equally. A
    building without a walk is not covered. Without buildings the share is 1 or 0, from the
    community's own walk; so too where households were estimated from area, because the map lacks
    most of the community's buildings and the few on it do not speak for the rest. Where nothing
    can be said (``no_data``, ``not_snapped``) it is NA.

    *Reason*, where no facility is in reach: ``no_data`` (no facility of this have in the whole
    data), ``not_snapped`` (the community, or every facility of this have, is too far from any
    street), ``not_connected`` (streets of the community and of these facilities never meet),
    ``none_in_reach``. The first that holds is given.

    References
    ----------
    RULES 1.8 rules 1 to 4; limits N03; the older walker W10.
    """
    _check_inputs(reach, facilities, communities, snaps, building_reach, buildings)
    facilities = facilities.sort_index()
    grid = _Grid(communities.index.sort_values(), tuple(walkers))
    pairs = _pair(reach, facilities, grid, walking)
    nearest = _pick_nearest(pairs)
    columns = _describe(nearest, pairs, facilities, communities, grid)
    columns["reachable"] = _count(pairs, len(grid))
    columns["reason"] = _explain(columns["nearest_id"], facilities, snaps, grid)
    out = pd.DataFrame(columns, index=grid.index())
    for name, strict in (("covered_share", False), ("covered_share_strict", True)):
        out[name] = _own_coverage(out, grid, walking, strict=strict)
        if building_reach is not None and buildings is not None:
            by_building = _building_coverage(
                building_reach, buildings, grid, walking, strict=strict
            )
            known = ~np.isnan(by_building) & (out["reason"] != "no_data").to_numpy()
            known &= _has_its_buildings(communities, grid)
            out[name] = np.where(known, by_building, out[name])
    return conform(PROVISION, out)


def _check_inputs(
    reach: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    snaps: pd.DataFrame,
    building_reach: pd.DataFrame | None,
    buildings: gpd.GeoDataFrame | None,
) -> None:
    check(REACH, reach)
    check(FACILITIES, facilities)
    check(COMMUNITIES, communities)
    check(SNAPS, snaps)
    if (building_reach is None) != (buildings is None):
        given = "buildings" if building_reach is None else "building_reach"
        raise ValueError(f"only {given} is given; coverage by building needs both tables")
    if building_reach is not None and buildings is not None:
        check(BUILDING_REACH, building_reach)
        check(BUILDINGS, buildings)
    if facilities.crs != communities.crs:
        raise ValueError(f"facilities are in {facilities.crs}, communities in {communities.crs}")
    for level, known in (
        ("community_id", communities.index),
        ("facility_id", facilities.index.get_level_values("facility_id")),
    ):
        unknown = reach.index.get_level_values(level).difference(known)
        if len(unknown):
            raise ValueError(f"reach names {level} {unknown[0]!r}, which is not there")


@dataclass(frozen=True)
class _Pairs:
    """One row for each community, facility row and walker in reach."""

    cell: NDArray[np.intp]
    facility: NDArray[np.intp]
    walk_m: NDArray[np.float64]
    walk_minutes: NDArray[np.float64]
    value: NDArray[np.float64]
    within: NDArray[np.bool_]
    confirmed: NDArray[np.bool_]


def _pair(
    reach: pd.DataFrame, facilities: gpd.GeoDataFrame, grid: _Grid, walking: Walking
) -> _Pairs:
    """Join the walks with the categories of their facilities; a facility of two haves is twice."""
    community = _level_codes(reach.index, "community_id", grid.communities)
    walker = _level_codes(reach.index, "walker", pd.Index(grid.walkers))
    ids = facilities.index.get_level_values("facility_id")
    order = np.argsort(ids.to_numpy(), kind="stable")
    distinct, starts, counts = np.unique(
        ids.to_numpy()[order], return_index=True, return_counts=True
    )
    found = _level_codes(reach.index, "facility_id", pd.Index(distinct))
    keep = np.flatnonzero(walker >= 0)
    times = counts[found[keep]]
    row = np.repeat(keep, times)
    first = np.repeat(np.cumsum(times) - times, times)
    facility = order[starts[found[row]] + np.arange(len(row)) - first]
    category = pd.Index(CATEGORIES).get_indexer(facilities.index.get_level_values("category"))
    walk_m = reach["walk_m"].to_numpy()[row]
    walk_minutes = reach["walk_minutes"].to_numpy()[row]
    by_time = walking.rule == "time"
    value = walk_minutes if by_time else walk_m
    limits = [walking.limit(w) for w in grid.walkers]
    return _Pairs(
        cell=grid.cells(community[row], category[facility], walker[row]),
        facility=facility,
        walk_m=walk_m,
        walk_minutes=walk_minutes,
        value=value,
        within=value <= np.asarray(limits)[walker[row]] + TOLERANCE,
        confirmed=facilities["confirmed"].to_numpy(dtype=bool)[facility],
    )


def _level_codes(index: pd.Index, level: str, known: pd.Index) -> NDArray[np.intp]:
    """Code the values of one level by their position in `known`, -1 where it is not there."""
    if not isinstance(index, pd.MultiIndex):
        return known.get_indexer(index)
    number = index.names.index(level)
    positions = np.append(known.get_indexer(index.levels[number]), -1)
    return positions[np.asarray(index.codes[number], dtype=np.intp)]


def _pick_nearest(pairs: _Pairs) -> NDArray[np.intp]:
    """Give the position of the nearest pair of every cell that has one."""
    standing = np.where(pairs.within, 0, 2) + np.where(pairs.confirmed, 0, 1)
    # Facility rows are sorted by id, so the row number breaks ties by id.
    order = np.lexsort((pairs.facility, pairs.value, pairs.cell * 4 + standing))
    _, first = np.unique(pairs.cell[order], return_index=True)
    return order[first]


def _describe(
    nearest: NDArray[np.intp],
    pairs: _Pairs,
    facilities: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    grid: _Grid,
) -> dict[str, object]:
    cell, facility = pairs.cell[nearest], pairs.facility[nearest]
    ids = np.full(len(grid), None, dtype=object)
    ids[cell] = facilities.index.get_level_values("facility_id").to_numpy()[facility]
    confirmed = np.full(len(grid), pd.NA, dtype=object)
    confirmed[cell] = pairs.confirmed[nearest]
    numbers = {name: np.full(len(grid), np.nan) for name in ("walk_m", "walk_minutes", "straight")}
    numbers["walk_m"][cell] = pairs.walk_m[nearest]
    numbers["walk_minutes"][cell] = pairs.walk_minutes[nearest]
    community = cell // (len(CATEGORIES) * len(grid.walkers))
    numbers["straight"][cell] = _straight(community, facility, facilities, communities, grid)
    return {
        "nearest_id": ids,
        "nearest_m": numbers["walk_m"],
        "nearest_minutes": numbers["walk_minutes"],
        "nearest_confirmed": confirmed,
        "straight_m": numbers["straight"],
    }


def _straight(
    community: NDArray[np.intp],
    facility: NDArray[np.intp],
    facilities: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    grid: _Grid,
) -> NDArray[np.float64]:
    """Measure straight lines once for each pair, whoever walks."""
    pair, inverse = np.unique(community * len(facilities) + facility, return_inverse=True)
    homes = communities.geometry.reindex(grid.communities).to_numpy()[pair // len(facilities)]
    places = facilities.geometry.to_numpy()[pair % len(facilities)]
    return np.asarray(shapely.distance(homes, places), dtype=np.float64)[inverse]


def _count(pairs: _Pairs, size: int) -> NDArray[np.intp]:
    return np.bincount(pairs.cell[pairs.within & pairs.confirmed], minlength=size)


def _explain(
    nearest_id: object, facilities: gpd.GeoDataFrame, snaps: pd.DataFrame, grid: _Grid
) -> NDArray[np.object_]:
    """Say why a cell has no facility in reach; None where it has one."""
    points = snaps[["component"]].reset_index()
    homes = points[points["owner"] == "community"].drop_duplicates(["owner_id", "component"])
    kinds = (
        points[points["owner"] == "facility"]
        .merge(facilities.index.to_frame(index=False), left_on="owner_id", right_on="facility_id")
        .drop_duplicates(["category", "component"])
    )
    joined = homes.merge(kinds, on="component", suffixes=("", "_there"))
    has_data = _is_among(CATEGORIES, facilities.index.get_level_values("category"))
    kind_snapped = _is_among(CATEGORIES, kinds["category"])
    home_snapped = _is_among(grid.communities, homes["owner_id"])
    connected = np.zeros((len(grid.communities), len(CATEGORIES)), dtype=bool)
    row = grid.communities.get_indexer(pd.Index(joined["owner_id"]))
    column = pd.Index(CATEGORIES).get_indexer(pd.Index(joined["category"]))
    connected[row[row >= 0], column[row >= 0]] = True
    community, category, _ = grid.codes()
    reason = np.full(len(grid), "none_in_reach", dtype=object)
    # The first reason that holds is given, so they are set from the last to the first.
    reason[~connected[community, category]] = "not_connected"
    reason[~(home_snapped[community] & kind_snapped[category])] = "not_snapped"
    reason[~has_data[category]] = "no_data"
    reason[pd.notna(np.asarray(nearest_id, dtype=object))] = None
    return reason


def _is_among(known: Sequence[str] | pd.Index, values: pd.Index | pd.Series) -> NDArray[np.bool_]:
    return np.asarray(pd.Index(known).isin(values.unique()), dtype=bool)


def _own_coverage(
    out: pd.DataFrame, grid: _Grid, walking: Walking, *, strict: bool
) -> NDArray[np.float64]:
    """Give 1 or 0 from the community's own walk, NA where nothing can be said."""
    _, _, walker = grid.codes()
    by_time = walking.rule == "time"
    limits = np.array([walking.limit(w) for w in grid.walkers])
    if strict:
        limits = limits * walking.strict_m / walking.limit_m
    value = out["nearest_minutes" if by_time else "nearest_m"].to_numpy()
    confirmed = np.array([known is True or known is np.True_ for known in out["nearest_confirmed"]])
    covered = confirmed & (value <= limits[walker] + TOLERANCE)
    unknown = out["reason"].isin(["no_data", "not_snapped"]).to_numpy()
    return np.where(unknown, np.nan, covered.astype(np.float64))


def _building_coverage(
    building_reach: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    grid: _Grid,
    walking: Walking,
    *,
    strict: bool,
) -> NDArray[np.float64]:
    """Give the covered share of households by building, NA for a community without buildings."""
    community = grid.communities.get_indexer(buildings["community_id"])
    weight = np.where(community >= 0, _weigh(buildings), 0.0)
    total = np.bincount(community[community >= 0], weight[community >= 0], len(grid.communities))
    limits = np.array([walking.limit(w) for w in grid.walkers])
    if strict:
        limits = limits * walking.strict_m / walking.limit_m
    building = _level_codes(building_reach.index, "building_id", buildings.index)
    category = _level_codes(building_reach.index, "category", pd.Index(CATEGORIES))
    walker = _level_codes(building_reach.index, "walker", pd.Index(grid.walkers))
    known = (building >= 0) & (walker >= 0)
    known &= community[np.maximum(building, 0)] >= 0
    column = "walk_minutes" if walking.rule == "time" else "walk_m"
    near = building_reach[column].to_numpy() <= limits[np.maximum(walker, 0)] + TOLERANCE
    use = known & near
    cell = grid.cells(community[building[use]], category[use], walker[use])
    covered = np.bincount(cell, weight[building[use]], len(grid))
    whole = np.repeat(total, len(CATEGORIES) * len(grid.walkers))
    share = np.divide(covered, whole, out=np.full(len(grid), np.nan), where=whole > 0)
    return np.asarray(np.minimum(share, 1.0), dtype=np.float64)


def _has_its_buildings(communities: gpd.GeoDataFrame, grid: _Grid) -> NDArray[np.bool_]:
    """Say of every cell whether the mapped buildings can stand for the community's households."""
    source = communities["households_source"].reindex(grid.communities)
    few = source.eq("area").fillna(value=False).to_numpy(dtype=bool)
    return np.repeat(~few, len(CATEGORIES) * len(grid.walkers))


def _weigh(buildings: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Weigh buildings: households, else levels x footprint, else equally, by whole community."""
    households = buildings["households"]
    floor_area = buildings["levels"] * buildings.geometry.area
    community = buildings["community_id"]
    weight: NDArray[np.float64] = np.ones(len(buildings))
    for figure in (floor_area, households):
        by_community = figure.groupby(community)
        whole = by_community.transform("count") == community.map(community.value_counts())
        usable = (whole & (by_community.transform("sum") > 0)).to_numpy(dtype=bool)
        weight = np.where(usable, figure.to_numpy(dtype=np.float64), weight)
    return weight
