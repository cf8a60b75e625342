"""The built-up area (建成区) of a city or county seat: how much of each community lies in it."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.attributes import key_rows, list_keys
from layers.checks import Finding
from layers.counts import counted
from layers.crs import to_metric
from layers.errors import InputError
from layers.repair import repair_polygons

DECIMALS: Final = 6
"""Of a share: rounding of areas decides nothing at exactly a half."""

_UNCLEAN_EDGE_SHARE: Final = 0.01
"""Less than this on the other side is a border drawn by hand, not a community that it cuts."""


def measure_built_up(
    communities: gpd.GeoDataFrame, raw: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Measure the share of each community that lies inside the built-up area.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`, in `crs`.
    raw
        A bureau's polygons of the built-up area, in any system; several are taken as one area,
        overlaps counted once. Attributes are not read.
    crs
        The job's metric system.

    Returns
    -------
    communities : GeoDataFrame
        With ``built_up_share``, 0 to 1, for every community.
    findings : list of Finding
        Repaired polygons, and communities that the border of the area cuts.

    Raises
    ------
    CrsError
        If `raw` has no reference system or `crs` is not metric.
    GeometryError
        If a row is no polygon, or cannot be repaired without changing its area.
    KeyConflictError
        If two rows have the same ``built_up_id``.
    InputError
        If the area holds no part of any community: the file or its system is a wrong one.

    Notes
    -----
    What the share means for eligibility is said in `zoning.settlement` (RULES E04).
    """
    mended, findings = repair_polygons(
        key_rows(to_metric(raw, crs), "built_up_id", "built_up"), "built_up"
    )
    area = shapely.union_all(mended.geometry.to_numpy())
    shapes = communities.geometry.to_numpy()
    shapely.prepare(area)
    # most communities lie wholly inside: only the others need the costly intersection
    inside = shapely.covers(area, shapes).astype("float64")
    cut = (inside == 0) & shapely.intersects(area, shapes)
    inside[cut] = shapely.area(shapely.intersection(shapes[cut], area)) / shapely.area(shapes[cut])
    shares = pd.Series(np.clip(np.round(inside, DECIMALS), 0.0, 1.0), index=communities.index)
    if not shares.gt(0).any():
        away = shapely.distance(area, shapely.box(*communities.total_bounds)) / 1000
        raise InputError(
            en=f"built_up: none of {len(communities):,} communities lies in the built-up area "
            f"({len(mended):,} polygons, {away:,.1f} km from the communities). Correct "
            "[inputs.built_up], or its crs.",
            zh=f"built_up：{len(communities):,} 个小区全部在建成区（{len(mended):,} 个面，距小区 "
            f"{away:,.1f} km）之外。请更正 [inputs.built_up] 或其 crs。",
        )
    return communities.assign(built_up_share=shares), [*findings, *_note_cut(shares)]


def _note_cut(shares: pd.Series) -> list[Finding]:
    """List communities that the border of the built-up area cuts."""
    cut = shares.index[shares.between(_UNCLEAN_EDGE_SHARE, 1 - _UNCLEAN_EDGE_SHARE)]
    if cut.empty:
        return []
    named = list_keys(f"{one} {shares[one]:.0%}" for one in cut)
    return [
        Finding(
            severity="check",
            table_name="communities",
            row_key=str(cut[0]) if len(cut) == 1 else "",
            code="built-up-cuts",
            zh=f"建成区边界穿过 {len(cut):,} 个小区（建成区内面积占比）：{named}；不足一半的算在外",
            en="the border of the built-up area cuts "
            f"{counted(len(cut), 'community', 'communities')} (share inside): "
            f"{named}; less than half counts as outside",
            remedy="核对建成区边界和小区边界 / Check the border of the area and these outlines",
        )
    ]
