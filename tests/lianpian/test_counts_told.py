"""What a run tells people: no count of one before a plural, no thousands run together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import layers
import lianpian
import maps
import zoning
from layers import osm_findings
from layers.checks import Finding
from layers.protection_doubts import note_by_file, note_shapes, note_twice
from lianpian.plan import Plan
from tests.town import town_tables
from zoning.protections import list_protections
from zoning.rulebooks import read_rulebook

ONE_OF_MANY = re.compile(
    r"(?<![\w.,:#/–-])1 (?:(?:hidden|ledger|street|other|more|core|connected|pedestrian|missing) )?"
    r"(?!is |has |was |lies |does )[a-z]+[^s\W]s\b"
)
"""``1 rows``, ``1 hidden rows``; behind a point, a comma or a mark stands another number."""

TOGETHER = re.compile(r"(?<![\w.,:#/–'\"（(-])[1-9]\d{3,} (?!年)(?:[a-z]{3,}|[\u4e00-\u9fff])")
"""``12345 rows``: four figures and more before a word, other than years and ids."""


def misfits(text: str) -> list[str]:
    return ONE_OF_MANY.findall(text) + TOGETHER.findall(text)


@pytest.mark.parametrize(
    "text",
    ["in 1 communities (a)", "sheet 'x' has 1 hidden rows", "1 gates", "共 12345 行", "1234 rows"],
)
def test_what_does_not_agree_is_found(text: str) -> None:
    assert misfits(text)


@pytest.mark.parametrize(
    "text",
    [
        "in 1 community (a)",
        "1 of 3 rows",
        "0.1 minutes",
        "1,001 rows",
        "1 community has no households",
        "1 way lacks some of its nodes",
        "1 row was left out",
        "11 rows",
        "RULES N03-1 allows",
        "汴政办〔2019〕99号",
        "12,345 行",
    ],
)
def test_what_agrees_is_left_alone(text: str) -> None:
    assert misfits(text) == []


def told_of_one() -> Iterable[Finding]:
    """Tell of one thing each: where the plural would be wrong."""
    one = ["w1"]
    for name in dir(osm_findings):
        if name.startswith("note_"):
            yield from getattr(osm_findings, name)(one)
    yield note_by_file("古树.shp", "old_tree", pd.Series(["x"]), 1)
    yield note_shapes("古树.shp", pd.Index(["3"]))
    yield note_twice(1)
    tables = town_tables()
    rulebook = read_rulebook("kaifeng_2019")
    communities = tables["communities"].assign(old_trees=["1"] + ["0"] * 11)
    things = tables["protections"]
    yield from list_protections(communities, tables["assignment"], rulebook, things)


def told_of_many() -> Iterable[Finding]:
    """Tell of twelve hundred things each."""
    many = [f"w{n}" for n in range(1_200)]
    for name in dir(osm_findings):
        if name.startswith("note_"):
            yield from getattr(osm_findings, name)(many)
    yield note_by_file("古树.shp", "old_tree", pd.Series(["x"] * 1_200), 1_200)
    yield note_shapes("古树.shp", pd.Index(many))
    yield note_twice(1_200)


def test_findings_of_one_thing_speak_of_one_and_those_of_many_set_thousands_apart() -> None:
    told = [*told_of_one(), *told_of_many()]
    assert len({one.code for one in told}) >= 10
    assert [(one.code, found) for one in told if (found := misfits(f"{one.zh} | {one.en}"))] == []
    assert all("1,200" in one.zh and "1,200" in one.en for one in told_of_many())


def test_a_run_tells_no_count_that_does_not_agree(small_plan: Plan) -> None:
    texts = [
        str(text)
        for column in ("zh", "en", "remedy")
        for text in small_plan.findings[column].dropna()
    ]
    texts += [str(text) for text in small_plan.zones["explanation_en"]]
    assert len(texts) > 20
    assert {text: misfits(text) for text in texts if misfits(text)} == {}


CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH_HALF = re.compile(r"/ ?[A-Z][a-z]+ [a-z]")
"""A slash before an English sentence: behind Chinese it parts the two halves of a text."""


def texts_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.Constant)]
            yield "".join(str(one.value) for one in parts)


def test_texts_in_both_languages_can_be_parted():
    """A remedy reads ``中文 / English``; the command line prints the half that was asked for."""
    folders = [Path(str(one.__file__)).parent for one in (layers, zoning, maps, lianpian)]
    wrong = [
        text
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        for text in texts_of(file)
        if CHINESE.search(text) and ENGLISH_HALF.search(text) and "\n" not in text
        if " / " not in text
    ]
    assert wrong == []
