"""Columns of a bureau's attribute table: keys, texts, and yes-or-no marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd

from layers.cells import read_column
from layers.errors import KeyConflictError
from layers.fields import fold

SHOWN: Final = 5
"""Keys that a finding names; the rest is counted."""


def key_rows(frame: gpd.GeoDataFrame, key: str, role: str) -> gpd.GeoDataFrame:
    """Key rows by the column `key`, else by the index that they have, as text.

    Parameters
    ----------
    frame
        The table.
    key
        Name of the key.
    role
        Name of the table in messages.

    Raises
    ------
    KeyConflictError
        If two rows have the same key.
    """
    ids = frame[key] if key in frame.columns else frame.index
    keyed = frame.set_axis(pd.Index(ids.astype("str"), name=key))
    rows = keyed.index.value_counts()
    doubled = sorted(rows.index[rows > 1])
    if doubled:
        first, times = doubled[0], int(rows[doubled[0]])
        raise KeyConflictError(
            en=f"{role}: {key} {first!r} stands in {times} rows ({len(doubled)} such ids). "
            "Give each row its own id, or remove the column.",
            zh=f"{role}：{key} {first!r} 重复出现 {times} 次（共 {len(doubled)} 个重复编码）。"
            "请为每行编唯一编码，或删除该列。",
        )
    return keyed


def column_named(frame: pd.DataFrame, headers: Sequence[str]) -> str | None:
    """Find the column whose name comes first among `headers`, width and case folded away.

    A name that the job gives to a column (`layers.headers.rename_fields`) thus goes before others.
    """
    names: dict[str, str] = {}
    for name in frame.columns:
        names.setdefault(fold(name), str(name))
    return next((names[one] for header in headers if (one := fold(header)) in names), None)


def read_texts(frame: pd.DataFrame, column: str | None) -> pd.Series:
    """Read a column as text without blanks at its ends; NA where it is empty or not there."""
    if column is None:
        return pd.Series(None, index=frame.index, dtype="str")
    cells = pd.Series(frame[column])
    texts = cells.where(cells.notna(), None).astype("str").str.strip()
    return texts.where(texts != "")


def read_marks(frame: pd.DataFrame, column: str | None) -> pd.Series:
    """Tell which rows are marked: yes, or any word that does not say no (a bridge's name)."""
    texts = read_texts(frame, column)
    readings = read_column(texts.where(texts.notna(), None).tolist(), "flag")
    marks = [
        reading.value is True or (reading.value is None and reading.reason is not None)
        for reading in readings
    ]
    return pd.Series(marks, index=frame.index, dtype="bool")


def list_keys(keys: Iterable[object]) -> str:
    """List keys for a message: the first few in order, and how many more there are."""
    names = sorted(str(key) for key in keys)
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" (+{more})" if more > 0 else "")
