"""Geometries of OpenStreetMap objects as arrays: lines, rings, multipolygons, outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.opl import Floats, Ints, Things
from layers.repair import MOST_CHANGE

Shapes = NDArray[np.object_]

_RING_POINTS: Final = 4
"""Least number of points of a ring, the first repeated at its end."""


@dataclass(frozen=True)
class Runs:
    """The unbroken stretches of ways whose nodes are known; nearly every way is one.

    Parameters
    ----------
    xy
        Longitude and latitude of all points in turn; no point stands twice in a row.
    start
        Where each run starts in `xy`, and the end of the last; shape (k + 1,).
    way
        The way that each is a part of, ascending, shape (k,).
    """

    xy: Floats
    start: Ints
    way: Ints

    def points(self, places: Ints) -> tuple[Floats, Ints]:
        """Give the points of some runs, and which of `places` each belongs to."""
        size = (self.start[1:] - self.start[:-1])[places]
        ahead = np.cumsum(size) - size
        inside = np.repeat(self.start[places] - ahead, size) + np.arange(size.sum())
        return self.xy[inside], np.repeat(np.arange(len(places)), size)

    def lines(self, places: Ints) -> Shapes:
        """Give some runs as lines."""
        xy, owner = self.points(places)
        return np.asarray(shapely.linestrings(xy, indices=owner), dtype=object)

    def fill(self, places: Ints) -> tuple[Shapes, NDArray[np.bool_]]:
        """Make polygons of runs.

        Parameters
        ----------
        places
            Which runs.

        Returns
        -------
        tuple
            Polygons, None where a run is not closed; and which crossed themselves and were
            repaired. A ring whose repair changes its area by more than 1 % stays None: what was
            meant cannot be known.
        """
        polygons = np.full(len(places), None, dtype=object)
        first, last = self.start[places], self.start[places + 1] - 1
        is_ring = (self.xy[first] == self.xy[last]).all(axis=1) & (last - first + 1 >= _RING_POINTS)
        broken = np.zeros(len(places), dtype=bool)
        if is_ring.any():
            xy, owner = self.points(places[is_ring])
            rings = shapely.linearrings(xy, indices=owner)
            made = np.asarray(shapely.polygons(rings), dtype=object)
            wrong = ~shapely.is_valid(made)
            made[wrong] = [mend(shape) for shape in made[wrong]]
            polygons[is_ring] = made
            broken[np.flatnonzero(is_ring)[wrong]] = True
        return polygons, broken & (polygons != None)  # noqa: E711 - element by element


def find_runs(ways: Things, wanted: NDArray[np.bool_]) -> Runs:
    """Find the unbroken runs of known nodes that have at least two different places.

    Parameters
    ----------
    ways
        Ways; the place of a node that the file lacks is NaN.
    wanted
        Which of them to look at.
    """
    owner = np.repeat(np.arange(len(ways.size)), ways.size)
    known = ~np.isnan(ways.xy[:, 0])
    begins = np.ones(len(owner), dtype=bool)
    begins[1:] = (owner[1:] != owner[:-1]) | ~known[:-1]
    run = np.cumsum(begins) - 1
    kept = known & wanted[owner]
    # a place that stands twice in a row is one
    kept[1:] &= begins[1:] | (ways.xy[1:] != ways.xy[:-1]).any(axis=1)
    size = np.bincount(run[kept], minlength=int(begins.sum()))
    long = size > 1
    kept &= long[run]
    return Runs(ways.xy[kept], np.r_[0, np.cumsum(size[long])], owner[begins][long])


def read_polygons(wkb: Sequence[str]) -> Shapes:
    """Decode multipolygons; those of one part become polygons, those that are broken None."""
    shapes = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def mend(polygon: shapely.Polygon) -> shapely.Geometry | None:
    """Repair a polygon that crosses itself, or give None when that changes its area by over 1 %."""
    valid = shapely.make_valid(polygon)
    parts = [part for part in shapely.get_parts(valid) if part.geom_type.endswith("Polygon")]
    if not parts:
        return None
    whole: shapely.Geometry = shapely.union_all(parts)
    area = float(shapely.area(polygon))
    change = abs(float(shapely.area(whole)) - area)
    return whole if change <= MOST_CHANGE * float(shapely.area(whole)) else None


def outlines(areas: Shapes) -> Shapes:
    """Give the rings of areas as lines, outer and inner ones."""
    return np.asarray(shapely.boundary(areas), dtype=object)
