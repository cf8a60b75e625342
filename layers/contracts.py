"""What a table is: columns with units and captions, checks of every fault at once, one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from layers.errors import ContractError
from layers.keeping import keeps


class Caption(TypedDict):
    """Name of a column for people."""

    zh: str
    en: str
    unit: str


def caption(zh: str, en: str, unit: str = "") -> Caption:
    """Make the metadata of a column: both captions and the unit."""
    return Caption(zh=zh, en=en, unit=unit)


def text(zh: str, en: str, *, required: bool = False) -> pa.Column:
    """Describe a column of free text; codes are joined by ``;``."""
    return pa.Column("str", nullable=not required, metadata=_meta(zh, en))


def word(zh: str, en: str, *words: str, required: bool = True) -> pa.Column:
    """Describe a column that holds one of a closed set of words."""
    return pa.Column(
        "str", pa.Check.isin(list(words)), nullable=not required, metadata=_meta(zh, en)
    )


def number(
    zh: str,
    en: str,
    unit: str = "",
    *,
    low: float | None = 0.0,
    high: float | None = None,
    required: bool = False,
) -> pa.Column:
    """Describe a column of real numbers in `unit`, within ``[low, high]``."""
    checks = [] if low is None else [pa.Check.ge(low)]
    if high is not None:
        checks.append(pa.Check.le(high))
    return pa.Column("float64", checks, nullable=not required, metadata=_meta(zh, en, unit))


def share(zh: str, en: str, *, required: bool = False) -> pa.Column:
    """Describe a column of shares, 0 to 1."""
    return number(zh, en, "0–1", low=0.0, high=1.0, required=required)


def count(zh: str, en: str, unit: str = "", *, required: bool = False) -> pa.Column:
    """Describe a column of whole numbers of things."""
    return pa.Column("Int64", pa.Check.ge(0), nullable=not required, metadata=_meta(zh, en, unit))


def whole(zh: str, en: str, unit: str = "") -> pa.Column:
    """Describe a column of whole numbers that may be negative: a level, a year."""
    return pa.Column("Int64", nullable=True, metadata=_meta(zh, en, unit))


def flag(zh: str, en: str, *, required: bool = False) -> pa.Column:
    """Describe a column of yes, no and unknown."""
    return pa.Column("boolean", nullable=not required, metadata=_meta(zh, en))


def shape(zh: str, en: str) -> pa.Column:
    """Describe the geometry column; its kinds are checked by `check`."""
    return pa.Column(None, nullable=False, metadata=_meta(zh, en))


def key(zh: str, en: str, *words: str) -> pa.Index:
    """Describe one level of a key: text, never missing; leading zeros survive."""
    checks = [pa.Check.isin(list(words))] if words else []
    return pa.Index("str", checks, nullable=False, metadata=_meta(zh, en))


def contract(
    name: str,
    zh: str,
    en: str,
    *,
    keys: Mapping[str, pa.Index],
    columns: Mapping[str, pa.Column],
    kinds: tuple[str, ...] = (),
    extra: bool = False,
) -> pa.DataFrameSchema:
    """Declare a table.

    Parameters
    ----------
    name, zh, en
        Name in files, and captions for people.
    keys
        Levels of the index; together unique.
    columns
        The columns beside the key.
    kinds
        Geometry types allowed; empty for a table without geometry.
    extra
        Whether further columns may follow (fields of a ledger that nobody computes with).
    """
    levels = []
    for level, index in keys.items():
        index.name = level
        levels.append(index)
    if len(levels) == 1:
        levels[0].unique = True
        index_schema: pa.Index | pa.MultiIndex = levels[0]
    else:
        index_schema = pa.MultiIndex(levels, unique=list(keys))
    described = dict(columns)
    if kinds:
        described["geometry"] = shape("图形", "Geometry")
    return pa.DataFrameSchema(
        described,
        index=index_schema,
        strict=not extra,
        name=name,
        metadata={"zh": zh, "en": en, "keys": list(keys), "kinds": kinds},
    )


def _meta(zh: str, en: str, unit: str = "") -> dict[str, object]:
    return dict(caption(zh, en, unit))


def keys_of(schema: pa.DataFrameSchema) -> list[str]:
    """Name the levels of a contract's key."""
    return cast("list[str]", (schema.metadata or {})["keys"])


def captions_of(schema: pa.DataFrameSchema) -> dict[str, Caption]:
    """Map every key level and column of a contract to its caption."""
    index = schema.index
    levels = index.indexes if isinstance(index, pa.MultiIndex) else [index]
    named: dict[str, Any] = {level.name: level.metadata for level in levels}
    named.update({str(name): column.metadata for name, column in schema.columns.items()})
    return {name: cast("Caption", meta) for name, meta in named.items()}


def title_of(schema: pa.DataFrameSchema) -> tuple[str, str]:
    """Give a contract's captions, Chinese and English."""
    meta = cast("dict[str, str]", schema.metadata)
    return meta["zh"], meta["en"]


def check(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> None:
    """Check a table against its contract and report every fault at once.

    Parameters
    ----------
    schema
        The contract.
    frame
        The table, keyed as the contract says.

    Raises
    ------
    ContractError
        If a column is missing, unknown, of another type or out of bounds, if the key is missing or
        not unique, or if a geometry is null, empty or of a kind that the contract does not allow.
    """
    faults = [] if keeps(schema, frame) else _faults(schema, frame)
    kinds = cast("tuple[str, ...]", (schema.metadata or {}).get("kinds", ()))
    if kinds and "geometry" in frame.columns:
        faults.extend(_geometry_faults(frame, kinds))
    if faults:
        raise ContractError(str(schema.name), tuple(faults))


def _faults(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> list[str]:
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        groups = cases.groupby(["column", "check"], dropna=False, sort=True)
        return [
            f"{column}: {rule}; {len(group)} case(s), first at "
            f"{group.iloc[0]['index']!r}: {group.iloc[0]['failure_case']!r}"
            for (column, rule), group in groups
        ]
    return []


def _geometry_faults(frame: pd.DataFrame, kinds: tuple[str, ...]) -> list[str]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return ["geometry: the table is no GeoDataFrame"]
    faults = []
    if frame.crs is None:
        faults.append("geometry: no coordinate reference system")
    elif frame.crs.is_geographic:
        faults.append(f"geometry: degrees ({frame.crs.name}) where metres are needed")
    shapes = frame.geometry
    for wrong, what in (
        (shapes.isna() | shapes.is_empty, "null or empty"),
        (~shapes.geom_type.isin(kinds) & shapes.notna(), f"not one of {', '.join(kinds)}"),
    ):
        if wrong.any():
            faults.append(f"geometry: {what}; {wrong.sum()} case(s), first at {wrong.idxmax()!r}")
    return faults


def conform(schema: pa.DataFrameSchema, frame: pd.DataFrame, *, crs: object = None) -> pd.DataFrame:
    """Bring a table into the form of its contract: key, order of columns, types, sorted rows.

    Columns that the contract names and the table lacks are added as missing; columns that it does
    not name are dropped unless the contract allows extra ones. Nothing is checked: call `check`.

    Parameters
    ----------
    schema
        The contract.
    frame
        The table; its key may be the index or columns.
    crs
        Reference system of an empty table with geometry.

    Returns
    -------
    DataFrame
        A new table, a GeoDataFrame when the contract has a geometry.
    """
    keys = keys_of(schema)
    table = pd.DataFrame(frame)
    if list(table.index.names) != keys:
        if table.index.names != [None]:
            table = table.reset_index()
        for level in keys:
            if level not in table.columns:
                table[level] = pd.Series(dtype="str")
        table = table.set_index(keys)
    columns: dict[str, Any] = {}
    for name, column in schema.columns.items():
        if name == "geometry":
            continue
        values = table[name] if name in table.columns else pd.Series(pd.NA, index=table.index)
        columns[str(name)] = _as_type(values, str(column.dtype))
    if not schema.strict:
        known = {*columns, "geometry"}
        columns.update({str(c): table[c] for c in table.columns if c not in known})
    out = pd.DataFrame(columns, index=_text_index(table.index, keys))
    kinds = cast("tuple[str, ...]", (schema.metadata or {}).get("kinds", ()))
    if kinds:
        own = getattr(frame, "crs", None) if isinstance(frame, gpd.GeoDataFrame) else None
        has_shapes = "geometry" in table.columns
        shapes = table["geometry"].to_numpy() if has_shapes else np.empty(len(out), dtype=object)
        out = gpd.GeoDataFrame(out, geometry=gpd.GeoSeries(shapes, index=out.index, crs=own or crs))
    return out.sort_index(kind="stable")


def _as_type(values: pd.Series, dtype: str) -> pd.Series:
    if dtype == "Int64":
        return values.astype("Int64")
    if dtype == "boolean":
        return values.astype("boolean")
    if dtype.startswith("float"):
        return pd.to_numeric(values, errors="raise").astype("float64")
    if values.dtype == "str":
        return values
    return values.astype("object").where(values.notna(), None).astype("str")


def _text_index(index: pd.Index, keys: list[str]) -> pd.Index:
    if isinstance(index, pd.MultiIndex):
        levels = [index.get_level_values(level).astype("str") for level in keys]
        return pd.MultiIndex.from_arrays(levels, names=keys)
    return cast("pd.Index", pd.Index(index.astype("str"), name=keys[0]))
