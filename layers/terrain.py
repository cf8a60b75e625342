"""Heights of the ground from an elevation raster, read only around the streets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pyproj

from layers.checks import Finding, InputRecord, digest
from layers.contracts import check
from layers.counts import counted
from layers.errors import InputError
from layers.rasters import Affine, Cells, RasterCells, read_cells
from layers.slopes import Flags, Floats, sample_heights
from layers.tables import STREETS

_LEAST_SPACING_M: Final = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Terrain:
    """Heights around the streets of one job; a `layers.slopes.Heights`.

    Parameters
    ----------
    cells
        Heights in metres, NaN where unknown; rows from the first line of the raster.
    to_cells
        Affine (a, b, c, d, e, f) from the raster's coordinates to column and row.
    crs
        Reference system of the points that are asked for.
    raster_crs
        Reference system of the raster; points are carried into it, heights are never resampled.
    spacing_m
        Width of a cell on the ground, metres.
    """

    cells: Cells
    to_cells: Affine
    crs: pyproj.CRS
    raster_crs: pyproj.CRS
    spacing_m: float

    def at(self, xy: Floats) -> Floats:
        """Give the height at each point, bilinear between the centres of cells.

        Parameters
        ----------
        xy
            Points in `crs`, shape (n, 2).

        Returns
        -------
        ndarray
            Metres, shape (n,). NaN outside the raster and where one of the cells around is
            unknown. Between the centres of the outermost cells and the raster's edge the height
            is that of the edge.
        """
        column, row = self._position(xy)
        rows, columns = self.cells.shape
        height = np.full(len(xy), np.nan)
        inside = _is_inside(column, row, self.cells.shape)
        x = np.clip(column[inside] - 0.5, 0.0, columns - 1.0)
        y = np.clip(row[inside] - 0.5, 0.0, rows - 1.0)
        left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        x, y = x - left, y - top
        # a + t (b - a): between equal heights the result is that height to the last bit
        upper = _between(self.cells[top, left], self.cells[top, right], x)
        lower = _between(self.cells[bottom, left], self.cells[bottom, right], x)
        height[inside] = _between(upper, lower, y)
        return height

    def covers(self, xy: Floats) -> Flags:
        """Tell which points lie on the raster, whether or not a height is known there."""
        return _is_inside(*self._position(xy), self.cells.shape)

    def _position(self, xy: Floats) -> tuple[Floats, Floats]:
        carry = pyproj.Transformer.from_crs(self.crs, self.raster_crs, always_xy=True)
        x, y = carry.transform(xy[:, 0], xy[:, 1])
        a, b, c, d, e, f = self.to_cells
        return a * x + b * y + c, d * x + e * y + f


def _between(low: Cells, high: Cells, share: Floats) -> Floats:
    """Give low + share (high - low); where the share is 0 the upper end need not be known."""
    start = low.astype(np.float64)
    rise = np.where(share == 0.0, 0.0, high.astype(np.float64) - start)
    return start + share * rise


def _is_inside(column: Floats, row: Floats, shape: tuple[int, ...]) -> Flags:
    with np.errstate(invalid="ignore"):
        inside: Flags = (column >= 0) & (row >= 0) & (column <= shape[1]) & (row <= shape[0])
    return inside


@dataclass(frozen=True, kw_only=True)
class TerrainInput:
    """An elevation raster as read: heights, doubts about them, and the file's account in cells."""

    terrain: Terrain
    findings: tuple[Finding, ...]
    record: InputRecord


def read_terrain(path: Path, streets: gpd.GeoDataFrame, *, crs: str | None = None) -> TerrainInput:
    """Read the heights around the streets from an elevation raster.

    Parameters
    ----------
    path
        GeoTIFF, ASCII grid or Imagine file of one band with heights in metres.
    streets
        Contract `STREETS`; heights are read around those that can be walked.
    crs
        Reference system of the raster where it names none or a wrong one.

    Returns
    -------
    TerrainInput
        Heights in the raster's own cells. Cells finer than 5 m, or more than 64 million of them,
        are averaged into whole blocks.

    Raises
    ------
    InputError
        If rasterio is not installed, the file may not be opened, is no raster of one band, names
        another unit than metres, holds impossible heights, or has none under any street.
    CrsError
        If neither the file nor `crs` names a reference system.

    Notes
    -----
    Only the window of the streets is read, strip by strip. Scale and offset of the band are
    applied. Streets without heights are findings: the part that is unknown is interpolated from
    the rest of the edge, an edge without any height counts as flat.
    """
    check(STREETS, streets)
    walkable = streets[streets["walkable"]]
    if walkable.empty:
        raise _nothing_known(path)
    system = pyproj.CRS.from_user_input(streets.crs)
    west, south, east, north = walkable.total_bounds
    raster = read_cells(path, (west, south, east, north), system, crs=crs)
    terrain = Terrain(
        cells=raster.cells,
        to_cells=raster.to_cells,
        crs=system,
        raster_crs=raster.crs,
        spacing_m=max(raster.cell_m * raster.block, _LEAST_SPACING_M),
    )
    unknown = int(np.isnan(raster.cells).sum())
    record = InputRecord(
        role="elevation",
        path=str(path),
        sha256=digest(path),
        read=raster.cells.size,
        kept=raster.cells.size - unknown,
        refused=unknown,
    )
    findings = (*_doubts(path, walkable, terrain), *_notes(path, raster))
    return TerrainInput(terrain=terrain, findings=findings, record=record)


def _nothing_known(path: Path) -> InputError:
    return InputError(
        en=f"[inputs.elevation] {path.name} has no height under any walkable street. Give a raster "
        "that covers the streets, or delete [inputs.elevation].",
        zh=f"[inputs.elevation] {path.name} 在可步行道路处没有任何高程。"
        "请给出覆盖道路的高程，或删去 [inputs.elevation]。",
    )


def _doubts(path: Path, walkable: gpd.GeoDataFrame, terrain: Terrain) -> list[Finding]:
    """Count streets whose heights are unknown, outside the raster or within it."""
    samples = sample_heights(walkable.geometry.to_numpy(), terrain)
    unknown = np.isnan(samples.height)
    if unknown.all():
        raise _nothing_known(path)
    outside = ~terrain.covers(samples.xy)
    said = []
    for code, where, zh, en in (
        ("elevation-outside", outside, "超出高程栅格的范围", "leave the elevation raster"),
        ("elevation-void", unknown & ~outside, "有高程缺测", "lie where the raster has no height"),
    ):
        streets = np.unique(samples.owner[where])
        if len(streets) == 0:
            continue
        count = np.bincount(samples.owner[unknown], minlength=len(walkable))
        whole = int((count > samples.parts)[streets].sum())
        said.append(
            _finding(
                code,
                f"{len(walkable):,} 条可步行道路中有 {len(streets):,} 条{zh}，其中 {whole:,} "
                "条全无高程："
                "缺测的一段按两侧插值，全无高程的路段按平地计算。",
                f"{len(streets):,} of {len(walkable):,} walkable streets {en}, {whole:,} of them "
                "without any height: a missing part is interpolated, a stretch without any height "
                "counts as flat.",
                "补充高程数据 / Give heights for the whole area",
            )
        )
    return said


def _notes(path: Path, raster: RasterCells) -> list[Finding]:
    said = []
    if raster.crs_overruled:
        said.append(
            _finding(
                "crs-overruled",
                f"{path.name} 自带坐标系 {raster.crs_overruled}，"
                f"按项目设定改用 {raster.crs.name}。",
                f"{path.name} says {raster.crs_overruled}; the job says {raster.crs.name}, which "
                "is used.",
                "如文件正确，删去 crs / Remove crs from the job if the file is right",
            )
        )
    if raster.undeclared:
        said.append(
            _finding(
                "elevation-undeclared-nodata",
                f"{path.name} 有 {raster.undeclared:,} 个像元为 -9999、-32768 一类数值，未声明为 "
                "nodata，按缺测处理。",
                f"{path.name} has {counted(raster.undeclared, 'cell')} such as -9999 or -32768 not "
                "declared as nodata, counted as missing.",
                "在文件中声明 nodata / Declare the value as nodata",
            )
        )
    if raster.block > 1:
        wide = raster.cell_m * raster.block
        said.append(
            _finding(
                "elevation-averaged",
                f"{path.name} 的像元为 {raster.cell_m:.3g} m，按 {raster.block} x {raster.block} "
                f"个像元取平均（{wide:.3g} m）。",
                f"{path.name} has cells of {raster.cell_m:.3g} m; blocks of {raster.block} x "
                f"{raster.block} are averaged ({wide:.3g} m).",
            )
        )
    return said


def _finding(code: str, zh: str, en: str, remedy: str = "") -> Finding:
    return Finding(
        severity="check" if remedy else "note",
        table_name="elevation",
        row_key="",
        code=code,
        zh=zh,
        en=en,
        remedy=remedy,
    )
