"""A thousand random cities: every walk is what plain counting says, to the micrometre."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.network import WalkNetwork, build_network
from layers.reach import measure_reach, measure_walks, snap_all
from layers.routes import trace_walks
from layers.walking import Walking
from tests.random_city import (
    Files,
    as_files,
    draw_city,
    settled,
    true_pieces,
    true_snaps,
    true_walks,
)

EXACT = 1e-6
WALKING = Walking(snap_m=45)
FREE = Walking(snap_m=45, walls="never")
WITHIN_M = 1500.0
"""What reach keeps: 1.5 x 1 000 m."""


def build(files: Files, walking: Walking) -> tuple[WalkNetwork, pd.DataFrame, set[str]]:
    """Build network and snaps; also the ids of points that findings call too far."""
    network = build_network(
        files.streets, files.barriers, files.gates, files.yards, walking=walking
    )
    snaps, findings = snap_all(network, files.homes, files.shops, walking=walking)
    assert {found.code for found in findings} <= {"not-snapped"}
    return network, snaps, {str(found.row_key) for found in findings}


def check_city(seed: int, walking: Walking) -> int:
    """Compare all walks of one city; gives how many there were."""
    walls = walking.walls == "surveyed"
    city = settled(draw_city(seed), walking.snap_m, walls=walls)
    files = as_files(city, seed)
    network, snaps, too_far = build(files, walking)
    truth = true_walks(city, walking.snap_m, walls=walls)
    shops = {name for name, _ in city.shops}
    lost = true_snaps(true_pieces(city, walls=walls), [s for _, s in city.shops], walking.snap_m)
    far = {name for (name, _), snap in zip(city.shops, lost, strict=True) if snap is None}
    assert {name for name in too_far if name in shops} == far, seed
    want = {pair: walk for pair, walk in truth.items() if pair[1] in shops}
    reach = measure_reach(network, snaps, walking=walking)
    for walker in ("adult", "older"):
        limit = 1.5 * walking.reach_m(walker)
        near = {pair: walk for pair, walk in want.items() if walk <= limit}
        compare(reach.xs(walker, level="walker")["walk_m"], near, seed)
    among = {pair: walk for pair, walk in truth.items() if pair[1] not in shops}
    near = {pair: walk for pair, walk in among.items() if walk <= WITHIN_M}
    compare(measure_walks(network, snaps, within_m=WITHIN_M)["walk_m"], near, seed)
    # routes know no limit: every pair that is joined, and no other
    every = pd.DataFrame(
        [(home, shop) for home in sorted({h for h, _ in city.homes}) for shop in sorted(shops)],
        columns=["community_id", "facility_id"],
    )
    walks = trace_walks(
        network, snaps, every, walking=walking, access_points=files.homes, facilities=files.shops
    )
    traced = walks[walks["reason"].isna()]
    compare(traced["walk_m"], want, seed)
    if len(traced):
        assert np.abs(traced.length - traced["walk_m"]).max() < EXACT, seed
    return len(truth)


def compare(got: pd.Series, want: dict[tuple[str, str], float], seed: int) -> None:
    found = {(str(a), str(b)): float(walk) for (a, b), walk in got.items()}
    assert found.keys() == want.keys(), seed
    worst = max((abs(found[pair] - want[pair]) for pair in want), default=0.0)
    assert worst < EXACT, (seed, worst)


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_walks_of_a_hundred_random_cities_are_true(start: int):
    """Parallel streets, loops, bridges, walls, gates, rivers, several parts; all turned."""
    assert sum(check_city(seed, WALKING) for seed in range(start, start + 20)) > 20 * 30


def test_walks_are_true_when_walls_are_switched_off():
    assert sum(check_city(seed, FREE) for seed in range(20)) > 20 * 30


@pytest.mark.full
@pytest.mark.parametrize("start", range(100, 1000, 50))
def test_walks_of_a_thousand_random_cities_are_true(start: int):
    for seed in range(start, start + 50):
        check_city(seed, WALKING if seed % 4 else FREE)
