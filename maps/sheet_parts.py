"""Parts that every sheet has: furniture around the map, where it lies, its legend."""

from __future__ import annotations

import re
from typing import Final

from maps.cartography import GroundMap
from maps.drawing import Canvas
from maps.furniture import (
    Sheet,
    draw_border,
    draw_heading,
    draw_imprint,
    draw_inset,
    draw_title,
)
from maps.insets import InsetMap
from maps.legends import draw_legend
from maps.panels import COVERAGE_NOTE
from maps.paper import Frame, choose_window
from maps.scale_bar import draw_north, draw_scale
from maps.sheet_job import SheetJob, joined
from maps.sheet_style import SOFT_INK
from maps.views import Shown, View
from maps.words import pick

_GAP: Final = 2.4
_LOCATION: Final = 46.0
_NOTE: Final = 4.8
_BELOW_NOTE: Final = 1.6
HEADS: Final = 13.0
"""Height of the heading of a section and of the captions of its table."""


def furnish(canvas: Canvas, job: SheetJob, sheet: Sheet, ground: GroundMap) -> None:
    """Draw title, borders, scale, north and imprint."""
    draw_title(canvas, job.imprint, sheet)
    draw_border(canvas)
    draw_inset(canvas, canvas.layout.map)
    scale, north = ground.view.plates
    draw_scale(canvas, ground.view.window, job.languages, scale)
    draw_north(canvas, job.languages, north)
    draw_imprint(canvas, job.imprint, sheet, crs_name=job.scene.crs_name, notes=[])


def draw_location(
    canvas: Canvas, job: SheetJob, panel: Frame, bounds: tuple[float, float, float, float]
) -> Frame:
    """Draw the small map that shows where the sheet lies in the whole area."""
    rest = draw_heading(canvas, panel, pick(("区位图", "Location"), job.languages))
    frame, rest = rest.cut_top(_LOCATION, _GAP)
    scene = job.scene
    around = scene.subdistricts if len(scene.subdistricts) else scene.communities
    whole = joined(tuple(around.total_bounds), bounds)
    window = choose_window(whole, frame, canvas.by, round_scale=False)
    small = InsetMap(canvas, View(frame, window), scene)
    small.draw_location(bounds)
    draw_inset(canvas, frame)
    return rest


def add_legend(
    canvas: Canvas, job: SheetJob, panel: Frame, shown: Shown, *, reserved: float = 0.0
) -> Frame:
    """Head and draw the legend; `reserved` stays free below it. Give the room below."""
    rest = draw_heading(canvas, panel, pick(("图例", "Legend"), job.languages))
    return draw_legend(canvas, rest, shown, job.languages, reserved=reserved)


def short_heads(header: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the first language and nothing in brackets: narrow columns have no room for more."""
    return tuple(re.sub(r"[（(\[].*?[)）\]]", "", text.split("\n")[0]).strip() for text in header)


def draw_coverage_note(canvas: Canvas, panel: Frame, languages: tuple[str, ...]) -> Frame:
    """Say below a table of haves what its answers and its coverage are counted from."""
    rest = panel
    for language in languages:
        text = pick(COVERAGE_NOTE, (language,))
        rest = canvas.paragraph(rest, text, points=_NOTE, colour=SOFT_INK)
    return Frame(rest.left, rest.bottom, rest.width, max(rest.height - _BELOW_NOTE, 0.0))


def coverage_note_height(canvas: Canvas, panel: Frame, languages: tuple[str, ...]) -> float:
    """Measure the note of `draw_coverage_note`."""
    texts = [pick(COVERAGE_NOTE, (language,)) for language in languages]
    return canvas.height_of(texts, panel.width, _NOTE) + _BELOW_NOTE
