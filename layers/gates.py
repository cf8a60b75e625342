"""Gates as surveyed or mapped: which of them are access points of which community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.attributes import column_named, read_texts
from layers.checks import Finding
from layers.counts import counted
from layers.crossings import Shapes
from layers.errors import KeyConflictError
from layers.fields import find_fields

SOURCES: Final = ("layer", "amap", "osm")
"""Where a gate comes from: a bureau's layer, a map provider's points, OpenStreetMap."""

_ID_HEADERS: Final = (
    "access_point_id",
    "gate_id",
    "出入口编码",
    "出入口编号",
    "大门编号",
    "gateid",
)
_OWNER_HEADERS: Final = ("owner_id", "所属编码", "所属小区编码")
_KIND_HEADERS: Final = ("owner", "所属类别")
_FACILITY: Final = frozenset({"facility", "设施"})
_WALLS: Final = ("wall", "fence")

# Two communities share a gate when it lies in the wall between them.
_SHARED_M: Final = 1.0
_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class GateRules:
    """Distances that decide what a gate belongs to, in metres.

    Parameters
    ----------
    layer_m
        From a gate of the bureau's layer to the outline of its community: a gatehouse stands a few
        metres off the drawn line.
    osm_m
        From an OpenStreetMap gate to the outline of a community whose wall is mapped.
    provider_m
        From a map provider's point of a gate to the outline; such points lie beside the gate.
    wall_m
        From the outline to the wall that runs along it.
    wall_share
        Share of the outline that a mapped wall must accompany.
    merge_m
        Crossings this near to each other are one entrance.
    """

    layer_m: float = 15.0
    osm_m: float = 5.0
    provider_m: float = 20.0
    wall_m: float = 5.0
    wall_share: float = 0.5
    merge_m: float = 10.0


@dataclass(frozen=True, kw_only=True)
class PlacedGates:
    """Gates with their owners.

    Parameters
    ----------
    table
        Columns ``gate_id`` (NA where it has none), ``owner``, ``owner_id``, ``source``,
        ``point``, ``away_m``; a gate between two communities has two rows.
    findings
        Gates that fit no community.
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...]


def place_gates(
    gates: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    outlines: Shapes,
    barriers: gpd.GeoDataFrame | None,
    *,
    rules: GateRules,
) -> PlacedGates:
    """Find the community of each gate.

    Parameters
    ----------
    gates
        Points in the communities' system with ``surveyed_source``: ``layer``, ``amap`` or ``osm``.
        A code of the community (小区编码, ``owner_id``) goes before nearness; rows whose ``owner``
        is ``facility`` are entrances of the facility ``owner_id``.
    communities
        Contract `COMMUNITIES`.
    outlines
        Outlines of the communities, in their order.
    barriers
        Contract `BARRIERS`, to tell which communities are walled.
    rules
        The distances.

    Raises
    ------
    KeyConflictError
        If two gates of the bureau's layer have one id.
    """
    sources = gates["surveyed_source"].to_numpy()
    ids = _ids(gates, sources)
    points = shapely.centroid(np.asarray(gates.geometry.to_numpy(), dtype=object))
    stated = _stated_owner(gates)
    kinds = read_texts(gates, column_named(gates, _KIND_HEADERS))
    of_facility = (kinds.isin(_FACILITY) & stated.notna()).to_numpy()
    building_door = read_texts(gates, column_named(gates, ("kind",))).eq("entrance").to_numpy()
    usable = ~of_facility & ~(building_door & (sources == "osm"))
    limit = np.select(
        [sources == "layer", sources == "amap"], [rules.layer_m, rules.provider_m], rules.osm_m
    )
    walled = is_walled(outlines, barriers, rules=rules)
    pairs = _pairs(points, outlines, limit, usable)
    owner_place = communities.index.get_indexer(stated)
    pairs = _keep_stated(pairs, np.where(sources == "layer", owner_place, -1))
    open_osm = (sources[pairs["gate"]] == "osm") & ~walled[pairs["community"]]
    unwalled = np.unique(pairs["gate"].to_numpy()[open_osm])
    pairs = pairs[~open_osm]
    table = pd.DataFrame(
        {
            "gate_id": ids[pairs["gate"]],
            "owner": "community",
            "owner_id": communities.index.to_numpy()[pairs["community"]],
            "source": sources[pairs["gate"]],
            "point": points[pairs["gate"]],
            "away_m": pairs["away_m"].to_numpy(),
        }
    )
    doors = pd.DataFrame(
        {
            "gate_id": ids[of_facility],
            "owner": "facility",
            "owner_id": stated.to_numpy()[of_facility],
            "source": sources[of_facility],
            "point": points[of_facility],
            "away_m": 0.0,
        }
    )
    placed = pd.concat([table, doors[doors["source"] == "layer"]], ignore_index=True)
    fitting = np.zeros(len(gates), dtype=bool)
    fitting[pairs["gate"]] = True
    lost = usable & ~fitting
    findings = _doubts(gates, sources, lost, len(unwalled), stated, rules)
    return PlacedGates(table=placed, findings=tuple(findings))


def is_walled(
    outlines: Shapes, barriers: gpd.GeoDataFrame | None, *, rules: GateRules
) -> npt.NDArray[np.bool_]:
    """Tell the communities whose wall is mapped: a wall or fence along half of the outline.

    Parameters
    ----------
    outlines
        Outlines of communities; a wall mapped as the outline itself counts.
    barriers
        Contract `BARRIERS`, in the same system.
    rules
        How near, and along which share.
    """
    walled = np.zeros(len(outlines), dtype=bool)
    if barriers is None or barriers.empty:
        return walled
    lines = np.asarray(barriers.geometry[barriers["kind"].isin(_WALLS)].to_numpy(), dtype=object)
    areal = shapely.get_dimensions(lines) > 1
    lines = np.where(areal, shapely.boundary(lines), lines)
    if not len(lines):
        return walled
    place, wall = shapely.STRtree(lines).query(outlines, predicate="dwithin", distance=rules.wall_m)
    strips = shapely.buffer(lines[wall], rules.wall_m)
    for n in np.unique(place):
        along = shapely.intersection(outlines[n], shapely.union_all(strips[place == n]))
        walled[n] = shapely.length(along) >= rules.wall_share * shapely.length(outlines[n])
    return walled


def _ids(gates: gpd.GeoDataFrame, sources: Sequence[str]) -> npt.NDArray[np.object_]:
    """Read the gates' own ids: a column of the bureau's layer, else the key of the map."""
    own = read_texts(gates, column_named(gates, _ID_HEADERS))
    mapped = pd.Series(sources, index=gates.index) != "layer"
    ids = own.where(~mapped, pd.Series(gates.index.astype("str"), index=gates.index)).to_numpy()
    known = pd.Series(ids[(~mapped).to_numpy()]).dropna()
    doubled = sorted(set(known[known.duplicated()]))
    if doubled:
        shown = ", ".join(map(repr, doubled[:_SHOWN]))
        raise KeyConflictError(
            en=f"gates: {len(doubled)} ids stand in more than one row: {shown}. "
            "Give each gate its own id, or remove the column.",
            zh=f"gates：{len(doubled):,} 个出入口编码重复：{shown}。"
            "请为每个出入口编唯一编码，或删除该列。",
        )
    return np.asarray([None if pd.isna(i) else str(i) for i in ids], dtype=object)


def _stated_owner(gates: gpd.GeoDataFrame) -> pd.Series:
    column = column_named(gates, _OWNER_HEADERS)
    if column is None:
        headers = [str(name) for name in gates.columns if name != gates.geometry.name]
        found = find_fields([h for h in headers if h.casefold() not in {"id", "code"}], given={})
        column = found.columns.get("community_id")
    return read_texts(gates, column)


def _pairs(
    points: Shapes,
    outlines: Shapes,
    limit: npt.NDArray[np.float64],
    usable: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Pair gates with the outlines within their limit."""
    widest = float(limit.max(initial=0.0))
    gate, community = shapely.STRtree(outlines).query(points, predicate="dwithin", distance=widest)
    away = shapely.distance(points[gate], outlines[community])
    near = (away <= limit[gate]) & usable[gate]
    pairs = pd.DataFrame({"gate": gate[near], "community": community[near], "away_m": away[near]})
    return pairs.sort_values(["gate", "away_m", "community"], ignore_index=True)


def _keep_stated(pairs: pd.DataFrame, owner: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Keep the stated owner of a gate, else the nearest outlines."""
    least = pairs.groupby("gate")["away_m"].transform("min")
    stated = owner[pairs["gate"]]
    wanted = np.where(
        stated >= 0, stated == pairs["community"], pairs["away_m"] <= least + _SHARED_M
    )
    return pairs[wanted]


def _doubts(
    gates: gpd.GeoDataFrame,
    sources: npt.NDArray[np.object_],
    lost: npt.NDArray[np.bool_],
    unwalled: int,
    stated: pd.Series,
    rules: GateRules,
) -> list[Finding]:
    findings = []
    of_layer = np.flatnonzero(lost & (sources == "layer"))
    keys = [
        f"{gates.index[n]}" + (f" ({stated.iloc[n]})" if pd.notna(stated.iloc[n]) else "")
        for n in of_layer[:_SHOWN]
    ]
    if len(of_layer):
        shown = ", ".join(keys) + (", …" if len(of_layer) > _SHOWN else "")
        findings.append(
            Finding(
                severity="check",
                table_name="access_points",
                row_key="",
                code="gate-without-community",
                zh=f"{len(of_layer):,} 个出入口距所属或任何小区边界超过 {rules.layer_m:g} m，"
                f"未采用：第 {shown} 行",
                en=f"{counted(len(of_layer), 'gate is', 'gates are')} more than "
                f"{rules.layer_m:g} m from the outline of "
                f"any community, the one named included, and not used: row {shown}",
                remedy="核对位置和所属小区 / Check their places and owners",
            )
        )
    if unwalled:
        findings.append(
            Finding(
                severity="note",
                table_name="access_points",
                row_key="",
                code="gate-without-wall",
                zh=f"{unwalled} 个 OSM 大门所在小区未绘制围墙，不作为实测出入口",
                en=f"{unwalled} OSM gates belong to communities whose wall is not mapped; they do "
                "not count as surveyed",
                remedy="提供出入口图层 / Give a layer of gates",
            )
        )
    return findings
