"""Partners: who is offered, in which order, and why, by hand and on random adjacencies."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import check, conform
from layers.tables import CATEGORIES, COMMUNITIES, WALKS
from tests.long import examples
from zoning.partner_terms import OUR_WEIGHTS, TERMS, measure_gains, read_situation, weigh
from zoning.partners import rank_partner_sets, rank_partners
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY, GAPS, PARTNER_SETS, PARTNERS

Link = tuple[str, str, str, float]


def homes(
    ids: str, *, households: dict[str, float] | None = None, offices: dict[str, str] | None = None
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "community_id": list(ids),
            "households": [(households or {}).get(one, np.nan) for one in ids],
            "subdistrict": [(offices or {}).get(one) for one in ids],
            "geometry": [shapely.box(n, 0, n + 1, 1) for n in range(len(ids))],
        }
    )
    return conform(COMMUNITIES, gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4547"))


def links(*rows: Link, linked: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {
                "focal": min(a, b),
                "neighbor": max(a, b),
                "kind": kind,
                "crosses": "none",
                "shared_m": shared,
                "walk_m": 123.0,
                "linked": linked,
            }
            for a, b, kind, shared in rows
        ]
    )
    return conform(ADJACENCY, frame)


def walks(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return conform(WALKS, pd.DataFrame(list(rows), columns=["focal", "neighbor", "walk_m"]))


def answers(ids: str, missing: dict[str, tuple[str, ...]], default: str = "met") -> pd.DataFrame:
    rows = [
        {
            "community_id": one,
            "category": category,
            "walker": "adult",
            "status": "gap" if category in missing.get(one, ()) else default,
            "limit_m": 1000.0,
            "limit_minutes": 15.0,
            "rule": "distance",
            "bureau": "待明确",
            "clause": "S07",
        }
        for one in ids
        for category in CATEGORIES
    ]
    return conform(GAPS, pd.DataFrame(rows))


def verdicts(ids: str, out: str = "") -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "community_id": list(ids),
            "status": ["excluded" if one in out else "core" for one in ids],
            "clause": "E01",
        }
    )
    return conform(ELIGIBILITY, frame)


def order(partners: pd.DataFrame, community: str) -> list[str]:
    return list(partners.loc[community].sort_values("rank").index)


SIX = "abcdef"
STAR = links(("a", "b", "wall", 120.0), ("a", "c", "lane", 50.0), ("a", "d", "road", 80.0))


def test_shared_wall_counts_more_than_lane_and_road() -> None:
    got = rank_partners(STAR, answers("abcd", {}), homes("abcd"), verdicts("abcd"))
    check(PARTNERS, got)
    assert order(got, "a") == ["b", "c", "d"]
    assert got.loc[("a", "b"), "shared_kind"] == "wall"


def test_score_is_worked_by_hand() -> None:
    """Border 0.8 x 0.75 = 0.6, common 2/3, office 1, likeness 8/9, weights 3 3 1 1 of 8."""
    missing = {"a": ("clinic", "shop"), "c": ("clinic", "shop", "toilet")}
    got = rank_partners(
        STAR,
        answers("abcd", missing),
        homes("abcd", offices=dict.fromkeys("abcd", "城关街道")),
        verdicts("abcd"),
    ).loc[("a", "c")]
    assert got["score"] == pytest.approx((0.3 * 0.6 + 0.3 * 2 / 3 + 0.1 + 0.1 * 8 / 9) / 0.8)
    assert got["common_missing"] == "clinic;shop"
    assert got["likeness"] == pytest.approx(8 / 9)
    assert bool(got["same_subdistrict"])


def test_households_toward_the_floor_are_gained_by_both() -> None:
    """Of 1 000: 200 and 600 make 0.8; the sides gain 0.6 and 0.2, 0.4 in the mean."""
    people = homes("abcd", households={"a": 200.0, "b": 600.0})
    with_floor = rank_partners(
        STAR, answers("abcd", {}), people, verdicts("abcd"), households_floor=1000.0
    )
    border, likeness = 0.3 * 1.0, 0.1 * 1.0
    row = with_floor.loc[("a", "b")]
    assert row["score"] == pytest.approx(border + likeness + 0.2 * 0.4)
    assert row["households_after"] == 800.0
    assert "合计 800 户，为下限 1,000 户的 80%" in row["reason"]
    assert "800 households together, 80% of the floor 1,000" in row["reason"]
    assert pd.isna(with_floor.loc[("a", "c"), "households_after"])
    assert "合计户数不明" in with_floor.loc[("a", "c"), "reason"]


def test_reason_has_a_number_for_each_reason_in_both_languages() -> None:
    missing = {"a": ("clinic",), "b": ("clinic",)}
    zones = conform(
        ASSIGNMENT,
        pd.DataFrame(
            {
                "community_id": list("abcd"),
                "zone_id": ["Z01", "Z01", "Z02", None],
                "role": ["core", "core", "core", None],
                "locked": False,
                "reason": [None, None, None, "planner"],
            }
        ),
    )
    got = rank_partners(
        STAR,
        answers("abcd", missing),
        homes("abcd", offices={"a": "城关", "b": "城关", "c": "首阳山"}),
        verdicts("abcd"),
        assignment=zones,
    )
    zh, en = got.loc[("a", "b"), "reason"].split(" / ")
    assert zh == (
        "共墙 120 米；同缺且一处可补 1 项：医疗服务中心；合计户数不明；"
        "同一街道；需求相似度 100%；方案同在 Z01"
    )
    assert en == (
        "shared wall 120 m; 1 missing that one facility would close for both: clinic; "
        "households together unknown; same street office; needs 100% alike; "
        "the plan joins them in Z01"
    )
    assert "不同街道" in got.loc[("a", "c"), "reason"]
    assert "the plan parts them: Z01, Z02" in got.loc[("a", "c"), "reason"]
    assert got.loc[("a", "c"), ["zone_id", "partner_zone_id"]].tolist() == ["Z01", "Z02"]
    assert pd.isna(got.loc[("a", "d"), "partner_zone_id"])
    assert "街道" not in got.loc[("a", "d"), "reason"]


@pytest.mark.parametrize(
    ("walk", "missing"), [(2000.0, "clinic"), (2000.1, None), (None, None), (1.0, "clinic")]
)
def test_one_new_facility_closes_a_have_for_both_only_within_both_walks(
    walk: float | None, missing: str | None
) -> None:
    """Half-way between them it is 1 000 m from either, which is the limit."""
    wall = links(("a", "b", "wall", 50.0)).assign(walk_m=walk)
    both = answers("ab", dict.fromkeys("ab", ("clinic",)))
    got = rank_partners(conform(ADJACENCY, wall), both, homes("ab"), verdicts("ab"))
    for pair in (("a", "b"), ("b", "a")):
        row = got.loc[pair]
        assert (row["common_missing"] if missing else None) == missing
        assert row["common"] == (0 if missing is None else 1)
        assert row["common_points"] == pytest.approx(0.3 / 0.8 / 3 if missing else 0)


def test_the_points_of_the_reasons_add_up_to_the_score() -> None:
    got = rank_partners(
        STAR,
        answers("abcd", {"a": ("clinic",), "b": ("clinic",)}),
        homes("abcd", households=dict.fromkeys("abcd", 100.0), offices=dict.fromkeys("abc", "x")),
        verdicts("abcd"),
        households_floor=400.0,
    )
    points = got[[f"{name}_points" for name in TERMS]]
    assert np.allclose(points.sum(axis=1), got["score"])
    assert got.loc[("a", "b"), points.columns].tolist() == pytest.approx(
        [0.3, 0.1, 0.2 * 0.25, 0.1, 0.1]
    )
    assert got.loc[("a", "b"), ["shared_m", "walk_m"]].tolist() == [120, 123]


def test_a_bridge_is_told_by_its_walk() -> None:
    river = links(("a", "b", "bridge", 40.0))
    got = rank_partners(river, answers("ab", {}), homes("ab"), verdicts("ab"))
    assert got.loc[("a", "b"), "reason"].startswith("经桥相连，步行 123 米")


def test_with_fewer_than_three_neighbours_those_two_steps_out_follow() -> None:
    chain = links(("a", "b", "wall", 9.0), ("b", "c", "wall", 9.0), ("c", "d", "wall", 9.0))
    got = rank_partners(chain, answers("abcd", {}), homes("abcd"), verdicts("abcd"))
    assert order(got, "a") == ["b", "c", "d"]
    assert got.loc[("a", "d"), "shared_kind"] == "through"
    assert "间接相连（经 b、c）" in got.loc[("a", "d"), "reason"]
    assert "through b, c" in got.loc[("a", "d"), "reason"]


def test_neighbours_come_before_those_further_out_whatever_the_score() -> None:
    chain = links(("a", "b", "bridge", 0.0), ("b", "c", "wall", 9.0))
    wants = {"a": ("clinic", "shop", "toilet"), "c": ("clinic", "shop", "toilet")}
    got = rank_partners(
        chain, answers("abc", wants), homes("abc"), verdicts("abc"), walks=walks(("a", "c", 700.0))
    )
    assert order(got, "a") == ["b", "c"]
    assert got.loc[("a", "c"), "score"] > got.loc[("a", "b"), "score"]


def test_an_excluded_community_is_nobodys_partner_but_may_lie_between() -> None:
    chain = links(("a", "b", "wall", 9.0), ("b", "c", "wall", 9.0))
    got = rank_partners(chain, answers("abc", {}), homes("abc"), verdicts("abc", out="b"))
    assert order(got, "a") == ["c"]
    assert order(got, "b") == ["a", "c"]
    assert got.loc[("b", "a"), "reason"].startswith("本小区不在改造范围")
    assert "this community is out of scope" in got.loc[("b", "a"), "reason"]


def test_a_cut_link_joins_nobody() -> None:
    cut = links(("a", "b", "cut", 9.0), linked=False)
    got = rank_partners(cut, answers("ab", {}), homes("ab"), verdicts("ab"))
    check(PARTNERS, got)
    assert got.empty


def test_at_most_five_are_listed_and_ties_go_by_id() -> None:
    star = links(*(("a", other, "wall", 100.0) for other in "bcdefgh"))
    ids = "abcdefgh"
    got = rank_partners(star, answers(ids, {}), homes(ids), verdicts(ids))
    assert order(got, "a") == list("bcdef")
    assert got.loc["a", "rank"].tolist() == [1, 2, 3, 4, 5]


def test_unknown_needs_are_no_likeness() -> None:
    got = rank_partners(
        STAR, answers("abcd", {}, default="no_data"), homes("abcd"), verdicts("abcd")
    )
    assert got["likeness"].isna().all()
    assert pd.isna(got.loc[("a", "b"), "common_missing"])
    assert "无可共建的同缺项" in got.loc[("a", "b"), "reason"]


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"neighbor 'd' is no community"):
        rank_partners(STAR, answers("abc", {}), homes("abc"), verdicts("abc"))
    with pytest.raises(ValueError, match=r"community_id 'd' is no community"):
        rank_partners(STAR.iloc[:1], answers("abd", {}), homes("abc"), verdicts("abc"))
    with pytest.raises(ValueError, match=r"eligibility has no row for community 'd'"):
        rank_partners(STAR, answers("abcd", {}), homes("abcd"), verdicts("abc"))
    with pytest.raises(ValueError, match=r"households_floor must be positive, got 0"):
        rank_partners(
            STAR, answers("abcd", {}), homes("abcd"), verdicts("abcd"), households_floor=0
        )


PAIRS = [(a, b) for n, a in enumerate(SIX) for b in SIX[n + 1 :]]


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_scores_are_symmetric_order_changes_nothing_and_three_are_found(
    data: st.DataObject,
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(PAIRS), unique=True, min_size=1))
    kinds = st.sampled_from(["wall", "lane", "road", "bridge", "added"])
    adjacency = links(*((a, b, data.draw(kinds), data.draw(st.floats(0, 300))) for a, b in chosen))
    missing = {
        one: tuple(data.draw(st.lists(st.sampled_from(CATEGORIES), max_size=4))) for one in SIX
    }
    people = homes(
        SIX,
        households={one: data.draw(st.floats(1, 2000)) for one in SIX},
        offices={one: data.draw(st.sampled_from(["A", "B"])) for one in SIX},
    )
    gaps = answers(SIX, missing)
    out = data.draw(st.sampled_from(["", "a", "cd"]))
    got = rank_partners(adjacency, gaps, people, verdicts(SIX, out), households_floor=800.0)
    check(PARTNERS, got)
    assert got["score"].between(0, 1).all()
    for (one, other), score in got["score"].items():
        assert other not in out
        if (other, one) in got.index:
            assert got.loc[(other, one), "score"] == score
    for one in SIX:
        near = {b if a == one else a for a, b in chosen if one in (a, b)} - set(out)
        listed = len(got.loc[one]) if one in got.index.get_level_values(0) else 0
        assert listed >= min(3, len(near))
    shuffled = rank_partners(
        adjacency.iloc[::-1],
        gaps.iloc[::-1],
        people.iloc[::-1],
        verdicts(SIX, out),
        households_floor=800.0,
    )
    pd.testing.assert_frame_equal(got, shuffled)


# --- sets ---------------------------------------------------------------------------------------


def parts_of(frame: pd.DataFrame, community: str) -> dict[int, tuple[str, ...]]:
    """Give the partners of the best set of each size."""
    mine = frame.loc[community].reset_index()
    return {
        int(size): tuple(names.split(";"))
        for size, names in zip(mine["communities"], mine["partners"], strict=True)
    }


def test_sets_stay_contiguous_and_grow_where_most_is_gained() -> None:
    """Beside a stand b and c, d behind c; all but b lack a clinic."""
    tree = links(("a", "b", "lane", 50.0), ("a", "c", "lane", 50.0), ("c", "d", "lane", 50.0))
    lacks = dict.fromkeys("acd", ("clinic",))
    far = walks(("a", "d", 900.0), ("b", "d", 950.0), ("b", "c", 300.0))
    got = rank_partner_sets(
        tree, answers("abcd", lacks), homes("abcd"), verdicts("abcd"), walks=far
    )
    check(PARTNER_SETS, got)
    assert parts_of(got, "a") == {3: ("c", "d"), 4: ("b", "c", "d")}
    assert parts_of(got, "d") == {3: ("a", "c"), 4: ("a", "b", "c")}
    row = got.loc[("a", "c;d")]
    assert (row["common"], row["common_missing"]) == (2, "clinic")
    assert "3 个小区相连；共建可少建 2 处：医疗服务中心" in row["reason"]
    assert "3 communities, connected; shared, 2 fewer to build: clinic" in row["reason"]


def test_the_score_of_a_set_is_worked_by_hand() -> None:
    """Wall 1.0 and lane 0.6: the best links of a, b, c are 1, 1 and 0.6, 2.6 / 3 in the mean.

    One of three pairs shares an office; 600 of 1 000 households against a mean of 200; likeness
    8/9, 1 and 8/9.
    """
    two = links(("a", "b", "wall", 150.0), ("b", "c", "lane", 50.0))
    got = rank_partner_sets(
        two,
        answers("abc", {"b": ("toilet",)}),
        homes(
            "abc",
            households={"a": 300.0, "b": 200.0, "c": 100.0},
            offices={"a": "x", "b": "x", "c": "y"},
        ),
        verdicts("abc"),
        households_floor=1000.0,
    )
    row = got.loc[("b", "a;c")]
    assert row["border_points"] == pytest.approx(0.3 * 2.6 / 3)
    assert row["households_points"] == pytest.approx(0.2 * (0.6 - 0.2))
    assert row["subdistrict_points"] == pytest.approx(0.1 / 3)
    assert row["likeness_points"] == pytest.approx(0.1 * (8 / 9 + 1 + 8 / 9) / 3)
    assert row["common_points"] == 0
    assert (row["households_after"], row["subdistricts"]) == (600, 2)
    assert "合计 600 户，为下限 1,000 户的 60%" in row["reason"]


def test_the_plans_own_choice_stands_beside_a_set() -> None:
    plan = conform(
        ASSIGNMENT,
        pd.DataFrame(
            {
                "community_id": list("abc"),
                "zone_id": ["Z01", "Z01", "Z02"],
                "role": "core",
                "locked": False,
            }
        ),
    )
    row = rank_partner_sets(
        STAR.iloc[:2], answers("abc", {}), homes("abc"), verdicts("abc"), assignment=plan
    ).loc[("a", "b;c")]
    assert (row["zone_id"], row["in_zone"]) == ("Z01", 1)
    assert "方案中 1/2 同在 Z01" in row["reason"]
    assert "the plan has 1 of 2 in Z01" in row["reason"]


def test_nobody_has_a_set_where_nobody_is_linked() -> None:
    got = rank_partner_sets(STAR.iloc[:0], answers("ab", {}), homes("ab"), verdicts("ab"))
    check(PARTNER_SETS, got)
    assert got.empty


@settings(max_examples=examples(25, 10), deadline=None)
@given(st.data())
def test_sets_are_contiguous_symmetric_and_hardly_worse_than_all_sets(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(PAIRS), unique=True, min_size=1))
    kinds = st.sampled_from(["wall", "lane", "road", "bridge", "added"])
    adjacency = links(*((a, b, data.draw(kinds), data.draw(st.floats(0, 300))) for a, b in chosen))
    missing = {
        one: tuple(data.draw(st.lists(st.sampled_from(CATEGORIES), max_size=4))) for one in SIX
    }
    people = homes(
        SIX,
        households={one: data.draw(st.floats(1, 900)) for one in SIX},
        offices={one: data.draw(st.sampled_from(["A", "B"])) for one in SIX},
    )
    walked = walks(*((a, b, data.draw(st.floats(0, 3000))) for a, b in PAIRS))
    out = data.draw(st.sampled_from(["", "a", "cd"]))
    tables = (adjacency, answers(SIX, missing), people, verdicts(SIX, out))
    got = rank_partner_sets(*tables, walks=walked, households_floor=800.0)
    check(PARTNER_SETS, got)
    graph = nx.Graph(chosen)
    scores: dict[frozenset[str], float] = {}
    for (focal, partners), row in got.iterrows():
        members = {focal, *partners.split(";")}
        assert row["communities"] == len(members) <= 6
        assert nx.is_connected(graph.subgraph(members))
        assert not set(partners.split(";")) & set(out)
        assert scores.setdefault(frozenset(members), row["score"]) == row["score"]
    for one in SIX:
        reached = nx.node_connected_component(graph, one) if one in graph else {one}
        # on six communities nothing is cut away: every connected set is looked at
        inside = [other for other in sorted(reached - set(out)) if other != one]
        sizes = {
            len(others) + 1
            for n in range(2, 6)
            for others in combinations(inside, n)
            if nx.is_connected(graph.subgraph({one, *others}))
        }
        listed = got.loc[one] if one in got.index.get_level_values(0) else got.iloc[:0]
        assert set(listed["communities"]) == sizes
        assert listed["rank"].sort_values().tolist() == list(range(1, len(listed) + 1))
    pairs = rank_partners(*tables, walks=walked, households_floor=800.0)
    assert ((pairs["common"] > 0) == pairs["common_missing"].notna()).all()
    shuffled = rank_partner_sets(
        *(table.iloc[::-1] for table in tables), walks=walked.iloc[::-1], households_floor=800.0
    )
    pd.testing.assert_frame_equal(got, shuffled)


def test_the_best_set_of_a_town_is_nearly_the_best_of_all_sets() -> None:
    """A grid of 4 x 4 with random needs: of all connected sets of four with its corner."""
    rng = np.random.default_rng(7)
    ids = "abcdefghijklmnop"
    grid = nx.relabel_nodes(nx.grid_2d_graph(4, 4), lambda at: ids[4 * at[0] + at[1]])
    kinds = ["wall", "lane", "road"]
    adjacency = links(
        *((a, b, kinds[rng.integers(3)], float(rng.integers(20, 150))) for a, b in grid.edges)
    )
    missing = {one: tuple(rng.choice(CATEGORIES, 3, replace=False)) for one in ids}
    near = walks(*((a, b, float(rng.integers(100, 1500))) for a, b in combinations(ids, 2)))
    tables = (adjacency, answers(ids, missing), homes(ids), verdicts(ids))
    got = rank_partner_sets(*tables, walks=near)
    situation = read_situation(adjacency, tables[1], tables[2], near, None)
    for one in ids:
        others = [other for other in ids if other != one]
        sets = [
            sorted({one, *three})
            for three in combinations(others, 3)
            if nx.is_connected(grid.subgraph({one, *three}))
        ]
        positions = np.array([[ids.index(name) for name in names] for names in sets])
        points = weigh(measure_gains(positions, situation), OUR_WEIGHTS, has_floor=False)
        best = float(sum(points[name] for name in TERMS).max())
        mine = got.loc[one]
        assert float(mine.loc[mine["communities"] == 4, "score"].iloc[0]) >= 0.95 * best
