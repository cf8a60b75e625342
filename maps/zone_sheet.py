"""The sheet of one zone (一区一策): its map, its circle, its figures and its communities."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from maps.cartography import GroundMap
from maps.drawing import Canvas
from maps.furniture import (
    Sheet,
    draw_heading,
    draw_inset,
    draw_section,
    fold,
    rows_in,
    widening,
)
from maps.insets import InsetMap
from maps.map_labels import (
    label_communities,
    label_facilities,
    label_streets,
)
from maps.panels import (
    haves_of_zone,
    members_in_order,
    members_table,
    zone_figures,
)
from maps.paper import Frame, choose_window, lay_out
from maps.protected import spots_of
from maps.scale_bar import choose_plates
from maps.sheet_job import SheetJob, sheet_numbers, zone_window
from maps.sheet_parts import (
    HEADS,
    add_legend,
    coverage_note_height,
    draw_coverage_note,
    draw_location,
    furnish,
    short_heads,
)
from maps.views import View
from maps.words import pick

_GAP: Final = 2.4
_CIRCLE: Final = 62.0
_EXPLANATION: Final = 42.0
_SAID, _LARGER_SAID = 5.4, 6.0
_WIDEST_OF_ZONE: Final = 1.35
_AIR: Final = 0.8
_NARROW: Final = (0.6, 3.4, 1.0, 1.6)
"""Shares of the columns of members where two lists stand side by side."""


def draw_zone_sheet(job: SheetJob, size: str, zone: str) -> Figure:
    """Draw the sheet of a zone on a page size."""
    layout = lay_out(size)
    canvas = Canvas(layout, job.face)
    number = sheet_numbers(job, size)[zone]
    sheet = Sheet((f"{zone} 片区规划图", f"Plan of zone {zone}"), number)
    scene = job.scene
    members = scene.communities[scene.communities["zone_id"].eq(zone)]
    window = zone_window(job, layout, zone)
    plates = choose_plates(
        canvas,
        layout.map,
        window,
        subject=members.geometry.to_numpy(),
        points=np.vstack(
            [scene.facilities.get_coordinates().to_numpy(), spots_of(scene.protections)]
        ),
    )
    view = View(
        layout.map,
        window,
        zone=zone,
        facilities=True,
        buildings=True,
        gates=True,
        protections=True,
        plates=plates,
    )
    ground = GroundMap(canvas, view, scene)
    shown = ground.draw()
    furnish(canvas, job, sheet, ground)
    order = members_in_order(scene, zone)
    numbers = {key: str(place) for place, key in enumerate(order, start=1)}
    names = {key: f"{numbers[key]} {scene.communities.loc[key, 'label']}" for key in order}
    dropped = label_communities(ground, names, 5.8)
    label_communities(ground, {key: numbers[key] for key in dropped}, 5.8)
    label_streets(ground, 5.2)
    label_facilities(ground, 5.0)
    rest = draw_location(canvas, job, layout.left, window.bounds)
    rest = _circle(canvas, job, rest, zone)
    add_legend(canvas, job, rest, shown)
    _zone_panel(canvas, job, zone, order)
    return canvas.figure


def _circle(canvas: Canvas, job: SheetJob, panel: Frame, zone: str) -> Frame:
    """Draw the small map of the zone's 15-minute life circle with the facilities in it."""
    circles = job.scene.circles
    own = circles[circles.index == zone]
    if own.empty:
        return panel
    title = pick(("15 分钟生活圈", "15-minute life circle"), job.languages)
    rest = draw_heading(canvas, panel, title)
    frame, rest = rest.cut_top(_CIRCLE, _GAP)
    west, south, east, north = own.total_bounds
    bounds = float(west), float(south), float(east), float(north)
    window = choose_window(bounds, frame, canvas.by, margin=0.03, round_scale=False)
    InsetMap(canvas, View(frame, window, zone=zone), job.scene).draw_surroundings(zone)
    draw_inset(canvas, frame)
    return rest


def _zone_panel(canvas: Canvas, job: SheetJob, zone: str, order: list[str]) -> None:
    tables, languages, rest = job.tables, job.languages, canvas.layout.right
    figures = zone_figures(tables, zone, job.scene.communities["label"], languages)
    members = members_table(job.scene, order, languages)
    own = job.haves.get(zone)
    haves = haves_of_zone(own, languages) if own else None
    row = tables["zones"].loc[zone].to_dict()
    texts = [row[f"explanation_{language}"] for language in languages]
    said = [text for text in texts if isinstance(text, str)]
    # A zone of few communities has its panel filled, with rows and letters set larger.
    tall = canvas.height_of(said, rest.width, _LARGER_SAID)
    free = rest.height - min(tall, _EXPLANATION) - coverage_note_height(canvas, rest, languages)
    parts = [one for one in (figures, haves, members) if one]
    larger = widening(free - HEADS, parts, widest=_WIDEST_OF_ZONE)
    rest = draw_section(canvas, rest, ("片区指标", "Figures"), figures, languages, larger=larger)
    if haves:
        title = ("九有配置", "Nine haves")
        rest = draw_section(canvas, rest, title, haves, languages, larger=larger)
        rest = draw_coverage_note(canvas, rest, languages)
    if said:
        rest = draw_heading(canvas, rest, pick(("为何如此划分", "Why this zone"), languages))
        _, rest = rest.cut_top(_AIR)
        part, below = rest.cut_top(_EXPLANATION, _GAP)
        left, points = part, _LARGER_SAID if larger > 1 and tall <= _EXPLANATION else _SAID
        for text in said:
            left = canvas.paragraph(left, text, points=points)
        # What the explanation leaves free goes to the list of members.
        rest = Frame(rest.left, rest.bottom, rest.width, below.height + left.height)
    # The numbers on the map are explained here: rather two narrow columns than an end missing.
    if len(members.rows) > rows_in(rest.height - HEADS):
        members = fold(replace(members, header=short_heads(members.header), widths=_NARROW))
    draw_section(canvas, rest, ("小区与缺项", "Communities"), members, languages, larger=larger)
