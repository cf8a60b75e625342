"""Take the pictures of the workbench: each state of the demo's working map that the page describes.

Run as ``python docs/make_workbench_pictures.py RESULT_FOLDER``; needs Chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURES: Final = Path(__file__).parent / "pictures"
COLOURS: Final = 256
STATES: Final = {
    "workbench": """
      bench.setTarget("Z05", { show: true });""",
    "workbench_loose": """
      const own = bench.membersOf("Z05");
      bench.setTarget("Z06");
      bench.useTool("paint");
      bench.assign("bench_step_paint", own.slice(0, 6), "Z06");
      bench.showDetail("rules");""",
    "workbench_old_plan": """
      const own = bench.membersOf("Z03");
      bench.setTarget("Z03", { show: true });
      bench.splitAlone();
      bench.shows.old = bench.shows.circle = true;
      bench.showBar();
      bench.redraw();""",
    "workbench_links": """
      bench.useTool("link");
      const { a, b } = lianpian.doc.links;
      bench.chooseCommunity(a[40], { fly: true });
      bench.other = b[40];
      const value = { action: "cut", reason: "两院之间有围墙，无门" };
      bench.edit("bench_step_cut", [{ kind: "link", key: bench.pairKey(a[40], b[40]), value }]);
      bench.showDetail();
      document.querySelector(".is-asked").scrollIntoView({ block: "center" });""",
    "workbench_missing": """
      bench.shows.missing = true;
      bench.showBar();
      bench.redraw();
      bench.chooseCommunity(bench.membersOf("Z07")[4]);""",
}
"""Each state of the bench by the name of its picture."""


def main() -> None:
    """Take every picture."""
    path = Path(sys.argv[1]).resolve() / "map_working.html"
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, script in STATES.items():
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready]", state="attached")
            page.click("#open-bench")
            page.wait_for_selector("#bench-zones tbody tr")
            page.evaluate(f"() => {{ const {{ bench }} = window.lianpian; {script} }}")
            page.wait_for_timeout(1800)  # until nothing flashes
            _save(page, PICTURES / f"{name}.png")
        browser.close()


def _save(page: Page, path: Path) -> None:
    """Save a picture in few colours; swatches and badges keep theirs in this way of choosing."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = shot.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
