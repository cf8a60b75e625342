"""Walks from each building: along inside paths where they are mapped, else straight to a gate."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.contracts import check, conform
from layers.least_walks import (
    Cost,
    Spots,
    is_even,
    metres,
    minutes,
    spots_of,
    walks_on_one_edge,
)
from layers.network import WalkNetwork
from layers.reach import farthest_kept
from layers.search import nearest_of, reversed_links, sources_of
from layers.tables import BUILDING_REACH, BUILDINGS, CATEGORIES, FACILITIES, SNAPS, WALKERS
from layers.walking import Walking

_INSIDE_M: Final = 1.0
"""A path lies inside a community when it is farther than this from the boundary."""


def snap_buildings(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    access_points: gpd.GeoDataFrame,
    *,
    walking: Walking,
) -> pd.DataFrame:
    """Put buildings onto the network: on an inside path, else through the gates.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS` of the gates.
    buildings
        Contract `BUILDINGS`; those in no community are left out.
    communities, access_points
        Contracts `COMMUNITIES`, `ACCESS_POINTS`.
    walking
        Walking assumptions; ``snap_m`` is the longest leg to an inside path.

    Returns
    -------
    DataFrame
        Contract `SNAPS`, owner ``building``. A building within ``snap_m`` of a path inside its own
        community that is joined with one of the gates has one row, on that path
        (``point_id`` = its own id). Every other building has a row for each gate on the network:
        the spot of the gate, its access leg lengthened by the straight way from the building
        (``point_id`` = the gate's).
    """
    check(SNAPS, snaps)
    check(BUILDINGS, buildings)
    homes = buildings[buildings["community_id"].isin(communities.index)]
    gates = snaps.reset_index()
    gates = gates[gates["owner"] == "community"]
    paths = _inside_paths(network, communities)
    joined = set(zip(gates["owner_id"], gates["component"], strict=True))
    part = network.component[network.ends[paths["edge"].to_numpy(dtype=np.int64), 0]]
    is_joined = [pair in joined for pair in zip(paths["community_id"], part, strict=True)]
    on_path = _onto_paths(network, homes, paths[np.array(is_joined, dtype=bool)], walking.snap_m)
    others = homes[~homes.index.isin(on_path["owner_id"])]
    through = _through_gates(others, gates, access_points)
    return conform(SNAPS, pd.concat([on_path, through], ignore_index=True))


def _inside_paths(network: WalkNetwork, communities: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the parts of edges inside each community: ``community_id``, ``edge``, ``part``."""
    inner = shapely.buffer(communities.geometry.to_numpy(), -_INSIDE_M)
    row, edge = shapely.STRtree(network.lines).query(inner, predicate="intersects")
    parts = shapely.intersection(network.lines[edge], inner[row])
    kept = shapely.length(parts) > _INSIDE_M
    return pd.DataFrame(
        {
            "community_id": communities.index.to_numpy(dtype=object)[row[kept]],
            "edge": edge[kept],
            "part": parts[kept],
        }
    )


def _onto_paths(
    network: WalkNetwork, homes: gpd.GeoDataFrame, paths: pd.DataFrame, snap_m: float
) -> pd.DataFrame:
    """Put each building onto the nearest path inside its community."""
    own = pd.DataFrame(
        {
            "owner_id": homes.index.to_numpy(dtype=object),
            "community_id": homes["community_id"].to_numpy(dtype=object),
            "home": homes.geometry.to_numpy(),
        }
    )
    pairs = own.merge(paths, on="community_id")
    home, part = _shapes(pairs["home"]), _shapes(pairs["part"])
    pairs["access_m"] = shapely.distance(home, part)
    pairs["edge_id"] = network.edge_ids[pairs["edge"].to_numpy(dtype=np.int64)]
    pairs = pairs[pairs["access_m"] <= snap_m].sort_values(["owner_id", "access_m", "edge_id"])
    pairs = pairs.drop_duplicates("owner_id")
    edge = pairs["edge"].to_numpy(dtype=np.int64)
    leg = shapely.shortest_line(_shapes(pairs["part"]), _shapes(pairs["home"]))
    spot = shapely.get_point(leg, 0)
    offset = shapely.line_locate_point(network.lines[edge], spot)
    return pd.DataFrame(
        {
            "owner": "building",
            "owner_id": pairs["owner_id"].to_numpy(),
            "point_id": pairs["owner_id"].to_numpy(),
            "edge_id": pairs["edge_id"].to_numpy(),
            "offset_m": np.minimum(offset, network.length_m[edge]),
            "access_m": pairs["access_m"].to_numpy(),
            "component": network.component[network.ends[edge, 0]],
            "x_m": shapely.get_x(spot),
            "y_m": shapely.get_y(spot),
        }
    )


def _through_gates(
    homes: gpd.GeoDataFrame, gates: pd.DataFrame, access_points: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Put each building where the gates of its community are, with the straight way to them."""
    own = pd.DataFrame(
        {
            "building_id": homes.index.to_numpy(dtype=object),
            "owner_id": homes["community_id"].to_numpy(dtype=object),
            "home": homes.geometry.to_numpy(),
        }
    )
    pairs = own.merge(gates, on="owner_id")
    door = access_points.geometry.reindex(pairs["point_id"]).to_numpy()
    leg = shapely.distance(_shapes(pairs["home"]), door)
    return pairs.assign(
        owner="building", owner_id=pairs["building_id"], access_m=pairs["access_m"] + leg
    ).drop(columns=["building_id", "home"])


def _shapes(column: pd.Series) -> npt.NDArray[np.object_]:
    return np.array(column, dtype=object)


def measure_building_reach(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    walking: Walking,
) -> pd.DataFrame:
    """Measure the walk from each building to the nearest confirmed facility of each have.

    Parameters
    ----------
    network, walking
        As for `layers.reach.measure_reach`.
    snaps
        Contract `SNAPS`, with the buildings of `snap_buildings`.
    facilities
        Contract `FACILITIES`; only confirmed rows count.

    Returns
    -------
    DataFrame
        Contract `BUILDING_REACH`, within 1.5 x the walker's limit of the rule in force:
        ``nearest_id`` is the facility nearest by that rule (ties: least id); ``walk_m`` and
        ``walk_minutes`` are the least to any facility of the have, each of its own kind.
    """
    check(SNAPS, snaps)
    check(FACILITIES, facilities)
    homes = spots_of(network, snaps, "building")
    targets = spots_of(network, snaps, "facility")
    haves = _of_haves(facilities, targets)
    by_time = walking.rule == "time"
    farthest = max(walking.reach_m(walker) for walker in WALKERS)
    by_metres = _nearest(
        network,
        homes,
        targets,
        haves,
        metres(network),
        np.inf if by_time else farthest_kept(farthest),
    )
    parts = []
    for walker in WALKERS:
        if not by_time and is_even(network, walking):
            pace = walking.metres_per_minute(walker)
            found = by_metres.assign(
                walk_m=by_metres["value"], walk_minutes=by_metres["value"] / pace
            )
        else:
            limit = farthest_kept(walking.limit_minutes_of(walker)) if by_time else np.inf
            cost = minutes(network, walking, walker)
            by_minutes = _nearest(network, homes, targets, haves, cost, limit)
            found = _join(by_metres, by_minutes, by_time=by_time)
        value = found["walk_minutes" if by_time else "walk_m"]
        within = value <= farthest_kept(walking.limit(walker))
        parts.append(found[within].assign(walker=walker))
    found = pd.concat(parts, ignore_index=True)
    return conform(BUILDING_REACH, found)


def _of_haves(facilities: gpd.GeoDataFrame, targets: Spots) -> pd.DataFrame:
    """List ``group`` (have) and ``target`` of each confirmed facility that is on the network."""
    sure = facilities[facilities["confirmed"].to_numpy(dtype=bool)].index
    target = pd.Index(targets.names).get_indexer(sure.get_level_values("facility_id"))
    group = pd.Index(CATEGORIES).get_indexer(sure.get_level_values("category"))
    on_network = target >= 0
    return pd.DataFrame({"group": group[on_network], "target": target[on_network]})


def _nearest(
    network: WalkNetwork,
    homes: Spots,
    targets: Spots,
    haves: pd.DataFrame,
    cost: Cost,
    limit: float,
) -> pd.DataFrame:
    """Find the nearest facility of each have within the limit, one row a building and have.

    One search a have, from all its facilities against the walking direction, serves every building.
    """
    owner, node, value = targets.ways_in(network, cost)
    ways = pd.DataFrame({"target": owner, "node": node, "value": value}).merge(haves, on="target")
    sources = sources_of(
        ways["group"].to_numpy(),
        ways["node"].to_numpy(),
        ways["value"].to_numpy(),
        ways["target"].to_numpy(),
        len(CATEGORIES),
    )
    found = nearest_of(
        reversed_links(network.ends, cost.edges, len(network.node_xy)), sources, limit
    )
    owner, node, value = homes.ways_out(network, cost)
    over_nodes = pd.DataFrame(
        {
            "group": np.repeat(np.arange(len(CATEGORIES)), len(owner)),
            "origin": np.tile(owner, len(CATEGORIES)),
            "target": found.item[:, node].ravel(),
            "value": (found.cost[:, node] + value).ravel(),
        }
    )
    direct = walks_on_one_edge(network, homes, targets, cost).merge(haves, on="target")
    walks = pd.concat([over_nodes[np.isfinite(over_nodes["value"])], direct], ignore_index=True)
    walks = walks[walks["value"] <= limit].sort_values(["group", "origin", "value", "target"])
    walks = walks.drop_duplicates(["group", "origin"])
    return pd.DataFrame(
        {
            "building_id": homes.names[walks["origin"].to_numpy(dtype=np.int64)],
            "category": np.array(CATEGORIES, dtype=object)[walks["group"].to_numpy(dtype=np.int64)],
            "nearest_id": targets.names[walks["target"].to_numpy(dtype=np.int64)],
            "value": walks["value"].to_numpy(),
        }
    )


def _join(by_metres: pd.DataFrame, by_minutes: pd.DataFrame, *, by_time: bool) -> pd.DataFrame:
    """Put the least metres and the least minutes side by side; the rule in force names who."""
    keys = ["building_id", "category"]
    left, right = (by_minutes, by_metres) if by_time else (by_metres, by_minutes)
    names = ("walk_minutes", "walk_m") if by_time else ("walk_m", "walk_minutes")
    other = right.set_index(keys)["value"].rename(names[1])
    return left.rename(columns={"value": names[0]}).join(other, on=keys)
