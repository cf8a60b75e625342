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
        limits=np.array([low, high, instance.balance, instance.target]),
    )


def _measure(instance: Instance) -> tuple[Floats, float, float]:
    """Choose what the knapsacks measure: weight when it is limited, else units."""
    if instance.low > 0 or math.isfinite(instance.high) or instance.balance > 0:
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


@compiled
def knapsacks(columns: Columns, prices: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Solve the continuous knapsack of each centre: value, slope, weight taken, magnitudes."""
    centres = len(columns.home)
    values = np.empty(centres)
    slopes = np.zeros(centres)
    filled = np.zeros(centres)
    size = np.zeros(centres)
    low, high, balance = columns.limits[0], columns.limits[1], columns.limits[2]
    for j in range(centres):
        wanted, everything, gain, magnitude = survey(columns, prices, j)
        own = columns.use[columns.home[j]]
        start = columns.home_cost[j] - prices[columns.home[j]]
        size[j] = magnitude + abs(columns.home_cost[j]) + abs(prices[columns.home[j]])
        if own > high or own + everything < low:
            values[j] = np.inf
        elif balance == 0.0 and low <= own + wanted <= high:
            values[j], filled[j] = start + gain, own + wanted
        else:
            values[j], slopes[j], filled[j] = pack(columns, prices, j)
            values[j] += start
            size[j] += balance * (filled[j] + columns.limits[3])
    return values, slopes, filled, size


@compiled
def survey(columns: Columns, prices: Floats, j: int) -> tuple[float, float, float, float]:
    """Sum up a column: weight that pays, weight in all, what it gains, and magnitudes."""
    wanted, everything, gain, magnitude = 0.0, 0.0, 0.0, 0.0
    for p in range(columns.start[j], columns.start[j + 1]):
        i = columns.item[p]
        everything += columns.use[i]
        magnitude += abs(columns.cost[p]) + abs(prices[i])
        if columns.cost[p] < prices[i]:
            wanted += columns.use[i]
            gain += columns.cost[p] - prices[i]
    return wanted, everything, gain, magnitude


@compiled
def ratios(columns: Columns, prices: Floats, j: int) -> Floats:
    """Give the reduced cost per weight of a column's items; free items at plus or minus ``inf``."""
    first, last = columns.start[j], columns.start[j + 1]
    ratio = np.empty(last - first)
    for p in range(first, last):
        i = columns.item[p]
        reduced = columns.cost[p] - prices[i]
        if columns.use[i] > 0.0:
            ratio[p - first] = reduced / columns.use[i]
        else:
            ratio[p - first] = -np.inf if reduced < 0.0 else np.inf
    return ratio


@compiled
def pack(columns: Columns, prices: Floats, j: int) -> tuple[float, float, float]:
    """Fill one knapsack in the order of ratios: value without the home, slope, weight taken.

    The price of imbalance is convex in the weight, so taking items by ratio stays optimal: below
    the target an item is wanted while its ratio is under the price, above it under minus the price.
    """
    low, high, balance, target = (
        columns.limits[0],
        columns.limits[1],
        columns.limits[2],
        columns.limits[3],
    )
    ratio = ratios(columns, prices, j)
    total, value = columns.use[columns.home[j]], 0.0
    before, after = -np.inf, np.inf
    for q in np.argsort(ratio):
        r = ratio[q]
        i = columns.item[columns.start[j] + q]
        if r == -np.inf:
            value -= prices[i] - columns.cost[columns.start[j] + q]
            continue
        left = columns.use[i]
        while left > 0.0 and r < np.inf:
            push = balance if total < target else -balance
            if total >= high or (total >= low and r >= push):
                break
            limit = high
            if total < low:
                limit = low
            if balance > 0.0 and total < target:
                limit = min(limit, target)
            part = min(left, limit - total)
            total = limit if part < left else total + part
            value += r * part
            left -= part
            before = r
        if left > 0.0 or r == np.inf:
            after = r
            break
    edge = balance if total <= target else -balance
    slope = min(max(edge, before), after)
    return value + balance * abs(total - target), slope, total


@compiled
def serve(columns: Columns, prices: Floats, slopes: Floats, filled: Floats, chosen: Ints) -> Floats:
    """Count how often the chosen centres serve each node, the last item of a knapsack in part."""
    served = np.zeros(len(prices))
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
            elif reduced <= 1e-12 * abs(prices[i]):
                edge += columns.use[i]
        if edge <= 0.0:
            continue
        part = min(1.0, max(0.0, (filled[j] - total) / edge))
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
