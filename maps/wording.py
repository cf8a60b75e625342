"""What a map page says and how it looks: words, notes, haves with their symbols, colours."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from layers.tables import CATEGORIES
from maps import style
from maps.assets import static_table
from maps.labels import Imprint
from maps.notes import marks, method, review_note, rulebook_title, zoning_lines
from maps.themes import THEMES
from maps.words import HAVES, STATUSES, WORDS, Both


def page_words(imprint: Imprint) -> dict[str, Any]:
    """Gather wording and looks of a page.

    Parameters
    ----------
    imprint
        Margin of the map.

    Returns
    -------
    dict
        ``imprint``, ``notes``, ``words``, ``codes``, ``haves`` and ``looks``: parts of a
        page's document.
    """
    return {
        "imprint": {
            "title": imprint.title,
            "date": imprint.date,
            "data_date": imprint.data_date,
            "drafting_unit": imprint.drafting_unit,
            "sources": list(imprint.sources),
            "languages": list(imprint.languages),
            "strict_m": imprint.strict_m,
            "limit_m": imprint.limit_m,
            "limit_minutes": imprint.limit_minutes,
            "rule": imprint.rule,
            "edge_ignored": imprint.edge_ignored,
            "version": imprint.version,
            "tiles": {"url": imprint.tiles_url, "attribution": imprint.tiles_attribution}
            if imprint.tiles_url
            else None,
        },
        "notes": {
            "marks": marks(imprint),
            "method": method(imprint),
            "review": review_note(imprint),
            "is_reviewed": bool(imprint.review_number),
            "rulebook": rulebook_title(imprint),
            "zoning": zoning_lines(imprint),
        },
        "words": static_table("words.json"),
        "codes": {"statuses": STATUSES, **{name: dict(codes) for name, codes in WORDS.items()}},
        "haves": _haves(),
        "looks": _looks(),
    }


def link_marks(kinds: pd.Series) -> list[Both]:
    """Say how many links between neighbours a planner added or cut.

    Parameters
    ----------
    kinds
        Column ``kind`` of `adjacency`.

    Returns
    -------
    list of tuple
        One mark in Chinese and English, or none.
    """
    said = [
        (f"{zh}邻接 {count:,} 处", f"links {en} by hand: {count:,}")
        for zh, en, count in _count_edits(kinds)
    ]
    if not said:
        return []
    zh, en = "，".join(one[0] for one in said), ", ".join(one[1] for one in said)
    return [(f"人工{zh}", en[0].upper() + en[1:])]


def links_told(kinds: pd.Series) -> list[Both]:
    """Say to everybody that zones rest on links which a planner added or cut.

    Parameters
    ----------
    kinds
        Column ``kind`` of `adjacency`.

    Returns
    -------
    list of tuple
        One sentence in Chinese and English, or none.
    """
    edits = _count_edits(kinds)
    if not edits:
        return []
    zh = "、".join(f"{said} {count:,} 处" for said, _, count in edits)
    en = ", ".join(f"{count:,} {said}" for _, said, count in edits)
    return [
        (
            f"规划人员人工调整了小区邻接关系（{zh}），片区据此划分。",
            f"Planners changed links between neighbours by hand ({en}); zones follow them.",
        )
    ]


def _count_edits(kinds: pd.Series) -> list[tuple[str, str, int]]:
    """Count the links that a planner added and cut, in the words of both languages."""
    words = {"added": "添加", "cut": "切断"}
    counts = {word: int(kinds.eq(word).sum()) for word in words}
    return [(zh, en, counts[en]) for en, zh in words.items() if counts[en]]


def _haves() -> list[dict[str, Any]]:
    paths = static_table("symbols.json")
    return [
        {
            "id": have,
            "label": HAVES[have],
            "colour": style.HAVE_COLOURS[have],
            "shape": style.HAVE_SHAPES[have],
            "path": paths[have][0],
        }
        for have in CATEGORIES
    ]


def _looks() -> dict[str, Any]:
    return {
        "missing": [asdict(step) for step in style.MISSING_CLASSES],
        "no_data": asdict(style.NO_DATA),
        "none_found": asdict(style.NONE_FOUND),
        "statuses": {status: asdict(fill) for status, fill in style.STATUS_FILLS.items()},
        "unconfirmed_hatch": style.UNCONFIRMED_HATCH,
        "themes": THEMES,
    }
