"""Provider shifts of mainland China: GCJ-02 (AMap, Tencent) and BD-09 (Baidu), both ways.

The shift moves points by 50 to 700 m, as far as a five-minute walk, so it is undone once, at the
door, and never chained. It is no reference system: nothing here knows of metres or EPSG codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

SEMI_MAJOR_M: Final = 6378245.0
"""Krasovsky 1940 semi-major axis, on which the published shift is defined."""
ECCENTRICITY_SQUARED: Final = 0.00669342162296594323

CHINA: Final = (73.0, 18.0, 135.1, 54.0)
"""West, south, east, north in degrees; the mainland's box of use."""
UNSHIFTED: Final = (
    (119.2, 21.7, 122.2, 25.0),  # Taiwan with Penghu
    (120.0, 25.0, 122.2, 25.4),  # its northern tip; Pingtan on the mainland lies west of it
    (113.82, 22.13, 114.45, 22.45),  # Hong Kong south of the Shenzhen shore
    (113.545, 22.105, 113.60, 22.21),  # Macao
)
"""Boxes inside `CHINA` whose maps carry no shift; coarse, off every mainland city."""

ORIGIN: Final = (105.0, 35.0)
BAIDU_FREQUENCY: Final = np.pi * 3000.0 / 180.0
BAIDU_OFFSET: Final = (0.0065, 0.006)
STEPS: Final = 12
"""Rounds of the inverse; each shrinks the residual about a hundredfold, 1e-9 degrees after five."""


def is_shifted(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which WGS-84 points providers shift: those in mainland China.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84.

    Returns
    -------
    ndarray of bool
        False outside the box 73-135.1 E, 18-54 N, in the coarse boxes of Taiwan, Hong Kong and
        Macao, and for NaN.
    """
    east, north = _pair(lon, lat)
    inside = _in_box(east, north, CHINA)
    for box in UNSHIFTED:
        inside &= ~_in_box(east, north, box)
    return inside


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Shift WGS-84 degrees to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84 (CGCS2000 agrees within decimetres).

    Returns
    -------
    tuple of ndarray
        Longitude and latitude in GCJ-02; points outside mainland China unchanged, NaN stays NaN.
    """
    return _forward(lon, lat, _gcj02)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Undo the GCJ-02 shift, by iteration, to far less than 0.1 m.

    Parameters
    ----------
    lon, lat
        Degrees, GCJ-02.

    Returns
    -------
    tuple of ndarray
        WGS-84 longitude and latitude; points whose origin lies outside mainland China unchanged.

    Notes
    -----
    Within about 700 m of the border of the shifted area a point may have two origins; the shifted
    one is given.
    """
    return _inverse(lon, lat, _gcj02)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Shift WGS-84 degrees to BD-09, which is GCJ-02 and Baidu's own turn on top.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84.

    Returns
    -------
    tuple of ndarray
        Longitude and latitude in BD-09; points outside mainland China unchanged.
    """
    return _forward(lon, lat, _bd09)


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Undo the BD-09 shift, by iteration, to far less than 0.1 m.

    Parameters
    ----------
    lon, lat
        Degrees, BD-09 (not Baidu's Mercator metres).

    Returns
    -------
    tuple of ndarray
        WGS-84 longitude and latitude; points whose origin lies outside mainland China unchanged.
    """
    return _inverse(lon, lat, _bd09)


def _pair(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if east.shape != north.shape:
        raise ValueError(f"lon and lat differ in shape: {east.shape} and {north.shape}")
    return east, north


def _in_box(
    lon: Degrees, lat: Degrees, box: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    west, south, east, north = box
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _forward(
    lon: npt.ArrayLike, lat: npt.ArrayLike, shift: Callable[[Degrees, Degrees], Pair]
) -> Pair:
    east, north = _pair(lon, lat)
    moved_east, moved_north = shift(east, north)
    inside = is_shifted(east, north)
    return np.where(inside, moved_east, east), np.where(inside, moved_north, north)


def _inverse(
    lon: npt.ArrayLike, lat: npt.ArrayLike, shift: Callable[[Degrees, Degrees], Pair]
) -> Pair:
    """Find the point that `shift` moves here: p <- p + (here - shift(p))."""
    here_east, here_north = _pair(lon, lat)
    east, north = here_east, here_north
    for _ in range(STEPS):
        moved_east, moved_north = shift(east, north)
        east = east + (here_east - moved_east)
        north = north + (here_north - moved_north)
    inside = is_shifted(east, north)
    return np.where(inside, east, here_east), np.where(inside, north, here_north)


def _gcj02(lon: Degrees, lat: Degrees) -> Pair:
    """Apply the closed form of the shift, wherever the point lies."""
    x, y = lon - ORIGIN[0], lat - ORIGIN[1]
    root = 0.1 * np.sqrt(np.abs(x))
    common = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * root
    north_m += (2.0 / 3.0) * (
        common
        + _waves(y, (20.0, 1.0), (40.0, 1.0 / 3.0))
        + _waves(y, (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    )
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + root
    east_m += (2.0 / 3.0) * (
        common
        + _waves(x, (20.0, 1.0), (40.0, 1.0 / 3.0))
        + _waves(x, (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    )
    phi = np.radians(lat)
    magic = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    parallel_m = SEMI_MAJOR_M / np.sqrt(magic) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _waves(value: Degrees, *terms: tuple[float, float]) -> Degrees:
    """Sum sines of `value`: each term is (amplitude in metres, frequency in half turns)."""
    total = np.zeros_like(value)
    for amplitude, frequency in terms:
        total = total + amplitude * np.sin(value * np.pi * frequency)
    return total


def _bd09(lon: Degrees, lat: Degrees) -> Pair:
    """Apply GCJ-02 and Baidu's turn, wherever the point lies."""
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_FREQUENCY)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_FREQUENCY)
    return radius * np.cos(angle) + BAIDU_OFFSET[0], radius * np.sin(angle) + BAIDU_OFFSET[1]
