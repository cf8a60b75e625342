"""The knapsack of each centre: which nodes a zone around it takes at given prices."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Floats, Instance, Ints

TIE: Final = 1e-12
"""Reduced cost, as a share of the price, under which an item is as good in as out."""


class Columns(NamedTuple):
    """Permitted pairs by centre, and what the knapsacks measure."""

    start: Ints
    item: Ints
    cost: Floats
    home: Ints
    home_cost: Floats
    use: Floats
    limits: Floats


def make_columns(instance: Instance) -> Columns:
    """List the permitted pairs by centre, the centre's own node apart."""
    permitted = np.isfinite(instance.cost)
    permitted[instance.home, np.arange(instance.centres)] = False
    centre, item = np.nonzero(permitted.T)
    start = np.concatenate([[0], np.cumsum(np.bincount(centre, minlength=instance.centres))])
    use, low, high = measure(instance)
    return Columns(
        start=start.astype(np.int64),
        item=item.astype(np.int64),
        cost=instance.cost[item, centre],
        home=instance.home,
        home_cost=instance.cost[instance.home, np.arange(instance.centres)],
        use=use,
        limits=np.array([low, high, instance.balance, instance.target]),
    )


def measure(instance: Instance) -> tuple[Floats, float, float]:
    """Choose what the knapsacks measure: weight when it is limited, else units."""
    if instance.low > 0 or math.isfinite(instance.high) or instance.balance > 0:
        return instance.weight, instance.low, instance.high
    return instance.size.astype(np.float64), float(instance.units_low), float(instance.units_high)


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
        elif balance == 0.0 and own + wanted < low:
            values[j], slopes[j], filled[j] = pack(columns, prices, j, 1, own + wanted)
            values[j] += start + gain
        else:
            side = -1 if balance == 0.0 else 0
            values[j], slopes[j], filled[j] = pack(columns, prices, j, side, own)
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
def undecided(columns: Columns, prices: Floats, j: int, side: int) -> tuple[Ints, Floats]:
    """List the items of a column that a knapsack has to choose among, with reduced cost per weight.

    ``side`` -1: those that pay (a cap binds), +1: those that do not (a floor binds), 0: all.
    Items without weight that pay have ``-inf``, those that do not pay are left out.
    """
    first, last = columns.start[j], columns.start[j + 1]
    place = np.empty(last - first, dtype=np.int64)
    ratio = np.empty(last - first)
    known = 0
    for p in range(first, last):
        i = columns.item[p]
        reduced = columns.cost[p] - prices[i]
        pays = reduced < 0.0
        if (side < 0 and not pays) or (side > 0 and pays):
            continue
        if columns.use[i] > 0.0:
            ratio[known] = reduced / columns.use[i]
        elif pays:
            ratio[known] = -np.inf
        else:
            continue
        place[known] = p
        known += 1
    return place[:known], ratio[:known]


@compiled
def sink(ratio: Floats, place: Ints, root: int, known: int) -> None:
    """Mend a heap whose least ratio stands first: only a few of many items are ever taken."""
    while True:
        least = root
        for child in (2 * root + 1, 2 * root + 2):
            if child < known and (
                ratio[child] < ratio[least]
                or (ratio[child] == ratio[least] and place[child] < place[least])
            ):
                least = child
        if least == root:
            return
        ratio[root], ratio[least] = ratio[least], ratio[root]
        place[root], place[least] = place[least], place[root]
        root = least


@compiled
def fill(limits: Floats, ratio: float, use: float, total: float) -> float:
    """Give the weight of a knapsack once as much of one item is in it as is wanted."""
    low, high, balance, target = limits[0], limits[1], limits[2], limits[3]
    wanted = total
    if ratio < -balance:
        wanted = high
    elif ratio < balance and total < target:
        wanted = min(target, high)
    filled: float = min(total + use, max(wanted, low, total))
    return filled


@compiled
def pack(
    columns: Columns, prices: Floats, j: int, side: int, taken: float
) -> tuple[float, float, float]:
    """Fill one knapsack in the order of ratios: value of what is added, slope, weight in the end.

    ``taken`` is the weight that is in it already. The price of imbalance is convex in the weight,
    so taking items by ratio stays optimal: below the target an item is wanted while its ratio is
    under the price, above it while it is under minus the price.
    """
    balance, target = columns.limits[2], columns.limits[3]
    place, ratio = undecided(columns, prices, j, side)
    total, value = taken, 0.0
    before, after = -np.inf, np.inf
    if side > 0:
        before = 0.0
    known = len(place)
    for root in range(known // 2 - 1, -1, -1):
        sink(ratio, place, root, known)
    while known > 0:
        r, p = ratio[0], place[0]
        i = columns.item[p]
        if r == -np.inf:
            value += columns.cost[p] - prices[i]
        else:
            fresh = fill(columns.limits, r, columns.use[i], total)
            value += r * (fresh - total)
            if fresh > total:
                before = r
            if fresh < total + columns.use[i]:
                total, after = fresh, r
                break
            total = fresh
        known -= 1
        ratio[0], place[0] = ratio[known], place[known]
        sink(ratio, place, 0, known)
    if side < 0:
        after = min(after, 0.0)
    edge = balance if total <= target else -balance
    slope = min(max(edge, before), after)
    return value + balance * abs(total - target), slope, total


@compiled
def take(columns: Columns, prices: Floats, slopes: Floats, filled: Floats, chosen: Ints) -> Floats:
    """Give the share of each pair that the chosen centres take, the last item in part."""
    taken = np.zeros(len(columns.item))
    for j in chosen:
        total = columns.use[columns.home[j]]
        edge = 0.0
        for p in range(columns.start[j], columns.start[j + 1]):
            i = columns.item[p]
            reduced = columns.cost[p] - prices[i] - slopes[j] * columns.use[i]
            if reduced < -TIE * abs(prices[i]):
                taken[p] = 1.0
                total += columns.use[i]
            elif reduced <= TIE * abs(prices[i]):
                edge += columns.use[i]
        if edge <= 0.0:
            continue
        part = min(1.0, max(0.0, (filled[j] - total) / edge))
        for p in range(columns.start[j], columns.start[j + 1]):
            i = columns.item[p]
            reduced = columns.cost[p] - prices[i] - slopes[j] * columns.use[i]
            if abs(reduced) <= TIE * abs(prices[i]):
                taken[p] = part
    return taken
