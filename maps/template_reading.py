"""Opening an office's template: a whole Word document, unlocked, each placeholder known."""

from __future__ import annotations

import difflib
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd
from docx import Document
from docx.document import Document as Paper
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.oxml import serialize_part_xml
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement as Element
from docx.section import _Footer, _Header

from layers.contracts import conform
from layers.errors import InputError, JobError
from layers.guard import require_local_file
from layers.walking import Walking
from layers.zips import check_archive, find_doctype
from maps.labels import Imprint
from maps.report_fields import imprint_fields
from maps.template_leftovers import PLACEHOLDER, require_no_leftovers
from maps.words import Both
from zoning.summary import summarise
from zoning.tables import CONTRACTS

_SLIPS: Final = re.compile(r"[{｛]+\s*([^{}｛｝]*?)\s*[}｝]+")
"""Anything in braces, among it placeholders with a brace too few or of full width."""

_PAIRS: Final = re.compile(r"[{｛]{2,}|[}｝]{2,}")
_AROUND: Final = 20
"""Characters shown on either side of braces that are left over."""

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
    return _names_of_figures() | set(imprint_fields(Imprint(title=""))) | sections


@cache
def _names_of_figures() -> frozenset[str]:
    empty = {name: conform(schema, pd.DataFrame(), crs=_CRS) for name, schema in CONTRACTS.items()}
    del empty["summary"]
    return frozenset(summarise(empty, walking=Walking()).index)


_OLD_FORMAT: Final = bytes.fromhex("D0CF11E0A1B11AE1")
"""How files of old Office programs begin, and new ones that a password protects."""

_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS: Final = (
    "请用 Word 打开并另存为 .docx。",
    "Open it in Word and save it as .docx.",
)


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
        If there is no such file, it is no Word document or declares entities, or it holds
        placeholders that are not known, not closed or where none is filled in; all of them are
        named, each unknown one with the nearest known one.
    """
    if not path.exists() and not path.is_symlink():
        raise _not_found(path)
    try:
        require_local_file(path)
        _require_docx(path)
        check_archive(path)
        _require_no_entities(path)
        with zipfile.ZipFile(path) as archive:
            archive.getinfo(_MAIN_PART)
        paper = Document(str(path))
        _require_whole(paper)
    except _NO_PAPER as error:
        said = (error.zh, error.en) if isinstance(error, InputError) else ("", "")
        raise _no_paper(path, said) from error
    _require_known(paper, path, known_placeholders(sections), sections)
    require_no_leftovers(path, _filled_parts(paper))
    return paper


def _filled_parts(paper: Paper) -> set[str]:
    """Name the parts of the file whose paragraphs are filled in."""
    parts = [paper.part, *(notes.part for notes in notes_of(paper))]
    parts += [margin.part for margin in _margins(paper)]
    return {str(part.partname).removeprefix("/") for part in parts}


def _not_found(path: Path) -> JobError:
    folder = path.parent.resolve()
    return JobError(
        en=f"job.toml: [outputs] report_template = {path.name!r}: file not found in {folder}. "
        "Put the template there, or mend the path; it starts from the folder of job.toml.",
        zh=f"job.toml：[outputs] report_template = {path.name!r}：在 {folder} 中找不到该文件。"
        "请放入模板，或改正路径（以 job.toml 所在文件夹为准）。",
    )


def _require_docx(path: Path) -> None:
    """Refuse what is no packed document at all, and say what it is where its bytes tell."""
    if path.is_dir():
        raise InputError(zh="这是文件夹。", en="It is a folder.")
    content = path.read_bytes() if path.stat().st_size < _LARGE_BYTES else b"PK"
    if content.startswith(_OLD_FORMAT):
        if _ENCRYPTED in content:
            zh, en = "文件有密码保护，请先取消密码。", "A password protects it: take it away first."
        else:
            zh, en = (
                "这是旧版 Word（.doc）或其他旧格式文件。",
                "It is an old .doc, or another old file.",
            )
        raise InputError(zh=zh, en=en)
    if not content.startswith(b"PK"):
        raise InputError(zh="文件内容不是 .docx。", en="Its content is no .docx.")


def _require_no_entities(path: Path) -> None:
    """Refuse what Word itself does not open: a report made from it could not be read."""
    part = find_doctype(path)
    if part is not None:
        raise JobError(
            en=f"job.toml: [outputs] report_template = {path.name!r}: its part {part} declares "
            "entities (DOCTYPE), and Word opens no such file. Take the original template, or copy "
            "its text into a new document.",
            zh=f"job.toml：[outputs] report_template = {path.name!r}：其中的 {part} 声明了实体"
            "（DOCTYPE），Word 无法打开这样的文件。请换用原始模板，或将内容复制到新文档中。",
        )


_LARGE_BYTES: Final = 2**29


def _no_paper(path: Path, said: Both) -> JobError:
    zh, en = said
    return JobError(
        en=f"job.toml: [outputs] report_template = {path.name!r}: expected a Word document .docx. "
        f"{en} {_SAVE_AS[1]}".replace("  ", " "),
        zh=f"job.toml：[outputs] report_template = {path.name!r}：应为 Word 文档 .docx。"
        f"{zh}{_SAVE_AS[0]}",
    )


def _require_whole(paper: Paper) -> None:
    """Touch now what is written to at the end: a fault there would cost a whole run."""
    if paper.element.body is None or not len(paper.sections):
        raise ValueError(_MAIN_PART)
    for _ in _all_paragraphs(paper):
        pass
    if paper.styles.element is None or paper.core_properties.title is None:
        raise ValueError(_MAIN_PART)


def _require_known(
    paper: Paper, path: Path, known: frozenset[str], sections: frozenset[str]
) -> None:
    said_by = [(one, text_of(one)) for one in _all_paragraphs(paper)]
    asked = {
        (match[1], match.group() == text.strip() and in_body(paragraph))
        for paragraph, text in said_by
        for match in PLACEHOLDER.finditer(text)
    }
    unknown = sorted({f"{{{{{name}}}}}" for name, _ in asked if name not in known})
    slips = sorted({slip for _, text in said_by for slip in _slips_in(text, known)})
    if unknown or slips:
        said = ", ".join(_with_nearest(one, known) for one in [*unknown, *slips][:_MOST_NAMED])
        raise JobError(
            en=f"{path.name}: unknown placeholders: {said}. Known are the figures of "
            f"tables/summary.csv and {', '.join(sorted(known - _figures(known)))}.",
            zh=f"{path.name}：未知的占位符：{said}。可用的有 tables/summary.csv 中的指标，以及 "
            f"{'、'.join(sorted(known - _figures(known)))}。",
        )
    _require_closed((text for _, text in said_by), path)
    if not asked:
        raise JobError(
            en=f"{path.name}: no placeholder in it, so nothing of the plan would stand in the "
            "report. Write some where figures and sections belong, for example {{zones}}, "
            "{{section_summary}}, {{section_zones}}.",
            zh=f"{path.name}：模板中没有占位符，报告里不会有任何方案内容。请在需要指标和章节的地方"
            "写入占位符，例如 {{zones}}、{{section_summary}}、{{section_zones}}。",
        )
    crowded = sorted({name for name, alone in asked if name in sections and not alone})
    if crowded:
        said = ", ".join(f"{{{{{name}}}}}" for name in crowded)
        raise JobError(
            en=f"{path.name}: {said} stands for a whole section; give it a paragraph of its own, "
            "outside of tables, text boxes, content controls, notes, headers and footers.",
            zh=f"{path.name}：{said} 代表整节内容；请单独成段，"
            "不要放在表格、文本框、内容控件、脚注、页眉或页脚中。",
        )


def _slips_in(text: str, known: frozenset[str]) -> Iterator[str]:
    """Find what was meant as a placeholder but has a brace too few, too many or of full width."""
    for match in _SLIPS.finditer(text):
        whole, name = match.group(), match[1]
        is_good = PLACEHOLDER.fullmatch(whole) is not None
        is_doubled = any(mark in whole for mark in ("{{", "}}", "｛｛", "｝｝"))
        if not is_good and name and (is_doubled or name in known):
            yield whole


def _require_closed(texts: Iterable[str], path: Path) -> None:
    """Refuse pairs of braces that no placeholder opens and closes in one paragraph."""
    places = []
    for text in texts:
        left = _PAIRS.search(PLACEHOLDER.sub(lambda match: " " * len(match.group()), text))
        if left is not None:
            begin, end = max(left.start() - _AROUND, 0), left.end() + _AROUND
            before, after = "…" if begin else "", "…" if end < len(text) else ""
            places.append(f"“{before}{text[begin:end].strip()}{after}”")
    if not places:
        return
    said = ", ".join(places[:_MOST_NAMED]) + (" ..." if len(places) > _MOST_NAMED else "")
    raise JobError(
        en=f"{path.name}: braces that are no whole placeholder in {len(places)} paragraph(s): "
        f"{said}. Expected {{{{name}}}} opened and closed in one paragraph, with half-width "
        "braces. Close the placeholder, or take the braces away.",
        zh=f"{path.name}：{len(places)} 个段落中有未成对的占位符括号：{said}。"
        "应为 {{名称}}，在同一段落内用半角括号开始和结束。请补全占位符，或删去多余的括号。",
    )


def _with_nearest(written: str, known: frozenset[str]) -> str:
    """Write a placeholder that is not known, in short, with the known one that is most like it."""
    name = written.strip("{}｛｝ ")
    near = difflib.get_close_matches(name, sorted(known), n=1)
    short = written
    if len(name) > _LONGEST_NAME:
        short = written.replace(name, f"{name[:_LONGEST_NAME]}…")
    return short + (f" → {{{{{near[0]}}}}}?" if near else "")


def _figures(known: frozenset[str]) -> frozenset[str]:
    others = set(imprint_fields(Imprint(title="")))
    return frozenset(name for name in known if name not in others and "section_" not in name)


def paragraphs_of(paper: Paper) -> Iterator[Element]:
    """Give every paragraph: body, tables, text boxes, headers and footers."""
    margins = [margin._element for margin in _margins(paper)]  # noqa: SLF001  no public name
    for part in (paper.element.body, *margins):
        yield from part.iter(qn("w:p"))


def _margins(paper: Paper) -> Iterator[_Header | _Footer]:
    """Give every header and footer that a section has of its own."""
    for section in paper.sections:
        for name in ("header", "footer"):
            for kind in ("", "first_page_", "even_page_"):
                margin = getattr(section, f"{kind}{name}")
                if not margin.is_linked_to_previous:
                    yield margin


@dataclass(frozen=True)
class Notes:
    """Footnotes or endnotes of a document, which the library carries along unread."""

    part: Part
    root: Element

    def save(self) -> None:
        """Put the notes back into the document."""
        self.part._blob = serialize_part_xml(self.root)  # noqa: SLF001  no public name


def notes_of(paper: Paper) -> list[Notes]:
    """Open the footnotes and endnotes of a document."""
    kinds = {RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES}
    return [
        Notes(link.target_part, parse_xml(link.target_part.blob))
        for link in paper.part.rels.values()
        if link.reltype in kinds and not link.is_external
    ]


def _all_paragraphs(paper: Paper) -> Iterator[Element]:
    yield from paragraphs_of(paper)
    for notes in notes_of(paper):
        yield from notes.root.iter(qn("w:p"))


def text_of(paragraph: Element) -> str:
    """Give the text of a paragraph, whatever pieces a word processor tore it into."""
    return "".join(piece.text or "" for piece in paragraph.iter(qn("w:t")))


def in_body(paragraph: Element) -> bool:
    """Tell whether a paragraph stands in the body itself: not in a table, box or note."""
    return bool(paragraph.getparent().tag == qn("w:body"))
