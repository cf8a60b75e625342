"""Small street networks that a reader can check by hand."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.contracts import conform
from layers.tables import ACCESS_POINTS, BARRIERS, COMMUNITIES, FACILITIES, STREETS

CRS = "EPSG:4547"
X0, Y0 = 500_000.0, 3_840_000.0
"""Corner of every small town; coordinates below are metres from here."""


def at(x: float, y: float) -> tuple[float, float]:
    return X0 + x, Y0 + y


def line(*points: tuple[float, float]) -> LineString:
    return LineString([at(x, y) for x, y in points])


def point(x: float, y: float) -> Point:
    return Point(at(x, y))


def square(x: float, y: float, side: float) -> Polygon:
    return Polygon([at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side)])


def streets_of(*lines: LineString, ids: Iterable[str] = (), **columns: object) -> gpd.GeoDataFrame:
    names = list(ids) or [f"s{number}" for number in range(len(lines))]
    facts = {"class": "residential", "walkable": True, "steps": False, "bridge": False}
    facts |= {"tunnel": False, **columns}
    frame = gpd.GeoDataFrame({"street_id": names, **facts}, geometry=list(lines), crs=CRS)
    return gpd.GeoDataFrame(conform(STREETS, frame))


def gates_of(
    *gates: tuple[str, BaseGeometry], kind: str = "inferred", owner: str = "community"
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "access_point_id": [f"{name}-g{number}" for number, (name, _) in enumerate(gates)],
            "owner": owner,
            "owner_id": [name for name, _ in gates],
            "kind": kind,
        },
        geometry=[shape for _, shape in gates],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(ACCESS_POINTS, frame, crs=CRS))


def facilities_of(
    *found: tuple[str, str, BaseGeometry], confirmed: bool = True
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "facility_id": [name for name, _, _ in found],
            "category": [category for _, category, _ in found],
            "confirmed": confirmed,
        },
        geometry=[shape for _, _, shape in found],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(FACILITIES, frame, crs=CRS))


def communities_of(*found: tuple[str, Polygon]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"community_id": [name for name, _ in found]},
        geometry=[shape for _, shape in found],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(COMMUNITIES, frame, crs=CRS))


def barriers_of(*found: tuple[str, BaseGeometry]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "barrier_id": [f"b{number}" for number in range(len(found))],
            "kind": [kind for kind, _ in found],
        },
        geometry=[shape for _, shape in found],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(BARRIERS, frame, crs=CRS))
