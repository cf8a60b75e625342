from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import Watched, open_map, watched_page
from tests.long import FULL
from tests.maps.axe import violations

pytestmark = pytest.mark.browser

SIZES = {"desk": (1400, 900), "phone": (360, 740)}
STATES = {
    "start": "",
    "community": "app.choose({ kind: 'community', at: 3 }, { fly: true })",
    "unnamed": "app.choose({ kind: 'community', at: 8 }, { fly: true })",
    "walk": "app.choose({ kind: 'community', at: 0 }); app.showWalk(0, 2)",
    "zone": "app.choose({ kind: 'zone', at: 1 }, { fly: true })",
    "facility": "app.choose({ kind: 'place', at: 4 })",
    "have": "app.change({ have: 3, places: new Set([2, 4]) })",
    "search": "search('jiansh')",
    "nothing found": "search('qqqq')",
    "table": "press('open-table')",
    "about": "press('open-about')",
    "share": "press('open-share')",
    "print": "press('open-print')",
    "panel": "press('side-handle')",
    "menu": "press('more')",
    "dark": "app.setTheme('dark'); app.choose({ kind: 'community', at: 3 }, { fly: true })",
    "dark have": "app.setTheme('dark'); app.change({ have: 3 })",
    "dark table": "app.setTheme('dark'); press('open-table')",
    "printed": "window.dispatchEvent(new Event('beforeprint'))",
}
SET_UP = """
const app = window.lianpian;
const press = (id) => document.getElementById(id).click();
const search = (text) => {
  const field = document.getElementById("search");
  field.value = text;
  field.focus();
  field.dispatchEvent(new Event("input"));
};
"""


PAGES = (
    ("public", "phone", "zh"),
    ("working", "phone", "en"),
    ("working", "desk", "zh"),
    ("public", "desk", "en"),
)
"""Pages that each change is tried on, by turns: two of them for a state, the start on all.

Every state on every page is left to `.ci/full`.
"""


def states_of(kind: str, size: str, language: str) -> dict[str, str]:
    if FULL:
        return STATES
    turn = PAGES.index((kind, size, language)) // 2
    return {
        state: script
        for number, (state, script) in enumerate(STATES.items())
        if state == "start" or number % 2 == turn
    }


@pytest.mark.parametrize(
    ("kind", "size", "language"),
    [
        case if case in PAGES else pytest.param(*case, marks=pytest.mark.full)
        for case in product(["public", "working"], SIZES, ["zh", "en"])
    ],
)
def test_axe_objects_to_nothing_in_any_state(
    browser: Browser, public_map: Path, working_map: Path, kind: str, size: str, language: str
) -> None:
    path = public_map if kind == "public" else working_map
    found = {}
    with watched_page(browser, size=SIZES[size]) as watched:
        for state, script in states_of(kind, size, language).items():
            page = open_map(watched, path, f"#lang={language}")
            page.evaluate(f"() => {{ {SET_UP} {script} }}")
            found[state] = violations(page)
    assert {state: faults for state, faults in found.items() if faults} == {}


def test_axe_can_tell(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    page.evaluate(
        """() => {
          document.getElementById("search").removeAttribute("aria-label");
          document.getElementById("search").removeAttribute("placeholder");
          document.getElementById("title").style.color = "#cccccc";
        }"""
    )
    faults = " ".join(violations(page))
    assert "label" in faults
    assert "color-contrast" in faults
