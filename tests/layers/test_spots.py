"""Spots: one number for one millimetre, whatever the extent."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from layers.spots import number_spots, tips_of

COARSE = st.integers(-3, 3).map(lambda cell: cell * 0.001)


@given(arrays(float, st.tuples(st.integers(1, 30), st.just(2)), elements=COARSE))
def test_places_have_one_number_exactly_when_they_are_one_millimetre(xy: np.ndarray):
    number, first = number_spots(xy)
    cells = np.round(xy / 0.001).astype(int)
    slow, slow_first, slow_number = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    assert number.tolist() == slow_number.reshape(-1).tolist()
    assert first.tolist() == slow_first.tolist()
    assert len(first) == len(slow)


@pytest.mark.parametrize("far", [1e3, 1e7, 1e12])
def test_places_far_apart_keep_their_numbers(far: float):
    xy = np.array([(far, far), (0.0, 0.0), (far, 0.0), (0.0, far), (0.0, 0.0)])
    number, first = number_spots(xy)
    assert number.tolist() == [3, 0, 2, 1, 0]
    assert first.tolist() == [1, 3, 2, 0]


def test_no_place_has_no_number():
    number, first = number_spots(np.empty((0, 2)))
    assert len(number) == len(first) == 0


def test_tips_are_the_first_and_the_last_point_of_each_line():
    lines = shapely.from_wkt(["LINESTRING (0 1, 2 3)", "LINESTRING (4 5, 6 7, 8 9, 4 5)"])
    first, last = tips_of(lines)
    assert first.tolist() == [[0, 1], [4, 5]]
    assert last.tolist() == [[2, 3], [4, 5]]
    assert len(tips_of(lines[:0])[0]) == 0
