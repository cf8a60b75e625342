"""The walking network: noding, cutting at walls, snapping onto edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, affinity

from layers.contracts import check
from layers.errors import InputError
from layers.network import build_network
from layers.tables import NETWORK
from layers.walking import Walking
from tests.grid import barriers_of, communities_of, gates_of, line, point, square, streets_of

WALKING = Walking()


def test_streets_that_share_a_vertex_meet_and_others_pass_over():
    crossing = streets_of(
        line((0, 50), (50, 50), (100, 50)),
        line((50, 0), (50, 50), (50, 100)),
        line((75, 0), (75, 100)),
    )
    network = build_network(crossing, walking=WALKING)
    assert len(network.edge_ids) == 5
    assert network.length_m.tolist() == pytest.approx([50, 50, 50, 50, 100])
    # the third street crosses the first without a shared vertex: a part of its own
    assert sorted(np.unique(network.component, return_counts=True)[1].tolist()) == [2, 5]
    check(NETWORK, network.table)


def test_a_network_without_a_walkable_street_is_refused_with_the_count():
    with pytest.raises(InputError) as caught:
        build_network(streets_of(line((0, 0), (10, 0)), walkable=False), walking=WALKING)
    assert "1 lines within the area, none that can be walked" in caught.value.en
    assert "共 1 条线，没有一条可步行" in caught.value.zh


def test_reversing_and_shuffling_streets_changes_no_length_between_nodes():
    lines = [line((0, 0), (100, 0)), line((100, 0), (100, 80)), line((0, 0), (0, 80), (100, 80))]
    one = build_network(streets_of(*lines), walking=WALKING)
    turned = [LineString(found.coords[::-1]) for found in lines]
    other = build_network(streets_of(*turned, ids=["s0", "s1", "s2"]).iloc[::-1], walking=WALKING)
    assert one.table.equals(other.table)


def test_a_wall_cuts_a_street_and_a_surveyed_gate_lets_it_through():
    streets = streets_of(line((-50, 50), (150, 50)), line((-50, 20), (150, 20)))
    yard = communities_of(("c1", square(0, 0, 100)))
    gates = gates_of(("c1", point(0, 50)), kind="surveyed")
    network = build_network(streets, None, gates, yard, walking=WALKING)
    lengths = {
        street: sorted(network.length_m[network.street_ids == street].tolist())
        for street in ("s0", "s1")
    }
    assert lengths["s0"] == pytest.approx([50, 150])  # cut at the far side only
    assert lengths["s1"] == pytest.approx([50, 50, 100])  # cut on both sides
    assert len(np.unique(network.component)) == 5
    free = build_network(streets, None, gates, yard, walking=Walking(walls="never"))
    assert len(free.edge_ids) == 2


def test_inferred_gates_never_make_a_wall():
    yard = communities_of(("c1", square(0, 0, 100)))
    gates = gates_of(("c1", point(0, 50)))
    network = build_network(
        streets_of(line((-50, 20), (150, 20))), None, gates, yard, walking=WALKING
    )
    assert len(network.edge_ids) == 1


@pytest.mark.parametrize(
    ("columns", "parts"), [({}, 2), ({"bridge": True}, 1), ({"tunnel": True}, 1)]
)
def test_a_river_cuts_what_is_neither_bridge_nor_tunnel(columns: dict[str, object], parts: int):
    street = streets_of(line((0, 0), (100, 0)), **columns)
    river = barriers_of(("river", line((50, -50), (50, 50))))
    network = build_network(street, river, walking=WALKING)
    assert len(np.unique(network.component)) == parts


def test_a_level_crossing_drawn_as_a_shared_vertex_is_open():
    street = streets_of(line((0, 0), (50, 0), (100, 0)))
    rail = barriers_of(("railway", line((50, -50), (50, 0), (50, 50))))
    assert len(np.unique(build_network(street, rail, walking=WALKING).component)) == 1


def test_points_snap_onto_edges_with_the_access_leg_and_a_limit():
    network = build_network(streets_of(line((0, 0), (100, 0))), walking=WALKING)
    points = gates_of(("near", point(30, 40)), ("edge", point(60, 100)), ("far", point(10, 100.5)))
    points = points.assign(point_id=points.index)
    snaps, missed = network.snap(points, within_m=100)
    rows = snaps.reset_index().set_index("owner_id")
    assert rows.loc["near", ["offset_m", "access_m"]].tolist() == pytest.approx([30, 40])
    assert rows.loc["edge", "access_m"] == pytest.approx(100)
    assert missed["owner_id"].tolist() == ["far"]
    assert missed["nearest_m"].tolist() == pytest.approx([100.5])


def test_a_turned_city_has_the_same_lengths():
    lines = [line((0, 0), (100, 0)), line((100, 0), (160, 80)), line((0, 0), (160, 80))]
    centre = lines[0].coords[0]
    turned = [affinity.rotate(found, 37, origin=centre) for found in lines]
    one = build_network(streets_of(*lines), walking=WALKING)
    other = build_network(streets_of(*turned), walking=WALKING)
    assert dict(zip(one.street_ids, one.length_m, strict=True)) == pytest.approx(
        dict(zip(other.street_ids, other.length_m, strict=True))
    )


def test_a_network_cannot_be_changed_and_leaves_its_callers_arrays_alone():
    network = build_network(streets_of(line((0, 0), (10, 0))), walking=WALKING)
    for name in ("node_xy", "ends", "length_m", "minutes", "lines", "edge_ids"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(network, name)[0] = getattr(network, name)[0]
    own = np.array([[1.0, 2.0]])
    replace(network, minutes=own)
    own[0, 0] = 3.0
