"""Footways beside a street: they are walked, and their length is the street's, counted once."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]

FOOTWAYS: Final = frozenset(
    {"footway", "path", "cycleway", "人行道", "步行道", "步道", "自行车道", "非机动车道"}
)
"""Classes of ways that may be the side of a street."""
_NO_STREETS: Final = frozenset({"square", "steps", "bridleway", "track"})
BESIDE_M: Final = 15.0
"""A footway this close to a street's centreline is beside it: half of a road of 20 m (GB 50180-2018
5.0.1: roads of a residential district are 14 to 20 m within the red lines), and a verge."""
TURN_DEGREES: Final = 20.0
"""How far the two may differ in direction."""
MOST: Final = 0.8
"""Share of a footway that runs beside streets, from which on it is part of them."""
_STEP_M: Final = 10.0
_LEAST_STEPS: Final = 5
_AHEAD_M: Final = 0.5
"""Directions are taken over a metre."""


def mark_parallel(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Mark footways that run beside a street, which figures of length leave out.

    Parameters
    ----------
    streets
        Contract `STREETS`; rows whose ``parallel`` is true stay so (sidewalks, crossings, walks
        across squares and their outlines, as tagged).

    Returns
    -------
    GeoDataFrame
        The same streets with ``parallel`` throughout: true also for a footway, path or cycleway
        more than `MOST` of which runs within `BESIDE_M` of walkable streets, and within
        `TURN_DEGREES` of their direction. A street drawn as several lines counts as one. It is
        looked at every 10 m, at five spots at least.
    """
    classes = streets["class"].to_numpy(dtype=object)
    walkable = streets["walkable"].to_numpy(dtype=bool)
    parallel = streets["parallel"].fillna(value=False).to_numpy(dtype=bool).copy()
    lines = np.asarray(streets.geometry.to_numpy(), dtype=object)
    foot = np.isin(classes, list(FOOTWAYS))
    roads = walkable & ~parallel & ~foot & ~np.isin(classes, list(_NO_STREETS))
    asked = np.flatnonzero(foot & walkable & ~parallel)
    if len(asked) and roads.any():
        parallel[asked] = _share_beside(lines[asked], lines[roads]) > MOST
    return streets.assign(parallel=parallel).astype({"parallel": "boolean"})


def street_length_m(streets: gpd.GeoDataFrame) -> float:
    """Measure the streets that can be walked, each once.

    Parameters
    ----------
    streets
        Contract `STREETS`, from `mark_parallel`.

    Returns
    -------
    float
        Length in metres of what is walkable and not ``parallel``.
    """
    counted = streets["walkable"] & ~streets["parallel"].fillna(value=False)
    return float(streets.geometry[counted.astype(bool)].length.sum())


def _share_beside(lines: Shapes, roads: Shapes) -> NDArray[np.float64]:
    """Give the share of each line that runs beside roads and along them."""
    length = shapely.length(lines)
    steps = np.maximum(np.ceil(length / _STEP_M), _LEAST_STEPS).astype(np.int64)
    owner = np.repeat(np.arange(len(lines)), steps)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(steps) - steps, steps)
    along = (number + 0.5) / steps[owner] * length[owner]
    spots = np.asarray(shapely.line_interpolate_point(lines[owner], along), dtype=object)
    spot, road = shapely.STRtree(roads).query(spots, predicate="dwithin", distance=BESIDE_M)
    at = shapely.line_locate_point(roads[road], spots[spot])
    one = _direction(lines[owner[spot]], along[spot])
    other = _direction(roads[road], at)
    # a street runs both ways: the angle between lines, not between arrows
    even = np.abs((one * other).sum(axis=1)) >= np.cos(np.radians(TURN_DEGREES))
    beside = np.zeros(len(spots), dtype=bool)
    beside[spot[even]] = True
    share: NDArray[np.float64] = np.bincount(owner, weights=beside) / steps
    return share


def _direction(lines: Shapes, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the direction of lines at some distance along each, as vectors of length 1."""
    low = np.maximum(at - _AHEAD_M, 0)
    high = np.minimum(at + _AHEAD_M, shapely.length(lines))
    tips = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines, where))
        for where in (low, high)
    ]
    step = tips[1] - tips[0]
    size = np.hypot(*step.T)
    return step / np.where(size > 0, size, 1)[:, None]
