"""What renovation must keep, zone by zone: relics, old trees, the historic city (E15 to E17)."""

from __future__ import annotations

from random import Random

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.contracts import conform
from layers.tables import COMMUNITIES, PROTECTED_KINDS, PROTECTIONS
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


def on_map(*things: tuple[str, str | None, str | None]) -> gpd.GeoDataFrame:
    """Things on the map: kind, communities that hold it, name."""
    frame = pd.DataFrame(
        [
            {"protection_id": f"p{number}", "kind": kind, "name": name, "community_ids": held}
            for number, (kind, held, name) in enumerate(things)
        ]
    )
    shapes = [shapely.Point(0, 0)] * len(things)
    return gpd.GeoDataFrame(
        conform(PROTECTIONS, gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4547"))
    )


def test_a_long_name_is_cut() -> None:
    communities, assignment = town()
    things = on_map(("relic", "c0", "长" * 101), ("relic", "c2", "长" * 100))
    found = list_protections(communities, assignment, read_rulebook("national"), things)
    assert [one.zh.count("长") for one in found] == [100, 100]
    assert ["长…" in one.zh for one in found] == [True, False]


def test_the_map_is_counted_beside_the_ledger_and_never_added_to_it() -> None:
    communities, assignment = town(old_trees=["3", "", "", "1", "", ""])
    trees = on_map(
        ("old_tree", "c0;c1", "国槐"),
        ("old_tree", "c0", "国槐"),
        ("old_tree", "c1;c2", None),
        ("old_tree", "c5", "银杏"),
    )
    first, second = list_protections(communities, assignment, read_rulebook("national"), trees)
    assert "古树名木：1 个小区（小区c0），登记 3 处" in first.zh
    assert "图层中 3 处（p2、国槐 ×2），位于 2 个小区（小区c0、小区c1）" in first.zh
    assert "两数不相加" in first.zh
    assert "3 on the map (p2, 国槐 ×2), in 2 communities (小区c0, 小区c1)" in first.en
    assert "not added up" in first.en
    assert "has old and famous trees in 1 community (小区c0), 3 on record; 3 on the map" in first.en
    assert "6" not in first.zh
    # the tree between c1 and c2 is one thing in each of the two zones
    assert "登记 1 处；图层中 1 处（p2），位于 1 个小区（小区c2）" in second.zh
    assert not any("银杏" in one.zh for one in (first, second))


def test_where_only_one_source_speaks_the_others_silence_is_told() -> None:
    communities, assignment = town(old_trees=["3", *[""] * 5], heritage_flag=["是", *[""] * 5])
    things = on_map(("old_tree", "c2", "国槐"), ("relic", "c4", "石牌坊"))
    found = list_protections(communities, assignment, read_rulebook("national"), things)
    assert [one.row_key for one in found] == ["Z01", "Z01", "Z02", "Z02"]
    assert all("登记 " in one.zh and "；图层中没有；" in one.zh for one in found[:2])
    assert all("；台账未登记；" in one.zh for one in found[2:])
    assert all("none in the ledger" in one.en for one in found[2:])
    # a map without a single relic says nothing about relics, nor does a ledger without the column
    trees = on_map(("old_tree", "c2", "国槐"))
    found = list_protections(communities, assignment, read_rulebook("national"), trees)
    assert sum("图层中没有" in one.zh for one in found) == 1
    bare, assignment = town()
    (tree,) = list_protections(bare, assignment, read_rulebook("national"), trees)
    assert "台账" not in tree.zh
    assert "has old and famous trees: 1 on the map" in tree.en


def test_zones_in_the_historic_city_are_told_with_kaifengs_clause_elsewhere_without_one() -> None:
    communities, assignment = town()
    city = on_map(("historic_city", "c1;c3;c4", "开封古城"))
    first, second = list_protections(communities, assignment, read_rulebook("kaifeng_2019"), city)
    assert "1 个小区（小区c1）全部或部分位于其范围（开封古城）内" in first.zh
    assert "2 communities (小区c3, 小区c4), all or partly within 开封古城" in second.en
    assert "汴政办〔2019〕99号 六(三)，E17" in second.zh
    assert "高度、风貌" in second.remedy
    first, second = list_protections(communities, assignment, read_rulebook("yanshi_2021"), city)
    assert (first.severity, first.row_key, second.row_key) == ("note", "Z01", "Z02")
    assert "本规则没有相应条款" in first.zh
    assert "no clause of these rules" in second.en


def test_what_is_of_no_known_kind_is_told_in_its_zone_under_no_clause() -> None:
    communities, assignment = town()
    (found,) = list_protections(
        communities, assignment, read_rulebook("yanshi_2021"), on_map(("other", "c0", "界石"))
    )
    assert found.severity == "check"
    assert "类别未识别" in found.zh
    assert "界石" in found.en
    assert "〕" not in found.zh


held = st.lists(st.sampled_from([f"c{n}" for n in range(6)]), unique=True)
mapped = st.lists(st.tuples(st.sampled_from(list(PROTECTED_KINDS)), held), min_size=1, max_size=8)


@given(mapped, st.sampled_from(shipped_rulebooks()), st.randoms(use_true_random=False))
def test_each_thing_counts_once_in_each_zone_that_holds_it(
    found: list[tuple[str, list[str]]], name: str, random: Random
) -> None:
    communities, assignment = town(old_trees=["2", "", "", "", "", ""])
    things = on_map(*((kind, ";".join(ids) or None, None) for kind, ids in found))
    rulebook = read_rulebook(name)
    told = list_protections(communities, assignment, rulebook, things)
    zone_of = assignment["zone_id"].dropna().to_dict()
    for kind in ("old_tree", "other"):
        for zone in ("Z01", "Z02"):
            count = sum(
                its == kind and any(zone_of.get(one) == zone for one in ids) for its, ids in found
            )
            what = PROTECTED_KINDS[kind][0]
            lines = [one.zh for one in told if f"片区 {zone} 内有{what}" in one.zh]
            assert any(f"图层中 {count} 处" in line for line in lines) == (count > 0)
    order = list(things.index)
    random.shuffle(order)
    assert list_protections(communities, assignment, rulebook, things.loc[order]) == told
    nothing = list_protections(communities, assignment, rulebook, things.iloc[:0])
    assert nothing == list_protections(communities, assignment, rulebook)
