"""Texts that no cell of a workbook holds whole."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.checks import Finding
from layers.contracts import title_of
from maps.sheet_cells import LONGEST_TEXT
from zoning.tables import CONTRACTS


def doubt_long_texts(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Tell of texts that the workbook shows cut; the tables hold them whole.

    Parameters
    ----------
    tables
        Tables by the names of their contracts.

    Returns
    -------
    list of Finding
        One for each column of a table with such texts, with the row of the longest.
    """
    return [
        _finding(name, str(column), table.index[long], lengths[long])
        for name, table in sorted(tables.items())
        for column in table.columns
        if pd.api.types.is_string_dtype(table[column].dtype)
        for lengths in (table[column].astype("str").str.len().fillna(0).to_numpy(),)
        for long in (lengths > LONGEST_TEXT,)
        if long.any()
    ]


def _finding(name: str, column: str, keys: pd.Index, lengths: npt.NDArray[np.integer]) -> Finding:
    key = keys[int(lengths.argmax())]
    row = "; ".join(map(str, key)) if isinstance(key, tuple) else str(key)
    most = int(lengths.max())
    zh, en = title_of(CONTRACTS[name])
    return Finding(
        severity="check",
        table_name=name,
        row_key=row,
        code="text-too-long",
        zh=f"{zh}：{len(keys):,} 行的 {column} 超过工作簿一格可容的 {LONGEST_TEXT:,} 个字符"
        f"（最长 {most:,} 个，{row}）；plan.xlsx 中截断并注明，全文见 tables/{name}.csv。",
        en=f"{en}: {column} of {len(keys):,} row(s) has more than the {LONGEST_TEXT:,} characters "
        f"that a cell holds (at most {most:,}, {row}); it is cut in plan.xlsx, which says so, and "
        f"whole in tables/{name}.csv.",
        remedy="缩短该文字 / Shorten the text",
    )
