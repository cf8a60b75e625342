"""Contracts of the ground: what every table holds, in which unit, captioned in two languages.

A contract is used four times: to check a table, to print ``docs/tables.md``, to caption maps and
workbooks, and to make test data. One row of DESIGN section 5 is one contract here or in
`zoning.tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from layers.errors import ContractError

CATEGORIES: Final = (
    "service_centre",
    "elderly_care",
    "clinic",
    "library",
    "toilet",
    "parcel",
    "shop",
    "parking",
    "charging",
)
"""The nine haves (九有) in their official order."""

WALKERS: Final = ("adult", "older")
"""Walkers that a circle is computed for."""


class Caption(TypedDict):
    """Name of a column for people."""

    zh: str
    en: str
    unit: str


def caption(zh: str, en: str, unit: str = "") -> Caption:
    """Make the metadata of a column: both captions and the unit."""
    return Caption(zh=zh, en=en, unit=unit)


def text(zh: str, en: str, *, required: bool = False) -> pa.Column:
    """Describe a column of free text; codes are joined by ``;``."""
    return pa.Column("str", nullable=not required, metadata=_meta(zh, en))


def word(zh: str, en: str, *words: str, required: bool = True) -> pa.Column:
    """Describe a column that holds one of a closed set of words."""
    return pa.Column(
        "str", pa.Check.isin(list(words)), nullable=not required, metadata=_meta(zh, en)
    )


def number(
    zh: str,
    en: str,
    unit: str = "",
    *,
    low: float | None = 0.0,
    high: float | None = None,
    required: bool = False,
) -> pa.Column:
    """Describe a column of real numbers in `unit`, within ``[low, high]``."""
    checks = [] if low is None else [pa.Check.ge(low)]
    if high is not None:
        checks.append(pa.Check.le(high))
    return pa.Column("float64", checks, nullable=not required, metadata=_meta(zh, en, unit))


def share(zh: str, en: str, *, required: bool = False) -> pa.Column:
    """Describe a column of shares, 0 to 1."""
    return number(zh, en, "0–1", low=0.0, high=1.0, required=required)


def count(zh: str, en: str, unit: str = "", *, required: bool = False) -> pa.Column:
    """Describe a column of whole numbers of things."""
    return pa.Column("Int64", pa.Check.ge(0), nullable=not required, metadata=_meta(zh, en, unit))


def whole(zh: str, en: str, unit: str = "") -> pa.Column:
    """Describe a column of whole numbers that may be negative: a level, a year."""
    return pa.Column("Int64", nullable=True, metadata=_meta(zh, en, unit))


def flag(zh: str, en: str, *, required: bool = False) -> pa.Column:
    """Describe a column of yes, no and unknown."""
    return pa.Column("boolean", nullable=not required, metadata=_meta(zh, en))


def shape(zh: str, en: str) -> pa.Column:
    """Describe the geometry column; its kinds are checked by `check`."""
    return pa.Column(None, nullable=False, metadata=_meta(zh, en))


def key(zh: str, en: str, *words: str) -> pa.Index:
    """Describe one level of a key: text, never missing; leading zeros survive."""
    checks = [pa.Check.isin(list(words))] if words else []
    return pa.Index("str", checks, nullable=False, metadata=_meta(zh, en))


def contract(
    name: str,
    zh: str,
    en: str,
    *,
    keys: Mapping[str, pa.Index],
    columns: Mapping[str, pa.Column],
    kinds: tuple[str, ...] = (),
    extra: bool = False,
) -> pa.DataFrameSchema:
    """Declare a table.

    Parameters
    ----------
    name, zh, en
        Name in files, and captions for people.
    keys
        Levels of the index; together unique.
    columns
        The columns beside the key.
    kinds
        Geometry types allowed; empty for a table without geometry.
    extra
        Whether further columns may follow (fields of a ledger that nobody computes with).
    """
    levels = []
    for level, index in keys.items():
        index.name = level
        levels.append(index)
    if len(levels) == 1:
        levels[0].unique = True
        index_schema: pa.Index | pa.MultiIndex = levels[0]
    else:
        index_schema = pa.MultiIndex(levels, unique=list(keys))
    described = dict(columns)
    if kinds:
        described["geometry"] = shape("图形", "Geometry")
    return pa.DataFrameSchema(
        described,
        index=index_schema,
        strict=not extra,
        name=name,
        metadata={"zh": zh, "en": en, "keys": list(keys), "kinds": kinds},
    )


def _meta(zh: str, en: str, unit: str = "") -> dict[str, object]:
    return dict(caption(zh, en, unit))


def keys_of(schema: pa.DataFrameSchema) -> list[str]:
    """Name the levels of a contract's key."""
    return cast("list[str]", (schema.metadata or {})["keys"])


def captions_of(schema: pa.DataFrameSchema) -> dict[str, Caption]:
    """Map every key level and column of a contract to its caption."""
    index = schema.index
    levels = index.indexes if isinstance(index, pa.MultiIndex) else [index]
    named: dict[str, Any] = {level.name: level.metadata for level in levels}
    named.update({str(name): column.metadata for name, column in schema.columns.items()})
    return {name: cast("Caption", meta) for name, meta in named.items()}


def title_of(schema: pa.DataFrameSchema) -> tuple[str, str]:
    """Give a contract's captions, Chinese and English."""
    meta = cast("dict[str, str]", schema.metadata)
    return meta["zh"], meta["en"]


def check(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> None:
    """Check a table against its contract and report every fault at once.

    Parameters
    ----------
    schema
        The contract.
    frame
        The table, keyed as the contract says.

    Raises
    ------
    ContractError
        If a column is missing, unknown, of another type or out of bounds, if the key is missing or
        not unique, or if a geometry is null, empty or of a kind that the contract does not allow.
    """
    faults: list[str] = []
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        for (column, rule), group in cases.groupby(["column", "check"], dropna=False, sort=True):
            first = group.iloc[0]
            faults.append(
                f"{column}: {rule}; {len(group)} case(s), first at "
                f"{first['index']!r}: {first['failure_case']!r}"
            )
    kinds = cast("tuple[str, ...]", (schema.metadata or {}).get("kinds", ()))
    if kinds and "geometry" in frame.columns:
        faults.extend(_geometry_faults(frame, kinds))
    if faults:
        raise ContractError(str(schema.name), tuple(faults))


def _geometry_faults(frame: pd.DataFrame, kinds: tuple[str, ...]) -> list[str]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return ["geometry: the table is no GeoDataFrame"]
    faults = []
    if frame.crs is None:
        faults.append("geometry: no coordinate reference system")
    elif frame.crs.is_geographic:
        faults.append(f"geometry: degrees ({frame.crs.name}) where metres are needed")
    shapes = frame.geometry
    for wrong, what in (
        (shapes.isna() | shapes.is_empty, "null or empty"),
        (~shapes.geom_type.isin(kinds) & shapes.notna(), f"not one of {', '.join(kinds)}"),
    ):
        if wrong.any():
            faults.append(f"geometry: {what}; {wrong.sum()} case(s), first at {wrong.idxmax()!r}")
    return faults


def conform(schema: pa.DataFrameSchema, frame: pd.DataFrame, *, crs: object = None) -> pd.DataFrame:
    """Bring a table into the form of its contract: key, order of columns, types, sorted rows.

    Columns that the contract names and the table lacks are added as missing; columns that it does
    not name are dropped unless the contract allows extra ones. Nothing is checked: call `check`.

    Parameters
    ----------
    schema
        The contract.
    frame
        The table; its key may be the index or columns.
    crs
        Reference system of an empty table with geometry.

    Returns
    -------
    DataFrame
        A new table, a GeoDataFrame when the contract has a geometry.
    """
    keys = keys_of(schema)
    table = pd.DataFrame(frame)
    if list(table.index.names) != keys:
        if table.index.names != [None]:
            table = table.reset_index()
        for level in keys:
            if level not in table.columns:
                table[level] = pd.Series(dtype="str")
        table = table.set_index(keys)
    columns: dict[str, Any] = {}
    for name, column in schema.columns.items():
        if name == "geometry":
            continue
        values = table[name] if name in table.columns else pd.Series(pd.NA, index=table.index)
        columns[str(name)] = _as_type(values, str(column.dtype))
    if not schema.strict:
        known = {*columns, "geometry"}
        columns.update({str(c): table[c] for c in table.columns if c not in known})
    out = pd.DataFrame(columns, index=_text_index(table.index, keys))
    kinds = cast("tuple[str, ...]", (schema.metadata or {}).get("kinds", ()))
    if kinds:
        own = getattr(frame, "crs", None) if isinstance(frame, gpd.GeoDataFrame) else None
        has_shapes = "geometry" in table.columns
        shapes = table["geometry"].to_numpy() if has_shapes else np.empty(len(out), dtype=object)
        out = gpd.GeoDataFrame(out, geometry=gpd.GeoSeries(shapes, index=out.index, crs=own or crs))
    return out.sort_index(kind="stable")


def _as_type(values: pd.Series, dtype: str) -> pd.Series:
    if dtype == "Int64":
        return values.astype("Int64")
    if dtype == "boolean":
        return values.astype("boolean")
    if dtype.startswith("float"):
        return pd.to_numeric(values, errors="raise").astype("float64")
    return values.astype("object").where(values.notna(), None).astype("str")


def _text_index(index: pd.Index, keys: list[str]) -> pd.Index:
    if isinstance(index, pd.MultiIndex):
        levels = [index.get_level_values(level).astype("str") for level in keys]
        return pd.MultiIndex.from_arrays(levels, names=keys)
    return cast("pd.Index", pd.Index(index.astype("str"), name=keys[0]))


POLYGON: Final = ("Polygon", "MultiPolygon")
LINE: Final = ("LineString",)
ANY_SHAPE: Final = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
)

OWNERS: Final = ("community", "facility")

COMMUNITIES: Final = contract(
    "communities",
    "小区",
    "Communities",
    keys={"community_id": key("小区编码", "Community id")},
    columns={
        "name": text("小区名称", "Name"),
        "subdistrict": text("街道", "Street office"),
        "neighbourhood": text("社区", "Neighbourhood"),
        "address": text("地址", "Address"),
        "year_built_from": whole("建成年份（起）", "Built from", "year"),
        "year_built_to": whole("建成年份（止）", "Built to", "year"),
        "households": number("户数", "Households", "户"),
        "households_source": word(
            "户数来源", "Source of households", "ledger", "buildings", "area", required=False
        ),
        "residents": number("人口", "Residents", "人"),
        "buildings": count("楼栋数", "Buildings", "栋"),
        "floor_area_m2": number("建筑面积", "Floor area", "m²"),
        "ownership": text("产权性质", "Ownership"),
        "property_mgmt": text("物业管理", "Property management"),
        "participation_share": share("参与率", "Participation"),
        "agreement_share": share("同意率", "Agreement"),
        "structure_safe": flag("结构安全", "Structure safe"),
        "excl_shantytown": flag("纳入棚改", "In a shantytown plan"),
        "excl_demolition": flag("拟拆除新建", "To be demolished"),
        "excl_self_built": flag("自建房为主", "Self-built houses"),
        "excl_urban_village": flag("城中村", "Urban village"),
        "excl_sangongyiye": flag("已实施三供一业改造", "Utilities handed over"),
        "area_m2": number("用地面积", "Land area", "m²"),
        "edge": flag("生活圈触及数据边缘", "Walk leaves the data"),
    },
    kinds=POLYGON,
    extra=True,
)

ACCESS_POINTS: Final = contract(
    "access_points",
    "出入口",
    "Access points",
    keys={"access_point_id": key("出入口编码", "Access point id")},
    columns={
        "owner": word("所属类别", "Owner", *OWNERS),
        "owner_id": text("所属编码", "Owner id", required=True),
        "kind": word("来源", "Kind", "surveyed", "inferred", "nearest"),
    },
    kinds=("Point",),
)

FACILITIES: Final = contract(
    "facilities",
    "设施",
    "Facilities",
    keys={
        "facility_id": key("设施编码", "Facility id"),
        "category": key("九有类别", "Category", *CATEGORIES),
    },
    columns={
        "name": text("设施名称", "Name"),
        "source": text("数据来源", "Source"),
        "evidence": text("判定依据", "Evidence"),
        "confirmed": flag("已确认", "Confirmed", required=True),
    },
    kinds=ANY_SHAPE,
)

REVIEW: Final = contract(
    "review",
    "待核实设施",
    "Facilities for review",
    keys={
        "facility_id": key("设施编码", "Facility id"),
        "category": key("九有类别", "Category", *CATEGORIES),
    },
    columns={
        "name": text("设施名称", "Name"),
        "reason": text("待核实原因", "Reason"),
        "suggestion": text("建议", "Suggestion"),
        "decision": text("人工结论", "Decision"),
        "x_m": number("X", "x", "m", low=None),
        "y_m": number("Y", "y", "m", low=None),
    },
)

STREETS: Final = contract(
    "streets",
    "道路",
    "Streets",
    keys={"street_id": key("道路编码", "Street id")},
    columns={
        "name": text("道路名称", "Name"),
        "class": text("等级", "Class", required=True),
        "walkable": flag("可步行", "Walkable", required=True),
        "steps": flag("台阶", "Steps", required=True),
        "level": whole("层", "Level"),
        "bridge": flag("桥", "Bridge", required=True),
        "tunnel": flag("隧道", "Tunnel", required=True),
    },
    kinds=LINE,
)

BARRIERS: Final = contract(
    "barriers",
    "阻隔",
    "Barriers",
    keys={"barrier_id": key("阻隔编码", "Barrier id")},
    columns={
        "kind": word("类别", "Kind", "wall", "fence", "river", "railway", "other"),
        "name": text("名称", "Name"),
    },
    kinds=("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
)

BUILDINGS: Final = contract(
    "buildings",
    "楼栋",
    "Buildings",
    keys={"building_id": key("楼栋编码", "Building id")},
    columns={
        "households": number("户数", "Households", "户"),
        "levels": number("层数", "Levels"),
        "community_id": text("所属小区", "Community"),
    },
    kinds=POLYGON,
)

SUBDISTRICTS: Final = contract(
    "subdistricts",
    "街道辖区",
    "Street offices",
    keys={"subdistrict_id": key("街道编码", "Street office id")},
    columns={"name": text("街道名称", "Name")},
    kinds=POLYGON,
)

LAND: Final = contract(
    "land",
    "底图要素",
    "Base map",
    keys={"land_id": key("编码", "Id")},
    columns={
        "kind": word("类别", "Kind", "water", "green", "railway"),
        "name": text("名称", "Name"),
    },
    kinds=ANY_SHAPE,
)

NETWORK: Final = contract(
    "network",
    "步行网络",
    "Walking network",
    keys={"edge_id": key("路段编码", "Edge id")},
    columns={
        "u": whole("起点", "From node"),
        "v": whole("终点", "To node"),
        "street_id": text("道路编码", "Street id", required=True),
        "length_m": number("长度", "Length", "m", required=True),
        "forward_minutes": number("正向步行时间", "Minutes, u to v", "min", required=True),
        "backward_minutes": number("反向步行时间", "Minutes, v to u", "min", required=True),
    },
    kinds=LINE,
)

SNAPS: Final = contract(
    "snaps",
    "上网点",
    "Points on the network",
    keys={
        "owner": key("所属类别", "Owner", "community", "building", "facility"),
        "owner_id": key("所属编码", "Owner id"),
        "point_id": key("点编码", "Point id"),
    },
    columns={
        "edge_id": text("路段编码", "Edge id", required=True),
        "offset_m": number("距起点", "Offset from u", "m", required=True),
        "access_m": number("接入距离", "Access leg", "m", required=True),
        "component": whole("连通部分", "Connected part"),
        "x_m": number("X", "x", "m", low=None),
        "y_m": number("Y", "y", "m", low=None),
    },
)

REACH: Final = contract(
    "reach",
    "可达",
    "Reach",
    keys={
        "community_id": key("小区编码", "Community id"),
        "facility_id": key("设施编码", "Facility id"),
        "walker": key("人群", "Walker", *WALKERS),
    },
    columns={
        "walk_m": number("步行距离", "Walk from the nearest gate", "m", required=True),
        "walk_minutes": number("步行时间", "Walking time", "min", required=True),
    },
)

BUILDING_REACH: Final = contract(
    "building_reach",
    "楼栋可达",
    "Reach by building",
    keys={
        "building_id": key("楼栋编码", "Building id"),
        "category": key("九有类别", "Category", *CATEGORIES),
        "walker": key("人群", "Walker", *WALKERS),
    },
    columns={
        "nearest_id": text("最近设施", "Nearest facility"),
        "walk_m": number("步行距离", "Walk", "m", required=True),
    },
)

WALKS: Final = contract(
    "walks",
    "小区间步行",
    "Walks between communities",
    keys={"focal": key("小区", "Community"), "neighbor": key("另一小区", "Other community")},
    columns={"walk_m": number("步行距离", "Walk", "m", required=True)},
)

FINDINGS: Final = contract(
    "findings",
    "数据疑点",
    "Findings",
    keys={"finding_id": key("疑点编号", "Finding id")},
    columns={
        "severity": word("级别", "Severity", "decide", "check", "note"),
        "table_name": text("表", "Table"),
        "row_key": text("行", "Row"),
        "code": text("代码", "Code", required=True),
        "zh": text("说明（中文）", "Chinese", required=True),
        "en": text("说明（英文）", "English", required=True),
        "remedy": text("处理办法", "Remedy"),
    },
)

GROUND_CONTRACTS: Final = {
    str(schema.name): schema
    for schema in (
        COMMUNITIES,
        ACCESS_POINTS,
        FACILITIES,
        REVIEW,
        STREETS,
        BARRIERS,
        BUILDINGS,
        SUBDISTRICTS,
        LAND,
        NETWORK,
        SNAPS,
        REACH,
        BUILDING_REACH,
        WALKS,
        FINDINGS,
    )
}
"""Every contract of the ground, by name, in the order of DESIGN section 5."""
