"""The checker on what zones state and on their outlines; every kind of fault is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from tests.zoning.random_cities import SPEED, Case, Drawn, draw_case, solve_case
from tests.zoning.test_zones import PLANTED
from zoning.zone_checks import check_zones
from zoning.zone_faults import WORDS


def _first_with_two_zones() -> tuple[Case, Drawn]:
    for seed in range(500):
        case = draw_case(seed)
        whole = case.settings.walk_minutes is None and case.settings.households is not None
        drawn = solve_case(case, seed) if whole else None
        if drawn is not None and len(drawn.zones) > 1 and len(drawn.assignment) > 6:
            return case, drawn
    raise AssertionError("no city with two zones")


@pytest.fixture(scope="module")
def planned() -> tuple[Case, Drawn]:
    """Give a city with a plan of two zones or more."""
    return _first_with_two_zones()


def codes(case: Case, zones: gpd.GeoDataFrame, drawn: Drawn) -> set[str]:
    faults = check_zones(
        drawn.assignment,
        case.adjacency,
        case.communities,
        case.eligibility,
        case.settings,
        zones=zones,
        walks=case.walks,
        metres_per_minute=SPEED,
    )
    assert all(fault.en and fault.zh for fault in faults)
    return {fault.code for fault in faults}


def state(column: str, value: object) -> Callable[[gpd.GeoDataFrame], None]:
    def change(zones: gpd.GeoDataFrame) -> None:
        zones.loc["Z01", column] = value

    return change


def reshape(
    make: Callable[[shapely.Geometry], shapely.Geometry],
) -> Callable[[gpd.GeoDataFrame], None]:
    def change(zones: gpd.GeoDataFrame) -> None:
        zones.loc["Z01", "geometry"] = make(zones.union_all())

    return change


STATED: list[tuple[Callable[[gpd.GeoDataFrame], None], str]] = [
    (state("subdistricts", "z"), "subdistricts-differ"),
    (state("subdistricts", None), "subdistricts-differ"),
    (state("bounds_met", value=False), "bounds-met-wrong"),
    (state("walk_minutes_max", 99.0), "walk-differs"),
    (state("walk_minutes_max", None), "walk-differs"),
    (state("compactness", 0.123), "compactness-wrong"),
    (reshape(lambda _: shapely.box(0, 0, 1, 1)), "outline-misses-member"),
    (reshape(lambda whole: whole.buffer(500)), "outline-holds-stranger"),
    (reshape(lambda whole: whole.envelope), "outlines-overlap"),
]


@pytest.mark.parametrize(("change", "code"), STATED)
def test_each_fault_of_what_a_zone_states_is_caught(
    planned: tuple[Case, Drawn], change: Callable[[gpd.GeoDataFrame], None], code: str
):
    case, drawn = planned
    assert codes(case, drawn.zones, drawn) == set()
    zones = drawn.zones.copy()
    change(zones)
    assert code in codes(case, zones, drawn)


def test_a_walk_that_is_not_known_is_no_short_walk(planned: tuple[Case, Drawn]):
    case, drawn = planned
    limited = replace(
        case, walks=case.walks.iloc[:0], settings=replace(case.settings, walk_minutes=30.0)
    )
    assert "walk-unknown" in codes(limited, drawn.zones, drawn)


def test_zones_that_break_a_limit_and_say_that_they_do_not_are_caught(
    planned: tuple[Case, Drawn],
):
    case, drawn = planned
    least = float(drawn.zones["households"].min())
    tight = replace(case, settings=replace(case.settings, households=(least + 1, 1e9)))
    assert {"bounds-met-wrong", "households-below-floor"} <= codes(tight, drawn.zones, drawn)


def test_every_kind_of_fault_is_planted_and_there_are_thirty_of_them():
    planted = {code for *_, code in PLANTED} | {code for _, code in STATED}
    planted |= {"walk-unknown", "zone-crosses-office", "zones-differ"}
    planted |= {"households-differ", "communities-differ", "centre-outside"}  # in test_zones
    assert planted == set(WORDS)
    assert len(planted) >= 30
