"""Connected parts, and numbers of zones, apart: what is pursued by itself, and how it adds up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.instance import Instance, Ints, link_arrays
from zoning.regionalization.pursuit import CLOSED, Pursuit, find_bound, search
from zoning.regionalization.search import Found, read_plan
from zoning.regionalization.starts import part_counts

MANY_COUNTS: Final = 12
MANY_NODES: Final = 400
"""Below so many possible numbers of zones, in the mean of the nodes, and in parts of up to so many
nodes, each number is pursued by itself."""


@dataclass
class Cell:
    """One connected part with one number of zones, or a range of them, and its pursuit."""

    part: int
    low: int
    high: int
    nodes: Ints
    pursuit: Pursuit


def pursue(
    instance: Instance, start: Callable[[Instance], Pursuit], draft: Ints | None = None
) -> tuple[Found | None, float]:
    """Pursue connected parts and numbers of zones apart, the promising ones at length.

    Parameters
    ----------
    instance
        The instance.
    start
        Starts the pursuit of a piece of it.
    draft
        Zone number of each node of a plan that is known, if one is.

    Returns
    -------
    tuple
        The best plan of the whole or None, and the bound, ``inf`` when there can be no plan.

    Notes
    -----
    Numbers of zones of the parts are chosen to add up within the limits at least cost, once by
    objectives and once by bounds. While the two differ, the pieces that the bound relies on are
    searched; what a piece may cost at most follows from the others.
    """
    cells = make_cells(instance, start)
    for cell in cells:
        if draft is not None:
            _offer(cell, draft)
        find_bound(cell.pursuit)
    while True:
        best, plan = mix(instance, cells, [objective(cell.pursuit) for cell in cells])
        least, relied = mix(instance, cells, [cell.pursuit.lower for cell in cells])
        due = [cell for cell in relied if not cell.pursuit.done and not cell.pursuit.is_closed()]
        proven = best < math.inf and best - least <= CLOSED * max(1.0, best)
        if proven or not due or least == math.inf:
            break
        chosen = max(due, key=lambda cell: cell.pursuit.upper - cell.pursuit.lower)
        others = least - chosen.pursuit.lower
        chosen.pursuit.ceiling = min(chosen.pursuit.ceiling, best - others)
        search(chosen.pursuit)
    found = None if best == math.inf else join(instance, plan)
    return found, least


def _offer(cell: Cell, draft: Ints) -> None:
    """Offer a pursuit its piece of a plan, where that has the number of zones and is connected."""
    labels, zone = np.unique(draft[cell.nodes], return_inverse=True)
    piece = cell.pursuit.instance
    if not cell.low <= len(labels) <= cell.high:
        return
    rows = np.repeat(np.arange(piece.nodes), np.diff(piece.indptr))
    same = zone[rows] == zone[piece.indices]
    _, _, part = link_arrays(piece.nodes, rows[same], piece.indices[same])
    if part.max() + 1 == len(labels):
        cell.pursuit.offer(read_plan(cell.pursuit.ground, zone.astype(np.int64), len(labels)))


def objective(pursuit: Pursuit) -> float:
    """Give the objective of the best plan that a pursuit has, ``inf`` when it has none."""
    return math.inf if pursuit.best is None else pursuit.best.objective


def make_cells(instance: Instance, start: Callable[[Instance], Pursuit]) -> list[Cell]:
    """Part an instance; as a whole where numbers of zones are many and bound to each other."""
    least, most = part_counts(instance)
    low = max(instance.count_low, int(least.sum()))
    high = min(instance.count_high, int(most.sum()))
    first = np.maximum(least, low - (int(most.sum()) - most))
    last = np.minimum(most, high - (int(least.sum()) - least))
    free = low <= first.sum() and last.sum() <= high
    nodes_of = np.bincount(instance.part, minlength=len(least))
    few = (last - first) @ nodes_of < MANY_COUNTS * instance.nodes and nodes_of.max() <= MANY_NODES
    if not (free or few):
        return [
            Cell(0, low, high, np.arange(instance.nodes), start(instance.with_count(low, high)))
        ]
    cells: list[Cell] = []
    for part in range(len(least)):
        nodes = np.flatnonzero(instance.part == part).astype(np.int64)
        piece = instance if len(least) == 1 else instance.subset(nodes, 1)
        counts = range(int(first[part]), int(last[part]) + 1)
        ranges = [(k, k) for k in counts] if few else [(counts[0], counts[-1])]
        cells.extend(
            Cell(part, one, other, nodes, start(piece.with_count(one, other)))
            for one, other in ranges
        )
    return cells


def mix(instance: Instance, cells: list[Cell], values: list[float]) -> tuple[float, list[Cell]]:
    """Choose a cell of each part so that numbers of zones add up, at least value."""
    sums: dict[tuple[int, int], tuple[float, _Chain | None]] = {(0, 0): (0.0, None)}
    of_part: dict[int, list[tuple[Cell, float]]] = {}
    for cell, value in zip(cells, values, strict=True):
        of_part.setdefault(cell.part, []).append((cell, value))
    for part in sorted(of_part):
        fresh: dict[tuple[int, int], tuple[float, _Chain | None]] = {}
        for cell, value in of_part[part]:
            for (low, high), (total, chosen) in sums.items():
                key = (low + cell.low, high + cell.high)
                if key not in fresh or total + value < fresh[key][0]:
                    fresh[key] = (total + value, _Chain(cell, chosen))
        sums = fresh
    fits = [
        found
        for (low, high), found in sorted(sums.items(), key=lambda item: item[0])
        if high >= instance.count_low and low <= instance.count_high
    ]
    value, last = min(fits, key=lambda found: found[0], default=(math.inf, None))
    return value, _unfold(last)


class _Chain(NamedTuple):
    """The cell chosen for a part, and those of the parts before it."""

    cell: Cell
    before: _Chain | None


def _unfold(chain: _Chain | None) -> list[Cell]:
    cells: list[Cell] = []
    while chain is not None:
        cells.append(chain.cell)
        chain = chain.before
    return cells[::-1]


def join(instance: Instance, cells: list[Cell]) -> Found:
    """Put the best plans of parts together."""
    zone = np.full(instance.nodes, -1, dtype=np.int64)
    zones = 0
    centres: list[Ints] = []
    objectives: list[float] = []
    for cell in cells:
        plan = cell.pursuit.best
        if plan is None:
            raise ValueError(f"part {cell.part!r} has no plan")
        zone[cell.nodes] = plan.zone + zones
        zones += plan.count
        inside = np.flatnonzero(np.isin(instance.home, cell.nodes))
        centres.append(inside[plan.centre])
        objectives.append(plan.objective)
    return Found(objective=math.fsum(objectives), zone=zone, centre=np.concatenate(centres))
