"""Groups of the made city: old estates that stand together, as nature and history left them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import shapely

from lianpian.city.blocks import Plot, divide, lay_block, lay_superblock
from lianpian.city.old_town import LAND_PER_HOUSEHOLD_M2, Cell
from lianpian.city.plan import CityPlan
from lianpian.city.sites import Site, lay_site
from lianpian.city.streets import Sketch, Street, frontage
from lianpian.city.walks import Neighbourhood

TOUCH_M: Final = 0.5
NEAR_M: Final = 30.0
FACING_M: Final = 12.0
WALK_M: Final = 270.0
"""Old estates of one group touch, or face each other across a lane or a quiet street a short walk
apart: that is what makes a group natural. No number here is one of the toolkit's settings."""

MOST_LAND_SHARE: Final = 0.85
SPARE_PLOTS: Final = 3
ATTEMPTS: Final = 20
OLD_TOWN_BONUS: Final = 0.7

Links = Mapping[int, set[int]]


@dataclass(frozen=True)
class Grown:
    """One group of old estates on its blocks.

    Parameters
    ----------
    chosen
        Sites of the group; each hangs together with the others.
    beside
        Other sites that touch or face a chosen one.
    spare
        All further sites of the blocks.
    walled_in
        Place among `chosen` of the estate at the dead end of a walled superblock, if there is one.
    """

    chosen: tuple[Site, ...]
    beside: tuple[Site, ...]
    spare: tuple[Site, ...]
    walled_in: int | None


def grow_group(plan: CityPlan, sketch: Sketch, group: int, rng: np.random.Generator) -> Grown:
    """Cut the blocks of a group into sites and choose those that are old estates.

    Parameters
    ----------
    plan, sketch
        The grid and its streets; the sketch takes lanes and walls of superblocks.
    group
        Place of the group in ``plan.groups``; every other group has a walled superblock.
    rng
        Chance.

    Returns
    -------
    Grown
        As many chosen sites as the plan says.

    Raises
    ------
    ValueError
        If the blocks have no room for so many estates that hang together.
    """
    around = [
        street
        for cell in plan.group_cells[group]
        for street in frontage(plan, sketch, cell).values()
        if street is not None
    ]
    for attempt in range(ATTEMPTS):
        before = (len(sketch.lanes), len(sketch.ways), [dict(street.joined) for street in around])
        sites, must = _lay_sites(plan, sketch, group, SPARE_PLOTS + attempt, rng)
        links = _links(sites, [*around, *sketch.lanes[before[0] :]])
        order = _order(plan, sites, rng)
        chosen = _choose(links, order, plan.groups[group].communities, must)
        if chosen:
            return _grown(sites, links, chosen, must)
        del sketch.lanes[before[0] :]
        del sketch.ways[before[1] :]
        for street, joined in zip(around, before[2], strict=True):
            street.joined = joined
    raise ValueError(f"no room for {plan.groups[group]!r} on {plan.group_cells[group]!r}")


def _grown(sites: list[Site], links: Links, chosen: list[int], must: int | None) -> Grown:
    others = [k for k in range(len(sites)) if k not in chosen]
    beside = [k for k in others if links[k] & set(chosen)]
    return Grown(
        tuple(sites[k] for k in chosen),
        tuple(sites[k] for k in beside),
        tuple(sites[k] for k in others if k not in beside),
        None if must is None else chosen.index(must),
    )


def _lay_sites(
    plan: CityPlan, sketch: Sketch, group: int, spare: int, rng: np.random.Generator
) -> tuple[list[Site], int | None]:
    """Cut the blocks of a group into sites; every other group has a walled superblock."""
    cells = plan.group_cells[group]
    walled = _superblock_cell(cells) if group % 2 == 0 else None
    plots: list[Plot] = []
    for cell in cells:
        whole = lay_block(plan, sketch, cell)
        plots += lay_superblock(whole, sketch) if cell == walled else [whole]
    size = plan.groups[group]
    share = size.households * LAND_PER_HOUSEHOLD_M2 / sum(plot.area_m2 for plot in plots)
    count = max(size.communities + spare, round(size.communities / min(MOST_LAND_SHARE, share)))
    plots = divide(plots, count, sketch, rng)
    must = None
    sites = []
    for k, plot in enumerate(plots):
        lane = plot.sides["E"]
        at_wall_end = plot.block.cell == walled and plot.v0 == 0.0 and plot.sides["S"] is None
        if at_wall_end and lane is not None and lane.tags.get("service") == "driveway":
            must = k
            sites.append(lay_site(plot, rng, low_gate="E"))
        else:
            sites.append(lay_site(plot, rng))
    return sites, must


def _superblock_cell(cells: tuple[Cell, ...]) -> Cell:
    """Choose a cell that has another of the group to its west or north, where its gates are."""
    for i, j in cells:
        if (i - 1, j) in cells or (i, j + 1) in cells:
            return (i, j)
    return cells[0]


def _order(plan: CityPlan, sites: list[Site], rng: np.random.Generator) -> list[int]:
    """Order sites for taking away; those on the high road or the railway last."""
    weights = rng.random(len(sites))
    for k, site in enumerate(sites):
        streets = [street for street in site.plot.sides.values() if street is not None]
        on_high_road = any(street.tags["highway"] == "primary" for street in streets)
        if on_high_road or _is_on_railway(plan, site.plot):
            weights[k] += OLD_TOWN_BONUS
    return [int(k) for k in np.argsort(weights, kind="stable")]


def _is_on_railway(plan: CityPlan, plot: Plot) -> bool:
    column, _ = plot.block.cell
    rail = plan.columns.index("rail")
    return (column == rail - 1 and plot.u1 == plot.block.width_m) or (
        column == rail + 1 and plot.u0 == 0.0
    )


def _choose(links: Links, order: list[int], count: int, must: int | None) -> list[int]:
    """Choose sites that hang together, by taking others away; none when there is no room."""
    chosen = set(_largest_part(set(links), links))
    if len(chosen) < count or (must is not None and must not in chosen):
        return []
    while len(chosen) > count:
        for k in order:
            left = chosen - {k}
            if len(left) >= count and k in chosen - {must} and _hangs_together(left, links):
                chosen = left
    return sorted(chosen)


def _links(sites: list[Site], streets: list[Street]) -> dict[int, set[int]]:
    """Find the sites that touch, or face each other a short walk apart."""
    links: dict[int, set[int]] = {k: set() for k in range(len(sites))}
    polygons = [shapely.Polygon(site.ring()) for site in sites]
    doors = [site.approaches() for site in sites]
    around = Neighbourhood(streets)
    walks = [around.walks_from(some, WALK_M) for some in doors]
    for a, b in combinations(range(len(sites)), 2):
        gap = polygons[a].distance(polygons[b])
        if gap > NEAR_M or not _face(polygons[a], polygons[b], gap):
            continue
        walk = min(walks[a].get(node, math.inf) + metres for node, metres in doors[b])
        if gap < TOUCH_M or walk <= WALK_M:
            links[a].add(b)
            links[b].add(a)
    return links


def _face(a: shapely.Polygon, b: shapely.Polygon, gap: float) -> bool:
    slack = TOUCH_M if gap < TOUCH_M else 2.0
    near = a.exterior.intersection(b.buffer(gap + slack))
    return bool(near.length >= FACING_M)


def _largest_part(members: set[int], links: Links) -> list[int]:
    parts: list[set[int]] = []
    left = set(members)
    while left:
        part = _reached(min(left), left, links)
        parts.append(part)
        left -= part
    sizes = [(len(part), -min(part)) for part in parts]
    return sorted(parts[sizes.index(max(sizes))])


def _hangs_together(members: set[int], links: Links) -> bool:
    return not members or len(_reached(min(members), members, links)) == len(members)


def _reached(start: int, members: set[int], links: Links) -> set[int]:
    seen, front = {start}, [start]
    while front:
        for other in links[front.pop()] & members - seen:
            seen.add(other)
            front.append(other)
    return seen
