"""Placing labels: each where nothing else stands, the weighty ones first, the rest dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in millimetres."""

_AROUND: Final = (
    (0.0, 0.0),
    (0.0, 1.05),
    (0.0, -1.05),
    (0.55, 0.0),
    (-0.55, 0.0),
    (0.5, 1.05),
    (-0.5, 1.05),
    (0.5, -1.05),
    (-0.5, -1.05),
)
"""Places to try, as shifts in widths and heights of the label, the best first."""

_BESIDE: Final = ((0.0, 0.55), (0.0, -0.55), (0.55, 0.0), (-0.55, 0.0), (0.55, 0.55), (-0.55, 0.55))
"""Places to try for a label that keeps away from its point: the shift begins beyond `away`."""


@dataclass(frozen=True)
class Label:
    """A label that wants a place.

    Parameters
    ----------
    key
        What it belongs to; ties of weight are broken by it.
    text
        What it says.
    x, y
        Where it would stand best (its centre), mm.
    width, height
        Its size, mm.
    weight
        Heavier labels choose first.
    away
        Distance from the point to keep free, mm: 0 for a label that may stand on its point.
    """

    key: str
    text: str
    x: float
    y: float
    width: float
    height: float
    weight: float = 0.0
    away: float = 0.0


class Taken:
    """Ground on the paper that is taken already.

    Parameters
    ----------
    inside
        Frame that labels must stay in.
    """

    def __init__(self, inside: Box) -> None:
        self._inside = inside
        self._boxes = np.empty((64, 4))
        self._count = 0

    def take(self, box: Box) -> None:
        """Take a box, free or not."""
        if self._count == len(self._boxes):
            self._boxes = np.vstack([self._boxes, np.empty_like(self._boxes)])
        self._boxes[self._count] = box
        self._count += 1

    def is_free(self, box: Box) -> bool:
        """Tell whether a box lies in the frame and touches nothing that is taken."""
        left, bottom, right, top = box
        west, south, east, north = self._inside
        if left < west or bottom < south or right > east or top > north:
            return False
        taken = self._boxes[: self._count]
        apart = (
            (taken[:, 0] >= right)
            | (taken[:, 2] <= left)
            | (taken[:, 1] >= top)
            | (taken[:, 3] <= bottom)
        )
        return bool(apart.all())


def place_labels(labels: Iterable[Label], taken: Taken) -> list[Label]:
    """Place as many labels as fit without an overlap, by weight.

    Parameters
    ----------
    labels
        Labels at the place that each would like best.
    taken
        What is taken; the boxes of placed labels are added to it.

    Returns
    -------
    list of Label
        Placed labels with their centre moved to where they stand; the others are left out.
    """
    placed = []
    for label in sorted(labels, key=lambda one: (-one.weight, one.key)):
        for x, y in _places(label):
            box = (
                x - label.width / 2,
                y - label.height / 2,
                x + label.width / 2,
                y + label.height / 2,
            )
            if taken.is_free(box):
                taken.take(box)
                placed.append(
                    Label(label.key, label.text, x, y, label.width, label.height, label.weight)
                )
                break
    return placed


def _places(label: Label) -> Sequence[tuple[float, float]]:
    places = _BESIDE if label.away else _AROUND
    return [
        (
            label.x + across * label.width + np.sign(across) * label.away,
            label.y + up * label.height + np.sign(up) * label.away,
        )
        for across, up in places
    ]


_SHIFTS: Final = (0.0, 0.22, -0.22, 0.36, -0.36)
"""Places along a street to try, in lengths of the street from its middle."""


def place_along(
    middle: NDArray[np.float64],
    direction: NDArray[np.float64],
    width: float,
    height: float,
    length: float,
    taken: Taken,
) -> NDArray[np.float64] | None:
    """Place a slanted label along a straight piece of street.

    Parameters
    ----------
    middle, direction
        Middle of the piece and unit vector along it, mm.
    width, height
        Size of the label, mm.
    length
        Length of the piece, mm.
    taken
        What is taken; boxes along the placed label are added to it.

    Returns
    -------
    array or None
        Centre of the label, or None where nothing is free.
    """
    # Small boxes along the slant: one upright box around it all would keep half the map free.
    count = max(int(np.ceil(width / height)), 1)
    steps = (np.arange(count) - (count - 1) / 2) * width / count
    half = height / 2 + 0.1
    for shift in _SHIFTS:
        if abs(shift) * length + width / 2 > length / 2:
            continue
        centre = middle + direction * shift * length
        boxes = [
            (float(x) - half, float(y) - half, float(x) + half, float(y) + half)
            for x, y in (centre + direction * step for step in steps)
        ]
        if all(taken.is_free(box) for box in boxes):
            for box in boxes:
                taken.take(box)
            return centre
    return None
