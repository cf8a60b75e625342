"""Plans: start from the relaxation's centres, mend contiguity, anneal boundary moves and swaps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from zoning.regionalization.bound import Relaxation
from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Floats, Instance, Ints
from zoning.regionalization.moves import (
    Ground,
    Plan,
    broken_bonds,
    excess,
    exchange_cost,
    faults,
    is_joined,
    leaves_joined,
    make_ground,
    make_plan,
    recount,
    refresh,
    shift,
)

SWAP_SHARE: Final = 0.3
"""Share of proposals that exchange two nodes: tight limits block single moves."""

HOT: Final = 0.3
COLD: Final = 0.002
"""First and last temperature, as a share of the mean weighted cost of a node."""

PENALTY: Final = (0.5, 30.0)
"""First and last price of leaving a limit, as a multiple of the mean cost per unit of weight."""


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


def settle_centres(instance: Instance, found: Relaxation, chosen: Ints) -> Ints | None:
    """Give each connected part as many centres as its weight can fill.

    Returns
    -------
    ndarray or None
        Centres, or None when no number of zones fits the parts.
    """
    least, most = part_counts(instance)
    part = instance.part[instance.home]
    picked = set(chosen.tolist())
    rank = np.lexsort((np.arange(instance.centres), found.values))
    held = np.bincount(part[chosen], minlength=len(least))
    for centre in rank:
        if held[part[centre]] < least[part[centre]] and int(centre) not in picked:
            picked.add(int(centre))
            held[part[centre]] += 1
    high, low = min(instance.count_high, int(most.sum())), instance.count_low
    for centre in rank[::-1]:
        too_many = held[part[centre]] > most[part[centre]]
        spare = held.sum() > high and held[part[centre]] > least[part[centre]]
        if int(centre) in picked and (too_many or spare):
            picked.remove(int(centre))
            held[part[centre]] -= 1
    for centre in rank:
        if held.sum() < low and held[part[centre]] < most[part[centre]]:
            before = len(picked)
            picked.add(int(centre))
            held[part[centre]] += len(picked) - before
    fits = (held >= least).all() and (held <= most).all() and low <= held.sum() <= high
    return np.array(sorted(picked), dtype=np.int64) if fits else None


def part_counts(instance: Instance) -> tuple[Ints, Ints]:
    """Give the least and greatest number of zones that each connected part can hold."""
    parts = int(instance.part.max()) + 1
    weight = np.bincount(instance.part, weights=instance.weight, minlength=parts)
    units = np.bincount(instance.part, weights=instance.size, minlength=parts)
    nodes = np.bincount(instance.part, minlength=parts).astype(np.int64)
    least = np.maximum(np.ceil(units / instance.units_high), 1).astype(np.int64)
    if math.isfinite(instance.high) and instance.high > 0:
        least = np.maximum(least, np.ceil(weight / instance.high - 1e-9).astype(np.int64))
    most = np.minimum(nodes, np.floor(units / instance.units_low).astype(np.int64))
    if instance.low > 0:
        most = np.minimum(most, np.floor(weight / instance.low + 1e-9).astype(np.int64))
    return least, most


def draw_zones(instance: Instance, found: Relaxation, centres: Ints) -> Ints:
    """Assign each node to the centre of least priced cost, then mend contiguity.

    Parameters
    ----------
    instance, found
        The instance and its relaxation, whose slopes price full and empty centres.
    centres
        At least one centre in every connected part.

    Returns
    -------
    ndarray
        Zone number of each node; connected, but limits may be broken.
    """
    finite = np.where(np.isfinite(instance.cost), instance.cost, 0.0)
    away = 2.0 * float(finite.max()) + 1.0
    priced = instance.cost[:, centres] - np.outer(instance.weight, found.slopes[centres])
    priced = np.where(np.isfinite(priced), priced, away * 1e3)
    zone = np.argmin(priced, axis=1).astype(np.int64)
    zone[instance.home[centres]] = np.arange(len(centres))
    mend(instance.indptr, instance.indices, instance.home[centres], priced, zone)
    return zone


@compiled
def mend(indptr: Ints, indices: Ints, homes: Ints, priced: Floats, zone: Ints) -> None:
    """Cut off what is not joined with its centre and hand it to the cheapest zone beside it."""
    nodes = len(zone)
    settled = np.zeros(nodes, dtype=np.bool_)
    queue = np.empty(nodes, dtype=np.int64)
    for z in range(len(homes)):
        queue[0] = homes[z]
        settled[homes[z]] = True
        done, known = 0, 1
        while done < known:
            i = queue[done]
            done += 1
            for p in range(indptr[i], indptr[i + 1]):
                other = indices[p]
                if zone[other] == z and not settled[other]:
                    settled[other] = True
                    queue[known] = other
                    known += 1
    while True:
        best, best_zone, best_price = -1, -1, np.inf
        for i in range(nodes):
            if settled[i]:
                continue
            for p in range(indptr[i], indptr[i + 1]):
                other = indices[p]
                if settled[other] and priced[i, zone[other]] < best_price:
                    best, best_zone, best_price = i, zone[other], priced[i, zone[other]]
        if best < 0:
            return
        zone[best] = best_zone
        settled[best] = True


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
    best = plan.zone.copy()
    objective = anneal(
        ground,
        plan,
        rng,
        sweeps * instance.nodes,
        np.array(
            [
                HOT * heat * scale,
                COLD * scale,
                PENALTY[0] * price,
                PENALTY[1] * price,
                total / count + scale,
            ]
        ),
        best,
    )
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
    return Found(objective=math.fsum(np.concatenate(costs)), zone=zone.copy(), centre=centre)


@compiled
def anneal(
    ground: Ground,
    plan: Plan,
    rng: np.random.Generator,
    steps: int,
    settings: Floats,
    best: Ints,
) -> float:
    """Propose `steps` moves, cooling; write the best plan that keeps all rules into `best`.

    ``settings``: first and last temperature, first and last price of leaving a weight limit,
    price of a broken pin. Gives the best objective, ``inf`` when no plan kept all rules.
    """
    nodes = len(plan.zone)
    per_unit = ground.weight.sum() / nodes
    heat, price = settings[0], settings[2]
    cooling = (settings[1] / settings[0]) ** (1.0 / max(1.0, steps / nodes))
    dearer = (settings[3] / settings[2]) ** (1.0 / max(1.0, 0.5 * steps / nodes))
    objective = plan.cost.sum()
    broken = faults(ground, plan)
    best_objective = np.inf
    if broken == 0:
        best_objective = objective
        best[:] = plan.zone
    for step in range(steps):
        if step % nodes == nodes - 1:
            heat *= cooling
            price = min(price * dearer, settings[3])
            if step // nodes % 50 == 0:
                refresh(ground, plan)
                objective = plan.cost.sum()
        i = int(rng.random() * nodes)
        degree = ground.indptr[i + 1] - ground.indptr[i]
        if degree == 0:
            continue
        beside = ground.indices[ground.indptr[i] + int(rng.random() * degree)]
        a, b = plan.zone[i], plan.zone[beside]
        if a == b:
            continue
        other = -1
        if rng.random() < SWAP_SHARE:
            other = partner(ground, plan, b, a, i, rng)
            if other < 0:
                continue
        elif plan.members[a] == 1:
            continue
        rise, cost_a, cost_b, fewer = weigh(ground, plan, i, other, b, price, per_unit, settings[4])
        if rise > 0.0 and rng.random() >= np.exp(-rise / heat):
            continue
        if other < 0:
            if not leaves_joined(ground, plan, i):
                continue
        elif not (is_joined(ground, plan, a, i, other) and is_joined(ground, plan, b, other, i)):
            continue
        objective += cost_a + cost_b - plan.cost[a] - plan.cost[b]
        broken -= fewer
        shift(ground, plan, i, b)
        if other >= 0:
            shift(ground, plan, other, a)
        plan.cost[a], plan.cost[b] = cost_a, cost_b
        if broken == 0 and objective < best_objective * (1.0 - 1e-12):
            best_objective = objective
            best[:] = plan.zone
    return best_objective


@compiled
def partner(
    ground: Ground, plan: Plan, z: int, beside: int, but: int, rng: np.random.Generator
) -> int:
    """Draw a node of zone `z` that has a neighbour in zone `beside` other than `but`."""
    drawn, seen = -1, 0
    l = plan.head[z]
    while l >= 0:
        for p in range(ground.indptr[l], ground.indptr[l + 1]):
            n = ground.indices[p]
            if plan.zone[n] == beside and n != but:
                seen += 1
                if rng.random() * seen < 1.0:
                    drawn = l
                break
        l = plan.following[l]
    return drawn


@compiled
def zone_faults(ground: Ground, weight: float, size: float, cost: float) -> int:
    """Tell (0 or 1) whether a zone breaks a limit or has no permitted centre."""
    off_weight, off_size = excess(ground, weight, size)
    return 1 if off_weight > 0.0 or off_size > 0.0 or cost >= ground.absent else 0


@compiled
def weigh(
    ground: Ground,
    plan: Plan,
    i: int,
    other: int,
    b: int,
    price: float,
    per_unit: float,
    bond_price: float,
) -> tuple[float, float, float, int]:
    """Weigh a move of `i` into zone `b`, in exchange for `other` when that is not -1.

    Gives the rise of the priced objective, both new costs, and by how many faults it mends.
    """
    a = plan.zone[i]
    weight, size = ground.weight[i], float(ground.size[i])
    if other >= 0:
        weight -= ground.weight[other]
        size -= float(ground.size[other])
    old_a = excess(ground, plan.weight[a], float(plan.size[a]))
    old_b = excess(ground, plan.weight[b], float(plan.size[b]))
    new_a = excess(ground, plan.weight[a] - weight, plan.size[a] - size)
    new_b = excess(ground, plan.weight[b] + weight, plan.size[b] + size)
    cost_a = exchange_cost(ground, plan, a, i, other)
    cost_b = exchange_cost(ground, plan, b, other, i)
    rise = cost_a + cost_b - plan.cost[a] - plan.cost[b]
    rise += price * (new_a[0] + new_b[0] - old_a[0] - old_b[0])
    rise += price * per_unit * (new_a[1] + new_b[1] - old_a[1] - old_b[1])
    fewer = zone_faults(ground, plan.weight[a], float(plan.size[a]), plan.cost[a])
    fewer += zone_faults(ground, plan.weight[b], float(plan.size[b]), plan.cost[b])
    fewer -= zone_faults(ground, plan.weight[a] - weight, plan.size[a] - size, cost_a)
    fewer -= zone_faults(ground, plan.weight[b] + weight, plan.size[b] + size, cost_b)
    mended = mended_bonds(ground, plan, i, other, b)
    return rise - bond_price * mended, cost_a, cost_b, fewer + mended


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
    between = 0
    for p in range(ground.bond_start[i], ground.bond_start[i + 1]):
        if ground.bond_end[p] == other:
            between += 1
    # A pin between the two stands apart before and after: it was counted at both ends already.
    return 2 * (before - after) if between == 0 else 2 * (before - after)


def best_of(plans: Iterable[Found | None]) -> Found | None:
    """Choose the cheapest plan; equal ones by their zones, so that order does not matter."""
    known = [plan for plan in plans if plan is not None]
    return min(known, key=lambda p: (p.objective, p.zone.tolist()), default=None)


def start_plans(instance: Instance, found: Relaxation, *, most: int) -> list[Ints]:
    """Draw zones around the best sets of centres that the relaxation met."""
    zones = []
    seen: set[bytes] = set()
    for chosen in found.chosen:
        centres = settle_centres(instance, found, chosen)
        if centres is None or centres.tobytes() in seen:
            continue
        seen.add(centres.tobytes())
        zones.append(draw_zones(instance, found, centres))
        if len(zones) == most:
            break
    return zones


__all__ = ["Found", "best_of", "improve", "make_ground", "read_plan", "recount", "start_plans"]
