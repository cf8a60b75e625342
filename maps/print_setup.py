"""How a sheet of the workbook goes to paper: page, repeated header, margins, faces."""

from __future__ import annotations

from typing import Final

from openpyxl.worksheet.worksheet import Worksheet

from maps.fonts import one_line
from maps.sheet_widths import Paper

LONGEST_MARGIN: Final = 100
"""Characters of a printed header or footer; the format allows 255 with its codes."""

_MARGIN_INCHES: Final = 0.4
_HEAD_INCHES: Final = 0.75


def fonts(languages: tuple[str, ...]) -> tuple[str, str]:
    """Name the faces of text and headings: every Chinese office has 宋体 and 黑体."""
    return ("宋体", "黑体") if "zh" in languages else ("Calibri", "Calibri")


def set_up_print(page: Worksheet, *, area: str, head_rows: int, paper: Paper, title: str) -> None:
    """Set a sheet up to fit its paper's width, with repeated header and page numbers."""
    page.print_area = area
    page.page_setup.orientation = paper.orientation
    page.page_setup.paperSize = page.PAPERSIZE_A4 if paper.size == "A4" else page.PAPERSIZE_A3
    page.page_setup.fitToWidth = paper.pages_wide
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    margins = page.page_margins
    margins.left = margins.right = _MARGIN_INCHES
    margins.top = margins.bottom = _HEAD_INCHES
    margins.header = margins.footer = _MARGIN_INCHES
    if head_rows:
        page.print_title_rows = f"1:{head_rows}"
    page.print_options.horizontalCentered = True
    page.oddHeader.center.text = margin_text(title)
    page.oddHeader.center.size = 14


def write_margins(page: Worksheet, *, left: str) -> None:
    """Write the printed footer: whose paper or who signs, and which page."""
    page.oddFooter.left.text = margin_text(left)
    page.oddFooter.right.text = "&P / &N"


def margin_text(text: str) -> str:
    """Write a text for a printed header or footer: one line, no code in it."""
    # An ampersand begins a code in headers and footers: doubled, it is the character itself.
    return one_line(text)[:LONGEST_MARGIN].replace("&", "&&")
