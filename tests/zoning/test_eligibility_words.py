"""Reasons of eligibility in words: what was found, what is asked for, whether it is met."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.fields import canonical_of
from tests.zoning.test_eligibility import CASES, built, homes, judge
from zoning.eligibility import judge_eligibility
from zoning.informants import LEDGER_YEARS, WHOM
from zoning.reasons import caption_of
from zoning.rulebooks import read_rulebook, shipped_rulebooks
from zoning.rules import ConsentGate, FlagRule, MissingFields

AGREED = {"participation_share": 0.9, "agreement_share": 0.9}


def said(rulebook: str, row: dict[str, object]) -> tuple[str, str]:
    got = judge(rulebook, row)
    return got["explained_zh"], got["explained_en"]


def test_an_excluded_year_says_what_was_found_and_what_is_asked_for() -> None:
    zh, en = said("yanshi_2021", built(2014, 2014))
    assert zh == (
        "未满足 E01：建成 2014 年，要求 2000 年底前建成（偃政办〔2021〕4号 二(一)"
        "「主要是指2000年底前建成的」）。"
        "也未满足 E02：不在可并入的 2001–2005 年内（偃政办〔2021〕4号 二(一)）。"
    )
    assert en.startswith("E01 not met: built 2014; asked for: built by the end of 2000 (偃政办")
    assert "E02 not met either: not within 2001–2005, the years that may join" in en


def test_a_core_and_an_absorbed_year_say_that_they_are_met() -> None:
    assert said("yanshi_2021", built(1995, 1995))[0].startswith("满足 E01：建成 1995 年，要求 2000")
    zh, en = said("yanshi_2021", built(2003, 2003))
    assert zh.startswith("满足 E02：建成 2003 年，在可并入的 2001–2005 年内")
    assert "不能单独成片" in zh
    assert "may join a zone but not start one" in en


def test_a_shantytown_says_what_it_is_what_is_open_and_whom_to_ask() -> None:
    zh, en = said("yanshi_2021", built(1990, 1990, excl_shantytown=True))
    assert zh.startswith(
        "E12 待定：已纳入棚户区改造计划，本文件未写明，待核定（「纳入棚改」为「是」"
    )
    assert "可问住房和城乡建设部门（棚改）：是否仍在棚改计划内" in zh
    assert "把「纳入棚改」改填「否」" in zh
    assert "in a shantytown plan; this document is silent" in en
    assert "ask the housing authority (shantytown renewal)" in en


def test_an_unknown_year_says_which_field_to_fill_in_and_whom_to_ask() -> None:
    zh, en = said("national", built(None, None))
    assert zh.startswith("待定：建成年份未填，要求 2000 年底前建成（国办发〔2020〕23号")
    assert "可问不动产登记中心、城建档案馆" in zh
    assert "填入台账「建成年份」一栏（如 1998 或 1995-1998）" in zh
    assert "fill in the ledger's column “建成年份” (as 1998 or 1995-1998)" in en
    assert zh.count("建成年份未填") == 1
    assert "「建成年份」一栏补写止年" in said("yanshi_2021", built(1995, None))[0]
    assert "「建成年份」一栏补写起年" in said("yanshi_2021", built(None, 2003))[0]


def test_fields_left_empty_are_told_in_one_sentence() -> None:
    zh, en = said("national", {"year_built_from": 1995, "year_built_to": 1995})
    assert "未填「纳入棚改」「拟拆除新建」「自建房为主」「城中村」，暂不影响结论" in zh
    assert zh.count("未填") == en.count("Not stated") == 1


def test_a_rulebook_that_withholds_for_an_empty_field_says_so() -> None:
    rulebook = dataclasses.replace(
        read_rulebook("guizhou_2020"), missing_fields=MissingFields(flag="unknown", consent="note")
    )
    row = judge_eligibility(homes(built(1990, 1990, excl_shantytown=None)), rulebook).loc["c0"]
    assert row["explained_zh"] == "待定：未填「纳入棚改」，照实填写后重新判定。"
    assert row["explained_en"].startswith("Open: “In a shantytown plan” not stated")


@pytest.mark.parametrize(
    ("share", "zh", "en"),
    [
        (
            0.7496,
            "未满足 C01：参与率（分母：户数） 74.96%，要求不低于 75%",
            "74.96%; asked for: at",
        ),
        (None, "C01 待定：没有「参与率（分母：户数）」，要求不低于 75%", "is not on record"),
    ],
)
def test_a_survey_says_its_share_and_the_share_that_is_asked_for(
    share: float | None, zh: str, en: str
) -> None:
    got = said("gansu_2022", built(1990, 1990, participation_share=share, agreement_share=0.9))
    assert zh in got[0]
    assert en in got[1]


def test_where_the_map_decides_about_the_town_the_share_is_said() -> None:
    zh, en = said("kaifeng_2019", built(1990, 1990, excl_outside_town=None, built_up_share=0.2))
    assert "按 E04 不纳入：不在城市或县城（城关镇）（台账未填，用地只有 20% 在建成区图层内" in zh
    assert "left out by e04" in en.lower()
    zh, _ = said("kaifeng_2019", built(1990, 1990, excl_outside_town=True, built_up_share=0.8))
    assert "台账「城市、县城以外」为「是」，但用地有 80% 在建成区图层内，两者矛盾" in zh


def test_another_reading_says_its_year_and_its_verdict() -> None:
    zh, en = said("kaifeng_2019", built(2000, 2000))
    assert "若「建成于2000年以前」读作 1999 年底前建成，则建成年份的结论改为「不纳入」" in zh
    assert "by the end of 1999, the years make it “excluded”" in en


@pytest.mark.parametrize("case", list(CASES))
def test_every_verdict_of_the_truth_table_is_told_in_both_languages(case: str) -> None:
    rulebook, row, status, reasons = CASES[case]
    zh, en = said(rulebook, row)
    book = read_rulebook(rulebook)
    assert zh.endswith("。")
    assert en.endswith(".")
    assert en[0].isupper()
    own = re.sub("[（(][^（(]*〔.*?」?[)）]|「.*?」", "", en)
    assert not re.search("为「|要求|可问|未满足", own)
    for code in reasons.split(";"):
        if ":" not in code and code != "year_conflict":
            assert code in zh
            assert code in en
    for text in (zh, en):
        assert "excl_" not in text
        assert "year_built" not in text
        assert "nan" not in text
        assert "inf" not in text.replace("information", "")
    by_years = reasons.split(";")[0] == book.build_date.citation.rule
    if by_years and status in {"core", "excluded"}:
        assert zh.startswith("满足" if status == "core" else "未满足")
    if status == "unknown":
        assert "待定" in zh
        assert "pen: " in en


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(shipped_rulebooks()), st.integers(1950, 2000), st.integers(2001, 2030))
def test_no_two_years_of_other_verdicts_have_one_reason(name: str, early: int, late: int) -> None:
    people = homes(built(early, early, **AGREED), built(late, late, **AGREED))
    got = judge_eligibility(people, read_rulebook(name))
    assert got["status"].iloc[0] == "core"
    assert got["status"].iloc[1] in {"excluded", "absorbable"}
    for column, year_of in (("explained_zh", "建成 {} 年"), ("explained_en", "built {}")):
        texts = got[column]
        assert texts.iloc[0] != texts.iloc[1]
        assert year_of.format(early) in texts.iloc[0]
        assert year_of.format(late) in texts.iloc[1]


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_every_column_that_a_sentence_asks_to_fill_in_is_read_from_a_ledger(name: str) -> None:
    book = read_rulebook(name)
    ruled = (*book.exclusions, *book.cautions, *book.consent)
    for column in {one.column for one in ruled if not column_is_later(one)}:
        heading, _ = caption_of(column)
        assert canonical_of(heading) == column
    assert canonical_of(LEDGER_YEARS) == "year_built_from"


def column_is_later(rule: FlagRule | ConsentGate) -> bool:
    """Tell whether a rule is asked after eligibility was judged."""
    return isinstance(rule, ConsentGate) and rule.stage != "enter"


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_every_field_that_a_rulebook_asks_for_has_someone_to_ask(name: str) -> None:
    book = read_rulebook(name)
    for rule in (*book.exclusions, *book.cautions):
        assert rule.column in WHOM
        row = built(1990, 1990, **{**AGREED, rule.column: rule.when})
        got = judge(name, row)
        assert rule.zh in got["explained_zh"]
        assert rule.en in got["explained_en"]
        assert got["status"] == ("excluded" if rule in book.exclusions else "unknown")


def test_the_order_of_rows_changes_no_sentence() -> None:
    people = homes(built(1990, 1990), built(2010, 2010), built(None, None))
    book = read_rulebook("yanshi_2021")
    there = judge_eligibility(people, book)
    back = judge_eligibility(people.iloc[::-1], book)
    pd.testing.assert_frame_equal(there, back)
