"""Old town of the made city: which bands and blocks hold its groups of old communities."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

Cell = tuple[int, int]
Band = tuple[int, int, int, int]
"""Columns from and to, rows from and to."""

BUILT_M2_PER_BLOCK: Final = 38_000
"""What a block of old town leaves to housing, beside lanes, shops, schools and yards."""

LAND_PER_HOUSEHOLD_M2: Final = 68.0
"""Land of an old walk-up estate: about 85 m2 of floor at a floor area ratio of 1.25."""


@dataclass(frozen=True)
class Group:
    """What one natural group of old communities holds: its year, communities and households."""

    year: int
    communities: int
    households: int


def seat_groups(
    groups: tuple[Group, ...],
    wide: int,
    row_starts: tuple[int, ...],
    rows: tuple[str, ...],
    rng: np.random.Generator,
) -> list[int]:
    """Give each group a band; on either side of the river the bands hang together.

    Each side gets its part of every year's programme, as both street offices wait for theirs.
    """
    south = sum(start < rows.index("river") for start in row_starts) * wide
    free = {
        "south": _thin(list(range(south)), wide, rng),
        "north": _thin(list(range(south, len(row_starts) * wide)), wide, rng),
    }
    while len(free["south"]) + len(free["north"]) > len(groups):
        side = max(free, key=lambda name: (len(free[name]), name))
        free[side].pop()
    room = {side: len(bands) for side, bands in free.items()}
    left = dict(room)
    seats: list[str] = []
    for _ in groups:
        side = max(left, key=lambda name: (left[name] / max(1, room[name]), name == "north"))
        left[side] -= 1
        seats.append(side)
    shuffled = {side: [free[side][int(k)] for k in rng.permutation(room[side])] for side in free}
    return [shuffled[side].pop() for side in seats]


def _thin(bands: list[int], wide: int, rng: np.random.Generator) -> list[int]:
    """Order bands so that any number of the first ones hangs together."""
    start = bands[int(rng.integers(len(bands)))]
    ordered, left = [start], [band for band in bands if band != start]
    while left:
        beside = [
            band
            for band in left
            if any(
                abs(band // wide - other // wide) + abs(band % wide - other % wide) == 1
                for other in ordered
            )
        ]
        ordered.append(beside[int(rng.integers(len(beside)))])
        left.remove(ordered[-1])
    return ordered


def pick_cells(
    bands: list[Band],
    groups: tuple[Group, ...],
    rail: int,
    rng: np.random.Generator,
) -> tuple[tuple[Cell, ...], ...]:
    """Choose the blocks of all groups: old towns are dense in the middle, so they face each other.

    Groups end up apart by an arterial, the railway or a few newer blocks, as they happen to fall.
    """
    everywhere = {c for band in bands for c in _cells_of(band)}
    taken: set[Cell] = set()
    picked: dict[int, tuple[Cell, ...]] = {}
    for k in _outwards(bands):
        own = _cells_of(bands[k])
        near = _with_far_side(taken, rail)
        towards = _with_far_side(everywhere - set(own), rail)
        score = {
            cell: 2.0 * _is_beside(cell, near) + _is_beside(cell, towards) + float(rng.random())
            for cell in own
        }
        picked[k] = _pick_for_group(score, groups[k])
        taken.update(picked[k])
    return tuple(picked[k] for k in range(len(groups)))


def _cells_of(band: Band) -> list[Cell]:
    i0, i1, j0, j1 = band
    return [(i, j) for i in range(i0, i1) for j in range(j0, j1)]


def _outwards(bands: list[Band]) -> list[int]:
    """Order bands from the middle of the city outwards."""
    middle = (sum(b[0] for b in bands) / len(bands), sum(b[2] for b in bands) / len(bands))
    return sorted(
        range(len(bands)),
        key=lambda k: (abs(bands[k][0] - middle[0]) + abs(bands[k][2] - middle[1]), k),
    )


def _with_far_side(cells: set[Cell], rail: int) -> set[Cell]:
    """Add, to cells along the railway, the column of the track: who borders it faces them."""
    return cells | {(rail, j) for i, j in cells if abs(i - rail) == 1}


def _pick_for_group(score: dict[Cell, float], group: Group) -> tuple[Cell, ...]:
    """Choose as many blocks, side by side, as a group needs, best score first."""
    wanted = max(2, math.ceil(group.households * LAND_PER_HOUSEHOLD_M2 / BUILT_M2_PER_BLOCK))
    chosen = [max(score, key=lambda cell: (score[cell], cell))]
    while len(chosen) < min(wanted, len(score)):
        beside = [cell for cell in score if cell not in chosen and _is_beside(cell, chosen)]
        chosen.append(max(beside, key=lambda cell: (score[cell], cell)))
    return tuple(sorted(chosen))


def _is_beside(cell: Cell, others: Iterable[Cell]) -> bool:
    """Tell whether a cell shares a side with another."""
    return any(abs(cell[0] - i) + abs(cell[1] - j) == 1 for i, j in others)
