"""Texts that no cell of a workbook holds are findings."""

from __future__ import annotations

import pandas as pd

from maps.long_texts import doubt_long_texts
from maps.sheet_cells import LONGEST_TEXT


def communities(*names: str | None) -> pd.DataFrame:
    index = pd.Index([f"{n:03d}" for n in range(len(names))], name="community_id")
    return pd.DataFrame({"name": names, "households": 1.0}, index=index).astype({"name": "str"})


def test_texts_that_fit_are_no_doubt():
    assert doubt_long_texts({"communities": communities("x" * LONGEST_TEXT, None, "")}) == []
    assert doubt_long_texts({"communities": communities()}) == []


def test_longer_ones_are_counted_and_the_longest_is_named():
    table = communities("a", "x" * (LONGEST_TEXT + 1), "x" * 40_000)
    (found,) = doubt_long_texts({"communities": table})
    assert (found.code, found.table_name, found.row_key) == ("text-too-long", "communities", "002")
    for said in (found.zh, found.en):
        assert "name" in said
        assert "32,767" in said
        assert "40,000" in said
        assert "tables/communities.csv" in said
    assert "name of 2 row(s)" in found.en
    assert "2 行" in found.zh


def test_keys_of_two_levels_are_named():
    pairs = pd.MultiIndex.from_tuples([("001", "002")], names=["focal", "neighbor"])
    table = pd.DataFrame({"reason": ["x" * 33_000]}, index=pairs).astype("str")
    (found,) = doubt_long_texts({"adjacency": table})
    assert found.row_key == "001; 002"
