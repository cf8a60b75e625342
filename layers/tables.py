"""Contracts of the ground: what every table holds, in which unit, captioned in two languages.

A contract is used four times: to check a table, to print ``docs/tables.md``, to caption maps and
workbooks, and to make test data. One row of DESIGN section 5 is one contract here or in
`zoning.tables`.
"""

from __future__ import annotations

from typing import Final

from layers.contracts import (
    contract,
    count,
    flag,
    key,
    number,
    share,
    text,
    whole,
    word,
)

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
        "excl_outside_town": flag("城市、县城以外", "Outside city and county seat"),
        "built_up_share": share("建成区内面积占比", "Share inside the built-up area"),
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
        "parallel": flag("长度不另计", "Length counted elsewhere"),
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

PROTECTED_KINDS: Final = {
    "relic": ("文物古迹", "relics"),
    "historic_building": ("历史建筑", "historic buildings"),
    "historic_area": ("历史文化街区", "historic areas"),
    "old_tree": ("古树名木", "old and famous trees"),
    "historic_city": ("历史城区", "the historic city"),
    "other": ("类别未识别的保护对象", "things to keep of no known kind"),
}
"""Kinds of what renovation must keep, with their names (RULES E15 to E17)."""

PROTECTIONS: Final = contract(
    "protections",
    "保护对象",
    "What must be kept",
    keys={"protection_id": key("保护对象编码", "Protection id")},
    columns={
        "kind": word("类别", "Kind", *PROTECTED_KINDS),
        "name": text("名称", "Name"),
        "grade": text("级别", "Grade"),
        "community_ids": text("所在小区", "Communities"),
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
        "wait_minutes": number("其中等候", "Of which waiting", "min", required=True),
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
        "walk_minutes": number("步行时间", "Walking time", "min", required=True),
    },
)

WALKS: Final = contract(
    "walks",
    "小区间步行",
    "Walks between communities",
    keys={"focal": key("小区", "Community"), "neighbor": key("另一小区", "Other community")},
    columns={"walk_m": number("步行距离", "Walk", "m", required=True)},
)

ROUTES: Final = contract(
    "routes",
    "步行路线",
    "Walks to the nearest, as lines",
    keys={
        "community_id": key("小区编码", "Community id"),
        "category": key("九有类别", "Category", *CATEGORIES),
    },
    columns={
        "facility_id": text("设施编码", "Facility id", required=True),
        "walk_m": number("步行距离", "Walk", "m", required=True),
        "walk_minutes": number("步行时间", "Walking time", "min", required=True),
        "straight_m": number("直线距离", "Straight line", "m", required=True),
        "detour": number("绕行系数", "Detour factor"),
        "gate_id": text("出发出入口", "Gate", required=True),
        "entrance_id": text("到达出入口", "Entrance", required=True),
        "street_ids": text("途经道路", "Streets walked"),
    },
    kinds=LINE,
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
        PROTECTIONS,
        LAND,
        NETWORK,
        SNAPS,
        REACH,
        BUILDING_REACH,
        WALKS,
        ROUTES,
        FINDINGS,
    )
}
"""Every contract of the ground, by name, in the order of DESIGN section 5."""
