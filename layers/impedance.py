"""Walking times of edges: slopes, steps at a pace of their own, waiting at arterials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.slopes import Flags, Floats, Heights, Ints, Lines, pace_on_slopes
from layers.spots import MILLIMETRE
from layers.walking import Walking

ARTERIALS: Final = frozenset({"trunk", "primary", "secondary"})
"""Classes of OpenStreetMap at which people wait to cross."""
ARTERIAL_WORDS: Final = "主干|次干"
"""What a bureau's own words for such a class hold: 主干路, 城市主干道, 次干路."""


@dataclass(frozen=True, kw_only=True)
class _Edges:
    """Edges of a network with what decides how long they take; one entry an edge."""

    lines: Lines
    ends: Ints
    is_span: Flags
    is_steps: Flags
    is_arterial: Flags


def edge_times(
    pieces: pd.DataFrame,
    streets: gpd.GeoDataFrame,
    ends: Ints,
    node_xy: Floats,
    *,
    walking: Walking,
    heights: Heights | None = None,
) -> tuple[Floats, Floats]:
    """Give the time that an adult takes over each edge, and the waiting in it.

    Parameters
    ----------
    pieces
        Edges: ``street_id``, ``open`` (bridge or tunnel) and ``geometry`` from u to v.
    streets
        Contract `STREETS`, walkable or not, in metres.
    ends
        Nodes u and v of each edge, shape (m, 2).
    node_xy
        Coordinates of the nodes, shape (n, 2), metres.
    walking
        Speed on the flat, ``steps_share`` and ``crossing_wait_minutes``.
    heights
        Heights of the ground; None: all is flat.

    Returns
    -------
    minutes : ndarray
        From u to v and from v to u, waiting included, shape (m, 2). Flat ground gives the very
        numbers that no heights give. Steps have their own pace both ways, no slope on top.
    wait_minutes : ndarray
        Of which waiting, shape (m,). An edge that is no arterial itself pays half a wait at each
        end that lies on one: who crosses pays a whole wait, who turns onto the arterial half. A
        path that crosses at a vertex an arterial which nobody may walk along has no end there and
        pays a whole one; bridges and tunnels do not.
    """
    street = streets.index.get_indexer(pd.Index(pieces["street_id"]))
    classes = streets["class"]
    is_arterial = (classes.isin(ARTERIALS) | classes.str.contains(ARTERIAL_WORDS)).to_numpy(
        dtype=bool
    )
    edges = _Edges(
        lines=pieces["geometry"].to_numpy(),
        ends=ends,
        is_span=pieces["open"].to_numpy(dtype=bool),
        is_steps=streets["steps"].to_numpy(dtype=bool)[street],
        is_arterial=is_arterial[street],
    )
    pace = np.ones((len(edges.lines), 2))
    if heights is not None:
        pace = pace_on_slopes(edges.lines, ends, edges.is_span, heights)
    pace[edges.is_steps] = 1.0 / walking.steps_share
    flat = shapely.length(edges.lines) / walking.metres_per_minute("adult")
    wait: Floats = np.zeros(len(edges.lines))
    if walking.crossing_wait_minutes > 0 and is_arterial.any():
        is_closed = is_arterial & ~streets["walkable"].to_numpy(dtype=bool)
        shapes = streets.geometry.to_numpy()
        halves = _half_waits(edges, node_xy, shapes[is_arterial], shapes[is_closed])
        wait = halves.astype(np.float64) * (walking.crossing_wait_minutes / 2.0)
    return flat[:, None] * pace + wait[:, None], wait


def _half_waits(edges: _Edges, node_xy: Floats, arterials: Lines, closed: Lines) -> Ints:
    """Count half waits on each edge; `closed` are the arterials that nobody may walk along."""
    on_arterial = np.isin(_spots(node_xy), _spots(shapely.get_coordinates(arterials)))
    halves: Ints = on_arterial[edges.ends].sum(axis=1)
    if len(closed):
        xy, owner = shapely.get_coordinates(edges.lines, return_index=True)
        goes_on = owner[1:] == owner[:-1]
        inside = np.r_[False, goes_on] & np.r_[goes_on, False] & ~edges.is_span[owner]
        crossed = inside & np.isin(_spots(xy), _spots(shapely.get_coordinates(closed)))
        halves = halves + 2 * np.bincount(owner[crossed], minlength=len(halves))
    halves[edges.is_arterial] = 0
    return halves


def _spots(xy: Floats) -> npt.NDArray[np.complex128]:
    """Give one number for each point, in millimetres: exact far beyond the earth's size."""
    cells = np.round(xy / MILLIMETRE)
    spots: npt.NDArray[np.complex128] = cells[:, 0] + 1j * cells[:, 1]
    return spots
