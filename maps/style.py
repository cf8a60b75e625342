"""Colours, hatches and symbols of maps, safe for print and for colour-blind eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Hatch = Literal["", "diagonal", "dots", "cross", "level", "upright", "grid", "back", "dense"]
"""Second sign beside the colour, so that no answer hangs on colour alone."""


@dataclass(frozen=True, kw_only=True)
class Fill:
    """How an area is filled.

    Parameters
    ----------
    colour
        Colour of the area, ``#rrggbb``.
    hatch
        Hatch over it; empty for a plain area.
    ink
        Colour of hatch and text on the area, at least 4.5:1 against `colour`.
    """

    colour: str
    hatch: Hatch = ""
    ink: str = "#1c2730"


@dataclass(frozen=True, kw_only=True)
class MissingClass:
    """A class of the count of missing haves, `low` to `high`, both included."""

    low: int
    high: int
    fill: Fill


MISSING_CLASSES: Final = (
    MissingClass(low=0, high=0, fill=Fill(colour="#cfe6e4")),
    MissingClass(low=1, high=1, fill=Fill(colour="#fbe8b6", hatch="dots")),
    MissingClass(low=2, high=2, fill=Fill(colour="#f6c96f", hatch="level")),
    MissingClass(low=3, high=3, fill=Fill(colour="#eba24a", hatch="upright")),
    MissingClass(low=4, high=4, fill=Fill(colour="#d97b2d", hatch="back")),
    MissingClass(low=5, high=5, fill=Fill(colour="#a9501c", hatch="grid", ink="#ffffff")),
    MissingClass(low=6, high=9, fill=Fill(colour="#6b2a12", hatch="dense", ink="#ffffff")),
)
"""Light to dark, so that a grey copy keeps the order; none missing stands apart in blue-green.
Each has a hatch of its own, the one that sheets print for it."""

NO_DATA: Final = Fill(colour="#dcdfe2", hatch="cross", ink="#3d4852")
"""Not answered at all: told apart from none missing by colour and by hatch."""

NONE_FOUND: Final = Fill(colour="#e6eeee", hatch="diagonal", ink="#3d4852")
"""Nothing found missing, but some answer waits or is not known: not the same as none missing."""

UNCONFIRMED_HATCH: Final[Hatch] = "diagonal"
"""In place of the hatch of any class when an answer of the community waits for a person."""

STATUS_FILLS: Final[Mapping[str, Fill]] = {
    "met": Fill(colour="#a8d5d0"),
    "small": Fill(colour="#a8d5d0", hatch="dots"),
    "far": Fill(colour="#f0b254", hatch="level"),
    "gap": Fill(colour="#a9501c", hatch="back", ink="#ffffff"),
    "unconfirmed": Fill(colour="#f3ecd8", hatch="diagonal"),
    "no_data": NO_DATA,
}
"""Answers to one have, in the order of `zoning.tables.STATUSES`."""

HAVE_COLOURS: Final[Mapping[str, str]] = {
    "service_centre": "#3a3f8f",
    "elderly_care": "#8a2f5d",
    "clinic": "#b3323a",
    "library": "#6d4b12",
    "toilet": "#0f6b70",
    "parcel": "#8a4a12",
    "shop": "#2c6b33",
    "parking": "#1f5c99",
    "charging": "#6b3f94",
}
"""Badge of each have: white on it has at least 4.5:1."""

HAVE_CHARACTERS: Final[Mapping[str, str]] = {
    "service_centre": "服",
    "elderly_care": "养",
    "clinic": "医",
    "library": "书",
    "toilet": "厕",
    "parcel": "递",
    "shop": "超",
    "parking": "停",
    "charging": "充",
}
"""One character for each have, for places where a pictogram cannot be drawn."""

HAVE_SHAPES: Final[Mapping[str, str]] = {
    "service_centre": "square",
    "elderly_care": "circle",
    "clinic": "square",
    "library": "circle",
    "toilet": "square",
    "parcel": "diamond",
    "shop": "circle",
    "parking": "square",
    "charging": "diamond",
}
"""Outline of each have's badge: pictogram, outline and colour differ together."""

GATE_COLOURS: Final[Mapping[str, str]] = {
    "surveyed": "#17506b",
    "inferred": "#17506b",
    "nearest": "#5c6670",
}
"""Gates differ by shape: surveyed filled, inferred hollow, nearest point of a street a cross."""

LINK_COLOURS: Final[Mapping[str, str]] = {
    "wall": "#1c2730",
    "lane": "#17506b",
    "road": "#8a4a12",
    "arterial": "#b3323a",
    "bridge": "#0f6b70",
    "added": "#2c6b33",
    "cut": "#b3323a",
}
"""Lines between neighbouring communities by kind; a cut link is dashed and crossed out."""

LAND_COLOURS: Final[Mapping[str, str]] = {
    "water": "#c5dbe6",
    "green": "#dde8d3",
    "railway": "#8b9299",
}

PAPER: Final = "#f5f3ee"
INK: Final = "#1c2730"
ZONE_INK: Final = "#17375e"
CIRCLE_INK: Final = "#1f5c99"
WALK_INK: Final = "#123a5c"

STREET_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "major": ("motorway", "trunk", "primary", "secondary"),
    "minor": ("tertiary", "residential", "unclassified", "living_street", "road", "pedestrian"),
    "path": ("service", "footway", "path", "steps", "cycleway", "track", "corridor", "bridleway"),
}
"""Classes of streets as a base map draws them; ``primary_link`` and its like follow their class."""


def missing_class(missing: int) -> MissingClass:
    """Give the class that a count of missing haves falls in.

    Raises
    ------
    ValueError
        If `missing` is not 0 to 9.
    """
    for step in MISSING_CLASSES:
        if step.low <= missing <= step.high:
            return step
    raise ValueError(f"missing must be 0 to 9, got {missing!r}")


def street_group(street_class: str) -> str:
    """Give the group that a street's class is drawn in: major, minor or path.

    A class that no group names is drawn as a path: present, but never louder than a known street.
    """
    plain = street_class.removesuffix("_link")
    for group, classes in STREET_CLASSES.items():
        if plain in classes:
            return group
    return "path"


PROTECTED_INK: Final = "#8a2b1f"
PROTECTED_SHAPES: Final[Mapping[str, str]] = {
    "relic": "square",
    "historic_building": "diamond",
    "old_tree": "circle",
    "other": "square",
}
"""Marks of things that must be kept, hollow where the kind is not known; historic areas and cities
have an outline alone."""
