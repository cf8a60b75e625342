"""Contracts of results: provision, gaps, circles, eligibility, zones, partners, summary."""

from __future__ import annotations

from typing import Final

import pandera.pandas as pa

from layers.contracts import contract, count, flag, key, number, share, text, word
from layers.tables import CATEGORIES, GROUND_CONTRACTS, POLYGON, WALKERS

STATUSES: Final = ("met", "small", "far", "gap", "unconfirmed", "no_data")
"""Answers to one have at one community; ``far`` and ``gap`` count as missing (RULES 2.4)."""

MISSING_STATUSES: Final = ("far", "gap")
"""Statuses that count as missing."""

MET_STATUSES: Final = ("met", "small")
"""Statuses that count as met: a small facility is within the limit (RULES 2.4)."""

REASONS_OF_NONE: Final = ("none_in_reach", "not_connected", "not_snapped", "no_data")
"""Why no nearest facility is known; four different things."""

BANDS: Final = ("5", "10", "15")
"""Bands of the life circle, minutes (GB 50180-2018: 300, 500 and 1 000 m; RULES N03)."""

LEFT_OUT: Final = (
    "excluded",
    "unknown",
    "component_below_floor",
    "unit_above_cap",
    "no_neighbour",
    "planner",
)
"""Why a community is in no zone."""


def _have() -> dict[str, pa.Index]:
    return {
        "category": key("九有类别", "Category", *CATEGORIES),
        "walker": key("人群", "Walker", *WALKERS),
    }


PROVISION: Final = contract(
    "provision",
    "配置现状",
    "Provision",
    keys={"community_id": key("小区编码", "Community id"), **_have()},
    columns={
        "nearest_id": text("最近设施", "Nearest facility"),
        "nearest_m": number("步行距离", "Walk", "m"),
        "nearest_minutes": number("步行时间", "Walking time", "min"),
        "nearest_confirmed": flag("最近设施已确认", "Nearest confirmed"),
        "straight_m": number("直线距离", "Straight line", "m"),
        "reachable": count("限距内设施数", "Facilities within the limit", required=True),
        "covered_share": share("覆盖率", "Coverage"),
        "covered_share_strict": share("覆盖率（严格）", "Coverage, strict limit"),
        "reason": word("无结果原因", "Reason", *REASONS_OF_NONE, required=False),
    },
)

GAPS: Final = contract(
    "gaps",
    "缺口",
    "Gaps",
    keys={"community_id": key("小区编码", "Community id"), **_have()},
    columns={
        "status": word("结论", "Status", *STATUSES),
        "nearest_id": text("最近设施", "Nearest facility"),
        "nearest_m": number("步行距离", "Walk", "m"),
        "nearest_minutes": number("步行时间", "Walking time", "min"),
        "limit_m": number("限值", "Limit", "m", required=True),
        "limit_minutes": number("限时", "Limit", "min", required=True),
        "rule": word("规则", "Rule", "distance", "time"),
        "households": number("户数", "Households", "户"),
        "households_covered": number("覆盖户数", "Households covered", "户"),
        "households_source": word(
            "户数来源", "Source of households", "ledger", "buildings", "area", required=False
        ),
        "flips_at_strict": flag("严格限值下结论改变", "Flips at the strict limit"),
        "reason": text("原因", "Reason"),
        "bureau": text("责任单位", "Bureau in charge", required=True),
        "clause": text("依据", "Clause", required=True),
    },
)

_ROLLED_UP: Final = {
    "communities_met": count("达标小区数", "Communities met", required=True),
    "communities_unconfirmed": count("待核实小区数", "Communities unconfirmed", required=True),
    "communities": count("小区数", "Communities", required=True),
    "households_covered": number("覆盖户数", "Households covered", "户", required=True),
    "households": number("户数", "Households", "户", required=True),
    "households_source": text("户数来源", "Source of households"),
    "met": flag("达标", "Met"),
}

ZONE_GAPS: Final = contract(
    "zone_gaps",
    "片区缺口",
    "Gaps by zone",
    keys={"zone_id": key("片区", "Zone"), **_have()},
    columns=_ROLLED_UP,
)

SUBDISTRICT_GAPS: Final = contract(
    "subdistrict_gaps",
    "街道缺口",
    "Gaps by street office",
    keys={"subdistrict": key("街道", "Street office"), **_have()},
    columns=_ROLLED_UP,
)

CIRCLES: Final = contract(
    "circles",
    "生活圈",
    "Life circles",
    keys={
        "community_id": key("小区编码", "Community id"),
        "walker": key("人群", "Walker", *WALKERS),
        "band": key("时距", "Band", *BANDS),
    },
    columns={
        "limit_m": number("限值", "Limit", "m", required=True),
        "area_m2": number("面积", "Area", "m²", required=True),
    },
    kinds=POLYGON,
)

REACHED_STREETS: Final = contract(
    "reached_streets",
    "可达路段",
    "Reached streets",
    keys={
        "community_id": key("小区编码", "Community id"),
        "walker": key("人群", "Walker", *WALKERS),
    },
    columns={
        "limit_m": number("限值", "Limit", "m", required=True),
        "length_m": number("可达路段长度", "Length of reached ways", "m", required=True),
    },
    kinds=("LineString", "MultiLineString"),
)

ZONE_CIRCLES: Final = contract(
    "zone_circles",
    "片区生活圈",
    "Life circles of zones",
    keys={
        "zone_id": key("片区", "Zone"),
        "walker": key("人群", "Walker", *WALKERS),
        "band": key("时距", "Band", *BANDS),
    },
    columns={
        "limit_m": number("限值", "Limit", "m", required=True),
        "area_m2": number("面积", "Area", "m²", required=True),
    },
    kinds=POLYGON,
)

CATCHMENTS: Final = contract(
    "catchments",
    "服务范围",
    "Catchments of the nine haves",
    keys={"category": key("九有类别", "Category", *CATEGORIES)},
    columns={
        "limit_m": number("限值", "Limit", "m", required=True),
        "area_m2": number("面积", "Area", "m²", required=True),
    },
    kinds=POLYGON,
)

ELIGIBILITY: Final = contract(
    "eligibility",
    "改造资格",
    "Eligibility",
    keys={"community_id": key("小区编码", "Community id")},
    columns={
        "status": word("结论", "Status", "core", "absorbable", "excluded", "unknown"),
        "reasons": text("涉及规则", "Rules involved"),
        "clause": text("依据", "Clause", required=True),
        "explained_zh": text("原因说明", "Reasons in words (Chinese)"),
        "explained_en": text("原因说明（英文）", "Reasons in words"),
    },
)

CONSENT: Final = contract(
    "consent",
    "意愿与满意度",
    "Consent",
    keys={
        "community_id": key("小区编码", "Community id"),
        "field": key("字段", "Field"),
    },
    columns={
        "share": share("比例", "Share"),
        "at_least": share("最低比例", "At least", required=True),
        "passed": flag("达到", "Passed"),
        "zh": text("内容与分母", "What is asked, Chinese", required=True),
        "en": text("内容与分母（英文）", "What is asked, English", required=True),
        "clause": text("依据", "Clause", required=True),
    },
)

ADJACENCY: Final = contract(
    "adjacency",
    "邻接",
    "Adjacency",
    keys={"focal": key("小区", "Community"), "neighbor": key("相邻小区", "Neighbour")},
    columns={
        "gap_m": number("间距", "Gap", "m"),
        "shared_m": number("共界长度", "Shared length", "m"),
        "walk_m": number("步行距离", "Walk", "m"),
        "crosses": word("跨越", "Crosses", "none", "lane", "road", "arterial", "bridge"),
        "same_subdistrict": flag("同街道", "Same street office"),
        "kind": word("类别", "Kind", "wall", "lane", "road", "bridge", "added", "cut"),
        "linked": flag("相连", "Linked", required=True),
        "reason": text("理由", "Reason"),
    },
)

ASSIGNMENT: Final = contract(
    "assignment",
    "片区归属",
    "Assignment",
    keys={"community_id": key("小区编码", "Community id")},
    columns={
        "zone_id": text("片区", "Zone"),
        "role": word("角色", "Role", "core", "absorbed", required=False),
        "locked": flag("锁定", "Locked", required=True),
        "reason": word("未入片区原因", "Left out because", *LEFT_OUT, required=False),
        "stays_share": share("相近方案中留在本片区的比例", "Stays in its zone, share of plans"),
    },
)

PLANS: Final = contract(
    "plans",
    "方案比较",
    "Plans compared",
    keys={"plan": key("方案", "Plan")},
    columns={
        "kind": word("类别", "Kind", "drawn", "near", "count"),
        "zones": count("片区数", "Zones", required=True),
        "objective": number("目标值", "Objective", "户·m"),
        "bound": number("下界", "Bound", "户·m"),
        "gap_share": share("与下界差距", "Gap"),
        "optimal": flag("已证最优", "Optimal"),
        "above_share": number("比采用方案高", "Above the plan drawn", "0–1", low=None),
        "walk_m_mean": number("户均步行", "Mean walk to the centre", "m"),
        "walk_minutes_max": number("最远步行", "Longest walk to the centre", "min"),
        "households_least": number("最小片区户数", "Households, least", "户"),
        "households_most": number("最大片区户数", "Households, most", "户"),
        "communities_least": count("最少小区数", "Communities, least"),
        "communities_most": count("最多小区数", "Communities, most"),
        "moved_communities": count("换片区小区数", "Communities moved"),
        "moved_households_share": share("换片区户数占比", "Households moved"),
        "zh": text("差异（中文）", "What differs, Chinese"),
        "en": text("差异（英文）", "What differs, English"),
    },
)

ALTERNATIVES: Final = contract(
    "alternatives",
    "其他方案归属",
    "Zones in other plans",
    keys={
        "plan": key("方案", "Plan"),
        "community_id": key("小区编码", "Community id"),
    },
    columns={
        "zone_id": text("片区", "Zone"),
        "moved": flag("换片区", "Moved", required=True),
    },
)

ZONES: Final = contract(
    "zones",
    "片区",
    "Zones",
    keys={"zone_id": key("片区", "Zone")},
    columns={
        "communities": count("小区数", "Communities", required=True),
        "households": number("户数", "Households", "户", required=True),
        "households_source": text("户数来源", "Source of households"),
        "centre_id": text("中心小区", "Centre", required=True),
        "subdistricts": text("所在街道", "Street offices"),
        "walk_minutes_max": number("最远步行", "Longest walk to the centre", "min"),
        "compactness": share("紧凑度", "Compactness (Polsby-Popper)"),
        "bounds_met": flag("满足限值", "Bounds met", required=True),
        "explanation_zh": text("说明（中文）", "Explanation, Chinese"),
        "explanation_en": text("说明（英文）", "Explanation, English"),
    },
    kinds=POLYGON,
)

PACKAGES: Final = contract(
    "packages",
    "物业服务打包",
    "Property-service packages",
    keys={
        "package_id": key("打包编号", "Package"),
        "community_id": key("小区编码", "Community id"),
    },
    columns={
        "centre_id": text("中心小区", "Centre", required=True),
        "walk_m": number("至中心步行", "Walk to the centre", "m", required=True),
        "households": number("户数", "Households", "户", required=True),
        "communities": count("本包小区数", "Communities of the package", required=True),
        "households_together": number("本包户数", "Households of the package", "户", required=True),
        "reason": text("理由", "Reason", required=True),
        "clause": text("依据", "Clause", required=True),
    },
)

_POINTS: Final = {
    "border_points": number("得分：邻接", "Points: border", required=True),
    "common_points": number("得分：同缺项", "Points: missing in common", required=True),
    "households_points": number("得分：户数", "Points: households", required=True),
    "subdistrict_points": number("得分：街道", "Points: street office", required=True),
    "likeness_points": number("得分：需求相似", "Points: likeness", required=True),
}

PARTNERS: Final = contract(
    "partners",
    "联合改造伙伴",
    "Partners",
    keys={
        "community_id": key("小区编码", "Community id"),
        "partner_id": key("伙伴小区", "Partner"),
    },
    columns={
        "rank": count("名次", "Rank", required=True),
        "shared_kind": text("邻接类别", "Shared border"),
        "shared_m": number("共界长度", "Shared length", "m"),
        "walk_m": number("步行距离", "Walk", "m"),
        "common": count("一处可补的同缺项数", "Missing in common, closed by one", required=True),
        "common_missing": text("共同缺项", "Missing in common"),
        "households_after": number("合计户数", "Households together", "户"),
        "same_subdistrict": flag("同街道", "Same street office"),
        "likeness": share("需求相似度", "Likeness of needs"),
        **_POINTS,
        "score": number("得分", "Score", required=True),
        "zone_id": text("方案所在片区", "Zone in the plan"),
        "partner_zone_id": text("伙伴在方案中的片区", "Zone of the partner in the plan"),
        "reason": text("理由", "Reason"),
    },
)

PARTNER_SETS: Final = contract(
    "partner_sets",
    "联合改造组合",
    "Partner sets",
    keys={
        "community_id": key("小区编码", "Community id"),
        "partners": key("伙伴小区", "Partners"),
    },
    columns={
        "rank": count("名次", "Rank", required=True),
        "communities": count("小区数", "Communities", required=True),
        "households_after": number("合计户数", "Households together", "户"),
        "common": count("可少建设施数", "Facilities saved", required=True),
        "common_missing": text("共同缺项", "Missing in common"),
        "subdistricts": count("涉及街道数", "Street offices"),
        "likeness": share("需求相似度", "Likeness of needs"),
        **_POINTS,
        "score": number("得分", "Score", required=True),
        "zone_id": text("方案所在片区", "Zone in the plan"),
        "in_zone": count("方案中同片区伙伴数", "Partners in the same zone of the plan"),
        "reason": text("理由", "Reason"),
    },
)

SUMMARY: Final = contract(
    "summary",
    "汇总",
    "Summary",
    keys={"figure": key("指标", "Figure")},
    columns={
        "value": number("数值", "Value", low=None),
        "unit": text("单位", "Unit"),
        "zh": text("中文", "Chinese", required=True),
        "en": text("英文", "English", required=True),
    },
)

RESULT_CONTRACTS: Final = {
    str(schema.name): schema
    for schema in (
        PROVISION,
        GAPS,
        ZONE_GAPS,
        SUBDISTRICT_GAPS,
        CIRCLES,
        REACHED_STREETS,
        ZONE_CIRCLES,
        CATCHMENTS,
        ELIGIBILITY,
        ADJACENCY,
        ASSIGNMENT,
        PLANS,
        ALTERNATIVES,
        ZONES,
        PACKAGES,
        PARTNERS,
        PARTNER_SETS,
        SUMMARY,
    )
}

CONTRACTS: Final = {**GROUND_CONTRACTS, **RESULT_CONTRACTS}
"""Every contract by name; files of a result folder carry these names."""
