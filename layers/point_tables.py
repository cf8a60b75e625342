"""Points from tables: CSV files and Excel sheets with coordinates in their columns."""

from __future__ import annotations

import csv
import io
import re
import struct
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import xlrd

from layers.crs import parse_crs
from layers.encodings import decode_text
from layers.errors import CrsError, InputError
from layers.headers import GEOMETRY, fold, map_headers
from layers.quotes import require_closed

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
WORKBOOK_ERRORS: Final = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    AssertionError,  # of xlrd
    zipfile.BadZipFile,
    SyntaxError,  # of XML
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    struct.error,
)
"""What readers raise on damaged workbooks."""
_LONGEST_CELL: Final = 40
PAIR: Final = re.compile(r"^[(\[]?\s*(-?[\d.]+)\s*[,;\s]\s*(-?[\d.]+)\s*[)\]]?$")


@dataclass(frozen=True, kw_only=True)
class TableSource:
    """A table with coordinates, as the job describes it.

    Parameters
    ----------
    path, role
        The file and what it is for.
    crs
        Reference system that the job names; needed for metres, EPSG:4326 stands for degrees.
    fields
        Canonical name -> header; ``lon``, ``lat``, ``x`` and ``y`` may be named so.
    """

    path: Path
    role: str
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def read_point_csv(source: TableSource, *, encoding: str | None = None) -> gpd.GeoDataFrame:
    """Read points from a CSV file, separated by commas, semicolons or tabs.

    Parameters
    ----------
    source
        The file.
    encoding
        Encoding that the job names, or None for evidence.

    Returns
    -------
    GeoDataFrame
        All columns as text (leading zeros survive), indexed by the row's number in the file, with
        a point where both coordinates are numbers, else without geometry.

    Raises
    ------
    InputError
        If the text fits no encoding or is no CSV, there is no row, no columns hold coordinates, or
        a column that the job names is not there.
    CrsError
        If columns of metres come without a system, or the job names one that is not known.
    """
    text, _ = decode_text(source.path.read_bytes(), what=str(source.path), given=encoding)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise InputError(
            en=f"{source.role}: {source.path} is no CSV that can be read: {error}; save it again.",
            zh=f"{source.role}：{source.path} 不是可读取的 CSV({error})；请重新保存。",
        ) from error
    require_closed(text, delimiter=separator, name=f"{source.role}: {source.path}")
    return _place(_tabulate(rows, source), source)


def read_point_sheet(source: TableSource, *, sheet: str | None = None) -> gpd.GeoDataFrame:
    """Read points from a sheet of an Excel workbook, ``.xlsx`` or ``.xls``.

    Parameters
    ----------
    source
        The workbook.
    sheet
        Name of the sheet; the first one if None.

    Returns
    -------
    GeoDataFrame
        As `read_point_csv` gives it; whole numbers without a decimal point.

    Raises
    ------
    InputError
        If the workbook is damaged, the sheet is not there, has no row, no columns hold coordinates,
        or a column that the job names is not there.
    CrsError
        If columns of metres come without a system, or the job names one that is not known.
    """
    try:
        rows = _sheet_rows(source.path, sheet)
    except WORKBOOK_ERRORS as error:
        raise InputError(
            en=f"{source.role}: {source.path} is no workbook that can be read: {error!r}; save it "
            "again as .xlsx.",
            zh=f"{source.role}：{source.path} 不是可读取的工作簿（{error!r}）；请另存为 .xlsx。",
        ) from error
    return _place(_tabulate(rows, source), source)


def _sheet_rows(path: Path, layer: str | None) -> list[list[str]]:
    if path.read_bytes()[:2] == b"PK":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of styles, which nobody reads here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            names = [sheet.title for sheet in book.worksheets]
            chosen = book[_choose_sheet(names, layer, path)]
            chosen.reset_dimensions()  # some programs write a wrong extent
            return [[_cell(value) for value in row] for row in chosen.iter_rows(values_only=True)]
        finally:
            book.close()
    old = xlrd.open_workbook(path, on_demand=True, logfile=io.StringIO())
    with old:
        sheet = old.sheet_by_name(_choose_sheet(old.sheet_names(), layer, path))
        return [[_cell(cell.value) for cell in sheet.row(row)] for row in range(sheet.nrows)]


def _choose_sheet(names: Sequence[str], layer: str | None, path: Path) -> str:
    if layer is None:
        return names[0]
    if layer not in names:
        raise InputError(
            en=f"{path} has no sheet {layer!r}; it has {', '.join(map(repr, names))}.",
            zh=f"{path} 没有工作表 {layer!r}；现有 {'、'.join(map(repr, names))}。",
        )
    return layer


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _tabulate(rows: Sequence[Sequence[str]], source: TableSource) -> pd.DataFrame:
    """Find the header, and number the rows as the file does; blank rows are no rows."""
    head = _header_row(rows, source.fields)
    names = _unique(rows[head]) if rows else []
    width = len(names)
    kept = {
        number: [cell.strip() for cell in [*row, *[""] * width][:width]]
        for number, row in enumerate(rows[head + 1 :], start=head + 2)
        if any(cell.strip() for cell in row)
    }
    if not kept:
        raise InputError(
            en=f"{source.role}: {source.path} has no row of data below its header.",
            zh=f"{source.role}：{source.path} 表头以下没有数据。",
        )
    table = pd.DataFrame.from_dict(kept, orient="index", columns=names, dtype="str")
    table.index.name = "row"
    renamed = map_headers(names, source.fields, role=source.role, path=source.path)
    return table.where(table != "", np.nan).rename(columns=renamed)


def _header_row(rows: Sequence[Sequence[str]], fields: Mapping[str, str]) -> int:
    """Take the first row that names coordinates or a column of the job's, else the first."""
    known = {*LON, *LAT, *BOTH, *EAST, *NORTH, *map(fold, fields.values())}
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


def _place(table: pd.DataFrame, source: TableSource) -> gpd.GeoDataFrame:
    path, role = source.path, source.role
    crs = None if source.crs is None else parse_crs(source.crs)
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
                zh=f"{role}（{path}）：{east!r}、{north!r} 两列的坐标系未写明；"
                f'请在 [inputs.{role}] 写明 crs = "EPSG:…"。',
            )
        x, y, system = _numbers(table[east]), _numbers(table[north]), crs
    else:
        names = ", ".join(map(repr, table.columns))
        raise InputError(
            en=f"{role} ({path}): no columns with coordinates among {names}; expected lon and lat, "
            "or x and y with a crs.",
            zh=f"{role}（{path}）：在 {names} 中未找到坐标列；应有“经度”“纬度”两列，"
            "或 x、y 两列并写明 crs。",
        )
    read = (lon, lat) if lon and lat else (both,) if both else (east, north)
    _require_numbers(table, source, read, x, y)
    shapes = gpd.GeoSeries.from_xy(x, y, index=table.index, crs=system)
    shapes[(x.isna() | y.isna()).to_numpy()] = None
    return gpd.GeoDataFrame(table, geometry=shapes)


def _require_numbers(
    table: pd.DataFrame,
    source: TableSource,
    columns: Sequence[str | None],
    x: pd.Series,
    y: pd.Series,
) -> None:
    """Refuse coordinates of which none is a number: 112°47′54″, or a comma for the point."""
    if (x.notna() & y.notna()).any():
        return
    for column, numbers in zip(columns, (x, y), strict=False):
        cells = table[column].dropna()
        if cells.empty or numbers.notna().any():
            continue
        found = repr(str(cells.iloc[0])[:_LONGEST_CELL])
        raise InputError(
            en=f"{source.role} ({source.path}): column {column!r} holds no number; its first cell "
            f"is {found}. Expected decimal degrees such as 112.7983 (degrees + minutes / 60 + "
            "seconds / 3600), or metres. Convert the column.",
            zh=f"{source.role}（{source.path}）：“{column}”列中没有数值，第一个单元格为 {found}。"
            "应为十进制度（如 112.7983，即 度 + 分/60 + 秒/3600）或米。请换算后重新保存。",
        )


def _first(folded: dict[str, str], aliases: Iterable[str]) -> str | None:
    return next((folded[alias] for alias in aliases if alias in folded), None)


def _fold_digits(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip()


def _numbers(cells: pd.Series) -> pd.Series:
    """Read numbers; full-width digits and a degree sign are understood, anything else is none."""
    folded = cells.fillna("").map(_fold_digits).str.replace(r"[°度EN]$", "", regex=True)
    return pd.to_numeric(folded, errors="coerce")
