"""What the workbench says of the nine haves, in both languages, and what stays in sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Watched, open_map

pytestmark = pytest.mark.browser

ADD_UP = """() => [...lianpian.bench.figures.values()].every((one) =>
  Object.values(one.answers).flat().every(({ met, missing, unconfirmed, blank }) =>
    met + missing + unconfirmed + blank === one.members.length))"""

BLANK = """() => {
  const { bench, doc } = lianpian;
  for (const gaps of Object.values(doc.gaps)) {
    gaps.status = String(doc.statuses.indexOf("no_data")).repeat(gaps.status.length);
  }
  bench.measure();
  bench.showTable();
  bench.showDetail();
}"""

SEES_ALL = """() => {
  const [west, south, east, north] = lianpian.doc.bounds;
  return lianpian.map.getBounds().contains([[south, west], [north, east]]);
}"""


def opened(fresh: Watched, path: Path) -> Page:
    page = open_map(fresh, path)
    page.click("#open-bench")
    page.wait_for_selector("#bench-zones tbody tr")
    return page


def test_answers_of_a_zone_add_up_to_its_communities(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    assert page.evaluate(ADD_UP)


def test_what_has_no_data_is_no_nought(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    page.evaluate(BLANK)
    assert page.evaluate(ADD_UP)
    row = page.locator("#bench-zones tbody tr").first
    for have in range(9):
        expect(row.locator("td").nth(4 + have)).to_have_text("–")
    size = page.evaluate("lianpian.bench.figures.get(lianpian.bench.target).members.length")
    expect(page.locator(".bench-haves li").first).to_contain_text(f"– {size}")
    expect(page.locator(".bench-key")).to_contain_text("– 另有无数据")


def test_a_member_of_unknown_eligibility_is_told_of(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    tag = page.get_by_text("含列入的待定小区")
    page.evaluate("lianpian.doc.communities.eligibility.fill('core'); lianpian.bench.showDetail()")
    expect(tag).to_have_count(0)
    page.evaluate(
        """() => {
          const { bench, doc } = lianpian;
          doc.communities.eligibility[bench.figures.get(bench.target).core[0]] = "unknown";
          bench.showDetail();
        }"""
    )
    expect(tag).to_have_text("含列入的待定小区 1 个")


def test_the_plan_stays_in_sight_in_the_narrower_frame(
    fresh: Watched, phone: Watched, bench_map: Path
) -> None:
    for screen in (fresh, phone):
        assert opened(screen, bench_map).evaluate(SEES_ALL)


def test_no_tool_is_cut_off_on_a_phone(phone: Watched, bench_map: Path) -> None:
    page = opened(phone, bench_map)
    for button in page.locator("#bench-bar button, #bench-bar label").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_hints_follow_the_language(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    assert page.get_attribute("#search", "placeholder") == "查找小区：名称、拼音、首字母"
    page.click("[data-language=en]")
    expect(page.locator("#bench-said")).to_contain_text("Click a community")
    page.click("#open-bench")
    page.click("[data-language=zh]")
    assert page.get_attribute("#search", "placeholder") == "查我家小区：名称、拼音、首字母"


def test_reasons_name_whom_they_lead_through(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    key, name = page.evaluate("() => [lianpian.doc.communities.id[3], lianpian.communityName(3)]")
    for text in ("间接相连（经 {}）；同一街道", "through {}; same street office"):
        told = page.evaluate("(text) => lianpian.named(text)", text.format(key))
        assert told == text.format(name)
