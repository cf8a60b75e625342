"""Coordinate reference systems: one projected system in metres for a whole job."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjError

from layers.errors import CrsError

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""

CHINA: Final = (73.0, 18.0, 135.0, 54.0)
"""Box in which CGCS2000 zones are chosen (DATA_REALITY 4.2)."""
LON_LIMIT, LAT_LIMIT = 180.0, 90.0
ZONE_WIDTH: Final = 3.0
FIRST_MERIDIAN, LAST_MERIDIAN = 75.0, 135.0
FIRST_CGCS2000: Final = 4534
"""EPSG code of CGCS2000, 3-degree zone, central meridian 75 E, eastings without a prefix."""
WEB_MERCATOR: Final = (3857, 900913, 3395, 3785)
WORLD_METHODS: Final = ("mercator", "popular visualisation", "equidistant cylindrical")
WIDEST_DEGREES: Final = 6.0
"""One plane cannot measure more: 3 degrees off the meridian lengths are 0.14 % too long."""
SLACK_DEGREES: Final = 3.0
"""How far a job may lie outside the area of use of the system it names: about 0.2 % in length."""
UTM_NORTH, UTM_SOUTH = 32600, 32700
UTM_LIMIT: Final = 84.0


def choose_crs(spec: str, bounds_wgs84: Bounds) -> pyproj.CRS:
    """Choose the metric reference system of a job.

    Parameters
    ----------
    spec
        ``"auto"``, or a projected system in metres such as ``"EPSG:4547"``.
    bounds_wgs84
        West, south, east, north of the communities, in degrees.

    Returns
    -------
    CRS
        With ``auto`` inside China: the CGCS2000 3-degree zone without zone prefix whose meridian is
        nearest to the middle of the bounds (exactly between two: the eastern one); elsewhere the
        UTM zone.

    Raises
    ------
    CrsError
        If `spec` names no projected system in metres, if the bounds are no degrees, span more than
        six of them, or lie away from where the named system may be used.

    References
    ----------
    EPSG 4534 to 4554: CGCS2000 / 3-degree Gauss-Kruger CM 75E to CM 135E.
    """
    lon, lat = _middle(bounds_wgs84)
    if spec.strip().casefold() == "auto":
        return _automatic(lon, lat)
    crs = parse_crs(spec)
    fault = metric_fault(crs)
    if fault:
        raise CrsError(
            en=f"[job] crs = {spec!r} {fault[0]}; distances need a projected system in metres. "
            f'Set crs = "auto" or, here, crs = "EPSG:{_automatic(lon, lat).to_epsg()}".',
            zh=f"[job] crs = {spec!r} {fault[1]}；计算距离需要以米为单位的投影坐标系。"
            f'请改为 crs = "auto"，或本地适用的 crs = "EPSG:{_automatic(lon, lat).to_epsg()}"。',
        )
    _require_in_use(crs, spec, lon, lat)
    return crs


def parse_crs(spec: str) -> pyproj.CRS:
    """Read a reference system from a job file: ``"EPSG:4547"``, ``"4547"`` or WKT.

    Raises
    ------
    CrsError
        If nobody knows that system.
    """
    text = spec.strip()
    if re.fullmatch(r"\d{4,6}", text):
        text = f"EPSG:{text}"
    try:
        return pyproj.CRS.from_user_input(text)
    except ProjError as error:
        raise CrsError(
            en=f"crs = {spec!r} is not a known coordinate reference system; "
            'write an EPSG code such as "EPSG:4547".',
            zh=f"crs = {spec!r} 不是已知的坐标系；请写 EPSG 代码，例如 "
            '"EPSG:4547"(CGCS2000,3度带，中央经线114°)。',
        ) from error


def metric_fault(crs: pyproj.CRS) -> tuple[str, str] | None:
    """Say in English and Chinese why metres cannot be measured in a system; None if they can."""
    if crs.is_geographic:
        return f"is in degrees ({crs.name})", f"以度为单位（{crs.name}）"
    if not crs.is_projected:
        return f"is no projected system ({crs.name})", f"不是投影坐标系（{crs.name}）"
    operation = crs.coordinate_operation
    method = "" if operation is None else str(operation.method_name).casefold()
    if crs.to_epsg() in WEB_MERCATOR or method.startswith(WORLD_METHODS):
        return (
            f"is a map of the world ({crs.name}), whose metres are not metres on the ground",
            f"是世界地图投影（{crs.name}），其中的“米”并非实地距离",
        )
    units = sorted({axis.unit_name for axis in crs.axis_info[:2]})
    if units != ["metre"]:
        return (
            f"is in {', '.join(units)} ({crs.name})",
            f"以 {'、'.join(units)} 为单位（{crs.name}）",
        )
    return None


def to_metric(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Bring a table into the job's metric system.

    Parameters
    ----------
    frame
        Table with geometry in any known system.
    crs
        The job's system, from `choose_crs`.

    Returns
    -------
    GeoDataFrame
        A new table with the caller's keys.

    Raises
    ------
    CrsError
        If the table has no reference system, if `crs` is not metric, or if a place cannot be
        carried over: such places lie outside the stated area of use, or have swapped axes.
    """
    fault = metric_fault(crs)
    if fault:
        raise CrsError(
            en=f"The target system {fault[0]}; distances need metres. Use choose_crs().",
            zh=f"目标坐标系{fault[1]}；计算距离需要以米为单位。请使用 choose_crs()。",
        )
    if frame.crs is None:
        raise CrsError(
            en="The table has no coordinate reference system; name it before the table is moved: "
            'crs = "EPSG:…" under its [inputs] entry.',
            zh='数据没有坐标系；请先在 [inputs] 的相应条目中写明 crs = "EPSG:…"。',
        )
    moved = _moved(frame, crs)
    lost = ~np.isfinite(moved.geometry.bounds.to_numpy()).all(axis=1)
    lost &= ~(frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if lost.any():
        first = frame.index[lost][0]
        where = frame.geometry.iloc[int(np.argmax(lost))].representative_point().coords[0]
        raise CrsError(
            en=f"{int(lost.sum()):,} row(s) cannot be carried into {crs.name}, first row {first!r} "
            f"at {where!r}; longitude and latitude may be swapped.",
            zh=f"有 {int(lost.sum()):,} 行无法转换到 {crs.name}，首行 {first!r}，坐标 {where!r}；"
            "经纬度可能颠倒。",
        )
    return moved


def _moved(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Transform a table; plain lines from their coordinates at once, which saves a copy of each."""
    shapes = frame.geometry.to_numpy()
    if frame.empty or frame.crs == crs or shapely.has_z(shapes).any():
        return frame.to_crs(crs)
    there = _carrier(frame.crs, crs)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    is_plain = (shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING).all()
    if is_plain and (np.bincount(owner, minlength=len(shapes)) > 0).all():  # an empty one has none
        moved = shapely.linestrings(np.column_stack(there.transform(*xy.T)), indices=owner)
    else:
        moved = shapely.transform(shapes, lambda xy: np.column_stack(there.transform(*xy.T)))
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=crs))


@lru_cache(maxsize=8)
def _carrier(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Make a transformer once: finding the way between two systems takes a tenth of a second."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def require_metric(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse a table whose coordinates are not metres in a projected system.

    Parameters
    ----------
    frame
        The table.
    name
        Its name in the message.

    Raises
    ------
    CrsError
        If it has no reference system, or one in degrees, feet or world Mercator.
    """
    fault: tuple[str, str] | None = "has no coordinate reference system", "没有坐标系"
    if frame.crs is not None:
        fault = metric_fault(pyproj.CRS.from_user_input(frame.crs))
    if fault:
        raise CrsError(
            en=f"{name} {fault[0]}; distances need metres. Call to_metric() on it first.",
            zh=f"{name} {fault[1]}；计算距离需要以米为单位。请先调用 to_metric()。",
        )


def _automatic(lon: float, lat: float) -> pyproj.CRS:
    west, south, east, north = CHINA
    if west <= lon <= east and south <= lat <= north:
        meridian = math.floor((lon + ZONE_WIDTH / 2) / ZONE_WIDTH) * ZONE_WIDTH
        meridian = min(max(meridian, FIRST_MERIDIAN), LAST_MERIDIAN)
        step = round((meridian - FIRST_MERIDIAN) / ZONE_WIDTH)
        return pyproj.CRS.from_epsg(FIRST_CGCS2000 + step)
    if abs(lat) > UTM_LIMIT:
        raise CrsError(
            en=f"No metric system is chosen by itself at latitude {lat:.4f}; name one under "
            '[job] crs = "EPSG:…", or look whether longitude and latitude are swapped.',
            zh=f'纬度 {lat:.4f} 处无法自动选择坐标系；请在 [job] 写明 crs = "EPSG:…",'
            "或检查经纬度是否颠倒。",
        )
    zone = min(int((lon + LON_LIMIT) // 6.0) + 1, 60)
    return pyproj.CRS.from_epsg((UTM_NORTH if lat >= 0 else UTM_SOUTH) + zone)


def _middle(bounds: Bounds) -> tuple[float, float]:
    west, south, east, north = bounds
    sound = all(math.isfinite(value) for value in bounds)
    sound = sound and -LON_LIMIT <= west <= east <= LON_LIMIT
    sound = sound and -LAT_LIMIT <= south <= north <= LAT_LIMIT
    if not sound:
        raise CrsError(
            en=f"The bounds {bounds!r} are no longitudes and latitudes; expected west <= east in "
            "-180 to 180 and south <= north in -90 to 90. Check the crs of the inputs.",
            zh=f"范围 {bounds!r} 不是经纬度；应为经度 -180 至 180、纬度 -90 至 90。"
            "请检查输入数据的坐标系。",
        )
    if east - west > WIDEST_DEGREES or north - south > WIDEST_DEGREES:
        raise CrsError(
            en=f"The data span {east - west:.2f} x {north - south:.2f} degrees; one job measures "
            f"at most {WIDEST_DEGREES:.0f}. A row may lie in a wrong place, or the crs of an input "
            "is wrong; otherwise make one job for each city.",
            zh=f"数据跨度为 {east - west:.2f}° x {north - south:.2f}°；一个项目至多 "
            f"{WIDEST_DEGREES:.0f}°。可能有记录位置错误或坐标系写错；否则请按城市分别建项目。",
        )
    return (west + east) / 2, (south + north) / 2


def _require_in_use(crs: pyproj.CRS, spec: str, lon: float, lat: float) -> None:
    area = crs.area_of_use
    if area is None:
        return
    across = area.west - SLACK_DEGREES <= lon <= area.east + SLACK_DEGREES
    if area.west > area.east:  # the area crosses the antimeridian
        across = lon >= area.west - SLACK_DEGREES or lon <= area.east + SLACK_DEGREES
    if across and area.south - SLACK_DEGREES <= lat <= area.north + SLACK_DEGREES:
        return
    better = _automatic(lon, lat)
    raise CrsError(
        en=f"[job] crs = {spec!r} ({crs.name}) is made for {area.west:g} to {area.east:g} E, "
        f"{area.south:g} to {area.north:g} N; the data lie at {lon:.4f} E, {lat:.4f} N. "
        f'Set crs = "auto" or "EPSG:{better.to_epsg()}".',
        zh=f"[job] crs = {spec!r}({crs.name})适用于东经 {area.west:g}° 至 {area.east:g}°、"
        f"北纬 {area.south:g}° 至 {area.north:g}°；数据位于 {lon:.4f}°E、{lat:.4f}°N。"
        f'请改为 crs = "auto" 或 "EPSG:{better.to_epsg()}"。',
    )
