"""Communities of the made city: how large, how old, walled or not, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from lianpian.city.blocks import Plot, divide, lay_block
from lianpian.city.groups import grow_group
from lianpian.city.old_town import Cell
from lianpian.city.plan import CityPlan
from lianpian.city.sites import Site, draw_site, lay_site
from lianpian.city.streets import Sketch

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
LARGE_M2: Final = 4_000
WALLED_SHARE: Final = {True: 0.75, False: 0.45}
"""Large compounds mostly have walls that somebody mapped, small ones less often."""

SURVEYED_SHARE: Final = {True: 0.85, False: 0.30}
"""The survey of gates went to most walled compounds and to few open ones."""

GATE_MAPPED_SHARE: Final = 0.5
PHASED_SHARE: Final = 0.15


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
    spare: list[tuple[Site, int | None]] = []
    walled_in = -1
    for k, group in enumerate(plan.groups):
        grown = grow_group(plan, sketch, k, rng)
        if grown.walled_in is not None and walled_in < 0:
            walled_in = len(communities) + grown.walled_in
        households = _share_out([site.flats() for site in grown.chosen], group.households, rng)
        communities += [
            _community(site, "core", k, number, rng)
            for site, number in zip(grown.chosen, households, strict=True)
        ]
        spare += [(site, k) for site in grown.beside] + [(site, None) for site in grown.spare]
    others = [plot for cell in _filler_cells(plan) for plot in _cut_filler(plan, sketch, cell, rng)]
    left_out, rest = _leave_out(communities, spare, others, rng)
    communities[walled_in] = replace(communities[walled_in], is_walled=True, is_surveyed=True)
    everyone = (*communities, *left_out)
    for community in everyone:
        draw_site(
            community.site,
            sketch,
            is_walled=community.is_walled,
            gate_nodes=community.is_walled and float(rng.random()) < GATE_MAPPED_SHARE,
        )
    return Settlement(everyone, tuple(rest), walled_in)


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
    large = site.plot.area_m2 > LARGE_M2
    walled = not site.is_single and drawn[0] < WALLED_SHARE[large]
    surveyed = not site.is_single and drawn[1] < SURVEYED_SHARE[walled]
    return Community(site, status, group, households, _years(status, rng), walled, surveyed)


def _years(status: str, rng: np.random.Generator) -> tuple[int, int] | None:
    """Draw when it was built; one in seven was built in phases."""
    if status == "no_year":
        return None
    first, last = {"after_2005": (2006, 2019), "absorbable": (2001, 2005)}.get(
        status.removesuffix("_apart"), (1976, 2000)
    )
    year = first + round((last - first) * math.sqrt(float(rng.random())))
    if status == "core" and rng.random() < PHASED_SHARE and year < last:
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
    core: list[Community],
    spare: list[tuple[Site, int | None]],
    others: list[Plot],
    rng: np.random.Generator,
) -> tuple[list[Community], list[Plot]]:
    """Add the communities that the rules leave out, and tell which plots stay."""
    counts = left_out_counts(len(core))
    tree = shapely.STRtree([community.polygon() for community in core])
    left_out: list[Community] = []
    used: set[int] = set()
    inside = [k for k, (_, group) in enumerate(spare) if group is not None]
    for status in ("absorbable", "no_year", "after_2005"):
        wanted = counts[status] if status != "after_2005" else counts[status] // 2
        for k in [int(x) for x in rng.permutation(inside) if int(x) not in used][:wanted]:
            used.add(k)
            site, group = spare[k]
            left_out.append(_community(site, status, group, _homes(site, rng), rng))
    rest = [site.plot for k, (site, _) in enumerate(spare) if k not in used]
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


def _is_apart(plot: Plot, tree: shapely.STRtree, metres: tuple[float, float]) -> bool:
    ring = shapely.Polygon(plot.ring())
    near = tree.query(ring, predicate="dwithin", distance=metres[0])
    if len(near):
        return False
    return math.isinf(metres[1]) or bool(
        len(tree.query(ring, predicate="dwithin", distance=metres[1]))
    )
