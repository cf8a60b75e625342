"""Eligibility: the truth table of 24 cases and more, with codes and clauses."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import check, conform
from layers.errors import ContractError
from layers.tables import COMMUNITIES
from zoning.eligibility import judge_consent, judge_eligibility
from zoning.rulebooks import read_rulebook
from zoning.rules import MissingFields
from zoning.tables import ELIGIBILITY

STATED = {
    "excl_shantytown": False,
    "excl_demolition": False,
    "excl_self_built": False,
    "excl_urban_village": False,
    "excl_sangongyiye": False,
    "excl_outside_town": False,
    "structure_safe": True,
    "agreement_share": 0.9,
}


def homes(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        [
            {"community_id": f"c{n}", "geometry": shapely.box(n, 0, n + 1, 1)} | row
            for n, row in enumerate(rows)
        ]
    )
    return conform(COMMUNITIES, gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4547"))


def judge(rulebook: str, row: dict[str, object]) -> pd.Series:
    got = judge_eligibility(homes(row), read_rulebook(rulebook))
    check(ELIGIBILITY, got)
    return got.loc["c0"]


def built(first: int | None, last: int | None = None, **fields: object) -> dict[str, object]:
    return {"year_built_from": first, "year_built_to": last} | STATED | fields


CASES = {
    "2000-12-31 is in": ("yanshi_2021", built(2000, 2000), "core", "E01"),
    "2001-01-01 does not seed a zone": ("yanshi_2021", built(2001, 2001), "absorbable", "E02"),
    "2005-12-31 may join a zone": ("yanshi_2021", built(2005, 2005), "absorbable", "E02"),
    "2006 is out": ("yanshi_2021", built(2006, 2006), "excluded", "E01;E02"),
    "2001 is out where nothing absorbs": ("national", built(2001, 2001), "excluded", "N01"),
    "2000 is in by the national text": ("national", built(2000, 2000), "core", "N01"),
    "the nineties are in": ("yanshi_2021", built(1990, 1999), "core", "E01"),
    "1998 to 2003 is unknown": (
        "yanshi_2021",
        built(1998, 2003),
        "unknown",
        "straddles:2000",
    ),
    "2004 to 2007 is unknown": (
        "yanshi_2021",
        built(2004, 2007),
        "unknown",
        "straddles:2005",
    ),
    "no year is unknown": (
        "yanshi_2021",
        built(None, None),
        "unknown",
        "missing:year_built_from;missing:year_built_to",
    ),
    "before 2000 with no first year is in": ("yanshi_2021", built(None, 2000), "core", "E01"),
    "after 2005 with no last year is out": (
        "yanshi_2021",
        built(2006, None),
        "excluded",
        "E01;E02",
    ),
    "since 1995 with no last year is unknown": (
        "yanshi_2021",
        built(1995, None),
        "unknown",
        "missing:year_built_to",
    ),
    "until 2003 with no first year is unknown": (
        "yanshi_2021",
        built(None, 2003),
        "unknown",
        "missing:year_built_from",
    ),
    "years in the wrong order are unknown": (
        "yanshi_2021",
        built(1999, 1990),
        "unknown",
        "year_conflict",
    ),
    "utilities handed over are out in Kaifeng": (
        "kaifeng_2019",
        built(1990, 1990, excl_sangongyiye=True),
        "excluded",
        "E08",
    ),
    "utilities handed over are in in Yanshi": (
        "yanshi_2021",
        built(1990, 1990, excl_sangongyiye=True),
        "core",
        "E01;no_clause:excl_sangongyiye",
    ),
    "a shantytown plan is out in Guizhou": (
        "guizhou_2020",
        built(1990, 1990, excl_shantytown=True),
        "excluded",
        "E09",
    ),
    "a shantytown plan waits for a decision where the document is silent": (
        "yanshi_2021",
        built(1990, 1990, excl_shantytown=True),
        "unknown",
        "E12",
    ),
    "a demolition plan is out in Yanshi": (
        "yanshi_2021",
        built(1990, 1990, excl_demolition=True),
        "excluded",
        "E05",
    ),
    "every exclusion is listed": (
        "kaifeng_2019",
        built(1990, 1990, excl_demolition=True, excl_urban_village=True, excl_self_built=True),
        "excluded",
        "E10;E11",
    ),
    "an exclusion decides without a year": (
        "kaifeng_2019",
        built(None, None, excl_shantytown=True),
        "excluded",
        "E09",
    ),
    "an unsafe building waits for a decision": (
        "yanshi_2021",
        built(1990, 1990, structure_safe=False),
        "unknown",
        "E05",
    ),
    "2000 in Kaifeng hangs on the reading": (
        "kaifeng_2019",
        built(2000, 2000),
        "core",
        "E03;reading:start_of_2000",
    ),
    "a range up to 2000 in Kaifeng hangs on the reading": (
        "kaifeng_2019",
        built(1998, 2000),
        "core",
        "E03;reading:start_of_2000",
    ),
    "1999 in Kaifeng hangs on nothing": ("kaifeng_2019", built(1999, 1999), "core", "E03"),
    "outside the county seat is out in Kaifeng": (
        "kaifeng_2019",
        built(1990, 1990, excl_outside_town=True),
        "excluded",
        "E04",
    ),
    "outside the county seat is out in Guizhou": (
        "guizhou_2020",
        built(1990, 1990, excl_outside_town=True),
        "excluded",
        "E04",
    ),
    "outside the county seat is named where no clause speaks of it": (
        "yanshi_2021",
        built(1990, 1990, excl_outside_town=True),
        "core",
        "E01;no_clause:excl_outside_town",
    ),
    "without any survey the verdict stands and says so": (
        "yanshi_2021",
        built(1990, 1990, agreement_share=None),
        "core",
        "E01;not_stated:agreement_share",
    ),
    "an empty safety field is no objection": (
        "yanshi_2021",
        built(1990, 1990, structure_safe=None),
        "core",
        "E01;not_stated:structure_safe",
    ),
    "an empty exclusion field is no objection": (
        "guizhou_2020",
        built(1990, 1990, excl_shantytown=None),
        "core",
        "E03;not_stated:excl_shantytown",
    ),
}


@pytest.mark.parametrize("case", list(CASES))
def test_verdict_follows_the_truth_table(case: str) -> None:
    rulebook, row, status, reasons = CASES[case]
    got = judge(rulebook, row)
    assert (got["status"], got["reasons"]) == (status, reasons)
    assert got["clause"]


def test_each_verdict_cites_the_clause_that_decided() -> None:
    assert judge("yanshi_2021", built(2000, 2000))["clause"] == "偃政办〔2021〕4号 二(一)"
    assert judge("yanshi_2021", built(2003, 2003))["clause"] == "偃政办〔2021〕4号 二(一)"
    # two rules of one clause are cited once
    assert judge("yanshi_2021", built(2010, 2010))["clause"] == "偃政办〔2021〕4号 二(一)"
    out = judge("kaifeng_2019", built(2010, 2010, excl_sangongyiye=True))
    assert out["reasons"] == "E08;E03"
    assert out["clause"] == "汴政办〔2019〕99号 四"


def test_the_other_reading_of_before_2000_puts_2000_out() -> None:
    rulebook = read_rulebook("kaifeng_2019")
    strict = dataclasses.replace(
        rulebook, build_date=dataclasses.replace(rulebook.build_date, reading="start_of_2000")
    )
    got = judge_eligibility(homes(built(2000, 2000), built(1999, 1999)), strict)
    assert got["status"].tolist() == ["excluded", "core"]
    assert got.loc["c0", "reasons"] == "E03;reading:end_of_2000"


@pytest.mark.parametrize("name", ["kaifeng_2019", "guizhou_2020"])
def test_whoever_hangs_on_the_reading_of_before_2000_is_listed_under_both(name: str) -> None:
    """E03: built in 2000, or until 2000; all others have one verdict under both readings."""
    rulebook = read_rulebook(name)
    people = homes(*(built(year, year) for year in range(1996, 2006)), built(1990, 2000))
    verdicts = {}
    for reading in ("end_of_2000", "start_of_2000"):
        read = dataclasses.replace(
            rulebook, build_date=dataclasses.replace(rulebook.build_date, reading=reading)
        )
        got = judge_eligibility(people, read)
        verdicts[reading] = got["status"]
        other = {"end_of_2000": "start_of_2000", "start_of_2000": "end_of_2000"}[reading]
        told = got.index[got["reasons"].str.contains(f"reading:{other}")]
        assert told.tolist() == ["c10", "c4"]
    differ = verdicts["end_of_2000"] != verdicts["start_of_2000"]
    assert differ.index[differ].tolist() == ["c10", "c4"]
    assert verdicts["start_of_2000"][["c10", "c4"]].tolist() == ["unknown", "excluded"]


@pytest.mark.parametrize(
    "name",
    ["national", "henan_2023", "kaifeng_2019", "yanshi_2021", "gansu_2022", "guizhou_2020"],
)
def test_owners_and_single_buildings_are_in_by_every_rulebook_and_each_verdict_has_its_clause(
    name: str,
) -> None:
    """E07: one building is a community; E13, E14: whose it is does not exclude it."""
    agreed = {"participation_share": 0.9, "agreement_share": 0.9}
    people = homes(
        built(1990, 1990, **agreed),
        *(built(1990, 1990, ownership=one, **agreed) for one in ("部队", "国有", "高校", "省直")),
        built(1990, 1990, buildings=1, **agreed),
        built(None, None, **agreed),
        built(2010, 2010, **agreed),
    )
    rulebook = read_rulebook(name)
    got = judge_eligibility(people, rulebook)
    assert got["status"].tolist() == ["core"] * 6 + ["unknown", "excluded"]
    limit = rulebook.build_date.citation
    assert got["clause"].str.startswith(f"{limit.document.number} {limit.clause}").all()


def test_a_rulebook_may_withhold_the_verdict_where_fields_are_empty() -> None:
    rulebook = dataclasses.replace(
        read_rulebook("guizhou_2020"), missing_fields=MissingFields(flag="unknown", consent="note")
    )
    got = judge_eligibility(homes(built(1990, 1990, excl_shantytown=None)), rulebook).loc["c0"]
    assert (got["status"], got["reasons"]) == ("unknown", "not_stated:excl_shantytown")
    assert got["clause"] == "黔建办函〔2020〕3号 一(二)"


@pytest.mark.parametrize("name", ["kaifeng_2019", "yanshi_2021"])
def test_who_was_left_out_of_a_survey_is_unknown_and_never_a_yes(name: str) -> None:
    """E06: the documents ask for strong will without a figure; who was not asked is unknown."""
    people = homes(built(1990, 1990), built(1990, 1990, agreement_share=None))
    rulebook = read_rulebook(name)
    got = judge_eligibility(people, rulebook)
    assert got["status"].tolist() == ["core", "unknown"]
    assert got.loc["c1", "reasons"] == "missing:agreement_share"
    gate = rulebook.consent[0]
    assert (gate.citation.rule, gate.at_least) == ("E06", None)
    assert got.loc["c1", "clause"] == gate.citation.text
    own = dataclasses.replace(rulebook, consent=(dataclasses.replace(gate, at_least=0.92),))
    assert judge_eligibility(people, own)["status"].tolist() == ["excluded", "unknown"]
    assert judge_eligibility(people, own).loc["c0", "reasons"].startswith("E06")


@pytest.mark.parametrize(
    ("took_part", "agreed", "status", "reasons"),
    [
        (0.75, 0.75, "core", "N24"),
        (0.7496, 0.9, "excluded", "C01"),
        (0.9, None, "unknown", "missing:agreement_share"),
        (None, 0.5, "excluded", "C01"),
    ],
)
def test_consent_gate_of_gansu_is_not_rounded_and_a_missing_survey_is_no_yes(
    took_part: float | None, agreed: float | None, status: str, reasons: str
) -> None:
    row = built(1990, 1990, participation_share=took_part, agreement_share=agreed)
    got = judge("gansu_2022", row)
    assert (got["status"], got["reasons"]) == (status, reasons)


def test_failed_consent_prints_share_threshold_and_denominator() -> None:
    row = built(1990, 1990, participation_share=0.7496, agreement_share=0.8)
    clause = judge("gansu_2022", row)["clause"]
    assert "参与率（分母：户数） 74.96% < 75%" in clause


def test_gansu_asks_at_each_stage_what_its_document_says() -> None:
    rulebook = read_rulebook("gansu_2022")
    people = homes(
        {"scheme_vote_share": 0.70, "satisfaction_survey_share": 0.75, "satisfaction_share": 0.7999}
    )
    start = judge_consent(people, rulebook, stage="start")
    assert start["passed"].tolist() == [True]
    assert start.loc[("c0", "scheme_vote_share"), "clause"] == "甘建城〔2022〕15号 二"
    finish = judge_consent(people, rulebook, stage="finish")["passed"]
    assert bool(finish[("c0", "satisfaction_survey_share")])
    assert not finish[("c0", "satisfaction_share")]
    assert judge_consent(people, rulebook, stage="enter")["passed"].isna().all()


def test_henan_asks_four_in_five_on_both_items_before_the_start() -> None:
    people = homes({"scheme_vote_share": 0.8, "property_mode_share": 0.7996})
    got = judge_consent(people, read_rulebook("henan_2023"), stage="start")
    assert got["passed"].to_dict() == {
        ("c0", "property_mode_share"): False,
        ("c0", "scheme_vote_share"): True,
    }
    assert got["zh"].str.contains("分母：户数").all()
    assert got["at_least"].tolist() == [0.8, 0.8]


def test_a_rulebook_without_gates_asks_nothing() -> None:
    assert judge_consent(homes({}), read_rulebook("yanshi_2021"), stage="start").empty


def test_a_share_in_percent_is_refused() -> None:
    with pytest.raises(ContractError, match="consent"):
        judge_consent(
            homes({"scheme_vote_share": 80.0}), read_rulebook("gansu_2022"), stage="start"
        )


def test_without_a_ledger_every_community_is_unknown() -> None:
    got = judge_eligibility(homes({}, {}), read_rulebook("yanshi_2021"))
    assert got["status"].tolist() == ["unknown", "unknown"]


def test_no_community_gives_an_empty_table() -> None:
    got = judge_eligibility(homes({}).iloc[:0], read_rulebook("yanshi_2021"))
    check(ELIGIBILITY, got)
    assert got.empty


def test_broken_table_is_refused() -> None:
    with pytest.raises(ContractError, match="communities"):
        judge_eligibility(homes({}).drop(columns="year_built_to"), read_rulebook("national"))


YEARS = st.one_of(st.none(), st.integers(1996, 2008))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(YEARS, YEARS), min_size=1, max_size=4),
    st.sampled_from(["yanshi_2021", "national", "kaifeng_2019"]),
)
def test_a_verdict_on_a_range_is_the_verdict_on_each_of_its_years(
    ranges: list[tuple[int | None, int | None]], name: str
) -> None:
    rulebook = read_rulebook(name)
    years = list(range(1940, 2031))
    single = judge_eligibility(homes(*(built(y, y) for y in years)), rulebook)["status"]
    by_year = {year: single[f"c{n}"] for n, year in enumerate(years)}
    got = judge_eligibility(homes(*(built(a, b) for a, b in ranges)), rulebook)["status"]
    for n, (first, last) in enumerate(ranges):
        inside = {
            by_year[year]
            for year in years
            if (first is None or year >= first) and (last is None or year <= last)
        }
        both_open = first is None and last is None
        expected = inside.pop() if len(inside) == 1 and not both_open else "unknown"
        assert got[f"c{n}"] == expected
