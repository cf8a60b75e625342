"""Life circles on real streets: half a percent, valid, nested, the same on any machine."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.barriers import prepare_barriers
from layers.crs import choose_crs
from layers.land import list_closed_land, prepare_land
from layers.network import WalkNetwork, build_network
from layers.osm import OsmData, read_osm
from layers.streets import prepare_streets
from layers.walking import Walking
from tests.circle_truth import off, truth_of
from tests.long import examples
from zoning.life_circles import trace_life_circles

WALKING = Walking()
LEVEL = ["walker", "band"]


@pytest.fixture(scope="module")
def city(helsinki: Path) -> tuple[WalkNetwork, gpd.GeoDataFrame, pd.DataFrame]:
    """Give a real network, its closed land, and homes at random on its streets."""
    data: OsmData = read_osm(helsinki)
    crs = choose_crs("auto", tuple(data.streets.total_bounds.tolist()))
    streets, _ = prepare_streets(data.streets, crs=crs, extent=None)
    network = build_network(streets, walking=WALKING)
    barriers, _ = prepare_barriers(data.barriers, crs=crs)
    land = list_closed_land(prepare_land(data.land, crs=crs), barriers)
    rng = np.random.default_rng(0)
    edge = rng.choice(len(network.ends), 20, replace=False)
    homes = shapely.line_interpolate_point(
        network.lines[edge], rng.random(20) * network.length_m[edge]
    )
    points = gpd.GeoDataFrame(
        {"owner": "community", "owner_id": [f"c{k:02d}" for k in range(20)], "point_id": "g"},
        geometry=homes,
        crs=crs,
    )
    return network, land, network.snap(points, within_m=100.0)[0]


def test_the_mean_error_on_real_streets_is_at_most_half_a_percent(
    city: tuple[WalkNetwork, gpd.GeoDataFrame, pd.DataFrame],
):
    network, land, snaps = city
    whole = trace_life_circles(network, snaps, walking=WALKING)
    cut = trace_life_circles(network, snaps, walking=WALKING, land=land)
    closed = shapely.union_all(land.geometry.to_numpy())
    errors = []
    for owner in whole.index.get_level_values("community_id").unique()[:: examples(4, 10)]:
        for band, limit in (("5", 300.0), ("15", 1000.0)):
            truth = truth_of(network, snaps, owner, limit, WALKING)
            errors.append(off(whole.geometry.loc[owner, "adult", band], truth))
            dry = shapely.difference(truth, closed)
            errors.append(off(cut.geometry.loc[owner, "adult", band], dry))
    assert np.mean(errors) < 0.005


def test_real_circles_are_valid_nested_and_keep_their_holes(
    city: tuple[WalkNetwork, gpd.GeoDataFrame, pd.DataFrame],
):
    network, land, snaps = city
    for ground in (None, land):
        circles = trace_life_circles(network, snaps, walking=WALKING, land=ground)
        assert shapely.is_valid(circles.geometry).all()
        area = circles.geometry
        for walker in ("older", "adult"):
            for inner, outer in pairwise(("5", "10", "15")):
                outside = shapely.difference(
                    area.xs((walker, inner), level=LEVEL).to_numpy(),
                    area.xs((walker, outer), level=LEVEL).to_numpy(),
                )
                assert shapely.area(outside).max() < 1e-3
        outside = shapely.difference(
            area.xs(("older", "15"), level=LEVEL).to_numpy(),
            area.xs(("adult", "15"), level=LEVEL).to_numpy(),
        )
        assert shapely.area(outside).max() < 1e-3
    parts = shapely.get_parts(circles.geometry.to_numpy())
    assert shapely.get_num_interior_rings(parts).sum() > 0


def test_the_number_of_processors_changes_nothing(
    city: tuple[WalkNetwork, gpd.GeoDataFrame, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
):
    network, land, snaps = city
    many = trace_life_circles(network, snaps, walking=WALKING, land=land)
    monkeypatch.setattr("zoning.reached._CHUNK", 3)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    one = trace_life_circles(network, snaps, walking=WALKING, land=land)
    assert shapely.to_wkb(one.geometry).tolist() == shapely.to_wkb(many.geometry).tolist()
