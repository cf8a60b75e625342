"""Columns of tables as the short rows that a page's document is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
"""Every table of the contracts by name, in the job's metric CRS."""

NONE: Final = -1
"""Stands for "no such thing" in rows of whole numbers."""


def texts(values: pd.Series) -> list[str]:
    """Write a column of text; a missing one is empty."""
    return [str(value) for value in values.fillna("").tolist()]


def whole(values: pd.Series, scale: float = 1.0) -> list[int]:
    """Write a column of numbers, times `scale`, as whole numbers; a missing one is `NONE`."""
    scaled = np.rint(values.astype("float64").to_numpy() * scale)
    return cast("list[int]", np.where(np.isnan(scaled), NONE, scaled).astype(np.int64).tolist())


def flags(values: pd.Series) -> str:
    """Write a column of yes and no as one text of 1 and 0; a missing one is no."""
    return "".join("1" if flag else "0" for flag in values.fillna(value=False))


def coded(values: pd.Series) -> dict[str, Any]:
    """Write texts that repeat as a list of words and a row of positions in it."""
    listed = texts(values)
    words = sorted(set(listed))
    place = {word: position for position, word in enumerate(words)}
    return {"words": words, "at": [place[text] for text in listed]}
