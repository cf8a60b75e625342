"""Where a zone goes over a river or a railway: its links by a bridge or a crossing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import geopandas as gpd
import pandas as pd
import shapely


def find_inner_crossings(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Draw a line between two communities of one zone that a bridge or crossing joins.

    Parameters
    ----------
    tables
        ``communities``, and ``adjacency`` and ``assignment`` where there are zones.

    Returns
    -------
    GeoDataFrame
        ``zone_id`` and the shortest line between the two outlines, one row for each link, in the
        order of the table; empty where no zone has such a link.

    Notes
    -----
    The line says who is joined over what separates them. It is not the bridge itself, which the
    streets show.
    """
    communities = cast("gpd.GeoDataFrame", tables["communities"]).geometry
    empty = gpd.GeoDataFrame({"zone_id": []}, geometry=[], crs=communities.crs)
    if not {"adjacency", "assignment"} <= set(tables):
        return empty
    adjacency, zone_of = tables["adjacency"], tables["assignment"]["zone_id"]
    over = adjacency["linked"].astype(bool) & adjacency["crosses"].eq("bridge")
    pairs = adjacency.index[over.to_numpy(dtype=bool)]
    ends = [pairs.get_level_values(level) for level in (0, 1)]
    zones = [zone_of.reindex(end).to_numpy() for end in ends]
    inner = pd.notna(zones[0]) & (zones[0] == zones[1])
    if not inner.any():
        return empty
    one, other = (communities.reindex(end[inner]).to_numpy() for end in ends)
    return gpd.GeoDataFrame(
        {"zone_id": zones[0][inner]}, geometry=shapely.shortest_line(one, other), crs=empty.crs
    )
