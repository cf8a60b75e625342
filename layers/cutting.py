"""Walls and barriers: what crosses them is cut, unless a bridge, crossing or gate is there."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.enclosures import TOUCH_M, Closed, Pieces, close_enclosures, find_enclosures
from layers.sectors import close_at_lines, find_barrier_lines
from layers.spots import number_spots, tips_of
from layers.stretches import Places, cut_stretches


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
        ``geometry``, lines from junction to junction; further columns are kept.
    barriers, access_points, communities
        As for `layers.network.build_network`.
    walls
        ``surveyed``: boundaries of communities with surveyed gates are walls; ``never``: they and
        mapped walls and fences are open.

    Returns
    -------
    DataFrame
        The pieces after cutting, with ``side_u`` and ``side_v``: ends at one spot meet only if
        these numbers are equal. 0 is an end that no wall parts from the street outside; both ends
        at a cut have numbers that no other end has. Both halves of a cut piece stay: the ground
        up to the wall can be reached from either side.

    See Also
    --------
    layers.enclosures.close_enclosures : walls of communities, and what their gates open.
    layers.sectors.close_at_lines : mapped barriers, and what a shared vertex means.
    """
    uncut = pieces.reset_index(drop=True).assign(side_u=0, side_v=0)
    lines = uncut["geometry"].to_numpy()
    if not len(lines):
        return uncut
    yards = find_enclosures(None if walls == "never" else communities, access_points)
    mapped = find_barrier_lines(barriers, access_points, walls_open=walls == "never")
    if not len(yards.polygons) and not len(mapped.lines):
        return uncut
    found: list[Closed] = []
    arrays = _arrays(uncut)
    if len(yards.polygons):
        found.append(close_enclosures(arrays, yards))
    if len(mapped.lines):
        found.append(close_at_lines(arrays, mapped))
    parted = _part_ends(uncut, pd.concat([one.ends for one in found], ignore_index=True))
    return _cut(parted, pd.concat([one.cuts for one in found], ignore_index=True))


def _arrays(pieces: pd.DataFrame) -> Pieces:
    """Give each end of a piece the number of its node: ends at one spot are one."""
    lines = pieces["geometry"].to_numpy()
    tips = np.concatenate(tips_of(lines))
    node, first = number_spots(tips)
    nodes: Places = node.reshape(2, -1).T
    return Pieces(
        lines, pieces["open"].to_numpy(dtype=bool), nodes, np.asarray(shapely.points(tips[first]))
    )


def _part_ends(pieces: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Give ends at nodes the number of the walls that close them."""
    if ends.empty:
        return pieces
    ordered = ends.drop_duplicates().sort_values(["piece", "end", "label"])
    of_end = ordered.groupby(["piece", "end"])["label"].agg(tuple)
    number = {walls: k for k, walls in enumerate(sorted(set(of_end)), start=1)}
    sides = np.zeros((len(pieces), 2), dtype=np.int64)
    piece = of_end.index.get_level_values("piece").to_numpy()
    end = of_end.index.get_level_values("end").to_numpy()
    sides[piece, end] = of_end.map(number).to_numpy()
    return pieces.assign(side_u=sides[:, 0], side_v=sides[:, 1])


def _cut(pieces: pd.DataFrame, cuts: pd.DataFrame) -> pd.DataFrame:
    """Replace each cut piece by its parts; both ends at a cut get numbers of their own."""
    if cuts.empty:
        return pieces
    ordered = cuts.sort_values(["piece", "offset"])
    piece, offset = ordered["piece"].to_numpy(dtype=np.intp), ordered["offset"].to_numpy()
    fresh = np.r_[True, (np.diff(piece) > 0) | (np.diff(offset) > TOUCH_M)]
    piece, offset = piece[fresh], offset[fresh]
    severed = np.unique(piece)
    lines = pieces["geometry"].to_numpy()
    line = np.concatenate([severed, piece])
    low = np.concatenate([np.zeros(len(severed)), offset])
    order = np.lexsort((low, line))
    line, low = line[order], low[order]
    is_last = np.r_[line[1:] != line[:-1], True]
    is_first = np.r_[True, is_last[:-1]]
    high = np.where(is_last, shapely.length(lines[line]), np.r_[low[1:], 0.0])
    number = np.arange(len(line)) - np.maximum.accumulate(
        np.where(is_first, np.arange(len(line)), 0)
    )
    parts = pieces.iloc[line].reset_index(drop=True)
    # numbers above those of nodes: the two ends at each cut take the next two
    base = int(pieces[["side_u", "side_v"]].to_numpy().max()) + 1
    cut_of = np.cumsum(~is_first)
    parts["side_u"] = np.where(is_first, parts["side_u"], base + 2 * cut_of)
    parts["side_v"] = np.where(is_last, parts["side_v"], base + 2 * (cut_of + 1) + 1)
    parts["edge_id"] = [f"{edge}.{n}" for edge, n in zip(parts["edge_id"], number, strict=True)]
    parts["geometry"] = cut_stretches(lines, line, low, high)
    whole = pieces[~pieces.index.isin(severed)]
    found: pd.DataFrame = pd.concat([whole, parts], ignore_index=True)
    return found
