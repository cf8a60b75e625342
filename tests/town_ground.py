"""Ground of the made town: communities, gates, facilities, streets, land.

Twelve communities stand in four columns and three rows, 260 m and 200 m apart, with streets on a
grid between them, a river west of the third column, two street offices and three zones. Walks are
street-grid distances, so that every figure can be checked with a ruler: ``|dx| + |dy|``, and a walk
across the river goes over its only bridge.
"""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from layers.walking import Walking

CRS: Final = "EPSG:4547"
WEST: Final = 389_000.0
SOUTH: Final = 3_844_500.0
PITCH_X: Final = 260.0
PITCH_Y: Final = 200.0
RIVER_X: Final = 2 * PITCH_X
BRIDGE_Y: Final = PITCH_Y
WALKING: Final = Walking()

NAMES: Final = (
    "幸福里小区",
    "建设路12号院",
    "河畔新村",
    "东风厂家属院",
    "粮食局家属院",
    "人民医院家属楼",
    "文化路小区",
    "机械厂北院",
    None,
    "粮食局家属院",
    "槐新花园",
    "老城自建片",
)
ZONE_OF: Final = ("Z01", "Z01", "Z02", "Z02", "Z01", "Z01", "Z02", "Z02", "Z03", "Z03", "Z03", None)

PLACES: Final = (
    # category, name, metres east, metres north, confirmed
    ("service_centre", "槐新社区党群服务中心", 130, 0, True),
    ("service_centre", "商城街道便民服务大厅", 700, 400, True),
    ("elderly_care", "夕阳红日间照料中心", -200, 0, True),
    ("elderly_care", "老年活动室（待核实）", 910, 200, False),
    ("clinic", "建设路社区卫生服务站", 260, 150, True),
    ("clinic", "槐新街道社区卫生服务中心", 900, 400, True),
    ("library", "偃师区图书馆", -1000, 0, True),
    ("library", "社区书屋", 1300, 0, False),
    ("toilet", "建设路公厕", 200, 0, True),
    ("toilet", "河滨公厕", 520, 200, True),
    ("toilet", "商城公厕", 960, 200, True),
    ("parcel", "菜鸟驿站（幸福里店）", 100, 200, True),
    ("parcel", "丰巢快递柜", 300, 400, True),
    ("parcel", "顺丰速运营业点", 800, 0, True),
    ("shop", "惠民超市", 260, 60, True),
    ("shop", "便利蜂", 390, 400, True),
    ("shop", "农贸市场", 780, 100, True),
    ("parking", "建设路停车场", 60, 400, True),
    ("parking", "商城地下停车场", 660, 200, True),
    ("charging", "电动自行车充电棚一", 140, 200, True),
    ("charging", "电动自行车充电棚二", 300, 200, True),
    ("charging", "星星充电站", -150, 400, True),
)
TWICE: Final = ("商城街道便民服务大厅", "elderly_care")
"""One facility that is two haves, so two rows: an elderly desk, in doubt, in the service hall."""


def community_ids() -> list[str]:
    """List the ids of the communities, ``c01`` to ``c12``."""
    return [f"c{i + 1:02d}" for i in range(len(NAMES))]


def at(east: float, north: float) -> Point:
    """Place a point by metres east and north of the town's corner."""
    return Point(WEST + east, SOUTH + north)


def walk_m(start: Point, end: Point) -> float:
    """Measure a walk on the street grid; across the river it takes the bridge."""
    river, bridge = WEST + RIVER_X, SOUTH + BRIDGE_Y
    along = abs(start.x - end.x)
    if (start.x - river) * (end.x - river) < 0:
        return float(along + abs(start.y - bridge) + abs(end.y - bridge))
    return float(along + abs(start.y - end.y))


def cell(position: int) -> tuple[int, int]:
    return position % 4, position // 4


def block(position: int) -> Polygon:
    """Give the ground between streets that a community stands on; blocks tile the town."""
    column, row = cell(position)
    x, y = WEST + column * PITCH_X, SOUTH + row * PITCH_Y
    return box(x, y, x + PITCH_X, y + PITCH_Y)


def gate(position: int) -> Point:
    column, row = cell(position)
    return at(column * PITCH_X + PITCH_X / 2, row * PITCH_Y)


def frame(rows: list[dict[str, Any]], *, shapes: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS) if shapes else frame


def households(position: int) -> float:
    return 40.0 + 17.0 * position


def office(position: int) -> str:
    return "槐新街道" if cell(position)[0] < 2 else "商城街道"


def communities() -> pd.DataFrame:
    rows = []
    for position, (key, name) in enumerate(zip(community_ids(), NAMES, strict=True)):
        column, row = cell(position)
        x, y = WEST + column * PITCH_X, SOUTH + row * PITCH_Y
        outline = box(x + 30, y + 12, x + PITCH_X - 30, y + PITCH_Y - 12)
        rows.append(
            {
                "community_id": key,
                "name": name,
                "subdistrict": office(position),
                "neighbourhood": "槐中社区",
                "address": f"建设路{position + 1}号门牌",
                "year_built_from": 1985 + position,
                "year_built_to": 1990 + position,
                "households": households(position),
                "households_source": "buildings" if position == 7 else "ledger",
                "residents": 3 * households(position),
                "buildings": 2,
                "floor_area_m2": 80.0 * households(position),
                "ownership": "房改房",
                "property_mgmt": "社区代管",
                "participation_share": 0.9,
                "agreement_share": 0.81,
                "structure_safe": True,
                "excl_self_built": position == 11,
                "area_m2": outline.area,
                "edge": position == 11,
                "remark": "联系人王某13800000000",
                "geometry": outline,
            }
        )
    return frame(rows)


def access_points() -> pd.DataFrame:
    kinds = ("surveyed", "inferred", "nearest")
    rows = [
        {
            "access_point_id": f"a{position + 1:02d}",
            "owner": "community",
            "owner_id": key,
            "kind": kinds[position % 3],
            "geometry": gate(position),
        }
        for position, key in enumerate(community_ids())
    ]
    return frame(rows)


def facility_rows() -> list[dict[str, Any]]:
    rows = []
    for position, (category, name, east, north, confirmed) in enumerate(PLACES):
        row = {
            "facility_id": f"f{position + 1:02d}",
            "category": category,
            "name": name,
            "source": "osm" if position % 2 else "amap",
            "evidence": "given" if confirmed else "weak: amenity=community_centre",
            "confirmed": confirmed,
            "geometry": at(east, north),
        }
        if category == "parking":
            row["geometry"] = at(east, north).buffer(25, cap_style="square")
        rows.append(row)
        if name == TWICE[0]:
            rows.append(row | {"category": TWICE[1], "confirmed": False})
    return rows


def facilities() -> pd.DataFrame:
    return frame(facility_rows())


def review() -> pd.DataFrame:
    rows = [
        {
            "facility_id": row["facility_id"],
            "category": row["category"],
            "name": row["name"],
            "reason": row["evidence"],
            "suggestion": "到现场核实",
            "x_m": row["geometry"].centroid.x,
            "y_m": row["geometry"].centroid.y,
        }
        for row in facility_rows()
        if not row["confirmed"]
    ]
    return pd.DataFrame(rows)


def land_and_buildings() -> dict[str, pd.DataFrame]:
    """Make buildings, street offices, barriers, and land for the base map."""
    shell = box(WEST - 900, SOUTH - 300, WEST + 1500, SOUTH + 900)
    river = box(WEST + RIVER_X - 12, SOUTH - 300, WEST + RIVER_X + 12, SOUTH + 900)
    river_kinds = {"kind": "river", "name": "伊洛河"}
    split = WEST + RIVER_X
    buildings = []
    for position, key in enumerate(community_ids()):
        column, row = cell(position)
        for number in range(2):
            x = WEST + column * PITCH_X + 50 + 90 * number
            y = SOUTH + row * PITCH_Y + 60
            buildings.append(
                {
                    "building_id": f"b{2 * position + number + 1:02d}",
                    "households": households(position) / 2,
                    "levels": 6.0,
                    "community_id": key,
                    "geometry": box(x, y, x + 70, y + 14),
                }
            )
    west, _, east, _ = shell.bounds
    offices = [
        {"subdistrict_id": "s1", "name": "槐新街道", "geometry": _clip(shell, west, split)},
        {"subdistrict_id": "s2", "name": "商城街道", "geometry": _clip(shell, split, east)},
    ]
    wall = box(WEST + 30, SOUTH + 12, WEST + PITCH_X - 30, SOUTH + PITCH_Y - 12).exterior
    rail = LineString([at(-900, 820), at(1500, 860)])
    barriers = [
        {"barrier_id": "w1", "kind": "wall", "name": None, "geometry": LineString(wall)},
        {"barrier_id": "w2", **river_kinds, "geometry": river},
        {"barrier_id": "w3", "kind": "railway", "name": "陇海铁路", "geometry": rail},
    ]
    park = at(420, 250).buffer(60, quad_segs=4)
    land = [
        {"land_id": "l1", "kind": "water", "name": "伊洛河", "geometry": river},
        {"land_id": "l2", "kind": "green", "name": "滨河公园", "geometry": park},
        {"land_id": "l3", "kind": "railway", "name": "陇海铁路", "geometry": rail},
    ]
    old_city = box(WEST - 200, SOUTH - 100, WEST + 200, SOUTH + 350)
    kept = [
        {"protection_id": "p1", "kind": "old_tree", "name": "国槐", "geometry": at(100, 80)},
        {"protection_id": "p2", "kind": "historic_city", "name": "老城", "geometry": old_city},
    ]
    return {
        "buildings": frame(buildings),
        "subdistricts": frame(offices),
        "protections": frame([one | {"grade": None, "community_ids": "c01"} for one in kept]),
        "barriers": frame(barriers),
        "land": frame(land),
    }


def _clip(shell: Polygon, west: float, east: float) -> Polygon:
    return shapely.intersection(shell, box(west, SOUTH - 300, east, SOUTH + 900))


_COLUMNS: Final = range(-3, 6)
_ROWS: Final = range(-1, 5)
_CLASSES: Final = ("secondary", "residential", "residential", "footway")


def streets_and_network() -> dict[str, pd.DataFrame]:
    """Make the street grid and the walking network on it; only row 1 crosses the river."""
    streets, edges = [], []
    lines: list[tuple[str, list[tuple[int, int]]]] = []
    for row in _ROWS:
        if row == int(BRIDGE_Y / PITCH_Y):
            lines.append((f"e{row}", [(column, row) for column in _COLUMNS]))
        else:
            lines.append((f"e{row}w", [(c, row) for c in _COLUMNS if c <= 2]))
            lines.append((f"e{row}e", [(c, row) for c in _COLUMNS if c >= 3]))
    lines += [(f"n{column}", [(column, row) for row in _ROWS]) for column in _COLUMNS]
    node = {cell: number for number, cell in enumerate(product(_COLUMNS, _ROWS))}
    for street_id, cells in lines:
        points = [at(column * PITCH_X, row * PITCH_Y) for column, row in cells]
        streets.append(
            {
                "street_id": street_id,
                "name": "建设路" if street_id == "e1" else None,
                "class": "primary" if street_id == "e1" else _CLASSES[len(streets) % 4],
                "walkable": True,
                "steps": street_id == "n5",
                "level": 0,
                "bridge": False,
                "tunnel": False,
                "geometry": LineString(points),
            }
        )
        for (start, end), (a, b) in zip(pairs(cells), pairs(points), strict=True):
            length = float(a.distance(b))
            minutes = length / WALKING.metres_per_minute("adult")
            edges.append(
                {
                    "edge_id": f"{street_id}_{len(edges):03d}",
                    "u": node[start],
                    "v": node[end],
                    "street_id": street_id,
                    "length_m": length,
                    "forward_minutes": minutes,
                    "backward_minutes": minutes,
                    "wait_minutes": 0.0,
                    "geometry": LineString([a, b]),
                }
            )
    return {"streets": frame(streets), "network": frame(edges)}


def pairs(items: list[Any]) -> list[tuple[Any, Any]]:
    return list(pairwise(items))
