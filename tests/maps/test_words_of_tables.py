"""Findings name a table by its code; readers see its name in their language."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import layers
from maps.interactive import draw_working_map
from maps.labels import Imprint
from maps.payload import public_document, working_document
from maps.words import table_titles
from tests.browser import Watched, open_map

Town = dict[str, pd.DataFrame]
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_table_that_findings_name_in_the_code_has_a_name_for_readers() -> None:
    root = Path(layers.__file__).parents[1]
    named = {
        code
        for package in ("layers", "zoning", "maps", "lianpian")
        for path in (root / package).rglob("*.py")
        for code in re.findall(r'table_name="([a-z_]+)"', path.read_text("utf-8"))
    }
    assert len(named) > 10
    assert named <= set(table_titles())


def test_names_are_chinese_and_english() -> None:
    for code, (zh, en) in table_titles().items():
        assert HAN.search(zh), code
        assert not HAN.search(en), code
        assert en[0].isupper(), code


def test_the_working_map_carries_the_names_of_the_tables_that_its_findings_are_about(
    town: Town, imprint: Imprint
) -> None:
    document = working_document(town, imprint)
    told = set(document["findings"]["table_name"])
    assert told
    assert set(document["codes"]["table_name"]) == told & set(table_titles())
    assert "table_name" not in public_document(town, imprint)["codes"]


@pytest.mark.browser
@pytest.mark.parametrize(("languages", "end"), [(("zh",), "小区 c1"), (("en",), "Communities c1")])
def test_a_finding_on_the_map_ends_in_words(
    watched: Watched,
    town: Town,
    imprint: Imprint,
    tmp_path: Path,
    languages: tuple[str, ...],
    end: str,
) -> None:
    findings = town["findings"].iloc[:1].assign(table_name="communities", row_key="c1")
    path = tmp_path / "map.html"
    draw_working_map({**town, "findings": findings}, replace(imprint, languages=languages), path)
    page = open_map(watched, path)
    assert page.evaluate("lianpian.finding(0)").endswith(f" · {end}")
    assert watched.errors == []
