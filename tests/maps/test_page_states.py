"""What a page is put into: a link, the dark, paper, a phone."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from maps.interactive import draw_public_map
from maps.labels import Imprint
from tests.browser import Watched, count_colours, open_map, wait_until

pytestmark = pytest.mark.browser

Town = dict[str, pd.DataFrame]

VIEW = "[lianpian.map.getZoom(), lianpian.map.getCenter().lat, lianpian.map.getCenter().lng]"
NORTH_AND_SCALE = (".compass", ".leaflet-control-scale-line")
AVERAGE = """(pane) => {
  const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) { sum += data[i] + data[i + 1] + data[i + 2]; count += 1; }
  }
  return sum / (3 * Math.max(1, count));
}"""


def share(page: Page) -> str:
    page.click("#open-share")
    link = page.input_value("#share-link")
    page.click("#share-dialog .close")
    return link


def test_a_shared_link_opens_the_same_picture_from_a_file(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map, "#lang=en")
    page.evaluate(
        """() => {
          const app = window.lianpian;
          app.choose({ kind: "community", at: 4 }, { fly: true });
          app.showWalk(4, 2);
          app.change({ have: 1, places: new Set([6, 8]) });
          app.map.setZoom(17, { animate: false });
        }"""
    )
    view = page.evaluate(VIEW)
    link = share(page)
    assert link.startswith("file:///")
    state = page.evaluate("[lianpian.state.have, lianpian.state.walk, [...lianpian.state.places]]")
    open_map(watched, public_map, "#" + link.split("#")[1])
    expect(page.locator("#card-title")).to_have_text("粮食局家属院")
    assert page.get_attribute("html", "lang") == "en"
    assert page.evaluate(VIEW) == pytest.approx(view, abs=2e-5)
    again = "[lianpian.state.have, lianpian.state.walk, [...lianpian.state.places]]"
    assert page.evaluate(again) == state
    assert watched.errors == []


def test_a_link_pasted_into_an_open_map_is_followed(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map, "#community=c01")
    page.evaluate("window.location.hash = '#zone=Z02&lang=en'")
    expect(page.locator("#card-title")).to_have_text("Z02")
    expect(page.locator("#open-table")).to_have_text("Table")
    page.evaluate("window.location.hash = '#community=nobody&have=nothing&at=x/y/z'")
    expect(page.locator("#card")).to_be_hidden()
    assert watched.errors == []


def test_dark_changes_page_and_map_and_back(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    light = page.evaluate(AVERAGE, "base")
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.get_attribute("#theme", "aria-pressed") == "true"
    assert page.evaluate(AVERAGE, "base") < light / 2
    background = page.evaluate("getComputedStyle(document.querySelector('.bar')).backgroundColor")
    assert background == "rgb(29, 36, 41)"
    page.click("#theme")
    assert page.evaluate(AVERAGE, "base") == pytest.approx(light)


@pytest.mark.parametrize("asked", ["light", "dark"])
def test_paper_is_light_unless_dark_is_asked_for(
    watched: Watched, public_map: Path, asked: str
) -> None:
    page = open_map(watched, public_map, "#community=c01")
    page.click("#theme")  # a dark screen does not make dark paper
    view = page.evaluate(VIEW)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.click("#open-print")
    page.click(f"#print-{asked}")
    assert page.evaluate("window.printed")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.get_attribute("html", "data-theme") == asked
    expect(page.locator(".printed")).to_have_count(3)
    expect(page.locator("#open-table")).to_be_hidden()
    expect(page.locator("#imprint")).to_contain_text("从小区出入口沿真实道路步行")
    expect(page.locator("#haves").get_by_text("设施按处计")).to_be_hidden()
    compass, scale = (page.locator(name).bounding_box() for name in NORTH_AND_SCALE)
    assert compass is not None
    assert scale is not None
    assert compass["x"] > scale["x"] + scale["width"]
    assert compass["y"] + compass["height"] < scale["y"]
    box = page.locator(".map-area").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(806, abs=2)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.get_attribute("html", "data-theme") == "dark"
    expect(page.locator(".printed")).to_have_count(0)
    assert page.evaluate(VIEW) == pytest.approx(view, abs=2e-4)
    assert watched.errors == []


@pytest.mark.parametrize(("chosen", "pages"), [("", 1), ("#community=c01", 2)])
def test_paper_takes_one_page_and_one_for_the_card(
    watched: Watched, public_map: Path, chosen: str, pages: int
) -> None:
    page = open_map(watched, public_map, chosen)
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == pages


def test_a_phone_leaves_most_of_the_screen_to_the_map(phone: Watched, public_map: Path) -> None:
    page = open_map(phone, public_map)
    box = page.locator(".map-area").bounding_box()
    find = page.locator(".find").bounding_box()
    side = page.locator("#side-body").bounding_box()
    assert box is not None
    assert find is not None
    assert side is not None
    assert box["height"] > 0.55 * 740
    assert find["y"] + find["height"] <= box["y"]  # nothing of the map lies under the search
    assert side["height"] < 0.2 * 740
    expect(page.locator("#legend .legend-row:visible").first).to_be_visible()
    page.click("#side-handle")
    expect(page.locator("#haves")).to_be_visible()
    page.click("#side-handle")
    expect(page.locator("#haves")).to_be_hidden()
    expect(page.locator("#open-table")).to_be_hidden()
    page.click("#more")
    page.click("#open-table")
    expect(page.locator("#table-body tbody tr")).to_have_count(12)
    page.keyboard.press("Escape")
    assert phone.errors == []


def test_names_keep_clear_of_badges_that_lie_on_each_other(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map)
    free = page.evaluate(
        """() => {
          const taken = new Map();
          const { claim } = window.lianpian;
          claim(taken, [0, 0, 20, 20], true);
          claim(taken, [15, 15, 35, 35], true);
          return [claim(taken, [30, 30, 60, 40]), claim(taken, [36, 0, 60, 10])];
        }"""
    )
    assert free == [False, True]


def test_an_answer_stays_on_one_line_on_a_phone(phone: Watched, public_map: Path) -> None:
    page = open_map(phone, public_map)
    wrapped = page.evaluate(
        """() => {
          const app = window.lianpian;
          const out = [];
          for (let at = 0; at < app.communityCount; at += 1) {
            app.choose({ kind: "community", at });
            for (const line of document.querySelectorAll("#card .answer-line")) {
              const [chip, walk] = [...line.children].map((one) => one.getBoundingClientRect());
              if (walk.width && walk.top > chip.bottom - 4) out.push(line.innerText);
              if (line.scrollWidth > line.clientWidth) out.push(`wide ${line.innerText}`);
            }
            for (const name of document.querySelectorAll("#card .answers th span")) {
              if (name.getClientRects().length && name.clientHeight > 30) out.push(name.innerText);
            }
          }
          return out;
        }"""
    )
    assert wrapped == []
    assert phone.errors == []


def test_a_pan_paints_new_ground_before_it_comes_into_sight(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map)
    page.evaluate("window.lianpian.map.setZoom(17, { animate: false })")
    before = page.evaluate("window.lianpian.base._center.lng")
    page.mouse.move(1000, 450)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(1000 - 12 * step, 450)
    # the button is still held: the picture follows all the same
    wait_until(page, lambda: page.evaluate("window.lianpian.base._center.lng") > before)
    page.mouse.up()
    assert count_colours(page, "areas") > 1


def test_thousands_of_rows_come_in_portions(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    draw_public_map(town, imprint, path)
    page = open_map(watched, path)
    page.evaluate(
        """() => {
          const app = window.lianpian;
          const { communities, gaps } = app.doc;
          const own = app.communityCount;
          for (let i = own; i < 700; i += 1) {
            for (const key of ["id", "name", "subdistrict", "zone", "source", "band"]) {
              communities[key][i] = communities[key][i % own];
            }
          }
          gaps.adult.status = gaps.adult.status.repeat(60);
          for (let i = 0; i < 6300; i += 1) gaps.adult.m[i] = 100;
          app.communityCount = 700;
        }"""
    )
    page.click("#open-table")
    expect(page.locator("#table-body tbody tr")).to_have_count(700)
    assert watched.errors == []
