"""How much of a page of the report is taken: a zone fills its page and never overruns it."""

from __future__ import annotations

import math
from typing import Final

from docx.document import Document as Paper

from maps.documents import TEXT_WIDTH_MM, printed
from maps.paper import MM_PER_POINT
from maps.sheet_widths import cells

_BODY_MM: Final = 254.0
"""Text of an A4 page of the toolkit's own form."""

_EM_OF_CELL: Final = 0.51
"""Width of a half-width character, in sizes of the letters: a little too much rather than less."""

ROW_POINTS: Final = 15.0
"""Height of a row of a table: a line of 12 points, its margins and its rule."""


def body_mm(paper: Paper) -> float:
    """Give the height of the text on the document's pages, mm."""
    section = paper.sections[-1]
    edges = section.page_height, section.top_margin, section.bottom_margin
    if None in edges:
        return _BODY_MM
    page, top, bottom = (float(edge.mm) for edge in edges if edge is not None)
    return page - abs(top) - abs(bottom)


def text_mm(
    text: str, points: float, leading: float, after: float, *, indent_mm: float = 0.0
) -> float:
    """Measure a paragraph, mm.

    Parameters
    ----------
    text
        The paragraph.
    points, leading, after
        Size of the letters, distance of the lines and space below, points.
    indent_mm
        Width that lines are shorter than the text's.
    """
    wide = cells(printed(text)) * _EM_OF_CELL * points * MM_PER_POINT
    lines = max(1, math.ceil(wide / (TEXT_WIDTH_MM - indent_mm)))
    return (lines * leading + after) * MM_PER_POINT


def rows_mm(rows: int) -> float:
    """Measure rows of one line each, with the space below their table, mm."""
    return (rows * ROW_POINTS + 6.0) * MM_PER_POINT
