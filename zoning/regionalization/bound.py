"""Lower bound: relax "each unit in one zone", price it, solve one knapsack for each centre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from zoning.regionalization.instance import Floats, Instance, Ints
from zoning.regionalization.knapsack import Columns, knapsacks, make_columns, serve

SAFETY: Final = 1e-11
"""Share of the summed magnitudes taken off a bound: far above what rounding can add up to."""

START: Final = 1.5
PATIENCE: Final = 12
SHRINK: Final = 0.75
SMALLEST_STEP: Final = 1e-4
MEMORY: Final = 0.35
"""Rules of the subgradient steps: first length, iterations without gain before the length shrinks,
by how much, the length at which to stop, and the share of the last direction that is kept."""


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
    chosen
        Sets of centres met on the way, best bound first, without repetition.
    iterations
        Evaluations done.
    """

    bound: float
    prices: Floats
    values: Floats
    slopes: Floats
    chosen: tuple[Ints, ...]
    iterations: int


def relax(
    instance: Instance, upper: float, *, iterations: int = 600, prices: Floats | None = None
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

    Returns
    -------
    Relaxation
        The best bound met. It is valid whatever `upper` is.

    Notes
    -----
    min sum d_ij x_ij over sum_j x_ij = 1, x_ij <= y_j, limits, sum_j y_j = k. Relaxing the first
    with prices u gives sum u_i + the k least of L_j(u), and L_j is a knapsack with a floor and a
    cap in which j's own node is compulsory. Its continuous relaxation is solved here, so the bound
    is that of the linear programme. Contiguity and pins are left out, which only lowers it.

    References
    ----------
    Fisher, M. L. (1981), The Lagrangian relaxation method for solving integer programming
    problems, Management Science 27(1); Camerini, Fratta & Maffioli (1975) for the direction.
    """
    columns = make_columns(instance)
    price = _first_prices(instance) if prices is None else prices.copy()
    best = Relaxation(
        bound=-math.inf,
        prices=price,
        values=np.zeros(instance.centres),
        slopes=np.zeros(instance.centres),
        chosen=(),
        iterations=0,
    )
    direction = np.zeros(instance.nodes)
    length, stale, done = START, 0, 0
    sets: list[tuple[float, Ints]] = []
    while done < iterations and length > SMALLEST_STEP:
        bound, values, slopes, chosen, served = evaluate(instance, columns, price)
        done += 1
        if bound == math.inf:
            return Relaxation(
                bound=bound, prices=price, values=values, slopes=slopes, chosen=(), iterations=done
            )
        sets.append((bound, chosen))
        if bound > best.bound + 1e-7 * abs(bound):
            stale = 0
        else:
            stale += 1
        if bound > best.bound:
            best = Relaxation(
                bound=bound,
                prices=price.copy(),
                values=values,
                slopes=slopes,
                chosen=(),
                iterations=done,
            )
        if stale >= PATIENCE:
            length, stale = length * SHRINK, 0
            price, direction = best.prices.copy(), direction * 0.0
            continue
        miss = 1.0 - served
        if not miss.any():
            break
        direction = miss + MEMORY * direction
        target = max(upper - bound, 1e-3 * abs(upper))
        price = price + length * target / float(direction @ direction) * direction
    return Relaxation(
        bound=best.bound,
        prices=best.prices,
        values=best.values,
        slopes=best.slopes,
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


def evaluate(
    instance: Instance, columns: Columns, prices: Floats
) -> tuple[float, Floats, Floats, Ints, Floats]:
    """Evaluate the bound at given prices.

    Returns
    -------
    tuple
        The bound after the safety margin, the value and the slope of each centre, the centres
        chosen, and how often each node is served by them.
    """
    values, slopes, filled, size = knapsacks(columns, prices)
    order = np.argsort(values, kind="stable")
    low = min(instance.count_low, instance.nodes + 1)
    high = min(instance.count_high, instance.centres)
    if low > len(order) or not np.isfinite(values[order[:low]]).all():
        nothing = np.zeros(0, dtype=np.int64)
        return math.inf, values, slopes, nothing, np.zeros(instance.nodes)
    number = max(low, int((values[order[:high]] < 0).sum()))
    chosen = np.sort(order[:number])
    raw = math.fsum(prices) + math.fsum(values[chosen])
    bound = raw - SAFETY * (float(np.abs(prices).sum()) + float(size[chosen].sum()))
    return bound, values, slopes, chosen, serve(columns, prices, slopes, filled, chosen)
