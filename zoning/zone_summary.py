"""Summary of zones: the printed figures of each zone that no other table holds, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from layers.contracts import check
from layers.tables import CATEGORIES
from zoning.tables import CONTRACTS, MISSING_STATUSES

OPEN_STATUSES: Final = ("gap", "far", "small", "unconfirmed")
"""Answers that somebody must act on, the gravest first."""


def summarise_zones(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add up what the members of each zone have.

    Parameters
    ----------
    tables
        Contracts `COMMUNITIES`, `ASSIGNMENT`, `ZONES` and `GAPS`.

    Returns
    -------
    DataFrame
        Keyed by ``zone_id``: ``buildings``, ``floor_area_m2`` (NA where no member states one),
        ``buildings_unknown_communities``, ``floor_area_unknown_communities`` (members that state
        none), ``absorbed_communities``, ``communities_with_gaps``, ``gaps`` and ``unconfirmed``
        (community times have, for adults).

    Raises
    ------
    ContractError
        If a table breaks its contract.
    """
    for name in ("communities", "assignment", "zones", "gaps"):
        check(CONTRACTS[name], tables[name])
    ids = tables["zones"].index
    assignment = tables["assignment"]
    zone_of = assignment["zone_id"].dropna()
    members = pd.DataFrame(tables["communities"][["buildings", "floor_area_m2"]])
    members = members.reindex(zone_of.index).astype("float64")
    frame = pd.DataFrame(index=ids)
    for column, unknown in (
        ("buildings", "buildings_unknown_communities"),
        ("floor_area_m2", "floor_area_unknown_communities"),
    ):
        values = members[column].groupby(zone_of)
        frame[column] = values.sum(min_count=1)
        frame[unknown] = members[column].isna().groupby(zone_of).sum()
    absorbed = assignment.loc[zone_of.index, "role"].eq("absorbed")
    frame["absorbed_communities"] = absorbed.groupby(zone_of).sum()
    rows = _answers(tables)
    missing = rows[rows["status"].isin(MISSING_STATUSES)]
    frame["communities_with_gaps"] = missing.groupby("zone_id")["community_id"].nunique()
    frame["gaps"] = missing.groupby("zone_id").size()
    frame["unconfirmed"] = rows[rows["status"].eq("unconfirmed")].groupby("zone_id").size()
    counts = [name for name in frame.columns if name not in {"buildings", "floor_area_m2"}]
    frame[counts] = frame[counts].fillna(0).astype("int64")
    return frame


def list_open_haves(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List what each zone lacks: by have and answer, in how many communities, who must act.

    Parameters
    ----------
    tables
        Contracts `ASSIGNMENT` and `GAPS`.

    Returns
    -------
    DataFrame
        One row a zone, have and open answer (`OPEN_STATUSES`), in the order of zones, haves and
        gravity: ``zone_id``, ``category``, ``status``, ``communities`` (count),
        ``households_uncovered``, ``community_ids`` (tuple, those of most households first),
        ``bureau``, ``clause``.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    """
    for name in ("assignment", "gaps"):
        check(CONTRACTS[name], tables[name])
    rows = _answers(tables)
    rows = rows[rows["status"].isin(OPEN_STATUSES)].copy()
    rows["uncovered"] = rows["households"] - rows["households_covered"]
    rows["have"] = rows["category"].map(CATEGORIES.index)
    rows["gravity"] = rows["status"].map(OPEN_STATUSES.index)
    rows = rows.sort_values(
        ["zone_id", "have", "gravity", "households", "community_id"],
        ascending=[True, True, True, False, True],
    )
    listed = [
        {
            "zone_id": part["zone_id"].iloc[0],
            "category": part["category"].iloc[0],
            "status": part["status"].iloc[0],
            "communities": len(part),
            "households_uncovered": part["uncovered"].sum(min_count=1),
            "community_ids": tuple(part["community_id"]),
            "bureau": part["bureau"].iloc[0],
            "clause": part["clause"].iloc[0],
        }
        for _, part in rows.groupby(["zone_id", "have", "gravity"])
    ]
    return pd.DataFrame(
        listed,
        columns=[
            *("zone_id", "category", "status", "communities", "households_uncovered"),
            *("community_ids", "bureau", "clause"),
        ],
    )


def _answers(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the answers for adults of communities in zones."""
    rows = tables["gaps"].reset_index()
    rows = rows[rows["walker"].eq("adult")]
    rows = rows.assign(zone_id=rows["community_id"].map(tables["assignment"]["zone_id"]))
    return rows[rows["zone_id"].notna()]
