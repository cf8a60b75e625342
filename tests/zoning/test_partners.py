"""Partners: who is offered, in which order, and why, by hand and on random adjacencies."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import check, conform
from layers.tables import CATEGORIES, COMMUNITIES
from zoning.partners import rank_partners
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY, GAPS, PARTNERS

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
    assert "合计 800 户，为下限 1000 户的 80%" in row["reason"]
    assert "800 households together, 80% of the floor 1000" in row["reason"]
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
        "共墙 120 米；同缺 1 项：医疗服务中心；合计户数不明；"
        "同一街道；需求相似度 100%；方案同在 Z01"
    )
    assert en == (
        "shared wall 120 m; 1 missing in common: clinic; households together unknown; "
        "same street office; needs 100% alike; the plan joins them in Z01"
    )
    assert "不同街道" in got.loc[("a", "c"), "reason"]
    assert "the plan parts them: Z01, Z02" in got.loc[("a", "c"), "reason"]
    assert "街道" not in got.loc[("a", "d"), "reason"]


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
    got = rank_partners(chain, answers("abc", wants), homes("abc"), verdicts("abc"))
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
    assert "无共同缺项" in got.loc[("a", "b"), "reason"]


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
