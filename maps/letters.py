"""Letters on a page: lines of text that are drawn where they are told, and white rims below them.

The drawing library lays every text out three times: to measure it, to clip it and to draw it. The
face's own advances say how wide a line runs, so that one of the three is enough.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from maps.fonts import Face
from maps.paper import MM_PER_INCH, MM_PER_POINT

Across = Literal["left", "center", "right"]

_SHARES: Final[dict[Across, float]] = {"left": 0.0, "center": 0.5, "right": 1.0}
_MIDDLE_EM: Final = 0.36
"""The middle of letters lies about so high above the line they stand on."""

_RIM_EM: Final = 0.17
_FINE_EM: Final = 0.025


class Line(Artist):
    """One line of plain text.

    Parameters
    ----------
    place
        Where it stands, in the coordinates of the axes that it is added to.
    text
        The text; mathematics and commands in it mean nothing.
    font
        Face and size.
    width_mm
        How wide the text runs on paper.
    across
        Which point of its length stands at the place.
    is_centred
        Whether the middle of its height stands at the place; otherwise the line of its letters.
    angle
        Slant, degrees.
    colour
        Colour of the letters.

    Notes
    -----
    A line on a map, whose middle stands at its place, ends where the map does.
    """

    def __init__(
        self,
        place: tuple[float, float],
        text: str,
        font: FontProperties,
        *,
        width_mm: float,
        across: Across,
        is_centred: bool,
        angle: float,
        colour: str,
    ) -> None:
        super().__init__()
        self.set_zorder(6.0)
        self._place = place
        self._line = text
        self._font = font
        self._angle = angle
        self._colour = colour
        self._is_centred = is_centred
        up = -_MIDDLE_EM * font.get_size_in_points() * MM_PER_POINT if is_centred else 0.0
        self._shift_mm = (-_SHARES[across] * width_mm, up)

    def draw(self, renderer: RendererBase) -> None:
        """Draw the line."""
        figure, axes = self.get_figure(root=True), self.axes
        if figure is None or axes is None or not self._line:
            return
        per_mm = figure.dpi / MM_PER_INCH
        slant = np.radians(self._angle)
        right, up = (shift * per_mm for shift in self._shift_mm)
        x, y = axes.transData.transform(self._place)
        x += right * np.cos(slant) - up * np.sin(slant)
        y += right * np.sin(slant) + up * np.cos(slant)
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        pen = renderer.new_gc()
        pen.set_foreground(self._colour)
        if self._is_centred:
            pen.set_clip_rectangle(axes.bbox)
        renderer.draw_text(pen, float(x), float(y), self._line, self._font, self._angle)
        pen.restore()


def rim_of(text: str, face: Face, points: float, angle: float) -> npt.NDArray[np.object_]:
    """Outline a line of text with a rim around its letters.

    Returns
    -------
    array of polygons
        In mm around the middle of the text; they may overlap. Counters of letters are filled: what
        lies below a name does not shine through it.
    """
    size = points * MM_PER_POINT
    advance = -face.width_mm(text, points) / size / 2
    parts = []
    for character in text:
        shift = np.array([advance, -_MIDDLE_EM])
        parts += [ring + shift for ring in _rims(face.path, character)]
        advance += face.advances[character]
    slant = np.radians(angle)
    turn = np.array([[np.cos(slant), np.sin(slant)], [-np.sin(slant), np.cos(slant)]])
    rims = [shapely.Polygon(ring @ turn * size) for ring in parts]
    return np.array(rims, dtype=object)


@cache
def _rims(path: Path, character: str) -> tuple[npt.NDArray[np.float64], ...]:
    """Outline a character with its rim, 1 em high, as rings of few corners."""
    if character.isspace():
        return ()
    outline = TextPath((0, 0), character, size=1.0, prop=FontProperties(fname=str(path)))
    lines = [shapely.LineString(np.asarray(part)) for part in outline.to_polygons()]
    around = shapely.union_all(shapely.buffer(lines, _RIM_EM, quad_segs=3))
    shells = shapely.get_exterior_ring(shapely.get_parts(shapely.simplify(around, _FINE_EM)))
    return tuple(shapely.get_coordinates(shell) for shell in shells)
