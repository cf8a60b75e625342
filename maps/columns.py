"""Columns of office tables: captions from the contracts, words for codes, names beside ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from layers.contracts import Caption, captions_of, keys_of
from layers.tables import CATEGORIES, WALKERS
from maps.words import EXTRA, YES_NO, Both, pick, say, table_titles, words_of
from maps.worksheets import Column, Sheet
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
    "户·m": "#,##0",
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
_SIDES: Final = {
    f"{head}{side}": side for side in ("zh", "en") for head in ("", "explanation_", "explained_")
}
"""Columns of text in one language."""

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
        Languages in order of preference. Cells hold the words of the first one, so that a filter
        shows one word; columns of text in a language that is not among them are left out.

    Returns
    -------
    tuple of Column
        Key, then columns in the order of the contract, without geometry; words instead of codes;
        behind each id the name that people use, where the table does not hold it itself.
    """
    table = in_reading_order(tables[name]).reset_index()
    captions = captions_of(CONTRACTS[name])
    columns: list[Column] = []
    for field in table.columns:
        side = _SIDES.get(str(field))
        if field == "geometry" or (side is not None and side not in languages):
            continue
        zh, en = EXTRA.get(str(field), (str(field), str(field)))
        caption = captions.get(str(field)) or Caption(zh=zh, en=en, unit="")
        columns.append(column_of(name, str(field), table[field], caption, languages[:1]))
        if field in NAMED and NAMED[str(field)][0] != name and NAMED[str(field)][0] in tables:
            columns.append(_name_column(str(field), table[field], tables))
    return tuple(columns)


def in_reading_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort a table by its key, haves in their official order; partners by rank."""
    levels = [str(level) for level in table.index.names]
    keys: dict[str, pd.Series] = {}
    for level in levels:
        values = table.index.get_level_values(level)
        ranks = _RANKS.get(level)
        keys[level] = pd.Series(values.map(ranks) if ranks else values)
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
        return Column(field=field, caption=caption, cells=said.astype("str").where(values.notna()))
    if pd.api.types.is_numeric_dtype(values):
        return _number_column(field, values, caption)
    texts = values.astype("str").where(values.notna())
    if field == "table_name":  # findings name a table by its code
        known = {name: pick(both, languages) for name, both in table_titles().items()}
        texts = texts.map(lambda name: known.get(name, name), na_action="ignore").astype("str")
    elif field in _TWO_SIDED and (table, field) not in _WHOLE:
        known = {text: _side_of(text, languages) for text in texts.dropna().unique()}
        texts = texts.map(known).astype("str").where(values.notna())
    if words_of(table, field):
        known = {code: say(table, field, code, languages) for code in texts.dropna().unique()}
        texts = texts.map(known).astype("str").where(values.notna())
    return Column(field=field, caption=caption, cells=texts)


_TWO_SIDED: Final = frozenset({"bureau", "remedy", "reason", "suggestion"})
"""Columns of text that say one thing in both languages: ``中文 / English``."""


_WHOLE: Final = frozenset({("adjacency", "reason")})
"""Of these a planner's own text: given whole."""


def _side_of(text: str, languages: tuple[str, ...]) -> str:
    """Give the half in the first language; a text that has no halves is given whole."""
    halves = text.split(" / ")
    if len(halves) != len(("zh", "en")) or len(languages) != 1:
        return text
    return halves[languages[0] == "en"]


def _number_column(field: str, values: pd.Series, caption: Caption) -> Column:
    unit = caption["unit"]
    form = FORMATS.get(unit, "General")
    if field in _COORDINATES:
        form = "0.00"
    elif field in _SCORES or field.endswith("_points"):
        form = "0.000"
    return Column(field=field, caption=caption, cells=values, kind="number", number_format=form)


def _name_column(field: str, ids: pd.Series, tables: Mapping[str, pd.DataFrame]) -> Column:
    other, zh, en = NAMED[field]
    caption = Caption(zh=zh, en=en, unit="")
    return Column(field=f"{field}_name", caption=caption, cells=names_of(ids, tables[other]))


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


def words_sheet(names: Iterable[str], languages: tuple[str, ...]) -> Sheet:
    """List the words that cells hold in the first language with those of the other.

    Parameters
    ----------
    names
        Tables of the workbook.
    languages
        Two languages in order of preference.
    """
    rows: dict[tuple[str, Both], None] = {}
    for name in names:
        captions = captions_of(CONTRACTS[name])
        for field, caption in captions.items():
            used = pick((caption["zh"], caption["en"]), languages[:1])
            rows |= {(used, both): None for both in words_of(name, field).values()}
    rows |= {("", both): None for both in YES_NO.values()}
    texts = {
        "used": [used for used, _ in rows],
        "zh": [both[0] for _, both in rows],
        "en": [both[1] for _, both in rows],
    }
    heads = {
        "used": Caption(zh="所在列", en="Column", unit=""),
        "zh": Caption(zh="中文", en="Chinese", unit=""),
        "en": Caption(zh="英文", en="English", unit=""),
    }
    columns = tuple(
        Column(field=field, caption=heads[field], cells=pd.Series(texts[field], dtype="str"))
        for field in ("used", *languages)
    )
    title = ("用语对照", "Words")
    return Sheet(
        tab=pick(title, languages[:1]),
        title=pick(title, languages),
        columns=columns,
        is_appendix=True,
    )
