"""Walls and barriers: what crosses them is cut, unless a bridge, crossing or gate is there."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

_GATE_M: Final = 5.0
"""A gate opens the wall within this distance: the width of a vehicle gate."""

_TOUCH_M: Final = 0.01
"""A street that ends this close to a wall touches it and does not cross."""


def cut_at_barriers(
    pieces: pd.DataFrame,
    barriers: gpd.GeoDataFrame | None,
    access_points: gpd.GeoDataFrame | None,
    communities: gpd.GeoDataFrame | None,
    *,
    walls: Literal["surveyed", "never"],
) -> pd.DataFrame:
    """Cut pieces of street where they cross a wall, fence, river or railway.

    Parameters
    ----------
    pieces
        Rows with ``edge_id``, ``street_id``, ``open`` (bridge or tunnel: never cut) and
        ``geometry``.
    barriers, access_points, communities
        As for `layers.network.build_network`.
    walls
        ``surveyed``: boundaries of communities with surveyed gates are walls; ``never``: they and
        mapped walls and fences are open.

    Returns
    -------
    DataFrame
        The pieces after cutting, with ``side_u`` and ``side_v``: 0 at an uncut end, else a number
        that no other end has. Both halves of a cut piece stay: the ground up to the wall can be
        reached from either side.
    """
    uncut = pieces.assign(side_u=0, side_v=0)
    lines, is_wall = _barrier_lines(barriers, access_points, communities, walls)
    if len(lines) == 0:
        return uncut
    gates = _surveyed(access_points)
    tree = shapely.STRtree(lines)
    streets = pieces["geometry"].to_numpy()
    piece_of, line_of = tree.query(streets, predicate="intersects")
    closed = ~pieces["open"].to_numpy(dtype=bool)[piece_of]
    piece_of, line_of = piece_of[closed], line_of[closed]
    cuts = _cut_points(streets, lines, piece_of, line_of)
    if len(gates):
        cuts = cuts[~_near_gate(cuts, gates, is_wall)]
    return _apply(uncut, cuts)


def _barrier_lines(
    barriers: gpd.GeoDataFrame | None,
    access_points: gpd.GeoDataFrame | None,
    communities: gpd.GeoDataFrame | None,
    walls: str,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Gather all lines that stop a walk, and whether each is a wall (a gate opens only walls)."""
    lines: list[npt.NDArray[np.object_]] = []
    is_wall: list[npt.NDArray[np.bool_]] = []
    if barriers is not None and len(barriers):
        made = barriers["kind"].isin(["wall", "fence", "other"]).to_numpy()
        wanted = ~made if walls == "never" else np.ones(len(barriers), dtype=bool)
        shapes = barriers.geometry.to_numpy()[wanted]
        polygonal = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  a polygon's dimension
        shapes = np.where(polygonal, shapely.boundary(shapes), shapes)
        lines.append(shapes)
        is_wall.append(made[wanted])
    if walls == "surveyed" and access_points is not None and communities is not None:
        surveyed = access_points[
            (access_points["kind"] == "surveyed") & (access_points["owner"] == "community")
        ]
        walled = communities.loc[communities.index.isin(surveyed["owner_id"])]
        lines.append(shapely.boundary(walled.geometry.to_numpy()))
        is_wall.append(np.ones(len(walled), dtype=bool))
    if not lines:
        return np.empty(0, dtype=object), np.empty(0, dtype=bool)
    return np.concatenate(lines), np.concatenate(is_wall)


def _surveyed(access_points: gpd.GeoDataFrame | None) -> npt.NDArray[np.object_]:
    if access_points is None:
        return np.empty(0, dtype=object)
    shapes: npt.NDArray[np.object_] = access_points.geometry[
        access_points["kind"] == "surveyed"
    ].to_numpy()
    return shapes


def _cut_points(
    streets: npt.NDArray[np.object_],
    lines: npt.NDArray[np.object_],
    piece_of: npt.NDArray[np.intp],
    line_of: npt.NDArray[np.intp],
) -> pd.DataFrame:
    """List where pieces cross barriers: piece, barrier, offset along the piece.

    A vertex that street and barrier share is a crossing that the mapper drew (a gate, a level
    crossing): no cut. A street that runs along a barrier is not cut by it.
    """
    crossing = shapely.intersection(streets[piece_of], lines[line_of])
    parts, part_of = shapely.get_parts(crossing, return_index=True)
    is_point = shapely.get_type_id(parts) == 0
    parts, part_of = parts[is_point], part_of[is_point]
    piece, line = piece_of[part_of], line_of[part_of]
    shared = shapely.dwithin(
        shapely.extract_unique_points(streets[piece]), parts, _TOUCH_M
    ) & shapely.dwithin(shapely.extract_unique_points(lines[line]), parts, _TOUCH_M)
    offset = shapely.line_locate_point(streets[piece], parts)
    length = shapely.length(streets[piece])
    at_end = (offset < _TOUCH_M) | (offset > length - _TOUCH_M)
    cuts = pd.DataFrame({"piece": piece, "line": line, "offset": offset, "point": parts})
    kept: pd.DataFrame = cuts[~shared & ~at_end].reset_index(drop=True)
    return kept


def _near_gate(
    cuts: pd.DataFrame, gates: npt.NDArray[np.object_], is_wall: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    points = cuts["point"].to_numpy()
    near = np.zeros(len(cuts), dtype=bool)
    near[shapely.STRtree(gates).query(points, predicate="dwithin", distance=_GATE_M)[0]] = True
    opened: npt.NDArray[np.bool_] = near & is_wall[cuts["line"].to_numpy()]
    return opened


def _apply(pieces: pd.DataFrame, cuts: pd.DataFrame) -> pd.DataFrame:
    """Replace each cut piece by its parts; the sides of a cut get numbers of their own."""
    if cuts.empty:
        return pieces
    spots = cuts.groupby("piece")["offset"].apply(lambda o: np.unique(np.round(o, 3)))
    rows: list[dict[str, object]] = []
    side = 0
    for piece, offsets in spots.items():
        row = pieces.iloc[int(str(piece))]
        bounds = [0.0, *offsets, row["geometry"].length]
        for number, (low, high) in enumerate(pairwise(bounds)):
            first, last = number == 0, number == len(offsets)
            rows.append(
                {
                    "edge_id": f"{row['edge_id']}.{number}",
                    "street_id": row["street_id"],
                    "open": row["open"],
                    "geometry": substring(row["geometry"], low, high),
                    "side_u": 0 if first else (side := side + 1),
                    "side_v": 0 if last else (side := side + 1),
                }
            )
    whole = pieces.drop(index=pieces.index[spots.index.to_numpy()])
    return pd.concat([whole, pd.DataFrame(rows)], ignore_index=True)
