"""The report ``report.docx`` (说明书): the toolkit's own form, or an office's template filled."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd
from docx.document import Document as Paper

from maps.archives import FIXED_DATE, seal
from maps.documents import add_margins, new_paper
from maps.fonts import one_line
from maps.labels import Imprint
from maps.report_maps import MapDrawer
from maps.report_sections import (
    REPORT,
    Section,
    Source,
    write_cover,
    write_figures,
    write_findings,
    write_haves,
    write_map,
    write_method,
    write_sources,
    write_summary,
    write_tasks,
)
from maps.report_template import fill_template
from maps.report_zones import NEEDED, write_zones
from maps.scene import make_scene
from maps.template_reading import read_template
from maps.words import pick

SECTIONS: Final[Mapping[str, tuple[Section, tuple[str, ...]]]] = {
    "section_cover": (write_cover, ()),
    "section_summary": (write_summary, ("summary",)),
    "section_figures": (write_figures, ("summary",)),
    "section_map": (write_map, ("communities",)),
    "section_haves": (write_haves, ("summary", "gaps")),
    "section_tasks": (write_tasks, ("summary", "gaps")),
    "section_zones": (write_zones, NEEDED),
    "section_method": (write_method, ()),
    "section_sources": (write_sources, ()),
    "section_findings": (write_findings, ("findings", "summary")),
}
"""Sections in their order, each with the tables it needs; a template may ask for each by name."""

_LONGEST_PROPERTY: Final = 255


def write_report(
    tables: Mapping[str, pd.DataFrame],
    imprint: Imprint,
    path: Path,
    *,
    template: Path | None = None,
) -> None:
    """Write the report.

    Parameters
    ----------
    tables
        Tables under their contracts, by name; a section whose table is missing is left out.
    imprint
        Title, dates, rules, method and sources.
    path
        The .docx file to write; equal tables, imprint and template give equal bytes.
    template
        An office's own .docx with placeholders such as ``{{zones}}`` or ``{{section_zones}}``;
        without it the toolkit's own form.

    Raises
    ------
    JobError
        If `template` cannot be read or asks for what is not known.
    OutputError
        If a map has a text with a character that the face cannot draw.
    OSError
        If `path` cannot be written.

    Notes
    -----
    Figures of the whole area come from the table ``summary``, those of a zone from ``zones``,
    ``zone_gaps`` and `zoning.zone_summary`: the report computes none.
    """
    scene = make_scene(tables, data_edge=imprint.data_edge)
    source = Source(tables, imprint, MapDrawer(scene, imprint.languages))
    writers = {name: writer for name, (writer, needed) in SECTIONS.items() if source.has(*needed)}
    if template is not None:
        paper = fill_template(template, source, writers, known=frozenset(SECTIONS))
    else:
        paper = new_paper()
        add_margins(paper, f"{imprint.title}  {pick(REPORT, imprint.languages[:1])}")
        for writer in writers.values():
            writer(paper, source)
    _set_properties(paper, imprint)
    frame = io.BytesIO()
    paper.save(frame)
    seal(frame.getvalue(), path, date=imprint.date)


def require_template(path: Path) -> None:
    """Refuse a template that cannot be read or that asks for what is not known.

    Raises
    ------
    JobError
        As `maps.template_reading.read_template`.
    """
    read_template(path, frozenset(SECTIONS))


def _set_properties(paper: Paper, imprint: Imprint) -> None:
    properties = paper.core_properties
    when = datetime.fromisoformat(imprint.date or FIXED_DATE).replace(tzinfo=UTC)
    properties.title = one_line(imprint.title)[:_LONGEST_PROPERTY]
    properties.author = one_line(imprint.drafting_unit)[:_LONGEST_PROPERTY]
    properties.last_modified_by = properties.author
    properties.comments = f"lianpian {imprint.version}".strip()
    properties.created = properties.modified = when
    properties.revision = 1
