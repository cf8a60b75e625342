"""What parts the made city: river with embankment stairs, railway, fences along arterials."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from lianpian.city.plan import XY, CityPlan
from lianpian.city.streets import Sketch, move, rounded

RIVER_HALF_M: Final = 50.0
STEPS: Final = 6
"""Points of the banks between two streets."""

FENCE_CLEAR_M: Final = 16.0


def draw_obstacles(plan: CityPlan, sketch: Sketch) -> None:
    """Draw the river, the railway and the fences in the middle of arterials.

    Parameters
    ----------
    plan
        The grid.
    sketch
        Has the streets; takes water, track, fences, the path along the river and its stairs.
    """
    _draw_river(plan, sketch)
    _draw_railway(plan, sketch)
    _draw_fences(plan, sketch)


def _draw_river(plan: CityPlan, sketch: Sketch) -> None:
    """Draw the river with its banks, a path along the north bank, and stairs down to it."""
    row = plan.rows.index("river")
    middle, banks = _river_lines(plan, row)
    sketch.add(middle, waterway="river", name="洛滨河")
    ring = banks[0] + banks[1][::-1]
    sketch.add([*ring, ring[0]], natural="water", water="river", name="洛滨河")
    i0, i1, _, _ = plan.core
    path = [rounded((x, y + 6.0)) for x, y in banks[1][i0 * STEPS : i1 * STEPS + 1]]
    sketch.add(path, highway="footway", name="滨河步道", surface="paving_stones")
    for i in range(i0, i1):
        street = sketch.segments.get(("level", row + 1, i, 0))
        if street is None:
            continue
        foot = path[(i - i0) * STEPS + STEPS // 2]
        top = street.join(street.nearest(foot))
        sketch.add([top, move(top, foot, math.dist(top, foot) / 2)], highway="footway")
        sketch.add(
            [move(top, foot, math.dist(top, foot) / 2), foot], highway="steps", step_count="18"
        )


def _river_lines(plan: CityPlan, row: int) -> tuple[list[XY], tuple[list[XY], list[XY]]]:
    """Trace the middle of the river and its two banks, winding a little."""
    middle: list[XY] = []
    banks: tuple[list[XY], list[XY]] = ([], [])
    along = 0.0
    last = len(plan.nodes) - 2
    for i in range(last + 1):
        for step in range(STEPS + (i == last)):
            low = _between(plan.nodes[i][row], plan.nodes[i + 1][row], step / STEPS)
            high = _between(plan.nodes[i][row + 1], plan.nodes[i + 1][row + 1], step / STEPS)
            wind = 11.0 * math.sin(along / 140.0)
            half = RIVER_HALF_M + 4.0 * math.sin(along / 85.0)
            centre = move(_between(low, high, 0.5), high, wind)
            middle.append(rounded(centre))
            banks[0].append(rounded(move(centre, low, half)))
            banks[1].append(rounded(move(centre, high, half)))
            along += math.dist(plan.nodes[i][row], plan.nodes[i + 1][row]) / STEPS
    return middle, banks


def _between(a: XY, b: XY, share: float) -> XY:
    return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))


def _draw_railway(plan: CityPlan, sketch: Sketch) -> None:
    """Draw the track along its column; it shares a node with each street that crosses it level."""
    column = plan.columns.index("rail")
    track: list[XY] = []
    for j in range(len(plan.level)):
        middle = rounded(_between(plan.nodes[column][j], plan.nodes[column + 1][j], 0.5))
        street = sketch.segments.get(("level", j, column, 0))
        if plan.rail_crossings.get(j) == "level" and street is not None:
            middle = street.join(0.5)
            sketch.node_tags[middle] = {"railway": "level_crossing"}
        track.append(middle)
    river = plan.rows.index("river")
    tags = {"railway": "rail", "name": "陇滨铁路", "gauge": "1435"}
    sketch.add(track[: river + 1], **tags)
    sketch.add(track[river : river + 2], **tags, bridge="yes", layer="1")
    sketch.add(track[river + 1 :], **tags)


def _draw_fences(plan: CityPlan, sketch: Sketch) -> None:
    """Put a fence in the middle of each arterial, open where there are signals."""
    i0, i1, j0, j1 = plan.core
    for i, line in enumerate(plan.upright):
        if line.highway == "primary":
            opens = [j for j in range(j0, j1 + 1) if plan.level[j].signals]
            _fence(plan.rows, sketch, {j: plan.nodes[i][j] for j in range(j0, j1 + 1)}, opens)
    for j, line in enumerate(plan.level):
        if line.highway == "primary":
            opens = [i for i in range(i0, i1 + 1) if plan.upright[i].signals]
            _fence(plan.columns, sketch, {i: plan.nodes[i][j] for i in range(i0, i1 + 1)}, opens)


def _fence(kinds: tuple[str, ...], sketch: Sketch, at: dict[int, XY], opens: list[int]) -> None:
    """Fence a line between its openings; never on water or rails."""
    stops = sorted({min(at), max(at), *opens})
    for low, high in pairwise(stops):
        if "block" not in kinds[low:high]:
            continue
        run = [at[k] for k in range(low, high + 1)]
        run[0] = move(at[low], at[low + 1], FENCE_CLEAR_M)
        run[-1] = move(at[high], at[high - 1], FENCE_CLEAR_M)
        sketch.add(run, barrier="fence", fence_type="guard_rail")
