"""Words of tables in plain Chinese and English: what a reader of a paper sees instead of a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from layers.contracts import captions_of, title_of
from layers.tables import COMMUNITIES, PROTECTED_KINDS
from zoning.reasons import VERDICTS
from zoning.rules import HAVE_NAMES
from zoning.tables import CONTRACTS

Both = tuple[str, str]
"""A text in Chinese and in English."""

HAVES: Final[Mapping[str, Both]] = HAVE_NAMES
"""The nine haves (九有) in their official order, named as in the summary."""

STATUSES: Final[Mapping[str, Both]] = {
    "met": ("达标", "met"),
    "small": ("面积不足", "too small"),
    "far": ("距离超标", "too far"),
    "gap": ("缺项", "missing"),
    "unconfirmed": ("待核实", "unconfirmed"),
    "no_data": ("无数据", "no data"),
}
"""Answers to one have, in the wording of RULES 2.4."""

HOUSEHOLDS_SOURCES: Final[Mapping[str, Both]] = {
    "ledger": ("台账", "ledger"),
    "buildings": ("按楼栋估算", "estimated from buildings"),
    "area": ("按用地面积估算", "estimated from land area"),
}

LEFT_OUT: Final[Mapping[str, Both]] = {
    "excluded": ("不在改造范围", "out of scope"),
    "unknown": ("资格待定", "eligibility unknown"),
    "component_below_floor": ("连片后户数仍不足", "its connected group is below the floor"),
    "unit_above_cap": ("单个小区超出上限", "above the cap on its own"),
    "no_neighbour": ("没有可连片的小区", "no neighbour to join"),
    "planner": ("规划人员划出", "taken out by a planner"),
}

_OWNERS: Final = {
    "community": ("小区", "community"),
    "building": ("楼栋", "building"),
    "facility": ("设施", "facility"),
}

_NO_RESULT: Final = {
    "none_in_reach": ("可达范围内没有", "none in reach"),
    "not_connected": ("步行网络不连通", "not connected"),
    "not_snapped": ("离道路过远", "too far from any street"),
    "no_data": ("没有此类设施数据", "no data of this kind"),
}

_LINKS: Final = {
    "wall": ("共墙", "shared wall"),
    "lane": ("隔小巷", "across a lane"),
    "road": ("隔道路", "across a road"),
    "arterial": ("隔主干道", "across an arterial road"),
    "bridge": ("经桥相连", "by a bridge"),
    "through": ("经其他小区相连", "through other communities"),
    "none": ("不跨越", "nothing"),
    "added": ("人工添加", "added by a planner"),
    "cut": ("人工切断", "cut by a planner"),
}

WORDS: Final[Mapping[str, Mapping[str, Both]]] = {
    "category": HAVES,
    "common_missing": HAVES,
    "walker": {"adult": ("成人", "adult"), "older": ("老年人", "older people")},
    "gaps.status": STATUSES,
    "eligibility.status": VERDICTS,
    "reasons": {
        "E01": ("E01 建成年份", "E01 year built"),
        "E02": ("E02 可并入的年份", "E02 years that may join"),
        "E03": ("E03 建成年份", "E03 year built"),
        "E04": ("E04 城市、县城范围", "E04 city and county seat"),
        "E05": ("E05 房屋结构安全", "E05 safe structure"),
        "E06": ("E06 居民改造意愿", "E06 residents' consent"),
        "E08": ("E08 三供一业", "E08 handed-over utilities"),
        "E09": ("E09 棚改计划", "E09 shantytown plan"),
        "E10": ("E10 拆除新建", "E10 demolition"),
        "E11": ("E11 自建房、城中村", "E11 self-built houses, urban villages"),
        "E12": ("E12 当地改造范围", "E12 local scope"),
        "E15": ("E15 不得随意拆除、砍伐", "E15 no demolition or felling at will"),
        "E16": ("E16 历史文化和自然资源保护", "E16 heritage and natural resources"),
        "E17": ("E17 古城风貌", "E17 the historic city"),
        "N01": ("N01 建成年份（国家）", "N01 year built (national)"),
        "N24": ("N24 建成年份（甘肃）", "N24 year built (Gansu)"),
        "C01": ("C01 参与率、同意率", "C01 participation and agreement"),
        "C02": ("C02 改造方案表决", "C02 vote for the scheme"),
        "C04": ("C04 满意度", "C04 satisfaction"),
        "C06": ("C06 方案和物业管理模式同意率", "C06 agreement to scheme and property mode"),
        "year_conflict": ("建成年份前后矛盾", "years contradict each other"),
    },
    "role": {"core": ("核心", "core"), "absorbed": ("并入", "absorbed")},
    "households_source": HOUSEHOLDS_SOURCES,
    "rule": {"distance": ("按距离", "by distance"), "time": ("按时间", "by time")},
    "assignment.reason": LEFT_OUT,
    "plans.kind": {
        "drawn": ("采用方案", "the plan drawn"),
        "near": ("相近方案", "of nearly the same cost"),
        "count": ("其他片区数", "another number of zones"),
    },
    "provision.reason": _NO_RESULT,
    "gaps.reason": {
        **_NO_RESULT,
        "edge": ("生活圈超出数据范围", "the walk leaves the data"),
        "unconfirmed_facility": ("设施待核实", "the facility waits for review"),
        "thin_data": ("此类设施数据偏少", "few facilities of this kind in the data"),
        "beyond_limit": ("超出限值", "beyond the limit"),
    },
    "crosses": _LINKS,
    "shared_kind": _LINKS,
    "adjacency.kind": _LINKS,
    "owner": _OWNERS,
    "access_points.kind": {
        "surveyed": ("实测", "surveyed"),
        "inferred": ("推断", "inferred"),
        "nearest": ("就近接入", "nearest point of a street"),
    },
    "barriers.kind": {
        "wall": ("围墙", "wall"),
        "fence": ("栅栏", "fence"),
        "river": ("河流", "river"),
        "railway": ("铁路", "railway"),
        "other": ("其他", "other"),
    },
    "protections.kind": PROTECTED_KINDS,
    "year_confidence": {
        "stated": ("写明年份", "year stated"),
        "range": ("起止年份", "range of years"),
        "vague": ("约数", "vague"),
    },
    "matched_by": {
        "correction": ("人工更正", "by a planner"),
        "code": ("按编码", "by id"),
        "name": ("按名称", "by name"),
        "name_place": ("按名称和位置", "by name and place"),
    },
    "land.kind": {
        "water": ("水面", "water"),
        "green": ("绿地", "green"),
        "railway": ("铁路", "railway"),
    },
    "severity": {
        "decide": ("需决定", "decide"),
        "check": ("需核对", "check"),
        "note": ("提示", "note"),
    },
}
"""Words by column, or by ``table.column`` where two tables use one column name differently."""

INPUTS: Final[Mapping[str, Both]] = {
    "job": ("作业文件", "Job file"),
    "osm": ("OSM 数据", "OpenStreetMap data"),
    "ledger": ("台账", "Ledger"),
    "joins": ("台账关联更正", "Joins"),
    "links": ("邻接更正", "Links"),
    "gates": ("出入口", "Gates"),
    "built_up": ("建成区", "Built-up area"),
    "extent": ("数据范围", "Extent of the data"),
    "elevation": ("高程", "Heights"),
}
"""What a finding may be about beside the tables of a plan."""

EXTRA: Final[Mapping[str, Both]] = {
    "year_confidence": ("年份依据", "How the years are stated"),
    "ledger_rows": ("台账行", "Rows of the ledger"),
    "matched_by": ("与台账关联", "Joined to the ledger"),
}
"""Captions of columns that stand beside those of a contract."""

PHRASES: Final[Mapping[str, Both]] = {
    "missing": ("缺少「{}」", "{} missing"),
    "straddles": ("建成年份跨越 {} 年", "built before and after {}"),
    "reading": ("按「{}」读法结论不同", "another verdict when read as {}"),
    "not_stated": ("未填「{}」", "{} not stated"),
    "conflict": ("「{}」台账与图层不一致", "{}: ledger and map contradict each other"),
    "no_clause": ("「{}」为是，但本规则无相应条款", "{} is yes, but no clause speaks of it"),
}
"""Reasons of eligibility that name a column, a year or a reading behind a colon."""

FIGURES: Final = (
    "zones",
    "communities_in_zones",
    "households_in_zones",
    "renovatable_communities",
    "renovatable_households",
    "outside_communities",
    "communities",
    "households",
    "communities_all_met",
    "communities_with_gaps",
    "gaps",
    "unconfirmed",
    "no_data",
    "facilities_confirmed",
    "facilities_review",
)
"""Headline figures of the summary, in the order in which papers print them."""

YES_NO: Final[Mapping[bool, Both]] = {True: ("是", "yes"), False: ("否", "no")}


def pick(both: Both, languages: Iterable[str], *, joint: str = " ") -> str:
    """Join the texts of the wanted languages, in their order.

    Parameters
    ----------
    both
        Chinese and English text.
    languages
        ``zh`` and ``en`` in order of preference.
    joint
        What stands between them.

    Returns
    -------
    str
        ``缺项 missing`` for both languages; a text that both share is given once.
    """
    texts = dict.fromkeys(both[0] if language == "zh" else both[1] for language in languages)
    return joint.join(text for text in texts if text)


def words_of(table: str, column: str) -> Mapping[str, Both]:
    """Give the words that a column of a table may hold; empty for free text."""
    return WORDS.get(f"{table}.{column}") or WORDS.get(column) or {}


def say(table: str, column: str, code: str, languages: Iterable[str]) -> str:
    """Say a code in plain words.

    Parameters
    ----------
    table, column
        Where the code stands.
    code
        One code, or several joined by ``;``.
    languages
        Languages in order of preference.

    Returns
    -------
    str
        The words, several joined by a comma; a code that has none is given as it stands.
    """
    words = words_of(table, column)
    if not words:
        return code
    known = [words.get(part.strip()) or _phrase(part.strip()) for part in code.split(";")]
    zh, en = (dict.fromkeys(both[side] for both in known) for side in (0, 1))
    return pick(("、".join(zh), ", ".join(en)), languages)


def _phrase(code: str) -> Both:
    """Say a code that carries a column, year or reading behind a colon; others stay as they are."""
    head, colon, tail = code.partition(":")
    if not colon or head not in PHRASES:
        return code, code
    captions = captions_of(COMMUNITIES)
    zh, en = (captions[tail]["zh"], captions[tail]["en"]) if tail in captions else (tail, tail)
    return PHRASES[head][0].format(zh), PHRASES[head][1].format(en.lower())


def table_titles() -> dict[str, Both]:
    """Give the names for readers of everything that a finding may be about, by its code."""
    return {**INPUTS, **{name: title_of(schema) for name, schema in CONTRACTS.items()}}
