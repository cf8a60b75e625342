"""The report ``report.docx`` (说明书): figures, method, gaps by have, one section a zone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Final

import pandas as pd
from docx.document import Document as Paper

from maps.archives import FIXED_DATE, seal
from maps.columns import names_of
from maps.documents import (
    add_footer,
    add_heading,
    add_table,
    add_text,
    add_title,
    new_paper,
)
from maps.fonts import one_line
from maps.labels import Imprint
from maps.notes import marks, method, review_note, rulebook_title, zoning_lines
from maps.panels import (
    figure,
    haves_of_zone,
    left_out_table,
    number,
    summary_table,
    zone_figures,
)
from maps.words import HAVES, STATUSES, Both, pick, say
from maps.zone_haves import zone_haves
from zoning.tables import MISSING_STATUSES

REPORT: Final[Both] = ("说明书", "Report")
_WIDE: Final = (116.0, 40.0)
_MOST_FINDINGS: Final = 30
_LONGEST_PROPERTY: Final = 255
_OPEN: Final = (*MISSING_STATUSES, "small", "unconfirmed")


def write_report(tables: Mapping[str, pd.DataFrame], imprint: Imprint, path: Path) -> None:
    """Write the report.

    Parameters
    ----------
    tables
        Tables under their contracts, by name; a section whose table is missing is left out.
    imprint
        Title, dates, rules, method and sources.
    path
        The .docx file to write; equal tables and imprint give equal bytes.

    Raises
    ------
    OSError
        If `path` cannot be written.

    Notes
    -----
    Figures of the whole area come from the table ``summary``, those of a zone from ``zones``,
    ``zone_gaps`` and ``gaps``: the report computes none.
    """
    paper = new_paper()
    _write_front(paper, imprint)
    if "summary" in tables:
        _write_figures(paper, tables, imprint.languages)
    _write_method(paper, tables, imprint)
    if "summary" in tables and "gaps" in tables:
        _write_haves(paper, tables, imprint.languages)
    if {"zones", "gaps", "communities", "assignment"} <= set(tables):
        _write_zones(paper, tables, imprint.languages)
    if "findings" in tables:
        _write_findings(paper, tables["findings"], imprint.languages)
    _write_sources(paper, imprint)
    _set_properties(paper, imprint)
    frame = io.BytesIO()
    paper.save(frame)
    seal(frame.getvalue(), path, date=imprint.date)


def _set_properties(paper: Paper, imprint: Imprint) -> None:
    properties = paper.core_properties
    when = datetime.fromisoformat(imprint.date or FIXED_DATE).replace(tzinfo=UTC)
    properties.title = one_line(imprint.title)[:_LONGEST_PROPERTY]
    properties.author = one_line(imprint.drafting_unit)[:_LONGEST_PROPERTY]
    properties.last_modified_by = properties.author
    properties.comments = f"lianpian {imprint.version}".strip()
    properties.created = properties.modified = when
    properties.revision = 1


def _head(languages: tuple[str, ...], *captions: Both) -> list[str]:
    return [pick(both, languages) for both in captions]


def _write_front(paper: Paper, imprint: Imprint) -> None:
    languages = imprint.languages
    add_title(paper, f"{imprint.title} {pick(REPORT, languages)}")
    for mark in (*marks(imprint), review_note(imprint)):
        add_text(paper, pick(mark, languages), alarm=True)
    rows = [
        (pick(label, languages), value)
        for label, value in (
            (("编制单位", "Drafting unit"), imprint.drafting_unit),
            (("编制日期", "Date"), imprint.date),
            (("数据截止日期", "Date of the data"), imprint.data_date),
            (("政策规则", "Rulebook"), pick(rulebook_title(imprint), languages, joint=" / ")),
        )
        if value
    ]
    if rows:
        header = _head(languages, ("项目", "Item"), ("内容", "Content"))
        add_table(paper, header, rows, (50.0, 106.0))
    add_footer(paper, imprint.title)


def _write_figures(
    paper: Paper, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> None:
    add_heading(paper, pick(("一、主要指标", "Figures"), languages), 1)
    header = _head(languages, ("指标", "Figure"), ("数值", "Value"))
    add_table(paper, header, summary_table(tables["summary"], languages).rows, _WIDE)


def _write_method(paper: Paper, tables: Mapping[str, pd.DataFrame], imprint: Imprint) -> None:
    languages = imprint.languages
    add_heading(paper, pick(("二、方法与依据", "Method and clauses"), languages), 1)
    for language in languages:
        for both in method(imprint):
            add_text(paper, pick(both, (language,)), style="List Bullet")
    for both in zoning_lines(imprint):
        add_text(paper, pick(both, languages, joint=" / "), style="List Bullet")
    clauses = sorted(
        {
            part
            for name in ("eligibility", "gaps")
            if name in tables
            for clause in tables[name]["clause"].dropna().unique()
            for part in clause.split(";")
        }
    )
    if clauses:
        add_text(paper, pick(("引用条款：", "Clauses cited:"), languages))
    for clause in clauses:
        add_text(paper, clause, style="List Bullet")


def _write_haves(
    paper: Paper, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> None:
    summary, gaps = tables["summary"], tables["gaps"].reset_index()
    bureaus = gaps.groupby("category")["bureau"].first()
    rows = []
    for have, both in HAVES.items():
        share = figure(summary, f"covered_{have}_share")
        rows.append(
            [
                pick(both, languages),
                *(
                    number(figure(summary, f"{answer}_{have}_communities"))
                    for answer in ("met", "gaps", "unconfirmed")
                ),
                number(figure(summary, f"gaps_{have}_households")),
                "—" if share is None else f"{share:.0%}",
                bureaus.get(have, "—"),
            ]
        )
    header = _head(
        languages,
        ("九有", "Have"),
        ("达标小区", "Met"),
        ("缺项小区", "Missing"),
        ("待核实小区", "Open"),
        ("缺项小区未覆盖户数", "Households not covered"),
        ("覆盖率", "Coverage"),
        ("责任单位", "Bureau"),
    )
    add_heading(paper, pick(("三、九有配置与缺项", "Nine haves and gaps"), languages), 1)
    add_table(paper, header, rows, (36.0, 17.0, 17.0, 18.0, 24.0, 16.0, 28.0))


def _write_zones(
    paper: Paper, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> None:
    add_heading(paper, pick(("四、分片区说明", "Zones"), languages), 1)
    gaps = tables["gaps"].reset_index()
    open_rows = gaps[gaps["walker"].eq("adult") & gaps["status"].isin(_OPEN)].copy()
    open_rows["name"] = names_of(open_rows["community_id"], tables["communities"])
    open_rows["zone_id"] = open_rows["community_id"].map(tables["assignment"]["zone_id"])
    by_zone = dict(iter(open_rows.groupby("zone_id")))
    zones = tables["zones"].to_dict(orient="index")
    haves = zone_haves(tables)
    first = next(iter(zones), "")
    for zone, row in zones.items():
        add_heading(
            paper, pick((f"{zone} 片区", f"Zone {zone}"), languages), 2, on_new_page=zone != first
        )
        for language in languages:
            text = row[f"explanation_{language}"]
            if isinstance(text, str):
                add_text(paper, text)
        header = _head(languages, ("指标", "Figure"), ("数值", "Value"))
        add_table(paper, header, zone_figures(tables, str(zone), languages).rows, _WIDE)
        if str(zone) in haves:
            table = haves_of_zone(haves[str(zone)], languages)
            captions = [text.replace("\n", " ") for text in table.header[1:]]
            add_table(
                paper, captions, [cells[1:] for cells in table.rows], (52.0, 32.0, 44.0, 28.0)
            )
        _write_open(paper, by_zone.get(str(zone), open_rows[:0]), languages)
    left_out = left_out_table(tables, languages)
    if left_out.rows:
        captions = [text.replace("\n", " ") for text in left_out.header]
        add_table(paper, captions, left_out.rows, _WIDE)


def _write_open(paper: Paper, rows: pd.DataFrame, languages: tuple[str, ...]) -> None:
    """List what a zone lacks: have, verdict, communities, bureau in charge, clause."""
    if rows.empty:
        add_text(paper, pick(("本片区九有齐备。", "This zone lacks none of the nine."), languages))
        return
    listed = []
    parts = dict(iter(rows.groupby(["category", "status"])))
    for have, status in product(HAVES, STATUSES):
        part = parts.get((have, status))
        if part is not None:
            first = part.iloc[0]
            listed.append(
                [
                    pick(HAVES[have], languages),
                    say("gaps", "status", status, languages),
                    f"{len(part)}：{'、'.join(part['name'])}",
                    f"{first['bureau']}（{first['clause']}）",
                ]
            )
    header = _head(
        languages,
        ("九有", "Have"),
        ("结论", "Status"),
        ("小区", "Communities"),
        ("责任单位（依据）", "Bureau (clause)"),
    )
    add_table(paper, header, listed, (34.0, 24.0, 58.0, 40.0))


def _write_findings(paper: Paper, findings: pd.DataFrame, languages: tuple[str, ...]) -> None:
    decide = findings[findings["severity"].eq("decide")]
    if decide.empty:
        return
    add_heading(paper, pick(("五、需要决定的数据疑点", "Findings to decide"), languages), 1)
    rows = [
        [str(key), pick((row["zh"], row["en"]), languages, joint=" / "), row["remedy"]]
        for key, row in decide.iloc[:_MOST_FINDINGS].to_dict(orient="index").items()
    ]
    header = _head(languages, ("编号", "No."), ("疑点", "Finding"), ("处理办法", "Remedy"))
    add_table(
        paper,
        header,
        [[text if isinstance(text, str) else "—" for text in row] for row in rows],
        (18.0, 84.0, 54.0),
    )
    more = len(decide) - _MOST_FINDINGS
    if more > 0:
        said = (f"另有 {more} 条，见 plan.xlsx「数据疑点」。", f"{more} more in plan.xlsx.")
        add_text(paper, pick(said, languages))


def _write_sources(paper: Paper, imprint: Imprint) -> None:
    if imprint.sources:
        add_heading(paper, pick(("数据来源", "Sources"), imprint.languages), 1)
    for source in imprint.sources:
        add_text(paper, source, style="List Bullet")
    if imprint.version:
        add_text(paper, f"lianpian {imprint.version}")
