"""Blocks of the made city: land between streets, cut into plots by lanes and shared walls."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lianpian.city.old_town import Cell
from lianpian.city.plan import XY, CityPlan
from lianpian.city.streets import Sketch, Street, frontage, move, rounded

Sides = dict[str, Street | None]

LANE_WIDTH_M: Final = (4.0, 8.0)
LANE_FROM_M2: Final = 8_000.0
"""A plot larger than this is cut by a lane, a smaller one by a wall."""

NARROWEST_M: Final = 27.0
DEAD_END_SHARE: Final = 0.25
CUT_SHARE: Final = (0.36, 0.64)
NEARLY_SQUARE: Final = 1.25
LIVING_STREET_FROM_M: Final = 110.0


@dataclass(frozen=True)
class Block:
    """Land between four streets: a quadrilateral with coordinates of its own in metres.

    Parameters
    ----------
    cell
        Its place in the grid.
    corners
        South-west, south-east, north-east, north-west.
    """

    cell: Cell
    corners: tuple[XY, XY, XY, XY]

    @property
    def width_m(self) -> float:
        """Give its mean extent west to east."""
        sw, se, ne, nw = self.corners
        return (math.dist(sw, se) + math.dist(nw, ne)) / 2

    @property
    def height_m(self) -> float:
        """Give its mean extent south to north."""
        sw, se, ne, nw = self.corners
        return (math.dist(sw, nw) + math.dist(se, ne)) / 2

    def at(self, u: float, v: float) -> XY:
        """Give the place of a point `u` metres east and `v` metres north of its corner.

        Bilinear: a straight line along `u` or `v` stays straight, so neighbouring plots share
        their border exactly.
        """
        sw, se, ne, nw = self.corners
        s, t = u / self.width_m, v / self.height_m
        return (
            (1 - s) * (1 - t) * sw[0] + s * (1 - t) * se[0] + s * t * ne[0] + (1 - s) * t * nw[0],
            (1 - s) * (1 - t) * sw[1] + s * (1 - t) * se[1] + s * t * ne[1] + (1 - s) * t * nw[1],
        )


@dataclass(frozen=True)
class Cut:
    """A cut through a plot: where, how wide the lane in it, and which way it runs."""

    share: float
    gap_m: float
    is_upright: bool


@dataclass(frozen=True)
class Plot:
    """A rectangle of a block (in the block's metres) and the streets it opens to."""

    block: Block
    u0: float
    v0: float
    u1: float
    v1: float
    sides: Sides

    @property
    def width_m(self) -> float:
        """Give its extent west to east."""
        return self.u1 - self.u0

    @property
    def height_m(self) -> float:
        """Give its extent south to north."""
        return self.v1 - self.v0

    @property
    def area_m2(self) -> float:
        """Give its area."""
        return self.width_m * self.height_m

    def at(self, u: float, v: float) -> XY:
        """Give the place of a point in metres from the plot's own south-west corner."""
        return self.block.at(self.u0 + u, self.v0 + v)

    def ring(self) -> list[XY]:
        """List its four corners, counter-clockwise, rounded to the millimetre."""
        w, h = self.width_m, self.height_m
        return [rounded(self.at(*uv)) for uv in ((0, 0), (w, 0), (w, h), (0, h))]

    def open_sides(self) -> list[str]:
        """Name the sides that front a street or lane."""
        return [side for side in "SENW" if self.sides[side] is not None]


def lay_block(plan: CityPlan, sketch: Sketch, cell: Cell) -> Plot:
    """Give the land of a cell behind its streets as one plot.

    Parameters
    ----------
    plan, sketch
        The grid and the streets on it.
    cell
        Column and row.

    Returns
    -------
    Plot
        The whole block.
    """
    i, j = cell
    nodes = plan.nodes
    quad = (nodes[i][j], nodes[i + 1][j], nodes[i + 1][j + 1], nodes[i][j + 1])
    back = (
        plan.level[j].setback_m,
        plan.upright[i + 1].setback_m,
        plan.level[j + 1].setback_m,
        plan.upright[i].setback_m,
    )
    block = Block(cell, _inset(quad, back))
    sides = frontage(plan, sketch, cell)
    return Plot(block, 0.0, 0.0, block.width_m, block.height_m, sides)


def _inset(
    quad: tuple[XY, XY, XY, XY], back: tuple[float, float, float, float]
) -> tuple[XY, XY, XY, XY]:
    """Move each side of a counter-clockwise quadrilateral inwards by its own distance."""
    lines = []
    for k in range(4):
        a, b = quad[k], quad[(k + 1) % 4]
        reach = math.dist(a, b)
        inward = (-(b[1] - a[1]) / reach * back[k], (b[0] - a[0]) / reach * back[k])
        lines.append(((a[0] + inward[0], a[1] + inward[1]), (b[0] + inward[0], b[1] + inward[1])))
    sw, se, ne, nw = (_cross(lines[k - 1], lines[k]) for k in range(4))
    return (sw, se, ne, nw)


def _cross(first: tuple[XY, XY], second: tuple[XY, XY]) -> XY:
    street = Street(first[0], first[1], {})
    share = street.share_on(second[0], second[1])
    return rounded(street.at(share))


def divide(plots: list[Plot], count: int, sketch: Sketch, rng: np.random.Generator) -> list[Plot]:
    """Cut plots, the largest first, until there are `count` of them.

    Parameters
    ----------
    plots
        Land to cut.
    count
        Plots wanted; fewer come back when nothing can be cut any more.
    sketch
        Takes the lanes.
    rng
        Chance.

    Returns
    -------
    list of Plot
        All plots, each with a side on a street or lane.
    """
    heap = [(-plot.area_m2 * float(rng.uniform(0.7, 1.4)), k) for k, plot in enumerate(plots)]
    everything = list(plots)
    heapq.heapify(heap)
    done: list[int] = []
    while heap and len(heap) + len(done) < count:
        _, k = heapq.heappop(heap)
        parts = _cut(everything[k], sketch, rng)
        if not parts:
            done.append(k)
            continue
        for part in parts:
            weight = -part.area_m2 * float(rng.uniform(0.7, 1.4))
            heapq.heappush(heap, (weight, len(everything)))
            everything.append(part)
    return [everything[k] for k in sorted([k for _, k in heap] + done)]


def _cut(plot: Plot, sketch: Sketch, rng: np.random.Generator) -> list[Plot]:
    """Cut a plot in two so that both parts keep a way out; none when it cannot be."""
    upright_first = plot.width_m >= plot.height_m
    if 1 / NEARLY_SQUARE < plot.width_m / plot.height_m < NEARLY_SQUARE:
        upright_first = bool(rng.integers(2))
    share = float(rng.uniform(*CUT_SHARE))
    for upright in (upright_first, not upright_first):
        extent = plot.width_m if upright else plot.height_m
        ends, flanks = (("S", "N"), ("W", "E")) if upright else (("W", "E"), ("S", "N"))
        has_open_end = any(plot.sides[side] is not None for side in ends)
        has_open_flanks = all(plot.sides[side] is not None for side in flanks)
        wants_lane = plot.area_m2 > LANE_FROM_M2 and has_open_end
        gap = float(rng.uniform(*LANE_WIDTH_M)) if wants_lane else 0.0
        if (extent - gap) * min(share, 1 - share) < NARROWEST_M:
            continue
        if has_open_end or has_open_flanks:
            cut = Cut(share, gap, is_upright=upright)
            lane = _lay_lane(plot, cut, sketch, rng) if wants_lane else None
            return list(_parts(plot, cut, lane))
    return []


def _parts(plot: Plot, cut: Cut, lane: Street | None) -> tuple[Plot, Plot]:
    """Make the two plots on the sides of a cut."""
    half = cut.gap_m / 2
    if cut.is_upright:
        middle = plot.u0 + cut.share * plot.width_m
        return (
            replace(plot, u1=middle - half, sides={**plot.sides, "E": lane}),
            replace(plot, u0=middle + half, sides={**plot.sides, "W": lane}),
        )
    middle = plot.v0 + cut.share * plot.height_m
    return (
        replace(plot, v1=middle - half, sides={**plot.sides, "N": lane}),
        replace(plot, v0=middle + half, sides={**plot.sides, "S": lane}),
    )


def _lay_lane(plot: Plot, cut: Cut, sketch: Sketch, rng: np.random.Generator) -> Street:
    """Lay a lane through a plot, from street to street or to a dead end."""
    low, high = ("S", "N") if cut.is_upright else ("W", "E")
    ends = _lane_line(plot, cut)
    streets = [plot.sides[low], plot.sides[high]]
    if all(streets) and rng.random() < DEAD_END_SHARE:
        streets[int(rng.integers(2))] = None
    places = []
    for k, street in enumerate(streets):
        if street is not None:
            places.append(street.meet(*ends))
        else:
            places.append(rounded(move(ends[k], ends[1 - k], 2.0)))
    lane = Street(places[0], places[1], {"highway": "service", "service": "alley"})
    if math.dist(*places) > LIVING_STREET_FROM_M and all(streets):
        lane.tags = {"highway": "living_street"}
    sketch.lanes.append(lane)
    return lane


def _lane_line(plot: Plot, cut: Cut) -> tuple[XY, XY]:
    if cut.is_upright:
        u = cut.share * plot.width_m
        return plot.at(u, 0.0), plot.at(u, plot.height_m)
    v = cut.share * plot.height_m
    return plot.at(0.0, v), plot.at(plot.width_m, v)


def lay_superblock(plot: Plot, sketch: Sketch) -> list[Plot]:
    """Wall a whole block in; two lanes inside, one gate to the west and one to the north.

    The lane that runs south ends at the wall: what lies beyond it, a few steps away as the crow
    flies, is a walk through the west gate and around two sides of the block.

    Parameters
    ----------
    plot
        The whole block, with streets in the west, south and north.
    sketch
        Takes the lanes and the wall.

    Returns
    -------
    list of Plot
        Four quarters that open to the inner lanes only.
    """
    width = 6.0
    split_u, split_v = 0.70 * plot.width_m, 0.52 * plot.height_m
    west, north = plot.sides["W"], plot.sides["N"]
    if west is None or north is None:
        raise ValueError(f"a superblock needs streets in the west and north: {plot.block.cell!r}")
    inner_west = plot.at(0.0, split_v)
    gate_west = west.meet(inner_west, plot.at(plot.width_m, split_v))
    across = Street(gate_west, rounded(plot.at(plot.width_m - 3.0, split_v)), _inner_tags())
    crossing = across.meet(plot.at(split_u, 0.0), plot.at(split_u, plot.height_m))
    gate_north = north.meet(plot.at(split_u, 0.0), plot.at(split_u, plot.height_m))
    up = Street(crossing, gate_north, _inner_tags())
    down = Street(crossing, rounded(plot.at(split_u, 3.0)), _inner_tags())
    sketch.lanes += [across, up, down]
    _wall_superblock(plot, sketch, split_u, split_v)
    half = width / 2
    block, (u0, v0) = plot.block, (plot.u0, plot.v0)
    u, v = u0 + split_u, v0 + split_v
    return [
        Plot(block, u0, v0, u - half, v - half, {"S": None, "W": None, "N": across, "E": down}),
        Plot(
            block, u + half, v0, plot.u1, v - half, {"S": None, "E": None, "N": across, "W": down}
        ),
        Plot(
            block,
            u + half,
            v + half,
            plot.u1,
            plot.v1,
            {"N": None, "E": None, "S": across, "W": up},
        ),
        Plot(block, u0, v + half, u - half, plot.v1, {"N": None, "W": None, "S": across, "E": up}),
    ]


def _inner_tags() -> dict[str, str]:
    return {"highway": "service", "service": "driveway"}


def _wall_superblock(plot: Plot, sketch: Sketch, split_u: float, split_v: float) -> None:
    """Draw the outer wall just outside the plots, open five metres wide at its two gates."""
    w, h, out, half = plot.width_m, plot.height_m, 0.6, 2.5
    sketch.add(
        [
            plot.at(-out, split_v - half),
            plot.at(-out, -out),
            plot.at(w + out, -out),
            plot.at(w + out, h + out),
            plot.at(split_u + half, h + out),
        ],
        barrier="wall",
    )
    sketch.add(
        [
            plot.at(split_u - half, h + out),
            plot.at(-out, h + out),
            plot.at(-out, split_v + half),
        ],
        barrier="wall",
    )
