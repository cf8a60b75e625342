from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Route, expect

from layers.errors import JobError
from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from maps.tiles import tile_origin
from tests.browser import count_colours, open_map, outside_requests, wait_until, watched_page

Town = dict[str, pd.DataFrame]

ADDRESS = "https://t0.tiles.example/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk=key"
ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.fixture
def tiled(imprint: Imprint) -> Imprint:
    return replace(imprint, tiles_url=ADDRESS, tiles_attribution="天地图 GS(2024)0650号")


@pytest.mark.parametrize(
    "address",
    [
        "t0.tiles.example/{z}/{x}/{y}",
        "ftp://tiles.example/{z}/{x}/{y}",
        "https://tiles.example/{z}/{x}",
        "https://{s}.tiles.example/{z}/{x}/{y}",
        "https://tiles.example/{z}/{x}/{y}'; script-src *",
        'https://tiles.example/{z}/{x}/{y}" onload="x',
        "https://user:word@tiles.example/{z}/{x}/{y}",
        "https://tiles.example; script-src */{z}/{x}/{y}",
        "https://[tiles/{z}/{x}/{y}",
    ],
)
def test_an_address_that_is_none_of_tiles_is_refused_in_both_languages(address: str) -> None:
    with pytest.raises(JobError) as caught:
        tile_origin(address)
    assert "tiles_url" in caught.value.en
    assert "tiles_url" in caught.value.zh


def test_the_origin_is_the_host_and_nothing_else() -> None:
    assert tile_origin("") == ""
    assert tile_origin(ADDRESS) == "https://t0.tiles.example"
    assert tile_origin("http://10.1.2.3:8080/{z}/{x}/{y}.png") == "http://10.1.2.3:8080"


def test_images_may_come_from_the_jobs_own_host_only(
    town: Town, tiled: Imprint, public_map: Path, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    draw_public_map(town, tiled, path)
    assert "img-src data: https://t0.tiles.example;" in path.read_text(encoding="utf-8")
    assert "img-src data:;" in public_map.read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.parametrize("draw", [draw_public_map, draw_working_map])
def test_tiles_lie_over_the_own_base_map(
    draw: object, browser: Browser, town: Town, tiled: Imprint, tmp_path: Path
) -> None:
    assert callable(draw)
    path = tmp_path / "map.html"
    draw(town, tiled, path)
    with watched_page(browser) as watched:
        asked: list[str] = []

        def answer(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(body=ONE_PIXEL, content_type="image/png")

        watched.page.route("https://t0.tiles.example/**", answer)
        page = open_map(watched, path)
        wait_until(page, lambda: bool(page.evaluate("window.lianpian.hasTiles()")))
        assert asked
        assert {url.split("?")[0] for url in outside_requests(watched)} == {
            "https://t0.tiles.example/DataServer"
        }
        expect(page.locator("#imprint")).to_contain_text("GS(2024)0650号")
        page.uncheck("#layer-tiles")
        expect(page.locator(".leaflet-tiles-pane img")).to_have_count(0)
        assert count_colours(page, "base") > 3


@pytest.mark.browser
def test_a_failing_tile_service_leaves_everything_readable(
    browser: Browser, town: Town, tiled: Imprint, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    draw_public_map(town, tiled, path)
    with watched_page(browser) as watched:
        page = open_map(watched, path)
        assert outside_requests(watched)  # refused, every one of them
        assert not page.evaluate("window.lianpian.hasTiles()")
        for pane in ("base", "areas", "marks"):
            assert count_colours(page, pane) > 3, pane
        page.fill("#search", "xfl")
        page.press("#search", "Enter")
        expect(page.locator("#card-title")).to_have_text("幸福里小区")
        assert [error for error in watched.errors if "net::ERR" not in error] == []
