"""Summary: each figure counted again by hand, and figures of absent tables absent."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.contracts import check, conform
from layers.errors import ContractError
from layers.tables import CATEGORIES, COMMUNITIES, FACILITIES, FINDINGS, STREETS
from layers.walking import Walking
from tests.town import town_tables
from zoning.gaps import count_missing
from zoning.summary import summarise
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY, GAPS, SUMMARY, ZONES

WALKING = Walking()
CRS = "EPSG:4547"


def communities() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "community_id": ["c1", "c2", "c3", "c4"],
            "households": [100.0, 200.0, np.nan, 40.0],
            "households_source": ["ledger", "area", None, "ledger"],
            "area_m2": [1000.0, 2000.0, 3000.0, 500.0],
            "edge": [True, False, None, False],
            "geometry": [shapely.box(n, 0, n + 1, 1) for n in range(4)],
        }
    )
    return conform(COMMUNITIES, gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def eligibility() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "community_id": ["c1", "c2", "c3", "c4"],
            "status": ["core", "absorbable", "unknown", "excluded"],
            "clause": "E01",
        }
    )
    return conform(ELIGIBILITY, frame)


def test_streets_are_measured_without_the_footways_beside_them():
    rows = {
        "s1": ("residential", True, False, 0.0),
        "s2": ("footway", True, True, 6.0),
        "s3": ("motorway", False, False, 50.0),
    }
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=["class", "walkable", "parallel", "y"]
    ).rename_axis("street_id")
    lines = [shapely.LineString([(0, y), (80, y)]) for y in frame["y"]]
    plain = frame.assign(steps=False, bridge=False, tunnel=False)
    streets = conform(STREETS, gpd.GeoDataFrame(plain, geometry=lines, crs=CRS))
    figures = summarise({"streets": streets}, walking=WALKING)
    assert figures.loc["walkable_streets_m", ["value", "unit"]].tolist() == [80, "m"]
    assert figures.loc["streets", "value"] == 3


def assignment() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "community_id": ["c1", "c2", "c3", "c4"],
            "zone_id": ["Z01", "Z01", None, None],
            "role": ["core", "absorbed", None, None],
            "locked": False,
            "reason": [None, None, "unknown", "excluded"],
        }
    )
    return conform(ASSIGNMENT, frame)


def gaps() -> pd.DataFrame:
    """Make clinic answers for three communities and two walkers; the other haves are met."""
    rows = []
    clinic = {
        ("c1", "adult"): ("met", True, 100.0),
        ("c2", "adult"): ("far", False, 50.0),
        ("c4", "adult"): ("unconfirmed", False, 0.0),
        ("c1", "older"): ("far", False, 10.0),
        ("c2", "older"): ("gap", False, 0.0),
        ("c4", "older"): ("unconfirmed", False, 0.0),
    }
    homes = {"c1": 100.0, "c2": 200.0, "c4": 40.0}
    for (community, walker), (status, flips, covered) in clinic.items():
        for category in CATEGORIES:
            is_clinic = category == "clinic"
            rows.append(
                {
                    "community_id": community,
                    "category": category,
                    "walker": walker,
                    "status": status if is_clinic else "met",
                    "flips_at_strict": flips and is_clinic,
                    "households": homes[community],
                    "households_covered": covered if is_clinic else homes[community],
                    "limit_m": 1000.0,
                    "limit_minutes": 15.0,
                    "rule": "distance",
                    "bureau": "待明确",
                    "clause": "S07",
                }
            )
    return conform(GAPS, pd.DataFrame(rows))


def values(**tables: pd.DataFrame) -> pd.Series:
    got = summarise(tables, walking=WALKING)
    check(SUMMARY, got)
    return got["value"]


def test_communities_and_households_by_source() -> None:
    got = values(communities=communities())
    assert got["communities"] == 4
    assert got["households"] == 340.0
    assert got["households_ledger"] == 140.0
    assert got["households_area"] == 200.0
    assert got["households_buildings"] == 0.0
    assert got["households_unknown_communities"] == 1
    assert got["area_m2"] == 6500.0
    assert got["edge_communities"] == 1


def test_eligibility_and_who_can_be_renovated() -> None:
    got = values(communities=communities(), eligibility=eligibility())
    assert (got["core_communities"], got["core_households"]) == (1, 100.0)
    assert (got["excluded_communities"], got["excluded_households"]) == (1, 40.0)
    assert got["unknown_communities"] == 1
    assert pd.isna(got["unknown_households"])
    assert (got["renovatable_communities"], got["renovatable_households"]) == (1, 100.0)
    joined = values(communities=communities(), eligibility=eligibility(), assignment=assignment())
    assert (joined["renovatable_communities"], joined["renovatable_households"]) == (2, 300.0)
    assert joined["listed_unknown_communities"] == 0


def test_communities_of_unknown_eligibility_in_zones_are_counted_apart() -> None:
    status = eligibility()
    listed = assignment()
    unknown = status.index[status["status"] == "unknown"]
    listed.loc[unknown, ["zone_id", "role", "reason"]] = ["Z01", "core", None]
    homes = communities()
    homes.loc[unknown, "households"] = 70.0
    got = values(communities=homes, eligibility=status, assignment=listed)
    assert got["listed_unknown_communities"] == len(unknown) > 0
    assert got["listed_unknown_households"] == 70.0 * len(unknown)
    assert got["renovatable_communities"] == 2


def test_zones_and_who_is_outside_why() -> None:
    zones = pd.DataFrame(
        {
            "zone_id": ["Z01", "Z02"],
            "communities": [2, 1],
            "households": [300.0, 900.0],
            "centre_id": ["c1", "c3"],
            "walk_minutes_max": [4.0, 9.5],
            "bounds_met": [False, True],
            "geometry": [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 20)],
        }
    )
    frame = conform(ZONES, gpd.GeoDataFrame(zones, geometry="geometry", crs=CRS))
    got = values(communities=communities(), assignment=assignment(), zones=frame)
    assert (got["communities_in_zones"], got["households_in_zones"]) == (2, 300.0)
    assert (got["absorbed_communities"], got["absorbed_households"]) == (1, 200.0)
    assert (got["outside_communities"], got["outside_households"]) == (2, 40.0)
    assert got["outside_unknown_communities"] == 1
    assert got["outside_excluded_communities"] == 1
    assert got["outside_planner_communities"] == 0
    assert (got["zones"], got["zones_bounds_broken"]) == (2, 1)
    assert (got["zone_households_min"], got["zone_households_max"]) == (300.0, 900.0)
    assert got["zones_area_m2"] == pytest.approx(300.0)
    assert got["zone_walk_minutes_max"] == 9.5


def test_gaps_by_have_and_in_all() -> None:
    got = values(gaps=gaps())
    assert got["gaps_clinic_communities"] == 1
    assert got["far_clinic_communities"] == 1
    assert got["gaps_clinic_households"] == 150.0
    assert got["met_clinic_communities"] == 1
    assert got["unconfirmed_clinic_communities"] == 1
    assert got["flips_clinic_communities"] == 1
    assert got["older_clinic_communities"] == 1
    assert got["covered_clinic_households"] == 150.0
    assert got["covered_clinic_share"] == pytest.approx(150 / 340)
    assert got["covered_shop_share"] == 1.0
    assert (got["gaps"], got["unconfirmed"], got["no_data"]) == (1, 1, 0)
    assert (got["flips"], got["older_changes"]) == (1, 1)
    assert (got["communities_all_met"], got["communities_with_gaps"]) == (1, 1)


def test_facilities_links_and_findings_are_counted() -> None:
    rows = [("f1", "clinic", True), ("f1", "library", True), ("f2", "clinic", False)]
    places = pd.DataFrame(rows, columns=["facility_id", "category", "confirmed"])
    places["geometry"] = [shapely.Point(0, 0)] * 3
    adjacency = pd.DataFrame(
        {
            "focal": ["c1", "c1", "c2"],
            "neighbor": ["c2", "c3", "c3"],
            "kind": ["wall", "added", "cut"],
            "crosses": "none",
            "linked": [True, True, False],
        }
    )
    doubts = pd.DataFrame(
        {"finding_id": ["F1", "F2"], "severity": "decide", "code": "x", "zh": "甲", "en": "a"}
    )
    got = values(
        facilities=conform(FACILITIES, gpd.GeoDataFrame(places, geometry="geometry", crs=CRS)),
        adjacency=conform(ADJACENCY, adjacency),
        findings=conform(FINDINGS, doubts),
    )
    assert (got["facilities"], got["facilities_confirmed"], got["facilities_review"]) == (2, 2, 1)
    assert (got["facilities_clinic_confirmed"], got["facilities_clinic_review"]) == (1, 1)
    assert (got["links"], got["links_added"], got["links_cut"]) == (2, 1, 1)
    assert (got["findings_decide"], got["findings_check"], got["findings_note"]) == (2, 0, 0)


def test_an_absent_table_has_no_figures_and_limits_are_always_there() -> None:
    got = values()
    assert "communities" not in got.index
    assert "gaps" not in got.index
    assert (got["limit_m"], got["strict_m"], got["older_limit_m"]) == (1000.0, 800.0, 800.0)
    assert got["limit_minutes"] == pytest.approx(15.0)
    assert (got["speed_kmh"], got["older_speed_kmh"]) == (4.0, 3.2)


def test_whole_town_has_stable_names_captions_and_totals() -> None:
    town = town_tables()
    got = summarise(town, walking=WALKING)
    check(SUMMARY, got)
    assert got["zh"].str.len().gt(0).all()
    assert got["en"].str.contains(r"^[A-Z]").all()
    assert got.index.str.fullmatch(r"[a-z0-9_]+").all()
    by_have = [got.loc[f"gaps_{have}_communities", "value"] for have in CATEGORIES]
    assert got.loc["gaps", "value"] == sum(by_have)
    assert got.loc["gaps", "value"] == count_missing(town["gaps"])["missing"].sum()
    assert got.loc["communities", "value"] == (
        got.loc["communities_in_zones", "value"] + got.loc["outside_communities", "value"]
    )


def test_order_of_rows_changes_nothing() -> None:
    town = town_tables()
    turned = {name: table.iloc[::-1] for name, table in town.items()}
    pd.testing.assert_frame_equal(
        summarise(town, walking=WALKING), summarise(turned, walking=WALKING)
    )


def test_broken_table_is_refused() -> None:
    with pytest.raises(ContractError, match="eligibility"):
        summarise(
            {"communities": communities(), "eligibility": eligibility().drop(columns="clause")},
            walking=WALKING,
        )
