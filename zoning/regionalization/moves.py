"""Moves on a plan in machine code: shift a boundary node, swap two, keep every zone connected."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Floats, Instance, Ints


class Ground(NamedTuple):
    """What a search never changes.

    ``cost`` has a finite `absent` where a node may not be assigned; ``first_centre`` gives the
    centres of each node; ``limits`` is low, high, units_low, units_high, balance, target; ``bond``
    is +1 for a pair that shares a zone and -1 for one that may not. ``traits`` has by node the mass
    of its units, the sum of mass x squares of their traits, and the sums of mass x each trait; no
    columns where spread within zones costs nothing.
    """

    indptr: Ints
    indices: Ints
    weight: Floats
    size: Ints
    cost: Floats
    first_centre: Ints
    bond_start: Ints
    bond_end: Ints
    bond: Ints
    limits: Floats
    traits: Floats
    absent: float


class Plan(NamedTuple):
    """A plan as a search changes it: zones as linked lists, sums for every possible centre."""

    zone: Ints
    head: Ints
    following: Ints
    previous: Ints
    weight: Floats
    size: Ints
    members: Ints
    sums: Floats
    traits: Floats
    cost: Floats
    stamp: Ints
    queue: Ints
    clock: Ints


def make_ground(instance: Instance, traits: Floats | None = None) -> Ground:
    """Lay an instance out for the kernels; with traits by node, spread within zones costs, too."""
    finite = np.isfinite(instance.cost)
    traits = np.zeros((instance.nodes, 0)) if traits is None else traits
    dearest = float(np.where(finite, instance.cost, 0.0).max(axis=1).sum())
    dearest += instance.balance * (float(instance.weight.sum()) + instance.target)
    dearest += float(traits[:, 1].sum()) if traits.shape[1] else 0.0
    absent = 4.0 * (1.0 + dearest)
    ends = np.concatenate(
        [instance.tied, instance.tied[:, ::-1], instance.apart, instance.apart[:, ::-1]]
    )
    signs = np.repeat([1, -1], [2 * len(instance.tied), 2 * len(instance.apart)])
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    degree = np.bincount(ends[:, 0], minlength=instance.nodes)
    return Ground(
        indptr=instance.indptr,
        indices=instance.indices,
        weight=instance.weight,
        size=instance.size,
        cost=np.where(finite, instance.cost, absent),
        first_centre=np.searchsorted(instance.home, np.arange(instance.nodes + 1)).astype(np.int64),
        bond_start=np.concatenate([[0], np.cumsum(degree)]).astype(np.int64),
        bond_end=ends[order, 1],
        bond=signs[order].astype(np.int64),
        limits=np.array(
            [
                instance.low,
                instance.high,
                instance.units_low,
                instance.units_high,
                instance.balance,
                instance.target,
            ],
            dtype=np.float64,
        ),
        traits=np.ascontiguousarray(traits, dtype=np.float64),
        absent=absent,
    )


def make_plan(ground: Ground, zone: Ints, count: int) -> Plan:
    """Make a plan from the zone of each node (0 to `count` - 1)."""
    nodes = len(zone)
    plan = Plan(
        zone=zone.astype(np.int64).copy(),
        head=np.full(count, -1, dtype=np.int64),
        following=np.full(nodes, -1, dtype=np.int64),
        previous=np.full(nodes, -1, dtype=np.int64),
        weight=np.zeros(count),
        size=np.zeros(count, dtype=np.int64),
        members=np.zeros(count, dtype=np.int64),
        sums=np.zeros(ground.cost.shape[1]),
        traits=np.zeros((count, ground.traits.shape[1])),
        cost=np.zeros(count),
        stamp=np.zeros(nodes, dtype=np.int64),
        queue=np.zeros(nodes, dtype=np.int64),
        clock=np.zeros(1, dtype=np.int64),
    )
    refresh(ground, plan)
    return plan


@compiled
def refresh(ground: Ground, plan: Plan) -> None:
    """Rebuild lists and sums from the zones, which also ends the drift of sums."""
    plan.head[:] = -1
    plan.weight[:] = 0.0
    plan.size[:] = 0
    plan.members[:] = 0
    plan.traits[:] = 0.0
    for back in range(len(plan.zone)):
        i = len(plan.zone) - 1 - back
        link(ground, plan, i, plan.zone[i])
    for z in range(len(plan.head)):
        recount(ground, plan, z)


@compiled
def recount(ground: Ground, plan: Plan, z: int) -> None:
    """Sum the costs of one zone anew for each of its possible centres."""
    i = plan.head[z]
    while i >= 0:
        for c in range(ground.first_centre[i], ground.first_centre[i + 1]):
            plan.sums[c] = column_sum(ground, plan, z, c)
        i = plan.following[i]
    plan.cost[z] = exchange_cost(ground, plan, z, -1, -1)


@compiled
def link(ground: Ground, plan: Plan, i: int, z: int) -> None:
    """Put a node into the list of a zone."""
    plan.zone[i] = z
    plan.previous[i] = -1
    plan.following[i] = plan.head[z]
    if plan.head[z] >= 0:
        plan.previous[plan.head[z]] = i
    plan.head[z] = i
    plan.weight[z] += ground.weight[i]
    plan.size[z] += ground.size[i]
    plan.members[z] += 1
    for t in range(ground.traits.shape[1]):
        plan.traits[z, t] += ground.traits[i, t]


@compiled
def shift(ground: Ground, plan: Plan, i: int, z: int) -> None:
    """Move a node into a zone and mend the sums of both zones; costs are set by the caller."""
    old = plan.zone[i]
    if plan.previous[i] >= 0:
        plan.following[plan.previous[i]] = plan.following[i]
    else:
        plan.head[old] = plan.following[i]
    if plan.following[i] >= 0:
        plan.previous[plan.following[i]] = plan.previous[i]
    plan.weight[old] -= ground.weight[i]
    plan.size[old] -= ground.size[i]
    plan.members[old] -= 1
    for t in range(ground.traits.shape[1]):
        plan.traits[old, t] -= ground.traits[i, t]
    spread(ground, plan, i, old, -1.0)
    spread(ground, plan, i, z, 1.0)
    link(ground, plan, i, z)
    for c in range(ground.first_centre[i], ground.first_centre[i + 1]):
        plan.sums[c] = column_sum(ground, plan, z, c)


@compiled
def spread(ground: Ground, plan: Plan, i: int, z: int, sign: float) -> None:
    """Add the costs of a node to the sums of a zone's centres, or take them off."""
    other = plan.head[z]
    while other >= 0:
        for c in range(ground.first_centre[other], ground.first_centre[other + 1]):
            plan.sums[c] += sign * ground.cost[i, c]
        other = plan.following[other]


@compiled
def exchange_cost(ground: Ground, plan: Plan, z: int, out: int, into: int) -> float:
    """Give the cost of a zone around its best centre once `out` left and `into` came (-1: none)."""
    best = 1e300
    weight = plan.weight[z]
    i = plan.head[z]
    while i >= 0:
        if i != out:
            for c in range(ground.first_centre[i], ground.first_centre[i + 1]):
                total = plan.sums[c]
                if out >= 0:
                    total -= ground.cost[out, c]
                if into >= 0:
                    total += ground.cost[into, c]
                best = min(best, total)
        i = plan.following[i]
    if into >= 0:
        weight += ground.weight[into]
        for c in range(ground.first_centre[into], ground.first_centre[into + 1]):
            total = column_sum(ground, plan, z, c) + ground.cost[into, c]
            if out >= 0:
                total -= ground.cost[out, c]
            best = min(best, total)
    if out >= 0:
        weight -= ground.weight[out]
    off: float = abs(weight - ground.limits[5])
    return best + float(ground.limits[4]) * off + unlikeness(ground, plan, z, out, into)


@compiled
def unlikeness(ground: Ground, plan: Plan, z: int, out: int, into: int) -> float:
    """Give the mass x squared distances of a zone's units from their mean, traits all told."""
    width = ground.traits.shape[1]
    mass, total, square = 0.0, 0.0, 0.0
    for t in range(width):
        value = plan.traits[z, t]
        if out >= 0:
            value -= ground.traits[out, t]
        if into >= 0:
            value += ground.traits[into, t]
        if t == 0:
            mass = value
        elif t == 1:
            total = value
        else:
            square += value * value
    if mass <= 0.0:
        return 0.0
    return max(0.0, total - square / mass)


@compiled
def column_sum(ground: Ground, plan: Plan, z: int, c: int) -> float:
    """Sum the costs of a zone's members to one centre."""
    total = 0.0
    i = plan.head[z]
    while i >= 0:
        total += ground.cost[i, c]
        i = plan.following[i]
    return total


@compiled
def is_joined(ground: Ground, plan: Plan, z: int, out: int, into: int) -> bool:
    """Tell whether a zone is connected once `out` left and `into` came (-1: none)."""
    expected = plan.members[z] - (1 if out >= 0 else 0) + (1 if into >= 0 else 0)
    if expected <= 0:
        return False
    start = into
    if start < 0:
        start = plan.head[z] if plan.head[z] != out else plan.following[plan.head[z]]
    plan.clock[0] += 1
    now = plan.clock[0]
    plan.stamp[start] = now
    plan.queue[0] = start
    done, known = 0, 1
    while done < known:
        i = plan.queue[done]
        done += 1
        for p in range(ground.indptr[i], ground.indptr[i + 1]):
            other = ground.indices[p]
            inside = (plan.zone[other] == z and other != out) or other == into
            if inside and plan.stamp[other] != now:
                plan.stamp[other] = now
                plan.queue[known] = other
                known += 1
    return bool(known == expected)


@compiled
def leaves_joined(ground: Ground, plan: Plan, i: int) -> bool:
    """Tell whether a zone stays connected without a node; quick where few neighbours share it."""
    z = plan.zone[i]
    same = 0
    for p in range(ground.indptr[i], ground.indptr[i + 1]):
        if plan.zone[ground.indices[p]] == z:
            same += 1
    if same == 1:
        return True
    if same == 0 or plan.members[z] == 1:
        return False
    return is_joined(ground, plan, z, i, -1)


@compiled
def excess(ground: Ground, weight: float, size: float) -> tuple[float, float]:
    """Measure by how much weight and units of a zone leave the limits."""
    low, high = ground.limits[0], ground.limits[1]
    few, many = ground.limits[2], ground.limits[3]
    return max(0.0, low - weight, weight - high), max(0.0, few - size, size - many)


@compiled
def broken_bonds(ground: Ground, plan: Plan, i: int, z: int) -> int:
    """Count the pins of a node that break when it stands in zone `z`."""
    broken = 0
    for p in range(ground.bond_start[i], ground.bond_start[i + 1]):
        same = plan.zone[ground.bond_end[p]] == z
        if same != (ground.bond[p] > 0):
            broken += 1
    return broken


@compiled
def faults(ground: Ground, plan: Plan) -> int:
    """Count zones outside the limits, zones without a permitted centre, and broken pins."""
    count = 0
    for z in range(len(plan.head)):
        off_weight, off_size = excess(ground, plan.weight[z], float(plan.size[z]))
        if off_weight > 0.0 or off_size > 0.0 or plan.cost[z] >= ground.absent:
            count += 1
    for i in range(len(plan.zone)):
        count += broken_bonds(ground, plan, i, plan.zone[i])
    return count
