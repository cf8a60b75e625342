"""A job file that is no TOML: where, what and how to mend it, in each language its own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers.errors import JobError, RulebookError
from lianpian.job import parse_job
from zoning.rulebooks import read_rulebook

PARSER = re.compile(r"Unescaped|Invalid|Expected|Cannot|Unclosed|Illegal|Unterminated|Found|\(at ")


@pytest.mark.parametrize(
    ("line", "column", "zh", "mend"),
    [
        ('osm = "D:\\data\\a.osm"', 12, "反斜杠", "/"),
        ('osm = "D:\\user\\a.osm"', None, "转义", "/"),
        ('osm = "a.osm', None, "引号没有闭合", "close the quote"),
        ("osm = 'a.osm", 7, "引号没有闭合", "close the quote"),
        ('osm = "a"\nosm = "b"', None, "写了两次", "keep one"),
        ('osm = "a"\n[inputs]', None, "出现了两次", "together"),
        ("osm = a.osm", 7, "不是有效的值", "quotes"),
        ("osm = “a.osm”", 7, "不是有效的值", "half-width"),
        ('小区 = "a.shp"', 1, "半角引号", "names beyond"),
        ('osm "a"', None, "等号", "key"),
        ('osm = "a" "b"', None, "多余", "#"),
        ('facilities = ["a"', None, "没有闭合", "]"),
        ('ledger = { path = "a"', None, "没有闭合", "}"),
        ("[zones", None, "没有闭合", "[name]"),
        ("= 3", 1, "不是有效的语句", "key"),
    ],
)
def test_each_fault_has_its_own_words(line: str, column: int | None, zh: str, mend: str):
    with pytest.raises(JobError) as caught:
        parse_job(f"[inputs]\n{line}\n", name="job.toml")
    assert not PARSER.search(caught.value.zh)
    assert zh in caught.value.zh
    assert mend in caught.value.en
    assert caught.value.en.startswith("job.toml: not valid TOML: ")
    assert re.search(r"第 [23] 行第 \d+ 列|文件末尾", caught.value.zh)
    if column is not None:
        assert f"line 2, column {column} ({line})" in caught.value.en
        assert f"第 2 行第 {column} 列（{line}）" in caught.value.zh


def test_lines_are_counted_as_editors_count_them():
    with pytest.raises(JobError, match="line 3, column 5"):
        parse_job("[job]\r\n\r\nname\r\n", name="job.toml")


@pytest.mark.parametrize("path", ["D:\\new\\a.osm", "D:\\table.osm", "D:\\roads.osm"])
def test_backslashes_that_toml_reads_as_line_breaks_are_told(path: str):
    with pytest.raises(JobError) as caught:
        parse_job(f'[inputs]\nosm = "{path}"\n', name="job.toml")
    assert "single quotes" in caught.value.en
    assert "单引号" in caught.value.zh
    assert parse_job(f"[inputs]\nosm = '{path}'\n", name="job.toml").inputs.osm == path


def test_a_rulebook_that_is_no_toml_is_told_in_the_same_words(tmp_path: Path):
    (tmp_path / "r.toml").write_text('name = "D:\\data"\n', encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        read_rulebook(tmp_path / "r.toml")
    assert "line 1, column 13" in caught.value.en
    assert "反斜杠" in caught.value.zh
    assert not PARSER.search(caught.value.zh)
