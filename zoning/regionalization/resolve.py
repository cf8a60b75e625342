"""Better plans by parts: take a few neighbouring zones, solve them again, put them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from zoning.regionalization.bound import relax
from zoning.regionalization.exact import solve_exactly
from zoning.regionalization.fixing import is_separable, open_pairs
from zoning.regionalization.instance import Instance, Ints
from zoning.regionalization.moves import Ground, make_ground
from zoning.regionalization.search import Found, best_of, improve, read_plan

TOGETHER: Final = 4
"""Zones that are solved again at a time."""

GAIN: Final = 1e-9
"""Least gain, as a share of the objective, that counts."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How hard each group of zones is tried: all counted.

    Parameters
    ----------
    sweeps
        Proposals per node of the annealing.
    steps
        Evaluations of the bound.
    pairs
        Most open pairs for the exact model; 0 leaves it out.
    nodes
        Most nodes of its search tree.
    """

    sweeps: int = 400
    steps: int = 120
    pairs: int = 0
    nodes: int = 100


def resolve_zones(
    instance: Instance,
    ground: Ground,
    plan: Found,
    rng: np.random.Generator,
    *,
    effort: Effort,
    passes: int,
    has_time: Callable[[], bool],
) -> Found:
    """Solve groups of neighbouring zones again until a whole pass gains nothing.

    Parameters
    ----------
    instance, ground
        The instance and its layout for the kernels.
    plan
        A plan that keeps all rules.
    rng
        Source of chance.
    effort
        How hard each group is tried.
    passes
        Most passes over all zones.
    has_time
        Asked before each group.

    Returns
    -------
    Found
        A plan that is no worse.

    Notes
    -----
    A group is a zone with the neighbours it shares most links with. A group none of whose zones
    changed since it was last tried is passed over.
    """
    zone = plan.zone.copy()
    changed = np.ones(plan.count, dtype=np.bool_)
    for _ in range(passes):
        due, changed = changed, np.zeros(plan.count, dtype=np.bool_)
        for z in range(plan.count):
            group = _group(instance, zone, z)
            if not due[group].any() and not changed[group].any():
                continue
            if not has_time():
                return _read(ground, zone, plan)
            if _resolve_group(instance, zone, group, rng, effort):
                changed[group] = True
        if not changed.any():
            break
    return _read(ground, zone, plan)


def _read(ground: Ground, zone: Ints, plan: Found) -> Found:
    return best_of([plan, read_plan(ground, zone, plan.count)]) or plan


def _group(instance: Instance, zone: Ints, z: int) -> Ints:
    """Name a zone and those that it shares most links with."""
    ends = np.repeat(np.arange(instance.nodes), np.diff(instance.indptr))
    own = zone[ends] == z
    beside = zone[instance.indices[own]]
    shared = np.bincount(beside[beside != z], minlength=int(zone.max()) + 1)
    order = np.lexsort((np.arange(len(shared)), -shared))
    near = order[: TOGETHER - 1]
    return np.sort(np.concatenate([[z], near[shared[near] > 0]])).astype(np.int64)


def _resolve_group(
    instance: Instance, zone: Ints, group: Ints, rng: np.random.Generator, effort: Effort
) -> bool:
    nodes = np.flatnonzero(np.isin(zone, group)).astype(np.int64)
    if len(group) == 1 or leaves_pins_behind(instance, nodes):
        return False
    part = instance.subset(nodes, len(group))
    ground = make_ground(part)
    now = read_plan(ground, np.searchsorted(group, zone[nodes]), len(group))
    if now is None:
        return False
    best = now
    found = relax(part, best.objective, iterations=effort.steps)
    found = relax(
        part,
        best.objective,
        iterations=effort.steps,
        prices=found.prices,
        separate=is_separable(part),
    )
    for heat in (1.0, 0.3):
        if best.objective - found.bound <= GAIN * best.objective:
            break
        best = (
            best_of([best, improve(part, ground, best.zone, rng, sweeps=effort.sweeps, heat=heat)])
            or best
        )
    open_ = open_pairs(part, found, best.objective)
    if best.objective - found.bound > GAIN * best.objective and open_.sum() <= effort.pairs:
        answer = solve_exactly(
            part, ground, open_, max_nodes=effort.nodes, start=best, cuts=found.cuts
        )
        best = best_of([best, answer.found]) or best
    if best.objective >= now.objective * (1.0 - GAIN):
        return False
    zone[nodes] = group[best.zone]
    return True


def leaves_pins_behind(instance: Instance, nodes: Ints) -> bool:
    """Tell whether a pin ties a node of the group with one outside it."""
    inside = np.isin(instance.tied, nodes)
    return bool((inside[:, 0] != inside[:, 1]).any()) if len(inside) else False
