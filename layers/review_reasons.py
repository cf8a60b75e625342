"""Why a facility waits for a person, in words of both languages: ``中文 / English``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layers.categories import Rule, rule_behind
from layers.facility_fields import TITLES

NOTES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("", ""),
    "from memory": ("", ""),
    "from memory; check for 内部": ("注意是否仅供内部使用", "see whether it is for staff only"),
    "hours and access limited": ("开放时间和对象有限", "hours and access limited"),
    "may not be open": ("未必开放", "may not be open"),
    "not an adequate public toilet": ("算不上合格的公用厕所", "not an adequate public toilet"),
    "open hours; may be shared at night (错时共享)": (
        "须看开放时间，可能夜间错时共享",
        "open hours; may be shared at night",
    ),
    "usually closed to residents": ("一般不向居民开放", "usually closed to residents"),
    "often residents only": ("常仅供业主使用", "often residents only"),
    "shop or hospital car park": ("商场或医院的停车场", "car park of a shop or hospital"),
    "name decides": ("以名称为准", "the name decides"),
    "no dedicated code for elderly care; the name decides": (
        "没有养老设施专用代码，以名称为准",
        "no code of its own for elderly care; the name decides",
    ),
    "三级甲等医院: profile switch hospital_counts": (
        "三级甲等医院，能否就近看普通门诊须核实",
        "a large hospital; does it serve as the local clinic",
    ),
    "综合医院: profile switch hospital_counts": (
        "综合医院，能否就近看普通门诊须核实",
        "a general hospital; does it serve as the local clinic",
    ),
    "satisfies reach if general outpatient; profile switch hospital_counts": (
        "医院，设普通门诊的才可计入",
        "a hospital; it counts if it has general outpatients",
    ),
    "乡镇以下级政府及事业单位: residents committees sit here": (
        "乡镇以下单位，居委会多属此类",
        "offices below the township; residents' committees among them",
    ),
    "乡镇级政府: street office; include only if it runs a service hall": (
        "街道办，设服务大厅的才可计入",
        "a street office; it counts if it runs a service hall",
    ),
    "信息咨询中心": ("信息咨询中心", "information centre"),
    "停车场相关": ("停车场相关", "something of a car park"),
    "其它能源站": ("其他能源站", "another energy station"),
    "商场": ("商场", "shopping mall"),
    "慈善机构": ("慈善机构", "charity"),
    "文化宫": ("文化宫", "culture palace"),
    "服务中心: mixed, includes after-sales centres": (
        "服务中心，也含售后服务",
        "service centres of all kinds, after-sales among them",
    ),
    "物流速递: mixes pick-up points with freight offices": (
        "物流速递，取件点与货运混在一类",
        "pick-up points and freight offices in one code",
    ),
    "疗养院: often a sanatorium or hotel": (
        "疗养院，往往是疗养或住宿场所",
        "often a sanatorium or hotel",
    ),
    "社会团体相关": ("社会团体相关", "something of an association"),
    "社区中心": ("社区中心", "community centre"),
    "科教文化场所: name decides": ("科教文化场所，以名称为准", "the name decides"),
    "购物中心: may hold a supermarket": ("购物中心，内部可能有超市", "may hold a supermarket"),
    "activity only, no care": ("仅供活动，没有照料服务", "activities only, no care"),
    "ambiguous: parcel, elderly care, party, sanitation or inn; needs a second sign": (
        "驿站可能是快递、养老、党建、环卫或旅店，须有其他依据",
        "parcels, elderly care, party, sanitation or an inn; needs a second sign",
    ),
    "branch may be a depot": ("网点可能是分拣点", "may be a depot"),
    "may be inside a mall, station or school": (
        "可能在商场、车站或学校内",
        "may be inside a mall, station or school",
    ),
    "may be temporary; set subtype": ("可能是临时设施", "may be temporary"),
    "may hold a reading room": ("内部可能有阅览室", "may hold a reading room"),
    "needs public access": ("须对公众开放", "needs public access"),
    "office may lack a public hall": ("未必设有办事大厅", "may lack a public hall"),
    "often has a toilet; confirm": ("常附设厕所", "often has a toilet; confirm"),
    "operator name; needs 充电 in name or type": (
        "仅为运营商名称",
        "name of an operator; needs a word of charging",
    ),
    "subclass 助餐; alone it does not make elderly care": ("助餐", "meals for older people"),
    "健康小屋 may be self-test only": ("健康小屋可能只供自助检测", "may be self-test only"),
    "attribute of another place": ("附属于其他场所", "attribute of another place"),
    "fresh only; subclass 生鲜": ("只售生鲜", "fresh food only"),
    "merge into its car park": ("属于所在停车场", "part of its car park"),
    "needs social_facility:for=senior": (
        "未注明服务对象为老年人",
        "not said to be for older people",
    ),
    "often a leisure hall; needs the name": (
        "往往是文体活动场所，须看名称",
        "often a leisure hall; needs the name",
    ),
    "street-office or neighbourhood hall only; admin above district is not local": (
        "仅街道、社区一级可计入",
        "only halls of street offices and neighbourhoods count",
    ),
    "with government=administrative or a name match": (
        "须为行政机关或有名称佐证",
        "needs the name or an administrative office",
    ),
}
"""Notes of the rules in ``nine_haves.csv`` that make a facility wait, in words for a planner."""

_PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "osm": ("OSM 标签", "OSM tag"),
    "amap": ("高德类型代码", "AMap type code"),
    "baidu": ("百度类别", "Baidu tag"),
}


def reason_of(category: str, evidence: str) -> str:
    """Say why a facility waits: what was found, and what it leaves open.

    Parameters
    ----------
    category
        The have in question.
    evidence
        What `layers.categories.classify` gave for it.

    Returns
    -------
    str
        Chinese, a slash between spaces, English; no name of a file.
    """
    zh_have, en_have = TITLES[category]
    rule = rule_behind(category, evidence)
    zh_sign, en_sign = _sign(rule, evidence)
    zh_note, en_note = NOTES.get(rule.note, ("", "")) if rule is not None else ("", "")
    zh_note, en_note = (f"（{zh_note}）" if zh_note else ""), (f" ({en_note})" if en_note else "")
    if rule is not None and rule.action == "review":
        return (
            f"存疑：{zh_sign}{zh_note}；须核实是否为{zh_have}"
            f" / doubtful: {en_sign}{en_note}; is it {en_have}"
        )
    return (
        f"证据不足：{zh_sign}{zh_note}；单独不足以认定{zh_have}"
        f" / weak evidence: {en_sign}{en_note}; alone not enough for {en_have}"
    )


def _sign(rule: Rule | None, evidence: str) -> tuple[str, str]:
    """Say what was found of a facility."""
    source, _, found = evidence.partition(": ")
    found = found.replace(" / ", "/")
    if source == "name":
        words = found.rpartition(" (")[0] if rule is not None else found
        return f"名称含“{words}”", f'the name holds "{words}"'
    if source in _PLACES:
        zh, en = _PLACES[source]
        return f"{zh} {found}", f"{en} {found}"
    return evidence.replace(" / ", "/"), evidence.replace(" / ", "/")
