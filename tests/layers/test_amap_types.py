"""Types of AMap in words say the same as their codes."""

from __future__ import annotations

import csv
from importlib.resources import files

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
from shapely import Point

from layers.amap_types import is_type_path, join_levels, read_type_paths
from layers.categories import classify, load_rules
from layers.facilities import FacilityTables, read_facilities
from layers.facility_fields import read_fields

CRS = pyproj.CRS.from_epsg(4547)


def types() -> list[tuple[str, str]]:
    text = files("layers").joinpath("data/amap_types.csv").read_text("utf-8")
    return [(row["typecode"], row["path"]) for row in csv.DictReader(text.splitlines())]


def read(*rows: dict[str, object]) -> FacilityTables:
    shapes = [Point(500_000 + 1000 * n, 3_845_000) for n in range(len(rows))]
    frame = pd.DataFrame(list(rows), index=pd.RangeIndex(1, len(rows) + 1, name="row"))
    return read_facilities(gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS), crs=CRS)


def test_every_code_of_the_rules_has_its_words_and_no_two_share_them() -> None:
    rules = {rule.value for rule in load_rules() if rule.source == "amap"}
    assert {code for code, _ in types()} == rules
    assert len({path for _, path in types()}) == len(types()) == len(rules)


@pytest.mark.parametrize(("code", "path"), types())
def test_words_are_read_as_their_code_and_decide_like_it(code: str, path: str) -> None:
    assert read_type_paths(path) == code
    named = pd.DataFrame({"name": ["甲", "甲"], "category": [path, None], "typecode": [None, code]})
    found = classify(read_fields(named).rename_axis("facility_id"))
    said = [found.loc[[row]].droplevel(0).to_dict() if row in found.index else {} for row in (0, 1)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("购物服务;便民商店/便利店", "060200"),
        ("生活服务;公共厕所", "200300"),
        ("交通设施服务;停车场;停车场", "150900"),
        ("医疗保健服务；诊所；诊所 ", "090300"),
        ("购物服务;超级市场;超市|医疗保健服务;诊所;诊所", "060400|090300"),
        ("购物服务;超级市场;超市|餐饮服务;中餐厅;中餐厅", "060400"),
        ("医疗保健服务;诊所;没有的小类", None),
        ("餐饮服务;中餐厅", None),
        ("医疗保健服务", None),
        ("诊所", None),
        ("购物服务;超级市场;超市|超市", None),
        ("", None),
    ],
)
def test_a_cell_of_types_is_read(cell: str, codes: str | None) -> None:
    assert read_type_paths(cell) == codes


def test_only_a_class_of_amap_begins_a_path() -> None:
    assert is_type_path("餐饮服务;中餐厅")
    assert not is_type_path("超市;便利店")
    assert join_levels(["医疗保健服务", "诊所", None]) == "医疗保健服务;诊所"
    assert join_levels(["甲类", "乙类", None]) is None
    assert join_levels([None, None, None]) is None


def test_an_export_with_types_in_words_is_no_doubt() -> None:
    found = read(
        {"name": "甲", "类型": "医疗保健服务;诊所;诊所"},
        {"name": "乙", "类型": "餐饮服务;中餐厅;川菜"},
        {"name": "丙", "类型": "餐饮服务;中餐厅;川菜"},
        {"name": "丁", "类型": "风景名胜;公园广场;公园"},
        {"name": "大众公厕", "类型": "风景名胜;公园广场;公园"},
    )
    assert found.facilities["evidence"].to_dict()["p1", "clinic"] == "amap: 090300"
    assert found.facilities["source"].tolist()[0] == "amap"
    assert found.facilities.index.tolist() == [("p1", "clinic"), ("p5", "toilet")]
    (note,) = found.findings
    assert (note.code, note.severity) == ("points-without-have", "note")
    assert (
        "3 个的高德类型不在九有之列：餐饮服务;中餐厅;川菜 2、风景名胜;公园广场;公园 1。" in note.zh
    )
    assert "The AMap types of 3 are none of the nine: 餐饮服务;中餐厅;川菜 2, " in note.en


def test_a_bureaus_own_unknown_category_stays_doubtful_beside_types_of_amap() -> None:
    found = read({"name": "甲", "类型": "文体设施"}, {"name": "乙", "类型": "餐饮服务;中餐厅"})
    assert [f.code for f in found.findings] == ["category-unknown", "points-without-have"]
    assert "'文体设施'" in found.findings[0].zh
    assert "文体设施" not in found.findings[1].zh


def test_a_code_goes_before_words() -> None:
    fields = read_fields(
        pd.DataFrame({"type": ["购物服务;超级市场;超市"] * 2, "typecode": ["090300", None]})
    )
    assert fields["typecode"].tolist() == ["090300", "060400"]


def test_levels_may_stand_in_columns_of_their_own() -> None:
    frame = pd.DataFrame(
        {"大类": ["医疗保健服务", "超市"], "中类": ["诊所", None], "小类": ["诊所", None]}
    )
    fields = read_fields(frame)
    assert fields["typecode"].fillna("").tolist() == ["090300", ""]
    assert fields["category"].tolist() == ["医疗保健服务;诊所;诊所", "超市"]
