"""Walks through plans that keep every rule: at random below a ceiling of cost, or downhill."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Floats, Ints
from zoning.regionalization.moves import Ground, Plan, faults, refresh, shift
from zoning.regionalization.search import Cooling, propose, stays_joined, weigh

STILL: Final = np.inf
"""Heat of a walk that minds the ceiling alone."""

COOLED: Final = 0.01
"""Last heat of a walk as a share of its first."""


class Leash(NamedTuple):
    """What holds a walk back.

    ``heat`` is the first temperature, `STILL` to walk without minding cost; ``ceiling`` the cost
    that is never exceeded; from each plan in a row of ``others`` at least the weight ``least``
    stays placed otherwise.
    """

    heat: float
    ceiling: float
    others: Ints
    least: float


_FREE: Final = Cooling(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""No limit may be left, so that leaving one needs no price."""


def stroll(
    ground: Ground, plan: Plan, rng: np.random.Generator, sweeps: int, leash: Leash, best: Ints
) -> float:
    """Move a plan about without breaking a rule.

    Parameters
    ----------
    ground, plan
        A plan that keeps every rule; it is changed in place.
    rng
        Source of chance.
    sweeps
        Proposals per node.
    leash
        What holds the walk back.
    best
        Receives the zones of the cheapest plan met.

    Returns
    -------
    float
        The cost of that plan; ``inf`` if the plan given breaks a rule, and then nothing moves.
    """
    return _stroll(ground, plan, rng, sweeps, leash, _FREE, best)


@compiled
def _stroll(
    ground: Ground,
    plan: Plan,
    rng: np.random.Generator,
    sweeps: int,
    leash: Leash,
    free: Cooling,
    best: Ints,
) -> float:
    refresh(ground, plan)
    if faults(ground, plan) > 0:
        return np.inf
    objective = plan.cost.sum()
    best_objective = np.inf
    heat = leash.heat
    apart = weights_apart(ground, plan.zone, leash.others)
    cooler = COOLED ** (1.0 / sweeps)
    for _ in range(sweeps):
        for _ in range(len(plan.zone)):
            if objective < best_objective * (1.0 - 1e-12):
                best_objective = objective
                best[:] = plan.zone
            i, other, b = propose(ground, plan, rng)
            if i < 0:
                continue
            a = plan.zone[i]
            rise, cost_a, cost_b, mended = weigh(ground, plan, i, other, b, 0.0, free)
            held = mended < 0 or objective + rise > leash.ceiling
            if held or (rise > 0.0 and rng.random() >= np.exp(-rise / heat)):
                continue
            after = apart + gains(ground, plan.zone, leash.others, i, other, b)
            if comes_near(apart, after, leash.least):
                continue
            if not stays_joined(ground, plan, i, other, b):
                continue
            apart = after
            objective += cost_a + cost_b - plan.cost[a] - plan.cost[b]
            shift(ground, plan, i, b)
            if other >= 0:
                shift(ground, plan, other, a)
            plan.cost[a], plan.cost[b] = cost_a, cost_b
        heat *= cooler
    return float(best_objective)


@compiled
def weights_apart(ground: Ground, zone: Ints, others: Ints) -> Floats:
    """Sum the weight that a plan places otherwise than each of some others."""
    apart = np.zeros(len(others))
    for k in range(len(others)):
        for i in range(len(zone)):
            if zone[i] != others[k, i]:
                apart[k] += ground.weight[i]
    return apart


@compiled
def gains(ground: Ground, zone: Ints, others: Ints, i: int, other: int, b: int) -> Floats:
    """Give the weight by which a move parts a plan from each other plan.

    Node `i` goes to zone `b`, in exchange for `other` when that is not -1.
    """
    gain = np.zeros(len(others))
    a = zone[i]
    for k in range(len(others)):
        gain[k] += ground.weight[i] * (int(others[k, i] == a) - int(others[k, i] == b))
        if other >= 0:
            same = int(others[k, other] == b) - int(others[k, other] == a)
            gain[k] += ground.weight[other] * same
    return gain


@compiled
def comes_near(before: Floats, after: Floats, least: float) -> bool:
    """Tell whether a move brings a plan nearer than allowed to another."""
    return bool(np.any((after < before) & (after < least)))
