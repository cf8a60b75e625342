"""Roads of a drawing: what meets is joined, what passes over is kept apart, gaps are listed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from layers.noding import SNAP_M, Joined, join_lines

EAST = LineString([(0, 50), (100, 50)])
NORTH = LineString([(50, 0), (50, 100)])

places = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(
    lambda xy: (xy[0] / 2 + 0.0004, xy[1] / 2 + 0.0004)
)
segments = st.tuples(places, places).filter(
    lambda ends: np.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1]) > 2
)


def join(*lines: LineString, decks: list[int] | None = None, snap_m: float = SNAP_M) -> Joined:
    shapes = np.array(lines, dtype=object)
    return join_lines(shapes, np.array(decks or [0] * len(lines), dtype=np.int64), snap_m=snap_m)


def joined(*lines: LineString, decks: list[int] | None = None) -> list[list[tuple[float, ...]]]:
    return [list(line.coords) for line in join(*lines, decks=decks).lines]


def cells(line: LineString) -> set[tuple[float, ...]]:
    return {(round(x, 3), round(y, 3)) for x, y in line.coords}


def meet(one: LineString, other: LineString) -> bool:
    return not cells(one).isdisjoint(cells(other))


def at_an_end(spots: np.ndarray, lines: np.ndarray) -> bool:
    ends = shapely.get_coordinates(shapely.boundary(lines))
    return bool((np.hypot(*(spots[:, None] - ends).T) < 0.1).any())


def test_an_end_that_misses_a_road_by_half_a_metre_is_moved_onto_it():
    near = joined(EAST, LineString([(30, 50.5), (30, 90)]))
    assert near == [[(0, 50), (30, 50), (100, 50)], [(30, 50), (30, 90)]]


def test_an_end_that_misses_a_road_by_more_is_left_and_listed():
    far = join(EAST, LineString([(30, 50.51), (30, 90)]))
    assert [len(line.coords) for line in far.lines] == [2, 2]
    assert far.mended_ends == 0
    assert far.gaps.tolist() == [1]


@pytest.mark.parametrize(("gap", "listed"), [(5.0, [1]), (5.01, [])])
def test_ends_up_to_five_metres_off_are_listed(gap: float, listed: list[int]):
    assert join(EAST, LineString([(30, 50 + gap), (30, 90)])).gaps.tolist() == listed


def test_the_tolerance_can_be_set():
    assert join(EAST, LineString([(30, 51), (30, 90)]), snap_m=1.0).mended_ends == 1


def test_an_end_that_runs_past_a_road_is_a_crossing():
    lines = joined(EAST, LineString([(30, 49.7), (30, 90)]))
    assert (30, 50) in lines[0]


def test_an_end_that_lies_on_a_road_is_a_vertex_of_it_and_stays():
    got = join(EAST, LineString([(30, 50), (30, 90)]))
    assert list(got.lines[0].coords) == [(0, 50), (30, 50), (100, 50)]
    assert (got.crossings, got.mended_ends) == (1, 0)


def test_an_end_close_to_a_vertex_of_a_road_is_moved_onto_the_vertex():
    bent = LineString([(0, 50), (30, 50), (100, 60)])
    lines = joined(bent, LineString([(30.2, 50.3), (30, 90)]))
    assert lines == [list(bent.coords), [(30, 50), (30, 90)]]


def test_ends_that_miss_each_other_fall_onto_the_first():
    lines = joined(EAST, LineString([(100.3, 50), (200, 50)]))
    assert lines[1] == [(100, 50), (200, 50)]


def test_no_end_is_carried_farther_than_the_tolerance_by_others_between():
    lines = joined(*[LineString([(0.4 * n, 0), (0.4 * n, 50 + n)]) for n in range(4)])
    assert [line[0] for line in lines] == [(0, 0), (0, 0), (0.8, 0), (0.8, 0)]


def test_ends_that_meet_are_moved_together():
    lines = joined(EAST, LineString([(30, 50.4), (30, 90)]), LineString([(30, 50.4), (60, 90)]))
    assert lines[1][0] == lines[2][0] == (30, 50)
    assert (30, 50) in lines[0]


def test_an_end_joined_close_by_already_is_left():
    stub = LineString([(30, 50), (30, 50.4)])
    lines = joined(EAST, stub, LineString([(30, 50.4), (30, 90)]))
    assert (30, 50.4) in lines[1]
    assert meet(LineString(lines[0]), LineString(lines[1]))


def test_a_loop_that_misses_the_road_it_began_on_is_closed():
    loop = LineString([(10, 50), (10, 80), (60, 80), (60, 50.3)])
    lines = joined(LineString([(0, 50), (10, 50), (100, 50)]), loop)
    assert (60, 50) in lines[0]
    assert lines[1][-1] == (60, 50)


def test_a_tiny_road_whose_ends_fall_together_is_kept():
    assert joined(LineString([(0, 0), (0.3, 0)])) == [[(0, 0), (0.3, 0)]]


def test_a_tiny_road_beside_another_keeps_its_length():
    lines = joined(EAST, LineString([(30, 50.05), (30, 50.45)]))
    assert LineString(lines[1]).length > 0.3


def test_a_bridge_meets_the_ground_where_it_ends_only():
    bridge = LineString([(30, 50), (30, 80), (60, 80), (60, 20)])
    lines = joined(EAST, bridge, decks=[0, 1])
    assert lines[0] == [(0, 50), (30, 50), (100, 50)]
    assert lines[1] == list(bridge.coords)


def test_a_road_that_ends_under_a_bridge_does_not_meet_it():
    for end in (50, 50.3):
        lines = joined(EAST, LineString([(30, 0), (30, end)]), decks=[1, 0])
        assert not meet(LineString(lines[0]), LineString(lines[1]))


def test_a_bridge_does_not_end_on_another_deck_in_the_air():
    lines = joined(EAST, LineString([(30, 0), (30, 49.8)]), decks=[1, 2])
    assert not meet(LineString(lines[0]), LineString(lines[1]))


def test_decks_with_a_vertex_at_one_spot_are_put_apart():
    ground = LineString([(0, 50), (50, 50), (100, 50)])
    bridge = LineString([(50, 0), (50, 50), (50, 100)])
    got = join(ground, bridge, decks=[0, 1])
    assert list(got.lines[0].coords) == list(ground.coords)
    assert not meet(*got.lines)
    assert got.lines[1].length == pytest.approx(100, abs=1e-6)


def test_roads_of_one_deck_stay_joined_where_they_pass_over_another():
    ground = LineString([(0, 0), (50, 50), (100, 100)])
    high = [LineString([(0, 50), (50, 50), (100, 50)]), LineString([(50, 0), (50, 50), (50, 100)])]
    got = join(ground, *high, decks=[0, 1, 1])
    assert meet(got.lines[1], got.lines[2])
    assert not meet(got.lines[0], got.lines[1])


def test_roads_that_run_over_one_another_meet_at_both_ends_of_the_stretch():
    lines = joined(EAST, LineString([(20, 60), (20, 50), (40, 50), (40, 60)]))
    assert lines[0] == [(0, 50), (20, 50), (40, 50), (100, 50)]


def test_three_roads_through_one_spot_share_it():
    third = LineString([(0, 0), (100, 100)])
    lines = joined(EAST, NORTH, third)
    assert all((50, 50) in line for line in lines)


def test_a_dead_end_far_from_everything_is_no_gap():
    assert not len(join(EAST, LineString([(30, 50), (30, 90)])).gaps)


@given(st.lists(st.tuples(segments, st.integers(0, 2)), min_size=2, max_size=12))
@settings(deadline=None, max_examples=200)
def test_after_joining_every_crossing_of_one_deck_is_a_vertex_of_both(
    drawn: list[tuple[tuple[tuple[float, float], tuple[float, float]], int]],
):
    lines = np.array([LineString(ends) for ends, _ in drawn], dtype=object)
    decks = np.array([deck for _, deck in drawn])
    got = join_lines(lines, decks, snap_m=1e-9)
    for one, other in itertools.combinations(range(len(lines)), 2):
        spots = shapely.get_coordinates(shapely.intersection(lines[one], lines[other]))
        if decks[one] == decks[other]:
            for spot in spots:
                for line in (got.lines[one], got.lines[other]):
                    away = np.hypot(*(shapely.get_coordinates(line) - spot).T).min()
                    # the millimetre that makes a node, and the two that put decks apart
                    assert away < 0.01
        elif shapely.crosses(lines[one], lines[other]) and not at_an_end(
            spots, lines[[one, other]]
        ):
            assert not meet(got.lines[one], got.lines[other])
    if not decks.any():
        assert shapely.length(got.lines).sum() == pytest.approx(
            shapely.length(lines).sum(), abs=1e-6
        )


@given(
    st.lists(st.floats(0.0, 1.2), min_size=1, max_size=8),
    st.floats(0, np.pi),
)
@settings(deadline=None)
def test_ends_within_the_tolerance_are_joined_and_those_beyond_are_listed(
    gaps: list[float], turn: float
):
    c, s = np.cos(turn), np.sin(turn)
    rotate = lambda xy: (c * xy[0] - s * xy[1], s * xy[0] + c * xy[1])  # noqa: E731
    road = LineString([rotate((0, 0)), rotate((100 * len(gaps) + 100, 0))])
    side = [
        LineString([rotate((100 * n + 50, gap)), rotate((100 * n + 50, 60))])
        for n, gap in enumerate(gaps)
    ]
    got = join(road, *side)
    for number, gap in enumerate(gaps, start=1):
        if abs(gap - SNAP_M) < 1e-9:
            continue
        assert meet(got.lines[0], got.lines[number]) == (gap < SNAP_M)
        assert (number in got.gaps) == (gap > SNAP_M)
        moved = got.lines[number].length - side[number - 1].length
        assert moved == pytest.approx(gap if gap < SNAP_M else 0, abs=2e-3)


@given(st.lists(segments, min_size=2, max_size=8))
@settings(deadline=None, max_examples=50)
def test_joining_twice_changes_nothing_more(
    drawn: list[tuple[tuple[float, float], tuple[float, float]]],
):
    lines = np.array([LineString(ends) for ends in drawn], dtype=object)
    decks = np.zeros(len(lines), dtype=np.int64)
    once = join_lines(lines, decks, snap_m=1e-9)
    twice = join_lines(once.lines, decks, snap_m=1e-9)
    assert twice.crossings == 0
    assert shapely.equals_exact(once.lines, twice.lines, tolerance=1e-9).all()
