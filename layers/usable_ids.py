"""Ids of communities that every table, list and map can carry."""

from __future__ import annotations

import unicodedata
from typing import Final

import geopandas as gpd

from layers.errors import InputError

LONGEST_ID: Final = 60
"""Characters of an id: a code of the state has at most 25, a longer one is a text that slipped."""

LIST_MARK: Final = ";"
"""Stands between ids wherever a cell lists several."""

_SHOWN: Final = 5
_BEGINNING: Final = 30


def require_usable_ids(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give communities back, if lists of their ids can be written and every id be seen whole.

    Parameters
    ----------
    communities
        Keyed by their ids.

    Raises
    ------
    InputError
        If an id is longer than `LONGEST_ID`, holds a ``;``, or a character that shows nothing: a
        line break, a control, a mark of direction. The first of them are named.
    """
    wrong = [
        (str(one), fault) for one in communities.index if (fault := _fault_of(str(one))) is not None
    ]
    if not wrong:
        return communities
    en = "; ".join(f"{one[:_BEGINNING]!r}: {fault[0]}" for one, fault in wrong[:_SHOWN])
    zh = "；".join(f"{one[:_BEGINNING]!r}：{fault[1]}" for one, fault in wrong[:_SHOWN])
    more = " ..." if len(wrong) > _SHOWN else ""
    raise InputError(
        en=f"communities: {len(wrong)} id(s) cannot be used: {en}{more}. Expected at most "
        f"{LONGEST_ID} characters in one line, none of them {LIST_MARK!r} or invisible. Correct "
        "the column of ids.",
        zh=f"communities：{len(wrong)} 个小区编码无法使用：{zh}{more}。应不超过 {LONGEST_ID} "
        f"个字符、不换行，且不含 {LIST_MARK!r} 或不可见字符。请更正编码列。",
    )


def _fault_of(one: str) -> tuple[str, str] | None:
    if len(one) > LONGEST_ID:
        return f"{len(one):,} characters", f"{len(one):,} 个字符"
    if LIST_MARK in one:
        return f"holds {LIST_MARK!r}", f"含 {LIST_MARK!r}"
    for sign in one:
        kind = unicodedata.category(sign)
        if kind[0] == "C" or kind in {"Zl", "Zp"}:
            code = f"U+{ord(sign):04X}"
            return f"holds the invisible character {code}", f"含不可见字符 {code}"
    return None
