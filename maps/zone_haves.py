"""What each zone has of the nine haves, as papers show it: counts and one verdict a have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from maps.words import HAVES
from zoning.tables import MISSING_STATUSES


@dataclass(frozen=True)
class ZoneHave:
    """What a zone has of one of the nine, for adults.

    Parameters
    ----------
    verdict
        The weightiest answer among its communities: ``gap``, ``unconfirmed``, ``no_data`` or
        ``met``; one community without it makes a zone miss it.
    met, missing, unconfirmed, no_data
        Communities by answer; together they are `communities`.
    communities
        Communities of the zone.
    covered, households
        Households.
    """

    verdict: str
    met: int
    missing: int
    unconfirmed: int
    no_data: int
    communities: int
    covered: float
    households: float

    @property
    def communities_text(self) -> str:
        """Write ``16/17``; ``14 (+1) [2]/17`` where one waits for review and two have no data."""
        waiting = f" (+{self.unconfirmed})" if self.unconfirmed else ""
        silent = f" [{self.no_data}]" if self.no_data else ""
        return f"{self.met}{waiting}{silent}/{self.communities}"


def zone_haves(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, ZoneHave]]:
    """Gather what each zone has, by zone and have in their official order."""
    if not {"zone_gaps", "gaps", "assignment"} <= set(tables):
        return {}
    counted = tables["zone_gaps"].reset_index()
    counted = counted[counted["walker"].eq("adult")]
    answers = tables["gaps"].reset_index()
    answers = answers[answers["walker"].eq("adult")]
    zones = answers["community_id"].map(tables["assignment"]["zone_id"])
    statuses = answers.groupby([zones.rename("zone_id"), "category"])["status"].agg(list).to_dict()
    found: dict[str, dict[str, ZoneHave]] = {}
    for row in counted.to_dict(orient="records"):
        zone, have = str(row["zone_id"]), str(row["category"])
        own = statuses.get((zone, have), [])
        met, waiting = int(row["communities_met"]), int(row["communities_unconfirmed"])
        missing = sum(status in MISSING_STATUSES for status in own)
        communities = int(row["communities"])
        found.setdefault(zone, {})[have] = ZoneHave(
            _weightiest(own),
            met,
            missing,
            waiting,
            communities - met - missing - waiting,
            communities,
            float(row["households_covered"]),
            float(row["households"]),
        )
    return {zone: {have: own[have] for have in HAVES if have in own} for zone, own in found.items()}


def _weightiest(statuses: Collection[str]) -> str:
    if any(status in MISSING_STATUSES for status in statuses):
        return "gap"
    return next((status for status in ("unconfirmed", "no_data") if status in statuses), "met")
