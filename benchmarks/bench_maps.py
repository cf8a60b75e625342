"""Size of the map pages, time to make them, first picture, frames while panning; beside folium.

Run with the result folder of a large made city, for example of `lianpian demo --communities 1000`.
Its plan is cut to 1 000 communities, and laid side by side to 5 000 communities with 20 000
facilities (`made_plan`). The peer draws communities and facilities as two bare `folium.GeoJson`
layers on a canvas: no circles, no walks, no base map, no table, no search. Its scripts are handed
to it from this machine. Both are drawn and opened in turn, in headless Chromium without a GPU.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import folium
import pandas as pd
from made_plan import made_plan
from playwright.sync_api import Browser, Page, Route, sync_playwright

from lianpian.outputs import read_result
from maps import assets
from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint

Tables = Mapping[str, pd.DataFrame]
Draw = Callable[[Tables, Imprint, Path], None]

SIZES: Final = {1000: 4000, 5000: 20_000}
"""Communities of a plan, and its facilities."""

MEGABYTE: Final = 1e6
PAN_SECONDS: Final = 4.0
ZOOMS: Final = (None, 14, 16)
"""Where frames are counted: the whole city, a quarter, a few streets."""

RECORD: Final = """() => {
  window.frames_seen = [];
  window.stops = false;
  const count = (now) => {
    window.frames_seen.push(now);
    if (!window.stops) requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}"""


@dataclass(frozen=True)
class Figures:
    """What one page costs."""

    name: str
    megabytes: float
    seconds: float
    processor: float
    first: float
    frames: tuple[float, ...]
    worst: tuple[float, ...]


def draw_bare(tables: Tables, imprint: Imprint, path: Path) -> None:
    """Draw communities and facilities as folium's users do, without any style."""
    communities = tables["communities"][["name", "subdistrict", "households", "geometry"]]
    facilities = tables["facilities"].reset_index()[["name", "category", "geometry"]]
    degrees = communities.to_crs("EPSG:4326")
    west, south, east, north = degrees.total_bounds
    page = folium.Map([(south + north) / 2, (west + east) / 2], tiles=None, prefer_canvas=True)
    folium.GeoJson(degrees.to_json(), name=imprint.title).add_to(page)
    points = facilities.assign(geometry=facilities.geometry.representative_point())
    marker = folium.CircleMarker(radius=3)
    folium.GeoJson(points.to_crs("EPSG:4326").to_json(), marker=marker).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    page.save(str(path))


def hand_over(route: Route) -> None:
    """Answer what a folium page asks the internet for, from this machine."""
    url = route.request.url
    if url.endswith("leaflet.js"):
        route.fulfill(body=assets.leaflet_script(), content_type="text/javascript")
    elif url.endswith("leaflet.css"):
        route.fulfill(body=assets.leaflet_style(), content_type="text/css")
    else:
        route.fulfill(body="", content_type="text/plain")


def wait_for_picture(page: Page, *, ours: bool) -> None:
    """Wait until the map has been painted once."""
    if ours:
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=120_000)
    else:
        page.wait_for_selector(".leaflet-overlay-pane canvas", state="attached", timeout=120_000)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


def pan(page: Page, zoom: int | None) -> tuple[float, float]:
    """Drag the map in circles: frames a second, and the longest time between two of them (ms)."""
    if zoom is not None:
        page.evaluate(
            """(zoom) => {
              const name = Object.keys(window).find((key) => key.startsWith("map_"));
              const map = window[name];
              const app = window.lianpian;
              const at = app && app.doc.communities.anchors[100];
              map.setView(at ? app.latLng(at.x, at.y) : window.somewhere, zoom, { animate: false });
            }""",
            zoom,
        )
    page.wait_for_timeout(700)
    page.evaluate(RECORD)
    page.mouse.move(800, 450)
    page.mouse.down()
    begin = time.perf_counter()
    step = 0
    while time.perf_counter() - begin < PAN_SECONDS:
        step += 1
        page.mouse.move(800 - 500 * math.sin(step / 14), 450 - 250 * math.cos(step / 11))
        time.sleep(0.012)
    page.mouse.up()
    seen = page.evaluate("() => { window.stops = true; return window.frames_seen; }")
    gaps = [after - before for before, after in pairwise(seen)]
    return 1000 / statistics.fmean(gaps), max(gaps)


def measure(
    browser: Browser, name: str, draw: Draw, tables: Tables, imprint: Imprint, folder: Path
) -> Figures:
    """Make a page, open it, pan over it."""
    path = folder / f"{name}.html"
    begin, work = time.perf_counter(), time.process_time()
    draw(tables, imprint, path)
    seconds, processor = time.perf_counter() - begin, time.process_time() - work
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.route("http*://**/*", hand_over)
    begin = time.perf_counter()
    page.goto(path.as_uri(), wait_until="commit")
    ours = draw is not draw_bare
    wait_for_picture(page, ours=ours)
    first = time.perf_counter() - begin
    if ours:
        page.wait_for_selector("html[data-ready]", state="attached")
    else:
        anchor = tables["communities"].geometry.iloc[[100]].to_crs("EPSG:4326")
        spot = anchor.representative_point().iloc[0]
        page.evaluate("([lat, lng]) => { window.somewhere = [lat, lng]; }", [spot.y, spot.x])
    runs = [pan(page, zoom) for zoom in ZOOMS]
    context.close()
    frames, worst = zip(*runs, strict=True)
    megabytes = path.stat().st_size / MEGABYTE
    return Figures(name, megabytes, seconds, processor, first, frames, worst)


def print_table(size: int, rows: list[Figures]) -> None:
    """Print the figures as Markdown."""
    print(f"\n{size:,} communities, {SIZES[size]:,} facilities\n")
    print(
        "| page | MB | made in s (of processor) | first picture s | "
        "frames a second: city, quarter, streets | longest ms |"
    )
    print("|---|---|---|---|---|---|")
    for row in rows:
        frames = " · ".join(f"{one:.0f}" for one in row.frames)
        worst = " · ".join(f"{one:.0f}" for one in row.worst)
        print(
            f"| {row.name} | {row.megabytes:.2f} | {row.seconds:.1f} ({row.processor:.1f}) | "
            f"{row.first:.1f} | {frames} | {worst} |"
        )


def main() -> None:
    """Measure both maps and the peer at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path, help="result folder of a made city")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    arguments = parser.parse_args()
    tables, imprint, _ = read_result(arguments.result)
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    print(f"{os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        for size in arguments.sizes:
            plan = made_plan(tables, communities=size, facilities=SIZES[size])
            rows = [
                measure(browser, name, draw, plan, imprint, Path(work))
                for name, draw in (
                    ("map_public", draw_public_map),
                    ("folium", draw_bare),
                    ("map_working", draw_working_map),
                )
            ]
            print_table(size, rows)
        browser.close()


if __name__ == "__main__":
    main()
