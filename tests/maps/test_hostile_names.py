import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from tests.browser import Watched, count_colours, open_map, wait_until, watched_page

pytestmark = pytest.mark.browser

Town = dict[str, pd.DataFrame]

PAYLOADS = {
    "html": "</script><img src=x onerror=\"window.ran='html'\"><script>window.ran=1</script>",
    "backtick": "`+(window.ran='backtick')+`",
    "dollar": "${window.ran='dollar'}{{7*7}}\\${window.ran=1}",
}
SINKS = {
    # where text from data reaches a page: table and column, or a field of the imprint
    "community name": ("communities", "name"),
    "street office": ("communities", "subdistrict"),
    "address": ("communities", "address"),
    "facility name": ("facilities", "name"),
    "facility evidence": ("facilities", "evidence"),
    "street name": ("streets", "name"),
    "clause": ("gaps", "clause"),
    "bureau": ("gaps", "bureau"),
    "zone explanation": ("zones", "explanation_zh"),
    "finding": ("findings", "zh"),
    "title": (None, "title"),
    "source": (None, "sources"),
    "rulebook": (None, "rulebook_zh"),
}


def poisoned(
    town: Town, imprint: Imprint, sinks: dict[str, tuple[str | None, str]], payload: str
) -> tuple[Town, Imprint]:
    tables = dict(town)
    for table, column in sinks.values():
        if table is None:
            imprint = replace(imprint, **{column: (payload,) if column == "sources" else payload})
        else:
            tables[table] = tables[table].assign(**{column: payload})
    return tables, imprint


def look_everywhere(watched: Watched, path: Path) -> str:
    """Open everything that shows text, and give all text that was seen."""
    page = open_map(watched, path)
    seen = [page.title(), page.inner_text("body")]
    for chosen in (
        '{ kind: "community", at: 0 }',
        '{ kind: "zone", at: 0 }',
        '{ kind: "place", at: 0 }',
    ):
        page.evaluate(f"window.lianpian.choose({chosen})")
        seen.append(page.inner_text("#card"))
    page.fill("#search", "window.ran")
    seen.append(page.inner_text("#found"))
    page.click("#open-table")
    seen.append(page.inner_text("#table-body"))
    page.click("#table-dialog .close")
    page.click("#open-about")
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    seen.append(page.inner_text("#about-body"))
    page.click("#about-dialog .close")
    page.click("[data-language=en]")
    page.wait_for_timeout(20)
    return "\n".join(seen)


@pytest.mark.parametrize(("sink", "kind"), list(product(SINKS, PAYLOADS)))
def test_a_hostile_name_is_shown_as_text_and_the_map_is_drawn(
    sink: str, kind: str, one_page: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    tables, margin = poisoned(town, imprint, {sink: SINKS[sink]}, PAYLOADS[kind])
    draw_working_map(tables, margin, path)
    one_page.errors.clear()
    seen = look_everywhere(one_page, path)
    page = one_page.page
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, object').length") == 0
    assert count_colours(page, "areas") > 3
    assert one_page.errors == []
    if sink != "street name":  # streets are named on the canvas only
        assert PAYLOADS[kind] in seen


def all_hostile(town: Town, imprint: Imprint, path: Path) -> None:
    tables, margin = poisoned(town, imprint, SINKS, "".join(PAYLOADS.values()))
    draw_public_map(tables, margin, path)


def without_policy(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    bare, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert count == 1
    path.write_text(bare, encoding="utf-8")


def test_the_gate_alone_holds(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    all_hostile(town, imprint, path)
    without_policy(path)
    look_everywhere(watched, path)
    assert watched.page.evaluate("window.ran") is None
    assert watched.page.evaluate("document.querySelectorAll('img').length") == 0


def test_the_gate_holds_where_no_script_may_run(
    browser: Browser, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    all_hostile(town, imprint, path)
    with watched_page(browser, scripts=False) as watched:
        watched.page.goto(path.as_uri())
        assert watched.page.locator("img").count() == 0
        assert PAYLOADS["html"] in watched.page.inner_text("#fallback")


INJECTED = (
    "<img src=x onerror=\"window.ran='handler'\"><script>window.ran='script'</script>"
    "<a id=lure href=\"javascript:window.ran='address'\">x</a>"
)


def test_the_policy_alone_holds(watched: Watched, public_map: Path, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    page = public_map.read_text(encoding="utf-8").replace("<noscript>", INJECTED + "<noscript>")
    path.write_text(page, encoding="utf-8")
    open_map(watched, path)
    watched.page.evaluate("document.getElementById('lure').click()")
    watched.page.evaluate(
        "document.getElementById('card').innerHTML = '<img src=x onerror=\"window.ran=2\">'"
    )
    watched.page.wait_for_timeout(100)
    assert watched.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in error for error in watched.errors)
    assert count_colours(watched.page, "areas") > 3
    # The same page without its policy does run them: the test can tell.
    without_policy(path)
    watched.page.goto(path.as_uri())
    wait_until(watched.page, lambda: watched.page.evaluate("window.ran") is not None)
