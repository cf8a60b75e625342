"""From points of any source to facilities of the nine haves and a review for a person."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, Point, Polygon, box

from layers.contracts import check
from layers.errors import CrsError
from layers.facilities import FacilityTables, read_facilities
from layers.facility_doubts import doubt_columns
from layers.facility_fields import TITLES, parse_categories, read_fields
from layers.osm import read_osm
from layers.tables import CATEGORIES, FACILITIES, REVIEW

CRS = pyproj.CRS.from_epsg(4547)
X, Y = 500_000.0, 3_845_000.0


def points(*rows: dict[str, object], crs: object = CRS) -> gpd.GeoDataFrame:
    """Make raw points; each row may say where with ``at``, 1 km apart otherwise."""
    shapes = []
    for number, row in enumerate(rows):
        at = row.pop("at", (1000.0 * number, 0.0))
        shapes.append(Point(X + at[0], Y + at[1]) if isinstance(at, tuple) else at)  # type: ignore[operator]
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    return gpd.GeoDataFrame(pd.DataFrame(list(rows), index=index), geometry=shapes, crs=crs)


def read(*rows: dict[str, object], review: pd.DataFrame | None = None) -> FacilityTables:
    found = read_facilities(points(*rows), crs=CRS, review=review)
    check(FACILITIES, found.facilities)
    check(REVIEW, found.review)
    return found


def confirmed(found: FacilityTables) -> dict[tuple[str, str], bool]:
    return {key: bool(flag) for key, flag in found.facilities["confirmed"].items()}


def codes(found: FacilityTables) -> list[str]:
    return sorted(finding.code for finding in found.findings)


def reviewed(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["facility_id", "category", "decision"])


def test_sure_evidence_confirms_and_weak_evidence_waits() -> None:
    found = read(
        {"id": "a", "名称": "老城街道便民服务中心", "typecode": "130105"},
        {"id": "b", "名称": "爱心驿站", "typecode": None},
        {"id": "c", "名称": "偃师第一中学图书馆", "typecode": "140500"},
        {"id": "d", "名称": "老王面馆", "typecode": "050100"},
    )
    assert confirmed(found) == {
        ("a", "service_centre"): True,
        ("b", "parcel"): False,
        ("b", "toilet"): False,
        ("c", "library"): False,
    }
    assert found.facilities.loc[("a", "service_centre"), "evidence"].startswith("name: 便民服务")
    assert found.review.index.tolist() == [("b", "parcel"), ("b", "toilet"), ("c", "library")]
    assert found.review["decision"].isna().all()
    row = found.review.loc[("b", "toilet")]
    assert row["name"] == "爱心驿站"
    assert row["reason"] == (
        "证据不足：名称含“爱心驿站”（常附设厕所）；单独不足以认定公用厕所 / weak evidence: "
        'the name holds "爱心驿站" (often has a toilet; confirm); '
        "alone not enough for a public toilet"
    )
    assert "公用厕所" in row["suggestion"]
    assert "public toilet" in row["suggestion"]
    assert (row["x_m"], row["y_m"]) == (X + 1000.0, Y)
    assert codes(found) == ["points-without-have"]
    assert "1 of 4" in found.findings[0].en
    assert "4 个点，其中 1 个" in found.findings[0].zh


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("便民服务中心", "service_centre"),
        ("乐养居", "elderly_care"),
        ("clinic", "clinic"),
        ("城市书房（阅览室）", "library"),
        ("公厕", "toilet"),
        ("快递收发点", "parcel"),
        ("Convenience store", "shop"),
        ("停车场", "parking"),
        ("充电桩", "charging"),
    ],
)
def test_a_bureaus_own_category_is_taken_as_given(word: str, category: str) -> None:
    found = read({"编号": "007", "设施名称": "甲", "类别": word})
    assert confirmed(found) == {("007", category): True}
    assert found.facilities["evidence"].tolist() == ["given"]
    assert found.facilities["source"].tolist() == ["bureau"]


@pytest.mark.parametrize("header", ["设施类别", "category", "设施类型（九有）", "LX"])
def test_the_category_may_stand_under_several_headers(header: str) -> None:
    assert confirmed(read({"id": "007", header: "公厕"})) == {("007", "toilet"): True}


def test_one_building_may_be_several_haves() -> None:
    found = read({"id": "a", "name": "甲", "类别": "便民服务中心、图书馆；养老"})
    assert [have for _, have in confirmed(found)] == ["elderly_care", "library", "service_centre"]


def test_a_building_listed_twice_is_one_facility_of_two_haves() -> None:
    found = read(
        {"id": "a", "name": "甲", "类别": "公厕", "at": (0.0, 0.0)},
        {"id": "a", "name": "甲", "类别": "停车场", "at": (0.2, 0.0)},
    )
    assert confirmed(found) == {("a", "parking"): True, ("a", "toilet"): True}
    assert codes(found) == []


def test_two_places_with_one_id_are_told_apart() -> None:
    found = read(
        {"id": "a", "name": "甲公厕", "at": (900.0, 0.0)},
        {"id": "a", "name": "乙公厕", "at": (0.0, 0.0)},
    )
    assert found.facilities["name"].tolist() == ["乙公厕", "甲公厕"]
    assert found.facilities.index.get_level_values(0).tolist() == ["a", "a-2"]
    assert codes(found) == ["facility-id-doubled"]
    assert found.findings[0].row_key == "a"


def test_an_unknown_category_is_listed_and_the_name_decides() -> None:
    found = read({"name": "社区书屋", "类别": "文体设施"}, {"name": "甲", "类别": "文体设施"})
    assert confirmed(found) == {("p1", "library"): True}
    assert codes(found) == ["category-unknown", "points-without-have"]
    assert "2 row(s) have the category '文体设施'" in found.findings[0].en
    assert "'文体设施'" in found.findings[0].zh


def test_a_providers_path_of_classes_is_no_category() -> None:
    found = read({"name": "好又多", "type": "购物服务;超级市场;超市", "typecode": "060400"})
    assert found.facilities["evidence"].tolist() == ["amap: 060400"]
    assert found.facilities["source"].tolist() == ["amap"]
    assert codes(found) == []


def test_rows_without_an_id_are_named_after_their_row() -> None:
    assert confirmed(read({"name": "公厕"})) == {("p1", "toilet"): True}


def test_osm_objects_keep_their_id_and_shape() -> None:
    raw = gpd.GeoDataFrame(
        {"name": [None, "甲"], "source": "osm", "tags": ['{"amenity": "parking"}', "{}"]},
        geometry=[box(X, Y, X + 50, Y + 50), Point(X, Y)],
        index=pd.Index(["w123", "n5"], name="facility_id"),
        crs=CRS,
    )
    found = read_facilities(raw, crs=CRS)
    assert confirmed(found) == {("w123", "parking"): True}
    assert found.facilities.geometry.iloc[0].area == 2500.0
    assert found.facilities["name"].isna().all()


def test_tables_with_other_headers_can_stand_below_each_other() -> None:
    one = points({"名称": "公厕", "类型编码": "200300"})
    two = points({"name": "社区书屋", "typecode": None}, {"name": "公厕", "typecode": "200300"})
    two = two.set_geometry(two.geometry.translate(xoff=5000.0))
    found = read_facilities(gpd.GeoDataFrame(pd.concat([one, two]), crs=CRS), crs=CRS)
    names = found.facilities["name"].droplevel("category").to_dict()
    assert names == {"p1": "公厕", "p1-2": "社区书屋", "p2": "公厕"}
    assert "facility-id-doubled" not in codes(found)


def test_degrees_are_brought_into_the_metric_system() -> None:
    raw = gpd.GeoDataFrame({"name": ["公厕"]}, geometry=[Point(114.0, 34.73)], crs="EPSG:4326")
    found = read_facilities(raw, crs=CRS)
    assert found.facilities.crs == CRS
    assert found.facilities.geometry.iloc[0].x == pytest.approx(500_000.0)
    with pytest.raises(CrsError):
        read_facilities(raw.set_crs(None, allow_override=True), crs=CRS)


def test_broken_shapes_become_a_point_of_themselves() -> None:
    bow = Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    mixed = GeometryCollection([LineString([(X, Y), (X + 9, Y)]), box(X, Y, X + 9, Y + 9)])
    far = GeometryCollection([Point(X + 500, Y)])
    found = read(
        {"id": "a", "name": "公厕", "at": bow},
        {"id": "b", "name": "停车楼", "at": mixed},
        {"id": "c", "name": "城市书房", "at": far},
    )
    assert set(found.facilities.geom_type) == {"Point"}


def test_nothing_in_gives_empty_tables() -> None:
    raw = gpd.GeoDataFrame({"name": [], "source": []}, geometry=[], crs=CRS)
    found = read_facilities(raw, crs=CRS)
    check(FACILITIES, found.facilities)
    check(REVIEW, found.review)
    assert len(found.facilities) == len(found.review) == len(found.findings) == 0


def test_mens_and_womens_doors_are_one_toilet() -> None:
    found = read(
        {"id": "a", "name": "女洗手间", "typecode": "200302", "at": (0.0, 0.0)},
        {"id": "b", "name": "男洗手间", "typecode": "200301", "at": (20.0, 0.0)},
        {"id": "c", "name": "公厕", "typecode": "200300", "at": (30.1, 0.0)},
    )
    assert list(confirmed(found)) == [("a", "toilet"), ("c", "toilet")]
    assert codes(found) == ["facility-merged"]
    assert "b 男洗手间" in found.findings[0].en
    assert "公用厕所 a 女洗手间" in found.findings[0].zh


def test_exactly_thirty_metres_is_still_one_place() -> None:
    found = read(
        {"id": "a", "name": "公厕", "at": (0.0, 0.0)},
        {"id": "b", "name": "公厕", "at": (30.0, 0.0)},
    )
    assert list(confirmed(found)) == [("a", "toilet")]


def test_the_bureaus_table_wins_over_the_web_map() -> None:
    found = read(
        {"id": "a", "name": "商城卫生服务站", "typecode": "090300", "at": (0.0, 0.0)},
        {"id": "z", "name": "商城社区卫生服务站", "类别": "诊所", "at": (25.0, 0.0)},
    )
    assert list(confirmed(found)) == [("z", "clinic")]


def test_a_confirmed_place_absorbs_a_weak_one() -> None:
    found = read(
        {"id": "a", "tags": '{"amenity": "cafe", "toilets": "yes"}', "at": (0.0, 0.0)},
        {"id": "b", "tags": '{"amenity": "toilets"}', "at": (10.0, 0.0)},
    )
    assert confirmed(found) == {("b", "toilet"): True}
    assert found.review.empty


def test_shops_side_by_side_stay_two_unless_their_names_agree() -> None:
    near = read(
        {"id": "a", "name": "大张超市", "typecode": "060400", "at": (0.0, 0.0)},
        {"id": "b", "name": "好又多超市", "tags": '{"shop": "supermarket"}', "at": (12.0, 0.0)},
    )
    assert len(near.facilities) == 2
    same = read(
        {"id": "a", "name": "大张超市(首阳店)", "typecode": "060400", "at": (0.0, 0.0)},
        {"id": "b", "name": "大张超市", "tags": '{"shop": "supermarket"}', "at": (12.0, 0.0)},
    )
    assert list(confirmed(same)) == [("a", "shop")]


def test_one_name_twice_in_one_source_is_one_place_within_twenty_metres() -> None:
    rows = [{"id": key, "name": "张氏诊所", "typecode": "090300"} for key in ("a", "b", "c")]
    found = read(*(row | {"at": (15.0 * n, 0.0)} for n, row in enumerate(rows)))
    assert list(confirmed(found)) == [("a", "clinic"), ("c", "clinic")]


@pytest.mark.parametrize("word", ["是", "yes", "Y", "公厕", "toilet", "√"])
def test_yes_confirms_and_takes_the_row_off_the_review(word: str) -> None:
    rows = {"id": "a", "name": "环卫驿站"}
    assert confirmed(read(dict(rows))) == {("a", "toilet"): False}
    found = read(dict(rows), review=reviewed(("a", "toilet", word)))
    assert confirmed(found) == {("a", "toilet"): True}
    assert found.facilities["evidence"].tolist() == [f"review: {word}"]
    assert found.review.empty


@pytest.mark.parametrize("word", ["否", "no", "不是", "0"])
def test_no_takes_the_facility_out_and_says_so(word: str) -> None:
    found = read({"id": "a", "name": "环卫驿站"}, review=reviewed(("a", "toilet", word)))
    assert found.facilities.empty
    assert found.review.empty
    assert codes(found) == ["review-taken-out"]
    assert word in found.findings[0].zh
    assert word in found.findings[0].en


def test_another_have_replaces_the_one_in_question() -> None:
    found = read(
        {"id": "a", "name": "爱心驿站"},
        review=reviewed(("a", "parcel", "乐养居"), ("a", "toilet", "否")),
    )
    assert confirmed(found) == {("a", "elderly_care"): True}


def test_a_row_without_category_speaks_for_the_whole_facility() -> None:
    rows = {"id": "a", "name": "爱心驿站"}
    table = pd.DataFrame({"facility_id": ["a"], "decision": ["是"]})
    assert confirmed(read(dict(rows), review=table)) == {
        ("a", "parcel"): True,
        ("a", "toilet"): True,
    }
    assert read(dict(rows), review=table.assign(decision="否")).facilities.empty


def test_a_person_may_make_a_facility_of_a_point_that_the_rules_passed_over() -> None:
    found = read({"id": "a", "name": "老王面馆"}, review=reviewed(("a", "shop", "是")))
    assert confirmed(found) == {("a", "shop"): True}


def test_a_person_may_undo_a_merge() -> None:
    rows = (
        {"id": "a", "name": "公厕", "at": (0.0, 0.0)},
        {"id": "b", "name": "公厕", "at": (10.0, 0.0)},
    )
    assert len(read(*(dict(row) for row in rows)).facilities) == 1
    found = read(*(dict(row) for row in rows), review=reviewed(("b", "toilet", "是")))
    assert list(confirmed(found)) == [("a", "toilet"), ("b", "toilet")]


def test_ids_and_words_that_nobody_knows_are_findings() -> None:
    found = read(
        {"id": "a", "name": "环卫驿站"},
        review=reviewed(("zz", "toilet", "是"), ("a", "toilet", "也许"), ("a", "toilet", "")),
    )
    assert confirmed(found) == {("a", "toilet"): False}
    assert codes(found) == ["review-unknown-id", "review-unreadable"]
    assert any("'zz'" in finding.en and "'zz'" in finding.zh for finding in found.findings)
    assert any("'也许'" in finding.en and "'也许'" in finding.zh for finding in found.findings)


def test_the_review_that_was_written_can_be_read_back() -> None:
    rows = {"id": "001", "name": "爱心驿站"}
    waiting = read(dict(rows)).review
    found = read(dict(rows), review=waiting.assign(decision=["是", "否"]))
    assert confirmed(found) == {("001", "parcel"): True}


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_have_is_known_by_its_names(category: str) -> None:
    for word in (category, *TITLES[category]):
        assert parse_categories(word) == (category,)


def test_cells_that_name_something_else_name_no_have() -> None:
    assert parse_categories("购物服务;超级市场;超市") == ()
    assert parse_categories("公厕/停车场") == ("toilet", "parking")
    assert parse_categories(" ; ") == ()


def test_the_first_filled_cell_among_the_headers_counts() -> None:
    raw = pd.DataFrame({"名称": ["甲", None], "name": [None, "乙"], "编号": [12.0, None]})
    fields = read_fields(raw)
    assert fields["name"].tolist() == ["甲", "乙"]
    assert fields["facility_id"].tolist()[0] == "12"
    assert fields["typecode"].isna().all()


def test_in_helsinki_all_nine_haves_are_found(helsinki: Path) -> None:
    osm = read_osm(helsinki)
    found = read_facilities(osm.facilities, crs=pyproj.CRS.from_epsg(32635))
    check(FACILITIES, found.facilities)
    check(REVIEW, found.review)
    haves = found.facilities.groupby(level="category")["confirmed"].agg(["size", "sum"])
    assert set(haves.index) == set(CATEGORIES)
    assert haves.loc["library"].tolist() == [7, 7]
    assert haves.loc["charging"].tolist() == [4, 4]
    assert haves.loc["elderly_care", "sum"] == 0
    waiting = found.facilities[~found.facilities["confirmed"]]
    assert waiting.index.equals(found.review.index)


kinds = st.sampled_from(["公厕", "超市", "环卫驿站", "诊所", "面馆", "充电站"])
spots = st.tuples(st.integers(0, 12), st.integers(0, 12))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(kinds, spots), max_size=12), st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[str, tuple[int, int]]], seed: int
) -> None:
    raw = points(
        *(
            {"id": f"f{n}", "name": name, "at": (9.0 * at[0], 9.0 * at[1])}
            for n, (name, at) in enumerate(rows)
        )
    )
    found = read_facilities(raw, crs=CRS)
    again = read_facilities(raw.sample(frac=1.0, random_state=seed), crs=CRS)
    pd.testing.assert_frame_equal(found.facilities, again.facilities)
    pd.testing.assert_frame_equal(found.review, again.review)
    assert set(found.findings) == set(again.findings)


@pytest.mark.parametrize("more", [{}, {"类别": None}, {"类别": "公用厕所"}])
def test_a_row_that_is_there_twice_counts_once_and_is_told(more: dict[str, object]) -> None:
    row = {"id": "a", "名称": "人民路公共厕所", "at": (0.0, 0.0), **more}
    found = read(dict(row), dict(row), dict(row))
    assert len(found.facilities) == 1
    (finding,) = [f for f in found.findings if f.code == "facility-row-repeated"]
    assert "2 row(s) repeat" in finding.en
    assert "2 行" in finding.zh


def test_a_file_without_a_known_column_of_names_is_doubted() -> None:
    known = pd.DataFrame({"设施名": ["甲"], "大类": ["公厕"]})
    assert doubt_columns(known, "a.csv") == []
    (coded,) = doubt_columns(pd.DataFrame({"称呼": ["甲"], "typecode": ["1"]}), "a.csv")
    (unknown,) = doubt_columns(pd.DataFrame({"称呼": ["甲"], "geometry": [None]}), "a.csv")
    assert (coded.severity, unknown.severity) == ("check", "decide")
    assert "现有列：称呼" in unknown.zh
    assert "its columns: 称呼" in unknown.en
    assert "geometry" not in unknown.en
