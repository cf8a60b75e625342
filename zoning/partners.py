"""Partners: with whom each community gains most from being renovated together, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, cast

import numpy as np
import pandas as pd

from layers.contracts import check, conform
from layers.tables import CATEGORIES, COMMUNITIES, WALKS
from zoning.partner_reasons import (
    Pair,
    explain_pair,
    explain_scope,
    explain_set,
    join_reasons,
)
from zoning.partner_sets import BestSets, find_sets, sum_points
from zoning.partner_terms import (
    OUR_WEIGHTS,
    TERMS,
    PartnerWeights,
    Situation,
    measure_gains,
    read_situation,
    weigh,
)
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY, GAPS, PARTNER_SETS, PARTNERS

__all__ = ["PartnerWeights", "rank_partner_sets", "rank_partners"]

MOST_PARTNERS: Final = 5
"""Partners listed for one community, at most."""

ENOUGH_PARTNERS: Final = 3
"""With fewer neighbours than this the search goes on through neighbours of neighbours."""


def rank_partners(
    adjacency: pd.DataFrame,
    gaps: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    *,
    walks: pd.DataFrame | None = None,
    assignment: pd.DataFrame | None = None,
    households_floor: float | None = None,
    weights: PartnerWeights = OUR_WEIGHTS,
) -> pd.DataFrame:
    """Rank, for every community, up to five others to renovate it together with.

    Parameters
    ----------
    adjacency
        Contract `ADJACENCY`; only rows with `linked` count.
    gaps
        Contract `GAPS`; the adult walker's answers count.
    communities
        Contract `COMMUNITIES`.
    eligibility
        Contract `ELIGIBILITY`: an excluded community is nobody's partner.
    walks
        Contract `WALKS`, m; without it only the walks of linked neighbours are known.
    assignment
        Contract `ASSIGNMENT`, if there is a zone plan: its own choice stands beside.
    households_floor
        Least households of a zone; without one the households term counts for nobody.
    weights
        How much each reason counts.

    Returns
    -------
    DataFrame
        Contract `PARTNERS`. `score` is 0 to 1, the sum of the points of its five reasons, and the
        same for both of a pair. `common_missing` lists categories joined by ``;``: those that both
        miss and one new facility within both walks would close. `reason` has a number for each
        reason, Chinese and English parted by `` / ``.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    ValueError
        If `adjacency`, `gaps` or `eligibility` do not fit `communities`, or the floor is not
        positive.

    Notes
    -----
    Linked neighbours come first, by score, then by id. A community with fewer than three of them
    is offered neighbours of neighbours, step by step, until there are three or its part of the
    adjacency ends; `shared_kind` is then ``through`` and the reason names the communities between,
    which have to join as well. An excluded community is listed with partners too (it may be judged
    again), and its reason says that it is out of scope; paths may lead through it.

    Unknown figures earn nothing: households or a street office that are not stated, needs of which
    none is known on both sides, a facility between two without a known walk.

    References
    ----------
    RULES Z01 to Z04, Z12, Z13; FEATURES F23. The weights are ours.
    """
    situation = _read(
        adjacency, gaps, communities, eligibility, walks, assignment, households_floor
    )
    excluded = frozenset(eligibility.index[eligibility["status"] == "excluded"])
    pairs = _find_pairs(adjacency, sorted(communities.index), excluded)
    table = _describe(pairs, adjacency, situation, weights)
    table = table.sort_values(
        ["focal", "steps", "score", "partner"], ascending=[True, True, False, True]
    )
    table["rank"] = table.groupby("focal").cumcount() + 1
    table = table[table["rank"] <= MOST_PARTNERS]
    zone = _zones(assignment)
    table["zone_id"] = table["focal"].map(zone)
    table["partner_zone_id"] = table["partner"].map(zone)
    table["reason"] = [
        join_reasons(
            [*explain_scope(pair.focal, excluded), *explain_pair(pair, households_floor, zone)]
        )
        for pair in _as_pairs(table)
    ]
    renamed = table.rename(columns={"focal": "community_id", "partner": "partner_id"})
    return conform(PARTNERS, renamed)


def rank_partner_sets(
    adjacency: pd.DataFrame,
    gaps: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    *,
    walks: pd.DataFrame | None = None,
    assignment: pd.DataFrame | None = None,
    households_floor: float | None = None,
    weights: PartnerWeights = OUR_WEIGHTS,
) -> pd.DataFrame:
    """Rank, for every community, contiguous sets of two to five partners.

    Parameters
    ----------
    adjacency, gaps, communities, eligibility, walks, assignment, households_floor, weights
        As for `rank_partners`.

    Returns
    -------
    DataFrame
        Contract `PARTNER_SETS`: for each community the best set found with two, three, four and
        five partners, ranked by score. A set is connected through linked rows, the community and
        its partners alone; an excluded community is in no other's set. The score is the same for
        every member of a set, and for a set of two that of `rank_partners`.

    Raises
    ------
    ContractError, ValueError
        As for `rank_partners`.
    """
    situation = _read(
        adjacency, gaps, communities, eligibility, walks, assignment, households_floor
    )
    excluded = frozenset(eligibility.index[eligibility["status"] == "excluded"])
    allowed = ~situation.ids.isin(sorted(excluded))
    linked = adjacency.index[adjacency["linked"].to_numpy(dtype=bool)]
    found = find_sets(situation, cast("pd.MultiIndex", linked), allowed, weights)[1:]
    zone = _zones(assignment)
    frames = [_describe_sets(sets, situation, zone, excluded) for sets in found]
    if not frames:
        return conform(PARTNER_SETS, pd.DataFrame())
    table = pd.concat(frames, ignore_index=True).sort_values(
        ["community_id", "score", "communities"], ascending=[True, False, True]
    )
    table["rank"] = table.groupby("community_id").cumcount() + 1
    return conform(PARTNER_SETS, table)


def _read(
    adjacency: pd.DataFrame,
    gaps: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    walks: pd.DataFrame | None,
    assignment: pd.DataFrame | None,
    households_floor: float | None,
) -> Situation:
    _check_inputs(adjacency, gaps, communities, eligibility)
    if walks is not None:
        check(WALKS, walks)
    if assignment is not None:
        check(ASSIGNMENT, assignment)
    if households_floor is not None and not households_floor > 0:
        raise ValueError(f"households_floor must be positive, got {households_floor!r}")
    return read_situation(adjacency, gaps, communities, walks, households_floor)


def _zones(assignment: pd.DataFrame | None) -> dict[str, str]:
    zones = pd.Series(dtype="str") if assignment is None else assignment["zone_id"].dropna()
    return {str(community): str(name) for community, name in zones.items()}


def _check_inputs(
    adjacency: pd.DataFrame,
    gaps: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
) -> None:
    check(ADJACENCY, adjacency)
    check(GAPS, gaps)
    check(COMMUNITIES, communities)
    check(ELIGIBILITY, eligibility)
    known = communities.index
    for name, level in (("focal", adjacency), ("neighbor", adjacency), ("community_id", gaps)):
        strange = level.index.get_level_values(name).difference(known)
        if len(strange):
            raise ValueError(f"{name} {strange[0]!r} is no community")
    unjudged = known.difference(eligibility.index)
    if len(unjudged):
        raise ValueError(f"eligibility has no row for community {unjudged[0]!r}")


def _find_pairs(adjacency: pd.DataFrame, ids: list[str], excluded: frozenset[str]) -> pd.DataFrame:
    """List for every community its possible partners, the steps to them and who lies between."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for focal, neighbor in adjacency.index[adjacency["linked"].to_numpy(dtype=bool)]:
        neighbours[focal].append(neighbor)
        neighbours[neighbor].append(focal)
    rows: list[tuple[str, str, int, str]] = []
    for focal in ids:
        between: dict[str, tuple[str, ...]] = {focal: ()}
        frontier, steps, found = [focal], 0, 0
        while frontier and found < ENOUGH_PARTNERS:
            steps += 1
            reached: dict[str, tuple[str, ...]] = {}
            # Sorted, so that of several ways of equal steps the least by id is named.
            for here in sorted(frontier, key=lambda one: (between[one], one)):
                way = (*between[here], here) if here != focal else ()
                for there in neighbours[here]:
                    if there not in between and there not in reached:
                        reached[there] = way
            between |= reached
            frontier = list(reached)
            partners = [one for one in frontier if one not in excluded]
            found += len(partners)
            rows.extend((focal, one, steps, ";".join(between[one])) for one in partners)
    return pd.DataFrame(rows, columns=["focal", "partner", "steps", "between"])


def _describe(
    pairs: pd.DataFrame, adjacency: pd.DataFrame, situation: Situation, weights: PartnerWeights
) -> pd.DataFrame:
    table = pairs.copy()
    low = np.minimum(table["focal"].to_numpy(dtype=object), table["partner"].to_numpy(dtype=object))
    high = np.maximum(
        table["focal"].to_numpy(dtype=object), table["partner"].to_numpy(dtype=object)
    )
    borders = adjacency[["kind", "shared_m"]]
    found = borders.reindex(pd.MultiIndex.from_arrays([low, high], names=borders.index.names))
    table["shared_kind"] = np.where(table["steps"] > 1, "through", found["kind"].to_numpy())
    table["shared_m"] = np.where(table["steps"] > 1, np.nan, found["shared_m"].to_numpy())
    one = situation.ids.get_indexer(pd.Index(table["focal"]))
    other = situation.ids.get_indexer(pd.Index(table["partner"]))
    members = np.sort(np.column_stack([one, other]), axis=1).astype(np.int64)
    walk = situation.walk.of(members[:, 0], members[:, 1])
    table["walk_m"] = np.where(np.isfinite(walk), walk, np.nan)
    gains = measure_gains(members, situation)
    points = weigh(gains, weights, has_floor=situation.floor is not None)
    table["common"] = gains.saved.sum(axis=1)
    table["common_missing"] = [_names(row) for row in gains.saved]
    table["likeness"] = gains.likeness
    table["households_after"] = situation.households[one] + situation.households[other]
    table["same_subdistrict"] = pd.array(
        situation.office[one] == situation.office[other], dtype="boolean"
    )
    unstated = (situation.office[one] < 0) | (situation.office[other] < 0)
    table.loc[unstated, "same_subdistrict"] = pd.NA
    for name in TERMS:
        table[f"{name}_points"] = points[name]
    table["score"] = sum_points(points)
    return table


def _names(saved: np.ndarray) -> str | None:
    named = [name for name, number in zip(CATEGORIES, saved, strict=True) if number > 0]
    return ";".join(named) or None


def _describe_sets(
    sets: BestSets, situation: Situation, zone: Mapping[str, str], excluded: frozenset[str]
) -> pd.DataFrame:
    ids = situation.ids.to_numpy(dtype=object)
    own = [str(one) for one in ids[sets.focal]]
    partners = [
        tuple(str(ids[at]) for at in row if at != focal)
        for focal, row in zip(sets.focal, sets.members, strict=True)
    ]
    together = situation.households[sets.members].sum(axis=1)
    offices = [len(set(row)) if min(row) >= 0 else None for row in situation.office[sets.members]]
    in_zone = [
        sum(zone.get(other, "") == zone[one] for other in others) if one in zone else None
        for one, others in zip(own, partners, strict=True)
    ]
    table = pd.DataFrame(
        {
            "community_id": own,
            "partners": [";".join(others) for others in partners],
            "communities": sets.members.shape[1],
            "households_after": together,
            "common": sets.gains.saved.sum(axis=1),
            "common_missing": [_names(row) for row in sets.gains.saved],
            "subdistricts": pd.array(offices, dtype="Int64"),
            "likeness": sets.gains.likeness,
            **{f"{name}_points": sets.points[name] for name in TERMS},
            "score": sets.score,
            "zone_id": [zone.get(one) for one in own],
            "in_zone": pd.array(in_zone, dtype="Int64"),
        }
    )
    table["reason"] = [
        join_reasons(
            [*explain_scope(row["community_id"], excluded), *explain_set(row, situation.floor)]
        )
        for row in table.to_dict("records")
    ]
    return table


def _as_pairs(table: pd.DataFrame) -> Iterator[Pair]:
    for row in table.to_dict("records"):
        office = row["same_subdistrict"]
        yield Pair(
            focal=str(row["focal"]),
            partner=str(row["partner"]),
            between=str(row["between"]),
            kind=str(row["shared_kind"]),
            border_m=float(row["walk_m" if row["shared_kind"] == "bridge" else "shared_m"]),
            common=tuple(str(row["common_missing"]).split(";")) if row["common"] else (),
            households=float(row["households_after"]),
            same_office=None if pd.isna(office) else bool(office),
            likeness=float(row["likeness"]),
        )
