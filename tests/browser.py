"""Pages of the project in headless Chromium, and what a test wants to know of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Watched:
    """A page with everything that it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def find_chromium() -> str:
    """Find Chromium on this machine, or skip the test; fail if a browser is required."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no browser on this machine: none of {', '.join(_NAMES)} is on the PATH"
        if os.environ.get("LIANPIAN_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Start Chromium and close it afterwards."""
    executable = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_page(
    browser: Browser, *, size: tuple[int, int] = (1400, 900), scripts: bool = True
) -> Iterator[Watched]:
    """Open an empty page that records requests to the network and refuses them."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts
    )
    watched = Watched(page=context.new_page())
    watched.page.route("http*://**/*", lambda route: route.abort())
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on(
        "console",
        lambda message: watched.errors.append(message.text) if message.type == "error" else None,
    )
    try:
        yield watched
    finally:
        context.close()


def open_map(watched: Watched, path: Path, link: str = "") -> Page:
    """Open a map from its file and wait until it is drawn."""
    watched.page.goto("about:blank")
    watched.page.goto(path.as_uri() + link)
    watched.page.wait_for_selector("html[data-ready]", state="attached", timeout=15_000)
    return watched.page


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Ask again and again until it holds; fail after ten seconds.

    Playwright's own `wait_for_function` evaluates text inside the page, which the policy of these
    pages refuses as soon as the first answer is no.
    """
    for _ in range(500):
        if holds():
            return
        page.wait_for_timeout(20)
    pytest.fail("ten seconds passed, and it does not hold")


def let_paint(page: Page) -> None:
    """Wait for more frames than the map has layers: one of them is painted in each."""
    page.evaluate(
        """async () => {
          for (let n = 0; n < 8; n += 1) await new Promise(requestAnimationFrame);
        }"""
    )


def outside_requests(watched: Watched) -> list[str]:
    """List what a page asked for beside its own file."""
    own = ("file:", "data:", "about:", "blob:")
    return [url for url in watched.requests if not url.startswith(own)]


_COUNT_COLOURS: Final = """(pane) => {
  const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return seen.size;
}"""


def count_colours(page: Page, pane: str) -> int:
    """Count the opaque colours on a canvas of the map: 0 on a blank one."""
    return int(page.evaluate(_COUNT_COLOURS, pane))
