"""Sheets for wall and file: an overview, an index and one sheet a zone, true to scale on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from maps.cartography import GroundMap
from maps.characters import characters_of
from maps.drawing import Canvas
from maps.fonts import excerpt_of, paper_face
from maps.furniture import (
    Sheet,
    TextTable,
    draw_section,
    fold,
    rows_in,
    widening,
)
from maps.labels import Imprint
from maps.map_labels import (
    label_communities,
    label_streets,
    label_zones,
)
from maps.panels import (
    haves_of_all,
    summary_table,
    zones_table,
)
from maps.paper import Frame, SheetWish, choose_window, lay_out, read_wish
from maps.protected import SMALL_MARK_MM, spots_of
from maps.scale_bar import choose_plates
from maps.scene import make_scene
from maps.sheet_index import draw_index, draw_left_out, left_out_height
from maps.sheet_job import SheetJob, bounds_of_all, sheet_numbers
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
from maps.words import Both
from maps.zone_haves import zone_haves
from maps.zone_sheet import draw_zone_sheet

OVERVIEW: Final[Both] = ("缺项与片区总图", "Overview: missing haves and zones")
WALL: Final = SheetWish("A1", "pdf", 96)
PREVIEW: Final = SheetWish("A3", "png", 96)
_GAP: Final = 2.4
_OVERVIEW_MARGIN: Final = 0.012
_PLATE_POINTS: Final = ((20, 10.0), (40, 8.5), (10**9, 7.2))
_NAME_BEYOND: Final = 1.5
"""On an overview a name may be this much wider than its community."""

_NARROW_ZONES: Final = (0.65, 0.64, 0.86, 1.35, 1.1)
"""Shares of the columns of zones where two lists stand side by side."""


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
        yield draw_zone_sheet(job, size, zone)


def _overview(job: SheetJob, size: str, series: str) -> Figure:
    """Draw the overview; the sheets that it refers to are those of the series of a page size."""
    layout = lay_out(size)
    canvas = Canvas(layout, job.face)
    sheet = Sheet(OVERVIEW, f"{size}-01")
    window = choose_window(bounds_of_all(job.scene), layout.map, canvas.by, margin=_OVERVIEW_MARGIN)
    spots = spots_of(job.scene.protections)
    everybody = job.scene.communities.geometry.to_numpy()
    plates = choose_plates(canvas, layout.map, window, subject=everybody, points=spots)
    view = View(layout.map, window, protections=True, mark=SMALL_MARK_MM, plates=plates)
    ground = GroundMap(canvas, view, job.scene)
    shown = ground.draw()
    furnish(canvas, job, sheet, ground)
    label_zones(ground, _plate_points(len(job.zones)))
    names = dict(job.scene.communities["label"])
    label_communities(ground, names, 5.8, beyond=_NAME_BEYOND)
    label_streets(ground, 5.2)
    rest = draw_location(canvas, job, layout.left, window.bounds)
    below = add_legend(canvas, job, rest, shown, reserved=left_out_height(job))
    room = Frame(below.left, below.bottom, below.width, below.height - _GAP)
    draw_left_out(canvas, job, room)
    _overview_panel(canvas, job, layout.right, series)
    return canvas.figure


def _plate_points(zones: int) -> float:
    """Choose the size of the plates with the ids of zones: many of them are written smaller."""
    return next(points for most, points in _PLATE_POINTS if zones <= most)


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
    larger = widening(panel.height - coverage_note_height(canvas, panel, languages), parts)
    for title, table in sections:
        rest = draw_section(canvas, rest, title, table, languages, larger=larger)
    if sections:
        rest = draw_coverage_note(canvas, rest, languages)
    if job.zones:
        if len(zones.rows) > rows_in(rest.height - HEADS):
            zones = fold(replace(zones, header=short_heads(zones.header), widths=_NARROW_ZONES))
        draw_section(canvas, rest, ("片区", "Zones"), zones, languages, larger=larger)
