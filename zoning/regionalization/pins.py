"""Pins of a job: whether their communities exist, and whether they contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

import pandas as pd

from layers.checks import Finding
from layers.errors import JobError
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.conflicts import WORDS, refuse
from zoning.regionalization.settings import ZoningSettings


def require_known_pins(settings: ZoningSettings, ids: pd.Index) -> None:
    """Refuse pins of communities that do not exist.

    Raises
    ------
    JobError
        If a pin names a community that is not among `ids`.
    """
    for name in ("together", "apart"):
        for members in getattr(settings, name):
            _require_known(name, members, ids)
    _require_known("locked", tuple(settings.locked), ids)


def _require_known(name: str, members: tuple[str, ...], ids: pd.Index) -> None:
    unknown = sorted(set(members) - set(ids))
    if unknown:
        raise JobError(
            en=f"job [zones] {name} names {unknown[0]!r}, which is no community. Expected an id "
            "of the communities table; correct it or delete it.",
            zh=f"job [zones] {name} 中的 {unknown[0]!r} 不是任何小区的编码。"
            "请改为小区表中的编码，或删除该项。",
        )


def require_agreeing_pins(
    settings: ZoningSettings, units: Collection[str], names: Mapping[str, str]
) -> None:
    """Refuse pins that want two communities both in one zone and in two.

    Parameters
    ----------
    settings
        Rules of the job.
    units
        Communities that zones are made of; pins of others bind nobody.
    names
        Community -> what people call it, for the message.

    Raises
    ------
    InfeasibleError
        If ``together`` or one label of ``locked`` ties communities, directly or through others,
        that ``apart`` or two labels of ``locked`` part; every such pair is named.
    """
    within = set(units)
    labels: dict[str, list[str]] = {}
    for unit, label in sorted(settings.locked.items()):
        if label and unit in within:
            labels.setdefault(label, []).append(unit)
    home: dict[str, str] = {}

    def tip(unit: str) -> str:
        while home.get(unit, unit) != unit:
            unit = home[unit]
        return unit

    for members in (*settings.together, *labels.values()):
        bound = [one for one in members if one in within]
        for one in bound[1:]:
            home[tip(one)] = tip(bound[0])
    parted = [[one for one in members if one in within] for members in settings.apart]
    parted.append([members[0] for members in labels.values()])
    clashes = {
        (min(pair), max(pair)): None
        for members in parted
        for pair in combinations(members, 2)
        if tip(pair[0]) == tip(pair[1])
    }
    if not clashes:
        return
    en, zh = WORDS["pins"]
    bounds = Bounds(names=names)
    called = [bounds.called(pair) for pair in clashes]
    raise refuse(tuple((en.format(who=who), zh.format(who=who_zh)) for who, who_zh in called))


def idle_pins(settings: ZoningSettings, units: Collection[str]) -> list[Finding]:
    """Ask about pins of communities that are not to be zoned: they bind nobody.

    Parameters
    ----------
    settings
        Rules of the job.
    units
        Communities to be zoned.
    """
    within = set(units)
    found = [
        _idle_pin(name, one)
        for name in ("together", "apart")
        for members in getattr(settings, name)
        for one in members
        if one not in within
    ]
    idle = [one for one, label in settings.locked.items() if label != "" and one not in within]
    return [*found, *(_idle_pin("locked", one) for one in sorted(idle))]


def _idle_pin(name: str, member: str) -> Finding:
    return Finding(
        severity="check",
        table_name="assignment",
        row_key=member,
        code="zones-pin-idle",
        zh=f"[zones] {name} 中的小区 {member} 不参与划分，该约束对它不起作用。",
        en=f"[zones] {name} names {member}, which is not among the communities to be zoned; the "
        "pin has no effect on it.",
        remedy="核对该小区的资格与邻接 / Check its eligibility and its links",
    )
