"""Streets and which of them can be walked, from OpenStreetMap or a bureau's own road layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.attributes import column_named, key_rows, list_keys, read_marks, read_texts
from layers.cells import read_column
from layers.checks import Finding
from layers.contracts import conform
from layers.crs import to_metric
from layers.fields import find_fields, fold
from layers.noding import SNAP_M, join_lines
from layers.tables import STREETS
from layers.walk_filter import PRIVATE_LANES, WALK_FILTER, WalkRule, judge_ways, read_level

UNKNOWN_CLASS: Final = "road"
"""Class of a street that has none; what OpenStreetMap calls a road of unknown class."""

_STEPS: Final = frozenset({"steps", "台阶", "梯道", "石阶", "踏步", "阶梯"})
_MOTOR_ONLY: Final = ("高速", "快速路", "快速环", "匝道", "motorway", "expressway", "freeway")
"""Parts of a bureau's class name that keep walkers off: the main lanes of these have no footway;
a road beside one is a line of its own."""
_LEVEL_HEADERS: Final = ("level", "layer", "层", "层级", "层次", "zlevel", "z_level")
_BRIDGE_HEADERS: Final = ("bridge", "桥", "桥梁", "是否桥梁", "高架", "是否高架")
_TUNNEL_HEADERS: Final = ("tunnel", "隧道", "是否隧道", "地道")


def prepare_streets(
    raw: gpd.GeoDataFrame,
    *,
    crs: pyproj.CRS,
    extent: shapely.Polygon | None = None,
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
    table = inside.assign(
        **{"class": inside["highway"]},
        walkable=judged["verdict"] == "open",
        steps=inside["highway"] == "steps",
        level=judged["level"],
        bridge=judged["bridge"],
        tunnel=judged["tunnel"],
    )
    table.index = table.index.rename("street_id")
    return _as_streets(table), _doubts(inside, judged)


def from_centrelines(
    frame: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring a bureau's own road layer into the form of streets.

    Parameters
    ----------
    frame
        One row a road, lines or multi-lines in any known system. Columns are found by their usual
        names: road name, road class, walkable (also 禁行, inverted), crossing, level, bridge,
        tunnel, ``street_id``; all may be missing.
    crs
        The job's metric system.

    Returns
    -------
    tuple
        Streets (contract `STREETS`), keyed by ``street_id`` or else the row number; multi-lines
        are taken apart (``12_1``, ``12_2``), ``class`` is the bureau's word. And findings: rows
        that are no lines, classes closed to walkers without a column that says so, cells that
        could not be read.

    Raises
    ------
    CrsError
        If `frame` has no reference system or `crs` is not metric.
    KeyConflictError
        If two rows have the same ``street_id``.

    Notes
    -----
    Every road can be walked unless the layer says otherwise or its class is one of motor roads
    (高速公路, 快速路, 匝道). Walkable roads that cross in the drawing get a vertex in common,
    unless they differ in level, bridge or tunnel; ends that miss a road by up to 0.5 m are joined
    to it (`layers.noding`). A footbridge (天桥) in the crossing column is a bridge, an underpass
    (地下通道) a tunnel.
    """
    keyed = key_rows(to_metric(frame, crs), "street_id", "streets")
    lines = split_lines(keyed)
    columns = find_fields([str(name) for name in frame.columns], given={}).columns
    doubts = _not_lines(keyed, lines)
    classes = read_texts(lines, columns.get("road_class")).fillna(UNKNOWN_CLASS)
    walkable, unread = _walkable(lines, columns.get("walkable"), classes)
    crossing = read_texts(lines, columns.get("crossing")).fillna("")
    level, bad_levels = _levels(lines)
    table = gpd.GeoDataFrame(
        {
            "name": read_texts(lines, columns.get("road_name") or columns.get("name")),
            "class": classes,
            "walkable": walkable,
            "steps": classes.isin(_STEPS),
            "level": level,
            "bridge": read_marks(lines, column_named(lines, _BRIDGE_HEADERS))
            | crossing.str.contains("天桥"),
            "tunnel": read_marks(lines, column_named(lines, _TUNNEL_HEADERS))
            | crossing.str.contains("地下|地道"),
        },
        geometry=lines.geometry,
    )
    doubts += [*_closed_classes(table, columns.get("walkable")), *unread, *bad_levels]
    return _as_streets(_joined(table, doubts)), doubts


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


def _joined(table: gpd.GeoDataFrame, doubts: list[Finding]) -> gpd.GeoDataFrame:
    """Join the walkable roads where they meet, and say what that changed."""
    ordered = table.sort_index()
    is_open = ordered["walkable"].to_numpy(dtype=bool)
    if not is_open.any():
        return ordered
    facts = ordered.loc[is_open, ["level", "bridge", "tunnel"]].fillna({"level": 0})
    decks, _ = pd.factorize(pd.MultiIndex.from_frame(facts))
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    joined = join_lines(shapes[is_open], decks)
    shapes[is_open] = joined.lines
    if joined.crossings or joined.mended_ends:
        doubts.append(
            Finding(
                severity="check",
                table_name="streets",
                row_key="",
                code="street-joined",
                zh=f"道路图中 {joined.crossings} 对道路相交而无公共节点，已连接；"
                f"{joined.mended_ends} 个端点偏离道路不超过 {SNAP_M:g} 米，已接上",
                en=f"{joined.crossings} pairs of roads crossed without a common vertex and were "
                f"joined; {joined.mended_ends} ends missed a road by up to {SNAP_M:g} m and were "
                "joined to it",
                remedy="立交请填写层级或桥梁列 / Mark overpasses in a column of levels or bridges",
            )
        )
    return ordered.set_geometry(gpd.GeoSeries(shapes, index=ordered.index, crs=ordered.crs))


def _as_streets(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(conform(STREETS, table))


def _cut(streets: gpd.GeoDataFrame, extent: shapely.Polygon) -> gpd.GeoDataFrame:
    """Cut lines at the edge of the extent; what only touches it is left out."""
    shapely.prepare(extent)
    shapes = streets.geometry.to_numpy()
    within = shapely.contains_properly(extent, shapes)
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
    layered = streets["tags"].astype("str").str.contains('"layer"', regex=False)
    unread = streets.index[layered & judged["level"].isna()]
    findings = []
    if len(unknown):
        values = ", ".join(repr(value) for value in sorted(set(unknown)))
        findings.append(
            Finding(
                severity="check",
                table_name="streets",
                row_key="",
                code="street-class-unknown",
                zh=f"{len(unknown)} 条道路的 highway 值不在步行规则中（{values}），按不可步行处理",
                en=f"{len(unknown)} ways have highway values that the walk filter does not know "
                f"({values}); they are not walked",
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
                zh=f"{len(private)} 条内部道路标为 access=private，按可步行处理："
                f"{list_keys(private)}",
                en=f"{len(private)} lanes are tagged access=private and are walked: "
                f"{list_keys(private)}",
                remedy="如外人不得穿行，请提供围墙与出入口 / "
                "Give walls and gates where others may not pass",
            )
        )
    if len(unread):
        findings.append(_unread_levels(unread))
    return findings


def _unread_levels(ids: pd.Index) -> Finding:
    return Finding(
        severity="check",
        table_name="streets",
        row_key="",
        code="street-level-unreadable",
        zh=f"{len(ids)} 条道路的层级不是整数，按缺失处理：{list_keys(ids)}",
        en=f"{len(ids)} streets have a level that is no whole number; it is left empty: "
        f"{list_keys(ids)}",
        remedy="填写整数层级 / Write a whole number",
    )


def _not_lines(keyed: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> list[Finding]:
    split = set(lines.index) | {key.rpartition("_")[0] for key in lines.index}
    lost = [key for key in keyed.index if key not in split]
    if not lost:
        return []
    return [
        Finding(
            severity="check",
            table_name="streets",
            row_key=lost[0] if len(lost) == 1 else "",
            code="street-no-line",
            zh=f"{len(lost)} 行不是线或长度为零，未采用：{list_keys(lost)}",
            en=f"{len(lost)} rows are no lines or have no length and were left out: "
            f"{list_keys(lost)}",
            remedy="请提供道路中心线 / Give centrelines",
        )
    ]


def _walkable(
    lines: gpd.GeoDataFrame, column: str | None, classes: pd.Series
) -> tuple[pd.Series, list[Finding]]:
    """Take what the layer says; where it says nothing, its class decides."""
    motor = classes.str.casefold().str.contains("|".join(_MOTOR_ONLY))
    by_class = (~motor).astype("boolean")
    if column is None:
        return by_class, []
    readings = read_column(lines[column].tolist(), "flag")
    said = pd.Series([reading.value for reading in readings], index=lines.index, dtype="boolean")
    if fold(column).startswith("禁"):
        said = ~said
    unread = lines.index[[reading.reason == "unreadable" for reading in readings]]
    findings = []
    if len(unread):
        value = lines.loc[unread[0], column]
        findings.append(
            Finding(
                severity="check",
                table_name="streets",
                row_key="",
                code="street-walkable-unreadable",
                zh=f"「{column}」列有 {len(unread)} 个值无法识别（如 {value!r}），按道路等级判断："
                f"{list_keys(unread)}",
                en=f"{len(unread)} cells of column {column!r} are neither yes nor no (such as "
                f"{value!r}); the class decides: {list_keys(unread)}",
                remedy="请填写 是/否 / Write 是 or 否",
            )
        )
    return said.fillna(by_class), findings


def _closed_classes(streets: gpd.GeoDataFrame, column: str | None) -> list[Finding]:
    closed = streets["class"][~streets["walkable"].astype("bool")]
    if column is not None or closed.empty:
        return []
    values = "、".join(sorted(set(closed)))
    return [
        Finding(
            severity="check",
            table_name="streets",
            row_key="",
            code="street-class-closed",
            zh=f"{len(closed)} 条道路按等级视为不可步行（{values}）",
            en=f"{len(closed)} roads count as closed to walkers by their class ({values})",
            remedy="如两侧有人行道，请增加「是否可步行」列 / "
            "Add a column 是否可步行 where they have footways",
        )
    ]


def _levels(frame: gpd.GeoDataFrame) -> tuple[pd.Series, list[Finding]]:
    texts = read_texts(frame, column_named(frame, _LEVEL_HEADERS))
    levels = pd.Series([read_level(text) for text in texts], index=frame.index, dtype="Int64")
    unread = frame.index[(texts.notna() & levels.isna()).to_numpy()]
    return levels, [_unread_levels(unread)] if len(unread) else []
