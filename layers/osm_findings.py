"""Findings about the objects of an OpenStreetMap file: what was left out or repaired, and why."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from layers.checks import Finding, Severity
from layers.counts import counted

_SHOWN: Final = 5
"""Ids that a finding names; the rest is counted."""


def _note(
    ids: Collection[str], severity: Severity, code: str, texts: tuple[tuple[str, str], str, str]
) -> tuple[Finding, ...]:
    """Make one finding for all objects of a kind; none when there are none."""
    if not ids:
        return ()
    ordered = sorted(ids, key=lambda osm_id: (osm_id[0], len(osm_id), osm_id))
    more = len(ordered) - _SHOWN
    listed = ", ".join(ordered[:_SHOWN])
    en, zh, remedy = texts
    return (
        Finding(
            severity=severity,
            table_name="osm",
            row_key="",
            code=code,
            en=f"{counted(len(ids), *en)}: {listed}" + (f" and {more:,} more" if more > 0 else ""),
            zh=f"{len(ids):,} {zh}：{listed}" + (f" 等，另有 {more:,} 个" if more > 0 else ""),
            remedy=remedy,
        ),
    )


def note_outside(ids: Collection[str]) -> tuple[Finding, ...]:
    """List objects outside the box of the file."""
    return _note(
        ids,
        "note",
        "osm-outside",
        (
            (
                "object wholly outside the box of the file, left out",
                "objects wholly outside the box of the file, left out",
            ),
            "个对象完全位于数据范围框之外，未采用",
            "如需使用，请扩大下载范围 / Download a larger area if they are needed",
        ),
    )


def note_incomplete(ids: Collection[str]) -> tuple[Finding, ...]:
    """List areas of which parts are missing."""
    return _note(
        ids,
        "check",
        "osm-incomplete",
        (
            (
                "area could not be closed, as parts are missing in the file",
                "areas could not be closed, as parts are missing in the file",
            ),
            "个面要素缺少部分边线，无法闭合，未采用",
            "请下载包含完整关系的数据 / Download the data with whole relations",
        ),
    )


def note_cut(ids: Collection[str]) -> tuple[Finding, ...]:
    """List ways that lack nodes."""
    return _note(
        ids,
        "check",
        "osm-missing-nodes",
        (
            (
                "way lacks some of its nodes; the parts that are there were read",
                "ways lack some of their nodes; the parts that are there were read",
            ),
            "条线缺少部分节点，仅采用现有部分",
            "请连同全部节点重新导出 / Export again with all nodes",
        ),
    )


def note_shapeless(ids: Collection[str]) -> tuple[Finding, ...]:
    """List objects of which no shape can be made."""
    return _note(
        ids,
        "check",
        "osm-no-shape",
        (
            (
                "object without usable geometry (not closed, of one place, or self-crossing)",
                "objects without usable geometry (not closed, of one place, or self-crossing)",
            ),
            "个对象没有可用图形（未闭合、仅一个位置或自相交）",
            "请在 OSM 编辑器中修正 / Mend them in an OSM editor",
        ),
    )


def note_flat_squares(ids: Collection[str]) -> tuple[Finding, ...]:
    """List pedestrian areas of which only the outline could be read."""
    return _note(
        ids,
        "check",
        "osm-square-no-area",
        (
            (
                "pedestrian area, not closed or self-crossing, walked around, never across",
                "pedestrian areas, not closed or self-crossing, walked around, never across",
            ),
            "个步行广场未闭合或自相交，只能沿边线步行，不能横穿",
            "请在 OSM 编辑器中修正 / Mend them in an OSM editor",
        ),
    )


def note_repaired(ids: Collection[str]) -> tuple[Finding, ...]:
    """List outlines that were repaired."""
    return _note(
        ids,
        "note",
        "osm-repaired",
        (
            (
                "self-crossing outline repaired, area changed by at most 1 %",
                "self-crossing outlines repaired, area changed by at most 1 %",
            ),
            "个轮廓自相交，已修复，面积变化不超过 1%",
            "",
        ),
    )


def note_twice(ids: Collection[str]) -> tuple[Finding, ...]:
    """List objects that stand in the file more than once."""
    return _note(
        ids,
        "check",
        "osm-doubled",
        (
            (
                "object stands in the file more than once; the last one was taken",
                "objects stand in the file more than once; the last one was taken",
            ),
            "个对象在文件中重复出现，采用最后一个",
            "请重新导出 / Export again",
        ),
    )
