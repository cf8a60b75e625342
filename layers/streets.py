"""Streets and which of them can be walked, from OpenStreetMap; what all streets have in common."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.attributes import list_keys
from layers.checks import Finding
from layers.contracts import conform
from layers.counts import counted
from layers.crs import to_metric
from layers.squares import cross_squares
from layers.tables import STREETS
from layers.walk_filter import PRIVATE_LANES, WALK_FILTER, WalkRule, judge_ways


def prepare_streets(
    raw: gpd.GeoDataFrame,
    *,
    crs: pyproj.CRS,
    extent: shapely.Polygon | None = None,
    squares: gpd.GeoDataFrame | None = None,
    rules: Sequence[WalkRule] = WALK_FILTER,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Judge which OpenStreetMap ways can be walked, and bring them into metres.

    Parameters
    ----------
    raw
        Ways as `OsmData.streets`: index ``osm_id``, columns ``name``, ``highway``, ``tags`` (JSON
        text), lines in any known system.
    crs
        The job's metric system.
    extent
        Where the data is complete, in `crs`; streets are cut at its edge. None: nothing is cut.
    squares
        Pedestrian areas as `OsmData.squares`, in any known system; those that the filter opens
        can be crossed (`layers.squares`). None: people walk around them.
    rules
        The walk filter.

    Returns
    -------
    tuple
        Streets (contract `STREETS`), walkable or not, keyed by OSM id; parts of a way that leaves
        the extent and comes back are numbered ``w1_1``, ``w1_2``. And findings: classes that no
        rule knows, private lanes counted as walkable, unreadable layers.

    Raises
    ------
    CrsError
        If `raw` has no reference system or `crs` is not metric.

    Notes
    -----
    Two ways that share a node share a vertex afterwards: nothing is rounded or moved.
    """
    metric = to_metric(raw, crs)
    inside = metric if extent is None else _cut(metric, extent)
    judged = judge_ways(inside, rules)
    streets = as_streets(_with_verdicts(inside, judged).rename_axis(index="street_id"))
    if squares is None or squares.empty:
        return streets, _doubts(inside, judged)
    areas = to_metric(squares, crs)
    verdicts = _with_verdicts(areas, judge_ways(areas, rules))
    open_areas = verdicts[verdicts["walkable"].to_numpy(dtype=bool)]
    if extent is not None:
        open_areas = _clip(open_areas, extent)
    crossed = as_streets(pd.concat([streets, cross_squares(streets, open_areas)]))
    return crossed, _doubts(inside, judged)


def _with_verdicts(ways: gpd.GeoDataFrame, judged: pd.DataFrame) -> gpd.GeoDataFrame:
    return ways.assign(
        **{"class": ways["highway"]},
        walkable=judged["verdict"] == "open",
        steps=ways["highway"] == "steps",
        level=judged["level"],
        bridge=judged["bridge"],
        tunnel=judged["tunnel"],
        # a relation among ways is the outline of a square
        parallel=judged["parallel"] | judged.index.astype("str").str.startswith("r"),
    )


def _clip(areas: gpd.GeoDataFrame, extent: shapely.Polygon) -> gpd.GeoDataFrame:
    """Leave of areas what lies in the extent; their outlines are cut at its edge as well."""
    shapes = areas.geometry.to_numpy()
    shapely.prepare(extent)
    leaves = ~shapely.contains_properly(extent, shapes)
    shapes = shapes.copy()
    shapes[leaves] = [_polygons_of(shapely.intersection(one, extent)) for one in shapes[leaves]]
    clipped = areas.set_geometry(gpd.GeoSeries(shapes, index=areas.index, crs=areas.crs))
    return clipped[~shapely.is_empty(shapes)]


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas


def split_lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every line of a multi-line its own row.

    Parameters
    ----------
    frame
        Table keyed by id, with lines, multi-lines or what an intersection left of them.

    Returns
    -------
    GeoDataFrame
        Lines only. Of several parts the ids get ``_1``, ``_2``; a single one keeps its id. Points
        and empty shapes have no row.
    """
    parts = frame.explode()
    shapes = parts.geometry.to_numpy()
    is_line = (shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING) & (
        shapely.length(shapes) > 0
    )
    parts = parts[is_line]
    ids = parts.index.astype("str")
    counts = pd.Series(1, index=ids).groupby(level=0)
    numbered = ids + "_" + (counts.cumcount() + 1).astype("str").to_numpy()
    is_single = (counts.transform("size") == 1).to_numpy()
    parts.index = pd.Index(np.where(is_single, ids, numbered), dtype="str", name=frame.index.name)
    return parts


def as_streets(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a table into the form of the contract `STREETS`."""
    return gpd.GeoDataFrame(conform(STREETS, table))


def _cut(streets: gpd.GeoDataFrame, extent: shapely.Polygon) -> gpd.GeoDataFrame:
    """Cut lines at the edge of the extent; what only touches it is left out."""
    shapely.prepare(extent)
    shapes = streets.geometry.to_numpy()
    within = shapely.contains_properly(extent, shapes)
    if within.all():
        return streets
    cut = streets[~within].set_geometry(
        gpd.GeoSeries(
            shapely.intersection(shapes[~within], extent),
            index=streets.index[~within],
            crs=streets.crs,
        )
    )
    return pd.concat([streets[within], split_lines(cut)])


def _doubts(streets: gpd.GeoDataFrame, judged: pd.DataFrame) -> list[Finding]:
    unknown = streets["highway"][judged["order"] == 0]
    private = streets.index[judged["order"] == PRIVATE_LANES]
    unread = streets.index[judged["odd_level"]]
    findings = []
    if len(unknown):
        values = ", ".join(repr(value) for value in sorted(set(unknown)))
        findings.append(
            Finding(
                severity="check",
                table_name="streets",
                row_key="",
                code="street-class-unknown",
                zh=f"{len(unknown):,} 条道路的 highway 值不在步行规则中（{values}），"
                "按不可步行处理",
                en=f"{counted(len(unknown), 'way has', 'ways have')} highway values that the "
                f"walk filter does not know ({values}), not walked",
                remedy="核对后在 OSM 中修正 / Correct them in OSM",
            )
        )
    if len(private):
        findings.append(
            Finding(
                severity="check",
                table_name="streets",
                row_key="",
                code="street-private",
                zh=f"{len(private):,} 条内部道路标为 access=private（或需许可），按可步行处理："
                f"{list_keys(private)}",
                en=f"{counted(len(private), 'lane')} tagged access=private (or by permit), walked: "
                f"{list_keys(private)}",
                remedy="如外人不得穿行，请提供围墙与出入口 / "
                "Give walls and gates where others may not pass",
            )
        )
    if len(unread):
        findings.append(unread_levels(unread))
    return findings


def unread_levels(ids: pd.Index) -> Finding:
    """List streets with a level that is no whole number."""
    return Finding(
        severity="check",
        table_name="streets",
        row_key="",
        code="street-level-unreadable",
        zh=f"{len(ids):,} 条道路的层级不是整数，按缺失处理：{list_keys(ids)}",
        en=f"{counted(len(ids), 'street has', 'streets have')} a level that is no whole number, "
        f"left empty: {list_keys(ids)}",
        remedy="填写整数层级 / Write a whole number",
    )
