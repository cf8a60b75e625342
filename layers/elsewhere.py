"""Layers that lie somewhere else: too far to serve anybody, or shifted by a map provider."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.checks import Finding
from layers.crs import to_metric
from layers.errors import InputError
from layers.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from layers.repair import name_rows

FAR_M: Final = 20_000.0
"""A facility farther away than this from every community serves none of them on foot."""

APART_M: Final = 5_000.0
"""Communities and streets that lie farther apart belong to different places."""

FEWEST: Final = 30
"""Points that a median of distances to streets needs before it tells of a shift."""

_HALF_TURN: Final = 180.0
_SLIPS_SHARE: Final = 0.1
_CLEARER: Final = 2.5
_BESIDE_A_STREET_M: Final = 15.0
"""Shops stand beside streets: shifted points have a median of 30 m and more in a dense network."""


def require_one_place(
    communities: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, extent: shapely.Polygon | None
) -> None:
    """Refuse communities that lie nowhere near the streets, or outside the extent.

    Parameters
    ----------
    communities, streets
        In one metric system.
    extent
        The area that the job says the data covers, if it says so.

    Raises
    ------
    InputError
        With how far they lie apart.
    """
    here = shapely.box(*communities.total_bounds)
    if extent is not None and not shapely.intersects(extent, here):
        away = shapely.distance(extent, here) / 1000
        raise InputError(
            en=f"extent: holds no community; the nearest lies {away:.1f} km outside. Correct "
            "[inputs.extent], or its crs.",
            zh=f"extent：范围内没有任何小区，最近的在 {away:.1f} km 之外。"
            "请更正 [inputs.extent] 或其 crs。",
        )
    there = shapely.box(*streets.total_bounds) if len(streets) else here
    away = shapely.distance(here, there)
    if away > APART_M:
        raise InputError(
            en=f"communities and streets lie {away / 1000:.1f} km apart: they are not of one "
            "place, or one of them has a wrong crs. Correct crs or coordinates under "
            "[inputs.communities] or [inputs.streets].",
            zh=f"小区与道路相距 {away / 1000:.1f} km：不在同一地方，或其中之一坐标系有误。"
            "请更正 [inputs.communities] 或 [inputs.streets] 的 crs 或 coordinates。",
        )


def leave_out_elsewhere(
    points: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out points that are too far from every community to serve any.

    Parameters
    ----------
    points, communities
        In one metric system.
    role, path
        What the points are, and their file.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        The points within 20 km of the box around all communities, and what was left out.

    Raises
    ------
    InputError
        If no point is near: the whole file has wrong coordinates.
    """
    near_box = shapely.box(*communities.total_bounds)
    away = shapely.distance(points.geometry.to_numpy(), near_box)
    far = away > FAR_M
    if not far.any():
        return points, []
    if far.all():
        raise InputError(
            en=f"{role}: {path}: every one of {len(points):,} points lies far from the "
            "communities, "
            f"the nearest {away.min() / 1000:,.0f} km away. Correct its coordinates or crs.",
            zh=f"{role}：{path} 的 {len(points):,} 个点全部远离小区，"
            f"最近的在 {away.min() / 1000:,.0f} km 之外。请更正其坐标或 crs。",
        )
    rows = points.index[far]
    shown = name_rows(rows)
    finding = Finding(
        severity="check",
        table_name=role,
        row_key=str(rows[0]) if len(rows) == 1 else "",
        code="point-elsewhere",
        zh=f"{path}：{len(rows):,} 行距所有小区 20 km 以上，未采用：{shown}。",
        en=f"{path}: {len(rows):,} row(s) lie more than 20 km from every community and are left "
        f"out: {shown}.",
        remedy="核对这些行的坐标（0、0 表示没有坐标） / Check their coordinates; 0, 0 means none",
    )
    return points[~far], [finding]


def doubt_shift(
    points: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, *, coordinates: str, path: str
) -> list[Finding]:
    """Doubt the coordinates of points that fit the streets much better under another shift.

    Parameters
    ----------
    points, streets
        In one metric system; the points as the job says they are to be read.
    coordinates
        What the job says of the file: ``wgs84``, ``gcj02`` or ``bd09``.
    path
        The file.

    Returns
    -------
    list of Finding
        At most one, with both median distances to the nearest street.

    Notes
    -----
    Points of interest stand beside streets. A shift of a few hundred metres moves them into the
    blocks, so the median distance to the nearest street is smallest without one. Fewer than 30
    points tell nothing, nor does a difference below 2.5 times.
    """
    if len(points) < FEWEST or streets.empty:
        return []
    crs = pyproj.CRS(points.crs)
    spots = gpd.GeoSeries(shapely.centroid(points.geometry.to_numpy()), crs=crs).to_crs(4326)
    lon, lat = spots.x.to_numpy(), spots.y.to_numpy()
    raw = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
    if coordinates in raw:
        lon, lat = raw[coordinates](lon, lat)
    undo = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
    tree = shapely.STRtree(streets.geometry.to_numpy())
    fits: dict[str, float] = {}
    for name in ("wgs84", "gcj02", "bd09"):
        x, y = undo[name](lon, lat) if name in undo else (lon, lat)
        placed = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=4326)
        metric = to_metric(gpd.GeoDataFrame(geometry=placed), crs).geometry.to_numpy()
        _, away = tree.query_nearest(metric, return_distance=True, all_matches=False)
        fits[name] = float(np.median(away))
    said = fits.pop(coordinates)
    best = min(fits, key=lambda name: (fits[name], name))
    if said < _BESIDE_A_STREET_M or said < _CLEARER * fits[best]:
        return []
    return [
        Finding(
            severity="decide",
            table_name="facilities",
            row_key="",
            code="coordinates-doubtful",
            zh=f"{path} 按 {coordinates} 读取，各点离最近道路的中位距离为 {said:,.0f} m；"
            f"若按 {best} 读取则为 {fits[best]:,.0f} m，坐标类型可能填错。",
            en=f"{path} is read as {coordinates}: its points lie {said:,.0f} m from the nearest "
            f"street (median), but as {best} they would lie {fits[best]:,.0f} m from it.",
            remedy=f'核对 coordinates，可能应为 "{best}" / Check coordinates, perhaps "{best}"',
        )
    ]


def leave_out_impossible(
    frame: gpd.GeoDataFrame, *, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out single rows whose degrees are none, before the whole layer is judged.

    Parameters
    ----------
    frame
        A layer as its file declares it.
    role, path
        What the file is for, and its name.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        In a layer of degrees, without the rows beyond 180 degrees, where these are at most a tenth
        of all: more than that is another system, and not a slip of the hand.
    """
    if frame.crs is None or not pyproj.CRS(frame.crs).is_geographic or frame.empty:
        return frame, []
    bounds = frame.geometry.bounds
    wide = bounds[["minx", "maxx"]].abs().max(axis=1)
    high = bounds[["miny", "maxy"]].abs().max(axis=1)
    odd = pd.Series((wide > _HALF_TURN) | (high > _HALF_TURN), index=frame.index)  # may be swapped
    if not odd.any() or odd.mean() > _SLIPS_SHARE:
        return frame, []
    rows = frame.index[odd]
    shown = name_rows(rows)
    finding = Finding(
        severity="check",
        table_name=role,
        row_key=str(rows[0]) if len(rows) == 1 else "",
        code="coordinates-impossible",
        zh=f"{path}：{len(rows):,} 行的经纬度超出可能范围，未采用：{shown}。",
        en=f"{path}: {len(rows):,} row(s) have degrees that are none on earth and are left out: "
        f"{shown}.",
        remedy="更正这些行的坐标 / Correct the coordinates of these rows",
    )
    return frame[~odd.to_numpy()], [finding]
