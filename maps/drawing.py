"""Drawing on a page: text, lines, boxes, areas and symbols, placed in units of the layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from maps.fonts import Face, one_line
from maps.letters import Across, Line, rim_of
from maps.paper import MM_PER_INCH, MM_PER_POINT, Frame, Layout, Window
from maps.paths import area_path, line_path, mark_path
from maps.style import HAVE_CHARACTERS, HAVE_COLOURS, HAVE_SHAPES, INK, PAPER
from maps.typesetting import cut, wrap

LEADING: Final = 1.42
"""Distance of lines in multiples of the letters' size."""

PLATE_PAD: Final = 0.22
"""Rim of a plate around its letters, in sizes of the letters."""


class Canvas:
    """One page under the hand: a figure of exact size with one set of axes in layout units.

    Parameters
    ----------
    layout
        The page.
    face
        The face that all text is set in.
    """

    def __init__(self, layout: Layout, face: Face) -> None:
        self.layout = layout
        self.face = face
        self.by = layout.enlargement
        self._fonts: dict[tuple[float, bool], FontProperties] = {}
        size = (layout.page.width * self.by, layout.page.height * self.by)
        self.figure = Figure(figsize=(size[0] / MM_PER_INCH, size[1] / MM_PER_INCH))
        self.page = self._axes(layout.page)
        self.page.set_xlim(0, layout.page.width)
        self.page.set_ylim(0, layout.page.height)
        self.page.patch.set_visible(False)

    def _axes(self, frame: Frame, zorder: float = 1.0) -> Axes:
        page = self.layout.page
        place = (
            frame.left / page.width,
            frame.bottom / page.height,
            frame.width / page.width,
            frame.height / page.height,
        )
        axes = self.figure.add_axes(place, zorder=zorder)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes

    def map_axes(self, frame: Frame, window: Window) -> Axes:
        """Open a frame of the page onto the ground; one metre is as long in x as in y."""
        axes = self._axes(frame, zorder=0.5)
        west, south, east, north = window.bounds
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        axes.set_facecolor(PAPER)
        return axes

    def width_of(self, text: str, points: float) -> float:
        """Measure a line of text, in units of the layout."""
        return self.face.width_mm(text, points)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        points: float = 6.5,
        colour: str = INK,
        across: Across = "left",
    ) -> None:
        """Set one line of plain text on the page.

        Parameters
        ----------
        x, y
            Place, in units of the layout.
        text
            The text; mathematics and commands in it mean nothing.
        points
            Size on A3.
        colour
            Colour of the letters.
        across
            Which point of the text stands at the place.

        Raises
        ------
        OutputError
            If the face lacks a glyph.
        """
        line = self._checked(text)
        self._write(self.page, (x, y), line, points, colour, across=across)

    def map_text(
        self,
        axes: Axes,
        place: tuple[float, float],
        text: str,
        *,
        points: float,
        colour: str,
        angle: float = 0.0,
    ) -> None:
        """Set a name on a map, centred on a place in metres, with a white rim around its letters.

        Raises
        ------
        OutputError
            If the face lacks a glyph.
        """
        line = self._checked(text)
        rim = rim_of(line, self.face, points, angle)
        self._under(axes, rim, place, fill="#ffffff", edge="none", width=0.0)
        self._write(axes, place, line, points, colour, across="center", angle=angle)

    def map_plate(
        self, axes: Axes, place: tuple[float, float], text: str, *, points: float, fill: str
    ) -> None:
        """Set a short name in white on a plate of its own: what must be found at first glance."""
        line = self._checked(text)
        size = points * MM_PER_POINT
        half = self.width_of(line, points) / 2 + PLATE_PAD * size
        up = (0.5 + PLATE_PAD) * size
        corner = 0.3 * size
        plate = shapely.box(corner - half, corner - up, half - corner, up - corner)
        rounded = np.array([shapely.buffer(plate, corner, quad_segs=4)])
        self._under(axes, rounded, place, fill=fill, edge="#ffffff", width=0.6)
        self._write(axes, place, line, points, "#ffffff", across="center")

    def _checked(self, text: str) -> str:
        line = one_line(text)
        self.face.require(line)
        return line

    def _under(
        self,
        axes: Axes,
        shapes: np.ndarray,
        place: tuple[float, float],
        *,
        fill: str,
        edge: str,
        width: float,
    ) -> None:
        """Draw shapes, in units of the layout around a place, below the letters on it."""
        metres = self._metres(axes)
        path = area_path(shapely.transform(shapes, lambda corners: corners * metres + place))
        if path is not None:
            self.path(axes, path, fill=fill, edge=edge, width=width, zorder=5.9)

    def _metres(self, axes: Axes) -> float:
        """Tell what one unit of the layout is in the coordinates of some axes."""
        low, high = axes.get_xlim()
        return float(high - low) / axes.get_position().width / self.layout.page.width

    def _write(
        self,
        axes: Axes,
        place: tuple[float, float],
        line: str,
        points: float,
        colour: str,
        *,
        across: Across,
        angle: float = 0.0,
    ) -> None:
        key = points, self.face.draws(line)
        if key not in self._fonts:
            self._fonts[key] = self.face.font(line, points * self.by)
        letters = Line(
            place,
            line,
            self._fonts[key],
            width_mm=self.width_of(line, points) * self.by,
            across=across,
            is_centred=axes is not self.page,
            angle=angle,
            colour=colour,
        )
        axes.add_artist(letters)

    def fitted(
        self,
        frame: Frame,
        text: str,
        *,
        points: float = 6.5,
        colour: str = INK,
        across: Across = "left",
    ) -> None:
        """Set one line in the middle of a frame's height, cut with an ellipsis where too long."""
        clean = one_line(text)
        self.face.require(clean)
        line = cut(clean, self.face, points, frame.width)
        x = {
            "left": frame.left,
            "center": frame.left + frame.width / 2,
            "right": frame.right,
        }[across]
        middle = frame.bottom + frame.height / 2
        # The middle of the letters lies about 0.36 em above the line they stand on.
        y = middle - 0.36 * points * MM_PER_POINT
        self.text(x, y, line, points=points, colour=colour, across=across)

    def paragraph(
        self, frame: Frame, text: str, *, points: float = 5.6, colour: str = INK
    ) -> Frame:
        """Set a text in lines from the top of a frame; give what is left of the frame below.

        Lines that do not fit are left out, the last one then ends with an ellipsis.
        """
        self.face.require(one_line(text))
        lines = wrap(text, self.face, points, frame.width)
        step = points * MM_PER_POINT * LEADING
        room = max(int(frame.height / step + 1e-6), 0)
        if len(lines) > room:
            lines = lines[:room]
            if lines:
                lines[-1] = cut(f"{lines[-1]}……", self.face, points, frame.width)
        for number, line in enumerate(lines):
            y = frame.top - step * number - points * MM_PER_POINT
            self.text(frame.left, y, line, points=points, colour=colour)
        used = step * len(lines)
        return Frame(frame.left, frame.bottom, frame.width, frame.height - used)

    def height_of(self, texts: Sequence[str], width: float, points: float) -> float:
        """Measure paragraphs set in lines of a width, in units of the layout."""
        count = sum(len(wrap(text, self.face, points, width)) for text in texts)
        return count * points * MM_PER_POINT * LEADING

    def box(
        self,
        frame: Frame,
        *,
        edge: str = "none",
        fill: str = "none",
        width: float = 0.5,
        hatch: str = "",
    ) -> None:
        """Draw a rectangle; `width` is that of its edge in points on A3."""
        self.page.add_patch(
            Rectangle(
                (frame.left, frame.bottom),
                frame.width,
                frame.height,
                edgecolor=edge,
                facecolor=fill,
                linewidth=width * self.by if edge != "none" or hatch else 0.0,
                hatch=hatch or None,
                zorder=2.0,
            )
        )

    def line(
        self, points: Sequence[tuple[float, float]], *, colour: str = INK, width: float = 0.5
    ) -> None:
        """Draw a line through points of the page."""
        self.lines([points], colour=colour, width=width)

    def lines(
        self, lines: Sequence[Sequence[tuple[float, float]]], *, colour: str, width: float
    ) -> None:
        """Draw several lines of one look as one piece."""
        path = line_path(np.array([shapely.LineString(line) for line in lines], dtype=object))
        if path is not None:
            self.path(self.page, path, edge=colour, width=width, zorder=3.0)

    def path(
        self,
        axes: Axes,
        path: Path,
        *,
        edge: str = "none",
        fill: str = "none",
        width: float = 0.5,
        dash: tuple[float, ...] = (),
        hatch: str = "",
        zorder: float = 1.0,
    ) -> None:
        """Draw a path: lines or areas, one piece however many parts it has.

        Widths are points on A3; `dash` is in multiples of the width.
        """
        drawn = width * self.by if edge != "none" else 0.0
        patch = PathPatch(
            path,
            edgecolor=edge,
            facecolor=fill,
            linewidth=drawn,
            linestyle=(0, dash) if dash else "solid",
            hatch=hatch or None,
            capstyle="butt" if dash else "round",
            joinstyle="round",
            zorder=zorder,
        )
        # add_patch() would walk through every vertex to find limits that are fixed already.
        axes.add_artist(patch)
        patch.set_clip_path(axes.patch)

    def marks(
        self,
        axes: Axes,
        places: np.ndarray,
        *,
        shape: str | Path,
        fill: str,
        edge: str,
        size: float,
        zorder: float = 4.5,
    ) -> None:
        """Draw a mark of `size` mm (A3) at each place; a shape is a name or a path of its own."""
        one = mark_path(shape) if isinstance(shape, str) else shape
        step = size * self._metres(axes)
        outline, codes = np.asarray(one.vertices), one.codes
        if codes is None:
            codes = np.full(len(outline), Path.LINETO, dtype=Path.code_type)
            codes[0] = Path.MOVETO
        corners = (places[:, None, :] + outline * step).reshape(-1, 2)
        every = Path(corners, np.tile(codes, len(places)))
        # A cross has no inside: its colour is that of its lines.
        inside = "none" if shape == "cross" else fill
        self.path(axes, every, edge=edge, fill=inside, width=0.45, zorder=zorder)

    def badge(
        self, axes: Axes, places: np.ndarray, have: str, *, confirmed: bool, size: float
    ) -> None:
        """Draw the badge of a have at each place: a filled shape with its character.

        What waits for review has a hollow badge. `size` is the badge's width, mm on A3.
        """
        colour = HAVE_COLOURS[have]
        fill, ink = (colour, "#ffffff") if confirmed else ("#ffffff", colour)
        shape, glyph = HAVE_SHAPES[have], self._glyph(HAVE_CHARACTERS[have])
        self.marks(axes, places, shape=shape, fill=fill, edge=ink, size=size, zorder=5.0)
        self.marks(axes, places, shape=glyph, fill=ink, edge="none", size=size * 0.66, zorder=5.0)

    def _glyph(self, character: str) -> Path:
        self.face.require(character)
        drawn = TextPath((0, 0), character, size=1.0, prop=self.face.font(character, 1.0))
        vertices = np.array(drawn.vertices)
        middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
        return Path(vertices - middle, drawn.codes)
