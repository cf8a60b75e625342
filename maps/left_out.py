"""Why a community is in no zone, in words: the reason, and whom it could have been joined with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from maps.words import LEFT_OUT, Both, pick

_MOST_NAMED: Final = 3
_MARKS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "zh": ("相邻的", "、", "（", "）"),
    "en": ("beside it ", ", ", " (", ")"),
}
_COLON: Final[Both] = ("：", ": ")
_NOBODY: Final[Both] = ("没有相邻小区", "nobody adjoins it")
_FULL: Final[Both] = ("在 {}，不能并入", "in {}, which cannot take it")


def tell_left_out(
    tables: Mapping[str, pd.DataFrame], language: str, *, is_short: bool = False
) -> pd.Series:
    """Say why each community outside of all zones is there.

    Parameters
    ----------
    tables
        ``assignment``, ``adjacency`` and ``communities``.
    language
        ``zh`` or ``en``.
    is_short
        Where neighbours are named, leave the reason itself out: for narrow columns.

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
    told = {}
    for key, reason in reasons.items():
        said = pick(LEFT_OUT.get(reason, (reason, reason)), [language])
        if key in beside:
            whom = _neighbours(sorted(beside[key]), tables, language)
            said = whom if is_short else said + pick(_COLON, [language]) + whom
        told[key] = said
    return pd.Series(told, dtype="str")


def _neighbours(ids: list[str], tables: Mapping[str, pd.DataFrame], language: str) -> str:
    if not ids:
        return pick(_NOBODY, [language])
    head, comma, opens, closes = _MARKS[language]
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
    return head + comma.join(each) + more
