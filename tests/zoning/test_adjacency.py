from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, box

from layers.checks import Finding
from layers.contracts import check, conform
from layers.errors import ContractError, InputError
from layers.tables import BARRIERS, COMMUNITIES, STREETS, WALKS
from tests.long import examples
from zoning.adjacency import Nearness, find_adjacency
from zoning.tables import ADJACENCY

CRS = "EPSG:4547"
ORIGIN = (500_000.0, 3_840_000.0)


def placed(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + np.array(ORIGIN))


def communities(shapes: Mapping[str, Polygon], offices: str = "") -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "community_id": list(shapes),
            "subdistrict": list(offices) if offices else None,
            "households": 100.0,
        },
        geometry=[placed(shape) for shape in shapes.values()],
        crs=CRS,
    )
    return conform(COMMUNITIES, frame)


def streets(*lines: tuple[str, LineString], tunnel: bool = False) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "street_id": [f"w{n}" for n in range(len(lines))],
            "class": [name for name, _ in lines],
            "walkable": True,
            "steps": False,
            "bridge": False,
            "tunnel": tunnel,
        },
        geometry=[placed(line) for _, line in lines],
        crs=CRS,
    )
    return conform(STREETS, frame, crs=CRS)


def barriers(*shapes: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "barrier_id": [f"b{n}" for n in range(len(shapes))],
            "kind": [kind for kind, _ in shapes],
        },
        geometry=[placed(shape) for _, shape in shapes],
        crs=CRS,
    )
    return conform(BARRIERS, frame, crs=CRS)


def walks(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return conform(WALKS, pd.DataFrame(list(rows), columns=["focal", "neighbor", "walk_m"]))


def find(
    table: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None = None,
    walls: gpd.GeoDataFrame | None = None,
    walked: pd.DataFrame | None = None,
    links: pd.DataFrame | None = None,
    nearness: Nearness | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    found, findings = find_adjacency(
        table,
        walks() if walked is None else walked,
        streets=streets() if roads is None else roads,
        barriers=barriers() if walls is None else walls,
        links=links,
        nearness=nearness or Nearness(),
    )
    check(ADJACENCY, found)
    return found, findings


def beside(gap: float) -> dict[str, Polygon]:
    """Two squares of 100 m side by side, `gap` metres apart."""
    return {"a": box(0, 0, 100, 100), "b": box(100 + gap, 0, 200 + gap, 100)}


def between(name: str, gap: float) -> tuple[str, LineString]:
    """Lay a street in the middle of the gap, from end to end."""
    return name, LineString([(100 + gap / 2, -50), (100 + gap / 2, 150)])


PAIR = ("a", "b")


def test_a_shared_wall_is_a_link_even_when_the_gates_are_far_apart() -> None:
    found, findings = find(
        communities(beside(0.0)),
        walls=barriers(("wall", LineString([(100, 0), (100, 100)]))),
        walked=walks(("a", "b", 900.0)),
    )
    row = found.loc[PAIR]
    assert (row["kind"], row["crosses"], row["linked"]) == ("wall", "none", True)
    assert row["gap_m"] == 0
    assert row["shared_m"] == pytest.approx(100, abs=4)
    assert row["walk_m"] == 900
    assert pd.isna(row["reason"])
    assert findings == []


@pytest.mark.parametrize(
    ("name", "kind", "crosses"),
    [
        ("footway", "lane", "lane"),
        ("service", "lane", "lane"),
        ("residential", "road", "road"),
        ("secondary", "road", "road"),
        ("支路", "road", "road"),
    ],
)
def test_the_street_between_names_the_border(name: str, kind: str, crosses: str) -> None:
    found, _ = find(communities(beside(12)), roads=streets(between(name, 12)))
    row = found.loc[PAIR]
    assert (row["kind"], row["crosses"], row["linked"]) == (kind, crosses, True)
    assert row["gap_m"] == pytest.approx(12)


def test_open_ground_between_is_a_lane_that_crosses_nothing() -> None:
    row = find(communities(beside(30)))[0].loc[PAIR]
    assert (row["kind"], row["crosses"], row["linked"]) == ("lane", "none", True)


def test_a_gap_of_exactly_the_limit_counts_and_a_wider_one_does_not() -> None:
    assert find(communities(beside(50)))[0].index.tolist() == [PAIR]
    assert find(communities(beside(50.1)))[0].empty
    assert find(communities(beside(60)), nearness=Nearness(max_gap_m=60))[0].index.tolist() == [
        PAIR
    ]


def test_an_arterial_is_no_link_unless_the_walk_is_short_or_the_job_says_so() -> None:
    table, roads = communities(beside(40)), streets(between("primary", 40))
    row = find(table, roads=roads, walked=walks(("a", "b", 420.0)))[0].loc[PAIR]
    assert (row["kind"], row["crosses"], row["linked"]) == ("road", "arterial", False)
    assert "420" in row["reason"]
    assert "主干道" in row["reason"]
    assert "arterial" in row["reason"]
    near = find(table, roads=roads, walked=walks(("a", "b", 300.0)))[0].loc[PAIR]
    assert near["linked"]
    allowed = find(table, roads=roads, nearness=Nearness(arterial="free"))[0].loc[PAIR]
    assert allowed["linked"]


def test_a_tunnel_under_the_gap_separates_nobody() -> None:
    roads = streets(between("primary", 40), tunnel=True)
    row = find(communities(beside(40)), roads=roads)[0].loc[PAIR]
    assert (row["crosses"], row["linked"]) == ("none", True)


@pytest.mark.parametrize("kind", ["river", "railway", "other"])
def test_a_barrier_without_a_crossing_cuts_the_link_and_says_what_lies_between(kind: str) -> None:
    shape = box(110, -500, 130, 500) if kind == "river" else LineString([(120, -500), (120, 500)])
    found, findings = find(communities(beside(40)), walls=barriers((kind, shape)))
    row = found.loc[PAIR]
    assert (row["kind"], row["crosses"], row["linked"]) == ("bridge", "bridge", False)
    assert {"river": "隔河", "railway": "隔铁路", "other": "有阻隔"}[kind] in row["reason"]
    assert [f.code for f in findings] == ["community-without-neighbour"] * 2
    assert "b" in findings[0].en
    assert "40 m" in findings[0].zh


def test_a_bridge_links_when_the_walk_is_short_even_over_a_wide_river() -> None:
    river = barriers(("river", box(110, -500, 190, 500)))
    table = communities(beside(100))
    assert find(table, walls=river, walked=walks(("a", "b", 301.0)))[0].empty
    row = find(table, walls=river, walked=walks(("b", "a", 280.0)))[0].loc[PAIR]
    assert (row["kind"], row["crosses"], row["linked"]) == ("bridge", "bridge", True)
    assert row["walk_m"] == 280


def test_a_bridge_links_only_those_beside_the_water() -> None:
    river = barriers(("river", box(160, -500, 180, 500)))
    walked = walks(("a", "b", 200.0))
    assert find(communities(beside(100)), walls=river, walked=walked)[0].empty


def test_a_river_that_ends_halfway_down_the_border_does_not_cut_it() -> None:
    stub = barriers(("river", box(110, -500, 130, 25)))
    row = find(communities(beside(40)), walls=stub)[0].loc[PAIR]
    assert row["linked"]


def test_a_bridge_joins_the_two_at_its_ends_and_not_all_within_a_walk_of_it() -> None:
    """Three on either bank of a railway; all walk less than 300 m over one level crossing."""
    shapes = {
        name + str(n): box(x, 110 * n, x + 100, 110 * n + 100)
        for name, x in (("a", 0), ("b", 140))
        for n in range(3)
    }
    everyone = walks(*((f"a{i}", f"b{j}", 150.0 + i + j) for i in range(3) for j in range(3)))
    rail = barriers(("railway", LineString([(120, -500), (120, 800)])))
    found, _ = find(communities(shapes), walls=rail, walked=everyone)
    bridges = found[found["kind"].eq("bridge") & found["linked"]]
    assert bridges.index.tolist() == [("a0", "b0"), ("a1", "b1"), ("a2", "b2")]


def test_of_a_wide_gap_only_the_ground_beside_the_water_counts() -> None:
    walked = walks(("a", "b", 200.0))
    table = communities(beside(150))
    wide = barriers(("river", box(120, -500, 220, 500)))
    narrow = barriers(("river", box(120, -500, 215, 500)))
    assert find(table, walls=wide, walked=walked)[0]["linked"].tolist() == [True]
    assert find(table, walls=narrow, walked=walked)[0].empty
    tracks = barriers(
        ("railway", LineString([(110, -500), (110, 500)])),
        ("railway", LineString([(240, -500), (240, 500)])),
    )
    assert find(table, walls=tracks, walked=walked)[0]["linked"].tolist() == [True]


def test_two_carriageways_are_one_arterial() -> None:
    roads = streets(
        ("primary", LineString([(110, -50), (110, 150)])),
        ("primary", LineString([(160, -50), (160, 150)])),
    )
    table = communities(beside(70))
    row = find(table, roads=roads, walked=walks(("a", "b", 180.0)))[0].loc[PAIR]
    assert (row["crosses"], row["linked"]) == ("arterial", True)
    assert find(table, roads=roads, walked=walks(("a", "b", 301.0)))[0].empty


def test_a_job_may_link_nobody_over_an_arterial() -> None:
    roads = streets(between("primary", 40))
    row = find(
        communities(beside(40)),
        roads=roads,
        walked=walks(("a", "b", 100.0)),
        nearness=Nearness(arterial="never"),
    )[0].loc[PAIR]
    assert not row["linked"]
    assert "按设定" in row["reason"]


def test_corners_across_a_crossroads_do_not_face_each_other() -> None:
    shapes = {"a": box(0, 0, 100, 100), "b": box(112, 112, 212, 212)}
    row = find(communities(shapes))[0].loc[PAIR]
    assert (row["shared_m"], row["linked"]) == (0, False)


@pytest.mark.parametrize(("degrees", "at_least"), [(5, 85), (20, 20), (40, 6)])
def test_two_along_a_lane_that_widens_face_each_other_where_it_is_narrow(
    degrees: float, at_least: float
) -> None:
    """The lane is 10 m wide at its mouth; counted is where it is at most twice that."""
    turned = shapely.affinity.rotate(box(110, 0, 210, 100), -degrees, origin=(110, 0))
    row = find(communities({"a": box(0, 0, 100, 100), "b": turned}))[0].loc[PAIR]
    assert row["linked"]
    assert at_least <= row["shared_m"] <= 101


def test_a_wedge_that_starts_in_a_point_is_no_shared_wall() -> None:
    turned = shapely.affinity.rotate(box(100, 0, 200, 100), -45, origin=(100, 0))
    row = find(communities({"a": box(0, 0, 100, 100), "b": turned}))[0].loc[PAIR]
    assert (row["gap_m"], row["linked"]) == (0, False)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(20, 95), st.integers(20, 95)),
        min_size=2,
        max_size=7,
        unique_by=lambda cell: cell[:2],
    ),
    st.integers(0, 600),
)
@example(cells=[(0, 2, 20, 50), (0, 3, 20, 20)], rail=0)  # a back that is within sight
def test_a_link_over_rails_is_short_and_between_two_that_face_each_other(
    cells: list[tuple[int, int, int, int]], rail: int
) -> None:
    """Boxes on a grid of 100 m, everyone 250 m from everyone on foot, a railway across."""
    shapes = {
        f"c{n}": box(100 * x, 100 * y, 100 * x + wide, 100 * y + deep)
        for n, (x, y, wide, deep) in enumerate(cells)
        if not 100 * x < rail < 100 * x + wide
    }
    everyone = walks(*((a, b, 250.0) for a, b in combinations(sorted(shapes), 2)))
    track = LineString([(rail, -100), (rail, 900)])
    found, _ = find(communities(shapes), walls=barriers(("railway", track)), walked=everyone)
    for pair in combinations(sorted(shapes), 2):
        one, other = (shapes[name] for name in pair)
        parted = (one.bounds[2] <= rail) != (other.bounds[2] <= rail)
        if pair not in found.index or not found.loc[pair, "linked"]:
            continue
        row = found.loc[pair]
        assert (row["kind"] == "bridge") == parted
        assert row["gap_m"] <= 50 + 1e-6
        # Along one axis at least, their extents overlap for the metres stated.
        a, b = one.bounds, other.bounds
        overlap = max(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1]))
        assert overlap >= 5
        assert row["shared_m"] <= overlap + 2 * 3


def test_other_managers_and_owners_are_no_barrier() -> None:
    table = communities(beside(0.0))
    plain, _ = find(table)
    table["property_mgmt"] = ["甲物业", "乙物业"]
    table["ownership"] = ["国有", "部队"]
    managed, _ = find(conform(COMMUNITIES, table))
    pd.testing.assert_frame_equal(plain, managed)
    assert managed.loc[PAIR, "linked"]


def test_communities_that_meet_in_a_point_are_not_linked() -> None:
    found, _ = find(communities({"a": box(0, 0, 100, 100), "b": box(100, 100, 200, 200)}))
    row = found.loc[PAIR]
    assert not row["linked"]
    assert row["shared_m"] < 5
    assert "共界过短" in row["reason"]


def test_overlaps_and_slivers_are_shared_walls() -> None:
    overlap = {"a": box(0, 0, 101, 100), "b": box(100, 0, 200, 100)}
    sliver = {"a": box(0, 0, 99.2, 100), "b": box(100, 0, 200, 100)}
    for shapes in (overlap, sliver):
        row = find(communities(shapes))[0].loc[PAIR]
        assert (row["kind"], row["linked"]) == ("wall", True)


def test_a_community_in_between_hides_the_one_behind_it() -> None:
    shapes = {"a": box(0, 0, 100, 100), "m": box(105, 0, 115, 100), "z": box(120, 0, 220, 100)}
    found, _ = find(communities(shapes))
    assert found.index.tolist() == [("a", "m"), ("m", "z")]


def test_each_pair_stands_once_whatever_the_order_of_rows() -> None:
    shapes = {"c": box(0, 0, 50, 50), "a": box(50, 0, 100, 50), "b": box(100, 0, 150, 50)}
    first, _ = find(communities(shapes))
    second, _ = find(communities(dict(reversed(shapes.items()))))
    assert first.index.tolist() == [("a", "b"), ("a", "c")]
    pd.testing.assert_frame_equal(first, second)


def test_street_offices_are_compared_where_both_are_known() -> None:
    shapes = {name: box(50 * n, 0, 50 * n + 50, 50) for n, name in enumerate("abcd")}
    table = communities(shapes, offices="xxy-").assign(
        subdistrict=lambda t: t["subdistrict"].where(t["subdistrict"] != "-")
    )
    found, _ = find(conform(COMMUNITIES, table))
    assert found["same_subdistrict"].tolist()[:2] == [True, False]
    assert pd.isna(found["same_subdistrict"].iloc[2])


def test_a_lonely_community_is_listed_with_the_nearest_other_one() -> None:
    shapes = beside(1.0) | {"z": box(1000, 0, 1100, 100)}
    found, findings = find(communities(shapes))
    assert found.index.tolist() == [PAIR]
    assert [(f.row_key, f.code) for f in findings] == [("z", "community-without-neighbour")]
    assert "nearest is b, 799 m" in findings[0].en
    assert "more than 50 m; no walk between them" in findings[0].en
    assert "最近的是 b" in findings[0].zh


def test_a_lonely_community_is_told_what_separates_it() -> None:
    shapes = beside(80.0) | {"m": box(130, 40, 150, 60)}
    table = communities(shapes)
    roads = streets(between("primary", 80), ("residential", LineString([(105, -9), (105, 190)])))
    roads["name"] = ["迎宾路", None]
    river = barriers(("river", box(165, -500, 175, 500)))
    _, findings = find(table.drop("m"), roads=roads, walls=river, walked=walks(("a", "b", 420.0)))
    assert findings[0].en == (
        "a has no linked neighbour; the nearest is b, 80 m away (more than 50 m; between them "
        "a river, an arterial (迎宾路), a road; walk 420 m)."
    )
    assert "其间有河流、主干道迎宾路、道路，步行 420 m" in findings[0].zh


def edits(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["focal", "neighbor", "action", "reason"])


def test_a_planner_cuts_and_adds_links_with_a_reason() -> None:
    shapes = beside(10) | {"z": box(400, 0, 500, 100)}
    links = edits(("b", "a", "cut", "高差 6 米"), ("b", "z", "add", "同一物业"))
    found, findings = find(communities(shapes), links=links, walked=walks(("b", "z", 350.0)))
    cut, added = found.loc[PAIR], found.loc[("b", "z")]
    assert (cut["kind"], cut["linked"], cut["reason"]) == ("cut", False, "高差 6 米")
    assert cut["gap_m"] == pytest.approx(10)
    assert (added["kind"], added["linked"], added["reason"]) == ("added", True, "同一物业")
    assert (added["gap_m"], added["walk_m"]) == (pytest.approx(190), 350)
    assert [f.row_key for f in findings] == ["a"]


def test_a_link_that_names_no_community_is_a_finding() -> None:
    found, findings = find(communities(beside(10)), links=edits(("a", "x9", "add", "why")))
    assert found.index.tolist() == [PAIR]
    assert [(f.code, f.severity) for f in findings] == [("link-unknown-community", "decide")]
    assert "'x9'" in findings[0].en
    assert "'x9'" in findings[0].zh


def test_a_link_whose_id_lost_its_zeros_is_asked_about_and_not_guessed() -> None:
    shapes = dict(zip(("007", "7x"), beside(10).values(), strict=True))
    found, findings = find(communities(shapes), links=edits(("7", "7x", "cut", "why")))
    (asked,) = [f for f in findings if f.code == "link-unknown-community"]
    assert found["kind"].tolist() != ["cut"]
    assert "row 1 names '7'" in asked.en
    assert "Was '007' meant?" in asked.en
    assert "是否应为 '007'" in asked.zh


@pytest.mark.parametrize(
    ("links", "word"),
    [
        (edits(("a", "b", "join", "why")), "'join'"),
        (edits(("a", "b", "add", None)), "a, b"),
        (edits(("a", "a", "add", "why")), "'a'"),
        (edits((None, None, "add", "why")), "row 1: focal and neighbor empty"),
        (edits(("a", None, "add", "why")), "row 1: neighbor empty"),
        (edits(("a", "b", "add", "why"), ("b", "a", "cut", "why")), "row 2"),
        (pd.DataFrame({"focal": ["a"], "neighbor": ["b"], "action": ["add"]}), "'reason'"),
    ],
)
def test_links_that_cannot_be_read_are_refused_by_row(links: pd.DataFrame, word: str) -> None:
    with pytest.raises(InputError) as caught:
        find(communities(beside(10)), links=links)
    assert word in caught.value.en
    assert "links" in caught.value.zh


def test_rows_of_links_are_numbered_as_in_their_file_and_not_all_are_told() -> None:
    links = edits(*[("a", "b", "add", None)] * 50)
    links.index = pd.RangeIndex(2, 52, name="row")
    with pytest.raises(InputError, match="links: row 2: ") as caught:
        find(communities(beside(10)), links=links)
    assert "and 40 more" in caught.value.en
    assert "另有 40 行" in caught.value.zh


def test_two_reference_systems_are_refused() -> None:
    other = streets(between("service", 10)).to_crs("EPSG:4546")
    with pytest.raises(ContractError, match="4546"):
        find(communities(beside(10)), roads=other)


def test_one_community_or_none_gives_an_empty_table() -> None:
    assert find(communities({"a": box(0, 0, 10, 10)}))[0].empty
    assert find(communities({}))[0].empty


def test_a_shift_and_a_turn_of_the_town_change_nothing() -> None:
    shapes = beside(12) | {"c": box(0, 112, 100, 200)}
    plain, _ = find(communities(shapes), roads=streets(between("service", 12)))
    turn = math.radians(31)

    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        return shapely.transform(shape, lambda xy: xy @ rotation.T + 777.0)

    name, line = between("service", 12)
    turned, _ = find(
        communities({key: moved(shape) for key, shape in shapes.items()}),
        roads=streets((name, moved(line))),
    )
    words = ["kind", "crosses", "linked"]
    pd.testing.assert_frame_equal(plain[words], turned[words])
    assert np.allclose(plain["gap_m"], turned["gap_m"], atol=1e-6)


def test_thousands_of_communities_are_each_linked_with_their_neighbours() -> None:
    side = examples(71, 36)
    cells = {
        f"c{i:02d}{j:02d}": box(120 * i, 120 * j, 120 * i + 105, 120 * j + 105)
        for i in range(side)
        for j in range(side)
    }
    ways = [
        ("residential", LineString([(120 * i - 7.5, 0), (120 * i - 7.5, 120 * side)]))
        for i in range(side)
    ]
    found, _ = find(communities(cells), roads=streets(*ways))
    assert int(found["linked"].sum()) == 2 * side * (side - 1)
