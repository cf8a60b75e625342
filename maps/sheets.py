"""Sheets for wall and file: an overview, an index and one sheet a zone, true to scale on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from maps.cartography import GroundMap, Shown, View
from maps.characters import characters_of
from maps.drawing import Canvas
from maps.fonts import excerpt_of, paper_face
from maps.furniture import (
    Sheet,
    TextTable,
    draw_border,
    draw_heading,
    draw_imprint,
    draw_inset,
    draw_section,
    draw_title,
    fold,
    rows_in,
    widening,
)
from maps.insets import InsetMap
from maps.labels import Imprint
from maps.legends import draw_legend
from maps.map_labels import (
    label_communities,
    label_facilities,
    label_streets,
    label_zones,
)
from maps.panels import (
    haves_of_all,
    haves_of_zone,
    members_in_order,
    members_table,
    summary_table,
    zone_figures,
    zones_table,
)
from maps.paper import Frame, SheetWish, choose_window, lay_out, read_wish
from maps.scale_bar import choose_plates, draw_north, draw_scale
from maps.scene import make_scene
from maps.sheet_index import draw_index, draw_left_out, left_out_height
from maps.sheet_job import SheetJob, bounds_of_all, joined, sheet_numbers, zone_window
from maps.words import Both, pick
from maps.zone_haves import zone_haves

OVERVIEW: Final[Both] = ("缺项与片区总图", "Overview: missing haves and zones")
WALL: Final = SheetWish("A1", "pdf", 96)
PREVIEW: Final = SheetWish("A3", "png", 96)
_GAP: Final = 2.4
_LOCATION: Final = 46.0
_CIRCLE: Final = 62.0
_OVERVIEW_MARGIN: Final = 0.012
_PLATE_POINTS: Final = ((20, 10.0), (40, 8.5), (10**9, 7.2))
_NOWHERE: Final = np.empty((0, 2))
_NAME_BEYOND: Final = 1.5
"""On an overview a name may be this much wider than its community."""

_EXPLANATION: Final = 42.0
_SAID, _LARGER_SAID = 5.4, 6.0
_WIDEST_OF_ZONE: Final = 1.35
_AIR: Final = 0.8
_HEADS: Final = 13.0
"""Height of the heading of a section and of the captions of its table."""

_NARROW_ZONES: Final = (0.65, 0.64, 0.86, 1.35, 1.1)
_NARROW: Final = (0.6, 3.4, 1.0, 1.6)
"""Shares of the columns of zones and of members where two lists stand side by side."""


def draw_sheets(
    tables: Mapping[str, pd.DataFrame],
    imprint: Imprint,
    folder: Path,
    *,
    sheets: tuple[str, ...] = ("A3 pdf",),
) -> tuple[Path, ...]:
    """Draw the sheets of a plan.

    Parameters
    ----------
    tables
        Tables under their contracts, by name, in one metric reference system.
    imprint
        What stands in the margins.
    folder
        Where the files go; made when it is not there.
    sheets
        Series to draw: page, format and, for ``png``, dots per inch: ``"A1 png 150"``.

    Returns
    -------
    tuple of Path
        ``sheets-A3.pdf``: overview, index and one page a zone, one such file a PDF series;
        ``overview-A1.pdf`` for the wall; ``overview-A3.png``, the preview at 96 dpi; and for a
        PNG series ``sheet-A1-01.png`` and on.

    Raises
    ------
    JobError
        If a series is not one that can be drawn.
    OutputError
        If a text has a character that the face cannot draw.

    Notes
    -----
    Equal tables and imprint give equal bytes: no clock, no chance, fixed metadata.
    """
    wishes = [read_wish(text) for text in sheets]
    series = next((wish.size for wish in wishes), PREVIEW.size)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    # Type 42: embedded outlines, cut down to the glyphs in use, so that text stays text. Small
    # letters of pictures keep their distances when they are not fitted to the pixels.
    # The drawing library keeps fonts open, and some systems do not delete what is open.
    with (
        mpl.rc_context({"pdf.fonttype": 42, "hatch.linewidth": 0.4, "text.hinting": "none"}),
        TemporaryDirectory(ignore_cleanup_errors=True) as name,
    ):
        characters = characters_of(tables, imprint)
        face = excerpt_of(paper_face(), characters, Path(name, "excerpt.ttf"))
        scene = make_scene(tables, data_edge=imprint.data_edge)
        job = SheetJob(tables, imprint, scene, zone_haves(tables), face)
        for wish in wishes:
            written += _write_series(job, wish, folder)
        wall = folder / f"overview-{WALL.size}.pdf"
        _write_pdf(wall, imprint, iter([_overview(job, WALL.size, series)]))
        preview = folder / f"overview-{PREVIEW.size}.png"
        _write_png(preview, _overview(job, PREVIEW.size, series), PREVIEW.dpi)
    return (*written, wall, preview)


def _write_series(job: SheetJob, wish: SheetWish, folder: Path) -> list[Path]:
    if wish.form == "pdf":
        path = folder / f"sheets-{wish.size}.pdf"
        _write_pdf(path, job.imprint, _series(job, wish.size))
        return [path]
    paths = []
    for number, figure in enumerate(_series(job, wish.size), start=1):
        path = folder / f"sheet-{wish.size}-{number:02d}.png"
        _write_png(path, figure, wish.dpi)
        paths.append(path)
    return paths


def _write_pdf(path: Path, imprint: Imprint, figures: Iterator[Figure]) -> None:
    facts = {
        "Title": imprint.title,
        "Author": imprint.drafting_unit,
        "Creator": f"lianpian {imprint.version}".strip(),
        "Producer": "lianpian",
        "CreationDate": None,
    }
    with PdfPages(path, metadata=facts) as pages:
        for figure in figures:
            pages.savefig(figure)


def _write_png(path: Path, figure: Figure, dpi: int) -> None:
    FigureCanvasAgg(figure)
    figure.savefig(path, format="png", dpi=dpi, metadata={"Software": "lianpian"})


def _series(job: SheetJob, size: str) -> Iterator[Figure]:
    """Draw the pages of a series one after the other: overview, index, zones."""
    yield _overview(job, size, size)
    if job.zones:
        yield from draw_index(job, size)
    for zone in job.zones:
        yield _zone_sheet(job, size, zone)


def _overview(job: SheetJob, size: str, series: str) -> Figure:
    """Draw the overview; the sheets that it refers to are those of the series of a page size."""
    layout = lay_out(size)
    canvas = Canvas(layout, job.face)
    sheet = Sheet(OVERVIEW, f"{size}-01")
    window = choose_window(bounds_of_all(job.scene), layout.map, canvas.by, margin=_OVERVIEW_MARGIN)
    everybody = job.scene.communities.geometry.to_numpy()
    plates = choose_plates(canvas, layout.map, window, subject=everybody, points=_NOWHERE)
    ground = GroundMap(canvas, View(layout.map, window, plates=plates), job.scene)
    shown = ground.draw()
    _furnish(canvas, job, sheet, ground)
    label_zones(ground, _plate_points(len(job.zones)))
    names = dict(job.scene.communities["label"])
    label_communities(ground, names, 5.8, beyond=_NAME_BEYOND)
    label_streets(ground, 5.2)
    rest = _location(canvas, job, layout.left, window.bounds)
    below = _legend(canvas, job, rest, shown, reserved=left_out_height(job))
    room = Frame(below.left, below.bottom, below.width, below.height - _GAP)
    draw_left_out(canvas, job, room)
    _overview_panel(canvas, job, layout.right, series)
    return canvas.figure


def _plate_points(zones: int) -> float:
    """Choose the size of the plates with the ids of zones: many of them are written smaller."""
    return next(points for most, points in _PLATE_POINTS if zones <= most)


def _furnish(canvas: Canvas, job: SheetJob, sheet: Sheet, ground: GroundMap) -> None:
    """Draw title, borders, scale, north and imprint."""
    draw_title(canvas, job.imprint, sheet)
    draw_border(canvas)
    draw_inset(canvas, canvas.layout.map)
    scale, north = ground.view.plates
    draw_scale(canvas, ground.view.window, job.languages, scale)
    draw_north(canvas, job.languages, north)
    draw_imprint(canvas, job.imprint, sheet, crs_name=job.scene.crs_name, notes=[])


def _location(
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


def _legend(
    canvas: Canvas, job: SheetJob, panel: Frame, shown: Shown, *, reserved: float = 0.0
) -> Frame:
    rest = draw_heading(canvas, panel, pick(("图例", "Legend"), job.languages))
    return draw_legend(canvas, rest, shown, job.languages, reserved=reserved)


def _overview_panel(canvas: Canvas, job: SheetJob, panel: Frame, series: str) -> None:
    tables, languages, rest = job.tables, job.languages, panel
    sections: list[tuple[Both, TextTable]] = []
    if "summary" in tables and len(tables["summary"]):
        figures = summary_table(tables["summary"], languages)
        haves = haves_of_all(tables["summary"], languages)
        sections += [(("主要指标", "Figures"), figures), (("九有配置", "Nine haves"), haves)]
    parts = [table for _, table in sections]
    if job.zones:
        zones = zones_table(tables, job.haves, sheet_numbers(job, series), languages)
        parts.append(zones)
    larger = widening(panel.height, parts)
    for title, table in sections:
        rest = draw_section(canvas, rest, title, table, languages, larger=larger)
    if job.zones:
        if len(zones.rows) > rows_in(rest.height - _HEADS):
            zones = fold(replace(zones, header=_short(zones.header), widths=_NARROW_ZONES))
        draw_section(canvas, rest, ("片区", "Zones"), zones, languages, larger=larger)


def _short(header: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the first language and nothing in brackets: narrow columns have no room for more."""
    return tuple(re.sub(r"[（(\[].*?[)）\]]", "", text.split("\n")[0]).strip() for text in header)


def _zone_sheet(job: SheetJob, size: str, zone: str) -> Figure:
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
        points=scene.facilities.get_coordinates().to_numpy(),
    )
    view = View(
        layout.map,
        window,
        zone=zone,
        facilities=True,
        buildings=True,
        gates=True,
        plates=plates,
    )
    ground = GroundMap(canvas, view, scene)
    shown = ground.draw()
    _furnish(canvas, job, sheet, ground)
    order = members_in_order(scene, zone)
    numbers = {key: str(place) for place, key in enumerate(order, start=1)}
    names = {key: f"{numbers[key]} {scene.communities.loc[key, 'label']}" for key in order}
    dropped = label_communities(ground, names, 5.8)
    label_communities(ground, {key: numbers[key] for key in dropped}, 5.8)
    label_streets(ground, 5.2)
    label_facilities(ground, 5.0)
    rest = _location(canvas, job, layout.left, window.bounds)
    rest = _circle(canvas, job, rest, zone)
    _legend(canvas, job, rest, shown)
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
    free = rest.height - min(tall, _EXPLANATION)
    parts = [one for one in (figures, haves, members) if one]
    larger = widening(free - _HEADS, parts, widest=_WIDEST_OF_ZONE)
    rest = draw_section(canvas, rest, ("片区指标", "Figures"), figures, languages, larger=larger)
    if haves:
        title = ("九有配置", "Nine haves")
        rest = draw_section(canvas, rest, title, haves, languages, larger=larger)
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
    if len(members.rows) > rows_in(rest.height - _HEADS):
        members = fold(replace(members, header=_short(members.header), widths=_NARROW))
    draw_section(canvas, rest, ("小区与缺项", "Communities"), members, languages, larger=larger)
