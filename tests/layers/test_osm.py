"""Reading OpenStreetMap files: layers, edges, damage, and real cities."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pyproj
import pytest
import shapely
from osmium.osm import mutable

from layers.errors import InputError
from layers.opl import FORMAT, read_opl
from layers.osm import OsmData, read_osm
from layers.osm_tags import claims_of_node
from layers.streets import prepare_streets
from layers.tables import CATEGORIES
from tests.osm_text import (
    SHARED,
    STEP,
    helsinki,
    node,
    place,
    relation,
    ring,
    square,
    way,
    write_osm,
)

STREET = (node(1, 0, 0), node(2, 1, 0), way(1, (1, 2), highway="residential"))


def areas_of(layer: gpd.GeoDataFrame) -> list[float]:
    return [float(area) for area in shapely.area(layer.geometry.to_numpy())]


def codes(data: OsmData) -> list[str]:
    return [finding.code for finding in data.findings]


def test_a_way_with_highway_is_a_street_with_its_name_class_and_tags(tmp_path: Path):
    lane = way(
        7, (1, 2), highway="service", name="O'Brien <b>巷</b> 𠮷 \\", foot="yes", surface="x"
    )
    streets = read_osm(write_osm(tmp_path, *STREET[:2], lane)).streets
    assert streets.index.tolist() == ["w7"]
    assert streets.index.name == "osm_id"
    assert streets.crs.to_epsg() == 4326
    assert streets.loc["w7", "name"] == "O'Brien <b>巷</b> 𠮷 \\"
    assert streets.loc["w7", "highway"] == "service"
    assert json.loads(streets.loc["w7", "tags"]) == {"foot": "yes"}
    assert streets.loc["w7", "geometry"].equals(shapely.LineString([place(0, 0), place(1, 0)]))


def test_a_street_without_a_name_has_none(tmp_path: Path):
    assert read_osm(write_osm(tmp_path, *STREET)).streets["name"].isna().tolist() == [True]


def test_every_layer_takes_what_its_tags_say(tmp_path: Path):
    data = read_osm(
        write_osm(
            tmp_path,
            *square(10, 0, 0, 2),
            *square(20, 0.2, 0.2, 0.5),
            *square(30, 1, 1, 0.5),
            node(40, 1, 0, barrier="gate", access="private"),
            node(41, 0.2, 0.4, entrance="main"),
            node(42, 1.5, 1.5, amenity="clinic", name="社区卫生站"),
            node(43, 1.6, 1.5, natural="tree"),
            way(1, ring(10), landuse="residential", name="富康花园", barrier="wall"),
            way(2, ring(20), building="apartments", building__levels="6", building__flats="24"),
            way(3, ring(30), amenity="parking"),
            way(4, (10, 12), waterway="river", name="洛河"),
            way(5, (11, 13), railway="rail", tunnel="yes"),
            way(6, (10, 11), highway="footway"),
            way(8, ring(30), leisure="park"),
            way(12, ring(20), landuse="railway"),
            way(13, (10, 11), railway="rail"),
            way(14, ring(20), natural="water", waterway="river"),
            way(9, ring(10), boundary="administrative", admin_level="8", name="首阳山街道"),
            way(50, ring(10), boundary="administrative", admin_level="9", name="某社区"),
            way(51, ring(20), building="no"),
        )
    )
    assert data.communities["name"].to_dict() == {"w1": "富康花园"}
    assert areas_of(data.communities) == pytest.approx([4 * STEP**2])
    kinds = {"w1": "wall", "w13": "railway", "w14": "river", "w4": "river", "w5": "railway"}
    assert data.barriers["kind"].to_dict() == kinds
    tunnel = data.barriers["tunnel"]
    assert tunnel.index[tunnel].tolist() == ["w5"]
    lines = data.barriers.geom_type.eq("LineString")
    assert lines.index[~lines].tolist() == ["w14"]
    assert data.buildings[["building", "levels", "flats"]].loc["w2"].tolist() == [
        "apartments",
        "6",
        "24",
    ]
    assert data.buildings.index.tolist() == ["w2"]
    assert data.gates["kind"].to_dict() == {"n40": "gate", "n41": "entrance"}
    assert json.loads(data.gates.loc["n40", "tags"]) == {"access": "private", "barrier": "gate"}
    assert data.facilities["source"].to_dict() == {"n42": "osm", "w3": "osm"}
    assert data.facilities.geom_type.to_dict() == {"n42": "Point", "w3": "Polygon"}
    assert data.land.assign(form=data.land.geom_type)[["kind", "form"]].T.to_dict("list") == {
        "w12": ["railway", "Polygon"],
        "w13": ["railway", "LineString"],
        "w14": ["water", "Polygon"],
        "w4": ["water", "LineString"],
        "w8": ["green", "Polygon"],
    }
    assert data.subdistricts["name"].to_dict() == {"w9": "首阳山街道"}
    assert data.streets.index.tolist() == ["w6"]
    assert (data.record.role, data.record.read, data.record.refused) == ("osm", 14, 0)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"waterway": "river"}, (False, False)),
        ({"waterway": "river", "tunnel": "culvert"}, (False, True)),
        ({"waterway": "canal", "bridge": "aqueduct"}, (True, False)),
        ({"railway": "rail", "bridge": "viaduct"}, (True, False)),
        ({"railway": "rail", "location": "underground"}, (False, True)),
        ({"railway": "subway"}, (False, True)),
        ({"railway": "subway", "tunnel": "no"}, (False, False)),
    ],
)
def test_what_runs_above_or_below_the_ground_is_flagged(
    tmp_path: Path, tags: dict[str, str], expected: tuple[bool, bool]
):
    barriers = read_osm(write_osm(tmp_path, *STREET[:2], way(1, (1, 2), **tags))).barriers
    assert tuple(barriers.loc["w1", ["bridge", "tunnel"]]) == expected


@pytest.mark.parametrize(
    "tags", [{"waterway": "stream"}, {"barrier": "kerb"}, {"railway": "tram"}, {"highway": "path"}]
)
def test_small_obstacles_are_no_barriers(tmp_path: Path, tags: dict[str, str]):
    data = read_osm(write_osm(tmp_path, *STREET, way(2, (1, 2), **tags)))
    assert data.barriers.empty


def test_a_multipolygon_is_one_community_with_its_hole(tmp_path: Path):
    data = read_osm(
        write_osm(
            tmp_path,
            *square(10, 0, 0, 4),
            *square(20, 1, 1, 1),
            way(1, (10, 11, 12)),
            way(2, (12, 13, 10)),
            way(3, ring(20)),
            relation(
                5,
                [(1, "outer"), (2, "outer"), (3, "inner")],
                type="multipolygon",
                landuse="residential",
            ),
        )
    )
    assert data.communities.index.tolist() == ["r5"]
    assert areas_of(data.communities) == pytest.approx([15 * STEP**2])
    assert data.communities["name"].isna().all()


def test_a_relation_without_all_its_members_is_refused_and_named(tmp_path: Path):
    data = read_osm(
        write_osm(
            tmp_path,
            *STREET,
            *square(10, 0, 0, 4),
            way(2, (10, 11, 12)),
            relation(5, [(2, "outer"), (99, "outer")], type="multipolygon", landuse="residential"),
        )
    )
    assert data.communities.empty
    assert codes(data) == ["osm-incomplete"]
    assert "r5" in data.findings[0].en
    assert "r5" in data.findings[0].zh
    assert (data.record.read, data.record.kept, data.record.refused) == (2, 1, 1)


def test_a_square_is_walked_along_its_outline_and_kept_as_a_polygon(tmp_path: Path):
    data = read_osm(
        write_osm(
            tmp_path,
            *square(10, 0, 0, 4),
            *square(20, 1, 1, 1),
            *square(30, 6, 0, 1),
            way(1, ring(10)),
            way(2, ring(20)),
            way(3, ring(30), highway="pedestrian", area="yes", name="广场"),
            relation(5, [(1, "outer"), (2, "inner")], type="multipolygon", highway="pedestrian"),
        )
    )
    assert data.squares.index.tolist() == ["r5", "w3"]
    assert data.streets.index.tolist() == ["r5_1", "r5_2", "w3"]
    assert set(data.streets.geom_type) == {"LineString"}
    assert sorted(shapely.length(data.streets.geometry.to_numpy()) / STEP) == pytest.approx(
        [4, 4, 16]
    )


def test_what_lies_wholly_outside_the_box_is_refused_and_what_crosses_its_edge_stays_whole(
    tmp_path: Path,
):
    data = read_osm(
        write_osm(
            tmp_path,
            node(1, 0, 0),
            node(2, 5, 0),
            node(3, 7, 0),
            node(4, 5, 1, shop="supermarket"),
            node(5, 1, 1, shop="supermarket"),
            way(1, (1, 2), highway="residential"),
            way(2, (2, 3), highway="residential"),
            box=(-1, -1, 2, 2),
        )
    )
    assert data.extent.bounds == pytest.approx((*place(-1, -1), *place(2, 2)))
    assert data.streets.index.tolist() == ["w1"]
    assert shapely.length(data.streets.geometry.to_numpy()).tolist() == pytest.approx([5 * STEP])
    assert data.facilities.index.tolist() == ["n5"]
    assert (data.record.read, data.record.kept, data.record.refused) == (4, 2, 2)
    assert codes(data) == ["osm-outside"]
    assert "n4, w2" in data.findings[0].en
    assert "2 个对象" in data.findings[0].zh


def test_without_a_box_the_extent_is_that_of_the_data(tmp_path: Path):
    data = read_osm(write_osm(tmp_path, *STREET, node(3, 0.5, 2, amenity="toilets")))
    assert data.extent.bounds == pytest.approx((*place(0, 0), *place(1, 2)))


def test_the_data_date_is_that_of_the_newest_edit_also_of_an_object_without_tags(tmp_path: Path):
    dated = node(9, 3, 3, time="2022-03-17T16:32:20Z")
    assert read_osm(write_osm(tmp_path, dated, *STREET)).data_date == "2022-03-17"
    assert read_osm(write_osm(tmp_path, *STREET)).data_date == ""


def test_nodes_may_follow_the_ways(tmp_path: Path):
    ordered = read_osm(write_osm(tmp_path, *STREET)).streets
    reversed_ = read_osm(write_osm(tmp_path, *reversed(STREET))).streets
    pd.testing.assert_frame_equal(ordered, reversed_)


def test_a_way_that_lacks_nodes_is_read_in_parts_and_named(tmp_path: Path):
    nodes = [node(number, number, 0) for number in range(1, 7)]
    data = read_osm(write_osm(tmp_path, *nodes, way(1, (1, 2, 99, 3, 4, 98, 5), highway="path")))
    assert data.streets.index.tolist() == ["w1_1", "w1_2"]
    assert data.streets.geometry.iloc[1].equals(shapely.LineString([place(3, 0), place(4, 0)]))
    assert codes(data) == ["osm-missing-nodes"]
    assert (data.record.read, data.record.kept) == (1, 1)


def test_a_facility_that_lacks_nodes_stands_at_one_place(tmp_path: Path):
    nodes = [node(number, number, 0) for number in range(1, 5)]
    shop = way(1, (1, 2, 99, 3, 4, 98, 1), shop="supermarket", building="yes")
    data = read_osm(write_osm(tmp_path, *nodes, shop))
    assert data.facilities.geom_type.to_dict() == {"w1": "Point"}
    assert data.buildings.empty


def test_a_file_of_ways_without_nodes_is_refused_with_the_count(tmp_path: Path):
    path = write_osm(tmp_path, way(1, (1, 2), highway="path"), way(2, (2, 3), highway="path"))
    with pytest.raises(InputError) as caught:
        read_osm(path)
    assert "2 of 2 ways have no coordinates" in caught.value.en
    assert "2 条没有坐标" in caught.value.zh


def test_areas_that_are_not_closed_or_cross_themselves_are_refused_and_listed(tmp_path: Path):
    data = read_osm(
        write_osm(
            tmp_path,
            *STREET,
            *square(10, 0, 0, 2),
            way(2, (10, 11, 12, 13), building="yes"),
            way(3, (10, 12, 11, 13, 10), landuse="residential"),
        )
    )
    assert data.buildings.empty
    assert data.communities.empty
    assert codes(data) == ["osm-no-shape"]
    assert "w2, w3" in data.findings[0].en


def test_an_outline_with_a_tiny_loop_is_repaired_and_listed(tmp_path: Path):
    corners = [node(10, 0, 0), node(11, 2, 0), node(12, 2, 2), node(13, 0, 2)]
    loop = node(14, 0.01, -0.01)
    outline = way(2, (10, 11, 12, 13, 14, 10), landuse="residential")
    data = read_osm(write_osm(tmp_path, *STREET, *corners, loop, outline))
    assert data.communities.geometry.is_valid.all()
    assert codes(data) == ["osm-repaired"]
    assert areas_of(data.communities)[0] == pytest.approx(4 * STEP**2, rel=0.01)


def test_a_facility_drawn_as_an_open_line_becomes_a_point_in_its_middle(tmp_path: Path):
    data = read_osm(write_osm(tmp_path, *STREET[:2], way(1, (1, 2), amenity="parking")))
    assert data.facilities.geometry.loc["w1"].equals_exact(
        shapely.Point(place(0.5, 0)), tolerance=1e-9
    )


def test_an_object_that_stands_twice_is_taken_once_and_listed(tmp_path: Path):
    again = way(1, (1, 2), highway="primary")
    data = read_osm(write_osm(tmp_path, *STREET, again))
    assert data.streets["highway"].to_dict() == {"w1": "primary"}
    assert codes(data) == ["osm-doubled"]


def test_layers_without_rows_are_empty_tables_with_their_columns(tmp_path: Path):
    data = read_osm(write_osm(tmp_path, *STREET))
    assert data.barriers.columns.tolist() == [
        "kind",
        "name",
        "bridge",
        "tunnel",
        "tags",
        "geometry",
    ]
    assert data.communities.crs.to_epsg() == 4326


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:200] + b"\0" * 400 + whole[600:],
    ],
)
def test_a_damaged_pbf_is_refused_by_name(tmp_path: Path, spoil: Callable[[bytes], bytes]):
    path = tmp_path / "坏 文件.osm.pbf"
    path.write_bytes(spoil(helsinki().read_bytes()))
    with pytest.raises(InputError) as caught:
        read_osm(path)
    assert "坏 文件.osm.pbf: cannot be read" in caught.value.en
    assert "坏 文件.osm.pbf：无法按 OpenStreetMap 数据读取" in caught.value.zh


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id="1"', 'id="one"'),
        ('id="1"', 'id="99999999999999999999"'),
        ('lat="34.7300000"', 'lat="nan"'),
        ('v="residential"', f'v="{"x" * 5000}"'),
    ],
)
def test_a_document_of_impossible_values_is_refused_by_name(tmp_path: Path, old: str, new: str):
    path = write_osm(tmp_path, *STREET)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InputError) as caught:
        read_osm(path)
    assert f"{path.name}: cannot be read" in caught.value.en
    assert "请重新下载或导出" in caught.value.zh


def test_a_place_beyond_the_pole_is_left_out_alone(tmp_path: Path):
    lost = node(9, 0, 0, amenity="clinic").replace('lat="34.7300000"', 'lat="95"')
    data = read_osm(write_osm(tmp_path, *STREET, lost, node(8, 0, 0, amenity="clinic")))
    assert data.facilities.index.tolist() == ["n8"]
    assert [(f.code, "n9" in f.en) for f in data.findings] == [("osm-no-shape", True)]
    assert data.extent.bounds[3] < 35


def test_a_square_that_crosses_itself_keeps_its_outline_with_a_finding(tmp_path: Path):
    corners = [node(1, 0, 0), node(2, 2, 2), node(3, 2, 0), node(4, 0, 2)]
    square = way(7, (1, 2, 3, 4, 1), highway="pedestrian", area="yes")
    data = read_osm(write_osm(tmp_path, *corners, square))
    assert data.squares.empty
    assert data.streets.index.tolist() == ["w7"]
    assert [finding.code for finding in data.findings] == ["osm-square-no-area"]
    assert "never across: w7" in data.findings[0].en
    assert "不能横穿：w7" in data.findings[0].zh


def test_a_cut_document_is_refused(tmp_path: Path):
    path = write_osm(tmp_path, *STREET)
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")
    with pytest.raises(InputError, match=r"area\.osm"):
        read_osm(path)


def test_a_document_type_is_refused_before_it_is_parsed(tmp_path: Path):
    path = tmp_path / "bomb.osm"
    path.write_text('<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "b">]><osm/>', "utf-8")
    with pytest.raises(InputError) as caught:
        read_osm(path)
    assert "DOCTYPE" in caught.value.en


def test_a_missing_file_and_a_file_of_another_kind_are_refused(tmp_path: Path):
    with pytest.raises(InputError) as missing:
        read_osm(tmp_path / "none.osm.pbf")
    assert "none.osm.pbf" in missing.value.en
    other = tmp_path / "points.geojson"
    other.write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    with pytest.raises(InputError) as caught:
        read_osm(other)
    assert "looks like geojson" in caught.value.en
    assert "不是 OpenStreetMap 文件" in caught.value.zh


def test_the_order_of_a_file_changes_nothing(tmp_path: Path):
    things = [node(number, number, number % 3) for number in range(1, 9)]
    ways = [way(n, (n, n + 1), highway="path", name=f"第{n}路") for n in range(1, 8)]
    one = read_osm(write_osm(tmp_path, *things, *ways)).streets
    other = read_osm(write_osm(tmp_path, *reversed(things), *reversed(ways))).streets
    pd.testing.assert_frame_equal(one, other)


def test_tags_and_places_come_out_of_osmiums_text_as_they_went_in(tmp_path: Path):
    odd = {"name": "长兴 路,=%20%@\n\u2028x y", "a=b": "", "n1x2y3": "w N"}
    text = tmp_path / "things.opl"
    with osmium.SimpleWriter(osmium.io.File(str(text), FORMAT)) as writer:
        writer.add(mutable.Node(id=7, location=(-0.0000001, 89.9), tags=odd))
        writer.add(mutable.Node(id=8, location=(112.79, -34.7345678), tags={"shop": "yes"}))
        writer.add(mutable.Way(id=9, nodes=[7, 8], tags=odd))
        writer.add(mutable.Way(id=10, nodes=[], tags={"shop": "yes"}))
    read = read_opl(text)
    assert read.nodes.number.tolist() == [7, 8]
    assert read.nodes.xy.tolist() == [[-0.0000001, 89.9], [112.79, -34.7345678]]
    assert read.node_tags == [odd, {"shop": "yes"}]
    assert read.ways.number.tolist() == [9, 10]
    assert read.ways.size.tolist() == [2, 0]
    assert np.isnan(read.ways.xy).all()
    assert [read.way_tags[place] for place in read.ways.tags] == [odd, {"shop": "yes"}]


def test_a_text_without_objects_is_empty(tmp_path: Path):
    text = tmp_path / "things.opl"
    text.touch()
    read = read_opl(text)
    assert len(read.nodes.number) == len(read.ways.number) == 0


def test_only_the_layers_asked_for_are_made_and_they_are_the_same():
    whole = read_osm(helsinki())
    part = read_osm(helsinki(), layers=("streets", "squares"))
    for name in ("streets", "squares"):
        pd.testing.assert_frame_equal(getattr(part, name), getattr(whole, name))
    assert part.buildings.empty
    assert list(part.buildings.columns) == list(whole.buildings.columns)
    assert part.record.read < whole.record.read


def test_a_layer_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="rivers"):
        read_osm(helsinki(), layers=("rivers",))


def test_a_way_that_lacks_its_first_nodes_is_named(tmp_path: Path):
    lane = way(7, (1, 2, 3), highway="service")
    data = read_osm(write_osm(tmp_path, node(2, 0, 0), node(3, 1, 0), lane))
    assert len(data.streets) == 1
    assert [finding.code for finding in data.findings] == ["osm-missing-nodes"]


def test_areas_of_a_file_written_as_pbf_are_read(tmp_path: Path):
    source = write_osm(tmp_path, *square(10, 0, 0, 4), way(1, ring(10), landuse="residential"))
    target = tmp_path / "area.osm.pbf"
    with osmium.SimpleWriter(target) as writer:
        for thing in osmium.FileProcessor(source):
            writer.add(thing)
    assert read_osm(target).communities.index.tolist() == ["w1"]


def test_helsinki_is_read_in_full():
    data = read_osm(helsinki())
    assert len(data.communities) == 13
    assert data.communities.geometry.is_valid.all()
    assert data.data_date == "2019-04-21"
    assert data.record.read == data.record.kept + data.record.refused
    assert data.extent.bounds == pytest.approx((24.9352, 60.1642, 24.9534, 60.1791), abs=1e-4)
    facts = data.facilities["tags"].map(json.loads)
    clinics = facts.map(lambda tags: tags.get("amenity") in {"clinic", "doctors", "hospital"})
    assert clinics.sum() == 6
    for layer in (data.streets, data.buildings, data.facilities, data.gates):
        assert layer.index.is_unique
        assert layer.index.str.fullmatch(r"[nwr]\d+(_\d+)?").all()
        assert not layer.geometry.is_empty.any()


REAL = {
    "zhuhai/zhuhai_xiangzhou_2022": (23, 22, 358, 764, "2022-03-17"),
    "beijing/beijing_tsinghua_2017": (6, 6, 521, 684, "2017-06-24"),
    "porto_alegre/porto_alegre_2020": (0, 0, 19, 15_886, "2020-08-12"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_cities_give_the_counts_that_are_known_of_them(name: str):
    path = SHARED / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip("the real extracts are not on this machine")
    data = read_osm(path)
    drawn = data.streets.index.str.startswith("w")
    found = (
        len(data.communities),
        int(data.communities["name"].notna().sum()),
        len(data.buildings),
        int(drawn.sum()),
        data.data_date,
    )
    assert found == REAL[name]


def test_every_tag_of_the_nine_haves_makes_a_facility():
    table = files("layers").joinpath("data/nine_haves.csv").read_text(encoding="utf-8-sig")
    rows = [row for row in csv.DictReader(table.splitlines()) if row["source"] == "osm"]
    haves = [row for row in rows if row["category"] in CATEGORIES]
    assert len(haves) > 50
    for row in haves:
        tags = {row["key"]: row["value"]}
        tags |= dict([row["with"].split("=", 1)]) if row["with"] else {}
        if set(tags) == {"access"}:
            continue  # a remark on another tag: customers only
        assert [claim.layer for claim in claims_of_node(tags)] == ["facilities"], row


def test_streets_on_the_edge_of_the_data_survive_being_cut_there(tmp_path: Path):
    steps = range(0, 60, 2)
    sides = [
        *((x, 0) for x in steps),
        *((60, y) for y in steps),
        *((60 - x, 60) for x in steps),
        *((0, 60 - y) for y in steps),
    ]
    nodes = [node(n, x, y) for n, (x, y) in enumerate(sides, start=1)]
    around = way(1, (*range(1, len(sides) + 1), 1), highway="path")
    data = read_osm(write_osm(tmp_path, *nodes, around))
    crs = pyproj.CRS.from_epsg(4547)
    extent = gpd.GeoSeries([data.extent], crs=4326).to_crs(crs).iloc[0]
    whole, _ = prepare_streets(data.streets, crs=crs)
    cut, _ = prepare_streets(data.streets, crs=crs, extent=extent)
    assert cut.length.sum() == pytest.approx(whole.length.sum())


def test_control_characters_in_tags_are_taken_out(tmp_path: Path):
    lane = way(7, (1, 2), highway="service", name="长\x85兴\x9f路")
    path = write_osm(tmp_path, node(1, 0, 0), node(2, 1, 0), lane)
    assert read_osm(path).streets.loc["w7", "name"] == "长兴路"
