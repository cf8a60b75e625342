"""Life circles (生活圈) outwards from homes, catchments (服务范围) outwards from facilities.

The walk is cut exactly where the limit strikes, a distance field of 10 m is laid over the reached
pieces of street, and its contour at the stated width is the polygon: 0.4 % off the exact buffer in
area, where buffers of whole edges are off by 11 % and convex hulls by 30 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, cast

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from layers.contracts import check, conform
from layers.network import Floats, Ints, WalkNetwork
from layers.search import Links, grouped, links_of, reached_nodes
from layers.tables import CATEGORIES, FACILITIES, SNAPS, WALKERS
from layers.walking import Walking
from zoning.kernels import cut_pieces, distance_field
from zoning.tables import ASSIGNMENT, BANDS, CATCHMENTS, CIRCLES, ZONE_CIRCLES

BAND_M: Final = {"5": 300.0, "10": 500.0, "15": 1000.0}
"""Walks of the 5-, 10- and 15-minute circles in GB 50180-2018 (RULES N03), metres."""

_CELL_M: Final = 10.0
_SIMPLIFY_M: Final = 0.5
"""Tolerance of the stored polygon: a twentieth of a cell, far below the contour's own error."""


@dataclass(frozen=True)
class _Ground:
    """A network arranged for cutting: links, edges by node, vertices of edges with measures."""

    network: WalkNetwork
    links: Links
    incident_start: Ints
    incident: Ints
    vertex_start: Ints
    xy: Floats
    measure: Floats


def bands_m(walking: Walking, walker: str) -> dict[str, float]:
    """Give the limit of each band for a walker, metres.

    Under the ``distance`` rule the 15-minute band is the job's limit and the inner bands keep the
    standard's proportion to 1 000 m; an older walker's bands shrink with the speed. Under the
    ``time`` rule a band is its minutes at the walker's speed, scaled to the job's limit.
    """
    reach = walking.reach_m(walker)
    if walking.rule == "time":
        return {band: reach * int(band) / int(BANDS[-1]) for band in BANDS}
    return {band: reach * BAND_M[band] / BAND_M[BANDS[-1]] for band in BANDS}


def trace_life_circles(
    network: WalkNetwork, snaps: pd.DataFrame, *, walking: Walking
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

    Returns
    -------
    GeoDataFrame
        Contract `CIRCLES`: bands 5, 10 and 15 of each walker, nested; communities that are not on
        the network have no row.
    """
    check(SNAPS, snaps)
    origins = _origins(snaps, "community")
    circles = _trace(network, origins, "community_id", walking)
    return _contract(CIRCLES, circles, network)


def trace_zone_circles(
    network: WalkNetwork, snaps: pd.DataFrame, assignment: pd.DataFrame, *, walking: Walking
) -> gpd.GeoDataFrame:
    """Trace the joint life circles of zones: what one of the members reaches.

    Parameters
    ----------
    network, snaps, walking
        As for `trace_life_circles`.
    assignment
        Contract `ASSIGNMENT`.

    Returns
    -------
    GeoDataFrame
        Contract `ZONE_CIRCLES`.
    """
    check(SNAPS, snaps)
    check(ASSIGNMENT, assignment)
    origins = _origins(snaps, "community")
    zone = assignment["zone_id"].reindex(origins["owner_id"]).to_numpy()
    origins = origins.assign(owner_id=zone)[pd.notna(zone)]
    return _contract(ZONE_CIRCLES, _trace(network, origins, "zone_id", walking), network)


def trace_catchments(
    network: WalkNetwork, snaps: pd.DataFrame, facilities: gpd.GeoDataFrame, *, walking: Walking
) -> gpd.GeoDataFrame:
    """Trace the catchment of each have: from where one of its facilities is within the limit.

    Parameters
    ----------
    network, snaps, walking
        As for `trace_life_circles`.
    facilities
        Contract `FACILITIES`; only confirmed rows count.

    Returns
    -------
    GeoDataFrame
        Contract `CATCHMENTS`: adult walkers, one row a have that has a confirmed facility on the
        network.
    """
    check(SNAPS, snaps)
    check(FACILITIES, facilities)
    sure = facilities[facilities["confirmed"]].index.to_frame(index=False)
    points = _origins(snaps, "facility")
    points = points.merge(sure, left_on="owner_id", right_on="facility_id")
    points = points.assign(owner_id=points["category"])
    limit = walking.reach_m("adult")
    rows = [
        {"category": category, "limit_m": limit, "area_m2": shapely.area(area), "geometry": area}
        for category, _, area in _circles(network, points, [limit], walking.circle_width_m)
    ]
    order = {category: number for number, category in enumerate(CATEGORIES)}
    rows.sort(key=lambda row: order[str(row["category"])])
    return _contract(CATCHMENTS, rows, network)


def _contract(
    schema: pa.DataFrameSchema, rows: list[dict[str, object]], network: WalkNetwork
) -> gpd.GeoDataFrame:
    if not rows:
        return gpd.GeoDataFrame(conform(schema, pd.DataFrame(), crs=network.crs))
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=network.crs)
    return gpd.GeoDataFrame(conform(schema, frame))


def _origins(snaps: pd.DataFrame, owner: str) -> pd.DataFrame:
    rows = snaps.reset_index()
    return rows[rows["owner"] == owner].sort_values(["owner_id", "point_id"])


def _trace(
    network: WalkNetwork, origins: pd.DataFrame, key: str, walking: Walking
) -> list[dict[str, object]]:
    wanted = [
        (walker, band, limit)
        for walker in WALKERS
        for band, limit in bands_m(walking, walker).items()
    ]
    limits = [limit for _, _, limit in wanted]
    return [
        {
            key: owner,
            "walker": wanted[number][0],
            "band": wanted[number][1],
            "limit_m": limits[number],
            "area_m2": shapely.area(area),
            "geometry": area,
        }
        for owner, number, area in _circles(network, origins, limits, walking.circle_width_m)
    ]


def _circles(
    network: WalkNetwork, origins: pd.DataFrame, limits: list[float], width_m: float
) -> Iterator[tuple[str, int, shapely.Geometry]]:
    """Yield owner, number of the limit and polygon; one search an owner serves all limits."""
    if origins.empty:
        return
    ground = _arrange(network)
    position = pd.Series(np.arange(len(network.edge_ids)), index=network.edge_ids)
    edge = position.loc[origins["edge_id"].to_numpy()].to_numpy()
    names, owner = np.unique(origins["owner_id"].to_numpy(dtype=object), return_inverse=True)
    offset, access = origins["offset_m"].to_numpy(), origins["access_m"].to_numpy()
    seeds = grouped(
        np.r_[owner, owner],
        np.r_[network.ends[edge, 0], network.ends[edge, 1]],
        np.r_[offset + access, network.length_m[edge] - offset + access],
        len(names),
    )
    found = reached_nodes(ground.links, seeds, max(limits))
    own = np.column_stack([edge.astype(np.float64), offset, access])
    for group, name in enumerate(names):
        span = slice(found.start[group], found.start[group + 1])
        mine = own[owner == group]
        for number, limit in enumerate(limits):
            area = _polygon(ground, found.item[span], found.value[span], mine, limit, width_m)
            if not shapely.is_empty(area):
                yield str(name), number, area


def _arrange(network: WalkNetwork) -> _Ground:
    length = network.length_m[:, None]
    links = links_of(network.ends, np.hstack([length, length]), len(network.node_xy))
    edges = np.arange(len(network.ends))
    by_node = grouped(
        network.ends.T.reshape(-1),
        np.r_[edges, edges],
        np.zeros(2 * len(edges)),
        len(network.node_xy),
    )
    xy, of = shapely.get_coordinates(network.lines, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0).T)
    step[of[1:] != of[:-1]] = 0.0
    run = np.r_[0.0, np.cumsum(step)]
    vertex_start = np.searchsorted(of, np.arange(len(edges) + 1)).astype(np.int64)
    measure = run - run[vertex_start[of]]
    return _Ground(network, links, by_node.start, by_node.item, vertex_start, xy, measure)


def _polygon(
    ground: _Ground, nodes: Ints, cost: Floats, own: Floats, limit: float, width_m: float
) -> shapely.Geometry:
    """Draw the ground within `width_m` of what is reached within `limit`."""
    network = ground.network
    edge, low, high = cut_pieces(
        nodes,
        cost,
        network.ends,
        network.length_m,
        ground.incident_start,
        ground.incident,
        own,
        limit,
    )
    if len(edge) == 0:
        return shapely.Polygon()
    boxes = shapely.bounds(network.lines[np.unique(edge)])
    margin = width_m + 2 * _CELL_M
    # whole cells counted from the origin of the CRS: neighbours share one grid
    x0, y0 = np.floor((boxes[:, :2].min(axis=0) - margin) / _CELL_M) * _CELL_M
    x1, y1 = np.ceil((boxes[:, 2:].max(axis=0) + margin) / _CELL_M) * _CELL_M
    field = np.full(
        (round((y1 - y0) / _CELL_M) + 1, round((x1 - x0) / _CELL_M) + 1), margin, dtype=np.float64
    )
    distance_field(
        edge, low, high, ground.vertex_start, ground.xy, ground.measure,
        x0, y0, _CELL_M, field, margin,
    )  # fmt: skip
    return _contour(field, x0, y0, width_m)


def _contour(field: Floats, x0: float, y0: float, width_m: float) -> shapely.Geometry:
    generator = contourpy.contour_generator(
        x0 + _CELL_M * np.arange(field.shape[1]),
        y0 + _CELL_M * np.arange(field.shape[0]),
        field,
        fill_type=contourpy.FillType.OuterOffset,
    )
    # OuterOffset gives two lists: the points of each polygon, and where its rings begin
    points, offsets = cast("tuple[list[Floats], list[Ints]]", generator.filled(-1.0, width_m))
    parts = [
        shapely.Polygon(xy[o[0] : o[1]], [xy[a:b] for a, b in pairwise(o[1:])])
        for xy, o in zip(points, offsets, strict=True)
    ]
    area: shapely.Geometry = shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]
    area = shapely.simplify(area, _SIMPLIFY_M)
    return area if shapely.is_valid(area) else shapely.make_valid(area, method="structure")
