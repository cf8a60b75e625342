"""The made city: a county town with 136 old communities, drawn by the program and handed over."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

import numpy as np
import shapely

from lianpian.city.communities import Settlement, settle
from lianpian.city.facilities import Facility, place_facilities
from lianpian.city.files import (
    write_communities,
    write_facilities,
    write_gates,
    write_offices,
    write_osm,
)
from lianpian.city.fillers import fill_city
from lianpian.city.ledger import write_ledger
from lianpian.city.obstacles import draw_obstacles
from lianpian.city.old_town import Group
from lianpian.city.plan import CityPlan, draw_plan
from lianpian.city.register import Entry, Office, draw_offices, outline, register
from lianpian.city.streets import Sketch, lay_streets

PRINTED: Final = ((2021, 2, 24, 1_656), (2022, 3, 58, 4_763), (2023, 2, 54, 3_008))
"""Year, zones, communities and households printed in 偃政办〔2021〕4号 (RULES T16, Z05)."""

PRINTED_COMMUNITIES: Final = 136
COMMUNITIES_PER_GROUP: Final = 136 / 7
HOUSEHOLDS_PER_COMMUNITY: Final = 9_427 / 136
FEWEST_COMMUNITIES: Final = 12
MOST_COMMUNITIES: Final = 5_000
HOUSEHOLDS_LOW_SHARE: Final = 0.6
HOUSEHOLDS_HIGH_SHARE: Final = 1.5
PRINTED_BOUNDS: Final = (800, 2_020)

FILES: Final = {
    "osm": "area.osm.pbf",
    "communities": "小区边界.shp",
    "ledger": "改造台账.xlsx",
    "facilities": "poi.csv",
    "gates": "gates.gpkg",
    "subdistricts": "街道辖区.gpkg",
}


@dataclass(frozen=True)
class City:
    """Everything that was made, before it is written to files.

    Parameters
    ----------
    plan, sketch, settled
        Grid; streets, buildings and walls; communities.
    offices, entries, facilities
        Street offices, the register of communities, points of interest.
    extent
        Land that the data cover, EPSG:4547.
    """

    plan: CityPlan
    sketch: Sketch
    settled: Settlement
    offices: list[Office]
    entries: list[Entry]
    facilities: list[Facility]
    extent: shapely.Polygon


def make_city(folder: Path, *, communities: int = PRINTED_COMMUNITIES, seed: int = 0) -> Path:
    """Make a city and write it as a bureau would hand it over, with a job file.

    Parameters
    ----------
    folder
        Where the files go; made when it is missing.
    communities
        Communities that can be renovated, 12 to 5 000. The usual 136 have exactly 9 427
        households in seven natural groups of the printed yearly sizes; other cities have about 69
        households a community in groups of about 19.
    seed
        Seed of chance; another seed makes another city.

    Returns
    -------
    Path
        The job file, ``job.toml``. Equal arguments give equal bytes in every file.

    Raises
    ------
    ValueError
        If `communities` is out of range or `seed` is negative.

    Notes
    -----
    About a tenth more communities are left out by the rules. Nothing in the files says which group
    a community stands in: the city is a town to plan for, not an answer.

    References
    ----------
    Sizes: 偃政办〔2021〕4号 二(二) (RULES T16, Z05).
    """
    city = draw_city(communities=communities, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    words = _words()
    paths = {role: folder / name for role, name in FILES.items()}
    write_osm(city.sketch, city.extent, paths["osm"])
    write_communities(city.entries, paths["communities"])
    title = f"{words['city']}城镇老旧小区改造台账（示例数据）"
    write_ledger(city.entries, title, paths["ledger"])
    write_facilities(city.facilities, paths["facilities"])
    write_gates(city.entries, paths["gates"])
    write_offices(city.offices, paths["subdistricts"])
    job = folder / "job.toml"
    job.write_text(_job_text(city, words), encoding="utf-8", newline="\n")
    return job


def draw_city(*, communities: int = PRINTED_COMMUNITIES, seed: int = 0) -> City:
    """Make a city without writing it; see `make_city`.

    Parameters
    ----------
    communities, seed
        As for `make_city`.

    Returns
    -------
    City
        All parts.

    Raises
    ------
    ValueError
        If `communities` is out of range or `seed` is negative.
    """
    if not FEWEST_COMMUNITIES <= communities <= MOST_COMMUNITIES:
        raise ValueError(
            f"communities must be {FEWEST_COMMUNITIES} to {MOST_COMMUNITIES}, got {communities!r}"
        )
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed!r}")
    words = _words()
    plan = draw_plan(size_groups(communities, seed), words, seed)
    sketch = lay_streets(plan, seed)
    draw_obstacles(plan, sketch)
    settled = settle(plan, sketch, seed)
    fill_city(plan, sketch, settled.rest, seed)
    facilities = place_facilities(plan, sketch, settled, words, seed)
    offices = draw_offices(plan, communities, words)
    entries = register(plan, settled, offices, words, seed)
    extent = outline(plan)
    return City(plan, sketch, settled, offices, entries, facilities, extent)


def size_groups(communities: int, seed: int) -> tuple[Group, ...]:
    """Decide how many communities and households each natural group has.

    Parameters
    ----------
    communities
        Communities of the whole city.
    seed
        Seed of chance.

    Returns
    -------
    tuple of Group
        For 136 communities the printed yearly sums; else about 19 communities a group. The
        households of every group lie between 0.6 and 1.5 of the mean.
    """
    rng = np.random.default_rng([seed, 0])
    if communities == PRINTED_COMMUNITIES:
        groups: list[Group] = []
        for year, zones, in_year, households in PRINTED:
            groups += _split_year(year, zones, in_year, households, rng)
        return tuple(groups)
    count = max(1, round(communities / COMMUNITIES_PER_GROUP))
    households = round(communities * HOUSEHOLDS_PER_COMMUNITY)
    sizes = _spread(communities, count, 0.12, rng)
    homes = _spread(households, count, 0.22, rng)
    years = [PRINTED[k * len(PRINTED) // count][0] for k in range(count)]
    return tuple(Group(*row) for row in zip(years, sizes, homes, strict=True))


def _split_year(
    year: int, zones: int, communities: int, households: int, rng: np.random.Generator
) -> list[Group]:
    """Split one printed year among its zones; the first year has no room below the floor."""
    tight = households / zones < PRINTED_BOUNDS[0] * 1.1
    sizes = _spread(communities, zones, 0.05, rng)
    homes = _spread(households, zones, 0.012 if tight else 0.07, rng)
    return [Group(year, *row) for row in zip(sizes, homes, strict=True)]


def _spread(total: int, parts: int, spread: float, rng: np.random.Generator) -> list[int]:
    """Split a total into whole parts that differ from their mean by at most a share."""
    weights = 1.0 + rng.uniform(-spread, spread, parts)
    edges = np.round(np.cumsum(weights) / weights.sum() * total).astype(int)
    return [int(part) for part in np.diff(edges, prepend=0)]


def _words() -> dict[str, Any]:
    source = resources.files("lianpian") / "templates" / "made_city_names.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _job_text(city: City, words: dict[str, Any]) -> str:
    source = resources.files("lianpian") / "templates" / "made_city_job.toml"
    low, high = zone_bounds(city.plan.groups)
    return Template(source.read_text(encoding="utf-8")).substitute(
        FILES,
        name=f"{words['city']}城镇老旧小区组团连片改造（示例数据）",
        low=low,
        high=high,
        count=len(city.plan.groups),
    )


def zone_bounds(groups: tuple[Group, ...]) -> tuple[int, int]:
    """Give the household bounds that the job asks for: 0.6 to 1.5 of the mean of the groups.

    Parameters
    ----------
    groups
        The natural groups; each of them lies within the bounds.

    Returns
    -------
    tuple of int
        Floor and cap.
    """
    total = sum(group.households for group in groups)
    if sum(group.communities for group in groups) == PRINTED_COMMUNITIES:
        return PRINTED_BOUNDS
    mean = total / len(groups)
    return round(HOUSEHOLDS_LOW_SHARE * mean), round(HOUSEHOLDS_HIGH_SHARE * mean)
