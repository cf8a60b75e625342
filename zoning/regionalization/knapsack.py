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
    """Permitted pairs by centre, and what the knapsacks measure.

    ``start`` compresses ``item``, the nodes of each column in their own order; ``order`` lists
    the same pairs by ``ratio``, cost per use, and ``all_use`` sums up a column without its home.
    ``limits`` is low, high, balance, target, and the most by which ``cost`` lies below the cost
    that ``ratio`` was made from, per use.
    """

    start: Ints
    item: Ints
    cost: Floats
    order: Ints
    ratio: Floats
    all_use: Floats
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
    cost = instance.cost[item, centre]
    ratio = np.full(len(item), -np.inf)
    np.divide(cost, use[item], out=ratio, where=use[item] > 0)
    order = np.lexsort((ratio, centre))
    everything = np.bincount(centre, weights=use[item], minlength=instance.centres)
    return Columns(
        start=start.astype(np.int64),
        item=item.astype(np.int64),
        cost=cost,
        order=order.astype(np.int64),
        ratio=ratio[order],
        all_use=everything.astype(np.float64),
        home=instance.home,
        home_cost=instance.cost[instance.home, np.arange(instance.centres)],
        use=use,
        limits=np.array([low, high, instance.balance, instance.target, 0.0]),
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
    dearest = columns.limits[4] + highest_ratio(columns, prices)
    for j in range(centres):
        last, wanted, gain, magnitude = survey(columns, prices, j, dearest)
        own = columns.use[columns.home[j]]
        start = columns.home_cost[j] - prices[columns.home[j]]
        size[j] = magnitude + abs(columns.home_cost[j]) + abs(prices[columns.home[j]])
        if own > high or own + columns.all_use[j] < low:
            values[j] = np.inf
        elif balance == 0.0 and low <= own + wanted <= high:
            values[j], filled[j] = start + gain, own + wanted
        elif balance == 0.0 and own + wanted < low:
            value, slopes[j], filled[j], more = pack(
                columns, prices, j, 1, own + wanted, last, dearest
            )
            values[j] = value + start + gain
            size[j] += more
        else:
            side = -1 if balance == 0.0 else 0
            value, slopes[j], filled[j], more = pack(columns, prices, j, side, own, last, dearest)
            values[j] = value + start
            size[j] += more + balance * (filled[j] + columns.limits[3])
    return values, slopes, filled, size


@compiled
def highest_ratio(columns: Columns, prices: Floats) -> float:
    """Give the highest price per use of any node: dearer pairs pay for nobody."""
    highest = -np.inf
    for i in range(len(prices)):
        if columns.use[i] > 0.0:
            highest = max(highest, prices[i] / columns.use[i])
    return highest


@compiled
def survey(
    columns: Columns, prices: Floats, j: int, dearest: float
) -> tuple[int, float, float, float]:
    """Go through a column as far as it may pay: where that ends, weight, gain, magnitudes."""
    wanted, gain, magnitude = 0.0, 0.0, 0.0
    last = columns.start[j]
    while last < columns.start[j + 1] and columns.ratio[last] <= dearest:
        p = columns.order[last]
        i = columns.item[p]
        if columns.cost[p] < prices[i]:
            magnitude += abs(columns.cost[p]) + abs(prices[i])
            wanted += columns.use[i]
            gain += columns.cost[p] - prices[i]
        last += 1
    return last, wanted, gain, magnitude


@compiled
def undecided(
    columns: Columns, prices: Floats, first: int, last: int, side: int
) -> tuple[Ints, Floats]:
    """List the pairs that a knapsack has to choose among, with reduced cost per weight.

    ``side`` -1: those that pay (a cap binds), +1: those that do not (a floor binds), 0: all.
    Items without weight that pay have ``-inf``, those that do not pay are left out.
    """
    place = np.empty(last - first, dtype=np.int64)
    ratio = np.empty(last - first)
    known = 0
    for q in range(first, last):
        p = columns.order[q]
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
    columns: Columns,
    prices: Floats,
    j: int,
    side: int,
    taken: float,
    last: int,
    dearest: float,
) -> tuple[float, float, float, float]:
    """Fill one knapsack in the order of ratios: value added, slope, weight in the end, magnitudes.

    ``taken`` is the weight that is in it already, ``last`` where the pairs that may pay end. Pairs
    beyond are looked at only when the knapsack asks for them: none has a reduced ratio below its
    own ratio less the dearest price. The price of imbalance is convex in the weight, so taking
    items by ratio stays optimal: below the target an item is wanted while its ratio is under the
    price, above it while it is under minus the price.
    """
    first, end = columns.start[j], columns.start[j + 1]
    while True:
        edge = np.inf
        if side >= 0 and last < end:
            edge = columns.ratio[last] - dearest
        place, ratio = undecided(columns, prices, first, last, side)
        value, slope, total, magnitude, enough = pour(
            columns, prices, place, ratio, side, taken, edge
        )
        if enough or edge == np.inf:
            return value, slope, total, magnitude
        last = min(end, first + 2 * (last - first) + 8)


@compiled
def pour(
    columns: Columns,
    prices: Floats,
    place: Ints,
    ratio: Floats,
    side: int,
    taken: float,
    edge: float,
) -> tuple[float, float, float, float, bool]:
    """Take pairs by ratio; also tell whether the knapsack was done before the `edge`."""
    balance, target = columns.limits[2], columns.limits[3]
    total, value, magnitude = taken, 0.0, 0.0
    before, after = -np.inf, np.inf
    if side > 0:
        before = 0.0
    known = len(place)
    for root in range(known // 2 - 1, -1, -1):
        sink(ratio, place, root, known)
    while known > 0:
        r, p = ratio[0], place[0]
        i = columns.item[p]
        if r > edge:
            break
        magnitude += abs(columns.cost[p]) + abs(prices[i])
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
    enough = after < np.inf
    if side < 0:
        after = min(after, 0.0)
    level = balance if total <= target else -balance
    slope = min(max(level, before), after)
    return value + balance * abs(total - target), slope, total, magnitude, enough


@compiled
def take(
    columns: Columns, prices: Floats, slopes: Floats, filled: Floats, chosen: Ints
) -> tuple[Ints, Floats, Floats]:
    """Tell what the chosen centres take: pairs, the share of each, and how often each node.

    The last item of a knapsack is taken in part.
    """
    most = 0
    for j in chosen:
        most += columns.start[j + 1] - columns.start[j]
    place = np.empty(most, dtype=np.int64)
    share = np.empty(most)
    served = np.zeros(len(prices))
    known = 0
    for j in chosen:
        served[columns.home[j]] += 1.0
        total = columns.use[columns.home[j]]
        edge, tied = 0.0, 0
        first = known
        for p in range(columns.start[j], columns.start[j + 1]):
            i = columns.item[p]
            reduced = columns.cost[p] - prices[i] - slopes[j] * columns.use[i]
            if reduced < -TIE * abs(prices[i]):
                share[known] = 1.0
                total += columns.use[i]
            elif reduced <= TIE * abs(prices[i]):
                share[known] = -1.0
                edge += columns.use[i]
                tied += 1
            else:
                continue
            place[known] = p
            known += 1
        part = 0.0
        if tied > 0 and edge > 0.0:
            part = min(1.0, max(0.0, (filled[j] - total) / edge))
        for q in range(first, known):
            if share[q] < 0.0:
                share[q] = part
            served[columns.item[place[q]]] += share[q]
    return place[:known], share[:known], served
