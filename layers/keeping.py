"""Whether a table keeps its contract, seen at a glance: most tables do, and nothing need be told.

Pandera names every fault of a table, and takes some ten milliseconds for it however small the
table is; a job checks a hundred of them. What is asked here is less: is there any fault at all?
"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

_TYPES: Final = {
    "Int64": "Int64",
    "boolean": "boolean",
    "float64": "float64",
    "str": "str",
    "string[pyarrow]": "str",
}
"""Types as pandera names them in contracts, to the types of columns that it takes for them."""


def keeps(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> bool:
    """Tell whether a table certainly keeps its contract, its geometry aside.

    Parameters
    ----------
    schema
        The contract, made by `layers.contracts.contract`.
    frame
        The table.

    Returns
    -------
    bool
        True only if `schema.validate` would find nothing. False leaves it to pandera to look.
    """
    if not frame.columns.is_unique:
        return False
    if set(schema.columns) - set(frame.columns):
        return False
    if schema.strict and set(frame.columns) - set(schema.columns):
        return False
    if not _keeps_key(schema.index, frame.index):
        return False
    return all(_holds(column, frame[name]) for name, column in schema.columns.items())


def _keeps_key(wanted: pa.Index | pa.MultiIndex, index: pd.Index) -> bool:
    levels = wanted.indexes if isinstance(wanted, pa.MultiIndex) else [wanted]
    if list(index.names) != [level.name for level in levels] or not index.is_unique:
        return False
    return all(_holds(level, pd.Series(index.get_level_values(level.name))) for level in levels)


def _holds(wanted: pa.Column | pa.Index, values: pd.Series) -> bool:
    if not wanted.nullable and values.isna().any():
        return False
    if wanted.dtype is None:
        return not wanted.checks
    if _TYPES.get(str(wanted.dtype)) != str(values.dtype):
        return False
    return all(_passes(check, values) for check in wanted.checks)


def _passes(check: pa.Check, values: pd.Series) -> bool:
    bounds: dict[str, Any] = check.statistics or {}
    given = values.dropna()
    match check.name:
        case "isin":
            return bool(given.isin(list(bounds["allowed_values"])).all())
        case "greater_than_or_equal_to":
            return bool((given >= bounds["min_value"]).all())
        case "less_than_or_equal_to":
            return bool((given <= bounds["max_value"]).all())
    return False
