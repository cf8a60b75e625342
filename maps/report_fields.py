"""Figures in running text: one wording for the report's sentences and an office's placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from maps.labels import Imprint
from maps.notes import review_note, rulebook_title
from maps.words import Both, pick

MISSING: Final = "—"
_FIELD: Final = re.compile(r"\{(\w+)\}")

SENTENCES: Final[tuple[Both, ...]] = (
    (
        (
            "范围内共有小区 {communities} 个、{households} 户，其中可改造小区 "
            "{renovatable_communities} 个、{renovatable_households} 户（含并入）。"
        ),
        (
            "The area has {communities} communities with {households} households; "
            "{renovatable_communities} of them with {renovatable_households} households can be "
            "renovated, those absorbed included."
        ),
    ),
    (
        (
            "共划分片区 {zones} 个，包含小区 {communities_in_zones} 个、{households_in_zones} 户；"
            "片区户数最少 {zone_households_min} 户、最多 {zone_households_max} 户，"
            "到片区中心最远步行 {zone_walk_minutes_max} 分钟；"
            "不满足限值的片区 {zones_bounds_broken} 个，未划入片区的小区 {outside_communities} 个。"
        ),
        (
            "{zones} zones hold {communities_in_zones} communities with {households_in_zones} "
            "households; the smallest has {zone_households_min}, the largest "
            "{zone_households_max}, and the longest walk to a zone's centre takes "
            "{zone_walk_minutes_max} minutes. Zones outside the bounds: {zones_bounds_broken}; "
            "communities in no zone: {outside_communities}."
        ),
    ),
    (
        (
            "划入片区的小区中，列入的待定小区 {listed_unknown_communities} 个、"
            "{listed_unknown_households} 户，改造资格尚未确认，未计入可改造小区。"
        ),
        (
            "Of the communities in zones {listed_unknown_communities} with "
            "{listed_unknown_households} households are of unknown eligibility, listed by the "
            "job, and not counted among those that can be renovated."
        ),
    ),
    (
        (
            "按步行 {limit_m} m 计，九有齐备的小区 {communities_all_met} 个，有缺项的小区 "
            "{communities_with_gaps} 个，其余 {communities_open} 个未见缺项、但有待核实"
            "或无数据的项；合计缺项 {gaps} 项，另有 {unconfirmed} 项待核实、"
            "{no_data} 项无数据。"
        ),
        (
            "Within a walk of {limit_m} m, {communities_all_met} communities have all nine and "
            "{communities_with_gaps} lack something; of the other {communities_open} none "
            "is found missing, but some haves are open or without data: {gaps} missing haves in "
            "all, {unconfirmed} to be confirmed, {no_data} without data."
        ),
    ),
    (
        "数据疑点中需要决定的 {findings_decide} 条，需要核查的 {findings_check} 条。",
        "Doubts about the data: {findings_decide} to decide, {findings_check} to check.",
    ),
)
"""What a leader reads first; each number is the figure of that name."""


_ONLY_IF_ANY: Final = frozenset({"listed_unknown_communities"})
"""Figures of which a sentence speaks only where they are not 0."""


def figure_text(summary: pd.DataFrame, name: str) -> str:
    """Write a figure of the summary as papers print it: grouped, a share in per cent."""
    if name not in summary.index:
        return MISSING
    value, unit = float(summary["value"][name]), summary["unit"][name]
    if value != value:  # noqa: PLR0124  not known
        return MISSING
    if unit == "0–1":
        return f"{value:.0%}"
    if unit == "min":
        return f"{value:.1f}" if value >= 1 else "<1"
    if unit == "km/h":
        return f"{value:g}"
    return f"{value:,.0f}"


def sentences(summary: pd.DataFrame, language: str) -> list[str]:
    """Give the sentences whose figures have all been computed and that have something to say."""
    side = 0 if language == "zh" else 1
    idle = {name for name in _ONLY_IF_ANY & set(summary.index) if summary["value"][name] == 0}
    texts = [both[side] for both in SENTENCES if not idle & set(_FIELD.findall(both[side]))]
    summary = _with_rest(summary)
    return [
        _FIELD.sub(lambda match: figure_text(summary, match[1]), text)
        for text in texts
        if set(_FIELD.findall(text)) <= set(summary.index)
    ]


def _with_rest(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the communities that neither have all nine nor are found to lack one."""
    whole, *parts = ("communities", "communities_all_met", "communities_with_gaps")
    if not {whole, *parts} <= set(summary.index):
        return summary
    rest = summary.loc[[whole]].rename(index={whole: "communities_open"})
    rest["value"] -= float(summary["value"][parts].sum())
    return pd.concat([summary, rest])


def split_both(text: object) -> Both:
    """Take a text that holds both languages, ``卫健委 / health commission``, apart."""
    if not isinstance(text, str):
        return MISSING, MISSING
    zh, slash, en = text.partition(" / ")
    return (zh, en) if slash else (text, text)


def imprint_fields(imprint: Imprint) -> Mapping[str, str]:
    """Give what a template may ask for beside figures: title, dates, who, by which rules."""
    languages = imprint.languages
    return {
        "title": imprint.title,
        "date": imprint.date or MISSING,
        "data_date": imprint.data_date or MISSING,
        "drafting_unit": imprint.drafting_unit or MISSING,
        "review_number": imprint.review_number or pick(review_note(imprint), languages),
        "rulebook": pick(rulebook_title(imprint), languages, joint=" / ") or MISSING,
        "sources": "；".join(imprint.sources) or MISSING,
        "version": imprint.version or MISSING,
    }
