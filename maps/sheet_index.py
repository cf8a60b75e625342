"""The index of a series: all zones, the frames of their sheets, who is in no zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from maps.drawing import Canvas
from maps.furniture import (
    ROW,
    Sheet,
    draw_border,
    draw_heading,
    draw_imprint,
    draw_inset,
    draw_table,
    draw_title,
    rows_in,
)
from maps.index_panels import INDEX_NOTE, index_table, left_out_list, left_out_table
from maps.insets import InsetMap
from maps.paper import Frame, choose_window, lay_out
from maps.sheet_job import (
    INDEX_ROW,
    SheetJob,
    bounds_of_all,
    index_frame,
    index_pages,
    joined,
    sheet_numbers,
    zone_window,
    zones_per_page,
)
from maps.sheet_style import SOFT_INK
from maps.views import View
from maps.words import Both, pick

INDEX: Final[Both] = ("片区一览与图纸目录", "Zones and index of sheets")
_GAP: Final = 2.4
_LARGEST_ROW: Final = 7.5
_INDEX_POINTS: Final = 5.8
_LEAST_MAP: Final = 70.0
_NOTE: Final = 4.2
_HEAD_ROWS: Final = 2
_LEAST_LISTED: Final = 9
"""Rows that must be free below the counts for a list of names to be worth its heading."""


def draw_index(job: SheetJob, size: str) -> Iterator[Figure]:
    """Draw the index: all zones with what they meet, the frames of their sheets, the rest."""
    table = index_table(job.tables, job.haves, sheet_numbers(job, size), job.languages)
    step, pages = zones_per_page(size), index_pages(job, size)
    for page in range(pages):
        canvas = Canvas(lay_out(size), job.face)
        sheet = Sheet(INDEX, f"{size}-{2 + page:02d}")
        draw_title(canvas, job.imprint, sheet)
        draw_border(canvas)
        draw_imprint(canvas, job.imprint, sheet, crs_name=job.scene.crs_name, notes=[])
        part = replace(table, rows=table.rows[page * step : (page + 1) * step])
        frame = index_frame(size)
        # Few zones are written larger.
        row = min(max(frame.height / 3 / (len(part.rows) + 2), INDEX_ROW), _LARGEST_ROW)
        points = _INDEX_POINTS * (row / INDEX_ROW) ** 0.5
        rest = draw_table(canvas, frame, part, languages=job.languages, row=row, points=points)
        note, rest = rest.cut_top(_NOTE)
        canvas.fitted(note, pick(INDEX_NOTE, job.languages), points=5.2, colour=SOFT_INK)
        if page == pages - 1:
            _index_rest(canvas, job, rest, size)
        yield canvas.figure


def left_out_height(job: SheetJob) -> float:
    """Measure the height that counts and names of communities in no zone take."""
    if "assignment" not in job.tables:
        return 0.0
    counts = left_out_table(job.tables, job.languages)
    names = left_out_list(job.tables, job.scene, job.languages)
    return ROW * (len(counts.rows) + len(names.rows) + 2 * _HEAD_ROWS) + 3 * _GAP


def draw_left_out(canvas: Canvas, job: SheetJob, panel: Frame) -> None:
    """Say who is in no zone: counted by reason, and by name as far as there is room."""
    if "assignment" not in job.tables:
        return
    counts = left_out_table(job.tables, job.languages)
    room = rows_in(panel.height)
    if not counts.rows or room < len(counts.rows) + _HEAD_ROWS:
        return
    rest = draw_table(canvas, panel, counts, languages=job.languages)
    if room < len(counts.rows) + _LEAST_LISTED:
        return
    _, rest = rest.cut_top(_GAP)
    names = left_out_list(job.tables, job.scene, job.languages)
    draw_table(canvas, rest, names, languages=job.languages)


def _index_rest(canvas: Canvas, job: SheetJob, rest: Frame, size: str) -> None:
    """Fill what the table leaves: the map of the sheets' frames, and who is in no zone."""
    room = Frame(rest.left, rest.bottom, rest.width, rest.height - 2 * _GAP)
    left = room.left
    if room.height > _LEAST_MAP:
        panel = Frame(left, room.bottom, min(room.width * 0.7, room.height * 2), room.height)
        title = pick(("图幅索引", "Frames of the sheets"), job.languages)
        frame = draw_heading(canvas, panel, title)
        frames = {
            number: zone_window(job, lay_out(size), zone).bounds
            for zone, number in sheet_numbers(job, size).items()
        }
        bounds = bounds_of_all(job.scene)
        for one in frames.values():
            bounds = joined(bounds, one)
        window = choose_window(bounds, frame, canvas.by, margin=0.02, round_scale=False)
        InsetMap(canvas, View(frame, window), job.scene).draw_index(frames)
        draw_inset(canvas, frame)
        left = panel.right + 2 * _GAP
    draw_left_out(canvas, job, Frame(left, room.bottom, room.right - left, room.height))
