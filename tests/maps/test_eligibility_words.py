"""Reasons of eligibility where a person reads them: card, workbook, report; words for codes."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

from maps.eligibility_rows import eligibility_rows
from maps.labels import Imprint
from maps.payload import working_document
from maps.report import write_report
from maps.words import say, words_of
from maps.workbook import write_workbook
from tests.town import town_tables
from zoning.eligibility import judge_eligibility
from zoning.rulebooks import read_rulebook, shipped_rulebooks

BOTH = ("zh", "en")
Town = dict[str, pd.DataFrame]


def judged(name: str = "yanshi_2021") -> Town:
    """Judge the made town, in which c01 is too young, c02 absorbed, c03 a shantytown, c04 open."""
    tables = dict(town_tables())
    people = tables["communities"].copy()
    for column in ("year_built_from", "year_built_to"):
        people[column] = pd.array([1990] * len(people), dtype="Int64")
        people.loc[["c01", "c02", "c04"], column] = [2014, 2003, pd.NA]
    people["excl_shantytown"] = pd.array([False] * len(people), dtype="boolean")
    people.loc["c03", "excl_shantytown"] = True
    people["agreement_share"] = 0.9
    tables["communities"] = people
    tables["eligibility"] = judge_eligibility(people, read_rulebook(name))
    return tables


@pytest.fixture(scope="module")
def town_judged() -> Town:
    return judged()


def test_every_code_of_every_rulebook_has_words_in_both_languages() -> None:
    for name in shipped_rulebooks():
        book = read_rulebook(name)
        cited = [book.build_date.citation, *([book.absorb.citation] if book.absorb else [])]
        ruled = (*book.exclusions, *book.cautions, *book.consent, *book.protections)
        for code in {citation.rule for citation in (*cited, *(one.citation for one in ruled))}:
            words = words_of("eligibility", "reasons")
            assert code in words, (name, code)
            zh, en = words[code]
            assert zh.startswith(f"{code} ")
            assert en.startswith(f"{code} ")
            assert min(len(zh), len(en)) > len(code) + 3


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_no_code_of_a_judged_town_is_shown_bare(name: str) -> None:
    told = judged(name)["eligibility"]
    for codes in told["reasons"]:
        for code in codes.split(";"):
            for side in BOTH:
                assert say("eligibility", "reasons", code, (side,)) != code
    assert told["explained_zh"].notna().all()
    assert told["explained_en"].notna().all()


def test_the_card_says_the_sentence_and_cites_once(town_judged: Town) -> None:
    people = working_document(town_judged, Imprint(title="x"))["communities"]
    at = {key: place for place, key in enumerate(people["id"])}
    zh, en = people["eligibility_reasons"]
    assert zh[at["c01"]].startswith(
        "未满足 E01：建成 2014 年，要求 2000 年底前建成（偃政办〔2021〕4号"
    )
    assert en[at["c01"]].startswith("E01 not met: built 2014; asked for: built by the end of 2000")
    assert zh[at["c03"]].startswith("E12 待定：已纳入棚户区改造计划")
    assert set(people["eligibility_clause"]) == {""}


def test_a_result_without_sentences_shows_rules_and_clause(town_judged: Town) -> None:
    tables = dict(town_judged)
    tables["eligibility"] = tables["eligibility"].assign(explained_zh=pd.NA, explained_en=pd.NA)
    people = working_document(tables, Imprint(title="x"))["communities"]
    at = {key: place for place, key in enumerate(people["id"])}
    assert people["eligibility_reasons"][0][at["c03"]].startswith("E12 当地改造范围")
    assert people["eligibility_clause"][at["c03"]] == "建办城〔2021〕50号 一(二)"
    assert eligibility_rows(tables, BOTH) == []


def test_the_sheet_has_the_sentences_in_the_languages_asked_for(
    town_judged: Town, tmp_path: Path
) -> None:
    for languages, count in ((("zh",), 1), (BOTH, 2)):
        path = tmp_path / f"{count}.xlsx"
        write_workbook(town_judged, Imprint(title="x", languages=languages), path)
        sheet = openpyxl.load_workbook(path)["改造资格"]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        heads = [cell for cell in rows[0] if cell and str(cell).startswith("原因说明")]
        assert len(heads) == count
        told = {row[0]: row[rows[0].index("原因说明")] for row in rows[1:]}
        assert str(told["c01"]).startswith("未满足 E01：建成 2014 年")
        ends = str(sheet.print_area).rpartition("$")[0].rpartition("$")[2]
        printed = openpyxl.utils.column_index_from_string(ends)
        assert printed == len([cell for cell in rows[0] if cell]) - (count - 1)


def test_the_report_lists_who_is_open_and_who_is_out_with_the_reason(
    town_judged: Town, tmp_path: Path
) -> None:
    path = tmp_path / "report.docx"
    write_report(town_judged, Imprint(title="x"), path)
    cells = [
        [cell.text for cell in row.cells]
        for table in docx.Document(str(path)).tables
        for row in table.rows
    ]
    told = {row[1]: row for row in cells if len(row) == 3}
    names = town_judged["communities"]["name"].fillna(town_judged["communities"].index.to_series())
    assert told[names["c03"]][0] == "待定 unknown"
    assert "可问住房和城乡建设部门（棚改）" in told[names["c03"]][2]
    assert told[names["c01"]][0] == "不纳入 excluded"
    assert "E01 not met: built 2014" in told[names["c01"]][2]
    assert names["c02"] not in told


def test_communities_of_one_reason_share_a_row() -> None:
    tables = judged()
    people = tables["communities"].copy()
    for column in ("year_built_from", "year_built_to"):
        people[column] = pd.array([pd.NA] * len(people), dtype="Int64")
    for column in [name for name in people if str(name).startswith("excl_")]:
        people[column] = pd.array([pd.NA] * len(people), dtype="boolean")
    tables["eligibility"] = judge_eligibility(people, read_rulebook("national"))
    ((verdict, names, told),) = eligibility_rows(tables, ("en",))
    assert verdict == "unknown"
    assert names.endswith(f"and {len(people) - 6} more")
    assert told.startswith("Open: year built not stated; asked for: built by the end of 2000")
    assert "\n" not in told
