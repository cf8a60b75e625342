"""The solver against every plan there is, on instances of up to twelve units."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from layers.errors import InfeasibleError
from tests.long import examples
from tests.zoning.plain_plans import is_connected, neighbours
from zoning.regionalization import Bounds, regionalize

MOST = 12
"""Units of an instance."""

Instance = tuple[pd.Series, pd.DataFrame, pd.DataFrame, Bounds]
Zone = tuple[str, ...]


def permits(zone: Zone, instance: Instance, beside: Mapping[str, set[str]]) -> bool:
    """Tell whether a zone keeps every rule that it can keep or break by itself."""
    weights, _, _, bounds = instance
    inside = set(zone)
    labels = {bounds.locked[name] for name in zone if name in bounds.locked}
    whole = [[u for u, x in bounds.locked.items() if x == label] for label in labels]
    together: list[Sequence[str]] = [*bounds.together, *whole]
    few, many = bounds.units or (1, len(weights))
    groups = {} if bounds.groups is None else bounds.groups.to_dict()
    return (
        few <= len(zone) <= many
        and len(labels) < 2
        and all(len(inside & set(pin)) in (0, len(set(pin))) for pin in together)
        and all(len(inside & set(pin)) < 2 for pin in bounds.apart)
        and (bounds.group_rule != "hard" or len({groups[name] for name in zone}) == 1)
        and is_connected(inside, beside)
    )


def around(
    zone: Zone, centre: str, price: Mapping[tuple[str, str], float], instance: Instance
) -> float:
    """Sum what a zone costs around one of its units; ``inf`` where a pair is missing."""
    weights, _, _, bounds = instance
    groups = {} if bounds.groups is None else bounds.groups.to_dict()
    soft = bounds.group_penalty if bounds.group_rule == "soft" else 0.0
    return sum(
        weights[u] * (price.get((u, centre), math.inf) + soft * (groups[u] != groups[centre]))
        if (u, centre) in price
        else math.inf
        for u in zone
    )


def zones_within(instance: Instance) -> dict[int, float]:
    """Price every permitted zone; a zone is the sum of its units' bits."""
    weights, links, cost, bounds = instance
    beside = neighbours(links)
    names = sorted(weights.index)
    low, high = bounds.count_range
    target = weights.sum() / low if low == high else sum(bounds.weight) / 2
    price = {(u, c): float(value) for u, c, value in cost.itertuples(index=False)}
    mass = weights.reindex(names).to_numpy()
    found = {}
    for bits in range(1, 1 << len(names)):
        at = [k for k in range(len(names)) if bits >> k & 1]
        total = mass[at].sum()
        if not bounds.weight[0] - 1e-9 <= total <= bounds.weight[1] + 1e-9:
            continue
        zone = tuple(names[k] for k in at)
        if permits(zone, instance, beside):
            walk = min(around(zone, centre, price, instance) for centre in zone)
            if walk < math.inf:
                found[bits] = walk + bounds.balance * abs(total - target)
    return found


def cheapest(*instance: *Instance) -> float:
    """Try every partition into permitted zones: slow, plain, and the truth."""
    low, high = instance[3].count_range
    starting: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for bits, price in zones_within(instance).items():
        starting[bits & -bits].append((bits, price))
    whole = (1 << len(instance[0])) - 1
    least = {0: {0: 0.0}}  # units taken so far, number of zones, least cost
    for taken in range(whole):
        first = ~taken & (taken + 1)  # the lowest unit that is left goes next
        for zones, spent in least.get(taken, {}).items():
            for bits, price in starting[first]:
                if not bits & taken:
                    counts = least.setdefault(taken | bits, {})
                    counts[zones + 1] = min(counts.get(zones + 1, math.inf), spent + price)
    ends = least.get(whole, {})
    return min((cost for zones, cost in ends.items() if low <= zones <= high), default=math.inf)


def small_instance(seed: int) -> Instance:
    """Draw an instance of at most twelve units with some of the rules."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, MOST + 1))
    ids = [f"u{number}" for number in range(count)]
    xy = rng.random((count, 2)) * 100
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    reach, radius = rng.choice([40, 60, 80]), rng.choice([60, 100, 1000])
    near = [(i, j) for i in range(count) for j in range(i + 1, count) if apart[i, j] < reach]
    weights = pd.Series(rng.integers(0, 30, count).astype(float), index=ids)
    links = pd.DataFrame([(ids[i], ids[j]) for i, j in near], columns=["focal", "neighbor"])
    cost = pd.DataFrame(
        [
            (ids[i], ids[j], round(apart[i, j], 1))
            for i in range(count)
            for j in range(count)
            if apart[i, j] <= radius
        ],
        columns=["unit", "centre", "cost"],
    )
    zones = int(rng.integers(1, min(count, 4) + 1))
    mean, spread = weights.sum() / zones, rng.choice([0.15, 0.4, 0.8])
    drawn = [str(name) for name in rng.permutation(ids)]
    rules = rng.random(6)
    return (
        weights,
        links,
        cost,
        Bounds(
            weight=(float(mean * (1 - spread)), float(mean * (1 + spread))),
            count=[zones, (max(1, zones - 1), zones + 1), None][int(rng.integers(3))],
            units=(1, max(2, math.ceil(count / zones) + 1)) if rules[0] < 0.3 else None,
            together=(tuple(drawn[:2]),) if rules[1] < 0.3 else (),
            apart=(tuple(drawn[-2:]),) if rules[2] < 0.3 else (),
            locked=dict(zip(drawn[1:4], "AAB", strict=False)) if rules[3] < 0.15 else {},
            groups=pd.Series(rng.choice(["g", "h"], count), index=ids),
            group_rule=["hard", "soft", "off"][int(rules[4] * 6) if rules[4] < 0.33 else 2],
            group_penalty=10.0,
            balance=float(rng.choice([1.0, 20.0, 200.0])) if rules[5] < 0.25 else 0.0,
        ),
    )


def solved(seed: int) -> tuple[float, float]:
    """Give the objective of `regionalize` and the truth, ``inf`` for no plan."""
    instance = small_instance(seed)
    truth = cheapest(*instance)
    if truth == math.inf:
        with pytest.raises(InfeasibleError) as caught:
            regionalize(*instance, advise=False)
        assert caught.value.conflicts
        return math.inf, truth
    result = regionalize(*instance)
    assert result.optimal
    return result.objective, truth


@pytest.mark.parametrize("twenty", range(examples(25, 2)))
def test_five_hundred_instances_equal_enumeration(twenty: int) -> None:
    for seed in range(20 * twenty, 20 * (twenty + 1)):
        found, truth = solved(seed)
        assert found == pytest.approx(truth, rel=1e-9, abs=1e-6), seed


def test_the_draw_reaches_twelve_units_and_both_answers() -> None:
    drawn = [small_instance(seed) for seed in range(40)]
    assert {len(instance[0]) for instance in drawn} == set(range(2, MOST + 1))
    possible = [cheapest(*instance) < math.inf for instance in drawn[:20]]
    assert 4 < sum(possible) < 17
