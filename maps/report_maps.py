"""Maps of the report: pictures from the drawing code of the sheets, at a true scale on A4."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from maps.cartography import GroundMap
from maps.corners import place_plates
from maps.drawing import Canvas
from maps.fonts import paper_face
from maps.furniture import draw_inset
from maps.legends import draw_legend
from maps.map_labels import label_communities, label_zones
from maps.paper import Frame, Layout, Window, choose_window
from maps.protected import SMALL_MARK_MM, spots_of
from maps.scale_bar import (
    NORTH_SIZE,
    SCALE_HEIGHT,
    draw_north,
    draw_scale,
    scale_width,
)
from maps.scene import Scene
from maps.views import Shown, View

WIDTH_MM: Final = 160.0
OVERVIEW_MM: Final = 128.0
ZONE_MM: Final = 62.0
_LEGEND_MM: Final = 46.0
_GAP_MM: Final = 2.5
_BAR_MM: Final = 28.0
_MARK_MM: Final = 2.0
_DPI: Final = 200
_COLOURS: Final = 255
"""Flat colours of a map; more would only make the file larger."""

_SIGNS: Final = frozenset({"zone", "crossing", "no_zone", "railway", "water", "green", "data_edge"})
"""Signs that the legend of a small map explains."""


@dataclass(frozen=True)
class MapDrawer:
    """Draws the maps of one plan.

    Parameters
    ----------
    scene
        What there is to draw.
    languages
        Languages of the legend, the first one alone where there is little room.
    """

    scene: Scene
    languages: tuple[str, ...]

    def overview(self) -> bytes:
        """Draw all zones with the communities by number of missing haves, as a PNG."""
        west, south, east, north = self.scene.communities.total_bounds
        bounds = float(west), float(south), float(east), float(north)
        return self._draw(bounds, OVERVIEW_MM, zone="")

    def zone(self, zone: str, height_mm: float = ZONE_MM) -> bytes:
        """Draw one zone with its communities by name and the facilities around, as a PNG."""
        scene = self.scene
        members = scene.communities[scene.communities["zone_id"].eq(zone)]
        west, south, east, north = members.total_bounds
        bounds = float(west), float(south), float(east), float(north)
        return self._draw(bounds, height_mm, zone=zone)

    def _draw(
        self, bounds: tuple[float, float, float, float], height_mm: float, *, zone: str
    ) -> bytes:
        layout = _lay_out(height_mm)
        canvas = Canvas(layout, paper_face())
        window = choose_window(bounds, layout.map, 1.0, margin=0.04)
        legend, scale = _beside(canvas, layout, window)
        communities = self.scene.communities
        is_zone = bool(zone)
        own = communities[communities["zone_id"].eq(zone)] if is_zone else communities
        spots = spots_of(self.scene.protections)
        plates = place_plates(
            layout.map,
            window,
            [NORTH_SIZE],
            subject=own.geometry.to_numpy(),
            points=np.vstack([self.scene.facilities.get_coordinates().to_numpy(), spots]),
        )
        view = View(
            layout.map,
            window,
            zone=zone,
            facilities=is_zone,
            buildings=is_zone,
            protections=True,
            badge=2.6,
            mark=_MARK_MM if is_zone else SMALL_MARK_MM,
            plates=tuple(plates),
        )
        with mpl.rc_context({"hatch.linewidth": 0.4, "text.hinting": "none"}):
            ground = GroundMap(canvas, view, self.scene)
            shown = ground.draw()
            draw_inset(canvas, layout.map)
            draw_scale(canvas, window, self.languages, scale, longest=_BAR_MM)
            draw_north(canvas, self.languages, plates[0])
            if is_zone:
                label_communities(ground, dict(own["label"]), 5.6)
            else:
                label_zones(ground, 8.0)
            draw_legend(canvas, legend, _essential(shown), self.languages[:1])
            return _as_png(canvas)


def _lay_out(height_mm: float) -> Layout:
    page = Frame(0.0, 0.0, WIDTH_MM, height_mm)
    frame = Frame(0.3, 0.3, WIDTH_MM - _LEGEND_MM - _GAP_MM, height_mm - 0.6)
    legend = Frame(frame.right + _GAP_MM, 0.3, _LEGEND_MM - 1.0, height_mm - 0.6)
    nothing = Frame(0.0, 0.0, 0.0, 0.0)
    return Layout("A4", page, 1.0, nothing, frame, nothing, legend, nothing)


def _beside(canvas: Canvas, layout: Layout, window: Window) -> tuple[Frame, Frame]:
    """Stack legend and scale bar beside the map, so that they cover nothing of it."""
    panel = layout.right
    wide = min(scale_width(canvas, window, longest=_BAR_MM), panel.width)
    scale = Frame(panel.left, panel.bottom, wide, SCALE_HEIGHT)
    room = panel.top - scale.top - _GAP_MM
    return Frame(panel.left, scale.top + _GAP_MM, panel.width, room), scale


def _essential(shown: Shown) -> Shown:
    return replace(shown, signs=shown.signs & _SIGNS, gates={})


def _as_png(canvas: Canvas) -> bytes:
    """Give the figure as a PNG of few colours: a quarter of the size, nothing to be seen of it."""
    canvas.figure.set_dpi(_DPI)
    agg = FigureCanvasAgg(canvas.figure)
    agg.draw()  # type: ignore[no-untyped-call]  # matplotlib has no types for it
    pixels = np.asarray(agg.buffer_rgba())  # type: ignore[no-untyped-call]  # as above
    picture = Image.fromarray(pixels).convert("RGB")
    few = picture.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    frame = io.BytesIO()
    few.save(frame, "PNG", optimize=True, dpi=(_DPI, _DPI))
    return frame.getvalue()
