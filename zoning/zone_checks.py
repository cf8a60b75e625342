"""The independent checker of zones: written from the rules, shares no code with the solver."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import pandas as pd

TINY: Final = 1e-6
"""Slack for sums of households that are no whole numbers."""


class ZoneRules(Protocol):
    """Rules that a plan is checked against, as `ZoningSettings` has them."""

    @property
    def households(self) -> tuple[float, float] | None:
        """Give the least and most households of a zone."""

    @property
    def communities(self) -> tuple[int, int] | None:
        """Give the least and most core communities of a zone."""

    @property
    def walk_minutes(self) -> float | None:
        """Give the longest walk of a core community to the centre."""

    @property
    def count(self) -> int | tuple[int, int] | None:
        """Give the number of zones."""

    @property
    def subdistrict(self) -> str:
        """Tell whether zones may cross street offices: ``hard`` means no."""

    @property
    def include(self) -> tuple[str, ...]:
        """Give the statuses that zones are made of."""

    @property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """Give the sets that share a zone."""

    @property
    def apart(self) -> tuple[tuple[str, ...], ...]:
        """Give the sets no two of which share a zone."""

    @property
    def locked(self) -> Mapping[str, str]:
        """Give labels of locked communities; an empty one means: in no zone."""


@dataclass(frozen=True, order=True)
class Fault:
    """One broken rule.

    Parameters
    ----------
    code
        Stable code of the rule: ``zone-not-connected``.
    zone_id, community_id
        Where; empty when the fault is not of one zone or community.
    en, zh
        What is wrong, with the value found and the value expected.
    """

    code: str
    zone_id: str
    community_id: str
    en: str
    zh: str


@dataclass
class _Plan:
    """The plan in plain dictionaries, read once."""

    zone: dict[str, str] = field(default_factory=dict)
    role: dict[str, str] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    beside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    status: dict[str, str] = field(default_factory=dict)
    households: dict[str, float] = field(default_factory=dict)
    office: dict[str, str] = field(default_factory=dict)

    def core(self, zone_id: str) -> list[str]:
        """List the core members of a zone."""
        return [name for name in self.members[zone_id] if self.role.get(name) == "core"]

    def sum_of(self, names: Iterable[str]) -> float:
        """Sum the households of some communities."""
        return sum(self.households.get(name, 0.0) for name in names)


def check_zones(
    assignment: pd.DataFrame,
    adjacency: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    settings: ZoneRules,
    *,
    zones: pd.DataFrame | None = None,
    walks: pd.DataFrame | None = None,
    metres_per_minute: float | None = None,
) -> tuple[Fault, ...]:
    """Check a plan of zones against every rule, from the rules alone.

    Parameters
    ----------
    assignment, adjacency, communities, eligibility
        Contracts `ASSIGNMENT`, `ADJACENCY`, `COMMUNITIES`, `ELIGIBILITY`.
    settings
        The job's zoning settings.
    zones, walks, metres_per_minute
        Contracts `ZONES` and `WALKS` and an adult's speed: with them centres, sums and the walking
        radius are checked too.

    Returns
    -------
    tuple
        Faults in order; empty when every rule holds. Nothing is raised for a broken plan.

    Notes
    -----
    Each community once, in a zone or with a reason; a zone connected through linked rows between
    its core members; absorbed ones linked with a core member (RULES E02); floor on core households,
    cap on core and absorbed ones; limits on core communities; number of zones; street office;
    pins; roles by eligibility; ids by least member.
    """
    faults: list[Fault] = list(_read_faults(assignment, communities))
    plan = _read(assignment, adjacency, communities, eligibility)
    for check in (_roles, _reasons, _connected, _absorbed):
        faults.extend(check(plan, settings))
    faults.extend(_sizes(plan, settings))
    faults.extend(_offices(plan, settings))
    faults.extend(_pins(plan, settings))
    faults.extend(_names(plan))
    if zones is not None:
        faults.extend(_figures(plan, zones))
        if walks is not None and metres_per_minute is not None:
            faults.extend(_radius(plan, settings, zones, walks, metres_per_minute))
    return tuple(sorted(set(faults)))


def _read_faults(assignment: pd.DataFrame, communities: pd.DataFrame) -> Iterator[Fault]:
    listed = [str(name) for name in assignment.index]
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield Fault(
            "community-twice", "", name, f"{name} is listed more than once", f"{name} 出现多次"
        )
    for name in sorted(set(communities.index) - set(listed)):
        yield Fault(
            "community-missing",
            "",
            name,
            f"{name} is not in the assignment",
            f"{name} 未列入归属表",
        )
    for name in sorted(set(listed) - set(communities.index)):
        yield Fault(
            "community-unknown", "", name, f"{name} is no community", f"{name} 不在小区表中"
        )


def _read(
    assignment: pd.DataFrame,
    adjacency: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
) -> _Plan:
    plan = _Plan()
    for column, target in (("zone_id", plan.zone), ("role", plan.role), ("reason", plan.reason)):
        known = assignment[column].dropna()
        target.update({str(name): str(value) for name, value in known.items()})
    for name in sorted(plan.zone):
        plan.members[plan.zone[name]].append(name)
    pairs = adjacency.index[adjacency["linked"].astype(bool)]
    for focal, neighbor in pairs:
        plan.beside[focal].add(neighbor)
        plan.beside[neighbor].add(focal)
    plan.status = {str(name): str(value) for name, value in eligibility["status"].items()}
    known = communities["households"].dropna()
    plan.households = {str(name): float(value) for name, value in known.items()}
    offices = communities["subdistrict"].dropna()
    plan.office = {str(name): str(value) for name, value in offices.items()}
    return plan


def _roles(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for name, zone_id in sorted(plan.zone.items()):
        role, status = plan.role.get(name, ""), plan.status.get(name, "")
        fits = {"core": status in settings.include, "absorbed": status == "absorbable"}
        if not fits.get(role, False):
            yield Fault(
                "role-wrong",
                zone_id,
                name,
                f"{name} is {role or 'without a role'} in {zone_id} but its status is {status!r}",
                f"{name} 在 {zone_id} 的角色为 {role or '空'}，而资格为 {status!r}",
            )
    for zone_id in sorted(plan.members):
        if not plan.core(zone_id):
            yield Fault(
                "zone-without-core",
                zone_id,
                "",
                f"{zone_id} has no core community",
                f"{zone_id} 没有核心小区",
            )


def _reasons(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for name, status in sorted(plan.status.items()):
        reason = plan.reason.get(name, "")
        if name in plan.zone:
            if reason:
                yield Fault(
                    "reason-and-zone",
                    plan.zone[name],
                    name,
                    f"{name} is in {plan.zone[name]} and has the reason {reason!r}",
                    f"{name} 已在 {plan.zone[name]}，却有未入原因 {reason!r}",
                )
            continue
        if name in plan.role:
            yield Fault(
                "role-without-zone",
                "",
                name,
                f"{name} has a role but no zone",
                f"{name} 有角色而无片区",
            )
        barred = status in {"excluded", "unknown"} and status not in settings.include
        if not reason:
            yield Fault(
                "reason-missing",
                "",
                name,
                f"{name} is in no zone and has no reason",
                f"{name} 未入片区且无原因",
            )
        elif barred and reason not in {status, "planner"}:
            yield Fault(
                "reason-wrong",
                "",
                name,
                f"{name} is {status}, its reason is {reason!r}",
                f"{name} 资格为 {status}，原因却为 {reason!r}",
            )
        elif reason == "excluded" and status != "excluded":
            yield Fault(
                "reason-wrong",
                "",
                name,
                f"{name} is {status}, its reason is {reason!r}",
                f"{name} 资格为 {status}，原因却为 {reason!r}",
            )


def _connected(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    del settings
    for zone_id in sorted(plan.members):
        core = plan.core(zone_id)
        if not core:
            continue
        inside, reached, queue = set(core), {core[0]}, deque([core[0]])
        while queue:
            for other in plan.beside[queue.popleft()] & (inside - reached):
                reached.add(other)
                queue.append(other)
        if reached != inside:
            lost = ";".join(sorted(inside - reached))
            yield Fault(
                "zone-not-connected",
                zone_id,
                "",
                f"{zone_id}: {lost} not linked with {core[0]} inside the zone",
                f"{zone_id}：{lost} 与 {core[0]} 在片区内不连通",
            )


def _absorbed(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    cap = settings.households[1] if settings.households is not None else float("inf")
    for name, status in sorted(plan.status.items()):
        if status != "absorbable":
            continue
        if name in plan.zone:
            if not plan.beside[name] & set(plan.core(plan.zone[name])):
                yield Fault(
                    "absorbed-not-touching",
                    plan.zone[name],
                    name,
                    f"{name} touches no core community of {plan.zone[name]}",
                    f"{name} 不与 {plan.zone[name]} 的核心小区相连",
                )
            continue
        for zone_id in sorted(plan.members):
            touching = plan.beside[name] & set(plan.core(zone_id))
            if settings.subdistrict == "hard":
                own = plan.office.get(name)
                touching = {other for other in touching if plan.office.get(other) == own}
            total = plan.sum_of([*plan.members[zone_id], name])
            if touching and total <= cap and settings.locked.get(name) != "":
                yield Fault(
                    "absorbable-left-out",
                    zone_id,
                    name,
                    f"{name} touches {zone_id} and fits, but is in no zone",
                    f"{name} 与 {zone_id} 相连且可容纳，却未纳入",
                )


def _sizes(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for zone_id in sorted(plan.members):
        core = plan.core(zone_id)
        least, most = plan.sum_of(core), plan.sum_of(plan.members[zone_id])
        if settings.households is not None:
            low, high = settings.households
            if least < low - TINY:
                yield Fault(
                    "households-below-floor",
                    zone_id,
                    "",
                    f"{zone_id} has {least:g} core households, floor {low:g}",
                    f"{zone_id} 核心户数 {least:g}，下限 {low:g}",
                )
            if most > high + TINY:
                yield Fault(
                    "households-above-cap",
                    zone_id,
                    "",
                    f"{zone_id} has {most:g} households, cap {high:g}",
                    f"{zone_id} 户数 {most:g}，上限 {high:g}",
                )
        if settings.communities is not None:
            low_units, high_units = settings.communities
            if not low_units <= len(core) <= high_units:
                yield Fault(
                    "communities-out-of-range",
                    zone_id,
                    "",
                    f"{zone_id} has {len(core)} core communities, "
                    f"{low_units} to {high_units} allowed",
                    f"{zone_id} 核心小区 {len(core)} 个，限值 {low_units}–{high_units}",
                )
    if settings.count is not None:
        low, high = (settings.count,) * 2 if isinstance(settings.count, int) else settings.count
        if not low <= len(plan.members) <= high:
            yield Fault(
                "count-wrong",
                "",
                "",
                f"{len(plan.members)} zones, {low} to {high} asked for",
                f"共 {len(plan.members)} 个片区，要求 {low}–{high} 个",
            )


def _offices(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    if settings.subdistrict != "hard":
        return
    for zone_id, members in sorted(plan.members.items()):
        offices = sorted({plan.office.get(name, "") for name in members})
        if len(offices) > 1:
            shown = ";".join(office or "?" for office in offices)
            yield Fault(
                "zone-crosses-office",
                zone_id,
                "",
                f"{zone_id} lies in several street offices: {shown}",
                f"{zone_id} 跨街道：{shown}",
            )


def _pins(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for group in settings.together:
        zones = sorted({plan.zone[name] for name in group if name in plan.zone})
        if len(zones) > 1:
            yield _pin("together-broken", group, zones)
    for group in settings.apart:
        yield from _shared(plan, group)
    by_label: dict[str, list[str]] = defaultdict(list)
    for name, label in sorted(settings.locked.items()):
        if label == "":
            if name in plan.zone:
                yield Fault(
                    "locked-broken",
                    plan.zone[name],
                    name,
                    f"{name} was to stay out of every zone",
                    f"{name} 应不入任何片区",
                )
        elif name in plan.zone:
            by_label[label].append(name)
    zone_label: dict[str, str] = {}
    for label, group in by_label.items():
        zones = sorted({plan.zone[name] for name in group})
        if len(zones) > 1:
            yield _pin("locked-broken", tuple(group), zones)
        for zone_id in zones:
            if zone_label.setdefault(zone_id, label) != label:
                yield Fault(
                    "locked-broken",
                    zone_id,
                    "",
                    f"{zone_id} holds the locked zones {zone_label[zone_id]} and {label}",
                    f"{zone_id} 含有两个锁定片区 {zone_label[zone_id]}、{label}",
                )


def _shared(plan: _Plan, group: tuple[str, ...]) -> Iterator[Fault]:
    by_zone: dict[str, list[str]] = defaultdict(list)
    for name in sorted(set(group)):
        if name in plan.zone:
            by_zone[plan.zone[name]].append(name)
    for zone_id, names in sorted(by_zone.items()):
        if len(names) > 1:
            yield _pin("apart-broken", tuple(names), [zone_id])


def _pin(code: str, group: tuple[str, ...], zones: list[str]) -> Fault:
    who, where = ";".join(group), ";".join(zones)
    return Fault(
        code, zones[0], "", f"pin on {who}: they are in {where}", f"约束 {who}：实际位于 {where}"
    )


def _names(plan: _Plan) -> Iterator[Fault]:
    ordered = sorted(plan.members, key=lambda zone_id: min(plan.members[zone_id]))
    width = max(2, len(str(len(ordered))))
    for number, zone_id in enumerate(ordered, start=1):
        expected = f"Z{number:0{width}d}"
        if zone_id != expected:
            yield Fault(
                "zone-id-wrong",
                zone_id,
                "",
                f"{zone_id} should be called {expected}",
                f"{zone_id} 的编号应为 {expected}",
            )


def _figures(plan: _Plan, zones: pd.DataFrame) -> Iterator[Fault]:
    if set(zones.index) != set(plan.members):
        odd = ";".join(sorted(set(zones.index) ^ set(plan.members)))
        yield Fault(
            "zones-differ",
            "",
            "",
            f"zones and assignment differ: {odd}",
            f"片区表与归属表不一致：{odd}",
        )
    for zone_id in sorted(set(zones.index) & set(plan.members)):
        members = plan.members[zone_id]
        stated, found = float(zones.at[zone_id, "households"]), plan.sum_of(members)
        if abs(stated - found) > TINY * max(1.0, found):
            yield Fault(
                "households-differ",
                zone_id,
                "",
                f"{zone_id} states {stated:g} households, its members have {found:g}",
                f"{zone_id} 标注 {stated:g} 户，成员合计 {found:g} 户",
            )
        if int(zones.at[zone_id, "communities"]) != len(members):
            yield Fault(
                "communities-differ",
                zone_id,
                "",
                f"{zone_id} states {zones.at[zone_id, 'communities']} communities, it has "
                f"{len(members)}",
                f"{zone_id} 标注 {zones.at[zone_id, 'communities']} 个小区，实为 {len(members)} 个",
            )
        if str(zones.at[zone_id, "centre_id"]) not in plan.core(zone_id):
            yield Fault(
                "centre-outside",
                zone_id,
                str(zones.at[zone_id, "centre_id"]),
                f"the centre of {zone_id} is no core member of it",
                f"{zone_id} 的中心不是其核心小区",
            )


def _radius(
    plan: _Plan,
    settings: ZoneRules,
    zones: pd.DataFrame,
    walks: pd.DataFrame,
    metres_per_minute: float,
) -> Iterator[Fault]:
    if settings.walk_minutes is None:
        return
    walked: dict[frozenset[str], float] = {}
    for (focal, neighbor), walk_m in walks["walk_m"].items():
        pair = frozenset((focal, neighbor))
        walked[pair] = min(walked.get(pair, float("inf")), float(walk_m))
    for zone_id in sorted(set(zones.index) & set(plan.members)):
        centre = str(zones.at[zone_id, "centre_id"])
        for name in plan.core(zone_id):
            walk_m = 0.0 if name == centre else walked.get(frozenset((name, centre)), float("inf"))
            if walk_m > settings.walk_minutes * metres_per_minute + TINY:
                yield Fault(
                    "walk-too-long",
                    zone_id,
                    name,
                    f"{name} walks {walk_m / metres_per_minute:.1f} min to {centre}, limit "
                    f"{settings.walk_minutes:g}",
                    f"{name} 至 {centre} 步行 {walk_m / metres_per_minute:.1f} 分钟，"
                    f"限值 {settings.walk_minutes:g}",
                )
