"""Why no plan exists: necessary conditions first, then the smallest set of rules in conflict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from layers.errors import InfeasibleError
from zoning.regionalization.exact import solve_exactly
from zoning.regionalization.instance import Bounds, Instance, Ints
from zoning.regionalization.moves import make_ground
from zoning.regionalization.search import part_counts

Sentence = tuple[str, str]
"""One conflict: English, Chinese."""

SHOWN: Final = 5
"""Units named in one sentence before it says how many more there are."""

Relaxed = Callable[[], Instance]


def find_conflicts(instance: Instance, bounds: Bounds) -> tuple[Sentence, ...]:
    """Check conditions that every plan must meet, and say in words which are broken.

    Parameters
    ----------
    instance
        The instance.
    bounds
        The limits it was made from; only for their wording.

    Returns
    -------
    tuple
        One sentence a conflict, English and Chinese, each with the nearest change that mends it.
        Empty when no condition is broken; the instance may still be infeasible.
    """
    checks: Iterable[Iterator[Sentence]] = (
        _pins_clash(instance),
        _too_heavy(instance, bounds),
        _nowhere_to_go(instance, bounds),
        _count_clash(instance, bounds),
        _parts_clash(instance, bounds),
    )
    return tuple(sentence for check in checks for sentence in check)


def names(instance: Instance, nodes: Iterable[int]) -> str:
    """Name the units of some nodes, the first few in full."""
    wanted = np.isin(instance.node, list(nodes))
    units = [instance.units[number] for number in np.flatnonzero(wanted)]
    shown = ", ".join(units[:SHOWN])
    return shown if len(units) <= SHOWN else f"{shown} … ({len(units)})"


def _pins_clash(instance: Instance) -> Iterator[Sentence]:
    tied = {tuple(sorted(pair)) for pair in instance.tied.tolist()}
    for one, other in instance.apart.tolist():
        if one == other or (one, other) in tied:
            who = names(instance, {one, other})
            yield (
                f"together and apart name the same units: {who}. Release one of the two pins.",
                f"together 与 apart 同时约束：{who}。请取消其中一项。",
            )
    for one, other in instance.tied.tolist():
        if instance.part[one] != instance.part[other]:
            who = names(instance, {one, other})
            yield (
                f"together joins units that no link connects: {who}. Add a link or release the "
                "pin.",
                f"together 要求同区的小区互不连通：{who}。请补充邻接或取消该约束。",
            )


def _too_heavy(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    for node in np.flatnonzero(instance.weight > instance.high):
        who, found = names(instance, [int(node)]), instance.weight[node]
        yield (
            f"{who} has {found:g}, more than the cap {bounds.weight[1]:g}. Raise the cap to "
            f"{found:g} or leave it out.",
            f"{who} 为 {found:g}，超过上限 {bounds.weight[1]:g}。请将上限提高到 {found:g}，或不纳入。",
        )
    for node in np.flatnonzero(instance.size > instance.units_high):
        who, most = names(instance, [int(node)]), instance.units_high
        yield (
            f"pins tie {instance.size[node]} units ({who}), more than {most} units a zone. Raise "
            f"the limit to {instance.size[node]} or release a pin.",
            f"约束绑定了 {instance.size[node]} 个小区（{who}），超过每片区 {most} 个。"
            f"请将上限提高到 {instance.size[node]} 或取消约束。",
        )


def _nowhere_to_go(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    alone = ~np.isfinite(instance.cost).any(axis=1)
    if alone.any():
        who = names(instance, np.flatnonzero(alone).tolist())
        yield (
            f"no permitted centre is within reach of {who}. Widen the walking radius or leave "
            "them out.",
            f"{who} 在允许步行范围内没有可用中心。请放宽步行半径，或不纳入。",
        )
    use = instance.weight
    for node in np.flatnonzero(~alone):
        best = 0.0
        for centre in np.flatnonzero(np.isfinite(instance.cost[node])):
            best = max(best, float(use[np.isfinite(instance.cost[:, centre])].sum()))
        if best < instance.low:
            who = names(instance, [int(node)])
            yield (
                f"no zone around {who} can reach the floor {bounds.weight[0]:g}: at most {best:g} "
                f"is within reach. Lower the floor to {best:g} or leave it out.",
                f"{who} 周边最多只有 {best:g}，达不到下限 {bounds.weight[0]:g}。"
                f"请将下限降到 {best:g}，或不纳入。",
            )


def _count_clash(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    total, units = float(instance.weight.sum()), int(instance.size.sum())
    low, high = instance.count_low, instance.count_high
    if low * instance.low > total:
        fits, floor = math.floor(total / instance.low), math.floor(total / low)
        yield (
            f"{low} zones of at least {bounds.weight[0]:g} need {low * bounds.weight[0]:g}, but "
            f"all units have {total:g}. Ask for at most {fits} zones, or lower the floor to "
            f"{floor:g}.",
            f"{low} 个片区、每个至少 {bounds.weight[0]:g}，共需 {low * bounds.weight[0]:g}，"
            f"而总数只有 {total:g}。请把片区数减到 {fits}，或把下限降到 {floor:g}。",
        )
    if high * instance.high < total:
        fits, cap = math.ceil(total / instance.high), math.ceil(total / high)
        yield (
            f"{high} zones of at most {bounds.weight[1]:g} hold {high * bounds.weight[1]:g}, but "
            f"all units have {total:g}. Ask for at least {fits} zones, or raise the cap to "
            f"{cap:g}.",
            f"{high} 个片区、每个至多 {bounds.weight[1]:g}，只能容纳 {high * bounds.weight[1]:g}，"
            f"而总数为 {total:g}。请把片区数增到 {fits}，或把上限提高到 {cap:g}。",
        )
    for wrong, limit, word, zh in (
        (low * instance.units_low > units, instance.units_low, "at least", "至少"),
        (high * instance.units_high < units, instance.units_high, "at most", "至多"),
        (low > units, 1, "at least", "至少"),
    ):
        if wrong:
            number = low if word == "at least" else high
            yield (
                f"{number} zones of {word} {limit} units each do not fit {units} units. Change the "
                "number of zones or the limit on units.",
                f"{number} 个片区、每个{zh} {limit} 个小区，与小区总数 {units} 不符。"
                "请调整片区数或每片区小区数限值。",
            )


def _parts_clash(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    least, most = part_counts(instance)
    weight = np.bincount(instance.part, weights=instance.weight)
    for part in np.flatnonzero(least > most):
        who = names(instance, np.flatnonzero(instance.part == part).tolist())
        yield (
            f"the connected part {who} has {weight[part]:g} in all, which no number of zones "
            f"divides between {bounds.weight[0]:g} and {bounds.weight[1]:g}. Add a link to its "
            "surroundings, or widen the limits.",
            f"连通部分 {who} 合计 {weight[part]:g}，无法划分为 {bounds.weight[0]:g} 至 "
            f"{bounds.weight[1]:g} 的片区。请补充与周边的邻接，或放宽限值。",
        )
    if (least > most).any():
        return
    if int(most.sum()) < instance.count_low or int(least.sum()) > instance.count_high:
        yield (
            f"the {len(least)} connected parts hold {int(least.sum())} to {int(most.sum())} zones, "
            f"but {instance.count_low} to {instance.count_high} are asked for. Change the number "
            "of zones, add links, or let zones cross street offices.",
            f"{len(least)} 个连通部分可划 {int(least.sum())} 至 {int(most.sum())} 个片区，"
            f"而要求为 {instance.count_low} 至 {instance.count_high} 个。"
            "请调整片区数、补充邻接，或允许跨街道。",
        )


def explain(
    instance: Instance, bounds: Bounds, *, max_nodes: int, remade: Callable[[Bounds], Instance]
) -> tuple[Sentence, ...]:
    """Find a smallest set of rules that cannot hold together.

    Parameters
    ----------
    instance
        An instance proven infeasible.
    bounds
        Its limits.
    max_nodes
        Most nodes of each trial.
    remade
        Makes the instance from changed limits.

    Returns
    -------
    tuple
        The rules of the set, one sentence each: dropping any one of them makes a plan possible, as
        far as the trials could tell. A rule whose trial was stopped by its limit stays in the set.

    Notes
    -----
    Deletion filter: rules are dropped one after another, and stay dropped while what is left is
    still proven infeasible.
    """
    kept = [rule for rule in _rules(instance, bounds) if rule[0] != ""]
    current = bounds
    conflict: list[Sentence] = []
    for wording_en, wording_zh, drop in kept:
        trial = drop(current)
        if _is_infeasible(remade(trial), max_nodes):
            current = trial
        else:
            conflict.append((wording_en, wording_zh))
    return tuple(conflict)


Rule = tuple[str, str, Callable[[Bounds], Bounds]]


def _rules(instance: Instance, bounds: Bounds) -> Iterator[Rule]:
    infinity = float("inf")
    for number, group in enumerate(bounds.together):
        who = ", ".join(group)
        yield (f"together: {who}", f"必须同区：{who}", _without("together", number, bounds))
    for number, group in enumerate(bounds.apart):
        who = ", ".join(group)
        yield (f"apart: {who}", f"不得同区：{who}", _without("apart", number, bounds))
    if bounds.locked:
        yield ("locked zones", "已锁定的片区", lambda b: replace(b, locked={}))
    if bounds.groups is not None and bounds.group_rule == "hard":
        yield (
            'one street office a zone (subdistrict = "hard")',
            '片区不得跨街道（subdistrict = "hard"）',
            lambda b: replace(b, group_rule="off"),
        )
    if bounds.units is not None:
        yield (
            f"units of a zone: {bounds.units[0]} to {bounds.units[1]}",
            f"每片区小区数：{bounds.units[0]} 至 {bounds.units[1]}",
            lambda b: replace(b, units=None),
        )
    if bounds.count is not None:
        yield (
            f"number of zones: {instance.count_low} to {instance.count_high}",
            f"片区数：{instance.count_low} 至 {instance.count_high}",
            lambda b: replace(b, count=None),
        )
    if bounds.weight[0] > 0:
        yield (
            f"floor {bounds.weight[0]:g}",
            f"下限 {bounds.weight[0]:g}",
            lambda b: replace(b, weight=(0.0, b.weight[1])),
        )
    if math.isfinite(bounds.weight[1]):
        yield (
            f"cap {bounds.weight[1]:g}",
            f"上限 {bounds.weight[1]:g}",
            lambda b: replace(b, weight=(b.weight[0], infinity)),
        )


def _without(field: str, number: int, bounds: Bounds) -> Callable[[Bounds], Bounds]:
    pin = getattr(bounds, field)[number]

    def drop(current: Bounds) -> Bounds:
        left = tuple(group for group in getattr(current, field) if group != pin)
        changed: Bounds = replace(current, **{field: left})
        return changed

    return drop


def _is_infeasible(instance: Instance, max_nodes: int) -> bool:
    if find_conflicts(instance, Bounds()):
        return True
    answer = solve_exactly(
        instance, make_ground(instance), np.isfinite(instance.cost), max_nodes=max_nodes
    )
    return answer.status == "infeasible"


def refuse(sentences: tuple[Sentence, ...], *, proven: bool = True) -> InfeasibleError:
    """Word the error from its conflicts."""
    if not proven:
        return InfeasibleError(
            en="job [zones]: no plan that keeps all rules was found within the work allowed, and "
            "none was proven impossible. Widen households or count, or give more time.",
            zh="job [zones]：在允许的计算量内没有找到满足全部规则的方案，也未能证明无解。"
            "请放宽 households 或 count，或增加计算时间。",
            conflicts=sentences,
        )
    return InfeasibleError(
        en="job [zones]: these rules cannot hold together: "
        + " | ".join(english for english, _ in sentences),
        zh="job [zones]：以下规则无法同时满足：" + "｜".join(chinese for _, chinese in sentences),
        conflicts=sentences,
    )


def heaviest(instance: Instance, nodes: Ints) -> int:
    """Name the node of greatest weight among some, the first of equals."""
    return int(nodes[int(np.argmax(instance.weight[nodes]))])
