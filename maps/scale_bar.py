"""Scale bar and north arrow: plates in those corners of a map where they hide least."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

from maps.corners import place_plates
from maps.drawing import Canvas
from maps.paper import LONGEST_BAR, MM_PER_M, Frame, Window, bar_length_m
from maps.sheet_style import RULE
from maps.style import INK
from maps.words import pick

_BAR_PARTS: Final = 4
_BAR_HEIGHT: Final = 1.5
SCALE_HEIGHT: Final = 11.5
NORTH_SIZE: Final = (10.0, 15.0)


def scale_width(canvas: Canvas, window: Window, *, longest: float = LONGEST_BAR) -> float:
    """Measure the plate of a scale bar."""
    return max(_bar_length(canvas, window, longest) + 16.0, 46.0)


def _bar_length(canvas: Canvas, window: Window, longest: float) -> float:
    metres = bar_length_m(window, canvas.by, longest_mm=longest)
    return metres * MM_PER_M / window.denominator / canvas.by


def draw_scale(
    canvas: Canvas,
    window: Window,
    languages: tuple[str, ...],
    plate: Frame,
    *,
    longest: float = LONGEST_BAR,
) -> None:
    """Draw the scale bar with the numeric scale on a plate of `scale_width`."""
    metres = bar_length_m(window, canvas.by, longest_mm=longest)
    length = _bar_length(canvas, window, longest)
    canvas.box(plate, edge=RULE, fill="#ffffff", width=0.4)
    left, bottom = plate.left + 4.0, plate.bottom + 1.8
    for part in range(_BAR_PARTS):
        piece = Frame(left + length * part / _BAR_PARTS, bottom, length / _BAR_PARTS, _BAR_HEIGHT)
        canvas.box(piece, edge=INK, fill=INK if part % 2 == 0 else "#ffffff", width=0.3)
    for share in (0.0, 0.5, 1.0):
        text = _distance(metres * share, with_unit=share == 1.0)
        canvas.text(left + length * share, bottom + 2.2, text, points=5.0, across="center")
    name = pick(("比例尺", "Scale"), languages)
    number = f"1:{window.denominator:,.0f}"
    canvas.text(left - 1.6, plate.top - 3.4, f"{name} {number}（{canvas.layout.size}）", points=6.6)


def _distance(metres: float, *, with_unit: bool) -> str:
    return f"{metres:g}{' m' if with_unit else ''}"


def draw_north(canvas: Canvas, languages: tuple[str, ...], plate: Frame) -> None:
    """Draw the north arrow on a plate of `NORTH_SIZE`."""
    canvas.box(plate, edge=RULE, fill="#ffffff", width=0.4)
    x, bottom, top = plate.left + 5.0, plate.bottom + 1.4, plate.top - 4.6
    left_half = [(x, top), (x - 2.6, bottom), (x, bottom + 2.0), (x, top)]
    right_half = [(x, top), (x + 2.6, bottom), (x, bottom + 2.0), (x, top)]
    canvas.path(canvas.page, Path(left_half), edge=INK, fill=INK, width=0.4, zorder=3.0)
    canvas.path(canvas.page, Path(right_half), edge=INK, fill="#ffffff", width=0.4, zorder=3.0)
    word = pick(("北", "N"), languages[:1])
    canvas.text(x, plate.top - 3.6, word, points=7.5, across="center")


def choose_plates(
    canvas: Canvas,
    frame: Frame,
    window: Window,
    *,
    subject: NDArray[np.object_],
    points: NDArray[np.float64],
) -> tuple[Frame, Frame]:
    """Find corners for the plates of scale bar and north arrow.

    Parameters
    ----------
    canvas, frame, window
        The page, the map on it and the ground it shows.
    subject
        Shapes that should stay in sight, metres.
    points
        Places that should, array (n, 2).
    """
    sizes = [(scale_width(canvas, window), SCALE_HEIGHT), NORTH_SIZE]
    scale, north = place_plates(frame, window, sizes, subject=subject, points=points)
    return scale, north
