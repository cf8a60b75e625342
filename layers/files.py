"""Vector files in and out: every layer with its system, its encoding settled, its rows counted."""

from __future__ import annotations

import difflib
import hashlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import fiona
import fiona.errors
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyogrio.errors
import pyproj.exceptions

from layers.axes import settle_axes
from layers.checks import Finding, InputRecord, digest
from layers.drivers import (
    FIRST_ROW,
    ODD,
    note_warnings,
    plain_copy,
    read_geojson,
    read_sound,
    settled_copy,
    told_as_input_errors,
)
from layers.elsewhere import leave_out_impossible
from layers.errors import InputError, OutputError
from layers.guard import Kind, recognise
from layers.headers import rename_fields
from layers.placing import OF_PROVIDERS, Coordinates, doubt_unstated, name_crs, undo_shift
from layers.plain_text import clean_texts
from layers.point_tables import TableSource, read_point_csv, read_point_sheet
from layers.repair import drop_unusable, name_rows
from layers.shapefiles import read_shapefile
from layers.zips import unpack_shapefile

TABLES: Final[tuple[Kind, ...]] = ("csv", "xlsx", "xls")
FIXED_DATE: Final = "2000-01-01T00:00:00.000Z"
"""Written as the date of change into GeoPackages, so that equal tables make equal bytes."""
DRIVERS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "geopackage": ("GPKG",),
    "geojson": ("GeoJSON",),
    "flatgeobuf": ("FlatGeobuf",),
    "filegdb": ("OpenFileGDB",),
    "kml": ("LIBKML", "KML"),
}
"""Drivers of files that may hold several layers, one for each kind."""
REPLACEMENT: Final = "\ufffd"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One input file as the job describes it.

    Parameters
    ----------
    path
        The file.
    encoding
        Of a Shapefile or CSV file; found by evidence if None.
    layer
        Of a GeoPackage, FileGDB or archive; sheet of a workbook.
    crs
        Reference system, where the file has none or a wrong one.
    coordinates
        ``wgs84`` also stands for CGCS2000; ``gcj02`` and ``bd09`` are undone on reading.
    coordinates_stated
        Whether somebody said which coordinates they are; if not, points in degrees are doubted.
    fields
        Canonical name of a column -> header in the file.
    """

    path: Path
    encoding: str | None = None
    layer: str | None = None
    crs: str | None = None
    coordinates: Coordinates = "wgs84"
    coordinates_stated: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VectorInput:
    """A layer as read: its rows, doubts about them, and their account.

    Parameters
    ----------
    frame
        Rows with a usable geometry, with a reference system; the index ``row`` is the row's number
        in the file (features from 1; lines of a table as an editor counts them).
    findings
        What was settled, mended or left out.
    record
        The file and its rows read, kept and refused.
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...]
    record: InputRecord


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer of a file: its name, geometry type (None for a plain table) and column names."""

    name: str
    geometry: str | None
    columns: tuple[str, ...]


def read_vector(source: Source, *, role: str) -> VectorInput:
    """Read one layer from a file of any accepted kind.

    Parameters
    ----------
    source
        The file and what the job says of it.
    role
        What the file is for, as under ``[inputs]``: ``communities``, ``gates``, ...

    Returns
    -------
    VectorInput
        Rows in the file's reference system, or in EPSG:4326 after a provider shift was undone.
        Cells of CSV and Excel stay text.

    Raises
    ------
    InputError
        If the file may not be opened (`guard.check_input`), has no rows, no usable geometry,
        several layers and none is named, or lacks a column of ``fields``; if its text fits no
        encoding.
    CrsError
        If there is no reference system, or coordinates contradict it (`axes.settle_axes`).
    """
    kind = recognise(source.path)
    raw, findings = _read_kind(source, kind, role)
    total = len(raw)
    if total == 0:
        raise InputError(
            en=f"{role}: {source.path} has no rows; export the layer again.",
            zh=f"{role}：{source.path} 没有任何记录；请重新导出图层。",
        )
    path = source.path
    if kind not in TABLES:
        raw = rename_fields(raw, source.fields, role=role, path=path)
    usable, left_out = drop_unusable(raw, role=role, path=str(path))
    named, declared = name_crs(usable, source.crs, source.coordinates, role=role, path=path)
    possible, impossible = leave_out_impossible(named, role=role, path=str(path))
    settled, axes = settle_axes(possible, role=role, path=str(path))
    frame, shifted = undo_shift(settled, source.coordinates, role=role, path=path)
    if not source.coordinates_stated and role in OF_PROVIDERS:
        shifted += doubt_unstated(frame, role=role, path=path)
    damaged = _damaged_text(frame, role, path)
    frame, cleaned = clean_texts(frame, role=role, path=str(path))
    record = InputRecord(
        role=role,
        path=str(source.path),
        sha256=_digest(source.path),
        read=total,
        kept=len(frame),
        refused=total - len(frame),
    )
    return VectorInput(
        frame=frame,
        findings=(
            *findings,
            *left_out,
            *declared,
            *impossible,
            *axes,
            *shifted,
            *damaged,
            *cleaned,
        ),
        record=record,
    )


def list_layers(path: Path) -> tuple[Layer, ...]:
    """List the layers of a file.

    Parameters
    ----------
    path
        A vector file that a driver reads (not CSV, Excel or GeoParquet).

    Returns
    -------
    tuple of Layer
        In the file's order.

    Raises
    ------
    InputError
        If the file may not be opened, or is of a kind without layers.
    """
    kind = recognise(path)
    if kind not in DRIVERS:
        raise InputError(
            en=f"{path} has no layers to list; it is read as a whole.",
            zh=f"{path} 没有图层之分，将整体读取。",
        )
    with told_as_input_errors(path, "layers"), tempfile.TemporaryDirectory() as folder:
        return _layers(plain_copy(path, Path(folder)), kind)


def write_layers(path: Path, layers: Mapping[str, pd.DataFrame]) -> None:
    """Write tables into one GeoPackage; the same tables always make the same bytes.

    Parameters
    ----------
    path
        The file to write; an old one is replaced only when the new one is complete.
    layers
        Name of the layer -> table, with or without geometry; levels of the index become columns.

    Raises
    ------
    OutputError
        If the file cannot be written: a locked folder, a full disk.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_odd = any(mark in str(path.absolute()) for mark in ODD)
        with tempfile.TemporaryDirectory(dir=None if is_odd else path.parent) as folder:
            draft = Path(folder) / "layers.gpkg"
            with _fixed_date(), warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # a plain table has no CRS
                for layer, table in layers.items():
                    _write_layer(draft, layer, table)
            if is_odd:
                shutil.copyfile(draft, path)
            else:
                draft.replace(path)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            en=f"{path} cannot be written: {error}. Close it in other programs and check the disk.",
            zh=f"无法写入 {path}：{error}。请在其他程序中关闭该文件，并检查磁盘空间。",
        ) from error


def _read_kind(source: Source, kind: Kind, role: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read all rows by the reader of their kind, numbered as the file numbers them."""
    if kind in TABLES:
        table = TableSource(path=source.path, role=role, crs=source.crs, fields=source.fields)
        if kind == "csv":
            return read_point_csv(table, encoding=source.encoding), []
        return read_point_sheet(table, sheet=source.layer), []
    if kind in {"osm", "pbf"}:
        raise InputError(
            en=f"{role}: {source.path} is OpenStreetMap data; give it once, as [inputs] osm.",
            zh=f"{role}：{source.path} 是 OpenStreetMap 数据；请在 [inputs] 的 osm 一项填写。",
        )
    with told_as_input_errors(source.path, role), warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        frame, findings = _read_layer(source, kind, role)
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row")
    return frame, findings + note_warnings(heard, role=role, path=str(source.path))


def _read_layer(source: Source, kind: Kind, role: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    path = source.path
    if kind == "parquet":
        return _read_parquet(path, role), []
    with tempfile.TemporaryDirectory() as folder:
        if kind == "zip":
            shp, _ = unpack_shapefile(path, Path(folder), source.layer)
            return read_shapefile(shp, encoding=source.encoding, role=role, shown=path)
        if kind == "geojson":
            return read_geojson(path, Path(folder), encoding=source.encoding, role=role)
        plain = plain_copy(path, Path(folder))
        if kind == "shapefile":
            return read_shapefile(plain, encoding=source.encoding, role=role, shown=path)
        safe = settled_copy(plain, Path(folder) / "log") if kind == "geopackage" else plain
        layer = _choose_layer(source, _layers(safe, kind), role)
        return read_sound(str(safe), layer, role=role, path=str(path))


DAMAGED_PARQUET: Final = (
    *(ValueError, TypeError, LookupError),
    pa.ArrowException,
    pyproj.exceptions.CRSError,
)
"""What geopandas and arrow raise on damaged files."""


def _read_parquet(path: Path, role: str) -> gpd.GeoDataFrame:
    try:
        frame = gpd.read_parquet(path)
        for name in frame.columns.drop(frame.geometry.name):
            frame[name].to_numpy(dtype=object)  # arrow looks at text only when it is taken
    except DAMAGED_PARQUET as error:
        what = str(error).partition("\n")[0].rstrip(".")  # further lines speak to programmers
        raise InputError(
            en=f"{role}: {path} is no GeoParquet: {what}; export the layer again.",
            zh=f"{role}：{path} 不是 GeoParquet({what})；请重新导出图层。",
        ) from error
    return frame.reset_index() if frame.index.names != [None] else frame


def _layers(path: Path, kind: Kind) -> tuple[Layer, ...]:
    layers = []
    try:
        names = fiona.listlayers(path)
    except fiona.errors.FionaError as error:
        raise OSError(str(error)) from error
    for name in names:
        with fiona.open(
            path, layer=name, enabled_drivers=DRIVERS[kind], allow_unsupported_drivers=True
        ) as collection:
            schema = collection.schema
        geometry = None if schema["geometry"] == "None" else str(schema["geometry"])
        layers.append(Layer(name=name, geometry=geometry, columns=tuple(schema["properties"])))
    return tuple(layers)


def _choose_layer(source: Source, layers: tuple[Layer, ...], role: str) -> str:
    names = [layer.name for layer in layers]
    shown = ", ".join(repr(name) for name in names)
    if source.layer is not None:
        if source.layer in names:
            return source.layer
        near = difflib.get_close_matches(source.layer, names, n=1)
        raise InputError(
            en=f"{role}: {source.path} has no layer {source.layer!r}; it has {shown}"
            + (f"; did you mean {near[0]!r}?" if near else "."),
            zh=f"{role}：{source.path} 没有图层 {source.layer!r}；现有 {shown}"
            + (f"；是否应为 {near[0]!r}？" if near else "。"),
        )
    drawn = [layer.name for layer in layers if layer.geometry is not None]
    if len(drawn) == 1:
        return drawn[0]
    raise InputError(
        en=f"{role}: {source.path} has {len(drawn):,} layers with geometry ({shown}); name one: "
        f'layer = "…" under [inputs.{role}].',
        zh=f"{role}：{source.path} 有 {len(drawn):,} 个带图形的图层（{shown}）；"
        f'请在 [inputs.{role}] 写明 layer = "…"。',
    )


def _damaged_text(frame: gpd.GeoDataFrame, role: str, path: Path) -> list[Finding]:
    """List rows with the mark of characters that were lost before the file came here."""
    damaged = np.zeros(len(frame), dtype=bool)
    for name in frame.columns:
        if name != frame.geometry.name and pd.api.types.is_string_dtype(frame[name].dtype):
            cells = frame[name].astype("str")
            damaged |= cells.str.contains(REPLACEMENT, regex=False, na=False).to_numpy(dtype=bool)
    rows = frame.index[damaged]
    if rows.empty:
        return []
    return [
        Finding(
            severity="check",
            table_name=role,
            row_key=str(rows[0]) if len(rows) == 1 else "",
            code="text-damaged",
            zh=f"{path}：{len(rows):,} 行含有已损坏的文字“{REPLACEMENT}”（行号 "
            f"{name_rows(rows)}）。",
            en=f"{path}: {len(rows):,} row(s) hold damaged text {REPLACEMENT!r}: "
            f"{name_rows(rows)}.",
            remedy="由原始数据重新导出 / Export again from the source",
        )
    ]


def _digest(path: Path) -> str:
    """Digest a file, or every file of a FileGDB's folder under its name."""
    if path.is_file():
        return digest(path)
    total = hashlib.sha256()
    for member in sorted(path.iterdir()):
        if member.is_file():
            total.update(f"{member.name} {digest(member)}\n".encode())
    return total.hexdigest()


def _write_layer(draft: Path, layer: str, table: pd.DataFrame) -> None:
    keyed = table.index.names != [None]
    frame = table.reset_index() if keyed else table.reset_index(drop=True)
    pyogrio.write_dataframe(frame, draft, layer=layer, driver="GPKG", append=draft.exists())


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
