"""Who is next to whom: how, across what, and which links a planner added or cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.checks import Finding
from layers.errors import ContractError
from layers.tables import BARRIERS, COMMUNITIES, STREETS, WALKS, check, conform
from zoning.link_edits import LinkEdit, read_edits
from zoning.tables import ADJACENCY

ARTERIALS: Final = frozenset(
    {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "快速路",
        "主干路",
        "主干道",
    }
)
"""Classes of streets that are no link by themselves."""

ROADS: Final = frozenset(
    {
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "road",
        "次干路",
        "次干道",
        "支路",
        "城市支路",
    }
)
"""Classes that make a border a road; every other class is a lane."""

SEPARATING: Final = frozenset({"river", "railway", "other"})
"""Barriers that part neighbours. Walls and fences do not: taking them down is what joint
renovation is for, and two compounds that share a wall are neighbours (RULES Z01)."""

SIGHTS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where along the facing border lines of sight start, as shares of its length."""

MOST: Final = 0.5
"""Share of the lines of sight that something must cut to lie *between* two communities."""

TOUCH_M: Final = 0.5
"""Distance at which a line of sight counts as cut; lines drawn along a border have none."""

SEPARATED: Final = {
    "point": (
        "共界过短：{0:.1f} m < {1:g} m",
        "they face each other for {0:.1f} m only, < {1:g} m",
    ),
    "arterial": ("隔主干道，步行 {0} > {1:g} m", "an arterial lies between, walk {0} > {1:g} m"),
    "river": ("隔河，步行 {0} > {1:g} m", "a river lies between, walk {0} > {1:g} m"),
    "railway": ("隔铁路，步行 {0} > {1:g} m", "a railway lies between, walk {0} > {1:g} m"),
    "other": ("有阻隔，步行 {0} > {1:g} m", "a barrier lies between, walk {0} > {1:g} m"),
}
"""What keeps a pair from being linked, Chinese and English."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


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
        Whether an arterial between two communities is no hindrance.
    """

    max_gap_m: float = 50.0
    min_shared_m: float = 5.0
    wall_gap_m: float = 1.5
    link_walk_m: float = 300.0
    arterial: bool = False


@dataclass(frozen=True, kw_only=True)
class _Borders:
    """Candidate pairs and what lies between them; one entry a pair, `first` < `second`."""

    first: Ints
    second: Ints
    gap: Floats
    shared: Floats
    walk: Floats
    arterial: Flags
    road: Flags
    lane: Flags
    barrier: Shapes
    hidden: Flags


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
    A pair is a candidate when its gap is at most `max_gap_m`, or when something that separates lies
    in a wider gap and the walk is at most `link_walk_m`. Pairs that see each other only through a
    third community are none. What lies between is judged on five lines of sight from the facing
    border: it must cut half of them. Candidates that are not linked stay in the table with the
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
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    walk_of = _walk_lookup(walks)
    borders = _borders(ids, shapes, walk_of, streets, barriers, nearness)
    table = _judge(ids, borders, nearness)
    findings: list[Finding] = []
    if links is not None and len(links):
        edits, findings = read_edits(links, frozenset(map(str, ids)))
        table = _apply_edits(table, edits, ordered, walk_of)
    table["same_subdistrict"] = _same_subdistrict(table, ordered["subdistrict"])
    result = conform(ADJACENCY, table)
    findings.extend(_lonely(result, ids, shapes))
    return result, findings


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


def _walks_of(walk_of: pd.Series, ids: Shapes, first: Ints, second: Ints) -> Floats:
    pairs = pd.MultiIndex.from_arrays([ids[first], ids[second]], names=["focal", "neighbor"])
    return walk_of.reindex(pairs).to_numpy(dtype="float64")


def _borders(
    ids: Shapes,
    shapes: Shapes,
    walk_of: pd.Series,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    nearness: Nearness,
) -> _Borders:
    first, second = _candidates(ids, shapes, walk_of, nearness)
    gap = shapely.distance(shapes[first], shapes[second])
    facing, shared = _facing(shapes, first, second, gap + nearness.wall_gap_m)
    lines, pair = _sights(shapes, first, second, facing)
    classes = streets["class"].to_numpy(dtype=object)
    on_ground = ~streets["tunnel"].to_numpy(dtype=bool)
    ways = np.asarray(streets.geometry.to_numpy(), dtype=object)
    big = on_ground & np.isin(classes, list(ARTERIALS))
    middle = on_ground & np.isin(classes, list(ROADS | ARTERIALS))
    arterial = _cut_share(lines, pair, len(first), ways[big]) >= MOST
    road = _cut_share(lines, pair, len(first), ways[middle]) >= MOST
    lane = _cut_share(lines, pair, len(first), ways[on_ground]) > 0
    kinds = barriers["kind"].to_numpy(dtype=object)
    bars = np.asarray(barriers.geometry.to_numpy(), dtype=object)
    barrier = np.full(len(first), "", dtype=object)
    for kind in sorted(SEPARATING):
        cut = _cut_share(lines, pair, len(first), bars[kinds == kind]) >= MOST
        barrier[cut] = kind
    return _Borders(
        first=first,
        second=second,
        gap=gap,
        shared=shared,
        walk=_walks_of(walk_of, ids, first, second),
        arterial=arterial,
        road=road,
        lane=lane,
        barrier=barrier,
        hidden=_is_hidden(lines, pair, shapes, first, second),
    )


def _candidates(
    ids: Shapes, shapes: Shapes, walk_of: pd.Series, nearness: Nearness
) -> tuple[Ints, Ints]:
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=nearness.max_gap_m)
    near = walk_of[walk_of <= nearness.link_walk_m].index
    place = pd.Index(ids)
    by_walk = np.stack(
        [
            place.get_indexer(near.get_level_values("focal")),
            place.get_indexer(near.get_level_values("neighbor")),
        ],
        axis=1,
    )
    pairs = np.concatenate([np.stack([one, other], axis=1), by_walk]).astype(np.int64)
    pairs = pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] < pairs[:, 1])]
    pairs = np.unique(pairs, axis=0)
    return pairs[:, 0], pairs[:, 1]


def _facing(shapes: Shapes, first: Ints, second: Ints, within: Floats) -> tuple[Shapes, Floats]:
    """Give the border of `first` that faces `second`, and the shorter of both facing lengths."""
    rims = shapely.boundary(shapes)
    mine = shapely.intersection(rims[first], shapely.buffer(shapes[second], within, quad_segs=4))
    theirs = shapely.intersection(rims[second], shapely.buffer(shapes[first], within, quad_segs=4))
    return mine, np.minimum(shapely.length(mine), shapely.length(theirs))


def _sights(
    shapes: Shapes, first: Ints, second: Ints, facing: Shapes
) -> tuple[Shapes, npt.NDArray[np.int64]]:
    """Draw lines of sight from points of the facing border to the other community."""
    merged = shapely.line_merge(facing)
    straight = shapely.shortest_line(shapes[first], shapes[second])
    is_line = np.isin(shapely.get_type_id(merged), [1, 5]) & (shapely.length(merged) > 0)
    starts = [
        np.where(
            is_line,
            shapely.line_interpolate_point(
                np.where(is_line, merged, straight), at, normalized=True
            ),
            shapely.get_point(straight, 0),
        )
        for at in SIGHTS
    ]
    points = np.concatenate(starts)
    lines = shapely.shortest_line(points, np.tile(shapes[second], len(SIGHTS)))
    return lines, np.tile(np.arange(len(first)), len(SIGHTS))


def _cut_share(lines: Shapes, pair: Ints, count: int, things: Shapes) -> Floats:
    """Give the share of each pair's lines of sight that something cuts."""
    if not len(things) or not count:
        return np.zeros(count)
    tree = shapely.STRtree(things)
    line, _ = tree.query(lines, predicate="dwithin", distance=TOUCH_M)
    cut = np.zeros(len(lines))
    cut[line] = 1.0
    return np.bincount(pair, weights=cut, minlength=count) / len(SIGHTS)


def _is_hidden(lines: Shapes, pair: Ints, shapes: Shapes, first: Ints, second: Ints) -> Flags:
    """Tell which pairs see each other only through a third community."""
    if not len(first):
        return np.zeros(0, dtype=np.bool_)
    line, other = shapely.STRtree(shapes).query(lines, predicate="crosses")
    third = (other != first[pair[line]]) & (other != second[pair[line]])
    cut = np.zeros(len(lines))
    cut[line[third]] = 1.0
    share = np.bincount(pair, weights=cut, minlength=len(first)) / len(SIGHTS)
    return np.asarray(share >= MOST, dtype=np.bool_)


def _judge(ids: Shapes, borders: _Borders, nearness: Nearness) -> pd.DataFrame:
    barred = borders.barrier != ""
    close = borders.gap <= nearness.max_gap_m
    walkable = borders.walk <= nearness.link_walk_m
    parted = barred | borders.arterial
    wanted = ~borders.hidden & (close | (walkable & parted))
    touching = borders.gap <= nearness.wall_gap_m
    facing = borders.shared >= nearness.min_shared_m
    linked = np.where(
        barred, walkable, np.where(borders.arterial, walkable | nearness.arterial, facing)
    )
    linked &= facing | barred
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


def _why_not(borders: _Borders, number: int, *, facing: bool, near: Nearness) -> str:
    walk = borders.walk[number]
    shown = "—" if np.isnan(walk) else f"{walk:.0f} m"
    if borders.barrier[number]:
        zh, en = SEPARATED[str(borders.barrier[number])]
    elif not facing:
        zh, en = SEPARATED["point"]
        shared = borders.shared[number]
        return f"{zh.format(shared, near.min_shared_m)} / {en.format(shared, near.min_shared_m)}"
    else:
        zh, en = SEPARATED["arterial"]
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


def _lonely(table: pd.DataFrame, ids: Shapes, shapes: Shapes) -> list[Finding]:
    """List communities without any link, with the nearest other one and what separates them."""
    linked = table.loc[table["linked"].astype(bool)]
    joined = set(linked.index.get_level_values(0)) | set(linked.index.get_level_values(1))
    alone = np.flatnonzero([name not in joined for name in ids])
    if not len(alone) or len(ids) == 1:
        return []
    return [_lonely_finding(table, ids, shapes, int(number)) for number in alone]


def _lonely_finding(table: pd.DataFrame, ids: Shapes, shapes: Shapes, number: int) -> Finding:
    distance = shapely.distance(shapes[number], shapes)
    distance[number] = np.inf
    near = int(np.argmin(distance))
    pair = (ids[min(number, near)], ids[max(number, near)])
    reason = table["reason"].get(pair)
    why = str(reason) if isinstance(reason, str) else f"{distance[near]:.0f} m"
    return Finding(
        severity="check",
        table_name="adjacency",
        row_key=str(ids[number]),
        code="community-without-neighbour",
        zh=f"小区 {ids[number]} 没有相连的小区；最近的是 {ids[near]}，相距 {distance[near]:.0f} m"
        f"（{why}）。",
        en=f"{ids[number]} has no linked neighbour; the nearest is {ids[near]}, "
        f"{distance[near]:.0f} m away ({why}).",
        remedy="如实地相邻，可在 links 文件中添加 / Add a link in the links file if they do adjoin",
    )
