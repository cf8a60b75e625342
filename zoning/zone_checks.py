"""The independent checker of zones: written from the rules, shares no code with the solver."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import geopandas as gpd
import pandas as pd

from zoning.zone_faults import Fault, make_fault
from zoning.zone_figures import check_figures, check_outlines, check_walks

TINY: Final = 1e-6
"""Slack for sums of households that are no whole numbers."""

TOUCHING_M: Final = 25.0
"""A community of 2001-2005 joins a zone that it touches (RULES E02): at most so far apart, m."""

LIMITS: Final = frozenset(
    {
        "households-below-floor",
        "households-above-cap",
        "communities-out-of-range",
        "walk-too-long",
    }
)
"""Faults that keep a zone from meeting its bounds."""


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


@dataclass
class _Plan:
    """The plan in plain dictionaries, read once."""

    zone: dict[str, str] = field(default_factory=dict)
    role: dict[str, str] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    beside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    touching: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
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
    its core members; absorbed ones touching a core member (RULES E02); floor on core households,
    cap on core and absorbed ones; limits on core communities; number of zones; street office;
    pins; roles by eligibility; ids by least member. Of the zones: what they state of households,
    communities, centre, street offices, walk, limits and compactness; and outlines that hold their
    members and nobody else.
    """
    faults: list[Fault] = list(_listed(assignment, communities))
    plan = _read(assignment, adjacency, communities, eligibility)
    for rule in (_roles, _reasons, _connected, _absorbed, _sizes, _offices, _pins, _locks, _names):
        faults.extend(rule(plan, settings))
    if zones is not None:
        faults.extend(_figures(plan, zones))
        limit = settings.walk_minutes
        if walks is not None and metres_per_minute is not None:
            walked = _shortest(walks)
            faults.extend(check_walks(zones, plan.members, walked, metres_per_minute))
            if limit is not None:
                faults.extend(_radius(plan, limit, zones, walked, metres_per_minute))
        broken = frozenset(fault.zone_id for fault in faults if fault.code in LIMITS)
        faults.extend(check_figures(zones, plan.members, plan.office, broken))
        if isinstance(zones, gpd.GeoDataFrame) and isinstance(communities, gpd.GeoDataFrame):
            faults.extend(check_outlines(zones, communities, plan.members))
    return tuple(sorted(set(faults)))


def _listed(assignment: pd.DataFrame, communities: pd.DataFrame) -> Iterator[Fault]:
    counts = Counter(str(name) for name in assignment.index)
    known = {str(name) for name in communities.index}
    for name, number in sorted(counts.items()):
        if number > 1:
            yield make_fault("community-twice", who=name)
    for name in sorted(known - set(counts)):
        yield make_fault("community-missing", who=name)
    for name in sorted(set(counts) - known):
        yield make_fault("community-unknown", who=name)


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
    linked = adjacency.loc[adjacency["linked"].astype(bool)]
    near = ~(linked["gap_m"] > TOUCHING_M) | (linked["kind"] == "added")
    for (focal, neighbor), touches in zip(linked.index, near, strict=True):
        for one, other in ((focal, neighbor), (neighbor, focal)):
            plan.beside[one].add(other)
            if touches:
                plan.touching[one].add(other)
    plan.status = {str(name): str(value) for name, value in eligibility["status"].items()}
    households = communities["households"].dropna()
    plan.households = {str(name): float(value) for name, value in households.items()}
    offices = communities["subdistrict"].dropna()
    plan.office = {str(name): str(value) for name, value in offices.items()}
    return plan


def _roles(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for name, zone in sorted(plan.zone.items()):
        role, status = plan.role.get(name, ""), plan.status.get(name, "")
        fits = {"core": status in settings.include, "absorbed": status == "absorbable"}
        if not fits.get(role, False):
            yield make_fault("role-wrong", zone=zone, who=name, found=role, status=status)
    for zone in sorted(plan.members):
        if not plan.core(zone):
            yield make_fault("zone-without-core", zone=zone)


def _reasons(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for name, status in sorted(plan.status.items()):
        reason = plan.reason.get(name, "")
        if name in plan.zone:
            if reason:
                yield make_fault("reason-and-zone", zone=plan.zone[name], who=name, found=reason)
            continue
        if name in plan.role:
            yield make_fault("role-without-zone", who=name, found=plan.role[name])
        barred = status in {"excluded", "unknown"} and status not in settings.include
        wrong = barred and reason not in {status, "planner"}
        if not reason:
            yield make_fault("reason-missing", who=name)
        elif wrong or (reason == "excluded" and status != "excluded"):
            yield make_fault("reason-wrong", who=name, found=reason, status=status)


def _connected(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    del settings  # every job wants connected zones
    for zone in sorted(plan.members):
        core = plan.core(zone)
        if not core:
            continue
        inside, reached, queue = set(core), {core[0]}, deque([core[0]])
        while queue:
            for other in plan.beside[queue.popleft()] & (inside - reached):
                reached.add(other)
                queue.append(other)
        if reached != inside:
            # the smaller part is the stray one; the larger is named by its first member
            stray, main = sorted(
                (reached, inside - reached), key=lambda part: (len(part), min(part))
            )
            lost = ";".join(sorted(stray))
            yield make_fault("zone-not-connected", zone=zone, who=min(main), found=lost)


def _absorbed(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    cap = settings.households[1] if settings.households is not None else float("inf")
    for name in sorted(name for name, status in plan.status.items() if status == "absorbable"):
        if name in plan.zone:
            if not plan.touching[name] & set(plan.core(plan.zone[name])):
                yield make_fault("absorbed-not-touching", zone=plan.zone[name], who=name)
            continue
        for zone in sorted(plan.members):
            touching = plan.touching[name] & set(plan.core(zone))
            if settings.subdistrict == "hard":
                own = plan.office.get(name)
                touching = {other for other in touching if plan.office.get(other) == own}
            fits = plan.sum_of([*plan.members[zone], name]) <= cap
            if touching and fits and _is_free(plan, settings, name, zone):
                yield make_fault("absorbable-left-out", zone=zone, who=name)


def _is_free(plan: _Plan, settings: ZoneRules, name: str, zone: str) -> bool:
    """Tell whether no pin keeps a community that is in no zone out of this one."""
    own = settings.locked.get(name)
    mates = {other for group in settings.together if name in group for other in group}
    foes = {other for group in settings.apart if name in group for other in group}
    mates |= {other for other, label in settings.locked.items() if own and label == own}
    foes |= {other for other, label in settings.locked.items() if own and label not in {own, ""}}
    inside = set(plan.members[zone])
    elsewhere = set(plan.zone) - inside
    return own != "" and not mates & elsewhere and not foes & inside


def _sizes(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for zone in sorted(plan.members):
        core = plan.core(zone)
        least, most = plan.sum_of(core), plan.sum_of(plan.members[zone])
        if settings.households is not None:
            low, high = settings.households
            if least < low - TINY:
                yield make_fault("households-below-floor", zone=zone, found=least, limit=low)
            if most > high + TINY:
                yield make_fault("households-above-cap", zone=zone, found=most, limit=high)
        if settings.communities is not None:
            few, many = settings.communities
            if not few <= len(core) <= many:
                limit = f"{few}–{many}"
                yield make_fault(
                    "communities-out-of-range", zone=zone, found=len(core), limit=limit
                )
    if settings.count is not None:
        few, many = (settings.count,) * 2 if isinstance(settings.count, int) else settings.count
        if not few <= len(plan.members) <= many:
            yield make_fault("count-wrong", found=len(plan.members), limit=f"{few}–{many}")


def _offices(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    if settings.subdistrict != "hard":
        return
    for zone, members in sorted(plan.members.items()):
        offices = sorted({plan.office.get(name, "?") for name in members})
        if len(offices) > 1:
            yield make_fault("zone-crosses-office", zone=zone, found=";".join(offices))


def _pins(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    for group in settings.together:
        zones = sorted({plan.zone[name] for name in group if name in plan.zone})
        if len(zones) > 1:
            yield make_fault("together-broken", zone=zones[0], who=";".join(group), found=zones)
    for group in settings.apart:
        for zone in sorted(plan.members):
            shared = sorted(set(group) & set(plan.members[zone]))
            if len(shared) > 1:
                yield make_fault("apart-broken", zone=zone, who=";".join(shared), found=zone)


def _locks(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    by_label: dict[str, list[str]] = defaultdict(list)
    for name in sorted(set(settings.locked) & set(plan.zone)):
        if settings.locked[name] == "":
            yield make_fault("locked-broken", zone=plan.zone[name], who=name, found=plan.zone[name])
        else:
            by_label[settings.locked[name]].append(name)
    for group in by_label.values():
        zones = sorted({plan.zone[name] for name in group})
        if len(zones) > 1:
            yield make_fault("locked-broken", zone=zones[0], who=";".join(group), found=zones)
    for zone, members in sorted(plan.members.items()):
        pinned = [name for name in members if settings.locked.get(name)]
        if len({settings.locked[name] for name in pinned}) > 1:
            yield make_fault("locked-broken", zone=zone, who=";".join(pinned), found=zone)


def _names(plan: _Plan, settings: ZoneRules) -> Iterator[Fault]:
    del settings  # ids are the same in every job
    ordered = sorted(plan.members, key=lambda zone: min(plan.members[zone]))
    width = max(2, len(str(len(ordered))))
    for number, zone in enumerate(ordered, start=1):
        expected = f"Z{number:0{width}d}"
        if zone != expected:
            yield make_fault("zone-id-wrong", zone=zone, found=expected)


def _figures(plan: _Plan, zones: pd.DataFrame) -> Iterator[Fault]:
    if set(zones.index) != set(plan.members):
        odd = sorted(set(zones.index) ^ set(plan.members))
        yield make_fault("zones-differ", found=";".join(odd))
    stated = zones[["households", "communities", "centre_id"]].to_dict("index")
    for zone in sorted(set(zones.index) & set(plan.members)):
        households, communities, centre = stated[zone].values()
        found = plan.sum_of(plan.members[zone])
        if abs(households - found) > TINY * max(1.0, found):
            yield make_fault("households-differ", zone=zone, found=found, limit=households)
        if communities != len(plan.members[zone]):
            number = len(plan.members[zone])
            yield make_fault("communities-differ", zone=zone, found=number, limit=communities)
        if str(centre) not in plan.core(zone):
            yield make_fault("centre-outside", zone=zone, who=str(centre))


def _shortest(walks: pd.DataFrame) -> dict[frozenset[str], float]:
    walked: dict[frozenset[str], float] = {}
    pairs = zip(walks.index.tolist(), walks["walk_m"].tolist(), strict=True)
    for pair, walk_m in pairs:
        ends = frozenset(pair)
        walked[ends] = min(walked.get(ends, float("inf")), walk_m)
    return walked


def _radius(
    plan: _Plan,
    limit: float,
    zones: pd.DataFrame,
    walked: Mapping[frozenset[str], float],
    metres_per_minute: float,
) -> Iterator[Fault]:
    centres = {str(zone): str(centre) for zone, centre in zones["centre_id"].items()}
    for zone in sorted(set(centres) & set(plan.members)):
        for name in sorted(set(plan.core(zone)) - {centres[zone]}):
            walk = walked.get(frozenset((name, centres[zone])))
            if walk is None:
                yield make_fault("walk-unknown", zone=zone, who=name, limit=limit)
            elif walk / metres_per_minute > limit + TINY:
                minutes = walk / metres_per_minute
                yield make_fault("walk-too-long", zone=zone, who=name, found=minutes, limit=limit)
