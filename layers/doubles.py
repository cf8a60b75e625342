"""The same facility twice: in two sources, as a men's and a women's door, as several sockets."""

from __future__ import annotations

import difflib
import re
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.categories import fold_name
from layers.checks import Finding
from layers.facility_fields import TITLES

NEAR_M: Final = 30.0
"""Doors of one toilet, sockets of one charging place, one place in two sources."""
SAME_NAME_M: Final = 20.0
"""One name twice in one source."""
ONE_PLACE: Final = ("toilet", "charging")
"""Haves of which several points within `NEAR_M` are one place, whatever their names."""
DENSE: Final = ("shop", "parcel")
"""Haves that stand side by side in a street: two sources must agree on the name."""
ALIKE: Final = 0.6
RANKS: Final = {"osm": 3, "baidu": 2, "amap": 2}
"""Trust in a source: what a bureau hands over or classes itself (0) wins over web maps."""


def merge_doubles(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Merge facilities that are one place, have by have.

    Parameters
    ----------
    table
        Rows keyed ``(facility_id, category)`` in metres, with ``name``, ``source``, ``evidence``,
        ``confirmed`` and ``decided`` (a person said yes: such a row is never merged into another).

    Returns
    -------
    tuple of GeoDataFrame and list of Finding
        The rows that stay, and a note for each that absorbed others. Of two, the confirmed one
        stays, then the bureau's, then the one with the lesser id: the order of rows changes
        nothing, and a chain of points is not drawn together from end to end.

    References
    ----------
    Toilets within 30 m: note of AMap 200301 in ``nine_haves.csv``; FEATURES F07.
    """
    absorbed: set[tuple[str, str]] = set()
    findings = []
    for category, rows in table.groupby(level="category", sort=True):
        for kept, others in _groups(str(category), rows):
            absorbed |= set(others)
            findings.append(_merged(str(category), rows, kept, others))
    stays = np.array([key not in absorbed for key in table.index], dtype=bool)
    return table[stays], findings


def _groups(
    category: str, rows: gpd.GeoDataFrame
) -> list[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Let each row, in order of trust, absorb its doubles that are still free."""
    trusted = np.array([RANKS.get(str(source), 0) for source in rows["source"]], dtype=int)
    trusted[rows["evidence"].to_numpy(dtype=object) == "given"] = 0
    ids = rows.index.get_level_values("facility_id").to_numpy()
    unsure = ~rows["confirmed"].to_numpy(dtype=bool)
    order = np.lexsort((ids.astype(str), trusted, unsure))
    ranked = rows.iloc[order]
    pairs = _doubles(category, ranked)
    decided = ranked["decided"].to_numpy(dtype=bool)
    free = np.ones(len(ranked), dtype=bool)
    groups = []
    for place in range(len(ranked)):
        if not free[place]:
            continue
        free[place] = False
        others = [other for other in pairs.get(place, ()) if free[other] and not decided[other]]
        free[others] = False
        if others:
            keys = [ranked.index[other] for other in others]
            groups.append((ranked.index[place], keys))
    return groups


def _doubles(category: str, rows: gpd.GeoDataFrame) -> dict[int, list[int]]:
    """List for each row the later rows that are the same place."""
    shapes = np.asarray(rows.geometry.to_numpy(), dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=NEAR_M)
    forward = first < second
    first, second = first[forward], second[forward]
    distance = shapely.distance(shapes[first], shapes[second])
    names = [fold_name(str(name)) if named else "" for name, named in _named(rows)]
    sources = rows["source"].to_numpy(dtype=object)
    same: dict[int, list[int]] = {}
    for one, other, metres in _sorted(first, second, distance):
        if _is_double(category, (names[one], names[other]), metres, sources[one] != sources[other]):
            same.setdefault(one, []).append(other)
    return same


def _named(rows: gpd.GeoDataFrame) -> list[tuple[object, bool]]:
    return list(zip(rows["name"], rows["name"].notna(), strict=True))


def _sorted(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], distance: npt.NDArray[np.float64]
) -> list[tuple[int, int, float]]:
    return sorted(zip(first.tolist(), second.tolist(), distance.tolist(), strict=True))


def _is_double(category: str, names: tuple[str, str], metres: float, two_sources: bool) -> bool:  # noqa: FBT001 - by position, below its only caller
    if category in ONE_PLACE:
        return True
    if two_sources:
        return category not in DENSE or _is_alike(*names)
    return metres <= SAME_NAME_M and names[0] == names[1] != ""


def _is_alike(one: str, other: str) -> bool:
    """Compare names without what stands in brackets; a place without a name is like any."""
    one, other = (re.sub(r"[(\[].*?[)\]]", "", name).strip() for name in (one, other))
    if not one or not other or one in other or other in one:
        return True
    return difflib.SequenceMatcher(None, one, other).ratio() >= ALIKE


def _merged(
    category: str, rows: gpd.GeoDataFrame, kept: tuple[str, str], others: list[tuple[str, str]]
) -> Finding:
    zh, en = TITLES[category]
    named = ", ".join(_shown(rows, key) for key in sorted(others))
    return Finding(
        severity="note",
        table_name="facilities",
        row_key=kept[0],
        code="facility-merged",
        zh=f"{zh} {_shown(rows, kept)} 与 {named} 视为同一处，保留前者。",
        en=f"{_shown(rows, kept)} ({en}) and {named} are taken as one place; the first stays.",
        remedy="如为不同设施，在 review.csv 中对被并入者填“是” / "
        "If they are two, write yes for the merged one in review.csv",
    )


def _shown(rows: gpd.GeoDataFrame, key: tuple[str, str]) -> str:
    name, source = rows.loc[key, "name"], rows.loc[key, "source"]
    return f"{key[0]} {name} [{source}]" if isinstance(name, str) else f"{key[0]} [{source}]"
