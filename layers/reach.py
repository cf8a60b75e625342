"""Walks: from communities to facilities, and among communities."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.checks import Finding
from layers.contracts import check, conform
from layers.least_walks import (
    Spots,
    is_even,
    least_walks,
    metres,
    minutes,
    spots_of,
    walks_of_pairs,
)
from layers.network import WalkNetwork
from layers.tables import ACCESS_POINTS, FACILITIES, REACH, SNAPS, WALKERS, WALKS
from layers.walking import Walking

BEYOND: Final = 1.5
"""Walks are kept up to this multiple of the limit: farther is a gap, not far (RULES 2.4)."""

ROUNDING: Final = 1e-6
"""Metres or minutes by which a sum over edges may miss a limit that it meets exactly."""


def farthest_kept(limit: float) -> float:
    """Give the cost up to which walks are kept under a limit: exactly 1.5 x the limit counts."""
    return BEYOND * limit + ROUNDING


def find_entrances(facilities: gpd.GeoDataFrame, network: WalkNetwork) -> gpd.GeoDataFrame:
    """Find where people enter facilities that are areas.

    Parameters
    ----------
    facilities
        Contract `FACILITIES`.
    network
        The walking network.

    Returns
    -------
    GeoDataFrame
        Contract `ACCESS_POINTS` with owner ``facility``: where a walkable way crosses the outline
        (``inferred``), else the point of the outline nearest to the network (``nearest``).
        Facilities that are points have no row: they are their own entrance.
    """
    check(FACILITIES, facilities)
    areas = facilities[~facilities.geometry.geom_type.isin(["Point"])]
    areas = areas[~areas.index.get_level_values("facility_id").duplicated()]
    ids = areas.index.get_level_values("facility_id").to_numpy()
    outlines = shapely.boundary(areas.geometry.to_numpy())
    outlines = np.where(shapely.is_empty(outlines), areas.geometry.to_numpy(), outlines)
    tree = shapely.STRtree(network.lines)
    row, edge = tree.query(outlines, predicate="intersects")
    crossings = shapely.intersection(outlines[row], network.lines[edge])
    parts, of = shapely.get_parts(shapely.extract_unique_points(crossings), return_index=True)
    inferred = pd.DataFrame({"owner_id": ids[row[of]], "geometry": parts, "kind": "inferred"})
    others = np.setdiff1d(np.arange(len(areas)), row)
    near = tree.query_nearest(outlines[others], all_matches=False)
    spots = shapely.get_point(
        shapely.shortest_line(outlines[others][near[0]], network.lines[near[1]]), 0
    )
    nearest = pd.DataFrame({"owner_id": ids[others][near[0]], "geometry": spots, "kind": "nearest"})
    found = pd.concat([inferred, nearest], ignore_index=True)
    xy = shapely.get_coordinates(np.array(found["geometry"], dtype=object))
    found = found.assign(x=np.round(xy[:, 0], 1), y=np.round(xy[:, 1], 1), owner="facility")
    found = found.sort_values(["owner_id", "x", "y"]).drop_duplicates(["owner_id", "x", "y"])
    number = found.groupby("owner_id").cumcount() + 1
    found["access_point_id"] = found["owner_id"] + "-e" + number.astype(str)
    frame = gpd.GeoDataFrame(found, geometry="geometry", crs=network.crs)
    return gpd.GeoDataFrame(conform(ACCESS_POINTS, frame, crs=network.crs))


def snap_all(
    network: WalkNetwork,
    access_points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    walking: Walking,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Put gates and facilities onto the network.

    Parameters
    ----------
    network
        The walking network.
    access_points
        Contract `ACCESS_POINTS`, of communities and of facilities.
    facilities
        Contract `FACILITIES`; those without access points of their own are their own entrance.
    walking
        Walking assumptions; ``snap_m`` is the longest access leg.

    Returns
    -------
    snaps : DataFrame
        Contract `SNAPS`.
    findings : list of Finding
        Points farther than ``snap_m`` from every street: no facility at distance 0.
    """
    check(ACCESS_POINTS, access_points)
    gates = gpd.GeoDataFrame(
        {
            "owner": access_points["owner"].to_numpy(),
            "owner_id": access_points["owner_id"].to_numpy(),
            "point_id": access_points.index.to_numpy(),
        },
        geometry=access_points.geometry.to_numpy(),
        crs=network.crs,
    )
    ids = facilities.index.get_level_values("facility_id")
    own = ~ids.duplicated() & ~ids.isin(gates.loc[gates["owner"] == "facility", "owner_id"])
    points = gpd.GeoDataFrame(
        {"owner": "facility", "owner_id": ids[own], "point_id": ids[own]},
        geometry=facilities.geometry.to_numpy()[own],
        crs=network.crs,
    )
    both = gpd.GeoDataFrame(pd.concat([gates, points], ignore_index=True), crs=network.crs)
    snaps, missed = network.snap(both, within_m=walking.snap_m)
    return snaps, [_too_far(row, walking.snap_m) for row in missed.itertuples()]


def _too_far(row: object, snap_m: float) -> Finding:
    owner, point_id = str(row.owner), str(row.point_id)  # type: ignore[attr-defined]  # a named tuple
    nearest_m = float(row.nearest_m)  # type: ignore[attr-defined]  # a named tuple
    is_facility = owner == "facility"
    what_zh = "设施" if is_facility else "出入口"
    what_en = "facility" if is_facility else "access point"
    return Finding(
        severity="check",
        table_name="facilities" if is_facility else "access_points",
        row_key=point_id,
        code="not-snapped",
        zh=f"{what_zh} {point_id} 距最近可步行道路 {nearest_m:,.0f} m，"
        f"超过 {snap_m:,.0f} m，未接入路网。",
        en=f"{what_en} {point_id} is {nearest_m:,.0f} m from the nearest walkable street, more "
        f"than {snap_m:,.0f} m: it is not on the network.",
        remedy="检查坐标或补充道路，或调整 [walking] snap_m。 / "
        "Check its coordinates, add the street, or change [walking] snap_m.",
    )


def measure_reach(network: WalkNetwork, snaps: pd.DataFrame, *, walking: Walking) -> pd.DataFrame:
    """Measure walks from every community to every facility that it can reach.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS`: gates of communities and entrances of facilities.
    walking
        Walking assumptions.

    Returns
    -------
    DataFrame
        Contract `REACH`: the least walk over the community's gates and the facility's entrances,
        outwards from home, both access legs counted, within 1.5 x the walker's limit of the rule
        in force (exactly that counts). ``walk_m`` is the least number of metres, ``walk_minutes``
        the least time, each of its own kind: where slopes, steps or waiting make a longer way
        quicker they are of two ways. A pair that is farther or not connected has no row.
    """
    check(SNAPS, snaps)
    origins = spots_of(network, snaps, "community")
    targets = spots_of(network, snaps, "facility")
    if walking.rule == "time":
        parts = [_by_minutes(network, origins, targets, walking, walker) for walker in WALKERS]
    else:
        farthest = max(walking.reach_m(walker) for walker in WALKERS)
        within = least_walks(network, origins, targets, metres(network), farthest_kept(farthest))
        parts = [
            _by_metres(network, origins, targets, walking, walker, within) for walker in WALKERS
        ]
    walks = pd.concat(parts, ignore_index=True)
    names = {
        "community_id": origins.names[walks["origin"].to_numpy(dtype=np.int64)],
        "facility_id": targets.names[walks["target"].to_numpy(dtype=np.int64)],
    }
    return conform(REACH, walks.assign(**names)[[*names, "walker", "walk_m", "walk_minutes"]])


def _by_metres(
    network: WalkNetwork,
    origins: Spots,
    targets: Spots,
    walking: Walking,
    walker: str,
    within: pd.DataFrame,
) -> pd.DataFrame:
    """Take the walks within a walker's metres, and find their least minutes."""
    kept = within["value"] <= farthest_kept(walking.reach_m(walker))
    pairs = within[kept].reset_index(drop=True)
    pairs = pairs.rename(columns={"value": "walk_m"})
    if is_even(network, walking):
        taken = pairs["walk_m"].to_numpy() / walking.metres_per_minute(walker)
    else:
        cost = minutes(network, walking, walker)
        guess = farthest_kept(walking.limit_minutes_of(walker))
        taken = walks_of_pairs(network, origins, targets, cost, pairs, guess=guess)
    return pairs.assign(walk_minutes=taken, walker=walker)


def _by_minutes(
    network: WalkNetwork, origins: Spots, targets: Spots, walking: Walking, walker: str
) -> pd.DataFrame:
    """Take the walks within a walker's minutes, and find their least metres."""
    limit = farthest_kept(walking.limit_minutes_of(walker))
    cost = minutes(network, walking, walker)
    pairs = least_walks(network, origins, targets, cost, limit)
    pairs = pairs.rename(columns={"value": "walk_minutes"})
    guess = limit * walking.metres_per_minute(walker)
    metre = walks_of_pairs(network, origins, targets, metres(network), pairs, guess=guess)
    return pairs.assign(walk_m=metre, walker=walker)


def measure_walks(network: WalkNetwork, snaps: pd.DataFrame, *, within_m: float) -> pd.DataFrame:
    """Measure walks among communities, from gate to gate.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS`.
    within_m
        Longest walk kept, metres.

    Returns
    -------
    DataFrame
        Contract `WALKS`, each ordered pair once; a community and itself is left out.
    """
    check(SNAPS, snaps)
    owned = spots_of(network, snaps, "community")
    walks = least_walks(network, owned, owned, metres(network), within_m)
    walks = walks[walks["origin"] != walks["target"]]
    frame = pd.DataFrame(
        {
            "focal": owned.names[walks["origin"].to_numpy(dtype=np.int64)],
            "neighbor": owned.names[walks["target"].to_numpy(dtype=np.int64)],
            "walk_m": walks["value"].to_numpy(),
        }
    )
    return conform(WALKS, frame)
