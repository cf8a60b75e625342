"""An office's own report template: placeholders in a .docx, filled with figures and sections."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from docx.document import Document as Paper
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement as Element

from maps.documents import add_styles
from maps.fonts import one_line
from maps.report_fields import MISSING, figure_text, imprint_fields
from maps.report_sections import Section, Source
from maps.template_leftovers import PLACEHOLDER
from maps.template_reading import (
    notes_of,
    paragraphs_of,
    read_template,
    text_of,
)


def fill_template(
    path: Path, source: Source, writers: Mapping[str, Section], *, known: frozenset[str]
) -> Paper:
    """Fill a template in: figures in place, sections in the place of their paragraphs.

    Parameters
    ----------
    path
        The office's .docx; its styles, headers and pictures stay.
    source
        What the sections are written from.
    writers
        Sections that this plan has, by name.
    known
        Names of all sections; one that this plan lacks leaves nothing behind.

    Returns
    -------
    Document
        The filled document. A figure that was not computed is a dash.

    Raises
    ------
    JobError
        As `maps.template_reading.read_template`.
    """
    paper = read_template(path, known)
    add_styles(paper)
    fields = dict(imprint_fields(source.imprint))
    summary = source.tables.get("summary")
    for paragraph in list(paragraphs_of(paper)):
        match = PLACEHOLDER.fullmatch(text_of(paragraph).strip())
        if match and match[1] in known:
            _write_section(paper, paragraph, writers.get(match[1]), source)
        elif PLACEHOLDER.search(text_of(paragraph)):
            _fill(paragraph, fields, summary)
    for notes in notes_of(paper):
        for paragraph in notes.root.iter(qn("w:p")):
            _fill(paragraph, fields, summary)
        notes.save()
    return paper


def _write_section(paper: Paper, place: Element, writer: Section | None, source: Source) -> None:
    """Write a section at the end and move it to its place."""
    body = paper.element.body
    before = len(body)
    if writer is not None:
        writer(paper, source)
    written = [item for item in body[before - 1 :] if item.tag != qn("w:sectPr")]
    for item in written:
        place.addprevious(item)
    place.getparent().remove(place)


def _fill(paragraph: Element, fields: Mapping[str, str], summary: pd.DataFrame | None) -> None:
    """Replace placeholders in a paragraph; a word processor may have torn them into pieces."""
    pieces = list(paragraph.iter(qn("w:t")))
    whole = "".join(piece.text or "" for piece in pieces)
    starts, place = [], 0
    for piece in pieces:
        starts.append(place)
        place += len(piece.text or "")
    texts = [piece.text or "" for piece in pieces]
    for match in reversed(list(PLACEHOLDER.finditer(whole))):
        name = match[1]
        value = fields.get(name) or (MISSING if summary is None else figure_text(summary, name))
        for number, start in reversed(list(enumerate(starts))):
            left = max(match.start() - start, 0)
            right = min(match.end() - start, len(texts[number]))
            if left >= len(texts[number]) or right <= left:
                continue
            is_first = match.start() >= start
            inserted = one_line(value) if is_first else ""
            texts[number] = texts[number][:left] + inserted + texts[number][right:]
    for piece, text in zip(pieces, texts, strict=True):
        piece.text = text
        piece.set(qn("xml:space"), "preserve")
