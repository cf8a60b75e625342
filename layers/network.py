"""The walking network: streets noded, cut at walls, numbered along a Hilbert curve, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.contracts import check, conform
from layers.cutting import cut_at_barriers
from layers.errors import InputError
from layers.impedance import edge_times
from layers.slopes import Heights
from layers.spots import MILLIMETRE, number_keys, number_spots, tips_of
from layers.tables import NETWORK, SNAPS, STREETS
from layers.walking import Walking

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_HILBERT_BITS = 16


@dataclass(frozen=True, kw_only=True)
class WalkNetwork:
    """A walking network as plain arrays; immutable, usable alone.

    Parameters
    ----------
    crs
        Projected reference system in metres.
    node_xy
        Coordinates of the nodes, shape (n, 2), metres; numbered along a Hilbert curve so that
        neighbours on the ground are neighbours in memory.
    edge_ids, street_ids
        Identifier of each edge, and of the street that it is a piece of; shape (m,).
    ends
        End nodes u and v of each edge, shape (m, 2).
    length_m
        Length of each edge, shape (m,).
    minutes
        Walking time of an adult from u to v and from v to u, waiting included, shape (m, 2).
    wait_minutes
        Waiting on each edge, of whatever walker, shape (m,).
    lines
        Geometry of each edge from u to v, shape (m,).
    component
        Connected part of each node, shape (n,); 0 is the part with most nodes.
    """

    crs: CRS
    node_xy: Floats
    edge_ids: npt.NDArray[np.object_]
    street_ids: npt.NDArray[np.object_]
    ends: Ints
    length_m: Floats
    minutes: Floats
    wait_minutes: Floats
    lines: npt.NDArray[np.object_]
    component: Ints

    def __post_init__(self) -> None:
        """Close every array to writing; the caller's own stay as they are."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                closed = value.view()
                closed.flags.writeable = False
                object.__setattr__(self, item.name, closed)

    @property
    def table(self) -> gpd.GeoDataFrame:
        """Contract `NETWORK`: one row an edge, parallel edges kept."""
        frame = gpd.GeoDataFrame(
            {
                "edge_id": self.edge_ids,
                "u": self.ends[:, 0],
                "v": self.ends[:, 1],
                "street_id": self.street_ids,
                "length_m": self.length_m,
                "forward_minutes": self.minutes[:, 0],
                "backward_minutes": self.minutes[:, 1],
                "wait_minutes": self.wait_minutes,
            },
            geometry=self.lines,
            crs=self.crs,
        )
        return gpd.GeoDataFrame(conform(NETWORK, frame))

    def minutes_of(self, walking: Walking, walker: str) -> Floats:
        """Give the walking time of a walker over each edge, u to v and v to u, shape (m, 2).

        Whoever is slower on the flat is slower by the same share on slopes and steps; waiting
        takes everybody the same time.
        """
        wait = self.wait_minutes[:, None]
        share = walking.metres_per_minute("adult") / walking.metres_per_minute(walker)
        return (self.minutes - wait) * share + wait

    def cost(self, walking: Walking, walker: str) -> Floats:
        """Give the cost of each edge under the rule in force, u to v and v to u, shape (m, 2).

        Metres under the ``distance`` rule, the walker's minutes under the ``time`` rule; to be
        held against `Walking.limit`. Along an edge the cost accrues evenly.
        """
        if walking.rule == "time":
            return self.minutes_of(walking, walker)
        return np.repeat(self.length_m[:, None], 2, axis=1)

    def snap(
        self, points: gpd.GeoDataFrame, *, within_m: float
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Put points onto their nearest edges.

        Parameters
        ----------
        points
            Points with the columns ``owner``, ``owner_id`` and ``point_id``, in the network's CRS.
        within_m
            Longest access leg, metres; a leg of exactly this length counts.

        Returns
        -------
        snaps : DataFrame
            Contract `SNAPS`; among edges at equal distance the least edge id is taken.
        missed : DataFrame
            ``owner``, ``owner_id``, ``point_id`` and ``nearest_m`` of the points left off.
        """
        shapes = points.geometry.to_numpy()
        tree = shapely.STRtree(self.lines)
        nearest, distance = tree.query_nearest(shapes, all_matches=True, return_distance=True)
        best = _first_of_each(nearest, distance, self.edge_ids)
        rows, edges, access = nearest[0][best], nearest[1][best], distance[best]
        on_edge = access <= within_m
        kept, edges, access = rows[on_edge], edges[on_edge], access[on_edge]
        offset = shapely.line_locate_point(self.lines[edges], shapes[kept])
        spot = shapely.line_interpolate_point(self.lines[edges], offset)
        names = points[["owner", "owner_id", "point_id"]].reset_index(drop=True)
        snaps = names.iloc[kept].assign(
            edge_id=self.edge_ids[edges],
            offset_m=np.minimum(offset, self.length_m[edges]),
            access_m=access,
            component=self.component[self.ends[edges, 0]],
            x_m=shapely.get_x(spot),
            y_m=shapely.get_y(spot),
        )
        missed = names.iloc[rows[~on_edge]].assign(nearest_m=distance[best][~on_edge])
        return conform(SNAPS, snaps), missed.reset_index(drop=True)


def build_network(
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame | None = None,
    access_points: gpd.GeoDataFrame | None = None,
    communities: gpd.GeoDataFrame | None = None,
    *,
    walking: Walking,
    heights: Heights | None = None,
) -> WalkNetwork:
    """Build the walking network from streets, cut at walls and barriers.

    Parameters
    ----------
    streets
        Contract `STREETS`; only walkable rows are used. Streets that share a vertex meet there.
    barriers
        Contract `BARRIERS`: walls, fences, rivers and railways cut what crosses them unless it is
        a bridge or tunnel, shares a vertex with the barrier, or passes a surveyed gate.
    access_points
        Contract `ACCESS_POINTS`; only surveyed ones open a wall.
    communities
        Contract `COMMUNITIES`: the boundary of one with surveyed gates is a wall elsewhere, when
        ``walking.walls == "surveyed"``.
    walking
        Walking assumptions: speed, pace on steps, waiting at arterials.
    heights
        Heights of the ground, from `layers.terrain.read_terrain`; None: all is flat.

    Returns
    -------
    WalkNetwork
        Nodes and edges do not depend on the order of rows, nor on the direction of lines.

    Raises
    ------
    InputError
        If no street can be walked.
    """
    walkable = require_walkable(streets)
    pieces = _split_at_junctions(walkable)
    pieces = cut_at_barriers(pieces, barriers, access_points, communities, walls=walking.walls)
    return _assemble(pieces, streets, walking, heights)


def require_walkable(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the streets that people walk on, by id; refuse a table without any.

    Parameters
    ----------
    streets
        Contract `STREETS`.

    Raises
    ------
    ContractError
        If `streets` breaks its contract.
    InputError
        If no street can be walked.
    """
    check(STREETS, streets)
    walkable = streets[streets["walkable"]].sort_index()
    walkable = walkable[walkable.geometry.length > MILLIMETRE]
    if walkable.empty:
        raise InputError(
            en=f"streets: {len(streets):,} lines within the area, none that can be walked; "
            "expected "
            "at least one. Check that the layer holds lines, that [inputs.extent] covers them, and "
            "the columns that say what is walkable.",
            zh=f"道路：范围内共 {len(streets):,} 条线，没有一条可步行；至少需要一条。"
            "请检查道路图层是否为线、[inputs.extent] 是否覆盖道路，以及可步行字段。",
        )
    return walkable


def _split_at_junctions(streets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Split lines at every vertex that ends a line or that another line shares."""
    xy, piece_of, owner = _piece_vertices(streets.geometry.to_numpy())
    geometry = shapely.linestrings(xy, indices=piece_of)
    del xy, piece_of
    first_piece = np.searchsorted(owner, owner, side="left")
    number = np.arange(len(owner)) - first_piece
    street_id = streets.index.to_numpy(dtype=object)[owner]
    pieces = pd.DataFrame(
        {
            "edge_id": [f"{s}-{n}" for s, n in zip(street_id, number, strict=True)],
            "street_id": street_id,
            "open": (streets["bridge"] | streets["tunnel"]).to_numpy(dtype=bool)[owner],
            "geometry": geometry,
        }
    )
    long = np.flatnonzero(shapely.length(geometry) > MILLIMETRE)
    return pieces if len(long) == len(pieces) else pieces.take(long).reset_index(drop=True)


def _piece_vertices(lines: npt.NDArray[np.object_]) -> tuple[Floats, Ints, Ints]:
    """Give the vertices of all pieces in turn, the piece of each, and the line of each piece.

    On its own, so that what it needs on the way is gone before the pieces are made.
    """
    xy, line_of = _one_direction(lines)
    vertex, _ = number_spots(xy)
    starts = np.r_[True, line_of[1:] != line_of[:-1]]
    repeated = np.r_[False, (vertex[1:] == vertex[:-1]) & ~starts[1:]]
    if repeated.any():
        xy, line_of, vertex, starts = (a[~repeated] for a in (xy, line_of, vertex, starts))
    stops = np.r_[starts[1:], True]
    uses = np.bincount(vertex)
    is_junction = uses[vertex] > 1
    del vertex, uses
    is_junction |= starts | stops
    # a piece runs from one junction to the next of the same line
    begin = np.flatnonzero(is_junction & ~stops)
    end = np.flatnonzero(is_junction & ~starts)
    sizes = end - begin + 1
    inside = np.repeat(begin - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(sizes.sum())
    return xy[inside], np.repeat(np.arange(len(begin)), sizes), line_of[begin]


def _one_direction(lines: npt.NDArray[np.object_]) -> tuple[Floats, Ints]:
    """Give the vertices of lines, and the line of each, from the lesser end of each line.

    Reversing an input changes nothing.
    """
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    start = np.flatnonzero(np.diff(line_of, prepend=-1))
    stop = np.append(start[1:], len(line_of)) - 1
    first, last = xy[start], xy[stop]
    backwards = (first[:, 0] > last[:, 0]) | (
        (first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1])
    )
    place = np.arange(len(line_of))
    mirrored = (start + stop)[line_of] - place
    return xy[np.where(backwards[line_of], mirrored, place)], line_of


def _assemble(
    pieces: pd.DataFrame, streets: gpd.GeoDataFrame, walking: Walking, heights: Heights | None
) -> WalkNetwork:
    lines = pieces["geometry"].to_numpy()
    tips = np.vstack(tips_of(lines))
    # pieces cut by a wall end at one spot without meeting: `side` keeps their nodes apart
    sides = np.r_[pieces["side_u"].to_numpy(), pieces["side_v"].to_numpy()]
    spot, _ = number_spots(tips)
    node_of, first = number_keys(spot * (sides.max() + 1) + sides)
    node_xy = tips[first]
    order = np.lexsort((sides[first], node_xy[:, 1], node_xy[:, 0], _hilbert(node_xy)))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    ends = rank[node_of].reshape(2, -1).T
    minutes, wait = edge_times(
        pieces, streets, ends, node_xy[order], walking=walking, heights=heights
    )
    return WalkNetwork(
        crs=streets.crs,
        node_xy=node_xy[order],
        edge_ids=pieces["edge_id"].to_numpy(dtype=object),
        street_ids=pieces["street_id"].to_numpy(dtype=object),
        ends=np.ascontiguousarray(ends),
        length_m=shapely.length(lines),
        minutes=minutes,
        wait_minutes=wait,
        lines=lines,
        component=_components(ends, len(node_xy)),
    )


def _components(ends: Ints, n_nodes: int) -> Ints:
    """Label the connected parts, the largest first, ties by their least node."""
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n_nodes, n_nodes))
    labels = connected_components(links, directed=False)[1]
    _, least, sizes = np.unique(labels, return_index=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((least, -sizes))] = np.arange(len(sizes))
    parts: Ints = rank[labels]
    return parts


def _hilbert(xy: Floats) -> Ints:
    """Give the position of each point along a Hilbert curve over their bounding square."""
    low = xy.min(axis=0)
    side = max(float((xy.max(axis=0) - low).max()), MILLIMETRE)
    steps = (1 << _HILBERT_BITS) - 1
    x, y = ((xy - low) / side * steps).astype(np.int64).T
    position = np.zeros(len(xy), dtype=np.int64)
    for bit in range(_HILBERT_BITS - 1, -1, -1):
        s = np.int64(1) << bit
        right, upper = (x & s) > 0, (y & s) > 0
        position += s * s * ((3 * right) ^ upper)
        flip = ~upper & right
        x, y = np.where(flip, steps - x, x), np.where(flip, steps - y, y)
        x, y = np.where(upper, x, y), np.where(upper, y, x)
    return position


def _first_of_each(nearest: Ints, distance: Floats, edge_ids: npt.NDArray[np.object_]) -> Ints:
    """Pick one match for each point: the nearest edge, ties by edge id."""
    if nearest.shape[1] == 0:
        return np.empty(0, dtype=np.int64)
    # ids are compared only where a point has several matches
    _, inverse = np.unique(edge_ids.astype(str), return_inverse=True)
    order = np.lexsort((inverse[nearest[1]], distance, nearest[0]))
    rows = nearest[0][order]
    return order[np.r_[True, rows[1:] != rows[:-1]]]
