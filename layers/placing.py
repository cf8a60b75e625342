"""Where a layer lies: the reference system it has or is given, and provider shifts undone."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from layers.axes import suggest_crs
from layers.checks import Finding
from layers.crs import parse_crs
from layers.errors import CrsError
from layers.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, is_shifted, wgs84_to_gcj02

Coordinates = Literal["wgs84", "gcj02", "bd09"]

DEGREE_SYSTEM: Final = "EPSG:4326"
SAME_DEGREES: Final = 1e-5
"""About a metre: systems that agree so far are the same under two names."""


def name_crs(
    frame: gpd.GeoDataFrame, crs: str | None, coordinates: Coordinates, *, role: str, path: Path
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Settle a layer's reference system: what the job says, else what the file says.

    Parameters
    ----------
    frame
        A layer as read, with or without a system.
    crs
        What the job says, or None.
    coordinates
        A provider's shift stands for degrees where nothing else is said.
    role, path
        What the layer is for and where it came from, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        The layer with its system, and a finding where the job overrules the file.

    Raises
    ------
    CrsError
        If neither says anything, or the job names no known system.
    """
    given = parse_crs(crs) if crs is not None else None
    if given is None and frame.crs is not None:
        return frame, []
    if given is None and coordinates != "wgs84":
        return frame.set_crs(DEGREE_SYSTEM), []
    if given is None:
        en, zh = suggest_crs(frame)
        raise CrsError(
            en=f"{role}: {path} has no coordinate reference system; give crs under "
            f"[inputs.{role}] ({en}).",
            zh=f"{role}：{path} 没有坐标系；请在 [inputs.{role}] 写明 crs({zh})。",
        )
    own = frame.crs
    named = frame.set_crs(given, allow_override=True)
    if own is None or _is_same_place(pyproj.CRS.from_user_input(own), given, frame):
        return named, []
    finding = Finding(
        severity="check",
        table_name=role,
        row_key="",
        code="crs-overruled",
        zh=f"{path} 自带坐标系 {own.name}，按项目设定改用 {given.name}。",
        en=f"{path} says {own.name}; the job says {given.name}, which is used.",
        remedy="如文件正确，删去 crs / Remove crs from the job if the file is right",
    )
    return named, [finding]


def _is_same_place(own: pyproj.CRS, given: pyproj.CRS, frame: gpd.GeoDataFrame) -> bool:
    """Tell whether two systems put the layer in the same place, within about a metre."""
    west, south, east, north = frame.total_bounds
    places = [
        pyproj.Transformer.from_crs(crs, DEGREE_SYSTEM, always_xy=True).transform(
            (west + east) / 2, (south + north) / 2
        )
        for crs in (own, given)
    ]
    return bool(np.allclose(places[0], places[1], rtol=0.0, atol=SAME_DEGREES))


OF_PROVIDERS: Final = frozenset({"facilities", "gates"})
"""Layers that offices take from map providers, whose points are shifted in mainland China."""


def doubt_unstated(frame: gpd.GeoDataFrame, *, role: str, path: Path) -> list[Finding]:
    """Doubt points in degrees of which nobody said whether a provider shifted them.

    Parameters
    ----------
    frame
        A layer, read as WGS 84 if it is in degrees.
    role, path
        What the layer is for and where it came from, for messages.

    Returns
    -------
    list of Finding
        One where any point lies in mainland China, with how far a shift would move them.
    """
    crs = pyproj.CRS.from_user_input(frame.crs)
    if not crs.is_geographic:
        return []
    spots = shapely.centroid(frame.geometry.to_numpy())
    lon, lat = shapely.get_x(spots), shapely.get_y(spots)
    here = is_shifted(lon, lat)
    if not here.any():
        return []
    east, north = wgs84_to_gcj02(lon[here], lat[here])
    _, _, apart = pyproj.Geod(ellps="WGS84").inv(lon[here], lat[here], east, north)
    metres = int(round(float(np.median(apart)), -1))
    return [
        Finding(
            severity="check",
            table_name=role,
            row_key="",
            code="coordinates-unstated",
            zh=f"{path}：未说明坐标类型，按 WGS 84 读取。若导自高德、腾讯或百度地图，"
            f"各点会偏移约 {metres:,} m，达标与缺项随之出错。",
            en=f"{path}: nobody said what coordinates these are; read as WGS 84. If they come from "
            f"AMap, Tencent or Baidu, each point is about {metres:,} m off, and so are verdicts.",
            remedy='在该文件处填 coordinates = "gcj02"（高德、腾讯）、"bd09"（百度）或 "wgs84" / '
            'Say coordinates = "gcj02" (AMap, Tencent), "bd09" (Baidu) or "wgs84" for this file',
        )
    ]


def undo_shift(
    frame: gpd.GeoDataFrame, coordinates: Coordinates, *, role: str, path: Path
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring a layer back from a provider's shift.

    Parameters
    ----------
    frame
        A layer in degrees.
    coordinates
        ``wgs84`` (nothing to undo), ``gcj02`` or ``bd09``.
    role, path
        What the layer is for and where it came from, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        The layer, in EPSG:4326 where a shift was undone, and a note that says so.

    Raises
    ------
    CrsError
        If the layer is not in degrees, but a shift is named.
    """
    if coordinates == "wgs84":
        return frame, []
    crs = pyproj.CRS.from_user_input(frame.crs)
    if not crs.is_geographic:
        raise CrsError(
            en=f"{role}: {path} is in {crs.name}, but coordinates = "
            f"{coordinates!r} are degrees; remove one of the two settings.",
            zh=f"{role}：{path} 为 {crs.name}，而 coordinates = {coordinates!r} "
            "只用于经纬度；请删去其中一项。",
        )
    undo = gcj02_to_wgs84 if coordinates == "gcj02" else bd09_to_wgs84
    shapes = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.column_stack(undo(xy[:, 0], xy[:, 1]))
    )
    moved = gpd.GeoSeries(shapes, index=frame.index, crs=DEGREE_SYSTEM)
    finding = Finding(
        severity="note",
        table_name=role,
        row_key="",
        code="shift-undone",
        zh=f"{path}：{len(frame):,} 行已由 {coordinates.upper()} 还原为 WGS 84。",
        en=f"{path}: {len(frame):,} row(s) were brought from {coordinates.upper()} back to WGS 84.",
    )
    return frame.set_geometry(moved), [finding]
