"""Why no plan exists: necessary conditions first, then the smallest set of rules in conflict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from layers.errors import InfeasibleError
from zoning.regionalization.bound import relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.instance import Instance
from zoning.regionalization.starts import part_counts
from zoning.regionalization.trials import settle

Sentence = tuple[str, str]
"""One conflict: English, Chinese."""

RELAXED: Final = 60
"""Evaluations of the relaxation that try to prove that no plan exists."""

SHOWN: Final = 5
"""Units named in one sentence before it says how many more there are."""


WORDS: Final = {
    "pins": (
        "together and apart both bind {who}. Release one of the two pins.",
        "together 与 apart 同时约束 {who}。请取消其中一项。",
    ),
    "unlinked": (
        "together joins {who}, which no chain of links connects. Add a link or release the pin.",
        "together 要求 {who} 同区，但彼此不连通。请补充邻接或取消该约束。",
    ),
    "heavy": (
        (
            "{who} has {found:,.10g}, more than the cap {limit:,.10g}. Raise the cap to "
            "{found:,.10g} or leave it out."
        ),
        "{who} 为 {found:,.10g}，超过上限 {limit:,.10g}。请将上限提高到 {found:,.10g}，或不纳入。",
    ),
    "many": (
        (
            "pins tie {found} units ({who}), more than {limit} a zone. Raise the limit to "
            "{found} or "
            "release a pin."
        ),
        (
            "约束绑定了 {found} 个小区（{who}），超过每片区 {limit} 个。请将上限提高到 {found} "
            "或取消约束。"
        ),
    ),
    "centre": (
        "no permitted centre is within reach of {who}. Widen the walking radius or leave them out.",
        "{who} 在允许步行范围内没有可用中心。请放宽步行半径，或不纳入。",
    ),
    "lonely": (
        (
            "no zone around {who} can reach the floor {limit:,.10g}: at most {found:,.10g} is "
            "within reach. Lower the floor to {found:,.10g} or leave it out."
        ),
        (
            "{who} 周边最多只有 {found:,.10g}，达不到下限 {limit:,.10g}。"
            "请将下限降到 {found:,.10g}，或不纳入。"
        ),
    ),
    "floor": (
        (
            "{count} zones of at least {limit:,.10g} need {need:,.10g}, but all units have "
            "{found:,.10g}. Ask for at most {fits} zones, or lower the floor to {change:,.10g}."
        ),
        (
            "{count} 个片区、每个至少 {limit:,.10g}，共需 {need:,.10g}，而总数只有 {found:,.10g}。"
            "请把片区数减到 {fits}，或把下限降到 {change:,.10g}。"
        ),
    ),
    "cap": (
        (
            "{count} zones of at most {limit:,.10g} hold {need:,.10g}, but all units have "
            "{found:,.10g}. Ask for at least {fits} zones, or raise the cap to {change:,.10g}."
        ),
        (
            "{count} 个片区、每个至多 {limit:,.10g}，只能容纳 {need:,.10g}，"
            "而总数为 {found:,.10g}。请把片区数增到 {fits}，或把上限提高到 {change:,.10g}。"
        ),
    ),
    "few": (
        (
            "{count} zones of at least {limit} units need {need}, but there are {found}. Ask "
            "for at "
            "most {fits} zones, or lower the limit."
        ),
        (
            "{count} 个片区、每个至少 {limit} 个小区，共需 {need} 个，而只有 {found} 个。"
            "请把片区数减到 {fits}，或降低限值。"
        ),
    ),
    "short": (
        (
            "a zone needs at least {limit:,.10g}, but all units have {found:,.10g}. Lower the "
            "floor to {change:,.10g}."
        ),
        "每个片区至少 {limit:,.10g}，而总数只有 {found:,.10g}。请把下限降到 {change:,.10g}。",
    ),
    "scarce": (
        (
            "a zone needs at least {limit} units, but there are {found}. Lower the limit to "
            "{change}."
        ),
        "每个片区至少 {limit} 个小区，而只有 {found} 个。请把限值降到 {change}。",
    ),
    "crowded": (
        (
            "{count} zones of at most {limit} units hold {need}, but there are {found}. Ask for at "
            "least {fits} zones, or raise the limit."
        ),
        (
            "{count} 个片区、每个至多 {limit} 个小区，只能容纳 {need} 个，而共有 {found} 个。"
            "请把片区数增到 {fits}，或提高限值。"
        ),
    ),
    "part": (
        (
            "the connected part {who} has {found}, which no number of zones divides into zones of "
            "{limits}. Add a link to its surroundings, or widen the limits."
        ),
        (
            "连通部分 {who} 合计 {found_zh}，无法划分为{limits_zh}的片区。"
            "请补充与周边的邻接，或放宽限值。"
        ),
    ),
    "parts": (
        (
            "the {parts} connected parts hold {low} to {high} zones, but {count} are asked "
            "for. Change "
            "the number of zones, add links, or let zones cross street offices."
        ),
        (
            "{parts} 个连通部分可划 {low} 至 {high} 个片区，而要求为 {count} 个。"
            "请调整片区数、补充邻接，或允许跨街道。"
        ),
    ),
}
"""Necessary conditions in words, English and Chinese, each with a change that mends it."""


def _say(code: str, who: Sentence = ("", ""), **values: object) -> Sentence:
    en, zh = WORDS[code]
    return en.format(who=who[0], **values), zh.format(who=who[1], **values)


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
        _pins_clash(instance, bounds),
        _too_heavy(instance, bounds),
        _nowhere_to_go(instance, bounds),
        _count_clash(instance, bounds),
        _parts_clash(instance, bounds),
    )
    return tuple(sentence for check in checks for sentence in check)


def names(instance: Instance, bounds: Bounds, nodes: Iterable[int]) -> Sentence:
    """Name the units of some nodes, the first few in full, in English and Chinese."""
    wanted = np.isin(instance.node, list(nodes))
    units = [instance.units[number] for number in np.flatnonzero(wanted)]
    return bounds.called(units, shown=SHOWN)


def _pins_clash(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    tied = {tuple(sorted(pair)) for pair in instance.tied.tolist()}
    for one, other in instance.apart.tolist():
        if one == other or (one, other) in tied:
            yield _say("pins", who=names(instance, bounds, {one, other}))
    for one, other in instance.tied.tolist():
        if instance.part[one] != instance.part[other]:
            yield _say("unlinked", who=names(instance, bounds, {one, other}))


def _too_heavy(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    for node in np.flatnonzero(instance.weight > instance.high):
        who = names(instance, bounds, [int(node)])
        yield _say("heavy", who=who, found=instance.weight[node], limit=bounds.weight[1])
    for node in np.flatnonzero(instance.size > instance.units_high):
        who = names(instance, bounds, [int(node)])
        yield _say("many", who=who, found=instance.size[node], limit=instance.units_high)


def _nowhere_to_go(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    permitted = np.isfinite(instance.cost)
    around = instance.weight @ permitted
    best = np.where(permitted, around[None, :], -np.inf).max(axis=1, initial=-np.inf)
    alone = np.flatnonzero(best == -np.inf)
    if len(alone):
        yield _say("centre", who=names(instance, bounds, alone.tolist()))
    for node in np.flatnonzero((best > -np.inf) & (best < instance.low)):
        who = names(instance, bounds, [int(node)])
        yield _say("lonely", who=who, found=best[node], limit=bounds.weight[0])


def _count_clash(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    total, units = float(instance.weight.sum()), int(instance.size.sum())
    low, high = instance.count_low, instance.count_high
    floor, cap = bounds.weight
    if low * instance.low > total:
        fits, change = math.floor(total / floor), math.floor(total / low)
        yield _say(
            "floor" if fits else "short",
            count=low,
            limit=floor,
            need=low * floor,
            found=total,
            fits=fits,
            change=change,
        )
    if high * instance.high < total:
        fits, change = math.ceil(total / cap), math.ceil(total / high)
        yield _say(
            "cap", count=high, limit=cap, need=high * cap, found=total, fits=fits, change=change
        )
    few, many = instance.units_low, instance.units_high
    if low * few > units:
        fits, change = units // few, max(units // low, 1)
        yield _say(
            "few" if fits else "scarce",
            count=low,
            limit=few,
            need=low * few,
            found=units,
            fits=fits,
            change=change,
        )
    if high * many < units:
        fits = math.ceil(units / many)
        yield _say("crowded", count=high, limit=many, need=high * many, found=units, fits=fits)


def _parts_clash(instance: Instance, bounds: Bounds) -> Iterator[Sentence]:
    least, most = part_counts(instance)
    weight = np.bincount(instance.part, weights=instance.weight)
    for part in np.flatnonzero(least > most):
        who = names(instance, bounds, np.flatnonzero(instance.part == part).tolist())
        size = int(instance.size[instance.part == part].sum())
        yield _say("part", who=who, **_part_limits(bounds, float(weight[part]), size))
    if (least > most).any():
        return
    low, high = int(least.sum()), int(most.sum())
    if high < instance.count_low or low > instance.count_high:
        ends = sorted({instance.count_low, instance.count_high})
        count = "–".join(map(str, ends))
        yield _say("parts", parts=len(least), low=low, high=high, count=count)


def _part_limits(bounds: Bounds, weight: float, size: int) -> dict[str, str]:
    """Say what a connected part has and what a zone must have; only limits that are set."""
    found, limits, limits_zh, found_zh = [], [], [], []
    low, high = bounds.weight
    if low > 0 or math.isfinite(high):
        found.append(f"{weight:,.10g}")
        found_zh.append(f" {weight:,.10g}")
        if math.isinf(high):
            limits.append(f"at least {low:,.10g}")
            limits_zh.append(f"至少 {low:,.10g} ")
        else:
            limits.append(f"{low:,.10g} to {high:,.10g}")
            limits_zh.append(f" {low:,.10g} 至 {high:,.10g} ")
    if bounds.units is not None:
        few, many = bounds.units
        found.append(f"{size} units")
        found_zh.append(f" {size} 个小区")
        limits.append(f"{few} to {many} units")
        limits_zh.append(f" {few} 至 {many} 个小区")
    return {
        "found": " and ".join(found),
        "found_zh": "、".join(found_zh).strip(),
        "limits": " and ".join(limits),
        "limits_zh": "、".join(limits_zh),
    }


class Remake(Protocol):
    """Makes the instance from changed limits, `anywhere` also without the walking radius."""

    def __call__(self, bounds: Bounds, /, *, anywhere: bool = False) -> Instance:
        """Make it."""


def explain(
    instance: Instance, bounds: Bounds, *, max_nodes: int, remade: Remake
) -> tuple[Sentence, ...]:
    """Find a smallest set of rules that cannot hold together.

    Parameters
    ----------
    instance, bounds
        An instance proven infeasible, and its limits.
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
    still proven infeasible. Pairs that the cost lacks are a rule too: the walking radius.
    """
    current, anywhere = replace(bounds, balance=0.0), False
    conflict: list[Sentence] = []
    if not np.isfinite(instance.cost).all():
        if _is_infeasible(remade(current, anywhere=True), current, max_nodes):
            anywhere = True
        else:
            conflict.append(
                (
                    "walking radius: a community may only join a centre within reach",
                    "步行半径：小区只能归入可达范围内的中心",
                )
            )
    for wording_en, wording_zh, drop in _rules(instance, bounds):
        trial = drop(current)
        if _is_infeasible(remade(trial, anywhere=anywhere), trial, max_nodes):
            current = trial
        else:
            conflict.append((wording_en, wording_zh))
    return tuple(conflict)


Rule = tuple[str, str, Callable[[Bounds], Bounds]]


def _rules(instance: Instance, bounds: Bounds) -> Iterator[Rule]:
    infinity = float("inf")
    for number, group in enumerate(bounds.together):
        en, zh = bounds.called(group)
        yield (f"together: {en}", f"必须同区：{zh}", _without_together(number, bounds))
    for number, group in enumerate(bounds.apart):
        en, zh = bounds.called(group)
        yield (f"apart: {en}", f"不得同区：{zh}", _without_apart(number, bounds))
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


def _without_together(number: int, bounds: Bounds) -> Callable[[Bounds], Bounds]:
    pin = bounds.together[number]
    return lambda b: replace(b, together=tuple(group for group in b.together if group != pin))


def _without_apart(number: int, bounds: Bounds) -> Callable[[Bounds], Bounds]:
    pin = bounds.apart[number]
    return lambda b: replace(b, apart=tuple(group for group in b.apart if group != pin))


def _is_infeasible(instance: Instance, bounds: Bounds, max_nodes: int) -> bool:
    if find_conflicts(instance, bounds):
        return True
    if relax(instance, 0.0, iterations=RELAXED).bound == math.inf:
        return True
    return settle(instance, max_nodes=max_nodes).status == "infeasible"


def refuse(
    sentences: tuple[Sentence, ...],
    *,
    proven: bool = True,
    changes: tuple[Sentence, ...] = (),
) -> InfeasibleError:
    """Word the error from its conflicts and from changes that were found to work.

    Parameters
    ----------
    sentences
        The rules in conflict.
    proven
        Whether it is proven that they are.
    changes
        Changes with which a plan exists, the nearest first.
    """
    if proven:
        en = "these rules cannot hold together: " + " | ".join(one for one, _ in sentences)
        zh = "以下规则无法同时满足：" + "｜".join(one for _, one in sentences)
    else:
        en = (
            "no plan that keeps all rules was found within the work allowed, and none was proven "
            "impossible. Widen households or count, or give more time."
        )
        zh = (
            "在允许的计算量内没有找到满足全部规则的方案，也未能证明无解。"
            "请放宽 households 或 count，或增加计算时间。"
        )
    if changes:
        en += "\nChanges that were tried, each enough by itself, the nearest first: "
        en += "; ".join(one for one, _ in changes)
        zh += "\n经试算，单独作以下任一改动即可得到方案（由近及远）："
        zh += "；".join(one for _, one in changes)
    return InfeasibleError(
        en=f"job [zones]: {en}",
        zh=f"job [zones]：{zh}",
        conflicts=sentences,
        changes=changes,
    )
