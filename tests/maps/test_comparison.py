"""Two plans side by side: a sheet and a page."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from maps.comparison import ZONE_FILLS, PlanPair, draw_comparison
from maps.comparison_page import write_comparison_page
from maps.labels import Imprint
from tests.browser import Watched, outside_requests
from tests.town import community_ids, town_tables

IMPRINT = Imprint(title="偃师区连片改造", made_data=True, date="2026-03-27")
FIGURES = ((("户数", "Households"), "900", "950"),)


@pytest.fixture(scope="module")
def pair() -> PlanPair:
    """Give the made town, and the same town with its second community in the next zone."""
    first, second = town_tables(), town_tables()
    one = community_ids()[1]
    second["assignment"] = second["assignment"].copy()
    second["assignment"].loc[one, "zone_id"] = "Z02"
    return PlanPair(
        first=first,
        second=second,
        names=("现方案", "新方案 <b>"),
        same={"Z01": "Z01", "Z02": "Z02", "Z03": "Z03"},
        moved={one: ("Z01", "Z02")},
        figures=FIGURES,
    )


def test_a_zone_has_one_fill_in_both_plans_and_touching_zones_have_two(pair: PlanPair):
    first, second = pair.fills()
    assert first == second
    assert set(first.values()) <= set(ZONE_FILLS)
    zones = pair.first["zones"]
    for one in zones.index:
        for other in zones.index:
            if one < other and zones.geometry[one].distance(zones.geometry[other]) < 100:
                assert first[one] != first[other]


def test_a_zone_that_matches_none_has_a_fill_of_its_own(pair: PlanPair):
    alone = PlanPair(**{**vars(pair), "same": {"Z01": "Z01"}})
    first, second = alone.fills()
    assert first["Z01"] == second["Z01"]
    assert second["Z02"] != first["Z02"]


def test_the_sheet_is_drawn_to_the_same_bytes_twice(pair: PlanPair, tmp_path: Path):
    one, other = tmp_path / "one.png", tmp_path / "other.png"
    draw_comparison(pair, IMPRINT, one, dpi=60)
    draw_comparison(pair, IMPRINT, other, dpi=60)
    assert one.read_bytes() == other.read_bytes()
    assert one.read_bytes().startswith(b"\x89PNG")


def page_of(pair: PlanPair, folder: Path, imprint: Imprint = IMPRINT) -> str:
    path = folder / "comparison.html"
    write_comparison_page(pair, imprint, path)
    return path.read_text(encoding="utf-8")


def test_the_page_holds_both_maps_and_names_who_moved(pair: PlanPair, tmp_path: Path):
    text = page_of(pair, tmp_path)
    assert text.count('<svg class="map"') == 2
    one = community_ids()[1]
    assert text.count(f'class="mark-moved" data-id="{one}"') == 2
    assert f'<tr data-id="{one}"' in text
    for word in ("示例数据", "户数 / Households", "900", "950", "Z01", "Z03"):
        assert word in text
    assert text == page_of(pair, tmp_path)


def test_nothing_in_the_page_points_to_an_address(pair: PlanPair, tmp_path: Path):
    text = page_of(pair, tmp_path)
    assert not re.search(r"(?:src|href)\s*=|url\(|https?://", text)


def test_hostile_names_stay_text(pair: PlanPair, tmp_path: Path):
    hostile = "<script>alert(1)</script>{{x}}${y}"
    first = dict(pair.first)
    first["communities"] = first["communities"].copy()
    first["communities"].loc[community_ids()[1], "name"] = hostile
    text = page_of(PlanPair(**{**vars(pair), "first": first}), tmp_path)
    assert "<script>alert" not in text
    assert "{{x}}" not in text
    assert "新方案 <b>" not in text
    assert text.count("<script>") == 1


def test_equal_plans_say_so(pair: PlanPair, tmp_path: Path):
    equal = PlanPair(**{**vars(pair), "second": pair.first, "moved": {}, "figures": ()})
    text = page_of(equal, tmp_path, Imprint(title="x", languages=("en",)))
    assert "No community changes zone." in text
    assert "All figures are equal." in text
    assert 'mark-moved"' not in text
    draw_comparison(equal, IMPRINT, tmp_path / "equal.png", dpi=40)


def test_plans_without_any_zone_can_be_drawn(pair: PlanPair, tmp_path: Path):
    bare = dict(pair.first)
    bare["zones"] = bare["zones"].iloc[:0]
    bare["assignment"] = bare["assignment"].assign(zone_id=pd.Series(dtype="str"))
    none = PlanPair(**{**vars(pair), "first": bare, "second": bare, "same": {}, "moved": {}})
    draw_comparison(none, IMPRINT, tmp_path / "none.png", dpi=40)
    assert "<svg" in page_of(none, tmp_path)


@pytest.mark.browser
def test_choosing_a_row_lights_up_both_maps(pair: PlanPair, tmp_path: Path, watched: Watched):
    write_comparison_page(pair, IMPRINT, tmp_path / "comparison.html")
    page = watched.page
    page.goto((tmp_path / "comparison.html").as_uri())
    before = page.locator("svg.map").first.get_attribute("viewBox")
    page.locator("tr[data-id]").click()
    assert page.locator("svg .community.lit").count() == 2
    views = page.locator("svg.map").evaluate_all("maps => maps.map(m => m.getAttribute('viewBox'))")
    assert views[0] == views[1] != before
    page.locator("#reset").click()
    assert page.locator("svg.map").first.get_attribute("viewBox") == before
    assert watched.errors == []
    assert outside_requests(watched) == []
