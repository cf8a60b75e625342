"""What a map frame looks at, and what it has shown: for its legend."""

from __future__ import annotations

from dataclasses import dataclass, field

from maps.paper import Frame, Window
from maps.protected import MARK_MM


@dataclass
class Shown:
    """What a map shows, for a legend that lists nothing else.

    Parameters
    ----------
    fills
        Communities by class.
    haves
        Facilities by have: confirmed and waiting for review.
    gates
        Access points by kind.
    protections
        What must be kept, by kind.
    signs
        Further signs: ``zone``, ``crossing``, ``no_zone``, ``major``, ``minor``, ``path``,
        ``water``, ``green``, ``railway``, ``building``, ``data_edge``.
    """

    fills: dict[str, int] = field(default_factory=dict)
    haves: dict[str, tuple[int, int]] = field(default_factory=dict)
    gates: dict[str, int] = field(default_factory=dict)
    protections: dict[str, int] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class View:
    """One map frame with what it looks at.

    Parameters
    ----------
    frame, window
        Where on the page, and which ground.
    zone
        The zone that the sheet is about; empty for all zones.
    facilities, buildings, gates, protections
        Whether they are drawn.
    badge
        Width of the badges of facilities, mm on A3.
    mark
        Width of the marks of what must be kept, mm on A3.
    plates
        Frames inside `frame` that are covered: scale bar and north arrow.
    """

    frame: Frame
    window: Window
    zone: str = ""
    facilities: bool = False
    buildings: bool = False
    gates: bool = False
    protections: bool = False
    badge: float = 3.0
    mark: float = MARK_MM
    plates: tuple[Frame, ...] = ()
