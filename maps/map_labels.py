"""Names on a map: zones, communities, streets and facilities, each where there is room for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from maps.cartography import GroundMap
from maps.drawing import PLATE_PAD
from maps.paper import MM_PER_POINT
from maps.placing import Label, place_along, place_labels
from maps.sheet_style import SOFT_INK
from maps.style import INK, ZONE_INK

_ALWAYS: Final = 1e9
_COVERED: Final = 6.0
"""A zone smaller than this many plates would be hidden by one."""

_STRAIGHT_MM: Final = 2.0
"""Bends of a street smaller than this do not keep a name from standing along it."""


def label_zones(ground: GroundMap, points: float) -> None:
    """Write the id of each zone into it, on a plate."""
    labels = []
    around = 2 * PLATE_PAD * points * MM_PER_POINT
    for zone, shape in ground.within(ground.scene.zones).geometry.items():
        at = shape.representative_point()
        label = _label(ground, str(zone), str(zone), (at.x, at.y), points, weight=_ALWAYS)
        width, height = label.width + around, label.height + around
        # On a zone hardly larger than its plate, the plate stands beside it.
        west, south, east, north = shape.bounds
        metres = ground.view.window.metres(ground.canvas.by)
        is_small = (east - west) * (north - south) < _COVERED * width * height * metres**2
        away = (north - south) / metres / 2 if is_small else 0.0
        labels.append(replace(label, width=width, height=height, away=away))
    for label in place_labels(labels, ground.taken):
        place = ground.on_ground(label.x, label.y)
        ground.canvas.map_plate(ground.axes, place, label.text, points=points, fill=ZONE_INK)


def label_communities(
    ground: GroundMap, texts: Mapping[str, str], points: float, *, beyond: float = np.inf
) -> list[str]:
    """Write texts on communities, those of many households first.

    Parameters
    ----------
    ground
        The map.
    texts
        What to write, by id.
    points
        Size on A3.
    beyond
        How many times as wide as its community a text may be; wider ones find no place.

    Returns
    -------
    list of str
        Ids of the communities in the frame that found no place.
    """
    seen = ground.within(ground.scene.communities)
    metres = ground.view.window.metres(ground.canvas.by)
    labels: list[Label] = []
    refused: list[Label] = []
    for key, row in seen[seen.index.isin(list(texts))].iterrows():
        at = row.geometry.representative_point()
        weight = float(np.nan_to_num(row["households"]))
        label = _label(ground, str(key), texts[str(key)], (at.x, at.y), points, weight=weight)
        west, _, east, _ = row.geometry.bounds
        fits = label.width <= beyond * (east - west) / metres
        (labels if fits else refused).append(label)
    placed = place_labels(labels, ground.taken)
    _write(ground, placed, points, INK)
    found = {label.key for label in placed}
    return [label.key for label in (*labels, *refused) if label.key not in found]


def label_facilities(ground: GroundMap, points: float) -> None:
    """Write the names of confirmed facilities beside their badges."""
    seen = ground.within(ground.scene.facilities)
    if seen.empty:
        return
    seen = seen[seen["confirmed"].astype(bool) & seen["label"].notna()]
    labels = [
        _label(
            ground,
            row.facility_id,
            row.label,
            (row.geometry.x, row.geometry.y),
            points,
            away=ground.view.badge * 0.52,
        )
        for row in seen.drop_duplicates("facility_id").itertuples()
    ]
    _write(ground, place_labels(labels, ground.taken), points, SOFT_INK)


def label_streets(ground: GroundMap, points: float) -> None:
    """Write each street's name once, along its longest straight piece, main streets first."""
    streets = ground.within(ground.scene.streets)
    if streets.empty:
        return
    named = streets[streets["name"].notna() & ~streets["group"].eq("path")]
    pieces = []
    for name, rows in named.groupby("name", sort=True):
        is_main = bool(rows["group"].eq("major").any())
        start, end = _longest_piece(ground, rows.geometry.to_numpy())
        length = float(np.hypot(*(end - start)))
        pieces.append((not is_main, -length, str(name), start, end))
    for _, length, name, start, end in sorted(pieces, key=lambda piece: piece[:3]):
        _write_along(ground, name, (start, end), -length, points)


def _longest_piece(ground: GroundMap, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the longest straight piece of a street, as two points on the paper."""
    joined = shapely.line_merge(shapely.union_all(lines))
    bend = ground.view.window.metres(_STRAIGHT_MM * ground.canvas.by)
    best = np.zeros((2, 2))
    for part in shapely.get_parts(shapely.simplify(joined, bend)):
        corners = shapely.get_coordinates(part)
        on_paper = np.array([ground.on_paper(x, y) for x, y in corners])
        for start, end in pairwise(on_paper):
            if np.hypot(*(end - start)) > np.hypot(*(best[1] - best[0])):
                best = np.array([start, end])
    return best[0], best[1]


def _write_along(
    ground: GroundMap,
    name: str,
    ends: tuple[np.ndarray, np.ndarray],
    length: float,
    points: float,
) -> None:
    width = ground.canvas.width_of(name, points) + 1.0
    height = points * MM_PER_POINT * 1.15
    if length < width:
        return
    along = ends[1] - ends[0]
    if along[0] < 0 or (along[0] == 0 and along[1] < 0):
        along = -along
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    middle = place_along(
        (ends[0] + ends[1]) / 2, along / np.hypot(*along), width, height, length, ground.taken
    )
    if middle is not None:
        place = ground.on_ground(float(middle[0]), float(middle[1]))
        ground.canvas.map_text(
            ground.axes, place, name, points=points, colour=SOFT_INK, angle=angle
        )


def _label(
    ground: GroundMap,
    key: str,
    text: str,
    place: tuple[float, float],
    points: float,
    *,
    weight: float = 0.0,
    away: float = 0.0,
) -> Label:
    ground.canvas.face.require(text)
    x, y = ground.on_paper(*place)
    width = ground.canvas.width_of(text, points) + 0.6
    return Label(key, text, x, y, width, points * MM_PER_POINT * 1.15, weight, away)


def _write(ground: GroundMap, labels: list[Label], points: float, colour: str) -> None:
    for label in labels:
        place = ground.on_ground(label.x, label.y)
        ground.canvas.map_text(ground.axes, place, label.text, points=points, colour=colour)
