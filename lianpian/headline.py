"""What a run says at its end: the figures, the doubts, and where the result is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from layers.counts import counted
from layers.tables import CATEGORIES
from lianpian.console import Console
from lianpian.plan import Plan
from maps.labels import Imprint
from maps.notes import by_hand, marks, zoning_lines
from maps.words import HAVES, HOUSEHOLDS_SOURCES, Both
from zoning.tables import MISSING_STATUSES

MAIN_FILES: Final = ("map_public.html", "map_working.html", "plan.xlsx")

_SHOWN_FINDINGS: Final = 10

_QUALITY: Final = ("objective", "bound", "gap_share", "bound_of", "unpriced")
"""What is printed of how good the zones are."""


def print_headline(plan: Plan, out: Path, console: Console) -> None:
    """Print the figures of a plan, its findings to decide, and where the main files are."""
    figures = plan.summary["value"]
    zones, households = len(plan.zones), float(plan.zones["households"].sum())
    inside = int(plan.assignment["zone_id"].notna().sum())
    sources = set(";".join(plan.zones["households_source"].dropna()).split(";"))
    named = [both for source, both in HOUSEHOLDS_SOURCES.items() if source in sources]
    console.say("", "")
    total = float(figures["households"])
    console.say(
        f"片区 {zones:,} 个，小区 {inside:,} 个（共 {len(plan.communities):,} 个），"
        f"片区内户数 {households:,.0f}（{'、'.join(zh for zh, _ in named) or '—'}），"
        f"全部小区 {total:,.0f} 户。",
        f"{counted(zones, 'zone')}, {counted(inside, 'community', 'communities')} (of "
        f"{len(plan.communities):,}), "
        f"{households:,.0f} households ({', '.join(en for _, en in named) or '-'}); "
        f"all communities have {total:,.0f}.",
    )
    for zh, en in [*_listed(figures), *_by_hand(plan)]:
        console.say(zh, en)
    for zh, en in _quality(plan.imprint) if zones else []:
        console.say(f"  {zh}", f"  {en}")
    told = by_hand(plan.imprint)  # said above, with the links
    for zh, en in (note for note in marks(plan.imprint) if note not in told):
        console.say(f"  注：{zh}", f"  Note: {en}")
    adult = plan.gaps.xs("adult", level="walker")
    console.say(
        "九有（小区数）：达标 / 缺项（含距离超标） / 待核实 / 无数据",
        "Nine haves (communities): met / missing or too far / unconfirmed / no data",
    )
    gaps: dict[str, dict[str, int]] = {}
    for category in CATEGORIES:
        status = adult.xs(category, level="category")["status"]
        counts = {
            "met": int(status.isin(["met", "small"]).sum()),
            "missing": int(status.isin(MISSING_STATUSES).sum()),
            "unconfirmed": int((status == "unconfirmed").sum()),
            "no_data": int((status == "no_data").sum()),
        }
        gaps[category] = counts | {"open": counts["unconfirmed"] + counts["no_data"]}
        zh, en = HAVES[category]
        line = " ".join(f"{count:>6}" for count in counts.values())
        console.say(f"{line}  {zh}", f"{line}  {en}")
    _print_findings(plan.findings, console)
    console.say("结果：", "Result:")
    for name in MAIN_FILES:
        console.say(f"  {out / name}", f"  {out / name}")
    console.document(
        {
            "zones": zones,
            "communities": inside,
            "communities_all": len(plan.communities),
            "households": households,
            "gaps": gaps,
            "findings": {
                str(k): int(v) for k, v in plan.findings["severity"].value_counts().items()
            },
            "summary": {str(name): _number(value) for name, value in figures.items()},
            "files": {name: str(out / name) for name in MAIN_FILES},
        }
    )


def _listed(figures: pd.Series) -> list[Both]:
    """Say how many communities in zones have an eligibility that nobody knows."""
    count = int(figures["listed_unknown_communities"])
    if not count:
        return []
    homes = _number(figures["listed_unknown_households"])
    zh, en = ("", "") if homes is None else (f"、{homes:,.0f} 户", f", {homes:,.0f} households")
    return [
        (
            f"  其中列入的待定小区 {count} 个{zh}（改造资格尚未确认）。",
            f"  Of them {count} of unknown eligibility{en}.",
        )
    ]


def _by_hand(plan: Plan) -> list[Both]:
    """Say what of the zones a person gave, and how many rules that breaks."""
    roles = {record.role for record in plan.inputs}
    if not roles & {"assignment", "links"}:
        return []
    links = plan.summary["value"]
    added, cut = int(links["links_added"]), int(links["links_cut"])
    broken = int(plan.record["zoning"]["rules_broken"])
    said: list[Both] = []
    if "assignment" in roles:
        finished = plan.record["job"]["zones"]["finish"]
        said.append(
            ("锁定的行由人工给定，其余重新求解", "locked rows given by hand, the rest solved")
            if finished
            else ("片区由人工给定", "zones given by hand")
        )
    if "links" in roles:
        said.append((f"添加邻接 {added} 处", f"links added: {added}"))
        said.append((f"切断邻接 {cut} 处", f"links cut: {cut}"))
    said.append((f"违反规则 {broken} 条", f"rules broken: {broken}"))
    zh, en = "，".join(zh for zh, _ in said), ", ".join(en for _, en in said)
    return [(f"人工修改：{zh}。", f"By hand: {en}.")]


def _quality(imprint: Imprint) -> list[Both]:
    """Say what the zones cost, and how far that is at most from the best, in one line."""
    said = zoning_lines(imprint, _QUALITY)
    return [("，".join(zh for zh, _ in said), ", ".join(en for _, en in said))] if said else []


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _print_findings(findings: pd.DataFrame, console: Console) -> None:
    counts = findings["severity"].value_counts()
    decide, check = int(counts.get("decide", 0)), int(counts.get("check", 0))
    console.say(
        f"数据疑点：需决定 {decide}，需核对 {check}，提示 {int(counts.get('note', 0))}"
        "（详见 tables/findings.csv）",
        f"Findings: {decide} to decide, {check} to check, "
        f"{counted(int(counts.get('note', 0)), 'note')} "
        "(see tables/findings.csv)",
    )
    urgent = findings[findings["severity"] == "decide"]
    for row in urgent.head(_SHOWN_FINDINGS).fillna({"remedy": ""}).to_dict("records"):
        remedy = remedy_of(row["remedy"], console)
        console.say(f"  · {row['zh']}{remedy}", f"  - {row['en']}{remedy}")
    if len(urgent) > _SHOWN_FINDINGS:
        more = len(urgent) - _SHOWN_FINDINGS
        console.say(f"  · 另有 {more} 条", f"  - and {more} more")


def remedy_of(text: str, console: Console) -> str:
    """Give what to do about a finding, behind an arrow; empty for nothing."""
    return f" → {console.half(text)}" if text else ""
