"""A plan of any size for map benchmarks: a result's tables laid side by side, each copy turned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.contracts import conform
from zoning.tables import CONTRACTS

ENDS = frozenset({"focal", "neighbor", "row_key"})
"""Columns that name things, beside those that end in ``_id``: each copy has things of its own."""

LEFT_OUT = frozenset({"network", "reach", "building_reach", "snaps", "provision", "buildings"})
"""Tables that no map reads."""

ONCE = frozenset({"catchments", "plans", "subdistrict_gaps", "summary"})
"""Tables of the whole, which a copy adds nothing to."""


def made_plan(
    tables: Mapping[str, pd.DataFrame], *, communities: int, facilities: int, seed: int = 0
) -> dict[str, pd.DataFrame]:
    """Lay copies of a plan side by side until it has so many communities and facilities.

    Parameters
    ----------
    tables
        Every table of one result.
    communities, facilities
        Sizes wanted; facilities beyond those of the copies are strewn around them.
    seed
        Of the angles, scales and places: copies differ in every coordinate, so that no packer gains
        by their likeness.

    Returns
    -------
    dict
        Every table of the contracts.
    """
    chance = np.random.default_rng(seed)
    own = tables["communities"]
    copies = -(-communities // len(own))
    kept = frozenset(own.index.sort_values()[: communities - (copies - 1) * len(own)])
    west, south, east, north = tables["streets"].total_bounds
    middle = ((west + east) / 2, (south + north) / 2)
    side = 1.2 * max(east - west, north - south)
    across = int(np.ceil(np.sqrt(copies)))
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in CONTRACTS}
    for number in range(copies):
        turn = chance.uniform(0, 360)
        move = (side * (number % across), side * (number // across))
        for name in CONTRACTS:
            rows = tables[name].iloc[:0] if name in LEFT_OUT else tables[name]
            if name in ONCE and number:
                continue
            if number == copies - 1:
                rows = _of(rows, kept)
            parts[name].append(_copied(rows, number, turn, middle, move))
    made = {name: _joined(name, frames, own.crs) for name, frames in parts.items()}
    made["facilities"] = _strewn(made["facilities"], facilities, chance)
    return made


def _of(rows: pd.DataFrame, kept: frozenset[str]) -> pd.DataFrame:
    """Keep what belongs to some communities; what belongs to none stays."""
    frame = rows.reset_index()
    mask = np.ones(len(frame), dtype=bool)
    for column in ("community_id", "focal", "neighbor", "partner_id", "from_id", "to_id"):
        if column in frame:
            mask &= frame[column].isin(kept).to_numpy()
    return rows[mask]


def _copied(
    rows: pd.DataFrame,
    number: int,
    turn: float,
    middle: tuple[float, float],
    move: tuple[float, float],
) -> pd.DataFrame:
    frame = rows.reset_index()
    for column in frame.columns:
        if column in ENDS or str(column).endswith("_id"):
            text = frame[column].astype("object")
            frame[column] = text.where(text.isna(), f"{number:02d}-" + text.astype("str"))
    if "geometry" in frame:
        shapes = gpd.GeoSeries(rows.geometry.to_numpy(), crs=rows.crs)
        frame["geometry"] = shapes.rotate(turn, origin=middle).translate(*move)
    return pd.DataFrame(frame)


def _joined(name: str, frames: list[pd.DataFrame], crs: object) -> pd.DataFrame:
    joined = pd.concat(frames, ignore_index=True)
    if "geometry" in joined:
        joined = gpd.GeoDataFrame(joined, geometry="geometry", crs=crs)
    return conform(CONTRACTS[name], joined, crs=crs)


def _strewn(
    facilities: gpd.GeoDataFrame, count: int, chance: np.random.Generator
) -> gpd.GeoDataFrame:
    """Repeat facilities, each repeat up to 400 m away, until there are enough."""
    frame = facilities.reset_index()
    missing = count - len(frame)
    if missing <= 0:
        return facilities
    more = frame.iloc[np.arange(missing) % len(frame)].copy()
    more["facility_id"] = [f"s{n:06d}" for n in range(missing)]
    points = shapely.get_coordinates(shapely.point_on_surface(more.geometry.to_numpy()))
    more.geometry = shapely.points(points + chance.uniform(-400, 400, points.shape))
    rows = gpd.GeoDataFrame(pd.concat([frame, more], ignore_index=True), crs=facilities.crs)
    return cast("gpd.GeoDataFrame", conform(CONTRACTS["facilities"], rows, crs=facilities.crs))
