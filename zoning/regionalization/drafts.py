"""A draft by spread itself, whose zones tell what is lacking around each possible centre."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from zoning.regionalization.bound import relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import find_conflicts
from zoning.regionalization.instance import Floats, Instance, Ints, make_instance
from zoning.regionalization.moves import Ground, make_ground, make_plan
from zoning.regionalization.needs import evening, share_around, share_within, unlike_needs
from zoning.regionalization.search import improve
from zoning.regionalization.starts import guess_objective, start_plans

STEPS: Final = 400
"""Evaluations of the relaxation that starts are drawn from."""

STARTS: Final = 2
SWEEPS: Final = 1_000
"""Starts that are annealed, and their sweeps."""

HEAT: Final = 3.0
"""First temperature, as a multiple of that by walks alone: means of zones move with their members,
so that plans by spread lie in deeper valleys."""

LONG: Final = 20_000
PROPOSALS: Final = 40_000_000
"""Sweeps of the best draft in the end, fewer where they would propose more moves than that."""

MORE: Final = 8
ABUNDANT: Final = 2_400
"""Instances of fewer nodes are annealed more often, up to so many times."""


def add_needs(
    cost: pd.DataFrame,
    weights: pd.Series,
    adjacency: pd.DataFrame,
    bounds: Bounds,
    lacks: pd.DataFrame,
    price: float,
    *,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.Series | None]:
    """Add to each pair's cost the price of a unit whose needs are unlike those of the zone.

    Parameters
    ----------
    cost, weights, adjacency, bounds
        As `regionalize` takes them.
    lacks
        Unit x have: 1 or true where the unit lacks the have.
    price
        Cost of needs that have nothing in common.
    seed
        Seed of the draft's chance; the same for all searches of a problem that is to stay the same.

    Returns
    -------
    tuple
        `cost` with the price of unlike needs (`unlike_needs`) added; and unit -> zone number of the
        draft, None where there is none.

    Notes
    -----
    What a zone lacks is known once it is drawn, and a cost by pairs must be known before. So a
    draft is drawn first: annealed by walk and by the spread about the zones' own means, for which
    no bound is known. The share that lacks a have in a unit's zone of the draft then stands for
    what is lacking around that unit. Under such costs the draft costs what it costs by its own
    means, and a plan that costs less has a smaller sum of walk and spread: one step of Lloyd's
    algorithm (1982), with a bound. Without a draft that keeps the limits, neighbours stand for the
    zone.
    """
    lacks = lacks.astype("float64")
    pairs = cost[["unit", "centre"]]
    first = share_around(lacks, adjacency)
    table = cost.assign(cost=cost["cost"] + price * unlike_needs(lacks, weights, first, pairs))
    near = make_instance(weights, adjacency, table, bounds)
    if find_conflicts(near, bounds):
        return table, None
    plain = make_instance(weights, adjacency, cost, bounds)
    mass = price / max(lacks.shape[1], 1) * _masses(plain, weights)
    zone = _draw(near, make_ground(plain, _traits(plain, lacks, mass)), np.random.default_rng(seed))
    if zone is None:
        return table, None
    drafted = pd.Series(zone[plain.node], index=list(plain.units))
    within = share_within(lacks, drafted)
    unlike = unlike_needs(lacks, weights, within, pairs)
    return cost.assign(cost=cost["cost"] + price * unlike), drafted


def _masses(instance: Instance, weights: pd.Series) -> Floats:
    own = weights.reindex(list(instance.units))
    return own.to_numpy(dtype="float64") * evening(own)


def _traits(instance: Instance, lacks: pd.DataFrame, mass: Floats) -> Floats:
    """Sum mass, mass x squares and mass x traits over the units of each node."""
    own = lacks.reindex(list(instance.units)).to_numpy(dtype="float64")
    rows = np.column_stack([mass, mass * (own**2).sum(axis=1), mass[:, None] * own])
    total = np.zeros((instance.nodes, rows.shape[1]))
    np.add.at(total, instance.node, rows)
    return total


def _draw(near: Instance, ground: Ground, rng: np.random.Generator) -> Ints | None:
    """Anneal a few starts, the best of them at length; None where none keeps the limits."""
    relaxed = relax(near, guess_objective(near), iterations=STEPS)
    if not np.isfinite(relaxed.bound):
        return None
    best: tuple[float, Ints] | None = None
    again = max(1, min(MORE, ABUNDANT // near.nodes))
    for zone in start_plans(near, relaxed, most=STARTS) * again:
        best = _better(best, near, ground, zone, rng, SWEEPS)
    if best is None:
        return None
    first, sweeps = best[1], max(SWEEPS, min(LONG, PROPOSALS // near.nodes))
    for _ in range(again):
        best = _better(best, near, ground, first, rng, sweeps)
    return None if best is None else best[1]


def _better(
    best: tuple[float, Ints] | None,
    near: Instance,
    ground: Ground,
    zone: Ints,
    rng: np.random.Generator,
    sweeps: int,
) -> tuple[float, Ints] | None:
    found = improve(near, ground, zone, rng, sweeps=sweeps, heat=HEAT)
    if found is None:
        return best
    plan = make_plan(ground, found.zone, found.count)
    price = float(plan.cost.sum())
    return (price, found.zone) if best is None or price < best[0] else best
