import os
import random
from pathlib import Path

import pandas as pd
import pytest

from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from tests.browser import Watched, count_colours, open_map

pytestmark = pytest.mark.browser

Town = dict[str, pd.DataFrame]

SEEDS = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg/onload=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "</title></style></noscript><script>window.ran=1</script>",
    "--><script>window.ran=1</script><!--",
    "javascript:window.ran=1",
    "'-(window.ran=1)-'",
    '";window.ran=1;//',
    "`+(window.ran=1)+`",
    "${window.ran=1}",
    "{{constructor.constructor('window.ran=1')()}}",
    "{% set ran=1 %}{{ ran }}",
    "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "&#60;img src=x onerror=window.ran=1&#62;",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    "<a href=javascript:window.ran=1>幸福里</a>",
    "<math><mi xlink:href=javascript:window.ran=1>",
    "<details open ontoggle=window.ran=1>",
    "]]><![CDATA[<script>window.ran=1</script>",
)
SIGNS = "<>\"'`${}\\/&;=()#\u2028\u2029\u202e\ufeff\u200b\x00\x1f\ud800幸福里Z01 \n\t"
NAMES = 10_000 if os.environ.get("LIANPIAN_FULL") == "1" else 500
A_PAGE = 48
"""Names of one page: the town's communities four times over, so that cards show each of them."""


def mutated(chance: random.Random) -> str:
    """Change a payload as a fuzzer does: insert, drop, double, swap case, join two halves."""
    text = chance.choice(SEEDS)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(text) + 1)
        change = chance.randrange(5)
        if change == 0:
            text = text[:at] + chance.choice(SIGNS) + text[at:]
        elif change == 1:
            text = text[:at] + text[at + 1 :]
        elif change == 2:
            text = text[:at] + text[: chance.randrange(1, 12)] + text[at:]
        elif change == 3:
            text = text[:at] + text[at:].swapcase()
        else:
            text = text[:at] + chance.choice(SEEDS)[at:]
    return text or "<"


def named(town: Town, names: list[str]) -> Town:
    """Give the town these names wherever a map shows one."""
    tables = dict(town)
    queue = iter(names * 40)
    for table, column in (
        ("communities", "name"),
        ("communities", "subdistrict"),
        ("facilities", "name"),
        ("streets", "name"),
        ("land", "name"),
    ):
        texts = [next(queue) for _ in range(len(tables[table]))]
        # a table cannot hold half a sign; what can is written by the toolkit as it is
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        tables[table] = tables[table].assign(**{column: pd.array(clean, dtype="str")})
    return tables


SHOW_ALL = """() => {
  const app = window.lianpian;
  for (let i = 0; i < app.communityCount; i += 1) {
    app.choose({ kind: "community", at: i }, { fly: true });
    const field = document.getElementById("search");
    field.value = app.communityName(i).slice(0, 9);
    field.dispatchEvent(new Event("input"));
  }
  app.doc.facilities.name.forEach((_, at) => app.choose({ kind: "place", at }));
  document.getElementById("open-table").click();
  const shown = document.getElementById("table-body").innerText;
  document.getElementById("table-dialog").close();
  app.choose(null);
  document.querySelector("[data-language=en]").click();
  const strange = document.querySelectorAll("img, iframe, object, svg[onload], math, [srcdoc]");
  return { ran: window.ran, strange: strange.length, rows: shown.length };
}"""


@pytest.mark.parametrize("kind", ["public", "working"])
def test_mutated_names_run_nothing_and_leave_no_map_blank(
    kind: str, watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    draw = draw_public_map if kind == "public" else draw_working_map
    chance = random.Random(f"{kind} {NAMES}")  # noqa: S311  not for secrets
    for first in range(0, NAMES // 2, A_PAGE):
        path = tmp_path / f"map{first}.html"
        draw(named(town, [mutated(chance) for _ in range(A_PAGE)]), imprint, path)
        page = open_map(watched, path)
        found = page.evaluate(SHOW_ALL)
        page.wait_for_timeout(20)
        assert page.evaluate("window.ran") is None, path
        assert found["ran"] is None, path
        assert found["strange"] == 0, path
        assert found["rows"] > 300, path
        for pane in ("base", "areas", "marks"):
            assert count_colours(page, pane) > 3, (path, pane)
        assert watched.errors == [], path
        path.unlink()
