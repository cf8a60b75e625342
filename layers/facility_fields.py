"""Columns of facility tables: their many headers, and the words that name a have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from layers.amap_types import LEVELS, join_levels, read_type_paths
from layers.headers import fold
from layers.tables import CATEGORIES

HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "facility_id": (
        *("facility_id", "设施编码", "设施编号", "编码", "编号", "poi_id", "poiid", "uid", "id"),
    ),
    "name": (
        *("name", "名称", "设施名称", "机构名称", "点位名称", "站点名称", "网点名称", "单位名称"),
        *("设施名", "机构名", "站点名", "网点名", "店名"),
        *("facility_name", "poi_name", "poiname", "title", "ssmc", "jgmc", "dwmc", "mc"),
    ),
    "source": ("source", "数据来源", "来源"),
    "tags": ("tags",),
    "typecode": (
        *("typecode", "type_code", "amap_typecode", "poi_typecode", "类型编码", "分类编码"),
    ),
    "baidu": ("baidu", "tag", "百度标签", "标签"),
    "category": (
        *("category", "facility_category", "九有类别", "九有", "设施类别", "设施类型", "类别"),
        *("分类", "大类", "类型", "have", "kind", "sslb", "sslx", "lb", "lx", "type"),
    ),
}
"""Canonical column -> headers in folded form, the surest first."""

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "service_centre": ("便民服务中心", "a convenience service centre"),
    "elderly_care": ("养老服务设施", "community elderly care"),
    "clinic": ("医疗服务中心", "a clinic"),
    "library": ("城市书房", "a city study or reading room"),
    "toilet": ("公用厕所", "a public toilet"),
    "parcel": ("快递收发点", "a parcel point"),
    "shop": ("便民超市", "a convenience supermarket"),
    "parking": ("停车场地", "parking"),
    "charging": ("充电设施", "charging"),
}
"""Names of the nine haves in messages about facilities, Chinese and English."""

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "service_centre": (
        *(
            "service centre",
            "service center",
            "convenience service centre",
            "便民服务",
            "便民服务站",
            "服务中心",
            "社区服务",
        ),
        *("社区服务中心", "社区服务站", "社区综合服务站", "社区综合服务设施", "党群服务中心"),
    ),
    "elderly_care": (
        *(
            "elderly care",
            "community elderly care",
            "养老",
            "养老服务",
            "养老设施",
            "乐养居",
            "社区养老",
            "养老院",
        ),
        *("养老服务中心", "养老驿站", "日间照料中心", "日间照料"),
    ),
    "clinic": (
        *(
            "medical",
            "medical service centre",
            "医疗",
            "医疗服务",
            "医疗卫生",
            "医疗设施",
            "诊所",
            "卫生室",
            "卫生服务站",
        ),
        *("社区卫生服务站", "社区卫生服务中心", "卫生服务中心"),
    ),
    "library": ("reading room", "city study", "阅览室", "图书馆", "图书室", "书房", "书屋"),
    "toilet": ("toilets", "public toilet", "公共厕所", "公厕", "厕所", "公共卫生间", "卫生间"),
    "parcel": (
        *("parcel point", "快递", "快递点", "快递驿站", "快递柜", "菜鸟驿站", "邮政快递"),
        *("快递代收点", "智能快递柜"),
    ),
    "shop": (
        *(
            "supermarket",
            "convenience store",
            "convenience supermarket",
            "超市",
            "便利店",
            "便民店",
            "便民商店",
            "便利超市",
        ),
        "生活超市",
    ),
    "parking": ("car park", "停车场", "停车", "停车位", "停车设施", "公共停车场"),
    "charging": (
        *("charging station", "充电", "充电桩", "充电站", "充电车棚", "新能源充电桩"),
        "电动车充电",
    ),
}
GeoTable = TypeVar("GeoTable", bound=pd.DataFrame)

SEPARATORS: Final = re.compile(r"[;；、,，|+/]")
WORDS: Final[Mapping[str, str]] = {
    fold(word): category
    for category in CATEGORIES
    for word in (category, *TITLES[category], *SYNONYMS[category])
}
"""Every word that names a have, folded -> its category."""


def read_fields(raw: pd.DataFrame) -> pd.DataFrame:
    """Bring a facility table's columns under their canonical names.

    Parameters
    ----------
    raw
        A table of any source, or several tables with different headers one below the other.

    Returns
    -------
    DataFrame
        Text columns ``facility_id``, ``name``, ``source``, ``tags``, ``typecode``, ``baidu`` and
        ``category`` under the caller's keys and order; each cell is the first that is filled among
        the columns whose headers stand for it. A type of AMap in words, in one column or in 大类,
        中类 and 小类, stands under ``category`` and fills ``typecode`` where that is empty.
    """
    columns = {}
    for canonical in HEADERS:
        cells = np.full(len(raw), None, dtype=object)
        for header in columns_of(raw, canonical):
            texts = texts_of(raw[header])
            cells = np.where(pd.isna(cells), texts, cells)
        columns[canonical] = pd.Series(cells, index=raw.index, dtype="object")
    if set(LEVELS) <= set(raw.columns):
        levels = [texts_of(raw[level]) for level in LEVELS]
        joined = [join_levels(row) for row in zip(*levels, strict=True)]
        paths = pd.Series(joined, index=raw.index, dtype="object")
        bare = columns["category"].isna() | (columns["category"] == levels[0])
        columns["category"] = paths.where(bare & paths.notna(), columns["category"])
    told = {cell: read_type_paths(cell) for cell in columns["category"].dropna().unique()}
    codes = columns["category"].map(told, na_action="ignore")
    columns["typecode"] = columns["typecode"].where(columns["typecode"].notna(), codes)
    return pd.DataFrame(columns, index=raw.index).astype("str")


def columns_of(raw: pd.DataFrame, canonical: str) -> list[str]:
    """List the columns that could stand for a field, the surest first."""
    folded: dict[str, list[str]] = {}
    for header in raw.columns:
        folded.setdefault(fold(str(header)), []).append(header)
    return [header for alias in HEADERS[canonical] for header in folded.get(alias, ())]


def keep_chosen(raw: GeoTable, fields: Mapping[str, str]) -> GeoTable:
    """Leave out columns that could stand for a field that the job gives to another column.

    Parameters
    ----------
    raw
        A file's table, the job's columns under their canonical names.
    fields
        Canonical name -> header, as the job writes it.
    """
    rivals = {alias for name in fields for alias in HEADERS.get(name, ()) if alias != name}
    return raw.drop(columns=[one for one in raw.columns if fold(str(one)) in rivals])


def parse_categories(cell: str) -> tuple[str, ...]:
    """Read the haves that a cell names, in Chinese or English.

    Parameters
    ----------
    cell
        One or several names, separated by ``;`` and the like.

    Returns
    -------
    tuple of str
        Categories in their official order; empty if any of the names is unknown, so that a map
        provider's own path of classes (``购物服务;超级市场;超市``) names none.
    """
    words = [fold(word) for word in SEPARATORS.split(cell) if word.strip()]
    if not words or any(word not in WORDS for word in words):
        return ()
    named = {WORDS[word] for word in words}
    return tuple(category for category in CATEGORIES if category in named)


def texts_of(column: pd.Series) -> pd.Series:
    """Give cells as text; whole numbers lose the ``.0`` that a gap in their column gave them."""
    texts = [None if pd.isna(value) else _text(value) for value in column.array]
    return pd.Series(texts, index=column.index, dtype="object")


def _text(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None
