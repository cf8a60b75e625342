"""Ground that life circles leave out."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from layers.contracts import check, conform
from layers.land import list_closed_land
from layers.tables import LAND
from tests.grid import CRS, barriers_of, line, square


def land_of(*found: tuple[str, BaseGeometry]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"land_id": [f"w{n}" for n in range(len(found))], "kind": [kind for kind, _ in found]},
        geometry=[shape for _, shape in found],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(LAND, frame, crs=CRS))


def test_closed_land_is_water_and_railways_that_have_an_area():
    land = land_of(
        ("water", square(0, 0, 10)),
        ("green", square(20, 0, 10)),
        ("railway", line((0, 0), (9, 9))),
        ("railway", square(40, 0, 10)),
    )
    barriers = barriers_of(
        ("river", square(60, 0, 10)),
        ("railway", line((0, 0), (9, 9))),
        ("wall", square(80, 0, 10)),
        ("other", square(90, 0, 10)),
    )
    closed = list_closed_land(land, barriers)
    check(LAND, closed)
    assert closed["kind"].to_dict() == {"barrier:b0": "water", "w0": "water", "w3": "railway"}
    assert closed.geometry.area.tolist() == [100.0] * 3


def test_a_job_without_any_has_none():
    closed = list_closed_land(land_of(), barriers_of())
    check(LAND, closed)
    assert closed.empty
    assert closed.crs == CRS
