"""Small maps beside the main one: where a sheet lies, the frames of a series, a life circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely

from maps.cartography import GroundMap
from maps.fonts import one_line
from maps.paths import area_path
from maps.sheet_style import ALARM, CIRCLE_FILL, OUTLINE, SOFT_INK
from maps.style import CIRCLE_INK, HAVE_COLOURS, HAVE_SHAPES, ZONE_INK
from maps.words import HAVES

_DOT_MM: Final = 1.3
_FRAME_POINTS: Final = 6.0
_NAME_POINTS: Final = 5.0


class InsetMap(GroundMap):
    """A small map, drawn as the main one is, with less on it."""

    def draw_location(self, bounds: tuple[float, float, float, float]) -> None:
        """Draw the whole area in a small frame, with the rectangle that a sheet shows."""
        self._land()
        scene = self.scene
        plain = (
            (scene.subdistricts, "none", SOFT_INK, 0.5, 1.0),
            (scene.communities, OUTLINE, "none", 0.0, 1.1),
            (scene.zones, "none", ZONE_INK, 0.7, 1.2),
        )
        for table, fill, edge, width, zorder in plain:
            path = area_path(self.within(table).geometry.to_numpy()) if len(table) else None
            if path:
                self.canvas.path(self.axes, path, fill=fill, edge=edge, width=width, zorder=zorder)
        path = area_path(np.asarray([shapely.box(*bounds)]))
        if path:
            self.canvas.path(self.axes, path, edge=ALARM, width=1.1, zorder=5.0)
        self._name_subdistricts()

    def _name_subdistricts(self) -> None:
        """Name the street offices, the larger first, where names keep clear of each other."""
        table = self.scene.subdistricts
        if table.empty:
            return
        named = table[table["name"].notna()]
        order = np.argsort(-named.geometry.area.to_numpy(), kind="stable")
        west, south, east, north = self.view.window.bounds
        taken: list[shapely.Geometry] = []
        for row in order:
            text = one_line(str(named["name"].iloc[row]))
            seen = shapely.intersection(
                named.geometry.iloc[row], shapely.box(west, south, east, north)
            )
            if seen.is_empty:
                continue
            spot = shapely.point_on_surface(seen)
            x, y = self.on_paper(spot.x, spot.y)
            half = self.canvas.width_of(text, _NAME_POINTS) / 2 + 0.4
            box = shapely.box(x - half, y - 1.2, x + half, y + 1.2)
            frame = shapely.box(0.0, 0.0, self.view.frame.width, self.view.frame.height)
            if not frame.contains(box) or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            self.canvas.map_text(
                self.axes, (spot.x, spot.y), text, points=_NAME_POINTS, colour=SOFT_INK
            )

    def draw_index(self, frames: Mapping[str, tuple[float, float, float, float]]) -> None:
        """Draw the whole area with the frame of each sheet and its number (图幅索引)."""
        self._land()
        self._streets()
        self._communities()
        self._zones()
        boxes = np.array([shapely.box(*bounds) for bounds in frames.values()], dtype=object)
        path = area_path(boxes)
        if path:
            self.canvas.path(self.axes, path, edge=ALARM, width=0.9, zorder=5.0)
        for number, (west, _, _, north) in frames.items():
            half = self.canvas.width_of(number, _FRAME_POINTS) / 2 + 1.0
            x, y = self.on_paper(west, north)
            place = self.on_ground(x + half, y - 2.0)
            self.canvas.map_plate(self.axes, place, number, points=_FRAME_POINTS, fill=ALARM)

    def draw_surroundings(self, zone: str) -> None:
        """Draw a zone in its life circle, with streets and facilities, in a small frame."""
        self._circle(zone)
        self._land()
        self._streets()
        self._zones()
        self._dots()

    def _circle(self, zone: str) -> None:
        circles = self.scene.circles
        seen = self.within(circles[circles.index == zone])
        path = area_path(self._without_specks(seen)) if len(seen) else None
        if path:
            self.canvas.path(self.axes, path, fill=CIRCLE_FILL, zorder=0.05)
            self.canvas.path(self.axes, path, edge=CIRCLE_INK, width=0.7, zorder=3.9)

    def _dots(self) -> None:
        """Mark facilities without their characters, where there is no room for badges."""
        seen = self.within(self.scene.facilities)
        for have in HAVES:
            own = seen[seen["category"].eq(have)] if len(seen) else seen
            if len(own):
                self.canvas.marks(
                    self.axes,
                    own.get_coordinates().to_numpy(),
                    shape=HAVE_SHAPES[have],
                    fill=HAVE_COLOURS[have],
                    edge="#ffffff",
                    size=_DOT_MM,
                )
