"""Furniture of a sheet: title, border, imprint, headings and tables of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from layers.counts import counted
from maps.drawing import LEADING, Canvas
from maps.fonts import one_line
from maps.labels import Imprint
from maps.letters import Across
from maps.notes import marks, method, review_note, rulebook_title
from maps.paper import MM_PER_POINT, Frame
from maps.report_fields import split_both
from maps.sheet_style import ALARM, HEAD_FILL, RULE, SOFT_INK
from maps.style import INK
from maps.words import Both, pick

_TITLE_POINTS: Final = 15.0
_SUBTITLE_POINTS: Final = 7.0
_SMALL: Final = 4.9
_SECTION_GAP: Final = 2.6
_HEADING: Final = 6.2
_HEAD_ROWS: Final = 1.8
_WIDEST: Final = 1.6
ROW: Final = 3.9
"""Distance of the rows of a table."""

_POINTS: Final = 5.8
_CLOSEST: Final = 0.76
"""A long table is set down to this share of the usual distance of its rows."""


_SECOND: Final = 0.82
"""Size of captions in the second language."""

_FITTING: Final = 0.995
"""A text is set a little narrower than its cell, lest rounding cuts it."""

_SMALLEST_HEAD: Final = 0.7
"""Captions are set down to this share of their size before one of them is cut."""

_SMALLEST_CELLS: Final = 0.85
"""Cells are set down to this share of their size before one of them is cut."""


@dataclass(frozen=True)
class Sheet:
    """What a sheet is called.

    Parameters
    ----------
    title
        What it shows, behind the title of the job.
    number
        Drawing number (图号).
    """

    title: Both
    number: str


def draw_title(canvas: Canvas, imprint: Imprint, sheet: Sheet) -> None:
    """Write the title top centre, its translation below, and the mark of made data beside it."""
    frame = canvas.layout.title
    languages = imprint.languages
    main = f"{imprint.title}  {pick(sheet.title, languages[:1])}"
    points = _TITLE_POINTS
    room = frame.width - 2 * 62.0
    while canvas.width_of(_clean(canvas, main), points) > room and points > _SUBTITLE_POINTS:
        points -= 0.5
    upper, lower = frame.cut_top(frame.height * 0.66)
    canvas.fitted(_middle(upper, room), main, points=points, across="center")
    second = pick(sheet.title, languages[1:])
    if second:
        canvas.fitted(
            _middle(lower, room), second, points=_SUBTITLE_POINTS, colour=SOFT_INK, across="center"
        )
    if imprint.made_data:
        mark = Frame(frame.right - 46.0, frame.bottom + 5.2, 46.0, 7.6)
        canvas.box(mark, edge=ALARM, width=0.8)
        text = pick(("示例数据", "made data"), languages)
        canvas.fitted(mark.inset(1.2), text, points=8.5, colour=ALARM, across="center")


def _middle(frame: Frame, width: float) -> Frame:
    return Frame(frame.left + (frame.width - width) / 2, frame.bottom, width, frame.height)


def _clean(canvas: Canvas, text: str) -> str:
    return "".join(character for character in text if character in canvas.face.advances)


def draw_border(canvas: Canvas) -> None:
    """Draw the border of the sheet."""
    canvas.box(canvas.layout.page.inset(5.0), edge=INK, width=1.0)


def draw_imprint(
    canvas: Canvas, imprint: Imprint, sheet: Sheet, *, crs_name: str, notes: list[Both]
) -> None:
    """Fill the strip along the bottom: who, when, from what, how; review number and seal."""
    strip = canvas.layout.imprint
    canvas.box(strip, edge=INK, width=0.6)
    left = Frame(strip.left, strip.bottom, 112.0, strip.height)
    right = Frame(strip.right - 78.0, strip.bottom, 78.0, strip.height)
    middle = Frame(left.right, strip.bottom, right.left - left.right, strip.height)
    for x in (left.right, right.left):
        canvas.line([(x, strip.bottom), (x, strip.top)], width=0.4)
    _draw_fields(canvas, left.inset(1.6), imprint, sheet, crs_name)
    _draw_notes(canvas, middle.inset(1.6), imprint, notes)
    _draw_review(canvas, right.inset(1.6), imprint)


def _draw_fields(
    canvas: Canvas, frame: Frame, imprint: Imprint, sheet: Sheet, crs_name: str
) -> None:
    languages = imprint.languages
    fields: tuple[tuple[Both, str], ...] = (
        (("图号", "Drawing no."), sheet.number),
        (("编制单位", "Drafting unit"), imprint.drafting_unit),
        (("编制日期", "Date"), imprint.date),
        (("数据截止日期", "Date of the data"), imprint.data_date),
        (("政策规则", "Rulebook"), pick(rulebook_title(imprint), languages[:1])),
        (("坐标系", "Reference system"), crs_name),
    )
    row = frame.height / len(fields)
    for number, (label, value) in enumerate(fields):
        bottom = frame.top - row * (number + 1)
        canvas.fitted(
            Frame(frame.left, bottom, 37.0, row),
            pick(label, languages),
            points=5.6,
            colour=SOFT_INK,
        )
        room = Frame(frame.left + 38.0, bottom, frame.width - 38.0, row)
        canvas.fitted(room, value or "—", points=6.2)


def _draw_notes(canvas: Canvas, frame: Frame, imprint: Imprint, notes: list[Both]) -> None:
    rest = frame
    for both in (*marks(imprint), *notes):
        rest = canvas.paragraph(rest, pick(both, imprint.languages), points=5.4, colour=ALARM)
    if imprint.sources:
        label = pick(("数据来源：", "Sources:"), imprint.languages[:1])
        sources = [pick(split_both(one), imprint.languages, joint=" / ") for one in imprint.sources]
        rest = canvas.paragraph(rest, f"{label} {'；'.join(sources)}", points=_SMALL)
    for language in imprint.languages:
        text = "".join(pick(both, (language,)) + " " for both in method(imprint))
        rest = canvas.paragraph(rest, text, points=_SMALL, colour=SOFT_INK)


def _draw_review(canvas: Canvas, frame: Frame, imprint: Imprint) -> None:
    note = review_note(imprint)
    rest = canvas.paragraph(frame, pick(note, imprint.languages[:1]), points=6.4)
    second = pick(note, imprint.languages[1:])
    if second:
        rest = canvas.paragraph(rest, second, points=_SMALL, colour=SOFT_INK)
    seal = pick(("（盖章处）", "(seal)"), imprint.languages)
    room = Frame(frame.left, frame.bottom, frame.width, 4.0)
    canvas.fitted(room, seal, points=5.4, colour=SOFT_INK, across="right")


def draw_heading(canvas: Canvas, frame: Frame, text: str) -> Frame:
    """Write the heading of a section of a panel; give the room below."""
    head, rest = frame.cut_top(5.2, 1.0)
    canvas.fitted(Frame(head.left, head.bottom, head.width, 4.8), text, points=7.2)
    canvas.line([(head.left, head.bottom), (head.right, head.bottom)], width=0.7)
    return rest


@dataclass(frozen=True)
class TextTable:
    """A table of texts.

    Parameters
    ----------
    header
        Captions; empty for a table without them.
    rows
        Texts of the cells.
    widths
        Shares of the table's width.
    align
        Side that the cells of each column keep to.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    align: tuple[Across, ...]


def rows_in(height: float, *, row: float = ROW) -> int:
    """Count the rows that a table has room for, set as close as can be."""
    return max(int(height / row / _CLOSEST), 0)


def fold(table: TextTable) -> TextTable:
    """Set a long table in two columns side by side; the second goes on where the first ends."""
    half = (len(table.rows) + 1) // 2
    empty = ("",) * len(table.widths)
    right = (*table.rows[half:], *(empty for _ in range(2 * half - len(table.rows))))
    rows = tuple((*one, *other) for one, other in zip(table.rows[:half], right, strict=True))
    return TextTable(table.header * 2, rows, table.widths * 2, table.align * 2)


def draw_table(
    canvas: Canvas,
    frame: Frame,
    table: TextTable,
    *,
    languages: tuple[str, ...],
    points: float = _POINTS,
    row: float = ROW,
    whole_in: str = "plan.xlsx",
) -> Frame:
    """Draw a table from the top of a frame; give the room below.

    A long table is set somewhat closer. Rows that still do not fit are not drawn: the last row
    then says how many, and where they are: in the file `whole_in`.
    """
    rest = frame
    if table.header:
        lines = 2 if any("\n" in text for text in table.header) else 1
        head, rest = rest.cut_top(row * (0.72 * lines + 0.28))
        canvas.box(head, fill=HEAD_FILL)
        _draw_head(canvas, head, table, points)
    closer = min(max(rest.height / max(len(table.rows), 1) / row, _CLOSEST), 1.0)
    row, points = row * closer, points * closer**0.5
    points *= _cells_share(canvas, rest, table, points)
    room = int(rest.height / row + 1e-6)
    rules = []
    shown = table.rows if len(table.rows) <= room else table.rows[: max(room - 1, 0)]
    for cells in shown:
        line, rest = rest.cut_top(row)
        for text, cell, side in zip(cells, _cells(line, table), table.align, strict=True):
            canvas.fitted(cell, text, points=points, across=side)
        rules.append([(line.left, line.bottom), (line.right, line.bottom)])
    canvas.lines(rules, colour=RULE, width=0.25)
    hidden = len(table.rows) - len(shown)
    if hidden and room:
        line, rest = rest.cut_top(row)
        more = (
            f"另有 {hidden:,} 行，见 {whole_in}",
            f"{counted(hidden, 'more row')} in {whole_in}",
        )
        canvas.fitted(line, pick(more, languages), points=points, colour=SOFT_INK)
    return rest


def _draw_head(canvas: Canvas, head: Frame, table: TextTable, points: float) -> None:
    points *= _head_share(canvas, head, table, points)
    step = points * MM_PER_POINT * LEADING * 0.86
    for text, cell, side in zip(table.header, _cells(head, table), table.align, strict=True):
        lines = text.split("\n")
        middle = (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            shift = (middle - number) * step
            place = Frame(cell.left, cell.bottom + shift, cell.width, cell.height)
            size = points * (1.0 if number == 0 else _SECOND)
            canvas.fitted(place, line, points=size, across=side)


def _cells_share(canvas: Canvas, frame: Frame, table: TextTable, points: float) -> float:
    """Say how much smaller the rows are set, all alike, so that fewer texts are cut."""
    texts = [[one_line(text) for text in column] for column in zip(*table.rows, strict=True)]
    shares = [
        _share(canvas, column, cell, points)
        for column, cell in zip(texts, _cells(frame, table), strict=False)
    ]
    return max(min([1.0, *shares]), _SMALLEST_CELLS)


def _head_share(canvas: Canvas, head: Frame, table: TextTable, points: float) -> float:
    """Say how much smaller captions are set, all of them alike, so that none is cut."""
    shares = [
        _share(canvas, [line], cell, points * (1.0 if number == 0 else _SECOND))
        for text, cell in zip(table.header, _cells(head, table), strict=True)
        for number, line in enumerate(text.split("\n"))
    ]
    return max(min([1.0, *shares]), _SMALLEST_HEAD)


def _share(canvas: Canvas, texts: Sequence[str], cell: Frame, points: float) -> float:
    """Give the share of their size at which all texts fit a cell's width."""
    widest = max([1e-9, *(canvas.width_of(text, points) for text in texts)])
    return _FITTING * cell.width / widest


def _cells(line: Frame, table: TextTable) -> list[Frame]:
    total = sum(table.widths)
    left = line.left
    cells = []
    for share in table.widths:
        width = line.width * share / total
        cells.append(Frame(left + 0.9, line.bottom, width - 1.8, line.height))
        left += width
    return cells


def draw_section(
    canvas: Canvas,
    frame: Frame,
    title: Both,
    table: TextTable,
    languages: tuple[str, ...],
    *,
    larger: float = 1.0,
    whole_in: str = "plan.xlsx",
) -> Frame:
    """Draw a heading with a table below it, its rows set wider; give the room below both."""
    rest = draw_heading(canvas, frame, pick(title, languages))
    points = _POINTS * larger**0.5
    rest = draw_table(
        canvas,
        rest,
        table,
        languages=languages,
        points=points,
        row=ROW * larger,
        whole_in=whole_in,
    )
    return Frame(rest.left, rest.bottom, rest.width, max(rest.height - _SECTION_GAP, 0.0))


def widening(height: float, tables: Sequence[TextTable], *, widest: float = _WIDEST) -> float:
    """Say how much wider the rows of sections one below the other are set to fill a panel."""
    rows = sum(len(table.rows) + (_HEAD_ROWS if table.header else 0.0) for table in tables)
    free = height - len(tables) * (_HEADING + _SECTION_GAP)
    return min(max(free / max(rows, 1.0) / ROW, 1.0), widest)


def draw_inset(canvas: Canvas, frame: Frame) -> None:
    """Draw the neat line of a map."""
    canvas.box(frame, edge=INK, width=0.8)
