"""The GeoPackage ``plan.gpkg``: every table with geometry as a styled layer for a desktop GIS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from layers.contracts import captions_of, title_of
from layers.files import FIXED_DATE, write_layers
from maps.answer_layer import ANSWER_CAPTIONS, ANSWERS, answer_words, make_answers, of_one_kind
from maps.layer_styles import styles
from maps.qml import write_qml
from maps.words import EXTRA, YES_NO, pick, words_of
from zoning.tables import CONTRACTS


def write_geopackage(
    tables: Mapping[str, pd.DataFrame], path: Path, *, languages: tuple[str, ...] = ("zh", "en")
) -> None:
    """Write all tables with geometry into one GeoPackage, each with its style for QGIS.

    Parameters
    ----------
    tables
        Tables under their contracts, by name; those without geometry are left to ``tables/``.
    path
        The .gpkg file to write; equal tables give equal bytes.
    languages
        Languages of legends and captions, in order of preference.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    A layer carries its table's name, the keys are columns, the reference system is the job's. A
    layer of single and multiple shapes of one kind becomes one of multiple shapes, which a GIS
    draws and edits as one; facilities, points and areas together, stay as they are.

    `ANSWERS` is a layer of its own: communities with zone, number of missing haves and the
    answer to each have (adults), coloured as on the public map. The table ``layer_styles``, which
    QGIS looks for, holds one style a layer: symbols, captions as aliases, words for codes.
    """
    layers = {
        name: of_one_kind(table)
        for name, table in tables.items()
        if isinstance(table, gpd.GeoDataFrame)
    }
    if {"communities", "gaps"} <= set(tables):
        layers[ANSWERS] = make_answers(tables)
    write_layers(path, {**layers, "layer_styles": _styles_of(layers, languages)})


def _styles_of(layers: Mapping[str, gpd.GeoDataFrame], languages: tuple[str, ...]) -> pd.DataFrame:
    """Make the table ``layer_styles`` as QGIS lays it out."""
    looks = styles(languages)
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": GEOMETRY,
            "styleName": _title(name, languages),
            "styleQML": write_qml(
                looks[name], _aliases(name, layer, languages), _words(name, layer, languages)
            ),
            "styleSLD": "",
            "useAsDefault": True,
            "description": _title(name, ("zh", "en")),
            "owner": "lianpian",
            "ui": "",
            "update_time": pd.Timestamp(FIXED_DATE).tz_localize(None),
        }
        for name, layer in layers.items()
        if name in looks
    ]
    return pd.DataFrame(rows)


GEOMETRY: Final = "geom"
"""Column of shapes in a GeoPackage that GDAL writes."""


def _title(name: str, languages: tuple[str, ...]) -> str:
    if name == ANSWERS:
        return pick(("小区缺项", "What communities miss"), languages)
    return pick(title_of(CONTRACTS[name]), languages)


def _fields(layer: gpd.GeoDataFrame) -> list[str]:
    columns = [str(column) for column in layer.columns if column != layer.geometry.name]
    return [*(str(level) for level in layer.index.names if level), *columns]


def _aliases(name: str, layer: gpd.GeoDataFrame, languages: tuple[str, ...]) -> dict[str, str]:
    """Give each field its caption, with the unit; a field of the ledger keeps its own name."""
    found: dict[str, str] = {}
    own = captions_of(CONTRACTS[name if name in CONTRACTS else "communities"])
    for field in _fields(layer):
        both = EXTRA.get(field, (field, field))
        unit = ""
        if name == ANSWERS and field in ANSWER_CAPTIONS:
            both = ANSWER_CAPTIONS[field]
        elif field in own:
            both, unit = (own[field]["zh"], own[field]["en"]), own[field]["unit"]
        caption = pick(both, languages)
        found[field] = f"{caption} [{unit}]" if unit not in {"", "0–1", "year"} else caption
    return found


def _words(
    name: str, layer: gpd.GeoDataFrame, languages: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    """Give the words for codes, field by field."""
    found: dict[str, dict[str, str]] = {}
    for field in _fields(layer):
        words = dict(words_of(name, field))
        if name == ANSWERS:
            words = dict(answer_words(field))
        elif field in layer.columns and layer[field].dtype == "boolean":
            words = {str(yes).lower(): both for yes, both in YES_NO.items()}
        if words:
            found[field] = {code: pick(both, languages) for code, both in words.items()}
    return found
