"""Doubts about the layers of what renovation must keep: kinds, shapes, doubles, places."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd

from layers.attributes import list_keys
from layers.checks import Finding, Severity
from layers.protected_places import AREAS
from layers.tables import PROTECTED_KINDS

_WORDS_SHOWN: Final = 5
_LINES: Final = ("LineString", "MultiLineString", "Point", "MultiPoint")


def doubt_protections(
    protections: gpd.GeoDataFrame, words: pd.Series, *, within_m: float
) -> list[Finding]:
    """List things whose kind is not known, areas without an outline, and things in no community.

    Parameters
    ----------
    protections
        Contract `PROTECTIONS`.
    words
        The kind as the layer states it, by ``protection_id``; NA where it says nothing.
    within_m
        As in `layers.protections.prepare_protections`.
    """
    kinds = protections["kind"]
    is_open = kinds.isin(AREAS) & protections.geometry.geom_type.isin(_LINES)
    nowhere = protections["community_ids"].isna() & ~is_open
    return [
        *_note_unread(protections.index[kinds == "other"], words),
        *_note_open(protections.index[is_open]),
        *_note_nowhere(protections[nowhere], within_m),
    ]


def note_by_file(name: str, kind: str, words: pd.Series, total: int) -> Finding:
    """Tell that a file's name says the kind of rows whose own word is missing or not known."""
    zh, en = PROTECTED_KINDS[kind]
    stated = _quote(words)
    zh_words, en_words = (f"（{'、'.join(stated)}）", f" ({', '.join(stated)})")
    return _finding(
        "check" if stated else "note",
        "protection-kind-by-file",
        f"{name}：{total} 行中有 {len(words)} 行没有可识别的类别{zh_words if stated else ''}，"
        f"按文件名作为「{zh}」。",
        f"{name}: {len(words)} of {total} rows state no known kind{en_words if stated else ''} and "
        f"are taken as {en}, as the name of the file says.",
        "如有不符，请加“类别”一列 / Add a column 类别 if this is wrong",
    )


def note_shapes(name: str, rows: pd.Index) -> Finding:
    """Tell of rows that are neither points nor lines nor polygons."""
    return _finding(
        "check",
        "protection-no-shape",
        f"{name}：{len(rows)} 行不是点、线、面，未采用（行号 {list_keys(rows)}）。",
        f"{name}: {len(rows)} rows are neither points nor lines nor polygons and are left out: "
        f"{list_keys(rows)}.",
        "拆分为单一图形 / Split them into plain shapes",
    )


def note_twice(rows: int) -> Finding:
    """Tell of rows that repeat another row: one thing is listed once."""
    return _finding(
        "note",
        "protection-given-twice",
        f"{rows} 行与另一行类别、名称、位置相同，只列一次。",
        f"{rows} rows have the kind, name and place of another row; each thing is listed once.",
        "若确为不同对象，请以 protection_id 编号区分 / Different things at one place need a "
        "protection_id each",
    )


def _note_unread(ids: pd.Index, words: pd.Series) -> list[Finding]:
    if ids.empty:
        return []
    shown = _quote(words.reindex(ids))
    empty = int(words.reindex(ids).isna().sum())
    zh = "、".join([*shown, *([f"未填 {empty} 处"] if empty else [])])
    en = ", ".join([*shown, *([f"{empty} empty"] if empty else [])])
    return [
        _finding(
            "check",
            "protection-kind-unknown",
            f"{len(ids)} 处保护对象的类别无法识别（{zh}），按“其他”列出，不归入任何条款："
            f"{list_keys(ids)}",
            f"{len(ids)} things to keep are of kinds that are not known ({en}); they are listed as "
            f"other, under no clause: {list_keys(ids)}",
            "类别请用 文物古迹/历史建筑/古树名木/历史文化街区/历史城区 / Write one of these words",
        )
    ]


def _quote(words: pd.Series) -> list[str]:
    """Quote the words of a column, each once; of many the first few."""
    stated = sorted(set(words.dropna()))
    return [*map(repr, stated[:_WORDS_SHOWN]), *(["…"] if len(stated) > _WORDS_SHOWN else [])]


def _note_open(ids: pd.Index) -> list[Finding]:
    if ids.empty:
        return []
    return [
        _finding(
            "check",
            "protection-boundary-open",
            f"{len(ids)} 处历史城区或历史文化街区不是面，线也不闭合，无法判断哪些小区位于其中："
            f"{list_keys(ids)}",
            f"{len(ids)} historic cities or areas are no polygons and their lines do not close, so "
            f"that nobody can be said to lie in them: {list_keys(ids)}",
            "请提供面或闭合的边界线 / Give polygons or closed lines",
        )
    ]


def _note_nowhere(things: gpd.GeoDataFrame, within_m: float) -> list[Finding]:
    if things.empty:
        return []
    counts = things["kind"].value_counts()
    zh = "、".join(f"{PROTECTED_KINDS[k][0]} {counts[k]}" for k in PROTECTED_KINDS if k in counts)
    en = ", ".join(f"{counts[k]} {PROTECTED_KINDS[k][1]}" for k in PROTECTED_KINDS if k in counts)
    return [
        _finding(
            "note",
            "protection-in-none",
            f"{len(things)} 处保护对象不在任何小区内（{zh}；点距边界 {within_m:g} m 以内算在内）："
            f"{list_keys(things.index)}",
            f"{len(things)} things to keep lie in no community ({en}; points count up to "
            f"{within_m:g} m outside an outline): {list_keys(things.index)}",
        )
    ]


def _finding(severity: Severity, code: str, zh: str, en: str, remedy: str = "") -> Finding:
    return Finding(
        severity=severity,
        table_name="protections",
        row_key="",
        code=code,
        zh=zh,
        en=en,
        remedy=remedy,
    )
