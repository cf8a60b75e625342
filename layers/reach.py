"""Walks: from communities to facilities, from buildings, and among communities."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.checks import Finding
from layers.contracts import check, conform
from layers.network import Ints, WalkNetwork
from layers.search import Grouped, grouped, links_of, targets_in_reach
from layers.tables import ACCESS_POINTS, BUILDING_REACH, FACILITIES, REACH, SNAPS, WALKERS, WALKS
from layers.walking import Walking

BEYOND: Final = 1.5
"""Walks are kept up to this multiple of the limit: farther is a gap, not far (RULES 2.4)."""


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
        zh=f"{what_zh} {point_id} 距最近可步行道路 {nearest_m:.0f} m，"
        f"超过 {snap_m:.0f} m，未接入路网。",
        en=f"{what_en} {point_id} is {nearest_m:.0f} m from the nearest walkable street, more than "
        f"{snap_m:.0f} m: it is not on the network.",
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
        both access legs counted, within 1.5 x the walker's limit (exactly that counts). A pair
        that is farther or not connected has no row.
    """
    check(SNAPS, snaps)
    origins, targets = _owned(snaps, "community"), _owned(snaps, "facility")
    walks = _least_walks(network, origins, targets, BEYOND * walking.reach_m("adult"))
    names = {
        "community_id": _names(origins)[walks["origin"]],
        "facility_id": _names(targets)[walks["target"]],
    }
    rows = []
    for walker in WALKERS:
        part = pd.DataFrame({**names, "walker": walker, "walk_m": walks["walk_m"]})
        part["walk_minutes"] = part["walk_m"] / walking.metres_per_minute(walker)
        rows.append(part[part["walk_m"] <= BEYOND * walking.reach_m(walker)])
    return conform(REACH, pd.concat(rows, ignore_index=True))


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
    owned = _owned(snaps, "community")
    walks = _least_walks(network, owned, owned, within_m)
    names = _names(owned)
    frame = pd.DataFrame(
        {
            "focal": names[walks["origin"]],
            "neighbor": names[walks["target"]],
            "walk_m": walks["walk_m"],
        }
    )
    return conform(WALKS, frame[frame["focal"] != frame["neighbor"]])


def measure_building_reach(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    access_points: gpd.GeoDataFrame,
    *,
    walking: Walking,
) -> pd.DataFrame:
    """Measure the walk from each building to the nearest confirmed facility of each have.

    Parameters
    ----------
    network, snaps, walking
        As for `measure_reach`.
    facilities
        Contract `FACILITIES`; only confirmed rows count.
    buildings
        Contract `BUILDINGS`; those in no community are left out.
    access_points
        Contract `ACCESS_POINTS`.

    Returns
    -------
    DataFrame
        Contract `BUILDING_REACH`: straight from the building to a gate of its community, from there
        along the network; the least over the gates, within 1.5 x the walker's limit.
    """
    check(SNAPS, snaps)
    housed = buildings[buildings["community_id"].isin(access_points["owner_id"])]
    gates = _owned(snaps, "community")
    gates = gates.assign(owner_id=gates["point_id"])
    targets = _owned(snaps, "facility")
    walks = _least_walks(network, gates, targets, BEYOND * walking.reach_m("adult"))
    from_gate = pd.DataFrame(
        {
            "access_point_id": _names(gates)[walks["origin"]],
            "facility_id": _names(targets)[walks["target"]],
            "gate_m": walks["walk_m"],
        }
    )
    haves = facilities[facilities["confirmed"]].index.to_frame(index=False)
    from_gate = from_gate.merge(haves, on="facility_id")
    from_gate = _least(from_gate, ["access_point_id", "category"], "gate_m")
    legs = _legs_to_gates(housed, access_points)
    walked = legs.merge(from_gate, on="access_point_id")
    walked["walk_m"] = walked["leg_m"] + walked["gate_m"]
    walked = _least(walked, ["building_id", "category"], "walk_m")
    walked = walked.rename(columns={"facility_id": "nearest_id"})
    rows = [
        walked[walked["walk_m"] <= BEYOND * walking.reach_m(walker)].assign(walker=walker)
        for walker in WALKERS
    ]
    return conform(BUILDING_REACH, pd.concat(rows, ignore_index=True))


def _legs_to_gates(buildings: gpd.GeoDataFrame, access_points: gpd.GeoDataFrame) -> pd.DataFrame:
    """List straight legs from each building to every gate of its community."""
    homes = pd.DataFrame(
        {
            "building_id": buildings.index,
            "owner_id": buildings["community_id"].to_numpy(),
            "home": buildings.geometry.to_numpy(),
        }
    )
    doors = pd.DataFrame(
        {
            "access_point_id": access_points.index,
            "owner_id": access_points["owner_id"].to_numpy(),
            "door": access_points.geometry.to_numpy(),
        }
    )
    legs = homes.merge(doors, on="owner_id")
    leg_m = shapely.distance(
        np.array(legs["home"], dtype=object), np.array(legs["door"], dtype=object)
    )
    return legs[["building_id", "access_point_id"]].assign(leg_m=leg_m)


def _least(frame: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    """Keep the least row of each key; ties go to the least facility id."""
    order = frame.sort_values([*keys, value, "facility_id"])
    return order.drop_duplicates(keys).reset_index(drop=True)


def _owned(snaps: pd.DataFrame, owner: str) -> pd.DataFrame:
    rows = snaps.reset_index()
    return rows[rows["owner"] == owner].sort_values(["owner_id", "point_id"])


def _names(owned: pd.DataFrame) -> np.ndarray:
    return np.unique(owned["owner_id"].to_numpy(dtype=object))


def _least_walks(
    network: WalkNetwork, origins: pd.DataFrame, targets: pd.DataFrame, limit_m: float
) -> pd.DataFrame:
    """Give the least walk between owners of snapped points, numbered in order of their ids."""
    o, t = _on_edges(network, origins), _on_edges(network, targets)
    length = network.length_m[:, None]
    links = links_of(network.ends, np.hstack([length, length]), len(network.node_xy))
    seeds = _tips(network, o, by_owner=True)
    ends = _tips(network, t, by_owner=False)
    found = targets_in_reach(links, seeds, ends, limit_m)
    n_origins = len(found.start) - 1
    walks = pd.DataFrame(
        {
            "origin": np.repeat(np.arange(n_origins), np.diff(found.start)),
            "target": found.item,
            "walk_m": found.value,
        }
    )
    direct = o.merge(t, on="edge", suffixes=("_o", "_t"))
    along = (direct["offset_o"] - direct["offset_t"]).abs()
    direct = pd.DataFrame(
        {
            "origin": direct["owner_o"],
            "target": direct["owner_t"],
            "walk_m": along + direct["access_o"] + direct["access_t"],
        }
    )
    walks = pd.concat([walks, direct[direct["walk_m"] <= limit_m]], ignore_index=True)
    least: pd.DataFrame = walks.groupby(["origin", "target"], as_index=False).min()
    return least


def _on_edges(network: WalkNetwork, owned: pd.DataFrame) -> pd.DataFrame:
    """Replace the names of owners and edges by numbers."""
    position = pd.Series(np.arange(len(network.edge_ids)), index=network.edge_ids)
    return pd.DataFrame(
        {
            "owner": np.unique(owned["owner_id"].to_numpy(dtype=object), return_inverse=True)[1],
            "edge": position.loc[owned["edge_id"].to_numpy()].to_numpy(),
            "offset": owned["offset_m"].to_numpy(),
            "access": owned["access_m"].to_numpy(),
        }
    )


def _tips(network: WalkNetwork, points: pd.DataFrame, *, by_owner: bool) -> Grouped:
    """Give the two ends of each point's edge with the cost between point and end.

    Grouped by owner they are seeds of a search; grouped by node they are its targets.
    """
    edge = points["edge"].to_numpy()
    node = np.r_[network.ends[edge, 0], network.ends[edge, 1]].astype(np.int64)
    offset, access = points["offset"].to_numpy(), points["access"].to_numpy()
    cost = np.r_[offset + access, network.length_m[edge] - offset + access]
    owner: Ints = np.r_[points["owner"], points["owner"]].astype(np.int64)
    if by_owner:
        return grouped(owner, node, cost, int(owner.max()) + 1 if len(owner) else 0)
    return grouped(node, owner, cost, len(network.node_xy))
