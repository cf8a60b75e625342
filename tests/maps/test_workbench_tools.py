"""The workbench as a planner uses it: every tool by hand and by keyboard, files, what is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from maps.interactive import draw_working_map
from maps.labels import Imprint
from tests.browser import (
    Watched,
    count_colours,
    open_map,
    outside_requests,
    wait_until,
    watched_page,
)
from tests.maps.bench_town import BenchTown

pytestmark = pytest.mark.browser

WHERE = """(i) => {
  const { doc, map, latLng } = window.lianpian;
  const { x, y } = doc.communities.anchors[i];
  const spot = map.latLngToContainerPoint(latLng(x, y));
  const box = map.getContainer().getBoundingClientRect();
  return [box.left + spot.x, box.top + spot.y];
}"""


def opened(fresh: Watched, path: Path, link: str = "") -> Page:
    page = open_map(fresh, path, link)
    page.click("#open-bench")
    page.wait_for_selector("#bench-zones tbody tr")
    return page


def spot(page: Page, community: int) -> tuple[float, float]:
    x, y = page.evaluate(WHERE, community)
    return x, y


def drag(page: Page, *spots: tuple[float, float]) -> None:
    page.mouse.move(*spots[0])
    page.mouse.down()
    for one in spots[1:]:
        page.mouse.move(*one, steps=8)
    page.mouse.up()


def zone_of(page: Page, community: int) -> str:
    return str(page.evaluate("(i) => lianpian.bench.zone[i]", community))


def members(page: Page, zone: str) -> list[int]:
    return list(page.evaluate("(id) => lianpian.bench.membersOf(id)", zone))


def aim(page: Page, tool: str, zone: str) -> None:
    page.click(f"#bench-zones tbody button:has-text('{zone}')")
    page.click(f"#bench-tool-{tool}")


def said(page: Page) -> str:
    return page.inner_text("#bench-said")


def test_paint_and_erase_follow_the_hand(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    aim(page, "paint", "Z01")
    first, second = members(page, "Z02")[:2]
    drag(page, spot(page, first), spot(page, second))
    assert zone_of(page, first) == zone_of(page, second) == "Z01"
    assert "→ Z01" in said(page)
    row = page.locator("#bench-zones tbody tr", has_text="Z01")
    communities = page.evaluate("lianpian.bench.figures.get('Z01').members.length")
    expect(row.locator("td").nth(1)).to_contain_text(str(communities))
    page.click("#bench-tool-erase")
    drag(page, spot(page, first), spot(page, first))
    assert zone_of(page, first) == ""
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert zone_of(page, first) == zone_of(page, second) == "Z02"
    page.keyboard.press("Control+Shift+z")
    assert zone_of(page, second) == "Z01"
    assert fresh.errors == []


def test_a_box_takes_what_may_be_in_a_zone(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    aim(page, "box", "Z01")
    inside = range(10, 15)
    spots = [spot(page, i) for i in inside]
    xs, ys = zip(*spots, strict=True)
    drag(page, (min(xs) - 12, min(ys) - 12), (max(xs) + 12, max(ys) + 12))
    for i in inside:
        assert (zone_of(page, i) == "Z01") == page.evaluate("(i) => lianpian.bench.mayJoin(i)", i)


def test_shift_takes_up_the_zone_under_any_tool(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    for tool, zone in (("paint", "Z03"), ("select", "Z02")):
        aim(page, tool, "Z01")
        page.keyboard.down("Shift")
        page.mouse.click(*spot(page, members(page, zone)[1]))
        page.keyboard.up("Shift")
        assert page.evaluate("lianpian.bench.target") == zone
    assert page.evaluate("lianpian.bench.past.length") == 0


def test_move_split_and_merge_by_hand(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    one, other = members(page, "Z02")[0], members(page, "Z01")[0]
    aim(page, "move", "Z02")
    drag(page, spot(page, one), spot(page, other))
    assert zone_of(page, one) == "Z01"
    aim(page, "split", "Z03")
    own = members(page, "Z03")
    spots = [spot(page, i) for i in own]
    middle = sorted(y for _, y in spots)[len(spots) // 2] - 1
    left, right = min(x for x, _ in spots) - 60, max(x for x, _ in spots) + 60
    drag(page, (left, middle), (right, middle))
    parts = {zone_of(page, i) for i in own}
    assert parts == {"Z03", "Z05"}
    below = [i for i, (_, y) in zip(own, spots, strict=True) if y > middle]
    assert sorted(members(page, "Z05")) == below  # the right-hand side of a line drawn eastwards
    aim(page, "merge", "Z03")
    page.mouse.click(*spot(page, below[0]))
    assert sorted(members(page, "Z03")) == own


def test_what_is_locked_or_pinned_stays(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    one = members(page, "Z02")[0]
    page.click("#bench-tool-pin")
    page.mouse.click(*spot(page, one))
    aim(page, "paint", "Z01")
    drag(page, spot(page, one), spot(page, one))
    assert zone_of(page, one) == "Z02"
    assert "固定" in said(page)
    page.click("#bench-tool-lock")
    page.mouse.click(*spot(page, members(page, "Z03")[0]))
    page.click("#bench-tool-paint")
    other = members(page, "Z03")[0]
    drag(page, spot(page, other), spot(page, other))
    assert zone_of(page, other) == "Z03"
    assert "锁定" in said(page)
    rows = page.evaluate("lianpian.bench.assignmentCsv()").splitlines()
    locked = {row.split(",")[0] for row in rows[1:] if row.split(",")[3] == "true"}
    names = page.evaluate("lianpian.doc.communities.id")
    assert locked == {names[one], *(names[i] for i in members(page, "Z03"))}


def test_a_loose_part_is_found_shown_and_not_refused(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    far = members(page, "Z04")[-1]
    before = page.locator("#bench-zones tbody tr", has_text="Z01").inner_text()
    page.evaluate("(i) => lianpian.bench.assign('bench_step_move', [i], 'Z01')", far)
    assert zone_of(page, far) == "Z01"
    assert far in page.evaluate("lianpian.bench.loose.get('Z01')")
    assert "不连通" in said(page)
    assert page.locator("#bench-zones tbody tr", has_text="Z01").inner_text() != before
    page.click("#bench-tab-rules")
    expect(page.locator(".bench-faults")).to_contain_text("在片区内不连通")


def test_communities_in_no_zone_are_listed_with_the_reason(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    rest = members(page, "")
    page.click("#bench-tab-rest")
    rows = page.locator("#bench-detail-body li")
    expect(rows).to_have_count(len(rest))
    expect(rows.first).to_contain_text("不在改造范围")
    page.click(f"#bench-rest-{rest[0]}")
    assert zone_of(page, rest[0]) == page.evaluate("lianpian.bench.target")
    expect(rows).to_have_count(len(rest) - 1)


def test_links_are_cut_and_added_with_a_reason(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    one, other = page.evaluate(
        """() => { const { a, b, linked } = lianpian.doc.links;
           const n = [...linked].indexOf("1"); return [a[n], b[n]]; }"""
    )
    page.click("#bench-tool-link")
    page.mouse.click(*spot(page, one))
    page.mouse.click(*spot(page, other))
    field = page.locator(".is-asked input")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    assert "理由" in said(page)
    field.fill("中间有围墙，不通行")
    page.keyboard.press("Enter")
    names = page.evaluate("lianpian.doc.communities.id")
    wanted = f"{names[one]},{names[other]},cut,中间有围墙，不通行"
    assert wanted in page.evaluate("lianpian.bench.linksCsv()")
    assert other not in page.evaluate("(i) => lianpian.bench.beside[i]", one)
    page.locator(".is-asked button", has_text="恢复").click()
    assert wanted not in page.evaluate("lianpian.bench.linksCsv()")
    assert other in page.evaluate("(i) => lianpian.bench.beside[i]", one)


def test_who_should_join_comes_from_the_table_of_partners(
    fresh: Watched, bench_map: Path, town_of_forty: BenchTown
) -> None:
    page = opened(fresh, bench_map)
    partners = town_of_forty.tables["partners"]
    focal = str(partners.index.get_level_values("community_id")[0])
    rows = partners.xs(focal, level="community_id").sort_values("rank")
    names = town_of_forty.zoned.communities["name"]
    page.mouse.click(*spot(page, list(names.index).index(focal)))
    listed = page.locator(".bench-partners > li")
    expect(listed).to_have_count(len(rows))
    for place, (partner, row) in enumerate(rows.iterrows()):
        name = names[partner] if isinstance(names[partner], str) else str(partner)
        expect(listed.nth(place)).to_contain_text(name)
        expect(listed.nth(place)).to_contain_text(row["reason"].split(" / ")[0][:10])


def test_files_come_back_as_they_were_written(
    fresh: Watched, bench_map: Path, tmp_path: Path
) -> None:
    page = opened(fresh, bench_map)
    page.evaluate(
        """() => { const { bench } = lianpian;
        bench.assign("bench_step_box", [3, 4, 11], "Z04");
        bench.edit("bench_step_pin", [{ kind: "pin", key: 3, value: 1 }]);
        const value = { action: "add", reason: '=共用"门",\\n2 号' };
        bench.edit("bench_step_add", [{ kind: "link", key: "0 39", value }]); }"""
    )
    made = page.evaluate("lianpian.bench.snapshot()")
    files = []
    for name in ("assignment", "links"):
        with page.expect_download() as waiting:
            page.click(f"#bench-save-{name}")
        files.append(tmp_path / f"{name}.csv")
        waiting.value.save_as(files[-1])
        assert waiting.value.suggested_filename == f"{name}.csv"
        assert files[-1].read_bytes().startswith(b"\xef\xbb\xbf")
    page.click("#bench-again")
    assert page.evaluate("lianpian.bench.snapshot()") != made
    page.set_input_files("#bench-file", files)
    expect(page.locator("#bench-said")).to_contain_text("links.csv")
    again = page.evaluate("lianpian.bench.snapshot()")
    reason = again["link"][0][1].pop("reason")
    assert reason == made["link"][0][1].pop("reason")
    assert again == made


def test_a_file_of_a_spreadsheet_in_gbk_without_zeros_is_understood(
    fresh: Watched, bench_map: Path, tmp_path: Path
) -> None:
    page = opened(fresh, bench_map)
    rows = page.evaluate("lianpian.bench.assignmentCsv()").lstrip("\ufeff").splitlines()
    bare = [rows[0], *(re.sub("^0+(?=.)", "", row) for row in rows[1:]), "999,东区,core,是,"]
    path = tmp_path / "assignment.csv"
    text = "\r\n".join(bare).replace("Z01", "东区").replace(",false,", ",是,", 1)
    path.write_bytes(text.encode("gb18030"))
    page.set_input_files("#bench-file", path)
    expect(page.locator("#bench-said")).to_contain_text("40 行")
    assert members(page, "东区")
    assert page.evaluate("lianpian.bench.pinned[0]") == 1
    assert page.locator("#bench-zones tbody tr", has_text="东区").count() == 1


def test_edits_are_kept_in_the_browser_and_told_of(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    page.evaluate("lianpian.bench.assign('bench_step_move', [1, 2], 'Z03')")
    expect(page.locator("#bench-kept")).to_have_text("已自动保存在本浏览器")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.click("#open-bench")
    expect(page.locator("#bench-notice")).to_contain_text("已恢复上次")
    assert zone_of(page, 1) == zone_of(page, 2) == "Z03"
    page.click("#bench-notice button:has-text('放弃')")
    assert zone_of(page, 1) == "Z01"
    expect(page.locator("#bench-notice")).to_be_hidden()
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.click("#open-bench")
    expect(page.locator("#bench-notice")).to_be_hidden()


def test_another_result_of_the_job_does_not_get_the_edits_of_this_one(
    fresh: Watched, bench_map: Path, town_of_forty: BenchTown, imprint: Imprint, tmp_path: Path
) -> None:
    page = opened(fresh, bench_map)
    page.evaluate("lianpian.bench.assign('bench_step_move', [1], 'Z03')")
    path = tmp_path / "map_working.html"
    wider = replace(town_of_forty.rules, households=(300.0, 900.0))
    draw_working_map(town_of_forty.tables, imprint, path, rules=wider)
    page = opened(fresh, path)
    assert zone_of(page, 1) == "Z01"
    expect(page.locator("#bench-notice")).to_be_hidden()


def test_a_community_changes_its_zone_by_keyboard_alone(fresh: Watched, bench_map: Path) -> None:
    page = open_map(fresh, bench_map)
    page.focus("#open-bench")
    page.keyboard.press("Enter")
    expect(page.locator("#bench-title")).to_be_focused()
    page.focus("#search")
    page.keyboard.type("甲1小区")
    page.keyboard.press("Enter")
    expect(page.locator("#bench-detail h2")).to_have_text("甲1小区")
    reached: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        if reached[-1] == "bench-move":
            break
    assert reached[-1] == "bench-move"
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert zone_of(page, 1) == ""
    page.keyboard.press("Control+z")
    assert zone_of(page, 1) == "Z01"
    page.focus("#bench-tool-select")
    for key, tool in zip("bremsglpkv", TOOLS, strict=True):
        page.keyboard.press(key)
        assert page.evaluate("lianpian.bench.tool") == tool
    page.focus("#bench-tab-zone")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#bench-tab-community")).to_be_focused()
    assert fresh.errors == []


TOOLS = ("paint", "box", "erase", "move", "split", "merge", "lock", "pin", "link", "select")

NAMELESS = """() => [...document.querySelectorAll("#bench, #bench-bar")].flatMap((box) =>
  [...box.querySelectorAll("button, input, select, [role=tabpanel], [role=region]")]
    .filter((node) => node.offsetParent !== null)
    .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim()
      || (node.labels && node.labels.length) || node.getAttribute("aria-labelledby")))
    .map((node) => node.outerHTML))"""


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "light"), ("en", "dark")])
def test_axe_finds_nothing_and_everything_has_a_name(
    language: str, scheme: Literal["light", "dark"], browser: Browser, bench_map: Path
) -> None:
    with watched_page(browser) as fresh:
        fresh.page.emulate_media(color_scheme=scheme)
        page = opened(fresh, bench_map, f"#lang={language}")
        page.evaluate("lianpian.bench.assign('bench_step_move', [0, 30], 'Z03')")
        page.check("#bench-show-links")
        for tab in ("zone", "community", "rest", "rules"):
            page.evaluate("lianpian.bench.chooseCommunity(3)")
            page.click(f"#bench-tab-{tab}")
            assert page.evaluate(NAMELESS) == []
            found = Axe().run(page).response["violations"]
            assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        if language == "en":
            shown = page.locator("#bench, #bench-bar").all_inner_texts()
            names = "甲|乙|丙|丁|戊|己|庚|辛|东街|西街"
            chinese = [
                line
                for text in shown
                for line in text.splitlines()
                if re.search("[\u4e00-\u9fff]", line) and not re.search(names, line)
            ]
            assert chinese == []


def test_nothing_is_asked_for_and_the_map_comes_back(fresh: Watched, bench_map: Path) -> None:
    page = opened(fresh, bench_map)
    for name in ("missing", "links", "old", "circle"):
        page.check(f"#bench-show-{name}")
    wait_until(page, lambda: count_colours(page, "bench") > 3)
    page.click("#open-bench")
    expect(page.locator("#side")).to_be_visible()
    page.fill("#search", "甲1小区")
    page.press("#search", "Enter")
    expect(page.locator("#card-title")).to_have_text("甲1小区")
    assert count_colours(page, "areas") > 3
    assert outside_requests(fresh) == []
    assert fresh.errors == []


def test_the_public_map_has_no_workbench(fresh: Watched, public_map: Path) -> None:
    page = open_map(fresh, public_map)
    assert page.locator("#open-bench").count() == 0
    assert "pile-bench" not in public_map.read_text(encoding="utf-8")


HOSTILE = '<img src=x onerror="window.ran=1">{{7*7}}${window.ran=2}`</script>'


def test_hostile_names_are_text_in_the_workbench(
    fresh: Watched, town_of_forty: BenchTown, imprint: Imprint, tmp_path: Path
) -> None:
    tables = dict(town_of_forty.tables)
    tables["communities"] = tables["communities"].assign(name=HOSTILE, subdistrict=HOSTILE)
    tables["partners"] = tables["partners"].assign(reason=HOSTILE)
    assignment = tables["assignment"]
    renamed = assignment["zone_id"].replace("Z01", HOSTILE)
    tables["assignment"] = assignment.assign(zone_id=renamed)
    tables["zones"] = tables["zones"].rename(index={"Z01": HOSTILE})
    tables["zone_gaps"] = tables["zone_gaps"].iloc[:0]
    path = tmp_path / "map_working.html"
    draw_working_map(tables, imprint, path, rules=town_of_forty.rules)
    page = opened(fresh, path)
    seen = page.inner_text("#bench")
    page.evaluate("lianpian.bench.chooseCommunity(3)")
    seen += page.inner_text("#bench")
    page.evaluate(
        """(reason) => { const { bench } = lianpian;
        const value = { action: "add", reason };
        bench.edit("bench_step_add", [{ kind: "link", key: "3 39", value }]);
        bench.assign("bench_step_move", [3, 30], bench.zoneIds()[1]); }""",
        HOSTILE,
    )
    page.click("#bench-tab-rules")
    seen += page.inner_text("#bench")
    assert seen.count(HOSTILE) > 3
    assert page.evaluate("window.ran") is None
    assert page.locator("#bench img").count() == 0
    assert fresh.errors == []
