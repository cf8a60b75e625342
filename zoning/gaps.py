"""Gaps: which of the nine haves each community misses, under which clause, for how many."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from layers.contracts import check, conform, keys_of
from layers.tables import CATEGORIES, COMMUNITIES, FACILITIES, WALKERS
from layers.walking import Walking
from zoning.rules import Rulebook
from zoning.tables import GAPS, MET_STATUSES, MISSING_STATUSES, PROVISION

TOLERANCE: Final = 1e-6
"""Metres or minutes by which a sum of edge lengths may miss an exact limit."""

FAR_FACTOR: Final = 1.5
"""A have between the limit and this many times it is far, beyond it is a gap (RULES 2.4)."""


_IGNORABLE: Final = ("edge", "thin_data")
"""Doubts that ``walking.edge = "ignore"`` notes but does not heed."""

_REASONS: Final = {"no_data": "no_data", "far": "beyond_limit", "gap": "none_in_reach"}


def find_gaps(
    provision: pd.DataFrame,
    communities: pd.DataFrame,
    facilities: pd.DataFrame,
    rulebook: Rulebook,
    *,
    walking: Walking,
) -> pd.DataFrame:
    """Judge every have of every community: met, far, gap, unconfirmed or no data.

    Parameters
    ----------
    provision
        Contract `PROVISION`: all communities x nine haves x walkers.
    communities
        Contract `COMMUNITIES`: households, and whether the walk leaves the data (`edge`).
    facilities
        Contract `FACILITIES`: all of the data, for telling a gap from thin data.
    rulebook
        Clauses, bureaus in charge, and when data is thin.
    walking
        Limits, the rule in force, and what to say at the edge of the data.

    Returns
    -------
    DataFrame
        Contract `GAPS`, keyed as `provision`. `limit_m` and `limit_minutes` are the walker's own.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    ValueError
        If `provision` names a community that is not there.

    Notes
    -----
    The first line that holds gives the status; `reason` has the codes, joined by ``;``.

    ============= ================================================= ============================
    status        when                                              reason
    ============= ================================================= ============================
    no_data       not one facility of this have in the whole data   ``no_data``
    met           nearest confirmed, within the limit               none
    unconfirmed   the walk leaves the data (``edge``)               ``edge``
    unconfirmed   community or facilities far from any street       ``not_snapped``
    unconfirmed   streets of community and facilities never meet    ``not_connected``
    unconfirmed   only unconfirmed facilities answer: one within    ``unconfirmed_facility``
                  the limit, or one beyond and no confirmed one
    unconfirmed   fewer confirmed facilities of this have in the    ``thin_data``
                  whole data than the rulebook finds plausible
    far           nearest confirmed, up to 1.5 x the limit          ``beyond_limit``
    gap           none within 1.5 x the limit                       ``none_in_reach``
    ============= ================================================= ============================

    All reasons for `unconfirmed` that hold are listed. Exactly the limit is met; exactly 1.5 x the
    limit is far. ``walking.edge = "ignore"`` takes the data as complete: ``edge`` and ``thin_data``
    then withhold nothing, but stand behind the reason of a far or gap (``none_in_reach;edge``). A
    have that was never mapped stays `no_data` all the same. `small` (met, below the least
    size) needs a facility's area, which `FACILITIES` does not carry: it is not given.

    `flips_at_strict` is true where a have is met at the limit and not at the strict one, and NA
    where there is no data. `households_covered` is households x covered share; where a have is
    `unconfirmed` that is what is known to be covered, a lower bound.

    Far and gap of the adult walker count as missing: see `count_missing`.

    References
    ----------
    RULES 1.8 rules 1 to 6 and 2.4; each row cites its clause.
    """
    check(PROVISION, provision)
    check(COMMUNITIES, communities)
    check(FACILITIES, facilities)
    community = provision.index.get_level_values("community_id")
    unknown = community.difference(communities.index)
    if len(unknown):
        raise ValueError(f"provision names community {unknown[0]!r}, which is not there")
    category = provision.index.get_level_values("category")
    homes = communities.reindex(community)
    limits = _limits(provision, walking)
    status, reason = _judge(provision, homes, _thin(communities, facilities, rulebook), walking)
    by_time = walking.rule == "time"
    value = provision["nearest_minutes" if by_time else "nearest_m"].to_numpy()
    limit = limits["limit_minutes" if by_time else "limit_m"]
    beyond_strict = value > limit * (walking.strict_m / walking.limit_m) + TOLERANCE
    flips = pd.array((status == "met") & beyond_strict, dtype="boolean")
    flips[status == "no_data"] = pd.NA
    out = pd.DataFrame(
        {
            "status": status,
            "nearest_id": provision["nearest_id"].to_numpy(),
            "nearest_m": provision["nearest_m"].to_numpy(),
            "nearest_minutes": provision["nearest_minutes"].to_numpy(),
            **limits,
            "rule": walking.rule,
            "households": homes["households"].to_numpy(),
            "households_covered": homes["households"].to_numpy()
            * provision["covered_share"].to_numpy(),
            "households_source": homes["households_source"].to_numpy(),
            "flips_at_strict": flips,
            "reason": reason,
            "bureau": category.map({have: rulebook.haves[have].bureau for have in CATEGORIES}),
            "clause": category.map(_clauses(rulebook, walking)),
        },
        index=provision.index,
    )
    return conform(GAPS, out)


def _limits(provision: pd.DataFrame, walking: Walking) -> dict[str, NDArray[np.float64]]:
    walker = provision.index.get_level_values("walker")
    return {
        "limit_m": walker.map({w: walking.reach_m(w) for w in WALKERS}).to_numpy(),
        "limit_minutes": walker.map({w: walking.limit_minutes_of(w) for w in WALKERS}).to_numpy(),
    }


def _judge(
    provision: pd.DataFrame, homes: pd.DataFrame, thin: frozenset[str], walking: Walking
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    limits = _limits(provision, walking)
    by_time = walking.rule == "time"
    value = provision["nearest_minutes" if by_time else "nearest_m"].to_numpy()
    limit = limits["limit_minutes" if by_time else "limit_m"]
    confirmed = provision["nearest_confirmed"].fillna(value=False).to_numpy(dtype=bool)
    has_one = provision["nearest_id"].notna().to_numpy()
    is_near = has_one & (value <= limit * FAR_FACTOR + TOLERANCE)
    no_data = (provision["reason"] == "no_data").to_numpy()
    met = confirmed & (value <= limit + TOLERANCE)
    doubts = {
        "edge": homes["edge"].fillna(value=False).to_numpy(dtype=bool),
        "not_snapped": (provision["reason"] == "not_snapped").to_numpy(),
        "not_connected": (provision["reason"] == "not_connected").to_numpy(),
        "unconfirmed_facility": is_near & ~confirmed,
        "thin_data": provision.index.get_level_values("category").isin(sorted(thin)),
    }
    ignored = _IGNORABLE if walking.edge == "ignore" else ()
    withheld = np.any([holds for code, holds in doubts.items() if code not in ignored], axis=0)
    status = np.select(
        [no_data, met, withheld, confirmed & is_near],
        ["no_data", "met", "unconfirmed", "far"],
        default="gap",
    ).astype(object)
    reason = np.array([_REASONS.get(word, "") for word in status], dtype=object)
    for code, holds in doubts.items():
        named = holds & ~np.isin(status, ["met", "no_data"])
        reason[named] = reason[named] + ";" + code
    return status, np.array([codes.removeprefix(";") or None for codes in reason], dtype=object)


def _thin(
    communities: pd.DataFrame, facilities: pd.DataFrame, rulebook: Rulebook
) -> frozenset[str]:
    """Name the haves of which fewer are confirmed than so many households make plausible."""
    households = float(communities["households"].sum())
    confirmed = facilities[facilities["confirmed"].to_numpy(dtype=bool)]
    counts = confirmed.index.get_level_values("category").value_counts()
    return frozenset(
        category
        for category in CATEGORIES
        if counts.get(category, 0) < rulebook.thin_data.plausible_minimum(category, households)
    )


def _clauses(rulebook: Rulebook, walking: Walking) -> dict[str, str]:
    """Cite for each have who asks for it and where the limit comes from."""
    circle = rulebook.life_circle
    if walking.rule == "distance" and circle.from_m <= walking.limit_m <= circle.to_m:
        limit = circle.citation.text
    elif walking.rule == "distance":
        limit = f"限值由项目设定 / limit set by the job: {walking.limit_m:,g} m"
    else:
        limit = f"限时由项目设定 / limit set by the job: {walking.limit_minutes:g} min"
    return {name: f"{have.citation.text}; {limit}" for name, have in rulebook.haves.items()}


def count_missing(gaps: pd.DataFrame, walker: str = "adult") -> pd.DataFrame:
    """Count for each community the haves that are missing, unconfirmed, without data and met.

    Parameters
    ----------
    gaps
        Contract `GAPS`.
    walker
        Whose answers count; statutory figures are the adult's.

    Returns
    -------
    DataFrame
        Indexed by ``community_id``, whole numbers: ``missing`` (far or gap), ``unconfirmed``,
        ``no_data``, ``met``; they add up to the nine haves.

    Raises
    ------
    ContractError
        If `gaps` breaks its contract.
    """
    check(GAPS, gaps)
    chosen = gaps["status"][gaps.index.get_level_values("walker") == walker]
    community = chosen.index.get_level_values("community_id")
    return pd.DataFrame(
        {
            name: chosen.isin(words).groupby(community).sum().astype("int64")
            for name, words in (
                ("missing", MISSING_STATUSES),
                ("unconfirmed", ("unconfirmed",)),
                ("no_data", ("no_data",)),
                ("met", MET_STATUSES),
            )
        }
    ).rename_axis("community_id")


def roll_up_gaps(
    gaps: pd.DataFrame, group: pd.Series, contract: pa.DataFrameSchema
) -> pd.DataFrame:
    """Add up the answers of communities for zones or street offices.

    Parameters
    ----------
    gaps
        Contract `GAPS`.
    group
        Id of the zone or street office, indexed by ``community_id``; a community with NA, or not
        listed, belongs to none and is left out.
    contract
        `ZONE_GAPS` or `SUBDISTRICT_GAPS`.

    Returns
    -------
    DataFrame
        Under `contract`, one row per group, have and walker. `met` is true when all communities
        meet the have, false when one misses it (far or gap), else NA: unconfirmed or no data is no
        verdict. Households of communities without a figure count as 0 and show in
        `households_source` only by the sources of the others.

    Raises
    ------
    ContractError
        If `gaps` breaks its contract.

    References
    ----------
    RULES 1.8 rule 1: yes or no beside the households covered.
    """
    check(GAPS, gaps)
    names = keys_of(contract)
    status = gaps["status"]
    parts = pd.DataFrame(
        {
            names[0]: gaps.index.get_level_values("community_id").map(group.to_dict()),
            "category": gaps.index.get_level_values("category"),
            "walker": gaps.index.get_level_values("walker"),
            "communities_met": status.isin(MET_STATUSES).to_numpy(),
            "communities_unconfirmed": (status == "unconfirmed").to_numpy(),
            "missing": status.isin(MISSING_STATUSES).to_numpy(),
            "communities": 1,
            "households_covered": gaps["households_covered"].to_numpy(),
            "households": gaps["households"].to_numpy(),
            "households_source": gaps["households_source"].to_numpy(),
        }
    ).dropna(subset=[names[0]])
    grouped = parts.groupby(names, sort=True)
    out = grouped[
        [
            "communities_met",
            "communities_unconfirmed",
            "missing",
            "communities",
            "households_covered",
            "households",
        ]
    ].sum()
    out["households_source"] = grouped["households_source"].agg(_join_sources)
    all_met = (out["communities_met"] == out["communities"]).astype("boolean")
    out["met"] = all_met.mask(~all_met & (out["missing"] == 0), pd.NA)
    return conform(contract, out)


def _join_sources(sources: pd.Series) -> str | None:
    return ";".join(sorted(sources.dropna().unique())) or None
