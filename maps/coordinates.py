"""Shapes as short lists of whole numbers: longitude and latitude in steps, as differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Numbers = list[int]
"""A row of points: first x, first y, then differences dx, dy."""

FINE: Final = 1e-6
"""Step of the working map, degrees: about 0.1 m."""

COARSE: Final = 1e-5
"""Step of the public map, degrees: about 1 m."""

ROUGH: Final = 3e-5
"""Step of life circles, degrees: about 3 m, a third of the cells that they are traced on."""


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

    def points(self, shapes: gpd.GeoSeries) -> Numbers:
        """Write one row of points, one for each shape: of a line or an area a point on it."""
        places = shapely.point_on_surface(_degrees(shapes))
        steps = self.steps(shapely.get_coordinates(places))
        return _differences(steps) if len(steps) else []

    def steps(self, degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Turn longitudes and latitudes into steps from the corner."""
        whole = np.rint(degrees / self.step).astype(np.int64)
        return whole - np.array([self.lon, self.lat], dtype=np.int64)


def _degrees(shapes: gpd.GeoSeries) -> npt.NDArray[np.object_]:
    return cast("npt.NDArray[np.object_]", shapes.to_crs("EPSG:4326").to_numpy())


def _differences(steps: npt.NDArray[np.int64]) -> Numbers:
    if len(steps) == 0:
        return []
    return cast("Numbers", np.diff(steps, axis=0, prepend=0).ravel().tolist())
