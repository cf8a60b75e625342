"""From communities to the solver's problem: weights, links, cost, bounds; who is left out, why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.checks import Finding
from layers.contracts import check
from layers.tables import CATEGORIES, COMMUNITIES, WALKS
from layers.walking import Walking
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.drafts import add_needs
from zoning.regionalization.pins import idle_pins, require_known_pins
from zoning.regionalization.settings import ZoningSettings, ZoningTerms
from zoning.tables import ADJACENCY, ELIGIBILITY, GAPS, MISSING_STATUSES

REFERENCE_HOUSEHOLDS: Final = 1347.0
"""Households of a zone in 偃政办〔2021〕4号: 9 427 in 7 zones (RULES Z05)."""

REFERENCE_COMMUNITIES: Final = 136 / 7
"""Communities of a zone there: 136 in 7 zones (RULES Z05)."""

WORDING: Final = {
    "excluded": ("excluded by the rulebook: {}", "按规则不纳入：{}"),
    "unknown": ("eligibility or households unknown: {}", "资格或户数不明：{}"),
    "unit_above_cap": ("{} households, more than the cap of a zone", "{} 户，超过片区户数上限"),
    "no_neighbour": (
        "no linked neighbour that can be walked to among the communities of the problem",
        "没有可步行到达的相连小区",
    ),
    "component_below_floor": (
        "the connected group has {} households in all, below the floor of a zone",
        "所在连通组共 {} 户，低于片区户数下限",
    ),
    "planner": ("left out by the planner", "由规划人员排除"),
}
"""Reasons in words, English and Chinese."""

__all__ = ["Bounds", "ZoningProblem", "ZoningSettings", "ZoningTerms", "pose_zoning"]


@dataclass(frozen=True, kw_only=True)
class ZoningProblem:
    """What `regionalize` takes, and the account of who is not in it.

    Parameters
    ----------
    weights
        Community id -> households.
    adjacency
        Links among them: ``focal``, ``neighbor``.
    cost
        ``unit``, ``centre``, ``cost``: metres of walk per household, terms included.
    bounds
        The limits.
    draft
        Community id -> zone number of the plan by which unlike needs are priced; None without them.
    left_out
        By ``community_id``: ``reason`` (contract `ASSIGNMENT`), ``zh``, ``en``. Absorbable
        communities are neither here nor in the problem.
    findings
        Defaults in force and pins that do not apply.
    """

    weights: pd.Series
    adjacency: pd.DataFrame
    cost: pd.DataFrame
    bounds: Bounds
    draft: pd.Series | None
    left_out: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether no community is left to be zoned."""
        return self.weights.empty


def pose_zoning(
    communities: pd.DataFrame,
    eligibility: pd.DataFrame,
    walks: pd.DataFrame,
    gaps: pd.DataFrame,
    adjacency: pd.DataFrame,
    settings: ZoningSettings,
    *,
    walking: Walking,
) -> ZoningProblem:
    """Make the zoning problem of one job.

    Parameters
    ----------
    communities, eligibility, walks, gaps, adjacency
        Contracts `COMMUNITIES`, `ELIGIBILITY`, `WALKS` (m), `GAPS`, `ADJACENCY`.
    settings
        Rules of the job.
    walking
        Turns `walk_minutes` into metres.

    Returns
    -------
    ZoningProblem
        Possibly empty: see `ZoningProblem.is_empty`.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    JobError
        If a pin names a community that does not exist.

    Notes
    -----
    Left out, in this order: eligibility, households unknown, above the cap, no neighbour that can
    be walked to, a connected group below the floor. Leaving out one community may cut off another,
    so the last two are repeated until nothing changes. A community without neighbours may be a
    zone of its own only if a floor is set and met.
    """
    for schema, table in (
        (COMMUNITIES, communities),
        (ELIGIBILITY, eligibility),
        (WALKS, walks),
        (GAPS, gaps),
        (ADJACENCY, adjacency),
    ):
        check(schema, table)
    require_known_pins(settings, communities.index)
    units, reasons = judge_units(communities, eligibility, settings)
    group = communities["subdistrict"] if settings.subdistrict != "off" else None
    links = _links(adjacency, group if settings.subdistrict == "hard" else None)
    pairs = _walk_pairs(walks, settings, walking)
    households = communities["households"]
    units, links = _prune(units, links, pairs, households, settings, reasons)
    findings: list[Finding] = []
    bounds = _bounds(units, links, households, settings, findings)
    known = communities["name"].reindex(units).dropna()
    bounds = replace(
        bounds,
        groups=None if group is None else group.reindex(units),
        names={str(unit): str(name) for unit, name in known.items()},
    )
    bounds = _pin(bounds, units, settings, findings)
    cost, draft = _cost(units, households, links, pairs, gaps, settings, bounds)
    return ZoningProblem(
        weights=households.reindex(units).rename("households"),
        adjacency=links,
        cost=cost,
        draft=draft,
        bounds=bounds,
        left_out=_left_out(reasons, eligibility),
        findings=tuple(findings),
    )


def judge_units(
    communities: pd.DataFrame, eligibility: pd.DataFrame, settings: ZoningSettings
) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Tell which communities zones are made of, before anyone asks who is next to whom.

    Returns
    -------
    tuple
        Their ids in order; and for each that is left out the word of the reason and its value.
    """
    reasons: dict[str, tuple[str, str]] = {}
    units = []
    most = float("inf") if settings.households is None else settings.households[1]
    for unit, households in communities["households"].sort_index().items():
        name = str(unit)
        known = name in eligibility.index
        status = str(eligibility["status"][name]) if known else "unknown"
        words = eligibility["reasons"][name] if known else None
        if settings.locked.get(name) == "":
            reasons[name] = ("planner", "")
        elif status in {"excluded", "unknown"} and status not in settings.include:
            reasons[name] = (status, str(words) if isinstance(words, str) else "-")
        elif status == "absorbable" or status not in settings.include:
            continue
        elif np.isnan(households):
            reasons[name] = ("unknown", "households = NA")
        elif households > most:
            reasons[name] = ("unit_above_cap", f"{households:,.10g}")
        else:
            units.append(name)
    return units, reasons


def _links(adjacency: pd.DataFrame, group: pd.Series | None) -> pd.DataFrame:
    pairs = cast("pd.MultiIndex", adjacency.index[adjacency["linked"].astype(bool)])
    table = pairs.to_frame(index=False)
    if group is None:
        return table
    known = group.astype("object").where(group.notna(), "")
    same = known.reindex(table["focal"]).to_numpy() == known.reindex(table["neighbor"]).to_numpy()
    kept: pd.DataFrame = table.loc[same]
    return kept.reset_index(drop=True)


def _walk_pairs(walks: pd.DataFrame, settings: ZoningSettings, walking: Walking) -> pd.DataFrame:
    """Give the walk of each pair in both directions, the shorter where both are listed."""
    table = walks.reset_index()
    turned = table.rename(columns={"focal": "neighbor", "neighbor": "focal"})
    both = pd.concat([table, turned], ignore_index=True)
    both = both.loc[both["focal"] != both["neighbor"]]
    pairs = both.groupby(["focal", "neighbor"], sort=True)["walk_m"].min().reset_index()
    if settings.walk_minutes is not None:
        limit_m = settings.walk_minutes * walking.metres_per_minute("adult")
        pairs = pairs.loc[pairs["walk_m"] <= limit_m]
    return pairs.rename(columns={"focal": "unit", "neighbor": "centre"}).reset_index(drop=True)


def _prune(
    units: list[str],
    links: pd.DataFrame,
    pairs: pd.DataFrame,
    households: pd.Series,
    settings: ZoningSettings,
    reasons: dict[str, tuple[str, str]],
) -> tuple[list[str], pd.DataFrame]:
    """Drop communities that can be in no zone, until nothing changes."""
    floor = 0.0 if settings.households is None else settings.households[0]
    alone_may = floor > 0 and (settings.communities is None or settings.communities[0] <= 1)
    while units:
        links = links.loc[links["focal"].isin(units) & links["neighbor"].isin(units)]
        walked = pairs.loc[pairs["unit"].isin(units) & pairs["centre"].isin(units), "unit"]
        linked = set(links["focal"]) | set(links["neighbor"])
        can_join = linked & set(walked)
        part = _parts(units, links)
        total = households.reindex(units).groupby(part).transform("sum")
        dropped = set()
        for unit in units:
            own = float(households[unit])
            if unit not in can_join and not (alone_may and own >= floor):
                reasons[unit] = ("no_neighbour", "")
                dropped.add(unit)
            elif total[unit] < floor:
                reasons[unit] = ("component_below_floor", f"{total[unit]:,.10g}")
                dropped.add(unit)
        if not dropped:
            break
        units = [unit for unit in units if unit not in dropped]
    return units, links.loc[links["focal"].isin(units)].reset_index(drop=True)


def _parts(units: list[str], links: pd.DataFrame) -> list[int]:
    index = pd.Index(units)
    first = index.get_indexer(pd.Index(links["focal"]))
    second = index.get_indexer(pd.Index(links["neighbor"]))
    matrix = coo_array((np.ones(len(first)), (first, second)), shape=(len(units), len(units)))
    return [int(number) for number in connected_components(matrix.tocsr(), directed=False)[1]]


def _bounds(
    units: list[str],
    links: pd.DataFrame,
    households: pd.Series,
    settings: ZoningSettings,
    findings: list[Finding],
) -> Bounds:
    weight = (0.0, float("inf")) if settings.households is None else settings.households
    count = settings.count
    penalty = 0.0
    if count is None and settings.households is None and units:
        total = float(households.reindex(units).sum())
        parts = len(set(_parts(units, links)))
        # the smaller of both counts: one large estate alone is no contiguous renovation
        by_scale = min(
            round(total / REFERENCE_HOUSEHOLDS), round(len(units) / REFERENCE_COMMUNITIES)
        )
        count = max(1, parts, by_scale)
        findings.append(_default_count(count, len(units), total, parts))
    if settings.subdistrict == "soft":
        penalty = settings.terms.crossing or settings.link_walk_m
    return Bounds(
        weight=weight,
        count=count,
        units=settings.communities,
        group_rule=settings.subdistrict,
        group_penalty=penalty,
        balance=settings.terms.balance,
    )


def _default_count(count: int, communities: int, total: float, parts: int) -> Finding:
    return Finding(
        severity="note",
        table_name="zones",
        row_key="",
        code="zones-default-count",
        zh="未设置 households 与 count："
        f"按每片区约 {REFERENCE_COMMUNITIES:.1f} 个小区、{REFERENCE_HOUSEHOLDS:,.10g} 户"
        f"（偃政办〔2021〕4号）与 {parts} 个连通部分，"
        f"{communities} 个小区 {total:,.10g} 户划为 {count} 个片区。",
        en=f"Neither households nor count is set: {communities} communities with {total:,.10g} "
        f"households in {parts} connected parts make {count} zones, at about "
        f"{REFERENCE_COMMUNITIES:.1f} communities and {REFERENCE_HOUSEHOLDS:,.10g} households each "
        "(偃政办〔2021〕4号).",
        remedy="在 [zones] 中设置 households 或 count / Set households or count in [zones]",
    )


def _pin(
    bounds: Bounds, units: list[str], settings: ZoningSettings, findings: list[Finding]
) -> Bounds:
    """Apply pins to the communities of the problem; say where one is left out."""
    known = set(units)
    kept: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in ("together", "apart"):
        sets = [tuple(m for m in members if m in known) for members in getattr(settings, name)]
        kept[name] = tuple(members for members in sets if len(members) > 1)
    locked = {m: label for m, label in settings.locked.items() if label != "" and m in known}
    findings.extend(idle_pins(settings, known))
    return replace(bounds, together=kept["together"], apart=kept["apart"], locked=locked)


def _cost(
    units: list[str],
    households: pd.Series,
    links: pd.DataFrame,
    pairs: pd.DataFrame,
    gaps: pd.DataFrame,
    settings: ZoningSettings,
    bounds: Bounds,
) -> tuple[pd.DataFrame, pd.Series | None]:
    own = pd.DataFrame({"unit": units, "centre": units, "cost": 0.0})
    among = pairs.loc[pairs["unit"].isin(units) & pairs["centre"].isin(units)]
    table = among.rename(columns={"walk_m": "cost"}).reset_index(drop=True)
    joined = pd.concat([own, table], ignore_index=True) if len(table) else own
    draft = None
    if settings.terms.needs > 0 and units:
        held, lacks = households.reindex(units), _lacks(gaps, units)
        joined, draft = add_needs(joined, held, links, bounds, lacks, settings.terms.needs)
    return joined.astype({"unit": "str", "centre": "str", "cost": "float64"}), draft


def _lacks(gaps: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    """Tell which haves each community lacks, for adults; community x category."""
    table = gaps.reset_index()
    table = table.loc[table["walker"] == "adult"]
    lacking = table.assign(lacks=table["status"].isin(MISSING_STATUSES))
    wide = lacking.pivot_table(
        index="community_id", columns="category", values="lacks", aggfunc="max"
    )
    return wide.reindex(index=units, columns=list(CATEGORIES)).fillna(value=False).astype(bool)


def _left_out(reasons: dict[str, tuple[str, str]], eligibility: pd.DataFrame) -> pd.DataFrame:
    """Tell who is left out and why; by the sentences of eligibility where it is that."""
    said = eligibility[["reasons", "explained_zh", "explained_en"]].dropna()
    rows = []
    for unit, (word, value) in sorted(reasons.items()):
        zh, en = value, value
        if unit in said.index and value == said["reasons"][unit]:
            zh, en = said["explained_zh"][unit], said["explained_en"][unit]
        rows.append(
            {
                "community_id": unit,
                "reason": word,
                "zh": WORDING[word][1].format(zh),
                "en": WORDING[word][0].format(en),
            }
        )
    table = pd.DataFrame(rows, columns=["community_id", "reason", "zh", "en"], dtype="str")
    return table.set_index("community_id")
