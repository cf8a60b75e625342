"""What found no counterpart is told once, with both street offices and a table to fill in."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyproj
import pytest
from shapely import box

from layers.checks import Finding
from layers.communities import CommunityTables, prepare_communities
from layers.contracts import conform
from layers.corrections import read_corrections
from layers.files import Source
from layers.ledger import Ledger, read_ledger
from layers.tables import SUBDISTRICTS
from layers.unmatched import OFFER_COLUMNS, offered_joins

CRS = pyproj.CRS.from_epsg(4547)
HEAD = ["小区名称", "街道", "户数"]


def ledger_of(folder: Path, *rows: list[object], head: list[str] | None = None) -> Ledger:
    book = openpyxl.Workbook()
    book.active.title = "台账"
    for row in (head or HEAD, *rows):
        book.active.append(row)
    book.save(folder / "台账.xlsx")
    return read_ledger(Source(path=folder / "台账.xlsx"))


def outlines(**columns: list[str]) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    shapes = [box(500_000 + 200 * n, 3_845_000, 500_100 + 200 * n, 3_845_100) for n in range(count)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def offices(**names: str) -> gpd.GeoDataFrame:
    """Give street offices by id: each covers everything."""
    frame = gpd.GeoDataFrame(
        {"name": list(names.values())},
        geometry=[box(490_000, 3_840_000, 510_000, 3_850_000)] * len(names),
        index=pd.Index(list(names), name="subdistrict_id"),
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(SUBDISTRICTS, frame, crs=CRS))


def doubts(got: CommunityTables) -> list[Finding]:
    return [f for f in got.findings if f.code in {"ledger-unmatched", "community-without-ledger"}]


def test_a_pair_is_told_once_with_both_street_offices(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["仁恒星园", "香湾街道", 280])
    got = prepare_communities(outlines(名称=["仁恒星园"], 街道=["翠香街道"]), ledger, crs=CRS)
    (told,) = doubts(got)
    assert told.zh == (
        "台账行 台账!2（'仁恒星园'，香湾街道，280 户）未匹配：名称相同，但街道或地址不符；"
        "最接近的是小区 c001（'仁恒星园'，翠香街道，相似度 1.00）"
    )
    assert told.en == (
        "ledger row 台账!2 ('仁恒星园', 香湾街道, 280 households) is unmatched: the name is the "
        "same, but street office or address differ; the likeliest is community c001 ('仁恒星园', "
        "翠香街道, likeness 1.00)"
    )
    assert got.unmatched["reason"].tolist() == ["place_contradicts"] * 2


def test_the_namesake_is_suggested_before_what_is_likelier_by_its_office(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["伊洛花园一区", "老城街道", 9])
    boundaries = outlines(名称=["伊洛花园一区", "伊洛花园二区"], 街道=["槐新街道", "老城街道"])
    got = prepare_communities(boundaries, ledger, crs=CRS).unmatched
    assert got["suggested_id"].tolist()[0] == "c001"
    assert got["suggested_subdistrict"].tolist()[0] == "槐新街道"


@pytest.mark.parametrize("ids", [("r1",), ("w22_3",), ("r1", "w2_1")])
def test_an_office_that_only_an_extract_tells_does_not_part_unique_names(
    tmp_path: Path, ids: tuple[str, ...]
) -> None:
    ledger = ledger_of(tmp_path, ["仁恒星园", "香湾街道", 280])
    layer = offices(**dict.fromkeys(ids, "翠香街道"))
    got = prepare_communities(outlines(名称=["仁恒星园"]), ledger, crs=CRS, subdistricts=layer)
    assert got.communities["households"].tolist() == [280.0]
    assert got.communities["subdistrict"].tolist() == ["香湾街道"]
    (told,) = (f for f in got.findings if f.code == "ledger-office-differs")
    assert (told.severity, told.row_key) == ("check", "台账!2")
    assert "台账为 '香湾街道'" in told.zh
    assert "'翠香街道' by the boundaries" in told.en
    assert "ledger-by-name" not in {f.code for f in got.findings}
    assert got.unmatched.empty


def test_an_office_that_the_planner_gave_parts_names(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["仁恒星园", "香湾街道", 280])
    own = prepare_communities(
        outlines(名称=["仁恒星园"]), ledger, crs=CRS, subdistricts=offices(**{"440402": "翠香街道"})
    )
    stated = prepare_communities(
        outlines(名称=["仁恒星园"], 街道=["翠香街道"]),
        ledger,
        crs=CRS,
        subdistricts=offices(r1="香湾街道"),
    )
    for got in (own, stated):
        assert [f.code for f in doubts(got)] == ["ledger-unmatched"]


def test_an_address_still_parts_names_where_an_extract_tells_the_office(tmp_path: Path) -> None:
    head = ["小区名称", "街道", "地址", "户数"]
    ledger = ledger_of(tmp_path, ["仁恒星园", "香湾街道", "海滨路8号", 280], head=head)
    boundaries = outlines(名称=["仁恒星园"], 地址=["人民东路112号"])
    got = prepare_communities(boundaries, ledger, crs=CRS, subdistricts=offices(r1="翠香街道"))
    assert got.unmatched["reason"].tolist() == ["place_contradicts"] * 2


def test_a_name_that_repeats_is_still_parted_by_the_office_of_an_extract(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ["粮食局家属院", "老城街道", 30], ["粮食局家属院", None, 40])
    boundaries = outlines(名称=["粮食局家属院"])
    got = prepare_communities(boundaries, ledger, crs=CRS, subdistricts=offices(r1="槐新街道"))
    assert set(got.unmatched["reason"]) == {"name_repeats"}


def test_corrections_are_offered_for_every_open_row_and_change_nothing_as_they_stand(
    tmp_path: Path,
) -> None:
    ledger = ledger_of(tmp_path, ["仁恒星园", "香湾街道", 280], ["胡湾里", "前山街道", None])
    boundaries = outlines(名称=["仁恒星园"], 街道=["翠香街道"])
    got = prepare_communities(boundaries, ledger, crs=CRS)
    offered = offered_joins(got.findings)
    assert (offered.index.name, *offered.columns) == OFFER_COLUMNS
    first, second = offered.fillna("").to_numpy().tolist()
    assert first == ["?", "仁恒星园", "香湾街道", "280", "c001", "仁恒星园", "翠香街道", "1"]
    assert second == ["?", "胡湾里", "前山街道", *[""] * 5]
    path = tmp_path / "joins.csv"
    offered.to_csv(path, encoding="utf-8-sig")
    joins, _ = read_corrections(path, "joins")
    again = prepare_communities(boundaries, ledger, crs=CRS, joins=joins)
    assert again.findings == got.findings
    joins.loc[joins["ledger_row"] == "台账!2", "community_id"] = "c001"
    joins.loc[joins["ledger_row"] == "台账!3", "community_id"] = None
    settled = prepare_communities(boundaries, ledger, crs=CRS, joins=joins)
    assert doubts(settled) == []
    assert settled.communities["households"].tolist() == [280.0]
    assert offered_joins(settled.findings).empty
    (left_out,) = (f for f in settled.findings if f.code == "ledger-rows-left-out")
    assert (left_out.severity, left_out.row_key) == ("note", "台账!3")
    assert left_out.zh.endswith("1 行台账不采用：台账!3")
