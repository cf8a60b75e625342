"""Packages: scattered communities near each other, offered to one property service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.contracts import check, conform
from layers.tables import COMMUNITIES, WALKS
from zoning.tables import ASSIGNMENT, ELIGIBILITY, PACKAGES

CLAUSE: Final = "汴政办〔2019〕99号 六(五)"
"""「对规模小、分布散的老旧小区，可实行连片打包」 (RULES Z07)."""

SCATTERED: Final = ("no_neighbour", "component_below_floor")
"""Why a community is in no zone that makes it small and scattered; the other reasons are no size
and no place: out of scope, unknown, too large, or the planner's word."""


@dataclass(frozen=True, kw_only=True)
class PackageRules:
    """What makes a package; an assumption of this toolkit, open to change.

    Parameters
    ----------
    households
        Least and most households of a package. The default is the housing block, 300 to 1 000
        dwellings, that one service commonly looks after (GB 50180-2018, 居住街坊; RULES N04).
    walk_m
        Longest walk from a community to the package's centre. The default is the 15-minute circle
        of 1 000 m (RULES N03).
    """

    households: tuple[float, float] = (300.0, 1000.0)
    walk_m: float = 1000.0

    def __post_init__(self) -> None:
        """Refuse limits that no package can meet."""
        if not 0 <= self.households[0] <= self.households[1]:
            raise ValueError(f"households must be [least, most]: {self.households!r}")
        if not self.walk_m > 0:
            raise ValueError(f"walk_m must be positive: {self.walk_m!r}")


@dataclass(frozen=True)
class _Scattered:
    """Who is to be packed: households, and others near each, nearest first."""

    households: Mapping[str, float]
    near: Mapping[str, list[tuple[float, str]]]


@dataclass(frozen=True)
class _Package:
    """One package: its centre and the walk of every member to it."""

    centre: str
    walks: dict[str, float]


def offer_packages(
    assignment: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    rules: PackageRules,
    include: tuple[str, ...] = ("core",),
    subdistrict: pd.Series | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Offer scattered communities as packages for property service.

    Parameters
    ----------
    assignment, communities, eligibility
        Contracts `ASSIGNMENT`, `COMMUNITIES`, `ELIGIBILITY`.
    walks
        Contract `WALKS`, m.
    rules
        What makes a package.
    include
        Statuses of eligibility that are in scope.
    subdistrict
        Street office of each community when no package may cross one; None otherwise.

    Returns
    -------
    tuple
        Contract `PACKAGES`, one row per community in a package, packages numbered ``P01`` onwards
        by least member; and a finding for each scattered community that is offered none.

    Raises
    ------
    ContractError
        If a table breaks its contract.

    Notes
    -----
    Scattered is who is in scope but in no zone because it has no neighbour, or because its group
    of neighbours is below the floor of a zone. A package has two communities or more, each within
    `walk_m` of its centre, and households within the range; it need not touch. Packages are made
    one by one: around each centre the nearest are taken until the least is reached, and of all
    these the one with the least household-weighted walk is kept. Who is left joins the nearest
    centre that has room. Ties go by id.

    References
    ----------
    RULES Z07; FEATURES F26.
    """
    for schema, table in (
        (ASSIGNMENT, assignment),
        (COMMUNITIES, communities),
        (ELIGIBILITY, eligibility),
        (WALKS, walks),
    ):
        check(schema, table)
    waiting = assignment["zone_id"].isna() & assignment["reason"].isin(SCATTERED)
    status = eligibility["status"].reindex(assignment.index)
    names = sorted(str(one) for one in assignment.index[waiting & status.isin(include)])
    households = communities["households"].reindex(names).dropna()
    fitting = {str(one): float(n) for one, n in households.items() if n <= rules.households[1]}
    scattered = _Scattered(fitting, _near(walks, fitting, rules, subdistrict))
    packages = _pack(scattered, rules)
    packed = {one for package in packages for one in package.walks}
    findings = [
        _finding(one, households.get(one), scattered, rules) for one in names if one not in packed
    ]
    return conform(PACKAGES, pd.DataFrame(list(_rows(packages, scattered, rules)))), findings


def _near(
    walks: pd.DataFrame,
    households: Mapping[str, float],
    rules: PackageRules,
    subdistrict: pd.Series | None,
) -> dict[str, list[tuple[float, str]]]:
    """List for each scattered community the others within the walk, nearest first."""
    office = {} if subdistrict is None else subdistrict.dropna().to_dict()
    table = walks[walks["walk_m"] <= rules.walk_m].reset_index()
    table = table[table["focal"].isin(households) & table["neighbor"].isin(households)]
    shortest: dict[tuple[str, str], float] = {}
    for one, other, walk_m in table[["focal", "neighbor", "walk_m"]].itertuples(index=False):
        if one != other and (subdistrict is None or office.get(one) == office.get(other)):
            for pair in ((str(one), str(other)), (str(other), str(one))):
                shortest[pair] = min(float(walk_m), shortest.get(pair, float("inf")))
    near: dict[str, list[tuple[float, str]]] = {one: [] for one in households}
    for (one, other), walk in shortest.items():
        near[one].append((walk, other))
    return {one: sorted(others) for one, others in near.items()}


def _pack(scattered: _Scattered, rules: PackageRules) -> list[_Package]:
    """Make packages one by one, the closest first; then give leftovers to centres with room."""
    free = set(scattered.households)
    offers = {one: _gather(one, free, scattered, rules) for one in sorted(free)}
    packages: list[_Package] = []
    while any(offer is not None for offer in offers.values()):
        _, _, best = min(offer for offer in offers.values() if offer is not None)
        packages.append(_Package(best[0][1], {one: walk for walk, one in best}))
        taken = {one for _, one in best}
        free -= taken
        stale = {other for one in taken for _, other in scattered.near[one]}
        offers = {one: offer for one, offer in offers.items() if one in free}
        offers |= {one: _gather(one, free, scattered, rules) for one in sorted(stale & free)}
    by_centre = {package.centre: package for package in packages}
    ways = [
        (walk, one, centre)
        for one in free
        for walk, centre in scattered.near[one]
        if centre in by_centre
    ]
    for walk, one, centre in sorted(ways):
        members = by_centre[centre].walks
        together = _sum(members, scattered) + scattered.households[one]
        if one in free and together <= rules.households[1]:
            members[one] = walk
            free.remove(one)
    return sorted(packages, key=lambda package: min(package.walks))


def _sum(members: Mapping[str, float], scattered: _Scattered) -> float:
    return sum(scattered.households[one] for one in members)


_Offer = tuple[float, str, tuple[tuple[float, str], ...]]


def _gather(
    centre: str, free: set[str], scattered: _Scattered, rules: PackageRules
) -> _Offer | None:
    """Take the nearest around a centre until the least households are reached, if they are.

    Small near ones may use up the room that a larger one needs: then each in turn goes first.
    """
    near = [(walk, other) for walk, other in scattered.near[centre] if other in free]
    for first in near:
        members, together, burden = [(0.0, centre)], scattered.households[centre], 0.0
        for walk, other in (first, *(one for one in near if one != first)):
            own = scattered.households[other]
            if together + own > rules.households[1]:
                continue
            members.append((walk, other))
            together += own
            burden += own * walk
            if together >= rules.households[0]:
                return burden / max(together, 1.0), centre, tuple(members)
    return None


def _rows(
    packages: list[_Package], scattered: _Scattered, rules: PackageRules
) -> Iterator[dict[str, object]]:
    low, high = rules.households
    width = max(2, len(str(len(packages))))
    for number, package in enumerate(packages, start=1):
        together, count = _sum(package.walks, scattered), len(package.walks)
        longest = max(package.walks.values())
        reason = (
            f"{count} 个分散小区合计 {together:,.0f} 户（范围 {low:,g}–{high:,g} 户），至 "
            f"{package.centre} 步行不超过 {longest:,.0f} m，无需相邻 / {count} scattered "
            f"communities, {together:,.0f} households together (range {low:,g} to {high:,g}), at "
            f"most {longest:,.0f} m on foot from {package.centre}; they need not touch"
        )
        for one in sorted(package.walks):
            yield {
                "package_id": f"P{number:0{width}d}",
                "community_id": one,
                "centre_id": package.centre,
                "walk_m": package.walks[one],
                "households": scattered.households[one],
                "communities": count,
                "households_together": together,
                "reason": reason,
                "clause": CLAUSE,
            }


def _finding(
    name: str, households: float | None, scattered: _Scattered, rules: PackageRules
) -> Finding:
    """Say why a scattered community is offered no package."""
    low, high = rules.households
    if households is None:
        zh, en = "户数不明", "its households are unknown"
    elif name not in scattered.households:
        zh = f"{households:,.0f} 户，超过上限 {high:,g} 户"
        en = f"{households:,.0f} households, more than {high:,g}"
    else:
        others = scattered.near[name]
        zh = (
            f"步行 {rules.walk_m:,g} m 内另有分散小区 {len(others):,} 个，"
            f"凑不成 {low:,g}–{high:,g} 户"
        )
        en = (
            f"{len(others):,} other scattered ones within {rules.walk_m:,g} m on foot make no "
            f"{low:,g} to {high:,g} households"
        )
    return Finding(
        severity="note",
        table_name="packages",
        row_key=name,
        code="package-none",
        zh=f"分散小区 {name} 未能打包：{zh}。",
        en=f"{name} is scattered and offered no package: {en}.",
        remedy="可调整 [zones] package_households 或 package_walk_m，或单独委托物业 / Change "
        "[zones] package_households or package_walk_m, or let it have a service of its own",
    )
