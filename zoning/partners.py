"""Partners: with whom each community gains most from being renovated together, and why."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.contracts import check, conform
from layers.tables import CATEGORIES, COMMUNITIES
from zoning.rules import HAVE_NAMES
from zoning.tables import ADJACENCY, ASSIGNMENT, ELIGIBILITY, GAPS, MISSING_STATUSES, PARTNERS

MOST_PARTNERS: Final = 5
"""Partners listed for one community, at most."""

ENOUGH_PARTNERS: Final = 3
"""With fewer neighbours than this the search goes on through neighbours of neighbours."""

FULL_BORDER_M: Final = 100.0
"""Shared border that earns the full border term, metres."""

FULL_COMMON: Final = 3
"""Haves missing in common that earn the full term."""

_BORDERS: Final = {
    "wall": ("共墙", "shared wall", 1.0),
    "lane": ("隔巷相对", "facing across a lane,", 0.8),
    "road": ("隔路相对", "facing across a road,", 0.5),
    "added": ("人工相连，相对", "link added by a planner, facing", 0.5),
    "bridge": ("经桥相连，步行", "by bridge, on foot", 0.3),
    "through": ("间接相连", "through", 0.0),
}
"""Kinds of border: Chinese, English, and how much of the border term they can earn."""


@dataclass(frozen=True, kw_only=True)
class PartnerWeights:
    """How much each reason counts; an assumption of this toolkit, open to change.

    Parameters
    ----------
    border
        Shared wall, lane, road or bridge: half for the kind, half for the metres shared.
    common
        Haves that both miss: one new facility within both walks closes them for both.
    households
        Mean of what each side gains towards the floor by counting together.
    subdistrict
        Same street office (RULES Z03).
    likeness
        Share of haves with the same known answer (RULES Z04).
    """

    border: float = 0.3
    common: float = 0.3
    households: float = 0.2
    subdistrict: float = 0.1
    likeness: float = 0.1


@dataclass(frozen=True)
class _Answers:
    """Which haves each community is known to miss or to meet, adult walker."""

    ids: pd.Index
    missing: NDArray[np.bool_]
    known: NDArray[np.bool_]


def rank_partners(
    adjacency: pd.DataFrame,
    gaps: pd.DataFrame,
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    *,
    assignment: pd.DataFrame | None = None,
    households_floor: float | None = None,
    weights: PartnerWeights = PartnerWeights(),
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
    assignment
        Contract `ASSIGNMENT`, if there is a zone plan: its own choice then stands in `reason`.
    households_floor
        Least households of a zone; without one the households term counts for nobody.
    weights
        How much each reason counts.

    Returns
    -------
    DataFrame
        Contract `PARTNERS`. `score` is 0 to 1 and the same for both of a pair. `common_missing`
        lists categories joined by ``;``. `reason` has a number for each reason, Chinese and
        English parted by `` / ``.

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
    none is known on both sides.

    References
    ----------
    RULES Z01 to Z04, Z12, Z13; FEATURES F23. The weights are ours.
    """
    _check_inputs(adjacency, gaps, communities, eligibility)
    if assignment is not None:
        check(ASSIGNMENT, assignment)
    if households_floor is not None and not households_floor > 0:
        raise ValueError(f"households_floor must be positive, got {households_floor!r}")
    excluded = frozenset(eligibility.index[eligibility["status"] == "excluded"])
    pairs = _find_pairs(adjacency, sorted(communities.index), excluded)
    table = _describe(pairs, adjacency, communities, _read_answers(gaps, communities.index))
    table["score"] = _score(table, communities, households_floor, weights)
    table = table.sort_values(
        ["focal", "steps", "score", "partner"], ascending=[True, True, False, True]
    )
    table["rank"] = table.groupby("focal").cumcount() + 1
    table = table[table["rank"] <= MOST_PARTNERS]
    zones = pd.Series(dtype="str") if assignment is None else assignment["zone_id"].dropna()
    zone = {str(community): str(name) for community, name in zones.items()}
    table["reason"] = [
        _join([*_explain_scope(pair, excluded), *_explain(pair, households_floor, zone)])
        for pair in _as_pairs(table)
    ]
    renamed = table.rename(columns={"focal": "community_id", "partner": "partner_id"})
    return conform(PARTNERS, renamed)


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


def _read_answers(gaps: pd.DataFrame, ids: pd.Index) -> _Answers:
    adult = gaps["status"][gaps.index.get_level_values("walker") == "adult"]
    wide = adult.droplevel("walker").unstack("category")  # noqa: PD010 - the key is the index
    wide = wide.reindex(index=ids, columns=list(CATEGORIES))
    missing = wide.isin(MISSING_STATUSES).to_numpy()
    return _Answers(ids, missing, missing | wide.isin(("met", "small")).to_numpy())


def _describe(
    pairs: pd.DataFrame, adjacency: pd.DataFrame, communities: pd.DataFrame, answers: _Answers
) -> pd.DataFrame:
    table = pairs.copy()
    low = np.minimum(table["focal"].to_numpy(dtype=object), table["partner"].to_numpy(dtype=object))
    high = np.maximum(
        table["focal"].to_numpy(dtype=object), table["partner"].to_numpy(dtype=object)
    )
    borders = adjacency[["kind", "shared_m", "walk_m"]]
    found = borders.reindex(pd.MultiIndex.from_arrays([low, high], names=borders.index.names))
    table["shared_kind"] = np.where(table["steps"] > 1, "through", found["kind"].to_numpy())
    for column in ("shared_m", "walk_m"):
        table[column] = np.where(table["steps"] > 1, np.nan, found[column].to_numpy())
    one = answers.ids.get_indexer(pd.Index(table["focal"]))
    other = answers.ids.get_indexer(pd.Index(table["partner"]))
    common = answers.missing[one] & answers.missing[other]
    table["common"] = common.sum(axis=1)
    table["common_missing"] = [
        ";".join(name for name, is_common in zip(CATEGORIES, row, strict=True) if is_common) or None
        for row in common
    ]
    both = answers.known[one] & answers.known[other]
    alike = both & (answers.missing[one] == answers.missing[other])
    counted = both.sum(axis=1)
    table["likeness"] = np.divide(
        alike.sum(axis=1), counted, out=np.full(len(table), np.nan), where=counted > 0
    )
    households = communities["households"].to_numpy()
    table["households_after"] = households[one] + households[other]
    office = communities["subdistrict"]
    same = office.to_numpy()[one] == office.to_numpy()[other]
    stated = office.notna().to_numpy()
    table["same_subdistrict"] = pd.array(same, dtype="boolean")
    table.loc[~(stated[one] & stated[other]), "same_subdistrict"] = pd.NA
    return table


def _score(
    table: pd.DataFrame,
    communities: pd.DataFrame,
    households_floor: float | None,
    weights: PartnerWeights,
) -> NDArray[np.float64]:
    kind = table["shared_kind"].map({name: factor for name, (_, _, factor) in _BORDERS.items()})
    shared = (table["shared_m"].fillna(0.0) / FULL_BORDER_M).clip(upper=1.0)
    terms = [
        (weights.border, kind.to_numpy() * (0.5 + 0.5 * shared.to_numpy())),
        (weights.common, (table["common"] / FULL_COMMON).clip(upper=1.0).to_numpy()),
        (weights.subdistrict, table["same_subdistrict"].fillna(value=False).to_numpy(dtype=float)),
        (weights.likeness, table["likeness"].fillna(0.0).to_numpy()),
    ]
    if households_floor is not None:
        alone = (communities["households"] / households_floor).clip(upper=1.0)
        together = (table["households_after"] / households_floor).clip(upper=1.0).to_numpy()
        sides = table["focal"].map(alone).to_numpy() + table["partner"].map(alone).to_numpy()
        terms.append((weights.households, np.nan_to_num(together - sides / 2.0)))
    whole = sum(weight for weight, _ in terms)
    total = np.zeros(len(table))
    for weight, term in terms:
        total += weight * term
    return total / whole


@dataclass(frozen=True)
class _Pair:
    """One row as the reason needs it; numbers are NaN and flags None where unknown.

    `border_m` is the shared length, by bridge the walk.
    """

    focal: str
    partner: str
    between: str
    kind: str
    border_m: float
    common: tuple[str, ...]
    households: float
    same_office: bool | None
    likeness: float


def _as_pairs(table: pd.DataFrame) -> Iterator[_Pair]:
    for row in table.to_dict("records"):
        office = row["same_subdistrict"]
        yield _Pair(
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


_Reason = tuple[str, str]


def _join(reasons: list[_Reason]) -> str:
    return "；".join(zh for zh, _ in reasons) + " / " + "; ".join(en for _, en in reasons)


def _explain_scope(pair: _Pair, excluded: frozenset[str]) -> list[_Reason]:
    is_out = pair.focal in excluded
    return [("本小区不在改造范围", "this community is out of scope")] if is_out else []


def _explain(pair: _Pair, households_floor: float | None, zone: Mapping[str, str]) -> list[_Reason]:
    reasons = [_explain_border(pair), _explain_common(pair.common)]
    reasons.append(_explain_households(pair.households, households_floor))
    if pair.same_office is not None:
        office = (
            ("同一街道", "same street office")
            if pair.same_office
            else ("不同街道", "another street office")
        )
        reasons.append(office)
    if not math.isnan(pair.likeness):
        reasons.append((f"需求相似度 {pair.likeness:.0%}", f"needs {pair.likeness:.0%} alike"))
    own, theirs = zone.get(pair.focal), zone.get(pair.partner)
    if own is not None and own == theirs:
        reasons.append((f"方案同在 {own}", f"the plan joins them in {own}"))
    elif own is not None and theirs is not None:
        reasons.append((f"方案分在 {own}、{theirs}", f"the plan parts them: {own}, {theirs}"))
    return reasons


def _explain_border(pair: _Pair) -> _Reason:
    zh, en, _ = _BORDERS[pair.kind]
    if pair.between:
        via = pair.between.split(";")
        return f"{zh}（经 {'、'.join(via)}）", f"{en} {', '.join(via)}"
    if math.isnan(pair.border_m):
        return f"{zh}长度不明", f"{en} unknown length"
    return f"{zh} {pair.border_m:.0f} 米", f"{en} {pair.border_m:.0f} m"


def _explain_common(common: tuple[str, ...]) -> _Reason:
    if not common:
        return "无共同缺项", "nothing missing in common"
    zh = "、".join(HAVE_NAMES[name][0] for name in common)
    en = ", ".join(HAVE_NAMES[name][1] for name in common)
    return f"同缺 {len(common)} 项：{zh}", f"{len(common)} missing in common: {en}"


def _explain_households(together: float, floor: float | None) -> _Reason:
    if math.isnan(together):
        return "合计户数不明", "households together unknown"
    zh, en = f"合计 {together:.0f} 户", f"{together:.0f} households together"
    if floor is None:
        return zh, en
    share = together / floor
    return (
        f"{zh}，为下限 {floor:.0f} 户的 {share:.0%}",
        f"{en}, {share:.0%} of the floor {floor:.0f}",
    )
