"""A made .osm.pbf of any size: a bent street grid with shape points, and houses along it.

Run as ``python benchmarks/made_extract.py FILE [CROSSINGS]``. The default has about 200 000
crossings, 1.9 million nodes and half a million ways, as large as a Chinese city of a few million
people in OpenStreetMap. The same call makes the same map.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import mutable

WEST, SOUTH = 112.0, 34.0
STEP = 0.001
"""Degrees between crossings: about 100 m."""
KEPT_SHARE = 0.757
"""Share of the grid's edges that are streets: dead ends, T-junctions and blocks of all sizes."""
SHAPE_POINTS = 3
CORNERS = 4
HOUSE = 0.00008
CLASSES = ("residential", "residential", "service", "footway", "tertiary", "secondary")
NAMES = ("中州路", "民主路", "洛神路", "槐新路", "商都路")


def made_grid(crossings: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Give the degrees of crossings and the pairs that a street joins."""
    rng = np.random.default_rng(seed)
    side = max(2, round(crossings**0.5))
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    lonlat = np.column_stack([column.ravel(), row.ravel()]) * STEP
    lonlat = lonlat + rng.uniform(-0.25, 0.25, lonlat.shape) * STEP + (WEST, SOUTH)
    number = np.arange(side * side).reshape(side, side)
    east = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    north = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    pairs = np.concatenate([east, north])
    return lonlat, pairs[rng.random(len(pairs)) < KEPT_SHARE]


def write_extract(path: Path, crossings: int = 200_000, seed: int = 0) -> tuple[int, int, int]:
    """Write the file; give the number of nodes, ways and streets."""
    rng = np.random.default_rng(seed + 1)
    lonlat, pairs = made_grid(crossings, seed)
    share = np.arange(1, SHAPE_POINTS + 1) / (SHAPE_POINTS + 1)
    start, stop = lonlat[pairs[:, 0]], lonlat[pairs[:, 1]]
    bends = start[:, None] + (stop - start)[:, None] * share[:, None]
    bends = bends + rng.uniform(-0.04, 0.04, bends.shape) * STEP
    houses = round(0.65 * len(pairs))
    corner = lonlat[rng.integers(0, len(lonlat), houses)] + rng.uniform(-0.4, 0.4, (houses, 2)) * (
        STEP
    )
    ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * HOUSE
    corners = corner[:, None] + ring
    places = np.concatenate([lonlat, bends.reshape(-1, 2), corners.reshape(-1, 2)])
    first_bend, first_corner = len(lonlat), len(lonlat) + bends.shape[0] * SHAPE_POINTS
    kind = rng.integers(0, len(CLASSES), len(pairs))
    header = osmium.io.Header()
    low, high = places.min(axis=0) - STEP, places.max(axis=0) + STEP
    header.add_box(osmium.osm.Box(*low.tolist(), *high.tolist()))
    with osmium.SimpleWriter(path, header=header, overwrite=True) as writer:
        for number, place in enumerate(places.tolist(), start=1):
            writer.add_node(mutable.Node(id=number, version=1, location=place))
        streets = _streets(pairs, first_bend, kind)
        for number, (nodes, tags) in enumerate(streets, start=1):
            writer.add_way(mutable.Way(id=number, version=1, nodes=nodes, tags=tags))
        for number in range(houses):
            one = first_corner + CORNERS * number + 1
            nodes = [one, one + 1, one + 2, one + 3, one]
            tags = {"building": "apartments" if number % 3 else "yes"}
            house = mutable.Way(id=len(pairs) + number + 1, version=1, nodes=nodes, tags=tags)
            writer.add_way(house)
    return len(places), len(pairs) + houses, len(pairs)


def _streets(
    pairs: np.ndarray, first_bend: int, kind: np.ndarray
) -> Iterator[tuple[list[int], dict[str, str]]]:
    for number, (one, other) in enumerate(pairs.tolist()):
        bend = first_bend + SHAPE_POINTS * number + 1
        tags = {"highway": CLASSES[kind[number]]}
        if number % 4 == 0:
            tags["name"] = NAMES[number % len(NAMES)]
        yield [one + 1, *range(bend, bend + SHAPE_POINTS), other + 1], tags


if __name__ == "__main__":
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    print("nodes {}, ways {}, streets {}".format(*write_extract(Path(sys.argv[1]), wanted)))
