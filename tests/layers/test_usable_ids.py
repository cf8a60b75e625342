"""Ids that no list can carry are refused; those that offices write are taken."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import InputError
from layers.usable_ids import LONGEST_ID, require_usable_ids


def keyed(*ids: str) -> gpd.GeoDataFrame:
    index = pd.Index(ids, dtype="str", name="community_id")
    return gpd.GeoDataFrame(geometry=[None] * len(ids), index=index)


@pytest.mark.parametrize("one", ["001001", "w123", "偃师-01（东院）", "=1+1", "../../x", "a b"])
def test_what_offices_write_is_taken(one: str):
    table = keyed(one, "0" * LONGEST_ID)
    assert require_usable_ids(table) is table


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ("001;002", "holds ';'"),
        ("001\n002", "U+000A"),
        ("\u202e100", "U+202E"),
        ("1\u2028", "U+2028"),
        ("1" * (LONGEST_ID + 1), "61 characters"),
    ],
)
def test_what_breaks_lists_or_lines_is_named(one: str, said: str):
    with pytest.raises(InputError) as caught:
        require_usable_ids(keyed("good", one))
    assert said in caught.value.en
    assert "1 个小区编码" in caught.value.zh
    assert "'good'" not in caught.value.en


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=9, unique=True))
def test_ids_that_pass_survive_a_list(ids: list[str]):
    try:
        require_usable_ids(keyed(*ids))
    except InputError:
        return
    assert ";".join(ids).split(";") == ids
