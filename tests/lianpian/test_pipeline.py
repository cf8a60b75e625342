"""The whole job, from files to tables, on made and real cities."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.contracts import check
from layers.tables import CATEGORIES
from lianpian.pipeline import run_job
from lianpian.plan import Plan
from tests.conftest import SHARED
from zoning.tables import CONTRACTS


def test_every_table_of_a_plan_keeps_its_contract(small_plan: Plan):
    assert set(small_plan.tables) == set(CONTRACTS)
    for name, table in small_plan.tables.items():
        check(CONTRACTS[name], table)


def test_every_community_has_an_answer_to_each_of_the_nine_haves(small_plan: Plan):
    ids = small_plan.communities.index
    for walker in ("adult", "older"):
        rows = small_plan.gaps.xs(walker, level="walker")
        assert len(rows) == len(ids) * len(CATEGORIES)
    assert small_plan.gaps["bureau"].notna().all()
    assert small_plan.gaps["clause"].str.len().gt(0).all()


def test_every_community_is_in_one_zone_or_has_its_reason(small_plan: Plan):
    assignment = small_plan.assignment
    assert assignment.index.equals(small_plan.communities.index)
    assert (assignment["zone_id"].notna() ^ assignment["reason"].notna()).all()


def test_zones_keep_the_bounds_of_the_job(small_plan: Plan):
    bounds = small_plan.record["job"]["zones"]["households"]
    assert small_plan.zones["households"].between(*bounds).all()
    assert len(small_plan.zones) == small_plan.record["job"]["zones"]["count"]
    assert small_plan.record["zoning"]["rules_broken"] == 0


def test_households_of_the_levels_agree(small_plan: Plan):
    gaps = small_plan.gaps.xs("adult", level="walker").reset_index()
    zone = small_plan.assignment["zone_id"]
    gaps["zone_id"] = gaps["community_id"].map(zone)
    expected = gaps.dropna(subset=["zone_id"]).groupby(["zone_id", "category"])["households"].sum()
    got = small_plan.zone_gaps.xs("adult", level="walker")["households"]
    pd.testing.assert_series_equal(
        got.sort_index(), expected.sort_index(), check_names=False, check_dtype=False
    )


def test_the_demo_draws_seven_zones_of_the_printed_size(demo_plan: Plan):
    assert len(demo_plan.zones) == 7
    inside = demo_plan.assignment[demo_plan.assignment["role"] == "core"]
    households = demo_plan.communities["households"]
    assert households.loc[inside.index].sum() == 9427
    assert len(inside) == 136
    assert demo_plan.record["zoning"]["rules_broken"] == 0
    assert not demo_plan.communities["edge"].any()


@pytest.fixture(scope="session")
def demo_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Run the demo's job."""
    from lianpian.made_city import make_city  # noqa: PLC0415  only here

    return run_job(make_city(tmp_path_factory.mktemp("demo")))


def test_a_bare_extract_is_a_job_and_claims_no_gap_at_its_edge(helsinki: Path):
    plan = run_job(helsinki)
    assert len(plan.communities) == 13
    assert plan.communities["edge"].all()
    assert set(plan.gaps["status"]) <= {"met", "unconfirmed", "no_data"}
    found = set(plan.facilities.index.get_level_values("category"))
    assert found == set(CATEGORIES)
    assert plan.eligibility["status"].eq("unknown").all()
    assert plan.imprint.includes_unknown
    assert set(plan.communities["households_source"]) <= {"buildings", "area"}
    assert any("OpenStreetMap" in line for line in plan.imprint.sources)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real cities do not lie beside the checkout")
def test_zhuhai_gives_its_residential_areas_and_never_a_gap():
    plan = run_job(SHARED / "zhuhai" / "zhuhai_xiangzhou_2022.osm.pbf")
    assert len(plan.communities) == 23
    assert plan.communities["name"].notna().sum() == 22
    assert set(plan.gaps["status"]) <= {"met", "unconfirmed", "no_data"}
    assert (plan.gaps["status"] == "met").any()
    assert len(plan.zones) > 0


def test_gaps_show_when_the_edge_is_ignored(helsinki: Path, tmp_path: Path):
    job = tmp_path / "job.toml"
    text = f"[inputs]\nosm = '{helsinki.as_posix()}'\n[walking]\nedge = 'ignore'\nlimit_m = 300\n"
    job.write_text(text + "strict_m = 200\n", encoding="utf-8")
    plan = run_job(job)
    assert set(plan.gaps["status"]) & {"far", "gap"}
    assert plan.imprint.edge_ignored
    # without a ledger nobody is known to be in scope: that there is no zone is said, with a remedy
    [finding] = plan.findings[plan.findings["code"] == "zones-none"].itertuples()
    assert plan.zones.empty
    assert finding.zh == "没有划出片区，13 个小区均未划入：资格待定 13 个"
    assert finding.en.endswith("communities can be in one: 13 eligibility unknown")
    assert '"unknown"' in finding.remedy


def test_a_hand_made_assignment_is_checked_and_not_mended(
    small_job: Path, small_plan: Plan, tmp_path: Path
):
    edited = small_plan.assignment.copy()
    zones = edited["zone_id"].dropna().unique()
    far = edited.index[edited["zone_id"] == zones[0]][0]
    edited.loc[far, "zone_id"] = zones[-1]
    path = tmp_path / "edited.csv"
    edited.to_csv(path, encoding="utf-8-sig")
    plan = run_job(small_job, assignment=path)
    assert plan.assignment.loc[far, "zone_id"] == zones[-1]
    assert plan.record["zoning"]["stopped_by"] == "planner"
    assert plan.record["zoning"]["rules_broken"] > 0
    broken = plan.findings[plan.findings["table_name"] == "assignment"]
    assert (broken["severity"] == "decide").any()
    own, best = plan.record["zoning"], small_plan.record["zoning"]
    assert own["bound"] == pytest.approx(best["bound"])
    assert own["bound_of"] == "rules"
    assert own["optimal"] is False


def test_the_plan_of_the_solver_taken_as_a_planners_has_its_figures(
    small_job: Path, small_plan: Plan, tmp_path: Path
):
    path = tmp_path / "same.csv"
    small_plan.assignment.to_csv(path, encoding="utf-8-sig")
    own, best = run_job(small_job, assignment=path).record["zoning"], small_plan.record["zoning"]
    for name in ("objective", "bound", "gap_share", "optimal", "rules_broken"):
        assert own[name] == pytest.approx(best[name]), name
    assert (own["bound_of"], own["unpriced"], own["stopped_by"]) == ("rules", None, "planner")


def test_an_assignment_saved_by_a_spreadsheet_still_names_its_communities(
    small_job: Path, small_plan: Plan, tmp_path: Path
):
    edited = small_plan.assignment.reset_index()
    zones = sorted(edited["zone_id"].dropna().unique())
    swapped = {zones[0]: zones[-1], zones[-1]: zones[0]}
    edited["zone_id"] = edited["zone_id"].replace(swapped)
    last = edited["community_id"].iloc[-1]
    edited["community_id"] = edited["community_id"].str.lstrip("0")
    path = tmp_path / "edited.csv"
    edited.iloc[:-1].to_csv(path, index=False, encoding="gbk")
    plan = run_job(small_job, assignment=path)
    expected = small_plan.assignment["zone_id"].replace(swapped)
    assert plan.assignment["zone_id"].iloc[:-1].equals(expected.iloc[:-1])
    assert plan.assignment["reason"].iloc[:-1].equals(small_plan.assignment["reason"].iloc[:-1])
    codes = plan.findings.set_index("code")
    assert "zone-id-wrong" not in codes.index
    [text] = codes.loc[["assignment-without-community"], "zh"]
    assert last in text


def test_a_result_names_files_as_the_job_does(small_job: Path, small_plan: Plan):
    assert {record.path for record in small_plan.inputs} >= {"area.osm.pbf", "poi.csv"}
    folder = str(small_job.parent)
    for column in ("zh", "en"):
        assert not small_plan.findings[column].str.contains(folder, regex=False).any()


def test_the_same_job_gives_equal_tables(small_job: Path, small_plan: Plan):
    again = run_job(small_job)
    for name, table in small_plan.tables.items():
        assert table.equals(again.tables[name]), name
