"""Whether papers can print every name: told before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.errors import InputError
from layers.ground import Ground
from lianpian.job import LocatedJob
from maps.fonts import Face, paper_face
from zoning.rulebooks import Rulebook

MOST_NAMED: Final = 8
"""Texts told in one message; it counts the others."""

_OSM: Final = "osm"
"""Source of facilities whose names nobody in the office can change."""


@dataclass(frozen=True)
class Cell:
    """A text that papers print, and where it stands.

    Parameters
    ----------
    zh, en
        Table, row and field, or the key of the job file.
    text
        The text.
    """

    zh: str
    en: str
    text: str


def require_printable(located: LocatedJob, ground: Ground, rulebook: Rulebook) -> list[Finding]:
    """Refuse a job with a name that no paper can print.

    Parameters
    ----------
    located, ground, rulebook
        The job, its inputs as read, its rules.

    Returns
    -------
    list of Finding
        One for streets and one for facilities of OpenStreetMap whose names the face cannot print:
        maps leave these names out.

    Raises
    ------
    InputError
        If the face of papers lacks a character of a name of a community, street office or zone, of
        a facility that the office gave, or of the job's own texts: each with where it stands.
    """
    face = paper_face()
    wrong = [
        (cell, lacking)
        for cell in _cells(located, ground, rulebook)
        if (lacking := face.lacks(cell.text))
    ]
    if wrong:
        raise _refusal(wrong, face)
    return [*_left_out_streets(ground.streets, face), *_left_out_facilities(ground, face)]


def _refusal(wrong: list[tuple[Cell, list[str]]], face: Face) -> InputError:
    zh, en = [], []
    for cell, lacking in wrong[:MOST_NAMED]:
        codes = [f"{character!r} (U+{ord(character):04X})" for character in lacking]
        zh.append(f"{cell.zh} {cell.text!r}：{'、'.join(codes)}")
        en.append(f"{cell.en} {cell.text!r}: {', '.join(codes)}")
    rest = len(wrong) - MOST_NAMED
    return InputError(
        zh=f"图纸和报告的字体 {face.path.name} 没有以下文字中的字符：\n"
        + "\n".join(f"  {line}" for line in zh)
        + (f"\n  另有 {rest:,} 处" if rest > 0 else "")
        + "\n请改用其他写法（如通用字、拼音或加偏旁说明）后再运行。",
        en=f"The font of sheets and report, {face.path.name}, lacks characters of these texts:\n"
        + "\n".join(f"  {line}" for line in en)
        + (f"\n  and {rest:,} more" if rest > 0 else "")
        + "\nWrite them with other characters (a common variant, or pinyin) and run again.",
    )


def _cells(located: LocatedJob, ground: Ground, rulebook: Rulebook) -> Iterator[Cell]:
    """List what papers print: the job's own texts first, then names table by table."""
    job, outputs = located.job.job, located.job.outputs
    yield from (
        Cell(f"job.toml：{key}", f"job.toml: {key}", text)
        for key, text in (
            ("[job] name", job.name),
            ("[outputs] drafting_unit", outputs.drafting_unit),
            ("[outputs] review_number", outputs.review_number),
        )
    )
    for text in ground.sources:
        yield Cell("数据来源", "source", text)
    name = rulebook.name
    for text in (rulebook.title_zh, rulebook.title_en):
        yield Cell(f"政策规则 {name} 标题", f"title of the rulebook {name}", text)
    yield from _of_communities(ground.communities)
    yield from _of_column(ground.subdistricts, "name", "街道辖区", "street office")
    given = ground.facilities[~ground.facilities["source"].eq(_OSM)]
    yield from _of_column(given, "name", "设施", "facility")
    edited = ground.assignment
    if edited is not None and "zone_id" in edited:
        zones = edited["zone_id"].dropna().astype("str").unique()
        yield from (Cell("归属表片区编号", "zone id of the assignment", one) for one in zones)


def _of_communities(communities: pd.DataFrame) -> Iterator[Cell]:
    """Give ids, names and street offices of communities, with their rows of the ledger."""
    rows: Mapping[object, object] = {}
    if "ledger_rows" in communities:
        rows = communities["ledger_rows"].dropna().to_dict()
    for key in communities.index:
        yield Cell("小区编码", "id of a community", str(key))
    for field, zh, en in (("name", "名称", "name"), ("subdistrict", "街道", "street office")):
        for key, text in communities[field].dropna().items():
            where = f"（{rows[key]}）" if key in rows else ""
            beside = f" ({rows[key]})" if key in rows else ""
            yield Cell(f"小区 {key}{where} {zh}", f"community {key}{beside}, {en}", str(text))


def _of_column(table: pd.DataFrame, field: str, zh: str, en: str) -> Iterator[Cell]:
    texts = table[field].dropna()
    for key, text in zip(texts.index.get_level_values(0), texts, strict=True):
        yield Cell(f"{zh} {key} 名称", f"{en} {key}, name", str(text))


def _left_out_streets(streets: pd.DataFrame, face: Face) -> list[Finding]:
    names = _unprintable(streets["name"], face)
    if not names:
        return []
    zh, en = _listed(names)
    return [
        Finding(
            severity="note",
            table_name="streets",
            row_key="",
            code="street-name-not-printed",
            zh=f"{len(names):,} 个路名含字体没有的字符，图纸上不注记：{zh}",
            en=f"the font of sheets lacks characters of the names of {len(names):,} streets, "
            f"which stay without a name there: {en}",
            remedy="需要注记的，在道路数据中改写 / Write the name otherwise in the streets",
        )
    ]


def _left_out_facilities(ground: Ground, face: Face) -> list[Finding]:
    mapped = ground.facilities[ground.facilities["source"].eq(_OSM)]
    names = _unprintable(mapped["name"], face)
    if not names:
        return []
    zh, en = _listed(names)
    return [
        Finding(
            severity="note",
            table_name="facilities",
            row_key="",
            code="facility-name-not-printed",
            zh=f"OpenStreetMap 中 {len(names):,} 个设施名称含字体没有的字符，图纸上不注记：{zh}",
            en=f"the font of sheets lacks characters of the names of {len(names):,} facilities of "
            f"OpenStreetMap, which stay without a name there: {en}",
            remedy="需要注记的，在设施表中给出 / Give the facility in a table of its own",
        )
    ]


def _unprintable(names: pd.Series, face: Face) -> list[str]:
    return sorted(name for name in names.dropna().astype("str").unique() if face.lacks(name))


def _listed(names: Iterable[str]) -> tuple[str, str]:
    listed = list(names)
    more = len(listed) - MOST_NAMED
    shown = listed[:MOST_NAMED]
    zh = "、".join(shown) + (f" 等 {len(listed):,} 个" if more > 0 else "")
    return zh, ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
