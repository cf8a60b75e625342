"""Geometry put right, with an account of every row: what was mended, refused, or cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.checks import Finding
from layers.errors import GeometryError, InputError

MOST_CHANGE: Final = 0.01
"""Share of its area that a repair may change (ANCHORS 4.1)."""
LARGEST: Final = 1e9
"""No coordinate on earth, in degrees or metres, is larger."""
POLYGON, MULTIPOLYGON = 3, 6
"""Type ids of shapely."""
SHOWN: Final = 10


def repair_polygons(frame: gpd.GeoDataFrame, role: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Make every polygon valid, and say which were not.

    Parameters
    ----------
    frame
        Polygons in any system; the index names the rows.
    role
        Name of the table in messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        Valid polygons and multipolygons under the caller's keys, and one finding for each repair.

    Raises
    ------
    GeometryError
        Naming all rows that are no polygons, are empty, enclose nothing, or whose repair would
        change their area by more than 1 %.

    Notes
    -----
    The change is measured against the *repaired* area: ``|made valid - as drawn| / made valid``,
    where the area as drawn is what the ring formula gives. A spike or a small loop at a corner
    changes nearly nothing and is repaired. A bow-tie has two halves that cancel: drawn it encloses
    about nothing, repaired it is two triangles, a change of up to 100 %, and nobody knows which
    corner was meant; it is refused. Measured against the area as drawn, the share would have no
    meaning.
    """
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    is_polygon = np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON)) & ~shapely.is_empty(
        shapes
    )
    invalid = is_polygon & ~shapely.is_valid(shapes)
    made = shapes.copy()
    made[invalid] = [_polygon_parts(shape) for shape in shapely.make_valid(shapes[invalid])]
    drawn_area, made_area = shapely.area(shapes), shapely.area(made)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.abs(made_area - drawn_area) / made_area
    encloses = is_polygon & (made_area > 0)
    refused = ~encloses | (invalid & ~(change <= MOST_CHANGE))
    if refused.any():
        raise _unusable(frame, role, refused, invalid, change)
    findings = [
        _repaired(role, str(key), shapely.is_valid_reason(shape), float(share))
        for key, shape, share in zip(
            frame.index[invalid], shapes[invalid], change[invalid], strict=True
        )
    ]
    mended = gpd.GeoSeries(made, index=frame.index, crs=frame.crs)
    return frame.set_geometry(mended), findings


def drop_unusable(
    frame: gpd.GeoDataFrame, *, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out rows without a place on earth, and list them by row.

    Parameters
    ----------
    frame
        A layer as read.
    role, path
        What the layer is for and where it came from, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        Rows whose geometry is there, not empty and finite, in two dimensions; and a finding for
        each kind of fault that names the rows.

    Raises
    ------
    InputError
        If no row is left.
    """
    shapes = np.asarray(shapely.force_2d(frame.geometry.to_numpy()), dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wild = ~missing & ~_is_finite(shapes)
    findings = []
    if missing.any():
        reasons = "没有图形或坐标", "have no geometry or coordinates"
        findings.append(_left_out(role, path, "geometry-missing", frame.index[missing], reasons))
    if wild.any():
        reasons = "坐标不是有限数值", "have coordinates that are no finite numbers"
        findings.append(_left_out(role, path, "coordinates-not-finite", frame.index[wild], reasons))
    keep = ~(missing | wild)
    if not keep.any():
        raise InputError(
            en=f"{role}: {path} has {len(frame):,} row(s), none with a usable geometry; "
            "export the layer with its geometry.",
            zh=f"{role}：{path} 共 {len(frame):,} 行，均无可用图形；请连同图形一起重新导出。",
        )
    flat = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return flat.loc[keep], findings


def name_rows(rows: Iterable[object]) -> str:
    """List rows for a message, the first ten and how many more there are."""
    names = [str(row) for row in rows]
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" (+{more})" if more > 0 else "")


def _is_finite(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    sound = np.ones(len(shapes), dtype=bool)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(xy) & (np.abs(xy) < LARGEST)).all(axis=1)
    sound[row[wrong]] = False
    return sound


def _polygon_parts(shape: shapely.Geometry) -> shapely.Polygon | shapely.MultiPolygon:
    """Keep what encloses ground of a repaired shape: loose lines and points go."""
    pieces = shapely.get_parts(shapely.get_parts(shape))
    parts = list(pieces[shapely.get_type_id(pieces) == POLYGON])
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _unusable(
    frame: gpd.GeoDataFrame,
    role: str,
    refused: npt.NDArray[np.bool_],
    invalid: npt.NDArray[np.bool_],
    change: npt.NDArray[np.float64],
) -> GeometryError:
    lines_en, lines_zh = [], []
    for spot in np.flatnonzero(refused)[:SHOWN]:
        key, shape = frame.index[spot], frame.geometry.iloc[spot]
        kind = "None" if shape is None else shape.geom_type
        if invalid[spot] and np.isfinite(change[spot]):
            reason = shapely.is_valid_reason(shape)
            lines_en.append(f"row {key!r}: {reason}, repair changes {change[spot]:.0%} of its area")
            lines_zh.append(f"行 {key!r}：{reason}，修复会改变 {change[spot]:.0%} 的面积")
        elif kind in {"Polygon", "MultiPolygon"}:
            lines_en.append(f"row {key!r}: encloses no area")
            lines_zh.append(f"行 {key!r}：不围合任何面积")
        else:
            lines_en.append(f"row {key!r}: is {kind}, not a polygon")
            lines_zh.append(f"行 {key!r}：为 {kind}，不是面")
    total = int(refused.sum())
    return GeometryError(
        en=f"{role}: {total} row(s) cannot be used as polygons: {'; '.join(lines_en)}. "
        "Redraw them and run again.",
        zh=f"{role}：{total} 行不能作为面使用：{'；'.join(lines_zh)}。请重新绘制后再运行。",
    )


def _repaired(role: str, key: str, reason: str, share: float) -> Finding:
    return Finding(
        severity="check",
        table_name=role,
        row_key=key,
        code="geometry-repaired",
        zh=f"{role} {key}：图形无效（{reason}），已修复，面积变化 {share:.2%}。",
        en=f"{role} {key}: invalid geometry ({reason}) was repaired; area changed by {share:.2%}.",
        remedy="在原图中改正 / Correct the drawing",
    )


def _left_out(
    role: str, path: str, code: str, rows: Iterable[object], reasons: tuple[str, str]
) -> Finding:
    keys = list(rows)
    zh, en = reasons
    return Finding(
        severity="check",
        table_name=role,
        row_key=str(keys[0]) if len(keys) == 1 else "",
        code=code,
        zh=f"{path}：{len(keys):,} 行{zh}，已略去（行号 {name_rows(keys)}）。",
        en=f"{path}: {len(keys):,} row(s) {en} and are left out: {name_rows(keys)}.",
        remedy="在原数据中补正 / Correct these rows in the source",
    )
