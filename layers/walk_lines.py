"""The geometry of walks: access leg, stretches of edges, access leg."""

from __future__ import annotations

import numpy as np
import shapely

from layers.least_walks import Spots
from layers.network import Floats, Ints, WalkNetwork
from layers.route_search import Traced
from layers.stretches import Shapes, cut_stretches


def draw_walks(
    network: WalkNetwork,
    origins: Spots,
    targets: Spots,
    traced: Traced,
    places: tuple[Shapes, Shapes],
) -> Shapes:
    """Draw walks as lines.

    Parameters
    ----------
    network
        The walking network.
    origins, targets, traced
        As for `layers.route_search.trace_pairs`, and what it gave.
    places
        Where each walk begins and where it ends, shapes, (n,) each; None where it is not known:
        the line then begins or ends on the street.

    Returns
    -------
    array
        Shape (n,); None for a pair that is not connected.
    """
    count = len(traced.gate)
    number = np.flatnonzero(traced.gate >= 0)
    from_gate, gate_spot = _access(network, origins, traced.gate, places[0], number)
    to_entrance, entrance_spot = _access(network, targets, traced.entrance, places[1], number)
    rows = [from_gate, gate_spot, _along(network, traced), entrance_spot, to_entrance]
    walk = np.concatenate([row[0] for row in rows])
    xy = np.concatenate([row[1] for row in rows])
    order = np.argsort(walk, kind="stable")
    walk, xy = walk[order], xy[order]
    starts = np.r_[True, walk[1:] != walk[:-1]][: len(walk)]
    again = ~starts & (np.diff(xy, axis=0, prepend=np.nan) == 0).all(axis=1)
    # a walk of no length keeps two equal points
    single = np.bincount(walk[~again], minlength=count) == 1
    last = np.r_[starts[1:], True][: len(walk)]
    again &= ~(last & single[walk])
    lines = np.full(count, None, dtype=object)
    lines[number] = shapely.linestrings(xy[~again], indices=np.searchsorted(number, walk[~again]))
    return lines


def _access(
    network: WalkNetwork, spots: Spots, point: Ints, shapes: Shapes, number: Ints
) -> tuple[tuple[Ints, Floats], tuple[Ints, Floats]]:
    """Give the walk and coordinates of known places, and of the spots on the edges."""
    point, shapes = point[number], shapes[number]
    spot = np.asarray(
        shapely.line_interpolate_point(network.lines[spots.edge[point]], spots.offset_m[point]),
        dtype=object,
    )
    given = ~shapely.is_missing(shapes)
    place = shapely.get_point(shapely.shortest_line(shapes[given], spot[given]), 0)
    return (
        (number[given], shapely.get_coordinates(place)),
        (number, shapely.get_coordinates(spot)),
    )


def _along(network: WalkNetwork, traced: Traced) -> tuple[Ints, Floats]:
    """Give the walk and coordinates of every vertex of the stretches, in walking order."""
    legs = traced.legs
    moves = legs.begin != legs.end
    walk, edge = legs.walk[moves], legs.edge[moves]
    low = np.minimum(legs.begin, legs.end)[moves]
    high = np.maximum(legs.begin, legs.end)[moves]
    parts = network.lines[edge]
    cut = (low > 0) | (high < network.length_m[edge])
    parts[cut] = cut_stretches(network.lines, edge[cut], low[cut], high[cut])
    backwards = (legs.begin > legs.end)[moves]
    parts[backwards] = shapely.reverse(parts[backwards])
    xy, part = shapely.get_coordinates(parts, return_index=True)
    return walk[part], xy
