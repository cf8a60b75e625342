"""An office's own report template: placeholders in a .docx, filled with figures and sections."""

from __future__ import annotations

import difflib
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd
from docx import Document
from docx.document import Document as Paper
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement as Element

from layers.contracts import conform
from layers.errors import InputError, JobError
from layers.guard import require_local_file
from layers.walking import Walking
from layers.zips import check_archive
from maps.documents import add_styles
from maps.fonts import one_line
from maps.labels import Imprint
from maps.report_fields import MISSING, figure_text, imprint_fields
from maps.report_sections import Section, Source
from zoning.summary import summarise
from zoning.tables import CONTRACTS

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_MAIN_PART: Final = "word/document.xml"
_CRS: Final = "EPSG:4547"
"""Of the empty tables that figures are named from; no place is meant."""

_MOST_NAMED: Final = 8
_LONGEST_NAME: Final = 60

_NO_PAPER: Final = (
    InputError,
    KeyError,
    ValueError,
    AttributeError,  # of a body without what every body has
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    PackageNotFoundError,
    SyntaxError,  # of lxml: XML that breaks off
)
"""What opening a file that is no whole Word document raises."""


def known_placeholders(sections: frozenset[str]) -> frozenset[str]:
    """List what a template may ask for: figures of the summary, imprint and sections."""
    empty = {name: conform(schema, pd.DataFrame(), crs=_CRS) for name, schema in CONTRACTS.items()}
    del empty["summary"]
    figures = set(summarise(empty, walking=Walking()).index)
    return frozenset(figures | set(imprint_fields(Imprint(title=""))) | sections)


def read_template(path: Path, sections: frozenset[str]) -> Paper:
    """Open a template and check every placeholder in it.

    Parameters
    ----------
    path
        The office's .docx.
    sections
        Names of sections that may be asked for.

    Raises
    ------
    JobError
        If there is no such file, it is no Word document, or it holds placeholders that are not
        known; all of them are named, each with the nearest known one.
    """
    try:
        require_local_file(path)
        check_archive(path)
        with zipfile.ZipFile(path) as archive:
            archive.getinfo(_MAIN_PART)
        paper = Document(str(path))
        _require_whole(paper)
    except _NO_PAPER as error:
        said = (error.en, error.zh) if isinstance(error, InputError) else ("", "")
        raise JobError(
            en=f"job.toml: [outputs] report_template = {path.name!r}: expected a Word document "
            f".docx. {said[0]} Open it in Word and save it as .docx.".replace("  ", " "),
            zh=f"job.toml：[outputs] report_template = {path.name!r}：应为 Word 文档 .docx。"
            f"{said[1]}请用 Word 打开并另存为 .docx。",
        ) from error
    _require_known(paper, path, known_placeholders(sections), sections)
    return paper


def _require_whole(paper: Paper) -> None:
    """Touch now what is written to at the end: a fault there would cost a whole run."""
    if paper.element.body is None or not len(paper.sections):
        raise ValueError(_MAIN_PART)
    for _ in _paragraphs(paper):
        pass
    if paper.styles.element is None or paper.core_properties.title is None:
        raise ValueError(_MAIN_PART)


def _require_known(
    paper: Paper, path: Path, known: frozenset[str], sections: frozenset[str]
) -> None:
    asked = {
        (match[1], match.group() == _text(paragraph).strip() and _in_body(paragraph))
        for paragraph in _paragraphs(paper)
        for match in _PLACEHOLDER.finditer(_text(paragraph))
    }
    unknown = sorted({name for name, _ in asked} - known)
    if unknown:
        listed = []
        for name in unknown[:_MOST_NAMED]:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
            listed.append(f"{{{{{shown}}}}}" + (f" → {{{{{near[0]}}}}}?" if near else ""))
        said = ", ".join(listed)
        raise JobError(
            en=f"{path.name}: unknown placeholders: {said}. Known are the figures of "
            f"tables/summary.csv and {', '.join(sorted(known - _figures(known)))}.",
            zh=f"{path.name}：未知的占位符：{said}。可用的有 tables/summary.csv 中的指标，以及 "
            f"{'、'.join(sorted(known - _figures(known)))}。",
        )
    crowded = sorted({name for name, alone in asked if name in sections and not alone})
    if crowded:
        said = ", ".join(f"{{{{{name}}}}}" for name in crowded)
        raise JobError(
            en=f"{path.name}: {said} stands for a whole section; give it a paragraph of its own, "
            "outside of tables, headers and footers.",
            zh=f"{path.name}：{said} 代表整节内容；请单独成段，不要放在表格、页眉或页脚中。",
        )


def _figures(known: frozenset[str]) -> frozenset[str]:
    others = set(imprint_fields(Imprint(title="")))
    return frozenset(name for name in known if name not in others and "section_" not in name)


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
        As `read_template`.
    """
    paper = read_template(path, known)
    add_styles(paper)
    fields = dict(imprint_fields(source.imprint))
    summary = source.tables.get("summary")
    for paragraph in list(_paragraphs(paper)):
        match = _PLACEHOLDER.fullmatch(_text(paragraph).strip())
        if match and match[1] in known:
            _write_section(paper, paragraph, writers.get(match[1]), source)
        elif _PLACEHOLDER.search(_text(paragraph)):
            _fill(paragraph, fields, summary)
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
    for match in reversed(list(_PLACEHOLDER.finditer(whole))):
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


def _paragraphs(paper: Paper) -> Iterator[Element]:
    """Give every paragraph: body, tables, text boxes, headers and footers."""
    parts = [paper.element.body]
    for section in paper.sections:
        for name in ("header", "footer"):
            for kind in ("", "first_page_", "even_page_"):
                margin = getattr(section, f"{kind}{name}")
                if not margin.is_linked_to_previous:
                    parts.append(margin._element)  # noqa: SLF001  no public name
    for part in parts:
        yield from part.iter(qn("w:p"))


def _text(paragraph: Element) -> str:
    return "".join(piece.text or "" for piece in paragraph.iter(qn("w:t")))


def _in_body(paragraph: Element) -> bool:
    return bool(paragraph.getparent().tag == qn("w:body"))
