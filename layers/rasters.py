"""Cells of an elevation raster around a place: what may be opened, where it lies (rasterio)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import ProjError

from layers.crs import Bounds, parse_crs
from layers.errors import CrsError, InputError
from layers.raster_files import driver_of
from layers.slopes import Floats

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

LOWEST_M: Final = -500.0
HIGHEST_M: Final = 9000.0
"""No ground lies outside: the shore of the Dead Sea at -430 m, Everest at 8 849 m."""
VOIDS: Final = (-32768.0, -32767.0, -9999.0, -99999.0)
"""Marks of missing heights that files carry without declaring them."""
HUGE: Final = 1e30
FINEST_M: Final = 5.0
"""Cells finer than this are averaged: kerbs, cars and walls are no slopes of a walk."""
MOST_CELLS: Final = 64_000_000
"""Cells kept in memory, 256 MB; a larger area is averaged into wider cells."""
MOST_READ: Final = 4_000_000_000
"""Cells that are read at all, some minutes of work: 40 km2 in cells of a decimetre."""
_STRIP_CELLS: Final = 4_000_000
_MARGIN_CELLS: Final = 2


Cells = npt.NDArray[np.floating]
Affine = tuple[float, float, float, float, float, float]
Window = tuple[int, int, int, int]
"""First row, end row, first column, end column."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RasterCells:
    """A window of a raster.

    Parameters
    ----------
    cells
        Heights, NaN where unknown; rows from the first line of the raster.
    to_cells
        (a, b, c, d, e, f): column = a x + b y + c, row = d x + e y + f in the raster's system.
    crs
        The raster's reference system, places only.
    crs_overruled
        Name of the file's own system where the caller's took its place; else empty.
    cell_m
        Width of a cell of the file on the ground, metres.
    block
        How many cells were averaged each way.
    undeclared
        Cells that mark missing heights by a value that the file does not declare.
    """

    cells: Cells
    to_cells: Affine
    crs: pyproj.CRS
    crs_overruled: str
    cell_m: float
    block: int
    undeclared: int


def read_cells(
    path: Path, bounds: Bounds, bounds_crs: pyproj.CRS, *, crs: str | None = None
) -> RasterCells:
    """Read the cells of an elevation raster around a place.

    Parameters
    ----------
    path
        GeoTIFF, ASCII grid or Imagine file of one band with heights in metres.
    bounds
        West, south, east, north of the place.
    bounds_crs
        Their reference system, in metres.
    crs
        Reference system of the raster where it names none or a wrong one.

    Returns
    -------
    RasterCells
        The window around the place, read strip by strip; scale and offset are applied. Cells finer
        than 5 m, or more than 64 million of them, are averaged into whole blocks.

    Raises
    ------
    InputError
        If rasterio is not installed, the file may not be opened, is no raster of one band, names
        another unit than metres, lies elsewhere, or holds heights below -500 m or above 9 000 m.
    CrsError
        If neither the file nor `crs` names a reference system for places.
    """
    with _opened(path, driver_of(path)) as dataset:
        _require_heights(path, dataset)
        own, system = _system(path, dataset, crs)
        carry = pyproj.Transformer.from_crs(bounds_crs, system, always_xy=True)
        cell_m = _cell_m(dataset, carry, bounds)
        fine = max(round(FINEST_M / cell_m), 1) if 0 < cell_m < math.inf else 1
        window = _window(path, dataset, carry, bounds, margin=_MARGIN_CELLS * fine)
        _require_bearable(path, window, cell_m)
        block = _block(window, fine)
        window = _whole_blocks(window, block, dataset.shape)
        cells, (low, high), undeclared = _cells(dataset, window, block)
        to_cells = _to_cells(dataset, window, block)
    _require_sane(path, low, high)
    return RasterCells(
        cells=cells,
        to_cells=to_cells,
        crs=system,
        crs_overruled=own,
        cell_m=cell_m,
        block=block,
        undeclared=undeclared,
    )


@contextmanager
def _opened(path: Path, driver: str) -> Iterator[DatasetReader]:
    """Open a raster with one driver; tell a planner what is wrong with it."""
    try:
        import rasterio  # noqa: PLC0415  an extra: jobs without heights do not need it
        from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(
            en=f"[inputs.elevation] {path.name}: heights are read with rasterio, which is not "
            'installed. Install it: python -m pip install "rasterio>=1.4" (extra terrain), or '
            "delete [inputs.elevation]: all is then taken as flat.",
            zh=f"[inputs.elevation] {path.name}：读取高程需要 rasterio，尚未安装。"
            '请运行 python -m pip install "rasterio>=1.4"（附加组件 terrain），'
            "或删去 [inputs.elevation]，此时一律按平地计算。",
        ) from error
    try:
        # side files of statistics may name other files: they are not read
        with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            # rasterio multiplies its transforms in a way that affine 3 will drop one day
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            with rasterio.open(path, driver=driver) as dataset:
                yield dataset
    except RasterioError as error:
        raise InputError(
            en=f"[inputs.elevation] {path.name} cannot be read: {error}. Export it again.",
            zh=f"[inputs.elevation] {path.name} 无法读取：{error}。请重新导出。",
        ) from error


def _require_heights(path: Path, dataset: DatasetReader) -> None:
    kind = str(dataset.dtypes[0])
    if dataset.count != 1 or kind.startswith("complex"):
        raise InputError(
            en=f"[inputs.elevation] {path.name} has {dataset.count} bands ({kind}); expected one "
            "band of heights in metres. An image or a shaded relief has no heights.",
            zh=f"[inputs.elevation] {path.name} 有 {dataset.count} 个波段（{kind}）；"
            "应为一个波段、以米为单位的高程。影像和晕渲图不含高程。",
        )
    unit = (dataset.units[0] or "m").strip().casefold()
    if unit not in {"", "m", "metre", "metres", "meter", "meters", "米", "unknown"}:
        raise InputError(
            en=f"[inputs.elevation] {path.name} is in {unit!r}; expected metres. Convert the "
            "heights (1 foot = 0.3048 m).",
            zh=f"[inputs.elevation] {path.name} 的单位为 {unit!r}；应为米。"
            "请先换算（1 英尺 = 0.3048 m）。",
        )
    a, b, _, d, e, _ = places = tuple(dataset.transform)[:6]
    has_area = math.isfinite(sum(places)) and a * e != b * d
    if places == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0) or not has_area:
        raise InputError(
            en=f"[inputs.elevation] {path.name} does not say where it lies: it has no position of "
            "its cells, or cells without area. Export it with its georeference (GeoTIFF, or with "
            "its .tfw beside it).",
            zh=f"[inputs.elevation] {path.name} 没有定位信息，或像元面积为零。"
            "请连同地理参考一起导出（GeoTIFF，或附 .tfw 文件）。",
        )


def _system(path: Path, dataset: DatasetReader, given: str | None) -> tuple[str, pyproj.CRS]:
    """Give the raster's system for places, and its own name where another one was given.

    The heights of a compound system must be metres.
    """
    if given is None and dataset.crs is None:
        raise CrsError(
            en=f"[inputs.elevation] {path.name} has no coordinate reference system. Name it: "
            f'[inputs.elevation] crs = "EPSG:4326" for degrees, or the code of its projection.',
            zh=f"[inputs.elevation] {path.name} 没有坐标系。请写明："
            '[inputs.elevation] crs = "EPSG:4326"（经纬度），或其投影的 EPSG 代码。',
        )
    found = parse_crs(given) if given is not None else parse_crs(dataset.crs.to_wkt())
    flat = found.sub_crs_list[0] if found.is_compound else found
    upright = found.sub_crs_list[1:] if found.is_compound else []
    units = {axis.unit_name for part in upright for axis in part.axis_info} - {"metre"}
    if units or not (flat.is_geographic or flat.is_projected):
        what = ", ".join(sorted(units)) or flat.name
        raise CrsError(
            en=f"[inputs.elevation] {path.name} is in {found.name} ({what}); expected places in "
            "degrees or in a projection, and heights in metres. Export it so, or name the system "
            'under [inputs.elevation] crs = "EPSG:…".',
            zh=f"[inputs.elevation] {path.name} 的坐标系为 {found.name}（{what}）；"
            "平面应为经纬度或投影坐标，高程应以米为单位。请重新导出，"
            '或在 [inputs.elevation] 写明 crs = "EPSG:…"。',
        )
    if given is None or dataset.crs is None:
        return "", flat
    own = parse_crs(dataset.crs.to_wkt())
    return "" if own.equals(found, ignore_axis_order=True) else own.name, flat


def _window(
    path: Path, dataset: DatasetReader, carry: pyproj.Transformer, bounds: Bounds, *, margin: int
) -> Window:
    """Give the cells around the place."""
    box = _carried_box(carry, bounds)
    there = _to_whole(dataset)
    corners = [_moved(there, x, y) for x in box[::2] for y in box[1::2]]
    if np.isfinite(corners).all():
        columns, rows = zip(*corners, strict=True)
        window = (
            max(math.floor(min(rows)) - margin, 0),
            min(math.ceil(max(rows)) + margin, dataset.height),
            max(math.floor(min(columns)) - margin, 0),
            min(math.ceil(max(columns)) + margin, dataset.width),
        )
        if window[0] < window[1] and window[2] < window[3]:
            return window
    covered = ", ".join(f"{value:.6g}" for value in dataset.bounds)
    wanted = ", ".join(f"{value:.6g}" for value in box)
    name = "" if carry.target_crs is None else carry.target_crs.name.partition(" (with axis")[0]
    raise InputError(
        en=f"[inputs.elevation] {path.name} covers {covered} ({name}); the streets lie at "
        f"{wanted} in that system. Give the raster of this city, or correct its crs.",
        zh=f"[inputs.elevation] {path.name} 的范围为 {covered}（{name}），"
        f"而道路在该坐标系中位于 {wanted}。请给出本地的高程，或更正其 crs。",
    )


def _require_bearable(path: Path, window: Window, cell_m: float) -> None:
    first_row, end_row, first_column, end_column = window
    count = (end_row - first_row) * (end_column - first_column)
    if count > MOST_READ:
        raise InputError(
            en=f"[inputs.elevation] {path.name} has {count / 1e9:.3g} billion cells of "
            f"{cell_m:.2g} m around the streets; expected at most {MOST_READ / 1e9:g} billion. "
            "Average it to cells of 1 m or more (gdalwarp -tr 1 1 -r average).",
            zh=f"[inputs.elevation] {path.name} 在道路范围内有 {count / 1e8:.4g} 亿个像元"
            f"（边长 {cell_m:.2g} m）；最多 {MOST_READ / 1e8:g} 亿个。"
            "请先平均为 1 m 以上的像元（gdalwarp -tr 1 1 -r average）。",
        )


def _carried_box(carry: pyproj.Transformer, bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    try:
        return carry.transform_bounds(west, south, east, north, errcheck=True)
    except ProjError:
        return math.nan, math.nan, math.nan, math.nan


def _whole_blocks(window: Window, block: int, shape: tuple[int, int]) -> Window:
    """Widen a window to whole blocks, as far as the raster goes; the rest of a block is left."""
    first_row, end_row, first_column, end_column = window
    rows = min(math.ceil((end_row - first_row) / block), (shape[0] - first_row) // block)
    columns = min(
        math.ceil((end_column - first_column) / block), (shape[1] - first_column) // block
    )
    return first_row, first_row + rows * block, first_column, first_column + columns * block


def _cell_m(dataset: DatasetReader, carry: pyproj.Transformer, bounds: Bounds) -> float:
    """Measure the lesser side of a cell in the middle of the place, metres on the ground."""
    west, south, east, north = bounds
    x, y = carry.transform((west + east) / 2, (south + north) / 2)
    a, b, _, d, e, _ = tuple(dataset.transform)[:6]
    corners = [(x + a * i + b * j, y + d * i + e * j) for i, j in ((0, 0), (1, 0), (0, 1))]
    x, y = carry.transform(
        [corner[0] for corner in corners], [corner[1] for corner in corners], direction="INVERSE"
    )
    return float(min(math.hypot(x[k] - x[0], y[k] - y[0]) for k in (1, 2)))


def _block(window: Window, fine: int) -> int:
    """Give how many cells are averaged each way: `fine`, or more where there are too many."""
    first_row, end_row, first_column, end_column = window
    rows, columns = end_row - first_row, end_column - first_column
    many = math.ceil(math.sqrt(rows * columns / MOST_CELLS))
    return max(1, min(max(fine, many), rows, columns))


def _to_whole(dataset: DatasetReader) -> Affine:
    """Turn the file's cells-to-places around: places to columns and rows of the whole raster."""
    a, b, c, d, e, f = tuple(dataset.transform)[:6]
    size = a * e - b * d
    a, b, d, e = e / size, -b / size, -d / size, a / size
    return a, b, -c * a - f * b, d, e, -c * d - f * e


def _moved(by: Affine, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = by
    return a * x + b * y + c, d * x + e * y + f


def _to_cells(dataset: DatasetReader, window: Window, block: int) -> Affine:
    a, b, c, d, e, f = _to_whole(dataset)
    first_row, _, first_column, _ = window
    c, f = c - first_column, f - first_row
    return a / block, b / block, c / block, d / block, e / block, f / block


def _cells(
    dataset: DatasetReader, window: Window, block: int
) -> tuple[Cells, tuple[float, float], int]:
    """Read the window strip by strip; also give its range and count voids that are not declared."""
    first_row, end_row, first_column, end_column = window
    rows, columns = (end_row - first_row) // block, (end_column - first_column) // block
    stored = np.dtype(dataset.dtypes[0])
    scale, offset = dataset.scales[0], dataset.offsets[0]
    is_small = stored.itemsize <= 2 or stored == np.float32  # noqa: PLR2004  bytes
    is_exact = is_small and (scale, offset) == (1.0, 0.0)
    kept = np.empty((rows, columns), dtype=np.float32 if is_exact else np.float64)
    low, high, undeclared = math.inf, -math.inf, 0
    step = max(_STRIP_CELLS // (columns * block * block), 1)
    for top in range(0, rows, step):
        bottom = min(top + step, rows)
        lines = (first_row + top * block, first_row + bottom * block)
        raw = dataset.read(1, window=(lines, (first_column, first_column + columns * block)))
        heights = raw.astype(np.float64)
        declared = np.isnan(heights)
        if dataset.nodata is not None:
            declared |= raw == dataset.nodata
        void = np.isin(heights, VOIDS) | (np.abs(heights) > HUGE)
        undeclared += int((void & ~declared).sum())
        heights = np.where(void | declared, np.nan, heights * scale + offset)
        low = min(low, float(np.fmin.reduce(heights, axis=None, initial=math.inf)))
        high = max(high, float(np.fmax.reduce(heights, axis=None, initial=-math.inf)))
        kept[top:bottom] = _averaged(heights, block)
    return kept, (low, high), undeclared


def _averaged(heights: Floats, block: int) -> Floats:
    """Give the mean of the known heights of each block; none known: NaN."""
    if block == 1:
        return heights
    rows, columns = heights.shape[0] // block, heights.shape[1] // block
    parts = heights.reshape(rows, block, columns, block)
    known = ~np.isnan(parts)
    count = known.sum(axis=(1, 3))
    # from the least height, so that equal heights have exactly that mean
    base = np.where(known, parts, np.inf).min(axis=(1, 3), keepdims=True)
    base[~np.isfinite(base)] = 0.0
    above = np.where(known, parts - base, 0.0).sum(axis=(1, 3))
    mean: Floats = base[:, 0, :, 0] + above / np.maximum(count, 1)
    mean[count == 0] = np.nan
    return mean


def _require_sane(path: Path, low: float, high: float) -> None:
    if low < LOWEST_M or high > HIGHEST_M:
        raise InputError(
            en=f"[inputs.elevation] {path.name} has heights from {low:g} to {high:g}; expected "
            f"{LOWEST_M:g} to {HIGHEST_M:g} m. It may be in feet or centimetres, or a value stands "
            "for missing heights: convert it, or declare that value as nodata.",
            zh=f"[inputs.elevation] {path.name} 的高程为 {low:g} 至 {high:g}；应为 "
            f"{LOWEST_M:g} 至 {HIGHEST_M:g} m。单位可能是英尺或厘米，或有数值代表缺测："
            "请换算单位，或将该数值声明为 nodata。",
        )
