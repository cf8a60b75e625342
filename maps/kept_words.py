"""What must be kept, in words: of a community, of a zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import pandas as pd

from layers.contracts import Caption
from maps.words import WORDS, Both, pick

KEPT: Final = Caption(zh="须保护（图层）", en="Must be kept (on the map)", unit="")
"""The layer alone: what a ledger says of the same things stands in the findings."""

UNNAMED: Final[Both] = ("未命名", "unnamed")
_SHOWN: Final = 5
_MARKS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "zh": ("：", "、", "；", "等 {} 处"),
    "en": (": ", ", ", "; ", " and {} more"),
}


def tell_kept(
    tables: Mapping[str, pd.DataFrame], owner: Literal["communities", "zones"], language: str
) -> pd.Series:
    """Name what must be kept in each community or zone: by kind, its things.

    Parameters
    ----------
    tables
        ``protections`` and, for zones, ``assignment``; without them nothing is named.
    owner
        For whom.
    language
        ``zh`` or ``en``.

    Returns
    -------
    Series
        ``古树名木：国槐 ×2、银杏；历史城区：老城`` by id; who has nothing of the kind has no row. A
        thing in several communities of a zone is named once. Of more than five names the first
        five are given, and how many things there are in Chinese, how many names more in English.
    """
    if not len(tables.get("protections", ())):
        return pd.Series(dtype="str")
    protections = tables["protections"]
    rows = protections[["kind", "name", "community_ids"]].dropna(subset="community_ids")
    rows = rows.assign(community_id=rows["community_ids"].str.split(";")).explode("community_id")
    rows = rows.assign(owner=rows["community_id"])
    if owner == "zones":
        rows["owner"] = rows["community_id"].map(tables["assignment"]["zone_id"])
    rows = rows.dropna(subset="owner")
    rows = rows.reset_index().drop_duplicates(["protection_id", "owner"])
    _, _, between, _ = _MARKS[language]
    told = {
        str(key): between.join(
            _tell(kind, own[own["kind"].eq(kind)]["name"], language)
            for kind in WORDS["protections.kind"]
            if own["kind"].eq(kind).any()
        )
        for key, own in rows.groupby("owner", sort=True)
    }
    return pd.Series(told, dtype="str")


def _tell(kind: str, names: pd.Series, language: str) -> str:
    colon, comma, _, more = _MARKS[language]
    counts = names.fillna(pick(UNNAMED, [language])).value_counts()
    each = [f"{name} ×{n:,}" if n > 1 else str(name) for name, n in sorted(counts.items())]
    said = comma.join(each[:_SHOWN])
    if len(each) > _SHOWN:
        rest = int(counts.sum()) if language == "zh" else len(each) - _SHOWN
        said += more.format(f"{rest:,}")
    return f"{pick(WORDS['protections.kind'][kind], [language])}{colon}{said}"
