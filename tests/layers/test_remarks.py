"""Columns of a ledger that nothing reads, and remarks that decide on eligibility."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.checks import Finding
from layers.fields import canonical_of
from layers.files import Source
from layers.ledger import read_ledger
from layers.remarks import _HINTS

CODES = ("ledger-columns-unread", "ledger-remark-decides")


def told(folder: Path, *lines: str) -> list[Finding]:
    path = folder / "台账.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return [f for f in read_ledger(Source(path=path)).findings if f.code in CODES]


def test_a_remark_that_decides_is_shown_with_its_row_and_the_column_that_takes_it(
    tmp_path: Path,
) -> None:
    words, unread = told(
        tmp_path, "小区名称,户数,备注", "甲,10,", "乙,20,列入棚改", "丙,30,边界未绘"
    )
    assert (words.severity, words.code) == ("check", "ledger-remark-decides")
    assert words.row_key.endswith("!3")
    assert "乙" not in words.zh
    assert "'列入棚改'" in words.zh
    assert "'列入棚改'" in words.en
    assert "边界未绘" not in words.zh
    assert "「是否棚改」列（excl_shantytown）" in words.remedy
    assert (unread.severity, unread.code) == ("note", "ledger-columns-unread")
    assert unread.zh.endswith("以下列不参与计算：备注")
    assert unread.en.endswith("nothing reads 1 column: 备注")


def test_unknown_columns_are_listed_and_searched_too(tmp_path: Path) -> None:
    words, unread = told(
        tmp_path, "小区名称,户数,某某情况,杂项,空列", "甲,10,C级危房,x,", "乙,20,D 级,y,"
    )
    assert "2 行" in words.zh
    assert "「结构安全」" in words.remedy
    assert words.row_key == ""
    assert unread.zh.endswith("：某某情况、杂项")


def test_a_remark_says_nothing_new_where_the_field_itself_is_filled(tmp_path: Path) -> None:
    found = told(tmp_path, "小区名称,户数,是否棚改,备注", "甲,10,否,未列入棚改", "乙,20,,棚改")
    assert [f.row_key.endswith("!3") for f in found] == [True, False]
    assert "未列入棚改" not in found[0].zh


def test_both_columns_of_remarks_are_searched(tmp_path: Path) -> None:
    found = told(tmp_path, "小区名称,户数,备注,说明", "甲,10,x,征收范围内")
    assert found[0].code == "ledger-remark-decides"
    assert "「说明」" in found[0].zh


@pytest.mark.parametrize(
    ("remark", "field"),
    [
        ("棚户区", "excl_shantytown"),
        ("拟拆迁", "excl_demolition"),
        ("征收范围", "excl_demolition"),
        ("居民自建房", "excl_self_built"),
        ("城中村", "excl_urban_village"),
        ("已实施三供一业改造", "excl_sangongyiye"),
        ("位于县城范围外", "excl_outside_town"),
        ("Ｄ级", "structure_safe"),
        ("多数居民不同意", "agreement_share"),
        ("2019年已改造", "status"),
    ],
)
def test_words_of_the_rules_name_their_field(tmp_path: Path, remark: str, field: str) -> None:
    words, _ = told(tmp_path, "小区名称,户数,备注", f"甲,10,{remark}")
    assert f"（{field}）" in words.remedy


@pytest.mark.parametrize("remark", ["拆除违建", "ABCD级", "临街", "已改制"])
def test_other_words_decide_nothing(tmp_path: Path, remark: str) -> None:
    assert [f.code for f in told(tmp_path, "小区名称,户数,备注", f"甲,10,{remark}")] == [
        "ledger-columns-unread"
    ]


def test_a_ledger_whose_columns_are_all_read_is_told_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, "序号,小区名称,户数,备注", "1,甲,10,", "2,乙,20,") == []


def test_only_the_clause_that_decides_is_quoted(tmp_path: Path) -> None:
    words, _ = told(tmp_path, "小区名称,户数,备注", "甲,10,联系张某；列入棚改，待核")
    assert "'列入棚改'" in words.zh
    assert "张某" not in words.zh + words.en + words.remedy


def test_many_rows_are_counted(tmp_path: Path) -> None:
    words, _ = told(tmp_path, "小区名称,户数,备注", *(f"小区{n},10,棚改" for n in range(25)))
    assert "25 行" in words.zh
    assert "另 5 行" in words.zh
    assert words.en.endswith("and 5 more")


def test_every_column_that_is_named_is_read_as_its_field() -> None:
    assert {hint.header: canonical_of(hint.header) for hint in _HINTS} == {
        hint.header: hint.field for hint in _HINTS
    }
