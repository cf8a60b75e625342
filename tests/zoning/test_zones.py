from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon, box

from layers.contracts import check, conform
from layers.errors import InfeasibleError, JobError
from layers.tables import COMMUNITIES, WALKS
from layers.walking import Walking
from zoning.regionalization import regionalize
from zoning.regionalization.absorption import absorb
from zoning.regionalization.problem import ZoningProblem, pose_zoning
from zoning.regionalization.settings import ZoningSettings, ZoningTerms
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY, GAPS, ZONES
from zoning.zone_checks import check_zones
from zoning.zones import dissolve_zones

CRS = "EPSG:4547"
WALKING = Walking()
SPEED = WALKING.metres_per_minute("adult")


class Row:
    """Six squares of 100 m in a row, 10 m apart: a to d core, e absorbable, f excluded."""

    ids = tuple("abcdef")
    status = ("core", "core", "core", "core", "absorbable", "excluded")
    households = (100.0, 110.0, 120.0, 130.0, 40.0, 50.0)

    def __init__(self, **changes: Iterable[Any]) -> None:
        self.office = list(changes.get("office", ["x"] * 6))
        self.household_list = list(changes.get("households", self.households))
        self.status_list = list(changes.get("status", self.status))
        self.names = list(changes.get("name", [None] * 6))
        self.missing = dict.fromkeys(self.ids, 1) | dict(changes.get("missing", {}))
        self.cut = set(changes.get("cut", ()))

    @property
    def communities(self) -> gpd.GeoDataFrame:
        return conform(
            COMMUNITIES,
            gpd.GeoDataFrame(
                {
                    "community_id": self.ids,
                    "households": self.household_list,
                    "households_source": "ledger",
                    "subdistrict": self.office,
                    "name": pd.array(self.names, dtype="str"),
                },
                geometry=[square(110 * n) for n in range(6)],
                crs=CRS,
            ),
        )

    @property
    def eligibility(self) -> pd.DataFrame:
        return conform(
            ELIGIBILITY,
            pd.DataFrame(
                {
                    "community_id": self.ids,
                    "status": self.status_list,
                    "reasons": "built",
                    "clause": "E01",
                }
            ),
        )

    @property
    def adjacency(self) -> pd.DataFrame:
        pairs = list(zip(self.ids, self.ids[1:], strict=False))
        return conform(
            ADJACENCY,
            pd.DataFrame(
                {
                    "focal": [one for one, _ in pairs],
                    "neighbor": [other for _, other in pairs],
                    "gap_m": 10.0,
                    "walk_m": 110.0,
                    "crosses": "lane",
                    "kind": ["cut" if pair in self.cut else "lane" for pair in pairs],
                    "linked": [pair not in self.cut for pair in pairs],
                }
            ),
        )

    @property
    def walks(self) -> pd.DataFrame:
        rows = [
            (one, other, 110.0 * (j - i))
            for i, one in enumerate(self.ids)
            for j, other in enumerate(self.ids)
            if i < j
        ]
        return conform(WALKS, pd.DataFrame(rows, columns=["focal", "neighbor", "walk_m"]))

    @property
    def gaps(self) -> pd.DataFrame:
        return conform(
            GAPS,
            pd.DataFrame(
                {
                    "community_id": self.ids,
                    "category": "toilet",
                    "walker": "adult",
                    "status": ["gap" if self.missing[name] else "met" for name in self.ids],
                    "limit_m": 500.0,
                    "limit_minutes": 7.5,
                    "rule": "distance",
                    "bureau": "x",
                    "clause": "x",
                }
            ),
        )

    def pose(self, settings: ZoningSettings) -> ZoningProblem:
        return pose_zoning(
            self.communities,
            self.eligibility,
            self.walks,
            self.gaps,
            self.adjacency,
            settings,
            walking=WALKING,
        )

    def draw(self, settings: ZoningSettings) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
        problem = self.pose(settings)
        found = regionalize(problem.weights, problem.adjacency, problem.cost, problem.bounds)
        cap = math.inf if settings.households is None else settings.households[1]
        assignment = absorb(
            found.assignment,
            self.eligibility,
            self.adjacency,
            households=self.communities["households"],
            left_out=problem.left_out,
            cap=cap,
            subdistrict=self.communities["subdistrict"] if settings.subdistrict == "hard" else None,
        )
        check(ASSIGNMENT, assignment)
        centres = {assignment["zone_id"][c]: c for c in set(found.assignment)}
        zones = dissolve_zones(
            assignment,
            self.communities,
            self.adjacency,
            self.walks,
            centres=pd.Series(centres),
            limits=settings,
            walking=WALKING,
        )
        check(ZONES, zones)
        return assignment, zones


def square(x: float, y: float = 0.0, side: float = 100.0) -> Polygon:
    return box(500_000 + x, 3_840_000 + y, 500_000 + x + side, 3_840_000 + y + side)


TWO = ZoningSettings(count=2, households=(200, 300))


# --- posing the problem -------------------------------------------------------------------------


def test_only_core_communities_are_posed_and_the_others_have_their_reason() -> None:
    problem = Row().pose(TWO)
    assert problem.weights.to_dict() == {"a": 100, "b": 110, "c": 120, "d": 130}
    assert problem.adjacency.to_numpy().tolist() == [["a", "b"], ["b", "c"], ["c", "d"]]
    assert problem.left_out["reason"].to_dict() == {"f": "excluded"}
    assert "built" in problem.left_out["en"]["f"]
    assert "按规则不纳入" in problem.left_out["zh"]["f"]
    assert problem.bounds.weight == (200, 300)
    assert problem.findings == ()


def test_cost_is_the_walk_both_ways_and_nothing_to_oneself() -> None:
    cost = Row().pose(TWO).cost.set_index(["unit", "centre"])["cost"]
    assert cost["a", "a"] == 0
    assert cost["a", "c"] == cost["c", "a"] == 220


def test_a_walking_radius_removes_longer_pairs() -> None:
    cost = Row().pose(replace(TWO, walk_minutes=110 / SPEED)).cost
    assert cost["cost"].max() == 110


def test_unlike_needs_and_other_offices_cost_what_the_terms_say() -> None:
    terms = ZoningTerms(needs=90.0, crossing=70.0)
    settings = replace(TWO, terms=terms, subdistrict="soft")
    problem = Row(missing={"b": 0}, office="xxyyyy").pose(settings)
    cost = problem.cost.set_index(["unit", "centre"])["cost"]
    # a and b are a zone of the draft, where one of two lacks something; a counts as 115 households
    assert cost["a", "b"] == pytest.approx(110 + 90 / 9 * (1 / 2) ** 2 * 115 / 100)
    assert cost["a", "a"] == pytest.approx(90 / 9 * (1 / 2) ** 2 * 115 / 100)
    assert cost["a", "d"] == pytest.approx(330)
    assert (problem.bounds.group_rule, problem.bounds.group_penalty) == ("soft", 70.0)
    default = Row().pose(replace(TWO, subdistrict="soft"))
    assert default.bounds.group_penalty == 300.0


def test_communities_in_conflict_are_called_by_their_names() -> None:
    row = Row(name=["朝阳里", None, "Rose Court", None, None, None])
    problem = row.pose(replace(TWO, together=(("a", "b"),), apart=(("b", "a"),)))
    assert problem.bounds.names == {"a": "朝阳里", "c": "Rose Court"}
    with pytest.raises(InfeasibleError) as caught:
        regionalize(problem.weights, problem.adjacency, problem.cost, problem.bounds)
    assert "朝阳里 (a), b" in caught.value.en
    assert "朝阳里（a）、b" in caught.value.zh


def test_hard_street_offices_cut_links_between_them() -> None:
    problem = Row(office="xxyyyy").pose(TWO)
    assert problem.adjacency.to_numpy().tolist() == [["a", "b"], ["c", "d"]]
    off = Row(office="xxyyyy").pose(replace(TWO, subdistrict="off"))
    assert len(off.adjacency) == 3


@pytest.mark.parametrize(
    ("changes", "settings", "reasons"),
    [
        ({"households": (100, 110, 400, 130, 40, 50)}, TWO, {"c": "unit_above_cap"}),
        ({"households": (100, 110, math.nan, 130, 40, 50)}, TWO, {"c": "unknown"}),
        ({"status": ("core", "core", "unknown", "core", "absorbable", "excluded")}, TWO,
         {"c": "unknown"}),
        ({"cut": [("c", "d")]}, replace(TWO, count=1), {"d": "no_neighbour"}),
        ({"cut": [("b", "c")]}, replace(TWO, households=(240, 300), count=1),
         {"a": "component_below_floor", "b": "component_below_floor"}),
        ({}, replace(TWO, locked={"d": ""}), {"d": "planner"}),
    ],
)  # fmt: skip
def test_each_community_left_out_has_its_reason(
    changes: Mapping[str, Any], settings: ZoningSettings, reasons: Mapping[str, str]
) -> None:
    left_out = Row(**changes).pose(settings).left_out
    expected = {"f": "excluded"} | dict(reasons)
    for name, reason in expected.items():
        assert left_out["reason"][name] == reason
        assert left_out["zh"][name]
        assert left_out["en"][name]


def test_a_lone_community_that_meets_the_floor_is_a_zone_of_its_own() -> None:
    row = Row(cut=[("c", "d")], households=(100, 110, 120, 230, 40, 50))
    assignment, zones = row.draw(ZoningSettings(households=(200, 400)))
    assert assignment["zone_id"].to_dict()["d"] == "Z02"
    assert zones["communities"].to_dict() == {"Z01": 3, "Z02": 2}


def test_unknown_ones_join_when_the_job_includes_them() -> None:
    row = Row(status=["unknown"] * 6)
    assert row.pose(TWO).is_empty
    assert set(row.pose(TWO).left_out["reason"]) == {"unknown"}
    included = row.pose(replace(TWO, include=("core", "unknown")))
    assert list(included.weights.index) == list("abcdef")


def test_without_limits_the_reference_scale_sets_the_count_and_says_so() -> None:
    problem = Row(households=[1000.0] * 6).pose(ZoningSettings())
    assert problem.bounds.count == 1  # 4 000 households are three zones, 4 communities not one
    assert [finding.code for finding in problem.findings] == ["zones-default-count"]
    assert "4,000 households" in problem.findings[0].en
    split = Row(cut=[("b", "c")]).pose(ZoningSettings())
    assert split.bounds.count == 2


def test_pins_on_unknown_communities_are_refused_and_idle_ones_are_told() -> None:
    with pytest.raises(JobError, match="'zz'") as caught:
        Row().pose(replace(TWO, together=(("a", "zz"),)))
    assert "together" in caught.value.zh
    problem = Row().pose(replace(TWO, together=(("a", "b", "f"),), locked={"e": "1", "a": "1"}))
    assert problem.bounds.together == (("a", "b"),)
    assert problem.bounds.locked == {"a": "1"}
    assert sorted(finding.row_key for finding in problem.findings) == ["e", "f"]


# --- absorbing ----------------------------------------------------------------------------------


def test_an_absorbable_community_joins_the_zone_that_it_touches() -> None:
    assignment, _ = Row().draw(TWO)
    assert assignment["zone_id"].dropna().to_dict() == {
        "a": "Z01", "b": "Z01", "c": "Z02", "d": "Z02", "e": "Z02",
    }  # fmt: skip
    assert assignment["role"].dropna().to_dict()["e"] == "absorbed"
    assert assignment["reason"].dropna().to_dict() == {"f": "excluded"}


def test_one_that_would_break_the_cap_stays_out() -> None:
    assignment, _ = Row().draw(replace(TWO, households=(200, 289)))
    assert pd.isna(assignment["zone_id"]["e"])
    assert assignment["reason"]["e"] == "unit_above_cap"


def test_one_that_touches_nobody_stays_out_and_none_joins_through_another() -> None:
    cut, _ = Row(cut=[("d", "e")]).draw(TWO)
    assert cut["reason"]["e"] == "no_neighbour"
    status = ("core", "core", "core", "core", "absorbable", "absorbable")
    chained, _ = Row(status=status).draw(TWO)
    assert chained["zone_id"]["e"] == "Z02"
    assert chained["reason"]["f"] == "no_neighbour"


def test_one_in_another_street_office_stays_out_when_offices_are_hard() -> None:
    assignment, _ = Row(office="xxxxyx").draw(TWO)
    assert assignment["reason"]["e"] == "no_neighbour"
    free, _ = Row(office="xxxxyx").draw(replace(TWO, subdistrict="off"))
    assert free["zone_id"]["e"] == "Z02"


def test_when_the_core_leaves_the_absorbed_ones_leave_with_it() -> None:
    row = Row(status=("core", "core", "excluded", "excluded", "absorbable", "excluded"))
    assignment, _ = row.draw(replace(TWO, count=1))
    assert assignment["reason"]["e"] == "no_neighbour"


def test_the_strongest_tie_wins_then_the_shorter_walk() -> None:
    ids = ["a", "b", "m"]
    eligibility = conform(
        ELIGIBILITY,
        pd.DataFrame(
            {"community_id": ids, "status": ["core", "core", "absorbable"], "clause": "x"}
        ),
    )
    left_out = pd.DataFrame({"reason": pd.Series(dtype="str")})
    for kinds, walked, home in (
        (("road", "wall"), (50.0, 400.0), "Z02"),
        (("lane", "lane"), (50.0, 40.0), "Z02"),
        (("lane", "lane"), (40.0, math.nan), "Z01"),
        (("lane", "lane"), (40.0, 40.0), "Z01"),
        (("wall", "added"), (40.0, 40.0), "Z02"),
    ):
        adjacency = conform(
            ADJACENCY,
            pd.DataFrame(
                {
                    "focal": ["a", "b"],
                    "neighbor": ["m", "m"],
                    "kind": kinds,
                    "walk_m": walked,
                    "crosses": "none",
                    "linked": True,
                }
            ),
        )
        found = absorb(
            pd.Series({"a": "a", "b": "b"}),
            eligibility,
            adjacency,
            households=pd.Series(10.0, index=ids),
            left_out=left_out,
        )
        assert found["zone_id"]["m"] == home


# --- outlines -----------------------------------------------------------------------------------


def test_a_zone_holds_its_members_and_the_lane_between_them() -> None:
    _, zones = Row().draw(TWO)
    first = zones.geometry["Z01"]
    assert first.geom_type == "Polygon"
    assert first.is_valid
    assert first.area == pytest.approx(210 * 100, rel=0.01)
    assert first.equals(square(0).union(square(110)).envelope)
    assert zones["compactness"]["Z01"] == pytest.approx(4 * math.pi * 21000 / 620**2, rel=0.01)


def test_outlines_share_no_ground_and_hold_no_other_community() -> None:
    row = Row()
    _, zones = row.draw(TWO)
    assert zones.geometry["Z01"].intersection(zones.geometry["Z02"]).area == pytest.approx(0)
    outside = row.communities.geometry["f"]
    assert zones.geometry.intersection(outside).area.max() == pytest.approx(0)


def test_the_figures_of_a_zone_are_its_members() -> None:
    _, zones = Row().draw(TWO)
    second = zones.loc["Z02"]
    assert (second["communities"], second["households"], second["centre_id"]) == (3, 290, "d")
    assert second["walk_minutes_max"] == pytest.approx(110 / SPEED)
    assert second["households_source"] == "ledger"
    assert second["subdistricts"] == "x"
    assert second["bounds_met"]
    for text in (second["explanation_en"], second["explanation_zh"]):
        assert "Z02" in text
        assert f"{110 / SPEED:.1f} {'min, from' if 'min' in text else '分钟（'}" in text
        assert "290" in text
        assert "10" in text


class Touching(Row):
    """The same squares, with gates that touch."""

    @property
    def walks(self) -> pd.DataFrame:
        return super().walks.assign(walk_m=0.0)


def test_gates_that_touch_are_told_as_less_than_a_minute_apart() -> None:
    _, zones = Touching().draw(TWO)
    assert zones["walk_minutes_max"].eq(0).all()
    assert zones["explanation_zh"].str.contains("至中心最远步行 不足 1 分钟（", regex=False).all()
    assert zones["explanation_en"].str.contains("to the centre <1 min, from", regex=False).all()


def test_zones_are_explained_with_names_and_with_ids_only_where_names_are_shared() -> None:
    _, zones = Row(name=["甲院", "乙院", "丙院", "甲院", None, None]).draw(TWO)
    first, second = (zones["explanation_zh"][zone] for zone in ("Z01", "Z02"))
    assert "以 乙院 为中心" in first
    assert "以 甲院 (d) 为中心" in second
    assert "(b)" not in first + second


def test_an_other_community_between_two_members_is_not_swallowed() -> None:
    """Two members 40 m apart, with a stranger's house of 20 m in the gap."""
    ids = ["a", "b", "s"]
    shapes = [square(0), square(140), square(110, 40, side=20)]
    communities = conform(
        COMMUNITIES,
        gpd.GeoDataFrame({"community_id": ids, "households": 10.0}, geometry=shapes, crs=CRS),
    )
    assignment = conform(
        ASSIGNMENT,
        pd.DataFrame(
            {
                "community_id": ids,
                "zone_id": ["Z01", "Z01", None],
                "role": ["core", "core", None],
                "locked": False,
                "reason": [None, None, "excluded"],
            }
        ),
    )
    adjacency = conform(
        ADJACENCY,
        pd.DataFrame(
            {
                "focal": ["a"], "neighbor": ["b"], "gap_m": [40.0], "crosses": "none",
                "kind": "lane", "linked": True,
            }
        ),
    )  # fmt: skip
    zones = dissolve_zones(
        assignment,
        communities,
        adjacency,
        conform(WALKS, pd.DataFrame({"focal": [], "neighbor": [], "walk_m": []})),
        centres=pd.Series({"Z01": "a"}),
        limits=ZoningSettings(),
        walking=WALKING,
    )
    outline = zones.geometry["Z01"]
    assert outline.area == pytest.approx(240 * 100 - 400, rel=0.001)
    assert shapely.intersection(outline, shapes[2]).area == pytest.approx(0)
    assert zones["walk_minutes_max"]["Z01"] == 0


def test_no_zone_gives_an_empty_table_in_the_right_form() -> None:
    row = Row(status=["excluded"] * 6)
    problem = row.pose(TWO)
    assignment = absorb(
        pd.Series(dtype="str"),
        row.eligibility,
        row.adjacency,
        households=row.communities["households"],
        left_out=problem.left_out,
    )
    assert set(assignment["reason"]) == {"excluded"}
    zones = dissolve_zones(
        assignment,
        row.communities,
        row.adjacency,
        row.walks,
        centres=pd.Series(dtype="str"),
        limits=TWO,
        walking=WALKING,
    )
    check(ZONES, zones)
    assert zones.empty
    assert zones.crs == CRS


# --- the checker --------------------------------------------------------------------------------


def faults_of(
    row: Row,
    assignment: pd.DataFrame,
    settings: ZoningSettings,
    zones: pd.DataFrame | None = None,
) -> set[str]:
    found = check_zones(
        assignment,
        row.adjacency,
        row.communities,
        row.eligibility,
        settings,
        zones=zones,
        walks=row.walks,
        metres_per_minute=SPEED,
    )
    assert all(fault.en and fault.zh for fault in found)
    return {fault.code for fault in found}


def test_a_good_plan_has_no_fault() -> None:
    row = Row()
    settings = replace(
        TWO, communities=(2, 2), walk_minutes=2, together=(("a", "b"),), apart=(("b", "c"),)
    )
    assignment, zones = row.draw(settings)
    assert faults_of(row, assignment, settings, zones) == set()


Change = Callable[[pd.DataFrame], pd.DataFrame]


def put(name: str, **values: object) -> Change:
    def change(assignment: pd.DataFrame) -> pd.DataFrame:
        table = assignment.astype("object")
        for column, value in values.items():
            table.loc[name, column] = value
        return conform(ASSIGNMENT, table)

    return change


def same(assignment: pd.DataFrame) -> pd.DataFrame:
    return assignment


PLANTED: list[tuple[Change, ZoningSettings, str]] = [
    (lambda t: t.drop("b"), TWO, "community-missing"),
    (lambda t: pd.concat([t, t.loc[["b"]]]), TWO, "community-twice"),
    (lambda t: t.rename(index={"b": "q"}), TWO, "community-unknown"),
    (put("b", role="absorbed"), TWO, "role-wrong"),
    (put("b", role=None), TWO, "role-wrong"),
    (put("e", role="core"), TWO, "role-wrong"),
    (put("f", zone_id="Z02", role="core", reason=None), TWO, "role-wrong"),
    (put("b", reason="planner"), TWO, "reason-and-zone"),
    (put("f", role="core"), TWO, "role-without-zone"),
    (put("f", reason=None), TWO, "reason-missing"),
    (put("f", reason="unknown"), TWO, "reason-wrong"),
    (put("b", zone_id=None, role=None, reason="excluded"), TWO, "reason-wrong"),
    (put("e", zone_id=None, role=None, reason="no_neighbour"), TWO, "absorbable-left-out"),
    (put("e", zone_id="Z01"), TWO, "absorbed-not-touching"),
    (put("a", zone_id="Z02"), TWO, "zone-not-connected"),
    (put("b", zone_id="Z02"), TWO, "households-below-floor"),
    (put("b", zone_id="Z02"), TWO, "households-above-cap"),
    (put("b", zone_id="Z03"), TWO, "count-wrong"),
    (put("e", zone_id="Z03"), TWO, "zone-without-core"),
    (same, replace(TWO, count=(3, 4)), "count-wrong"),
    (same, replace(TWO, households=(220, 300)), "households-below-floor"),
    (same, replace(TWO, households=(200, 280)), "households-above-cap"),
    (same, replace(TWO, communities=(3, 4)), "communities-out-of-range"),
    (same, replace(TWO, communities=(1, 1)), "communities-out-of-range"),
    (same, replace(TWO, walk_minutes=1), "walk-too-long"),
    (same, replace(TWO, together=(("b", "c"),)), "together-broken"),
    (same, replace(TWO, apart=(("a", "b"),)), "apart-broken"),
    (same, replace(TWO, locked={"b": "1", "c": "1"}), "locked-broken"),
    (same, replace(TWO, locked={"a": "1", "b": "2"}), "locked-broken"),
    (same, replace(TWO, locked={"a": ""}), "locked-broken"),
    (lambda t: t.replace({"zone_id": {"Z01": "Z09"}}), TWO, "zone-id-wrong"),
]


@pytest.mark.parametrize(("change", "settings", "code"), PLANTED)
def test_each_planted_fault_is_caught(change: Change, settings: ZoningSettings, code: str) -> None:
    row = Row()
    assignment, zones = row.draw(TWO)
    assert code in faults_of(row, change(assignment), settings, zones)


def test_a_zone_that_crosses_street_offices_is_caught() -> None:
    row = Row(office="xyxxxx")
    assignment, zones = row.draw(replace(TWO, subdistrict="off"))
    assert "zone-crosses-office" in faults_of(row, assignment, TWO, zones)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("households", 17.0, "households-differ"),
        ("communities", 9, "communities-differ"),
        ("centre_id", "e", "centre-outside"),
    ],
)
def test_figures_that_differ_from_the_members_are_caught(
    column: str, value: object, code: str
) -> None:
    row = Row()
    assignment, zones = row.draw(TWO)
    wrong = zones.copy()
    wrong.loc["Z02", column] = value
    assert code in faults_of(row, assignment, TWO, wrong)
    assert "zones-differ" in faults_of(row, assignment, TWO, zones.drop("Z02"))


# --- random towns -------------------------------------------------------------------------------


def random_row(seed: int) -> tuple[Row, ZoningSettings]:
    rng = np.random.default_rng(seed)
    words = ["core", "core", "core", "absorbable", "excluded", "unknown"]
    row = Row(
        status=[words[k] for k in rng.integers(0, 6, 6)],
        households=rng.integers(50, 200, 6).astype(float),
        office=["xy"[k] for k in (rng.random(6) < 0.2).astype(int)],
        cut=[("c", "d")] if rng.random() < 0.3 else [],
    )
    settings = ZoningSettings(
        households=(60.0, 420.0) if rng.random() < 0.7 else None,
        subdistrict=["hard", "soft", "off"][int(rng.integers(3))],
        include=("core", "unknown") if rng.random() < 0.5 else ("core",),
    )
    return row, settings


@pytest.mark.parametrize("seed", range(12))
def test_the_checker_passes_what_the_solver_draws(seed: int) -> None:
    row, settings = random_row(seed)
    if row.pose(settings).is_empty:
        assert row.pose(settings).weights.empty
        return
    assignment, zones = row.draw(settings)
    assert faults_of(row, assignment, settings, zones) == set()
    assert zones["bounds_met"].all()
