"""Reached streets: pieces without overlap, cut exactly where the limit strikes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.contracts import check
from layers.network import build_network
from layers.reach import snap_all
from layers.walking import Walking
from tests.circle_truth import drawn, entries_of, exact_length, exact_spans
from tests.grid import facilities_of, gates_of, line, point, streets_of
from zoning.life_circles import trace_life_circles
from zoning.reached_streets import trace_reached_streets
from zoning.tables import REACHED_STREETS

WALKING = Walking()


def test_a_street_is_cut_where_the_limit_strikes():
    ways = streets_of(line((0, 0), (3000, 0)))
    network = build_network(ways, walking=WALKING)
    snaps, _ = snap_all(network, gates_of(("c1", point(900, 30))), facilities_of(), walking=WALKING)
    streets = trace_reached_streets(
        network, snaps, ways, walking=WALKING, walkers=("adult", "older")
    )
    check(REACHED_STREETS, streets)
    # the leg of 30 m is counted, not drawn; in the west the street ends
    assert streets["length_m"].to_dict() == pytest.approx(
        {("c1", "adult"): 900 + 970, ("c1", "older"): 770 + 770}
    )
    assert streets["limit_m"].to_dict() == pytest.approx(
        {("c1", "adult"): 1000, ("c1", "older"): 800}
    )
    assert streets.geometry.loc["c1", "older"].equals(line((130, 0), (1670, 0)))


def test_what_is_reached_from_two_gates_counts_once():
    ways = streets_of(line((0, 0), (3000, 0)))
    network = build_network(ways, walking=WALKING)
    gates = gates_of(("c1", point(900, 0)), ("c1", point(1100, 0)), ("c1", point(1000, 20)))
    snaps, _ = snap_all(network, gates, facilities_of(), walking=WALKING)
    streets = trace_reached_streets(network, snaps, ways, walking=WALKING)
    assert streets["length_m"].tolist() == pytest.approx([2100.0])


def test_a_community_off_the_network_has_no_row():
    ways = streets_of(line((0, 0), (3000, 0)))
    network = build_network(ways, walking=WALKING)
    snaps, _ = snap_all(
        network, gates_of(("c1", point(900, 500))), facilities_of(), walking=WALKING
    )
    streets = trace_reached_streets(network, snaps, ways, walking=WALKING)
    check(REACHED_STREETS, streets)
    assert streets.empty


def test_pavements_are_drawn_but_not_counted_and_walks_across_squares_neither():
    ways = streets_of(
        line((0, 0), (300, 0)),
        line((0, 0), (0, 10), (300, 10)),
        line((300, 0), (500, 0)),
        line((0, 0), (0, -90)),
        **{
            "class": ["residential", "footway", "square", "service"],
            "parallel": pd.array([None, True, True, False], dtype="boolean"),
        },
    )
    network = build_network(ways, walking=WALKING)
    snaps, _ = snap_all(network, gates_of(("c1", point(0, 0))), facilities_of(), walking=WALKING)
    streets = trace_reached_streets(network, snaps, ways, walking=WALKING)
    check(REACHED_STREETS, streets)
    assert streets["length_m"].tolist() == pytest.approx([300 + 90])
    assert streets.geometry.length.tolist() == pytest.approx([300 + 310 + 90])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rule", ["distance", "time"])
def test_pieces_are_those_of_an_independent_search_and_lie_in_the_circle(seed: int, rule: str):
    rng = np.random.default_rng(seed)
    walking = Walking(rule=rule, limit_m=400.0, limit_minutes=6.0, snap_m=1000.0)
    spots = rng.uniform(0, 900, (14, 2))
    pairs = {(min(a, b), max(a, b)) for a, b in rng.integers(0, 14, (30, 2)) if a != b}
    lines = [
        line(tuple(spots[a]), tuple(rng.uniform(0, 900, 2)), tuple(spots[b]))
        for a, b in sorted(pairs)
    ]
    ways = streets_of(*lines)
    network = build_network(ways, walking=walking)
    pace = rng.uniform(0.008, 0.03, (len(network.ends), 2))
    network = replace(network, minutes=network.length_m[:, None] * pace)
    gates = gates_of(("c1", point(300, 300)), ("c1", point(310, 320)), ("c2", point(600, 500)))
    snaps, _ = snap_all(network, gates, facilities_of(), walking=walking)
    streets = trace_reached_streets(network, snaps, ways, walking=walking)
    circles = trace_life_circles(network, snaps, walking=walking)
    for owner in streets.index.get_level_values("community_id"):
        spans = exact_spans(
            network,
            network.cost(walking, "adult"),
            entries_of(network, snaps, owner),
            walking.limit("adult"),
            access=walking.access_cost("adult"),
        )
        pieces = drawn(network, spans)
        row = streets.loc[owner, "adult"]
        assert row["length_m"] == pytest.approx(exact_length(spans), abs=1e-3)
        apart = shapely.hausdorff_distance(
            row["geometry"], shapely.GeometryCollection(pieces), densify=0.1
        )
        assert apart < 1e-3
        assert shapely.covers(circles.geometry.loc[owner, "adult", "15"], row["geometry"])
