"""What to change so that a plan exists: the nearest change of each single rule, tried out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from zoning.regionalization.bound import relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import Sentence, find_conflicts
from zoning.regionalization.instance import Floats, Instance
from zoning.regionalization.moves import make_ground
from zoning.regionalization.search import Found, improve
from zoning.regionalization.starts import start_plans
from zoning.regionalization.trials import SMALL, settle

MOST_NODES: Final = 300
"""Larger instances are not tried out: a trial would take as long as the search itself."""

STEPS: Final = 60
SWEEPS: Final = 1000
STARTS: Final = 6
"""Work of one trial: evaluations of the relaxation, sweeps of annealing, plans annealed."""

PATIENT: Final = 4
"""How many times as much work the single trial of a pin or of the street offices takes."""

NODES: Final = 200
"""Most nodes of the exact search of one trial."""

HALVINGS: Final = 24
"""Most trials for one limit."""

FAR: Final = 6
"""Numbers of zones tried on either side of the one asked for."""

SHOWN: Final = 5
"""Changes that are told, the nearest first."""

FINE: Final = 1e-3
COARSE: Final = 0.01
"""How near the least change is closed in on where weights are not whole, and on
instances too large to settle, as shares of a limit."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of one rule with which a plan exists: one was found.

    Parameters
    ----------
    en, zh
        In words, with the old and the new value.
    bounds
        The changed limits.
    size
        How far it goes, as a share of the old value; a pin or a street office rule given up
        counts as 1.
    least
        Whether it is proven that no smaller change of this rule would do.
    """

    en: str
    zh: str
    bounds: Bounds
    size: float
    least: bool

    @property
    def sentence(self) -> Sentence:
        """Give the change as one sentence, English and Chinese."""
        return self.en, self.zh


@dataclass(frozen=True)
class _Trial:
    status: Literal["plan", "none", "unknown"]
    plan: Found | None = None
    instance: Instance | None = None


Remade = Callable[[Bounds], Instance]
"""Makes the instance from changed limits."""


def nearest_changes(bounds: Bounds, remade: Remade) -> tuple[Change, ...]:
    """Find, for each rule, the nearest change of it alone with which a plan exists.

    Parameters
    ----------
    bounds
        Limits that no plan was found for.
    remade
        Makes the instance from changed limits.

    Returns
    -------
    tuple
        Changes that were tried and found to work, the nearest first, at most `SHOWN`. Where no
        change of one rule is enough, floor and cap are widened together. Empty when that is not
        enough either, or when the instance has more than `MOST_NODES` nodes.

    Notes
    -----
    A limit is closed in on by halving: a plan found tells how far the limit really had to go, a
    proof that there is none where the next trial begins. A trial that ends with neither counts as
    none, and the change is then told as enough, not as least.
    """
    plain = replace(bounds, balance=0.0)
    if remade(plain).nodes > MOST_NODES:
        return ()
    found = [
        change
        for search in (_cap, _floor, _most_units, _least_units, _count, _pins, _groups)
        for change in search(plain, remade)
    ]
    if not found:
        found = list(_both_limits(plain, remade))
    ordered = sorted(found, key=lambda change: (change.size, change.en))[:SHOWN]
    return tuple(
        replace(change, bounds=replace(change.bounds, balance=bounds.balance)) for change in ordered
    )


def _attempt(bounds: Bounds, remade: Remade, *, patience: int = 1) -> _Trial:
    """Look for any plan: conditions, annealing around the relaxation's centres, exact model."""
    instance = remade(bounds)
    if instance.count_low > instance.count_high or find_conflicts(instance, bounds):
        return _Trial("none")
    ground = make_ground(instance)
    relaxed = relax(instance, _dear(instance), iterations=STEPS * patience)
    if relaxed.bound == math.inf:
        return _Trial("none")
    rng = np.random.default_rng(0)
    for zone in start_plans(instance, relaxed, most=STARTS * patience):
        plan = improve(instance, ground, zone, rng, sweeps=SWEEPS * patience)
        if plan is not None:
            return _Trial("plan", plan, instance)
    answer = settle(instance, max_nodes=NODES)
    if answer.found is not None:
        return _Trial("plan", answer.found, instance)
    return _Trial("none" if answer.status == "infeasible" else "unknown")


def _dear(instance: Instance) -> float:
    finite = np.where(np.isfinite(instance.cost), instance.cost, 0.0)
    return float(finite.mean(axis=1).sum()) + 1.0


def _weights(instance: Instance, plan: Found) -> Floats:
    return np.bincount(plan.zone, instance.weight, plan.count).astype(np.float64)


def _sizes(instance: Instance, plan: Found) -> Floats:
    return np.bincount(plan.zone, instance.size, plan.count).astype(np.float64)


def _close_in(
    old: float,
    far: float,
    changed: Callable[[float], Bounds],
    reached: Callable[[Instance, Found], float],
    remade: Remade,
    *,
    whole: bool,
) -> tuple[float, bool] | None:
    """Close in on the value nearest to `old` with which a plan exists.

    `far` is as far as the limit can go; `reached` tells what value a plan really needs. Gives the
    value and whether it is proven that none is nearer; None when not even `far` is enough.
    """
    trial = _attempt(changed(far), remade)
    if trial.plan is None or trial.instance is None:
        return None
    good = reached(trial.instance, trial.plan)
    if (good - old) * (far - old) <= 0:
        return None  # the rules hold together after all; the search had only not met the plan
    bad, proven = old, True
    fine = FINE if trial.instance.nodes <= SMALL else COARSE
    step = max(1.0 if whole else 1e-9, 0.0 if whole and fine == FINE else fine * abs(old))
    for _ in range(HALVINGS):
        if abs(good - bad) <= step:
            break
        middle = (good + bad) / 2
        if whole:
            middle = math.floor(middle) if good > bad else math.ceil(middle)
        trial = _attempt(changed(middle), remade)
        if trial.plan is None or trial.instance is None:
            bad, proven = middle, proven and trial.status == "none"
        else:
            good = reached(trial.instance, trial.plan)
    return good, proven and abs(good - bad) <= step


def _cap(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    low, high = bounds.weight
    if math.isinf(high):
        return
    instance = remade(bounds)
    whole = bool((instance.weight % 1 == 0).all())
    total = float(instance.weight.sum())
    if total <= high:
        return
    found = _close_in(
        high,
        total,
        lambda value: replace(bounds, weight=(low, value)),
        lambda made, plan: float(_weights(made, plan).max()),
        remade,
        whole=whole,
    )
    if found is not None:
        value, least = found
        yield _limit("cap", "上限", high, value, replace(bounds, weight=(low, value)), least=least)


def _floor(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    low, high = bounds.weight
    if low <= 0:
        return
    found = _close_in(
        low,
        0.0,
        lambda value: replace(bounds, weight=(value, high)),
        lambda made, plan: float(_weights(made, plan).min()),
        remade,
        whole=bool((remade(bounds).weight % 1 == 0).all()),
    )
    if found is not None:
        value, least = found
        yield _limit(
            "floor", "下限", low, value, replace(bounds, weight=(value, high)), least=least
        )


def _both_limits(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    """Widen floor and cap by one share, where neither alone is enough."""
    low, high = bounds.weight
    if low <= 0 or math.isinf(high):
        return
    top = float(remade(bounds).weight.sum()) / high

    def widened(share: float) -> Bounds:
        return replace(bounds, weight=(max(0.0, low * (1 - share)), high * (1 + share)))

    good, bad, best = max(1.0, top), 0.0, None
    for _ in range(HALVINGS):
        share = good if best is None else (good + bad) / 2
        trial = _attempt(widened(share), remade)
        if trial.plan is not None and trial.instance is not None:
            weights = _weights(trial.instance, trial.plan)
            best = min(low, float(weights.min())), max(high, float(weights.max()))
            good = max((low - best[0]) / low, (best[1] - high) / high)
        elif best is None:
            return
        else:
            bad = share
        if good - bad <= (FINE if trial.status == "none" else COARSE):
            break
    if best is not None and best != (low, high):
        before, after = (f"{_number(one)}–{_number(other)}" for one, other in (bounds.weight, best))
        yield Change(
            en=f"floor and cap {before} -> {after} (enough, perhaps more than needed)",
            zh=f"下限和上限 {before} -> {after}（足够，或可更小）",
            bounds=replace(bounds, weight=best),
            size=good,
            least=False,
        )


def _most_units(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    if bounds.units is None:
        return
    few, many = bounds.units
    total = int(remade(bounds).size.sum())
    if total <= many:
        return
    found = _close_in(
        many,
        total,
        lambda value: replace(bounds, units=(few, int(value))),
        lambda made, plan: float(_sizes(made, plan).max()),
        remade,
        whole=True,
    )
    if found is not None:
        value, least = found
        changed = replace(bounds, units=(few, int(value)))
        yield _limit("most units of a zone", "每片区最多小区数", many, value, changed, least=least)


def _least_units(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    if bounds.units is None or bounds.units[0] <= 1:
        return
    few, many = bounds.units
    found = _close_in(
        few,
        1,
        lambda value: replace(bounds, units=(int(value), many)),
        lambda made, plan: float(_sizes(made, plan).min()),
        remade,
        whole=True,
    )
    if found is not None:
        value, least = found
        changed = replace(bounds, units=(int(value), many))
        yield _limit("least units of a zone", "每片区最少小区数", few, value, changed, least=least)


def _limit(en: str, zh: str, old: float, new: float, bounds: Bounds, *, least: bool) -> Change:
    """Word a changed limit, with its values as people write them."""
    before, after = _number(old), _number(new)
    enough = ("", "") if least else (" (enough, perhaps more than needed)", "（足够，或可更小）")
    return Change(
        en=f"{en} {before} -> {after}{enough[0]}",
        zh=f"{zh} {before} -> {after}{enough[1]}",
        bounds=bounds,
        size=abs(new - old) / max(abs(old), 1.0),
        least=least,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def _count(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    if bounds.count is None:
        return
    low, high = bounds.count_range
    most = int(remade(bounds).size.sum())
    asked = "–".join(map(str, sorted({low, high})))
    for numbers in (
        range(low - 1, max(low - 1 - FAR, 0), -1),
        range(high + 1, min(high + FAR, most) + 1),
    ):
        proven = True
        for number in numbers:
            changed = replace(bounds, count=number)
            trial = _attempt(changed, remade)
            if trial.plan is not None:
                yield Change(
                    en=f"number of zones {asked} -> {number}",
                    zh=f"片区数 {asked} -> {number}",
                    bounds=changed,
                    size=min(abs(number - low), abs(number - high)) / max(high, 1),
                    least=proven,
                )
                break
            proven = proven and trial.status == "none"


def _pins(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    for name, zh in (("together", "必须同区"), ("apart", "不得同区")):
        pins: tuple[tuple[str, ...], ...] = getattr(bounds, name)
        for place, pin in enumerate(pins):
            rest = pins[:place] + pins[place + 1 :]
            changed = (
                replace(bounds, together=rest)
                if name == "together"
                else replace(bounds, apart=rest)
            )
            en, who = bounds.called(pin)
            yield from _given_up(
                f"release pin {place + 1} of {name}: {en}",
                f"取消第 {place + 1} 项{zh}约束：{who}",
                changed,
                remade,
            )
    labels = sorted(set(bounds.locked.values()))
    for label in labels:
        rest_locked = {one: own for one, own in bounds.locked.items() if own != label}
        count = len(bounds.locked) - len(rest_locked)
        yield from _given_up(
            f"unlock zone {label} ({count} units)",
            f"解锁片区 {label}（{count} 个小区）",
            replace(bounds, locked=rest_locked),
            remade,
        )


def _groups(bounds: Bounds, remade: Remade) -> Iterator[Change]:
    if bounds.groups is not None and bounds.group_rule == "hard":
        yield from _given_up(
            'let zones cross street offices: subdistrict = "soft"',
            '允许片区跨街道：subdistrict = "soft"',
            replace(bounds, group_rule="soft"),
            remade,
        )


def _given_up(en: str, zh: str, changed: Bounds, remade: Remade) -> Iterator[Change]:
    if _attempt(changed, remade, patience=PATIENT).plan is not None:
        yield Change(en=en, zh=zh, bounds=changed, size=1.0, least=True)
