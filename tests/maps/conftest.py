"""What tests of maps share: the browser, the town, its imprint, its two maps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from tests.browser import Watched, started_browser, watched_page
from tests.maps.bench_town import BenchTown, bench_town
from tests.town import town_tables


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one Chromium for all tests of maps."""
    with started_browser() as started:
        yield started


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Watched]:
    """Give a page of a desk's width in a browser that keeps nothing from before."""
    with watched_page(browser) as page:
        yield page


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[Watched]:
    """Give one page of a desk's width for all tests."""
    with watched_page(browser) as page:
        yield page


@pytest.fixture(scope="session")
def hand(browser: Browser) -> Iterator[Watched]:
    """Give one page of a phone's width for all tests."""
    with watched_page(browser, size=(360, 740)) as page:
        yield page


@pytest.fixture
def watched(desk: Watched) -> Iterator[Watched]:
    """Give an empty page of a desk's width; nothing that it shows is kept in the browser."""
    yield from _emptied(desk)


@pytest.fixture(scope="session")
def one_page(browser: Browser) -> Iterator[Watched]:
    """Give one small page for the many cases that each need a fresh document only."""
    with watched_page(browser, size=(960, 600)) as page:
        yield page


@pytest.fixture
def phone(hand: Watched) -> Iterator[Watched]:
    """Give an empty page of a phone's width; nothing that it shows is kept in the browser."""
    yield from _emptied(hand)


def _emptied(watched: Watched) -> Iterator[Watched]:
    watched.requests.clear()
    watched.errors.clear()
    yield watched
    watched.page.goto("about:blank")


@pytest.fixture(scope="session")
def town() -> dict[str, pd.DataFrame]:
    """Give the town; nobody changes it."""
    return town_tables()


@pytest.fixture(scope="session")
def imprint() -> Imprint:
    """Give an imprint with something in every field."""
    return Imprint(
        title="偃师区老旧小区组团连片改造",
        date="2021-03-27",
        data_date="2021-03-01",
        rulebook="yanshi_2021",
        rulebook_zh="偃政办〔2021〕4号",
        rulebook_en="Yanshi 2021 No. 4",
        sources=("© OpenStreetMap contributors, ODbL 1.0", "示例数据（虚构） / made data"),
        households_sources=("ledger", "buildings"),
        drafting_unit="偃师区住房和城乡建设局",
        made_data=True,
        zoning=(("objective", "12345.6"),),
        version="0.1.0",
    )


@pytest.fixture(scope="session")
def public_map(
    town: dict[str, pd.DataFrame], imprint: Imprint, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Draw the town's public map once."""
    path = tmp_path_factory.mktemp("maps") / "map_public.html"
    draw_public_map(town, imprint, path)
    return path


@pytest.fixture(scope="session")
def working_map(
    town: dict[str, pd.DataFrame], imprint: Imprint, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Draw the town's working map once."""
    path = tmp_path_factory.mktemp("maps") / "map_working.html"
    draw_working_map(town, imprint, path)
    return path


@pytest.fixture(scope="session")
def town_of_forty() -> BenchTown:
    """Give the town of the workbench; nobody changes it."""
    return bench_town()


@pytest.fixture(scope="session")
def bench_map(
    town_of_forty: BenchTown, imprint: Imprint, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Draw the working map of the workbench's town once."""
    path = tmp_path_factory.mktemp("bench") / "map_working.html"
    draw_working_map(town_of_forty.tables, imprint, path, rules=town_of_forty.rules)
    return path
