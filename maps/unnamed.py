"""What residents call a community without a name: by the street that it stands by, by no code."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.words import Both

NEAR_M: Final = 150.0
"""A street further away than this tells nobody where a community is."""


def name_unnamed(communities: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> dict[int, Both]:
    """Describe communities without a name.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`, or the part of it that may be shown; without the column
        ``subdistrict`` street offices are not told.
    streets
        Contract `STREETS`, in the same CRS.

    Returns
    -------
    dict
        Position of a community to its description in Chinese and in English: the nearest named
        street within `NEAR_M`, else its street office, and a number where several share one.
    """
    unnamed = np.flatnonzero(communities["name"].isna().to_numpy())
    if not len(unnamed):
        return {}
    rows = communities.iloc[unnamed]
    street = _streets_of(rows, streets)
    office = rows["subdistrict"] if "subdistrict" in rows else pd.Series("", index=rows.index)
    zh = street.where(street.eq(""), street + "旁").where(street.ne(""), office.fillna(""))
    en = street.where(street.eq(""), "by " + street).where(street.ne(""), office.fillna(""))
    several = zh.map(zh.value_counts()) > 1
    number = (zh.groupby(zh).cumcount() + 1).astype("str").radd(" ").where(several, "")
    return {
        int(at): (
            f"未命名小区{count}（{hint_zh}）" if hint_zh else f"未命名小区{count}",
            f"Unnamed community{count} ({hint_en})" if hint_en else f"Unnamed community{count}",
        )
        for at, count, hint_zh, hint_en in zip(unnamed, number, zh, en, strict=True)
    }


def _streets_of(rows: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> pd.Series:
    """Name the nearest street of each community; empty where none is near."""
    named = streets[streets["name"].notna()].sort_index()
    tree = shapely.STRtree(named.geometry.to_numpy())
    own, hit = tree.query_nearest(rows.geometry.to_numpy(), max_distance=NEAR_M)
    names = pd.DataFrame({"own": own, "name": named["name"].to_numpy()[hit]})
    first = names.groupby("own")["name"].min()  # of streets equally near the first by name
    found = first.reindex(np.arange(len(rows))).fillna("")
    return pd.Series(found.to_numpy(), index=rows.index, dtype="str")
