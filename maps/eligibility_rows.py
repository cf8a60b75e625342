"""Who is out of scope or open, and why: communities of one reason in one row of a paper."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from maps.words import pick, say

_LISTED = ("unknown", "excluded")
_MOST_NAMES = 6


def eligibility_rows(
    tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> list[tuple[str, str, str]]:
    """List who is open, then who is out of scope, by their reason.

    Parameters
    ----------
    tables
        Contracts ``communities`` and ``eligibility``.
    languages
        Languages in order of preference.

    Returns
    -------
    list of tuple
        Verdict, communities (how many, the first of them by name) and the sentences of the reason,
        one language below the other; of one verdict the reason that most share first. Empty where
        the table has no sentences.
    """
    eligibility = tables["eligibility"]
    names = tables["communities"]["name"].reindex(eligibility.index)
    listed = eligibility.assign(name=names.fillna(eligibility.index.to_series()))
    listed = listed[listed["status"].isin(_LISTED) & listed["explained_zh"].notna()]
    groups = [
        (_LISTED.index(str(status)), -len(rows), str(zh), rows)
        for (status, zh), rows in listed.groupby(["status", "explained_zh"], sort=True)
    ]
    found = []
    for rank, _, _, rows in sorted(groups, key=lambda group: group[:3]):
        told = {"zh": rows["explained_zh"].iloc[0], "en": rows["explained_en"].iloc[0]}
        found.append(
            (
                say("eligibility", "status", _LISTED[rank], languages),
                _some_names(rows["name"].astype("str").tolist(), languages),
                "\n".join(str(told[language]) for language in languages),
            )
        )
    return found


def _some_names(names: list[str], languages: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMES
    if more <= 0:
        return "、".join(names)
    rest = pick((f"等 {len(names):,} 个", f"and {more:,} more"), languages[:1])
    return f"{'、'.join(names[:_MOST_NAMES])} {rest}"
