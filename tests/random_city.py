"""Random cities whose walks are known by plain counting, whatever the program does.

A city stands on a lattice of 120 m. Streets run along its lines and diagonals; walls, rivers and
railways on its lines or half way between them; gates at crossings or half way. So every street can
be split at its quarters, and whether people pass a quarter is a matter of comparing whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Point, affinity
from shapely.geometry.base import BaseGeometry

from layers.tables import CATEGORIES
from tests.grid import (
    X0,
    Y0,
    at,
    barriers_of,
    communities_of,
    facilities_of,
    gates_of,
    streets_of,
)

STEP = 120.0
N = 7

Spot = tuple[float, float]
Box = tuple[float, float, float, float]
Piece = tuple[tuple[object, ...], tuple[object, ...], Spot, Spot]
"""Node, node, and where they lie: a straight stretch that people walk freely."""


@dataclass(frozen=True)
class City:
    """What stands where, in steps of the lattice."""

    lanes: list[tuple[Spot, Spot]]
    detours: list[list[Spot]]
    bridges: list[tuple[Spot, Spot]]
    yards: dict[str, Box]
    gates: list[tuple[str, Spot]]
    barriers: list[tuple[str, float]]
    homes: list[tuple[str, Spot]]
    shops: list[tuple[str, Spot]]


def draw_city(seed: int) -> City:
    """Draw a city: gaps in the lattice leave parts that do not meet."""
    rng = np.random.default_rng(seed)
    lanes = []
    density = rng.uniform(0.45, 0.9)
    for i in range(N):
        for j in range(N):
            for k, m in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
                if k < N and m < N and rng.random() < density * (0.4 if k > i and m > j else 1):
                    lanes.append(((float(i), float(j)), (float(k), float(m))))
    yards: dict[str, Box] = {}
    for number in range(int(rng.integers(0, 4))):
        x, y = rng.integers(0, 2 * (N - 3), 2) / 2
        w, h = rng.integers(2, 6, 2) / 2
        yards[f"c{number}"] = (float(x), float(y), float(x + w), float(y + h))
    gates = [(name, _on_outline(rng, box)) for name, box in yards.items() for _ in range(2)]
    barriers = []
    if rng.random() < 0.6:
        kind = str(rng.choice(["wall", "fence", "river", "railway"]))
        barriers.append((kind, float(rng.integers(1, 2 * N - 2)) / 2))
    detours, bridges = _detours(rng, lanes, yards, barriers)
    homes = [(f"h{k // 2}", _anywhere(rng)) for k in range(12)]
    shops = [(f"f{k}", _anywhere(rng)) for k in range(18)]
    return City(lanes, detours, bridges, yards, gates, barriers, homes, shops)


def _detours(
    rng: np.random.Generator,
    lanes: list[tuple[Spot, Spot]],
    yards: dict[str, Box],
    barriers: list[tuple[str, float]],
) -> tuple[list[list[Spot]], list[tuple[Spot, Spot]]]:
    """Draw streets beside streets, loops, and bridges over all; clear of walls."""
    detours: list[list[Spot]] = []
    bridges: list[tuple[Spot, Spot]] = []
    for (ax, ay), (bx, by) in lanes:
        if rng.random() < 0.08 and not _near_walls((ax, ay), (bx, by), yards, barriers):
            bow = ((ax + bx) / 2 + 0.21 * (by - ay), (ay + by) / 2 - 0.21 * (bx - ax))
            detours.append([(ax, ay), bow, (bx, by)])
    for _ in range(3):
        i, j = (float(v) for v in rng.integers(0, N, 2))
        if not _near_walls((i, j), (i + 0.3, j + 0.3), yards, barriers):
            detours.append([(i, j), (i + 0.29, j + 0.11), (i + 0.13, j + 0.27), (i, j)])
        k, m = (float(v) for v in rng.integers(0, N, 2))
        ends_on = [_near_walls(spot, spot, yards, barriers) for spot in ((i, j), (k, m))]
        # a slope that no lane has: a bridge lies along none
        if abs(i - k) >= 1 and abs(j - m) >= 1 and abs(i - k) != abs(j - m) and not any(ends_on):
            bridges.append(((i, j), (k, m)))
    return detours, bridges


def _anywhere(rng: np.random.Generator) -> Spot:
    x, y = rng.uniform(-0.4, N - 0.6, 2)
    return float(x), float(y)


def _on_outline(rng: np.random.Generator, box: Box) -> Spot:
    x0, y0, x1, y1 = box
    x = float(rng.integers(2 * x0, 2 * x1 + 1)) / 2
    y = float(rng.integers(2 * y0, 2 * y1 + 1)) / 2
    return [(x0, y), (x1, y), (x, y0), (x, y1)][int(rng.integers(4))]


def _near_walls(
    one: Spot, other: Spot, yards: dict[str, Box], barriers: list[tuple[str, float]]
) -> bool:
    """Tell whether the box around two spots, a little wider, meets an outline or a barrier."""
    low = [min(a, b) - 0.3 for a, b in zip(one, other, strict=True)]
    high = [max(a, b) + 0.3 for a, b in zip(one, other, strict=True)]
    for x0, y0, x1, y1 in yards.values():
        apart = x1 < low[0] or x0 > high[0] or y1 < low[1] or y0 > high[1]
        within = x0 < low[0] and high[0] < x1 and y0 < low[1] and high[1] < y1
        if not apart and not within:
            return True
    return any(low[0] <= x <= high[0] for _, x in barriers)


def true_pieces(city: City, *, walls: bool = True) -> list[Piece]:
    """List the stretches that people walk, with nodes that meet only where they may pass."""
    boxes = list(city.yards.values()) if walls else []
    lines = [x for kind, x in city.barriers if walls or kind in ("river", "railway")]
    walled = [x for kind, x in city.barriers if kind in ("wall", "fence")] if walls else []
    quarters = [
        (
            (ax + (bx - ax) * k / 4, ay + (by - ay) * k / 4),
            (ax + (bx - ax) * (k + 1) / 4, ay + (by - ay) * (k + 1) / 4),
        )
        for (ax, ay), (bx, by) in city.lanes
        for k in range(4)
    ]
    # where a street runs along a line, the drawing does not say on which side: open
    along = {spot for pair in quarters for spot in pair if pair[0][0] == pair[1][0] in lines}

    def node(spot: Spot, middle: Spot) -> tuple[object, ...]:
        shut = frozenset(
            number
            for number, (x0, y0, x1, y1) in enumerate(boxes)
            if x0 < middle[0] < x1
            and y0 < middle[1] < y1
            and (spot[0] in (x0, x1) or spot[1] in (y0, y1))
            and not any(
                gate == spot and (gate[0] in (x0, x1) or gate[1] in (y0, y1))
                for _, gate in city.gates
                if x0 <= gate[0] <= x1 and y0 <= gate[1] <= y1
            )
        )
        side = 0.0
        gated = spot[0] in walled and any(gate == spot for _, gate in city.gates)
        if spot[0] in lines and spot not in along and not gated:
            side = float(np.sign(middle[0] - spot[0]))
        return (*spot, shut, side)

    pieces: list[Piece] = []
    for one, other in quarters:
        middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
        pieces.append((node(one, middle), node(other, middle), one, other))
    for line in [*city.detours, *city.bridges]:
        for one, other in pairwise(line):
            # these stand clear of walls: their ends are whole nodes
            pieces.append(((*one, frozenset(), 0.0), (*other, frozenset(), 0.0), one, other))
    return pieces


def true_snaps(
    pieces: list[Piece], spots: Iterable[Spot], snap_m: float
) -> list[tuple[int, float, float] | None]:
    """Find piece, metres along it and metres to it of each spot; None if it is too far.

    Raises `LookupError` for a spot that is equally near to two pieces, or nearest to an end.
    """
    begin = np.array([piece[2] for piece in pieces]) * STEP
    away = np.array([piece[3] for piece in pieces]) * STEP - begin
    length = np.hypot(*away.T)
    found: list[tuple[int, float, float] | None] = []
    for spot in spots:
        offset = np.array(spot) * STEP - begin
        along = np.clip((offset * away).sum(axis=1) / length, 0, length)
        distance = np.hypot(*(offset - away * (along / length)[:, None]).T)
        first, second = np.argsort(distance)[:2]
        if distance[first] > snap_m:
            found.append(None)
            continue
        at_end = min(along[first], length[first] - along[first]) < 0.01
        if distance[second] - distance[first] < 0.01 or at_end or snap_m - distance[first] < 0.01:
            raise LookupError(spot)
        found.append((int(first), float(along[first]), float(distance[first])))
    return found


def settled(city: City, snap_m: float, *, walls: bool = True) -> City:
    """Leave out the homes and shops whose nearest street is in doubt."""
    pieces = true_pieces(city, walls=walls)

    def clear(spot: Spot) -> bool:
        try:
            true_snaps(pieces, [spot], snap_m)
        except LookupError:
            return False
        return True

    homes = [home for home in city.homes if clear(home[1])]
    shops = [shop for shop in city.shops if clear(shop[1])]
    return City(
        city.lanes, city.detours, city.bridges, city.yards, city.gates, city.barriers, homes, shops
    )


def true_walks(city: City, snap_m: float, *, walls: bool = True) -> dict[tuple[str, str], float]:
    """Give the least walk from every owner of homes to every shop and other owner, by networkx."""
    pieces = true_pieces(city, walls=walls)
    owners = [*city.homes, *city.shops]
    snaps = true_snaps(pieces, [spot for _, spot in owners], snap_m)
    on_piece: dict[int, list[tuple[float, int, float]]] = {}
    for number, snap in enumerate(snaps):
        if snap is not None:
            on_piece.setdefault(snap[0], []).append((snap[1], number, snap[2]))
    graph = nx.Graph()
    for place, (u, v, a, b) in enumerate(pieces):
        last, done = u, 0.0
        for along, number, access in sorted(on_piece.get(place, [])):
            spot = ("spot", number)
            graph.add_edge(last, spot, weight=along - done)
            graph.add_edge(spot, ("point", number), weight=access)
            last, done = spot, along
        rest = STEP * float(np.hypot(b[0] - a[0], b[1] - a[1])) - done
        known = graph.get_edge_data(last, v, {}).get("weight", np.inf)
        graph.add_edge(last, v, weight=min(rest, known))
    walks: dict[tuple[str, str], float] = {}
    for owner in sorted({name for name, _ in city.homes}):
        own = [k for k, (name, _) in enumerate(owners) if name == owner and snaps[k] is not None]
        if not own:
            continue
        reached = nx.multi_source_dijkstra_path_length(graph, [("point", k) for k in own])
        for number, (name, _) in enumerate(owners):
            walk = reached.get(("point", number), np.inf)
            if name != owner and walk < walks.get((owner, name), np.inf):
                walks[owner, name] = walk
    return walks


@dataclass(frozen=True)
class Files:
    """The city's tables, as the program takes them."""

    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    yards: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    shops: gpd.GeoDataFrame


def as_files(city: City, seed: int) -> Files:
    """Write the city's tables: turned, shifted, rows shuffled, some lines reversed or divided."""
    rng = np.random.default_rng([seed, 1])
    angle, shift = rng.uniform(0, 360), rng.uniform(-3000, 3000, 2)

    def put(shape: BaseGeometry) -> BaseGeometry:
        return affinity.translate(affinity.rotate(shape, angle, origin=(X0, Y0)), *shift)

    def line(spots: list[Spot]) -> LineString:
        drawn = LineString([at(x * STEP, y * STEP) for x, y in spots])
        return put(drawn if rng.random() < 0.5 else drawn.reverse())

    def point(spot: Spot) -> Point:
        return put(Point(at(spot[0] * STEP, spot[1] * STEP)))

    lines, bridge = [], []
    for one, other in city.lanes:
        middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
        way = int(rng.integers(3))
        # whole, with a vertex more, or in two rows
        parts = [[one, other], [one, middle, other]][:1] if way == 0 else [[one, middle, other]]
        lines += (
            [line(part) for part in parts]
            if way < 2
            else [line([one, middle]), line([middle, other])]
        )
    lines += [line(spots) for spots in city.detours]
    bridge += [False] * len(lines) + [True] * len(city.bridges)
    lines += [line(list(spots)) for spots in city.bridges]
    order = rng.permutation(len(lines))
    names = [f"s{number}" for number in rng.permutation(len(lines))]
    streets = streets_of(*lines, ids=names, bridge=bridge).iloc[order]
    spans = [(kind, line([(x, -2.0), (x, N + 1.0)])) for kind, x in city.barriers]
    yards = [
        (name, put(shapely.box(*at(x0 * STEP, y0 * STEP), *at(x1 * STEP, y1 * STEP))))
        for name, (x0, y0, x1, y1) in city.yards.items()
    ]
    gates = gates_of(*[(name, point(spot)) for name, spot in city.gates], kind="surveyed")
    homes = gates_of(*[(name, point(spot)) for name, spot in city.homes])
    shops = facilities_of(
        *[(name, CATEGORIES[k % 9], point(spot)) for k, (name, spot) in enumerate(city.shops)]
    )
    frames: list[pd.DataFrame] = [
        streets,
        barriers_of(*spans),
        gates,
        communities_of(*yards),  # type: ignore[arg-type]  # turned polygons are polygons
        homes,
        shops,
    ]
    shuffled = [gpd.GeoDataFrame(frame.iloc[rng.permutation(len(frame))]) for frame in frames]
    return Files(*shuffled)
