"""The base map under a plan: streets, water, green and railways of the surroundings."""

from __future__ import annotations

from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.squares import SQUARE_CLASS
from maps.coordinates import Grid
from maps.piles import pile_lines, pile_rings
from maps.style import LAND_COLOURS, STREET_CLASSES, street_group

SURROUNDINGS_M: Final = 1200.0
"""Ground shown around the communities: the 1 000 m walk and its street behind it."""

PATHS_WITHIN_M: Final = 300.0
"""Paths further from every community are left out: they would be most of the file."""

_OUTWARDS: Final = np.array([-1.0, -1.0, 1.0, 1.0])

_DRAWN: Final = frozenset(one for classes in STREET_CLASSES.values() for one in classes)
"""Classes that a page draws; pipelines, military roads and whatever else a layer holds stay out."""

STREET_TOLERANCE_M: Final = 1.5
LAND_TOLERANCE_M: Final = 2.5


def frame_of(communities: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Give the box that the base map fills, in metres: west, south, east, north."""
    return np.asarray(communities.total_bounds, dtype=np.float64) + SURROUNDINGS_M * _OUTWARDS


def list_streets(
    streets: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, grid: Grid
) -> tuple[dict[str, list[str]], str]:
    """Write streets joined by group and name.

    Parameters
    ----------
    streets, communities
        Contracts `STREETS` and `COMMUNITIES`, in one metric CRS.
    grid
        Grid to write on.

    Returns
    -------
    dict
        ``group`` (major, minor, path) and ``name`` (empty when unnamed).
    str
        Pile of their lines, in the same order.
    """
    shapes = _clipped(streets.geometry, frame_of(communities))
    groups = streets["class"].map(street_group)
    keep = ~(shapes.isna() | shapes.is_empty) & ~streets["tunnel"]
    keep &= streets["class"].str.removesuffix("_link").isin(_DRAWN)
    keep &= streets["class"] != SQUARE_CLASS  # walks across squares are no lines on the ground
    keep &= (groups != "path") | _is_near(shapes.where(groups == "path"), communities)
    names = streets["name"].fillna("").where(groups != "path", "")
    table = pd.DataFrame({"group": groups, "name": names, "at": np.arange(len(names))})[keep]
    outlines = shapes.to_numpy()
    keys, drawn = [], []
    for key, rows in table.groupby(["group", "name"], sort=True):
        lines = shapely.get_parts(outlines[rows["at"].to_numpy()])
        lines = lines[shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING]
        joined = shapely.line_merge(shapely.multilinestrings(lines))
        keys.append(key)
        drawn.append(shapely.simplify(joined, STREET_TOLERANCE_M, preserve_topology=False))
    written = {"group": [key[0] for key in keys], "name": [key[1] for key in keys]}
    return written, pile_lines(gpd.GeoSeries(drawn, crs=shapes.crs), grid)


def list_land(
    land: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, grid: Grid
) -> tuple[dict[str, dict[str, list[str]]], dict[str, str]]:
    """Write water, green and railways, and nothing else that stands in the table.

    Returns
    -------
    dict
        For ``areas`` and ``tracks``: ``kind`` and ``name`` of each.
    dict
        Their piles under the same names.
    """
    shapes = _clipped(land.geometry, frame_of(communities))
    shapes = shapes[~(shapes.isna() | shapes.is_empty) & land["kind"].isin(LAND_COLOURS)]
    shapes = shapes.sort_index().simplify(LAND_TOLERANCE_M)
    names = land["name"].fillna("")
    written, piles = {}, {}
    for key, kinds, pile in (
        ("areas", ("Polygon", "MultiPolygon"), pile_rings),
        ("tracks", ("LineString", "MultiLineString"), pile_lines),
    ):
        part = shapes[shapes.geom_type.isin(kinds)]
        written[key] = {
            "kind": [str(kind) for kind in land.loc[part.index, "kind"]],
            "name": [str(name) for name in names.loc[part.index]],
        }
        piles[key] = pile(part, grid)
    return written, piles


def _clipped(shapes: gpd.GeoSeries, box: npt.NDArray[np.float64]) -> gpd.GeoSeries:
    cut = shapely.clip_by_rect(shapes.to_numpy(), *box)
    return gpd.GeoSeries(cut, index=shapes.index, crs=shapes.crs)


def _is_near(shapes: gpd.GeoSeries, communities: gpd.GeoDataFrame) -> pd.Series:
    boxes = shapely.bounds(communities.geometry.to_numpy()) + PATHS_WITHIN_M * _OUTWARDS
    present = np.flatnonzero(~(shapes.isna() | shapes.is_empty).to_numpy())
    tree = shapely.STRtree(shapes.to_numpy()[present])
    _, hits = tree.query(shapely.box(*boxes.T))
    near = np.zeros(len(shapes), dtype=bool)
    near[present[hits]] = True
    return cast("pd.Series", pd.Series(near, index=shapes.index))
