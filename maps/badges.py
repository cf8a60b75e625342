"""Badges of facilities: one beside the other where several haves share a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maps.placing import Box, Taken

_APART: Final = 1.06
"""Distance of neighbouring badges, in their width."""

_BESIDE: Final = (
    *((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)),
    *((1, 1), (-1, 1), (1, -1), (-1, -1)),
    *((2, 0), (-2, 0), (0, 2), (0, -2)),
)
"""Places to try, in steps from where the facility is, the nearest first."""


def place_badges(
    places: NDArray[np.float64],
    size: float,
    inside: Box,
    covered: Sequence[Box],
    *,
    marks: Sequence[Box] = (),
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Move badges aside that would cover each other.

    Parameters
    ----------
    places
        Where the facilities are, in units of the layout, array (n, 2); the first choose first.
    size
        Width of a badge.
    inside
        Frame of the map.
    covered
        Plates over the map: a badge that is half covered is worse than none.
    marks
        Marks of other things on the map: a badge stands beside them.

    Returns
    -------
    places : array (n, 2)
        Where the badges stand: at their facility or at most two widths away. Where nothing is
        free, at the facility.
    shown : array (n,)
        Whether the facility stands clear of the frame and of all plates.
    """
    half = size / 2
    taken = Taken(inside)
    for box in (*covered, *marks):
        taken.take(box)
    moved, shown = places.copy(), np.zeros(len(places), dtype=np.bool_)
    plates = Taken(inside)
    for box in covered:
        plates.take(box)
    for row, (x, y) in enumerate(places):
        if not plates.is_free(_around(x, y, half)):
            continue
        shown[row] = True
        for across, up in _BESIDE:
            place = x + across * size * _APART, y + up * size * _APART
            box = _around(*place, half)
            if taken.is_free(box):
                moved[row] = place
                taken.take(box)
                break
    return moved, shown


def _around(x: float, y: float, half: float) -> Box:
    return float(x - half), float(y - half), float(x + half), float(y + half)
