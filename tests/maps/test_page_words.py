"""What pages say and what they draw agree: circles and their boxes, doubts, very short walks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from maps.panels import minutes
from tests.browser import Watched, open_map

Town = dict[str, pd.DataFrame]
CIRCLES = "lianpian.circlesOfChosen().map((circle) => circle.kind)"


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["community", "zone"])
def test_the_box_of_a_zones_circle_says_whether_it_is_drawn(
    watched: Watched, public_map: Path, kind: str
) -> None:
    page = open_map(watched, public_map)
    page.evaluate("(kind) => lianpian.choose({ kind, at: 0 })", kind)
    box = page.locator("#layers label", has_text="片区的生活圈").locator("input")
    expect(box).to_have_count(1)
    for _ in range(3):
        assert box.is_checked() == ("zone_circle" in page.evaluate(CIRCLES))
        box.click()
    assert watched.errors == []


@pytest.mark.browser
def test_a_chosen_zone_shows_its_circle_at_once(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map, "#zone=Z01")
    assert page.evaluate(CIRCLES) == ["zone_circle"]


@pytest.mark.browser
@pytest.mark.parametrize(("ignored", "said"), [(False, "结论待核实"), (True, "按设置仍下结论")])
def test_a_card_says_of_the_edge_what_the_job_made_of_it(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path, *, ignored: bool, said: str
) -> None:
    path = tmp_path / "map.html"
    draw_working_map(town, replace(imprint, edge_ignored=ignored), path)
    at = list(town["communities"].sort_index()["edge"]).index(True)
    page = open_map(watched, path)
    page.evaluate("(at) => lianpian.choose({ kind: 'community', at })", at)
    expect(page.locator("#card")).to_contain_text(said)


@pytest.mark.browser
def test_a_walk_between_gates_that_touch_is_not_told_as_nought_minutes(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    zones = town["zones"].assign(walk_minutes_max=[0.0, *town["zones"]["walk_minutes_max"][1:]])
    draw_working_map(town | {"zones": zones}, imprint, tmp_path / "map.html")
    page = open_map(watched, tmp_path / "map.html", f"#zone={zones.index[0]}")
    expect(page.locator("#card .facts")).to_contain_text("不足 1 分钟")


@pytest.mark.parametrize(("walk", "told"), [(0.0, "<1"), (0.99, "<1"), (1.0, "1.0"), (None, "—")])
def test_papers_tell_very_short_walks_as_under_a_minute(walk: float | None, told: str) -> None:
    assert minutes(walk) == told


@pytest.mark.browser
def test_the_table_explains_both_colours_that_count_as_missing(
    watched: Watched, public_map: Path
) -> None:
    page = open_map(watched, public_map)
    page.click("#open-table")
    note = page.locator("#table-body .hint")
    expect(note).to_contain_text("深色格为缺项")
    expect(note).to_contain_text("浅橙格为距离超标")


def covering(town: Town, share: float) -> Town:
    """Say of every have that it is met, and which share of households is covered by building."""
    gaps = town["gaps"].assign(status="met", households=200.0, households_covered=200.0 * share)
    return town | {"gaps": gaps}


@pytest.mark.browser
@pytest.mark.parametrize(("share", "told"), [(0.0, "0%"), (0.43, "约 40%"), (1.0, "")])
def test_card_and_table_say_where_a_met_have_is_not_within_reach_of_all_homes(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path, share: float, told: str
) -> None:
    draw_public_map(covering(town, share), imprint, tmp_path / "map.html")
    page = open_map(watched, tmp_path / "map.html", "#community=c01")
    said = page.locator("#card .answers").inner_text()
    assert said.count("达标") == (18 if told else 9)
    assert said.count(f"出入口达标，但楼栋至设施 {told} 户数在限值内") == (9 if told else 0)
    page.click("#open-table")
    cell = page.locator("#table-body tbody td.answer-met").first
    expect(cell).to_contain_text(f"楼栋覆盖 {told} 户数" if told else "达标")
    assert ("楼栋覆盖" in cell.inner_text()) == bool(told)
    assert watched.errors == []


@pytest.mark.browser
def test_the_bureau_is_told_the_share_to_the_per_cent(
    watched: Watched, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    draw_working_map(covering(town, 0.43), imprint, tmp_path / "map.html")
    page = open_map(watched, tmp_path / "map.html", "#community=c01&lang=en")
    expect(page.locator("#card .answers")).to_contain_text(
        "Met from the gate, but from their own building 43% of households are within the limit"
    )
