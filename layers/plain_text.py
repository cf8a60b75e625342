"""Text from outside without characters that no document, map or table can carry."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd

from layers.checks import Finding
from layers.printable import UNPRINTABLE

_SHOWN: Final = 5


def clean_texts(
    frame: gpd.GeoDataFrame, *, role: str, path: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Take such characters out of every text of a layer, and tell of it.

    Parameters
    ----------
    frame
        A layer as read.
    role, path
        What the file is for, and its name, for the finding.

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        The layer, and one finding that counts the rows.
    """
    changed: dict[str, pd.Series] = {}
    rows: set[object] = set()
    for name in frame.columns:
        if name == frame.geometry.name or not pd.api.types.is_string_dtype(frame[name].dtype):
            continue
        bad = frame[name].astype("str").str.contains(UNPRINTABLE, na=False)
        if bad.any():
            changed[str(name)] = frame[name].where(
                ~bad, frame[name].astype("str").str.replace(UNPRINTABLE, "", regex=True)
            )
            rows.update(frame.index[bad])
    if not rows:
        return frame, []
    named = sorted(str(row) for row in rows)
    shown = ", ".join(named[:_SHOWN]) + (f" (+{len(named) - _SHOWN})" * (len(named) > _SHOWN))
    finding = Finding(
        severity="note",
        table_name=role,
        row_key=named[0] if len(named) == 1 else "",
        code="text-control-characters",
        zh=f"{path}：{len(named):,} 行的文字含有控制字符，已删去：{shown}。",
        en=f"{path}: {len(named):,} row(s) had control characters in their text, which were taken "
        f"out: {shown}.",
        remedy="核对这些文字 / Check these texts",
    )
    return frame.assign(**changed), [finding]
