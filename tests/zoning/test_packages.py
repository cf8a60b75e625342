"""Packages of scattered communities: by hand, and what holds for every city."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.checks import Finding
from layers.contracts import check, conform
from layers.tables import COMMUNITIES, WALKS
from tests.long import examples
from zoning.packages import PackageRules, offer_packages
from zoning.tables import ASSIGNMENT, ELIGIBILITY, PACKAGES

Walk = tuple[str, str, float]
RULES = PackageRules(households=(100.0, 250.0), walk_m=500.0)


def offer(
    households: dict[str, float | None],
    *walked: Walk,
    reasons: dict[str, str] | None = None,
    status: dict[str, str] | None = None,
    offices: dict[str, str] | None = None,
    include: tuple[str, ...] = ("core",),
    rules: PackageRules = RULES,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Offer packages among communities that stand 10 km apart, so that none touch."""
    ids = list(households)
    why = [(reasons or {}).get(one, "no_neighbour") for one in ids]
    zone = ["Z01" if word == "zone" else None for word in why]
    assignment = pd.DataFrame(
        {
            "community_id": ids,
            "zone_id": zone,
            "role": ["core" if one else None for one in zone],
            "locked": False,
            "reason": [None if word == "zone" else word for word in why],
        }
    )
    communities = gpd.GeoDataFrame(
        {
            "community_id": ids,
            "households": list(households.values()),
            "geometry": [shapely.box(1e4 * n, 0, 1e4 * n + 50, 50) for n in range(len(ids))],
        },
        crs="EPSG:4547",
    )
    eligibility = pd.DataFrame(
        {
            "community_id": ids,
            "status": [(status or {}).get(one, "core") for one in ids],
            "clause": "E01",
        }
    )
    found, findings = offer_packages(
        conform(ASSIGNMENT, assignment),
        conform(COMMUNITIES, communities),
        conform(ELIGIBILITY, eligibility),
        conform(WALKS, pd.DataFrame(list(walked), columns=["focal", "neighbor", "walk_m"])),
        rules=rules,
        include=include,
        subdistrict=None if offices is None else pd.Series(offices, dtype="str"),
    )
    check(PACKAGES, found)
    return found, findings


def members(found: pd.DataFrame) -> dict[str, list[str]]:
    frame = found.reset_index()
    return {str(key): list(part["community_id"]) for key, part in frame.groupby("package_id")}


def test_scattered_ones_near_each_other_are_packed_though_they_do_not_touch() -> None:
    """a, b, c around b; d is too far; z is in a zone."""
    found, findings = offer(
        {"a": 40, "b": 50, "c": 30, "d": 60, "z": 90},
        ("a", "b", 200.0),
        ("b", "c", 300.0),
        ("a", "c", 450.0),
        ("c", "d", 501.0),
        ("b", "z", 10.0),
        reasons={"z": "zone", "c": "component_below_floor"},
    )
    assert members(found) == {"P01": ["a", "b", "c"]}
    assert found["centre_id"].tolist() == ["b"] * 3
    assert found["walk_m"].tolist() == [200, 0, 300]
    assert found["households_together"].tolist() == [120] * 3
    zh, en = found["reason"].iloc[0].split(" / ")
    assert zh == "3 个分散小区合计 120 户（范围 100–250 户），至 b 步行不超过 300 m，无需相邻"
    assert "3 scattered communities, 120 households together (range 100 to 250)" in en
    assert found["clause"].tolist() == ["汴政办〔2019〕99号 六(五)"] * 3
    assert [(one.row_key, one.code) for one in findings] == [("d", "package-none")]
    assert "0 other scattered ones within 500 m" in findings[0].en


def test_the_least_is_reached_with_the_nearest_and_leftovers_join_while_there_is_room() -> None:
    found, findings = offer(
        {"a": 60, "b": 60, "c": 60, "d": 60, "e": 60},
        ("a", "b", 100.0),
        ("a", "c", 200.0),
        ("a", "d", 300.0),
        ("a", "e", 400.0),
    )
    assert members(found) == {"P01": ["a", "b", "c", "d"]}
    assert found["households_together"].iloc[0] == 240
    assert [one.row_key for one in findings] == ["e"]


def test_small_near_ones_do_not_use_up_the_room_of_a_larger_one() -> None:
    found, _ = offer({"a": 80, "b": 15, "c": 160}, ("a", "b", 100.0), ("a", "c", 200.0))
    assert members(found) == {"P01": ["a", "c"]}


@pytest.mark.parametrize("word", ["excluded", "unknown", "unit_above_cap", "planner", "zone"])
def test_only_who_has_no_place_and_no_size_is_scattered(word: str) -> None:
    pair = ("a", "b", 100.0)
    found, findings = offer({"a": 60, "b": 60}, pair, reasons={"b": word})
    assert found.empty
    assert [one.row_key for one in findings] == ["a"]


def test_who_is_out_of_scope_is_packed_only_where_the_job_includes_it() -> None:
    pair, status = ("a", "b", 100.0), {"b": "unknown"}
    assert offer({"a": 60, "b": 60}, pair, status=status)[0].empty
    found, _ = offer({"a": 60, "b": 60}, pair, status=status, include=("core", "unknown"))
    assert members(found) == {"P01": ["a", "b"]}
    assert offer({"a": 60, "b": 60}, pair, status={"b": "absorbable"})[0].empty


def test_one_alone_one_too_large_and_one_of_unknown_size_are_told_why() -> None:
    found, findings = offer({"a": 200, "b": 300, "c": None}, ("a", "b", 100.0), ("a", "c", 100.0))
    assert found.empty
    said = {one.row_key: one.zh for one in findings}
    assert "凑不成 100–250 户" in said["a"]
    assert "300 户，超过上限 250 户" in said["b"]
    assert "户数不明" in said["c"]


def test_exactly_the_range_and_exactly_the_walk_count() -> None:
    found, _ = offer({"a": 50, "b": 50}, ("a", "b", 500.0))
    assert members(found) == {"P01": ["a", "b"]}
    found, _ = offer({"a": 125, "b": 125}, ("b", "a", 500.0))
    assert found["households_together"].tolist() == [250, 250]


def test_a_package_stays_within_a_street_office_where_zones_must() -> None:
    pair, people = ("a", "b", 100.0), {"a": 60.0, "b": 60.0}
    assert offer(people, pair, offices={"a": "x", "b": "y"})[0].empty
    assert not offer(people, pair, offices={"a": "x", "b": "x"})[0].empty


def test_limits_that_no_package_can_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="households"):
        PackageRules(households=(300, 200))
    with pytest.raises(ValueError, match="walk_m"):
        PackageRules(walk_m=0)


IDS = "abcdefgh"


@settings(max_examples=examples(60, 20), deadline=None)
@given(st.data())
def test_packages_keep_their_rules_and_leave_nobody_who_fits(data: st.DataObject) -> None:
    households = {one: float(data.draw(st.integers(10, 260))) for one in IDS}
    walked = {
        pair: float(data.draw(st.integers(50, 900)))
        for pair in combinations(IDS, 2)
        if data.draw(st.booleans())
    }
    inside = data.draw(st.sets(st.sampled_from(IDS), max_size=3))
    rows = [(*pair, walk) for pair, walk in walked.items()]
    reasons = dict.fromkeys(inside, "zone")
    found, findings = offer(households, *rows, reasons=reasons)
    low, high = RULES.households
    packed: set[str] = set()
    for package, names in members(found).items():
        assert len(names) > 1
        assert not packed & set(names)
        packed |= set(names)
        total = sum(households[one] for one in names)
        assert low <= total <= high
        part = found.loc[package]
        centre = part["centre_id"].iloc[0]
        assert centre in names
        for one in names:
            walk = 0 if one == centre else walked[min(one, centre), max(one, centre)]
            assert part.loc[one, "walk_m"] == walk <= RULES.walk_m
        for one in set(IDS) - inside - packed:
            near = walked.get((min(one, centre), max(one, centre)), 1e9) <= RULES.walk_m
            alone = one not in found.index.get_level_values("community_id")
            assert not (near and alone and total + households[one] <= high)
    assert not packed & inside
    assert {one.row_key for one in findings} == set(IDS) - inside - packed
    left = set(IDS) - inside - packed
    for one, other in combinations(sorted(left), 2):
        fits = low <= households[one] + households[other] <= high
        assert not (fits and walked.get((one, other), 1e9) <= RULES.walk_m)
    again, _ = offer(dict(reversed(households.items())), *reversed(rows), reasons=reasons)
    pd.testing.assert_frame_equal(found, again)
