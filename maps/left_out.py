"""Why a community is in no zone, in words: the reason, and whom it could have been joined with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from maps.words import LEFT_OUT, Both, pick

_MOST_NAMED: Final = 3
_COLON: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "zh": ("：相邻的", "、", "（", "）"),
    "en": (": beside it ", ", ", " (", ")"),
}
_NOBODY: Final[Both] = ("：没有相邻小区", ": nobody adjoins it")
_FULL: Final[Both] = ("在 {}，不能并入", "in {}, which cannot take it")


def tell_left_out(tables: Mapping[str, pd.DataFrame], language: str) -> pd.Series:
    """Say why each community outside of all zones is there.

    Parameters
    ----------
    tables
        ``assignment``, ``adjacency`` and ``communities``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    Series
        The reason by id. Of those that could be joined with nobody (`no_neighbour`) the linked
        neighbours are named, up to three, each with its own reason: out of scope, unknown, or in a
        zone that cannot take this one.
    """
    assignment = tables["assignment"]
    reasons = assignment["reason"].dropna()
    alone = frozenset(reasons.index[reasons.eq("no_neighbour")])
    linked = tables["adjacency"][tables["adjacency"]["linked"].astype(bool)]
    beside: dict[str, set[str]] = {one: set() for one in alone}
    for pair in linked.index:
        for one, other in (pair, pair[::-1]):
            if one in beside:
                beside[one].add(other)
    told = {
        key: pick(LEFT_OUT.get(reason, (reason, reason)), [language])
        + (_neighbours(sorted(beside[key]), tables, language) if key in beside else "")
        for key, reason in reasons.items()
    }
    return pd.Series(told, dtype="str")


def _neighbours(ids: list[str], tables: Mapping[str, pd.DataFrame], language: str) -> str:
    if not ids:
        return pick(_NOBODY, [language])
    colon, comma, opens, closes = _COLON[language]
    names, assignment = tables["communities"]["name"], tables["assignment"]
    each = []
    for one in ids[:_MOST_NAMED]:
        zone, reason = assignment["zone_id"].get(one), assignment["reason"].get(one)
        why = pick(_FULL, [language]).format(zone)
        if not isinstance(zone, str):
            why = pick(LEFT_OUT.get(str(reason), ("", "")), [language])
        name = names.get(one)
        called = name if isinstance(name, str) else one
        each.append(f"{called}{opens}{why}{closes}" if why else called)
    more = "……" if len(ids) > _MOST_NAMED else ""
    return colon + comma.join(each) + more
