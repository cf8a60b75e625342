"""Gaps: the truth table, the roll-up, and what never changes the answer."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import check, conform
from layers.errors import ContractError
from layers.tables import CATEGORIES, COMMUNITIES, FACILITIES, REACH, SNAPS, WALKERS
from layers.walking import Walking
from zoning.gaps import count_missing, find_gaps, roll_up_gaps
from zoning.provision import measure_provision
from zoning.rulebooks import read_rulebook
from zoning.tables import GAPS, PROVISION, SUBDISTRICT_GAPS, ZONE_GAPS

CRS = "EPSG:4547"
WALKING = Walking()
YANSHI = read_rulebook("yanshi_2021")
NATIONAL = read_rulebook("national")


def homes(
    ids: tuple[str, ...] = ("c1",),
    *,
    edge: bool | None = False,
    households: float | None = 100.0,
    source: str | None = "ledger",
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "community_id": ids,
            "edge": edge,
            "households": households,
            "households_source": source,
            "geometry": [shapely.box(i * 100, 0, i * 100 + 50, 50) for i in range(len(ids))],
        }
    )
    return conform(COMMUNITIES, gpd.GeoDataFrame(frame, crs=CRS))


def places(*rows: tuple[str, str, bool]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        [
            {"facility_id": i, "category": c, "confirmed": ok, "geometry": shapely.Point(n, 0)}
            for n, (i, c, ok) in enumerate(rows)
        ]
    )
    return conform(FACILITIES, gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def answers(
    *rows: dict[str, object], ids: tuple[str, ...] = ("c1",), default: str = "no_data"
) -> pd.DataFrame:
    """Make a whole provision table in which only the named rows have an answer."""
    base = pd.MultiIndex.from_product(
        [ids, CATEGORIES, WALKERS], names=["community_id", "category", "walker"]
    )
    frame = pd.DataFrame({"reachable": 0, "reason": default}, index=base)
    frame = conform(PROVISION, frame)
    for row in rows:
        key = (row.pop("community_id", "c1"), row.pop("category"), row.pop("walker", "adult"))
        if "nearest_m" in row:
            row.setdefault("nearest_id", "f1")
            row.setdefault("nearest_minutes", float(row["nearest_m"]) / (4000 / 60))
            row.setdefault("nearest_confirmed", True)
            row.setdefault("reason", np.nan)
        for column, value in row.items():
            frame.loc[key, column] = value
    check(PROVISION, frame)
    return frame


CLINIC = places(("f1", "clinic", True))
MAYBE = places(("f1", "clinic", False), ("f9", "clinic", True))
ONLY_MAYBE = places(("f1", "clinic", False))
MANY_HOMES = {"households": 40_000.0}

TRUTH = {
    "no facility in the data is no data": (
        places(("f1", "shop", True)),
        {"reason": "no_data"},
        {},
        WALKING,
        ("no_data", "no_data"),
    ),
    "no data stays no data at the edge": (
        places(("f1", "shop", True)),
        {"reason": "no_data"},
        {"edge": True},
        WALKING,
        ("no_data", "no_data"),
    ),
    "a have never mapped stays no data when the edge is ignored": (
        places(("f1", "shop", True)),
        {"reason": "no_data"},
        {"edge": True},
        Walking(edge="ignore"),
        ("no_data", "no_data"),
    ),
    "exactly the limit is met": (CLINIC, {"nearest_m": 1000.0}, {}, WALKING, ("met", None)),
    "met at the edge is met": (
        CLINIC,
        {"nearest_m": 10.0},
        {"edge": True},
        WALKING,
        ("met", None),
    ),
    "met in thin data is met": (CLINIC, {"nearest_m": 10.0}, MANY_HOMES, WALKING, ("met", None)),
    "just beyond the limit is far": (
        CLINIC,
        {"nearest_m": 1000.1},
        {},
        WALKING,
        ("far", "beyond_limit"),
    ),
    "exactly one and a half times the limit is far": (
        CLINIC,
        {"nearest_m": 1500.0},
        {},
        WALKING,
        ("far", "beyond_limit"),
    ),
    "none in reach is a gap": (
        CLINIC,
        {"reason": "none_in_reach"},
        {},
        WALKING,
        ("gap", "none_in_reach"),
    ),
    "unknown edge is no edge": (
        CLINIC,
        {"reason": "none_in_reach"},
        {"edge": None},
        WALKING,
        ("gap", "none_in_reach"),
    ),
    "none in reach at the edge is unconfirmed": (
        CLINIC,
        {"reason": "none_in_reach"},
        {"edge": True},
        WALKING,
        ("unconfirmed", "edge"),
    ),
    "far at the edge is unconfirmed": (
        CLINIC,
        {"nearest_m": 1200.0},
        {"edge": True},
        WALKING,
        ("unconfirmed", "edge"),
    ),
    "with the edge ignored a gap shows, and the doubt with it": (
        CLINIC,
        {"reason": "none_in_reach"},
        {"edge": True},
        Walking(edge="ignore"),
        ("gap", "none_in_reach;edge"),
    ),
    "with the edge ignored far shows": (
        CLINIC,
        {"nearest_m": 1200.0},
        {"edge": True},
        Walking(edge="ignore"),
        ("far", "beyond_limit;edge"),
    ),
    "an unconfirmed facility stays a doubt when the edge is ignored": (
        MAYBE,
        {"nearest_m": 300.0, "nearest_confirmed": False},
        {"edge": True},
        Walking(edge="ignore"),
        ("unconfirmed", "edge;unconfirmed_facility"),
    ),
    "an unconfirmed facility within the limit makes it unconfirmed": (
        MAYBE,
        {"nearest_m": 300.0, "nearest_confirmed": False},
        {},
        WALKING,
        ("unconfirmed", "unconfirmed_facility"),
    ),
    "an unconfirmed facility beyond the limit and no other is unconfirmed": (
        MAYBE,
        {"nearest_m": 1300.0, "nearest_confirmed": False},
        {},
        WALKING,
        ("unconfirmed", "unconfirmed_facility"),
    ),
    "not snapped is unconfirmed": (
        CLINIC,
        {"reason": "not_snapped"},
        {},
        WALKING,
        ("unconfirmed", "not_snapped"),
    ),
    "not connected is unconfirmed": (
        CLINIC,
        {"reason": "not_connected"},
        {},
        WALKING,
        ("unconfirmed", "not_connected"),
    ),
    "none in reach in thin data is unconfirmed": (
        CLINIC,
        {"reason": "none_in_reach"},
        MANY_HOMES,
        WALKING,
        ("unconfirmed", "thin_data"),
    ),
    "far in thin data is unconfirmed": (
        CLINIC,
        {"nearest_m": 1200.0},
        MANY_HOMES,
        WALKING,
        ("unconfirmed", "thin_data"),
    ),
    "thin data withholds nothing when the edge is ignored": (
        CLINIC,
        {"reason": "none_in_reach"},
        MANY_HOMES | {"edge": True},
        Walking(edge="ignore"),
        ("gap", "none_in_reach;edge;thin_data"),
    ),
    "every doubt is listed": (
        ONLY_MAYBE,
        {"nearest_m": 300.0, "nearest_confirmed": False},
        {"edge": True},
        WALKING,
        ("unconfirmed", "edge;unconfirmed_facility;thin_data"),
    ),
}


@pytest.mark.parametrize("case", list(TRUTH))
def test_status_follows_the_truth_table(case: str) -> None:
    facilities, row, home, walking, expected = TRUTH[case]
    provision = answers({"category": "clinic"} | row)
    gaps = find_gaps(provision, homes(**home), facilities, YANSHI, walking=walking)
    got = gaps.loc[("c1", "clinic", "adult")]
    assert got["status"] == expected[0]
    assert (None if pd.isna(got["reason"]) else got["reason"]) == expected[1]


def test_time_rule_judges_minutes_and_not_metres() -> None:
    uphill = answers({"category": "clinic", "nearest_m": 900.0, "nearest_minutes": 15.5})
    walking = Walking(rule="time")
    gaps = find_gaps(uphill, homes(), CLINIC, YANSHI, walking=walking)
    got = gaps.loc[("c1", "clinic", "adult")]
    assert (got["status"], got["rule"], got["limit_minutes"]) == ("far", "time", 15.0)
    assert "limit set by the job: 15 min" in got["clause"]
    level = answers({"category": "clinic", "nearest_m": 999.0, "nearest_minutes": 15.0})
    assert find_gaps(level, homes(), CLINIC, YANSHI, walking=walking).loc[
        ("c1", "clinic", "adult"), "status"
    ] == ("met")


def test_older_walker_has_an_own_limit() -> None:
    provision = answers(
        {"category": "clinic", "nearest_m": 900.0},
        {"category": "clinic", "walker": "older", "nearest_m": 900.0, "nearest_minutes": 16.875},
    )
    gaps = find_gaps(provision, homes(), CLINIC, YANSHI, walking=WALKING)
    adult, older = gaps.loc[("c1", "clinic", "adult")], gaps.loc[("c1", "clinic", "older")]
    assert (adult["status"], adult["limit_m"]) == ("met", 1000.0)
    assert (older["status"], older["limit_m"]) == ("far", 800.0)


@pytest.mark.parametrize(
    ("metres", "flips"), [(800.0, False), (800.1, True), (1000.0, True), (1000.1, False)]
)
def test_flips_where_met_at_the_limit_and_not_at_the_strict_one(
    metres: float, *, flips: bool
) -> None:
    provision = answers({"category": "clinic", "nearest_m": metres})
    gaps = find_gaps(provision, homes(), CLINIC, YANSHI, walking=WALKING)
    assert gaps.loc[("c1", "clinic", "adult"), "flips_at_strict"] == flips


def test_flip_is_unknown_without_data() -> None:
    gaps = find_gaps(answers(), homes(), CLINIC, YANSHI, walking=WALKING)
    assert pd.isna(gaps.loc[("c1", "shop", "adult"), "flips_at_strict"])


def test_every_row_has_a_clause_and_a_bureau_or_says_that_it_is_to_be_settled() -> None:
    yanshi = find_gaps(answers(), homes(), CLINIC, YANSHI, walking=WALKING)
    assert yanshi.loc[("c1", "clinic", "adult"), "bureau"].startswith("卫健委 / health")
    assert yanshi.loc[("c1", "service_centre", "adult"), "bureau"].startswith("街道")
    assert yanshi.loc[("c1", "parcel", "adult"), "bureau"].startswith("待明确")
    assert "偃政办〔2021〕4号" in yanshi.loc[("c1", "clinic", "adult"), "clause"]
    assert "偃政办〔2021〕4号 二(四)" in yanshi.loc[("c1", "clinic", "adult"), "clause"]
    assert "GB 50180-2018" in yanshi.loc[("c1", "clinic", "adult"), "clause"]
    national = find_gaps(answers(), homes(), CLINIC, NATIONAL, walking=WALKING)
    assert national["bureau"].str.startswith("待明确").all()
    assert national["clause"].str.startswith("建办城〔2021〕50号").all()


def test_a_limit_outside_the_standard_is_cited_as_the_job_s_own() -> None:
    gaps = find_gaps(answers(), homes(), CLINIC, YANSHI, walking=Walking(limit_m=1200.0))
    clause = gaps.loc[("c1", "clinic", "adult"), "clause"]
    assert "limit set by the job: 1,200 m" in clause
    assert "GB 50180" not in clause


def test_households_covered_is_a_share_of_households_with_its_source() -> None:
    provision = answers({"category": "clinic", "nearest_m": 500.0, "covered_share": 0.25})
    gaps = find_gaps(provision, homes(source="area"), CLINIC, YANSHI, walking=WALKING)
    got = gaps.loc[("c1", "clinic", "adult")]
    assert (got["households"], got["households_covered"]) == (100.0, 25.0)
    assert got["households_source"] == "area"
    assert pd.isna(gaps.loc[("c1", "shop", "adult"), "households_covered"])


def test_plausible_minimum_grows_with_households() -> None:
    thin = YANSHI.thin_data
    assert thin.plausible_minimum("clinic", 0.0) == 1
    assert thin.plausible_minimum("clinic", 16_000.0) == 1
    assert thin.plausible_minimum("clinic", 16_001.0) == 2
    strict = dataclasses.replace(thin, minimum_count=5)
    assert strict.plausible_minimum("clinic", 16_001.0) == 5


def test_unknown_community_in_provision_is_refused() -> None:
    with pytest.raises(ValueError, match="'c2'"):
        find_gaps(answers(ids=("c1", "c2")), homes(), CLINIC, YANSHI, walking=WALKING)


def test_broken_table_is_refused() -> None:
    with pytest.raises(ContractError, match="provision"):
        find_gaps(answers().drop(columns="reachable"), homes(), CLINIC, YANSHI, walking=WALKING)


def test_missing_counts_far_and_gap_of_one_walker() -> None:
    provision = answers(
        {"category": "clinic", "nearest_m": 1200.0},
        {"category": "shop", "reason": "none_in_reach"},
        {"category": "toilet", "nearest_m": 100.0},
        {"category": "library", "nearest_m": 100.0, "nearest_confirmed": False},
        {"category": "toilet", "walker": "older", "reason": "none_in_reach"},
    )
    facilities = places(
        ("f1", "clinic", True),
        ("f1", "shop", True),
        ("f1", "toilet", True),
        ("f2", "library", True),
    )
    gaps = find_gaps(provision, homes(), facilities, YANSHI, walking=WALKING)
    assert count_missing(gaps).loc["c1"].to_dict() == {
        "missing": 2,
        "unconfirmed": 1,
        "no_data": 5,
        "met": 1,
    }
    assert count_missing(gaps, "older").loc["c1", "missing"] == 1


def statuses(*words: str) -> pd.DataFrame:
    """Make a gaps table of one have: community ``c1``, ``c2``... with these statuses."""
    ids = tuple(f"c{n}" for n in range(1, len(words) + 1))
    index = pd.MultiIndex.from_product(
        [ids, ["clinic"], ["adult"]], names=["community_id", "category", "walker"]
    )
    frame = pd.DataFrame(
        {
            "status": words,
            "limit_m": 1000.0,
            "limit_minutes": 15.0,
            "rule": "distance",
            "households": [100.0 * n for n in range(1, len(words) + 1)],
            "households_covered": [10.0 * n for n in range(1, len(words) + 1)],
            "households_source": ["ledger", "area", None, "ledger", "area"][: len(words)],
            "bureau": "卫健委",
            "clause": "S07",
        },
        index=index,
    )
    return conform(GAPS, frame)


@pytest.mark.parametrize(
    ("words", "met"),
    [
        (("met", "met"), True),
        (("met", "small"), True),
        (("met", "far"), False),
        (("gap", "unconfirmed"), False),
        (("met", "unconfirmed"), pd.NA),
        (("met", "no_data"), pd.NA),
    ],
)
def test_a_zone_meets_a_have_when_all_its_communities_do(
    words: tuple[str, ...], met: object
) -> None:
    zone = pd.Series({"c1": "Z01", "c2": "Z01"})
    got = roll_up_gaps(statuses(*words), zone, ZONE_GAPS).loc[("Z01", "clinic", "adult"), "met"]
    assert got is met or got == met


def test_roll_up_adds_households_and_names_their_sources() -> None:
    zone = pd.Series({"c1": "Z01", "c2": "Z01", "c3": "Z02", "c4": None})
    got = roll_up_gaps(statuses("met", "unconfirmed", "gap", "met"), zone, ZONE_GAPS)
    first = got.loc[("Z01", "clinic", "adult")]
    assert first["communities"] == 2
    assert first["communities_met"] == 1
    assert first["communities_unconfirmed"] == 1
    assert (first["households"], first["households_covered"]) == (300.0, 30.0)
    assert first["households_source"] == "area;ledger"
    assert pd.isna(got.loc[("Z02", "clinic", "adult"), "households_source"])
    assert set(got.index.get_level_values("zone_id")) == {"Z01", "Z02"}


def test_roll_up_of_no_group_is_an_empty_table_of_its_contract() -> None:
    got = roll_up_gaps(statuses("met"), pd.Series({"c1": None}, dtype="str"), SUBDISTRICT_GAPS)
    check(SUBDISTRICT_GAPS, got)
    assert got.empty


BOTH = st.booleans()
METRES = st.sampled_from([300.0, 800.0, 1000.0, 1000.5, 1400.0])


@settings(max_examples=12, deadline=None)
@given(old_m=METRES, old_sure=BOTH, new_m=METRES, new_sure=BOTH, edge=BOTH)
def test_a_new_facility_never_takes_a_met_have_away(
    *,
    old_m: float,
    old_sure: bool,
    new_m: float,
    new_sure: bool,
    edge: bool,
) -> None:
    def answer(*rows: tuple[str, bool, float]) -> pd.Series:
        there = places(*((name, "clinic", sure) for name, sure, _ in rows))
        reach = pd.DataFrame(
            [
                {
                    "community_id": "c1",
                    "facility_id": name,
                    "walker": "adult",
                    "walk_m": metres,
                    "walk_minutes": metres / 60,
                }
                for name, _, metres in rows
            ]
        )
        owners = [("community", "c1"), *(("facility", name) for name, _, _ in rows)]
        snaps = pd.DataFrame(
            [
                {
                    "owner": owner,
                    "owner_id": name,
                    "point_id": name,
                    "edge_id": "e1",
                    "offset_m": 0.0,
                    "access_m": 0.0,
                    "component": 0,
                }
                for owner, name in owners
            ]
        )
        provision = measure_provision(
            conform(REACH, reach),
            there,
            homes(),
            snaps=conform(SNAPS, snaps),
            walking=WALKING,
            walkers=("adult",),
        )
        gaps = find_gaps(provision, homes(edge=edge), there, YANSHI, walking=WALKING)
        return gaps.loc[("c1", "clinic", "adult")]

    before = answer(("f1", old_sure, old_m))
    after = answer(("f1", old_sure, old_m), ("f2", new_sure, new_m))
    assert after["households_covered"] >= before["households_covered"]
    if before["status"] == "met":
        assert after["status"] == "met"
    if new_sure and new_m <= 1000:
        assert after["status"] == "met"


WORDS = st.lists(
    st.sampled_from(["met", "far", "gap", "unconfirmed", "no_data"]), min_size=1, max_size=5
)


@settings(max_examples=15, deadline=None)
@given(WORDS, st.data())
def test_totals_agree_across_levels_and_order_of_rows_changes_nothing(
    words: list[str], data: st.DataObject
) -> None:
    gaps = statuses(*words)
    ids = gaps.index.get_level_values("community_id")
    names = data.draw(st.lists(st.sampled_from("ABC"), min_size=len(ids), max_size=len(ids)))
    group = pd.Series(names, index=ids)
    zones = roll_up_gaps(gaps, group, ZONE_GAPS)
    whole = roll_up_gaps(gaps, pd.Series("all", index=ids), SUBDISTRICT_GAPS)
    for column in ("communities", "communities_met", "households", "households_covered"):
        assert zones[column].sum() == pytest.approx(whole[column].sum())
    order = data.draw(st.permutations(range(len(gaps))))
    shuffled = roll_up_gaps(gaps.iloc[list(order)], group.sample(frac=1, random_state=1), ZONE_GAPS)
    pd.testing.assert_frame_equal(zones, shuffled)
