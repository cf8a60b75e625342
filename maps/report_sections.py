"""Sections of the report on the whole area: cover, figures, method, haves, who must act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd
from docx.document import Document as Paper

from maps.document_tables import add_table
from maps.documents import (
    SMALL,
    TEXT_WIDTH_MM,
    add_heading,
    add_note,
    add_page_break,
    add_picture,
    add_point,
    add_space,
    add_text,
    add_title,
)
from maps.eligibility_rows import eligibility_rows
from maps.index_panels import left_out_table
from maps.labels import Imprint
from maps.notes import marks, method, review_note, rulebook_title, zoning_lines
from maps.panels import ANSWERS, COVERAGE_NOTE, figure, summary_table
from maps.report_fields import figure_text, sentences, split_both
from maps.report_maps import MapDrawer
from maps.words import HAVES, Both, pick

REPORT: Final[Both] = ("说明书", "Report")
_MOST_FINDINGS: Final = 30
_MOST_REASONS: Final = 20
_FEW_FINDINGS: Final = 6
"""So many stay together on one page."""

_LABEL_AND_VALUE: Final = (TEXT_WIDTH_MM - 44.0, 44.0)


@dataclass(frozen=True)
class Source:
    """What all sections are written from.

    Parameters
    ----------
    tables
        Tables under their contracts, by name.
    imprint
        Title, dates, rules, method and sources.
    maps
        Draws the maps.
    """

    tables: Mapping[str, pd.DataFrame]
    imprint: Imprint
    maps: MapDrawer

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in order of preference."""
        return self.imprint.languages

    def has(self, *names: str) -> bool:
        """Tell whether all tables of these names are there."""
        return set(names) <= set(self.tables)


Section = Callable[[Paper, Source], None]


def head(languages: tuple[str, ...], *captions: Both) -> list[str]:
    """Caption columns: one line a language."""
    return [pick(both, languages, joint="\n") for both in captions]


def title(paper: Paper, source: Source, both: Both) -> None:
    """Write the heading of a section."""
    add_heading(paper, pick(both, source.languages), 1)


def write_cover(paper: Paper, source: Source) -> None:
    """Write the cover: title, marks that every output carries, who, when, by which rules."""
    imprint, languages = source.imprint, source.languages
    add_space(paper, 90.0)
    add_title(paper, imprint.title)
    add_space(paper, 12.0)
    add_title(paper, pick(REPORT, languages, joint="  "), style="Subtitle")
    add_space(paper, 60.0)
    for mark in (*marks(imprint), review_note(imprint)):
        for text in dict.fromkeys(pick(mark, (language,)) for language in languages):
            add_note(paper, text)
    add_space(paper, 230.0)
    rows = [
        (pick(label, languages), value)
        for label, value in (
            (("编制单位", "Drafting unit"), imprint.drafting_unit),
            (("编制日期", "Date"), imprint.date),
            (("数据截止日期", "Date of the data"), imprint.data_date),
            (("政策规则", "Rulebook"), pick(rulebook_title(imprint), languages, joint="\n")),
        )
        if value
    ]
    if rows:
        add_table(paper, (), rows, (48.0, 92.0))
    add_page_break(paper)


def write_summary(paper: Paper, source: Source) -> None:
    """Write what a leader reads first: the figures in sentences."""
    title(paper, source, ("一、概要", "1  In short"))
    for place, language in enumerate(source.languages):
        for text in sentences(source.tables["summary"], language):
            add_text(paper, text, style="Normal" if place == 0 else SMALL)


def write_figures(paper: Paper, source: Source) -> None:
    """Write the table of headline figures."""
    header = head(source.languages, ("指标", "Figure"), ("数值", "Value"))
    rows = summary_table(source.tables["summary"], source.languages).rows
    add_table(paper, header, rows, _LABEL_AND_VALUE, right=frozenset({1}))


def write_map(paper: Paper, source: Source) -> None:
    """Set the map of all zones with the communities by number of missing haves."""
    caption = pick(("缺项与片区总图", "Missing haves and zones"), source.languages)
    add_picture(paper, source.maps.overview(), TEXT_WIDTH_MM, caption, "map")


def write_haves(paper: Paper, source: Source) -> None:
    """Write what there is of each have, in communities and households."""
    summary, languages = source.tables["summary"], source.languages
    title(paper, source, ("二、九有配置与缺项", "2  Nine haves and gaps"))
    rows = [
        [
            pick(both, languages),
            *(
                figure_text(summary, f"{answer}_{have}_communities")
                for answer in ("met", "gaps", "unconfirmed", "no_data")
            ),
            figure_text(summary, f"covered_{have}_households"),
            figure_text(summary, f"covered_{have}_share"),
        ]
        for have, both in HAVES.items()
    ]
    header = head(
        languages,
        ("九有（小区数）", "Have (communities)"),
        *ANSWERS,
        ("覆盖户数", "households covered"),
        ("覆盖率", "coverage"),
    )
    numbers = frozenset(range(1, len(header)))
    add_table(paper, header, rows, (50.0, 15.0, 15.0, 17.0, 17.0, 26.0, 20.0), right=numbers)
    add_text(paper, pick(COVERAGE_NOTE, languages), style=SMALL)


def write_tasks(paper: Paper, source: Source) -> None:
    """Write who must act: for each bureau the haves that are missing or wait, with the clause."""
    tables, languages = source.tables, source.languages
    summary = tables["summary"]
    title(paper, source, ("三、责任单位与任务", "3  Who must act"))
    first = tables["gaps"].reset_index().groupby("category")[["bureau", "clause"]].first()
    rows = []
    for have, both in HAVES.items():
        counts = [
            figure(summary, f"{name}_{have}_communities")
            for name in ("gaps", "unconfirmed", "no_data")
        ]
        if not any(counts) or have not in first.index:
            continue
        rows.append(
            [
                pick(split_both(first["bureau"][have]), languages, joint="\n"),
                pick(both, languages, joint="\n"),
                figure_text(summary, f"gaps_{have}_communities"),
                figure_text(summary, f"gaps_{have}_households"),
                figure_text(summary, f"unconfirmed_{have}_communities"),
                figure_text(summary, f"no_data_{have}_communities"),
                clauses_of(first["clause"][have]),
            ]
        )
    if not rows:
        add_text(
            paper,
            pick(("没有缺项、待核实或无数据的项目。", "Nothing is missing or open."), languages),
        )
        return
    header = head(
        languages,
        ("责任单位", "Bureau"),
        ("九有", "Have"),
        ("缺项\n小区", "missing"),
        ("缺项小区\n未覆盖户数", "households not covered there"),
        ("待核实\n小区", "open"),
        ("无数据\n小区", "no data"),
        ("依据", "Clauses"),
    )
    widths = (32.0, 28.0, 14.0, 23.0, 15.0, 15.0, 33.0)
    add_table(paper, header, sorted(rows), widths, right=frozenset({2, 3, 4, 5}))


def clauses_of(text: object) -> str:
    """Write the clauses of a cell one below the other."""
    return "\n".join(text.split(";")) if isinstance(text, str) else "—"


def write_method(paper: Paper, source: Source) -> None:
    """Write how the answers were found, how good the plan is, and every clause cited."""
    imprint, languages = source.imprint, source.languages
    heading = pick(("五、方法与依据", "5  Method and clauses"), languages)
    add_heading(paper, heading, 1, on_new_page=source.has("zones"))
    for language in languages:
        for both in method(imprint):
            add_point(paper, pick(both, (language,)))
    for both in zoning_lines(imprint):
        add_point(paper, pick(both, languages, joint=" / "))
    clauses = sorted(
        {
            part.strip()
            for name in ("eligibility", "gaps")
            if name in source.tables
            for clause in source.tables[name]["clause"].dropna().unique()
            for part in clause.split(";")
        }
    )
    if clauses:
        add_text(paper, pick(("引用条款：", "Clauses cited:"), languages))
    for clause in clauses:
        add_point(paper, clause)
    if source.has("assignment"):
        left_out = left_out_table(source.tables, languages)
        if left_out.rows:
            add_table(paper, left_out.header, left_out.rows, _LABEL_AND_VALUE, right=frozenset({1}))
    if source.has("communities", "eligibility"):
        _write_eligibility(paper, source)


def _write_eligibility(paper: Paper, source: Source) -> None:
    """Say of whom is open or out of scope why, and whom to ask."""
    languages = source.languages
    rows = eligibility_rows(source.tables, languages)
    if not rows:
        return
    said = ("待定和不纳入的小区及原因：", "Communities that are open or out of scope, and why:")
    add_text(paper, pick(said, languages))
    header = head(languages, ("结论", "Verdict"), ("小区", "Communities"), ("原因", "Reasons"))
    add_table(paper, header, rows[:_MOST_REASONS], (20.0, 38.0, TEXT_WIDTH_MM - 58.0))
    if len(rows) > _MOST_REASONS:
        rest = (
            "其余见 plan.xlsx 的「改造资格」。",
            "The rest is in plan.xlsx, sheet “Eligibility”.",
        )
        add_text(paper, pick(rest, languages))


def write_findings(paper: Paper, source: Source) -> None:
    """List the findings that a person must decide."""
    languages, findings = source.languages, source.tables["findings"]
    decide = findings[findings["severity"].eq("decide")]
    if decide.empty:
        return
    title(paper, source, ("六、需要决定的数据疑点", "6  Findings to decide"))
    rows = [
        [
            str(key),
            pick((row["zh"], row["en"]), languages, joint="\n"),
            pick(split_both(row["remedy"]), languages, joint="\n"),
        ]
        for key, row in decide.iloc[:_MOST_FINDINGS].to_dict(orient="index").items()
    ]
    header = head(languages, ("编号", "No."), ("疑点", "Finding"), ("处理办法", "Remedy"))
    widths = (18.0, 86.0, 56.0)
    add_table(paper, header, rows, widths, together=len(rows) <= _FEW_FINDINGS)
    if len(decide) > _MOST_FINDINGS:
        total = figure_text(source.tables["summary"], "findings_decide")
        said = (f"共 {total} 条，其余见 plan.xlsx。", f"{total} in all; the rest is in plan.xlsx.")
        add_text(paper, pick(said, languages))


def write_sources(paper: Paper, source: Source) -> None:
    """List where the data comes from."""
    imprint = source.imprint
    if imprint.sources:
        add_heading(paper, pick(("数据来源", "Sources"), source.languages), 2)
    for line in imprint.sources:
        add_point(paper, pick(split_both(line), source.languages, joint=" / "))
    if imprint.version:
        add_text(paper, f"lianpian {imprint.version}", style=SMALL)
