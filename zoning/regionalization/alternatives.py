"""Plans beside the best one: others of nearly the same cost, and who stays with whom in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from zoning.regionalization.bounds import Bounds
from zoning.regionalization.instance import Floats, Instance, Ints, make_instance
from zoning.regionalization.moves import (
    Ground,
    make_ground,
    make_plan,
)
from zoning.regionalization.search import Found, improve, read_plan
from zoning.regionalization.strolls import STILL, Leash, stroll

SAMPLES: Final = 200
"""Plans that the share of staying is counted over."""

WORK: Final = 4_000_000
"""Moves proposed while sampling, shared by all samples; large instances descend as much less."""

THINNING: Final = (1, 100)
"""Least and most sweeps between two samples; a sweep proposes as many moves as there are nodes."""

RESTARTS: Final = 4
RESTART_SWEEPS: Final = 400
RESTART_NODES: Final = 1_200
"""Annealings from which further walks begin, and the size above which there are none."""

DISTINCT_SHARE: Final = 0.05
"""Share of the weight that two plans must place otherwise to count as two."""

DESCENT_SWEEPS: Final = 150
TRIED: Final = 4
"""Most sweeps of the descent to each distinct plan, and from how many samples it is tried: so many
of those that differ most, and so many of those that differ just enough."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A plan of nearly the same cost.

    Parameters
    ----------
    assignment
        Unit -> id of its zone's centre.
    objective
        Its cost, in the terms of `regionalize`.
    moved_share
        Share of the weight that it places otherwise than the plan it was found from.
    """

    assignment: pd.Series
    objective: float
    moved_share: float


@dataclass(frozen=True, kw_only=True)
class NearBest:
    """What else is nearly as good.

    Parameters
    ----------
    stays_share
        Unit -> share of the sampled plans in which it is in the zone that its own became.
    samples
        How many plans were sampled.
    variants
        Distinct plans, cheapest first.
    """

    stays_share: pd.Series
    samples: int
    variants: tuple[Variant, ...]


def find_near_best(
    weights: pd.Series,
    adjacency: pd.DataFrame,
    cost: pd.DataFrame,
    bounds: Bounds,
    plan: pd.Series,
    *,
    within_share: float = 0.01,
    wanted: int = 3,
    seed: int = 0,
) -> NearBest:
    """Sample plans that cost hardly more than a given one, and pick distinct ones.

    Parameters
    ----------
    weights, adjacency, cost, bounds
        As for `zoning.regionalization.regionalize`.
    plan
        Unit -> id of its zone's centre; a plan that keeps every rule.
    within_share
        How much more a plan may cost and still count, as a share of the cost of `plan`.
    wanted
        Most distinct plans.
    seed
        Seed of chance: equal input and seed give equal output.

    Returns
    -------
    NearBest
        Without samples when `plan` breaks a rule or no other plan was met.

    Raises
    ------
    ValueError
        If the tables are no instance, or `plan` lacks a unit.

    Notes
    -----
    A walk at random through the plans that keep every rule, have as many zones and cost at most
    ``1 + within_share`` times as much: it moves one node across a border or exchanges two, and
    steps back whenever a rule or the ceiling would break. Further walks start from annealed
    plans, as far as they lie below the ceiling. Zones of two plans are matched one to one so that
    the weight they share is greatest. The share is an estimate over `SAMPLES` plans and depends
    on what the walks reach: tight limits leave little room to move, and then it is near 1.

    Distinct plans place at least `DISTINCT_SHARE` of the weight otherwise than the given plan and
    than each other; each is the end of a descent that may not come closer than that.
    """
    instance = make_instance(weights, adjacency, cost, bounds)
    ground = make_ground(instance)
    zone = _zones_of(instance, plan)
    found = read_plan(ground, zone, int(zone.max()) + 1)
    if found is None:
        return NearBest(stays_share=_shares(instance, np.ones(0)), samples=0, variants=())
    rng = np.random.default_rng(seed)
    ceiling = found.objective * (1.0 + within_share) + 1e-9
    samples = _sample(instance, ground, found, ceiling, rng)
    stays = (samples == zone[None, :]).mean(axis=0) if len(samples) else np.ones(0)
    return NearBest(
        stays_share=_shares(instance, stays),
        samples=len(samples),
        variants=_pick(instance, ground, zone, samples, ceiling, wanted, rng),
    )


def _zones_of(instance: Instance, plan: pd.Series) -> Ints:
    centre = plan.reindex(list(instance.units))
    if centre.isna().any():
        raise ValueError(f"plan lacks the unit {centre.index[centre.isna()][0]!r}")
    label = np.unique(centre.to_numpy(dtype=str), return_inverse=True)[1]
    zone = np.zeros(instance.nodes, dtype=np.int64)
    zone[instance.node] = label
    return zone


def _shares(instance: Instance, stays: Floats) -> pd.Series:
    """Give each unit the share of its node; NA for all when nothing was sampled."""
    values = stays[instance.node] if len(stays) else np.full(len(instance.units), np.nan)
    index = pd.Index(pd.array(list(instance.units), dtype="str"), name="unit")
    return pd.Series(values, index=index, name="stays_share")


def _sample(
    instance: Instance, ground: Ground, best: Found, ceiling: float, rng: np.random.Generator
) -> Ints:
    """Walk through near-best plans; zones are numbered as those of `best` that they match."""
    starts = [best.zone]
    if instance.nodes <= RESTART_NODES and best.count > 1:
        for _ in range(RESTARTS):
            other = improve(instance, ground, best.zone, rng, sweeps=RESTART_SWEEPS)
            if other is not None and other.objective <= ceiling:
                starts.append(match(ground, best.zone, other.zone, best.count))
    each = SAMPLES // len(starts)
    thinning = int(np.clip(WORK // (SAMPLES * instance.nodes), *THINNING))
    nobody = np.zeros((0, instance.nodes), dtype=np.int64)
    leash = Leash(STILL, ceiling, nobody, 0.0)
    rows = []
    for start in starts:
        plan = make_plan(ground, start, best.count)
        for _ in range(each):
            stroll(ground, plan, rng, thinning, leash, plan.zone.copy())
            rows.append(match(ground, best.zone, plan.zone, best.count))
    samples = np.array(rows)
    if (samples == best.zone[None, :]).all():
        return samples[:0]
    return samples


def match(ground: Ground, zone: Ints, other: Ints, count: int) -> Ints:
    """Renumber the zones of another plan so that the weight in equal numbers is greatest."""
    shared = np.zeros((count, count))
    # by weight; where units have none, by their number
    size = ground.weight + 1e-9 * max(float(ground.weight.max()), 1.0) * ground.size
    np.add.at(shared, (other, zone), size)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    name = np.zeros(count, dtype=np.int64)
    name[rows] = columns
    return name[other]


def _pick(
    instance: Instance,
    ground: Ground,
    zone: Ints,
    samples: Ints,
    ceiling: float,
    wanted: int,
    rng: np.random.Generator,
) -> tuple[Variant, ...]:
    """Pick distinct plans: from samples that differ enough, down to the cheapest nearby."""
    total = float(ground.weight.sum())
    count = int(zone.max()) + 1
    chosen = [zone]
    variants: list[Variant] = []
    while len(variants) < wanted and len(samples):
        apart = np.min([_moved(ground, samples, one) for one in chosen], axis=0)
        far = np.flatnonzero(apart >= DISTINCT_SHARE * total)
        far = far[np.argsort(-apart[far], kind="stable")]
        far = np.unique(np.concatenate([far[:TRIED], far[-TRIED:]]))
        ends = [_descend(ground, samples[row], chosen, ceiling, count, rng) for row in far]
        met = [
            (end.objective, match(ground, zone, end.zone, count).tolist(), end)
            for end in ends
            if end is not None
        ]
        met = [
            entry
            for entry in met
            if all(
                _apart(ground, one, entry[2].zone, count) >= DISTINCT_SHARE * total
                for one in chosen
            )
        ]
        if not met:
            break
        _, named, end = min(met, key=lambda entry: entry[:2])
        named_zone = np.array(named, dtype=np.int64)
        chosen.append(named_zone)
        variants.append(
            Variant(
                assignment=_assignment(instance, end),
                objective=end.objective,
                moved_share=float(_moved(ground, named_zone[None, :], zone)[0]) / total,
            )
        )
    return tuple(sorted(variants, key=lambda v: (v.objective, v.moved_share)))


def _moved(ground: Ground, samples: Ints, zone: Ints) -> Floats:
    return np.asarray((samples != zone[None, :]) @ ground.weight, dtype=np.float64)


def _apart(ground: Ground, zone: Ints, other: Ints, count: int) -> float:
    return float(_moved(ground, match(ground, zone, other, count)[None, :], zone)[0])


def _descend(
    ground: Ground,
    start: Ints,
    chosen: list[Ints],
    ceiling: float,
    count: int,
    rng: np.random.Generator,
) -> Found | None:
    """Go down from a plan without coming nearer to the chosen ones than distinct plans are."""
    plan = make_plan(ground, start, count)
    best = plan.zone.copy()
    least = DISTINCT_SHARE * float(ground.weight.sum())
    heat = float(plan.cost.sum()) / len(start) * 0.2
    leash = Leash(heat, ceiling, np.array(chosen), least)
    sweeps = int(np.clip(WORK // (20 * len(start)), THINNING[0], DESCENT_SWEEPS))
    stroll(ground, plan, rng, sweeps, leash, best)
    return read_plan(ground, best, count)


def _assignment(instance: Instance, plan: Found) -> pd.Series:
    units = np.array(instance.units, dtype=object)
    centre = units[instance.centre_unit[plan.centre[plan.zone[instance.node]]]]
    index = pd.Index(pd.array(list(instance.units), dtype="str"), name="unit")
    return pd.Series(pd.array(list(centre), dtype="str"), index=index, name="centre")
