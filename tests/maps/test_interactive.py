import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from layers.tables import CATEGORIES
from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from tests.browser import (
    Watched,
    count_colours,
    let_paint,
    open_map,
    outside_requests,
    wait_until,
    watched_page,
)
from zoning.tables import MISSING_STATUSES

pytestmark = pytest.mark.browser

Town = dict[str, pd.DataFrame]


def choose(page: Page, name: str) -> None:
    page.fill("#search", name)
    page.press("#search", "Enter")


def click_on(page: Page, community: str) -> None:
    """Click where the map shows a community."""
    spot = page.evaluate(
        """(id) => {
          const { doc, map, latLng } = window.lianpian;
          const at = doc.communities.anchors[doc.communities.id.indexOf(id)];
          const { x, y } = map.latLngToContainerPoint(latLng(at.x, at.y));
          const box = map.getContainer().getBoundingClientRect();
          return [box.left + x + 18, box.top + y - 14];
        }""",
        community,
    )
    page.mouse.click(*spot)


def test_public_map_opens_without_any_request(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    assert outside_requests(watched) == []
    assert watched.errors == []
    assert page.title() == "偃师区老旧小区组团连片改造"
    for pane in ("base", "areas", "marks"):
        assert count_colours(page, pane) > 3, pane


def test_working_map_opens_without_any_request(watched: Watched, working_map: Path) -> None:
    page = open_map(watched, working_map)
    page.click("#open-table")
    page.click("#table-dialog .close")
    page.click("#open-about")
    assert outside_requests(watched) == []
    assert watched.errors == []
    assert count_colours(page, "areas") > 3


def test_a_click_on_a_community_shows_its_nine_haves(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    click_on(page, "c01")
    expect(page.locator("#card-title")).to_have_text("幸福里小区")
    rows = page.locator("#card table.answers tr")
    expect(rows).to_have_count(9)
    clinic = rows.nth(2)
    expect(clinic).to_contain_text("达标")
    expect(clinic).to_contain_text("280 米")
    expect(clinic).to_contain_text("4.2 分钟")
    expect(clinic).to_contain_text("建设路社区卫生服务站")
    expect(rows.nth(3)).to_contain_text("距离超标")
    card = page.locator("#card")
    for text in ("缺 1 项", "槐新街道", "Z01", "<50 户", "1,000 米", "偃政办〔2021〕4号 附件2"):
        expect(card).to_contain_text(text)
    page.locator("#card .close").focus()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator(".folium-map")).to_be_focused()
    assert watched.errors == []


def test_answers_that_flip_at_the_strict_limit_say_so(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    choose(page, "东风厂家属院")
    expect(page.locator("#card .flips").first).to_contain_text("800 米")


def test_by_time_limits_and_strict_limits_are_minutes(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map_public.html"
    draw_public_map(town, replace(imprint, rule="time", crossing_wait_minutes=0.5), path)
    page = open_map(watched, path)
    choose(page, "东风厂家属院")
    card = page.locator("#card")
    expect(card.locator(".flips").first).to_contain_text("12 分钟从严")
    expect(card).to_contain_text("限值：步行 15 分钟")
    page.click("#open-about")
    expect(page.locator("#about-dialog")).to_contain_text("严格读法 12 分钟")
    assert watched.errors == []


def test_search_is_done_by_keyboard_alone(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.focus("#search")
    page.keyboard.type("粮食局")
    options = page.locator("#found [role=option]")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    assert page.get_attribute("#search", "aria-activedescendant") == "found-1"
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_be_focused()
    assert "community=c10" in page.url
    page.fill("#search", "没有这个小区")
    expect(page.locator("#found")).to_contain_text("没有找到")


@pytest.mark.parametrize("query", ["xfl", "xingfuli", "XingFL", "xingfu", "flixq"])
def test_search_finds_by_pinyin_and_initials(
    watched: Watched, public_map: Path, query: str
) -> None:
    page = open_map(watched, public_map)
    choose(page, query)
    expect(page.locator("#card-title")).to_have_text("幸福里小区")
    page.fill("#search", query + "zz")
    expect(page.locator("#found")).to_contain_text("没有找到")
    assert watched.errors == []


def test_search_knows_every_reading_and_mixes_signs_with_sounds(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    tables = dict(town)
    names = town["communities"]["name"].copy()
    names.iloc[:2] = ["长安乐园", "建设路12号院"]
    tables["communities"] = town["communities"].assign(name=names)
    path = tmp_path / "map.html"
    draw_public_map(tables, imprint, path)
    page = open_map(watched, path)
    found = "window.lianpian.find({!r}).map((i) => window.lianpian.communityName(i))"
    for query in ("changan", "zhangan", "caley", "caly", "长an乐"):
        assert page.evaluate(found.format(query)) == ["长安乐园"], query
    assert page.evaluate(found.format("jsl12h")) == ["建设路12号院"]
    assert page.evaluate(found.format("hxjd"))  # a street office by its initials


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "未命名小区（"), ("en", "Unnamed community (")]
)
def test_residents_never_read_the_code_of_an_unnamed_community(
    watched: Watched, public_map: Path, language: str, said: str
) -> None:
    page = open_map(watched, public_map, f"#lang={language}")
    page.evaluate("window.lianpian.choose({ kind: 'community', at: 8 })")
    title = page.inner_text("#card-title")
    assert title.startswith(said)
    assert "c09" not in page.inner_text("body")
    page.click("#open-table")
    expect(page.locator("#table-body")).to_contain_text(title)
    assert "c09" not in page.inner_text("#table-body")


def test_one_is_not_plural_in_english(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map, "#lang=en")
    words = page.evaluate(
        """() => ["communities_n", "households_n", "findings_n", "place_nearest_of"].flatMap(
          (key) => [window.lianpian.t(key, { n: 1 }), window.lianpian.t(key, { n: 2 })])"""
    )
    assert words == [
        "1 community",
        "2 communities",
        "1 household",
        "2 households",
        "1 finding",
        "2 findings",
        "Nearest for 1 community",
        "Nearest for 2 communities",
    ]


def test_the_panel_counts_what_waits_beside_what_is_missing(
    watched: Watched, public_map: Path, town: Town
) -> None:
    page = open_map(watched, public_map)
    adult = town["gaps"].xs("adult", level="walker")["status"]
    rows = page.locator("#haves tbody tr")
    for number, have in enumerate(CATEGORIES):
        answers = adult.xs(have, level="category")
        row = rows.nth(number + 1)
        missing = str(int(answers.isin(MISSING_STATUSES).sum()))
        expect(row.locator(".have-number")).to_have_text(missing)
        waiting = str(int(answers.eq("unconfirmed").sum()))
        expect(row.locator(".have-open")).to_have_text(waiting)
        blank = str(int(answers.eq("no_data").sum()))
        expect(row.locator(".have-blank")).to_have_text(blank)


def test_language_changes_without_reload(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    choose(page, "幸福里")
    page.evaluate("window.stays = 1")
    page.click("[data-language=en]")
    assert page.evaluate("window.stays") == 1
    assert page.get_attribute("html", "lang") == "en"
    expect(page.locator("#legend-title")).to_have_text("How many haves are missing")
    expect(page.locator("#card")).to_contain_text("Too far")
    expect(page.locator("#card")).to_contain_text("Street office")
    expect(page.locator("#imprint")).to_contain_text("internal use")
    expect(page.locator("#imprint")).to_contain_text("ODbL 1.0 · Made data · ")
    expect(page.locator("#imprint")).not_to_contain_text("虚构")
    left = page.locator("#side, #card, .bar-tools").all_inner_texts()
    names = "幸福里|槐|夕阳|建设|偃|菜鸟|惠民|电动|公厕|卫生|中文|老年|商城|星星"
    chinese = [
        line
        for text in left
        for line in text.splitlines()
        if re.search("[\u4e00-\u9fff]", line) and not re.search(names, line)
    ]
    assert chinese == []
    page.click("[data-language=zh]")
    expect(page.locator("#legend-title")).to_have_text("每个小区缺几项")
    expect(page.locator("#imprint")).to_contain_text("示例数据（虚构）")
    expect(page.locator("#imprint")).not_to_contain_text("ade data")
    assert watched.errors == []


def test_a_single_have_shows_its_answers_and_its_facilities(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map)
    before = page.evaluate("window.lianpian.shownPlaces().size")
    page.click("#have-3")
    expect(page.locator("#legend-title")).to_have_text(re.compile("^城市书房.*各小区结论$"))
    legend = page.locator("#legend li")
    counts = dict(line.split("\n") for line in legend.all_inner_texts() if "\n" in line)
    # Six communities west of the river are too far or without; four wait for the reading room.
    assert counts == {
        "达标": "0",
        "面积不足": "0",
        "缺项（距离超标）": counts["缺项（距离超标）"],
        "缺项（无设施）": counts["缺项（无设施）"],
        "待核实": "5",
        "无数据": "1",
    }
    assert int(counts["缺项（距离超标）"]) + int(counts["缺项（无设施）"]) == 6
    assert before == 0
    assert page.evaluate("window.lianpian.shownPlaces().size") == 2
    assert "have=library" in page.url
    page.click("#have--1")
    expect(page.locator("#legend-title")).to_have_text("每个小区缺几项")


def test_the_legend_counts_every_community_once(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    counts = [int(text) for text in page.locator("#legend .legend-count").all_inner_texts()]
    assert sum(counts) == 12
    assert counts[-1] == 1
    # Nobody that misses something waits for an answer: no row for those among the rows above.
    expect(page.locator("#legend")).not_to_contain_text("以上缺项小区中")


def test_nothing_found_missing_is_not_none_missing_while_answers_wait(
    watched: Watched, public_map: Path
) -> None:
    # East of the river the reading room waits for a person: nobody there is told that all is well.
    page = open_map(watched, public_map)
    choose(page, "河畔新村")
    headline = re.compile("^9 项中 7 项达标，2 项待核实$")
    expect(page.locator("#card .big")).to_have_text(headline)
    legend = dict(
        line.split("\n") for line in page.locator("#legend li:has(.legend-count)").all_inner_texts()
    )
    assert legend["不缺项"] == "0"
    assert legend["未见缺项，但有待核实或无数据"] == "5"
    # The public card says why an answer waits.
    expect(page.locator("#card tr", has_text="城市书房")).to_contain_text("最近的设施待核实")
    page.click("#have-4")
    expect(page.locator("#card .big")).to_have_text(headline)


def test_facility_layers_stand_in_the_official_order_and_show_their_places(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map)
    ids = page.eval_on_selector_all("#haves input", "nodes => nodes.map(node => node.id)")
    assert ids == [f"places-{have}" for have in range(9)]
    labels = page.eval_on_selector_all(
        "#haves input", "nodes => nodes.map(node => node.getAttribute('aria-label'))"
    )
    assert "（3 处）" in labels[4]
    page.check("#places-4")
    assert page.evaluate("window.lianpian.shownPlaces().size") == 3


def test_the_table_says_what_the_map_says(watched: Watched, public_map: Path, town: Town) -> None:
    page = open_map(watched, public_map)
    page.click("#open-table")
    rows = page.locator("#table-body tbody tr")
    expect(rows).to_have_count(len(town["communities"]))
    first = rows.first.locator("th, td").all_inner_texts()
    assert len(first) == 5 + 9
    page.locator("#table-body tbody button", has_text="幸福里小区").click()
    expect(page.locator("#card-title")).to_have_text("幸福里小区")


def test_a_link_opens_the_same_view_again(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map, "#community=c05&have=clinic&lang=en")
    expect(page.locator("#card-title")).to_have_text("粮食局家属院")
    expect(page.locator("#legend-title")).to_contain_text("answer by community")
    assert page.evaluate("window.lianpian.state.have") == 2


def test_the_life_circle_of_the_chosen_community_is_drawn(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map)
    choose(page, "文化路小区")
    let_paint(page)
    with_circle = count_colours(page, "areas")
    page.locator("#card .ticks input").first.uncheck()
    wait_until(page, lambda: count_colours(page, "areas") < with_circle)
    choose(page, "槐新花园")
    expect(page.locator("#card")).to_contain_text("没有生活圈")


@pytest.mark.parametrize("kind", ["public", "working"])
def test_the_walk_to_a_have_is_drawn_when_asked_for(
    watched: Watched, public_map: Path, working_map: Path, kind: str
) -> None:
    """The line on the map ends at the gate and at the place, and stands out when asked for."""
    page = open_map(watched, public_map if kind == "public" else working_map)
    choose(page, "幸福里小区")
    button = page.locator(".walk-button").first
    expect(button).to_have_attribute("aria-pressed", "false")
    let_paint(page)
    before = count_colours(page, "marks")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".walk-button").first).to_have_attribute("aria-pressed", "true")
    wait_until(page, lambda: count_colours(page, "marks") != before)
    apart = page.evaluate(
        """() => {
          const { doc, state, walkOfChosen, map, latLng } = window.lianpian;
          const at = state.chosen.at;
          const part = walkOfChosen(at, state.walk).parts[0];
          const place = doc.facilities.places[doc.gaps.adult.nearest[at * 9 + state.walk]];
          const end = latLng(part[part.length - 2], part[part.length - 1]);
          return map.distance(end, latLng(place.x, place.y));
        }"""
    )
    assert apart < 2.5
    page.locator(".walk-button").first.click()
    expect(page.locator(".walk-button").first).to_have_attribute("aria-pressed", "false")


def test_working_map_shows_what_the_bureau_needs(watched: Watched, working_map: Path) -> None:
    page = open_map(watched, working_map)
    choose(page, "机械厂北院")
    card = page.locator("#card")
    for text in ("159 户", "估算", "建设路8号门牌", "核心", "共用围墙", "依据"):
        expect(card).to_contain_text(text)
    adult = page.evaluate("window.lianpian.doc.gaps.adult.status")
    page.click("#walker-older")
    assert page.evaluate("window.lianpian.gaps().status") != adult
    page.check("#layer-links")
    expect(page.locator("#layers")).to_contain_text("人工切断")
    page.locator("#zones button").nth(2).click()
    expect(card).to_contain_text("Z03：3个小区")
    expect(card).to_contain_text("有限值未满足")
    choose(page, "c09")
    expect(card).to_contain_text("小区无名称")
    assert watched.errors == []


def test_the_working_map_speaks_one_language_at_a_time(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    tables = dict(town)
    tables["eligibility"] = town["eligibility"].assign(
        status="unknown", reasons="missing:year_built_from;E05"
    )
    tables["partners"] = town["partners"].assign(reason="共用围墙 / they share a wall")
    tables["gaps"] = town["gaps"].assign(bureau="民政局 / civil affairs bureau", status="gap")
    path = tmp_path / "map.html"
    draw_working_map(tables, imprint, path)
    page = open_map(watched, path)
    choose(page, "机械厂北院")
    card = page.locator("#card")
    chinese = ("缺少「建成年份（起）」、E05 房屋结构安全", "共用围墙", "责任单位：民政局")
    english = ("built from missing, E05 safe structure", "they share a wall", "civil affairs")
    for text in chinese:
        expect(card).to_contain_text(text)
    for text in (*english, "missing:"):
        expect(card).not_to_contain_text(text)
    page.click("#languages button[data-language=en]")
    for text in english:
        expect(card).to_contain_text(text)
    for text in chinese:
        expect(card).not_to_contain_text(text)


def test_the_reason_of_a_link_that_a_planner_cut_or_added_stands_on_the_card(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    tables = dict(town)
    links = town["adjacency"].copy()
    links.loc[("c01", "c05"), ["kind", "reason"]] = ["added", "同一物业 / one manager"]
    links.loc[("c01", "c02"), ["linked", "reason"]] = [False, "隔铁路 / a railway"]
    tables["adjacency"] = links
    path = tmp_path / "map.html"
    draw_working_map(tables, imprint, path)
    page = open_map(watched, path)
    card = page.locator("#card")
    choose(page, "c08")
    for text in ("邻接说明", "人工切断", "居民不同意相通"):
        expect(card).to_contain_text(text)
    page.evaluate("window.lianpian.choose({ kind: 'community', at: 0 })")
    for text in ("人工添加", "同一物业", "不相连", "隔铁路"):
        expect(card).to_contain_text(text)
    expect(card).not_to_contain_text("a railway")
    assert watched.errors == []


def test_a_zone_counts_what_the_chosen_walker_finds_met(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    tables = dict(town)
    zone_gaps = town["zone_gaps"].copy()
    older = zone_gaps.index.get_level_values("walker") == "older"
    zone_gaps["communities_met"] = zone_gaps["communities_met"].mask(older, 1).mask(~older, 2)
    tables["zone_gaps"] = zone_gaps
    path = tmp_path / "map.html"
    draw_working_map(tables, imprint, path)
    page = open_map(watched, path)
    page.locator("#zones button").nth(2).click()
    card = page.locator("#card")
    expect(card).to_contain_text("2/3 个小区达标")
    page.click("#walker-older")
    expect(card).to_contain_text("1/3 个小区达标")
    expect(card).not_to_contain_text("2/3 个小区达标")


def test_a_narrowed_public_map_still_opens(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "narrow.html"
    draw_public_map(town, replace(imprint, public_columns=("name", "households_band")), path)
    page = open_map(watched, path)
    choose(page, "幸福里")
    expect(page.locator("#card")).to_contain_text("<50 户")
    page.click("#open-table")
    assert watched.errors == []


def test_a_phone_shows_map_legend_and_card(phone: Watched, public_map: Path) -> None:
    page = open_map(phone, public_map)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 360
    side = page.locator("#side").bounding_box()
    assert side is not None
    assert side["height"] < 740 / 2
    expect(page.locator("#legend")).to_be_visible()
    choose(page, "建设路12")
    card = page.locator("#card").bounding_box()
    assert card is not None
    assert card["y"] > 740 * 0.3
    assert card["width"] == 360
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, a")]
          .filter((node) => node.checkVisibility() && !node.classList.contains("skip"))
          .filter((node) => {
            const box = (node.closest("label") || node).getBoundingClientRect();
            return box.height < 24 && !node.classList.contains("link");
          })
          .map((node) => node.outerHTML)"""
    )
    assert small == []
    assert phone.errors == []


def test_controls_have_names_for_a_screen_reader(watched: Watched, working_map: Path) -> None:
    page = open_map(watched, working_map)
    choose(page, "幸福里")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, [role], section, aside, dialog")]
          .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim()
            || node.getAttribute("aria-labelledby") || (node.labels && node.labels.length)
            || node.getAttribute("role") === "status"))
          .map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


def test_without_scripts_the_table_is_there(browser: Browser, public_map: Path) -> None:
    with watched_page(browser, scripts=False) as watched:
        watched.page.goto(public_map.as_uri())
        table = watched.page.locator("#fallback table")
        expect(table).to_be_visible()
        expect(table.locator("tbody tr")).to_have_count(12)
        expect(table).to_contain_text("幸福里小区")
        expect(watched.page.locator("#fallback")).to_contain_text("OpenStreetMap")


def test_marks_and_imprint_stand_on_the_map(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    marked = replace(
        imprint, includes_unknown=True, edge_ignored=True, review_number="豫S(2025)1号"
    )
    draw_working_map(town, marked, path)
    page = open_map(watched, path)
    expect(page.locator("#imprint")).to_contain_text("审图号：豫S(2025)1号")
    expect(page.locator("#imprint")).to_contain_text("© OpenStreetMap contributors")
    for text in ("示例数据", "改造资格待定", "超出数据范围", "按楼栋估算"):
        expect(page.locator("#marks")).to_contain_text(text)
    page.click("#open-about")
    about = page.locator("#about-body")
    shown = ("偃师区住房和城乡建设局", "2021-03-27", "偃政办〔2021〕4号", "12,346")
    for text in shown:
        expect(about).to_contain_text(text)
