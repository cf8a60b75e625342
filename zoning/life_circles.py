"""Life circles (生活圈) outwards from homes, catchments (服务范围) outwards from facilities.

The walk is cut exactly where the limit strikes, a distance field of 10 m is laid over the reached
pieces of street, and its contour at the stated width is the polygon: 0.2 % off the exact buffer in
area, where buffers of whole edges are off by 11 % and convex hulls by 30 %.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import shapely

from layers.contracts import check, conform
from layers.network import WalkNetwork
from layers.tables import CATEGORIES, FACILITIES, LAND, SNAPS, WALKERS
from layers.walking import Walking
from zoning.outlines import Shapes, cut_closed, nest, trace_outlines
from zoning.reached import Origins, arrange, origins_of
from zoning.tables import ASSIGNMENT, BANDS, CATCHMENTS, CIRCLES, ZONE_CIRCLES

BAND_M: Final = {"5": 300.0, "10": 500.0, "15": 1000.0}
"""Walks of the 5-, 10- and 15-minute circles in GB 50180-2018 (RULES N03), metres."""

Level = tuple[str, str]
"""A walker and a band."""


def bands_m(walking: Walking, walker: str) -> dict[str, float]:
    """Give the limit of each band for a walker on the flat, metres.

    Under the ``distance`` rule the 15-minute band is the job's limit and the inner bands keep the
    standard's proportion to 1 000 m; an older walker's bands shrink with the speed. Under the
    ``time`` rule a band is its minutes at the walker's speed, scaled to the job's limit.
    """
    return {band: walking.reach_m(walker) * share for band, share in _shares(walking).items()}


def band_limits(walking: Walking, walker: str) -> dict[str, float]:
    """Give the limit of each band for a walker, in metres or minutes: the unit of the rule."""
    return {band: walking.limit(walker) * share for band, share in _shares(walking).items()}


def _shares(walking: Walking) -> dict[str, float]:
    if walking.rule == "time":
        return {band: int(band) / int(BANDS[-1]) for band in BANDS}
    return {band: BAND_M[band] / BAND_M[BANDS[-1]] for band in BANDS}


def trace_life_circles(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    *,
    walking: Walking,
    land: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Trace the life circles of every community on the network.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS`; the gates of a community are its origins, access legs counted.
    walking
        Walking assumptions; ``circle_width_m`` is the ground counted on each side of a street.
        Under the ``time`` rule each walker is searched with the minutes of the way out, so that
        circles shrink uphill.
    land
        Contract `LAND`: areas of water and railways are cut out, the same of every circle; ground
        within ``circle_width_m`` of a gate that lies on such land stays in its own circle. None:
        nothing is cut.

    Returns
    -------
    GeoDataFrame
        Contract `CIRCLES`: bands 5, 10 and 15 of each walker, nested, valid, holes kept, the older
        walker's within the adult's; communities that are not on the network have no row.

    Raises
    ------
    ContractError
        If `snaps` or `land` breaks its contract.

    Notes
    -----
    Against unions of exact buffers of the reached pieces the mean symmetric difference is 0.2 % of
    the area on real cities (``benchmarks/bench_circles.py``).
    """
    check(SNAPS, snaps)
    origins = origins_of(_rows(snaps, "community"), network)
    circles = _trace(network, origins, "community_id", walking, land)
    return _contract(CIRCLES, circles, network)


def trace_zone_circles(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    assignment: pd.DataFrame,
    *,
    walking: Walking,
    land: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Trace the joint life circles of zones: what one of the members reaches.

    Parameters
    ----------
    network, snaps, walking, land
        As for `trace_life_circles`.
    assignment
        Contract `ASSIGNMENT`.

    Returns
    -------
    GeoDataFrame
        Contract `ZONE_CIRCLES`.

    Raises
    ------
    ContractError
        If `snaps`, `assignment` or `land` breaks its contract.
    """
    check(SNAPS, snaps)
    check(ASSIGNMENT, assignment)
    rows = _rows(snaps, "community")
    zone = assignment["zone_id"].reindex(rows["owner_id"]).to_numpy()
    origins = origins_of(rows.assign(owner_id=zone)[pd.notna(zone)], network)
    return _contract(ZONE_CIRCLES, _trace(network, origins, "zone_id", walking, land), network)


def trace_catchments(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    walking: Walking,
    land: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Trace the catchment of each have: from where one of its facilities is within the limit.

    Parameters
    ----------
    network, snaps, walking, land
        As for `trace_life_circles`; walks lead to the facility, so that under the ``time`` rule a
        catchment reaches farther up a hill than down.
    facilities
        Contract `FACILITIES`; only confirmed rows count.

    Returns
    -------
    GeoDataFrame
        Contract `CATCHMENTS`: adult walkers, one row a have that has a confirmed facility on the
        network.

    Raises
    ------
    ContractError
        If `snaps`, `facilities` or `land` breaks its contract.
    """
    check(SNAPS, snaps)
    check(FACILITIES, facilities)
    sure = facilities[facilities["confirmed"]].index.to_frame(index=False)
    rows = _rows(snaps, "facility").merge(sure, left_on="owner_id", right_on="facility_id")
    origins = origins_of(rows.assign(owner_id=rows["category"]), network)
    # searched outwards from the facility, walked towards it
    ways = arrange(network, network.cost(walking, "adult")[:, ::-1])
    areas = trace_outlines(
        ways,
        origins,
        np.array([walking.limit("adult")]),
        access=walking.access_cost("adult"),
        width_m=walking.circle_width_m,
    )
    areas = _cut(areas, origins, walking, land)
    found = zip(origins.names, areas[:, 0], strict=True)
    limit = walking.reach_m("adult")
    rows_out: list[dict[str, object]] = [
        {"category": category, "limit_m": limit, "area_m2": shapely.area(area), "geometry": area}
        for category, area in found
        if not shapely.is_empty(area)
    ]
    order = {category: number for number, category in enumerate(CATEGORIES)}
    rows_out.sort(key=lambda row: order[str(row["category"])])
    return _contract(CATCHMENTS, rows_out, network)


def _contract(
    schema: pa.DataFrameSchema, rows: list[dict[str, object]], network: WalkNetwork
) -> gpd.GeoDataFrame:
    if not rows:
        return gpd.GeoDataFrame(conform(schema, pd.DataFrame(), crs=network.crs))
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=network.crs)
    return gpd.GeoDataFrame(conform(schema, frame))


def _rows(snaps: pd.DataFrame, owner: str) -> pd.DataFrame:
    rows = snaps.reset_index()
    return rows[rows["owner"] == owner]


def _cut(
    areas: Shapes, origins: Origins, walking: Walking, land: gpd.GeoDataFrame | None
) -> Shapes:
    if land is not None:
        check(LAND, land)
    return cut_closed(areas, origins, land, width_m=walking.circle_width_m)


def _trace(
    network: WalkNetwork,
    origins: Origins,
    key: str,
    walking: Walking,
    land: gpd.GeoDataFrame | None,
) -> list[dict[str, object]]:
    """Trace every level of every owner; a search serves all levels that share its cost."""
    limits = {
        (walker, band): limit
        for walker in WALKERS
        for band, limit in band_limits(walking, walker).items()
    }
    levels = sorted(limits, key=lambda level: limits[level])
    groups = [levels] if walking.rule == "distance" else [_of(levels, who) for who in WALKERS]
    columns: dict[Level, npt.NDArray[np.object_]] = {}
    for group in groups:
        walker = group[0][0]
        areas = trace_outlines(
            arrange(network, network.cost(walking, walker)),
            origins,
            np.array([limits[level] for level in group]),
            access=walking.access_cost(walker),
            width_m=walking.circle_width_m,
        )
        columns |= {level: areas[:, number] for number, level in enumerate(group)}
    areas = np.column_stack([columns[level] for level in levels])
    areas = nest(areas, _insides(levels, walking))
    areas = _cut(areas, origins, walking, land)
    metres = {walker: bands_m(walking, walker) for walker in WALKERS}
    size = shapely.area(areas)
    return [
        {
            key: owner,
            "walker": walker,
            "band": band,
            "limit_m": metres[walker][band],
            "area_m2": size[row, number],
            "geometry": areas[row, number],
        }
        for row, owner in enumerate(origins.names)
        for number, (walker, band) in enumerate(levels)
        if size[row, number] > 0
    ]


def _of(levels: list[Level], walker: str) -> list[Level]:
    return [level for level in levels if level[0] == walker]


def _insides(levels: list[Level], walking: Walking) -> list[tuple[int, int]]:
    """List which level lies within which: bands, and the older walker's within the adult's."""
    place = {level: number for number, level in enumerate(levels)}
    if walking.rule == "distance":
        return list(pairwise(range(len(levels))))
    slower = walking.older_speed_kmh <= walking.speed_kmh
    pairs: list[tuple[int, int]] = []
    for inner, band in zip((None, *BANDS), BANDS, strict=False):
        for walker in ("older", "adult"):
            outer = place[walker, band]
            if inner is not None:
                pairs.append((place[walker, inner], outer))
            if slower and walker == "adult":
                pairs.append((place["older", band], outer))
    return pairs
