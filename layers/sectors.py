"""Mapped walls, fences, rivers and railways: which ways they part where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.enclosures import GATE_M, TOUCH_M, Closed, Pieces
from layers.stretches import Floats, Places, Shapes

_MADE: Final = ("wall", "fence", "other")
_PROBE_M: Final = 0.25
"""Directions are taken this far from the spot: closer than any bend that matters."""

_ALONG: Final = 1e-3
"""Directions that differ by less, in radians, are one: 0.25 mm at the probe."""

_TURN: Final = 10.0
"""More than a full turn: keeps the angles of different spots apart in one sorted array."""

_AREA: Final = 2


@dataclass(frozen=True)
class BarrierLines:
    """Lines that nobody walks across.

    Parameters
    ----------
    lines
        Lines and rings, shape (b,).
    is_wall
        Whether gates open it (walls and fences) or not (rivers and railways), shape (b,).
    gates
        Surveyed gates and entrances, points.
    """

    lines: Shapes
    is_wall: npt.NDArray[np.bool_]
    gates: Shapes


def find_barrier_lines(
    barriers: gpd.GeoDataFrame | None,
    access_points: gpd.GeoDataFrame | None,
    *,
    walls_open: bool,
) -> BarrierLines:
    """Gather the lines of mapped barriers; areas are stopped at along their edge.

    Parameters
    ----------
    barriers
        Contract `BARRIERS`.
    access_points
        Contract `ACCESS_POINTS`; surveyed ones open walls and fences, whoever owns them.
    walls_open
        Leave out what people have built: walls, fences, and other lines (hedges, guard rails).
        Rivers, railways and other areas (lakes) stay.
    """
    gates = np.empty(0, dtype=object)
    if access_points is not None:
        surveyed = access_points.geometry[access_points["kind"] == "surveyed"]
        gates = np.asarray(surveyed.to_numpy(), dtype=object)
    if barriers is None or barriers.empty:
        return BarrierLines(np.empty(0, dtype=object), np.empty(0, dtype=bool), gates)
    ordered = barriers.sort_index()
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    is_area = shapely.get_dimensions(shapes) == _AREA
    made = ordered["kind"].isin(_MADE).to_numpy()
    if walls_open:
        stays = ~made | ((ordered["kind"] == "other").to_numpy() & is_area)
        shapes, is_area, made = shapes[stays], is_area[stays], made[stays]
    lines = np.where(is_area, shapely.boundary(shapes), shapes)
    parts, of = shapely.get_parts(lines, return_index=True)
    return BarrierLines(parts, made[of], gates)


def close_at_lines(pieces: Pieces, barriers: BarrierLines) -> Closed:
    """Find where barriers part ways, within pieces and at nodes.

    Parameters
    ----------
    pieces
        Pieces of street from junction to junction.
    barriers
        The lines.

    Returns
    -------
    Closed
        Around a spot on a barrier the barrier's own directions make sectors; ways that leave the
        spot into different sectors are parted. So it does not matter whether a street crosses
        within a piece, at a vertex or at a junction, nor how barriers are divided into rows; what
        only touches, and a barrier that ends at a street, parts nothing.

    Notes
    -----
    Open are: a bridge or tunnel; walls and fences within 5 m of a surveyed gate; and a vertex that
    street and barrier share. In OpenStreetMap such a node is an opening that its mapper drew: a
    level crossing, a ford, a gate. The node of a gap in a wall ought to be tagged (``barrier=gate``
    or ``entrance``), but is not: of the 82 nodes in Helsinki's centre where a way and a wall pass
    through each other 56 have no tag at all, and routers let people through. Where a street runs
    along a barrier the drawing does not say on which side: it is open there.
    """
    spots = _spots_on(pieces, barriers)
    rays = _barrier_rays(spots, barriers, _vertices_of(spots, pieces))
    ways = _ways_from(spots, pieces)
    sector, along = _sectors(rays, ways)
    ways = ways.assign(sector=sector)
    opens = along | pieces.is_open[ways["piece"].to_numpy()]
    ways = ways[~ways["spot"].isin(ways.loc[opens, "spot"]) & (sector >= 0)]
    several = ways.groupby("spot")["sector"].transform("nunique") > 1
    ways = ways[several]
    inner = ways["end"] < 0
    cuts = ways[inner].drop_duplicates("spot")
    return Closed(
        cuts=cuts[["piece", "offset"]],
        # sectors are told from enclosures by their sign
        ends=ways.loc[~inner, ["piece", "end"]].assign(label=-1 - ways.loc[~inner, "sector"]),
    )


def _spots_on(pieces: Pieces, barriers: BarrierLines) -> pd.DataFrame:
    """List the spots where streets meet barriers: within a piece, or at a node.

    Columns ``piece`` (-1 at a node), ``offset``, ``node`` (-1 within a piece), ``point``.
    """
    closed = np.flatnonzero(~pieces.is_open)
    line, found = shapely.STRtree(pieces.lines[closed]).query(
        barriers.lines, predicate="intersects"
    )
    piece = closed[found]
    shared = shapely.intersection(pieces.lines[piece], barriers.lines[line])
    xy, pair = shapely.get_coordinates(shared, return_index=True)
    piece, points = piece[pair], np.asarray(shapely.points(xy), dtype=object)
    offset = shapely.line_locate_point(pieces.lines[piece], points)
    length = shapely.length(pieces.lines[piece])
    inner = (offset > TOUCH_M) & (offset < length - TOUCH_M)
    within = pd.DataFrame(
        {"piece": piece[inner], "offset": offset[inner], "node": -1, "point": points[inner]}
    ).sort_values(["piece", "offset"], ignore_index=True)
    again = (within["piece"].diff() == 0) & (within["offset"].diff() <= TOUCH_M)
    tree = shapely.STRtree(barriers.lines)
    nodes = np.unique(tree.query(pieces.spots, predicate="dwithin", distance=TOUCH_M)[0])
    at_nodes = pd.DataFrame(
        {"piece": -1, "offset": 0.0, "node": nodes, "point": pieces.spots[nodes]}
    )
    return pd.concat([within[~again], at_nodes], ignore_index=True)


def _vertices_of(spots: pd.DataFrame, pieces: Pieces) -> npt.NDArray[np.bool_]:
    """Tell the spots where the street has a vertex; every node is one."""
    is_vertex = np.ones(len(spots), dtype=bool)
    inner = np.flatnonzero(spots["piece"] >= 0)
    lines = pieces.lines[spots["piece"].to_numpy()[inner]]
    points = np.asarray(spots["point"].to_numpy(), dtype=object)[inner]
    is_vertex[inner] = shapely.dwithin(shapely.extract_unique_points(lines), points, TOUCH_M)
    return is_vertex


def _barrier_rays(
    spots: pd.DataFrame, barriers: BarrierLines, is_vertex: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """List the directions in which closed barriers leave each spot: ``spot``, ``angle``."""
    points = np.asarray(spots["point"].to_numpy(), dtype=object)
    tree = shapely.STRtree(barriers.lines)
    spot, line = tree.query(points, predicate="dwithin", distance=TOUCH_M)
    vertices = shapely.extract_unique_points(barriers.lines)
    is_open = is_vertex[spot] & shapely.dwithin(vertices[line], points[spot], TOUCH_M)
    gated = np.zeros(len(points), dtype=bool)
    if len(barriers.gates):
        near = shapely.STRtree(barriers.gates).query(points, predicate="dwithin", distance=GATE_M)
        gated[near[0]] = True
    is_open |= gated[spot] & barriers.is_wall[line]
    spot, lines = spot[~is_open], barriers.lines[line[~is_open]]
    foot = shapely.line_locate_point(lines, points[spot])
    length, ring = shapely.length(lines), shapely.is_closed(lines)
    rays = []
    for step in (_PROBE_M, -_PROBE_M):
        end = np.clip(foot + step, 0.0, length)
        wrapped = np.where(ring, (foot + step) % np.where(length > 0, length, 1.0), end)
        leaves = ring | (np.abs(end - foot) > TOUCH_M)
        probe = shapely.line_interpolate_point(lines, wrapped)
        angle = _bearing(points[spot], probe)
        rays.append(pd.DataFrame({"spot": spot[leaves], "angle": angle[leaves]}))
    return pd.concat(rays, ignore_index=True)


def _ways_from(spots: pd.DataFrame, pieces: Pieces) -> pd.DataFrame:
    """List the directions in which streets leave each spot.

    Columns ``spot``, ``piece``, ``offset``, ``end`` (0, 1; -1 within a piece), ``angle``.
    """
    inner = np.flatnonzero(spots["piece"] >= 0)
    offset = spots["offset"].to_numpy()[inner]
    frames = [
        pd.DataFrame(
            {
                "spot": inner,
                "piece": spots["piece"].to_numpy()[inner],
                "offset": offset,
                "end": -1,
                "probe": offset + step,
            }
        )
        for step in (_PROBE_M, -_PROBE_M)
    ]
    length = shapely.length(pieces.lines)
    spot_of = np.full(len(pieces.spots), -1)
    at_node = np.flatnonzero(spots["node"] >= 0)
    spot_of[spots["node"].to_numpy()[at_node]] = at_node
    for end in (0, 1):
        spot = spot_of[pieces.nodes[:, end]]
        piece = np.flatnonzero(spot >= 0)
        step = np.minimum(_PROBE_M, length[piece] / 2)
        probe = step if end == 0 else length[piece] - step
        here = 0.0 if end == 0 else length[piece]
        frames.append(
            pd.DataFrame(
                {"spot": spot[piece], "piece": piece, "offset": here, "end": end, "probe": probe}
            )
        )
    ways = pd.concat(frames, ignore_index=True)
    piece = ways["piece"].to_numpy()
    probe = np.clip(ways["probe"].to_numpy(), 0.0, length[piece])
    points = np.asarray(spots["point"].to_numpy(), dtype=object)[ways["spot"].to_numpy()]
    angle = _bearing(points, shapely.line_interpolate_point(pieces.lines[piece], probe))
    return ways.assign(angle=angle)


def _bearing(start: Shapes, end: Shapes) -> Floats:
    away = shapely.get_coordinates(end) - shapely.get_coordinates(start)
    angle: Floats = np.arctan2(away[:, 1], away[:, 0])
    return angle


def _sectors(rays: pd.DataFrame, ways: pd.DataFrame) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Give the sector of each way (-1: the barrier ends there), and tell ways along a barrier."""
    keys = np.sort(rays["spot"].to_numpy() * _TURN + rays["angle"].to_numpy())
    spot, angle = ways["spot"].to_numpy(), ways["angle"].to_numpy()
    low = np.searchsorted(keys, spot * _TURN - _TURN / 2)
    count = np.searchsorted(keys, spot * _TURN + _TURN / 2) - low
    before = np.searchsorted(keys, spot * _TURN + angle) - low
    divided = count > 1
    size = np.maximum(count, 1)
    along = np.zeros(len(ways), dtype=bool)
    for neighbour in (before % size, (before - 1) % size):
        there = keys[np.minimum(low + neighbour, max(len(keys) - 1, 0))] if len(keys) else angle
        turn = (there - spot * _TURN - angle + np.pi) % (2 * np.pi) - np.pi
        along |= np.abs(turn) < _ALONG
    return np.where(divided, before % size, -1), along & divided
