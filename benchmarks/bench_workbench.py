"""How fast the workbench of a working map is: measuring, painting, settling, in headless Chromium.

Run as ``python benchmarks/bench_workbench.py map_working.html``.
"""

from __future__ import annotations

import math
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Page

from tests.browser import started_browser, watched_page

STROKE_S: Final = 3.0
ZOOMS: Final = (None, 14, 16)

PARTS: Final = """() => {
  const { bench } = window.lianpian;
  const mean = (action) => {
    const begin = performance.now();
    for (let n = 0; n < 5; n += 1) action();
    return (performance.now() - begin) / 5;
  };
  const paint = (layer) => mean(() => { layer._paint(); layer._ctx.getImageData(0, 0, 1, 1); });
  return {
    communities: bench.count,
    zones: bench.zoneOrder.length,
    "all zones, ms": mean(() => bench.measure(null)),
    "one zone, ms": mean(() => bench.measure(new Set([bench.target]))),
    "table, ms": mean(() => bench.showTable()),
    "areas, ms": paint(bench.areas),
    "marks, ms": paint(bench.marks),
  };
}"""
WATCH: Final = """() => {
  window.frames_ = [];
  const next = (now) => {
    if (!window.frames_) return;
    window.frames_.push(now);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
TAKE: Final = "() => { const found = window.frames_; window.frames_ = null; return found; }"


def paint(page: Page, zoom: float | None) -> dict[str, Any]:
    """Paint for some seconds at a zoom; give frames a second, the 95th part and the settling."""
    if zoom is not None:
        page.evaluate(
            """(zoom) => { const { map, doc, latLng } = window.lianpian;
            const { x, y } = doc.communities.anchors[0];
            map.setView(latLng(x, y), zoom, { animate: false }); }""",
            zoom,
        )
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    page.mouse.move(960, 500)
    page.mouse.down()
    begin, moves = time.perf_counter(), 0
    while time.perf_counter() - begin < STROKE_S:
        moves += 1
        page.mouse.move(960 + 300 * math.sin(moves / 20), 500 + 150 * math.cos(moves / 17))
        time.sleep(0.012)
    frames = page.evaluate(TAKE)
    begin = time.perf_counter()
    page.mouse.up()
    page.evaluate("1")
    gaps = sorted(b - a for a, b in pairwise(frames))
    return {
        "zoom": page.evaluate("window.lianpian.map.getZoom()"),
        "frames/s": 1000 * len(gaps) / sum(gaps),
        "95 %, ms": gaps[int(0.95 * len(gaps))],
        "settled, ms": 1000 * (time.perf_counter() - begin),
    }


def report(row: dict[str, Any]) -> None:
    """Print one row of figures."""
    print(" | ".join(f"{name} {value:g}" for name, value in row.items()))


def main(path: Path) -> None:
    """Measure one map."""
    with started_browser() as browser, watched_page(browser, size=(1440, 900)) as watched:
        watched.page.goto(path.as_uri())
        page = watched.page
        page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
        begin = time.perf_counter()
        page.evaluate("window.lianpian.bench.open()")
        report({"opened, s": time.perf_counter() - begin, "MB": path.stat().st_size / 1e6})
        report({name: round(value, 1) for name, value in page.evaluate(PARTS).items()})
        page.click("#bench-tool-paint")
        for zoom in ZOOMS:
            report({name: round(value, 1) for name, value in paint(page, zoom).items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
