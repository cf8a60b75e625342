"""The ground cut into faces once, so that any zone is a set of them and its figures are sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import shapely.geometry.base

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]
Shape = shapely.geometry.base.BaseGeometry

GRID_M: Final = 0.001
"""Borders are laid on a grid of one millimetre, which keeps slivers out of unions."""

SPARE_M: Final = 0.5
"""How much farther than half the widest gap members are widened, so that such a gap does close."""

SLIVER_M: Final = 0.01
"""Ground that is narrower than this is no gap."""

LENGTH_M: Final = 1e-5
"""Unit of lengths of borders: whole numbers, so that sums are the same in any order."""

AREA_M2: Final = 1e-4
"""Unit of areas of faces."""

NOWHERE: Final = -1
"""The ground outside all faces; no zone."""


@dataclass(frozen=True)
class LandFaces:
    """A planar map: faces that do not overlap, and the borders between them.

    Parameters
    ----------
    shapes, area
        Each face's polygon and its area in `AREA_M2`.
    owners
        Rows (face, community): who owns the ground of a face; two where communities overlap.
    pairs
        Rows (face, community, community): between which two neighbours a face without an owner
        lies. A face may lie between several pairs, or none.
    borders
        Rows (face, face or `NOWHERE`): two faces that share a border, once for each stretch of it.
    length
        Length of each border in `LENGTH_M`.
    lines
        Coordinates of each border.
    """

    shapes: Shapes
    area: Ints
    owners: Ints
    pairs: Ints
    borders: Ints
    length: Ints
    lines: tuple[npt.NDArray[np.float64], ...]


def cut_faces(communities: gpd.GeoSeries, max_gap_m: float) -> LandFaces:
    """Cut the ground of communities and of the gaps between them into faces.

    Parameters
    ----------
    communities
        Polygons in a metric CRS; faces name them by position.
    max_gap_m
        Widest gap that belongs to a zone, metres.

    Returns
    -------
    LandFaces
        The same for the same polygons, whatever the zones.

    Notes
    -----
    The gap between two communities is what they hold together when both are widened by half of
    `max_gap_m` and narrowed again (a closing with mitred corners, RULES Z02).
    """
    shapes = shapely.set_precision(np.asarray(communities.to_numpy(), dtype=object), GRID_M)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=max_gap_m)
    order = np.lexsort((second, first))
    order = order[first[order] < second[order]]
    near = np.column_stack((first[order], second[order])).astype(np.int64)
    fills = _fills(shapes[near[:, 0]], shapes[near[:, 1]], max_gap_m)
    lines = shapely.union_all(
        np.concatenate([shapely.boundary(shapes), shapely.boundary(fills)]), grid_size=GRID_M
    )
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[np.lexsort(shapely.bounds(faces).T[::-1])] if len(faces) else faces
    spots = shapely.point_on_surface(faces)
    owners = _rows(tree.query(spots, predicate="intersects"))
    gaps = _rows(shapely.STRtree(fills).query(spots, predicate="intersects"))
    gaps = gaps[~np.isin(gaps[:, 0], owners[:, 0])]
    borders, runs = _borders(faces)
    return LandFaces(
        shapes=faces,
        area=np.rint(shapely.area(faces) / AREA_M2).astype(np.int64),
        owners=owners,
        pairs=np.column_stack((gaps[:, 0], near[gaps[:, 1]])),
        borders=borders,
        length=_lengths(runs),
        lines=runs,
    )


def _fills(one: Shapes, other: Shapes, max_gap_m: float) -> Shapes:
    """Fill gaps: widen two communities, unite them, narrow them again; what is new is the gap."""
    reach = max_gap_m / 2 + SPARE_M
    both = _united(one, other)
    wide = shapely.buffer(both, reach, join_style="mitre")
    closed = shapely.buffer(wide, -reach, join_style="mitre")
    parts, pair = shapely.get_parts(
        shapely.difference(closed, both, grid_size=GRID_M), return_index=True
    )
    # Widening and narrowing moves a border by less than the grid: slivers along one of the two.
    kept = shapely.area(parts) > SLIVER_M * shapely.length(parts)
    touching = [shapely.dwithin(parts, side[pair], 2 * GRID_M) for side in (one, other)]
    kept |= touching[0] & touching[1]
    fills: Shapes = np.full(len(both), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts[kept], indices=pair[kept], out=fills)
    return fills


def _united(one: Shapes, other: Shapes) -> Shapes:
    """Unite pairs of shapes; those that do not meet just stand side by side.

    Notes
    -----
    The shapes are freed of their grid: what is made of them would be laid on it as well, and a
    border that is widened and narrowed again would come back a step beside itself.
    """
    one, other = (shapely.set_precision(side, 0) for side in (one, other))
    meets = shapely.intersects(one, other)
    both: Shapes = np.empty(len(one), dtype=object)
    both[meets] = shapely.set_precision(
        shapely.union(one[meets], other[meets], grid_size=GRID_M), 0
    )
    apart = np.flatnonzero(~meets)
    parts, owner = shapely.get_parts(
        np.column_stack((one[apart], other[apart])).ravel(), return_index=True
    )
    shapely.multipolygons(parts, indices=apart[owner // 2], out=both)
    return both


def _rows(found: npt.NDArray[np.int64]) -> Ints:
    rows = np.asarray(found, dtype=np.int64).T
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def _lengths(runs: tuple[npt.NDArray[np.float64], ...]) -> Ints:
    """Measure lines in `LENGTH_M`: the whole numbers of their steps' sums."""
    if not runs:
        return np.empty(0, dtype=np.int64)
    steps = np.diff(np.concatenate(runs), axis=0)
    sizes = np.array([len(run) for run in runs])
    # the step from one line to the next belongs to none
    inner = np.ones(len(steps), dtype=bool)
    inner[np.cumsum(sizes)[:-1] - 1] = False
    far = np.hypot(steps[inner, 0], steps[inner, 1])
    sums = np.add.reduceat(far, np.cumsum(sizes - 1) - (sizes - 1))
    return np.rint(sums / LENGTH_M).astype(np.int64)


def _borders(faces: Shapes) -> tuple[Ints, tuple[npt.NDArray[np.float64], ...]]:
    """Find who is on either side of every stretch of border; each stretch once."""
    parts, ring_face = shapely.get_rings(faces, return_index=True)
    spots, ring = shapely.get_coordinates(parts, return_index=True)
    if not len(spots):
        return np.empty((0, 2), dtype=np.int64), ()
    inside = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.rint(np.hstack((spots[inside], spots[inside + 1])) / GRID_M).astype(np.int64)
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    face = ring_face[ring[inside]].astype(np.int64)
    order = np.lexsort((face, *ends.T[::-1]))
    same = (ends[order][1:] == ends[order][:-1]).all(axis=1)
    other = np.full(len(face), NOWHERE, dtype=np.int64)
    other[order[:-1][same]] = face[order[1:][same]]
    told = np.ones(len(face), dtype=bool)
    told[order[1:][same]] = False
    # Consecutive steps of one ring with the same face beyond are one border.
    starts = np.flatnonzero(told)
    joined = np.zeros(len(starts), dtype=bool)
    joined[1:] = (
        (np.diff(starts) == 1)
        & (inside[starts[1:]] == inside[starts[:-1]] + 1)
        & (other[starts[1:]] == other[starts[:-1]])
        & (face[starts[1:]] == face[starts[:-1]])
    )
    heads = np.flatnonzero(~joined)
    tails = np.append(heads[1:], len(starts)) - 1
    runs = tuple(
        spots[inside[starts[head]] : inside[starts[tail]] + 2]
        for head, tail in zip(heads, tails, strict=True)
    )
    return np.column_stack((face[starts[heads]], other[starts[heads]])), runs


def hand_out(faces: LandFaces, zone: Ints, zones: int) -> list[Ints]:
    """Tell which faces each zone is made of.

    Parameters
    ----------
    faces
        From `cut_faces`.
    zone
        Number of each community's zone in the order of zone ids, or `NOWHERE`.
    zones
        How many zones there are.

    Returns
    -------
    list
        Faces of each zone, in order.

    Notes
    -----
    A zone has the ground of its members and the gaps between two of them; a gap that two zones
    could have goes to the lesser one. Ground without an owner that a zone surrounds alone belongs
    to it too (RULES Z02).
    """
    owned = np.column_stack((faces.owners[:, 0], zone[faces.owners[:, 1]]))
    both = zone[faces.pairs[:, 1:]]
    inner = (both[:, 0] == both[:, 1]) & (both[:, 0] != NOWHERE)
    gap = np.full(len(faces.shapes), zones, dtype=np.int64)
    np.minimum.at(gap, faces.pairs[inner, 0], both[inner, 0])
    given = np.flatnonzero(gap < zones)
    rows = np.vstack(
        (
            owned[owned[:, 1] != NOWHERE],
            np.column_stack((given, gap[given])),
            _holes(faces, owned, gap, zones),
        )
    )
    rows = np.unique(rows[:, ::-1], axis=0)
    cuts = np.searchsorted(rows[:, 0], np.arange(1, zones))
    return np.split(rows[:, 1], cuts) if zones else []


def _holes(faces: LandFaces, owned: Ints, gap: Ints, zones: int) -> Ints:
    """Find free ground that one zone surrounds: rows (face, zone)."""
    mixed = zones + 1
    # The zone on the far side of a border: `mixed` stands for outside, strangers, several zones.
    beyond = np.full(len(gap) + 1, mixed, dtype=np.int64)
    beyond[:-1] = gap
    beyond[owned[:, 0]] = np.where(owned[:, 1] == NOWHERE, mixed, owned[:, 1])
    shared = owned[1:, 0] == owned[:-1, 0]
    beyond[owned[1:, 0][shared & (owned[1:, 1] != owned[:-1, 1])]] = mixed
    free = beyond == zones
    lead = list(range(len(gap)))

    def head(face: int) -> int:
        while lead[face] != face:
            lead[face] = lead[lead[face]]
            face = lead[face]
        return face

    one, other = faces.borders.T
    for a, b in faces.borders[free[one] & free[other]].tolist():
        lead[head(b)] = head(a)
    around: dict[int, set[int]] = {head(int(face)): set() for face in np.flatnonzero(free)}
    for a, b in faces.borders[free[one] ^ free[other]].tolist():
        here, there = (a, b) if free[a] else (b, a)
        around[head(here)].add(int(beyond[there]))
    found = [
        (int(face), min(around[head(int(face))]))
        for face in np.flatnonzero(free)
        if len(around[head(int(face))]) == 1 and mixed not in around[head(int(face))]
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def compactness_of(faces: LandFaces, members: Sequence[Ints]) -> list[float]:
    """Give Polsby and Popper's 4 pi area / perimeter² of sets of faces; NaN for an empty one.

    Parameters
    ----------
    faces
        From `cut_faces`.
    members
        Faces of each set.

    Returns
    -------
    list
        1 for a disc, at most 1. Sums are of whole numbers: any program that adds the same borders
        has the same figure.
    """
    found = []
    for own in members:
        inside = np.zeros(len(faces.shapes) + 1, dtype=bool)
        inside[own] = True
        edge = inside[faces.borders[:, 0]] ^ inside[faces.borders[:, 1]]
        around = int(faces.length[edge].sum()) * LENGTH_M
        area = int(faces.area[own].sum()) * AREA_M2
        found.append(min(1.0, 4 * math.pi * area / (around * around)) if around else math.nan)
    return found


def outline_of(faces: LandFaces, own: Ints) -> Shape:
    """Unite faces into one polygon, or several where they do not hang together."""
    parts = shapely.get_parts(shapely.coverage_union_all(faces.shapes[own]))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
