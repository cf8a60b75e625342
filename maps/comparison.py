"""Two plans side by side on one sheet: the same ground twice, and who is elsewhere in the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

from layers.counts import counted
from maps.cartography import GroundMap
from maps.drawing import Canvas
from maps.fonts import paper_face
from maps.furniture import (
    Sheet,
    TextTable,
    draw_border,
    draw_heading,
    draw_imprint,
    draw_inset,
    draw_section,
    draw_title,
)
from maps.labels import Imprint
from maps.map_labels import label_communities, label_zones
from maps.paper import PAGES, Frame, Layout, choose_window
from maps.paths import area_path
from maps.scale_bar import choose_plates, draw_north, draw_scale
from maps.scene import Scene, make_scene
from maps.sheet_style import ALARM, OUTLINE, SOFT_INK
from maps.style import INK, ZONE_INK
from maps.views import View
from maps.words import Both, pick

SIZE: Final = "A3"
TITLE: Final[Both] = ("两方案对照图", "Two plans side by side")
FIRST: Final[Both] = ("方案一", "First plan")
SECOND: Final[Both] = ("方案二", "Second plan")
MOVED: Final[Both] = ("换了片区的小区", "Communities that change zone")
FIGURES: Final[Both] = ("目标值与指标差异", "Objective, and figures that differ")

_PAGE: Final = "comparison.html"
"""What holds all rows of the tables."""

ZONE_FILLS: Final = (
    *("#bcd6ea", "#f9e0a8", "#c5e3c4", "#e9c9dc"),
    *("#d5cdee", "#f5c8b8", "#c3e6e4", "#ddd8bd"),
)
"""Light fills that names can be read on; zones that touch never share one."""

NO_ZONE_FILL: Final = "#eceae5"
NEAR_M: Final = 120.0
"""Zones closer than this count as touching when fills are dealt out."""

_MARGIN: Final = 8.0
_GAP: Final = 3.0
_TITLE: Final = 15.0
_IMPRINT: Final = 29.0
_PANEL: Final = 60.0
_HEAD: Final = 6.4
_LEGEND: Final = 62.0
_FIGURES: Final = 150.0
_ROW: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class PlanPair:
    """What a comparison shows.

    Parameters
    ----------
    first, second
        Tables of each plan by name, in one metric reference system.
    names
        What the two plans are called.
    same
        Zone of the second plan -> zone of the first that it became, one to one.
    moved
        Communities that changed company: id -> zone in the first and in the second plan.
    figures
        Quality, and figures that differ: caption with unit, first and second value as texts.
    """

    first: Mapping[str, pd.DataFrame]
    second: Mapping[str, pd.DataFrame]
    names: tuple[str, str]
    same: Mapping[str, str]
    moved: Mapping[str, tuple[str | None, str | None]]
    figures: tuple[tuple[Both, str, str], ...]

    @property
    def plans(self) -> tuple[Mapping[str, pd.DataFrame], Mapping[str, pd.DataFrame]]:
        """Give the tables of both plans."""
        return self.first, self.second

    def fills(self) -> tuple[dict[str, str], dict[str, str]]:
        """Deal out fills: one for a zone and what it became, another for each that it touches."""
        shapes: dict[str, list[shapely.Geometry]] = {}
        for number, plan in enumerate(self.plans):
            for zone, shape in plan["zones"].geometry.items():
                shapes.setdefault(self._shared_name(number, str(zone)), []).append(shape)
        names = sorted(shapes)
        outlines = np.array([shapely.union_all(shapes[name]) for name in names], dtype=object)
        given: dict[str, str] = {}
        used = dict.fromkeys(ZONE_FILLS, 0)
        tree = shapely.STRtree(outlines)
        for place, name in enumerate(names):
            near = tree.query(outlines[place], predicate="dwithin", distance=NEAR_M)
            taken = {given[names[other]] for other in near if names[other] in given}
            free = [fill for fill in ZONE_FILLS if fill not in taken] or list(ZONE_FILLS)
            given[name] = min(free, key=lambda fill: (used[fill], ZONE_FILLS.index(fill)))
            used[given[name]] += 1
        first, second = (
            {str(zone): given[self._shared_name(number, str(zone))] for zone in plan["zones"].index}
            for number, plan in enumerate(self.plans)
        )
        return first, second

    def _shared_name(self, number: int, zone: str) -> str:
        """Name a zone so that a zone of the second plan is called as what it was in the first."""
        if number == 0:
            return f"1 {zone}"
        return f"1 {self.same[zone]}" if zone in self.same else f"2 {zone}"

    def called(self, community_id: str) -> str:
        """Give the name of a community, its id where it has none."""
        for plan in self.plans:
            names = plan["communities"]["name"]
            if community_id in names.index and pd.notna(names[community_id]):
                return str(names[community_id])
        return community_id

    def bounds(self) -> tuple[float, float, float, float]:
        """Give west, south, east and north of all communities of both plans, m."""
        both = np.array([plan["communities"].total_bounds for plan in self.plans])
        west, south = both[:, :2].min(axis=0)
        east, north = both[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)


class PlanMap(GroundMap):
    """The ground with communities in the fill of their zone, and those marked that moved."""

    def __init__(self, canvas: Canvas, view: View, scene: Scene, fills: Mapping[str, str]) -> None:
        super().__init__(canvas, view, scene)
        self.zone_fills = fills

    def _communities(self) -> None:
        seen = self.within(self.scene.communities)
        if seen.empty:
            return
        fill = seen["zone_id"].map(self.zone_fills).astype("object").fillna(NO_ZONE_FILL)
        for colour in sorted(set(fill)):
            path = area_path(seen[fill.eq(colour)].geometry.to_numpy())
            if path:
                self.canvas.path(self.axes, path, fill=colour, zorder=1.0)
        path = area_path(seen.geometry.to_numpy())
        if path:
            self.canvas.path(self.axes, path, edge=OUTLINE, width=0.45, zorder=3.0)

    def mark(self, moved: gpd.GeoDataFrame) -> None:
        """Hatch and outline the communities that moved."""
        seen = self.within(moved)
        path = area_path(seen.geometry.to_numpy()) if len(seen) else None
        if path:
            self.canvas.path(self.axes, path, edge=ALARM, width=0.0, hatch="////", zorder=3.1)
            self.canvas.path(self.axes, path, edge=ALARM, width=1.2, zorder=4.2)


def draw_comparison(pair: PlanPair, imprint: Imprint, path: Path, *, dpi: int = 200) -> None:
    """Draw two plans side by side on an A3 sheet.

    Parameters
    ----------
    pair
        The plans.
    imprint
        What stands in the margins.
    path
        The .png file to write; equal plans and imprint give equal bytes.
    dpi
        Dots per inch.

    Raises
    ------
    OutputError
        If a text has a character that the face cannot draw.

    Notes
    -----
    Both maps have one scale and one window. A zone has the same fill in both plans when it is the
    same zone: most common members first, one to one.
    """
    with mpl.rc_context({"hatch.linewidth": 0.4, "text.hinting": "none"}):
        canvas = Canvas(_layout(), paper_face())
        sheet = Sheet(TITLE, f"{SIZE}-C1")
        draw_title(canvas, imprint, sheet)
        draw_border(canvas)
        frames = _map_frames(canvas.layout)
        fills = pair.fills()
        window = choose_window(pair.bounds(), frames[0], canvas.by, margin=0.03)
        for number, (tables, frame) in enumerate(zip(pair.plans, frames, strict=True)):
            scene = make_scene(tables)
            plates = choose_plates(
                canvas,
                frame,
                window,
                subject=scene.communities.geometry.to_numpy(),
                points=np.empty((0, 2)),
            )
            view = View(frame, window, plates=plates if number == 0 else ())
            ground = PlanMap(canvas, view, scene, fills[number])
            ground.draw()
            _finish_map(canvas, pair, ground, number, imprint.languages)
        _panels(canvas, pair, imprint.languages)
        crs_name = make_scene(pair.first).crs_name
        draw_imprint(canvas, imprint, sheet, crs_name=crs_name, notes=[])
        canvas.figure.savefig(path, format="png", dpi=dpi, metadata={"Software": "lianpian"})


def _layout() -> Layout:
    """Lay out the sheet; its ``map`` is that of the first plan, which carries scale and north."""
    width, height = PAGES[SIZE]
    inner = Frame(0.0, 0.0, width, height).inset(_MARGIN)
    title, rest = inner.cut_top(_TITLE, _GAP)
    imprint = Frame(rest.left, rest.bottom, rest.width, _IMPRINT)
    panel = Frame(rest.left, imprint.top + _GAP, rest.width, _PANEL)
    bottom = panel.top + _GAP
    half = (rest.width - _GAP) / 2
    first = Frame(rest.left, bottom, half, rest.top - bottom - _HEAD)
    left = Frame(panel.left, panel.bottom, _LEGEND, panel.height)
    right = Frame(left.right + _GAP, panel.bottom, panel.right - left.right - _GAP, panel.height)
    return Layout(SIZE, Frame(0.0, 0.0, width, height), 1.0, title, first, left, right, imprint)


def _map_frames(layout: Layout) -> tuple[Frame, Frame]:
    first = layout.map
    return first, Frame(first.right + _GAP, first.bottom, first.width, first.height)


def _finish_map(
    canvas: Canvas, pair: PlanPair, ground: PlanMap, number: int, languages: tuple[str, ...]
) -> None:
    frame, scene = ground.view.frame, ground.scene
    moved = [one for one in pair.moved if one in scene.communities.index]
    ground.mark(scene.communities.loc[moved])
    draw_inset(canvas, frame)
    head = Frame(frame.left, frame.top, frame.width, _HEAD)
    which = pick((FIRST, SECOND)[number], languages)
    zones = pair.plans[number]["zones"]
    count = pick((f"{len(zones):,} 个片区", counted(len(zones), "zone")), languages)
    canvas.fitted(head, f"{which}：{pair.names[number]}（{count}）", points=8.0)
    if number == 0:
        scale, north = ground.view.plates
        draw_scale(canvas, ground.view.window, languages, scale)
        draw_north(canvas, languages, north)
    label_zones(ground, 8.0)
    label_communities(ground, {one: pair.called(one) for one in moved}, 5.2, beyond=3.0)


def _panels(canvas: Canvas, pair: PlanPair, languages: tuple[str, ...]) -> None:
    _legend(canvas, canvas.layout.left, languages)
    right = canvas.layout.right
    figures = Frame(right.left, right.bottom, _FIGURES, right.height)
    rows = tuple((pick(both, languages), one, other) for both, one, other in pair.figures)
    heads = tuple(pick(both, languages[:1]) for both in (("指标", "figure"), FIRST, SECOND))
    table = TextTable(heads, rows, (3.4, 1.0, 1.0), ("left", "right", "right"))
    draw_section(canvas, figures, FIGURES, table, languages, whole_in=_PAGE)
    left = figures.right + _GAP
    who = Frame(left, right.bottom, right.right - left, right.height)
    moves = tuple(
        (pair.called(one), before or "—", after or "—")
        for one, (before, after) in pair.moved.items()
    )
    heads = tuple(pick(both, languages[:1]) for both in (("小区", "community"), FIRST, SECOND))
    table = TextTable(heads, moves, (3.0, 1.0, 1.0), ("left", "left", "left"))
    title = (f"{MOVED[0]}（{len(moves)}）", f"{MOVED[1]} ({len(moves)})")
    draw_section(canvas, who, title, table, languages, whole_in=_PAGE)


def _legend(canvas: Canvas, panel: Frame, languages: tuple[str, ...]) -> None:
    rest = draw_heading(canvas, panel, pick(("图例", "Legend"), languages))
    signs: tuple[tuple[Both, dict[str, str | float]], ...] = (
        (
            ("小区，同色即同一片区", "community; one fill, one zone"),
            {"fill": ZONE_FILLS[0], "edge": OUTLINE, "width": 0.45},
        ),
        (("未入片区的小区", "in no zone"), {"fill": NO_ZONE_FILL, "edge": OUTLINE, "width": 0.45}),
        (("片区边界", "border of a zone"), {"edge": ZONE_INK, "width": 1.4}),
    )
    for both, look in signs:
        line, rest = rest.cut_top(_ROW, 0.6)
        canvas.box(_swatch(line), **look)  # type: ignore[arg-type]  # of mixed kinds
        _say(canvas, line, both, languages)
    line, rest = rest.cut_top(_ROW, 0.6)
    canvas.box(_swatch(line), edge=ALARM, fill=ZONE_FILLS[0], width=1.2, hatch="////")
    _say(canvas, line, MOVED, languages)
    note = (
        "片区编号为各方案自有编号；同一片区按共同小区最多者一一对应。",
        "Zone ids are each plan's own; zones are matched by most common members.",
    )
    canvas.paragraph(rest, pick(note, languages), points=5.0, colour=SOFT_INK)


def _swatch(line: Frame) -> Frame:
    return Frame(line.left, line.bottom + 0.7, 8.0, line.height - 1.4)


def _say(canvas: Canvas, line: Frame, both: Both, languages: tuple[str, ...]) -> None:
    room = Frame(line.left + 10.0, line.bottom, line.width - 10.0, line.height)
    canvas.fitted(room, pick(both, languages), points=5.6, colour=INK)
