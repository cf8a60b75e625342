"""Drawing the ground on a sheet: land, streets, communities, zones, facilities and their names."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes

from maps.badges import place_badges
from maps.drawing import Canvas
from maps.paths import area_path, line_path
from maps.placing import Box, Taken
from maps.protected import draw_protected, spots_of
from maps.scene import Scene, count_fills
from maps.sheet_style import (
    BUILDING_FILL,
    CROSSING_WIDTHS,
    EDGE_DASH,
    EDGE_INK,
    OUTLINE,
    OUTSIDE,
    OUTSIDE_DASH,
    PATH_COLOUR,
    PRINT_FILLS,
    STREET_EDGE,
    STREET_FILL,
    STREET_WIDTHS,
)
from maps.style import (
    GATE_COLOURS,
    LAND_COLOURS,
    ZONE_INK,
)
from maps.views import Shown, View
from maps.words import HAVES

_FINEST_MM: Final = 0.06
"""Bends smaller than this on paper are not drawn."""

_GATE_MM: Final = 1.5
_FINE_RAILS: Final = 7_500
_SPECK_MM: Final = 3.5
"""Side of the smallest hole in a zone that is drawn."""


class GroundMap:
    """A map frame under the hand: each method draws one kind of thing and notes what was shown.

    Parameters
    ----------
    canvas, view, scene
        The page, the frame on it and what there is to draw.
    """

    def __init__(self, canvas: Canvas, view: View, scene: Scene) -> None:
        self.canvas = canvas
        self.view = view
        self.scene = scene
        self.shown = Shown()
        self._seen: dict[int, tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]] = {}
        self.axes: Axes = canvas.map_axes(view.frame, view.window)
        width, height = view.frame.width, view.frame.height
        self._kept: list[Box] = []
        self.taken = Taken((0.6, 0.6, width - 0.6, height - 0.6))
        for plate in view.plates:
            left, bottom = plate.left - view.frame.left, plate.bottom - view.frame.bottom
            self.taken.take((left, bottom, left + plate.width, bottom + plate.height))

    def draw(self) -> Shown:
        """Draw everything from the ground upwards."""
        self._land()
        self._communities()
        self._streets()
        if self.view.buildings:
            self._buildings()
        self._zones()
        self._crossings()
        self._data_edge()
        if self.view.protections:
            self._protections()
        if self.view.gates:
            self._gates()
        if self.view.facilities:
            self._facilities()
        return self.shown

    def within(self, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Keep the rows that the frame shows, cut to it and without needless bends."""
        if table.empty:
            return table
        if id(table) not in self._seen:
            # The table is kept with its part, so that its identity is not given to another one.
            self._seen[id(table)] = table, self._cut(table)
        return self._seen[id(table)][1]

    def _cut(self, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        window = self.view.window
        seen = table.iloc[np.sort(table.sindex.query(shapely.box(*window.bounds)))]
        # Cut a little outside, so that no cut edge shows in the frame.
        rim = window.metres(4 * self.canvas.by)
        west, south, east, north = window.bounds
        cut = shapely.clip_by_rect(
            seen.geometry.to_numpy(), west - rim, south - rim, east + rim, north + rim
        )
        fine = shapely.simplify(cut, window.metres(_FINEST_MM * self.canvas.by))
        kept = seen.set_geometry(gpd.GeoSeries(fine, index=seen.index, crs=table.crs))
        return kept[~kept.geometry.is_empty]

    def on_paper(self, x: float, y: float) -> tuple[float, float]:
        """Turn metres into units of the layout from the frame's lower left corner."""
        window, frame = self.view.window, self.view.frame
        return (
            (x - window.west) / window.width_m * frame.width,
            (y - window.south) / window.height_m * frame.height,
        )

    def on_ground(self, x: float, y: float) -> tuple[float, float]:
        """Turn units of the layout into metres: the way back of `on_paper`."""
        window, frame = self.view.window, self.view.frame
        return (
            window.west + x / frame.width * window.width_m,
            window.south + y / frame.height * window.height_m,
        )

    def _land(self) -> None:
        land = self.within(self.scene.land)
        for kind, zorder in (("green", 0.1), ("water", 0.2)):
            shapes = land[land["kind"].eq(kind)].geometry.to_numpy() if len(land) else []
            areas = area_path(np.asarray(shapes, dtype=object))
            lines = line_path(np.asarray(shapes, dtype=object))
            colour = LAND_COLOURS[kind]
            if areas:
                self.canvas.path(self.axes, areas, fill=colour, zorder=zorder)
            if lines:
                self.canvas.path(self.axes, lines, edge=colour, width=1.4, zorder=zorder)
            if areas or lines:
                self.shown.signs.add(kind)
        rails = land[land["kind"].eq("railway")].geometry.to_numpy() if len(land) else []
        path = line_path(np.asarray(rails, dtype=object))
        if path:
            self.shown.signs.add("railway")
            colour = LAND_COLOURS["railway"]
            # On small scales the tracks of a station would run into one grey field.
            fine = self.view.window.denominator > _FINE_RAILS
            self.canvas.path(self.axes, path, edge=colour, width=0.8 if fine else 1.5, zorder=2.6)
            if not fine:
                self.canvas.path(
                    self.axes, path, edge="#ffffff", width=0.8, dash=(6.0, 6.0), zorder=2.61
                )

    def _communities(self) -> None:
        seen = self.within(self.scene.communities)
        if seen.empty:
            return
        zone = self.view.zone
        if zone:
            seen = seen.assign(fill=seen["fill"].where(seen["zone_id"].eq(zone), OUTSIDE))
        self.shown.fills = count_fills(seen)
        for key, rows in seen.groupby("fill", sort=True):
            style = PRINT_FILLS[str(key)]
            path = area_path(rows.geometry.to_numpy())
            if path is None:
                continue
            self.canvas.path(self.axes, path, fill=style.colour, zorder=1.0)
            if style.hatch:
                self.canvas.path(
                    self.axes, path, edge=style.ink, width=0.0, hatch=style.hatch, zorder=1.1
                )
        in_zone = seen["zone_id"].notna() | self.scene.zones.empty
        self._outline(seen[in_zone], dash=())
        if self._outline(seen[~in_zone], dash=OUTSIDE_DASH):
            self.shown.signs.add("no_zone")

    def _outline(self, seen: gpd.GeoDataFrame, *, dash: tuple[float, ...]) -> bool:
        path = area_path(seen.geometry.to_numpy()) if len(seen) else None
        if path:
            self.canvas.path(self.axes, path, edge=OUTLINE, width=0.55, dash=dash, zorder=3.0)
        return path is not None

    def _streets(self) -> None:
        streets = self.within(self.scene.streets)
        if streets.empty:
            return
        # Streets grow with the scale, within what the eye bears.
        grow = float(np.clip(6_000 / self.view.window.denominator, 0.5, 2.4))
        for group, zorder in (("path", 2.0), ("minor", 2.1), ("major", 2.2)):
            path = line_path(streets[streets["group"].eq(group)].geometry.to_numpy())
            if path is None:
                continue
            self.shown.signs.add(group)
            width = STREET_WIDTHS[group] * grow
            if group == "path":
                self.canvas.path(
                    self.axes,
                    path,
                    edge=PATH_COLOUR,
                    width=max(width, 0.3),
                    dash=(3.0, 2.0),
                    zorder=zorder,
                )
                continue
            self.canvas.path(self.axes, path, edge=STREET_EDGE, width=width + 0.7, zorder=zorder)
            self.canvas.path(self.axes, path, edge=STREET_FILL, width=width, zorder=zorder + 0.3)

    def _buildings(self) -> None:
        path = area_path(self.within(self.scene.buildings).geometry.to_numpy())
        if path:
            self.shown.signs.add("building")
            self.canvas.path(
                self.axes, path, edge="#ffffff", fill=BUILDING_FILL, width=0.25, zorder=2.9
            )

    def _zones(self) -> None:
        zones = self.scene.zones
        if self.view.zone:
            zones = zones[zones.index == self.view.zone]
        seen = self.within(zones)
        path = area_path(self._without_specks(seen)) if len(seen) else None
        if path:
            self.shown.signs.add("zone")
            self.canvas.path(self.axes, path, edge="#ffffff", width=2.6, zorder=4.0)
            self.canvas.path(self.axes, path, edge=ZONE_INK, width=1.4, zorder=4.1)

    def _crossings(self) -> None:
        """Join the parts of a zone that a river or a railway cuts, as maps draw a bridge."""
        crossings = self.scene.crossings
        if self.view.zone:
            crossings = crossings[crossings["zone_id"].eq(self.view.zone)]
        path = line_path(self.within(crossings).geometry.to_numpy())
        if path:
            self.shown.signs.add("crossing")
            edge, core = CROSSING_WIDTHS
            self.canvas.path(self.axes, path, edge=ZONE_INK, width=edge, zorder=4.2)
            self.canvas.path(self.axes, path, edge="#ffffff", width=core, zorder=4.3)

    def _data_edge(self) -> None:
        """Draw where the data ends, if the frame reaches beyond it."""
        path = line_path(self.within(self.scene.data_edge).geometry.to_numpy())
        if path:
            self.shown.signs.add("data_edge")
            self.canvas.path(self.axes, path, edge=EDGE_INK, width=1.0, dash=EDGE_DASH, zorder=3.8)

    def _without_specks(self, seen: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
        """Leave out holes too small to read on paper: corners of streets inside a zone."""
        least = self.view.window.metres(_SPECK_MM * self.canvas.by) ** 2
        parts = shapely.get_parts(seen.geometry.to_numpy())
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        return np.array(
            [
                shapely.Polygon(
                    part.exterior,
                    [hole for hole in part.interiors if shapely.Polygon(hole).area >= least],
                )
                for part in parts
            ],
            dtype=object,
        )

    def _gates(self) -> None:
        gates = self.within(self.scene.gates)
        if gates.empty:
            return
        for kind, colour in GATE_COLOURS.items():
            rows = gates[gates["kind"].eq(kind)]
            if rows.empty:
                continue
            self.shown.gates[kind] = len(rows)
            self.canvas.marks(
                self.axes,
                rows.get_coordinates().to_numpy(),
                shape="cross" if kind == "nearest" else "triangle",
                fill="#ffffff" if kind == "inferred" else colour,
                edge=colour,
                size=_GATE_MM,
            )
            for x, y in rows.get_coordinates().to_numpy():
                self.take(*self.on_paper(x, y), 0.8)

    def _protections(self) -> None:
        seen = self.within(self.scene.protections)
        size = self.view.mark
        self.shown.protections = draw_protected(self.canvas, self.axes, seen, size=size)
        for x, y in spots_of(seen):
            across, up = self.on_paper(x, y)
            half = size / 2
            self._kept.append((across - half, up - half, across + half, up + half))
            self.taken.take(self._kept[-1])

    def _facilities(self) -> None:
        seen = self.within(self.scene.facilities)
        if seen.empty:
            return
        seen = seen.sort_values(["category", "facility_id"], kind="stable")
        places, shown = self._badges(seen.get_coordinates().to_numpy())
        seen, places = seen[shown], places[shown]
        confirmed = seen["confirmed"].astype(bool).to_numpy()
        category = seen["category"].to_numpy()
        for have in HAVES:
            for is_sure in (False, True):
                chosen = (category == have) & (confirmed == is_sure)
                if chosen.any():
                    self.canvas.badge(
                        self.axes, places[chosen], have, confirmed=is_sure, size=self.view.badge
                    )
            own = category == have
            if own.any():
                sure = int((own & confirmed).sum())
                self.shown.haves[have] = (sure, int(own.sum()) - sure)
        for x, y in places:
            self.take(*self.on_paper(x, y), self.view.badge / 2)

    def _badges(
        self, places: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Place badges side by side, clear of frame, plates and marks; both in metres."""
        frame, window = self.view.frame, self.view.window
        metres = window.width_m / frame.width
        corner = np.array([window.west, window.south])
        covered = [
            (
                plate.left - frame.left,
                plate.bottom - frame.bottom,
                plate.right - frame.left,
                plate.top - frame.bottom,
            )
            for plate in self.view.plates
        ]
        inside = (0.0, 0.0, frame.width, frame.height)
        moved, shown = place_badges(
            (places - corner) / metres, self.view.badge, inside, covered, marks=self._kept
        )
        return moved * metres + corner, shown

    def take(self, x: float, y: float, half: float) -> None:
        """Keep labels off a square around a place on the paper."""
        self.taken.take((x - half, y - half, x + half, y + half))
