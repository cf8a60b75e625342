"""What must be kept: kinds, ids, doubles, and the communities in which things lie."""

from __future__ import annotations

from random import Random
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, Polygon, box

from layers.checks import Finding
from layers.contracts import check, conform
from layers.errors import CrsError, GeometryError, KeyConflictError
from layers.protection_kinds import kind_of_file, read_kind
from layers.protections import prepare_protections
from layers.tables import COMMUNITIES, PROTECTIONS

CRS = pyproj.CRS.from_epsg(4547)
IDS = ("c0", "c1", "c2")
HOMES = gpd.GeoDataFrame(
    conform(
        COMMUNITIES,
        gpd.GeoDataFrame(
            {"community_id": IDS},
            geometry=[box(x, 0, x + 100, 100) for x in (0, 106, 300)],
            crs=CRS,
        ),
    )
)
"""Two communities with a lane of 6 m between them, and one 94 m away."""


def layer(*shapes: object, **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def prepare(
    *raws: gpd.GeoDataFrame, within_m: float = 5.0, name: str = "保护.gpkg"
) -> tuple[gpd.GeoDataFrame, dict[str, Finding]]:
    table, findings = prepare_protections(
        [(raw, name) for raw in raws], HOMES, crs=CRS, within_m=within_m
    )
    check(PROTECTIONS, table)
    assert len({one.code for one in findings}) == len(findings)
    return table, {one.code: one for one in findings}


def places(*shapes: object, kind: str = "古树名木", within_m: float = 5.0) -> list[str]:
    """Give the communities of each shape, in the order given."""
    ids = [f"t{n}" for n in range(len(shapes))]
    table, _ = prepare(
        layer(*shapes, 类别=[kind] * len(shapes), protection_id=ids), within_m=within_m
    )
    return table["community_ids"].fillna("").tolist()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("文物古迹", "relic"),
        ("市级文物保护单位", "relic"),
        ("古城墙", "relic"),
        ("古城遗址", "relic"),
        ("历史建筑", "historic_building"),
        ("优秀近现代建筑", "historic_building"),
        ("古树名木", "old_tree"),
        ("一级古树", "old_tree"),
        ("Tree", "old_tree"),
        ("历史文化街区", "historic_area"),
        ("历史城区", "historic_city"),
        ("历史文化名城", "historic_city"),
        ("historic_building", "historic_building"),
        ("street tree", "other"),
        ("行道树", "other"),
        ("老城区", "other"),
    ],
)
def test_a_bureaus_words_for_kinds_are_understood(word: str, kind: str):
    assert read_kind(word).kind == kind
    table, _ = prepare(layer(Point(1, 1), 类别=[word]))
    assert table["kind"].tolist() == [kind]


@pytest.mark.parametrize(
    "grade",
    ["", "国家级", "全国重点", "省级", "市级", "县级", "一级", "国家二级", "第三批", "未定级"],
)
@pytest.mark.parametrize(
    ("word", "kind"),
    [("文物保护单位", "relic"), ("古树", "old_tree"), ("历史建筑", "historic_building")],
)
def test_a_known_word_with_or_without_a_grade_is_read_without_a_doubt(
    grade: str, word: str, kind: str
):
    for one in (f"{grade}{word}", f"{word}（{grade}）" if grade else f" {word} "):
        table, findings = prepare(layer(Point(1, 1), 类别=[one]))
        assert table["kind"].tolist() == [kind]
        assert findings == {}


@pytest.mark.parametrize(
    "word",
    [
        *("非文物", "不是古树名木", "已撤销文物", "拟申报历史建筑", "后备古树", "古树名木后续资源"),
        *("历史建筑线索", "不再是历史建筑", "无文物", "no longer a relic", "proposed monument"),
    ],
)
@pytest.mark.parametrize("name", ["保护.gpkg", "古树名木.shp"])
def test_a_word_that_says_no_is_never_the_kind_whatever_the_file_is_called(word: str, name: str):
    table, findings = prepare(layer(Point(1, 1), Point(2, 2), 类别=["古树", word]), name=name)
    assert sorted(table["kind"]) == ["old_tree", "other"]
    told = findings["protection-kind-denied"]
    assert told.severity == "check"
    assert f"{word!r}（第 1 行）作为类别未识别的保护对象" in told.zh
    assert f"{word!r} (row 1) as things to keep of no known kind" in told.en
    assert name in told.zh


@pytest.mark.parametrize(
    ("cell", "kind", "left_out"),
    [
        ("古树名木、文物", "old_tree", "文物古迹"),
        ("文物、古树名木", "relic", "古树名木"),
        ("历史建筑/文物", "historic_building", "文物古迹"),
        ("文物和市级历史建筑", "relic", "历史建筑"),
        ("old_tree, relic", "old_tree", "文物古迹"),
    ],
)
def test_of_two_kinds_in_a_cell_the_first_is_taken_and_the_other_is_told(
    cell: str, kind: str, left_out: str
):
    table, findings = prepare(layer(Point(1, 1), 类别=[cell]))
    assert table["kind"].tolist() == [kind]
    told = findings["protection-kind-several"]
    assert told.severity == "check"
    assert repr(cell) in told.zh
    assert f"另有{left_out}未列" in told.zh
    assert "left out" in told.en


@pytest.mark.parametrize(
    ("word", "kind", "code"),
    [
        ("文物商店", "other", "protection-kind-in-part"),
        ("古建公司", "other", "protection-kind-in-part"),
        ("古城路", "other", "protection-kind-in-part"),
        ("relics shop", "other", "protection-kind-in-part"),
        ("碑林小学", "other", "protection-kind-unknown"),
        ("商业街区", "other", "protection-kind-unknown"),
        ("relict", "other", "protection-kind-unknown"),
        ("杜甫故居", "relic", "protection-kind-in-part"),
        ("古城里的古树", "old_tree", "protection-kind-several"),
        ("古树3株", "old_tree", "protection-kind-in-part"),
    ],
)
def test_a_word_that_only_holds_a_known_one_is_told_with_how_it_was_read(
    word: str, kind: str, code: str
):
    table, findings = prepare(layer(Point(1, 1), Point(2, 2), 类别=["文物", word]))
    assert table.loc[table.geometry == Point(2, 2), "kind"].tolist() == [kind]
    assert findings[code].severity == "check"
    assert repr(word) in findings[code].zh
    assert repr(word) in findings[code].en


def test_a_cell_that_is_a_long_text_is_read_in_part_and_quoted_in_part():
    word = "文物" * 100_000
    read = read_kind(word)
    assert (read.kind, read.is_whole) == ("relic", False)
    _, findings = prepare(layer(Point(1, 1), 类别=[word]))
    assert "文物" * 50 + "…" in findings["protection-kind-in-part"].zh
    assert len(findings["protection-kind-in-part"].zh) < 300


def test_a_point_counts_within_an_outline_or_a_few_metres_outside():
    inside, edge, near, exactly, beyond, nowhere = (
        *(Point(50, 50), Point(100, 50), Point(50, -4.9), Point(50, -5)),
        *(Point(50, -5.01), Point(250, 50)),
    )
    got = places(inside, edge, near, exactly, beyond, nowhere)
    assert got == ["c0", "c0", "c0", "c0", "", ""]
    assert places(near, within_m=0.0) == [""]
    assert places(edge, within_m=0.0) == ["c0"]


def test_a_tree_in_the_lane_concerns_both_sides_and_one_in_a_yard_only_its_own():
    assert places(Point(103, 50), Point(99, 50), Point(101, 50)) == ["c0;c1", "c0", "c0;c1"]
    assert places(Point(101, 50), within_m=4.0) == ["c0"]
    assert places(MultiPoint([(50, 50), (350, 50)])) == ["c0;c2"]


def test_lines_and_areas_count_by_what_lies_inside():
    wall = LineString([(-50, 50), (0.9, 50)])
    longer = LineString([(-50, 50), (1.0, 50)])
    short = LineString([(10, 10), (10.4, 10)])
    assert places(wall, longer, short, kind="文物古迹") == ["", "c0", "c0"]
    hall = box(90, 0, 106.2, 10)  # 0.2 m over the second outline: 1.2 % of the hall
    sliver = box(90, 20, 106.1, 30)
    assert places(hall, sliver, box(101, 0, 105, 9), kind="历史建筑") == ["c0;c1", "c0", ""]


def test_who_lies_in_the_historic_city_is_said_by_an_outline_only():
    around = box(-10, -10, 150, 110)
    raw = layer(
        around,
        LineString(around.exterior.coords),
        LineString([(-10, -10), (150, -10), (150, 110)]),
        Point(50, 50),
        类型=["历史城区"] * 4,
        protection_id=["area", "ring", "open", "point"],
    )
    table, findings = prepare(raw)
    held = table["community_ids"].fillna("").to_dict()
    assert held == {"area": "c0;c1", "ring": "c0;c1", "open": "", "point": ""}
    assert table.geometry["ring"].area == around.area
    assert "2 处历史城区或历史文化街区不是面" in findings["protection-boundary-open"].zh
    assert "open, point" in findings["protection-boundary-open"].en
    assert "protection-in-none" not in findings


def test_a_kind_that_is_not_known_stays_in_the_table_and_is_told():
    table, findings = prepare(
        layer(Point(9, 9), Point(8, 8), Point(7, 7), 类别=["井", None, "文物"])
    )
    assert sorted(table["kind"]) == ["other", "other", "relic"]
    assert table["community_ids"].tolist() == ["c0"] * 3
    told = findings["protection-kind-unknown"]
    assert told.severity == "check"
    assert "2 处保护对象的类别无法识别（'井'、未填 1 处）" in told.zh
    assert "('井', 1 empty)" in told.en


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("古树名木.shp", "old_tree"),
        ("old_trees.gpkg", "old_tree"),
        ("历史城区范围.geojson", "historic_city"),
        ("文物与古树.gpkg", "other"),
        ("保护.gpkg", "other"),
    ],
)
def test_where_a_layer_states_no_kind_its_file_may_say_one(name: str, kind: str):
    assert kind_of_file(name) == kind
    for columns in ({}, {"类型": ["国槐"]}):
        table, findings = prepare(layer(box(1, 1, 2, 2), **columns), name=name)
        assert table["kind"].tolist() == [kind]
        code = "protection-kind-unknown" if kind == "other" else "protection-kind-by-file"
        assert code in findings
        if kind != "other":
            assert findings[code].severity == ("check" if columns else "note")
            assert ("（'国槐'）" in findings[code].zh) == bool(columns)
    stated, _ = prepare(layer(Point(1, 1), 类别=["文物古迹"]), name=name)
    assert stated["kind"].tolist() == ["relic"]


def test_things_in_no_community_are_accounted_for():
    raw = layer(Point(1, 1), Point(220, 50), Point(250, 50), 类别=["古树", "古树", "文物"])
    _, findings = prepare(raw)
    told = findings["protection-in-none"]
    assert "2 处保护对象不在任何小区内（文物古迹 1、古树名木 1；" in told.zh
    assert "2 things to keep in no community (relics: 1, old and famous trees: 1;" in told.en
    assert "5 m" in told.en


def test_one_thing_given_twice_is_listed_once_and_different_things_need_their_own_ids():
    twice = layer(Point(1, 1), Point(1, 1), Point(1.01, 1), 类别=["古树"] * 3, 树种=["槐"] * 3)
    table, findings = prepare(twice)
    assert len(table) == 2
    assert findings["protection-given-twice"].en.startswith("1 row has")
    table, _ = prepare(twice.assign(protection_id=["a", "b", "c"]))
    assert table.index.tolist() == ["a", "b", "c"]
    with pytest.raises(KeyConflictError) as caught:
        prepare(twice.assign(protection_id=["a", "b", "a"]))
    assert "'a' stands for different things" in caught.value.en
    assert "'a' 用于不同的对象" in caught.value.zh
    for text in (caught.value.en, caught.value.zh):
        assert "保护.gpkg:0, 保护.gpkg:2" in text


def test_rows_that_differ_in_their_grade_only_are_one_and_the_grades_are_told():
    raw = layer(*[Point(1, 1)] * 3, 类别=["文物"] * 3, 名称=["甲"] * 3, 级别=[None, "省级", "市级"])
    for rows in (raw, raw.iloc[::-1]):
        table, findings = prepare(rows)
        told = findings["protection-given-twice"]
        assert told.severity == "check"
        assert "甲 市级/省级" in told.zh
        assert "甲 市级/省级" in told.en
        assert table["grade"].tolist() == ["市级"]
    _, findings = prepare(raw.iloc[:2])
    assert findings["protection-given-twice"].severity == "note"


def test_names_and_ids_hold_nothing_unseen_and_long_ones_are_cut_in_findings():
    long = "长" * 300
    raw = layer(
        *(Point(220, 50), Point(230, 50), Point(240, 50)),
        类别=["文物"] * 3,
        名称=["\u202e反冬", "甲\n乙", "\u200b"],
        protection_id=["a;b\nc", long, "\u2066x"],
    )
    table, findings = prepare(raw)
    assert table["name"].fillna("").to_dict() == {"a;b c": "反冬", long: "甲 乙", "x": ""}
    told = findings["protection-in-none"]
    for text in (told.zh, told.en):
        assert "长" * 100 + "…" in text
        assert "长" * 101 not in text


def test_bad_layers_are_refused():
    with pytest.raises(CrsError):
        prepare(layer(Point(1, 1)).set_crs(None, allow_override=True))
    bow_tie = Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    for bad in (bow_tie, Polygon([(0, 0), (9, 9), (0, 0)])):
        with pytest.raises(GeometryError, match="protections: 1 row") as caught:
            prepare(layer(Point(1, 1), bad, 类别=["历史建筑"] * 2))
        assert "'保护.gpkg:1'" in caught.value.en
        assert "'保护.gpkg:1'" in caught.value.zh
    loop = Polygon([(0, 0), (90, 0), (90, 90), (45, 90), (44, 91), (44, 90), (45, 91), (0, 90)])
    _, findings = prepare(layer(Point(1, 1), loop, 类别=["历史建筑"] * 2))
    assert findings["geometry-repaired"].row_key == "保护.gpkg:1"
    mixed = shapely.GeometryCollection([Point(1, 1), box(0, 0, 1, 1)])
    table, findings = prepare(layer(mixed, Point(2, 2), 类别=["文物"] * 2))
    assert len(table) == 1
    assert "不是点、线、面" in findings["protection-no-shape"].zh


KINDS = ("古树", "历史建筑", "文物", "历史城区", "？")
spots = st.tuples(st.integers(-40, 440), st.integers(-40, 140))
things = st.lists(
    st.tuples(spots, st.sampled_from(["point", "line", "area"]), st.sampled_from(KINDS)),
    min_size=1,
    max_size=8,
    unique=True,
)


def shape_of(spot: tuple[int, int], form: str) -> shapely.Geometry:
    x, y = spot
    if form == "point":
        return Point(x, y)
    return LineString([(x, y), (x + 30, y + 10)]) if form == "line" else box(x, y, x + 40, y + 30)


def _plain(table: gpd.GeoDataFrame, findings: dict[str, Finding]) -> object:
    frame = pd.DataFrame(table.drop(columns=["name", "geometry"]))
    return frame.to_dict(), table.geometry.to_wkt().to_dict(), sorted(findings)


@given(things, st.randoms(use_true_random=False), st.data())
def test_order_names_and_files_change_nothing(
    found: list[Any], random: Random, data: st.DataObject
):
    shapes = [shape_of(spot, form) for spot, form, _ in found]
    raw = layer(*shapes, 类别=[kind for _, _, kind in found], 名称=["甲"] * len(found))
    once = _plain(*prepare(raw))
    order = list(range(len(found)))
    random.shuffle(order)
    shuffled = raw.iloc[order]
    assert _plain(*prepare(shuffled)) == once
    cut = data.draw(st.integers(1, len(found)))
    parts = [part for part in (shuffled.iloc[:cut], shuffled.iloc[cut:]) if len(part)]
    assert _plain(*prepare(*parts)) == once
    renamed = raw.assign(名称=[f"新名 {n}" for n in order])
    assert _plain(*prepare(renamed)) == once


@given(things, st.floats(0, 20), st.floats(0, 20))
def test_a_wider_margin_adds_points_and_moves_nothing_else(
    found: list[Any], metres: float, more: float
):
    low, high = sorted((metres, more))
    ids = [f"t{n}" for n in range(len(found))]
    raw = layer(
        *(shape_of(spot, form) for spot, form, _ in found),
        类别=[kind for _, _, kind in found],
        protection_id=ids,
    )
    near, far = (
        {one: set(str(held).split(";")) - {"nan"} for one, held in table["community_ids"].items()}
        for table in (prepare(raw, within_m=low)[0], prepare(raw, within_m=high)[0])
    )
    for one, (_, form, _) in zip(ids, found, strict=True):
        assert near[one] <= far[one]
        assert form == "point" or near[one] == far[one]
