"""Provision: nearest, counts, coverage and reasons, by hand and against a plain count."""

from __future__ import annotations

import random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import check, conform
from layers.tables import (
    BUILDING_REACH,
    BUILDINGS,
    CATEGORIES,
    COMMUNITIES,
    FACILITIES,
    REACH,
    SNAPS,
    WALKERS,
)
from layers.walking import Walking
from zoning.provision import measure_provision
from zoning.tables import PROVISION

CRS = "EPSG:4547"
WALKING = Walking()
ADULT_M_PER_MIN = 4000 / 60


def homes(*ids: str) -> gpd.GeoDataFrame:
    """Make communities of 100 m x 100 m, 1 000 m apart, from (0, 0) eastwards."""
    frame = pd.DataFrame(
        {
            "community_id": ids,
            "geometry": [shapely.box(n * 1000, 0, n * 1000 + 100, 100) for n in range(len(ids))],
        }
    )
    return conform(COMMUNITIES, gpd.GeoDataFrame(frame, crs=CRS))


def places(*rows: tuple[str, str, bool, float]) -> gpd.GeoDataFrame:
    """Make facilities at (x, 50): id, category, confirmed, x."""
    frame = pd.DataFrame(
        [
            {"facility_id": i, "category": c, "confirmed": ok, "geometry": shapely.Point(x, 50)}
            for i, c, ok, x in rows
        ],
        columns=["facility_id", "category", "confirmed", "geometry"],
    )
    return conform(FACILITIES, gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS), crs=CRS)


def walks(*rows: tuple[str, str, float], walker: str = "adult") -> pd.DataFrame:
    """Make walks in metres; minutes at 4 km/h."""
    frame = pd.DataFrame(
        [
            {
                "community_id": c,
                "facility_id": f,
                "walker": walker,
                "walk_m": m,
                "walk_minutes": m / ADULT_M_PER_MIN,
            }
            for c, f, m in rows
        ]
    )
    return conform(REACH, frame)


def on_network(**parts: int) -> pd.DataFrame:
    """Stand every owner on a connected part: ids starting with c are communities, b buildings."""
    owner = {"c": "community", "b": "building", "f": "facility"}
    frame = pd.DataFrame(
        [
            {
                "owner": owner[name[0]],
                "owner_id": name,
                "point_id": name,
                "edge_id": "e1",
                "offset_m": 0.0,
                "access_m": 0.0,
                "component": part,
            }
            for name, part in parts.items()
        ]
    )
    return conform(SNAPS, frame)


SNAPPED = on_network(c1=0, c2=0, f1=0, f2=0, f3=0)


def test_every_community_has_nine_haves_for_both_walkers() -> None:
    got = measure_provision(
        walks(("c1", "f1", 500.0)),
        places(("f1", "clinic", True, 600)),
        homes("c1", "c2"),
        snaps=SNAPPED,
        walking=WALKING,
    )
    check(PROVISION, got)
    assert len(got) == 2 * 9 * 2
    assert set(got.index.get_level_values("walker")) == set(WALKERS)


def test_nearest_has_metres_minutes_and_the_straight_line() -> None:
    got = measure_provision(
        walks(("c1", "f1", 700.0), ("c1", "f2", 600.0)),
        places(("f1", "clinic", True, 250), ("f2", "clinic", True, 400)),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
    ).loc[("c1", "clinic", "adult")]
    assert got["nearest_id"] == "f2"
    assert got["nearest_m"] == 600.0
    assert got["nearest_minutes"] == pytest.approx(9.0)
    assert got["straight_m"] == pytest.approx(300.0)
    assert got["reachable"] == 2
    assert pd.isna(got["reason"])


def test_straight_line_is_zero_inside_the_community() -> None:
    got = measure_provision(
        walks(("c1", "f1", 90.0)),
        places(("f1", "shop", True, 50)),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
    )
    assert got.loc[("c1", "shop", "adult"), "straight_m"] == 0.0


@pytest.mark.parametrize(
    ("sure_m", "doubtful_m", "nearest", "confirmed"),
    [
        (900.0, 100.0, "f1", True),
        (1100.0, 900.0, "f2", False),
        (1400.0, 1100.0, "f1", True),
        (None, 1100.0, "f2", False),
    ],
)
def test_confirmed_within_then_unconfirmed_within_then_confirmed_beyond(
    sure_m: float | None, doubtful_m: float, nearest: str, *, confirmed: bool
) -> None:
    rows = [("c1", "f2", doubtful_m)] + ([("c1", "f1", sure_m)] if sure_m else [])
    got = measure_provision(
        walks(*rows),
        places(("f1", "clinic", True, 600), ("f2", "clinic", False, 300)),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
    ).loc[("c1", "clinic", "adult")]
    assert (got["nearest_id"], got["nearest_confirmed"]) == (nearest, confirmed)


def test_ties_go_to_the_least_facility_id_in_any_order_of_rows() -> None:
    facilities = places(("f2", "clinic", True, 600), ("f1", "clinic", True, 600))
    reach = walks(("c1", "f2", 600.0), ("c1", "f1", 600.0))
    for order in ([0, 1], [1, 0]):
        got = measure_provision(
            reach.iloc[order],
            facilities.iloc[order],
            homes("c1"),
            snaps=SNAPPED,
            walking=WALKING,
        )
        assert got.loc[("c1", "clinic", "adult"), "nearest_id"] == "f1"


def test_reachable_counts_confirmed_ones_and_exactly_the_limit() -> None:
    got = measure_provision(
        walks(("c1", "f1", 1000.0), ("c1", "f2", 10.0), ("c1", "f3", 1000.01)),
        places(
            ("f1", "clinic", True, 600), ("f2", "clinic", False, 600), ("f3", "clinic", True, 600)
        ),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
    )
    assert got.loc[("c1", "clinic", "adult"), "reachable"] == 1


def test_a_facility_of_two_haves_counts_for_each() -> None:
    got = measure_provision(
        walks(("c1", "f1", 300.0)),
        places(("f1", "clinic", True, 400), ("f1", "library", True, 400)),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
    )
    assert got.loc[("c1", "clinic", "adult"), "nearest_id"] == "f1"
    assert got.loc[("c1", "library", "adult"), "nearest_id"] == "f1"


def test_time_rule_goes_by_minutes() -> None:
    reach = walks(("c1", "f1", 500.0), ("c1", "f2", 600.0))
    reach["walk_minutes"] = [14.0, 12.0]
    got = measure_provision(
        reach,
        places(("f1", "clinic", True, 600), ("f2", "clinic", True, 600)),
        homes("c1"),
        snaps=SNAPPED,
        walking=Walking(rule="time", limit_minutes=13.0),
    ).loc[("c1", "clinic", "adult")]
    assert (got["nearest_id"], got["reachable"]) == ("f2", 1)


def test_the_four_reasons_are_told_apart() -> None:
    facilities = places(
        ("f1", "clinic", True, 600),
        ("f2", "shop", True, 600),
        ("f3", "toilet", True, 600),
        ("f4", "parcel", True, 600),
    )
    got = measure_provision(
        walks(("c1", "f4", 400.0)),
        facilities,
        homes("c1", "c2"),
        snaps=on_network(c1=0, f1=0, f2=1, f4=0),
        walking=WALKING,
    )["reason"]
    assert got[("c1", "library", "adult")] == "no_data"
    assert got[("c1", "toilet", "adult")] == "not_snapped"
    assert got[("c1", "shop", "adult")] == "not_connected"
    assert got[("c1", "clinic", "adult")] == "none_in_reach"
    assert pd.isna(got[("c1", "parcel", "adult")])
    assert got[("c2", "clinic", "adult")] == "not_snapped"
    assert got[("c2", "library", "adult")] == "no_data"


def test_one_gate_on_the_same_part_is_connected() -> None:
    snaps = on_network(c1=0, f1=1)
    second = on_network(c1=1).rename(index={"c1": "g2"}, level="point_id")
    got = measure_provision(
        walks(("c1", "f2", 1.0)).iloc[:0],
        places(("f1", "clinic", True, 600)),
        homes("c1"),
        snaps=pd.concat([snaps, second]),
        walking=WALKING,
    )
    assert got.loc[("c1", "clinic", "adult"), "reason"] == "none_in_reach"


def test_coverage_without_buildings_follows_the_communitys_own_walk() -> None:
    got = measure_provision(
        walks(("c1", "f1", 900.0), ("c2", "f1", 800.0)),
        places(("f1", "clinic", True, 600)),
        homes("c1", "c2"),
        snaps=SNAPPED,
        walking=WALKING,
    )
    shares = got[["covered_share", "covered_share_strict"]]
    assert shares.loc[("c1", "clinic", "adult")].tolist() == [1.0, 0.0]
    assert shares.loc[("c2", "clinic", "adult")].tolist() == [1.0, 1.0]
    assert shares.loc[("c2", "clinic", "older")].tolist() == [0.0, 0.0]
    assert shares.loc[("c2", "shop", "adult")].isna().all()


def test_an_unconfirmed_facility_covers_nobody() -> None:
    got = measure_provision(
        walks(("c1", "f1", 100.0)),
        places(("f1", "clinic", False, 600)),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
    )
    assert got.loc[("c1", "clinic", "adult"), "covered_share"] == 0.0


def blocks(*rows: tuple[str, str | None, float | None, float | None, float]) -> gpd.GeoDataFrame:
    """Make buildings 10 m deep: id, community, households, levels, width."""
    frame = pd.DataFrame(
        [
            {
                "building_id": b,
                "community_id": c,
                "households": h,
                "levels": n,
                "geometry": shapely.box(0, 0, width, 10),
            }
            for b, c, h, n, width in rows
        ]
    )
    return conform(BUILDINGS, gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def from_buildings(*rows: tuple[str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {
                "building_id": b,
                "category": "clinic",
                "walker": "adult",
                "nearest_id": "f1",
                "walk_m": m,
                "walk_minutes": m / WALKING.metres_per_minute("adult"),
            }
            for b, m in rows
        ]
    )
    return conform(BUILDING_REACH, frame)


@pytest.mark.parametrize(
    ("buildings", "share"),
    [
        (
            blocks(("b1", "c1", 30.0, 6, 10), ("b2", "c1", 10.0, 6, 10), ("b3", "c1", 60.0, 6, 10)),
            0.4,
        ),
        (
            blocks(("b1", "c1", None, 6, 10), ("b2", "c1", 10.0, 2, 30), ("b3", "c1", 60.0, 8, 10)),
            0.6,
        ),
        (
            blocks(("b1", "c1", None, 6, 10), ("b2", "c1", 1.0, None, 9), ("b3", "c1", 6.0, 8, 10)),
            2 / 3,
        ),
    ],
    ids=["households", "levels x footprint", "equally"],
)
def test_coverage_is_a_share_of_households_in_buildings_within_the_limit(
    buildings: gpd.GeoDataFrame, share: float
) -> None:
    got = measure_provision(
        walks(("c1", "f1", 900.0)),
        places(("f1", "clinic", True, 600)),
        homes("c1", "c2"),
        snaps=SNAPPED,
        walking=WALKING,
        building_reach=from_buildings(("b1", 700.0), ("b2", 1000.0), ("b3", 1000.1)),
        buildings=buildings,
    )
    row = got.loc[("c1", "clinic", "adult")]
    assert row["covered_share"] == pytest.approx(share)
    assert row["covered_share_strict"] < row["covered_share"]
    assert got.loc[("c2", "clinic", "adult"), "covered_share"] == 0.0
    assert pd.isna(got.loc[("c1", "shop", "adult"), "covered_share"])


def test_a_building_of_no_community_counts_for_none() -> None:
    got = measure_provision(
        walks(("c1", "f1", 900.0)),
        places(("f1", "clinic", True, 600)),
        homes("c1"),
        snaps=SNAPPED,
        walking=WALKING,
        building_reach=from_buildings(("b1", 100.0), ("b2", 100.0)),
        buildings=blocks(("b1", None, 900.0, 6, 10), ("b2", "c1", 10.0, 6, 10)),
    )
    assert got.loc[("c1", "clinic", "adult"), "covered_share"] == 1.0


def test_few_mapped_buildings_do_not_speak_for_households_estimated_from_area() -> None:
    communities = homes("c1", "c2").assign(households=500.0, households_source=["area", "ledger"])
    got = measure_provision(
        walks(("c1", "f1", 900.0), ("c2", "f1", 900.0)),
        places(("f1", "clinic", True, 600)),
        communities,
        snaps=SNAPPED,
        walking=WALKING,
        building_reach=from_buildings(("b1", 1200.0), ("b2", 1200.0)),
        buildings=blocks(("b1", "c1", 900.0, 6, 10), ("b2", "c2", 10.0, 6, 10)),
    )
    assert got.loc[("c1", "clinic", "adult"), "covered_share"] == 1.0
    assert got.loc[("c2", "clinic", "adult"), "covered_share"] == 0.0


def test_one_of_the_two_building_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="only buildings is given"):
        measure_provision(
            walks(("c1", "f1", 900.0)),
            places(("f1", "clinic", True, 600)),
            homes("c1"),
            snaps=SNAPPED,
            walking=WALKING,
            buildings=blocks(("b1", "c1", 1.0, 1, 1)),
        )


def test_walks_of_strangers_are_refused() -> None:
    facilities = places(("f1", "clinic", True, 600))
    for reach, name in (
        (walks(("c9", "f1", 1.0)), "community_id 'c9'"),
        (walks(("c1", "f9", 1.0)), "facility_id 'f9'"),
    ):
        with pytest.raises(ValueError, match=name):
            measure_provision(reach, facilities, homes("c1"), snaps=SNAPPED, walking=WALKING)


def test_two_reference_systems_are_refused() -> None:
    with pytest.raises(ValueError, match="EPSG:4546"):
        measure_provision(
            walks(("c1", "f1", 1.0)),
            places(("f1", "clinic", True, 600)).to_crs("EPSG:4546"),
            homes("c1"),
            snaps=SNAPPED,
            walking=WALKING,
        )


METRES = st.sampled_from([0.0, 300.0, 799.0, 800.0, 800.5, 1000.0, 1000.5, 1400.0])


@st.composite
def towns(draw: st.DrawFn) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    kinds = draw(
        st.lists(
            st.tuples(st.sampled_from(["clinic", "shop"]), st.booleans()), min_size=1, max_size=5
        )
    )
    facilities = places(*((f"f{n}", kind, ok, n) for n, (kind, ok) in enumerate(kinds)))
    rows = [
        (c, f"f{n}", draw(METRES))
        for c in ("c1", "c2")
        for n in range(len(kinds))
        if draw(st.booleans())
    ]
    reach = walks(*rows) if rows else walks(("c1", "f0", 0.0)).iloc[:0]
    return reach, facilities


def measure(reach: pd.DataFrame, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    snaps = on_network(c1=0, c2=0, **{f"f{n}": 0 for n in range(9)})
    return measure_provision(
        reach, facilities, homes("c1", "c2"), snaps=snaps, walking=WALKING, walkers=("adult",)
    )


@settings(max_examples=15, deadline=None)
@given(towns())
def test_answer_equals_a_plain_count_over_rows(
    town: tuple[pd.DataFrame, gpd.GeoDataFrame],
) -> None:
    reach, facilities = town
    got = measure(reach, facilities)
    for community in ("c1", "c2"):
        for category in CATEGORIES:
            rows = []
            for (c, f, _), walk in reach["walk_m"].items():
                if c != community or (f, category) not in facilities.index:
                    continue
                confirmed = bool(facilities.loc[(f, category), "confirmed"])
                standing = 2 * (walk > 1000) + (not confirmed)
                rows.append((standing, walk, f, confirmed))
            row = got.loc[(community, category, "adult")]
            assert row["reachable"] == sum(ok and walk <= 1000 for _, walk, _, ok in rows)
            if rows:
                assert (row["nearest_id"], row["nearest_m"]) == (min(rows)[2], min(rows)[1])
            else:
                assert pd.isna(row["nearest_id"])
                assert pd.notna(row["reason"])


@settings(max_examples=10, deadline=None)
@given(
    town=towns(),
    kind=st.sampled_from(["clinic", "shop"]),
    metres=METRES,
    confirmed=st.booleans(),
    shuffle=st.randoms(),
)
def test_a_new_facility_never_uncovers_anyone_and_order_changes_nothing(
    *,
    town: tuple[pd.DataFrame, gpd.GeoDataFrame],
    kind: str,
    metres: float,
    confirmed: bool,
    shuffle: random.Random,
) -> None:
    reach, facilities = town
    before = measure(reach, facilities)
    more = pd.concat([facilities, places(("f8", kind, confirmed, 8.0))])
    after = measure(pd.concat([reach, walks(("c1", "f8", metres))]), more)
    was = before["covered_share"].fillna(0.0)
    assert (after["covered_share"].fillna(0.0) >= was).all()
    assert (after["reachable"] >= before["reachable"]).all()
    order = np.arange(len(reach))
    shuffle.shuffle(order)
    pd.testing.assert_frame_equal(before, measure(reach.iloc[order], facilities.iloc[::-1]))
