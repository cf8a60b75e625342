"""Why a zone ends where it does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoning.regionalization.settings import ZoningSettings
from zoning.zone_growth import BARRIERS, Growth

NAMES = {"c": "幸福里 (c)"}


def line(
    limits: ZoningSettings,
    households: list[float],
    zones: list[str],
    **changes: Sequence[Any] | Mapping[str, str] | float,
) -> Growth:
    """Communities a, b, c ... 100 m apart in a line, each linked with the next."""
    ids = [chr(97 + n) for n in range(len(households))]
    placed = pd.DataFrame(
        {"zone_id": zones, "role": "core", "locked": False}, index=pd.Index(ids, dtype="str")
    )
    placed.loc[changes.get("locked", []), "locked"] = True
    spots = changes.get("spots", [100.0 * n for n in range(len(ids))])
    walks = {
        (one, other): abs(spots[i] - spots[j])
        for i, one in enumerate(ids)
        for j, other in enumerate(ids)
        if i != j
    }
    neighbours: dict[str, list[str]] = {one: [] for one in ids}
    for one, other in changes.get("links", list(pairwise(ids))):
        neighbours[one].append(other)
        neighbours[other].append(one)
    return Growth(
        placed,
        households=pd.Series(households, index=ids),
        subdistrict=pd.Series(changes.get("office", ["x"] * len(ids)), index=ids),
        neighbours=neighbours,
        walks=walks,
        centres=pd.Series(changes.get("centres", {"Z01": "a", "Z02": "d"})),
        limits=limits,
        longest_m=changes.get("longest_m", math.inf),
    )


FOUR = [100.0, 100.0, 50.0, 100.0]
SPLIT = ["Z01", "Z01", "Z02", "Z02"]


def test_the_next_one_is_told_with_what_it_would_cost():
    growth = line(ZoningSettings(households=(90, 300)), FOUR, SPLIT)
    (only,) = growth.candidates("Z01")
    # around b: 100 x 100 + 50 x 100 instead of 100 x 100; d stands alone instead of 50 x 100
    assert (only.community_id, only.barrier, only.extra) == ("c", "", 0.0)
    zh, en = growth.explain("Z01", NAMES)
    assert "幸福里 (c), 50 households, now in Z02" in en
    assert "幸福里 (c)（50 户，现属 Z02）" in zh
    assert "none is stopped by a limit" in en


@pytest.mark.parametrize(
    ("barrier", "limits", "changes", "said"),
    [
        ("cap", ZoningSettings(households=(0, 240)), {}, "240 -> 250"),
        ("floor", ZoningSettings(households=(120, 300)), {}, "120 -> 100"),
        ("crowd", ZoningSettings(communities=(1, 2)), {}, "most communities"),
        ("few", ZoningSettings(communities=(2, 3)), {}, "too few"),
        ("walk", ZoningSettings(walk_minutes=2), {"longest_m": 150.0}, "too far"),
        ("office", ZoningSettings(), {"office": ["x", "x", "y", "y"]}, "street office"),
        ("pin", ZoningSettings(), {"locked": ["c"]}, "pinned"),
        ("pin", ZoningSettings(together=(("c", "d"),)), {}, "pinned"),
        ("pin", ZoningSettings(apart=(("a", "c"),)), {}, "pinned"),
    ],
)
def test_the_limit_that_stopped_growth_is_named(
    barrier: str, limits: ZoningSettings, changes: dict[str, Any], said: str
):
    growth = line(limits, FOUR, SPLIT, **changes)
    (only,) = growth.candidates("Z01")
    assert only.barrier == barrier
    zh, en = growth.explain("Z01", NAMES)
    assert said in en
    assert f"1 个{BARRIERS[barrier][0]}" in zh
    held = line(replace(ZoningSettings(), subdistrict="off"), FOUR, SPLIT)
    assert said not in held.explain("Z01", NAMES)[1]


def test_one_whose_zone_would_fall_apart_is_stopped():
    zones = ["Z01", "Z02", "Z02", "Z02"]
    links = [("a", "c"), ("b", "c"), ("c", "d")]
    growth = line(ZoningSettings(), FOUR, zones, links=links)
    assert [c.barrier for c in growth.candidates("Z01")] == ["split"]


def test_who_has_nobody_beyond_the_border_fills_its_part():
    growth = line(ZoningSettings(), FOUR, SPLIT, links=[("a", "b"), ("c", "d")])
    assert "fills its connected part" in growth.explain("Z01", {})[1]


def test_a_walk_that_is_not_known_gives_no_figure():
    growth = line(ZoningSettings(), FOUR, SPLIT)
    growth.walks = {pair: walk for pair, walk in growth.walks.items() if "c" not in pair}
    growth = Growth(
        pd.DataFrame(
            {"zone_id": SPLIT, "role": "core", "locked": False}, index=list("abcd"), dtype="object"
        ),
        households=pd.Series(FOUR, index=list("abcd")),
        subdistrict=pd.Series("x", index=list("abcd")),
        neighbours=growth.neighbours,
        walks=growth.walks,
        centres=pd.Series({"Z01": "a", "Z02": "d"}),
        limits=ZoningSettings(),
        longest_m=math.inf,
    )
    assert "unknown" in growth.explain("Z01", {})[1]
    assert "inf" not in growth.explain("Z02", {})[1]


@pytest.mark.parametrize("seed", range(20))
def test_the_cost_of_the_next_one_equals_both_plans_priced_from_scratch(seed: int):
    rng = np.random.default_rng(seed)
    households = rng.integers(0, 200, 8).astype(float).tolist()
    spots = rng.uniform(0, 900, 8).tolist()
    zones = [f"Z{n}" for n in sorted(rng.integers(1, 4, 8))]
    first = {zone: chr(97 + zones.index(zone)) for zone in set(zones)}
    growth = line(ZoningSettings(), households, zones, spots=spots, centres=first)

    def price(plan: list[str]) -> float:
        """Sum households x walk, each zone around its best member."""
        total = 0.0
        for zone in set(plan):
            own = [i for i, name in enumerate(plan) if name == zone]
            total += min(sum(households[i] * abs(spots[i] - spots[c]) for i in own) for c in own)
        return total

    for zone in set(zones):
        for one in growth.candidates(zone):
            changed = list(zones)
            changed[ord(one.community_id) - 97] = zone
            assert one.extra == pytest.approx(price(changed) - price(zones), abs=1e-6)
