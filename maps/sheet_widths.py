"""Widths and heights on a sheet: no caption broken inside a word, no text cut off, paper that fits.

Spreadsheets do not fit rows to their text when they open a file; what is not given here is cut off
on paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from unicodedata import east_asian_width

import pandas as pd

NARROWEST: Final = 6.0
WIDEST: Final = 30.0
"""A text that is longer is set in several lines."""

WIDE_TEXT: Final = 60.0
"""Width of a column of paragraphs."""

LINE: Final = 14.5
"""Height of a line of 10 points with Chinese characters."""

TALLEST: Final = 409.0
"""The tallest row that a spreadsheet takes."""

_PARAGRAPH: Final = 70
_SAMPLE: Final = 400
_USUAL: Final = 0.95
_FILTER_BUTTON: Final = 4
_LONG_HEAD: Final = 22
_CHARACTERS_A_UNIT: Final = 1.05
"""A unit of width is a digit of 11 points (7 pixels); text is set in 10 points."""

# Usable width in characters at full size: 10 mm margins, 1.85 mm a character.
_PAPERS: Final = (
    ("portrait", "A4", 102.0, 0.80),
    ("landscape", "A4", 149.0, 0.64),
    ("landscape", "A3", 216.0, 0.62),
)


@dataclass(frozen=True)
class Paper:
    """What a sheet is printed on.

    Parameters
    ----------
    orientation, size
        How the sheet lies, and its size.
    pages_wide
        Pages side by side; the key's columns are repeated on each.
    """

    orientation: Literal["portrait", "landscape"]
    size: Literal["A4", "A3"]
    pages_wide: int


def paper_for(width: float) -> Paper:
    """Choose the least paper on which columns of this width stay readable (6.2 points and more)."""
    for orientation, size, capacity, least_scale in _PAPERS:
        if width <= capacity / least_scale:
            return Paper(orientation, size, 1)  # type: ignore[arg-type]  # a row of the table above
    _, _, capacity, least_scale = _PAPERS[-1]
    return Paper("landscape", "A3", math.ceil(width * least_scale / capacity))


def pages_high(heights: Sequence[float], head: float, width: float, paper: Paper) -> int:
    """Say on how many pages a sheet is to be fitted; 0 for as many as it needs.

    Parameters
    ----------
    heights
        Heights of the rows, points.
    head
        Height of the header, which is repeated on each page, points.
    width
        Width of the printed columns.
    paper
        What it is printed on.

    Notes
    -----
    A sheet that overruns its pages by a few rows is set a little smaller instead: no last page with
    one row.
    """
    pages = _pages(heights, head, width, paper)
    whole = int(pages)
    return whole if 0 < pages - whole <= min(_OVERRUN * whole, _LAST_PAGE) else 0


def _pages(heights: Sequence[float], head: float, width: float, paper: Paper) -> float:
    room = _TEXT_POINTS[paper.orientation, paper.size] / _scale(width, paper) - head
    return sum(heights) / max(room, 1.0)


def _scale(width: float, paper: Paper) -> float:
    capacity = next(
        room for lies, size, room, _ in _PAPERS if (lies, size) == (paper.orientation, paper.size)
    )
    return min(1.0, capacity * paper.pages_wide / max(width, 1.0))


def widen_paragraphs(
    widths: Sequence[float], texts: Mapping[int, pd.Series], rows: int, head: float
) -> list[float]:
    """Widen columns of paragraphs where the rows then take fewer pages.

    Parameters
    ----------
    widths
        Width of each printed column.
    texts
        Texts of the columns that may need several lines, by place.
    rows
        Rows of the sheet.
    head
        Height of the header, points.

    Returns
    -------
    list of float
        Widths: of those that take the fewest pages of the same paper the narrowest. Letters of
        10 points are never printed smaller than 7 for it.
    """
    long = [place for place in texts if widths[place] == WIDE_TEXT]
    if not long:
        return list(widths)
    paper = paper_for(sum(widths))
    best, fewest = list(widths), math.inf
    trial = list(widths)
    while True:
        heights = row_heights([(texts[place], trial[place]) for place in texts], rows)
        whole = sum(trial)
        pages = pages_high(heights, head, whole, paper) or math.ceil(
            _pages(heights, head, whole, paper)
        )
        if pages < fewest:
            best, fewest = list(trial), pages
        for place in long:
            trial[place] += _STEP
        is_same = paper_for(sum(trial)) == paper and _scale(sum(trial), paper) >= _STILL_LARGE
        if fewest <= 1 or not is_same:
            return best


_STEP: Final = 5.0
_STILL_LARGE: Final = 0.7


_TEXT_POINTS: Final = {
    ("portrait", "A4"): 734.0,
    ("landscape", "A4"): 487.0,
    ("landscape", "A3"): 734.0,
}
"""Height of a page between its margins of 0.75 inches, points."""

_OVERRUN: Final = 0.27
"""Largest overrun that is fitted, as a share of the whole pages: letters stay above 5 points."""

_LAST_PAGE: Final = 0.35
"""A last page that is fuller than this is worth its paper."""


def number_width(texts: Iterable[str], heads: Sequence[str]) -> float:
    """Give the width of a column of numbers."""
    return max([NARROWEST, _head_width(heads), *(cells(text) + 2 for text in texts)])


def text_width(values: pd.Series, heads: Sequence[str]) -> float:
    """Give the width of a column of texts: that of most of them, within `WIDEST`."""
    sample = values.iloc[:_SAMPLE].dropna()
    lengths = sorted(max(map(cells, str(value).splitlines() or [""])) for value in sample)
    usual = lengths[int((len(lengths) - 1) * _USUAL)] if lengths else 0
    if usual > _PARAGRAPH:
        return WIDE_TEXT
    return min(max(NARROWEST, _head_width(heads), usual + 2), max(WIDEST, _head_width(heads)))


def _head_width(heads: Sequence[str]) -> float:
    """Leave room for the longest word and a caption in two lines, a long one in three.

    The filter's button is included.
    """
    words = [cells(word) + 1 for head in heads for word in _words(head)]
    parts = [
        cells(head) / (2 if cells(head) <= _LONG_HEAD else 3) + _FILTER_BUTTON for head in heads
    ]
    return max([0.0, *words, *parts])


def _words(head: str) -> list[str]:
    return [word for word in head.split() if all(map(str.isascii, word))]


def lines(text: str, width: float) -> int:
    """Count the lines that a text takes in a column, a little too many rather than too few."""
    room = max((width - 0.7) * _CHARACTERS_A_UNIT, 1.0)
    return sum(max(1, math.ceil(cells(part) / room)) for part in text.split("\n")) or 1


def row_heights(columns: Sequence[tuple[pd.Series, float]], rows: int) -> list[float]:
    """Give the height of each row, points.

    Parameters
    ----------
    columns
        Texts and width of each column that may need several lines.
    rows
        Rows of the sheet.
    """
    most = [1] * rows
    for values, width in columns:
        tall = {text: lines(text, width) for text in values.dropna().unique()}
        if max(tall.values(), default=1) > 1:
            counts = values.map(tall).fillna(1).astype("int64").tolist()
            most = [max(one, other) for one, other in zip(most, counts, strict=True)]
    return [min(LINE * count + 1.5, TALLEST) for count in most]


def cells(text: str) -> int:
    """Measure a text in half-width characters."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)
