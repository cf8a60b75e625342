"""Take the pictures of README and docs: each map state and sheet of the demo.

Run as ``python docs/make_pictures.py RESULT_FOLDER``; needs Chromium and pdftoppm.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHEET_DPI = "60"


def main() -> None:
    """Take every picture."""
    result = Path(sys.argv[1]).resolve()
    PICTURES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name in ("map_public", "map_working"):
            _open(page, result / f"{name}.html")
            page.screenshot(path=PICTURES / f"{name}.png")
            _choose_first(page)
            page.screenshot(path=PICTURES / f"{name}_card.png")
        phone = browser.new_page(viewport={"width": 360, "height": 740})
        _open(phone, result / "map_public.html")
        phone.screenshot(path=PICTURES / "map_public_phone.png")
        browser.close()
    pdftoppm = shutil.which("pdftoppm")
    if pdftoppm is not None:
        for page_number, name in ((1, "sheet_overview"), (3, "sheet_zone")):
            subprocess.run(  # noqa: S603  Debian's poppler on our own file
                [pdftoppm, "-r", SHEET_DPI, "-png", "-singlefile", "-f", str(page_number),
                 "-l", str(page_number), result / "sheets" / "sheets-A3.pdf", PICTURES / name],
                check=True,
            )  # fmt: skip


def _open(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    page.wait_for_timeout(2000)


def _choose_first(page: Page) -> None:
    """Choose a community as a reader would: type, arrow, Enter."""
    field = page.get_by_role("combobox").or_(page.get_by_role("searchbox")).first
    field.fill("家属院")
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_timeout(1200)


if __name__ == "__main__":
    main()
