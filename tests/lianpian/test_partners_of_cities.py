"""Partners on made cities: whoever has three linked neighbours is offered three partners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
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


def check_city(folder: Path, *, communities: int, seed: int) -> float:
    """Check the partners of one made city; give the share who have three linked neighbours.

    Nothing is assumed of the city: neighbours are counted from the links alone. Who has three in
    scope gets three partners, and everybody gets three as long as so many others in scope are in
    reach over links at all (in seed 40 four communities are cut off together, one out of scope).
    """
    partners, adjacency, eligibility = partners_of(folder, communities=communities, seed=seed)
    status = eligibility["status"].to_dict()
    neighbours: dict[str, set[str]] = {str(one): set() for one in status}
    for one, other in adjacency.index[adjacency["linked"].astype(bool)]:
        neighbours[one].add(other)
        neighbours[other].add(one)
    listed: dict[str, list[str]] = {str(one): [] for one in status}
    ranked = partners.reset_index().sort_values(["community_id", "rank"])
    for one, other in ranked[["community_id", "partner_id"]].itertuples(index=False):
        listed[one].append(other)
    linked = nx.Graph({one: sorted(others) for one, others in neighbours.items()})
    in_scope = {one for one, word in status.items() if word != "excluded"}
    for part in nx.connected_components(linked):
        for one in part:
            others = (part & in_scope) - {one}
            assert len(set(listed[one])) >= min(3, len(others)), (seed, one)
            assert set(listed[one]) <= others, (seed, one)
            fit = neighbours[one] & in_scope
            first = listed[one][: len(fit)]
            assert set(first) <= fit, (seed, one)  # neighbours first, others only to make up three
    several = [one for one, others in neighbours.items() if len(others & in_scope) >= 3]
    assert all(len(set(listed[one])) >= 3 for one in several)
    score = partners["score"].to_dict()
    for (one, other), value in score.items():
        assert status[other] != "excluded", (seed, other)
        assert score.get((other, one), value) == value, (seed, one, other)
    assert partners["reason"].str.contains(r"\d").all()
    return len(several) / len(status)


LEAST_SHARE = 0.3
"""Sparse cities have fewer such communities (seed 15: 58 of 150), but a claim of few is none."""


@pytest.mark.parametrize("seed", range(2))
def test_whoever_has_three_neighbours_in_a_made_city_has_three_partners(seed: int, tmp_path: Path):
    assert check_city(tmp_path / "city", communities=40, seed=seed) >= LEAST_SHARE


@pytest.mark.full
@pytest.mark.parametrize("seed", range(50))
def test_whoever_has_three_neighbours_in_fifty_made_cities_has_three_partners(
    seed: int, tmp_path: Path
):
    assert check_city(tmp_path / "city", communities=136, seed=seed) >= LEAST_SHARE
