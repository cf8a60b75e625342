"""What walkers cannot cross: walls, fences, rivers, railways."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd
import pyproj

from layers.attributes import column_named, key_rows, list_keys, read_marks, read_texts
from layers.checks import Finding
from layers.contracts import conform
from layers.counts import counted
from layers.crs import to_metric
from layers.tables import BARRIERS

KINDS: Final = ("wall", "fence", "river", "railway", "other")

KIND_WORDS: Final = (
    ("railway", ("铁路", "铁道", "轨道", "rail")),
    ("river", ("河", "江", "渠", "水系", "水域", "湖", "溪", "river", "canal", "water")),
    ("fence", ("栅栏", "围栏", "护栏", "栏杆", "隔离栏", "fence")),
    ("wall", ("墙", "wall")),
)
"""Parts of a bureau's words for each kind; the first that is found decides."""

_KIND_HEADERS: Final = ("kind", "类别", "类型", "种类", "分类", "要素类型", "lx", "lb", "type")
_NAME_HEADERS: Final = ("name", "名称", "mc")
_BRIDGE_HEADERS: Final = ("bridge", "高架", "是否高架")
_TUNNEL_HEADERS: Final = ("tunnel", "隧道", "暗渠", "涵洞", "地下", "是否地下")
_SHAPES: Final = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")


def prepare_barriers(
    raw: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring obstacles into metres and leave out those that nobody meets on the ground.

    Parameters
    ----------
    raw
        `OsmData.barriers`, or a bureau's layer of lines or polygons. Columns are found by name:
        kind (类别, 类型: 围墙, 栅栏, 河流, 铁路 ... or the words of the contract), name, bridge,
        tunnel, ``barrier_id``; all may be missing.
    crs
        The job's metric system.

    Returns
    -------
    tuple
        Barriers (contract `BARRIERS`). Culverted rivers, railways in tunnels and on viaducts have
        no row: people walk over or under them. And findings: how many were left out so, kinds
        that could not be read, rows that are neither lines nor polygons.

    Raises
    ------
    CrsError
        If `raw` has no reference system or `crs` is not metric.
    KeyConflictError
        If two rows have the same ``barrier_id``.
    """
    keyed = key_rows(to_metric(raw, crs), "barrier_id", "barriers")
    is_shape = keyed.geometry.geom_type.isin(_SHAPES)
    passable = read_marks(keyed, column_named(keyed, _BRIDGE_HEADERS))
    passable |= read_marks(keyed, column_named(keyed, _TUNNEL_HEADERS))
    words = read_texts(keyed, column_named(keyed, _KIND_HEADERS))
    kinds = words.map(_kind, na_action="ignore").astype("str").fillna("other")
    table = keyed.assign(kind=kinds, name=read_texts(keyed, column_named(keyed, _NAME_HEADERS)))
    unread = keyed.index[(kinds == "other") & words.notna() & (words != "other")]
    findings = [
        *_note_passable(keyed.index[passable]),
        *_note_unread(unread, words),
        *_note_shapes(keyed.index[~is_shape]),
    ]
    kept = table[is_shape & ~passable]
    return gpd.GeoDataFrame(conform(BARRIERS, kept, crs=crs)), findings


def _kind(word: str) -> str:
    """Read the kind of an obstacle from the contract's or a bureau's word."""
    folded = word.casefold()
    if folded in KINDS:
        return folded
    return next((kind for kind, parts in KIND_WORDS if any(p in folded for p in parts)), "other")


def _note_passable(ids: pd.Index) -> list[Finding]:
    if ids.empty:
        return []
    return [
        Finding(
            severity="note",
            table_name="barriers",
            row_key="",
            code="barrier-passable",
            zh=f"{len(ids):,} 处阻隔在地下或高架，不阻断步行，未采用：{list_keys(ids)}",
            en=f"{counted(len(ids), 'barrier')} under the ground or overhead, where walkers "
            f"pass, left out: {list_keys(ids)}",
        )
    ]


def _note_unread(ids: pd.Index, words: pd.Series) -> list[Finding]:
    if ids.empty:
        return []
    values = "、".join(repr(word) for word in sorted(set(words[ids]))[:5])
    return [
        Finding(
            severity="check",
            table_name="barriers",
            row_key="",
            code="barrier-kind-unknown",
            zh=f"{len(ids):,} 处阻隔的类别无法识别（{values}），按“其他”处理：{list_keys(ids)}",
            en=f"{counted(len(ids), 'barrier')} of a kind that is not known ({values}), counted "
            f"as other: {list_keys(ids)}",
            remedy="类别请用 围墙/栅栏/河流/铁路 / Write 围墙, 栅栏, 河流 or 铁路",
        )
    ]


def _note_shapes(ids: pd.Index) -> list[Finding]:
    if ids.empty:
        return []
    return [
        Finding(
            severity="check",
            table_name="barriers",
            row_key="",
            code="barrier-no-line",
            zh=f"{len(ids):,} 处阻隔既不是线也不是面，未采用：{list_keys(ids)}",
            en=f"{counted(len(ids), 'barrier')} without a line or polygon, left out: "
            f"{list_keys(ids)}",
            remedy="请提供线或面 / Give lines or polygons",
        )
    ]
