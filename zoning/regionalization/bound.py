"""Lower bound: relax "each unit in one zone", price it, solve one knapsack for each centre."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.cuts import CutPool, PricedCuts
from zoning.regionalization.instance import Floats, Instance, Ints
from zoning.regionalization.knapsack import Columns, knapsacks, make_columns, take

SAFETY: Final = 1e-11
"""Share of the summed magnitudes taken off a bound: far above what rounding can add up to."""

START: Final = 1.5
PATIENCE: Final = 12
SHRINK: Final = 0.75
SMALLEST_STEP: Final = 1e-4
MEMORY: Final = 0.35
"""Rules of the subgradient steps: first length, iterations without gain before the length shrinks,
by how much, the length at which to stop, and the share of the last direction that is kept."""

GROWTH: Final = 1.02
"""By how much each step counts more than the one before in the mean of what is taken."""


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """Result of the relaxation.

    Parameters
    ----------
    bound
        Proven lower bound on the objective; ``inf`` when no plan can exist.
    prices
        Price of each node (multiplier of its assignment).
    values
        Least reduced cost of a zone around each centre, at `prices`.
    slopes
        Price of one unit of the limiting weight in each centre's knapsack.
    cuts
        Contiguity cuts with a price.
    offsets
        What their prices add to the cost of each permitted pair (`Columns`); None for nothing.
    shares, opened
        How often each permitted pair was taken and each centre chosen, later steps counting more:
        near the solution of the linear programme.
    chosen
        Sets of centres met on the way, best bound first, without repetition.
    iterations
        Evaluations done.
    """

    bound: float
    prices: Floats
    values: Floats
    slopes: Floats
    cuts: PricedCuts
    offsets: Floats | None
    shares: Floats
    opened: Floats
    chosen: tuple[Ints, ...]
    iterations: int


class Point(NamedTuple):
    """The relaxation at given prices.

    ``values`` and ``slopes`` by centre, ``chosen`` the centres of the bound, ``place`` the pairs
    that they take, ``share`` how much of each, ``served`` how often each node is taken.
    """

    bound: float
    values: Floats
    slopes: Floats
    chosen: Ints
    place: Ints
    share: Floats
    served: Floats


@dataclass
class _Ascent:
    """The best point of a subgradient ascent, and the length of its steps."""

    bound: float = -math.inf
    prices: Floats = field(default_factory=lambda: np.zeros(0))
    multipliers: Floats = field(default_factory=lambda: np.zeros(0))
    point: Point | None = None
    length: float = START
    stale: int = 0

    def weigh(self, point: Point, prices: Floats, multipliers: Floats) -> bool:
        """Keep a better point; tell whether to go back to the best one with shorter steps."""
        gains = point.bound > self.bound + 1e-7 * abs(point.bound)
        self.stale = 0 if gains else self.stale + 1
        if point.bound > self.bound:
            self.bound, self.point = point.bound, point
            self.prices, self.multipliers = prices.copy(), multipliers.copy()
        if self.stale < PATIENCE:
            return False
        self.length, self.stale = self.length * SHRINK, 0
        return True


@dataclass
class _Mean:
    """The mean of what was taken, later steps counting more."""

    shares: Floats
    opened: Floats
    weight: float = 0.0
    next_weight: float = 1.0

    def add(self, point: Point) -> None:
        """Count a step."""
        self.shares[point.place] += self.next_weight * point.share
        self.opened[point.chosen] += self.next_weight
        self.weight += self.next_weight
        self.next_weight *= GROWTH


def relax(
    instance: Instance,
    upper: float,
    *,
    iterations: int = 600,
    prices: Floats | None = None,
    cuts: PricedCuts | None = None,
    separate: bool = False,
    length: float = START,
) -> Relaxation:
    """Find prices that push the lower bound up.

    Parameters
    ----------
    instance
        The instance.
    upper
        Objective of a plan, or a guess of it: it steers the length of steps only.
    iterations
        Most evaluations.
    prices
        Where to start; by default the cost of each node's fifth nearest centre.
    cuts
        Contiguity cuts to start from, of an earlier relaxation.
    separate
        Whether to look for further cuts on the way.
    length
        First length of steps: shorter ones suit prices that are nearly right.

    Returns
    -------
    Relaxation
        The best bound met. It is valid whatever `upper` is.

    Notes
    -----
    min sum d_ij x_ij over sum_j x_ij = 1, x_ij <= y_j, limits, sum_j y_j = k. Relaxing the first
    with prices u gives sum u_i + the k least of L_j(u), and L_j is a knapsack with a floor and a
    cap in which j's own node is compulsory. Its continuous relaxation is solved here, so the bound
    is that of the linear programme. Contiguity enters by separator cuts x_ij <= sum x_sj with
    multipliers of their own (relax and cut); pins are left out, which only lowers the bound.

    References
    ----------
    Fisher, M. L. (1981), The Lagrangian relaxation method for solving integer programming
    problems, Management Science 27(1); Camerini, Fratta & Maffioli (1975) for the direction;
    Lucena, A. (2005), Non delayed relax-and-cut algorithms, Annals of Operations Research 140.
    """
    columns = make_columns(instance)
    pool = CutPool(instance, columns, cuts)
    price = _first_prices(instance) if prices is None else prices.copy()
    multiplier = pool.price.copy()
    best = _Ascent(length=length)
    direction = np.zeros(instance.nodes)
    taken = np.zeros(len(columns.item))
    mean = _Mean(np.zeros(len(columns.item)), np.zeros(instance.centres))
    done = 0
    sets: list[tuple[float, Ints]] = []
    while done < iterations and best.length > SMALLEST_STEP:
        point = evaluate(instance, pool.lay(multiplier), price)
        done += 1
        if point.bound == math.inf:
            best.weigh(point, price, multiplier)
            break
        sets.append((point.bound, point.chosen))
        mean.add(point)
        if best.weigh(point, price, multiplier):
            price, direction = best.prices.copy(), direction * 0.0
            multiplier = np.zeros(len(pool.entry))
            multiplier[: len(best.multipliers)] = best.multipliers
            continue
        taken[point.place] = point.share
        if separate:
            pool.separate(taken, point.chosen)
            fresh = np.zeros(len(pool.entry) - len(multiplier))
            multiplier = np.concatenate([multiplier, fresh])
        miss = 1.0 - point.served
        over = pool.excess(taken)
        taken[point.place] = 0.0
        over[(multiplier <= 0) & (over < 0)] = 0.0
        if not (miss.any() or over.any()):
            break
        direction = miss + MEMORY * direction
        target = max(upper - point.bound, 1e-3 * abs(upper))
        step = best.length * target / float(direction @ direction + over @ over)
        price = price + step * direction
        multiplier = np.maximum(multiplier + step * over, 0.0)
    return _finish(instance, pool, best, mean, sets, done)


def _finish(
    instance: Instance,
    pool: CutPool,
    best: _Ascent,
    mean: _Mean,
    sets: list[tuple[float, Ints]],
    done: int,
) -> Relaxation:
    multiplier = np.zeros(len(pool.entry))
    multiplier[: len(best.multipliers)] = best.multipliers
    point = best.point
    return Relaxation(
        bound=best.bound,
        prices=best.prices,
        values=np.zeros(instance.centres) if point is None else point.values,
        slopes=np.zeros(instance.centres) if point is None else point.slopes,
        cuts=pool.priced(multiplier),
        offsets=pool.offsets(multiplier) if multiplier.any() else None,
        shares=mean.shares / mean.weight if mean.weight else mean.shares,
        opened=mean.opened / mean.weight if mean.weight else mean.opened,
        chosen=_distinct(sets),
        iterations=done,
    )


def _first_prices(instance: Instance) -> Floats:
    near = min(5, instance.centres) - 1
    price = np.partition(instance.cost, near, axis=1)[:, near]
    finite = np.where(np.isfinite(instance.cost), instance.cost, -np.inf).max(axis=1, initial=0.0)
    return np.where(np.isfinite(price), price, np.maximum(finite, 0.0))


def _distinct(sets: list[tuple[float, Ints]], most: int = 40) -> tuple[Ints, ...]:
    sets.sort(key=lambda pair: (-pair[0], pair[1].tolist()))
    found: dict[bytes, Ints] = {}
    for _, chosen in sets:
        found.setdefault(chosen.tobytes(), chosen)
        if len(found) == most:
            break
    return tuple(found.values())


def evaluate(instance: Instance, columns: Columns, prices: Floats) -> Point:
    """Evaluate the bound at given prices, safety margin included."""
    values, slopes, filled, size = knapsacks(columns, prices)
    order = np.argsort(values, kind="stable")
    low = min(instance.count_low, instance.nodes + 1)
    high = min(instance.count_high, instance.centres)
    if low > len(order) or not np.isfinite(values[order[:low]]).all():
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Point(math.inf, values, slopes, none, none, nothing, np.zeros(instance.nodes))
    number = max(low, int((values[order[:high]] < 0).sum()))
    chosen = np.sort(order[:number])
    raw = math.fsum(prices) + math.fsum(values[chosen])
    bound = raw - SAFETY * (float(np.abs(prices).sum()) + float(size[chosen].sum()))
    place, share, served = take(columns, prices, slopes, filled, chosen)
    return Point(bound, values, slopes, chosen, place, share, served)
