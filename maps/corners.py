"""Corners of a map: where scale bar and north arrow hide least of what the map is about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.paper import Frame, Window

_RIM = 2.0


def place_plates(
    frame: Frame,
    window: Window,
    sizes: Sequence[tuple[float, float]],
    *,
    subject: NDArray[np.object_],
    points: NDArray[np.float64],
) -> list[Frame]:
    """Find a corner for each plate, the first in the list chooses first.

    Parameters
    ----------
    frame, window
        The map on the page and the ground it shows.
    sizes
        Width and height of each plate, in units of the layout.
    subject
        Shapes that should stay in sight, metres.
    points
        Places that should, array (n, 2): facilities.

    Returns
    -------
    list of Frame
        A plate for each size, none over another. Of equally free corners the usual one is taken:
        lower left for a wide plate, upper right for a tall one.
    """
    tree = shapely.STRtree(subject)
    placed: list[Frame] = []
    for width, height in sizes:
        choices = [
            Frame(left, bottom, width, height)
            for left, bottom in _corners(frame, width, height, is_wide=width > height)
        ]
        free = [one for one in choices if not any(_meet(one, other) for other in placed)]
        ground = [_on_ground(one, frame, window) for one in free]
        costs = [
            (_hidden_area(box, tree, subject), _hidden_points(box, points), place)
            for place, box in enumerate(ground)
        ]
        placed.append(free[min(costs)[2]])
    return placed


def _corners(
    frame: Frame, width: float, height: float, *, is_wide: bool
) -> list[tuple[float, float]]:
    left, right = frame.left + _RIM, frame.right - _RIM - width
    bottom, top = frame.bottom + _RIM, frame.top - _RIM - height
    if is_wide:
        return [(left, bottom), (right, bottom), (left, top), (right, top)]
    return [(right, top), (left, top), (right, bottom), (left, bottom)]


def _meet(one: Frame, other: Frame) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.bottom < other.top
        and other.bottom < one.top
    )


def _on_ground(plate: Frame, frame: Frame, window: Window) -> shapely.Polygon:
    metres = window.width_m / frame.width
    west = window.west + (plate.left - frame.left) * metres
    south = window.south + (plate.bottom - frame.bottom) * metres
    return shapely.box(west, south, west + plate.width * metres, south + plate.height * metres)


def _hidden_area(
    box: shapely.Polygon, tree: shapely.STRtree, subject: NDArray[np.object_]
) -> float:
    shapes = subject[tree.query(box)]
    return float(shapely.area(shapely.intersection(shapes, box)).sum().round(3))


def _hidden_points(box: shapely.Polygon, points: NDArray[np.float64]) -> int:
    west, south, east, north = box.bounds
    x, y = points[:, 0], points[:, 1]
    return int(((x > west) & (x < east) & (y > south) & (y < north)).sum())
