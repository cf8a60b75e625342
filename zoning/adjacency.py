"""Who is next to whom: how, across what, and which links a planner added or cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.checks import Finding
from layers.contracts import check, conform
from layers.errors import ContractError
from layers.tables import BARRIERS, COMMUNITIES, STREETS, WALKS
from zoning.borders import Borders, Shapes, measure_borders
from zoning.link_edits import LinkEdit, read_edits
from zoning.lonely import list_lonely
from zoning.tables import ADJACENCY

SEPARATED: Final = {
    "point": (
        "共界过短：{0:.1f} m < {1:,g} m",
        "they face each other for {0:.1f} m only, < {1:,g} m",
    ),
    "arterial": ("隔主干道，步行 {0} > {1:,g} m", "an arterial lies between, walk {0} > {1:,g} m"),
    "never": (
        "隔主干道，按设定不相连",
        "an arterial lies between, and the job links nobody over it",
    ),
    "river": ("隔河，步行 {0} > {1:,g} m", "a river lies between, walk {0} > {1:,g} m"),
    "railway": ("隔铁路，步行 {0} > {1:,g} m", "a railway lies between, walk {0} > {1:,g} m"),
    "other": ("有阻隔，步行 {0} > {1:,g} m", "a barrier lies between, walk {0} > {1:,g} m"),
}
"""What keeps a pair from being linked, Chinese and English."""


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """When two communities count as next to each other.

    Parameters
    ----------
    max_gap_m
        Widest gap between their boundaries.
    min_shared_m
        Least length along which they face each other: two that meet in a point are no neighbours.
    wall_gap_m
        Widest gap of a shared wall; also how far beyond the gap a border still faces the other.
    link_walk_m
        Longest walk between gates that links across an arterial, a river or a railway.
    arterial
        Whether an arterial between two communities parts them: ``never`` linked across it,
        ``walk``: linked where the walk is at most `link_walk_m`, ``free``: no hindrance.
    """

    max_gap_m: float = 50.0
    min_shared_m: float = 5.0
    wall_gap_m: float = 1.5
    link_walk_m: float = 300.0
    arterial: Literal["never", "walk", "free"] = "walk"


def find_adjacency(
    communities: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    *,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    nearness: Nearness,
    links: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Find neighbouring communities and say what their border is.

    Parameters
    ----------
    communities, streets, barriers
        Contracts `COMMUNITIES`, `STREETS`, `BARRIERS`, in one metric CRS.
    walks
        Contract `WALKS`: walks between access points, m.
    nearness
        When two communities count as neighbours.
    links
        A planner's changes: columns ``focal``, ``neighbor``, ``action`` (add or cut), ``reason``.

    Returns
    -------
    tuple
        Contract `ADJACENCY`, each pair once with focal < neighbor; and findings: communities that
        nobody adjoins with the nearest other one, links that name no community.

    Raises
    ------
    ContractError
        If a table breaks its contract or the reference systems differ.
    InputError
        If `links` lacks a column or a reason, has another action, or contradicts itself.

    Notes
    -----
    A pair is a candidate when its gap is at most `max_gap_m`; or when a river, railway or arterial
    lies in a wider gap, the walk is at most `link_walk_m`, and what is left of the gap without the
    water, the tracks or the carriageways is at most `max_gap_m`. A bridge thus joins those whom it
    joins in the eyes of those who live there: both stand beside it, on either side, facing each
    other; not everyone within a walk of it. Pairs that see each other only through a third
    community are none. What lies between is judged on five lines of sight from the facing
    border: it must cut half of them. Two must face each other for `min_shared_m`, over a wall, a
    lane or a river alike. Candidates that are not linked stay in the table with the
    reason. Different managers are no barrier (RULES Z01).
    """
    for schema, table in (
        (COMMUNITIES, communities),
        (WALKS, walks),
        (STREETS, streets),
        (BARRIERS, barriers),
    ):
        check(schema, table)
    _same_crs(communities, streets, barriers)
    ordered = cast("gpd.GeoDataFrame", communities.sort_index())
    ids = ordered.index.to_numpy(dtype=object)
    walk_of = _walk_lookup(walks)
    borders = measure_borders(
        ordered.geometry,
        walk_of,
        streets,
        barriers,
        max_gap_m=nearness.max_gap_m,
        wall_gap_m=nearness.wall_gap_m,
        link_walk_m=nearness.link_walk_m,
    )
    table = _judge(ids, borders, nearness)
    findings: list[Finding] = []
    if links is not None and len(links):
        edits, findings = read_edits(links, frozenset(map(str, ids)))
        table = _apply_edits(table, edits, ordered, walk_of)
    table["same_subdistrict"] = _same_subdistrict(table, ordered["subdistrict"])
    result = conform(ADJACENCY, table)
    lonely = list_lonely(result, ordered, walk_of, streets, barriers, max_gap_m=nearness.max_gap_m)
    return result, [*findings, *lonely]


def _same_crs(communities: gpd.GeoDataFrame, *others: gpd.GeoDataFrame) -> None:
    for other in others:
        if len(other) and other.crs != communities.crs:
            raise ContractError(
                "adjacency", (f"two reference systems: {communities.crs} and {other.crs}",)
            )


def _walk_lookup(walks: pd.DataFrame) -> pd.Series:
    """Give the shorter walk of each pair, keyed (lesser id, greater id)."""
    focal = walks.index.get_level_values("focal").to_numpy(dtype=object)
    neighbor = walks.index.get_level_values("neighbor").to_numpy(dtype=object)
    swap = focal > neighbor
    frame = pd.DataFrame(
        {
            "focal": np.where(swap, neighbor, focal),
            "neighbor": np.where(swap, focal, neighbor),
            "walk_m": walks["walk_m"].to_numpy(),
        }
    )
    return frame.groupby(["focal", "neighbor"])["walk_m"].min()


def _judge(ids: Shapes, borders: Borders, nearness: Nearness) -> pd.DataFrame:
    barred = borders.barrier != ""
    close = borders.gap <= nearness.max_gap_m
    walkable = borders.walk <= nearness.link_walk_m
    parted = barred | borders.arterial
    wanted = ~borders.hidden & (close | parted)
    touching = borders.gap <= nearness.wall_gap_m
    facing = borders.shared >= nearness.min_shared_m
    over = {"never": np.zeros_like(walkable), "walk": walkable, "free": np.ones_like(walkable)}
    linked = np.where(borders.arterial, over[nearness.arterial], np.True_)
    linked = facing & np.where(barred, walkable, linked)
    crosses = np.select(
        [barred, touching, borders.arterial, borders.road, borders.lane],
        ["bridge", "none", "arterial", "road", "lane"],
        default="none",
    )
    kind = np.select(
        [barred, touching, borders.arterial | borders.road], ["bridge", "wall", "road"], "lane"
    )
    linked = np.where(touching & ~barred, facing, linked)
    table = pd.DataFrame(
        {
            "focal": ids[borders.first],
            "neighbor": ids[borders.second],
            "gap_m": borders.gap,
            "shared_m": borders.shared,
            "walk_m": borders.walk,
            "crosses": crosses,
            "kind": kind,
            "linked": linked.astype(bool),
            "reason": [
                None if linked[n] else _why_not(borders, n, facing=bool(facing[n]), near=nearness)
                for n in range(len(linked))
            ],
        }
    )
    kept: pd.DataFrame = table.loc[wanted]
    return kept.set_index(["focal", "neighbor"])


def _why_not(borders: Borders, number: int, *, facing: bool, near: Nearness) -> str:
    walk = borders.walk[number]
    shown = "—" if np.isnan(walk) else f"{walk:,.0f} m"
    if borders.barrier[number] and not walk <= near.link_walk_m:
        zh, en = SEPARATED[str(borders.barrier[number])]
    elif not facing:
        zh, en = SEPARATED["point"]
        shared = borders.shared[number]
        return f"{zh.format(shared, near.min_shared_m)} / {en.format(shared, near.min_shared_m)}"
    else:
        zh, en = SEPARATED["never" if near.arterial == "never" else "arterial"]
    return f"{zh.format(shown, near.link_walk_m)} / {en.format(shown, near.link_walk_m)}"


def _apply_edits(
    table: pd.DataFrame,
    edits: list[LinkEdit],
    communities: gpd.GeoDataFrame,
    walk_of: pd.Series,
) -> pd.DataFrame:
    """Add and cut links as a planner says; what was measured of a pair stays."""
    measured = cast("dict[tuple[str, str], dict[str, object]]", table.to_dict("index"))
    shapes = communities.geometry
    for edit in edits:
        pair = (edit.focal, edit.neighbor)
        row = measured.get(pair) or {
            "gap_m": shapely.distance(shapes[edit.focal], shapes[edit.neighbor]),
            "walk_m": walk_of.get(pair, np.nan),
            "crosses": "none",
        }
        added = edit.action == "add"
        measured[pair] = row | {
            "kind": "added" if added else "cut",
            "linked": added,
            "reason": edit.reason,
        }
    pairs = pd.MultiIndex.from_tuples(list(measured), names=["focal", "neighbor"])
    return pd.DataFrame(list(measured.values()), index=pairs)


def _same_subdistrict(table: pd.DataFrame, subdistrict: pd.Series) -> pd.Series:
    one = subdistrict.reindex(table.index.get_level_values(0)).astype("object").to_numpy()
    other = subdistrict.reindex(table.index.get_level_values(1)).astype("object").to_numpy()
    known = pd.notna(one) & pd.notna(other)
    return pd.Series(np.where(known, one == other, None), index=table.index, dtype="object")
