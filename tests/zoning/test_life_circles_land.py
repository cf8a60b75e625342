"""Water and railway land cut out of circles: the same land out of all of them."""

from __future__ import annotations

from itertools import pairwise, product

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.contracts import check, conform
from layers.errors import ContractError
from layers.network import WalkNetwork, build_network
from layers.reach import snap_all
from layers.tables import LAND
from layers.walking import Walking
from tests.circle_truth import off, truth_of
from tests.grid import CRS, at, facilities_of, gates_of, line, point, square, streets_of
from zoning.life_circles import bands_m, trace_catchments, trace_life_circles
from zoning.tables import CIRCLES

WALKING = Walking()
RIVER = shapely.box(*at(-500, 420), *at(2000, 500))
YARD = square(800, 600, 130)
"""A river that runs across the town, and railway land in its east."""


def _land(*found: tuple[str, BaseGeometry]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"land_id": [f"w{n}" for n in range(len(found))], "kind": [kind for kind, _ in found]},
        geometry=[shape for _, shape in found],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform(LAND, frame, crs=CRS))


def _town() -> WalkNetwork:
    lines = [line(*[(j * 100, i * 100) for j in range(15)]) for i in range(15)]
    lines += [line(*[(i * 100, j * 100) for j in range(15)]) for i in range(15)]
    return build_network(streets_of(*lines), walking=WALKING)


def _trace(
    network: WalkNetwork, land: gpd.GeoDataFrame | None, *gates: tuple[str, BaseGeometry]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    snaps, _ = snap_all(network, gates_of(*gates), facilities_of(), walking=WALKING)
    return trace_life_circles(network, snaps, walking=WALKING, land=land), snaps


def test_the_same_land_is_cut_out_of_every_circle_and_nothing_else():
    network = _town()
    gates = (("a", point(640, 700)), ("b", point(300, 130)))
    whole, _ = _trace(network, None, *gates)
    land = _land(("water", RIVER), ("railway", YARD), ("green", square(500, 500, 90)))
    cut, _ = _trace(network, land, *gates)
    check(CIRCLES, cut)
    assert cut.index.equals(whole.index)
    closed = shapely.union_all([RIVER, YARD])
    for key, area in cut.geometry.items():
        assert area.is_valid
        wanted = shapely.difference(whole.geometry.loc[key], closed)
        assert shapely.area(shapely.symmetric_difference(area, wanted)) < 1e-3
    assert cut["area_m2"].tolist() == cut.geometry.area.tolist()


def test_a_cut_circle_is_as_close_to_the_exact_one_cut_alike():
    network = _town()
    land = _land(("water", RIVER), ("railway", YARD))
    cut, snaps = _trace(network, land, ("a", point(640, 700)))
    closed = shapely.union_all(land.geometry.to_numpy())
    for walker in ("adult", "older"):
        for band, limit in bands_m(WALKING, walker).items():
            truth = shapely.difference(truth_of(network, snaps, "a", limit, WALKING), closed)
            assert off(cut.geometry.loc["a", walker, band], truth) < 0.005


def test_bands_stay_nested_after_cutting():
    land = _land(("water", RIVER), ("railway", YARD))
    cut, _ = _trace(_town(), land, ("a", point(640, 700)))
    area = cut.geometry.loc["a"]
    for walker in ("adult", "older"):
        for inner, outer in pairwise(area.loc[walker, band] for band in ("5", "10", "15")):
            assert shapely.area(shapely.difference(inner, outer)) < 1e-3
    outside = shapely.difference(area.loc["older", "15"], area.loc["adult", "15"])
    assert shapely.area(outside) < 1e-3


def test_an_island_in_the_river_stays():
    ring = shapely.difference(RIVER, square(600, 440, 40))
    cut, _ = _trace(_town(), _land(("water", ring)), ("a", point(640, 700)))
    circle = cut.geometry.loc["a", "adult", "15"]
    assert shapely.contains(circle, point(620, 460))
    assert not shapely.intersects(circle, point(660, 460))


def test_a_gate_on_railway_land_keeps_its_ground():
    land = _land(("railway", square(400, 400, 400)))
    cut, _ = _trace(_town(), land, ("a", point(600, 600)), ("b", point(300, 300)))
    mine, other = (cut.geometry.loc[owner, "adult", "15"] for owner in ("a", "b"))
    # b, who has no gate there, has none of it
    assert shapely.area(shapely.intersection(other, land.geometry.iloc[0])) < 1e-3
    kept = shapely.intersection(mine, land.geometry.iloc[0])
    assert shapely.contains(kept, point(600, 600))
    assert kept.area == pytest.approx(3.14159 * 50**2, rel=0.02)


def test_lines_of_rivers_and_railways_have_no_ground():
    lines = _land(("water", line((0, 450), (1400, 450))), ("railway", line((0, 0), (1400, 1400))))
    gates = (("a", point(640, 700)),)
    assert _trace(_town(), lines, *gates)[0].equals(_trace(_town(), None, *gates)[0])


def test_land_far_from_a_circle_changes_nothing():
    gates = (("a", point(640, 700)),)
    far = _land(("water", square(90_000, 0, 500)))
    assert _trace(_town(), far, *gates)[0].equals(_trace(_town(), None, *gates)[0])


def test_overlapping_and_broken_land_is_cut_once():
    bow = shapely.Polygon([at(0, 300), at(300, 380), at(300, 300), at(0, 380)])
    pieces = _land(("water", RIVER), ("water", shapely.box(*at(0, 450), *at(900, 560))),
                   ("water", bow))  # fmt: skip
    cut, _ = _trace(_town(), pieces, ("a", point(640, 700)))
    assert shapely.is_valid(cut.geometry).all()
    together = shapely.union_all(shapely.make_valid(pieces.geometry.to_numpy()))
    for area in cut.geometry:
        assert shapely.area(shapely.intersection(area, together)) < 1e-3


def test_catchments_lose_the_same_land():
    network, land = _town(), _land(("water", RIVER))
    shops = facilities_of(("f1", "shop", point(300, 300)), ("f2", "clinic", point(900, 900)))
    snaps, _ = snap_all(network, gates_of(), shops, walking=WALKING)
    whole = trace_catchments(network, snaps, shops, walking=WALKING)
    cut = trace_catchments(network, snaps, shops, walking=WALKING, land=land)
    for category in ("shop", "clinic"):
        wanted = shapely.difference(whole.geometry.loc[category], RIVER)
        got = cut.geometry.loc[category]
        assert shapely.area(shapely.symmetric_difference(got, wanted)) < 1e-3


def test_land_that_breaks_its_contract_is_refused():
    land = _land(("water", RIVER)).assign(kind="lava")
    with pytest.raises(ContractError, match="lava"):
        _trace(_town(), land, ("a", point(640, 700)))


def test_many_owners_are_cut_each_like_itself_alone():
    network, land = _town(), _land(("water", RIVER), ("railway", YARD))
    gates = [
        (f"c{i}{j}", point(50 + 130 * i, 60 + 140 * j)) for i, j in product(range(10), range(10))
    ]
    together, _ = _trace(network, land, *gates)
    for gate in (gates[0], gates[44], gates[99]):
        alone, _ = _trace(network, land, gate)
        assert together.loc[[gate[0]]].equals(alone)
