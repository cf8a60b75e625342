"""The index of a series: all zones, the frames of their sheets, who is in no zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from maps.cartography import View
from maps.drawing import Canvas
from maps.furniture import (
    Sheet,
    draw_border,
    draw_heading,
    draw_imprint,
    draw_inset,
    draw_table,
    draw_title,
)
from maps.insets import InsetMap
from maps.panels import index_table, left_out_table
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
from maps.words import Both, pick

INDEX: Final[Both] = ("片区一览与图纸目录", "Zones and index of sheets")
_GAP: Final = 2.4
_LARGEST_ROW: Final = 7.5
_INDEX_POINTS: Final = 5.8
_LEAST_MAP: Final = 70.0


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
        if page == pages - 1:
            _index_rest(canvas, job, rest, size)
        yield canvas.figure


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
    left_out = left_out_table(job.tables, job.languages)
    if left_out.rows:
        width = min(room.right - left, 120.0)
        draw_table(
            canvas, Frame(left, room.bottom, width, room.height), left_out, languages=job.languages
        )
