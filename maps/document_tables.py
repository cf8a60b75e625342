"""Tables of a Word document: rules instead of boxes, a header that repeats on each page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from docx.document import Document as Paper
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from maps.documents import CELL, CELL_HEAD, TABLE_STYLE, add_space, printed

_TWIPS_PER_MM: Final = 1440 / 25.4
_SHADE: Final = "E3EAF2"
_AFTER: Final = 6.0


def add_table(
    paper: Paper,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths_mm: Sequence[float],
    *,
    right: frozenset[int] = frozenset(),
    together: bool = False,
) -> None:
    """Write a table.

    Parameters
    ----------
    paper
        The document.
    header
        Captions of the columns, repeated on each page; empty for a table without them.
    rows
        Texts of the cells; no row is torn apart by the end of a page.
    widths_mm
        Widths of the columns.
    right
        Columns that are set flush right: numbers.
    together
        Keep all rows on one page, with the heading before them: for short tables.

    Notes
    -----
    The library would look up each cell anew; a table of one piece is written in a tenth of the
    time.
    """
    ids = {style.name: style.style_id for style in paper.styles}
    widths = [round(width * _TWIPS_PER_MM) for width in widths_mm]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    last = len(rows) - 1
    body = "".join(
        _row(row, widths, ids[CELL], right, holds=together and place < last)
        for place, row in enumerate(rows)
    )
    head = _row(header, widths, ids[CELL_HEAD], right, is_head=True) if header else ""
    table = parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblStyle w:val="{ids[TABLE_STYLE]}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )
    paper.element.body.insert_element_before(table, "w:sectPr")
    add_space(paper, _AFTER)


def _row(
    texts: Sequence[str],
    widths: Sequence[int],
    style: str,
    right: frozenset[int],
    *,
    is_head: bool = False,
    holds: bool = False,
) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/>' if is_head else ""
    keep = "<w:keepNext/>" if holds else ""
    sides = ['<w:jc w:val="right"/>' if place in right else "" for place in range(len(widths))]
    before = f'<w:pPr><w:pStyle w:val="{style}"/>{keep}'
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/>'
        f"</w:tcPr><w:p>{before}{side}</w:pPr>{_runs(text)}</w:p></w:tc>"
        for text, width, side in zip(texts, widths, sides, strict=True)
    )
    repeats = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeats}</w:trPr>{cells}</w:tr>"


def _runs(text: str) -> str:
    """Write a text of one line, or of several where it has line ends of its own."""
    lines = [escape(printed(line)) for line in text.split("\n")]
    return (
        "<w:r>" + "<w:br/>".join(f'<w:t xml:space="preserve">{x}</w:t>' for x in lines) + "</w:r>"
    )
