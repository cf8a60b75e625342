"""Better plans: anneal shifts and swaps of boundary nodes, every zone connected throughout."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Instance, Ints
from zoning.regionalization.moves import (
    Ground,
    Plan,
    broken_bonds,
    excess,
    exchange_cost,
    faults,
    is_joined,
    leaves_joined,
    make_plan,
    refresh,
    shift,
)

SWAP_SHARE: Final = 0.3
"""Share of proposals that exchange two nodes: tight limits block single moves."""

HOT: Final = 1.0
COLD: Final = 0.002
"""First and last temperature, as a share of the mean weighted cost of a node."""

PENALTY: Final = (1.0, 10.0)
"""First and last price of leaving a limit, as a multiple of the mean cost per unit of weight."""

MARGINS: Final = (0.02, 0.1)
WARM: Final = 0.3
"""Margins, as shares of the width of the limits, and heat of annealings while no plan is found."""

REFRESH: Final = 50
"""Sweeps after which sums are added up anew, before rounding can drift."""


class Cooling(NamedTuple):
    """Course of an annealing: temperatures, prices of leaving limits and of broken pins.

    ``margin`` is the weight by which limits are narrowed where leaving them is priced.
    """

    heat: float
    cold: float
    price: float
    dearest: float
    bond_price: float
    per_unit: float
    margin: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """A plan that keeps every rule.

    Parameters
    ----------
    objective
        Sum of weighted costs to the centres.
    zone
        Zone number of each node.
    centre
        Candidate centre of each zone.
    """

    objective: float
    zone: Ints
    centre: Ints

    @property
    def count(self) -> int:
        """Give the number of zones."""
        return len(self.centre)


def improve(
    instance: Instance,
    ground: Ground,
    zone: Ints,
    rng: np.random.Generator,
    *,
    sweeps: int,
    heat: float = 1.0,
) -> Found | None:
    """Anneal a plan.

    Parameters
    ----------
    instance, ground
        The instance and its layout for the kernels.
    zone
        Connected zones, numbered from 0.
    rng
        Source of chance.
    sweeps
        Proposals per node.
    heat
        Multiplies the first temperature; a small value refines.

    Returns
    -------
    Found or None
        The best plan met that keeps all rules, or None.
    """
    count = int(zone.max()) + 1
    plan = make_plan(ground, zone, count)
    total = float(np.minimum(plan.cost, ground.absent).sum())
    scale = max(total / instance.nodes, 1e-12)
    price = scale * instance.nodes / max(float(instance.weight.sum()), 1e-12)
    cooling = Cooling(
        heat=HOT * heat * scale,
        cold=COLD * scale,
        price=PENALTY[0] * price,
        dearest=PENALTY[1] * price,
        bond_price=total / count + scale,
        per_unit=float(instance.weight.sum()) / instance.nodes,
        margin=0.0,
    )
    best = plan.zone.copy()
    objective = anneal(ground, plan, rng, sweeps, cooling, best)
    for share in MARGINS if math.isfinite(instance.high - instance.low) else ():
        if math.isfinite(objective):
            break
        # limits are left by a little here and there: aim at narrower ones
        cooling = cooling._replace(
            heat=WARM * cooling.heat,
            price=cooling.dearest,
            margin=share * (instance.high - instance.low),
        )
        objective = anneal(ground, plan, rng, sweeps, cooling, best)
    return read_plan(ground, best, count) if math.isfinite(objective) else None


def read_plan(ground: Ground, zone: Ints, count: int) -> Found | None:
    """Price a plan exactly and name its centres; None if it breaks a limit or a pin."""
    plan = make_plan(ground, zone, count)
    if faults(ground, plan) > 0:
        return None
    home = np.repeat(np.arange(len(zone)), np.diff(ground.first_centre))
    centre = np.zeros(count, dtype=np.int64)
    costs = []
    for z in range(count):
        own = np.flatnonzero(zone[home] == z)
        sums = ground.cost[np.ix_(zone == z, own)].sum(axis=0)
        best = int(np.argmin(sums))
        centre[z] = own[best]
        costs.append(ground.cost[zone == z, own[best]])
    weight = np.bincount(zone, weights=ground.weight, minlength=count)
    costs.append(ground.limits[4] * np.abs(weight - ground.limits[5]))
    return Found(objective=math.fsum(np.concatenate(costs)), zone=zone.copy(), centre=centre)


@compiled
def anneal(
    ground: Ground,
    plan: Plan,
    rng: np.random.Generator,
    sweeps: int,
    cooling: Cooling,
    best: Ints,
) -> float:
    """Propose moves, cooling; write the best plan that keeps all rules into `best`.

    Gives the best objective, ``inf`` when no plan kept all rules.
    """
    nodes = len(plan.zone)
    heat, price = cooling.heat, cooling.price
    cooler = (cooling.cold / cooling.heat) ** (1.0 / sweeps)
    dearer = (cooling.dearest / cooling.price) ** (2.0 / sweeps)
    best_objective = np.inf
    for sweep in range(sweeps):
        if sweep % REFRESH == 0:
            refresh(ground, plan)
            objective = plan.cost.sum()
            broken = faults(ground, plan)
        for _ in range(nodes):
            if broken == 0 and objective < best_objective * (1.0 - 1e-12):
                best_objective = objective
                best[:] = plan.zone
            i, other, b = propose(ground, plan, rng)
            if i < 0:
                continue
            a = plan.zone[i]
            rise, cost_a, cost_b, mended = weigh(ground, plan, i, other, b, price, cooling)
            if rise > 0.0 and rng.random() >= np.exp(-rise / heat):
                continue
            if not stays_joined(ground, plan, i, other, b):
                continue
            objective += cost_a + cost_b - plan.cost[a] - plan.cost[b]
            broken -= mended
            shift(ground, plan, i, b)
            if other >= 0:
                shift(ground, plan, other, a)
            plan.cost[a], plan.cost[b] = cost_a, cost_b
        heat *= cooler
        price = min(price * dearer, cooling.dearest)
    return best_objective


@compiled
def propose(ground: Ground, plan: Plan, rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw a move: a node, the node it changes places with (-1: none), and the zone it goes to.

    The first is -1 when the draw met no border.
    """
    i = int(rng.random() * len(plan.zone))
    degree = ground.indptr[i + 1] - ground.indptr[i]
    if degree == 0:
        return -1, -1, -1
    beside = ground.indices[ground.indptr[i] + int(rng.random() * degree)]
    a, b = plan.zone[i], plan.zone[beside]
    if a == b:
        return -1, -1, -1
    if rng.random() < SWAP_SHARE:
        other = partner(ground, plan, b, a, i, rng)
        return (i if other >= 0 else -1), other, b
    return (i if plan.members[a] > 1 else -1), -1, b


@compiled
def stays_joined(ground: Ground, plan: Plan, i: int, other: int, b: int) -> bool:
    """Tell whether both zones stay connected after a move."""
    if other < 0:
        return leaves_joined(ground, plan, i)
    if not is_joined(ground, plan, plan.zone[i], i, other):
        return False
    return is_joined(ground, plan, b, other, i)


@compiled
def partner(
    ground: Ground, plan: Plan, z: int, beside: int, but: int, rng: np.random.Generator
) -> int:
    """Draw a node of zone `z` that has a neighbour in zone `beside` other than `but`."""
    drawn, seen = -1, 0
    i = plan.head[z]
    while i >= 0:
        for p in range(ground.indptr[i], ground.indptr[i + 1]):
            near = ground.indices[p]
            if plan.zone[near] == beside and near != but:
                seen += 1
                if rng.random() * seen < 1.0:
                    drawn = i
                break
        i = plan.following[i]
    return drawn


@compiled
def zone_faults(ground: Ground, weight: float, size: float, cost: float) -> int:
    """Tell (0 or 1) whether a zone breaks a limit or has no permitted centre."""
    off_weight, off_size = excess(ground, weight, size)
    return 1 if off_weight > 0.0 or off_size > 0.0 or cost >= ground.absent else 0


@compiled
def strain(ground: Ground, weight: float, size: float, margin: float) -> tuple[float, float]:
    """Measure by how much weight and units of a zone leave the limits, narrowed by a margin."""
    off_weight, off_size = excess(ground, weight, size)
    if margin > 0.0:
        low, high = ground.limits[0] + margin, ground.limits[1] - margin
        off_weight = max(0.0, low - weight, weight - high)
    return off_weight, off_size


@compiled
def weigh(
    ground: Ground,
    plan: Plan,
    i: int,
    other: int,
    b: int,
    price: float,
    cooling: Cooling,
) -> tuple[float, float, float, int]:
    """Weigh a move of `i` into zone `b`, in exchange for `other` when that is not -1.

    Gives the rise of the priced objective, both new costs, and by how many faults it mends.
    """
    a = plan.zone[i]
    weight, size = ground.weight[i], float(ground.size[i])
    if other >= 0:
        weight -= ground.weight[other]
        size -= float(ground.size[other])
    margin = cooling.margin
    old_a = strain(ground, plan.weight[a], float(plan.size[a]), margin)
    old_b = strain(ground, plan.weight[b], float(plan.size[b]), margin)
    new_a = strain(ground, plan.weight[a] - weight, plan.size[a] - size, margin)
    new_b = strain(ground, plan.weight[b] + weight, plan.size[b] + size, margin)
    cost_a = exchange_cost(ground, plan, a, i, other)
    cost_b = exchange_cost(ground, plan, b, other, i)
    rise = cost_a + cost_b - plan.cost[a] - plan.cost[b]
    rise += price * (new_a[0] + new_b[0] - old_a[0] - old_b[0])
    rise += price * cooling.per_unit * (new_a[1] + new_b[1] - old_a[1] - old_b[1])
    fewer = zone_faults(ground, plan.weight[a], float(plan.size[a]), plan.cost[a])
    fewer += zone_faults(ground, plan.weight[b], float(plan.size[b]), plan.cost[b])
    fewer -= zone_faults(ground, plan.weight[a] - weight, plan.size[a] - size, cost_a)
    fewer -= zone_faults(ground, plan.weight[b] + weight, plan.size[b] + size, cost_b)
    mended = mended_bonds(ground, plan, i, other, b)
    return rise - cooling.bond_price * mended, cost_a, cost_b, fewer + mended


@compiled
def mended_bonds(ground: Ground, plan: Plan, i: int, other: int, b: int) -> int:
    """Count broken pins before a move less after it; each pin counts at both of its ends."""
    if len(ground.bond) == 0:
        return 0
    a = plan.zone[i]
    before = broken_bonds(ground, plan, i, a)
    if other < 0:
        return 2 * (before - broken_bonds(ground, plan, i, b))
    before += broken_bonds(ground, plan, other, b)
    plan.zone[i], plan.zone[other] = b, a
    after = broken_bonds(ground, plan, i, b) + broken_bonds(ground, plan, other, a)
    plan.zone[i], plan.zone[other] = a, b
    return 2 * (before - after)


def best_of(plans: Iterable[Found | None]) -> Found | None:
    """Choose the cheapest plan; equal ones by their zones, so that order does not matter."""
    known = [plan for plan in plans if plan is not None]
    return min(known, key=lambda p: (p.objective, p.zone.tolist()), default=None)
