"""Everything else in the made city: schools, offices, works, parks, villages and fields."""

from __future__ import annotations

from typing import Final

import numpy as np

from lianpian.city.blocks import Plot, divide, lay_block
from lianpian.city.plan import CityPlan
from lianpian.city.sites import Slab, draw_slab
from lianpian.city.streets import Sketch, move, rounded

TOWN_USES: Final = {
    "shops": 0.24,
    "new_estate": 0.20,
    "office": 0.14,
    "school": 0.08,
    "works": 0.10,
    "market": 0.06,
    "park": 0.08,
    "vacant": 0.10,
}
"""Shares of plots in the city proper; drawn, not surveyed."""

MARGIN_USES: Final = {"fields": 0.55, "village": 0.25, "works": 0.12, "new_estate": 0.08}

BUILT_SHARE: Final = 0.6
"""Share of village plots with a house."""

TOWER_M: Final = (26.0, 16.0)
TOWER_PITCH_M: Final = 46.0

LAND: Final = {
    "park": {"leisure": "park"},
    "fields": {"landuse": "farmland"},
    "works": {"landuse": "industrial"},
    "school": {"amenity": "school"},
    "market": {"landuse": "retail"},
    "vacant": {"landuse": "brownfield"},
}


def fill_city(plan: CityPlan, sketch: Sketch, rest: tuple[Plot, ...], seed: int) -> None:
    """Build on the plots without a community and on the land around the city.

    Parameters
    ----------
    plan
        The grid.
    sketch
        Takes buildings, paths and land.
    rest
        Plots of the city proper without a community.
    seed
        Seed of chance.
    """
    rng = np.random.default_rng([seed, 4])
    for plot in rest:
        _draw_use(plot, _draw(TOWN_USES, rng), sketch, rng)
    for i in range(len(plan.columns)):
        for j in range(len(plan.rows)):
            if plan.is_core((i, j)) or not plan.is_block((i, j)):
                continue
            whole = lay_block(plan, sketch, (i, j))
            use = _draw(MARGIN_USES, rng)
            plots = divide([whole], 5 if use == "village" else 1, sketch, rng)
            for plot in plots:
                _draw_use(plot, use, sketch, rng)


def _draw(shares: dict[str, float], rng: np.random.Generator) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))


def _draw_use(plot: Plot, use: str, sketch: Sketch, rng: np.random.Generator) -> None:
    if use in LAND:
        ring = plot.ring()
        sketch.add([*ring, ring[0]], **LAND[use])
    if use == "park":
        _draw_park(plot, sketch)
    elif use == "new_estate":
        _draw_towers(plot, sketch, rng)
    elif use == "village":
        _draw_village(plot, sketch, rng)
    elif use in ("shops", "market"):
        _draw_rows(plot, sketch, rng, kind="retail", levels=(2, 4))
    elif use in ("office", "school"):
        _draw_rows(plot, sketch, rng, kind="office" if use == "office" else "school", levels=(3, 7))
        _draw_drive(plot, sketch)
    elif use == "works":
        _draw_rows(plot, sketch, rng, kind="industrial", levels=(1, 2))
        _draw_drive(plot, sketch)


def _draw_park(plot: Plot, sketch: Sketch) -> None:
    """Draw a path from each side that fronts a street to the middle."""
    middle = rounded(plot.at(plot.width_m / 2, plot.height_m / 2))
    for side in plot.open_sides():
        street = plot.sides[side]
        if street is not None:
            edge = _edge(plot, side)
            sketch.add([street.meet(middle, edge), edge, middle], highway="footway")


def _edge(plot: Plot, side: str) -> tuple[float, float]:
    w, h = plot.width_m, plot.height_m
    u, v = {"S": (w / 2, 0.0), "N": (w / 2, h), "W": (0.0, h / 2), "E": (w, h / 2)}[side]
    return plot.at(u, v)


def _draw_drive(plot: Plot, sketch: Sketch) -> None:
    """Draw one private drive from the street onto the plot."""
    for side in plot.open_sides()[:1]:
        street = plot.sides[side]
        if street is not None:
            middle, edge = plot.at(plot.width_m / 2, plot.height_m / 2), _edge(plot, side)
            sketch.add(
                [street.meet(middle, edge), edge, move(edge, middle, 4.0)],
                highway="service",
                service="driveway",
                access="private",
            )


def _draw_towers(plot: Plot, sketch: Sketch, rng: np.random.Generator) -> None:
    """Draw a newer estate: point blocks on both sides of two paths that cross in the middle."""
    wide, deep = TOWER_M
    for u in _rows_from_middle(plot.width_m, wide):
        for v in _rows_from_middle(plot.height_m, deep):
            slab = Slab(u, v, u + wide, v + deep, int(rng.integers(11, 19)))
            draw_slab(plot, slab, sketch, "apartments")
    _draw_park(plot, sketch)


def _rows_from_middle(extent: float, size: float) -> list[float]:
    """Place things of a size from the middle outwards, clear of the middle and of the edge."""
    places: list[float] = []
    for k in range(int(extent / 2 / TOWER_PITCH_M) + 1):
        start = extent / 2 + 7.0 + k * TOWER_PITCH_M
        if start + size + 6.0 <= extent:
            places += [start, extent - start - size]
    return sorted(places)


def _draw_village(plot: Plot, sketch: Sketch, rng: np.random.Generator) -> None:
    """Draw courtyard houses in rows, some plots empty."""
    for u in np.arange(6.0, plot.width_m - 16.0, 18.0):
        for v in np.arange(6.0, plot.height_m - 16.0, 24.0):
            if rng.random() < BUILT_SHARE:
                slab = Slab(
                    float(u), float(v), float(u) + 12.0, float(v) + 13.0, int(rng.integers(1, 4))
                )
                draw_slab(plot, slab, sketch, "house")


def _draw_rows(
    plot: Plot, sketch: Sketch, rng: np.random.Generator, *, kind: str, levels: tuple[int, int]
) -> None:
    """Draw one to three long buildings."""
    depth = 16.0
    rows = max(1, min(3, int((plot.height_m - 8.0) / 34.0)))
    for row in range(rows):
        v0 = 5.0 + row * (plot.height_m - 10.0 - depth) / max(1, rows - 1 or 1)
        length = (plot.width_m - 12.0) * float(rng.uniform(0.55, 0.95))
        slab = Slab(6.0, v0, 6.0 + length, v0 + depth, int(rng.integers(*levels)))
        draw_slab(plot, slab, sketch, kind)
