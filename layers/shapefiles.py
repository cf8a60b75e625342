"""Shapefiles as offices hand them over: unlabelled text, names cut in the middle of a character."""

from __future__ import annotations

import codecs
import struct
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from layers.checks import Finding
from layers.encodings import Encoding, decode_cut, find_encoding
from layers.errors import InputError

LOSSLESS: Final = "ISO-8859-1"
"""Maps every byte to one character and back. The driver reads with it and text is decoded here: the
driver itself fails on a name that was cut in the middle of a character."""
NEEDED: Final = (".dbf", ".shx")
SAMPLE: Final = 3
_SHP_HEADER: Final = 100


def read_shapefile(
    path: Path, *, encoding: str | None, role: str, shown: Path | None = None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read a Shapefile, its encoding found by evidence.

    Parameters
    ----------
    path
        The ``.shp``; ``.dbf`` and ``.shx`` lie beside it.
    encoding
        Encoding that the job names, or None: the ``.cpg`` if it fits the bytes, else UTF-8 if
        everything is UTF-8, else GB18030.
    role
        What the file is for, for messages.
    shown
        Path to show in messages, where the file was unpacked from an archive.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        All records that are not deleted, with the file's system if it has one, and how the
        encoding was found where there was doubt.

    Raises
    ------
    InputError
        If a part of the Shapefile is missing, or its text fits no encoding.
    """
    name = shown or path
    parts = {part.suffix.casefold(): part for part in _siblings(path)}
    missing = [suffix for suffix in NEEDED if suffix not in parts]
    if missing:
        raise InputError(
            en=f"{role}: {name} lacks {' and '.join(missing)} beside it; a Shapefile is handed "
            "over with all its files (.shp, .shx, .dbf, .prj).",
            zh=f"{role}：{name} 旁缺少 {'、'.join(missing)}；"
            "Shapefile 须连同 .shp、.shx、.dbf、.prj 一并提供。",
        )
    _require_dbf(parts[".dbf"], role)
    for suffix in (".shp", ".shx"):
        _require_whole(parts.get(suffix, path), role)
    frame = pyogrio.read_dataframe(path, encoding=LOSSLESS)
    label = parts[".cpg"].read_text("ascii", "replace") if ".cpg" in parts else ""
    found = find_encoding(_samples(frame), what=str(name), given=encoding, label=label)
    decoded = _decode(frame, found.name)
    return decoded, _findings(decoded, found, role, str(name))


def _siblings(path: Path) -> list[Path]:
    stem = path.stem.casefold()
    return [part for part in sorted(path.parent.iterdir()) if part.stem.casefold() == stem]


def _require_dbf(path: Path, role: str) -> None:
    """Refuse a table that is shorter than its header says, before a reader runs past its end."""
    head = path.read_bytes()[:32]
    short = len(head) < struct.calcsize("<4xIHH")
    if not short:
        records, header, width = struct.unpack("<4xIHH", head[:12])
        short = path.stat().st_size < header + records * width
    if short:
        raise _cut_short(path, role)


def _require_whole(path: Path, role: str) -> None:
    """Refuse a file of shapes that is shorter than its header says: its last rows have no shape."""
    with path.open("rb") as stream:
        head = stream.read(_SHP_HEADER)
    words = struct.unpack(">24xi", head[:28])[0] if len(head) == _SHP_HEADER else _SHP_HEADER
    if path.stat().st_size < words * 2:  # the header counts in words of two bytes
        raise _cut_short(path, role)


def _cut_short(path: Path, role: str) -> InputError:
    return InputError(
        en=f"{role}: {path} is cut short; copy the Shapefile again.",
        zh=f"{role}：{path} 不完整；请重新拷贝该 Shapefile。",
    )


def _texts(frame: gpd.GeoDataFrame) -> list[str]:
    """Name the columns of text."""
    return [
        name
        for name in frame.columns
        if name != "geometry" and (pd.api.types.is_string_dtype(frame[name].dtype))
    ]


def _samples(frame: gpd.GeoDataFrame) -> set[bytes]:
    names = [str(name) for name in frame.columns if name != "geometry"]
    cells = [cell for name in _texts(frame) for cell in frame[name].dropna().unique()]
    return {text.encode(LOSSLESS) for text in [*names, *cells]}


def _decode(frame: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        if name == "geometry":
            continue
        column = frame[name]
        if name in _texts(frame):
            known = {
                cell: decode_cut(cell.encode(LOSSLESS), encoding).strip("\x00 ")
                for cell in column.dropna().unique()
            }
            column = column.map(known).astype("str").replace("", np.nan)
        columns[_unused(decode_cut(str(name).encode(LOSSLESS), encoding), columns)] = column
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, index=frame.index, crs=frame.crs)


def _unused(name: str, taken: dict[str, pd.Series]) -> str:
    """Tell apart two names that became equal when they were cut."""
    number = 2
    candidate = name
    while candidate in taken or candidate == "geometry":
        candidate = f"{name}_{number}"
        number += 1
    return candidate


def _findings(frame: gpd.GeoDataFrame, found: Encoding, role: str, path: str) -> list[Finding]:
    if found.overruled:
        return [
            Finding(
                severity="check",
                table_name=role,
                row_key="",
                code="encoding-label-wrong",
                zh=f"{path}：.cpg 写的是 {found.overruled!r}，但内容为 {found.name}，已按内容读取；"
                f"例：{_example(frame)}。",
                en=f"{path}: its .cpg says {found.overruled!r}, but the text is {found.name} and "
                f"is read so; for instance {_example(frame)}.",
                remedy="核对文字，必要时写明 encoding / Check the text; else name the encoding",
            )
        ]
    if found.evidence == "decoding" and codecs.lookup(found.name).name != "utf-8":
        return [
            Finding(
                severity="note",
                table_name=role,
                row_key="",
                code="encoding-found",
                zh=f"{path}：无编码说明，按 {found.name} 读取；例：{_example(frame)}。",
                en=f"{path}: no encoding is written beside it; read as {found.name}, for instance "
                f"{_example(frame)}.",
                remedy="核对文字，必要时写明 encoding / Check the text; else name the encoding",
            )
        ]
    return []


def _example(frame: gpd.GeoDataFrame) -> str:
    """Show some of the text that was decoded."""
    cells = [
        str(cell) for name in _texts(frame) for cell in frame[name].dropna() if not cell.isascii()
    ]
    names = [str(name) for name in frame.columns if not str(name).isascii()]
    return "、".join([*cells[:SAMPLE], *names[:SAMPLE]][:SAMPLE])
