"""Provider shifts: known points, both ways, and nowhere but mainland China."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.gcj02 import (
    Degrees,
    Pair,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    is_shifted,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

Shift = Callable[[Degrees, Degrees], Pair]
BOTH: tuple[tuple[Shift, Shift], ...] = (
    (wgs84_to_gcj02, gcj02_to_wgs84),
    (wgs84_to_bd09, bd09_to_wgs84),
)
DEGREE_M = 111_320.0


def test_the_shift_of_a_beijing_point_is_the_published_one() -> None:
    lon, lat = wgs84_to_gcj02([116.404], [39.915])
    assert lon[0] == pytest.approx(116.41024449916938, abs=1e-11)
    assert lat[0] == pytest.approx(39.91640428150164, abs=1e-11)


def test_baidu_turns_a_gcj02_point_by_the_published_amount() -> None:
    lon, lat = wgs84_to_bd09(*gcj02_to_wgs84([116.404], [39.915]))
    assert lon[0] == pytest.approx(116.41036949371029, abs=1e-9)
    assert lat[0] == pytest.approx(39.92133699351021, abs=1e-9)


@pytest.mark.parametrize(("forward", "back"), BOTH)
def test_there_and_back_ends_within_a_tenth_of_a_metre(forward: Shift, back: Shift) -> None:
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(75.0, 119.0, 20_000), rng.uniform(23.0, 53.0, 20_000)
    again = back(*forward(lon, lat))
    assert np.abs(again[0] - lon).max() * DEGREE_M < 0.1
    assert np.abs(again[1] - lat).max() * DEGREE_M < 0.1


@given(st.floats(75.0, 119.0), st.floats(23.0, 53.0))
def test_the_shift_is_tens_to_hundreds_of_metres(lon: float, lat: float) -> None:
    moved = wgs84_to_gcj02([lon], [lat])
    east_m = (moved[0][0] - lon) * DEGREE_M * np.cos(np.radians(lat))
    north_m = (moved[1][0] - lat) * DEGREE_M
    # on a grid of 0.02 degrees the shift is 17.5 m at least (96.60 E 37.14 N) and 680 m at most
    assert 15.0 < np.hypot(east_m, north_m) < 700.0


@pytest.mark.parametrize(("forward", "back"), BOTH)
@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        pytest.param(24.94, 60.17, id="Helsinki"),
        pytest.param(121.56, 25.04, id="Taipei"),
        pytest.param(114.17, 22.30, id="Hong Kong"),
        pytest.param(113.57, 22.14, id="Macao"),
        pytest.param(139.7, 35.7, id="Tokyo"),
    ],
)
def test_a_point_outside_mainland_china_stays(
    forward: Shift, back: Shift, lon: float, lat: float
) -> None:
    assert not is_shifted([lon], [lat])[0]
    for shift in (forward, back):
        moved = shift(np.array([lon]), np.array([lat]))
        assert (moved[0][0], moved[1][0]) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        pytest.param(112.79, 34.73, id="Yanshi"),
        pytest.param(113.54, 22.27, id="Zhuhai"),
        pytest.param(114.06, 22.54, id="Shenzhen"),
        pytest.param(118.09, 24.48, id="Xiamen"),
        pytest.param(119.78, 25.50, id="Pingtan"),
        pytest.param(87.6, 43.8, id="Urumqi"),
    ],
)
def test_a_mainland_city_is_shifted(lon: float, lat: float) -> None:
    assert is_shifted([lon], [lat])[0]


def test_missing_coordinates_stay_missing_and_empty_arrays_stay_empty() -> None:
    lon, lat = wgs84_to_gcj02([np.nan, 112.79], [34.7, np.nan])
    assert np.isnan(lon[0])
    assert np.isnan(lat[1])
    lon, lat = gcj02_to_wgs84([], [])
    assert lon.shape == lat.shape == (0,)


def test_longitudes_and_latitudes_must_pair_up() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) and \(1,\)"):
        wgs84_to_gcj02([1.0, 2.0], [1.0])
