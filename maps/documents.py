"""Pieces of a Word document: page, faces and styles, headings, plain paragraphs, pictures."""

from __future__ import annotations

import io
import re
from typing import Final

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from maps.fonts import one_line
from maps.paper import MM_PER_POINT

# GB/T 9704-2012 sets body in 仿宋 and headings in 黑体; faces are named, not embedded: an office
# machine has them, and others fall back to their own.
BODY_FACE: Final = "仿宋"
HEADING_FACE: Final = "黑体"
TABLE_FACE: Final = "宋体"
WESTERN_FACE: Final = "Times New Roman"

TEXT_WIDTH_MM: Final = 160.0
"""Width between the margins of the page."""

TABLE_STYLE: Final = "Lianpian Table"
CELL: Final = "Lianpian Cell"
CELL_HEAD: Final = "Lianpian Cell Head"
DENSE: Final = "Lianpian Dense"
SMALL: Final = "Lianpian Small"
CAPTION: Final = "Lianpian Caption"
POINT: Final = "Lianpian Point"

_GROUPS: Final = re.compile(r"(?<=\d) (?=\d{3})|(?<=\d) (?=\(\+)")
_WIDE: Final = 0x2E80
"""Characters from here on are as wide as they are high."""

_SMALLER_TITLES: Final = (26.0, 23.0, 20.0, 17.0)
_ALARM: Final = RGBColor(0xA3, 0x12, 0x1F)
_INK: Final = RGBColor(0x1C, 0x27, 0x30)
_SOFT: Final = RGBColor(0x55, 0x60, 0x6A)
_TABLE_STYLE_XML: Final = """
<w:style {} w:type="table" w:customStyle="1" w:styleId="LianpianTable">
  <w:name w:val="Lianpian Table"/><w:uiPriority w:val="99"/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="10" w:space="0" w:color="1C2730"/>
      <w:bottom w:val="single" w:sz="10" w:space="0" w:color="1C2730"/>
      <w:insideH w:val="single" w:sz="4" w:space="0" w:color="C9CED4"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="24" w:type="dxa"/><w:left w:w="50" w:type="dxa"/>
      <w:bottom w:w="24" w:type="dxa"/><w:right w:w="50" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
</w:style>
"""


def new_paper() -> Paper:
    """Make an empty A4 document in the faces of an office."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    section.top_margin, section.bottom_margin = Mm(23), Mm(20)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)
    _set_defaults(paper)
    for name, face, points, before, after in (
        ("Normal", BODY_FACE, 11.5, 0.0, 5.0),
        ("Title", HEADING_FACE, 26.0, 0.0, 6.0),
        ("Subtitle", HEADING_FACE, 16.0, 0.0, 10.0),
        ("Heading 1", HEADING_FACE, 15.0, 16.0, 7.0),
        ("Heading 2", HEADING_FACE, 13.0, 8.0, 5.0),
        ("Header", TABLE_FACE, 9.0, 0.0, 0.0),
        ("Footer", TABLE_FACE, 9.0, 0.0, 0.0),
    ):
        style = paper.styles[name]
        _set_face(style, face, points)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        if name != "Normal":
            style.paragraph_format.line_spacing = 1.1
    # Lines at fixed distances: pages break alike whatever faces a machine has.
    paper.styles["Normal"].paragraph_format.line_spacing = Pt(18)
    # The library's own title has a blue rule below it.
    for rule in paper.styles["Title"].element.iter(qn("w:pBdr")):
        rule.getparent().remove(rule)
        break
    add_styles(paper)
    return paper


def _set_defaults(paper: Paper) -> None:
    """Say that the text is Chinese: programs choose faces and forms of characters by it."""
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def add_styles(paper: Paper) -> None:
    """Add the styles of tables, captions and lists where the document lacks them."""
    names = {style.name for style in paper.styles}
    for name, face, points, leading, after in (
        (CELL, TABLE_FACE, 9.0, 12.0, 0.0),
        (CELL_HEAD, HEADING_FACE, 9.0, 11.5, 0.0),
        (DENSE, BODY_FACE, 10.0, 14.0, 3.0),
        (SMALL, BODY_FACE, 8.5, 11.0, 4.0),
        (CAPTION, HEADING_FACE, 9.0, 12.0, 8.0),
        (POINT, BODY_FACE, 9.5, 12.5, 2.0),
    ):
        if name in names:
            continue
        style = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = None
        _set_face(style, face, points)
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = Pt(leading)
    paper.styles[CAPTION].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.styles[CELL_HEAD].paragraph_format.keep_with_next = True
    paper.styles[POINT].paragraph_format.left_indent = Mm(5)
    paper.styles[POINT].paragraph_format.first_line_indent = Mm(-5)
    if TABLE_STYLE not in names:
        paper.styles.element.append(parse_xml(_TABLE_STYLE_XML.format(nsdecls("w"))))


def _set_face(style: ParagraphStyle, face: str, points: float) -> None:
    style.font.name = WESTERN_FACE
    style.font.size = Pt(points)
    style.font.bold = False
    style.font.italic = False
    style.font.color.rgb = _INK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # Themes would win over the names of faces.
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)


def printed(text: str) -> str:
    """Bring a text into one line in which no number is torn at the space between its groups."""
    return _GROUPS.sub("\u00a0", one_line(text))


def _styled(paper: Paper, name: str) -> Paragraph:
    """Begin a paragraph in a style; an office's template may lack it, then in the plain one."""
    known = any(style.name == name for style in paper.styles)
    return paper.add_paragraph(style=name if known else None)


def add_title(paper: Paper, text: str, *, style: str = "Title") -> None:
    """Write a title in the middle of the page, smaller where it would not fit one line."""
    paragraph = _styled(paper, style)
    line = printed(text)
    run = paragraph.add_run(line)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    width_mm = sum(1.0 if ord(letter) >= _WIDE else 0.55 for letter in line) * MM_PER_POINT
    for points in _SMALLER_TITLES if style == "Title" else ():
        if width_mm * points > TEXT_WIDTH_MM:
            run.font.size = Pt(max(points - 3.0, _SMALLER_TITLES[-1]))


def add_heading(paper: Paper, text: str, level: int, *, on_new_page: bool = False) -> None:
    """Write a heading; it stays with what follows."""
    heading = _styled(paper, f"Heading {level}")
    heading.add_run(printed(text))
    heading.paragraph_format.page_break_before = on_new_page
    heading.paragraph_format.keep_with_next = True


def add_text(paper: Paper, text: str, *, style: str = "Normal", alarm: bool = False) -> None:
    """Write a paragraph of plain text."""
    run = _styled(paper, style).add_run(printed(text))
    if alarm:
        run.font.color.rgb = _ALARM
    elif style == SMALL:
        run.font.color.rgb = _SOFT


def add_point(paper: Paper, text: str) -> None:
    """Write a point of a list behind a dash: a mark that every face has."""
    _styled(paper, POINT).add_run(f"—\t{printed(text)}")
    paper.paragraphs[-1].paragraph_format.tab_stops.add_tab_stop(Mm(5))


def add_note(paper: Paper, text: str) -> None:
    """Write a mark that must not be overlooked, in the middle of the page."""
    paragraph = _styled(paper, "Normal")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(1)
    run = paragraph.add_run(printed(text))
    run.font.color.rgb = _ALARM
    run.font.size = Pt(10.5)


def add_space(paper: Paper, points: float) -> None:
    """Leave room."""
    paragraph = _styled(paper, "Normal")
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(max(points, 1.0))


def add_picture(paper: Paper, picture: bytes, width_mm: float, caption: str, name: str) -> None:
    """Set a picture at its true width, with a caption below and a text for screen readers."""
    paragraph = _styled(paper, "Normal")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = bool(caption)
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.line_spacing = 1.0
    # A line of fixed height would cut the picture off.
    shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(width_mm))
    inline = shape._inline  # noqa: SLF001  the library has no name for its text and distances
    inline.docPr.set("descr", one_line(caption or name))
    inline.docPr.set("name", one_line(name))
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    if caption:
        add_text(paper, caption, style=CAPTION)


def add_page_break(paper: Paper) -> None:
    """Begin a new page."""
    paragraph = _styled(paper, "Normal")
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.add_run().add_break(WD_BREAK.PAGE)


def add_margins(paper: Paper, header: str) -> None:
    """Write a text at the top of each page but the first, and the number of the page below."""
    section = paper.sections[0]
    section.different_first_page_header_footer = True
    top = section.header.paragraphs[0]
    top.alignment = WD_ALIGN_PARAGRAPH.CENTER
    top.add_run(one_line(header)).font.color.rgb = _SOFT
    bottom = section.footer.paragraphs[0]
    bottom.alignment = WD_ALIGN_PARAGRAPH.CENTER
    bottom.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    bottom._p.append(field)  # noqa: SLF001  # the library has no name for fields
    bottom.add_run(" —")
