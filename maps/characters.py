"""Characters that papers of a plan are likely to print: those of its texts and of our own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

import pandas as pd

from maps.fonts import one_line
from maps.labels import Imprint
from zoning.rules import HAVE_NAMES

_TABLES: Final = ("communities", "facilities", "streets", "subdistricts", "zones", "summary")
_ALWAYS: Final = "".join(chr(code) for code in range(0x20, 0x7F)) + "—–…·×㎡²"


def characters_of(tables: Mapping[str, pd.DataFrame], imprint: Imprint) -> frozenset[str]:
    """Gather the characters of names, explanations, captions, imprint and wording.

    A guess on the safe side: a text with another character is drawn all the same, only slower.
    """
    texts = {_ALWAYS, _own_words(), *(" ".join(both) for both in HAVE_NAMES.values())}
    for name in _TABLES:
        frame = pd.DataFrame(tables[name]) if name in tables else pd.DataFrame()
        columns = [frame[str(one)] for one in frame.columns]
        texts.update(
            str(text)
            for column in columns
            if pd.api.types.is_string_dtype(column.dtype)
            for text in column.dropna().unique()
        )
        texts.update(str(key) for key in frame.index.get_level_values(0))
    texts.update(_strings(vars(imprint).values()))
    return frozenset(one_line("".join(set().union(*texts)))) | {" "}


def _strings(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from _strings(value)


@cache
def _own_words() -> str:
    """Give all that stands between the quotes of this package, and the rest of its files."""
    files = resources.files("maps").iterdir()
    sources = sorted(file.name for file in files if file.name.endswith(".py"))
    return "".join(
        resources.files("maps").joinpath(name).read_text(encoding="utf-8") for name in sources
    )
