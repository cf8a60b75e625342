"""The public map and the working map: one HTML file each, complete without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import folium
import pandas as pd
from branca.element import Figure
from jinja2 import Environment, StrictUndefined

from maps import assets
from maps.escape import POLICY_SLOT, escape_text, pack, seal, to_json
from maps.fallback import fallback_table
from maps.labels import Imprint
from maps.leaks import LeakError, require_public
from maps.payload import public_document, working_document
from maps.tiles import tile_origin
from zoning.regionalization.settings import ZoningSettings

MAP_ID: Final = "lianpian"
SCRIPTS: Final = (
    "map_read.js",
    "map_model.js",
    "map_canvas.js",
    "map_paint.js",
    "map_scene.js",
    "map_marks.js",
    "map_tiles.js",
    "map_panels.js",
    "map_card.js",
    "map_search.js",
    "map_pages.js",
    "map_link.js",
    "map_print.js",
    "map_main.js",
)
"""The page's own scripts in the order in which they build on each other."""

BENCH_SCRIPTS: Final = (
    "map_kept.js",
    "bench_plan.js",
    "bench_faces.js",
    "bench_checks.js",
    "bench_figures.js",
    "bench_files.js",
    "bench_draw.js",
    "bench_marks.js",
    "bench_tools.js",
    "bench_bar.js",
    "bench_table.js",
    "bench_detail.js",
    "bench_links.js",
    "bench_start.js",
)
"""The workbench of the working map; its scripts stand before the one that starts the page."""


def draw_public_map(tables: Mapping[str, pd.DataFrame], imprint: Imprint, path: Path) -> None:
    """Draw the map for residents: no field that is not on the public list.

    Parameters
    ----------
    tables
        Every table of the contracts by name, in the job's metric CRS.
    imprint
        Margin of the map; `public_columns` narrow the public list.
    path
        File to write.

    Raises
    ------
    JobError
        If `imprint.public_columns` names a column that may not be public.
    LeakError
        If any text of the map looks like an identity number, a mobile number or a number plate:
        then nothing is written.

    Notes
    -----
    The same tables and imprint give the same bytes.
    """
    document = public_document(tables, imprint)
    require_public(document)
    _write(document, imprint, path)


def draw_withheld_map(error: LeakError, imprint: Imprint, path: Path) -> None:
    """Write in the place of the public map why there is none."""
    lines = "".join(f"<p>{escape_text(text)}</p>" for text in (error.zh, error.en))
    page = (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY_SLOT}">\n'
        f"<title>{escape_text(imprint.title)}</title>\n</head>\n<body>\n"
        f"<h1>公开图停发 The public map is withheld</h1>\n{lines}\n</body>\n</html>\n"
    )
    Path(path).write_text(seal(page), encoding="utf-8", newline="\n")


def draw_working_map(
    tables: Mapping[str, pd.DataFrame],
    imprint: Imprint,
    path: Path,
    *,
    rules: ZoningSettings | None = None,
) -> None:
    """Draw the map for the bureau: everything that the tables hold.

    Parameters
    ----------
    tables
        Every table of the contracts by name, in the job's metric CRS.
    imprint
        Margin of the map.
    path
        File to write.
    rules
        The job's rules for zones, which the workbench watches; None: the defaults.

    Notes
    -----
    The same tables and imprint give the same bytes.
    """
    _write(working_document(tables, imprint, rules), imprint, path)


def _write(document: dict[str, Any], imprint: Imprint, path: Path) -> None:
    Path(path).write_text(render_page(document, imprint), encoding="utf-8", newline="\n")


def render_page(document: dict[str, Any], imprint: Imprint) -> str:
    """Put a document into a page with its scripts, styles and security policy.

    Parameters
    ----------
    document
        From `maps.payload`.
    imprint
        Margin of the map.

    Returns
    -------
    str
        The whole page.
    """
    template = Environment(
        autoescape=False,  # noqa: S701  every text from data passes maps.escape, not Jinja
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    ).from_string(assets.static_text("page.html"))
    map_html, map_script = _frame_parts(document["bounds"])
    languages = imprint.languages or ("zh",)
    bench = BENCH_SCRIPTS if "bench" in document else ()
    page = template.render(
        lang="zh-CN" if languages[0] == "zh" else "en",
        kind=document["kind"],
        policy=POLICY_SLOT,
        version=escape_text(imprint.version),
        title=escape_text(imprint.title),
        leaflet_style=assets.leaflet_style(),
        style=assets.static_text("map.css") + (assets.static_text("bench.css") if bench else ""),
        leaflet_script=assets.leaflet_script(),
        map_html=map_html,
        map_script=map_script,
        fallback=fallback_table(document),
        data=pack(to_json({key: part for key, part in document.items() if key != "piles"})),
        piles=document["piles"],
        script="\n".join(assets.static_text(name) for name in (*SCRIPTS[:-1], *bench, SCRIPTS[-1])),
    )
    return seal(page, images=tile_origin(imprint.tiles_url))


def _frame_parts(bounds: list[float]) -> tuple[str, str]:
    """Let folium write the map's element and the script that starts it.

    Folium's header is left out: it forbids zooming on phones and styles nothing that is here. Its
    random ids are replaced, so that two pages of one plan are equal.
    """
    west, south, east, north = bounds
    frame = folium.Map(
        location=[round((south + north) / 2, 6), round((west + east) / 2, 6)],
        zoom_start=14,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.5,
        zoom_delta=1,
        wheel_px_per_zoom_level=90,
    )
    frame.default_js, frame.default_css = [], []
    frame._id = MAP_ID  # noqa: SLF001  branca has no other way to set an id
    figure = cast("Figure", frame.get_root())
    frame.render()  # type: ignore[no-untyped-call]  # folium leaves it without types
    return figure.html.render().strip(), figure.script.render().strip()
