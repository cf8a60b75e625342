"""Streets: the walk filter, cutting at the edge, and a bureau's own road layer."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from layers.centrelines import from_centrelines
from layers.contracts import check
from layers.errors import CrsError, KeyConflictError
from layers.files import Source, read_vector
from layers.network import build_network
from layers.osm import read_osm
from layers.osm_tags import STREET_TAGS
from layers.streets import prepare_streets, split_lines
from layers.tables import STREETS
from layers.walk_filter import WALK_FILTER, WalkRule, first_match, read_level
from layers.walking import Walking
from tests.osm_text import SHARED, helsinki

CRS = pyproj.CRS.from_epsg(4547)


def ways(*tags: dict[str, str], lines: list[LineString] | None = None) -> gpd.GeoDataFrame:
    """Raw ways ``w0``, ``w1`` ... in metres, one beside the other."""
    shapes = lines or [LineString([(0, 10 * n), (100, 10 * n)]) for n in range(len(tags))]
    rest = [{k: v for k, v in row.items() if k not in {"highway", "name"}} for row in tags]
    return gpd.GeoDataFrame(
        {
            "name": pd.Series([row.get("name") for row in tags], dtype="str"),
            "highway": [row["highway"] for row in tags],
            "tags": [json.dumps(row) for row in rest],
        },
        geometry=shapes,
        crs=CRS,
    ).set_index(pd.Index([f"w{n}" for n in range(len(tags))], name="osm_id"))


def is_walked(**tags: str) -> bool:
    table, _ = prepare_streets(ways(tags), crs=CRS)
    return bool(table["walkable"].iloc[0])


TRUTH: list[tuple[dict[str, str], bool]] = [
    ({"highway": "residential"}, True),
    ({"highway": "footway"}, True),
    ({"highway": "trunk"}, True),
    ({"highway": "cycleway"}, True),
    ({"highway": "cycleway", "foot": "no"}, False),
    ({"highway": "steps", "conveying": "yes"}, True),
    ({"highway": "footway", "footway": "crossing"}, True),
    ({"highway": "footway", "footway": "sidewalk"}, True),
    ({"highway": "footway", "indoor": "yes"}, False),
    ({"highway": "corridor"}, False),
    ({"highway": "motorway"}, False),
    ({"highway": "motorway", "foot": "yes"}, True),
    ({"highway": "trunk", "motorroad": "yes"}, False),
    ({"highway": "trunk", "expressway": "yes"}, False),
    ({"highway": "tertiary", "expressway": "yes"}, True),
    ({"highway": "primary", "foot": "use_sidepath"}, False),
    ({"highway": "service", "access": "no"}, False),
    ({"highway": "service", "access": "no", "foot": "yes"}, True),
    ({"highway": "service", "access": "private"}, True),
    ({"highway": "service", "access": "private", "foot": "private"}, False),
    ({"highway": "track", "access": "private"}, False),
    ({"highway": "service", "access": "customers"}, True),
    ({"highway": "construction", "foot": "yes"}, False),
    ({"highway": "proposed"}, False),
    ({"highway": "platform"}, False),
    # one-way binds vehicles
    ({"highway": "residential", "oneway": "yes"}, True),
    ({"highway": "footway", "oneway": "-1"}, True),
    # sidewalks, crossings, steps, lifts, moving ways
    ({"highway": "residential", "sidewalk": "both"}, True),
    ({"highway": "primary", "sidewalk": "no"}, True),
    ({"highway": "primary", "sidewalk": "separate"}, True),
    ({"highway": "crossing"}, True),
    ({"highway": "path", "footway": "sidewalk"}, True),
    ({"highway": "steps"}, True),
    ({"highway": "steps", "foot": "no"}, False),
    ({"highway": "steps", "access": "private"}, True),
    ({"highway": "elevator"}, False),
    # cycleways, tracks, bridleways
    ({"highway": "cycleway", "foot": "designated"}, True),
    ({"highway": "cycleway", "foot": "use_sidepath"}, False),
    ({"highway": "bridleway"}, True),
    ({"highway": "bridleway", "foot": "no"}, False),
    ({"highway": "track"}, True),
    ({"highway": "track", "access": "forestry"}, False),
    ({"highway": "track", "access": "agricultural", "foot": "permissive"}, True),
    # foot and access, the nearer rule first
    ({"highway": "path", "foot": "private"}, False),
    ({"highway": "path", "foot": "permissive"}, True),
    ({"highway": "path", "foot": "customers"}, True),
    ({"highway": "residential", "foot": "no"}, False),
    ({"highway": "residential", "access": "no"}, False),
    ({"highway": "residential", "access": "no", "foot": "designated"}, True),
    ({"highway": "residential", "access": "private"}, True),
    ({"highway": "unclassified", "access": "private"}, False),
    ({"highway": "unclassified", "access": "private", "foot": "yes"}, True),
    ({"highway": "residential", "access": "destination"}, True),
    ({"highway": "unclassified", "access": "permit"}, False),
    ({"highway": "service", "access": "permit"}, True),
    ({"highway": "service", "access": "military"}, False),
    ({"highway": "service", "service": "parking_aisle"}, True),
    ({"highway": "service", "service": "driveway", "access": "private"}, True),
    ({"highway": "service", "service": "parking_aisle", "access": "no"}, False),
    # motor roads
    ({"highway": "motorway_link"}, False),
    ({"highway": "motorway_link", "foot": "designated"}, True),
    ({"highway": "primary", "motorroad": "yes"}, False),
    ({"highway": "primary", "motorroad": "yes", "foot": "yes"}, True),
    ({"highway": "primary", "motorroad": "no"}, True),
    ({"highway": "primary", "expressway": "yes"}, False),
    ({"highway": "busway"}, False),
    ({"highway": "raceway"}, False),
    # not built, inside, no way through
    ({"highway": "construction"}, False),
    ({"highway": "construction", "foot": "designated"}, False),
    ({"highway": "abandoned", "foot": "yes"}, False),
    ({"highway": "corridor", "foot": "yes"}, False),
    ({"highway": "footway", "indoor": "corridor"}, False),
    ({"highway": "footway", "indoor": "no"}, True),
    ({"highway": "platform"}, False),
    ({"highway": "platform", "foot": "yes"}, True),
    ({"highway": "rest_area"}, False),
    # bridges, tunnels, passages
    ({"highway": "footway", "tunnel": "yes"}, True),
    ({"highway": "primary", "tunnel": "yes"}, True),
    ({"highway": "footway", "tunnel": "building_passage"}, True),
    ({"highway": "footway", "bridge": "yes", "layer": "1"}, True),
    # areas
    ({"highway": "footway", "area": "yes"}, True),
    ({"highway": "pedestrian", "area": "yes", "foot": "no"}, False),
    ({"highway": "pedestrian", "area": "yes"}, True),
    ({"highway": "unheard_of"}, False),
]


@pytest.mark.parametrize(("tags", "expected"), TRUTH)
def test_the_walk_filter_decides(tags: dict[str, str], expected: object):
    assert is_walked(**tags) is expected


def test_every_rule_decides_on_some_way_of_the_table():
    cases = [case for case, _ in TRUTH]
    decided = {rule.order for tags in cases if (rule := first_match(tags, WALK_FILTER))}
    assert decided == {rule.order for rule in WALK_FILTER}


def test_rules_are_ordered_worded_in_both_languages_and_ask_only_for_kept_tags():
    assert [rule.order for rule in WALK_FILTER] == list(range(1, len(WALK_FILTER) + 1))
    assert all(rule.zh and rule.en for rule in WALK_FILTER)
    assert {rule.tag for rule in WALK_FILTER} <= {*STREET_TAGS, "highway"}


@given(st.permutations(WALK_FILTER))
@settings(max_examples=20, deadline=None)
def test_the_first_rule_decides_however_the_list_is_ordered(rules: list[WalkRule]):
    tags = {"highway": "service", "access": "private", "foot": "yes"}
    decided = first_match(tags, rules)
    assert decided is not None
    assert decided.order == 5


def test_another_filter_can_be_given():
    closed = WalkRule(
        order=1, tag="highway", values=("service",), verdict="closed", zh="否", en="no"
    )
    table, _ = prepare_streets(ways({"highway": "service"}), crs=CRS, rules=[closed])
    assert table["walkable"].tolist() == [False]


def test_streets_come_under_their_contract_with_steps_levels_bridges_and_tunnels():
    raw = ways(
        {"highway": "steps", "name": "石阶"},
        {"highway": "primary", "bridge": "viaduct", "layer": "1"},
        {"highway": "footway", "tunnel": "yes", "layer": "-1.0"},
        {"highway": "footway", "tunnel": "building_passage"},
        {"highway": "footway", "bridge": "no", "layer": "0;1"},
    )
    table, findings = prepare_streets(raw, crs=CRS)
    check(STREETS, table)
    assert table.index.name == "street_id"
    assert table["name"].iloc[0] == "石阶"
    assert table["name"].isna().sum() == 4
    assert table["class"].tolist() == ["steps", "primary", "footway", "footway", "footway"]
    assert table["steps"].tolist() == [True, False, False, False, False]
    assert table["bridge"].tolist() == [False, True, False, False, False]
    assert table["tunnel"].tolist() == [False, False, True, False, False]
    assert table["level"].fillna(99).tolist() == [99, 1, -1, 99, 99]
    assert [finding.code for finding in findings] == ["street-level-unreadable"]
    assert "w4" in findings[0].en
    assert "w4" in findings[0].zh


@pytest.mark.parametrize(
    ("text", "level"),
    [("1", 1), (" -2 ", -2), ("+1", 1), ("1.0", 1), ("1.5", None), ("", None), (None, None)],
)
def test_a_level_is_a_whole_number_or_none(text: object, level: int | None):
    assert read_level(text) == level


def test_unknown_classes_and_private_lanes_are_listed():
    _, findings = prepare_streets(
        ways({"highway": "trolley"}, {"highway": "service", "access": "private"}), crs=CRS
    )
    by_code = {finding.code: finding for finding in findings}
    assert set(by_code) == {"street-class-unknown", "street-private"}
    assert "'trolley'" in by_code["street-class-unknown"].en
    assert "w1" in by_code["street-private"].zh


def test_streets_are_cut_at_the_edge_and_parts_are_numbered():
    raw = ways(
        *[{"highway": "path"}] * 4,
        lines=[
            LineString([(-50, 50), (50, 50)]),
            LineString([(50, 60), (150, 60), (150, 70), (50, 70)]),
            LineString([(10, 10), (20, 10)]),
            LineString([(100, 0), (120, 20)]),
        ],
    )
    table, _ = prepare_streets(raw, crs=CRS, extent=shapely.box(0, 0, 100, 100))
    assert table.index.tolist() == ["w0", "w1_1", "w1_2", "w2"]
    assert table.length.tolist() == pytest.approx([50, 50, 50, 10])


def test_a_street_along_the_edge_is_kept():
    raw = ways({"highway": "path"}, lines=[LineString([(0, 0), (0, 100)])])
    table, _ = prepare_streets(raw, crs=CRS, extent=shapely.box(0, 0, 100, 100))
    assert table.length.tolist() == [100]


def test_ways_that_share_a_node_share_a_vertex_in_metres():
    shared = (113.52, 22.27)
    raw = ways(
        *[{"highway": "path"}] * 2,
        lines=[LineString([(113.51, 22.27), shared]), LineString([shared, (113.52, 22.28)])],
    ).set_crs(4326, allow_override=True)
    table, _ = prepare_streets(raw, crs=pyproj.CRS.from_epsg(4546))
    assert table.geometry.iloc[0].coords[-1] == table.geometry.iloc[1].coords[0]


def test_streets_without_a_reference_system_are_refused():
    raw = ways({"highway": "path"}).set_crs(None, allow_override=True)
    with pytest.raises(CrsError):
        prepare_streets(raw, crs=CRS)


def test_no_streets_give_an_empty_table():
    table, findings = prepare_streets(ways(), crs=CRS)
    check(STREETS, table)
    assert len(table) == 0
    assert findings == []


def roads(*shapes: shapely.Geometry, **columns: list[object]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"))


EAST = LineString([(0, 50), (100, 50)])
NORTH = LineString([(50, 0), (50, 100)])


def test_a_bureaus_columns_are_found_by_their_names():
    table, findings = from_centrelines(
        roads(
            EAST,
            NORTH,
            LineString([(0, 200), (9, 200)]),
            道路名称=["中州路", " ", None],
            道路等级=["主干路", "快速路", "梯道"],
            是否可步行=["是", "否", None],
            层级=["0", "1", "x"],
            桥梁=["否", "是", None],
        ),
        crs=CRS,
    )
    check(STREETS, table)
    assert table.index.tolist() == ["1", "2", "3"]
    assert table["name"].iloc[0] == "中州路"
    assert table["name"].isna().tolist() == [False, True, True]
    assert table["class"].tolist() == ["主干路", "快速路", "梯道"]
    assert table["walkable"].tolist() == [True, False, True]
    assert table["steps"].tolist() == [False, False, True]
    assert table["bridge"].tolist() == [False, True, False]
    assert table["level"].fillna(99).tolist() == [0, 1, 99]
    assert [finding.code for finding in findings] == ["street-level-unreadable"]


def test_classes_for_motor_vehicles_are_closed_and_said_so():
    table, findings = from_centrelines(
        roads(EAST, LineString([(0, 9), (9, 9)]), 道路等级=["高速公路", "支路"]), crs=CRS
    )
    assert table["walkable"].tolist() == [False, True]
    assert findings[0].code == "street-class-closed"
    assert "高速公路" in findings[0].en


def test_a_column_of_forbidden_ways_is_inverted():
    table, _ = from_centrelines(
        roads(EAST, LineString([(0, 9), (9, 9)]), 禁行=["是", "否"]), crs=CRS
    )
    assert table["walkable"].tolist() == [False, True]


def test_a_cell_that_is_neither_yes_nor_no_leaves_it_to_the_class():
    table, findings = from_centrelines(roads(EAST, 是否可步行=["也许"]), crs=CRS)
    assert table["walkable"].tolist() == [True]
    assert findings[0].code == "street-walkable-unreadable"
    assert "'也许'" in findings[0].en


def test_footbridges_and_underpasses_of_the_crossing_column_pass_over_and_under():
    table, _ = from_centrelines(
        roads(EAST, NORTH, LineString([(0, 9), (9, 9)]), 过街设施=["天桥", "地下通道", "人行横道"]),
        crs=CRS,
    )
    assert table["bridge"].tolist() == [True, False, False]
    assert table["tunnel"].tolist() == [False, True, False]
    assert len(table.geometry.iloc[0].coords) == 2


def test_multi_lines_are_taken_apart_and_other_shapes_listed():
    both = MultiLineString([[(0, 0), (10, 0)], [(0, 9), (10, 9)]])
    table, findings = from_centrelines(roads(both, Point(1, 1), EAST), crs=CRS)
    assert table.index.tolist() == ["1_1", "1_2", "3"]
    assert [finding.code for finding in findings] == ["street-no-line"]
    assert findings[0].row_key == "2"


def test_a_layer_without_any_column_is_walkable_throughout():
    table, findings = from_centrelines(roads(EAST), crs=CRS)
    assert table["walkable"].all()
    assert table["class"].tolist() == ["road"]
    assert findings == []


def test_doubled_street_ids_are_refused_with_the_id():
    with pytest.raises(KeyConflictError) as caught:
        from_centrelines(roads(EAST, NORTH, street_id=["007", "007"]), crs=CRS)
    assert "'007' stands in 2 rows" in caught.value.en
    assert "'007' 重复出现 2 次" in caught.value.zh


def test_roads_that_cross_in_the_drawing_get_a_vertex_in_common():
    table, findings = from_centrelines(roads(EAST, NORTH), crs=CRS)
    for shape in table.geometry:
        assert list(shape.coords)[1] == (50, 50)
    assert [finding.code for finding in findings] == ["street-joined"]
    assert "1 pair of roads" in findings[0].en


def test_roads_of_different_levels_pass_over_each_other():
    table, findings = from_centrelines(roads(EAST, NORTH, 层级=["0", "1"]), crs=CRS)
    assert [len(shape.coords) for shape in table.geometry] == [2, 2]
    assert findings == []


def test_a_road_that_cannot_be_walked_joins_nothing():
    table, _ = from_centrelines(roads(EAST, NORTH, 是否可步行=["是", "否"]), crs=CRS)
    assert [len(shape.coords) for shape in table.geometry] == [2, 2]


def test_a_layer_that_names_its_nodes_meets_there_only():
    shapes = [EAST, NORTH, LineString([(50, 100), (100, 50)])]
    named = roads(*shapes, u=[1, 3, 4], v=[2, 4, 2])  # the last is drawn from u to v, as the rest
    table, findings = from_centrelines(named, crs=CRS)
    assert [len(shape.coords) for shape in table.geometry] == [2, 2, 2]
    assert [finding.code for finding in findings] == ["street-nodes-named"]
    backwards = named.assign(geometry=named.geometry.reverse())
    turned, _ = from_centrelines(backwards, crs=CRS)
    assert [len(shape.coords) for shape in turned.geometry] == [2, 2, 2]


@pytest.mark.parametrize(
    ("u", "v"),
    [
        ([1, 3, 2], [2, 4, 1]),  # node 1 would lie at two places
        ([1, 2, 3], [4, 5, 6]),  # every number once: rows, not nodes
        ([1, 3, None], [2, 4, 2]),
    ],
)
def test_columns_that_fit_no_drawing_are_no_nodes(u: list[object], v: list[object]):
    shapes = [EAST, NORTH, LineString([(50, 100), (100, 50)])]
    _, findings = from_centrelines(roads(*shapes, u=u, v=v), crs=CRS)
    codes = [finding.code for finding in findings]
    assert codes == ["street-joined"]


def test_ends_that_stop_short_of_a_road_are_listed():
    _, findings = from_centrelines(roads(EAST, LineString([(30, 53), (30, 90)])), crs=CRS)
    assert [finding.code for finding in findings] == ["street-gap"]
    assert findings[0].row_key == "2"
    assert "0.5" in findings[0].zh


def test_a_whole_city_of_numbered_nodes_comes_in_as_it_is():
    path = SHARED / "wuhan/wuhan_streets.parquet"
    if not path.exists():
        pytest.skip("the real streets are not on this machine")
    frame = read_vector(Source(path=path), role="streets").frame
    table, findings = from_centrelines(frame, crs=pyproj.CRS.from_epsg(4547))
    assert len(table) == 92_667
    assert table["walkable"].sum() == 92_667 - 4_959  # motorways and their links
    codes = {finding.code for finding in findings}
    assert codes == {"street-class-closed", "street-nodes-named"}
    assert len(build_network(table, walking=Walking()).ends) == 92_667 - 4_959


@given(st.permutations(range(5)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_roads_changes_no_vertex(order: list[int]):
    lines = [EAST, NORTH, LineString([(0, 0), (100, 100)]), LineString([(0, 80), (100, 80)])]
    lines.append(LineString([(20, 0), (20, 100)]))
    shapes = [lines[number] for number in order]
    names = [str(number) for number in order]
    table, _ = from_centrelines(roads(*shapes, street_id=names), crs=CRS)
    expected, _ = from_centrelines(roads(*lines, street_id=list("01234")), crs=CRS)
    pd.testing.assert_frame_equal(table, expected)


def test_split_lines_drops_points_and_keeps_the_id_of_a_single_part():
    frame = gpd.GeoDataFrame(
        geometry=[
            shapely.GeometryCollection([EAST, Point(0, 0)]),
            MultiLineString([EAST, NORTH]),
            Point(1, 1),
        ],
        index=pd.Index(["a", "b", "c"], name="street_id"),
    )
    assert split_lines(frame).index.tolist() == ["a", "b_1", "b_2"]


REAL = {
    "zhuhai/zhuhai_xiangzhou_2022": (4546, 764, 751, 86),
    "beijing/beijing_tsinghua_2017": (4548, 684, 637, 94),
    # plain counts of 14 680 leave out access=no even where foot=yes, and keep private tracks
    "porto_alegre/porto_alegre_2020": (32722, 15_886, 14_711, 2_083),
}


@pytest.mark.parametrize("name", REAL)
def test_real_cities_give_the_walkable_ways_that_are_known_of_them(name: str):
    path = SHARED / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip("the real extracts are not on this machine")
    epsg, total, walkable, footways = REAL[name]
    raw = read_osm(path).streets
    table, _ = prepare_streets(raw[raw.index.str.startswith("w")], crs=pyproj.CRS.from_epsg(epsg))
    check(STREETS, table)
    counts = len(table), int(table["walkable"].sum()), int((table["class"] == "footway").sum())
    assert counts == (total, walkable, footways)


def test_helsinki_can_be_walked():
    data = read_osm(helsinki())
    table, findings = prepare_streets(data.streets, crs=pyproj.CRS.from_epsg(32635))
    check(STREETS, table)
    closed = table[~table["walkable"].astype(bool)]
    assert set(closed["class"]) >= {"construction", "corridor", "elevator", "platform"}
    assert table["walkable"].sum() > 2400
    assert [finding.code for finding in findings] == ["street-private"]
