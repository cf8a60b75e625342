"""Take the pictures of README and docs: each map state, each kind of sheet, pages of the report.

Run as ``python docs/make_pictures.py RESULT_FOLDER [OTHER_RESULT]``; with a second result the
comparison of the two is taken as well. Needs Chromium and pdftoppm; pages of the report are taken
where LibreOffice Writer is there. Every picture has few colours and stays below 300 kB. The
workbench has a script of its own, ``make_workbench_pictures.py``.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES: Final = Path(__file__).parent / "pictures"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK: Final = (1280, 800)
PHONE: Final = (360, 740)
MOST_BYTES: Final = 300_000
PAPER_DPI: Final = 76
WALL_DPI: Final = 40
REPORT_PAGES: Final = ((2, "report_summary"), (4, "report_tasks"), (7, "report_zone"))


class State(NamedTuple):
    """A state of a page that is taken: what it is called, its page, its window, how to reach it."""

    name: str
    page: str
    size: tuple[int, int]
    reach: Callable[[Page], None]


def nothing(page: Page) -> None:
    """Leave the page as it opens."""
    del page


def choose(page: Page) -> None:
    """Choose a community as a reader would: by the initials of its name, arrow, Enter."""
    field = page.get_by_role("combobox").first
    field.fill("家属院")
    field.press("ArrowDown")
    field.press("Enter")
    page.locator("#card-title").wait_for(state="visible")
    page.wait_for_timeout(1500)


def search(page: Page) -> None:
    """Type the initials of a name."""
    page.get_by_role("combobox").first.press_sequentially("jianshe")
    page.wait_for_timeout(700)


def english(page: Page) -> None:
    """Turn the page to English."""
    page.locator("[data-language=en]").click()
    page.wait_for_timeout(700)


def dark(page: Page) -> None:
    """Turn the page dark."""
    page.locator("#theme").click()
    page.wait_for_timeout(900)


def have(page: Page) -> None:
    """Choose one of the nine haves."""
    page.locator("#haves button").nth(4).click()
    page.wait_for_timeout(1200)


def table(page: Page) -> None:
    """Open the table that is equal to the map."""
    page.locator("#open-table").click()
    page.wait_for_timeout(900)


def about(page: Page) -> None:
    """Open sources and method."""
    page.locator("#open-about").click()
    page.wait_for_timeout(700)


STATES: Final = (
    State("map_public", "map_public", DESK, nothing),
    State("map_public_card", "map_public", DESK, choose),
    State("map_public_have", "map_public", DESK, have),
    State("map_public_search", "map_public", DESK, search),
    State("map_public_table", "map_public", DESK, table),
    State("map_public_about", "map_public", DESK, about),
    State("map_public_english", "map_public", DESK, english),
    State("map_public_dark", "map_public", DESK, dark),
    State("map_public_phone", "map_public", PHONE, nothing),
    State("map_public_phone_card", "map_public", PHONE, choose),
    State("map_working", "map_working", DESK, nothing),
    State("map_working_card", "map_working", DESK, choose),
)


def main() -> None:
    """Take every picture."""
    result = Path(sys.argv[1]).resolve()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for state in STATES:
            _take(browser, state, result / f"{state.page}.html")
        if len(sys.argv) > 2:  # noqa: PLR2004  the second result
            other = Path(sys.argv[2]).resolve()
            folder = Path(name, "compared")
            command = [sys.executable, "-m", "lianpian", "compare", result, other, "--out", folder]
            subprocess.run(command, check=True)  # noqa: S603  our own command
            page = next(folder.glob("*.html"))
            _take(browser, State("comparison", page.stem, DESK, nothing), page)
        browser.close()
        _take_sheets(result, Path(name))
        _take_report(result / "report.docx", Path(name))
    require_different(sorted(PICTURES.glob("*.png")))
    for path in sorted(PICTURES.glob("*.png")):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")  # noqa: T201  what was made


def require_different(paths: Iterable[Path]) -> None:
    """Stop if two pictures are the same: then one of them does not show what its name says."""
    first: dict[bytes, Path] = {}
    for path in paths:
        content = path.read_bytes()
        if content in first:
            raise SystemExit(f"{path.name} is the same picture as {first[content].name}")
        first[content] = path


def _take(browser: Browser, state: State, path: Path) -> None:
    width, height = state.size
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(path.as_uri())
    page.wait_for_timeout(2500)
    state.reach(page)
    _keep(page.screenshot(), state.name)
    page.close()


def _take_sheets(result: Path, work: Path) -> None:
    series = result / "sheets" / "sheets-A3.pdf"
    for number, name in ((1, "sheet_overview"), (2, "sheet_index"), (9, "sheet_zone")):
        _keep(_page_of(series, number, PAPER_DPI, work), name)
    wall = result / "sheets" / "overview-A1.pdf"
    _keep(_page_of(wall, 1, WALL_DPI, work), "sheet_wall")


def _take_report(path: Path, work: Path) -> None:
    writer = shutil.which("soffice")
    if writer is None:
        return
    profile = (work / "profile").as_uri()
    command = [writer, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", work, path], check=True, capture_output=True)  # noqa: S603
    printed = work / f"{path.stem}.pdf"
    if printed.is_file():
        for number, name in REPORT_PAGES:
            _keep(_page_of(printed, number, PAPER_DPI, work), name)


def _page_of(pdf: Path, number: int, dpi: int, work: Path) -> bytes:
    poppler = shutil.which("pdftoppm")
    if poppler is None:
        raise SystemExit("pdftoppm is needed: apt-get install poppler-utils")
    page = ["-f", str(number), "-l", str(number), "-singlefile"]
    command = [poppler, "-r", str(dpi), "-png", *page, str(pdf), str(work / "page")]
    subprocess.run(command, check=True)  # noqa: S603  Debian's poppler on our own file
    return (work / "page.png").read_bytes()


def _keep(picture: bytes, name: str) -> None:
    """Keep a picture with as many colours as stay below the size that a page of docs bears."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        few = image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        frame = io.BytesIO()
        few.save(frame, "PNG", optimize=True)
        if frame.tell() <= MOST_BYTES:
            break
    (PICTURES / f"{name}.png").write_bytes(frame.getvalue())


if __name__ == "__main__":
    main()
