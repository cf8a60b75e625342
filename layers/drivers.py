"""Layers read through GDAL: unclosed rings, other encodings, unfinished writes, damaged files."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj.exceptions
import shapely

from layers.checks import Finding
from layers.encodings import decode_text
from layers.errors import InputError
from layers.repair import name_rows

FIRST_ROW: Final = 1
"""Number of the first feature of a layer, as desktop programs count."""
WRITE_AHEAD: Final = 2
"""Bytes 18 and 19 of an SQLite file whose last writes may lie in a file beside it."""
ODD: Final = ("!",)
"""Characters by which the reader takes a path for one into an archive."""
READER_ERRORS: Final = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.CRSError,
    pyproj.exceptions.CRSError,
    shapely.errors.ShapelyError,
    OSError,
    UnicodeDecodeError,
    UnboundLocalError,  # of pyogrio, on a damaged .prj
)
"""What readers raise on damaged files."""


def read_sound(
    address: str, layer: str | None, *, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read a layer; rings that are not closed are closed and listed.

    Parameters
    ----------
    address
        File, with the driver's name before it where the text could be claimed by another.
    layer
        Name of the layer; None for the only one.
    role, path
        What the file is for and its path, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        Every row of the layer, and the rows whose rings were closed.

    Raises
    ------
    InputError
        If the layer has no geometry.
    """
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            frame = pyogrio.read_dataframe(address, layer=layer)
        return _with_geometry(frame, role, path), note_warnings(heard, role=role, path=path)
    except shapely.errors.GEOSException:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the rings, which are listed below
            mended = pyogrio.read_dataframe(address, layer=layer, on_invalid="fix")
            sound = pyogrio.read_dataframe(address, layer=layer, on_invalid="ignore")
    rows = mended.index[sound.geometry.isna() & ~mended.geometry.isna()] + FIRST_ROW
    finding = Finding(
        severity="check",
        table_name=role,
        row_key=str(rows[0]) if len(rows) == 1 else "",
        code="rings-closed",
        zh=f"{path}：{len(rows):,} 行的边界未闭合，已闭合（行号 {name_rows(rows)}）。",
        en=f"{path}: {len(rows):,} row(s) had rings that were not closed; closed: "
        f"{name_rows(rows)}.",
        remedy="在原图中改正 / Correct the drawing",
    )
    return _with_geometry(mended, role, path), [finding]


def read_geojson(
    path: Path, folder: Path, *, encoding: str | None, role: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read GeoJSON through its own driver's name, so that no other driver can claim the text.

    Parameters
    ----------
    path
        The file.
    folder
        A temporary folder, for a copy in UTF-8 where the file is in another encoding.
    encoding
        Encoding that the job names, or None for evidence.
    role
        What the file is for, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        As `read_sound` gives them.

    Raises
    ------
    InputError
        If the text fits no encoding, or has no geometry.
    """
    text, found = decode_text(path.read_bytes(), what=str(path), given=encoding)
    address = path.resolve()
    if found.name != "utf-8":
        address = folder / "layer.geojson"
        address.write_text(text, encoding="utf-8")
    return read_sound(f"GeoJSON:{address}", None, role=role, path=str(path))


def settled_copy(path: Path, folder: Path) -> Path:
    """Copy a GeoPackage with unfinished writes: to open it in place would change its folder.

    Parameters
    ----------
    path
        The GeoPackage.
    folder
        Folder to make for the copy.

    Returns
    -------
    Path
        The copy, or `path` itself where reading leaves no trace.
    """
    with path.open("rb") as stream:
        head = stream.read(20)
    logs = [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]
    pending = [log for log in logs if log.is_file() and log.stat().st_size]
    if not pending and WRITE_AHEAD not in head[18:20]:
        return path
    folder.mkdir()
    for part in (path, *pending):
        shutil.copyfile(part, folder / part.name)
    return folder / path.name


def plain_copy(path: Path, folder: Path) -> Path:
    """Copy a file whose path the reader would take apart, under a plain name.

    Parameters
    ----------
    path
        The file, with what lies beside it under the same stem, or the folder of a FileGDB.
    folder
        A temporary folder for the copy.

    Returns
    -------
    Path
        The copy, or `path` itself where its path holds no `ODD` character.
    """
    if not any(mark in str(path.absolute()) for mark in ODD):
        return path
    if path.is_dir():
        return Path(shutil.copytree(path, folder / f"layer{path.suffix}"))
    for part in path.parent.iterdir():
        if part.is_file() and part.name.startswith(f"{path.stem}."):
            shutil.copyfile(part, folder / f"layer{part.name.removeprefix(path.stem)}")
    return folder / f"layer{path.suffix}"


def note_warnings(
    heard: Iterable[warnings.WarningMessage], *, role: str, path: str
) -> list[Finding]:
    """Turn what a reader warned of into findings."""
    texts = sorted({str(warning.message) for warning in heard})
    return [
        Finding(
            severity="note",
            table_name=role,
            row_key="",
            code="reader-note",
            zh=f"{path}：读取时提示：{text}",
            en=f"{path}: the reader says: {text}",
        )
        for text in texts
    ]


@contextmanager
def told_as_input_errors(path: Path, role: str) -> Iterator[None]:
    """Tell a planner what a reader says of a damaged file.

    Raises
    ------
    InputError
        In place of the reader's own error.
    """
    try:
        yield
    except READER_ERRORS as error:
        raise InputError(
            en=f"{role}: {path} cannot be read: {error}; export the layer again.",
            zh=f"{role}：{path} 无法读取（{error}）；请重新导出图层。",
        ) from error


def _with_geometry(frame: pd.DataFrame, role: str, path: str) -> gpd.GeoDataFrame:
    if isinstance(frame, gpd.GeoDataFrame):
        return frame
    raise InputError(
        en=f"{role}: {path} is a table without geometry; give the layer that has it.",
        zh=f"{role}：{path} 是没有图形的表；请填写带图形的图层。",
    )
