"""The absorb pass: communities of 2001-2005 join a zone that they touch, and never seed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import pandas as pd

from layers.contracts import check, conform
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY

STRENGTH: Final = {"added": 0, "wall": 1, "lane": 2, "road": 3, "bridge": 4}
"""Order of ties: a planner's word first, then the nearer kind of border."""


TOUCH_M: Final = 25.0
"""Widest gap across which a community still touches a zone, metres: a street with its pavements.
Neighbours may be twice as far apart; who is 50 m outside a zone is not in it (FEATURES F21)."""


class Pins(Protocol):
    """A planner's pins, as `ZoningSettings` has them."""

    @property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """Give the sets that share a zone."""

    @property
    def apart(self) -> tuple[tuple[str, ...], ...]:
        """Give the sets no two of which share a zone."""

    @property
    def locked(self) -> Mapping[str, str]:
        """Give the labels of locked communities: one zone for each label."""


def absorb(
    assignment: pd.Series,
    eligibility: pd.DataFrame,
    adjacency: pd.DataFrame,
    *,
    households: pd.Series,
    left_out: pd.DataFrame,
    cap: float = float("inf"),
    subdistrict: pd.Series | None = None,
    pins: Pins | None = None,
) -> pd.DataFrame:
    """Let absorbable communities join zones, name the zones, and account for every community.

    Parameters
    ----------
    assignment
        Core community -> id of its zone's centre (`RegionalizationResult.assignment`).
    eligibility, adjacency
        Contracts `ELIGIBILITY` and `ADJACENCY`; every community has its row of eligibility.
    households
        Households of every community; one without a figure counts as none.
    left_out
        `ZoningProblem.left_out`: reasons of those outside the problem.
    cap
        Most households of a zone, absorbed ones included.
    subdistrict
        Street office of each community when no zone may cross one; None otherwise.
    pins
        What a planner has pinned; it binds those who join as it binds the others. Who is locked is
        marked.

    Returns
    -------
    DataFrame
        Contract `ASSIGNMENT`, all communities; zones numbered ``Z01`` onwards by least member id.

    Notes
    -----
    A community joins through a link with a *core* member of the zone, never through another
    absorbed one: the rule speaks of those inside or touching the zone (RULES E02), and to touch is
    to be at most `TOUCH_M` apart, unless a planner added the link. The strongest
    tie wins (planner's link, wall, lane, road, bridge), then the shorter walk, then the ids. Larger
    communities do not push in before smaller ones: they are taken in the order of tie, walk, id.
    One that would lift the zone above the cap stays out as ``unit_above_cap``, one that no zone
    touches as ``no_neighbour``, one that a pin keeps from every zone that it touches as
    ``planner``.
    """
    locked = frozenset() if pins is None else frozenset(pins.locked)
    check(ELIGIBILITY, eligibility)
    check(ADJACENCY, adjacency)
    weight = households.astype("float64").fillna(0.0)
    zone = assignment.astype("str")
    total = weight.reindex(zone.index).groupby(zone).sum().to_dict()
    outside = eligibility.index[eligibility["status"] == "absorbable"]
    waiting = set(outside) - set(zone.index) - set(left_out.index)
    role = dict.fromkeys(map(str, zone.index), "core")
    placed = {str(unit): str(centre) for unit, centre in zone.items()}
    reason = {str(unit): str(word) for unit, word in left_out["reason"].items()}
    for unit, core in _ties(adjacency, waiting, set(zone.index), subdistrict):
        if unit in placed:
            continue
        target = zone[core]
        if pins is not None and not _may_join(unit, str(target), placed, pins):
            reason.setdefault(unit, "planner")
            continue
        if total[target] + weight.get(unit, 0.0) > cap:
            reason[unit] = "unit_above_cap"
            continue
        total[target] += weight.get(unit, 0.0)
        placed[unit], role[unit] = target, "absorbed"
        reason.pop(unit, None)
    for unit in waiting - set(placed):
        reason.setdefault(unit, "no_neighbour")
    names = _name_zones(placed)
    everyone = sorted({*map(str, eligibility.index), *placed, *reason})
    return conform(
        ASSIGNMENT,
        pd.DataFrame(
            {
                "zone_id": [names.get(unit) for unit in everyone],
                "role": [role.get(unit) for unit in everyone],
                "locked": [unit in locked for unit in everyone],
                "reason": [
                    None if unit in placed else reason.get(unit, "unknown") for unit in everyone
                ],
            },
            index=pd.Index(everyone, name="community_id", dtype="str"),
        ),
    )


def _may_join(unit: str, target: str, placed: Mapping[str, str], pins: Pins) -> bool:
    """Tell whether the pins let a community join a zone, as the others stand."""
    for group in pins.together:
        if unit in group and any(placed.get(one, target) != target for one in group):
            return False
    for group in pins.apart:
        if unit in group and any(placed.get(one) == target for one in group if one != unit):
            return False
    own = pins.locked.get(unit)
    for one, label in pins.locked.items() if own is not None else ():
        if one != unit and one in placed and (label == own) != (placed[one] == target):
            return False
    return True


def _name_zones(placed: dict[str, str]) -> dict[str, str]:
    """Name zones by their least member id: Z01, Z02, ... (Z001 where there are 100 or more)."""
    least: dict[str, str] = {}
    for unit in sorted(placed):
        least.setdefault(placed[unit], unit)
    width = max(2, len(str(len(least))))
    ordered = sorted(least, key=lambda centre: least[centre])
    names = {centre: f"Z{number:0{width}d}" for number, centre in enumerate(ordered, start=1)}
    return {unit: names[centre] for unit, centre in placed.items()}


def _ties(
    adjacency: pd.DataFrame, waiting: set[str], core: set[str], subdistrict: pd.Series | None
) -> list[tuple[str, str]]:
    """List (absorbable, core) links, strongest first."""
    linked = adjacency.loc[adjacency["linked"].astype(bool)]
    ties = []
    linked = linked.loc[~(linked["gap_m"] > TOUCH_M) | (linked["kind"] == "added")]
    rows = zip(linked.index, linked["kind"], linked["walk_m"], strict=True)
    for (focal, neighbor), kind, walk_m in rows:
        for unit, other in ((focal, neighbor), (neighbor, focal)):
            if unit in waiting and other in core and _same_office(unit, other, subdistrict):
                walk = float("inf") if pd.isna(walk_m) else float(walk_m)
                ties.append((STRENGTH[str(kind)], walk, unit, other))
    return [(unit, other) for _, _, unit, other in sorted(ties)]


def _same_office(unit: str, other: str, subdistrict: pd.Series | None) -> bool:
    if subdistrict is None:
        return True
    one, two = subdistrict.get(unit), subdistrict.get(other)
    return bool(one == two or (pd.isna(one) and pd.isna(two)))
