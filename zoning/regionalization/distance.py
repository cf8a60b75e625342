"""How far a plan that somebody gives lies from the best one: its price, and a bound below it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import find_conflicts
from zoning.regionalization.instance import Instance, make_instance
from zoning.regionalization.parts import make_cells, mix, pursue
from zoning.regionalization.pursuit import Pursuit, find_bound
from zoning.regionalization.solve import clock, place_draft

WHOLE: Final = 200
"""Most nodes of an instance that is searched to its end for the bound; larger ones are relaxed."""


def bound_below(
    weights: pd.Series,
    adjacency: pd.DataFrame,
    cost: pd.DataFrame,
    bounds: Bounds,
    *,
    seed: int = 0,
    time_limit_s: float | None = None,
    draft: pd.Series | None = None,
) -> float:
    """Bound the objective of every plan that keeps the limits.

    Parameters
    ----------
    weights, adjacency, cost, bounds, seed, time_limit_s, draft
        As for `zoning.regionalization.regionalize`.

    Returns
    -------
    float
        Proven lower bound; ``inf`` where no plan keeps all limits.

    Raises
    ------
    ValueError
        If the tables are no instance.

    Notes
    -----
    Up to `WHOLE` nodes this is the bound that `regionalize` proves, by the same counted work.
    Larger instances stop when the Lagrangian relaxation of each connected part rests
    (`zoning.regionalization.bound.relax`): the plans that it meets on the way only steer it.
    """
    instance = make_instance(weights, adjacency, cost, bounds)
    if find_conflicts(instance, bounds):
        return math.inf
    left_s = clock(time_limit_s)

    def start(piece: Instance) -> Pursuit:
        return Pursuit(
            instance=piece,
            rng=np.random.default_rng(seed),
            left_s=left_s,
            limited=time_limit_s is not None,
        )

    if instance.nodes <= WHOLE:
        bound = pursue(instance, start, place_draft(instance, draft))[1]
    else:
        cells = make_cells(instance, start)
        for cell in cells:
            find_bound(cell.pursuit)
        bound = mix(instance, cells, [cell.pursuit.lower for cell in cells])[0]
    return max(0.0, bound)


def price_plan(
    weights: pd.Series,
    adjacency: pd.DataFrame,
    cost: pd.DataFrame,
    bounds: Bounds,
    plan: pd.Series,
) -> float:
    """Give the objective of a plan, whatever limits it breaks.

    Parameters
    ----------
    weights, adjacency, cost, bounds
        As for `zoning.regionalization.regionalize`.
    plan
        Unit -> label of its zone, for every unit.

    Returns
    -------
    float
        Sum of weight x cost from the cheapest centre of each zone, the price of mixed groups and
        of imbalance included; ``inf`` where a zone has no centre that may serve all its units.
    """
    zone = plan.reindex(weights.index)
    pairs = cost[["unit", "centre", "cost"]]
    own = zone.reindex(pairs["unit"]).to_numpy()
    pairs = pairs[own == zone.reindex(pairs["centre"]).to_numpy()]
    price = pairs["cost"].to_numpy(dtype="float64", copy=True)
    if bounds.group_rule == "soft" and bounds.groups is not None:
        group = bounds.groups.astype("object").where(bounds.groups.notna(), "")
        mixed = group.reindex(pairs["unit"]).to_numpy() != group.reindex(pairs["centre"]).to_numpy()
        price += bounds.group_penalty * mixed
    price *= weights.reindex(pairs["unit"]).to_numpy(dtype="float64")
    table = pd.DataFrame(
        {"centre": pairs["centre"].to_numpy(), "price": price}, index=pairs["unit"].to_numpy()
    )
    parts: list[float] = []
    for _, members in zone.groupby(zone):
        inside = table[table.index.isin(members.index)]
        sums = inside.groupby("centre")["price"].agg(["sum", "size"])
        sums = sums[sums["size"] == len(members)]
        if sums.empty:
            return math.inf
        best = sums["sum"].idxmin()
        parts += inside.loc[inside["centre"] == best, "price"].tolist()
    if bounds.balance > 0:
        target = make_instance(weights, adjacency, cost, bounds).target
        parts += (bounds.balance * (weights.groupby(zone).sum() - target).abs()).tolist()
    return math.fsum(parts)
