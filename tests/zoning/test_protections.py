"""What renovation must keep, zone by zone: relics, old trees, the historic city (E15 to E17)."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.contracts import conform
from layers.tables import COMMUNITIES
from zoning.protections import NO_WORDS, list_protections
from zoning.rulebooks import read_rulebook, shipped_rulebooks
from zoning.tables import ASSIGNMENT


def town(**columns: list[object]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Six communities: two in Z01, three in Z02, the last in none."""
    ids = [f"c{number}" for number in range(6)]
    frame = pd.DataFrame({"community_id": ids, "name": [f"小区{one}" for one in ids], **columns})
    boxes = [shapely.box(number, 0, number + 1, 1) for number in range(6)]
    communities = gpd.GeoDataFrame(
        conform(COMMUNITIES, gpd.GeoDataFrame(frame, geometry=boxes, crs="EPSG:4547"))
    )
    zones = ["Z01", "Z01", "Z02", "Z02", "Z02", None]
    assignment = pd.DataFrame({"community_id": ids, "zone_id": zones, "locked": False})
    return communities, conform(ASSIGNMENT, assignment)


def test_relics_and_trees_are_counted_for_each_zone_with_both_clauses() -> None:
    communities, assignment = town(
        heritage_flag=["是", "否", "市级文保单位", None, "无", "是"],
        old_trees=["3", "2棵", None, "0", "", "9"],
    )
    found = list_protections(communities, assignment, read_rulebook("yanshi_2021"))
    assert [(one.row_key, one.code, one.severity) for one in found] == [
        ("Z01", "protected-inside", "check"),
        ("Z01", "protected-inside", "check"),
        ("Z02", "protected-inside", "check"),
    ]
    trees, relics, other = found
    assert "古树名木：2 个小区（小区c0、小区c1），登记 5 处" in trees.zh
    assert "old and famous trees in 2 communities (小区c0, 小区c1), 5 on record" in trees.en
    assert "文物古迹、历史建筑：1 个小区（小区c0），登记 1 处" in relics.zh
    for one in (trees, relics, other):
        assert "偃政办〔2021〕4号 二(三)2；建办城〔2021〕50号 一(二)，E16、E15" in one.zh
        assert "不得拆除、砍伐" in one.remedy
    assert "小区c2" in other.zh


def test_the_historic_city_is_a_matter_of_kaifengs_document_only() -> None:
    communities, assignment = town(historic_city=["是", "", "", "是", "是", ""])
    found = list_protections(communities, assignment, read_rulebook("kaifeng_2019"))
    assert [one.row_key for one in found] == ["Z01", "Z02"]
    assert "汴政办〔2019〕99号 六(三)，E17" in found[1].zh
    assert "2 communities" in found[1].en
    assert list_protections(communities, assignment, read_rulebook("yanshi_2021")) == []


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_without_such_columns_nothing_is_said(name: str) -> None:
    assert list_protections(*town(), read_rulebook(name)) == []


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_the_ministrys_ban_on_felling_and_pulling_down_is_in_every_rulebook(name: str) -> None:
    communities, assignment = town(old_trees=["1", *[None] * 5])
    (found,) = list_protections(communities, assignment, read_rulebook(name))
    assert "建办城〔2021〕50号 一(二)" in found.zh
    assert "E15" in found.zh


@given(st.lists(st.sampled_from([*sorted(NO_WORDS), "是", "2", "有"]), min_size=6, max_size=6))
def test_who_is_in_no_zone_and_who_says_no_is_never_counted(cells: list[str]) -> None:
    communities, assignment = town(old_trees=list(cells))
    found = list_protections(communities, assignment, read_rulebook("national"))
    there = {"Z01": cells[:2], "Z02": cells[2:5]}
    expected = {
        zone: sum(2.0 if cell == "2" else 1.0 for cell in held if cell not in NO_WORDS)
        for zone, held in there.items()
    }
    assert [one.row_key for one in found] == [zone for zone, total in expected.items() if total]
    for one in found:
        assert f"登记 {expected[one.row_key]:g} 处" in one.zh
