"""Walks as lines: from a community's gate along the streets to a facility's entrance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.contracts import check
from layers.errors import ContractError
from layers.least_walks import Spots, metres, minutes, spots_of
from layers.network import Ints, WalkNetwork
from layers.route_search import Legs, Traced, trace_pairs
from layers.stretches import Shapes
from layers.tables import SNAPS, WALKERS
from layers.walk_lines import draw_walks
from layers.walking import Walking

_SEPARATOR: Final = ";"
_MET_M: Final = 1e-3
"""A line that begins on an outline meets it, rounding aside."""
_PAIR: Final = ["community_id", "facility_id"]
_COLUMNS: Final = [
    "walker",
    "walk_m",
    "walk_minutes",
    "straight_m",
    "detour",
    "gate_id",
    "entrance_id",
    "street_ids",
    "reason",
]


def trace_walks(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    walking: Walking,
    walker: str = "adult",
    access_points: gpd.GeoDataFrame | None = None,
    facilities: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Trace the least walk of each pair of community and facility, however long it is.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS`, as `layers.reach.measure_reach` takes them.
    pairs
        Columns ``community_id`` and ``facility_id``, as in ``reach.reset_index()``; a pair that
        occurs twice is traced once.
    walking
        Walking assumptions; under the ``distance`` rule the shortest walk is traced, under the
        ``time`` rule the quickest.
    walker
        ``adult`` or ``older``.
    access_points, facilities
        Contracts `ACCESS_POINTS` and `FACILITIES`: where the access legs begin and end. A leg
        whose point is not given is not drawn; it still counts in the figures.

    Returns
    -------
    GeoDataFrame
        One row a pair, indexed by ``community_id`` and ``facility_id`` and in their order, in the
        network's CRS:

        - ``walker``
        - ``walk_m``, ``walk_minutes``: of this walk, both access legs counted. Under the
          ``distance`` rule ``walk_m`` is that of `REACH`, under the ``time`` rule ``walk_minutes``
          is; the other one may be more than in `REACH`, where each is the least of its own kind.
        - ``straight_m``: as the crow flies between the ends of the line that is drawn; ``detour``:
          ``walk_m / straight_m``, NA where both ends are one spot.
        - ``gate_id``, ``entrance_id``: ``point_id`` in `SNAPS` of the gate where the walk begins
          and of the entrance where it ends.
        - ``street_ids``: streets in the order of walking, joined by ``;``.
        - ``reason``: ``not_snapped`` (community or facility has no point on the network) or
          ``not_connected`` (they lie in parts of the network that do not meet); then all else but
          the walker is NA and the geometry None.
        - geometry: a line from gate to entrance, of length ``walk_m`` when both tables are given.
          A walk of 0 m is a line between two equal points.

    Raises
    ------
    ContractError
        If `snaps` breaks its contract or `pairs` lacks a column.
    ValueError
        If the walker is not known.

    Notes
    -----
    Why is this far? Trace the pair and look at ``gate_id`` and ``detour``: the walk begins at a
    gate on the far side, or leads around a wall or a river. Trace it once more on a network built
    with ``walls="never"``: the difference is what the walls cost. `explain_walks` names what
    stands between.

    Of walks of equal cost the one along a single edge is taken, else the one over the first gate,
    edge and entrance by id: the order of rows does not matter.
    """
    check(SNAPS, snaps)
    wanted = _wanted(pairs)
    if walker not in WALKERS:
        raise ValueError(f"walker must be one of {WALKERS}, got {walker!r}")
    origins, targets = spots_of(network, snaps, "community"), spots_of(network, snaps, "facility")
    by_time = walking.rule == "time"
    cost = minutes(network, walking, walker) if by_time else metres(network)
    origin = pd.Index(origins.names).get_indexer(pd.Index(wanted["community_id"], dtype=object))
    target = pd.Index(targets.names).get_indexer(pd.Index(wanted["facility_id"], dtype=object))
    known = np.flatnonzero((origin >= 0) & (target >= 0))
    traced = trace_pairs(network, origins, targets, cost, origin[known], target[known])
    joined = traced.gate >= 0
    reason = np.full(len(wanted), "not_snapped", dtype=object)
    reason[known] = "not_connected"
    reason[known[joined]] = None
    figures = _figures(network, origins, targets, traced, walking, walker)
    starts = _points(snaps, "community", traced.gate, access_points, None)
    stops = _points(snaps, "facility", traced.entrance, access_points, facilities)
    lines = draw_walks(network, origins, targets, traced, (starts.shapes, stops.shapes))
    figures["straight_m"] = shapely.distance(
        shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    )
    figures["gate_id"], figures["entrance_id"] = starts.ids, stops.ids
    table = wanted.assign(walker=walker, reason=reason)
    table = table.join(figures[joined].set_axis(known[joined]))
    straight = table["straight_m"]
    table["detour"] = table["walk_m"] / straight.where(straight > 0)
    geometry = np.full(len(table), None, dtype=object)
    geometry[known[joined]] = lines[joined]
    texts = dict.fromkeys(("walker", "gate_id", "entrance_id", "street_ids", "reason"), "str")
    rows = table.set_index(_PAIR)[_COLUMNS].astype(texts)
    return gpd.GeoDataFrame(rows, geometry=geometry, crs=network.crs)


def explain_walks(
    walks: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    *,
    access_points: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Name what stands between a community and the end of its walk.

    Parameters
    ----------
    walks
        As `trace_walks` gives them.
    communities
        Contract `COMMUNITIES`, in the same system.
    access_points, barriers
        As the network was built with; communities with surveyed gates have walls.

    Returns
    -------
    DataFrame
        One row for each walk that was traced: ``apart_m``, the distance from the community's
        ground to the end of the walk; ``walled_ids``, walled communities whose outline the
        straight line of that distance meets, its own among them; ``barrier_ids``, mapped barriers
        that it meets. Ids are sorted and joined by ``;``, NA where there are none.
    """
    traced = walks[walks.geometry.notna()]
    ground = communities.geometry.loc[traced.index.get_level_values("community_id")].to_numpy()
    ends = shapely.get_point(np.asarray(traced.geometry.to_numpy(), dtype=object), -1)
    flights = shapely.shortest_line(ground, ends)
    walled = communities.iloc[:0]
    if access_points is not None:
        surveyed = access_points[access_points["kind"] == "surveyed"]
        walled = communities[communities.index.isin(surveyed["owner_id"])]
    mapped = communities.iloc[:0] if barriers is None else barriers
    return pd.DataFrame(
        {
            "apart_m": shapely.length(flights),
            "walled_ids": _met(flights, walled.geometry.boundary),
            "barrier_ids": _met(flights, mapped.geometry),
        },
        index=traced.index,
    ).astype({"walled_ids": "str", "barrier_ids": "str"})


def _met(flights: Shapes, obstacles: gpd.GeoSeries) -> npt.NDArray[np.object_]:
    """Join the ids of the obstacles that each line meets."""
    shapes = np.asarray(obstacles.to_numpy(), dtype=object)
    flight, found = shapely.STRtree(shapes).query(flights, predicate="dwithin", distance=_MET_M)
    ids = pd.Series(obstacles.index.to_numpy(dtype=object)[found]).sort_values()
    joined = ids.groupby(flight[ids.index.to_numpy()]).agg(_SEPARATOR.join)
    texts: npt.NDArray[np.object_] = joined.reindex(np.arange(len(flights))).to_numpy(object)
    return texts


def _wanted(pairs: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _PAIR if name not in pairs.columns]
    if missing:
        raise ContractError("pairs", tuple(f"{name}: missing column" for name in missing))
    wanted = pairs[_PAIR].astype("str").drop_duplicates().sort_values(_PAIR)
    ordered: pd.DataFrame = wanted.reset_index(drop=True)
    return ordered


def _figures(
    network: WalkNetwork,
    origins: Spots,
    targets: Spots,
    traced: Traced,
    walking: Walking,
    walker: str,
) -> pd.DataFrame:
    """Sum up metres, minutes and streets of each walk."""
    legs, count = traced.legs, len(traced.gate)
    access = origins.access_m[traced.gate] + targets.access_m[traced.entrance]
    walked = np.abs(legs.end - legs.begin)
    pace = network.minutes_of(walking, walker)[legs.edge] / network.length_m[legs.edge][:, None]
    taken = walked * np.where(legs.end >= legs.begin, pace[:, 0], pace[:, 1])
    access_minutes = access / walking.metres_per_minute(walker)
    return pd.DataFrame(
        {
            "walk_m": access + np.bincount(legs.walk, walked, minlength=count),
            "walk_minutes": access_minutes + np.bincount(legs.walk, taken, minlength=count),
            "street_ids": _streets(network, legs, count),
        }
    )


def _streets(network: WalkNetwork, legs: Legs, count: int) -> npt.NDArray[np.object_]:
    """Join the streets of each walk, in the order of walking."""
    walk, street = legs.walk, network.street_ids[legs.edge]
    fresh = np.r_[True, (walk[1:] != walk[:-1]) | (street[1:] != street[:-1])][: len(walk)]
    walk, street = walk[fresh], street[fresh]
    bounds = np.searchsorted(walk, np.arange(count + 1))
    joined = np.full(count, None, dtype=object)
    for number in np.flatnonzero(np.diff(bounds)):
        joined[number] = _SEPARATOR.join(street[bounds[number] : bounds[number + 1]])
    return joined


@dataclass(frozen=True)
class _Ends:
    """Ids of the points where walks begin or end, and their shapes where these are given."""

    ids: npt.NDArray[np.object_]
    shapes: Shapes


def _points(
    snaps: pd.DataFrame,
    owner: str,
    row: Ints,
    access_points: gpd.GeoDataFrame | None,
    facilities: gpd.GeoDataFrame | None,
) -> _Ends:
    """Find the points by their number among the sorted snaps of one kind of owner."""
    rows = snaps.reset_index()
    rows = rows[rows["owner"] == owner].sort_values(["owner_id", "point_id"])
    ids = np.full(len(row), None, dtype=object)
    ids[row >= 0] = rows["point_id"].to_numpy(dtype=object)[row[row >= 0]]
    shapes = np.full(len(row), None, dtype=object)
    if facilities is not None:
        own = facilities.geometry.set_axis(facilities.index.get_level_values("facility_id"))
        _look_up(ids, own[~own.index.duplicated()], shapes)
    if access_points is not None:
        _look_up(ids, access_points.geometry[access_points["owner"] == owner], shapes)
    return _Ends(ids, shapes)


def _look_up(ids: npt.NDArray[np.object_], points: gpd.GeoSeries, shapes: Shapes) -> None:
    """Put the shapes of known ids into their places."""
    place = points.index.get_indexer(pd.Index(ids, dtype=object))
    shapes[place >= 0] = points.to_numpy()[place[place >= 0]]
