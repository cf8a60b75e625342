"""Who lies outside city and county seat, by the ledger, by the map, and where both differ (E04)."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoning.test_eligibility import built, homes
from zoning.eligibility import judge_eligibility
from zoning.rulebooks import read_rulebook, shipped_rulebooks
from zoning.settlement import LEAST_INSIDE, doubt_settlement, settle_outside

ASKING = ("guizhou_2020", "kaifeng_2019")


Said = str | None
"""What the ledger says: ``yes`` to outside, ``no``, or nothing."""

YES_OR_NO = {"yes": True, "no": False, None: None}


def place(ledger: Said, share: float | None) -> dict[str, object]:
    return built(1990, 1990, excl_outside_town=YES_OR_NO[ledger], built_up_share=share)


CASES = {
    "neither speaks": (None, None, "core", "E03;not_stated:excl_outside_town"),
    "the ledger alone says outside": ("yes", None, "excluded", "E04"),
    "the map alone says outside": (None, 0.0, "excluded", "E04"),
    "less than half inside is outside": (None, 0.4999, "excluded", "E04"),
    "exactly half is inside": (None, 0.5, "core", "E03"),
    "both say outside": ("yes", 0.1, "excluded", "E04"),
    "both say inside": ("no", 1.0, "core", "E03"),
    "inside by the ledger, outside on the map": (
        "no",
        0.1,
        "unknown",
        "conflict:excl_outside_town",
    ),
    "outside by the ledger, inside on the map": (
        "yes",
        0.9,
        "unknown",
        "conflict:excl_outside_town",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_ledger_and_map_decide_together(case: str) -> None:
    ledger, share, status, reasons = CASES[case]
    got = judge_eligibility(homes(place(ledger, share)), read_rulebook("kaifeng_2019"))
    assert got.loc["c0", ["status", "reasons"]].tolist() == [status, reasons]
    if "E04" in reasons or "conflict" in reasons:
        assert "汴政办〔2019〕99号 四" in got.loc["c0", "clause"]


@pytest.mark.parametrize("name", ASKING)
def test_another_exclusion_decides_whatever_the_two_say(name: str) -> None:
    row = place("no", 0.0) | {"excl_shantytown": True}
    got = judge_eligibility(homes(row), read_rulebook(name))
    assert got.loc["c0", ["status", "reasons"]].tolist() == ["excluded", "E09"]


@pytest.mark.parametrize("name", ASKING)
def test_a_contradiction_is_a_decision_that_names_what_both_say(name: str) -> None:
    rows = [place("no", 0.12), place("yes", 0.97), place("yes", 0.0), place(None, 0.0)]
    people = homes(*({"name": f"小区{n}"} | row for n, row in enumerate(rows)))
    count, one, other = doubt_settlement(people, read_rulebook(name))
    assert count.code == "outside-built-up"
    assert (one.row_key, one.severity, one.code) == ("c0", "decide", "outside-town-conflict")
    assert "小区0（c0）：台账写在城市、县城以内，但其用地有 12% 在建成区图层内" in one.zh
    assert "the ledger says inside city and county seat, but 12% of its ground" in one.en
    assert "E04" in one.zh
    assert other.row_key == "c1"
    assert "the ledger says outside city and county seat, but 97%" in other.en


def test_where_no_clause_asks_for_a_town_nobody_is_left_out_and_it_is_told() -> None:
    rulebook = read_rulebook("yanshi_2021")
    rows = [place(None, 0.0), place("no", 0.0), place(None, 1.0)]
    got = judge_eligibility(homes(*rows), rulebook)
    assert got["status"].tolist() == ["core"] * 3
    assert got["reasons"].tolist() == ["E01;no_clause:excl_outside_town", "E01", "E01"]
    assert [one.severity for one in doubt_settlement(homes(*rows), rulebook)] == ["check"]


@pytest.mark.parametrize("name", ASKING)
@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=9))
def test_who_lies_outside_on_the_map_is_counted_and_many_of_them_are_a_decision(
    name: str, found: list[float | None]
) -> None:
    people = homes(*({"name": f"小区{n}"} | place(None, one) for n, one in enumerate(found)))
    told = doubt_settlement(people, read_rulebook(name))
    outside = [n for n, one in enumerate(found) if one is not None and one < LEAST_INSIDE]
    assert [one.code for one in told] == ["outside-built-up"] * bool(outside)
    for one in told:
        assert one.severity == ("decide" if 2 * len(outside) >= len(found) else "check")
        people_said = "1 community" if len(found) == 1 else f"{len(found)} communities"
        assert one.en.startswith(f"{len(outside)} of {people_said} outside the built-up area (")
        assert one.zh.startswith(f"{len(found)} 个小区中有 {len(outside)} 个在建成区图层之外")
        for n in outside[:5]:
            assert f"小区{n}" in one.zh
            assert f"小区{n}" in one.en
        assert (f"等 {len(outside)} 个" in one.zh) == (len(outside) > 5)


ledgers = st.sampled_from(["yes", "no", None])
shares = st.none() | st.floats(0, 1)


@given(st.sampled_from(shipped_rulebooks()), ledgers)
def test_without_the_layer_nothing_changes(name: str, ledger: Said) -> None:
    people = homes(place(ledger, None))
    outside, contradicted = settle_outside(people)
    assert not contradicted.any()
    pd.testing.assert_series_equal(outside, people["excl_outside_town"])
    assert doubt_settlement(people, read_rulebook(name)) == []


@given(ledgers, shares, shares)
def test_more_of_a_community_inside_never_leaves_it_out(
    ledger: Said, share: float | None, more: float | None
) -> None:
    if share is None or more is None:
        return
    low, high = sorted((share, more))
    people = homes(place(ledger, low), place(ledger, high))
    status = judge_eligibility(people, read_rulebook("guizhou_2020"))["status"].tolist()
    rank = {"excluded": 0, "unknown": 1, "core": 2}
    if ledger is None:
        assert rank[status[0]] <= rank[status[1]]
        assert (status[1] == "excluded") == (high < LEAST_INSIDE)
    else:
        # a map alone never outvotes the ledger: it only opens the question again
        assert set(status) <= {"unknown", "excluded" if ledger == "yes" else "core"}
