"""Labels: none over another, the weighty ones first, no place taken twice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.placing import Label, Taken, place_along, place_labels

FRAME = (0.0, 0.0, 100.0, 60.0)


def overlaps(one: Label, other: Label) -> bool:
    return (
        abs(one.x - other.x) < (one.width + other.width) / 2 - 1e-9
        and abs(one.y - other.y) < (one.height + other.height) / 2 - 1e-9
    )


def label(key: str, x: float, y: float, weight: float = 0.0) -> Label:
    return Label(key, key, x, y, 12.0, 3.0, weight)


def test_a_label_alone_stands_where_it_wants() -> None:
    placed = place_labels([label("a", 50, 30)], Taken(FRAME))
    assert [(one.x, one.y) for one in placed] == [(50, 30)]


def test_the_heavier_of_two_keeps_the_place_and_the_other_moves() -> None:
    placed = place_labels([label("a", 50, 30), label("b", 50, 30, weight=5.0)], Taken(FRAME))
    assert placed[0].key == "b"
    assert (placed[0].x, placed[0].y) == (50, 30)
    assert placed[1].key == "a"
    assert not overlaps(*placed)


def test_a_label_without_room_is_dropped() -> None:
    taken = Taken(FRAME)
    taken.take(FRAME)
    assert place_labels([label("a", 50, 30)], taken) == []


def test_a_label_away_from_its_point_leaves_the_point_free() -> None:
    wanted = Label("a", "a", 50.0, 30.0, 12.0, 3.0, away=2.0)
    (placed,) = place_labels([wanted], Taken(FRAME))
    assert abs(placed.y - 30.0) > 1.5 + 2.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 60), st.floats(0, 9)), min_size=1, max_size=90
    )
)
def test_placed_labels_never_overlap_and_stay_in_the_frame(
    places: list[tuple[float, float, float]],
) -> None:
    labels = [label(f"k{n:02d}", x, y, weight) for n, (x, y, weight) in enumerate(places)]
    placed = place_labels(labels, Taken(FRAME))
    assert placed == place_labels(labels[::-1], Taken(FRAME))
    for one, other in combinations(placed, 2):
        assert not overlaps(one, other)
    for one in placed:
        assert one.x - one.width / 2 >= 0
        assert one.x + one.width / 2 <= 100


def test_a_street_name_slides_along_its_street_to_a_free_place() -> None:
    taken = Taken(FRAME)
    middle, east = np.array([50.0, 30.0]), np.array([1.0, 0.0])
    first = place_along(middle, east, 20.0, 2.0, 80.0, taken)
    second = place_along(middle, east, 20.0, 2.0, 80.0, taken)
    assert first is not None
    assert second is not None
    assert first.tolist() == [50.0, 30.0]
    assert abs(second[0] - 50.0) > 20.0
    assert place_along(middle, east, 90.0, 2.0, 80.0, Taken(FRAME)) is None
