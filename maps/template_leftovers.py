"""Placeholders where nothing is filled in: SmartArt, charts, comments, properties."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement as Element

from layers.errors import JobError
from maps.words import Both

PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
"""What stands for a figure or a section in a template."""

_OPENED: Final = re.compile(r"(\{\{|｛｛).{0,40}")
_WORDS: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACES: Final = (
    ("word/diagrams/", ("SmartArt 图形", "a SmartArt")),
    ("word/charts/", ("图表", "a chart")),
    ("word/comments", ("批注", "a comment")),
    ("docProps/", ("文档属性", "the properties of the file")),
    ("word/header", ("页眉", "a header")),
    ("word/footer", ("页脚", "a footer")),
    ("word/document", ("正文的图形或域", "a shape or field of the body")),
)
_UNSEEN: Final = ("word/glossary/", "customXml/", "docProps/app.xml", "docProps/core.xml")
"""Parts that no reader of the document sees, or that are written anew with the report."""

_SHOWN_BY: Final = ("descr", "title", "alt", "string")
"""Attributes that people see: texts in place of pictures, letters drawn as a shape."""

_MOST_NAMED: Final = 8


def require_no_leftovers(path: Path, filled: Collection[str]) -> None:
    """Refuse a template with placeholders in places where they would stay as they are.

    Parameters
    ----------
    path
        The .docx, known to be whole.
    filled
        Names of the parts whose paragraphs are filled in: ``word/document.xml``, headers, notes.

    Raises
    ------
    JobError
        If there are any: all of them are named, each with its place.
    """
    found: dict[tuple[str, Both], None] = {}
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if not part.endswith(".xml") or part.startswith(_UNSEEN):
                continue
            try:
                root = parse_xml(archive.read(part))
            except SyntaxError:  # of lxml
                continue  # no part that a reader of the document needs: those were opened before
            for text in _texts(root, skip_paragraphs=part in filled):
                found |= {(written, _place_of(part)): None for written in _placeholders(text)}
    if not found:
        return
    listed = sorted(found)[:_MOST_NAMED]
    more = " ..." if len(found) > _MOST_NAMED else ""
    zh = "、".join(f"{written}（{place[0]}）" for written, place in listed)
    en = ", ".join(f"{written} in {place[1]}" for written, place in listed)
    raise JobError(
        en=f"{path.name}: placeholders where nothing is filled in: {en}{more}. They are filled in "
        "paragraphs, tables, text boxes, headers, footers and notes. Move or delete them.",
        zh=f"{path.name}：以下占位符所在位置不会被填写：{zh}{more}。"
        "可填写的位置为段落、表格、文本框、页眉、页脚和脚注、尾注。请移到这些位置，或删去。",
    )


def _texts(root: Element, *, skip_paragraphs: bool) -> Iterator[str]:
    """Give every text of a part: paragraph by paragraph, other elements and attributes alone."""
    for element in root.iter("*"):
        yield from (str(element.get(name)) for name in _SHOWN_BY if element.get(name))
        kind = str(element.tag).rpartition("}")[2]
        if kind == "p" and not (skip_paragraphs and str(element.tag).startswith(_WORDS)):
            pieces = (one for one in element.iter() if str(one.tag).endswith(("}t", "}instrText")))
            yield "".join(piece.text or "" for piece in pieces)
        elif not len(element) and kind not in {"t", "instrText", "delText"}:
            yield element.text or ""


def _placeholders(text: str) -> Iterator[str]:
    if "{{" not in text and "｛｛" not in text:
        return
    whole = [match.group() for match in PLACEHOLDER.finditer(text)]
    yield from whole
    if not whole:
        yield from (match.group() for match in _OPENED.finditer(text))


def _place_of(part: str) -> Both:
    return next((both for begin, both in _PLACES if part.startswith(begin)), (part, part))
