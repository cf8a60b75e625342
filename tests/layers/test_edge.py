"""Where the data ends: how far a walk could leave it."""

from __future__ import annotations

import pytest
from shapely import Polygon

from layers.edge import mark_edge
from layers.walking import Walking
from tests.grid import at, communities_of, gates_of, point, square

EXTENT = Polygon([at(-5000, -5000), at(5000, -5000), at(5000, 5000), at(-5000, 5000)])


def is_marked(to_border_m: float, walking: Walking, *, is_hilly: bool = False) -> bool:
    """Tell whether a community whose gate lies so far from the border is marked."""
    x = 5000 - to_border_m
    homes = communities_of(("c1", square(x - 20, 0, 20)))
    gates = gates_of(("c1", point(x, 10)))
    marked, findings = mark_edge(homes, gates, EXTENT, walking=walking, is_hilly=is_hilly)
    edge = bool(marked["edge"].iloc[0])
    assert bool(findings) == edge
    return edge


@pytest.mark.parametrize(
    ("walking", "is_hilly", "search_m"),
    [
        (Walking(limit_m=1000), False, 1500.0),
        (Walking(limit_m=1000), True, 1500.0),  # metres decide: a slope leads no farther
        (Walking(rule="time", limit_minutes=12), False, 1200.0),
        (Walking(rule="time", limit_minutes=12), True, 1200.0 * 1.19124621),
    ],
)
def test_a_community_is_marked_when_a_walk_could_leave_the_data(
    walking: Walking,
    is_hilly: bool,  # noqa: FBT001  a case of the table
    search_m: float,
):
    assert is_marked(search_m - 0.1, walking, is_hilly=is_hilly)
    assert not is_marked(search_m + 0.1, walking, is_hilly=is_hilly)
