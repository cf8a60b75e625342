from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.communities import CommunityTables, prepare_communities
from layers.contracts import check, conform
from layers.errors import CrsError, GeometryError, InputError, KeyConflictError
from layers.files import Source
from layers.ledger import Ledger, read_ledger
from layers.tables import COMMUNITIES, SUBDISTRICTS

METRES = pyproj.CRS("EPSG:4547")
X, Y = 500_000.0, 3_840_000.0


def block(column: int, row: int = 0, *, side: float = 100.0) -> shapely.Polygon:
    """Make a square of one hectare in a grid of 200 m."""
    x, y = X + 200.0 * column, Y + 200.0 * row
    return shapely.box(x, y, x + side, y + side)


def outlines(**columns: list[object]) -> gpd.GeoDataFrame:
    """Make one square for each value, side by side."""
    count = len(next(iter(columns.values())))
    shapes = [block(n) for n in range(count)]
    index = pd.Index(range(1, count + 1), name="row")
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=METRES)


def ledger_of(tmp_path: Path, *rows: list[object]) -> Ledger:
    book = openpyxl.Workbook()
    book.active.title = "台账"
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "ledger.xlsx")
    return read_ledger(Source(path=tmp_path / "ledger.xlsx"))


def codes(tables: CommunityTables) -> set[str]:
    return {finding.code for finding in tables.findings}


def finding(tables: CommunityTables, code: str) -> str:
    return next(f.zh + f.en for f in tables.findings if f.code == code)


HEAD: list[object] = ["小区编码", "小区名称", "街道", "户数", "楼栋数", "建成年代"]


def test_boundaries_and_ledger_join_by_code(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        HEAD,
        ["001", "甲院", "老城街道", 40, 2, "1998年"],
        [" Ａ2 ", None, None, 50, 3, 1985],
    )
    got = prepare_communities(
        outlines(XQBM=["a2", "001"], XQMC=["乙院", "甲院"]), ledger, crs=METRES
    )
    check(COMMUNITIES, got.communities)
    assert got.communities.index.tolist() == ["001", "a2"]
    assert got.communities["households"].tolist() == [40.0, 50.0]
    assert got.communities["households_source"].tolist() == ["ledger", "ledger"]
    assert got.communities["year_built_to"].tolist() == [1998, 1985]
    assert got.communities["name"].tolist() == ["甲院", "乙院"]
    assert got.communities["ledger_rows"].tolist() == ["台账!2", "台账!3"]
    assert got.communities["area_m2"].tolist() == pytest.approx([10_000, 10_000])
    assert got.communities["edge"].isna().all()
    assert got.unmatched.empty


def test_a_code_that_a_spreadsheet_robbed_of_its_zeros_joins_and_is_told(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, HEAD, [7, "甲院", None, 40, 2, 1998])
    got = prepare_communities(outlines(小区编码=["007"]), ledger, crs=METRES)
    assert got.communities.loc["007", "households"] == 40
    assert "'7'" in finding(got, "ledger-zeros-dropped")


def test_one_code_with_two_names_is_told(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, HEAD, ["1", "商城花园", None, 40, 2, 1998])
    got = prepare_communities(outlines(小区编码=["1"], 名称=["粮食局家属院"]), ledger, crs=METRES)
    told = finding(got, "ledger-names-differ")
    assert "'商城花园'" in told
    assert "'粮食局家属院'" in told


def test_one_name_with_two_codes_is_told(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, HEAD, ["005", "甲院", "老城街道", 40, 2, 1998])
    got = prepare_communities(outlines(小区编码=["003"], 名称=["甲院"]), ledger, crs=METRES)
    assert got.communities.loc["003", "households"] == 40
    assert "'005' 与 '003'" in finding(got, "ledger-codes-differ")


def test_row_numbers_in_both_files_join_nothing_when_the_names_differ(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["id", "小区名称", "户数"], [1, "乙院", 30], [2, "甲院", 40])
    got = prepare_communities(outlines(id=[1, 2], 名称=["甲院", "乙院"]), ledger, crs=METRES)
    assert got.communities.set_index("name")["households"].to_dict() == {"甲院": 40, "乙院": 30}
    assert "ledger-codes-differ" not in codes(got)


def test_a_name_that_stands_once_on_either_side_joins_and_is_told(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["小区名称", "户数"], ["甲 院（东）", 40])
    got = prepare_communities(outlines(小区名称=["甲院(东)"]), ledger, crs=METRES)
    assert got.communities["matched_by"].tolist() == ["name"]
    assert "台账!2" in finding(got, "ledger-by-name")


def test_a_name_does_not_join_against_its_street_office(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["小区名称", "街道", "户数"], ["甲院", "老城街道", 40])
    got = prepare_communities(outlines(小区名称=["甲院"], 街道=["槐新街道办"]), ledger, crs=METRES)
    assert got.communities["households_source"].tolist() == ["area"]
    row = got.unmatched.iloc[0]
    assert (row["side"], row["ledger_row"], row["reason"]) == (
        "ledger",
        "台账!2",
        "place_contradicts",
    )
    assert (row["suggested_id"], row["likeness"]) == ("c001", 1.0)


def test_a_name_that_repeats_joins_only_by_its_place(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        ["小区名称", "街道", "地址", "户数"],
        ["粮食局家属院", "槐新街道", "华夏路3号", 30],
        ["粮食局家属院", "老城街道", "商都路12号", 40],
    )
    boundaries = outlines(
        小区名称=["粮食局家属院", "粮食局家属院"],
        街道=["老城街道办事处", "槐新街道办事处"],
        小区编号=["a", "b"],
    )
    got = prepare_communities(boundaries, ledger, crs=METRES)
    assert got.communities["households"].to_dict() == {"a": 40.0, "b": 30.0}
    assert got.communities["matched_by"].tolist() == ["name_place", "name_place"]
    assert "community-name-repeats" in codes(got)


def test_a_name_that_repeats_never_joins_alone(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["小区名称", "户数"], ["粮食局家属院", 30], ["粮食局家属院", 40])
    got = prepare_communities(outlines(小区名称=["粮食局家属院"]), ledger, crs=METRES)
    assert got.unmatched["reason"].tolist() == ["name_repeats"] * 3
    assert got.unmatched["suggested_name"].tolist() == ["粮食局家属院"] * 3
    told = [f for f in got.findings if f.code == "ledger-unmatched"]
    assert [f.severity for f in told] == ["decide", "decide"]
    assert "30 households" in told[0].en
    assert "c001" in told[0].zh
    assert "community-without-ledger" not in codes(got)


def test_corrections_settle_what_names_cannot(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path, ["小区名称", "户数"], ["粮食局家属院", 30], ["粮食局家属院", 40], ["丙楼", 9]
    )
    joins = pd.DataFrame(
        {
            "ledger_row": ["台账!2", "台账!3", None, "台账!99", "台账!4"],
            "ledger_name": [None, None, "丙楼", None, None],
            "community_id": ["c001", None, "c002", "c001", "c9"],
        },
        dtype="str",
    )
    got = prepare_communities(
        outlines(小区名称=["粮食局家属院", "丁楼"]), ledger, crs=METRES, joins=joins
    )
    assert got.unmatched.empty
    by_name = got.communities.set_index("name")
    assert by_name.loc["粮食局家属院", "households"] == 9
    assert by_name["matched_by"].tolist() == ["correction", "correction"]
    assert "'台账!99'" in finding(got, "join-row-unknown")
    assert "'c9'" in finding(got, "join-community-unknown")


def test_the_likeliest_partner_is_named_on_both_sides(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["小区名称", "户数"], ["农机公司家属楼", 30], ["气象局", 20])
    got = prepare_communities(
        outlines(小区名称=["伊洛花园", "农机公司家属院"]), ledger, crs=METRES
    ).unmatched
    names = got.set_index("name")["suggested_name"]
    assert names["农机公司家属楼"] == "农机公司家属院"
    assert names["农机公司家属院"] == "农机公司家属楼"
    assert names[["气象局", "伊洛花园"]].isna().all()


def test_phases_of_one_community_are_added_up(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        [*HEAD, "参与率", "城中村"],
        ["1", "伊洛花园一期", "老城街道", 40, 2, 1998, "80%", "否"],
        ["1", "伊洛花园二期", "老城街道", 60, 3, 2003, "90%", "否"],
    )
    got = prepare_communities(outlines(小区编码=["1"], 名称=["伊洛花园"]), ledger, crs=METRES)
    row = got.communities.loc["1"]
    assert row[["households", "buildings", "year_built_from", "year_built_to"]].tolist() == [
        100,
        5,
        1998,
        2003,
    ]
    assert row["participation_share"] == pytest.approx((40 * 0.8 + 60 * 0.9) / 100)
    assert row["excl_urban_village"] is False or not row["excl_urban_village"]
    assert row["name"] == "伊洛花园"
    assert row["ledger_rows"] == "台账!2;台账!3"
    assert "台账!3" in finding(got, "ledger-several-rows")


def test_a_row_that_stands_twice_counts_once(tmp_path: Path) -> None:
    row: list[object] = ["1", "甲院", "老城街道", 40, 2, 1998]
    ledger = ledger_of(tmp_path, ["序号", *HEAD], [1, *row], [2, *row])
    got = prepare_communities(outlines(小区编码=["1"]), ledger, crs=METRES)
    assert got.communities.loc["1", "households"] == 40


def test_rows_of_one_code_that_name_different_places_are_refused(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        HEAD,
        ["1", "粮食局家属院", "老城街道", 40, 2, 1998],
        ["1", "伊洛花园", "老城街道", 60, 3, 2003],
    )
    with pytest.raises(KeyConflictError) as error:
        prepare_communities(outlines(小区编码=["1"]), ledger, crs=METRES)
    for text in (error.value.en, error.value.zh):
        assert "台账!2 '粮食局家属院'" in text
        assert "台账!3 '伊洛花园'" in text


def test_two_boundaries_with_one_code_are_refused_by_name() -> None:
    with pytest.raises(KeyConflictError) as error:
        prepare_communities(outlines(小区编码=["7", "8", " ７"]), None, crs=METRES)
    assert "'7' (1, 3)" in error.value.en
    assert "'7' (1, 3)" in error.value.zh


def test_a_column_of_row_numbers_that_repeats_is_no_code() -> None:
    got = prepare_communities(outlines(id=[0, 0], 名称=["乙院", "甲院"]), None, crs=METRES)
    assert got.communities["name"].to_dict() == {"c001": "乙院", "c002": "甲院"}
    assert {"community-code-not-used", "community-ids-made"} <= codes(got)


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(5)))
def test_made_ids_do_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    names = ["丙", "甲", None, "甲", "乙"]
    whole = outlines(小区名称=names)
    first = prepare_communities(whole, None, crs=METRES).communities
    other = prepare_communities(whole.iloc[order], None, crs=METRES).communities
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(other))


def test_osm_communities_keep_their_ids_and_unnamed_ones_stay_unnamed() -> None:
    raw = gpd.GeoDataFrame(
        {"name": ["富康花园", None], "tags": ["{}", "{}"]},
        geometry=[block(0), block(1)],
        index=pd.Index(["w12", "r7"], name="osm_id"),
        crs=METRES,
    ).to_crs("EPSG:4326")
    got = prepare_communities(raw, None, crs=METRES).communities
    assert got.index.tolist() == ["r7", "w12"]
    assert got["name"].isna().tolist() == [True, False]
    assert got["area_m2"].tolist() == pytest.approx([10_000, 10_000], rel=1e-6)


def test_households_come_from_storeys_times_footprint_when_no_ledger_counts_them() -> None:
    boundaries = outlines(小区编码=["1", "2"])
    built = gpd.GeoDataFrame(
        {"levels": ["6", None], "building": ["apartments", "apartments"]},
        geometry=[shapely.box(X, Y, X + 50, Y + 19), shapely.box(X, Y + 50, X + 50, Y + 69)],
        index=pd.Index(["w1", "w2"], name="osm_id"),
        crs=METRES,
    )
    got = prepare_communities(boundaries, None, crs=METRES, buildings=built)
    # 2 buildings x 950 m2 x 6 storeys at 95 m2 a household; one hectare at 200.
    assert got.communities["households"].tolist() == [120.0, 200.0]
    assert got.communities["households_source"].tolist() == ["buildings", "area"]
    assert "95" in finding(got, "households-from-buildings")
    assert "200" in finding(got, "households-from-area")


def test_a_shed_in_a_large_community_is_no_ground_for_an_estimate() -> None:
    built = gpd.GeoDataFrame(
        {"levels": ["1"]}, geometry=[shapely.box(X, Y, X + 10, Y + 10)], crs=METRES
    )
    got = prepare_communities(outlines(小区编码=["1"]), None, crs=METRES, buildings=built)
    assert got.communities["households_source"].tolist() == ["area"]


def test_attributes_of_the_boundaries_are_read_where_the_ledger_is_silent(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["小区编码", "户数"], ["1", 40])
    boundaries = outlines(小区编码=["1", "2"], 户数=["99", "1,250"], 物业管理方=["社会化", None])
    got = prepare_communities(boundaries, ledger, crs=METRES).communities
    assert got["households"].tolist() == [40.0, 1250.0]
    assert got.loc["1", "property_mgmt"] == "社会化"


def test_a_header_cut_at_its_unit_is_told_and_so_are_areas_that_cannot_be() -> None:
    boundaries = outlines(**{"小区编码": ["1"], "户数": [40], "建筑面积（": [0.32]})
    got = prepare_communities(boundaries, None, crs=METRES)
    assert "'建筑面积（'" in finding(got, "communities-unit-cut")
    assert "0.008 m²" in finding(got, "communities-floor-area-unit")


def test_years_are_never_mixed_from_two_files(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["小区编码", "建成年代"], ["1", "2000年以前"])
    boundaries = outlines(小区编码=["1"], 建成年代=["2003"])
    got = prepare_communities(boundaries, ledger, crs=METRES).communities.loc["1"]
    assert pd.isna(got["year_built_from"])
    assert got["year_built_to"] == 2000


def test_the_street_office_is_told_by_place_where_no_file_tells_it() -> None:
    offices = conform(
        SUBDISTRICTS,
        gpd.GeoDataFrame(
            {"subdistrict_id": ["s1"], "name": ["老城街道"]},
            geometry=[shapely.box(X - 1, Y - 1, X + 150, Y + 150)],
            crs=METRES,
        ),
    )
    got = prepare_communities(
        outlines(小区编码=["1", "2"]), None, crs=METRES, subdistricts=gpd.GeoDataFrame(offices)
    ).communities
    assert got["subdistrict"].tolist()[0] == "老城街道"
    assert got["subdistrict"].isna().tolist() == [False, True]


def test_outlines_that_look_wrong_are_told() -> None:
    shapes = [
        block(0),
        block(0),
        shapely.box(X + 90, Y, X + 190, Y + 100),
        shapely.box(X, Y + 300, X + 100, Y + 301),
        block(50),
    ]
    boundaries = gpd.GeoDataFrame({"小区编码": list("abcde")}, geometry=shapes, crs=METRES)
    got = prepare_communities(boundaries, None, crs=METRES)
    assert "a" in finding(got, "community-doubled")
    assert "1,000 m²" in finding(got, "community-overlap")
    assert "小区 d" in finding(got, "community-sliver")
    assert "9.8 km" in finding(got, "community-far")


def test_shapes_that_are_no_polygons_are_left_out_and_told() -> None:
    boundaries = gpd.GeoDataFrame(
        {"小区编码": ["1", "2"]}, geometry=[block(0), shapely.Point(X, Y)], crs=METRES
    )
    got = prepare_communities(boundaries, None, crs=METRES)
    assert got.communities.index.tolist() == ["1"]
    assert "community-no-polygon" in codes(got)


def test_no_polygon_at_all_is_refused() -> None:
    points = gpd.GeoDataFrame({"小区编码": ["1"]}, geometry=[shapely.Point(X, Y)], crs=METRES)
    with pytest.raises(InputError) as error:
        prepare_communities(points, None, crs=METRES)
    assert "Point" in error.value.en
    assert "Point" in error.value.zh


def test_a_bow_tie_is_refused() -> None:
    tie = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    with pytest.raises(GeometryError):
        prepare_communities(
            gpd.GeoDataFrame({"小区编码": ["1"]}, geometry=[tie], crs=METRES), None, crs=METRES
        )


def test_boundaries_without_a_reference_system_are_refused() -> None:
    bare = gpd.GeoDataFrame({"小区编码": ["1"]}, geometry=[block(0)])
    with pytest.raises(CrsError):
        prepare_communities(bare, None, crs=METRES)


def test_missing_fields_are_counted_by_street_office(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        HEAD,
        ["1", "甲院", "老城街道", 40, None, 1998],
        ["2", "乙院", "槐新街道", 40, 3, None],
    )
    boundaries = outlines(小区编码=["1", "2", "3"])
    got = prepare_communities(boundaries, ledger, crs=METRES)
    told = [f for f in got.findings if f.code == "community-field-missing"]
    assert len(told) == 5
    assert any("都没有：建筑面积、产权性质、物业管理" in f.zh for f in told)
    assert any("楼栋数" in f.zh and "（老城街道 1 个，街道未注明 1 个）" in f.zh for f in told)
    assert any("'Buildings'" in f.en and "2 of 3" in f.en for f in told)
    assert any("(老城街道 1, no street office given 1)" in f.en for f in told)


def test_persons_and_remarks_of_the_ledger_do_not_enter_the_table(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        ["小区编码", "户数", "联系人", "联系电话", "备注", "老年人口", "片区名称", "状态"],
        ["1", 40, "张三", "13800000000", "张三负责", 12, "北片", "在建"],
    )
    got = prepare_communities(outlines(小区编码=["1"]), ledger, crs=METRES).communities
    assert got.loc["1", "elderly_population"] == 12
    assert got.loc["1", ["ledger_zone_name", "works_status"]].tolist() == ["北片", "在建"]
    assert not got.astype("str").apply(lambda column: column.str.contains("张三")).any(axis=None)
    assert not {"phone", "responsible_person", "remark"} & set(got.columns)


def test_the_input_is_not_changed(tmp_path: Path) -> None:
    boundaries = outlines(小区编码=["1"], 户数=["40"])
    before = boundaries.copy()
    ledger = ledger_of(tmp_path, HEAD, ["1", "甲院", None, 40, 2, 1998])
    table = ledger.table.copy()
    prepare_communities(boundaries, ledger, crs=METRES)
    pd.testing.assert_frame_equal(pd.DataFrame(boundaries), pd.DataFrame(before))
    pd.testing.assert_frame_equal(ledger.table, table)


def test_boundaries_without_a_known_column_of_names_are_doubted() -> None:
    named = prepare_communities(outlines(代码=["1", "2"], 楼盘=["甲院", "乙院"]), None, crs=METRES)
    assert named.communities.index.tolist() == ["1", "2"]
    assert "community-names-unknown" not in codes(named)
    coded = prepare_communities(outlines(小区编码=["1", "2"], 称呼=["甲", "乙"]), None, crs=METRES)
    lost = prepare_communities(outlines(称呼=["甲", "乙"]), None, crs=METRES)
    severities = [
        next(f.severity for f in tables.findings if f.code == "community-names-unknown")
        for tables in (coded, lost)
    ]
    assert severities == ["check", "decide"]
    assert "现有列：称呼" in finding(lost, "community-names-unknown")
    assert 'name = "column"' in next(
        f.remedy for f in lost.findings if f.code == "community-names-unknown"
    )
