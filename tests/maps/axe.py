"""Axe-core on a page: what keeps people with a screen reader, a keyboard or weak eyes out."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEAST_RULES = 10
"""Rules of axe-core that find something to look at on any state of a map; fewer: it did not run."""


def violations(page: Page) -> list[str]:
    """List what axe-core objects to in the state that a page is in."""
    # figures of the rules, not of the engine: pictures in the middle of a fade have no contrast
    page.wait_for_timeout(60)
    found: dict[str, Any] = Axe().run(page).response
    assert len(found["passes"]) >= LEAST_RULES
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
