"""Lower bound: relax "each unit in one zone", price it, solve one knapsack for each centre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Flags, Floats, Instance, Ints

SAFETY: Final = 1e-11
"""Share of the summed magnitudes taken off a bound: far above what rounding can add up to."""

START: Final = 1.5
PATIENCE: Final = 12
SHRINK: Final = 0.75
SMALLEST_STEP: Final = 1e-4
MEMORY: Final = 0.35
"""Rules of the subgradient steps: first length, iterations without gain before the length shrinks,
by how much, the length at which to stop, and the share of the last direction that is kept."""


class Columns(NamedTuple):
    """Permitted pairs by centre, and what the knapsacks measure."""

    start: Ints
    item: Ints
    cost: Floats
    home: Ints
    home_cost: Floats
    use: Floats
    limits: Floats


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


def make_columns(instance: Instance) -> Columns:
    """List the permitted pairs by centre, the centre's own node apart."""
    permitted = np.isfinite(instance.cost)
    permitted[instance.home, np.arange(instance.centres)] = False
    centre, item = np.nonzero(permitted.T)
    start = np.concatenate([[0], np.cumsum(np.bincount(centre, minlength=instance.centres))])
    use, low, high = _measure(instance)
    return Columns(
        start=start.astype(np.int64),
        item=item.astype(np.int64),
        cost=instance.cost[item, centre],
        home=instance.home,
        home_cost=instance.cost[instance.home, np.arange(instance.centres)],
        use=use,
        limits=np.array([low, high]),
    )


def _measure(instance: Instance) -> tuple[Floats, float, float]:
    """Choose what the knapsacks measure: weight when it is limited, else units."""
    if instance.low > 0 or math.isfinite(instance.high):
        return instance.weight, instance.low, instance.high
    return instance.size.astype(np.float64), float(instance.units_low), float(instance.units_high)


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
    values, slopes, size = knapsacks(columns, prices)
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
    return bound, values, slopes, chosen, serve(columns, prices, slopes, chosen)


@compiled
def knapsacks(columns: Columns, prices: Floats) -> tuple[Floats, Floats, Floats]:
    """Solve the continuous knapsack of each centre: value, slope, summed magnitudes."""
    centres = len(columns.home)
    low, high = columns.limits[0], columns.limits[1]
    values = np.empty(centres)
    slopes = np.zeros(centres)
    size = np.empty(centres)
    for j in range(centres):
        first, last = columns.start[j], columns.start[j + 1]
        home = columns.home[j]
        total = columns.use[home]
        value = columns.home_cost[j] - prices[home]
        magnitude = abs(columns.home_cost[j]) + abs(prices[home])
        room, everything = 0.0, total
        for p in range(first, last):
            i = columns.item[p]
            everything += columns.use[i]
            if columns.cost[p] < prices[i]:
                room += columns.use[i]
        if total > high or everything < low:
            values[j], size[j] = np.inf, 0.0
            continue
        binds = 0
        if total + room > high:
            binds = 1
        elif total + room < low:
            binds = 2
        if binds == 0:
            for p in range(first, last):
                i = columns.item[p]
                if columns.cost[p] < prices[i]:
                    value += columns.cost[p] - prices[i]
                    magnitude += abs(columns.cost[p]) + abs(prices[i])
            values[j], size[j] = value, magnitude
            continue
        # Free items (no use) come first at -inf; only one side of zero is left to choose from.
        ratio = np.empty(last - first)
        for p in range(first, last):
            i = columns.item[p]
            reduced = columns.cost[p] - prices[i]
            if columns.use[i] > 0.0:
                ratio[p - first] = reduced / columns.use[i]
            else:
                ratio[p - first] = -np.inf if reduced < 0.0 else np.inf
        limit = high if binds == 1 else low
        for q in np.argsort(ratio):
            if ratio[q] == np.inf:
                break
            i = columns.item[first + q]
            reduced = columns.cost[first + q] - prices[i]
            magnitude += abs(columns.cost[first + q]) + abs(prices[i])
            if total + columns.use[i] < limit or ratio[q] == -np.inf:
                total += columns.use[i]
                value += reduced
            else:
                value += ratio[q] * (limit - total)
                slopes[j] = ratio[q]
                break
        values[j], size[j] = value, magnitude
    return values, slopes, size


@compiled
def serve(columns: Columns, prices: Floats, slopes: Floats, chosen: Ints) -> Floats:
    """Count how often the chosen centres serve each node, the last item of a knapsack in part."""
    served = np.zeros(len(prices))
    low, high = columns.limits[0], columns.limits[1]
    for j in chosen:
        home = columns.home[j]
        served[home] += 1.0
        total = columns.use[home]
        edge = 0.0
        for p in range(columns.start[j], columns.start[j + 1]):
            i = columns.item[p]
            reduced = columns.cost[p] - prices[i] - slopes[j] * columns.use[i]
            if reduced < -1e-12 * abs(prices[i]):
                served[i] += 1.0
                total += columns.use[i]
            elif slopes[j] != 0.0 and reduced <= 1e-12 * abs(prices[i]):
                edge += columns.use[i]
        if slopes[j] == 0.0 or edge <= 0.0:
            continue
        part = ((high if slopes[j] < 0.0 else low) - total) / edge
        part = min(1.0, max(0.0, part))
        for p in range(columns.start[j], columns.start[j + 1]):
            i = columns.item[p]
            reduced = columns.cost[p] - prices[i] - slopes[j] * columns.use[i]
            if abs(reduced) <= 1e-12 * abs(prices[i]):
                served[i] += part
    return served


def open_pairs(instance: Instance, found: Relaxation, upper: float) -> Flags:
    """Tell which pairs may still occur in a plan better than `upper`.

    Parameters
    ----------
    instance, found
        The instance and its relaxation.
    upper
        Objective of the best plan known; pairs that only occur in plans of this objective or more
        are closed.

    Returns
    -------
    ndarray
        Nodes x centres. Opening a centre outside the `k` least raises the bound by the difference
        of values; serving an item beyond the knapsack's edge raises it by its reduced cost.

    Notes
    -----
    When the number of zones can still grow, a further centre costs its own value at most.
    """
    finite = np.isfinite(found.values)
    order = np.sort(found.values[finite])
    low = instance.count_low
    high = min(instance.count_high, len(order))
    number = max(low, int((order[:high] < 0).sum()))
    last = order[number - 1] if number else 0.0
    threshold = last if number == high else max(last, 0.0)
    extra = np.where(finite, np.maximum(found.values - threshold, 0.0), np.inf)
    measure = _measure(instance)[0]
    reduced = instance.cost - found.prices[:, None] - np.outer(measure, found.slopes)
    reduced[instance.home, np.arange(instance.centres)] = 0.0
    rise = extra[None, :] + np.maximum(reduced, 0.0)
    margin = 1e-9 * max(1.0, abs(upper))
    open_ = np.isfinite(instance.cost) & (found.bound + rise <= upper + margin)
    return open_ & open_[instance.home, np.arange(instance.centres)][None, :]
