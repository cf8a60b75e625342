"""The made city: printed figures, honest files, and what makes real cities hard."""

from __future__ import annotations

import csv
import math
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pyproj
import pytest
import shapely
from openpyxl import load_workbook

from layers.gcj02 import gcj02_to_wgs84
from layers.osm import read_osm
from lianpian.city.ledger import codes_missing, misspelled_entry
from lianpian.city.plan import XY
from lianpian.city.register import TWIN_NAME
from lianpian.made_city import City, draw_city, make_city, zone_bounds


@pytest.fixture(scope="module")
def city() -> City:
    return draw_city()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city")
    make_city(path)
    return path


def walkable(city: City, *, without: str = "") -> nx.Graph:
    """Build the walking graph of a city; ways that carry the tag `without` are left out."""
    graph = nx.Graph()
    streets = [*city.sketch.segments.values(), *city.sketch.lanes]
    runs = [(street.points(), street.tags) for street in streets]
    runs += [(way.points, way.tags) for way in city.sketch.ways]
    for points, tags in runs:
        if "highway" in tags and without not in tags and tags.get("access") != "private":
            for a, b in pairwise(points):
                graph.add_edge(a, b, metres=math.dist(a, b))
    return graph


def walks_from(graph: nx.Graph, start: XY, cutoff: float | None = None) -> dict[XY, float]:
    found: dict[XY, float] = nx.single_source_dijkstra_path_length(
        graph, start, cutoff=cutoff, weight="metres"
    )
    return found


def snap(graph: nx.Graph, point: XY) -> list[tuple[XY, float]]:
    """Give the ends of the nearest piece of street with the metres from the point to them."""
    edges = list(graph.edges)
    lines = [shapely.LineString(edge) for edge in edges]
    nearest = int(shapely.STRtree(lines).nearest(shapely.Point(point)))
    line, (a, b) = lines[nearest], edges[nearest]
    along, access = line.project(shapely.Point(point)), line.distance(shapely.Point(point))
    return [(a, access + along), (b, access + line.length - along)]


def test_the_city_has_the_printed_communities_and_households(city: City):
    core = [c for c in city.settled.communities if c.status == "core"]
    assert (len(core), sum(c.households for c in core)) == (136, 9_427)
    by_year: Counter[tuple[int, str]] = Counter()
    for community in core:
        assert community.group is not None
        year = city.plan.groups[community.group].year
        by_year[year, "communities"] += 1
        by_year[year, "households"] += community.households
    assert by_year == {
        (2021, "communities"): 24,
        (2021, "households"): 1_656,
        (2022, "communities"): 58,
        (2022, "households"): 4_763,
        (2023, "communities"): 54,
        (2023, "households"): 3_008,
    }


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_natural_group_would_make_a_zone_by_its_size(seed: int):
    groups = draw_city(seed=seed).plan.groups
    assert zone_bounds(groups) == (800, 2_020)
    assert len(groups) == 7
    assert all(800 <= group.households <= 2_020 for group in groups)


def test_fourteen_more_communities_are_left_out_by_the_rules(city: City):
    left_out = [c for c in city.settled.communities if c.status != "core"]
    assert Counter(c.status for c in left_out) == {
        "after_2005": 5,
        "absorbable": 2,
        "absorbable_apart": 1,
        "no_year": 2,
        "shantytown": 2,
        "self_built": 2,
    }
    for community in city.settled.communities:
        years = community.years
        if community.status == "no_year":
            assert years is None
            continue
        assert years is not None
        bounds = {"after_2005": (2006, 2019), "absorbable": (2001, 2005)}
        low, high = bounds.get(community.status.removesuffix("_apart"), (1976, 2000))
        assert low <= years[0] <= years[1] <= high


def test_absorbable_communities_stand_inside_a_group_or_well_apart(city: City):
    core = shapely.union_all([c.polygon() for c in city.settled.communities if c.status == "core"])
    for community in city.settled.communities:
        if community.status == "absorbable":
            assert community.polygon().distance(core) <= 30
        elif community.status == "absorbable_apart":
            assert community.polygon().distance(core) > 50


def test_equal_arguments_give_equal_bytes(folder: Path, tmp_path: Path):
    make_city(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_another_seed_makes_another_city_of_the_same_figures(city: City):
    other = draw_city(seed=1)
    core = [c for c in other.settled.communities if c.status == "core"]
    assert (len(core), sum(c.households for c in core)) == (136, 9_427)
    assert [e.name for e in other.entries] != [e.name for e in city.entries]
    assert other.plan.nodes != city.plan.nodes


@pytest.mark.parametrize(
    ("communities", "groups", "offices"), [(12, 1, 1), (60, 3, 1), (210, 11, 3)]
)
def test_other_sizes_keep_the_usual_means(communities: int, groups: int, offices: int):
    city = draw_city(communities=communities, seed=3)
    core = [c for c in city.settled.communities if c.status == "core"]
    assert len(core) == communities
    assert sum(c.households for c in core) == round(communities * 9_427 / 136)
    assert (len(city.plan.groups), len(city.offices)) == (groups, offices)
    low, high = zone_bounds(city.plan.groups)
    assert all(low <= group.households <= high for group in city.plan.groups)
    assert nx.is_connected(walkable(city))


def test_sizes_and_seeds_out_of_range_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="12 to 5000, got 11"):
        make_city(tmp_path, communities=11)
    with pytest.raises(ValueError, match="got 5001"):
        draw_city(communities=5_001)
    with pytest.raises(ValueError, match="got -1"):
        draw_city(seed=-1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seed", [0, 4])
def test_boundaries_are_valid_and_do_not_overlap(seed: int):
    polygons = [c.polygon() for c in draw_city(seed=seed).settled.communities]
    assert all(polygon.is_valid for polygon in polygons)
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    shared = [
        polygons[a].intersection(polygons[b]).area
        for a, b in zip(first, second, strict=True)
        if a < b
    ]
    assert shared, "some communities share a wall"
    # Corners are kept to the millimetre: along a wall of 60 m that is 0.03 m2.
    assert max(shared) < 0.05


def test_every_community_lies_in_one_street_office_and_no_group_is_split(city: City):
    assert len(city.offices) == 2
    office_of_group: dict[int, set[str]] = {}
    for entry in city.entries:
        polygon = entry.community.polygon()
        within = [office.name for office in city.offices if office.polygon.contains(polygon)]
        assert within == [entry.office]
        if entry.community.group is not None:
            office_of_group.setdefault(entry.community.group, set()).add(entry.office)
    assert all(len(names) == 1 for names in office_of_group.values())
    first, second = (office.polygon for office in city.offices)
    assert first.intersection(second).area == pytest.approx(0.0, abs=1e-3)


def test_streets_go_on_for_a_kilometre_and_a_half(city: City):
    edge = city.extent.exterior
    assert min(c.polygon().distance(edge) for c in city.settled.communities) >= 1_500


def test_the_river_has_two_bridges_and_parts_the_city_without_them(city: City):
    over_river = [
        street
        for (axis, _, cell, _), street in city.sketch.segments.items()
        if axis == "upright" and city.plan.rows[cell] == "river"
    ]
    assert {street.tags["bridge"] for street in over_river} == {"yes"}
    assert len({street.tags["name"] for street in over_river}) == 2
    assert nx.is_connected(walkable(city))
    assert nx.number_connected_components(walkable(city, without="bridge")) == 2


def test_the_railway_is_crossed_at_underpass_level_crossing_and_footbridge(city: City):
    assert set(city.plan.rail_crossings.values()) == {"underpass", "level", "footbridge"}
    assert {"railway": "level_crossing"} in city.sketch.node_tags.values()
    track = shapely.union_all(
        [shapely.LineString(w.points) for w in city.sketch.ways if "railway" in w.tags]
    )
    for street in city.sketch.segments.values():
        if shapely.LineString(street.points()).crosses(track):
            level = any(
                city.sketch.node_tags.get(point) == {"railway": "level_crossing"}
                for point in street.points()
            )
            assert level or street.tags.get("tunnel") == "yes"


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_shop_40_m_away_behind_the_wall_is_600_m_to_walk(seed: int):
    city = draw_city(seed=seed)
    community = city.settled.communities[city.settled.walled_in]
    assert community.status == "core"
    assert community.is_walled
    (gate,) = community.site.gates
    start, shop = community.site.gate_point(gate), city.facilities[0]
    assert shop.category == "shop"
    assert math.dist(start, shop.point) == pytest.approx(40, abs=6)
    graph = walkable(city)
    walks = walks_from(graph, start)
    assert 500 <= min(walks[node] + metres for node, metres in snap(graph, shop.point)) <= 720


@pytest.mark.parametrize("seed", [0, 5])
def test_groups_hang_together_by_walls_and_short_walks(seed: int):
    city = draw_city(seed=seed)
    graph = walkable(city)
    core = [c for c in city.settled.communities if c.status == "core"]
    polygons = [c.polygon() for c in core]
    near = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=50)
    linked = nx.Graph()
    linked.add_nodes_from(range(len(core)))
    doors = [[c.site.gate_point(gate) for gate in c.site.gates] for c in core]
    reached = [
        {node for door in some for node in walks_from(graph, door, cutoff=300)} for some in doors
    ]
    for a, b in zip(*near, strict=True):
        wall = polygons[a].buffer(0.5).intersection(polygons[b].exterior).length > 8
        if a < b and (wall or reached[a] & set(doors[b])):
            linked.add_edge(int(a), int(b))
    for group in range(7):
        members = [k for k, c in enumerate(core) if c.group == group]
        assert nx.is_connected(linked.subgraph(members)), group
    # A town, not seven islands: some neighbours stand in different groups.
    assert any(core[a].group != core[b].group for a, b in linked.edges)


def test_walls_stand_on_boundaries_and_open_at_gates(city: City):
    walls = shapely.union_all(
        [
            shapely.LineString(way.points)
            for way in city.sketch.ways
            if way.tags.get("barrier") == "wall"
        ]
    )
    thick = walls.buffer(0.1)
    walled = [c for c in city.settled.communities if c.is_walled]
    assert len(walled) > 50
    for community in walled:
        polygon = community.polygon()
        on_wall = polygon.exterior.intersection(thick).length
        assert on_wall > polygon.exterior.length - 4.5 * len(community.site.gates)
        for gate in community.site.gates:
            point = shapely.Point(community.site.gate_point(gate))
            assert polygon.exterior.distance(point) < 0.01
    assert any(not community.is_walled for community in city.settled.communities)


def test_single_buildings_are_communities_too(city: City):
    single = [c for c in city.settled.communities if c.site.is_single]
    assert single
    assert all(c.polygon().area < 64 * 11 + 1 for c in single)


def test_all_nine_haves_occur_and_elderly_care_stands_across_the_river(city: City):
    found = Counter(facility.category for facility in city.facilities)
    assert len([category for category in found if category]) == 9
    assert found["library"] < found["clinic"] < found["shop"]
    i0, i1, j0, j1 = city.plan.core
    river = city.plan.rows.index("river")
    nodes = city.plan.nodes
    town = shapely.Polygon([nodes[i0][j0], nodes[i1][j0], nodes[i1][j1], nodes[i0][j1]])
    south = shapely.Polygon(
        [nodes[i0][j0], nodes[i1][j0], nodes[i1][river], nodes[i0][river]]
    ).buffer(60)
    homes = [
        shapely.Point(facility.point)
        for facility in city.facilities
        if facility.category == "elderly_care"
    ]
    in_town = [home for home in homes if town.buffer(60).contains(home)]
    assert sum(south.contains(home) for home in in_town) >= 2


def test_boundaries_are_gbk_without_saying_so(folder: Path, city: City):
    assert not list(folder.glob("*.cpg"))
    table = (folder / "小区边界.dbf").read_bytes()
    assert table[29] == 0
    assert "小区编码".encode("gbk") in table[:200]
    assert city.entries[0].name.encode("gbk") in table
    assert city.entries[0].name.encode() not in table
    assert "CGCS2000" in (folder / "小区边界.prj").read_text(encoding="ascii")


def test_the_ledger_is_kept_as_clerks_keep_it(folder: Path, city: City):
    sheet = load_workbook(folder / "改造台账.xlsx").active
    assert sheet["A1"].value == "示例市城镇老旧小区改造台账（示例数据）"
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A1:U1", "A2:A3", "G2:K2"} <= merged
    assert (sheet["G2"].value, sheet["K3"].value) == ("基本情况", "建筑面积（万㎡）")
    words = [sheet.cell(row, 2).value for row in range(4, sheet.max_row + 1)]
    assert (words.count("小计"), words.count("合计")) == (2, 1)
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if isinstance(row[0], int)]
    assert len(rows) == len(city.entries) == 150
    assert sum(row[8] for row in rows) == sum(e.community.households for e in city.entries)
    years = [str(row[6]) for row in rows]
    for pattern in ("年", "年代", "-", "."):
        assert any(pattern in year for year in years), pattern


def test_some_rows_can_only_be_found_by_name_and_address(folder: Path, city: City):
    sheet = load_workbook(folder / "改造台账.xlsx").active
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if isinstance(row[0], int)]
    nameless = {(row[4], row[5]) for row in rows if row[3] is None}
    missing = codes_missing(city.entries)
    known = {(e.name, e.address): e for e in city.entries}
    assert len(known) == 150, "name and address together are unique"
    assert {e.code for pair, e in known.items() if pair in nameless} == missing
    assert len(missing) == 4
    twins = [e for e in city.entries if e.name == TWIN_NAME]
    assert len(twins) == 2
    assert twins[0].address != twins[1].address
    assert sum(e.code in missing for e in twins) == 1
    # One newer estate is spelled otherwise in the ledger than on the map.
    assert len(nameless - set(known)) == 1
    assert misspelled_entry(city.entries) not in missing


def test_codes_are_unique_text_with_leading_zeros(city: City):
    codes = [entry.code for entry in city.entries]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("00") and len(code) == 9 for code in codes)


def test_points_of_interest_are_shifted_as_the_provider_shifts_them(folder: Path, city: City):
    with (folder / "poi.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(city.facilities)
    lon = np.array([float(row["经度"]) for row in rows])
    lat = np.array([float(row["纬度"]) for row in rows])
    project = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)
    truth = np.array([facility.point for facility in city.facilities])
    shifted = np.hypot(*(np.column_stack(project.transform(lon, lat)) - truth).T)
    assert 400 < shifted.min() < shifted.max() < 700
    undone = np.column_stack(project.transform(*gcj02_to_wgs84(lon, lat)))
    assert np.hypot(*(undone - truth).T).max() < 0.2


def test_the_map_file_tells_its_extent_and_date(folder: Path, city: City):
    osm = read_osm(folder / "area.osm.pbf")
    assert osm.data_date == "2021-03-01"
    west, south, east, north = osm.extent.bounds
    assert west < 112.79 < east
    assert south < 34.73 < north
    assert {"wall", "fence", "river", "railway"} <= set(osm.barriers["kind"])
    assert osm.streets["highway"].isin(["steps"]).any()
    assert len(osm.buildings) > 1_000
    streets = len(city.sketch.segments) + len(city.sketch.lanes)
    assert len(osm.streets) > streets


def test_most_but_not_all_walled_communities_have_surveyed_gates(city: City):
    walled = [c for c in city.settled.communities if c.is_walled]
    surveyed = sum(c.is_surveyed for c in walled)
    assert 0.7 * len(walled) < surveyed < len(walled)


def test_the_job_names_its_files_and_says_that_the_data_are_made(folder: Path):
    job = tomllib.loads((folder / "job.toml").read_text(encoding="utf-8"))
    assert "示例数据" in job["job"]["name"]
    assert job["job"]["sample"] is True
    inputs = job["inputs"]
    paths = [inputs["osm"], *(inputs[k]["path"] for k in ("communities", "ledger", "gates"))]
    paths += [inputs["subdistricts"]["path"], inputs["facilities"][0]["path"]]
    assert all((folder / path).is_file() for path in paths)
    assert inputs["facilities"][0]["coordinates"] == "gcj02"
    assert job["zones"] == {"households": [800, 2_020], "count": 7, "subdistrict": "hard"}


def test_names_that_could_be_taken_for_code_occur(city: City):
    names = [e.name for e in city.entries] + [f.name for f in city.facilities]
    assert any("'" in name for name in names)
    assert any("&" in name for name in names)


def test_no_path_runs_through_a_building_a_wall_or_a_fence(city: City):
    ways = city.sketch.ways
    solid = [shapely.Polygon(w.points).buffer(-0.5) for w in ways if "building" in w.tags]
    solid += [shapely.LineString(w.points) for w in ways if w.tags.get("barrier") == "wall"]
    solid += [shapely.LineString(w.points) for w in ways if w.tags.get("barrier") == "fence"]
    streets = [*city.sketch.segments.values(), *city.sketch.lanes]
    lines = [shapely.LineString(street.points()) for street in streets]
    lines += [shapely.LineString(w.points) for w in ways if "highway" in w.tags]
    assert shapely.STRtree(solid).query(lines, predicate="intersects").size == 0
