"""Walks to what is nearest as rows of a page's document."""

from __future__ import annotations

from typing import Final, cast

import geopandas as gpd
import pandas as pd
import shapely

from layers.tables import CATEGORIES
from maps.coordinates import Grid, Numbers
from maps.rows import Tables

TOLERANCE_M: Final = 1.5
"""A walk on the map leaves its street by no more than this: less than the line is wide."""


def list_walks(tables: Tables, communities: gpd.GeoDataFrame, grid: Grid) -> list[Numbers]:
    """Write the walk of an adult from each community to its nearest of each have.

    Parameters
    ----------
    tables
        Every table by name; `routes` is read.
    communities
        Communities of the page, in its order: nine walks each.
    grid
        Grid of the numbers.

    Returns
    -------
    list
        One line each, empty where nothing is in reach.
    """
    wanted = pd.MultiIndex.from_product([communities.index, CATEGORIES])
    routes = cast("gpd.GeoDataFrame", tables["routes"])
    at = wanted.get_indexer(routes.index)
    kept = gpd.GeoSeries(routes.geometry[at >= 0], crs=routes.crs)
    lines = gpd.GeoSeries(shapely.simplify(kept.to_numpy(), TOLERANCE_M), crs=routes.crs)
    written: list[Numbers] = [[] for _ in wanted]
    for place, parts in zip(at[at >= 0], grid.lines(lines), strict=True):
        written[place] = parts[0] if parts else []
    return written
