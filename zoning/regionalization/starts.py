"""First plans: the relaxation's centres, as many as each part holds, and zones around them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from zoning.regionalization.bound import Relaxation
from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Flags, Floats, Instance, Ints

TINY: Final = 1e-9
"""By how much a centre is open, and what it weighs, at the least."""

LEVELLINGS: Final = 100
LEVEL_STEP: Final = 2.0
"""Rounds of pricing full and empty centres, and the first step: by how many mean costs per weight a
price moves for a mean zone too much."""


def start_plans(instance: Instance, found: Relaxation, *, most: int) -> list[Ints]:
    """Draw zones around centres gathered from the relaxation's shares, and around sets it met."""
    zones = []
    seen: set[bytes] = set()
    for chosen in (gather_centres(instance, found.opened), *found.chosen):
        centres = settle_centres(instance, found, chosen)
        if centres is None or centres.tobytes() in seen:
            continue
        seen.add(centres.tobytes())
        zones.append(draw_zones(instance, found, centres))
        if len(zones) == most:
            break
    return zones


def guess_objective(instance: Instance) -> float:
    """Guess an objective: each node at the distance of a middling place in its zone."""
    count = min(max(instance.count_low, 1), instance.nodes)
    place = min(instance.centres - 1, max(1, instance.nodes // (2 * count)))
    cost = np.partition(instance.cost, place, axis=1)[:, place]
    return float(cost[np.isfinite(cost)].sum()) + 1.0


def gather_centres(instance: Instance, opened: Floats) -> Ints:
    """Choose one centre for every whole centre that is open in parts around it.

    Parameters
    ----------
    instance
        The instance.
    opened
        By how much each centre is open in the relaxation, in the mean of its steps.

    Returns
    -------
    ndarray
        Centres, sorted; about as many as are open in all.

    Notes
    -----
    Near its best bound many centres are worth the same, and which of them a step takes is chance.
    Their mean says how many zones each quarter holds: the centre open most takes what is open of
    those nearest to it, until it is open wholly, and so on. Filtering as in Lin & Vitter (1992).
    """
    left = opened.copy()
    wanted = min(max(round(float(left.sum())), instance.count_low, 1), instance.count_high)
    weight = np.maximum(instance.weight[instance.home], TINY)
    chosen: list[int] = []
    while len(chosen) < wanted and left.max(initial=0.0) > TINY:
        best = int(np.argmax(left))
        away = instance.cost[instance.home, best] / weight
        away[best] = -1.0
        near = np.argsort(away, kind="stable")[: int(np.isfinite(away).sum())]
        room = np.maximum(1.0 - (np.cumsum(left[near]) - left[near]), 0.0)
        left[near] -= np.minimum(left[near], room)
        left[instance.home == instance.home[best]] = 0.0
        chosen.append(best)
    return np.array(sorted(chosen), dtype=np.int64)


def settle_centres(instance: Instance, found: Relaxation, chosen: Ints) -> Ints | None:
    """Give each connected part as many centres as its weight can fill.

    Returns
    -------
    ndarray or None
        Centres, or None when no number of zones fits the parts.
    """
    least, most = part_counts(instance)
    part = instance.part[instance.home]
    picked = set(chosen.tolist())
    rank = np.lexsort((np.arange(instance.centres), found.values))
    held = np.bincount(part[chosen], minlength=len(least))
    for centre in rank:
        if held[part[centre]] < least[part[centre]] and int(centre) not in picked:
            picked.add(int(centre))
            held[part[centre]] += 1
    high, low = min(instance.count_high, int(most.sum())), instance.count_low
    for centre in rank[::-1]:
        too_many = held[part[centre]] > most[part[centre]]
        spare = held.sum() > high and held[part[centre]] > least[part[centre]]
        if int(centre) in picked and (too_many or spare):
            picked.remove(int(centre))
            held[part[centre]] -= 1
    for centre in rank:
        if held.sum() < low and held[part[centre]] < most[part[centre]]:
            before = len(picked)
            picked.add(int(centre))
            held[part[centre]] += len(picked) - before
    fits = (held >= least).all() and (held <= most).all() and low <= held.sum() <= high
    return np.array(sorted(picked), dtype=np.int64) if fits else None


def part_counts(instance: Instance) -> tuple[Ints, Ints]:
    """Give the least and greatest number of zones that each connected part can hold."""
    parts = int(instance.part.max()) + 1
    weight = np.bincount(instance.part, weights=instance.weight, minlength=parts)
    units = np.bincount(instance.part, weights=instance.size, minlength=parts)
    nodes = np.bincount(instance.part, minlength=parts).astype(np.int64)
    least = np.maximum(np.ceil(units / instance.units_high), 1).astype(np.int64)
    if math.isfinite(instance.high) and instance.high > 0:
        least = np.maximum(least, np.ceil(weight / instance.high - 1e-9).astype(np.int64))
    most = np.minimum(nodes, np.floor(units / instance.units_low).astype(np.int64))
    if instance.low > 0:
        most = np.minimum(most, np.floor(weight / instance.low + 1e-9).astype(np.int64))
    return least, most


def draw_zones(instance: Instance, found: Relaxation, centres: Ints) -> Ints:
    """Assign each node to the centre of least priced cost, then mend contiguity.

    Parameters
    ----------
    instance, found
        The instance and its relaxation, whose slopes price full and empty centres.
    centres
        At least one centre in every connected part.

    Returns
    -------
    ndarray
        Zone number of each node; connected, but limits may be broken.
    """
    cost = np.ascontiguousarray(instance.cost[:, centres])
    slopes = level(cost, instance.weight, found.slopes[centres], instance.low, instance.high)
    priced = cost - np.outer(instance.weight, slopes)
    away = 1e3 * (1.0 + float(np.abs(priced[np.isfinite(priced)]).max(initial=0.0)))
    priced = np.where(np.isfinite(priced), priced, away)
    zone: Ints = np.argmin(priced, axis=1).astype(np.int64)
    zone[instance.home[centres]] = np.arange(len(centres))
    mend(instance.indptr, instance.indices, instance.home[centres], priced, zone)
    return zone


@compiled
def level(cost: Floats, weight: Floats, slopes: Floats, low: float, high: float) -> Floats:
    """Price full and empty centres until nodes, each at its cheapest, leave limits least.

    Each round a centre's price follows the weight it holds too much or too little, by shorter and
    shorter steps: a balanced power diagram.
    """
    nodes, centres = cost.shape
    price, best = slopes.copy(), slopes.copy()
    least = np.inf
    mean = weight.sum() / centres
    for number in range(LEVELLINGS):
        held = np.zeros(centres)
        total = 0.0
        for i in range(nodes):
            chosen, lowest = -1, np.inf
            for j in range(centres):
                value = cost[i, j] - weight[i] * price[j]
                if value < lowest:
                    chosen, lowest = j, value
            if chosen >= 0:
                held[chosen] += weight[i]
                total += cost[i, chosen]
        step = LEVEL_STEP * total / max(weight.sum(), 1e-300) / (1.0 + number / 10.0)
        off = 0.0
        before = price.copy()
        for j in range(centres):
            over = max(0.0, held[j] - high) - max(0.0, low - held[j])
            off += abs(over)
            price[j] -= step * over / max(mean, 1e-300)
        if off < least:
            least = off
            best[:] = before
        if off == 0.0:
            break
    return best


@compiled
def mend(indptr: Ints, indices: Ints, homes: Ints, priced: Floats, zone: Ints) -> None:
    """Cut off what is not joined with its centre and hand it to the cheapest zone beside it."""
    settled = joined_with_home(indptr, indices, homes, zone)
    while True:
        best, best_zone, best_price = -1, -1, np.inf
        for i in range(len(zone)):
            if settled[i]:
                continue
            for p in range(indptr[i], indptr[i + 1]):
                other = indices[p]
                if settled[other] and priced[i, zone[other]] < best_price:
                    best, best_zone, best_price = i, zone[other], priced[i, zone[other]]
        if best < 0:
            return
        zone[best] = best_zone
        settled[best] = True


@compiled
def joined_with_home(indptr: Ints, indices: Ints, homes: Ints, zone: Ints) -> Flags:
    """Mark the nodes that their zone joins with its centre."""
    joined = np.zeros(len(zone), dtype=np.bool_)
    queue = np.empty(len(zone), dtype=np.int64)
    joined[homes] = True
    queue[: len(homes)] = homes
    done, known = 0, len(homes)
    while done < known:
        i = queue[done]
        done += 1
        for p in range(indptr[i], indptr[i + 1]):
            other = indices[p]
            if zone[other] == zone[i] and not joined[other]:
                joined[other] = True
                queue[known] = other
                known += 1
    return joined
