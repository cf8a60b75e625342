"""The legend of a sheet: only what its map shows, with counts."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.path import Path

from maps.drawing import Canvas
from maps.paper import Frame
from maps.protected import draw_protected_sign
from maps.sheet_style import (
    BUILDING_FILL,
    CROSSING_WIDTHS,
    EDGE_DASH,
    EDGE_INK,
    OUTLINE,
    OUTSIDE_DASH,
    PATH_COLOUR,
    PRINT_FILLS,
    SOFT_INK,
    STREET_EDGE,
    STREET_FILL,
    STREET_WIDTHS,
)
from maps.style import GATE_COLOURS, LAND_COLOURS, PAPER, ZONE_INK
from maps.views import Shown
from maps.words import HAVES, WORDS, Both, pick

_ROW: Final = 4.3
_SWATCH: Final = 7.0
_LARGEST_ROW: Final = 5.6
_POINTS: Final = 6.0
_LARGEST_BADGE: Final = 3.3
_FITTING: Final = 0.995
_SMALLEST: Final = 0.8
"""A long label is set down to this share of its size before it is cut."""


SIGNS: Final[tuple[tuple[str, Both], ...]] = (
    ("zone", ("片区界线", "zone boundary")),
    ("crossing", ("片区内跨河、跨铁路的连接", "link over river or railway")),
    ("no_zone", ("未入片区的小区", "community in no zone")),
    ("major", ("干路", "main street")),
    ("minor", ("支路", "street")),
    ("path", ("步行路、内部路", "path, service way")),
    ("railway", ("铁路", "railway")),
    ("water", ("水面", "water")),
    ("green", ("绿地", "green")),
    ("building", ("楼栋", "building")),
    ("data_edge", ("数据范围线（线外无数据）", "edge of the data")),
)


def draw_legend(
    canvas: Canvas,
    frame: Frame,
    shown: Shown,
    languages: tuple[str, ...],
    *,
    reserved: float = 0.0,
) -> Frame:
    """Draw the legend from the top of a frame; give the room below.

    A long legend is set closer, so that it ends where the frame does; a short one wider, as long
    as the height `reserved` stays free below it.
    """
    rest = frame
    rows = max(_count_rows(shown), 1)
    step = min(_ROW, frame.height / rows)
    step = max(step, min(_LARGEST_ROW, (frame.height - reserved) / rows))
    for key, count in shown.fills.items():
        row, rest = rest.cut_top(step)
        _draw_fill(canvas, _swatch(row), key)
        _write(canvas, row, PRINT_FILLS[key].label, f"{count:,}", languages)
    for have, (sure, waiting) in _in_order(shown):
        row, rest = rest.cut_top(step)
        _draw_badges(canvas, row, have, waiting=waiting > 0)
        counted = f"{sure:,} + {waiting:,}" if waiting else f"{sure:,}"
        _write(canvas, row, HAVES[have], counted, languages)
    if any(waiting for _, waiting in shown.haves.values()):
        text = ("空心及「+」后为待核实", "hollow, and behind the +: unconfirmed")
        row, rest = rest.cut_top(step * 0.8)
        canvas.fitted(row, pick(text, languages), points=5.0, colour=SOFT_INK)
    for kind, count in shown.gates.items():
        row, rest = rest.cut_top(step)
        _draw_gate(canvas, _swatch(row), kind)
        zh, en = WORDS["access_points.kind"][kind]
        _write(canvas, row, (f"出入口（{zh}）", f"gate, {en}"), f"{count:,}", languages)
    for kind, count in shown.protections.items():
        row, rest = rest.cut_top(step)
        draw_protected_sign(canvas, _swatch(row), kind)
        _write(canvas, row, WORDS["protections.kind"][kind], f"{count:,}", languages)
    for sign, label in SIGNS:
        if sign in shown.signs:
            row, rest = rest.cut_top(step)
            _draw_sign(canvas, _swatch(row), sign)
            _write(canvas, row, label, "", languages)
    return rest


def _count_rows(shown: Shown) -> int:
    notes = any(waiting for _, waiting in shown.haves.values())
    signs = sum(sign in shown.signs for sign, _ in SIGNS)
    counted = len(shown.gates) + len(shown.protections)
    return len(shown.fills) + len(shown.haves) + notes + counted + signs


def _in_order(shown: Shown) -> list[tuple[str, tuple[int, int]]]:
    return [(have, shown.haves[have]) for have in HAVES if have in shown.haves]


def _swatch(row: Frame) -> Frame:
    rim = row.height * 0.14
    return Frame(row.left, row.bottom + rim, _SWATCH, row.height - 2 * rim)


def _write(canvas: Canvas, row: Frame, label: Both, count: str, languages: tuple[str, ...]) -> None:
    left = row.left + _SWATCH + 1.6
    points = _POINTS * max(row.height / _ROW, 1.0) ** 0.5
    width = canvas.width_of(count, points) + 2.0 if count else 0.0
    room = Frame(left, row.bottom, row.right - left - width, row.height)
    text = pick(label, languages, joint=" / ")
    fits = _FITTING * room.width / max(canvas.width_of(text, points), 1e-9)
    canvas.fitted(room, text, points=points * min(max(fits, _SMALLEST), 1.0))
    if count:
        canvas.fitted(row, count, points=points, across="right")


def _draw_fill(canvas: Canvas, swatch: Frame, key: str) -> None:
    style = PRINT_FILLS[key]
    canvas.box(swatch, fill=style.colour)
    if style.hatch:
        canvas.box(swatch, edge=style.ink, width=0.0, hatch=style.hatch)
    canvas.box(swatch, edge=OUTLINE, width=0.5)


def _draw_badges(canvas: Canvas, row: Frame, have: str, *, waiting: bool) -> None:
    y = row.bottom + row.height / 2
    size = min(row.height * 0.74, _LARGEST_BADGE)
    canvas.badge(canvas.page, np.array([[row.left + 1.8, y]]), have, confirmed=True, size=size)
    if waiting:
        canvas.badge(canvas.page, np.array([[row.left + 5.4, y]]), have, confirmed=False, size=size)


def _draw_gate(canvas: Canvas, swatch: Frame, kind: str) -> None:
    place = np.array([[swatch.left + swatch.width / 2, swatch.bottom + swatch.height / 2]])
    colour = GATE_COLOURS[kind]
    canvas.marks(
        canvas.page,
        place,
        shape="cross" if kind == "nearest" else "triangle",
        fill="#ffffff" if kind == "inferred" else colour,
        edge=colour,
        size=2.0,
    )


def _draw_sign(canvas: Canvas, swatch: Frame, sign: str) -> None:
    middle = swatch.bottom + swatch.height / 2
    line = Path([(swatch.left, middle), (swatch.right, middle)])
    page = canvas.page
    if sign in STREET_WIDTHS:
        # White streets are seen on the ground of the map only.
        canvas.box(swatch, fill=PAPER)
    if sign in {"water", "green"}:
        canvas.box(swatch, fill=LAND_COLOURS[sign])
    elif sign == "building":
        canvas.box(swatch.inset(0.4), fill=BUILDING_FILL)
    elif sign == "zone":
        canvas.path(page, line, edge=ZONE_INK, width=1.4, zorder=3.0)
    elif sign == "crossing":
        edge, core = CROSSING_WIDTHS
        canvas.path(page, line, edge=ZONE_INK, width=edge, zorder=3.0)
        canvas.path(page, line, edge="#ffffff", width=core, zorder=3.1)
    elif sign == "no_zone":
        canvas.path(page, line, edge=OUTLINE, width=0.55, dash=OUTSIDE_DASH, zorder=3.0)
    elif sign == "data_edge":
        canvas.path(page, line, edge=EDGE_INK, width=1.0, dash=EDGE_DASH, zorder=3.0)
    elif sign == "path":
        canvas.path(page, line, edge=PATH_COLOUR, width=0.5, dash=(3.0, 2.0), zorder=3.0)
    elif sign == "railway":
        canvas.path(page, line, edge=LAND_COLOURS["railway"], width=1.5, zorder=3.0)
        canvas.path(page, line, edge="#ffffff", width=0.8, dash=(6.0, 6.0), zorder=3.1)
    else:
        width = 1.9 if sign == "major" else 1.1
        canvas.path(page, line, edge=STREET_EDGE, width=width + 0.7, zorder=3.0)
        canvas.path(page, line, edge=STREET_FILL, width=width, zorder=3.1)
