"""Where a sheet's header stands, how deep it is, and what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.utils import get_column_letter

from layers.cells import Raw, text_of
from layers.fields import FieldMatches, find_fields, fold, is_unit, split_unit
from layers.grids import Grid
from layers.years import EARLIEST, LATEST

SEARCHED_ROWS: Final = 10
"""Rows from the top among which a header is looked for."""

DEEPEST: Final = 3
"""Most rows that a header is made of."""

_TELLING: Final = ("name", "community_id")
_LEAST_FIELDS: Final = 2
_LEAST_NUMBERED: Final = 3
_COUNTING_WORDS: Final = frozenset("甲乙丙丁戊") | {"栏次"}


@dataclass(frozen=True, kw_only=True)
class Header:
    """The header of one sheet.

    Parameters
    ----------
    first, last
        Its first and last row, counted from 0.
    names
        One name for each column, all different; rows of a deep header are joined by ``/``. Empty
        for a column without header.
    columns
        Canonical field to column.
    units
        Column to the unit that its header states.
    matches
        What the names stand for, and what is doubtful about it.
    """

    first: int
    last: int
    names: tuple[str, ...]
    columns: Mapping[str, int]
    units: Mapping[int, str]
    matches: FieldMatches

    @property
    def score(self) -> int:
        """Number of fields that the header names."""
        return len(self.columns)


def find_header(grid: Grid, *, given: Mapping[str, str]) -> Header | None:
    """Find the header among the first ten rows of a sheet.

    Of all rows, and all depths up to three rows, the one wins whose columns name most fields. A row
    belongs to the header above it when each of its cells stands below a merged cell, below an empty
    one, is part of a merged cell, or holds only a unit: a first row of data does not.

    Parameters
    ----------
    grid
        The sheet.
    given
        Canonical field to header, as the job file says.

    Returns
    -------
    Header or None
        None when no row names a community and one more field.
    """
    rows = grid.rows[:SEARCHED_ROWS]
    widest = max((len(_filled(row)) for row in rows), default=0)
    found: list[Header] = []
    for first, row in enumerate(rows):
        texts = {fold(text_of(row[c])) for c in _filled(row)}
        if len(texts) < _LEAST_FIELDS or 2 * len(_filled(row)) < widest or _has_number(grid, first):
            continue
        last = first
        found.append(_read_header(grid, first, last, given))
        while last + 1 - first < DEEPEST and _continues(grid, last + 1):
            last += 1
            found.append(_read_header(grid, first, last, given))
    useful = [
        header
        for header in found
        if header.score >= _LEAST_FIELDS and any(name in header.columns for name in _TELLING)
    ]
    return max(useful, key=lambda h: (h.score, -h.first, h.last), default=None)


def is_numbering(row: Sequence[Raw]) -> bool:
    """Tell whether a row only counts the columns: 1 2 3, or 甲 乙 1 2."""
    marks = [text for cell in row if (text := fold(text_of(cell)).strip("()"))]
    numbers = [int(mark) for mark in marks if mark.isdecimal()]
    others = {mark for mark in marks if not mark.isdecimal()}
    counted = list(range(1, len(numbers) + 1))
    return others <= _COUNTING_WORDS and len(numbers) >= _LEAST_NUMBERED and numbers == counted


def letter_of(column: int) -> str:
    """Name a column as the spreadsheet does: 5 is ``F``."""
    return str(get_column_letter(column + 1))


def _filled(row: Sequence[Raw]) -> list[int]:
    return [c for c, cell in enumerate(row) if cell is not None]


def _has_number(grid: Grid, r: int) -> bool:
    """Tell whether a row holds numbers, years apart: a header may say 2021 and 2022."""
    return any(
        isinstance(cell, int | float) and not EARLIEST <= cell <= LATEST for cell in grid.rows[r]
    )


def _continues(grid: Grid, r: int) -> bool:
    if r >= len(grid.rows) or not _filled(grid.rows[r]) or _has_number(grid, r):
        return False
    above = grid.rows[r - 1]
    return all(
        above[c] is None
        or (r, c) in grid.merged
        or (r - 1, c) in grid.spans
        or is_unit(grid.rows[r][c])
        for c in _filled(grid.rows[r])
    )


def _read_header(grid: Grid, first: int, last: int, given: Mapping[str, str]) -> Header:
    names: list[str] = []
    spellings: list[str] = []
    wanted: dict[str, str] = {}
    for c in range(grid.width):
        levels = _levels(grid, first, last, c)
        name = _unlike(names, "/".join(levels))
        spelling = _spelling(levels)
        names.append(name)
        spellings.append(_unlike(spellings, spelling))
        for canonical, header in given.items():
            if fold(header) in {fold(name), fold(spelling), *(fold(x) for x in levels[-1:])}:
                wanted.setdefault(canonical, spellings[-1])
    matches = find_fields([s for s in spellings if s], given=wanted)
    places = {spelling: c for c, spelling in enumerate(spellings) if spelling}
    return Header(
        first=first,
        last=last,
        names=tuple(names),
        columns={canonical: places[s] for canonical, s in matches.columns.items()},
        units={places[s]: unit for s, unit in matches.units.items()},
        matches=matches,
    )


def _levels(grid: Grid, first: int, last: int, column: int) -> list[str]:
    """Give a column's header cells from top to bottom, repeated ones once."""
    levels: list[str] = []
    for r in range(first, last + 1):
        text = re.sub(r"\s+", "", text_of(grid.rows[r][column]))
        if text and text not in levels[-1:]:
            levels.append(text)
    return levels


def _spelling(levels: list[str]) -> str:
    """Write a deep header as one name that the list of aliases may know.

    Under 人口 the column 60岁及以上 is tried as 人口60岁及以上, 60岁及以上人口, 60岁及以上
    and 人口; a row of units becomes a bracket.
    """
    if not levels:
        return ""
    if len(levels) > 1 and is_unit(levels[-1]):
        unit = fold(levels[-1]).strip("()[]")
        return f"{_spelling(levels[:-1])}({unit})"
    leaf, above = levels[-1], "".join(levels[:-1])
    unit = split_unit(leaf)[1] or split_unit(above)[1]
    for attempt in (above + leaf, leaf + above, leaf, *reversed(levels[:-1])):
        if find_fields([attempt], given={}).columns:
            return attempt if split_unit(attempt)[1] or not unit else f"{attempt}({unit})"
    return "/".join(levels)


def _unlike(names: list[str], name: str) -> str:
    """Add a number to a name that another column has already."""
    if not name or name not in names:
        return name
    number = 2
    while f"{name}_{number}" in names:
        number += 1
    return f"{name}_{number}"
