"""Doubts about the layers of what renovation must keep: kinds, shapes, doubles, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd

from layers.attributes import list_keys
from layers.checks import Finding, Severity
from layers.counts import counted
from layers.protected_places import AREAS
from layers.protection_kinds import KindReading
from layers.tables import PROTECTED_KINDS

_WORDS_SHOWN: Final = 5
_LONGEST: Final = 100
"""Characters of a name, an id or a word that a message shows."""
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
        f"{name}：{total:,} 行中有 {len(words):,} 行没有可识别的类别{zh_words if stated else ''}，"
        f"按文件名作为「{zh}」。",
        f"{name}: {counted(total, 'row')}, {len(words):,} without a known "
        f"kind{en_words if stated else ''}, "
        f"taken as {en}, as the name of the file says.",
        "如有不符，请加“类别”一列 / Add a column 类别 if this is wrong",
    )


def doubt_words(name: str, words: pd.Series, read: pd.Series) -> list[Finding]:
    """Quote the words of a file that say no, that name two kinds, or that are read in part.

    Parameters
    ----------
    name
        Name of the file.
    words
        The kind as the file states it, by row; NA where it says nothing.
    read
        `KindReading` of each.
    """
    found: dict[str, dict[str, list[object]]] = {}
    readings: dict[str, KindReading] = {}
    for row, word, one in zip(words.index, words, read, strict=True):
        if pd.isna(word):
            continue
        readings.setdefault(word, one)
        code = _doubt_of(one)
        if code:
            found.setdefault(code, {}).setdefault(word, []).append(row)
    return [_note_words(name, code, rows, readings) for code, rows in sorted(found.items())]


def _doubt_of(one: KindReading) -> str:
    if one.is_negated:
        return "protection-kind-denied"
    if one.others:
        return "protection-kind-several"
    return "" if one.is_whole else "protection-kind-in-part"


def _note_words(
    name: str, code: str, rows: Mapping[str, list[object]], readings: Mapping[str, KindReading]
) -> Finding:
    what_zh, what_en = _WHY[code]
    zh, en = [], []
    for word in sorted(rows)[:_WORDS_SHOWN]:
        one, numbers, quoted = readings[word], _rows(rows[word]), repr(cut_long(word))
        kinds = [PROTECTED_KINDS[kind] for kind in (one.kind, *one.others)]
        also_zh = f"，另有{'、'.join(k[0] for k in kinds[1:])}未列" if one.others else ""
        also_en = f", {' and '.join(k[1] for k in kinds[1:])} left out" if one.others else ""
        zh.append(f"{quoted}（第 {numbers} 行）作为{kinds[0][0]}{also_zh}")
        en.append(f"{quoted} (row {numbers}) as {kinds[0][1]}{also_en}")
    more = len(rows) - _WORDS_SHOWN
    zh += [f"另有 {more} 种写法"] if more > 0 else []
    en += [f"and {more:,} more"] if more > 0 else []
    total = sum(map(len, rows.values()))
    return _finding(
        "check",
        code,
        f"{name}：{total:,} 行的类别{what_zh}：{'；'.join(zh)}。",
        f"{name}: the kinds of {counted(total, 'row')} {what_en}: {'; '.join(en)}.",
        "类别请用 文物古迹/历史建筑/古树名木/历史文化街区/历史城区，一行一类；不属保护对象的请删除"
        " / Write one of these words in each row; remove what is nothing to keep",
    )


_WHY: Final = {
    "protection-kind-denied": (
        "写明不是、不再是或尚未是，不计入该类",
        "are said not, no longer or not yet to be so, and are not counted as that",
    ),
    "protection-kind-several": ("不止一种，取第一种", "are several, the first is taken"),
    "protection-kind-in-part": ("只读懂一部分", "are read in part"),
}


def cut_long(text: str) -> str:
    """Cut a name, an id or a word for a message."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _rows(numbers: Sequence[object]) -> str:
    more = len(numbers) - _WORDS_SHOWN
    shown = ", ".join(str(one) for one in numbers[:_WORDS_SHOWN])
    return shown + (f" (+{more})" if more > 0 else "")


def _list(ids: pd.Index) -> str:
    return list_keys(cut_long(str(one)) for one in ids)


def note_shapes(name: str, rows: pd.Index) -> Finding:
    """Tell of rows that are neither points nor lines nor polygons."""
    return _finding(
        "check",
        "protection-no-shape",
        f"{name}：{len(rows):,} 行不是点、线、面，未采用（行号 {list_keys(rows)}）。",
        f"{name}: {counted(len(rows), 'row')} without a point, line or polygon, left out: "
        f"{list_keys(rows)}.",
        "拆分为单一图形 / Split them into plain shapes",
    )


def note_twice(rows: int, graded_apart: Sequence[str] = ()) -> Finding:
    """Tell of rows that repeat another row: one thing is listed once, under its first grade."""
    zh = f"其中级别不一、取第一个：{list_keys(graded_apart)}。" if graded_apart else ""
    en = f" Their grades differ, the first is kept: {list_keys(graded_apart)}."
    return _finding(
        "check" if graded_apart else "note",
        "protection-given-twice",
        f"{rows:,} 行与另一行类别、名称、位置相同，只列一次。{zh}",
        f"{counted(rows, 'row has', 'rows have')} the kind, name and place of another row; each "
        "thing is listed once."
        f"{en if graded_apart else ''}",
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
            f"{len(ids):,} 处保护对象的类别无法识别（{zh}），按“其他”列出，不归入任何条款："
            f"{_list(ids)}",
            f"{counted(len(ids), 'thing')} to keep of a kind that is not known ({en}), listed as "
            f"other, under no clause: {_list(ids)}",
            "类别请用 文物古迹/历史建筑/古树名木/历史文化街区/历史城区 / Write one of these words",
        )
    ]


def _quote(words: pd.Series) -> list[str]:
    """Quote the words of a column, each once; of many the first few."""
    stated = sorted(set(words.dropna()))
    return [
        *(repr(cut_long(one)) for one in stated[:_WORDS_SHOWN]),
        *(["…"] if len(stated) > _WORDS_SHOWN else []),
    ]


def _note_open(ids: pd.Index) -> list[Finding]:
    if ids.empty:
        return []
    return [
        _finding(
            "check",
            "protection-boundary-open",
            f"{len(ids):,} 处历史城区或历史文化街区不是面，线也不闭合，无法判断哪些小区位于其中："
            f"{_list(ids)}",
            f"{counted(len(ids), 'historic city or area', 'historic cities or areas')} without a "
            f"polygon or closed line, so that nobody can be said to lie inside: {_list(ids)}",
            "请提供面或闭合的边界线 / Give polygons or closed lines",
        )
    ]


def _note_nowhere(things: gpd.GeoDataFrame, within_m: float) -> list[Finding]:
    if things.empty:
        return []
    counts = things["kind"].value_counts()
    said = [(*both, counts[kind]) for kind, both in PROTECTED_KINDS.items() if kind in counts]
    zh = "、".join(f"{name} {count:,}" for name, _, count in said)
    en = ", ".join(f"{name}: {count:,}" for _, name, count in said)
    return [
        _finding(
            "note",
            "protection-in-none",
            f"{len(things):,} 处保护对象不在任何小区内（{zh}；点距边界 {within_m:g} m "
            "以内算在内）："
            f"{_list(things.index)}",
            f"{counted(len(things), 'thing')} to keep in no community ({en}; points count up to "
            f"{within_m:g} m outside an outline): {_list(things.index)}",
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
