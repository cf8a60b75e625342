"""Plans beside the one drawn: numbers of zones, alternatives, steadiness; and hand edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from layers.contracts import check
from layers.errors import InfeasibleError, InputError, JobError
from lianpian.hand_edits import read_rows
from lianpian.job import read_job
from lianpian.pipeline import run_job
from lianpian.plan import Plan
from lianpian.sources import asked_to_finish, read_inputs, zoning_settings
from lianpian.zoned import Drawn, Zoned
from lianpian.zoning_step import draw_zones
from zoning.tables import ALTERNATIVES, ASSIGNMENT, PLANS


@pytest.fixture(scope="module")
def given(small_plan: Plan, small_job: Path) -> Zoned:
    """Tables of the small city, for four zones without bounds: there is room to choose."""
    located = read_job(small_job)
    return Zoned(
        communities=small_plan.communities,
        eligibility=small_plan.eligibility,
        walks=small_plan.walks,
        gaps=small_plan.gaps,
        adjacency=small_plan.adjacency,
        settings=replace(zoning_settings(located), households=None, count=4),
        walking=located.job.walking.assumptions(),
    )


def draw(given: Zoned, edited: pd.DataFrame | None = None, **changes: object) -> Drawn:
    keep = "locked" if changes.pop("finish", False) else "all"
    settings = replace(given.settings, **changes)
    return draw_zones(
        replace(given, settings=settings), edited=edited, keep=keep, seed=0, time_limit_s=None
    )


def as_edited(assignment: pd.DataFrame) -> pd.DataFrame:
    """Give an assignment as it is read back from a file: texts, nothing where there is none."""
    table = assignment.reset_index()[["community_id", "zone_id", "locked", "reason"]]
    table["locked"] = table["locked"].map({True: "true", False: "false"})
    return table.astype("object").where(table.notna(), None)


# --- numbers of zones and alternatives ----------------------------------------------------------


def test_numbers_of_zones_are_compared_with_the_plan_drawn(given: Zoned):
    drawn = draw(given, compare_counts=(1, 3, 4, 5))
    check(PLANS, drawn.plans)
    check(ALTERNATIVES, drawn.alternatives)
    plans = drawn.plans
    assert plans.loc["A0", "zones"] == 4
    assert "N4" not in plans.index
    assert (
        plans.loc["N5", "objective"] < plans.loc["A0", "objective"] < plans.loc["N3", "objective"]
    )
    assert plans.loc["N5", "bound"] <= plans.loc["N5", "objective"]
    for plan in ("A0", "N3", "N5"):
        row = plans.loc[plan]
        assert row["households_least"] <= row["households_most"]
        assert row["walk_m_mean"] > 0
    for plan, zones in (("N3", 3), ("N5", 5)):
        own = drawn.alternatives.xs(plan, level="plan")
        assert own["zone_id"].nunique() == zones
        kept = ~own["moved"].astype(bool)
        assert own.loc[kept, "zone_id"].equals(drawn.assignment.loc[kept, "zone_id"])


def test_the_longest_walk_of_a_plan_counts_who_was_absorbed(given: Zoned):
    walked = draw(given, alternatives=0)
    joined = walked.assignment[walked.assignment["role"] == "absorbed"]
    assert len(joined)
    zone = joined["zone_id"].iloc[0]
    centre = walked.zones.loc[zone, "centre_id"]
    far = {frozenset((joined.index[0], centre))}
    walks = given.walks.copy()
    chosen = [frozenset(pair) in far for pair in walks.index]
    assert any(chosen)
    walks.loc[chosen, "walk_m"] = 900.0
    drawn = draw(replace(given, walks=walks), alternatives=0)
    assert drawn.assignment["zone_id"].equals(walked.assignment["zone_id"])
    longest = drawn.zones["walk_minutes_max"].max()
    assert longest > walked.zones["walk_minutes_max"].max()
    assert drawn.plans.loc["A0", "walk_minutes_max"] == pytest.approx(longest)
    assert drawn.plans.loc["A0", "walk_m_mean"] == walked.plans.loc["A0", "walk_m_mean"]


def test_a_number_of_zones_without_a_plan_says_why(given: Zoned):
    drawn = draw(given, compare_counts=(100,))
    row = drawn.plans.loc["N100"]
    assert pd.isna(row["objective"])
    assert "100" in row["en"]
    assert "100" in row["zh"]
    assert "N100" not in drawn.alternatives.index.get_level_values("plan")


def test_plans_of_nearly_the_same_cost_are_listed_with_what_differs(given: Zoned):
    drawn = draw(given, near_share=0.2)
    near = drawn.plans[drawn.plans["kind"] == "near"]
    assert len(near)
    assert near["above_share"].between(-1e-9, 0.2 + 1e-6).all()
    assert (near["moved_communities"] > 0).all()
    for plan, row in near.iterrows():
        own = drawn.alternatives.xs(plan, level="plan")
        moved = own.index[own["moved"].astype(bool)]
        assert len(moved) == row["moved_communities"]
        assert (own.loc[moved, "zone_id"] != drawn.assignment.loc[moved, "zone_id"]).all()
        assert f"{len(moved)} communities" in row["en"]
        assert own["zone_id"].nunique() == row["zones"]


def test_everybody_in_the_problem_has_a_share_of_staying(given: Zoned):
    drawn = draw(given, near_share=0.2)
    core = drawn.assignment[drawn.assignment["role"] == "core"]
    assert core["stays_share"].between(0, 1).all()
    assert core["stays_share"].min() < 1
    others = drawn.assignment[drawn.assignment["role"] != "core"]
    assert others["stays_share"].isna().all()


def test_no_alternatives_are_looked_for_when_none_are_wanted(given: Zoned):
    drawn = draw(given, alternatives=0)
    assert list(drawn.plans.index) == ["A0"]
    assert drawn.alternatives.empty
    assert drawn.assignment["stays_share"].isna().all()


# --- hand edits ---------------------------------------------------------------------------------


def test_the_plan_drawn_handed_back_unchanged_is_the_same_plan(given: Zoned):
    first = draw(given)
    again = draw(given, as_edited(first.assignment))
    assert again.assignment["zone_id"].equals(first.assignment["zone_id"])
    assert again.record["rules_broken"] == 0
    assert again.record["objective"] == pytest.approx(first.record["objective"])


def test_locked_rows_stay_and_the_rest_is_solved_again(given: Zoned):
    first = draw(given)
    edited = first.assignment.copy()
    core = edited[edited["role"] == "core"]
    mover = next(
        one
        for one in core.sort_values("stays_share").index
        if _beside_another_zone(given, core["zone_id"], one)
    )
    other = _beside_another_zone(given, core["zone_id"], mover)
    edited["locked"] = False
    edited.loc[mover, ["zone_id", "locked"]] = [other, True]
    anchor = first.zones.loc[other, "centre_id"]
    edited.loc[anchor, "locked"] = True
    edited.loc[~edited["locked"].astype(bool), "zone_id"] = None
    done = draw(given, as_edited(edited), finish=True)
    check(ASSIGNMENT, done.assignment)
    assert done.assignment.loc[mover, "zone_id"] == other
    assert done.assignment.loc[anchor, "zone_id"] == other
    assert set(done.assignment.index[done.assignment["locked"].astype(bool)]) == {mover, anchor}
    assert done.record["rules_broken"] == 0
    assert done.record["objective"] >= first.record["objective"] - 1e-6
    assert done.record["locked_by_planner"] == 2
    assert done.assignment["zone_id"].nunique() == first.assignment["zone_id"].nunique()


def _beside_another_zone(given: Zoned, zone: pd.Series, one: str) -> str | None:
    """Give the zone of a neighbour that is in another one."""
    links = given.adjacency.index[given.adjacency["linked"].astype(bool)]
    around = {b if a == one else a for a, b in links if one in {a, b}}
    others = {zone[other] for other in around if other in zone.index} - {zone[one]}
    return min(others, default=None)


def test_a_zone_of_one_community_is_asked_about(given: Zoned):
    first = draw(given, alternatives=0)
    assert not [f for f in first.findings if f.code == "zone-single"]
    alone = first.assignment.copy()
    zone = min(alone["zone_id"].dropna().unique())
    one = first.zones.loc[zone, "centre_id"]
    members = alone["zone_id"] == zone
    alone.loc[members & (alone.index != one), "zone_id"] = None
    drawn = draw(given, as_edited(alone), alternatives=0)
    [finding] = [f for f in drawn.findings if f.code == "zone-single"]
    assert (finding.severity, finding.row_key) == ("check", zone)
    assert given.communities.loc[one, "name"] in finding.zh
    assert given.communities.loc[one, "name"] in finding.en


def test_a_locked_row_without_a_zone_stays_out(given: Zoned):
    first = draw(given)
    edited = first.assignment.copy()
    edge = edited[edited["role"] == "core"]["stays_share"].idxmin()
    edited.loc[edge, ["zone_id", "locked"]] = [None, True]
    done = draw(given, as_edited(edited), finish=True)
    assert pd.isna(done.assignment.loc[edge, "zone_id"])
    assert done.assignment.loc[edge, "reason"] == "planner"
    assert done.assignment.loc[edge, "locked"]


def test_a_locked_row_that_no_rule_lets_in_stays_and_the_rule_is_named(given: Zoned):
    stranger = given.eligibility.index[0]
    eligibility = given.eligibility.copy()
    eligibility.loc[stranger, "status"] = "excluded"
    given = replace(given, eligibility=eligibility)
    first = draw(given)
    assert pd.isna(first.assignment.loc[stranger, "zone_id"])
    edited = first.assignment.copy()
    zone = min(edited["zone_id"].dropna().unique())
    edited.loc[stranger, ["zone_id", "locked"]] = [zone, True]
    edited.loc[first.zones.loc[zone, "centre_id"], "locked"] = True
    done = draw(given, as_edited(edited), finish=True)
    assert done.assignment.loc[stranger, "zone_id"] == zone
    assert done.record["rules_broken"] > 0
    assert stranger in {f.row_key for f in done.findings if f.severity == "decide"}


def test_a_word_in_locked_that_is_neither_yes_nor_no_is_asked_about(given: Zoned):
    edited = as_edited(draw(given).assignment)
    edited["locked"] = ["锁定", "on", *["false"] * (len(edited) - 2)]
    found = read_rows(given, edited)
    assert not found.table["locked"].any()
    (asked,) = [f for f in found.findings if f.code == "assignment-locked-unread"]
    assert asked.severity == "decide"
    assert "'锁定'" in asked.zh
    assert "2 communities" in asked.en


def test_ids_get_their_zeros_back_only_where_that_is_clear_and_it_is_told(given: Zoned):
    ids = ["007", "08", "008", "1a", "01b"]
    communities = given.communities.iloc[: len(ids)].set_index(
        pd.Index(ids, name="community_id", dtype="str")
    )
    rows = pd.DataFrame({"community_id": ["7", "8", "1a", "1b", "01b"], "zone_id": "Z01"})
    found = read_rows(replace(given, communities=communities), rows)
    assert found.table["zone_id"].notna().to_dict() == {
        "007": True,
        "08": False,
        "008": False,
        "1a": True,
        "01b": True,
    }
    codes = {f.code: f for f in found.findings}
    assert "'7' is read as '007'" in codes["assignment-zeros-restored"].en
    assert "1 个小区" in codes["assignment-zeros-restored"].zh
    unknown = {f.row_key for f in found.findings if f.code == "assignment-unknown-community"}
    assert unknown == {"8", "1b"}


def test_ids_written_as_decimals_are_read_where_that_is_clear_and_it_is_told(given: Zoned):
    ids = ["0010", "002", "2", "3"]
    communities = given.communities.iloc[: len(ids)].set_index(
        pd.Index(ids, name="community_id", dtype="str")
    )
    written = ["10.0", "002.0", "3.00", "1.00E+06", "4.0"]
    rows = pd.DataFrame({"community_id": written, "zone_id": "Z01"})
    found = read_rows(replace(given, communities=communities), rows)
    assert found.table["zone_id"].notna().to_dict() == {
        "0010": True,
        "002": False,
        "2": False,
        "3": True,
    }
    codes = {f.code: f for f in found.findings}
    assert "'10.0' is read as '0010'" in codes["assignment-decimals-dropped"].en
    assert "2 个小区" in codes["assignment-decimals-dropped"].zh
    unknown = {f.row_key: f for f in found.findings if f.code == "assignment-unknown-community"}
    assert set(unknown) == {"002.0", "1.00E+06", "4.0"}
    assert "科学计数法" in unknown["1.00E+06"].zh
    assert "scientific notation" in unknown["1.00E+06"].en
    assert "decimals" in unknown["002.0"].en


@pytest.mark.parametrize(
    ("write", "zh", "en"),
    [
        (lambda _: [], "只有表头", "no row"),
        (lambda ids: [f"{one}-x" for one in ids], "属于本作业", "belongs to this job"),
        (lambda ids: ["1.00E+06" for _ in ids[:1]], "科学计数法", "scientific notation"),
        (lambda ids: [f"9{one}.0" for one in ids], "小数", "decimals"),
    ],
)
def test_an_assignment_that_names_nobody_is_refused_before_anything_is_computed(
    small_job: Path,
    tmp_path: Path,
    write: Callable[[list[str]], list[str]],
    zh: str,
    en: str,
    small_plan: Plan,
):
    written = write(list(small_plan.communities.index))
    path = tmp_path / "改.csv"
    text = "community_id,zone_id\n" + "".join(f"{one},Z01\n" for one in written)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_inputs(read_job(small_job), assignment=path)
    assert zh in caught.value.zh
    assert en in caught.value.en
    for said in (caught.value.zh, caught.value.en):
        assert "改.csv" in said
        assert "assignment" in said


def test_zones_that_differ_only_by_case_width_or_blanks_are_asked_about(given: Zoned):
    edited = as_edited(draw(given).assignment)
    names = ["Z01", "z01", "Ｚ01", "Z 01", "Z02", "东 片"]
    edited["zone_id"] = [*names, *["Z02"] * (len(edited) - len(names))]
    (asked,) = [f for f in read_rows(given, edited).findings if f.code == "assignment-zones-alike"]
    assert asked.severity == "check"
    for row, name in enumerate(names[:4], start=2):
        assert f"{name!r}（第 {row} 行）" in asked.zh
        assert f"{name!r} (row {row})" in asked.en
    assert "Z02" not in asked.en


def test_a_row_without_a_community_and_a_zone_is_about_nobody(given: Zoned):
    edited = as_edited(draw(given).assignment)
    empty = pd.DataFrame({"community_id": [None], "zone_id": [None]}, dtype="str")
    assert read_rows(given, pd.concat([edited, empty])).findings == ()


def test_locks_that_cannot_hold_are_refused_in_words(given: Zoned):
    edited = draw(given).assignment.copy()
    edited["locked"] = edited["role"].eq("core").fillna(value=False)
    edited["zone_id"] = edited["zone_id"].where(~edited["locked"].astype(bool), "Z01")
    with pytest.raises(InfeasibleError) as caught:
        draw(given, as_edited(edited), finish=True)
    assert caught.value.conflicts


def test_words_for_locked_that_people_write_are_understood(given: Zoned):
    ids = list(given.communities.index[:5])
    rows = pd.DataFrame(
        {"community_id": ids, "zone_id": "Z01", "locked": ["TRUE", "是", " 1 ", "", None]}
    )
    table = read_rows(given, rows).table
    assert table["locked"].reindex(ids).tolist() == [True, True, True, False, False]


def test_to_finish_without_an_assignment_is_refused(small_job: Path):
    located = read_job(small_job)
    ground = read_inputs(located)
    assert asked_to_finish(located, ground, finish=False) is located
    with pytest.raises(JobError, match="--assignment"):
        asked_to_finish(located, ground, finish=True)


def test_the_wish_to_finish_reaches_the_record(small_job: Path, small_plan: Plan, tmp_path: Path):
    edited = small_plan.assignment.copy()
    edited["locked"] = edited.index == small_plan.zones["centre_id"].iloc[0]
    path = tmp_path / "edited.csv"
    edited.to_csv(path, encoding="utf-8-sig")
    plan = run_job(small_job, assignment=path, finish=True)
    assert plan.record["job"]["zones"]["finish"]
    assert plan.record["zoning"]["locked_by_planner"] == 1
    assert plan.assignment["zone_id"].equals(small_plan.assignment["zone_id"])


# --- how far a plan by hand is from the best ----------------------------------------------------


def test_a_worse_plan_by_hand_says_how_far_it_is_from_the_best(given: Zoned):
    best = draw(given, alternatives=0)
    edited = as_edited(best.assignment)
    zone = best.assignment["zone_id"]
    core = best.assignment.index[best.assignment["role"] == "core"]
    moved = next(one for one in core if one not in set(best.zones["centre_id"]))
    other = next(name for name in sorted(set(zone.dropna())) if name != zone[moved])
    edited.loc[edited["community_id"] == moved, "zone_id"] = other
    drawn = draw(given, edited)
    record = drawn.record
    assert record["bound"] == pytest.approx(best.record["objective"])
    if record["objective"] is None:
        assert record["unpriced"] == "walks"
    else:
        gap = record["objective"] / record["bound"] - 1
        assert record["gap_share"] == pytest.approx(gap * record["bound"] / record["objective"])
        assert drawn.plans.loc["A0", "bound"] == record["bound"]
    assert record["optimal"] is False
    assert dict(draw(given, edited).record) == dict(record)


def test_the_bound_of_a_plan_by_hand_is_of_the_communities_that_it_places(given: Zoned):
    best = draw(given, alternatives=0)
    out = best.zones["centre_id"].iloc[0]
    left = [c for c in best.assignment.index[best.assignment["role"] == "core"] if c != out]
    edited = as_edited(best.assignment)
    edited.loc[edited["community_id"] == out, "zone_id"] = None
    record = draw(given, edited).record
    assert record["bound_of"] == "same members"
    alone = draw(given, alternatives=0, locked={out: ""})
    core = alone.assignment.index[alone.assignment["role"] == "core"]
    if set(core) == set(left):
        assert record["bound"] == pytest.approx(alone.record["bound"])
        assert record["unpriced"] in {None, "walks"}


def test_rules_that_no_plan_keeps_have_no_bound(given: Zoned):
    best = draw(given, alternatives=0)
    record = draw(given, as_edited(best.assignment), households=(100000.0, 200000.0)).record
    assert record["bound"] is None
    assert record["bound_of"] == "nothing"
    assert record["rules_broken"] > 0


def test_finishing_the_rest_is_bound_by_the_locks(given: Zoned):
    edited = as_edited(draw(given, alternatives=0).assignment)
    edited.loc[edited["zone_id"].eq("Z01"), "locked"] = "true"
    assert draw(given, edited, finish=True).record["bound_of"] == "locked"
