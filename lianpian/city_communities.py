"""Communities of the made city: which plots are old estates, how large, how old, what is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
import shapely

from lianpian.city_blocks import Plot, divide, lay_block, lay_superblock
from lianpian.city_plan import LAND_PER_HOUSEHOLD_M2, Cell, CityPlan
from lianpian.city_sites import Site, draw_site, lay_site
from lianpian.city_streets import Sketch

NEAR_M: Final = 30.0
FACING_M: Final = 12.0
DOORS_APART_M: Final = 170.0
"""Old estates of one group touch, or face each other across a lane or a quiet street, with their
doors within a short walk: that is what makes a group natural."""

LEFT_OUT: Final = {
    "after_2005": 5,
    "absorbable": 2,
    "absorbable_apart": 1,
    "no_year": 2,
    "shantytown": 2,
    "self_built": 2,
}
"""Communities that the rules leave out of a city with 136 that can be renovated."""

APART_M: Final = (55.0, 140.0)
FEWEST_HOUSEHOLDS: Final = 8


@dataclass(frozen=True)
class Community:
    """One residential community of the made city.

    Parameters
    ----------
    site
        Its land, buildings and gates.
    status
        ``core`` (can be renovated) or a key of `LEFT_OUT`.
    group
        The natural group it stands in; None outside all groups.
    households
        Homes.
    years
        First and last year of building, None when nobody knows.
    is_walled, is_surveyed
        Whether walls are mapped, and whether its gates stand in the gates layer.
    """

    site: Site
    status: str
    group: int | None
    households: int
    years: tuple[int, int] | None
    is_walled: bool
    is_surveyed: bool

    def polygon(self) -> shapely.Polygon:
        """Give its boundary."""
        return shapely.Polygon(self.site.ring())


@dataclass(frozen=True)
class Settlement:
    """What was built: communities, and the plots that stay for everything else.

    Parameters
    ----------
    communities
        Those that can be renovated first, by group; then those left out.
    rest
        Plots without a community.
    walled_in
        Community whose gate lies 40 m from a shop that is 600 m to walk.
    """

    communities: tuple[Community, ...]
    rest: tuple[Plot, ...]
    walled_in: int


def settle(plan: CityPlan, sketch: Sketch, seed: int) -> Settlement:
    """Cut the blocks into plots and decide which of them are old communities.

    Parameters
    ----------
    plan, sketch
        The grid and its streets; the sketch takes lanes, buildings, paths and walls.
    seed
        Seed of chance.

    Returns
    -------
    Settlement
        Exactly as many communities and households in each group as the plan says.
    """
    rng = np.random.default_rng([seed, 3])
    communities: list[Community] = []
    spare: list[Site] = []
    walled_in = -1
    for k in range(len(plan.groups)):
        sites, must = _lay_group(plan, sketch, k, rng)
        chosen = _choose(sites, plan.groups[k].communities, must, rng)
        if must is not None and walled_in < 0:
            walled_in = len(communities) + chosen.index(must)
        households = _share_out([sites[c].flats() for c in chosen], plan.groups[k].households, rng)
        communities += [
            _community(sites[c], "core", k, number, rng)
            for c, number in zip(chosen, households, strict=True)
        ]
        spare += [site for c, site in enumerate(sites) if c not in chosen]
    others = [plot for cell in _filler_cells(plan) for plot in _cut_filler(plan, sketch, cell, rng)]
    left_out, rest = _leave_out(communities, spare, others, rng)
    communities[walled_in] = replace(communities[walled_in], is_walled=True, is_surveyed=True)
    everyone = (*communities, *left_out)
    for community in everyone:
        draw_site(
            community.site,
            sketch,
            is_walled=community.is_walled,
            gate_nodes=community.is_walled and float(rng.random()) < 0.5,
        )
    return Settlement(everyone, tuple(rest), walled_in)


def _lay_group(
    plan: CityPlan, sketch: Sketch, group: int, rng: np.random.Generator
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
    count = max(size.communities + 3, round(size.communities / min(0.85, share)))
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


def _choose(sites: list[Site], count: int, must: int | None, rng: np.random.Generator) -> list[int]:
    """Choose sites that hang together, by taking others away one by one."""
    links = _links(sites)
    chosen = set(_largest_part(set(range(len(sites))), links))
    if must is not None and must not in chosen:
        raise ValueError("the walled-in community hangs together with nothing")
    for k in rng.permutation(len(sites)):
        if len(chosen) <= count:
            break
        left = chosen - {int(k)}
        if int(k) in chosen and int(k) != must and _hangs_together(left, links):
            chosen = left
    if len(chosen) != count:
        raise ValueError(f"a group has room for {len(chosen)} communities, {count} are wanted")
    return sorted(chosen)


def _links(sites: list[Site]) -> dict[int, set[int]]:
    """Find the sites that touch or face each other with doors near by."""
    links: dict[int, set[int]] = {k: set() for k in range(len(sites))}
    polygons = [shapely.Polygon(site.ring()) for site in sites]
    for a, b in combinations(range(len(sites)), 2):
        gap = polygons[a].distance(polygons[b])
        if gap > NEAR_M or not _face(polygons[a], polygons[b], gap):
            continue
        if gap < 0.5 or _doors_apart(sites[a], sites[b]) <= DOORS_APART_M:
            links[a].add(b)
            links[b].add(a)
    return links


def _face(a: shapely.Polygon, b: shapely.Polygon, gap: float) -> bool:
    near = a.exterior.intersection(b.buffer(gap + 2.0))
    return bool(near.length >= FACING_M)


def _doors_apart(a: Site, b: Site) -> float:
    return min(math.dist(p, q) for p in a.doors() for q in b.doors())


def _largest_part(members: set[int], links: Mapping[int, set[int]]) -> list[int]:
    parts: list[set[int]] = []
    left = set(members)
    while left:
        part = _reached(min(left), left, links)
        parts.append(part)
        left -= part
    return sorted(max(parts, key=lambda part: (len(part), -min(part))))


def _hangs_together(members: set[int], links: Mapping[int, set[int]]) -> bool:
    return not members or len(_reached(min(members), members, links)) == len(members)


def _reached(start: int, members: set[int], links: Mapping[int, set[int]]) -> set[int]:
    seen, front = {start}, [start]
    while front:
        for other in links[front.pop()] & members - seen:
            seen.add(other)
            front.append(other)
    return seen


def _share_out(flats: list[int], total: int, rng: np.random.Generator) -> list[int]:
    """Share households among communities by their homes, with whole numbers that add up."""
    weights = np.array(flats) * rng.uniform(0.85, 1.15, len(flats))
    exact = weights / weights.sum() * (total - FEWEST_HOUSEHOLDS * len(flats)) + FEWEST_HOUSEHOLDS
    whole = np.floor(exact).astype(int)
    for k in np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]:
        whole[k] += 1
    return [int(number) for number in whole]


def _community(
    site: Site, status: str, group: int | None, households: int, rng: np.random.Generator
) -> Community:
    drawn = rng.random(2)
    walled = not site.is_single and drawn[0] < (0.75 if site.plot.area_m2 > 4_000 else 0.45)
    surveyed = bool(site.gates) and drawn[1] < (0.85 if walled else 0.3)
    return Community(site, status, group, households, _years(status, rng), walled, surveyed)


def _years(status: str, rng: np.random.Generator) -> tuple[int, int] | None:
    """Draw when it was built; one in seven was built in phases."""
    if status == "no_year":
        return None
    first, last = {"after_2005": (2006, 2019), "absorbable": (2001, 2005)}.get(
        status.removesuffix("_apart"), (1976, 2000)
    )
    year = first + round((last - first) * math.sqrt(float(rng.random())))
    if status == "core" and rng.random() < 0.15 and year < last:
        return (year, min(last, year + int(rng.integers(2, 8))))
    return (year, year)


def _filler_cells(plan: CityPlan) -> Iterable[Cell]:
    taken = {cell for cells in plan.group_cells for cell in cells}
    for i in range(len(plan.columns)):
        for j in range(len(plan.rows)):
            if plan.is_core((i, j)) and plan.is_block((i, j)) and (i, j) not in taken:
                yield (i, j)


def _cut_filler(plan: CityPlan, sketch: Sketch, cell: Cell, rng: np.random.Generator) -> list[Plot]:
    whole = lay_block(plan, sketch, cell)
    return divide([whole], int(rng.integers(3, 8)), sketch, rng)


def left_out_counts(communities: int) -> dict[str, int]:
    """Tell how many communities of each kind the rules leave out of a city of this size."""
    return {kind: max(1, round(n * communities / 136)) for kind, n in LEFT_OUT.items()}


def _leave_out(
    core: list[Community], spare: list[Site], others: list[Plot], rng: np.random.Generator
) -> tuple[list[Community], list[Plot]]:
    """Add the communities that the rules leave out, and tell which plots stay."""
    counts = left_out_counts(len(core))
    tree = shapely.STRtree([community.polygon() for community in core])
    beside: list[tuple[Site, int | None]] = []
    for site in spare:
        near = _near_core(site, core, tree)
        beside.append((site, near))
    left_out: list[Community] = []
    used: set[int] = set()

    inside = [k for k, (_, near) in enumerate(beside) if near is not None]
    for status in ("absorbable", "no_year", "after_2005"):
        wanted = counts[status] if status != "after_2005" else counts[status] // 2
        for k in [int(x) for x in rng.permutation(inside) if int(x) not in used][:wanted]:
            used.add(k)
            site, near = beside[k]
            group = core[near].group if near is not None else None
            left_out.append(_community(site, status, group, _homes(site, rng), rng))
    rest = [site.plot for k, (site, _) in enumerate(beside) if k not in used]
    order = [int(k) for k in rng.permutation(len(others))]
    apart = [k for k in order if _is_apart(others[k], tree, APART_M)]
    clear = [k for k in order if k not in apart and _is_apart(others[k], tree, (60.0, math.inf))]
    taken: set[int] = set()
    for status in ("absorbable_apart", "after_2005", "shantytown", "self_built"):
        missing = counts[status] - sum(c.status == status for c in left_out)
        pool = apart if status == "absorbable_apart" else clear
        for k in [k for k in pool if k not in taken][:missing]:
            taken.add(k)
            site = lay_site(others[k], rng)
            left_out.append(_community(site, status, None, _homes(site, rng), rng))
    rest += [plot for k, plot in enumerate(others) if k not in taken]
    return left_out, rest


def _homes(site: Site, rng: np.random.Generator) -> int:
    return max(FEWEST_HOUSEHOLDS, round(site.flats() * float(rng.uniform(0.85, 1.1))))


def _near_core(site: Site, core: list[Community], tree: shapely.STRtree) -> int | None:
    """Find a community that can be renovated and that this site touches or faces."""
    polygon = shapely.Polygon(site.ring())
    for k in sorted(int(k) for k in tree.query(polygon, predicate="dwithin", distance=NEAR_M)):
        other = core[k]
        gap = polygon.distance(other.polygon())
        if not _face(polygon, other.polygon(), gap):
            continue
        if gap < 0.5 or _doors_apart(site, other.site) <= DOORS_APART_M:
            return k
    return None


def _is_apart(plot: Plot, tree: shapely.STRtree, metres: tuple[float, float]) -> bool:
    ring = shapely.Polygon(plot.ring())
    near = tree.query(ring, predicate="dwithin", distance=metres[0])
    if len(near):
        return False
    return math.isinf(metres[1]) or bool(
        len(tree.query(ring, predicate="dwithin", distance=metres[1]))
    )
