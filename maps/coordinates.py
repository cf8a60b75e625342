"""Shapes as short lists of whole numbers: longitude and latitude in steps, as differences."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Numbers = list[int]
"""A line, a ring or a row of points: first x, first y, then differences dx, dy."""

FINE: Final = 1e-6
"""Step of the working map, degrees: about 0.1 m."""

COARSE: Final = 1e-5
"""Step of the public map, degrees: about 1 m."""

_LINE_NUMBERS: Final = 2 * 2
_RING_NUMBERS: Final = 2 * 3


@dataclass(frozen=True)
class Grid:
    """Whole-number grid that coordinates are written on.

    Parameters
    ----------
    step
        Size of a step, degrees.
    lon, lat
        Corner that all numbers count from, in steps of the grid.
    """

    step: float
    lon: int
    lat: int

    @classmethod
    def around(cls, bounds: npt.NDArray[np.float64], step: float) -> Grid:
        """Start a grid at the south-west corner of `bounds` (degrees: west, south, east, north)."""
        return cls(step=step, lon=round(bounds[0] / step), lat=round(bounds[1] / step))

    def described(self) -> dict[str, float]:
        """Say what a reader needs to turn numbers back into degrees."""
        return {"step": self.step, "lon": self.lon, "lat": self.lat}

    def polygons(self, shapes: gpd.GeoSeries) -> list[list[Numbers]]:
        """Write each shape as its rings, outer and inner alike, without the closing point.

        A reader fills them by the even-odd rule. Rings that collapse on the grid are left out.
        """
        parts, owner = shapely.get_parts(_degrees(shapes), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        written: list[list[Numbers]] = [[] for _ in range(len(shapes))]
        for position, numbers in zip(owner[part], self._runs(rings, closed=True), strict=True):
            if len(numbers) >= _RING_NUMBERS:
                written[position].append(numbers)
        return written

    def lines(self, shapes: gpd.GeoSeries) -> list[list[Numbers]]:
        """Write each shape as its lines. Lines that collapse on the grid are left out."""
        parts, owner = shapely.get_parts(_degrees(shapes), return_index=True)
        written: list[list[Numbers]] = [[] for _ in range(len(shapes))]
        for position, numbers in zip(owner, self._runs(parts, closed=False), strict=True):
            if len(numbers) >= _LINE_NUMBERS:
                written[position].append(numbers)
        return written

    def points(self, shapes: gpd.GeoSeries) -> Numbers:
        """Write one row of points, one for each shape: of a line or an area a point on it."""
        places = shapely.point_on_surface(_degrees(shapes))
        steps = self._steps(shapely.get_coordinates(places))
        return _differences(steps) if len(steps) else []

    def _runs(self, shapes: npt.NDArray[np.object_], *, closed: bool) -> list[Numbers]:
        coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
        steps = self._steps(coordinates)
        ends = np.searchsorted(owner, np.arange(len(shapes) + 1))
        return [
            _differences(_without_repeats(steps[start:end], closed=closed))
            for start, end in pairwise(ends)
        ]

    def _steps(self, degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        whole = np.rint(degrees / self.step).astype(np.int64)
        return whole - np.array([self.lon, self.lat], dtype=np.int64)


def _degrees(shapes: gpd.GeoSeries) -> npt.NDArray[np.object_]:
    return cast("npt.NDArray[np.object_]", shapes.to_crs("EPSG:4326").to_numpy())


def _without_repeats(steps: npt.NDArray[np.int64], *, closed: bool) -> npt.NDArray[np.int64]:
    if len(steps) == 0:
        return steps
    moved = np.ones(len(steps), dtype=bool)
    moved[1:] = (steps[1:] != steps[:-1]).any(axis=1)
    kept = steps[moved]
    if closed and len(kept) > 1 and (kept[0] == kept[-1]).all():
        kept = kept[:-1]
    return kept


def _differences(steps: npt.NDArray[np.int64]) -> Numbers:
    if len(steps) == 0:
        return []
    return cast("Numbers", np.diff(steps, axis=0, prepend=0).ravel().tolist())
