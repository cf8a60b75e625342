"""Points from tables: CSV files and Excel sheets with coordinates in their columns."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import xlrd

from layers.encodings import Encoding, decode_text
from layers.errors import CrsError, InputError
from layers.headers import GEOMETRY, fold

LON: Final = (
    *("lon", "lng", "long", "longitude", "经度", "东经", "经度坐标", "jingdu", "jd", "jd_x"),
    *("gcj_lon", "gcj_lng", "bd_lon", "bd_lng", "wgs_lon", "wgs_lng", "wgs84_lng", "gcj02_lng"),
)
LAT: Final = (
    *("lat", "latitude", "纬度", "北纬", "纬度坐标", "weidu", "wd", "wd_y", "gcj_lat", "bd_lat"),
    *("wgs_lat", "wgs84_lat", "gcj02_lat"),
)
BOTH: Final = ("location", "lnglat", "lonlat", "经纬度", "坐标", "位置坐标", "coordinates", "coord")
EAST: Final = ("x", "x_m", "x坐标", "横坐标", "东坐标", "easting", "e", "point_x", "coordx")
NORTH: Final = ("y", "y_m", "y坐标", "纵坐标", "北坐标", "northing", "n", "point_y", "coordy")
DEGREE_SYSTEM: Final = "EPSG:4326"
HEADER_ROWS: Final = 10
"""Rows in which the header is looked for: a title or notes may stand above it."""
PAIR: Final = re.compile(r"^[(\[]?\s*(-?[\d.]+)\s*[,;\s]\s*(-?[\d.]+)\s*[)\]]?$")


@dataclass(frozen=True, kw_only=True)
class PointTable:
    """A table of points as read, before its coordinates are judged.

    Parameters
    ----------
    frame
        All columns as text, indexed by the row's number in the file; points where both coordinates
        are numbers, else no geometry.
    encoding
        Encoding of a CSV file; None for a workbook.
    """

    frame: gpd.GeoDataFrame
    encoding: Encoding | None


def read_point_csv(path: Path, *, encoding: str | None, crs: str | None, role: str) -> PointTable:
    """Read points from a CSV file.

    Parameters
    ----------
    path
        The file; separated by commas, semicolons or tabs.
    encoding
        Encoding that the job names, or None for evidence.
    crs
        Reference system that the job names; needed for metres, EPSG:4326 for degrees.
    role
        What the file is for, for messages.

    Returns
    -------
    PointTable
        All cells as text: leading zeros survive.

    Raises
    ------
    InputError
        If the text fits no encoding, there is no row, or no columns hold coordinates.
    CrsError
        If columns of metres come without `crs`.
    """
    text, found = decode_text(path.read_bytes(), what=str(path), given=encoding)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    table = _tabulate(rows, path)
    return PointTable(frame=_place(table, path=path, crs=crs, role=role), encoding=found)


def read_point_sheet(path: Path, *, layer: str | None, crs: str | None, role: str) -> PointTable:
    """Read points from a sheet of an Excel workbook.

    Parameters
    ----------
    path
        The workbook, ``.xlsx`` or ``.xls``.
    layer
        Name of the sheet; the first one if None.
    crs, role
        As in `read_point_csv`.

    Returns
    -------
    PointTable
        All cells as text; whole numbers without a decimal point.

    Raises
    ------
    InputError
        If the sheet is not there, has no row, or no columns hold coordinates.
    CrsError
        If columns of metres come without `crs`.
    """
    rows = _sheet_rows(path, layer)
    return PointTable(
        frame=_place(_tabulate(rows, path), path=path, crs=crs, role=role), encoding=None
    )


def _sheet_rows(path: Path, layer: str | None) -> list[list[str]]:
    if path.read_bytes()[:2] == b"PK":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of styles, which nobody reads here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            name = _choose_sheet(book.sheetnames, layer, path)
            return [[_cell(v) for v in row] for row in book[name].iter_rows(values_only=True)]
        finally:
            book.close()
    try:
        old = xlrd.open_workbook(path, on_demand=True)
    except xlrd.XLRDError as error:
        raise InputError(
            en=f"{path} is no Excel workbook that can be read: {error}; save it as .xlsx.",
            zh=f"{path} 不是可读取的 Excel 工作簿({error});请另存为 .xlsx。",
        ) from error
    with old:
        sheet = old.sheet_by_name(_choose_sheet(old.sheet_names(), layer, path))
        return [[_cell(cell.value) for cell in sheet.row(row)] for row in range(sheet.nrows)]


def _choose_sheet(names: Sequence[str], layer: str | None, path: Path) -> str:
    if layer is None:
        return names[0]
    if layer not in names:
        raise InputError(
            en=f"{path} has no sheet {layer!r}; it has {', '.join(map(repr, names))}.",
            zh=f"{path} 没有工作表 {layer!r};现有 {'、'.join(map(repr, names))}。",
        )
    return layer


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _tabulate(rows: Sequence[Sequence[str]], path: Path) -> pd.DataFrame:
    """Find the header, and number the rows as the file does; blank rows are no rows."""
    head = _header_row(rows)
    names = _unique(rows[head]) if rows else []
    width = len(names)
    kept = {
        number: [cell.strip() for cell in [*row, *[""] * width][:width]]
        for number, row in enumerate(rows[head + 1 :], start=head + 2)
        if any(cell.strip() for cell in row)
    }
    if not kept:
        raise InputError(
            en=f"{path} has no row of data below its header.",
            zh=f"{path} 表头以下没有数据。",
        )
    table = pd.DataFrame.from_dict(kept, orient="index", columns=names, dtype="str")
    table.index.name = "row"
    return table.where(table != "", np.nan)


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """Take the first row that names coordinates, else the first."""
    known = {*LON, *LAT, *BOTH, *EAST, *NORTH}
    for number, row in enumerate(rows[:HEADER_ROWS]):
        if any(fold(cell) in known for cell in row):
            return number
    return 0


def _unique(names: Iterable[str]) -> list[str]:
    """Name unnamed and doubled columns by their place."""
    seen = {GEOMETRY}
    unique = []
    for place, raw in enumerate(names, start=1):
        name = raw.strip() or f"column_{place}"
        if name in seen:
            name = f"{name}_{place}"
        seen.add(name)
        unique.append(name)
    return unique


def _place(table: pd.DataFrame, *, path: Path, crs: str | None, role: str) -> gpd.GeoDataFrame:
    folded = {fold(name): name for name in reversed(table.columns)}
    lon, lat, both, east, north = (_first(folded, a) for a in (LON, LAT, BOTH, EAST, NORTH))
    if lon and lat:
        x, y, system = _numbers(table[lon]), _numbers(table[lat]), crs or DEGREE_SYSTEM
    elif both:
        pairs = table[both].fillna("").map(_fold_digits).str.extract(PAIR)
        x, y = (pd.to_numeric(pairs[side], errors="coerce") for side in (0, 1))
        system = crs or DEGREE_SYSTEM
    elif east and north:
        if crs is None:
            raise CrsError(
                en=f"{role} ({path}): columns {east!r} and {north!r} hold coordinates of an "
                f'unnamed system; give crs = "EPSG:…" under [inputs.{role}].',
                zh=f"{role}({path}):{east!r}、{north!r} 两列的坐标系未写明;"
                f'请在 [inputs.{role}] 写明 crs = "EPSG:…"。',
            )
        x, y, system = _numbers(table[east]), _numbers(table[north]), crs
    else:
        names = ", ".join(map(repr, table.columns))
        raise InputError(
            en=f"{role} ({path}): no columns with coordinates among {names}; expected lon and lat, "
            "or x and y with a crs.",
            zh=f"{role}({path}):在 {names} 中未找到坐标列;应有“经度”“纬度”两列,"
            "或 x、y 两列并写明 crs。",
        )
    shapes = gpd.GeoSeries.from_xy(x, y, index=table.index, crs=system)
    shapes[(x.isna() | y.isna()).to_numpy()] = None
    return gpd.GeoDataFrame(table, geometry=shapes)


def _first(folded: dict[str, str], aliases: Iterable[str]) -> str | None:
    return next((folded[alias] for alias in aliases if alias in folded), None)


def _fold_digits(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip()


def _numbers(cells: pd.Series) -> pd.Series:
    """Read numbers; full-width digits and a degree sign are understood, anything else is none."""
    folded = cells.fillna("").map(_fold_digits).str.replace(r"[°度EN]$", "", regex=True)
    return pd.to_numeric(folded, errors="coerce")
