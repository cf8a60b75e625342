"""A real city on hills: who must climb gets less far, by at least what Tobler says."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest

from layers.crs import choose_crs
from layers.network import WalkNetwork, build_network
from layers.osm import read_osm
from layers.search import Floats, Grouped, grouped, links_of, reached_nodes
from layers.streets import prepare_streets
from layers.terrain import Terrain, read_terrain
from layers.walking import Walking
from tests.osm_text import SHARED

PORTO_ALEGRE = SHARED / "porto_alegre"
MINUTES = 15.0
WALKING = Walking(rule="time", limit_minutes=MINUTES)

pytestmark = pytest.mark.skipif(
    not PORTO_ALEGRE.is_dir(), reason="the data of Porto Alegre is not beside the project"
)


@dataclass(frozen=True)
class City:
    streets: gpd.GeoDataFrame
    terrain: Terrain
    flat: WalkNetwork
    hilly: WalkNetwork


@pytest.fixture(scope="module")
def city() -> City:
    osm = read_osm(PORTO_ALEGRE / "porto_alegre_2020.osm.pbf")
    crs = choose_crs("auto", tuple(osm.streets.to_crs(4326).total_bounds))
    streets, _ = prepare_streets(osm.streets, crs=crs)
    terrain = read_terrain(PORTO_ALEGRE / "poa_elevation.tif", streets).terrain
    return City(
        streets,
        terrain,
        build_network(streets, walking=WALKING),
        build_network(streets, walking=WALKING, heights=terrain),
    )


def reached(network: WalkNetwork, minutes: Floats, origins: np.ndarray) -> Grouped:
    links = links_of(network.ends, minutes, len(network.node_xy))
    each = np.arange(len(origins))
    seeds = grouped(each, origins, np.zeros(len(origins)), len(origins))
    return reached_nodes(links, seeds, MINUTES)


def group_of(found: Grouped) -> np.ndarray:
    return np.repeat(np.arange(len(found.start) - 1), np.diff(found.start))


def test_circles_shrink_uphill(city: City):
    height = city.terrain.at(city.flat.node_xy)
    origins = np.flatnonzero((city.flat.component == 0) & ~np.isnan(height))[::50]
    flat = reached(city.flat, city.flat.minutes, origins)
    out = np.diff(reached(city.hilly, city.hilly.minutes, origins).start)
    back = np.diff(reached(city.hilly, city.hilly.minutes[:, ::-1], origins).start)
    on_flat = np.diff(flat.start)
    climb = np.nan_to_num(height[flat.item] - height[origins][group_of(flat)])
    mean_climb = np.bincount(group_of(flat), climb) / on_flat
    foot, top = mean_climb > 10, mean_climb < -10  # metres from the origin to its circle
    assert foot.sum() > 30
    assert top.sum() > 30
    assert (out[foot] < on_flat[foot]).all()
    assert (out[foot] < back[foot]).all()  # going home downhill reaches from farther
    assert (back[top] < on_flat[top]).all()
    assert (back[top] < out[top]).all()
    share = out / on_flat
    assert share[foot].mean() < 0.85 < share[top].mean()


def test_no_place_above_is_reached_sooner_than_its_climb_allows(city: City):
    # 1 / speed >= 1 + 3.5 S for every slope S, so a path that climbs h metres takes at least the
    # time of length + 3.5 h metres on the flat, whatever lies between
    plain = city.streets[~(city.streets["steps"] | city.streets["bridge"] | city.streets["tunnel"])]
    flat = build_network(plain, walking=WALKING)
    hilly = build_network(plain, walking=WALKING, heights=city.terrain)
    height = city.terrain.at(flat.node_xy)
    known = ~np.isnan(height)
    origins = np.flatnonzero((flat.component == 0) & known)[::200]
    on_flat = reached(flat, flat.minutes, origins)
    on_hills = reached(hilly, hilly.minutes, origins)
    least = np.full((len(origins), len(height)), np.inf)
    least[group_of(on_flat), on_flat.item] = on_flat.value
    group = group_of(on_hills)
    climb = height[on_hills.item] - height[origins][group]
    bound = least[group, on_hills.item] + 3.5 * climb / WALKING.metres_per_minute("adult")
    above = np.isfinite(bound) & (climb > 0)
    assert above.sum() > 1000
    assert (on_hills.value[above] >= bound[above] - 1e-9).all()


def test_heights_change_minutes_and_no_metres(city: City):
    assert np.array_equal(city.flat.length_m, city.hilly.length_m)
    assert np.array_equal(city.flat.ends, city.hilly.ends)
    assert (city.flat.minutes != city.hilly.minutes).mean() > 0.8
