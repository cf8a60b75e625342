"""Walls and barriers: who can walk where, by hand and against a plain count on a lattice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, affinity
from shapely.geometry.base import BaseGeometry

from layers.cutting import cut_at_barriers
from layers.network import WalkNetwork, build_network
from layers.walking import Walking
from tests.grid import (
    X0,
    Y0,
    at,
    barriers_of,
    communities_of,
    gates_of,
    line,
    point,
    square,
    streets_of,
)

WALKING = Walking()
FAR = point(5_000, 5_000)
Spot = tuple[float, float]
Turn = Callable[[BaseGeometry], BaseGeometry]


def _same(shape: BaseGeometry) -> BaseGeometry:
    return shape


def _turned(shape: BaseGeometry) -> BaseGeometry:
    return affinity.translate(affinity.rotate(shape, 33, origin=(X0, Y0)), 1234.567, -987.654)


def _reversed(shape: BaseGeometry) -> BaseGeometry:
    return shape.reverse()


TURNS = pytest.mark.parametrize("turn", [_same, _turned, _reversed])


def _moved(frame: gpd.GeoDataFrame | None, turn: Turn) -> gpd.GeoDataFrame | None:
    if frame is None:
        return None
    moved = frame.set_geometry([turn(shape) for shape in frame.geometry], crs=frame.crs)
    return gpd.GeoDataFrame(moved.iloc[::-1])


def groups(
    turn: Turn,
    spots: Sequence[Spot],
    streets: gpd.GeoDataFrame,
    *,
    barriers: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    yards: gpd.GeoDataFrame | None = None,
    walking: Walking = WALKING,
) -> str:
    """Say which spots can walk to each other: one letter a spot, the same for the same part."""
    moved = [_moved(frame, turn) for frame in (streets, barriers, gates, yards)]
    network = build_network(*moved, walking=walking)  # type: ignore[arg-type]  # streets stand first
    tree = shapely.STRtree(network.lines)
    edge = [int(tree.nearest(turn(point(*spot)))) for spot in spots]
    parts = network.component[network.ends[edge, 0]]
    names: dict[int, str] = {}
    return "".join(names.setdefault(int(part), chr(97 + len(names))) for part in parts)


YARD = communities_of(("c1", square(0, 0, 100)))
SEALED = gates_of(("c1", FAR), kind="surveyed")
"""A surveyed gate that no street is near: the whole outline is a wall."""


@TURNS
def test_a_junction_exactly_on_the_wall_lets_nobody_in(turn: Turn):
    street = streets_of(line((-50, 50), (0, 50)), line((0, 50), (60, 50)))
    assert groups(turn, [(-40, 50), (50, 50)], street, gates=SEALED, yards=YARD) == "ab"
    gate = gates_of(("c1", point(0, 53)), kind="surveyed")
    assert groups(turn, [(-40, 50), (50, 50)], street, gates=gate, yards=YARD) == "aa"


@TURNS
def test_a_vertex_that_street_and_outline_share_is_no_gate(turn: Turn):
    yard = communities_of(
        ("c1", Polygon([at(0, 0), at(100, 0), at(100, 100), at(0, 100), at(0, 50)]))
    )
    street = streets_of(line((-50, 50), (0, 50), (60, 50)))
    assert groups(turn, [(-40, 50), (50, 50)], street, gates=SEALED, yards=yard) == "ab"


@TURNS
def test_streets_along_the_wall_lie_outside_with_their_junctions(turn: Turn):
    """A street on the outline, a street that joins it from outside, two lanes inside."""
    street = streets_of(
        line((0, -50), (0, 30), (0, 70), (0, 150)),
        line((-50, 30), (0, 30)),
        line((0, 30), (50, 50)),
        line((0, 70), (50, 50)),
    )
    spots = [(0, -40), (0, 50), (0, 140), (-40, 30), (25, 40), (25, 60)]
    assert groups(turn, spots, street, gates=SEALED, yards=YARD) == "aaaabb"
    # lanes meet at their own inner junction only: at the wall's node they meet each other, inside
    gate = gates_of(("c1", point(0, 70)), kind="surveyed")
    assert groups(turn, spots, street, gates=gate, yards=YARD) == "aaaaaa"


@TURNS
def test_a_way_across_several_walls_is_cut_at_each(turn: Turn):
    yards = communities_of(("c1", square(0, 0, 100)), ("c2", square(120, 0, 100)))
    gates = gates_of(("c1", FAR), ("c2", FAR), kind="surveyed")
    street = streets_of(line((-20, 50), (240, 50)))
    spots = [(-10, 50), (50, 50), (110, 50), (170, 50), (230, 50)]
    assert groups(turn, spots, street, gates=gates, yards=yards) == "abcde"
    one = gates_of(("c1", point(100, 50)), ("c2", FAR), kind="surveyed")
    assert groups(turn, spots, street, gates=one, yards=yards) == "abbcd"


@TURNS
def test_a_way_that_only_touches_the_wall_is_whole(turn: Turn):
    outside = streets_of(line((-50, 0), (0, 50), (-50, 100)))
    assert groups(turn, [(-40, 10), (-40, 90)], outside, gates=SEALED, yards=YARD) == "aa"
    inside = streets_of(line((50, 20), (0, 50), (50, 80)))
    assert groups(turn, [(40, 26), (40, 74)], inside, gates=SEALED, yards=YARD) == "aa"
    # also when the two meet at the very same spot
    both = streets_of(line((-50, 0), (0, 50), (-50, 100)), line((50, 20), (0, 50), (50, 80)))
    spots = [(-40, 10), (-40, 90), (40, 26), (40, 74)]
    assert groups(turn, spots, both, gates=SEALED, yards=YARD) == "aabb"


@TURNS
@pytest.mark.parametrize(("away", "found"), [(4.9, "aa"), (5.1, "ab")])
def test_a_gate_opens_five_metres_of_wall(turn: Turn, away: float, found: str):
    gate = gates_of(("c1", point(0, 50 + away)), kind="surveyed")
    street = streets_of(line((-50, 50), (60, 50)))
    assert groups(turn, [(-40, 50), (50, 50)], street, gates=gate, yards=YARD) == found


@TURNS
def test_a_lane_that_starts_at_a_gate_on_the_wall_is_entered_there(turn: Turn):
    street = streets_of(line((-50, 50), (0, 50), (0, 150)), line((0, 50), (60, 50)))
    gate = gates_of(("c1", point(0, 50)), kind="surveyed")
    assert groups(turn, [(-40, 50), (0, 140), (50, 50)], street, gates=gate, yards=YARD) == "aaa"
    assert groups(turn, [(-40, 50), (0, 140), (50, 50)], street, gates=SEALED, yards=YARD) == "aab"


@TURNS
def test_a_hole_in_the_ground_has_no_wall_of_its_own(turn: Turn):
    """A school left out of the community's ground is reached from inside, not from outside."""
    hole = [at(40, 40), at(60, 40), at(60, 60), at(40, 60)]
    yard = communities_of(
        ("c1", Polygon([at(0, 0), at(100, 0), at(100, 100), at(0, 100)], holes=[hole]))
    )
    street = streets_of(line((-50, 50), (20, 50), (50, 50)), line((20, 50), (20, 80)))
    assert groups(turn, [(-40, 50), (20, 70), (50, 50)], street, gates=SEALED, yards=yard) == "abb"


@TURNS
def test_every_part_of_a_divided_community_is_walled(turn: Turn):
    yard = communities_of(("c1", MultiPolygon([square(0, 0, 100), square(120, 0, 100)])))
    street = streets_of(line((-20, 50), (50, 50), (110, 50), (170, 50)), line((110, 0), (110, 50)))
    spots = [(-10, 50), (50, 50), (110, 20), (160, 50)]
    assert groups(turn, spots, street, gates=SEALED, yards=yard) == "abcd"
    gate = gates_of(("c1", point(100, 50)), kind="surveyed")
    assert groups(turn, spots, street, gates=gate, yards=yard) == "abbc"


@TURNS
@pytest.mark.parametrize("vertex", [True, False])
def test_a_gate_in_a_common_wall_opens_both_communities(turn: Turn, *, vertex: bool):
    yards = communities_of(("c1", square(0, 0, 100)), ("c2", square(100, 0, 100)))
    lane = line((50, 50), (100, 50), (150, 50)) if vertex else line((50, 50), (150, 50))
    street = streets_of(lane)
    shut = gates_of(("c1", FAR), ("c2", FAR), kind="surveyed")
    assert groups(turn, [(60, 50), (140, 50)], street, gates=shut, yards=yards) == "ab"
    gate = gates_of(("c1", point(100, 50)), ("c2", FAR), kind="surveyed")
    assert groups(turn, [(60, 50), (140, 50)], street, gates=gate, yards=yards) == "aa"


@TURNS
def test_lanes_of_two_communities_that_meet_on_their_common_wall_stay_apart(turn: Turn):
    """Four ways meet in one node on the common wall: two lanes, and the street along the wall."""
    yards = communities_of(("c1", square(0, 0, 100)), ("c2", square(100, 0, 100)))
    street = streets_of(
        line((50, 50), (100, 50), (150, 50)), line((100, -50), (100, 50), (100, 90))
    )
    shut = gates_of(("c1", FAR), ("c2", FAR), kind="surveyed")
    spots = [(60, 50), (140, 50), (100, -40), (100, 80)]
    assert groups(turn, spots, street, gates=shut, yards=yards) == "abcc"
    only_first = gates_of(("c1", FAR), kind="surveyed")
    assert groups(turn, spots, street, gates=only_first, yards=yards) == "abbb"


@TURNS
def test_a_gate_across_a_narrow_lane_opens_no_other_community(turn: Turn):
    yards = communities_of(("c1", square(0, 0, 100)), ("c2", square(104, 0, 100)))
    street = streets_of(line((50, 50), (102, 50), (150, 50)), line((102, 0), (102, 50)))
    gates = gates_of(("c1", point(100, 50)), ("c2", FAR), kind="surveyed")
    spots = [(60, 50), (102, 20), (140, 50)]
    assert groups(turn, spots, street, gates=gates, yards=yards) == "aab"


@TURNS
def test_overlapping_communities_each_keep_their_wall(turn: Turn):
    yards = communities_of(("c1", square(0, 0, 100)), ("c2", square(60, 0, 100)))
    gates = gates_of(("c1", FAR), ("c2", FAR), kind="surveyed")
    street = streets_of(line((-20, 50), (30, 50), (80, 50), (130, 50), (180, 50)))
    spots = [(-10, 50), (40, 50), (80, 50), (120, 50), (170, 50)]
    assert groups(turn, spots, street, gates=gates, yards=yards) == "abcde"


@TURNS
def test_entrances_of_facilities_and_inferred_gates_open_and_make_no_wall(turn: Turn):
    street = streets_of(line((-50, 50), (60, 50)))
    door = gates_of(("f1", point(0, 50)), kind="surveyed", owner="facility")
    both = gpd.GeoDataFrame(pd.concat([door.set_axis(["d"]).rename_axis(door.index.name), SEALED]))
    assert groups(turn, [(-40, 50), (50, 50)], street, gates=both, yards=YARD) == "ab"
    guessed = gates_of(("c1", FAR))
    assert groups(turn, [(-40, 50), (50, 50)], street, gates=guessed, yards=YARD) == "aa"


@TURNS
@pytest.mark.parametrize("bent", [(-1.9, -0.5), (0.5, 1.9)])
def test_a_street_beside_the_wall_that_strays_across_it_is_whole(
    turn: Turn, bent: tuple[float, float]
):
    """Drawn lines never agree: its junctions belong to the street, the lane inside does not."""
    low, high = bent
    street = streets_of(
        line((low, -50), (low, 20), (high, 50), (low, 80), (low, 150)),
        line((high, 50), (50, 50)),
        line((-40, 50), (high, 50)),
    )
    spots = [(low, -40), (low, 140), (-30, 50), (40, 50)]
    assert groups(turn, spots, street, gates=SEALED, yards=YARD) == "aaab"
    gate = gates_of(("c1", point(0, 54)), kind="surveyed")
    assert groups(turn, spots, street, gates=gate, yards=YARD) == "aaaa"


@TURNS
def test_a_way_that_forks_just_behind_the_wall_is_still_cut_at_the_wall(turn: Turn):
    street = streets_of(line((-40, 50), (1, 50)), line((1, 50), (50, 90)), line((1, 50), (50, 10)))
    spots = [(-30, 50), (40, 81), (40, 19)]
    assert groups(turn, spots, street, gates=SEALED, yards=YARD) == "abb"


@TURNS
@pytest.mark.parametrize("kind", ["tunnel", "bridge"])
def test_bridges_and_tunnels_pass_walls_rivers_and_railways(turn: Turn, kind: str):
    over = streets_of(line((-50, 50), (0, 50), (60, 50)), **{kind: True})
    ground = streets_of(line((-50, 50), (-50, 0)), line((60, 50), (60, 80)), ids=["g1", "g2"])
    street = gpd.GeoDataFrame(pd.concat([over, ground]))
    spots = [(-50, 10), (60, 70)]
    assert groups(turn, spots, street, gates=SEALED, yards=YARD) == "aa"
    for barrier in ("river", "railway", "wall"):
        line_there = barriers_of((barrier, line((0, -50), (0, 150))))
        assert groups(turn, spots, street, barriers=line_there) == "aa"
        on_ground = street.assign(**{kind: pd.array([False] * 3, dtype="boolean")})
        assert groups(turn, spots, on_ground, barriers=line_there) == "ab"


@TURNS
@pytest.mark.parametrize("kind", ["wall", "fence", "river", "railway", "other"])
def test_a_barrier_through_a_junction_parts_both_sides(turn: Turn, kind: str):
    street = streets_of(
        line((-50, 0), (0, 0)),
        line((0, 0), (50, 30)),
        line((0, 0), (50, -30)),
        line((0, 0), (-50, 30)),
    )
    through = barriers_of((kind, line((0, -60), (0, 60))))
    spots = [(-40, 0), (-40, 24), (40, 24), (40, -24)]
    assert groups(turn, spots, street, barriers=through) == "aabb"


@TURNS
def test_a_shared_vertex_is_an_opening_that_the_mapper_drew(turn: Turn):
    street = streets_of(line((-50, 0), (0, 0)), line((0, 0), (50, 0)))
    shared = barriers_of(("wall", line((0, -60), (0, 0), (0, 60))))
    assert groups(turn, [(-40, 0), (40, 0)], street, barriers=shared) == "aa"
    # of two tracks, one has its crossing drawn: the other one still cuts
    second = barriers_of(
        ("railway", line((0, -60), (0, 0), (0, 60))), ("railway", line((5, -60), (5, 60)))
    )
    assert groups(turn, [(-40, 0), (40, 0)], street, barriers=second) == "ab"


@TURNS
def test_barriers_cut_alike_however_they_are_divided_into_rows(turn: Turn):
    street = streets_of(line((-50, 0), (50, 0)))
    halves = barriers_of(("fence", line((0, -60), (0, 0))), ("fence", line((0, 60), (0, 0))))
    assert groups(turn, [(-40, 0), (40, 0)], street, barriers=halves) == "ab"
    bent = barriers_of(("fence", line((0, -60), (0, 0), (60, 60))))
    assert groups(turn, [(-40, 0), (40, 0)], street, barriers=bent) == "ab"


@TURNS
def test_a_barrier_that_ends_at_a_street_or_touches_it_parts_nothing(turn: Turn):
    street = streets_of(line((-50, 0), (50, 0)))
    ends = barriers_of(("wall", line((0, 60), (0, 0))))
    assert groups(turn, [(-40, 0), (40, 0)], street, barriers=ends) == "aa"
    touches = barriers_of(("wall", line((-20, 60), (0, 0), (20, 60))))
    assert groups(turn, [(-40, 0), (40, 0)], street, barriers=touches) == "aa"


@TURNS
def test_three_walls_from_one_spot_make_three_sectors(turn: Turn):
    street = streets_of(line((-50, 0), (0, 0)), line((0, 0), (50, 30)), line((0, 0), (50, -30)))
    star = barriers_of(
        ("wall", line((-50, 50), (0, 0))),
        ("wall", line((-50, -50), (0, 0))),
        ("wall", line((50, 0), (0.0, 0))),
    )
    shifted = barriers_of(("wall", line((-50, 50), (50, -50))), ("wall", line((0, 0), (60, 60))))
    # the rows' ends are vertices shared with the junction: drawn openings
    assert groups(turn, [(-40, 0), (40, 24), (40, -24)], street, barriers=star) == "aaa"
    assert groups(turn, [(-40, 0), (40, 24), (40, -24)], street, barriers=shifted) == "abb"


@TURNS
def test_an_area_of_water_is_walked_around_and_its_island_is_ground(turn: Turn):
    lake = Polygon(
        [at(0, 0), at(100, 0), at(100, 100), at(0, 100)],
        holes=[[at(40, 40), at(60, 40), at(60, 60), at(40, 60)]],
    )
    street = streets_of(line((-50, 50), (45, 50), (55, 50)))
    spots = [(-40, 50), (20, 50), (50, 50)]
    for walls in ("surveyed", "never"):
        got = groups(
            turn,
            spots,
            street,
            barriers=barriers_of(("other", lake)),
            walking=Walking(walls=walls),  # type: ignore[arg-type]  # one of the two words
        )
        assert got == "abc"


@TURNS
def test_walls_never_opens_walls_and_leaves_rivers_and_railways(turn: Turn):
    street = streets_of(line((-50, 50), (0, 50), (60, 50)))
    free = Walking(walls="never")
    spots = [(-40, 50), (50, 50)]
    assert groups(turn, spots, street, gates=SEALED, yards=YARD, walking=free) == "aa"
    for kind, found in (("wall", "aa"), ("fence", "aa"), ("river", "ab"), ("railway", "ab")):
        across = barriers_of((kind, line((20, -50), (20, 150))))
        assert groups(turn, spots, street, barriers=across, walking=free) == found


@TURNS
def test_a_gate_opens_a_mapped_wall_and_no_river(turn: Turn):
    street = streets_of(line((-50, 50), (60, 50)))
    gate = gates_of(("c1", point(0, 52)))
    surveyed = gate.assign(kind="surveyed")
    for kind, found in (("wall", "aa"), ("fence", "aa"), ("river", "ab"), ("railway", "ab")):
        across = barriers_of((kind, line((0, -50), (0, 150))))
        assert groups(turn, [(-40, 50), (50, 50)], street, barriers=across, gates=surveyed) == found
        assert groups(turn, [(-40, 50), (50, 50)], street, barriers=across, gates=gate) == "ab"


def test_pieces_keep_their_length_and_every_column_they_carry():
    pieces = pd.DataFrame(
        {
            "edge_id": ["e1", "e2"],
            "street_id": ["s1", "s2"],
            "open": [False, False],
            "steps": [True, False],
            "rise_m": [4.5, pd.NA],
            "geometry": [line((-50, 50), (10, 60), (150, 50)), line((-50, 500), (150, 500))],
        },
        index=[7, 9],
    )
    cut = cut_at_barriers(pieces, None, SEALED, YARD, walls="surveyed")
    assert cut["edge_id"].tolist() == ["e2", "e1.0", "e1.1", "e1.2"]
    assert cut["steps"].tolist() == [False, True, True, True]
    assert cut["rise_m"].tolist()[1:] == [4.5, 4.5, 4.5]
    parts = cut["geometry"].tolist()[1:]
    assert sum(part.length for part in parts) == pytest.approx(pieces["geometry"].iloc[0].length)
    for one, other in pairwise(parts):
        assert one.coords[-1] == other.coords[0]
    sides = cut[["side_u", "side_v"]].to_numpy()[1:]
    assert sides[0, 0] == sides[2, 1] == 0
    inner = [*sides[0, 1:], *sides[1], *sides[2, :1]]
    assert len(set(inner)) == 4
    assert 0 not in inner


# a lattice of streets, 20 m apart, with walls on its lines or between them

STEP, N = 20.0, 8


def _lattice(seed: int) -> tuple[list[tuple[Spot, Spot]], dict[str, tuple[float, ...]], list[Spot]]:
    rng = np.random.default_rng(seed)
    segments = []
    for i in range(N):
        for j in range(N):
            for k, m in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
                if k < N and m < N and rng.random() < 0.7:
                    segments.append(((float(i), float(j)), (float(k), float(m))))
    yards = {}
    for number in range(3):
        x, y = rng.integers(0, 2 * (N - 3), 2) / 2
        w, h = rng.integers(3, 7, 2) / 2
        yards[f"c{number}"] = (float(x), float(y), float(x + w), float(y + h))
    gates = []
    for x0, y0, x1, y1 in yards.values():
        # on the west or south side, at a crossing of the lattice or half way
        on_west = rng.random() < 0.5
        gates.append(
            (x0, float(rng.integers(2 * y0, 2 * y1 + 1)) / 2)
            if on_west
            else (float(rng.integers(2 * x0, 2 * x1 + 1)) / 2, y0)
        )
    return segments, yards, gates


def _by_hand(
    segments: list[tuple[Spot, Spot]], yards: dict[str, tuple[float, ...]], gates: list[Spot]
) -> nx.Graph:
    """Split streets at every quarter; a walk enters a yard only at a gate on its outline."""
    graph = nx.Graph()
    boxes = list(yards.values())

    def on_outline(spot: Spot, box: tuple[float, ...]) -> bool:
        x0, y0, x1, y1 = box
        in_box = x0 <= spot[0] <= x1 and y0 <= spot[1] <= y1
        return in_box and (spot[0] in (x0, x1) or spot[1] in (y0, y1))

    for (ax, ay), (bx, by) in segments:
        spots = [(ax + (bx - ax) * k / 4, ay + (by - ay) * k / 4) for k in range(5)]
        for one, other in pairwise(spots):
            middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
            inside = [
                n
                for n, (x0, y0, x1, y1) in enumerate(boxes)
                if x0 < middle[0] < x1 and y0 < middle[1] < y1
            ]
            ends = []
            for spot in (one, other):
                # a diagonal meets another diagonal or nothing between the lattice's lines
                shut = frozenset(
                    n
                    for n in inside
                    if on_outline(spot, boxes[n])
                    and not any(g == spot and on_outline(g, boxes[n]) for g in gates)
                )
                ends.append((spot, shut))
            length = STEP / 4 * float(np.hypot(bx - ax, by - ay))
            graph.add_edge(*ends, length=length)
    return graph


@pytest.mark.parametrize("seed", range(60))
def test_walls_on_a_lattice_part_whom_a_plain_count_parts(seed: int):
    """Junctions on walls, streets along walls, corners, overlaps, common walls, gates in nodes."""
    segments, yards, gates = _lattice(seed)
    streets = streets_of(
        *[line(*[(x * STEP, y * STEP) for x, y in segment]) for segment in segments]
    )
    table = communities_of(
        *[
            (name, shapely.box(*at(x0 * STEP, y0 * STEP), *at(x1 * STEP, y1 * STEP)))
            for name, (x0, y0, x1, y1) in yards.items()
        ]
    )
    points = [point(x * STEP, y * STEP) for x, y in gates]
    doors = gates_of(*zip(yards, points, strict=True), kind="surveyed")
    network = build_network(streets, None, doors, table, walking=WALKING)
    truth = _by_hand(segments, yards, gates)
    want = {frozenset(_middles_of_truth(truth, part)) for part in nx.connected_components(truth)}
    assert _middles(network) == want


def _middles_of_truth(graph: nx.Graph, part: set[object]) -> list[Spot]:
    return [
        (
            round((one[0][0] + other[0][0]) / 2 * STEP, 2),
            round((one[0][1] + other[0][1]) / 2 * STEP, 2),
        )
        for one, other in graph.subgraph(part).edges
    ]


def _middles(network: WalkNetwork) -> set[frozenset[Spot]]:
    """Give, of each connected part, the middles of the quarters of its lattice streets."""
    parts: dict[int, set[Spot]] = {}
    for edge, shape in enumerate(network.lines):
        part = parts.setdefault(int(network.component[network.ends[edge, 0]]), set())
        xy = shapely.get_coordinates(shape) - (X0, Y0)
        steps = round(max(abs(xy[-1] - xy[0])) / (STEP / 4))
        for k in range(steps):
            spot = xy[0] + (xy[-1] - xy[0]) * (k + 0.5) / steps
            part.add((round(float(spot[0]), 2), round(float(spot[1]), 2)))
    return {frozenset(part) for part in parts.values()}


def test_five_thousand_walled_communities_are_cut_in_seconds():
    """A count of work, not of time: 5 000 yards on one pass, every lane parted from its street."""
    n = 71
    yards, lanes, streets = [], [], []
    for i in range(n):
        streets.append(LineString([at(i * 120 - 10, 0), at(i * 120 - 10, n * 120)]))
        for j in range(n):
            yards.append((f"c{i}-{j}", square(i * 120, j * 120 + 5, 100)))
            lanes.append(
                LineString([at(i * 120 - 10, j * 120 + 50), at(i * 120 + 60, j * 120 + 50)])
            )
    gates = gates_of(*[(name, FAR) for name, _ in yards], kind="surveyed")
    noded = [
        LineString(
            [(s.coords[0]), *[at(i * 120 - 10, j * 120 + 50) for j in range(n)], s.coords[-1]]
        )
        for i, s in enumerate(streets)
    ]
    network = build_network(
        streets_of(*noded, *lanes), None, gates, communities_of(*yards), walking=WALKING
    )
    assert len(np.unique(network.component)) == n * n + n
