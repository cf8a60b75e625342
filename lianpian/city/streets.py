"""Streets of the made city: carriageways, crossings, bridges, underpasses, footbridges."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lianpian.city.old_town import Cell
from lianpian.city.plan import CARRIAGEWAY_M, XY, CityPlan, StreetLine

Segment = tuple[str, int, int, int]
"""Axis (``upright`` or ``level``), line, cell along the line, carriageway (-1, 0, 1)."""

EMPTY_SHARE: Final = 0.25


@dataclass
class Street:
    """A straight run of a street that other ways join while the city is made.

    Parameters
    ----------
    start, end
        Its two ends.
    tags
        OSM tags of the way.
    """

    start: XY
    end: XY
    tags: dict[str, str]
    joined: dict[XY, float] = field(default_factory=dict)

    @property
    def length_m(self) -> float:
        """Give its length."""
        return math.dist(self.start, self.end)

    def at(self, share: float) -> XY:
        """Give the point at a share of the way from start to end."""
        return (
            self.start[0] + share * (self.end[0] - self.start[0]),
            self.start[1] + share * (self.end[1] - self.start[1]),
        )

    def join(self, share: float) -> XY:
        """Put a node at a share of its length, for another way to end in."""
        point = rounded(self.at(share))
        self.joined[point] = share
        return point

    def meet(self, a: XY, b: XY) -> XY:
        """Put a node where the line through two points meets the street."""
        return self.join(min(0.985, max(0.015, self.share_on(a, b))))

    def share_on(self, a: XY, b: XY) -> float:
        """Tell where the line through two points meets the street, as a share of its length."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        ex, ey = self.end[0] - self.start[0], self.end[1] - self.start[1]
        cross = ex * dy - ey * dx
        if math.isclose(cross, 0.0, abs_tol=1e-9):
            return self.nearest(a)
        return ((a[0] - self.start[0]) * dy - (a[1] - self.start[1]) * dx) / cross

    def nearest(self, point: XY) -> float:
        """Tell the share of its length that is nearest to a point."""
        ex, ey = self.end[0] - self.start[0], self.end[1] - self.start[1]
        along = (point[0] - self.start[0]) * ex + (point[1] - self.start[1]) * ey
        return min(1.0, max(0.0, along / (ex * ex + ey * ey)))

    def points(self) -> tuple[XY, ...]:
        """List its nodes from start to end."""
        inner = sorted((share, point) for point, share in self.joined.items() if 0 < share < 1)
        points = [rounded(self.start), *(point for _, point in inner), rounded(self.end)]
        return tuple(p for k, p in enumerate(points) if k == 0 or p != points[k - 1])


@dataclass(frozen=True)
class Way:
    """A finished way: nodes and tags."""

    points: tuple[XY, ...]
    tags: dict[str, str]


@dataclass
class Sketch:
    """The made city while it is drawn: streets that can still be joined, and what is finished.

    Parameters
    ----------
    segments
        Streets on the lines of the grid.
    lanes
        Streets inside the blocks.
    ways
        Everything else that has nodes and tags: paths, walls, buildings, water, land.
    node_tags
        Tags of single nodes: gates, signals, level crossings.
    """

    segments: dict[Segment, Street] = field(default_factory=dict)
    lanes: list[Street] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    node_tags: dict[XY, dict[str, str]] = field(default_factory=dict)

    def add(self, points: list[XY], **tags: str) -> None:
        """Add a finished way; ``railway_`` style keys spell a colon as two underscores."""
        spelled = {key.rstrip("_").replace("__", ":"): value for key, value in tags.items()}
        self.ways.append(Way(tuple(rounded(p) for p in points), spelled))


def rounded(point: XY) -> XY:
    """Round a point to the millimetre, so that equal places are one node."""
    return (round(point[0], 3), round(point[1], 3))


def move(point: XY, towards: XY, metres: float) -> XY:
    """Move a point towards another by some metres."""
    reach = math.dist(point, towards)
    share = metres / reach if reach else 0.0
    return (
        point[0] + share * (towards[0] - point[0]),
        point[1] + share * (towards[1] - point[1]),
    )


def lay_streets(plan: CityPlan, seed: int) -> Sketch:
    """Lay the streets on the grid.

    Parameters
    ----------
    plan
        The grid.
    seed
        Seed of chance.

    Returns
    -------
    Sketch
        Streets on all lines; across the river only on bridges, across the railway only at
        crossings; an arterial can be crossed at signals and on one footbridge only.
    """
    sketch = Sketch()
    rng = np.random.default_rng([seed, 2])
    for i, line in enumerate(plan.upright):
        for j in range(len(plan.rows)):
            _lay_upright(plan, sketch, (i, j), line, rng)
    for j, line in enumerate(plan.level):
        for i in range(len(plan.columns)):
            _lay_level(plan, sketch, (i, j), line, rng)
    for i in range(len(plan.upright)):
        for j in range(len(plan.level)):
            _join_crossing(plan, sketch, (i, j))
    return sketch


def corner(plan: CityPlan, i: int, j: int, side_x: int, side_y: int) -> XY:
    """Give the point of a crossing that lies on one carriageway of each street."""
    x, y = plan.nodes[i][j]
    if side_x:
        dx, dy = _direction(plan, i, j, along=True)
        x, y = x + side_x * CARRIAGEWAY_M * dx, y + side_x * CARRIAGEWAY_M * dy
    if side_y:
        dx, dy = _direction(plan, i, j, along=False)
        x, y = x + side_y * CARRIAGEWAY_M * dx, y + side_y * CARRIAGEWAY_M * dy
    return rounded((x, y))


def _direction(plan: CityPlan, i: int, j: int, *, along: bool) -> XY:
    """Give the unit vector of the level (`along`) or upright line at a crossing."""
    nodes = plan.nodes
    if along:
        a, b = nodes[max(0, i - 1)][j], nodes[min(len(nodes) - 1, i + 1)][j]
    else:
        a, b = nodes[i][max(0, j - 1)], nodes[i][min(len(nodes[i]) - 1, j + 1)]
    reach = math.dist(a, b)
    return ((b[0] - a[0]) / reach, (b[1] - a[1]) / reach)


def _edge_side(line: StreetLine, side: int) -> int:
    """Tell which carriageway of a street a block on one side of it faces."""
    return side if line.highway == "primary" else 0


def frontage(plan: CityPlan, sketch: Sketch, cell: Cell) -> dict[str, Street | None]:
    """Give the streets on the four sides of a cell; None where there is none."""
    i, j = cell
    level, upright = plan.level, plan.upright
    return {
        "S": sketch.segments.get(("level", j, i, _edge_side(level[j], 1))),
        "N": sketch.segments.get(("level", j + 1, i, _edge_side(level[j + 1], -1))),
        "W": sketch.segments.get(("upright", i, j, _edge_side(upright[i], 1))),
        "E": sketch.segments.get(("upright", i + 1, j, _edge_side(upright[i + 1], -1))),
    }


def _is_left_empty(plan: CityPlan, cell: Cell, rng: np.random.Generator) -> bool:
    """Leave out some field roads of the margin; each crossing keeps at least two streets."""
    i, j = cell
    drawn = float(rng.random())
    i0, i1, j0, j1 = plan.core
    outside = i < i0 - 1 or i > i1 or j < j0 - 1 or j > j1
    return outside and (i + 2 * j) % 3 == 0 and drawn < EMPTY_SHARE


def _lay_upright(
    plan: CityPlan, sketch: Sketch, at: Cell, line: StreetLine, rng: np.random.Generator
) -> None:
    i, j = at
    is_river = plan.rows[j] == "river"
    empty = _is_left_empty(plan, at, rng) and line.highway != "primary"
    if (is_river and i not in plan.bridges) or (empty and not is_river):
        return
    tags = _street_tags(line)
    if is_river:
        tags |= {"bridge": "yes", "layer": "1", "name": line.name + "桥"}
    for side in line.sides:
        low = corner(plan, i, j, side, 1 if len(plan.level[j].sides) > 1 else 0)
        high = corner(plan, i, j + 1, side, -1 if len(plan.level[j + 1].sides) > 1 else 0)
        ends = (low, high) if side >= 0 else (high, low)
        sketch.segments["upright", i, j, side] = Street(*ends, dict(tags))


def _lay_level(
    plan: CityPlan, sketch: Sketch, at: Cell, line: StreetLine, rng: np.random.Generator
) -> None:
    i, j = at
    is_rail = plan.columns[i] == "rail"
    crossing = plan.rail_crossings.get(j)
    empty = _is_left_empty(plan, at, rng) and line.highway != "primary"
    if (is_rail and crossing is None) or (empty and not is_rail):
        return
    tags = _street_tags(line)
    if is_rail and crossing == "underpass":
        tags |= {"tunnel": "yes", "layer": "-1"}
    if is_rail and crossing == "footbridge":
        _draw_footbridge(sketch, corner(plan, i, j, 0, 0), corner(plan, i + 1, j, 0, 0))
        return
    for side in line.sides:
        west = corner(plan, i, j, 1 if len(plan.upright[i].sides) > 1 else 0, side)
        east = corner(plan, i + 1, j, -1 if len(plan.upright[i + 1].sides) > 1 else 0, side)
        ends = (east, west) if side > 0 else (west, east)
        sketch.segments["level", j, i, side] = Street(*ends, dict(tags))


def _street_tags(line: StreetLine) -> dict[str, str]:
    tags = {"highway": line.highway, "name": line.name}
    if line.highway == "primary":
        tags |= {"oneway": "yes", "lanes": "3", "sidewalk": "right"}
    return tags


def _draw_footbridge(sketch: Sketch, start: XY, end: XY) -> None:
    """Draw stairs up, a bridge, and stairs down."""
    foot, head = rounded(move(start, end, 12.0)), rounded(move(end, start, 12.0))
    sketch.add([start, foot], highway="steps", incline="up")
    sketch.add([foot, head], highway="footway", bridge="yes", layer="1", name="人行天桥")
    sketch.add([head, end], highway="steps", incline="down")


def _join_crossing(plan: CityPlan, sketch: Sketch, at: Cell) -> None:
    """Draw the pieces inside a crossing of an arterial, where it can be crossed at all."""
    i, j = at
    upright, level = plan.upright[i], plan.level[j]
    if len(upright.sides) == len(level.sides) == 1:
        return
    if len(level.sides) > 1:
        _cross_level(plan, sketch, at)
    if len(upright.sides) > 1:
        _cross_upright(plan, sketch, at)


def _cross_level(plan: CityPlan, sketch: Sketch, at: Cell) -> None:
    i, j = at
    upright = plan.upright[i]
    for side in upright.sides:
        ends = [corner(plan, i, j, side, -1), corner(plan, i, j, side, 1)]
        _cross(plan, sketch, at, ends, upright)


def _cross_upright(plan: CityPlan, sketch: Sketch, at: Cell) -> None:
    i, j = at
    level = plan.level[j]
    for side in level.sides:
        ends = [corner(plan, i, j, -1, side), corner(plan, i, j, 1, side)]
        _cross(plan, sketch, at, ends, level)


def _cross(plan: CityPlan, sketch: Sketch, at: Cell, ends: list[XY], line: StreetLine) -> None:
    """Cross at signals; elsewhere not at all, but for a footbridge here and there."""
    if line.signals or not _near_core(plan, at):
        sketch.add(ends, **_street_tags(line) | {"oneway": "no"})
        for end in ends:
            sketch.node_tags[end] = {"highway": "traffic_signals"}
    elif sum(at) % 4 == 0:
        _draw_footbridge_over(sketch, ends)


def _draw_footbridge_over(sketch: Sketch, ends: list[XY]) -> None:
    """Draw a footbridge over an arterial, stairs along the pavement."""
    low, high = ends
    side = (-(high[1] - low[1]) / 6, (high[0] - low[0]) / 6)
    up = rounded((low[0] + side[0], low[1] + side[1]))
    down = rounded((high[0] + side[0], high[1] + side[1]))
    sketch.add([low, up], highway="steps", incline="up")
    sketch.add([up, down], highway="footway", bridge="yes", layer="1", name="人行天桥")
    sketch.add([down, high], highway="steps", incline="down")


def _near_core(plan: CityPlan, at: Cell) -> bool:
    i0, i1, j0, j1 = plan.core
    return i0 <= at[0] <= i1 and j0 <= at[1] <= j1
