"""Files of the made city, written as a bureau, a map provider and OpenStreetMap hand them over."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import pyogrio
import pyproj
import shapely

from layers.gcj02 import wgs84_to_gcj02
from lianpian.city.facilities import Facility
from lianpian.city.plan import XY
from lianpian.city.register import Entry, Office
from lianpian.city.streets import Sketch, Way

CRS: Final = "EPSG:4547"
DATA_DATE: Final = "2021-03-01T00:00:00Z"
WRITTEN: Final = "2021-03-27"
SIDE_NAMES: Final = {"S": "南门", "N": "北门", "W": "西门", "E": "东门"}
DBF_LANGUAGE_BYTE: Final = 29


def write_osm(sketch: Sketch, extent: shapely.Polygon, path: Path) -> None:
    """Write streets, buildings, walls, water and railway as .osm.pbf.

    Parameters
    ----------
    sketch
        What was drawn.
    extent
        Land that the data cover, EPSG:4547; its box goes into the header.
    path
        File to write. Every object carries the same timestamp, so the data date is known.
    """
    ways = list(_all_ways(sketch))
    ids: dict[XY, int] = {}
    for way in ways:
        for point in way.points:
            ids.setdefault(point, len(ids) + 1)
    lon, lat = _to_wgs84(list(ids))
    header = osmium.io.Header()
    header.set("generator", "lianpian made city")
    west, south, east, north = _box(extent)
    header.add_box(osmium.osm.Box(west, south, east, north))
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for k, point in enumerate(ids):
            writer.add_node(
                osmium.osm.mutable.Node(
                    id=k + 1,
                    version=1,
                    timestamp=DATA_DATE,
                    location=(float(lon[k]), float(lat[k])),
                    tags=sketch.node_tags.get(point, {}),
                )
            )
        for k, way in enumerate(ways, start=1):
            nodes = [ids[point] for point in way.points]
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=k, version=1, timestamp=DATA_DATE, nodes=nodes, tags=way.tags
                )
            )


def _all_ways(sketch: Sketch) -> Iterator[Way]:
    for street in [*sketch.segments.values(), *sketch.lanes]:
        yield Way(street.points(), street.tags)
    yield from sketch.ways


def _to_wgs84(points: list[XY]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Turn points into longitude and latitude, to the 1e-7 degree that OSM keeps."""
    turn = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    xs, ys = np.array(points).T
    lon, lat = turn.transform(xs, ys)
    return np.round(lon, 7), np.round(lat, 7)


def _box(extent: shapely.Polygon) -> tuple[float, float, float, float]:
    lon, lat = _to_wgs84([(x, y) for x, y in extent.exterior.coords])
    return (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def write_communities(entries: list[Entry], path: Path) -> None:
    """Write boundaries as a shapefile in GBK that does not say so.

    Parameters
    ----------
    entries
        The register.
    path
        The .shp. There is no .cpg beside it and the DBF names no language, as with files that
        passed through many hands.
    """
    frame = gpd.GeoDataFrame(
        {
            "小区编码": [entry.code for entry in entries],
            "小区名称": [entry.name for entry in entries],
            "地址": [entry.address for entry in entries],
            "街道": [entry.office for entry in entries],
        },
        geometry=[entry.community.polygon() for entry in entries],
        crs=CRS,
    )
    pyogrio.write_dataframe(
        frame, path, driver="ESRI Shapefile", encoding="GBK", DBF_DATE_LAST_UPDATE=WRITTEN
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[DBF_LANGUAGE_BYTE] = 0
    path.with_suffix(".dbf").write_bytes(bytes(table))


def write_facilities(facilities: list[Facility], path: Path) -> None:
    """Write points of interest as CSV in GCJ-02, with the columns of a provider's export.

    Parameters
    ----------
    facilities
        The points.
    path
        File to write, UTF-8 with BOM.
    """
    lon, lat = _to_wgs84([facility.point for facility in facilities])
    shifted_lon, shifted_lat = wgs84_to_gcj02(lon, lat)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "type", "typecode", "address", "经度", "纬度"])
        for k, facility in enumerate(facilities):
            writer.writerow(
                [
                    f"B{k + 1:06d}",
                    facility.name,
                    facility.kind,
                    facility.typecode,
                    facility.street,
                    f"{shifted_lon[k]:.6f}",
                    f"{shifted_lat[k]:.6f}",
                ]
            )


def write_gates(entries: list[Entry], path: Path) -> None:
    """Write the surveyed gates as GeoPackage.

    Parameters
    ----------
    entries
        The register; communities whose gates were not surveyed are left out.
    path
        File to write.
    """
    rows = [
        (entry.code, f"{entry.name}{SIDE_NAMES[gate.side]}", entry.community.site.gate_point(gate))
        for entry in entries
        if entry.community.is_surveyed
        for gate in entry.community.site.gates
    ]
    frame = gpd.GeoDataFrame(
        {
            "gate_id": [f"G{k + 1:05d}" for k in range(len(rows))],
            "小区编码": [code for code, _, _ in rows],
            "名称": [name for _, name, _ in rows],
        },
        geometry=[shapely.Point(point) for _, _, point in rows],
        crs=CRS,
    )
    _write_gpkg(frame, path, "gates")


def write_offices(offices: list[Office], path: Path) -> None:
    """Write the street offices as GeoPackage.

    Parameters
    ----------
    offices
        Street offices.
    path
        File to write.
    """
    frame = gpd.GeoDataFrame(
        {
            "街道编码": [f"{k + 1:03d}" for k in range(len(offices))],
            "街道名称": [office.name for office in offices],
        },
        geometry=[office.polygon for office in offices],
        crs=CRS,
    )
    _write_gpkg(frame, path, "subdistricts")


def _write_gpkg(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    path.unlink(missing_ok=True)
    with _fixed_clock():
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """Let GDAL write one date, so that equal input gives equal bytes."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{WRITTEN}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
