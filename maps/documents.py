"""Pieces of a Word document: page and faces, headings, plain paragraphs, tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from maps.fonts import one_line

# GB/T 9704-2012 sets body in 仿宋 and headings in 黑体; faces are named, not embedded: an office
# machine has them, and others fall back to their own.
BODY_FACE: Final = "仿宋"
HEADING_FACE: Final = "黑体"
WESTERN_FACE: Final = "Times New Roman"
_ALARM: Final = RGBColor(0xA3, 0x12, 0x1F)
_INK: Final = RGBColor(0x1C, 0x27, 0x30)
_SHADE: Final = "E3EAF2"


def new_paper() -> Paper:
    """Make an empty A4 document in the faces of an office."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(30), Mm(28)
    for name, face, points in (
        ("Normal", BODY_FACE, 11.0),
        ("Title", HEADING_FACE, 20.0),
        ("Heading 1", HEADING_FACE, 15.0),
        ("Heading 2", HEADING_FACE, 12.5),
        ("List Bullet", BODY_FACE, 11.0),
        ("Table Grid", BODY_FACE, 9.0),
    ):
        _set_face(paper.styles[name], face, points)
    return paper


def _set_face(style: ParagraphStyle, face: str, points: float) -> None:
    style.font.name = WESTERN_FACE
    style.font.size = Pt(points)
    style.font.color.rgb = _INK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # Themes would win over the names of faces.
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)


def add_title(paper: Paper, text: str) -> None:
    """Write the title of the document in the middle of the page."""
    paragraph = paper.add_paragraph(one_line(text), style="Title")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def add_heading(paper: Paper, text: str, level: int, *, on_new_page: bool = False) -> None:
    """Write a heading."""
    heading = paper.add_heading(one_line(text), level=level)
    heading.paragraph_format.page_break_before = on_new_page


def add_text(paper: Paper, text: str, *, style: str = "Normal", alarm: bool = False) -> None:
    """Write a paragraph of plain text."""
    run = paper.add_paragraph(style=style).add_run(one_line(text))
    if alarm:
        run.font.color.rgb = _ALARM


def add_table(
    paper: Paper, header: Sequence[str], rows: Sequence[Sequence[str]], widths_mm: Sequence[float]
) -> None:
    """Write a table whose header repeats on each page."""
    table = paper.add_table(rows=1 + len(rows), cols=len(header), style="Table Grid")
    table.autofit = False
    for row, texts in zip(table.rows, (header, *rows), strict=True):
        for cell, text, width in zip(row.cells, texts, widths_mm, strict=True):
            cell.width = Mm(width)
            cell.paragraphs[0].add_run(one_line(text))
    head = table.rows[0]
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  # the library has no name for it
    for cell in head.cells:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  # the library has no name for it
    paper.add_paragraph()


def add_footer(paper: Paper, text: str) -> None:
    """Write a text and the page number at the bottom of each page."""
    paragraph = paper.sections[0].footer.paragraphs[0]
    paragraph.add_run(f"{one_line(text)}    ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001  # the library has no name for fields
