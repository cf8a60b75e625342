"""Doubts about the outlines of communities: doubled, overlapping, thin, far from the rest."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.checks import Finding

DOUBLED_SHARE: Final = 0.95
"""Share of both outlines that two drawings of one community have in common."""

OVERLAP_SHARE: Final = 0.02
"""Share of the smaller outline above which an overlap is more than an unclean edge."""

SLIVER_WIDTH_M: Final = 4.0
"""Mean width (twice the area by the perimeter) below which no building fits."""

SMALLEST_M2: Final = 60.0
"""Ground below which no residential building stands."""

FAR_M: Final = 5_000.0
"""Distance to the nearest other community above which a place is probably wrong."""


def doubt_outlines(communities: gpd.GeoDataFrame) -> list[Finding]:
    """Find outlines that look wrong.

    Parameters
    ----------
    communities
        Valid polygons in metres, keyed ``community_id``.

    Returns
    -------
    list of Finding
        Doubled outlines ask for a decision, since households would count twice; the rest is to be
        checked.
    """
    shapes = np.asarray(communities.geometry.to_numpy(), dtype=object)
    keys = [str(key) for key in communities.index]
    return [
        *_doubt_overlaps(shapes, keys),
        *_doubt_slivers(shapes, keys),
        *_doubt_far(shapes, keys),
    ]


def _doubt_overlaps(shapes: npt.NDArray[np.object_], keys: list[str]) -> list[Finding]:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    ahead = np.array([keys[i] < keys[j] for i, j in zip(one, other, strict=True)], dtype=bool)
    one, other = one[ahead], other[ahead]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    left, right = shapely.area(shapes[one]), shapely.area(shapes[other])
    findings = []
    for i, j, area, a, b in sorted(
        zip(
            one.tolist(),
            other.tolist(),
            shared.tolist(),
            left.tolist(),
            right.tolist(),
            strict=True,
        ),
        key=lambda pair: (keys[pair[0]], keys[pair[1]]),
    ):
        if area >= DOUBLED_SHARE * max(a, b):
            findings.append(_doubled(keys[i], keys[j], area))
        elif area > OVERLAP_SHARE * min(a, b):
            findings.append(_overlapping(keys[i], keys[j], area, area / min(a, b)))
    return findings


def _doubled(one: str, other: str, area: float) -> Finding:
    return Finding(
        severity="decide",
        table_name="communities",
        row_key=one,
        code="community-doubled",
        zh=f"小区 {one} 与 {other} 的边界几乎相同（重叠 {area:,.0f} ㎡），户数可能重复计算",
        en=f"communities {one} and {other} have nearly the same outline ({area:,.0f} m² shared); "
        "their households may count twice",
        remedy="删除其中一个 / Delete one of the two",
    )


def _overlapping(one: str, other: str, area: float, share: float) -> Finding:
    return Finding(
        severity="check",
        table_name="communities",
        row_key=one,
        code="community-overlap",
        zh=f"小区 {one} 与 {other} 重叠 {area:,.0f} ㎡（占较小者 {share:.0%}）",
        en=f"communities {one} and {other} overlap by {area:,.0f} m² ({share:.0%} of the smaller)",
        remedy="核对边界 / Check the boundaries",
    )


def _doubt_slivers(shapes: npt.NDArray[np.object_], keys: list[str]) -> list[Finding]:
    area, around = shapely.area(shapes), shapely.length(shapes)
    thin = (2.0 * area < SLIVER_WIDTH_M * around) | (area < SMALLEST_M2)
    return [
        Finding(
            severity="check",
            table_name="communities",
            row_key=keys[n],
            code="community-sliver",
            zh=f"小区 {keys[n]} 的边界过窄或过小（{area[n]:,.0f} ㎡，周长 {around[n]:,.0f} m）",
            en=f"the outline of community {keys[n]} is too thin or too small for a building "
            f"({area[n]:,.0f} m², perimeter {around[n]:,.0f} m)",
            remedy="核对是否误绘的碎面 / Check whether it is a leftover of drawing",
        )
        for n in sorted(np.flatnonzero(thin).tolist(), key=keys.__getitem__)
    ]


def _doubt_far(shapes: npt.NDArray[np.object_], keys: list[str]) -> list[Finding]:
    if len(shapes) < 2:  # noqa: PLR2004 (one community has no other)
        return []
    (own, _), away = shapely.STRtree(shapes).query_nearest(
        shapes, exclusive=True, return_distance=True, all_matches=False
    )
    return [
        Finding(
            severity="check",
            table_name="communities",
            row_key=keys[n],
            code="community-far",
            zh=f"小区 {keys[n]} 距最近的其他小区 {distance / 1000:.1f} km，位置可能有误",
            en=f"community {keys[n]} is {distance / 1000:.1f} km from the nearest other one; "
            "its place may be wrong",
            remedy="核对坐标与坐标系 / Check coordinates and reference system",
        )
        for n, distance in sorted(
            zip(own.tolist(), away.tolist(), strict=True), key=lambda pair: keys[pair[0]]
        )
        if distance > FAR_M
    ]
