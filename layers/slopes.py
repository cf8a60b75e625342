"""Slopes: heights along lines, Tobler's function, bridges and tunnels from end to end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Lines = npt.NDArray[np.object_]

TOBLER_DECAY: Final = 3.5
TOBLER_BEST: Final = -0.05
"""Tobler (1993), *Three presentations on geographical analysis and modeling*: speed falls with
exp(-3.5 |S + 0.05|) and is highest on a descent of 5 %."""
FASTEST: Final = math.exp(-TOBLER_DECAY * TOBLER_BEST)
"""Speed on that descent as a share of the speed on the flat: 1.19."""
STEEPEST: Final = 1.0
"""Slopes beyond 45 degrees count as 45: no path is steeper, the raster shows a cliff or a wall."""


class Heights(Protocol):
    """Heights of the ground, whatever they are read from."""

    @property
    def spacing_m(self) -> float:
        """Give the distance at which samples tell something new: about a cell, metres."""

    def at(self, xy: Floats) -> Floats:
        """Give the height at each point in metres, NaN where it is unknown.

        Parameters
        ----------
        xy
            Points in the network's reference system, shape (n, 2).
        """


def tobler_speed(slope: Floats) -> Floats:
    """Give the walking speed on a slope as a share of the speed on the flat.

    Parameters
    ----------
    slope
        Rise over run in walking direction, downhill below 0.

    Returns
    -------
    ndarray
        exp(-3.5 (|S + 0.05| - 0.05)): exactly 1 on the flat, at most 1.19 (5 % downhill).

    References
    ----------
    Tobler (1993), taken relative to its own value on the flat, so that the walker's speed on the
    flat stays the assumption in force.
    """
    held = np.clip(slope, -STEEPEST, STEEPEST)
    share: Floats = np.exp(-TOBLER_DECAY * (np.abs(held - TOBLER_BEST) + TOBLER_BEST))
    return share


@dataclass(frozen=True)
class Samples:
    """Heights along lines, at their ends and evenly between.

    Parameters
    ----------
    owner
        Line of each sample, rising.
    first
        Position of each line's first sample.
    parts
        Number of sub-pieces of each line, one less than its samples.
    xy
        Where the samples lie, shape (n, 2).
    height
        Metres, NaN where unknown.
    """

    owner: Ints
    first: Ints
    parts: Ints
    xy: Floats
    height: Floats


def sample_heights(lines: Lines, heights: Heights) -> Samples:
    """Read heights along lines, at their ends and at most `Heights.spacing_m` apart."""
    length = shapely.length(lines)
    parts = np.maximum(np.ceil(length / heights.spacing_m), 1.0).astype(np.int64)
    first = np.r_[0, np.cumsum(parts + 1)[:-1]]
    owner = np.repeat(np.arange(len(lines)), parts + 1)
    share = (np.arange(len(owner)) - first[owner]) / parts[owner]
    spots = shapely.line_interpolate_point(lines[owner], share * length[owner])
    xy = shapely.get_coordinates(spots)
    return Samples(owner, first, parts, xy, heights.at(xy))


def pace_on_slopes(lines: Lines, ends: Ints, is_span: Flags, heights: Heights) -> Floats:
    """Give the mean time for a metre of each edge, relative to the flat, both ways.

    Parameters
    ----------
    lines
        Geometry of the edges from u to v, metres, shape (m,).
    ends
        Nodes u and v of each edge, shape (m, 2).
    is_span
        Bridges and tunnels: the ground's height does not hold between their ends.
    heights
        Heights of the ground.

    Returns
    -------
    ndarray
        Shape (m, 2), u to v and v to u: the mean of 1 / `tobler_speed` over sub-pieces as long as
        the samples are apart. Unknown heights are interpolated along the edge; an edge without
        any counts as flat. Exactly 1 on flat ground.
    """
    samples = sample_heights(lines, heights)
    height = _filled(samples)
    if is_span.any():
        height = _spanned(lines, ends, is_span, samples, height)
    within = samples.owner[1:] == samples.owner[:-1]
    owner = samples.owner[1:][within]
    run = shapely.length(lines) / samples.parts
    slope = np.diff(height)[within] / run[owner]
    slope[np.isnan(slope)] = 0.0
    # the excess over 1 is averaged: on the flat it is 0, and the mean exactly 1
    excess = [1.0 / tobler_speed(way * slope) - 1.0 for way in (1.0, -1.0)]
    means = [np.bincount(owner, e, minlength=len(run)) / samples.parts for e in excess]
    return np.column_stack(means) + 1.0


def _filled(samples: Samples) -> Floats:
    """Fill unknown heights between and beside known ones of the same line; none known: NaN."""
    height = samples.height
    known = ~np.isnan(height)
    if known.all():
        return height
    position = np.arange(len(height))
    first = samples.first[samples.owner]
    last = first + samples.parts[samples.owner]
    before = np.maximum.accumulate(np.where(known, position, -1))
    after = np.minimum.accumulate(np.where(known, position, len(height))[::-1])[::-1]
    has_before, has_after = before >= first, after <= last
    before = np.where(has_before, before, np.where(has_after, after, position))
    after = np.where(has_after, after, before)
    low, high = height[before], height[after]
    share = (position - before) / np.maximum(after - before, 1)
    return np.where(known, height, low + share * (high - low))


def _spanned(lines: Lines, ends: Ints, is_span: Flags, samples: Samples, height: Floats) -> Floats:
    """Put bridges and tunnels on a straight line between the ends of the whole structure.

    A structure is often several edges. Its inner nodes hang over a valley or lie under a hill:
    they are interpolated between those ends that other streets reach, by length.
    """
    last = samples.first + samples.parts
    node_height = np.full(int(ends.max()) + 1, np.nan)
    ground = ~is_span
    node_height[ends[ground, 0]] = height[samples.first[ground]]
    node_height[ends[ground, 1]] = height[last[ground]]
    spans = np.flatnonzero(is_span)
    node_height = _interpolated(ends[spans], shapely.length(lines[spans]), node_height)
    low, high = node_height[ends[:, 0]], node_height[ends[:, 1]]
    share = (np.arange(len(height)) - samples.first[samples.owner]) / samples.parts[samples.owner]
    straight = low[samples.owner] + share * (high - low)[samples.owner]
    return np.where(is_span[samples.owner], straight, height)


def _interpolated(ends: Ints, length: Floats, node_height: Floats) -> Floats:
    """Give each unknown node the mean of its neighbours, weighted by nearness.

    Along a chain that is the straight line between its ends. A part without any known node stays
    unknown.
    """
    nodes, local = np.unique(ends, return_inverse=True)
    local = local.reshape(ends.shape)
    u, v = local[:, 0], local[:, 1]
    size = len(nodes)
    known = ~np.isnan(node_height[nodes])
    links = coo_array((np.ones(len(u)), (u, v)), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    wanted = ~known & np.isin(part, part[known])
    if not wanted.any():
        return node_height
    weight = 1.0 / length
    both = coo_array(
        (np.r_[weight, weight], (np.r_[u, v], np.r_[v, u])), shape=(size, size)
    ).tocsr()
    degree = np.asarray(both.sum(axis=1)).reshape(-1)
    # heights above the lowest known one: flat ground stays flat to the last bit
    lowest = float(node_height[nodes][known].min())
    given = np.where(known, node_height[nodes] - lowest, 0.0)
    rows = both[wanted]
    system = (
        coo_array(
            (degree[wanted], (np.arange(wanted.sum()),) * 2), shape=(wanted.sum(),) * 2
        ).tocsc()
        - rows[:, wanted].tocsc()
    )
    out = node_height.copy()
    out[nodes[wanted]] = lowest + spsolve(system, rows @ given)
    return out
