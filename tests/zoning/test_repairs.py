"""Twenty made conflicts: the rules in conflict are named, and each change offered does help."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from layers.errors import InfeasibleError
from tests.long import examples
from zoning.regionalization import Bounds, regionalize
from zoning.regionalization.instance import Instance, make_instance
from zoning.regionalization.repairs import Change, nearest_changes
from zoning.regionalization.trials import fill_pairs

Tables = tuple[pd.Series, pd.DataFrame, pd.DataFrame]


def grid(rows: int, columns: int, weights: list[float], *, radius: float = 99.0) -> Tables:
    """Units a, b, c ... row by row on a grid, each linked with those beside it."""
    ids = [chr(97 + n) for n in range(rows * columns)]
    spot = {one: divmod(n, columns) for n, one in enumerate(ids)}
    apart = {
        (one, other): abs(spot[one][0] - spot[other][0]) + abs(spot[one][1] - spot[other][1])
        for one in ids
        for other in ids
    }
    links = [pair for pair in itertools.combinations(ids, 2) if apart[pair] == 1]
    pairs = [(*pair, float(far)) for pair, far in apart.items() if far <= radius]
    return (
        pd.Series(weights, index=ids),
        pd.DataFrame(links, columns=["focal", "neighbor"]),
        pd.DataFrame(pairs, columns=["unit", "centre", "cost"]),
    )


LINE = grid(1, 6, [10.0] * 6)
UNEVEN = grid(1, 6, [30.0, 10.0, 10.0, 10.0, 10.0, 30.0])
LARGE = grid(1, 6, [3000.0, 1000.0, 1000.0, 1000.0, 1000.0, 3000.0])
SQUARE = grid(3, 3, [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0])
SHORT = grid(1, 6, [10.0] * 6, radius=1.0)
HALVES = (LINE[0], LINE[1][LINE[1]["focal"] != "c"], LINE[2])
OFFICES = pd.Series({"a": "x", "b": "y", "c": "x", "d": "y", "e": "x", "f": "y"})


@dataclass(frozen=True)
class Case:
    """Rules that cannot hold together, and what must be said of them."""

    tables: Tables
    bounds: Bounds
    named: tuple[str, ...]
    """Words that the conflicts must hold."""
    changes: tuple[str, ...] = field(default=())
    """Changes that must be among those offered; none: no single change is enough."""


CASES = {
    "floor too high for so many zones": Case(
        LINE, Bounds(weight=(25, 99), count=3), ("need 75",), ("floor 25 -> 20", "zones 3 -> 2")
    ),
    "cap too low for so few zones": Case(
        LINE, Bounds(weight=(0, 25), count=2), ("hold 50",), ("cap 25 -> 30", "zones 2 -> 3")
    ),
    "one unit above the cap": Case(
        UNEVEN, Bounds(weight=(0, 25)), ("a has 30",), ("cap 25 -> 30",)
    ),
    "thousands, set apart by commas": Case(
        LARGE, Bounds(weight=(0, 2500)), ("a has 3,000",), ("cap 2,500 -> 3,000",)
    ),
    "cap between two sums": Case(
        UNEVEN, Bounds(weight=(40, 45), count=2), ("100",), ("cap 45 -> 50", "cap")
    ),
    "cap that no cut of the line keeps": Case(
        grid(1, 4, [10.0, 30.0, 30.0, 10.0]),
        Bounds(weight=(0, 35), count=3),
        ("cap", "number of zones"),
        ("cap 35 -> 40", "zones 3 -> 4"),
    ),
    "floor that no cut of the line keeps": Case(
        grid(1, 4, [10.0, 30.0, 30.0, 10.0]),
        Bounds(weight=(21, 99), count=3),
        ("floor", "number of zones"),
        ("floor 21 -> 10", "zones 3 -> 2"),
    ),
    "more units a zone than there are": Case(
        LINE, Bounds(units=(4, 6), count=2), ("need 8",), ("least units of a zone 4 -> 3",)
    ),
    "fewer units a zone than there must be": Case(
        LINE, Bounds(units=(1, 2), count=2), ("hold 4",), ("most units of a zone 2 -> 3",)
    ),
    "together and apart": Case(
        LINE,
        Bounds(count=2, together=(("a", "b"),), apart=(("a", "b"),)),
        ("together and apart",),
        ("release pin 1 of together: a, b", "release pin 1 of apart: a, b"),
    ),
    "ends together around one apart": Case(
        LINE,
        Bounds(together=(("a", "f"),), apart=(("a", "c"),)),
        ("together: a, f", "apart: a, c"),
        ("release pin 1 of together: a, f", "release pin 1 of apart: a, c"),
    ),
    "ends together with equal halves": Case(
        UNEVEN,
        Bounds(weight=(50, 50), count=2, together=(("a", "f"),)),
        ("together: a, f",),
        ("release pin 1 of together: a, f",),
    ),
    "the third of three pins": Case(
        LINE,
        Bounds(weight=(30, 30), count=2, together=(("a", "b"), ("e", "f"), ("c", "d"))),
        ("together: c, d",),
        ("release pin 3 of together: c, d",),
    ),
    "three apart in two zones": Case(
        LINE,
        Bounds(count=2, apart=(("a", "c", "e"),)),
        ("apart: a, c, e", "number of zones"),
        ("release pin 1 of apart: a, c, e", "zones 2 -> 3"),
    ),
    "locked zones that leave no room": Case(
        LINE,
        Bounds(weight=(20, 40), count=2, locked={"a": "1", "b": "2"}),
        ("locked zones",),
        ("unlock zone 1", "unlock zone 2"),
    ),
    "locked zone that another one cuts": Case(
        LINE,
        Bounds(count=2, locked={"a": "1", "c": "1", "b": "2"}),
        ("locked",),
        ("unlock zone 1", "unlock zone 2"),
    ),
    "street offices that alternate": Case(
        LINE,
        Bounds(weight=(20, 60), count=2, groups=OFFICES, group_rule="hard"),
        ("at most 10",),
        ("cross street offices",),
    ),
    "walking radius too short": Case(
        SHORT,
        Bounds(weight=(0, 99), count=1),
        ("number of zones", "walking radius"),
        ("zones 1 -> 2",),
    ),
    "two parts, one zone": Case(HALVES, Bounds(count=1), ("2 connected parts",), ("zones 1 -> 2",)),
    "a part below the floor": Case(
        HALVES, Bounds(weight=(35, 60)), ("a, b, c",), ("floor 35 -> 30",)
    ),
    "more units a zone than there are at all": Case(
        LINE,
        Bounds(units=(30, 40)),
        ("at least 30 units, but there are 6. Lower the limit to 6.", "6 units", "30 to 40 units"),
        ("least units of a zone 30 -> 6",),
    ),
    "more a zone than there is at all": Case(
        LINE,
        Bounds(weight=(100, float("inf"))),
        ("at least 100, but all units have 60. Lower the floor to 60.", "zones of at least 100."),
        ("floor 100 -> 60",),
    ),
    "a part of fewer units than a zone must have": Case(
        HALVES,
        Bounds(units=(4, 6), weight=(10, 90)),
        ("a, b, c has 30 and 3 units", "10 to 90 and 4 to 6 units"),
        ("least units of a zone 4 -> 3",),
    ),
    "two faults that no single change mends": Case(
        HALVES, Bounds(weight=(35, 60), together=(("a", "d"),)), ("a, d", "a, b, c"), ()
    ),
    "a square that no sum fits": Case(
        SQUARE,
        Bounds(weight=(112, 113), count=4),
        ("floor 112", "cap 113"),
        ("floor and cap 112–113 -> ",),
    ),
}


def remake(tables: Tables, bounds: Bounds) -> Instance:
    return make_instance(*tables, bounds)


def changes_of(case: Case) -> tuple[Change, ...]:
    return nearest_changes(case.bounds, functools.partial(remake, case.tables))


@functools.cache
def partitions(units: tuple[str, ...]) -> list[list[frozenset[str]]]:
    """List all ways to part units into zones."""
    if not units:
        return [[]]
    first, rest = units[0], units[1:]
    found = []
    for smaller in partitions(rest):
        found.append([frozenset({first}), *smaller])
        for place, zone in enumerate(smaller):
            found.append([*smaller[:place], zone | {first}, *smaller[place + 1 :]])
    return found


def has_plan(tables: Tables, bounds: Bounds) -> bool:
    """Tell by enumeration whether any plan keeps the rules."""
    return any(_keeps(tables, bounds, plan) for plan in partitions(tuple(tables[0].index)))


def _keeps(tables: Tables, bounds: Bounds, plan: list[frozenset[str]]) -> bool:
    low, high = bounds.count_range
    if not low <= len(plan) <= high:
        return False
    zone = {one: number for number, members in enumerate(plan) for one in members}
    labels: dict[str, set[int]] = {}
    for one, label in bounds.locked.items():
        labels.setdefault(label, set()).add(zone[one])
    if any(len(own) > 1 for own in labels.values()):
        return False
    if len({min(own) for own in labels.values()}) < len(labels):
        return False
    if any(len({zone[one] for one in group}) > 1 for group in bounds.together):
        return False
    if any(len({zone[one] for one in group}) < len(group) for group in bounds.apart):
        return False
    return all(_holds(tables, bounds, members) for members in plan)


def _holds(tables: Tables, bounds: Bounds, members: frozenset[str]) -> bool:
    weights, links, cost = tables
    total = float(weights[list(members)].sum())
    few, many = bounds.units or (1, len(weights))
    if not (bounds.weight[0] <= total <= bounds.weight[1] and few <= len(members) <= many):
        return False
    groups = bounds.groups if bounds.group_rule == "hard" else None
    if groups is not None and len(set(groups[list(members)])) > 1:
        return False
    known = set(zip(cost["unit"], cost["centre"], strict=True))
    if not any(all((one, c) in known for one in members) for c in members):
        return False
    return _is_joined(links, members)


def _is_joined(links: pd.DataFrame, members: frozenset[str]) -> bool:
    seen = {min(members)}
    while True:
        more = {
            b if a in seen else a
            for a, b in links.itertuples(index=False)
            if a in members and b in members and (a in seen) != (b in seen)
        }
        if not more:
            return seen == members
        seen |= more


def nearer(bounds: Bounds, change: Change) -> Iterator[Bounds]:
    """Give limits that go all the way but the last step of a change of one number."""
    for at, step in ((0, 1), (1, -1)):
        if change.bounds.weight[at] != bounds.weight[at]:
            weight = list(bounds.weight)
            weight[at] = change.bounds.weight[at] + step
            yield replace(bounds, weight=tuple(weight))
        if bounds.units and change.bounds.units and change.bounds.units[at] != bounds.units[at]:
            units = list(bounds.units)
            units[at] = change.bounds.units[at] + step
            yield replace(bounds, units=tuple(units))


def test_there_are_twenty_conflicts_and_each_is_one():
    assert len(CASES) >= 20
    for name, case in CASES.items():
        assert not has_plan(case.tables, case.bounds), name


@pytest.mark.parametrize("name", CASES)
def test_the_rules_in_conflict_are_named(name: str):
    case = CASES[name]
    with pytest.raises(InfeasibleError) as caught:
        regionalize(*case.tables, case.bounds)
    said = " | ".join(en for en, _ in caught.value.conflicts)
    for word in case.named:
        assert word in said
    assert all(zh for _, zh in caught.value.conflicts)
    offered = [en for en, _ in caught.value.changes]
    assert offered == [change.en for change in changes_of(case)]
    assert all(word in caught.value.en for word in offered)
    assert all(zh in caught.value.zh for _, zh in caught.value.changes)


@pytest.mark.parametrize("name", CASES)
def test_each_change_offered_makes_a_plan_possible_and_the_least_one_only_just(name: str):
    case = CASES[name]
    changes = changes_of(case)
    for word in case.changes:
        assert any(word in change.en for change in changes), [change.en for change in changes]
    if not case.changes:
        assert not changes
    assert list(changes) == sorted(changes, key=lambda change: (change.size, change.en))
    for change in changes:
        assert has_plan(case.tables, change.bounds), change.en
        regionalize(*case.tables, change.bounds)
        if change.least:
            for bounds in nearer(case.bounds, change):
                assert not has_plan(case.tables, bounds), change.en


@functools.cache
def refusal(name: str, *, named: bool) -> InfeasibleError:
    """Give the error of a case, its units named or not."""
    case = CASES[name]
    called = {one: f"Court {one.upper()}" for one in case.tables[0].index} if named else {}
    with pytest.raises(InfeasibleError) as caught:
        regionalize(*case.tables, replace(case.bounds, names=called))
    return caught.value


@pytest.mark.parametrize("name", CASES)
def test_names_stand_before_every_id_and_change_nothing_else(name: str):
    plain, named = refusal(name, named=False), refusal(name, named=True)
    assert re.sub(r"Court [A-Z] \((\w)\)", r"\1", named.en) == plain.en
    assert re.sub(r"Court [A-Z]（(\w)）", r"\1", named.zh) == plain.zh
    assert len(named.conflicts) == len(plain.conflicts)


@pytest.mark.parametrize("name", CASES)
def test_no_conflict_tells_of_no_limit_or_asks_for_no_zones(name: str):
    said = refusal(name, named=False)
    for text in (said.en, said.zh):
        assert re.search(r"\binf\b|至 inf|\bat most 0 zones|减到 0\b", text) is None, text


def test_most_of_the_conflicts_name_somebody():
    named = [name for name in CASES if "Court" in refusal(name, named=True).en]
    assert len(named) >= 8
    assert all("Court" in refusal(name, named=True).zh for name in named)


@pytest.mark.parametrize("seed", range(examples(6, 3)))
def test_random_conflicts_are_mended_by_every_change_offered(seed: int):
    rng = np.random.default_rng(seed)
    tables = grid(2, 4, rng.integers(5, 60, 8).astype(float).tolist())
    mean = float(tables[0].sum()) / 3
    bounds = Bounds(weight=(round(0.97 * mean), round(1.03 * mean)), count=3)
    if has_plan(tables, bounds):
        regionalize(*tables, bounds)
        return
    changes = nearest_changes(bounds, functools.partial(remake, tables))
    assert changes
    for change in changes:
        assert has_plan(tables, change.bounds)
        for closer in nearer(bounds, change) if change.least else ():
            assert not has_plan(tables, closer)


def test_large_instances_are_not_tried_out():
    weights, links, _ = grid(1, 6, [10.0] * 6)
    many = pd.concat([weights.rename(lambda one, n=n: f"{one}{n}") for n in range(70)])
    own = pd.DataFrame({"unit": many.index, "centre": many.index, "cost": 0.0})
    bounds = Bounds(weight=(0, 5))
    assert nearest_changes(bounds, functools.partial(remake, (many, links, own))) == ()


def test_filled_pairs_let_everybody_join_every_centre():
    weights, _, cost = SHORT
    filled = fill_pairs(weights, cost)
    assert len(filled) == 36
    known = cost.set_index(["unit", "centre"])["cost"]
    assert filled.set_index(["unit", "centre"])["cost"].reindex(known.index).equals(known)
