"""Partners on made cities: whoever has three linked neighbours is offered three partners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lianpian import pipeline
from lianpian.job import read_job
from lianpian.made_city import make_city
from lianpian.sources import read_inputs, zoning_settings
from zoning.adjacency import Nearness, find_adjacency
from zoning.partners import rank_partners
from zoning.rulebooks import read_rulebook


def partners_of(folder: Path, *, communities: int, seed: int) -> tuple[pd.DataFrame, ...]:
    """Make a city and go the way of a job as far as its partners; no zones, no maps."""
    make_city(folder, communities=communities, seed=seed)
    located = read_job(folder)
    walking, settings = located.job.walking.assumptions(), zoning_settings(located)
    ground = read_inputs(located)
    tables: dict[str, Any] = {name: getattr(ground, name) for name in pipeline.GROUND_TABLES}
    network, found = pipeline._connect(tables, ground, [], walking)
    tables |= found
    tables |= pipeline._measure(network, tables, settings, walking)
    tables |= pipeline._judge(tables, read_rulebook(located.job.job.rulebook), walking)
    adjacency, _ = find_adjacency(
        tables["communities"],
        tables["walks"],
        streets=tables["streets"],
        barriers=tables["barriers"],
        nearness=Nearness(),
    )
    given = (adjacency, tables["gaps"], tables["communities"], tables["eligibility"])
    partners = rank_partners(*given, walks=tables["walks"], households_floor=800.0)
    return partners, adjacency, tables["eligibility"]


def check_city(folder: Path, *, communities: int, seed: int) -> int:
    """Check the partners of one made city; count those who have three linked neighbours."""
    partners, adjacency, eligibility = partners_of(folder, communities=communities, seed=seed)
    linked = adjacency.index[adjacency["linked"].astype(bool)]
    pairs = [pair for one, other in linked for pair in ((one, other), (other, one))]
    status = eligibility["status"].to_dict()
    neighbours = pd.Series([focal for focal, _ in pairs]).value_counts()
    listed = partners.index.get_level_values("community_id").value_counts()
    several = neighbours.index[neighbours >= 3]
    for one in several:
        assert listed.get(one, 0) >= 3, (seed, one)
    score = partners["score"].to_dict()
    for (one, other), value in score.items():
        assert status[other] != "excluded", (seed, other)
        assert score.get((other, one), value) == value, (seed, one, other)
    assert partners["reason"].str.contains(r"\d").all()
    return len(several)


@pytest.mark.parametrize("seed", range(2))
def test_whoever_has_three_neighbours_in_a_made_city_has_three_partners(seed: int, tmp_path: Path):
    assert check_city(tmp_path / "city", communities=40, seed=seed) > 10


@pytest.mark.full
@pytest.mark.parametrize("seed", range(50))
def test_whoever_has_three_neighbours_in_fifty_made_cities_has_three_partners(
    seed: int, tmp_path: Path
):
    assert check_city(tmp_path / "city", communities=136, seed=seed) > 40
