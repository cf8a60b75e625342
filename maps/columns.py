"""Columns of office tables: captions from the contracts, words for codes, names beside ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from layers.contracts import Caption, captions_of, keys_of
from layers.tables import CATEGORIES, WALKERS
from maps.words import EXTRA, FIGURES, YES_NO, pick, say, words_of
from maps.worksheets import Column
from zoning.tables import BANDS, CONTRACTS

NAMED: Final[Mapping[str, tuple[str, str, str]]] = {
    "community_id": ("communities", "小区名称", "Name of the community"),
    "partner_id": ("communities", "伙伴小区名称", "Name of the partner"),
    "focal": ("communities", "小区名称", "Name of the community"),
    "neighbor": ("communities", "相邻小区名称", "Name of the neighbour"),
    "centre_id": ("communities", "中心小区名称", "Name of the centre"),
    "nearest_id": ("facilities", "最近设施名称", "Name of the nearest facility"),
}
"""Ids that readers know by another name: id column -> table with the names, captions."""

FORMATS: Final[Mapping[str, str]] = {
    "m": "#,##0",
    "m²": "#,##0",
    "min": "0.0",
    "0–1": "0.0%",
    "户": "#,##0",
    "人": "#,##0",
    "栋": "#,##0",
    "year": "0",
}
"""Formats of numbers by unit; figures keep their full value."""

_RANKS: Final[Mapping[str, Mapping[str, int]]] = {
    "category": {have: rank for rank, have in enumerate(CATEGORIES)},
    "walker": {walker: rank for rank, walker in enumerate(WALKERS)},
    "band": {band: rank for rank, band in enumerate(BANDS)},
}
_HEADLINES: Final = {name: rank for rank, name in enumerate(FIGURES)}
_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "summary": ("zh", "en", "value", "unit"),
}
"""Columns that readers want before the key."""

_COORDINATES: Final = {"x_m", "y_m"}
_SCORES: Final = {"score", "compactness", "likeness"}


def columns_of(
    name: str, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> tuple[Column, ...]:
    """Turn a table into columns for readers.

    Parameters
    ----------
    name
        Name of the table and of its contract.
    tables
        All tables; names of communities and facilities are looked up in them.
    languages
        Languages of the words, in order of preference.

    Returns
    -------
    tuple of Column
        Key, then columns in the order of the contract, without geometry; words instead of codes;
        behind each id the name that people use, where the table does not hold it itself.
    """
    table = in_reading_order(tables[name]).reset_index()
    first = _FIRST.get(name, ())
    table = table[[*first, *(field for field in table.columns if field not in first)]]
    captions = captions_of(CONTRACTS[name])
    columns: list[Column] = []
    for field in table.columns:
        if field == "geometry":
            continue
        zh, en = EXTRA.get(str(field), (str(field), str(field)))
        caption = captions.get(str(field)) or Caption(zh=zh, en=en, unit="")
        columns.append(column_of(name, str(field), table[field], caption, languages))
        if field in NAMED and NAMED[str(field)][0] != name and NAMED[str(field)][0] in tables:
            columns.append(_name_column(str(field), table[field], tables))
    return tuple(columns)


def in_reading_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort a table by its key, haves in their official order; partners by rank, headlines first."""
    levels = [str(level) for level in table.index.names]
    keys: dict[str, pd.Series] = {}
    for level in levels:
        values = table.index.get_level_values(level)
        ranks = _RANKS.get(level)
        keys[level] = pd.Series(values.map(ranks) if ranks else values)
    if "figure" in levels:
        rank = keys["figure"].map(_HEADLINES).fillna(len(_HEADLINES))
        keys = {"headline": rank, **keys}
    if "partner_id" in levels:
        keys["partner_id"] = table["rank"].reset_index(drop=True)
    order = pd.DataFrame(keys).sort_values(list(keys), kind="stable").index
    return table.take(order.to_numpy())


def column_of(
    table: str, field: str, values: pd.Series, caption: Caption, languages: tuple[str, ...]
) -> Column:
    """Turn one column of a table into a column for readers."""
    if isinstance(values.dtype, pd.BooleanDtype) or values.dtype == bool:
        said = values.map({flag: pick(both, languages) for flag, both in YES_NO.items()})
        return Column(caption=caption, cells=said.astype("str").where(values.notna()))
    if pd.api.types.is_numeric_dtype(values):
        return _number_column(field, values, caption)
    texts = values.astype("str").where(values.notna())
    if words_of(table, field):
        known = {code: say(table, field, code, languages) for code in texts.dropna().unique()}
        texts = texts.map(known).astype("str").where(values.notna())
    return Column(caption=caption, cells=texts)


def _number_column(field: str, values: pd.Series, caption: Caption) -> Column:
    unit = caption["unit"]
    form = FORMATS.get(unit, "General")
    if field in _COORDINATES:
        form = "0.00"
    elif field in _SCORES:
        form = "0.000"
    elif unit == "0–1":
        caption = Caption(zh=caption["zh"], en=caption["en"], unit="")
    return Column(caption=caption, cells=values, kind="number", number_format=form)


def _name_column(field: str, ids: pd.Series, tables: Mapping[str, pd.DataFrame]) -> Column:
    other, zh, en = NAMED[field]
    return Column(caption=Caption(zh=zh, en=en, unit=""), cells=names_of(ids, tables[other]))


def names_of(ids: pd.Series, table: pd.DataFrame) -> pd.Series:
    """Give the name of each id; an unnamed thing shows its id, a missing id stays missing.

    Parameters
    ----------
    ids
        Ids of rows of `table`; missing ones allowed.
    table
        A table with `name`, keyed by id first.
    """
    level = table.index.get_level_values(0)
    names = pd.Series(table["name"].to_numpy(), index=level)
    names = names[~level.duplicated()].dropna()
    found = ids.map(names).astype("object")
    return found.where(found.notna(), ids).astype("str").where(ids.notna())


def key_columns(name: str) -> int:
    """Count the columns of a table's key on its sheet, names included."""
    keys = keys_of(CONTRACTS[name])
    return len(keys) + sum(key in NAMED and NAMED[key][0] != name for key in keys)
