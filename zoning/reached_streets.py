"""Reached streets (可达路段): the pieces of street themselves, for places where a polygon misleads.

A circle counts ground beside every reached street; where streets are few it promises more than
there is. The pieces are drawn without overlap, so that their length is what can be walked.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.contracts import check, conform
from layers.network import WalkNetwork
from layers.squares import SQUARE_CLASS
from layers.tables import SNAPS, STREETS
from layers.walking import Walking
from zoning.reached import arrange, cut_reached, lines_of, origins_of
from zoning.tables import REACHED_STREETS


def trace_reached_streets(
    network: WalkNetwork,
    snaps: pd.DataFrame,
    streets: gpd.GeoDataFrame,
    *,
    walking: Walking,
    walkers: Iterable[str] = ("adult",),
) -> gpd.GeoDataFrame:
    """Cut the streets that each community reaches within the limit.

    Parameters
    ----------
    network
        The walking network.
    snaps
        Contract `SNAPS`; the gates of a community are its origins, access legs counted but not
        drawn.
    streets
        Contract `STREETS`, which the network was built from.
    walking
        Walking assumptions.
    walkers
        Whose limit counts. A whole city's pieces are large, hence adults only unless asked.

    Returns
    -------
    GeoDataFrame
        Contract `REACHED_STREETS`: one row a community and walker, lines merged where they go on;
        communities that are not on the network or reach no street have no row. Walks across squares
        are no streets and have no part in it; footways beside a street (``parallel``) are drawn,
        and their length is that street's.

    Raises
    ------
    ContractError
        If `snaps` or `streets` breaks its contract.

    Notes
    -----
    A piece ends exactly where the limit strikes; cost accrues evenly along an edge. Pieces lie
    within the circle of the same walker and band 15, as it is before water is cut out of it.
    """
    check(SNAPS, snaps)
    check(STREETS, streets)
    of = streets.reindex(network.street_ids)
    is_street = of["class"].ne(SQUARE_CLASS).to_numpy(dtype=bool)
    is_counted = is_street & ~of["parallel"].fillna(value=False).to_numpy(dtype=bool)
    rows = snaps.reset_index()
    origins = origins_of(rows[rows["owner"] == "community"], network)
    found: list[gpd.GeoDataFrame] = []
    for walker in walkers:
        ways = arrange(network, network.cost(walking, walker))
        limit, access = walking.limit(walker), walking.access_cost(walker)
        lines, lengths = [np.empty(0, dtype=object)], [np.empty(0)]
        for pieces in cut_reached(ways, origins, limit, access):
            lines.append(shapely.line_merge(lines_of(ways, pieces.kept(is_street))))
            lengths.append(pieces.kept(is_counted).length_m)
        drawn = np.concatenate(lines)
        frame = gpd.GeoDataFrame(
            {
                "community_id": origins.names,
                "walker": walker,
                "limit_m": walking.reach_m(walker),
                "length_m": np.concatenate(lengths),
            },
            geometry=drawn,
            crs=network.crs,
        )
        found.append(frame[shapely.length(drawn) > 0])
    table = pd.concat(found) if found else pd.DataFrame()
    return gpd.GeoDataFrame(conform(REACHED_STREETS, table, crs=network.crs))
