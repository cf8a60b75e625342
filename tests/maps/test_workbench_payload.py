"""What the working map carries for its workbench."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maps import workbench
from maps.coordinates import FINE, Grid
from maps.escape import unpack
from maps.labels import Imprint
from maps.workbench import pile_bench
from tests.maps.bench_town import BenchTown
from zoning.land_faces import cut_faces
from zoning.regionalization.settings import ZoningSettings


def carried(
    town: BenchTown, imprint: Imprint, rules: ZoningSettings | None = None
) -> tuple[str, dict[str, Any]]:
    communities = town.zoned.communities
    grid = Grid.around(communities.to_crs("EPSG:4326").total_bounds, FINE)
    key, piles = pile_bench(town.tables, communities, imprint, rules or town.rules, grid)
    return key, json.loads(unpack(piles["bench"]))


def walks_of(bench: dict[str, Any]) -> dict[tuple[int, int], int]:
    walks = bench["walks"]
    one = np.repeat(np.arange(len(walks["counts"])), walks["counts"])
    other = np.cumsum(walks["others"])
    return dict(zip(zip(one.tolist(), other.tolist(), strict=True), walks["mm"], strict=True))


def test_walks_are_carried_once_a_pair_in_millimetres(
    town_of_forty: BenchTown, imprint: Imprint
) -> None:
    _, bench = carried(town_of_forty, imprint)
    found = walks_of(bench)
    ids = list(town_of_forty.zoned.communities.index)
    wanted: dict[tuple[int, int], int] = {}
    for (focal, neighbor), walk in town_of_forty.zoned.walks["walk_m"].items():
        one, other = sorted((ids.index(focal), ids.index(neighbor)))
        wanted[one, other] = min(wanted.get((one, other), 10**9), round(walk * 1000))
    assert found == wanted
    assert bench["walks"]["longest"] == max(wanted.values())
    assert bench["walks"]["within"] is None


def test_a_large_city_carries_the_shorter_walks_and_says_how_far(
    town_of_forty: BenchTown, imprint: Imprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, whole = carried(town_of_forty, imprint)
    monkeypatch.setattr(workbench, "MOST_WALKS", 50)
    _, part = carried(town_of_forty, imprint)
    within = part["walks"]["within"]
    assert walks_of(part) == {pair: mm for pair, mm in walks_of(whole).items() if mm < within}
    assert 0 < len(walks_of(part)) <= 50
    assert part["walks"]["longest"] == whole["walks"]["longest"]


def test_faces_are_those_of_the_zones_table(town_of_forty: BenchTown, imprint: Imprint) -> None:
    _, bench = carried(town_of_forty, imprint)
    faces = cut_faces(town_of_forty.zoned.communities.geometry, town_of_forty.rules.max_gap_m)
    assert bench["faces"]["area"] == faces.area.tolist()
    assert bench["faces"]["length"] == faces.length.tolist()
    for name in ("owners", "pairs", "borders"):
        columns = [np.cumsum(steps).tolist() for steps in bench["faces"][name]]
        assert columns == [column.tolist() for column in getattr(faces, name).T]


def test_the_key_follows_the_inputs_and_the_rules_not_the_plan(
    town_of_forty: BenchTown, imprint: Imprint
) -> None:
    key, _ = carried(town_of_forty, imprint)
    moved = dict(town_of_forty.tables)
    moved["assignment"] = moved["assignment"].assign(zone_id=pd.Series(None, dtype="str"))
    assert carried(replace(town_of_forty, tables=moved), imprint)[0] == key
    other_rules = replace(town_of_forty.rules, households=(1.0, 2.0))
    assert carried(town_of_forty, imprint, other_rules)[0] != key
    assert carried(town_of_forty, replace(imprint, title="另一个作业"))[0] != key
    longer = town_of_forty.tables | {"walks": town_of_forty.tables["walks"] + 0.001}
    assert carried(replace(town_of_forty, tables=longer), imprint)[0] != key


def test_one_number_of_zones_is_a_range_of_one(town_of_forty: BenchTown, imprint: Imprint) -> None:
    _, bench = carried(town_of_forty, imprint, replace(town_of_forty.rules, count=5))
    assert bench["rules"]["count"] == [5, 5]
    _, free = carried(town_of_forty, imprint, ZoningSettings())
    assert free["rules"]["count"] is None
    assert free["rules"]["locked"] == {}
