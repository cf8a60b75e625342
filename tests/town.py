"""One small made town with every table of the contracts, shared by all tests.

The ground stands in `tests.town_ground`, what follows from it in `tests.town_results`
and `tests.town_zoning`.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from layers.contracts import conform
from tests.town_ground import (
    CRS,
    access_points,
    at,
    communities,
    community_ids,
    facilities,
    land_and_buildings,
    review,
    streets_and_network,
    walk_m,
)
from tests.town_results import (
    building_reach,
    circles,
    findings,
    provision_and_gaps,
    reach,
    rolled_up,
    routes,
    snaps,
    summary,
    walks_between,
)
from tests.town_zoning import zoning
from zoning.tables import CONTRACTS

__all__ = ["CRS", "at", "community_ids", "town_tables", "walk_m"]


def town_tables() -> dict[str, pd.DataFrame]:
    """Give every table of the contracts for the town, in EPSG:4547, each call its own copies.

    Returns
    -------
    dict
        Table name to (Geo)DataFrame, each of which passes `layers.contracts.check`.
    """
    return {name: table.copy() for name, table in _made().items()}


@cache
def _made() -> dict[str, pd.DataFrame]:
    raw: dict[str, pd.DataFrame] = {}
    raw["communities"] = communities()
    raw["access_points"] = access_points()
    raw["facilities"] = facilities()
    raw["review"] = review()
    raw |= land_and_buildings()
    raw |= streets_and_network()
    raw["reach"] = reach()
    raw["building_reach"] = building_reach()
    raw["walks"] = walks_between()
    raw["snaps"] = snaps()
    raw["findings"] = findings()
    raw["provision"], raw["gaps"] = provision_and_gaps()
    raw["routes"] = routes(raw["provision"], raw["facilities"])
    raw |= rolled_up(raw["gaps"])
    raw |= circles()
    raw |= zoning(raw["gaps"])
    raw["summary"] = summary(raw["gaps"])
    return {name: conform(schema, raw[name], crs=CRS) for name, schema in CONTRACTS.items()}
