"""Which things to keep lie in which communities."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

AREAS: Final = ("historic_area", "historic_city")
"""Kinds that are ground, not a thing: only outlines say who lies in them."""

LEAST_SHARE: Final = 0.01
"""Two areas share ground from this share of the smaller on: less is a border drawn twice by hand,
as for street offices."""

LEAST_LINE_M: Final = 1.0
"""Least metres of a line within an outline, or the whole of a shorter one."""

_ID: Final = "protection_id"


def place_protections(
    protections: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *, within_m: float
) -> pd.DataFrame:
    """Say which things lie in which communities.

    Parameters
    ----------
    protections
        Keyed ``protection_id``, with ``kind``, in metres.
    communities
        Polygons keyed ``community_id``, in the same system.
    within_m
        As in `prepare_protections`.

    Returns
    -------
    DataFrame
        Columns ``protection_id``, ``community_id``, sorted, each pair once.

    Notes
    -----
    A point belongs to the communities that hold it, on the outline too; one that none holds, to all
    within `within_m` of it: works on either side can harm it. An area belongs to those that share
    at least 1 % of the smaller of the two with it, a line to those that hold a metre of it. An area
    kind that is drawn as a point or an open line belongs to nobody.
    """
    things = protections.geometry.to_numpy()
    homes = communities.geometry.to_numpy()
    thing, home = shapely.STRtree(homes).query(things, predicate="dwithin", distance=within_m)
    own, around = things[thing], homes[home]
    dimension = shapely.get_dimensions(own)
    touches = shapely.intersects(own, around)
    shared = np.full(len(own), shapely.Point(), dtype=object)
    shared[touches] = shapely.intersection(own[touches], around[touches])
    smaller = np.minimum(shapely.area(own), shapely.area(around))
    least_m = np.minimum(LEAST_LINE_M, shapely.length(own))
    held = touches & (dimension == 0)
    is_held = np.isin(thing, thing[held])
    joined = np.select(
        [dimension == 0, dimension == 1],
        [held | ~is_held, (shapely.length(shared) >= least_m) & touches],
        (shapely.area(shared) >= LEAST_SHARE * smaller) & touches,
    )
    areal = np.isin(protections["kind"].to_numpy()[thing], AREAS)
    joined &= ~areal | (dimension == 2)  # noqa: PLR2004  an area
    pairs = {
        _ID: protections.index.to_numpy()[thing[joined]],
        "community_id": communities.index.to_numpy()[home[joined]],
    }
    return pd.DataFrame(pairs, dtype="str").sort_values(list(pairs), ignore_index=True)
