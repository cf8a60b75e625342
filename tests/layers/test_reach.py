"""Walks against hand-worked towns and against an independent router."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import Polygon

from layers.building_reach import measure_building_reach, snap_buildings
from layers.contracts import conform
from layers.network import WalkNetwork, build_network
from layers.reach import (
    find_entrances,
    measure_reach,
    measure_walks,
    snap_all,
)
from layers.tables import BUILDINGS, CATEGORIES, SNAPS
from layers.walking import Walking
from tests.grid import (
    CRS,
    X0,
    Y0,
    communities_of,
    facilities_of,
    gates_of,
    line,
    point,
    square,
    streets_of,
)

WALKING = Walking()


def test_forty_metres_as_the_crow_flies_are_six_hundred_on_foot():
    """The shop stands behind the wall: the only gate is on the other side of the block."""
    yard = communities_of(("c1", square(0, 0, 200)))
    ring = streets_of(
        line(
            (-10, 100),
            (-10, 210),
            (100, 210),
            (210, 210),
            (210, 100),
            (210, -10),
            (-10, -10),
            (-10, 100),
        ),
        line((-10, 100), (0, 100), (180, 100)),
        line((180, 100), (210, 100), (220, 100)),
    )
    gates = gates_of(("c1", point(0, 100)), kind="surveyed")
    shop = facilities_of(("f1", "shop", point(220, 100)))
    walled = build_network(ring, None, gates, yard, walking=WALKING)
    inside = gates_of(("c1", point(180, 100)))
    snaps, findings = snap_all(walled, inside, shop, walking=WALKING)
    walk = measure_reach(walled, snaps, walking=WALKING)["walk_m"].loc[("c1", "f1", "adult")]
    # 190 m back to the gate's street, 110 + 220 + 110 m round the block, 10 m to the shop
    assert walk == pytest.approx(640)
    assert not findings
    free = build_network(ring, None, gates, yard, walking=Walking(walls="never"))
    snaps, _ = snap_all(free, inside, shop, walking=WALKING)
    assert measure_reach(free, snaps, walking=WALKING)["walk_m"].min() == pytest.approx(40)


def test_both_access_legs_count_and_a_shared_edge_is_walked_directly():
    network = build_network(streets_of(line((0, 0), (500, 0))), walking=WALKING)
    snaps, _ = snap_all(
        network,
        gates_of(("c1", point(100, 30))),
        facilities_of(("f1", "clinic", point(160, -20))),
        walking=WALKING,
    )
    reach = measure_reach(network, snaps, walking=WALKING).loc[("c1", "f1")]
    assert reach["walk_m"].tolist() == pytest.approx([110, 110])
    assert reach["walk_minutes"].tolist() == pytest.approx([110 / (4000 / 60), 110 / (3200 / 60)])


def test_the_nearest_gate_decides_and_unreachable_pairs_have_no_row():
    network = build_network(
        streets_of(line((0, 0), (3000, 0)), line((0, 900), (10, 900))), walking=WALKING
    )
    gates = gates_of(("c1", point(0, 0)), ("c1", point(400, 0)), ("c2", point(5, 900)))
    shops = facilities_of(("f1", "shop", point(1000, 0)), ("f2", "shop", point(2500, 0)))
    snaps, _ = snap_all(network, gates, shops, walking=WALKING)
    reach = measure_reach(network, snaps, walking=WALKING)
    assert reach["walk_m"].to_dict() == pytest.approx(
        {("c1", "f1", "adult"): 600, ("c1", "f1", "older"): 600}
    )
    assert snaps["component"].nunique() == 2


def test_a_walk_of_exactly_one_and_a_half_limits_is_kept():
    network = build_network(streets_of(line((0, 0), (3000, 0))), walking=WALKING)
    snaps, _ = snap_all(
        network,
        gates_of(("c1", point(0, 0))),
        facilities_of(("f1", "shop", point(1500, 0)), ("f2", "shop", point(1500.1, 0))),
        walking=WALKING,
    )
    reach = measure_reach(network, snaps, walking=WALKING)
    assert reach.index.tolist() == [("c1", "f1", "adult")]


def test_a_facility_far_from_every_street_is_a_finding_and_not_at_distance_zero():
    network = build_network(streets_of(line((0, 0), (100, 0))), walking=WALKING)
    snaps, findings = snap_all(
        network,
        gates_of(("c1", point(0, 0))),
        facilities_of(("f9", "toilet", point(50, 130))),
        walking=WALKING,
    )
    assert snaps.index.get_level_values("owner").tolist() == ["community"]
    assert [(f.code, f.row_key) for f in findings] == [("not-snapped", "f9")]
    assert "130 m" in findings[0].zh
    assert "130 m" in findings[0].en


def test_an_area_is_entered_where_a_way_crosses_its_outline():
    network = build_network(
        streets_of(line((0, 50), (200, 50)), line((300, 0), (300, 100))), walking=WALKING
    )
    lots = facilities_of(
        ("p1", "parking", square(50, 0, 100)), ("p2", "parking", square(310, 0, 20))
    )
    entrances = find_entrances(lots, network)
    assert entrances["kind"].tolist() == ["inferred", "inferred", "nearest"]
    spots = [(p.x - X0, p.y - Y0) for p in entrances.geometry]
    assert spots[:2] == [pytest.approx((50, 50)), pytest.approx((150, 50))]
    assert spots[2][0] == pytest.approx(310)


def test_buildings_walk_straight_to_a_gate_and_then_along_the_network():
    network = build_network(streets_of(line((0, 0), (2000, 0))), walking=WALKING)
    gates = gates_of(("c1", point(0, 0)), ("c1", point(300, 0)))
    shops = facilities_of(("f1", "shop", point(900, 0)))
    houses = conform(
        BUILDINGS,
        gpd.GeoDataFrame(
            {"building_id": ["h1", "h2"], "community_id": ["c1", None]},
            geometry=[square(300, 40, 10), square(0, 40, 10)],
            crs=CRS,
        ),
    )
    snaps, _ = snap_all(network, gates, shops, walking=WALKING)
    yard = communities_of(("c1", square(0, 10, 400)))
    homes = snap_buildings(network, snaps, gpd.GeoDataFrame(houses), yard, gates, walking=WALKING)
    both = conform(SNAPS, pd.concat([snaps, homes]))
    reach = measure_building_reach(network, both, shops, walking=WALKING)
    assert reach["walk_m"].to_dict() == pytest.approx(
        {("h1", "shop", "adult"): 640, ("h1", "shop", "older"): 640}
    )


def test_walks_between_communities_are_symmetric_and_within_the_radius():
    network = build_network(streets_of(line((0, 0), (3000, 0))), walking=WALKING)
    gates = gates_of(("a", point(0, 5)), ("b", point(700, 5)), ("c", point(2400, 5)))
    snaps, _ = snap_all(network, gates, facilities_of(), walking=WALKING)
    walks = measure_walks(network, snaps, within_m=1000)["walk_m"]
    assert walks.to_dict() == pytest.approx({("a", "b"): 710, ("b", "a"): 710})


def _random_town(seed: int) -> tuple[WalkNetwork, pd.DataFrame]:
    """Draw a warped grid with missing streets, random gates and facilities."""
    rng = np.random.default_rng(seed)
    n = 7
    xy = np.stack(np.meshgrid(np.arange(n), np.arange(n)), -1) * 90.0 + rng.uniform(
        -30, 30, (n, n, 2)
    )
    lines = []
    for i in range(n):
        for j in range(n):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < n and m < n and rng.random() < 0.8:
                    middle = (xy[i, j] + xy[k, m]) / 2 + rng.uniform(-15, 15, 2)
                    lines.append(line(tuple(xy[i, j]), tuple(middle), tuple(xy[k, m])))
    network = build_network(streets_of(*lines), walking=WALKING)
    spots = rng.uniform(0, 540, (40, 2))
    gates = gates_of(*[(f"c{k // 2}", point(*spots[k])) for k in range(16)])
    found = facilities_of(*[(f"f{k}", CATEGORIES[k % 9], point(*spots[k])) for k in range(16, 40)])
    return network, snap_all(network, gates, found, walking=Walking(snap_m=60))[0]


def _by_networkx(network: WalkNetwork, snaps: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Route again on the exported tables, edges split at the snapped points."""
    graph = nx.Graph()
    rows = snaps.reset_index().sort_values("offset_m")
    for edge_id, edge in network.table.iterrows():
        last, done = edge["u"], 0.0
        for row in rows[rows["edge_id"] == edge_id].itertuples():
            spot = ("spot", row.owner, row.point_id)
            graph.add_edge(last, spot, weight=row.offset_m - done)
            graph.add_edge(spot, (row.owner, row.point_id), weight=row.access_m)
            last, done = spot, row.offset_m
        # of parallel edges the shorter one is walked
        weight = edge["length_m"] - done
        old = graph.get_edge_data(last, edge["v"], {}).get("weight", np.inf)
        graph.add_edge(last, edge["v"], weight=min(weight, old))
    walks: dict[tuple[str, str], float] = {}
    owners = {(r.owner, r.point_id): r.owner_id for r in rows.itertuples()}
    for community, group in rows[rows["owner"] == "community"].groupby("owner_id"):
        sources = [("community", p) for p in group["point_id"]]
        for node, walk in nx.multi_source_dijkstra_path_length(graph, sources).items():
            if isinstance(node, tuple) and node[0] == "facility" and walk <= 1500:
                pair = (str(community), owners[node])
                walks[pair] = min(walk, walks.get(pair, np.inf))
    return walks


@pytest.mark.parametrize("seed", range(40))
def test_walks_equal_an_independent_dijkstra_on_the_exported_tables(seed: int):
    network, snaps = _random_town(seed)
    reach = measure_reach(network, snaps, walking=WALKING)
    got = reach.xs("adult", level="walker")["walk_m"].to_dict()
    assert got == pytest.approx(_by_networkx(network, snaps), abs=1e-6)
    assert len(got) > 50


def test_an_empty_town_has_empty_tables():
    network = build_network(streets_of(line((0, 0), (100, 0))), walking=WALKING)
    snaps, _ = snap_all(network, gates_of(), facilities_of(), walking=WALKING)
    assert measure_reach(network, snaps, walking=WALKING).empty
    assert measure_walks(network, snaps, within_m=500).empty


def climbing(network: WalkNetwork, up: float, down: float) -> WalkNetwork:
    """Make every edge take `up` times its flat time from u to v and `down` times back."""
    flat = network.length_m / WALKING.metres_per_minute("adult")
    return replace(network, minutes=np.column_stack([flat * up, flat * down]))


@pytest.mark.parametrize("rule", ["distance", "time"])
def test_each_way_has_its_own_minutes_and_metres_stay(rule: str):
    level = build_network(streets_of(line((0, 0), (400, 0))), walking=WALKING)
    network = climbing(level, 2.0, 0.8)
    walking = replace(WALKING, rule=rule)
    gates = gates_of(("low", point(100, 0)), ("high", point(300, 0)))
    shops = facilities_of(("f", "shop", point(200, 0)))
    snaps, _ = snap_all(network, gates, shops, walking=walking)
    reach = measure_reach(network, snaps, walking=walking).xs("adult", level="walker")
    assert reach["walk_m"].tolist() == pytest.approx([100, 100])
    assert reach["walk_minutes"].to_dict() == pytest.approx(
        {("high", "f"): 1.5 * 0.8, ("low", "f"): 1.5 * 2.0}
    )


def test_the_least_metres_and_the_least_minutes_may_be_of_two_ways():
    """The short way climbs: 200 m in 9 minutes; round it 400 m take 6."""
    steep, flat = line((0, 0), (200, 0)), line((0, 0), (100, 173.20508075688772), (200, 0))
    level = build_network(streets_of(steep, flat), walking=WALKING)
    is_steep = level.street_ids == "s0"
    even = level.length_m / WALKING.metres_per_minute("adult")
    taken = np.where(is_steep, 3 * even, even)
    network = replace(level, minutes=np.column_stack([taken, taken]))
    gates, shops = gates_of(("c", point(0, 0))), facilities_of(("f", "shop", point(200, 0)))
    for rule in ("distance", "time"):
        walking = replace(WALKING, rule=rule)
        snaps, _ = snap_all(network, gates, shops, walking=walking)
        walk = measure_reach(network, snaps, walking=walking).loc[("c", "f", "adult")]
        assert walk["walk_m"] == pytest.approx(200)
        assert walk["walk_minutes"] == pytest.approx(400 / (4000 / 60))


def test_the_time_rule_keeps_walks_up_to_one_and_a_half_times_the_minutes():
    walking = Walking(rule="time", limit_minutes=10)
    network = build_network(streets_of(line((0, 0), (2000, 0))), walking=walking)
    gates = gates_of(("c", point(0, 0)))
    shops = facilities_of(
        ("f1", "shop", point(800, 0)),
        ("f2", "shop", point(1000, 0)),
        ("f3", "shop", point(1001, 0)),
    )
    snaps, _ = snap_all(network, gates, shops, walking=walking)
    reach = measure_reach(network, snaps, walking=walking)
    assert reach.index.tolist() == [
        ("c", "f1", "adult"),
        ("c", "f1", "older"),
        ("c", "f2", "adult"),
    ]


def houses_of(*homes: Polygon) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"building_id": [f"h{n}" for n in range(len(homes))], "community_id": "c1"},
        geometry=list(homes),
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(BUILDINGS, frame))


def test_buildings_walk_along_inside_paths_where_these_lead_to_a_gate():
    """One house stands at the path that winds to the gate, the other beyond the snapping leg."""
    path = line((100, 0), (100, 150), (20, 150), (20, 180))
    road = line((0, 0), (100, 0), (900, 0))
    network = build_network(streets_of(road, path), walking=WALKING)
    yard = communities_of(("c1", square(0, 10, 400)))
    gates = gates_of(("c1", point(100, 10)))
    shops = facilities_of(("f1", "shop", point(600, 0)))
    snaps, _ = snap_all(network, gates, shops, walking=WALKING)
    houses = houses_of(square(25, 160, 10), square(380, 380, 10))
    homes = snap_buildings(network, snaps, houses, yard, gates, walking=WALKING)
    assert homes.index.tolist() == [("building", "h0", "h0"), ("building", "h1", "c1-g0")]
    both = conform(SNAPS, pd.concat([snaps, homes]))
    reach = measure_building_reach(network, both, shops, walking=WALKING)
    walk = reach["walk_m"].xs("adult", level="walker")
    # 5 m to the path beside the house, which is 10 m long, then down the path and along the road
    along = walk[("h0", "shop")] - (5 + 80 + 150 + 500)
    assert 10 <= along <= 20
    assert walk[("h1", "shop")] == pytest.approx(np.hypot(280, 370) + 10 + 500)


def test_a_path_that_leads_to_no_gate_carries_nobody():
    lost = line((200, 200), (300, 200))
    network = build_network(streets_of(line((0, 0), (900, 0)), lost), walking=WALKING)
    yard = communities_of(("c1", square(0, 10, 400)))
    gates = gates_of(("c1", point(100, 10)))
    snaps, _ = snap_all(network, gates, facilities_of(), walking=WALKING)
    houses = houses_of(square(250, 210, 10))
    homes = snap_buildings(network, snaps, houses, yard, gates, walking=WALKING)
    assert homes.index.tolist() == [("building", "h0", "c1-g0")]


def test_a_street_along_the_wall_is_no_inside_path():
    network = build_network(streets_of(line((0, 10), (900, 10))), walking=WALKING)
    yard = communities_of(("c1", square(0, 10, 400)))
    gates = gates_of(("c1", point(100, 10)))
    snaps, _ = snap_all(network, gates, facilities_of(), walking=WALKING)
    homes = snap_buildings(
        network, snaps, houses_of(square(200, 30, 10)), yard, gates, walking=WALKING
    )
    assert homes.index.tolist() == [("building", "h0", "c1-g0")]


def test_a_building_takes_the_least_walk_by_the_rule_in_force():
    """Uphill to the near shop, on the level to the far one: the rules name different shops."""
    level = build_network(
        streets_of(line((-300, 0), (0, 0)), line((0, 0), (200, 0))), walking=WALKING
    )
    flat = level.length_m / WALKING.metres_per_minute("adult")
    taken = np.where(level.street_ids == "s1", 3 * flat, flat)
    network = replace(level, minutes=np.column_stack([taken, taken]))
    yard = communities_of(("c1", square(-50, 5, 100)))
    gates = gates_of(("c1", point(0, 5)))
    shops = facilities_of(("near", "shop", point(200, 0)), ("flat", "shop", point(-300, 0)))
    nearest = {}
    for rule in ("distance", "time"):
        walking = replace(WALKING, rule=rule)
        snaps, _ = snap_all(network, gates, shops, walking=walking)
        homes = snap_buildings(
            network, snaps, houses_of(square(0, 30, 10)), yard, gates, walking=walking
        )
        both = conform(SNAPS, pd.concat([snaps, homes]))
        row = measure_building_reach(network, both, shops, walking=walking)
        nearest[rule] = row.loc[("h0", "shop", "adult")]
    assert nearest["distance"]["nearest_id"] == "near"
    assert nearest["time"]["nearest_id"] == "flat"
    for row in nearest.values():
        assert row["walk_m"] == pytest.approx(25 + 5 + 200)
        assert row["walk_minutes"] == pytest.approx((25 + 5 + 300) / (4000 / 60))


@pytest.mark.parametrize("rule", ["distance", "time"])
@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_of_each_have_is_the_least_of_all_walks(seed: int, rule: str):
    """Every community of a random town stands for a building; slopes differ by direction."""
    network, snaps = _random_town(seed)
    rng = np.random.default_rng(seed)
    factor = rng.uniform(0.8, 3.0, (len(network.length_m), 2))
    network = replace(network, minutes=network.minutes * factor)
    walking = replace(WALKING, rule=rule)
    rows = snaps.reset_index()
    homes = rows[rows["owner"] == "community"].assign(owner="building")
    both = conform(SNAPS, pd.concat([rows, homes]))
    shops = sorted(rows.loc[rows["owner"] == "facility", "owner_id"].unique())
    haves = {name: CATEGORIES[number % 3] for number, name in enumerate(shops)}
    facilities = facilities_of(*((name, haves[name], point(0, 0)) for name in shops))
    got = measure_building_reach(network, both, facilities, walking=walking)
    reach = measure_reach(network, snaps, walking=walking).reset_index()
    reach["category"] = reach["facility_id"].map(haves)
    value = "walk_minutes" if rule == "time" else "walk_m"
    reach = reach.sort_values(["community_id", "category", "walker", value, "facility_id"])
    best = reach.drop_duplicates(["community_id", "category", "walker"])
    best = best.set_index(["community_id", "category", "walker"]).sort_index()
    assert len(best) > 20
    assert got.index.tolist() == best.index.tolist()
    assert got["nearest_id"].tolist() == best["facility_id"].tolist()
    assert got[value].to_numpy() == pytest.approx(best[value].to_numpy(), abs=1e-6)


@pytest.mark.parametrize("rule", ["distance", "time"])
@pytest.mark.parametrize("seed", range(20))
def test_one_and_a_half_limits_exactly_are_kept_however_the_street_is_split(seed: int, rule: str):
    """Sums of many pieces round: a walk of 1 500 m must not turn into a gap by that."""
    rng = np.random.default_rng(seed)
    stops = [0.0, *np.sort(rng.uniform(0, 1500, 30)), 1500.0]
    pieces = [line((a, 0), (b, 0)) for a, b in pairwise(stops)]
    walking = replace(WALKING, rule=rule)
    network = build_network(streets_of(*pieces), walking=walking)
    gates, shops = gates_of(("c1", point(0, 0))), facilities_of(("f1", "shop", point(1500, 0)))
    snaps, _ = snap_all(network, gates, shops, walking=walking)
    reach = measure_reach(network, snaps, walking=walking)
    assert reach.index.tolist() == [("c1", "f1", "adult")]
