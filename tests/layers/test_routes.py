"""Walks as lines: by hand, against reach, and alone in parts that do not meet."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely import Point, Polygon

from layers.access_points import find_access_points
from layers.errors import ContractError
from layers.network import WalkNetwork, build_network
from layers.reach import find_entrances, measure_reach, snap_all
from layers.routes import explain_walks, trace_walks
from layers.tables import CATEGORIES
from layers.walking import Walking
from tests.grid import (
    CRS,
    X0,
    Y0,
    at,
    barriers_of,
    communities_of,
    facilities_of,
    gates_of,
    line,
    point,
    square,
    streets_of,
)

WALKING = Walking()


def corners(walk: shapely.LineString) -> list[tuple[float, float]]:
    xy = shapely.get_coordinates(walk) - (X0, Y0)
    return [(round(float(x), 3), round(float(y), 3)) for x, y in xy]


def test_forty_metres_as_the_crow_flies_are_six_hundred_on_foot_from_files_to_line():
    """The block's one gate is in the west; the shop stands 40 m from its eastern wall."""
    yard = communities_of(
        ("c1", Polygon([at(0, 0), at(220, 0), at(220, 330), at(0, 330)])),
        ("c2", square(900, 900, 50)),
    )
    ring = line((-10, 140), (-10, 340), (230, 340), (230, 160), (230, -10), (-10, -10), (-10, 140))
    streets = streets_of(
        ring,
        line((-10, 140), (0, 140), (210, 160), (220, 160), (230, 160)),
        line((230, 160), (260, 160)),
        ids=["ring", "inside", "shop lane"],
    )
    raw_gates = gpd.GeoDataFrame(
        {"surveyed_source": ["layer"], "gate_id": ["west"]}, geometry=[point(1, 141)], crs=CRS
    )
    gates, _ = find_access_points(yard, streets, gates=raw_gates, crs=pyproj.CRS(CRS))
    shop = facilities_of(("f1", "shop", point(260, 160)))

    def walk(walking: Walking) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        network = build_network(streets, None, gates, yard, walking=walking)
        snaps, _ = snap_all(network, gates, shop, walking=walking)
        reach = measure_reach(network, snaps, walking=walking)
        pairs = reach.reset_index()
        walks = trace_walks(
            network, snaps, pairs, walking=walking, access_points=gates, facilities=shop
        )
        return walks, reach

    walks, reach = walk(WALKING)
    assert reach.loc[("c1", "f1", "adult"), "walk_m"] == pytest.approx(600, abs=1e-9)
    traced = walks.loc[("c1", "f1")]
    assert traced["walk_m"] == pytest.approx(600, abs=1e-9)
    assert traced["walk_minutes"] == pytest.approx(9, abs=1e-9)
    assert traced["gate_id"] == "west"
    assert traced["entrance_id"] == "f1"
    assert traced["street_ids"] == "inside;ring;shop lane"
    assert corners(traced.geometry) == [
        (0, 140), (-10, 140), (-10, -10), (230, -10), (230, 160), (260, 160)
    ]  # fmt: skip
    assert traced["straight_m"] == pytest.approx(np.hypot(260, 20))
    assert traced["detour"] == pytest.approx(600 / np.hypot(260, 20))
    why = explain_walks(walks, yard, access_points=gates).loc[("c1", "f1")]
    assert why["apart_m"] == pytest.approx(40)
    assert why["walled_ids"] == "c1"
    assert pd.isna(why["barrier_ids"])
    open_walks, _ = walk(Walking(walls="never"))
    through = np.hypot(210, 20) + 50
    assert open_walks.loc[("c1", "f1"), "walk_m"] == pytest.approx(through)
    assert open_walks.loc[("c1", "f1"), "street_ids"] == "inside;shop lane"


def test_what_stands_between_is_named():
    yard = communities_of(("c1", square(0, 0, 50)), ("c2", square(60, 0, 50)))
    gates = gates_of(("c1", point(0, 25)), ("c2", point(110, 25)), kind="surveyed")
    river = barriers_of(
        ("river", line((130, -500), (130, 500))), ("wall", line((135, -9), (135, 60)))
    )
    streets = streets_of(line((0, 25), (-20, 25), (-20, 600), (150, 600), (150, 25)))
    shop = facilities_of(("f1", "shop", point(150, 25)))
    network = build_network(streets, None, gates, yard, walking=WALKING)
    snaps, _ = snap_all(network, gates, shop, walking=WALKING)
    pair = pd.DataFrame({"community_id": ["c1"], "facility_id": ["f1"]})
    walks = trace_walks(network, snaps, pair, walking=WALKING, access_points=gates, facilities=shop)
    why = explain_walks(walks, yard, access_points=gates, barriers=river).loc[("c1", "f1")]
    assert why.to_dict() == {"apart_m": 100.0, "walled_ids": "c1;c2", "barrier_ids": "b0;b1"}


@dataclass(frozen=True)
class Town:
    network: WalkNetwork
    snaps: pd.DataFrame
    gates: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    walking: Walking


class Hill:
    """A ramp that rises to the east, for asymmetric times."""

    spacing_m = 10.0

    def at(self, xy: np.ndarray) -> np.ndarray:
        return 0.12 * (xy[:, 0] - X0) + 6 * np.sin(xy[:, 1] / 70)


def town(seed: int, walking: Walking = WALKING, *, hilly: bool = False) -> Town:
    """Draw a warped grid with parallel streets and loops, points and areas as facilities."""
    rng = np.random.default_rng(seed)
    n = 6
    xy = np.stack(np.meshgrid(np.arange(n), np.arange(n)), -1) * 90.0
    xy += rng.uniform(-30, 30, (n, n, 2))
    lines = []
    for i in range(n):
        for j in range(n):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < n and m < n and rng.random() < 0.75:
                    for _ in range(1 + (rng.random() < 0.2)):
                        middle = (xy[i, j] + xy[k, m]) / 2 + rng.uniform(-15, 15, 2)
                        lines.append(line(tuple(xy[i, j]), tuple(middle), tuple(xy[k, m])))
            if rng.random() < 0.15:
                one, other = rng.uniform(10, 40, (2, 2))
                spot = xy[i, j]
                lines.append(line(tuple(spot), tuple(spot + one), tuple(spot + other), tuple(spot)))
    steps = [bool(s) for s in rng.random(len(lines)) < 0.1]
    heights = Hill() if hilly else None
    network = build_network(streets_of(*lines, steps=steps), walking=walking, heights=heights)
    spots = rng.uniform(0, 450, (46, 2))
    gates = gates_of(*[(f"c{k // 3}", point(*spots[k])) for k in range(24)])
    found = facilities_of(
        *[
            (f"f{k}", CATEGORIES[k % 9], square(*spots[k], 25) if k % 3 else point(*spots[k]))
            for k in range(24, 46)
        ]
    )
    doors = find_entrances(found, network)
    both = gpd.GeoDataFrame(pd.concat([gates, doors]))
    snaps, _ = snap_all(network, both, found, walking=Walking(snap_m=60))
    return Town(network, snaps, both, found, walking)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("walker", ["adult", "older"])
@pytest.mark.parametrize("rule", ["distance", "time"])
def test_the_line_is_as_long_as_reach_says_and_lies_on_streets(seed: int, walker: str, rule: str):
    made = town(seed, Walking(rule=rule), hilly=True)  # type: ignore[arg-type]  # one of two words
    reach = measure_reach(made.network, made.snaps, walking=made.walking)
    reach = reach.xs(walker, level="walker")
    walks = trace_walks(
        made.network, made.snaps, reach.reset_index(), walking=made.walking, walker=walker,
        access_points=made.gates, facilities=made.facilities,
    )  # fmt: skip
    assert len(walks) == len(reach) > 80
    assert walks["reason"].isna().all()
    kept, other = ("walk_m", "walk_minutes") if rule == "distance" else ("walk_minutes", "walk_m")
    assert np.abs(walks[kept] - reach[kept]).max() < 1e-9
    assert (walks[other] - reach[other]).min() > -1e-9
    assert (walks[other] - reach[other]).max() > 0.1
    assert np.abs(walks["walk_m"] - walks.length).max() < 1e-6
    assert walks.is_valid.all()
    snaps = made.snaps.reset_index().set_index(["owner", "point_id"])
    roads = shapely.buffer(shapely.union_all(made.network.lines), 0.01)
    for (community, facility), row in walks.iterrows():
        gate, door = (
            snaps.loc[("community", row["gate_id"])],
            snaps.loc[("facility", row["entrance_id"])],
        )
        assert (gate["owner_id"], door["owner_id"]) == (community, facility)
        inner = row["walk_m"] - gate["access_m"] - door["access_m"]
        assert shapely.length(row["geometry"].intersection(roads)) >= inner - 1e-4
        assert Point(row["geometry"].coords[0]).equals(made.gates.geometry[row["gate_id"]])
    streets = set(made.network.street_ids)
    assert all(set(ids.split(";")) <= streets for ids in walks["street_ids"])


def test_minutes_uphill_and_downhill_are_those_of_the_direction_walked():
    made = streets_of(line((0, 0), (200, 0)), line((200, 0), (400, 0)))
    network = build_network(made, walking=WALKING, heights=Hill())
    gates = gates_of(("low", point(50, 0)), ("high", point(350, 0)))
    there = facilities_of(("east", "shop", point(350, 0)), ("west", "shop", point(50, 0)))
    snaps, _ = snap_all(network, gates, there, walking=WALKING)
    pairs = pd.DataFrame({"community_id": ["low", "high"], "facility_id": ["east", "west"]})
    walks = trace_walks(network, snaps, pairs, walking=WALKING)["walk_minutes"]
    pace = np.exp(-3.5 * (abs(np.array([0.12, -0.12]) + 0.05) - 0.05))
    up, down = 300 / (4000 / 60) / pace
    assert walks[("low", "east")] == pytest.approx(up, rel=1e-6)
    assert walks[("high", "west")] == pytest.approx(down, rel=1e-6)


def test_pairs_that_are_not_joined_say_why_and_stop_nobody():
    network = build_network(
        streets_of(line((0, 0), (100, 0)), line((0, 50), (100, 50))), walking=WALKING
    )
    gates = gates_of(("c1", point(0, 0)), ("c2", point(0, 50)))
    shops = facilities_of(("f1", "shop", point(100, 0)), ("f9", "shop", point(900, 0)))
    snaps, _ = snap_all(network, gates, shops, walking=WALKING)
    pairs = pd.DataFrame(
        {
            "community_id": ["c1", "c2", "c1", "c7", "c1"],
            "facility_id": ["f1", "f1", "f9", "f1", "f1"],
        }
    )
    walks = trace_walks(network, snaps, pairs, walking=WALKING)
    assert walks.index.tolist() == [("c1", "f1"), ("c1", "f9"), ("c2", "f1"), ("c7", "f1")]
    assert walks["reason"].fillna("").tolist() == [
        "",
        "not_snapped",
        "not_connected",
        "not_snapped",
    ]
    assert walks["walk_m"].fillna(-1).tolist() == [100, -1, -1, -1]
    assert walks.geometry.notna().tolist() == [True, False, False, False]
    assert walks["gate_id"].isna().tolist() == [False, True, True, True]
    assert explain_walks(walks, communities_of(("c1", square(-9, -9, 9)))).index.tolist() == [
        ("c1", "f1")
    ]


def test_nothing_to_trace_gives_an_empty_table_and_bad_questions_are_refused():
    network = build_network(streets_of(line((0, 0), (100, 0))), walking=WALKING)
    snaps, _ = snap_all(network, gates_of(), facilities_of(), walking=WALKING)
    pairs = pd.DataFrame({"community_id": [], "facility_id": []})
    assert trace_walks(network, snaps, pairs, walking=WALKING).empty
    lost = pd.DataFrame({"community_id": ["c1"], "facility_id": ["f1"]})
    assert trace_walks(network, snaps, lost, walking=WALKING)["reason"].tolist() == ["not_snapped"]
    with pytest.raises(ContractError, match="facility_id: missing column"):
        trace_walks(network, snaps, lost[["community_id"]], walking=WALKING)
    with pytest.raises(ValueError, match="'child'"):
        trace_walks(network, snaps, lost, walking=WALKING, walker="child")


def test_a_walk_of_no_length_is_two_equal_points():
    network = build_network(streets_of(line((0, 0), (100, 0))), walking=WALKING)
    gates, shop = gates_of(("c1", point(40, 0))), facilities_of(("f1", "shop", point(40, 0)))
    snaps, _ = snap_all(network, gates, shop, walking=WALKING)
    pair = pd.DataFrame({"community_id": ["c1"], "facility_id": ["f1"]})
    walks = trace_walks(network, snaps, pair, walking=WALKING, access_points=gates, facilities=shop)
    assert walks["walk_m"].tolist() == [0]
    assert corners(walks.geometry.iloc[0]) == [(40, 0), (40, 0)]
    assert walks["detour"].isna().all()


def test_one_of_two_equal_walks_is_taken_whatever_the_order_of_rows():
    """A square block: both ways round are 200 m; two gates are equally near, too."""
    lines = [
        line((0, 0), (100, 0)),
        line((100, 0), (100, 100)),
        line((100, 100), (0, 100)),
        line((0, 100), (0, 0)),
    ]
    streets = streets_of(*lines)
    gates = gates_of(("c1", point(0, 0)), ("c1", point(0, 0)))
    shop = facilities_of(("f1", "shop", point(100, 100)), ("f2", "shop", point(100, 100)))
    pairs = pd.DataFrame({"community_id": ["c1", "c1"], "facility_id": ["f2", "f1"]})
    seen = []
    for order in (slice(None), slice(None, None, -1)):
        network = build_network(gpd.GeoDataFrame(streets.iloc[order]), walking=WALKING)
        snaps, _ = snap_all(network, gpd.GeoDataFrame(gates.iloc[order]), shop, walking=WALKING)
        walks = trace_walks(network, snaps.iloc[order], pairs.iloc[order], walking=WALKING)
        seen.append(walks)
    assert seen[0].equals(seen[1])
    assert seen[0]["gate_id"].tolist() == ["c1-g0", "c1-g0"]
    assert seen[0]["walk_m"].tolist() == [200, 200]
