"""Plan of the made city: grid of streets, river, railway, arterials, and which blocks are old."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from lianpian.city.old_town import Band, Cell, Group, pick_cells, seat_groups

XY = tuple[float, float]

MARGIN_CELLS: Final = 5
MARGIN_SIZE_M: Final = (318.0, 340.0)
"""Five blocks of at least 318 m are more than 1.5 km of streets beyond the outermost community."""

BAND_COLUMNS: Final = 2
BAND_ROWS: Final = 2
COLUMN_SIZE_M: Final = (252.0, 322.0)
ROW_SIZE_M: Final = (222.0, 278.0)
RIVER_ROW_M: Final = 168.0
RAIL_COLUMN_M: Final = 32.0
BANDS_PER_GROUP: Final = 1.25
"""Some bands hold no old communities: parks, works, schools, the new town."""

CARRIAGEWAY_M: Final = 9.0
"""Half the distance between the two carriageways of an arterial."""

SETBACK_M: Final = {
    "primary": (17.5, 23.5),
    "secondary": (13.0, 15.0),
    "tertiary": (9.5, 12.0),
    "residential": (7.0, 9.0),
    "unclassified": (7.0, 9.0),
}
"""From the middle of a street to the land beside it, by class."""


@dataclass(frozen=True)
class StreetLine:
    """One line of the grid: a street from edge to edge of the city."""

    highway: str
    name: str
    setback_m: float
    signals: bool

    @property
    def sides(self) -> tuple[int, ...]:
        """Tell the carriageways: two for an arterial, else one."""
        return (-1, 1) if self.highway == "primary" else (0,)


@dataclass(frozen=True)
class CityPlan:
    """The grid of a made city.

    Parameters
    ----------
    nodes
        ``nodes[i][j]`` is where upright line `i` and level line `j` meet, EPSG:4547.
    columns, rows
        Kind of the cells between two lines: ``block``, ``rail`` (a column) or ``river`` (a row).
    upright, level
        The streets on the lines.
    bands
        ``(i0, i1, j0, j1)`` of each band of cells inside the city proper, row by row.
    band_columns
        How many bands stand side by side.
    groups
        Groups of old communities.
    group_cells
        The cells of each group, all within one band.
    bridges
        Upright lines that cross the river.
    rail_crossings
        Level lines that cross the railway, and how: ``underpass``, ``level`` or ``footbridge``.
    """

    nodes: tuple[tuple[XY, ...], ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    upright: tuple[StreetLine, ...]
    level: tuple[StreetLine, ...]
    bands: tuple[Band, ...]
    band_columns: int
    groups: tuple[Group, ...]
    group_cells: tuple[tuple[Cell, ...], ...]
    group_bands: tuple[int, ...]
    bridges: tuple[int, ...]
    rail_crossings: dict[int, str]

    @property
    def core(self) -> Band:
        """Give the lines that bound the city proper."""
        return (
            min(band[0] for band in self.bands),
            max(band[1] for band in self.bands),
            min(band[2] for band in self.bands),
            max(band[3] for band in self.bands),
        )

    def is_core(self, cell: Cell) -> bool:
        """Tell whether a cell belongs to the city proper."""
        i0, i1, j0, j1 = self.core
        return i0 <= cell[0] < i1 and j0 <= cell[1] < j1

    def band_of(self, cell: Cell) -> int | None:
        """Tell which band a cell belongs to; None outside the city proper."""
        for k, (i0, i1, j0, j1) in enumerate(self.bands):
            if i0 <= cell[0] < i1 and j0 <= cell[1] < j1:
                return k
        return None

    def is_block(self, cell: Cell) -> bool:
        """Tell whether a cell can be built on: neither river nor railway."""
        return self.columns[cell[0]] == "block" and self.rows[cell[1]] == "block"


def name_neighbourhood(band: int, words: Mapping[str, list[str]]) -> str:
    """Name the neighbourhood (社区) of a band, without the word 社区: four blocks make one.

    Parameters
    ----------
    band
        Place in ``CityPlan.bands``.
    words
        Names to choose from; a large city numbers them.

    Returns
    -------
    str
        For instance 槐庙, or 槐庙第2 the second time.
    """
    stems = words["neighbourhoods"]
    turn = band // len(stems)
    return stems[band % len(stems)] + ("" if turn == 0 else f"第{turn + 1}")


def draw_plan(groups: tuple[Group, ...], words: dict[str, list[str]], seed: int) -> CityPlan:
    """Draw the grid of a city that has room for some groups of old communities.

    Parameters
    ----------
    groups
        The groups that the city holds; each gets a band of blocks of its own.
    words
        Names to choose from (``templates/made_city_names.toml``).
    seed
        Seed of chance.

    Returns
    -------
    CityPlan
        Bands of two by two blocks. The river runs between two rows of bands, the railway between
        two columns of bands, arterials between all others.
    """
    rng = np.random.default_rng([seed, 1])
    wide = max(2, math.ceil(math.sqrt(len(groups) * BANDS_PER_GROUP)))
    high = max(2, math.ceil(len(groups) * BANDS_PER_GROUP / wide))
    columns, column_starts = _sequence(wide, BAND_COLUMNS, "rail", max(1, wide // 3))
    rows, row_starts = _sequence(high, BAND_ROWS, "river", max(1, high // 3))
    bands = tuple(
        (i, i + BAND_COLUMNS, j, j + BAND_ROWS) for j in row_starts for i in column_starts
    )
    xs = _positions(columns, COLUMN_SIZE_M, RAIL_COLUMN_M, rng)
    ys = _positions(rows, ROW_SIZE_M, RIVER_ROW_M, rng)
    names = iter(_street_names(words, len(xs) + len(ys)))
    upright = _lines(columns, column_starts, BAND_COLUMNS, names, rng)
    level = _lines(rows, row_starts, BAND_ROWS, names, rng)
    level = _name_banks(level, rows)
    order = seat_groups(groups, wide, row_starts, rows, rng)
    rail = columns.index("rail")
    group_cells = pick_cells([bands[band] for band in order], groups, rail, rng)
    return CityPlan(
        nodes=_warp(xs, ys, rng),
        columns=columns,
        rows=rows,
        upright=upright,
        level=level,
        bands=bands,
        band_columns=wide,
        groups=groups,
        group_cells=group_cells,
        group_bands=tuple(order),
        bridges=_bridges(column_starts),
        rail_crossings=_rail_crossings(level, row_starts),
    )


def _sequence(
    bands: int, size: int, special: str, after: int
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """List the kinds of columns (or rows) and where each band starts."""
    kinds = ["block"] * MARGIN_CELLS
    starts = []
    for band in range(bands):
        if band == after:
            kinds.append(special)
        starts.append(len(kinds))
        kinds += ["block"] * size
    kinds += ["block"] * MARGIN_CELLS
    return tuple(kinds), tuple(starts)


def _positions(
    kinds: tuple[str, ...],
    size: tuple[float, float],
    special_m: float,
    rng: np.random.Generator,
) -> list[float]:
    """Space the lines; the margin has wider blocks than the city proper."""
    widths = []
    for k, kind in enumerate(kinds):
        in_margin = k < MARGIN_CELLS or k >= len(kinds) - MARGIN_CELLS
        drawn = float(rng.uniform(*(MARGIN_SIZE_M if in_margin else size)))
        widths.append(drawn if kind == "block" else special_m)
    edges = [0.0]
    for width in widths:
        edges.append(edges[-1] + width)
    middle = edges[-1] / 2
    return [edge - middle for edge in edges]


def _street_names(words: dict[str, list[str]], count: int) -> list[str]:
    """Give as many street names as there are lines: plain ones first, then east, west, new."""
    stems = words["streets"]
    names = [stem + "路" for stem in stems]
    for tail in ("街", "东路", "西路", "南街", "北街", "大街", "新路", "中路"):
        names += [stem + tail for stem in stems]
    return names[:count]


def _lines(
    kinds: tuple[str, ...],
    starts: tuple[int, ...],
    size: int,
    names: object,
    rng: np.random.Generator,
) -> tuple[StreetLine, ...]:
    """Give each line its class: arterials between bands, quieter streets inside."""
    lines = []
    first, last = starts[0], starts[-1] + size
    for k in range(len(kinds) + 1):
        special = (k < len(kinds) and kinds[k] != "block") or (k > 0 and kinds[k - 1] != "block")
        if special:
            highway = "secondary" if "river" in kinds else "residential"
        elif k in (first, last):
            highway = "secondary"
        elif k in starts:
            highway = "primary"
        elif first < k < last:
            inside = k - max(start for start in starts if start <= k)
            highway = "tertiary" if inside == 1 else str(rng.choice(["tertiary", "residential"]))
        else:
            highway = "unclassified" if (k - first) % 2 else "tertiary"
        # Inside a band one of the two inner streets can be crossed over, and one along the track.
        signals = highway in ("primary", "secondary") or (
            first < k < last and (k in starts if special else k - 1 in starts)
        )
        name = next(names)  # type: ignore[call-overload]  # an iterator of text
        setback = float(rng.uniform(*SETBACK_M[highway]))
        lines.append(
            StreetLine(
                highway,
                name.replace("路", "大道", 1) if highway == "primary" else name,
                setback,
                signals,
            )
        )
    return tuple(lines)


def _name_banks(level: tuple[StreetLine, ...], rows: tuple[str, ...]) -> tuple[StreetLine, ...]:
    """Call the two streets along the river by their banks."""
    river = rows.index("river")
    banks = {river: "滨河南路", river + 1: "滨河北路"}
    return tuple(
        StreetLine(line.highway, banks.get(j, line.name), line.setback_m, line.signals)
        for j, line in enumerate(level)
    )


def _warp(xs: list[float], ys: list[float], rng: np.random.Generator) -> tuple[tuple[XY, ...], ...]:
    """Turn the grid by some degrees and bend it, as towns that grew are bent."""
    turn = math.radians(float(rng.uniform(4.0, 11.0)) * float(rng.choice([-1.0, 1.0])))
    phase = rng.uniform(0, 2 * math.pi, 4)
    jitter = rng.normal(0.0, 6.0, (len(xs), len(ys), 2))
    nodes = []
    for i, x in enumerate(xs):
        line = []
        for j, y in enumerate(ys):
            bent_x = x + 45 * math.sin(y / 900 + phase[0]) + 18 * math.sin(x / 500 + phase[1])
            bent_y = y + 38 * math.sin(x / 1050 + phase[2]) + 15 * math.sin(y / 450 + phase[3])
            bent_x += float(jitter[i, j, 0])
            bent_y += float(jitter[i, j, 1])
            line.append(
                (
                    CENTRE[0] + bent_x * math.cos(turn) - bent_y * math.sin(turn),
                    CENTRE[1] + bent_x * math.sin(turn) + bent_y * math.cos(turn),
                )
            )
        nodes.append(tuple(line))
    return tuple(nodes)


CENTRE: Final = (389_180.0, 3_845_300.0)
"""Middle of the city in EPSG:4547: near 34.73 N, 112.79 E."""


def _bridges(starts: tuple[int, ...]) -> tuple[int, ...]:
    """Choose the lines that cross the river: two in a county town, more in a large city."""
    if len(starts) == SMALL_WIDE:
        return (starts[0] + 1, starts[1] + 1)
    # One on a quiet street at the western end, then on every second arterial.
    return (starts[0] + 1, *starts[2::2])


SMALL_WIDE: Final = 2


def _rail_crossings(level: tuple[StreetLine, ...], starts: tuple[int, ...]) -> dict[int, str]:
    """Choose the lines that cross the railway, and how."""
    crossings: dict[int, str] = {}
    middles = [start + 1 for start in starts]
    for j, line in enumerate(level):
        if line.highway == "primary":
            crossings[j] = "underpass"
        elif j in middles:
            crossings[j] = "footbridge" if middles.index(j) % 2 else "level"
        elif j in (starts[0] - 4, starts[-1] + BAND_ROWS + 3):
            crossings[j] = "level"
    if "underpass" not in crossings.values():
        crossings[starts[-1] + BAND_ROWS] = "underpass"
    return crossings
