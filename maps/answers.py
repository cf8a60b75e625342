"""Answers to the nine haves as rows of a page's document."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.tables import CATEGORIES
from maps.contents import Contents
from maps.rows import NONE, Tables, coded, flags, whole
from zoning.tables import MET_STATUSES, STATUSES

LEAST_HOUSEHOLDS: Final = 5
"""Of a community with fewer, no share of households is public."""


def list_answers(
    tables: Tables,
    communities: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    contents: Contents,
) -> dict[str, Any]:
    """Write the answers by walker: community after community, nine haves each.

    Parameters
    ----------
    tables
        Every table by name; `gaps` is read.
    communities, facilities
        Rows of the page, in its order: answers name facilities by position.
    contents
        What the page may carry.

    Returns
    -------
    dict
        For each walker ``status`` (one digit an answer) and, as allowed, metres, tenths of minutes,
        nearest facility, whether the strict limit changes the answer, limit, clause, per cent of
        households covered (in public rounded to tens, of met haves only); for the bureau also
        reason and bureau in charge. Empty when not allowed.
    """
    if not contents.has("status"):
        return {}
    digits = {status: str(position) for position, status in enumerate(STATUSES)}
    out: dict[str, Any] = {}
    for walker in contents.walkers:
        wanted = pd.MultiIndex.from_product(
            [communities.index, CATEGORIES, [walker]], names=["community_id", "category", "walker"]
        )
        rows = tables["gaps"].reindex(wanted)
        part: dict[str, Any] = {"status": "".join(rows["status"].fillna("no_data").map(digits))}
        if contents.has("nearest_m"):
            part["m"] = whole(rows["nearest_m"])
        if contents.has("nearest_minutes"):
            part["tenths"] = whole(rows["nearest_minutes"], 10.0)
        if contents.has("nearest_name"):
            pairs = [rows["nearest_id"].array, wanted.get_level_values("category")]
            at = facilities.index.get_indexer(pd.MultiIndex.from_arrays(pairs))
            part["nearest"] = np.where(at < 0, NONE, at).tolist()
        if contents.has("flips_at_strict"):
            part["flips"] = flags(rows["flips_at_strict"])
        part |= _limits(rows, contents)
        if not contents.is_public:
            part["reason"] = coded(rows["reason"])
            part["bureau"] = coded(rows["bureau"])
        if contents.has("covered_share"):
            covered = rows["households_covered"] / rows["households"]
            if contents.is_public:
                covered = _told_in_public(covered, rows)
            part["covered"] = whole(covered, 100.0)
        out[walker] = part
    return out


def _told_in_public(covered: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Round shares to tenths, 0 and 1 only where they are exact; tell them of met haves alone.

    Nothing is told of a community of fewer than five households: there a share is a household.
    """
    tenths = (covered * 10).round().clip(1, 9) / 10
    tenths = tenths.mask(covered.le(0), 0.0).mask(covered.ge(1), 1.0)
    told = rows["status"].isin(MET_STATUSES) & rows["households"].ge(LEAST_HOUSEHOLDS)
    return tenths.where(told)


def _limits(rows: pd.DataFrame, contents: Contents) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if contents.has("limit_m"):
        out["limit_m"] = whole(rows["limit_m"])
    if contents.has("limit_minutes"):
        out["limit_tenths"] = whole(rows["limit_minutes"], 10.0)
    if contents.has("clause"):
        out["clause"] = coded(rows["clause"])
    return out
