import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString

from layers.errors import JobError
from layers.tables import CATEGORIES
from maps.base_map import list_land, list_streets
from maps.coordinates import COARSE, Grid
from maps.escape import to_json
from maps.labels import Imprint
from maps.payload import public_document, working_document
from maps.public import PUBLIC_COLUMNS, household_band, public_columns
from tests.maps.piles import read_pile
from tests.town import community_ids
from zoning.tables import CONTRACTS, STATUSES

Town = dict[str, pd.DataFrame]

SHOWN = {
    # What the public map reads of the tables: each is on the public list, or only places things.
    "communities": {"name", "subdistrict", "households", "households_source"},
    "access_points": {"owner", "owner_id", "kind"},
    "facilities": {"name", "confirmed"},
    "streets": {"name", "class", "tunnel"},
    "land": {"kind", "name"},
    "gaps": {
        "status",
        "nearest_id",
        "nearest_m",
        "nearest_minutes",
        "limit_m",
        "limit_minutes",
        "rule",
        "flips_at_strict",
        "clause",
        # a share of these two, in tens
        "households",
        "households_covered",
    },
    "zone_gaps": {"communities_met"},
    "assignment": {"zone_id"},
    "zones": {"communities"},
}


def test_neighbours_keep_their_common_border(town: Town, imprint: Imprint) -> None:
    tables = dict(town)
    communities = town["communities"].iloc[:2].copy()
    wave = [(389_100 + 3 * np.sin(i), 3_844_500 + i) for i in range(101)]
    west = shapely.Polygon([(389_000, 3_844_500), *wave, (389_000, 3_844_600)])
    east = shapely.Polygon([(389_200, 3_844_500), *wave, (389_200, 3_844_600)])
    communities.geometry = [west, east]
    tables["communities"] = communities
    for name in ("adjacency", "partners", "findings"):
        tables[name] = town[name].iloc[:0]
    document = working_document(tables, imprint)
    things = read_pile(document["piles"]["communities"], document["fine"], 2)
    corners = [{tuple(np.round(p, 6)) for p in rings[0]} for [rings] in things]
    border = corners[0] & corners[1]
    assert len(border) > 20
    assert len(corners[0] - border) == 2


def test_answers_stand_community_after_community_in_the_official_order(
    town: Town, imprint: Imprint
) -> None:
    document = public_document(town, imprint)
    answers = document["gaps"]["adult"]["status"]
    for position, key in enumerate(community_ids()):
        for rank, have in enumerate(CATEGORIES):
            want = town["gaps"].loc[(key, have, "adult"), "status"]
            assert STATUSES[int(answers[9 * position + rank])] == want


def test_answers_name_the_nearest_facility_of_the_same_have(town: Town, imprint: Imprint) -> None:
    document = public_document(town, imprint)
    part = document["gaps"]["adult"]
    # c01 asks for a clinic: the station is 130 m east of its gate and 150 m north.
    at = 2
    assert document["facilities"]["name"][part["nearest"][at]] == "建设路社区卫生服务站"
    assert part["m"][at] == 280
    assert part["tenths"][at] == 42


def test_the_order_of_rows_changes_nothing(town: Town, imprint: Imprint) -> None:
    shuffled = {name: table.sample(frac=1, random_state=7) for name, table in town.items()}
    for write in (public_document, working_document):
        assert to_json(write(shuffled, imprint)) == to_json(write(town, imprint))


def test_the_public_document_holds_no_value_of_any_other_column(
    town: Town, imprint: Imprint
) -> None:
    tables: Town = {}
    planted: list[str] = []
    for name in CONTRACTS:
        table = town[name].copy()
        for number, column in enumerate(c for c in table.columns if c != "geometry"):
            if column in SHOWN.get(name, set()):
                continue
            if pd.api.types.is_bool_dtype(table[column].dtype):
                continue
            if pd.api.types.is_numeric_dtype(table[column].dtype):
                mark = 70_000_000 + 1000 * list(CONTRACTS).index(name) + number
                table[column] = mark
                planted.append(str(mark))
            else:
                mark_text = f"planted-{name}-{column}"
                table[column] = mark_text
                planted.append(mark_text)
        tables[name] = table
    assert {"planted-communities-remark", "planted-communities-address"} <= set(planted)
    written = json.dumps(public_document(tables, imprint), ensure_ascii=False)
    assert not [mark for mark in planted if mark in written]


def test_the_public_document_gives_households_as_a_band_only(town: Town, imprint: Imprint) -> None:
    tables = dict(town)
    tables["communities"] = town["communities"].assign(households=73_519.0)
    written = json.dumps(public_document(tables, imprint), ensure_ascii=False)
    assert "73519" not in written
    assert "≥1000" in written
    assert "73519" in json.dumps(working_document(tables, imprint))


@pytest.mark.parametrize(
    ("status", "households", "covered", "told"),
    [
        ("met", 123.0, 0.0, 0),
        ("met", 123.0, 1.0, 10),
        ("met", 123.0, 57.0, 50),
        ("met", 123.0, 122.0, 90),
        ("small", 123.0, 123.0, 100),
        ("met", 5.0, 2.0, 40),
        ("met", 4.0, 2.0, -1),
        ("met", 4.0, 0.0, -1),
        ("met", np.nan, np.nan, -1),
        ("far", 123.0, 57.0, -1),
        ("unconfirmed", 123.0, 57.0, -1),
    ],
)
def test_the_public_is_told_of_coverage_in_tens_where_a_have_is_met(
    town: Town, imprint: Imprint, status: str, households: float, covered: float, told: int
) -> None:
    figures = {"status": status, "households": households, "households_covered": covered}
    document = public_document(town | {"gaps": town["gaps"].assign(**figures)}, imprint)
    assert set(document["gaps"]["adult"]["covered"]) == {told}
    narrow = replace(imprint, public_columns=("name", "status"))
    assert "covered" not in public_document(town, narrow)["gaps"]["adult"]


def test_a_job_may_narrow_the_public_list(town: Town, imprint: Imprint) -> None:
    narrow = replace(imprint, public_columns=("name", "households_band", "missing"))
    document = public_document(town, narrow)
    assert set(document["communities"]) == {"id", "anchor", "name", "band", "unnamed"}
    assert set(document["gaps"]["adult"]) == {"status"}
    assert document["zones"] == {"id": []}
    assert "槐新街道" not in json.dumps(document["communities"], ensure_ascii=False)


def test_a_job_may_not_widen_the_public_list(town: Town, imprint: Imprint) -> None:
    wide = replace(imprint, public_columns=("name", "residents"))
    with pytest.raises(JobError) as caught:
        public_document(town, wide)
    assert "residents" in caught.value.en
    assert "residents" in caught.value.zh
    assert "households_band" in caught.value.zh


def test_the_public_list_has_no_personal_column() -> None:
    listed = {column for columns in PUBLIC_COLUMNS.values() for column in columns}
    refused = {"address", "residents", "households", "ownership", "agreement_share", "phone"}
    assert not listed & refused
    assert public_columns() == listed


@pytest.mark.parametrize(
    ("households", "band"),
    [(0, "<50"), (4, "<50"), (49.9, "<50"), (50, "50–99"), (999, "500–999"), (1000, "≥1000")],
)
def test_bands_of_households(households: float, band: str) -> None:
    assert household_band(households) == band


def test_paths_far_from_every_community_and_streets_out_of_sight_are_left_out(town: Town) -> None:
    communities = town["communities"]
    streets = town["streets"].iloc[:3].copy()
    streets["class"] = ["footway", "footway", "residential"]
    streets["name"] = ["巷", "巷", None]
    west, south = communities.total_bounds[:2]
    streets.geometry = [
        LineString([(west, south), (west + 50, south)]),
        LineString([(west - 600, south), (west - 550, south)]),
        LineString([(west - 5000, south), (west - 4000, south)]),
    ]
    grid = Grid.around(communities.to_crs("EPSG:4326").total_bounds, COARSE)
    written, pile = list_streets(streets, communities, grid)
    assert written == {"group": ["path"], "name": [""]}
    [[lines]] = read_pile(pile, grid.described(), 1)
    assert len(lines) == 1


def test_land_of_any_other_kind_is_never_drawn(town: Town) -> None:
    land = town["land"].copy()
    land["kind"] = "military"
    grid = Grid.around(town["communities"].to_crs("EPSG:4326").total_bounds, COARSE)
    written, _ = list_land(land, town["communities"], grid)
    assert written["areas"]["kind"] == written["tracks"]["kind"] == []


def test_a_city_without_zones_circles_and_facilities_can_be_drawn(
    town: Town, imprint: Imprint
) -> None:
    tables = dict(town)
    for name in ("zones", "zone_circles", "circles", "catchments", "facilities", "land", "streets"):
        tables[name] = town[name].iloc[:0]
    tables["assignment"] = town["assignment"].assign(zone_id=pd.Series(None, dtype="str"))
    document = public_document(tables, imprint)
    assert document["zones"]["id"] == []
    assert document["communities"]["zone"] == [-1] * 12
    circles = read_pile(document["piles"]["circles"], document["rough"], 12)
    assert circles == [[[]]] * 12
    assert document["facilities"]["points"] == []


def test_streets_of_any_other_class_are_never_drawn(town: Town) -> None:
    streets = town["streets"].copy()
    streets["class"] = ["pipeline", "military", "water_supply"] * (len(streets) // 3) + [
        "residential"
    ] * (len(streets) % 3)
    grid = Grid.around(town["communities"].to_crs("EPSG:4326").total_bounds, COARSE)
    written, _ = list_streets(streets, town["communities"], grid)
    assert set(written["group"]) <= {"minor"}
    assert len(written["group"]) <= len(streets) % 3


def test_links_that_a_planner_added_or_cut_are_announced(town: Town, imprint: Imprint) -> None:
    tables = dict(town)
    adjacency = town["adjacency"].copy()
    adjacency["kind"] = ["cut", "cut", "added", *["lane"] * (len(adjacency) - 3)]
    tables["adjacency"] = adjacency
    marks = working_document(tables, imprint)["notes"]["marks"]
    told = ("人工添加邻接 1 处，切断邻接 2 处", "Links added by hand: 1, links cut by hand: 2")
    assert marks[-1] == told
    public = public_document(tables, imprint)["notes"]
    assert told not in public["marks"]
    assert public["method"][-1] == (
        "规划人员人工调整了小区邻接关系（添加 1 处、切断 2 处），片区据此划分。",
        "Planners changed links between neighbours by hand (1 added, 2 cut); zones follow them.",
    )
    tables["adjacency"] = adjacency.assign(kind="lane")
    assert public_document(tables, imprint)["notes"]["method"] == public["method"][:-1]
