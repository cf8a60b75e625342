"""A bureau's own road layer as streets: its columns, its classes, its junctions."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.attributes import column_named, key_rows, list_keys, read_marks, read_texts
from layers.cells import read_column
from layers.checks import Finding
from layers.counts import counted
from layers.crs import to_metric
from layers.fields import find_fields, fold
from layers.noding import GAP_M, SNAP_M, join_lines
from layers.spots import number_spots, tips_of
from layers.streets import as_streets, split_lines, unread_levels
from layers.walk_filter import read_level

UNKNOWN_CLASS: Final = "road"
"""Class of a street that has none; what OpenStreetMap calls a road of unknown class."""

_STEPS: Final = frozenset({"steps", "台阶", "梯道", "石阶", "踏步", "阶梯"})
_MOTOR_ONLY: Final = ("高速", "快速路", "快速环", "匝道", "motorway", "expressway", "freeway")
"""Parts of a bureau's class name that keep walkers off: the main lanes of these have no footway;
a road beside one is a line of its own."""
_LEVEL_HEADERS: Final = ("level", "layer", "层", "层级", "层次", "zlevel", "z_level")
_BRIDGE_HEADERS: Final = ("bridge", "桥", "桥梁", "是否桥梁", "高架", "是否高架")
_TUNNEL_HEADERS: Final = ("tunnel", "隧道", "是否隧道", "地道")
_NODE_HEADERS: Final = (
    ("u", "fnode", "fnode_", "from_node", "fromnode", "起始节点", "起节点", "起点编码"),
    ("v", "tnode", "tnode_", "to_node", "tonode", "终止节点", "终节点", "终点编码"),
)
"""Columns with the numbers of the nodes at the first and at the last vertex of a row."""


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
    (高速公路, 快速路, 匝道). A layer that names the nodes at both ends of every row (u and v, FNODE
    and TNODE), each at one place, has its junctions drawn and is taken as it is: what crosses
    without a common vertex passes over. In others, walkable roads that cross in the drawing get a
    vertex in common, unless they differ in level, bridge or tunnel; ends that miss a road by up to
    0.5 m are moved onto it, and those that miss one by up to 5 m are listed (`layers.noding`).
    A footbridge (天桥) in the crossing column is a bridge, an underpass
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
    if _names_its_nodes(lines):
        doubts.append(_nodes_named(len(lines)))
        return as_streets(table), doubts
    return as_streets(_joined(table, doubts)), doubts


def _names_its_nodes(lines: gpd.GeoDataFrame) -> bool:
    """Tell whether every row names the nodes at its ends, each of which lies at one place."""
    columns = [column_named(lines, headers) for headers in _NODE_HEADERS]
    if None in columns or lines[columns].isna().any(axis=None):
        return False
    names = pd.concat([lines[column].astype("str") for column in columns])
    node, _ = pd.factorize(names)
    ends = np.concatenate(tips_of(lines.geometry.to_numpy()))
    spot, first = number_spots(ends)
    half = len(lines)
    # a row may be drawn from either of its nodes: the spot that a node's rows share is its place
    turned = np.concatenate([spot[half:], spot[:half]])
    votes = pd.DataFrame({"node": np.tile(node, 2), "spot": np.concatenate([spot, turned])})
    counted = votes.value_counts().reset_index()
    place = counted.drop_duplicates("node").set_index("node")["spot"].sort_index().to_numpy()
    at = ends[first[place[node]]]
    anywhere = np.bincount(node)[node] == 1
    fits = [
        (anywhere | (np.hypot(*(ends[first[one]] - at).T) <= SNAP_M)).reshape(2, -1).all(axis=0)
        for one in (spot, turned)
    ]
    # numbers of one row each, or that fit no drawing, are no numbers of nodes
    return bool((fits[0] | fits[1]).all() and len(place) < len(node))


def _joined(table: gpd.GeoDataFrame, doubts: list[Finding]) -> gpd.GeoDataFrame:
    """Join the walkable roads where they meet, and say what that changed."""
    ordered = table.sort_index()
    is_open = ordered["walkable"].to_numpy(dtype=bool)
    if not is_open.any():
        return ordered
    facts = ordered.loc[is_open, ["level", "bridge", "tunnel"]].fillna({"level": 0})
    decks, _ = pd.factorize(pd.MultiIndex.from_frame(facts))
    raised = (facts["level"] != 0) | facts["bridge"] | facts["tunnel"]
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    joined = join_lines(shapes[is_open], decks, raised=raised.to_numpy(dtype=bool))
    shapes[is_open] = joined.lines
    if joined.crossings or joined.mended_ends:
        doubts.append(
            Finding(
                severity="check",
                table_name="streets",
                row_key="",
                code="street-joined",
                zh=f"道路图中 {joined.crossings:,} 对道路相交而无公共节点，已连接；"
                f"{joined.mended_ends:,} 个端点偏离道路不超过 {SNAP_M:g} 米，已接上",
                en=f"{counted(joined.crossings, 'pair')} of roads crossed without a common "
                "vertex, now "
                f"joined; {counted(joined.mended_ends, 'end')} missed a road by up to {SNAP_M:g} "
                "m, now joined to it",
                remedy="立交请填写层级或桥梁列 / Mark overpasses in a column of levels or bridges",
            )
        )
    if len(joined.gaps):
        doubts.append(_open_gaps(ordered.index[is_open][joined.gaps]))
    return ordered.set_geometry(gpd.GeoSeries(shapes, index=ordered.index, crs=ordered.crs))


def _nodes_named(rows: int) -> Finding:
    return Finding(
        severity="note",
        table_name="streets",
        row_key="",
        code="street-nodes-named",
        zh=f"道路图层 {rows:,} 行均写明起止节点，按其连通，相交而无公共节点的道路视为立交",
        en=f"all rows of the roads ({rows:,}) name the nodes at their ends; they meet there "
        "only, and what crosses without a common vertex passes over",
        remedy="如节点列有误，请删去 / Leave the columns of nodes out if they are wrong",
    )


def _open_gaps(ids: pd.Index) -> Finding:
    return Finding(
        severity="check",
        table_name="streets",
        row_key=str(ids[0]) if len(ids) == 1 else "",
        code="street-gap",
        zh=f"{len(ids):,} 条道路的端点距另一条道路超过 {SNAP_M:g} 米、不足 {GAP_M:g} 米，未连接："
        f"{list_keys(ids)}",
        en=f"{counted(len(ids), 'road ends', 'roads end')} more than {SNAP_M:g} m and up to "
        f"{GAP_M:g} m short of another "
        f"road, not joined: {list_keys(ids)}",
        remedy="如实际相通，请在图中接上 / Close the gap in the drawing where people can pass",
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
            zh=f"{len(lost):,} 行不是线或长度为零，未采用：{list_keys(lost)}",
            en=f"{counted(len(lost), 'row')} without a line or without length, left out: "
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
                zh=f"「{column}」列有 {len(unread):,} 个值无法识别（如 {value!r}），"
                "按道路等级判断："
                f"{list_keys(unread)}",
                en=f"{counted(len(unread), 'cell')} of column {column!r} neither yes nor no "
                f"(such as {value!r}); the class decides: {list_keys(unread)}",
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
            zh=f"{len(closed):,} 条道路按等级视为不可步行（{values}）",
            en=f"{counted(len(closed), 'road counts', 'roads count')} as closed to walkers by "
            f"class ({values})",
            remedy="如两侧有人行道，请增加「是否可步行」列 / "
            "Add a column 是否可步行 where they have footways",
        )
    ]


def _levels(frame: gpd.GeoDataFrame) -> tuple[pd.Series, list[Finding]]:
    texts = read_texts(frame, column_named(frame, _LEVEL_HEADERS))
    levels = pd.Series([read_level(text) for text in texts], index=frame.index, dtype="Int64")
    unread = frame.index[(texts.notna() & levels.isna()).to_numpy()]
    return levels, [unread_levels(unread)] if len(unread) else []
