"""Layers as Shapefiles for an older GIS: GBK or UTF-8, with a table of what each field means.

Nothing is lost silently: a long text goes on in further fields, and what the format cannot hold at
all stands whole in ``altered.csv``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors

from layers.contracts import Caption, captions_of
from layers.errors import OutputError
from layers.shapefiles import LOSSLESS
from maps.answer_layer import ANSWER_CAPTIONS, ANSWERS, answer_words, make_answers
from maps.shapefile_names import MOST_PARTS, encode, short_names, split
from maps.words import EXTRA, words_of
from zoning.tables import CONTRACTS

Encoding = Literal["gbk", "utf-8"]

FIELDS: Final = "fields.csv"
ALTERED: Final = "altered.csv"

_LABELS: Final[Mapping[Encoding, tuple[str, int]]] = {"gbk": ("GBK", 0x4D), "utf-8": ("UTF-8", 0)}
"""Content of the ``.cpg`` and the language byte of the ``.dbf`` header (0x4D: code page 936)."""

_LANGUAGE_BYTE: Final = 29
_DATE: Final = "2000-01-01"
_KINDS: Final = {"Point": "point", "LineString": "line", "Polygon": "area"}
_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_FLAGS: Final = "1 是 yes, 0 否 no"


@dataclass(frozen=True)
class _Texts:
    """One column of text in the form of the file."""

    parts: list[pd.Series]
    altered: dict[str, str]


def write_shapefiles(
    tables: Mapping[str, pd.DataFrame], folder: Path, *, encoding: Encoding
) -> pd.DataFrame:
    """Write every table with geometry as Shapefiles.

    Parameters
    ----------
    tables
        Tables under their contracts, by name; those without geometry are left to ``tables/``.
    folder
        Folder to make; equal tables give equal bytes.
    encoding
        Encoding of texts: ``gbk`` for ArcMap and SuperMap on Chinese Windows, ``utf-8`` otherwise.

    Returns
    -------
    DataFrame
        What the format could not hold as it is: ``layer``, ``row``, ``column``, ``reason``,
        ``value`` (whole). It is also written as ``altered.csv`` where there is any.

    Raises
    ------
    OutputError
        If a file cannot be written.

    Notes
    -----
    One file holds one kind of shapes: a table of several becomes ``land_line`` and ``land_area``.
    The layer ``answers`` says of each community what it lacks, as in ``plan.gpkg``. Names of
    fields have at most 10 bytes in both encodings; ``fields.csv`` says which column each is, with
    captions, unit and the words for codes. A text of more than 254 bytes goes on in further
    fields, up to eight. A character that GBK lacks is written as 「〓」. Yes and no are 1 and 0;
    what is missing is empty.
    """
    fields: list[dict[str, object]] = []
    altered: list[dict[str, str]] = []
    folder.mkdir()
    if {"communities", "gaps"} <= set(tables):
        tables = {**tables, ANSWERS: make_answers(tables)}
    for name, table in tables.items():
        if not isinstance(table, gpd.GeoDataFrame):
            continue
        written, listed = _columns(name, table, encoding, altered)
        for file, rows in _by_kind(name, table):
            _write(written.loc[rows], table, folder / file, encoding)
            fields += [{"file": file, **entry} for entry in listed]
    frame = pd.DataFrame(fields)
    frame.to_csv(folder / FIELDS, index=False, encoding="utf-8-sig", lineterminator="\n")
    report = pd.DataFrame(altered, columns=["layer", "row", "column", "reason", "value"])
    if len(report):
        report.to_csv(folder / ALTERED, index=False, encoding="utf-8-sig", lineterminator="\n")
    return report


def _by_kind(name: str, table: gpd.GeoDataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Split a table by the kinds of its shapes; one that is empty is one file all the same."""
    kinds = table.geom_type.str.removeprefix("Multi").map(_KINDS).fillna("area")
    found = sorted(set(kinds)) or ["area"]
    for kind in found:
        file = name if len(found) == 1 else f"{name}_{kind}"
        yield file, pd.Series((kinds == kind).to_numpy(), dtype="bool")


def _columns(
    name: str, table: gpd.GeoDataFrame, encoding: Encoding, altered: list[dict[str, str]]
) -> tuple[gpd.GeoDataFrame, list[dict[str, object]]]:
    """Bring the columns of a table into the form of the file; list what each field is."""
    frame = pd.DataFrame(table.drop(columns=table.geometry.name)).reset_index()
    keys = [";".join(map(str, key)) for key in _keys(table)]
    names = short_names(map(str, frame.columns))
    out: dict[str, pd.Series] = {}
    listed: list[dict[str, object]] = []
    for column, short in names.items():
        values = frame[column]
        caption = _caption(name, str(column))
        note = _codes(name, str(column))
        parts = [values]
        if pd.api.types.is_bool_dtype(values.dtype):
            parts, note = [values.astype("Int64")], _FLAGS
        elif not pd.api.types.is_numeric_dtype(values):
            texts = _texts(values.astype("str").where(values.notna()), encoding)
            parts = texts.parts
            altered += [
                {"layer": name, "row": keys[row], "column": column, "reason": reason, "value": text}
                for row, text in enumerate(values)
                if isinstance(text, str) and (reason := texts.altered.get(text))
            ]
        fields = short_names(
            [short, *(f"{short}_{number}" for number in range(2, len(parts) + 1))], taken=out
        )
        for number, (field, part) in enumerate(zip(fields.values(), parts, strict=True), start=1):
            encoded = field.encode(encoding).decode(LOSSLESS)
            out[encoded] = part
            said = f"第 {number} 段，共 {len(parts)} 段 / part {number} of {len(parts)}"
            listed.append(
                {
                    "field": field,
                    "column": column,
                    "zh": caption["zh"],
                    "en": caption["en"],
                    "unit": caption["unit"],
                    "note": said if len(parts) > 1 else note,
                }
            )
    geometry = table.geometry.to_numpy()
    return gpd.GeoDataFrame(out, geometry=geometry, crs=table.crs), listed


def _caption(name: str, column: str) -> Caption:
    zh, en = EXTRA.get(column, (column, column))
    if name == ANSWERS and column in ANSWER_CAPTIONS:
        zh, en = ANSWER_CAPTIONS[column]
        return Caption(zh=zh, en=en, unit="")
    own = captions_of(CONTRACTS[name if name in CONTRACTS else "communities"])
    return own.get(column) or Caption(zh=zh, en=en, unit="")


def _codes(name: str, column: str) -> str:
    """Say what the codes of a column mean: ``met 达标 met, gap 缺项 missing``."""
    words = words_of(name, column)
    if name == ANSWERS:
        words = answer_words(column)
    return ", ".join(f"{code} {zh} {en}" for code, (zh, en) in words.items())


def _keys(table: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    return [key if isinstance(key, tuple) else (key,) for key in table.index]


def _texts(values: pd.Series, encoding: Encoding) -> _Texts:
    """Encode texts and spread long ones; note which ones the file cannot hold as they are."""
    pieces: dict[str, list[str]] = {}
    altered: dict[str, str] = {}
    for text in values.dropna().unique():
        raw, is_replaced = encode(text, encoding)
        cut = split(raw, encoding)
        reasons = [
            word
            for word, holds in (
                ("字符不在 GBK 中 / character not in GBK", is_replaced),
                ("超过字段长度 / longer than the fields", len(cut) > MOST_PARTS),
                ("首尾空白被去掉 / blanks at its ends are dropped", text != text.strip(_BLANKS)),
            )
            if holds
        ]
        if reasons:
            altered[text] = "; ".join(reasons)
        pieces[text] = [piece.decode(LOSSLESS) for piece in cut[:MOST_PARTS]]
    most = max((len(cut) for cut in pieces.values()), default=1)
    parts = [
        values.map(
            {text: cut[place] for text, cut in pieces.items() if place < len(cut)},
            na_action="ignore",
        ).astype("object")
        for place in range(most)
    ]
    return _Texts([part.where(part.notna(), None) for part in parts], altered)


_BLANKS: Final = " \x00"


def _write(
    frame: gpd.GeoDataFrame, table: gpd.GeoDataFrame, target: Path, encoding: Encoding
) -> None:
    """Write one file; the library sees bytes as single characters and cannot cut them wrongly."""
    label, language = _LABELS[encoding]
    shapes = frame.reset_index(drop=True)
    try:
        with tempfile.TemporaryDirectory() as draft:
            path = Path(draft) / f"{target.name}.shp"
            pyogrio.write_dataframe(
                shapes,
                path,
                driver="ESRI Shapefile",
                encoding=LOSSLESS,
                geometry_type=None if len(shapes) else _kind_of(table),
                DBF_DATE_LAST_UPDATE=_DATE,
                RESIZE="YES",
            )
            dbf = bytearray(path.with_suffix(".dbf").read_bytes())
            dbf[_LANGUAGE_BYTE] = language
            path.with_suffix(".dbf").write_bytes(bytes(dbf))
            path.with_suffix(".cpg").write_text(label, encoding="ascii", newline="")
            for part in _PARTS:
                source = path.with_suffix(part)
                if source.exists():
                    target.with_name(target.name + part).write_bytes(source.read_bytes())
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            en=f"{target}.shp cannot be written: {error}. Check the disk, or leave out shapefiles "
            "under [outputs].",
            zh=f"无法写入 {target}.shp：{error}。"
            "请检查磁盘空间，或去掉 [outputs] 中的 shapefiles。",
        ) from error


def _kind_of(table: gpd.GeoDataFrame) -> str:
    kinds = table.geom_type.dropna()
    return str(kinds.iloc[0]) if len(kinds) else "Polygon"
