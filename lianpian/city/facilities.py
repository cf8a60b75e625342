"""Facilities of the made city: points along its streets, as a map provider would sell them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lianpian.city.communities import Settlement
from lianpian.city.old_town import Cell
from lianpian.city.plan import XY, CityPlan, name_neighbourhood
from lianpian.city.streets import Sketch, Street, frontage, rounded

FRONT_M: Final = 5.5
"""From the middle of the carriageway to the shopfronts; they stand outside the walls."""

BEHIND_WALL_M: Final = 40.0
TWIN_SHARE: Final = 0.25
TWIN_STEP_M: Final = 7.0


@dataclass(frozen=True)
class Facility:
    """One point of interest.

    Parameters
    ----------
    category
        The have it is; empty for a point that is none, or that a person must look at.
    name, kind, typecode
        As the provider spells them.
    street
        Name of the street it stands on.
    point
        Where it is, EPSG:4547.
    """

    category: str
    name: str
    kind: str
    typecode: str
    street: str
    point: XY


def place_facilities(
    plan: CityPlan, sketch: Sketch, settled: Settlement, words: dict[str, Any], seed: int
) -> list[Facility]:
    """Put facilities along the streets, each kind as dense as towns have it.

    Parameters
    ----------
    plan, sketch, settled
        What was built.
    words
        Names, and how many of each kind a block has (``templates/made_city_names.toml``).
    seed
        Seed of chance.

    Returns
    -------
    list of Facility
        Nothing is placed where it is missing: what a community lacks, it lacks. Two of three
        elderly care homes stand south of the river. The first entry is the shop behind the wall.
    """
    rng = np.random.default_rng([seed, 5])
    core, margin = _cells(plan)
    river = plan.rows.index("river")
    across = [cell for cell in core if cell[1] < river]
    facilities = [_shop_behind_wall(plan, sketch, settled)]
    for row in words["facility"]:
        for cells, share in ((core, 1.0), (margin, row["margin_share"])):
            # At least one of each kind in town, however small the town.
            count = max(1 if share == 1.0 else 0, round(len(cells) * row["per_block"] * share))
            for k in range(count):
                pool = cells
                if row["category"] == "elderly_care" and cells is core and (k + 1) % 3:
                    pool = across
                cell = pool[int(rng.integers(len(pool)))]
                facilities.append(_place(plan, sketch, cell, row, words, rng))
                if "twin_name" in row and rng.random() < TWIN_SHARE:
                    facilities.append(_beside_itself(facilities[-1], row))
    return facilities


def _cells(plan: CityPlan) -> tuple[list[Cell], list[Cell]]:
    core: list[Cell] = []
    margin: list[Cell] = []
    for i in range(len(plan.columns)):
        for j in range(len(plan.rows)):
            if plan.is_block((i, j)):
                (core if plan.is_core((i, j)) else margin).append((i, j))
    return core, margin


def _place(
    plan: CityPlan,
    sketch: Sketch,
    cell: Cell,
    row: dict[str, Any],
    words: dict[str, Any],
    rng: np.random.Generator,
) -> Facility:
    """Put one facility on a street around a cell, on the cell's side of it."""
    streets = [street for street in frontage(plan, sketch, cell).values() if street is not None]
    street = streets[int(rng.integers(len(streets)))]
    point = _beside(street, float(rng.uniform(0.08, 0.92)), _middle(plan, cell))
    band = plan.band_of(cell)
    villages = words["villages"]
    local = villages[int(rng.integers(len(villages)))] + "村"
    name = row["names"][int(rng.integers(len(row["names"])))].format(
        n=local if band is None else name_neighbourhood(band, words),
        s=words["surnames"][int(rng.integers(len(words["surnames"])))],
        r=street.tags.get("name", "滨河路"),
    )
    return Facility(
        row["category"], name, row["type"], row["typecode"], street.tags.get("name", ""), point
    )


def _beside_itself(facility: Facility, row: dict[str, Any]) -> Facility:
    """List a place a second time, a few steps on, as providers do with the halves of a toilet."""
    x, y = facility.point
    return replace(
        facility,
        name=row["twin_name"],
        typecode=row["twin_typecode"],
        point=rounded((x + TWIN_STEP_M, y)),
    )


def _middle(plan: CityPlan, cell: Cell) -> XY:
    i, j = cell
    corners = [plan.nodes[i + a][j + b] for a in (0, 1) for b in (0, 1)]
    return (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)


def _beside(street: Street, share: float, towards: XY) -> XY:
    """Give a point at the pavement of a street, on the side that faces a place."""
    x, y = street.at(share)
    nx = -(street.end[1] - street.start[1]) / street.length_m
    ny = (street.end[0] - street.start[0]) / street.length_m
    side = 1.0 if (towards[0] - x) * nx + (towards[1] - y) * ny > 0 else -1.0
    return rounded((x + side * FRONT_M * nx, y + side * FRONT_M * ny))


def _shop_behind_wall(plan: CityPlan, sketch: Sketch, settled: Settlement) -> Facility:
    """Put a shop in the street behind the wall, 40 m from a gate as the crow flies."""
    site = settled.communities[settled.walled_in].site
    gate = site.gate_point(site.gates[0])
    street = frontage(plan, sketch, site.plot.block.cell)["S"]
    if street is None:
        raise ValueError("the superblock has no street in the south")
    shares = np.linspace(0.02, 0.98, 481)
    points = [_beside(street, float(share), gate) for share in shares]
    points += [_beside(street, float(share), _far(gate, street)) for share in shares]
    best = min(points, key=lambda point: abs(math.dist(point, gate) - BEHIND_WALL_M))
    return Facility(
        "shop",
        "老王's便利店",
        "购物服务;便民商店/便利店;便民商店/便利店",
        "060200",
        street.tags.get("name", ""),
        best,
    )


def _far(gate: XY, street: Street) -> XY:
    foot = street.at(street.nearest(gate))
    return (2 * foot[0] - gate[0], 2 * foot[1] - gate[1])
