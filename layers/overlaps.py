"""Which polygon of another table covers most of each polygon."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def largest_overlap(parts: gpd.GeoDataFrame, wholes: gpd.GeoDataFrame) -> pd.Series:
    """Find the polygon of `wholes` that shares most ground with each polygon of `parts`.

    Parameters
    ----------
    parts, wholes
        Valid polygons in one metric system, keyed.

    Returns
    -------
    Series
        Key of the whole by key of the part; NA where no ground is shared. Equal shares go to the
        lesser key.
    """
    own = parts.geometry.to_numpy()
    others = wholes.geometry.to_numpy()
    part, whole = shapely.STRtree(others).query(own, predicate="intersects")
    # most parts lie within one whole: only the others need the costly intersection
    shared = shapely.area(own[part])
    across = ~shapely.covers(others[whole], own[part])
    shared[across] = shapely.area(shapely.intersection(own[part[across]], others[whole[across]]))
    pairs = pd.DataFrame({"part": part, "shared": -shared, "key": wholes.index.to_numpy()[whole]})
    pairs = pairs[pairs["shared"] < 0].sort_values(["part", "shared", "key"])
    best = pairs.drop_duplicates("part")
    keys = np.full(len(parts), None, dtype=object)
    keys[best["part"].to_numpy()] = best["key"].to_numpy()
    return pd.Series(keys, index=parts.index, dtype="str", name=wholes.index.name)
