"""Walks to what is nearest, piled for a page."""

from __future__ import annotations

from typing import Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.tables import CATEGORIES
from maps.coordinates import Grid
from maps.piles import pile_lines
from maps.rows import Tables

TOLERANCE_M: Final = 1.5
"""A walk on the map leaves its street by no more than this: less than the line is wide."""


def pile_walks(tables: Tables, communities: gpd.GeoDataFrame, grid: Grid) -> str:
    """Pile the walk of an adult from each community to its nearest of each have.

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
    str
        A pile (`maps.piles`), nine lines to a community, none where nothing is in reach.
    """
    wanted = pd.MultiIndex.from_product([communities.index, CATEGORIES])
    routes = cast("gpd.GeoDataFrame", tables["routes"])
    at = routes.index.get_indexer(wanted)
    lines = np.full(len(wanted), None, dtype=object)
    found = routes.geometry.to_numpy()[at[at >= 0]]
    lines[at >= 0] = shapely.simplify(found, TOLERANCE_M, preserve_topology=False)
    return pile_lines(gpd.GeoSeries(lines, crs=routes.crs), grid, each=len(CATEGORIES))
