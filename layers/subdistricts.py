"""Street offices (街道): their boundaries, and which one each community lies in."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from layers.attributes import column_named, key_rows, list_keys, read_texts
from layers.checks import Finding
from layers.contracts import conform
from layers.counts import counted
from layers.crs import to_metric
from layers.fields import find_fields
from layers.overlaps import largest_overlap
from layers.repair import repair_polygons
from layers.tables import SUBDISTRICTS

_UNCLEAN_EDGE_SHARE: Final = 0.01
"""An overlap below this share of the smaller office is a boundary drawn twice by hand."""

_NAME_HEADERS: Final = ("街道名称", "name", "名称", "mc", "xzqmc", "行政区名称")


def prepare_subdistricts(
    raw: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring boundaries of street offices into metres.

    Parameters
    ----------
    raw
        `OsmData.subdistricts`, or a bureau's polygons with the name in a column such as 街道,
        街道名称, 名称 or ``name``, and ``subdistrict_id`` if there is one.
    crs
        The job's metric system.

    Returns
    -------
    tuple
        Contract `SUBDISTRICTS`, and findings: repaired polygons, offices without a name.

    Raises
    ------
    CrsError
        If `raw` has no reference system or `crs` is not metric.
    GeometryError
        If a polygon cannot be repaired without changing its area.
    KeyConflictError
        If two rows have the same ``subdistrict_id``.
    """
    keyed = key_rows(to_metric(raw, crs), "subdistrict_id", "subdistricts")
    mended, findings = repair_polygons(keyed, "subdistricts")
    headers = [str(name) for name in raw.columns]
    column = find_fields(headers, given={}).columns.get("subdistrict")
    names = read_texts(mended, column or column_named(mended, _NAME_HEADERS))
    unnamed = names.index[names.isna()]
    if len(unnamed):
        findings.append(
            Finding(
                severity="check",
                table_name="subdistricts",
                row_key="",
                code="subdistrict-unnamed",
                zh=f"{len(unnamed):,} 个街道没有名称，以编码表示：{list_keys(unnamed)}",
                en=f"{counted(len(unnamed), 'street office')} without a name, shown by id: "
                f"{list_keys(unnamed)}",
                remedy="请在「街道」列填写名称 / Write names in a column 街道",
            )
        )
    findings += _overlaps(mended)
    table = conform(SUBDISTRICTS, mended.assign(name=names), crs=crs)
    return gpd.GeoDataFrame(table), findings


def _overlaps(offices: gpd.GeoDataFrame) -> list[Finding]:
    """List offices that claim the same ground: a community there has two."""
    shapes, ids = offices.geometry.to_numpy(), offices.index.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = sorted((ids[i], ids[j], i, j) for i, j in zip(one, other, strict=True) if i < j)
    findings = []
    for left, right, i, j in pairs:
        shared = shapely.area(shapely.intersection(shapes[i], shapes[j]))
        share = shared / min(shapely.area(shapes[i]), shapely.area(shapes[j]))
        if share < _UNCLEAN_EDGE_SHARE:
            continue
        findings.append(
            Finding(
                severity="check",
                table_name="subdistricts",
                row_key=str(left),
                code="subdistrict-overlap",
                zh=f"街道 {left} 与 {right} 重叠 {shared:,.0f} m²（占较小者的 {share:.0%}），"
                "其中的小区归入占地最多者，相等时归入编码较小者。",
                en=f"street offices {left} and {right} overlap by {shared:,.0f} m² ({share:.0%} of "
                "the smaller); a community there goes to the one with most of it, at a tie to the "
                "lesser id.",
                remedy="更正街道边界 / Correct the boundaries",
            )
        )
    return findings


def subdistrict_of(communities: gpd.GeoDataFrame, subdistricts: gpd.GeoDataFrame) -> pd.Series:
    """Name the street office that each community lies in.

    Parameters
    ----------
    communities
        Polygons keyed ``community_id``, metric, valid.
    subdistricts
        Contract `SUBDISTRICTS`, in the same system.

    Returns
    -------
    Series
        Name of the office with the largest share of the community's ground (its id where it has no
        name), keyed ``community_id``; NA where none covers any of it. Equal shares go to the
        lesser id.
    """
    ids = largest_overlap(communities, subdistricts)
    labels = subdistricts["name"].where(subdistricts["name"].notna(), subdistricts.index)
    return ids.map(labels, na_action="ignore").astype("str").rename("subdistrict")
