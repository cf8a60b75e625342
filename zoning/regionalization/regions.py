"""Better plans by regions: draw a score of neighbouring zones anew around centres of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.sparse import coo_array, csr_array

from zoning.regionalization.bound import relax
from zoning.regionalization.instance import Floats, Instance, Ints
from zoning.regionalization.moves import Ground, make_ground
from zoning.regionalization.resolve import leaves_pins_behind
from zoning.regionalization.search import Found, best_of, improve, read_plan
from zoning.regionalization.starts import start_plans

REGION: Final = 24
"""Zones of a region: enough that centres can be laid out otherwise, few enough to anneal well."""

STEPS: Final = 200
STARTS: Final = 3
SWEEPS: Final = 3_000
"""Work for a region: evaluations of its bound, other plans annealed, proposals per node."""

PASSES: Final = (2, 8)
NODES: Final = 15_000
"""Fewest and most passes over all regions, and the nodes that all passes together go through."""

GAIN: Final = 3e-4
"""Gain of a pass, as a share of the objective, under which no other is made."""

NEAR: Final = 1e-3
"""Gap, as a share of the objective, under which a region is left as it is."""


def redraw_regions(
    instance: Instance,
    ground: Ground,
    plan: Found,
    rng: np.random.Generator,
    *,
    prices: Floats,
    has_time: Callable[[], bool],
) -> Found:
    """Draw regions of a plan anew, one after another, until a pass gains little.

    Parameters
    ----------
    instance, ground
        The instance and its layout for the kernels.
    plan
        A plan that keeps all rules.
    rng
        Source of chance.
    prices
        Prices of nodes, of a relaxation: where the bounds of regions start.
    has_time
        Asked before each region.

    Returns
    -------
    Found
        A plan that is no worse.

    Notes
    -----
    Annealing a whole plan mends borders, but hardly ever moves a zone to the other side of town.
    A region is small enough to try several layouts of centres, and of each region the best stays.
    """
    zone = plan.zone.copy()
    passes = min(max(NODES // instance.nodes, PASSES[0]), PASSES[1])
    best = plan
    for _ in range(passes):
        waits = np.ones(plan.count, dtype=np.bool_)
        for z in rng.permutation(plan.count):
            if not waits[z]:
                continue
            if not has_time():
                return _read(ground, zone, best)
            region = grow(instance, zone, int(z))
            waits[region] = False
            _redraw(instance, zone, region, prices, rng)
        before, best = best.objective, _read(ground, zone, best)
        if before - best.objective < GAIN * before:
            break
    return best


def _read(ground: Ground, zone: Ints, best: Found) -> Found:
    return best_of([best, read_plan(ground, zone, best.count)]) or best


def grow(instance: Instance, zone: Ints, z: int, most: int = REGION) -> Ints:
    """Take a zone, and again and again the zone that shares most links with what is taken."""
    shared = _shared_links(instance, zone)
    taken = np.zeros(shared.shape[0], dtype=np.bool_)
    taken[z] = True
    for _ in range(most - 1):
        links = shared @ taken.astype(np.float64)
        links[taken] = 0.0
        if not links.any():
            break
        taken[int(np.argmax(links))] = True
    return np.flatnonzero(taken).astype(np.int64)


def _shared_links(instance: Instance, zone: Ints) -> csr_array:
    ends = np.repeat(np.arange(instance.nodes), np.diff(instance.indptr))
    one, other = zone[ends], zone[instance.indices]
    apart = one != other
    count = int(zone.max()) + 1
    values = np.ones(int(apart.sum()))
    return coo_array((values, (one[apart], other[apart])), shape=(count, count)).tocsr()


def _redraw(
    instance: Instance, zone: Ints, region: Ints, prices: Floats, rng: np.random.Generator
) -> None:
    """Anneal a region from its own plan and from others; write the best one into `zone`."""
    nodes = np.flatnonzero(np.isin(zone, region)).astype(np.int64)
    if len(region) == 1 or leaves_pins_behind(instance, nodes):
        return
    part = instance.subset(nodes, len(region))
    ground = make_ground(part)
    now = read_plan(ground, np.searchsorted(region, zone[nodes]), len(region))
    if now is None:
        return
    found = relax(part, now.objective, iterations=STEPS, prices=prices[nodes])
    if now.objective - found.bound <= NEAR * now.objective:
        return
    best: Found = now
    for start in (now.zone, *start_plans(part, found, most=STARTS)):
        best = best_of([best, improve(part, ground, start, rng, sweeps=SWEEPS)]) or best
    zone[nodes] = region[best.zone]
