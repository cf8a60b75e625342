"""Buildings: levels, the community that each stands in, and the households that it holds."""

from __future__ import annotations

import re
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.attributes import column_named, key_rows, list_keys, read_texts
from layers.checks import Finding
from layers.contracts import conform
from layers.counts import counted
from layers.crs import to_metric
from layers.fields import find_fields
from layers.overlaps import largest_overlap
from layers.tables import BUILDINGS

MOST_HOUSEHOLDS: Final = 1e5
"""No building has more homes, and no number that is not finite is one."""

TALLEST: Final = 200.0
"""No building has more storeys; a larger number is a height or a mistake."""

NO_HOMES: Final = frozenset(
    {
        "barn",
        "bridge",
        "carport",
        "chapel",
        "church",
        "civic",
        "college",
        "commercial",
        "construction",
        "fire_station",
        "garage",
        "garages",
        "gatehouse",
        "government",
        "grandstand",
        "greenhouse",
        "guardhouse",
        "hangar",
        "hospital",
        "hotel",
        "industrial",
        "kindergarten",
        "kiosk",
        "mosque",
        "office",
        "parking",
        "pavilion",
        "public",
        "retail",
        "roof",
        "ruins",
        "school",
        "service",
        "shed",
        "sports_centre",
        "sports_hall",
        "stadium",
        "supermarket",
        "temple",
        "toilets",
        "train_station",
        "transformer_tower",
        "transportation",
        "university",
        "warehouse",
    }
)
"""Values of OpenStreetMap's ``building`` that say that nobody lives there."""

_USE_HEADERS: Final = ("用途", "房屋用途", "建筑用途", "使用性质", "房屋性质", "use", "yt", "fwyt")
_HOME_WORDS: Final = ("住", "居", "公寓", "宿舍", "家属", "resid", "apart", "dorm", "house")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_NEGATIVE: Final = re.compile(r"[-−]\d+(?:\.\d+)?")


def prepare_buildings(
    raw: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring buildings into metres and find the community that each stands in.

    Parameters
    ----------
    raw
        `OsmData.buildings`, or a bureau's polygons; storeys, households, use and ``building_id``
        are found by their usual names, all may be missing.
    communities
        Polygons keyed ``community_id``, in `crs`, valid.
    crs
        The job's metric system.

    Returns
    -------
    tuple
        Contract `BUILDINGS`. ``levels`` is the largest number in the cell (``5-6`` is 6).
        ``community_id`` is the community with the largest share of the footprint, NA where there is
        none. ``households`` is what the layer says (OSM: ``building:flats``), 0 where its use is
        known to be no dwelling, else NA; `share_households` fills the rest. And findings: rows
        that are no usable polygons, storeys that could not be read, missing storeys, a layer of
        another place.

    Raises
    ------
    CrsError
        If `raw` has no reference system or `crs` is not metric.
    KeyConflictError
        If two rows have the same ``building_id``.
    """
    keyed = key_rows(to_metric(raw, crs), "building_id", "buildings")
    shapes = keyed.geometry
    usable = (
        shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & shapes.is_valid & (shapes.area > 0)
    )
    good = keyed[usable]
    columns = find_fields([str(name) for name in raw.columns], given={}).columns
    stories = read_texts(good, column_named(good, ("levels",)) or columns.get("storeys"))
    levels = stories.map(_levels, na_action="ignore").astype("float64")
    table = good.assign(
        levels=levels,
        households=_households(good, columns.get("households")),
        community_id=largest_overlap(good, communities),
    )
    findings = [
        *_note_unusable(keyed.index[~usable]),
        *_note_unread(good.index[stories.notna() & levels.isna()], stories),
        *_note_missing(table),
        *_note_elsewhere(table, communities),
    ]
    return gpd.GeoDataFrame(conform(BUILDINGS, table, crs=crs)), findings


def share_households(
    buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Spread each community's households over its buildings.

    Parameters
    ----------
    buildings
        Contract `BUILDINGS`; ``households`` 0 marks a building without homes.
    communities
        Contract `COMMUNITIES`.

    Returns
    -------
    GeoDataFrame
        Contract `BUILDINGS`. Within each community whose households are known, the buildings' sum
        is that number: those without a number of their own share what the others leave, in
        proportion to storeys times footprint. Where the others hold more than the community has,
        all share by storeys times footprint; where all have numbers, these are scaled. A building
        without storeys counts with the median of its community, and with one storey where none is
        known. Buildings outside a community, without homes, or in a community of unknown households
        keep what they have.
    """
    table = buildings.copy()
    total = table["community_id"].map(communities["households"]).astype("float64")
    home = total.notna() & (table["households"] != 0)
    group = table["community_id"]
    levels = table["levels"].where(home)
    levels = levels.fillna(levels.groupby(group).transform("median")).fillna(1.0)
    floor = (table.geometry.area * levels).where(home, 0.0)
    own = table["households"].where(home, 0.0)
    open_floor = floor.where(own.isna(), 0.0)
    left = total - own.fillna(0.0).groupby(group).transform("sum")
    open_total = open_floor.groupby(group).transform("sum")
    shared = own.fillna(left * open_floor / open_total.where(open_total > 0))
    crowded = home & ((left < 0) | (open_total == 0))
    given = own.where(open_total == 0, floor)
    scaled = total * given / given.groupby(group).transform("sum")
    table["households"] = table["households"].where(~home, shared.where(~crowded, scaled))
    return table


def _levels(text: str) -> float:
    if _NEGATIVE.fullmatch(text.strip()):
        return float("nan")
    numbers = [float(found) for found in _NUMBER.findall(text)]
    highest = max(numbers, default=0.0)
    return highest if 0.0 < highest <= TALLEST else float("nan")


def _households(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    texts = read_texts(frame, column_named(frame, ("flats",)) or column)
    given = pd.to_numeric(texts, errors="coerce").astype("float64")
    given = given.where((given >= 0) & (given <= MOST_HOUSEHOLDS))
    mapped = read_texts(frame, column_named(frame, ("building",)))
    use = read_texts(frame, column_named(frame, _USE_HEADERS)).str.casefold()
    is_home = use.str.contains("|".join(_HOME_WORDS), na=False)
    is_empty = mapped.isin(NO_HOMES) | (use.notna() & ~is_home)
    return given.where(~(is_empty & given.isna()), 0.0)


def _note_unusable(ids: pd.Index) -> list[Finding]:
    if ids.empty:
        return []
    return [
        Finding(
            severity="check",
            table_name="buildings",
            row_key="",
            code="building-no-polygon",
            zh=f"{len(ids):,} 栋楼不是有效的面，未采用：{list_keys(ids)}",
            en=f"{counted(len(ids), 'building')} without a valid polygon, left out: "
            f"{list_keys(ids)}",
            remedy="请修正轮廓 / Mend the outlines",
        )
    ]


def _note_unread(ids: pd.Index, stories: pd.Series) -> list[Finding]:
    if ids.empty:
        return []
    return [
        Finding(
            severity="check",
            table_name="buildings",
            row_key="",
            code="building-levels-unreadable",
            zh=f"{len(ids):,} 栋楼的层数无法识别（如 {stories[ids[0]]!r}），按缺失处理："
            f"{list_keys(ids)}",
            en=f"{counted(len(ids), 'building has', 'buildings have')} storeys that cannot be "
            f"read (such as {stories[ids[0]]!r}); left empty: {list_keys(ids)}",
            remedy=f"请填写 1 至 {TALLEST:.0f} 的数字 / Write a number from 1 to {TALLEST:.0f}",
        )
    ]


def _note_elsewhere(table: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Finding]:
    """Say so when no building at all stands in a community: the layer may be of another place."""
    if table.empty or communities.empty or table["community_id"].notna().any():
        return []
    return [
        Finding(
            severity="check",
            table_name="buildings",
            row_key="",
            code="building-elsewhere",
            zh=f"{len(table):,} 栋楼没有一栋在小区内，建筑图层可能是别处的，或坐标系有误",
            en=f"none of {len(table):,} buildings stands in a community: the layer may be of "
            "another place, or its reference system wrong",
            remedy="核对建筑图层及其 crs / Check the layer of buildings and its crs",
        )
    ]


def _note_missing(table: gpd.GeoDataFrame) -> list[Finding]:
    """Say how many buildings of communities have no storeys: estimates of households lean on it."""
    inside = table[table["community_id"].notna() & (table["households"] != 0)]
    missing = int(np.count_nonzero(inside["levels"].isna()))
    if not missing:
        return []
    return [
        Finding(
            severity="note",
            table_name="buildings",
            row_key="",
            code="building-levels-missing",
            zh=f"小区内 {len(inside):,} 栋楼中有 {missing:,} 栋没有层数；"
            "按建筑估算户数时取本小区中位层数",
            en=f"{missing:,} of {counted(len(inside), 'building')} inside communities without "
            "storeys; where households are estimated from buildings they count with their "
            "community's median",
            remedy="请补充层数 / Give storeys",
        )
    ]
