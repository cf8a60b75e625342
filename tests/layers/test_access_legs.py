"""Legs from points to their streets that lead through a wall or over water."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.access_legs import doubt_access_legs
from layers.checks import Finding
from layers.network import build_network
from layers.reach import snap_all
from layers.walking import Walking
from tests.grid import (
    barriers_of,
    communities_of,
    facilities_of,
    gates_of,
    line,
    point,
    square,
    streets_of,
)

YARD = communities_of(("c1", square(0, 0, 100)))
GATE = gates_of(("c1", point(100, 50)), kind="surveyed")
STREETS = streets_of(line((-20, -20), (-20, 120)), line((50, 50), (120, 50)))


def doubts(
    *shops: shapely.Point, walking: Walking | None = None, barriers: gpd.GeoDataFrame | None = None
) -> list[Finding]:
    """Put shops onto the streets of the yard, and list what is doubtful."""
    walking = walking or Walking()
    facilities = facilities_of(*((f"f{k}", "shop", at) for k, at in enumerate(shops, start=1)))
    network = build_network(STREETS, barriers, GATE, YARD, walking=walking)
    snaps, _ = snap_all(network, GATE, facilities, walking=walking)
    return doubt_access_legs(
        snaps, GATE, facilities, barriers=barriers, communities=YARD, walking=walking
    )


def test_a_shop_in_the_outer_wall_opens_outside_and_is_named():
    (found,) = doubts(point(5, 90), point(60, 60))
    assert (found.code, found.severity) == ("leg-over-wall", "note")
    assert "f1" in found.en
    assert "f2" not in found.en


def test_without_walls_there_is_no_doubt():
    assert doubts(point(5, 90), walking=Walking(walls="never")) == []


def test_a_leg_through_the_gate_is_in_no_doubt():
    ends_inside = streets_of(line((104, -50), (104, 150)))
    network = build_network(ends_inside, None, GATE, YARD, walking=Walking())
    shop = facilities_of(("f1", "shop", point(97, 51)))
    snaps, _ = snap_all(network, GATE, shop, walking=Walking())
    assert snaps["access_m"].max() == pytest.approx(7.0)
    assert not doubt_access_legs(
        snaps, GATE, shop, barriers=None, communities=YARD, walking=Walking()
    )


def test_a_river_between_shop_and_street_is_to_be_checked_whatever_walls_do():
    river = barriers_of(("river", line((-40, -100), (-40, 300))))
    for walls in ("surveyed", "never"):
        (found,) = doubts(point(-60, 50), walking=Walking(walls=walls), barriers=river)
        assert (found.code, found.severity) == ("leg-over-barrier", "check")
        assert "f1" in found.zh
    assert doubts(point(-30, 50), barriers=river) == []


def test_a_facility_of_two_haves_is_counted_once():
    both = facilities_of(("f1", "shop", point(5, 90)), ("f1", "parcel", point(5, 90)))
    network = build_network(STREETS, None, GATE, YARD, walking=Walking())
    snaps, _ = snap_all(network, GATE, both, walking=Walking())
    (found,) = doubt_access_legs(
        snaps, GATE, both, barriers=None, communities=YARD, walking=Walking()
    )
    assert "(1): f1." in found.en
