"""Whether coordinates can be what their reference system says: axes, zone prefixes, units."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from layers.checks import Finding
from layers.errors import CrsError

Box = tuple[float, float, float, float]

CHINA: Final = (73.0, 18.0, 135.0, 54.0)
DEGREES: Final = (180.0, 90.0)
MILLION: Final = 1e6
FALSE_EASTING: Final = 500_000.0
NARROW_ZONES: Final = range(25, 46)
"""3-degree zones of China: central meridian is three times the number."""
FIRST_NARROW: Final = 4488
"""EPSG code of CGCS2000 in 3-degree zone z, with prefix, is 4488 + z."""
WIDE_ZONES: Final = range(13, 24)
"""6-degree zones of China: central meridian is six times the number, less three."""
AREA_SLACK: Final = 3.0
"""Degrees around a system's area of use in which data may lie."""
OLD_DATUMS: Final = ("beijing 1954", "xian 1980", "new beijing")


def settle_axes(
    frame: gpd.GeoDataFrame, *, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Make sure that coordinates fit their reference system, mending what is certain.

    Parameters
    ----------
    frame
        Layer with a reference system and finite coordinates.
    role, path
        What the layer is for and where it came from, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        The layer, its axes swapped or its zone prefix settled where only one reading is possible,
        and what was done. Without need the layer is returned as it came.

    Raises
    ------
    CrsError
        If degrees are declared as metres or metres as degrees, if the zone prefix of the eastings
        speaks of another zone, or if the axes may be swapped but another reading is possible.

    References
    ----------
    DATA_REALITY 4.2, rules 1, 2 and 5: axis order, zone prefixes, old datums.
    """
    crs = pyproj.CRS.from_user_input(frame.crs)
    box = _box_of(frame)
    if crs.is_geographic:
        swapped, findings = _settle_degrees(frame, box, role, path)
        return swapped, findings + _old_datum(crs, role)
    if crs.is_projected:
        settled, findings = _settle_metres(frame, crs, box, role, path)
        return settled, findings + _old_datum(crs, role)
    raise CrsError(
        en=f"{role} ({path}) has the local system {crs.name!r}, which cannot be tied to the map; "
        f"{_next_en(role)}.",
        zh=f"{role}（{path}）使用本地坐标系 {crs.name!r}，无法与地图对应；{_next_zh(role)}。",
    )


def suggest_crs(frame: gpd.GeoDataFrame) -> tuple[str, str]:
    """Say in English and Chinese which system coordinates without one may have."""
    box = _box_of(frame)
    if _within(box, CHINA):
        return (
            'they look like degrees: "EPSG:4490" (CGCS2000)',
            '数值像经纬度："EPSG:4490"(CGCS2000)',
        )
    zone = _zone_of(box)
    if zone is not None:
        code = f'"EPSG:{FIRST_NARROW + zone}"'
        return (
            f"eastings that begin with {zone} belong to zone {zone}: {code}",
            f"以 {zone} 开头的横坐标属于 {zone} 带：{code}",
        )
    return (
        f'coordinates are {_shown(box)}; for CGCS2000 near 114 E it is "EPSG:4547"',
        f'坐标为 {_shown(box)};CGCS2000 中央经线 114° 为 "EPSG:4547"',
    )


def swap_axes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Exchange x and y of every point of a layer."""
    swapped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(swapped, index=frame.index, crs=frame.crs))


def _box_of(frame: gpd.GeoDataFrame) -> Box:
    west, south, east, north = (float(value) for value in frame.total_bounds)
    return west, south, east, north


def _settle_degrees(
    frame: gpd.GeoDataFrame, box: Box, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    west, south, east, north = box
    if max(abs(west), abs(east)) <= DEGREES[0] and max(abs(south), abs(north)) <= DEGREES[1]:
        if _within((south, west, north, east), CHINA) and not _within(box, CHINA):
            raise _unsure(box, role, path)  # latitudes of 73 to 90: the Arctic, or the far west
        return frame, []
    if _within((south, west, north, east), CHINA):
        return swap_axes(frame), [_swapped(role, path, box)]
    if max(abs(value) for value in box) <= DEGREES[0]:
        raise _unsure(box, role, path)  # swapped elsewhere, or in some rows only
    raise CrsError(
        en=f"{role} ({path}) is declared in degrees, but its coordinates are {_shown(box)}: "
        f"these are metres{_zone_hint_en(box)}; {_next_en(role)}.",
        zh=f"{role}（{path}）声明为经纬度，但坐标为 {_shown(box)}，应为米{_zone_hint_zh(box)}；"
        f"{_next_zh(role)}。",
    )


def _settle_metres(
    frame: gpd.GeoDataFrame, crs: pyproj.CRS, box: Box, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    west, south, east, north = box
    if max(abs(west), abs(east)) <= DEGREES[0] and max(abs(south), abs(north)) <= DEGREES[0]:
        raise CrsError(
            en=f"{role} ({path}) is declared in metres ({crs.name}), but its coordinates are "
            f'{_shown(box)}: these are degrees; give crs = "EPSG:4490" (CGCS2000) or "EPSG:4326" '
            f"under [inputs.{role}].",
            zh=f"{role}（{path}）声明为米（{crs.name}），但坐标为 {_shown(box)}，应为经纬度；"
            f'请在 [inputs.{role}] 写明 crs = "EPSG:4490"(CGCS2000)或 "EPSG:4326"。',
        )
    if _is_in_use(crs, box):
        return frame, []
    turned = (south, west, north, east)
    if _is_in_use(crs, turned):
        return swap_axes(frame), [_swapped(role, path, box)]
    for candidate, is_turned in ((box, False), (turned, True)):
        shift = _prefix_shift(crs, candidate)
        if shift:
            placed = swap_axes(frame) if is_turned else frame
            moved = placed.set_geometry(placed.geometry.translate(xoff=shift))
            return moved, [_prefixed(role, path, box, crs)]
    raise CrsError(
        en=f"{role} ({path}): coordinates {_shown(box)} lie outside the area of use of "
        f"{crs.name}{_zone_hint_en(box)}; {_next_en(role)}.",
        zh=f"{role}（{path}）：坐标 {_shown(box)} 不在 {crs.name} 的适用范围内"
        f"{_zone_hint_zh(box)}；{_next_zh(role)}。",
    )


def _within(box: Box, frame: Box) -> bool:
    west, south, east, north = box
    return frame[0] <= west and east <= frame[2] and frame[1] <= south and north <= frame[3]


def _is_in_use(crs: pyproj.CRS, box: Box) -> bool:
    """Tell whether the corners of a box lie where the system may be used."""
    area = crs.area_of_use
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    xs, ys = np.array(box)[[0, 0, 2, 2]], np.array(box)[[1, 3, 1, 3]]
    lon, lat = to_degrees.transform(xs, ys)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return False
    back_x, back_y = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(
        lon, lat
    )
    if not (np.allclose(back_x, xs, atol=1.0) and np.allclose(back_y, ys, atol=1.0)):
        return False  # beyond where the projection can be undone
    if area is None:
        return True
    west = area.west - AREA_SLACK
    east = area.east + AREA_SLACK + (360.0 if area.west > area.east else 0.0)
    lon = np.where(lon < west, lon + 360.0, lon)
    south, north = area.south - AREA_SLACK, area.north + AREA_SLACK
    return bool((lon <= east).all() and (lat >= south).all() and (lat <= north).all())


def _prefix_shift(crs: pyproj.CRS, box: Box) -> float:
    """Give what must be added to eastings that carry, or lack, the zone of their own system."""
    operation = crs.coordinate_operation
    if operation is None or "transverse mercator" not in str(operation.method_name).casefold():
        return 0.0
    values = {one.name: float(one.value) for one in operation.params}
    meridian = values.get("Longitude of natural origin", 0.0)
    false_easting = values.get("False easting", 0.0)
    zone = int(box[0] // MILLION)
    if zone != int(box[2] // MILLION) or false_easting % MILLION != FALSE_EASTING:
        return 0.0
    shift = (false_easting // MILLION - zone) * MILLION
    named = zone or int(false_easting // MILLION)
    moved = (box[0] + shift, box[1], box[2] + shift, box[3])
    return shift if _meridian_of(named) == meridian and _is_in_use(crs, moved) else 0.0


def _meridian_of(zone: int) -> float | None:
    if zone in NARROW_ZONES:
        return 3.0 * zone
    return 6.0 * zone - 3.0 if zone in WIDE_ZONES else None


def _zone_of(box: Box) -> int | None:
    """Read the 3-degree zone from eastings of eight digits, whichever axis holds them."""
    for low, high in ((box[0], box[2]), (box[1], box[3])):
        zone = int(low // MILLION)
        if zone == int(high // MILLION) and zone in NARROW_ZONES:
            return zone
    return None


def _zone_hint_en(box: Box) -> str:
    zone = _zone_of(box)
    if zone is None:
        return ""
    return (
        f", and eastings that begin with {zone} belong to zone {zone}, EPSG:{FIRST_NARROW + zone}"
    )


def _zone_hint_zh(box: Box) -> str:
    zone = _zone_of(box)
    return (
        ""
        if zone is None
        else f"，以 {zone} 开头的横坐标属于 {zone} 带，即 EPSG:{FIRST_NARROW + zone}"
    )


def _shown(box: Box) -> str:
    return f"x {box[0]:.10g}..{box[2]:.10g}, y {box[1]:.10g}..{box[3]:.10g}"


def _next_en(role: str) -> str:
    return f'give crs = "EPSG:…" under [inputs.{role}]'


def _next_zh(role: str) -> str:
    return f'请在 [inputs.{role}] 写明 crs = "EPSG:…"'


def _unsure(box: Box, role: str, path: str) -> CrsError:
    return CrsError(
        en=f"{role} ({path}): coordinates {_shown(box)} may be latitude before longitude, in "
        "all rows or in some, but this is not certain; export the layer with longitude as x and "
        "latitude as y.",
        zh=f"{role}（{path}）：坐标 {_shown(box)} 可能（全部或部分）纬度在前、经度在后，"
        "但无法确定；请重新导出，使 x 为经度、y 为纬度。",
    )


def _swapped(role: str, path: str, box: Box) -> Finding:
    return Finding(
        severity="check",
        table_name=role,
        row_key="",
        code="axes-swapped",
        zh=f"{path}：坐标为 {_shown(box)}，两轴颠倒，已对调。",
        en=f"{path}: coordinates are {_shown(box)}: the axes were swapped and are put right.",
        remedy="导出时以 x 为东、y 为北 / Export with x east and y north",
    )


def _prefixed(role: str, path: str, box: Box, crs: pyproj.CRS) -> Finding:
    return Finding(
        severity="check",
        table_name=role,
        row_key="",
        code="zone-prefix",
        zh=f"{path}：坐标为 {_shown(box)}，带号与 {crs.name} 的写法不同但属同一带，已统一。",
        en=f"{path}: coordinates are {_shown(box)}: the zone number is written otherwise than "
        f"{crs.name} says, but it is the same zone; settled.",
        remedy="在 crs 中写明带号写法相符的 EPSG / Name the EPSG code that has this prefix",
    )


def _old_datum(crs: pyproj.CRS, role: str) -> list[Finding]:
    name = crs.name.casefold()
    if not any(datum in name for datum in OLD_DATUMS):
        return []
    return [
        Finding(
            severity="check",
            table_name=role,
            row_key="",
            code="old-datum",
            zh=f"{role} 为 {crs.name}：无转换参数时与 CGCS2000 相差数十米至约一百米，"
            "成果不能作为测绘成果。",
            en=f"{role} is in {crs.name}: without parameters it differs from CGCS2000 by tens of "
            "metres up to about 100 m; results are not survey-grade.",
            remedy="请测绘部门转换为 CGCS2000 / Have the survey office convert it to CGCS2000",
        )
    ]
