"""The made city: printed figures, honest files, and what makes real cities hard."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from lianpian.made_city import City, draw_city, make_city


@pytest.fixture(scope="module")
def city() -> City:
    return draw_city()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city")
    make_city(path)
    return path


def test_the_city_has_the_printed_communities_and_households(city: City):
    core = [c for c in city.settled.communities if c.status == "core"]
    assert (len(core), sum(c.households for c in core)) == (136, 9_427)
    by_year: Counter[tuple[int, str]] = Counter()
    for community in core:
        assert community.group is not None
        year = city.plan.groups[community.group].year
        by_year[year, "communities"] += 1
        by_year[year, "households"] += community.households
    assert by_year == {
        (2021, "communities"): 24,
        (2021, "households"): 1_656,
        (2022, "communities"): 58,
        (2022, "households"): 4_763,
        (2023, "communities"): 54,
        (2023, "households"): 3_008,
    }


def test_equal_arguments_give_equal_bytes(folder: Path, tmp_path: Path):
    make_city(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name
