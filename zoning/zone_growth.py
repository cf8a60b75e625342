"""Why a zone ends where it does: who stands beyond its border, what stops them, who is next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import pandas as pd

Walks = Mapping[tuple[str, str], float]
Both = tuple[str, str]
"""Chinese, English."""

_KILO: Final = 1000.0


class GrowthLimits(Protocol):
    """Limits that may stop a zone, as `ZoningSettings` has them."""

    @property
    def households(self) -> tuple[float, float] | None:
        """Give the least and most households."""

    @property
    def communities(self) -> tuple[int, int] | None:
        """Give the least and most communities."""

    @property
    def walk_minutes(self) -> float | None:
        """Give the longest walk to the centre."""

    @property
    def subdistrict(self) -> str:
        """Tell whether street offices are hard, soft or off."""

    @property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """Give the sets that share a zone."""

    @property
    def apart(self) -> tuple[tuple[str, ...], ...]:
        """Give the sets no two of which share a zone."""


@dataclass
class ZoneSums:
    """One zone as growth is weighed on it.

    Parameters
    ----------
    core
        Core members, sorted.
    centre
        Its centre.
    households, core_households
        All households, and those of core members.
    sums
        Household-metres to each core member as centre; ``inf`` where a walk is not known.
    """

    core: list[str]
    centre: str
    households: float
    core_households: float
    sums: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A community just beyond the border of a zone.

    Parameters
    ----------
    community_id
        Who.
    zone_id
        Its own zone; empty when it is in none.
    households
        Its households.
    barrier
        What stops it: ``office``, ``walk``, ``cap``, ``crowd``, ``floor``, ``few``, ``split``,
        ``pin``; empty when every limit would hold.
    extra
        Household-metres that all walks to centres grow by when it joins, both zones around their
        best centres; ``inf`` when a walk is not known.
    """

    community_id: str
    zone_id: str
    households: float
    barrier: str
    extra: float


BARRIERS: Final[Mapping[str, Both]] = {
    "office": ("属其他街道", "belong to another street office"),
    "walk": ("至中心步行过远", "are too far a walk from the centre"),
    "cap": ("会超过户数上限", "would break the cap of households"),
    "crowd": ("会超过小区数上限", "would break the most communities"),
    "floor": ("移出后原片区低于户数下限", "would leave their zone below the floor"),
    "few": ("移出后原片区小区过少", "would leave their zone with too few communities"),
    "split": ("移出后原片区会断开", "would cut their zone in two"),
    "pin": ("已锁定或有约束", "are locked or pinned"),
}
"""What stops a community, Chinese and English; several may, the first in this order is told."""


class Growth:
    """Weighs who could join which zone.

    Parameters
    ----------
    placed
        Rows of `ASSIGNMENT` that are in a zone.
    households, subdistrict
        By community.
    neighbours
        Linked neighbours of each community.
    walks
        Walk of each pair in both directions, m.
    centres
        Zone id -> centre.
    limits
        Limits of the job.
    longest_m
        Longest walk to a centre, m; ``inf`` for none.
    """

    def __init__(  # every table that a limit looks at
        self,
        placed: pd.DataFrame,
        *,
        households: pd.Series,
        subdistrict: pd.Series,
        neighbours: Mapping[str, list[str]],
        walks: Walks,
        centres: pd.Series,
        limits: GrowthLimits,
        longest_m: float,
    ) -> None:
        self.households = {str(k): float(v) for k, v in households.fillna(0.0).items()}
        self.office = {str(k): "" if pd.isna(v) else str(v) for k, v in subdistrict.items()}
        self.neighbours, self.walks, self.limits = neighbours, walks, limits
        self.longest_m = longest_m
        self.zone_of = {str(k): str(v) for k, v in placed["zone_id"].items()}
        self.role = {str(k): str(v) for k, v in placed["role"].items()}
        self.fixed = {str(k) for k in placed.index[placed["locked"].astype(bool)]}
        self.fixed |= {one for group in limits.together for one in group}
        self.rivals: dict[str, set[str]] = {}
        for group in limits.apart:
            for one in group:
                self.rivals.setdefault(one, set()).update(set(group) - {one})
        self.zones = {
            str(zone): self._sum_up(str(centres[zone]), sorted(map(str, rows.index)))
            for zone, rows in placed.groupby("zone_id")
        }

    def _sum_up(self, centre: str, members: list[str]) -> ZoneSums:
        core = [one for one in members if self.role[one] == "core"]
        return ZoneSums(
            core=core,
            centre=centre,
            households=sum(self.households[one] for one in members),
            core_households=sum(self.households[one] for one in core),
            sums={
                to: math.fsum(self.households[one] * self._walk(one, to) for one in core)
                for to in core
            },
        )

    def _walk(self, one: str, other: str) -> float:
        return 0.0 if one == other else self.walks.get((one, other), math.inf)

    def nearest_here(self, zone_id: str) -> int:
        """Count the core members to which no other zone's centre is nearer than their own."""
        own = self.zones[zone_id]
        others = [zone.centre for name, zone in self.zones.items() if name != zone_id]
        return sum(
            all(self._walk(one, own.centre) <= self._walk(one, other) for other in others)
            for one in own.core
        )

    def mean_walk_m(self, zone_id: str) -> float:
        """Give the mean walk of a household of core members to the centre, m; NaN when unknown."""
        own = self.zones[zone_id]
        known = [one for one in own.core if math.isfinite(self._walk(one, own.centre))]
        total = sum(self.households[one] for one in known)
        if not total:
            return math.nan
        walked = math.fsum(self.households[one] * self._walk(one, own.centre) for one in known)
        return walked / total

    def candidates(self, zone_id: str) -> list[Candidate]:
        """List core communities of other zones that links join to this one, cheapest first."""
        beyond = {
            other
            for one in self.zones[zone_id].core
            for other in self.neighbours.get(one, [])
            if self.role.get(other) == "core" and self.zone_of[other] != zone_id
        }
        found = [self._weigh(zone_id, one) for one in beyond]
        return sorted(found, key=lambda c: (c.extra, c.community_id))

    def _weigh(self, zone_id: str, one: str) -> Candidate:
        own, giver = self.zones[zone_id], self.zones[self.zone_of[one]]
        weight = self.households[one]
        joined = [total + weight * self._walk(one, to) for to, total in own.sums.items()]
        joined.append(math.fsum(self.households[x] * self._walk(x, one) for x in own.core))
        left = [
            total - weight * self._walk(one, to) if math.isfinite(total) else math.inf
            for to, total in giver.sums.items()
            if to != one
        ]
        before = min(own.sums.values()) + min(giver.sums.values())
        after = min(joined) + min(left, default=0.0)
        return Candidate(
            community_id=one,
            zone_id=self.zone_of[one],
            households=weight,
            barrier=self._barrier(own, giver, one),
            extra=after - before if math.isfinite(after) and math.isfinite(before) else math.inf,
        )

    def _barrier(self, own: ZoneSums, giver: ZoneSums, one: str) -> str:
        limits, weight = self.limits, self.households[one]
        low, high = limits.households or (0.0, math.inf)
        few, many = limits.communities or (1, math.inf)
        offices = {self.office.get(member, "") for member in own.core}
        tests = {
            "office": limits.subdistrict == "hard" and offices != {self.office.get(one, "")},
            "walk": self._walk(one, own.centre) > self.longest_m,
            "cap": own.households + weight > high,
            "crowd": len(own.core) + 1 > many,
            "floor": giver.core_households - weight < low,
            "few": len(giver.core) - 1 < few,
            "split": not self._holds_without(giver, one),
            "pin": one in self.fixed or bool(self.rivals.get(one, set()) & set(own.core)),
        }
        return next((name for name, broken in tests.items() if broken), "")

    def _holds_without(self, zone: ZoneSums, one: str) -> bool:
        rest = set(zone.core) - {one}
        if not rest:
            return False
        queue = [min(rest)]
        seen = set(queue)
        while queue:
            fresh = (set(self.neighbours.get(queue.pop(), [])) & rest) - seen
            seen |= fresh
            queue.extend(sorted(fresh))
        return seen == rest

    def explain(self, zone_id: str, called: Mapping[str, str]) -> Both:
        """Say why these, what stopped growth, who would be next and at what cost.

        Parameters
        ----------
        zone_id
            The zone.
        called
            Community id -> its name for people.

        Returns
        -------
        tuple of str
            Chinese and English, each made from figures alone.
        """
        parts = [self._why(zone_id), *self._stopped(zone_id, called)]
        return "".join(zh for zh, _ in parts), " ".join(en for _, en in parts)

    def _why(self, zone_id: str) -> Both:
        own, mean = self.zones[zone_id], self.mean_walk_m(zone_id)
        near = self.nearest_here(zone_id)
        told_zh, told_en = (f"{mean:,.0f} m",) * 2 if mean >= 1 else ("不足 1 m", "under 1 m")
        if math.isnan(mean):
            told_zh, told_en = "不明", "unknown"
        return (
            (
                f"{len(own.core):,} 个核心小区中 {near:,} 个以此中心为最近的片区中心，"
                f"每户平均步行 {told_zh}。"
            ),
            (
                f"Its centre is the nearest of all centres for {near:,} of {len(own.core):,} core "
                f"communities; the mean walk of a household is {told_en}."
            ),
        )

    def _stopped(self, zone_id: str, called: Mapping[str, str]) -> list[Both]:
        around = self.candidates(zone_id)
        if not around:
            return [
                (
                    "界外没有相连的小区，片区已占满所在连通部分。",
                    "Nobody beyond its border is linked with it: it fills its connected part.",
                )
            ]
        counts = Counter(candidate.barrier for candidate in around)
        free = counts.pop("", 0)
        listed = [(BARRIERS[name], counts[name]) for name in BARRIERS if name in counts]
        told = [(f"{n:,} 个{zh}", f"{n:,} {en}") for (zh, en), n in listed]
        if free:
            told.append(
                (f"{free:,} 个不受限值阻止", f"{free:,} would break no limit")
                if listed
                else ("均不受限值阻止", "none is stopped by a limit")
            )
        zh = f"界外相连小区 {len(around):,} 个：{'，'.join(zh for zh, _ in told)}。"
        en = f"Linked beyond its border: {len(around):,}; {', '.join(en for _, en in told)}."
        allowed = [candidate for candidate in around if not candidate.barrier]
        return [(zh, en), self._next(zone_id, (allowed or around)[0], called)]

    def _next(self, zone_id: str, one: Candidate, called: Mapping[str, str]) -> Both:
        name = called.get(one.community_id, one.community_id)
        zh = f"下一个是 {name}（{one.households:,g} 户，现属 {one.zone_id}）："
        en = f"Next would be {name}, {one.households:,g} households, now in {one.zone_id}:"
        if math.isinf(one.extra):
            cost = ("步行代价不明", "the cost in walks is unknown")
        else:
            by, each = abs(one.extra) / _KILO, abs(one.extra) / max(one.households, 1.0)
            more = one.extra >= 0
            cost = (
                (
                    f"两片区步行总量{'增加' if more else '减少'} {by:,.1f} 户·公里"
                    f"（合该小区每户 {each:,.0f} m）"
                ),
                (
                    f"walks to both centres would {'grow' if more else 'shrink'} by {by:,.1f} "
                    f"household-km ({each:,.0f} m for each of its households)"
                ),
            )
        change = self._change(zone_id, one)
        return f"{zh}{cost[0]}{change[0]}。", f"{en} {cost[1]}{change[1]}."

    def _change(self, zone_id: str, one: Candidate) -> Both:
        """Say which limit would have to give way, and how far."""
        own, giver = self.zones[zone_id], self.zones[one.zone_id]
        low, high = self.limits.households or (0.0, math.inf)
        if one.barrier == "cap":
            to = own.households + one.households
            return (
                f"，且上限须由 {high:,g} 升至 {to:,g}",
                f", and the cap would have to rise {high:,g} -> {to:,g}",
            )
        if one.barrier == "floor":
            to = giver.core_households - one.households
            return (
                f"，且下限须由 {low:,g} 降至 {to:,g}",
                f", and the floor would have to fall {low:,g} -> {to:,g}",
            )
        if one.barrier:
            zh, en = BARRIERS[one.barrier]
            return f"；但受阻：{zh}", f"; but such communities {en}"
        return "", ""
