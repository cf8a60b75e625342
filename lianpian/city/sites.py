"""Sites of the made city: what a plot looks like as a compound: slabs, paths, gates, walls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lianpian.city.blocks import Plot
from lianpian.city.plan import XY
from lianpian.city.streets import Sketch, move, rounded

EDGE_M: Final = 5.0
SLAB_DEPTH_M: Final = 11.0
SLAB_LONGEST_M: Final = 64.0
FLAT_WIDTH_M: Final = 8.5
"""Frontage of one flat: two flats and a stair take 17 m of a slab."""

SINGLE_BELOW_M2: Final = 2_000.0
SINGLE_SHARE: Final = 0.12
SINGLE_DEEPEST_M: Final = 48.0
NOTCH_SHARE: Final = 0.2
NOTCH_FROM_M: Final = 48.0
TWO_GATES_FROM_M2: Final = 5_000
TWO_GATES: Final = 0.55
CORNERS: Final = 4
"""Corners of a rectangle; an outline with more has a corner cut out."""

GATE_OPENING_M: Final = 4.0
HIGH_ROAD: Final = 0.6


@dataclass(frozen=True)
class Slab:
    """One building, in the plot's own metres."""

    u0: float
    v0: float
    u1: float
    v1: float
    levels: int

    @property
    def flats(self) -> int:
        """Estimate how many homes it holds."""
        return max(1, int((self.u1 - self.u0) / FLAT_WIDTH_M)) * self.levels

    @property
    def floor_area_m2(self) -> float:
        """Give its floor area over all levels."""
        return (self.u1 - self.u0) * (self.v1 - self.v0) * self.levels


@dataclass(frozen=True)
class Gate:
    """A way into a compound: the side of the plot and the place on it, in the plot's metres."""

    side: str
    u: float
    v: float


@dataclass(frozen=True)
class Site:
    """A plot laid out as a compound or as a single building.

    Parameters
    ----------
    plot
        The land.
    outline
        Corners of its boundary in the plot's metres, counter-clockwise.
    slabs, gates
        Buildings; gates, or the door of a single building.
    alleys
        Paths between the slabs, metres north of the plot's southern edge.
    spine_u
        The path that all alleys and gates meet, metres east of the western edge.
    is_single
        Whether the boundary is that of one building.
    """

    plot: Plot
    outline: tuple[XY, ...]
    slabs: tuple[Slab, ...]
    gates: tuple[Gate, ...]
    alleys: tuple[float, ...]
    spine_u: float
    is_single: bool

    def ring(self) -> list[XY]:
        """Give the boundary on the ground, open, rounded to the millimetre."""
        return [rounded(self.plot.at(u, v)) for u, v in self.outline]

    def gate_point(self, gate: Gate) -> XY:
        """Give the place of a gate."""
        return rounded(self.plot.at(gate.u, gate.v))

    def approaches(self) -> list[tuple[XY, float]]:
        """Give the nodes of streets that its doors lead to, with the metres from the door."""
        plot = self.plot
        ends = []
        for gate in self.gates:
            street = plot.sides[gate.side]
            if street is not None:
                door = self.gate_point(gate)
                node = street.meet(self.inside(gate), door)
                ends.append((node, math.dist(node, door)))
        return ends

    def inside(self, gate: Gate) -> XY:
        """Give the point of the opposite side, for the line through a gate."""
        if gate.side in "SN":
            return self.plot.at(gate.u, 0.0 if gate.side == "N" else self.plot.height_m)
        return self.plot.at(0.0 if gate.side == "E" else self.plot.width_m, gate.v)

    def flats(self) -> int:
        """Estimate how many homes it holds."""
        return sum(slab.flats for slab in self.slabs)


def lay_site(plot: Plot, rng: np.random.Generator, *, low_gate: str | None = None) -> Site:
    """Lay a plot out with slabs, alleys and gates.

    Parameters
    ----------
    plot
        The land; it fronts at least one street or lane.
    rng
        Chance.
    low_gate
        Put the one gate on this side, at the southernmost alley.

    Returns
    -------
    Site
        A small plot may become a single building without gates of its own.
    """
    drawn = rng.random(6)
    small = plot.area_m2 < SINGLE_BELOW_M2 * (0.7 + 0.6 * drawn[0])
    if low_gate is None and (
        small or (drawn[1] < SINGLE_SHARE and plot.height_m < SINGLE_DEEPEST_M)
    ):
        return _lay_single(plot, drawn)
    open_sides = plot.open_sides()
    main = low_gate or _main_side(plot, open_sides, drawn)
    west = main == "W" or (main != "E" and bool(round(drawn[3])))
    spine_u = EDGE_M - 1.5 if west else plot.width_m - EDGE_M + 1.5
    slabs, alleys = _lay_slabs(plot, west=west, tall=int(4 + drawn[4] * 3))
    outline: tuple[XY, ...] = _outline(
        plot, notch=low_gate is None and drawn[5] < NOTCH_SHARE, west=west
    )
    slabs = tuple(slab for slab in slabs if _is_inside(slab, outline, plot))
    sides = [main]
    others = [side for side in open_sides if side != main]
    if (
        others
        and low_gate is None
        and plot.area_m2 > TWO_GATES_FROM_M2
        and rng.random() < TWO_GATES
    ):
        sides.append(others[int(rng.integers(len(others)))])
    gates = []
    for side in sides:
        usable = alleys[:1] if low_gate or len(outline) > CORNERS else alleys
        alley = usable[int(rng.integers(len(usable)))]
        gates.append(_gate(side, plot, spine_u, alley))
    return Site(plot, outline, slabs, tuple(gates), alleys, spine_u, is_single=False)


def _main_side(plot: Plot, open_sides: list[str], drawn: npt.NDArray[np.float64]) -> str:
    """Choose the side of the main gate: often the high road, where the plot has one."""
    for side in open_sides:
        street = plot.sides[side]
        if street is not None and street.tags["highway"] == "primary" and drawn[2] < HIGH_ROAD:
            return side
    return open_sides[int(drawn[2] * len(open_sides))]


def _gate(side: str, plot: Plot, spine_u: float, alley: float) -> Gate:
    return {
        "S": Gate("S", spine_u, 0.0),
        "N": Gate("N", spine_u, plot.height_m),
        "W": Gate("W", 0.0, alley),
        "E": Gate("E", plot.width_m, alley),
    }[side]


def _lay_single(plot: Plot, drawn: npt.NDArray[np.float64]) -> Site:
    """Put one building on a plot, near its street; its walls are the boundary."""
    length = min(SLAB_LONGEST_M, plot.width_m - 6.0)
    side = next(side for side in "SNWE" if plot.sides[side] is not None)
    spare_u, spare_v = plot.width_m - 6.0 - length, plot.height_m - 6.0 - SLAB_DEPTH_M
    share_u = {"W": 0.0, "E": 1.0}.get(side, float(drawn[2]))
    share_v = {"S": 0.0, "N": 1.0}.get(side, 0.5)
    u0, v0 = 3.0 + share_u * spare_u, 3.0 + share_v * spare_v
    slab = Slab(u0, v0, u0 + length, v0 + SLAB_DEPTH_M, int(3 + drawn[4] * 4))
    outline = ((u0, v0), (slab.u1, v0), (slab.u1, slab.v1), (u0, slab.v1))
    middle_u, middle_v = (u0 + slab.u1) / 2, (v0 + slab.v1) / 2
    door = {
        "S": Gate("S", middle_u, v0),
        "N": Gate("N", middle_u, slab.v1),
        "W": Gate("W", u0, middle_v),
        "E": Gate("E", slab.u1, middle_v),
    }[side]
    return Site(plot, outline, (slab,), (door,), (), u0, is_single=True)


def _lay_slabs(plot: Plot, *, west: bool, tall: int) -> tuple[tuple[Slab, ...], tuple[float, ...]]:
    """Lay rows of slabs, with an alley north of each row."""
    deep = plot.height_m - 2 * EDGE_M + 8.0
    rows = max(1, int(deep / (SLAB_DEPTH_M + 2.6 * tall)))
    pitch = deep / rows
    left = EDGE_M + 4.0 if west else EDGE_M
    right = plot.width_m - (EDGE_M if west else EDGE_M + 4.0)
    pieces = max(1, math.ceil((right - left + 8.0) / (SLAB_LONGEST_M + 8.0)))
    length = (right - left - 8.0 * (pieces - 1)) / pieces
    slabs, alleys = [], []
    for row in range(rows):
        v0 = EDGE_M + row * pitch
        for piece in range(pieces):
            u0 = left + piece * (length + 8.0)
            slabs.append(Slab(u0, v0, u0 + length, v0 + SLAB_DEPTH_M, tall))
        last = row == rows - 1
        top = plot.height_m if last else v0 + pitch
        alleys.append(min((v0 + SLAB_DEPTH_M + top) / 2, plot.height_m - 2.0))
    return tuple(slabs), tuple(alleys)


def _outline(plot: Plot, *, notch: bool, west: bool) -> tuple[XY, ...]:
    """Bound a plot: a rectangle, or an L where a corner was cut out for something else."""
    w, h = plot.width_m, plot.height_m
    if not notch or min(w, h) < NOTCH_FROM_M:
        return ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))
    cut_u, cut_v = 0.38 * w, 0.42 * h
    if west:
        return (
            (0.0, 0.0),
            (w, 0.0),
            (w, h - cut_v),
            (w - cut_u, h - cut_v),
            (w - cut_u, h),
            (0.0, h),
        )
    return ((0.0, 0.0), (w, 0.0), (w, h), (cut_u, h), (cut_u, h - cut_v), (0.0, h - cut_v))


def _is_inside(slab: Slab, outline: tuple[XY, ...], plot: Plot) -> bool:
    """Tell whether a slab keeps clear of a corner that was cut out."""
    if len(outline) == CORNERS:
        return True
    cut_v = min(v for _, v in outline if v > 0)
    us = [u for u, v in outline if v == plot.height_m]
    return slab.v1 < cut_v or (slab.u0 >= min(us) and slab.u1 <= max(us))


def draw_site(site: Site, sketch: Sketch, *, is_walled: bool, gate_nodes: bool) -> None:
    """Draw buildings, paths and wall of a site.

    Parameters
    ----------
    site
        What to draw.
    sketch
        Takes the ways.
    is_walled
        Draw the boundary as a wall that is open at the gates.
    gate_nodes
        Mark the gates as nodes.
    """
    for slab in site.slabs:
        draw_slab(site.plot, slab, sketch, "apartments")
    for gate in site.gates:
        _draw_entrance(site, gate, sketch)
        if gate_nodes:
            sketch.node_tags[site.gate_point(gate)] = {"barrier": "gate"}
    if not site.is_single:
        _draw_paths(site, sketch)
    if is_walled:
        _draw_wall(site, sketch)


def draw_slab(plot: Plot, slab: Slab, sketch: Sketch, kind: str, **tags: str) -> None:
    """Draw one building."""
    corners = [(slab.u0, slab.v0), (slab.u1, slab.v0), (slab.u1, slab.v1), (slab.u0, slab.v1)]
    ring = [plot.at(u, v) for u, v in [*corners, corners[0]]]
    sketch.add(ring, building=kind, building__levels=str(slab.levels), **tags)


def _draw_entrance(site: Site, gate: Gate, sketch: Sketch) -> None:
    """Connect a gate with the street outside and the spine inside; a door with the street only."""
    plot = site.plot
    street = plot.sides[gate.side]
    if street is None:
        raise ValueError(f"gate on a closed side {gate.side!r} of block {plot.block.cell!r}")
    outside = street.meet(site.inside(gate), site.gate_point(gate))
    if site.is_single:
        sketch.add([outside, site.gate_point(gate)], highway="footway")
        return
    if gate.side in "SN":
        foot = plot.at(gate.u, site.alleys[0 if gate.side == "S" else -1])
    else:
        foot = plot.at(site.spine_u, gate.v)
    sketch.add([outside, site.gate_point(gate), foot], highway="service", service="driveway")


def _draw_paths(site: Site, sketch: Sketch) -> None:
    """Draw the spine, and an alley behind each row that has slabs; they meet in nodes."""
    plot = site.plot
    rows = {round(slab.v1, 6) for slab in site.slabs}
    nodes = [plot.at(site.spine_u, v) for v in site.alleys]
    if len(nodes) > 1:
        sketch.add(nodes, highway="footway")
    low = 0.0
    for v in site.alleys:
        for top in sorted(top for top in rows if low < top < v):
            row = [slab for slab in site.slabs if round(slab.v1, 6) == top]
            west, east = _extent_at(site, v)
            ends = (
                max(west, min(slab.u0 for slab in row)) + 4.0,
                min(east, max(slab.u1 for slab in row)) - 4.0,
            )
            far = max(ends, key=lambda u: abs(u - site.spine_u))
            sketch.add([plot.at(site.spine_u, v), plot.at(far, v)], highway="footway")
        low = v


def _extent_at(site: Site, v: float) -> tuple[float, float]:
    """Tell how far west and east the land reaches at a place, where a corner may be cut out."""
    top = site.plot.height_m
    if len(site.outline) > CORNERS and v > min(w for _, w in site.outline if w > 0):
        us = [u for u, w in site.outline if w == top]
        return min(us), max(us)
    return 0.0, site.plot.width_m


def _draw_wall(site: Site, sketch: Sketch) -> None:
    """Draw the boundary as walls with an opening at each gate."""
    ring = site.ring()
    openings = sorted(
        (_along(ring, site.gate_point(gate)), site.gate_point(gate)) for gate in site.gates
    )
    length = sum(math.dist(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
    stops = [place for place, _ in openings]
    for k, start in enumerate(stops):
        end = stops[(k + 1) % len(stops)] + (length if k == len(stops) - 1 else 0.0)
        run = _cut_ring(ring, start + GATE_OPENING_M / 2, end - GATE_OPENING_M / 2, length)
        sketch.add(run, barrier="wall")


def _along(ring: list[XY], point: XY) -> float:
    """Measure how far along a ring a point on it lies."""
    walked, best = 0.0, (math.inf, 0.0)
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        size = math.dist(a, b)
        off = abs(math.dist(a, point) + math.dist(point, b) - size)
        best = min(best, (off, walked + min(size, math.dist(a, point))))
        walked += size
    return best[1]


def _cut_ring(ring: list[XY], start: float, end: float, length: float) -> list[XY]:
    """Take the part of a ring between two distances along it."""
    run: list[XY] = [_place(ring, start % length)]
    walked = 0.0
    corners = []
    for a, b in zip(ring + ring, [*ring[1:], *ring, ring[0]], strict=True):
        corners.append((walked, a))
        walked += math.dist(a, b)
    run += [corner for place, corner in corners if start < place < end]
    run.append(_place(ring, end % length))
    return run


def _place(ring: list[XY], at: float) -> XY:
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        size = math.dist(a, b)
        if at <= size:
            return move(a, b, at)
        at -= size
    return ring[0]
