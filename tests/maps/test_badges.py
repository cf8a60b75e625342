"""Badges and plates: none over another, none far from what it belongs to, none half hidden."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.badges import place_badges
from maps.corners import place_plates
from maps.paper import Frame, Window

INSIDE = (0.0, 0.0, 100.0, 60.0)
PLATE = (0.0, 0.0, 30.0, 10.0)
places = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60)), min_size=1, max_size=12)


def overlap(one: np.ndarray, other: np.ndarray, size: float) -> bool:
    return bool((np.abs(one - other) < size - 1e-9).all())


def test_three_haves_of_one_place_stand_side_by_side() -> None:
    moved, shown = place_badges(np.array([[50.0, 30.0]] * 3), 3.0, INSIDE, [])
    assert shown.all()
    assert moved[0].tolist() == [50.0, 30.0]
    assert not any(overlap(*pair, 3.0) for pair in combinations(moved, 2))


@settings(max_examples=80, deadline=None)
@given(places)
def test_badges_keep_apart_near_their_place_and_clear_of_plates(
    given_places: list[tuple[float, float]],
) -> None:
    asked = np.array(given_places)
    moved, shown = place_badges(asked, 3.0, INSIDE, [PLATE])
    assert (np.abs(moved - asked) <= 2 * 1.06 * 3.0 + 1e-9).all()
    assert (moved[~shown] == asked[~shown]).all()
    crowd = sum((np.abs(asked - one).max(axis=1) < 12).sum() > 6 for one in asked)
    seen = moved[shown]
    if not crowd:
        assert not any(overlap(*pair, 3.0) for pair in combinations(seen, 2))
    for x, y in seen:
        assert not (x - 1.5 < PLATE[2] - 1e-9 and y - 1.5 < PLATE[3] - 1e-9)


@settings(max_examples=80, deadline=None)
@given(places, places)
def test_badges_stand_beside_marks_where_there_is_room(
    given_places: list[tuple[float, float]], marked: list[tuple[float, float]]
) -> None:
    asked = np.array(given_places)
    marks = [(x - 1, y - 1, x + 1, y + 1) for x, y in marked]
    moved, shown = place_badges(asked, 3.0, INSIDE, [], marks=marks)
    assert (shown == place_badges(asked, 3.0, INSIDE, [])[1]).all()
    few = len(asked) + len(marks) <= 3
    for x, y in moved[shown] if few else ():
        assert all(abs(x - a) >= 2.5 - 1e-9 or abs(y - b) >= 2.5 - 1e-9 for a, b in marked)


def test_what_is_half_outside_is_not_shown() -> None:
    _, shown = place_badges(np.array([[1.0, 30.0], [50.0, 30.0]]), 3.0, INSIDE, [])
    assert shown.tolist() == [False, True]


FRAME = Frame(10.0, 20.0, 100.0, 60.0)
WINDOW = Window(0.0, 0.0, 1000.0, 600.0, 10_000)
SIZES = [(40.0, 11.0), (10.0, 15.0)]
NOBODY = np.empty((0, 2))


def test_plates_stand_in_their_usual_corners_where_nothing_is_hidden() -> None:
    subject = np.array([shapely.box(450, 250, 550, 350)])
    scale, north = place_plates(FRAME, WINDOW, SIZES, subject=subject, points=NOBODY)
    assert (scale.left, scale.bottom) == (12.0, 22.0)
    assert (north.right, north.top) == (108.0, 78.0)


def test_a_plate_moves_to_the_corner_where_it_hides_nothing() -> None:
    subject = np.array([shapely.box(0, 0, 300, 300), shapely.box(800, 400, 1000, 600)])
    scale, north = place_plates(FRAME, WINDOW, SIZES, subject=subject, points=NOBODY)
    assert (scale.right, scale.bottom) == (108.0, 22.0)
    assert (north.left, north.top) == (12.0, 78.0)


def test_of_two_free_corners_the_one_without_facilities_is_taken() -> None:
    points = np.array([[100.0, 50.0]])
    scale, _ = place_plates(FRAME, WINDOW, SIZES, subject=np.array([]), points=points)
    assert scale.right == 108.0


def test_two_plates_never_share_a_corner() -> None:
    everywhere = np.array([shapely.box(0, 0, 1000, 600)])
    one, other = place_plates(
        FRAME, WINDOW, [(40.0, 11.0), (40.0, 11.0)], subject=everywhere, points=NOBODY
    )
    assert (one.left, one.bottom) != (other.left, other.bottom)
