"""What all sheets of a plan share: its tables, the numbers of its sheets, the ground each shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

import pandas as pd

from maps.fonts import Face
from maps.labels import Imprint
from maps.paper import Frame, Layout, Window, choose_window, lay_out
from maps.scene import Scene
from maps.zone_haves import ZoneHave

INDEX_ROW: Final = 4.4
_INDEX_REST: Final = 48.0


@dataclass(frozen=True)
class SheetJob:
    """What all sheets of a plan share."""

    tables: Mapping[str, pd.DataFrame]
    imprint: Imprint
    scene: Scene
    haves: Mapping[str, Mapping[str, ZoneHave]]
    face: Face

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in order of preference."""
        return self.imprint.languages

    @property
    def zones(self) -> list[str]:
        """List the zones that get a sheet."""
        return [str(zone) for zone in self.scene.zones.index]


def sheet_numbers(job: SheetJob, size: str) -> dict[str, str]:
    """Give each zone's sheet its drawing number; the overview is 01, the index follows it."""
    first = 2 + index_pages(job, size)
    return {zone: f"{size}-{first + place:02d}" for place, zone in enumerate(job.zones)}


def index_frame(size: str) -> Frame:
    """Give the frame of the index on a page: all between title and imprint."""
    layout = lay_out(size)
    bottom = layout.map.bottom
    return Frame(layout.left.left, bottom, layout.right.right - layout.left.left, layout.map.height)


def zones_per_page(size: str) -> int:
    """Count the zones that one page of the index has room for."""
    room = index_frame(size).height - _INDEX_REST
    return max(int(room / INDEX_ROW), 1)


def index_pages(job: SheetJob, size: str) -> int:
    """Count the pages of the index."""
    return ceil(len(job.zones) / zones_per_page(size))


def zone_window(job: SheetJob, layout: Layout, zone: str) -> Window:
    """Give the ground that the sheet of a zone shows."""
    scene = job.scene
    members = scene.communities[scene.communities["zone_id"].eq(zone)]
    bounds = joined(tuple(scene.zones.loc[[zone]].total_bounds), tuple(members.total_bounds))
    return choose_window(bounds, layout.map, layout.enlargement, margin=0.08)


def bounds_of_all(scene: Scene) -> tuple[float, float, float, float]:
    """Give west, south, east and north of all communities, metres."""
    west, south, east, north = scene.communities.total_bounds
    return float(west), float(south), float(east), float(north)


def joined(
    one: tuple[float, ...], other: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Give the bounds that hold both."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
