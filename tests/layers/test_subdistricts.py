"""Street offices: names, repairs, and the communities that lie in them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
from shapely import Polygon, box

from layers.contracts import check
from layers.errors import GeometryError, KeyConflictError
from layers.osm import read_osm
from layers.overlaps import largest_overlap
from layers.subdistricts import prepare_subdistricts, subdistrict_of
from layers.tables import SUBDISTRICTS
from tests.osm_text import SHARED

CRS = pyproj.CRS.from_epsg(4547)
WEST, EAST = box(0, 0, 100, 100), box(100, 0, 200, 100)


def offices(*shapes: object, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def areas(**shapes: Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=list(shapes.values()), index=pd.Index(list(shapes), name="community_id"), crs=CRS
    )


@pytest.mark.parametrize("header", ["街道", "JDMC", "街道名称", "name", "名称"])
def test_the_name_is_found_under_its_usual_headers(header: str):
    table, findings = prepare_subdistricts(
        offices(WEST, **{header: ["首阳山街道"], "subdistrict_id": ["0101"]}), crs=CRS
    )
    check(SUBDISTRICTS, table)
    assert table["name"].to_dict() == {"0101": "首阳山街道"}
    assert findings == []


def test_an_office_without_a_name_is_listed_and_shows_its_id():
    table, findings = prepare_subdistricts(offices(WEST), crs=CRS)
    assert findings[0].code == "subdistrict-unnamed"
    assert subdistrict_of(areas(c1=box(0, 0, 10, 10)), table).to_dict() == {"c1": "0"}


def test_a_community_lies_in_the_office_with_most_of_its_ground():
    table, _ = prepare_subdistricts(offices(WEST, EAST, 街道=["甲", "乙"]), crs=CRS)
    found = subdistrict_of(
        areas(
            c1=box(10, 10, 20, 20),
            c2=box(95, 10, 115, 20),
            c3=box(90, 10, 110, 20),
            c4=box(300, 0, 310, 10),
            c5=box(200, 0, 210, 10),
        ),
        table,
    )
    assert found.index.name == "community_id"
    assert found.fillna("-").to_dict() == {"c1": "甲", "c2": "乙", "c3": "甲", "c4": "-", "c5": "-"}


def test_offices_of_one_name_and_no_offices_are_no_trouble():
    table, _ = prepare_subdistricts(offices(WEST, EAST, 街道=["甲", "甲"]), crs=CRS)
    assert subdistrict_of(areas(c1=box(10, 10, 20, 20)), table).tolist() == ["甲"]
    empty, _ = prepare_subdistricts(offices(), crs=CRS)
    assert subdistrict_of(areas(c1=WEST), empty).isna().tolist() == [True]


def test_the_order_of_offices_decides_no_tie():
    shapes = {"a": WEST, "b": EAST}
    half = areas(c1=box(50, 0, 150, 100))
    one = largest_overlap(half, gpd.GeoDataFrame(geometry=pd.Series(shapes), crs=CRS))
    other = largest_overlap(half, gpd.GeoDataFrame(geometry=pd.Series(shapes)[["b", "a"]], crs=CRS))
    assert one.tolist() == other.tolist() == ["a"]


def test_outlines_that_cannot_be_repaired_and_doubled_ids_are_refused():
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(GeometryError):
        prepare_subdistricts(offices(bow), crs=CRS)
    with pytest.raises(KeyConflictError, match="'7' stands in 2 rows"):
        prepare_subdistricts(offices(WEST, EAST, subdistrict_id=["7", "7"]), crs=CRS)


def test_beijings_offices_are_repaired_in_a_local_system():
    path = SHARED / "beijing/beijing_subdistricts.gpkg"
    if not path.exists():
        pytest.skip("the real extracts are not on this machine")
    raw = gpd.read_file(path).set_index("id")
    table, findings = prepare_subdistricts(raw, crs=pyproj.CRS.from_user_input(raw.crs))
    check(SUBDISTRICTS, table)
    assert len(table) == 111
    assert table.is_valid.all()
    assert [finding.code for finding in findings].count("geometry-repaired") == 6


def test_zhuhais_complete_office_names_its_communities():
    path = SHARED / "zhuhai/zhuhai_xiangzhou_2022.osm.pbf"
    if not path.exists():
        pytest.skip("the real extracts are not on this machine")
    data = read_osm(path)
    crs = pyproj.CRS.from_epsg(4546)
    table, _ = prepare_subdistricts(data.subdistricts, crs=crs)
    communities = data.communities.to_crs(crs).rename_axis("community_id")
    names = subdistrict_of(communities, table)
    assert names.value_counts().to_dict() == {"梅华街道": 6}


def test_offices_that_claim_the_same_ground_are_named():
    _, findings = prepare_subdistricts(
        offices(WEST, box(90, 0, 200, 100), EAST, 街道=["甲", "乙", "丙"]), crs=CRS
    )
    assert [(f.code, f.row_key) for f in findings] == [
        ("subdistrict-overlap", "0"),
        ("subdistrict-overlap", "1"),
    ]
    assert "overlap by 1,000 m²" in findings[0].en
    assert "重叠 1,000 m²" in findings[0].zh
    assert prepare_subdistricts(offices(WEST, EAST, 街道=["甲", "乙"]), crs=CRS)[1] == []
