"""Notes in the margin of papers: method, sources, marks of made or estimated figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from maps.amounts import bare
from maps.labels import Imprint
from maps.words import HOUSEHOLDS_SOURCES, Both

WITHOUT_REVIEW: Final[Both] = (
    "示意图，不作为权属或行政界线依据；未经审核 内部使用",
    "Schematic; no evidence of title or administrative boundary. Not reviewed, internal use",
)
MADE_DATA: Final[Both] = ("示例数据，非真实城市", "Made data, no real city")
UNKNOWN_INCLUDED: Final[Both] = (
    "片区含改造资格待定的小区",
    "Zones include communities whose eligibility is unknown",
)
EDGE_IGNORED: Final[Both] = (
    "生活圈超出数据范围的小区也下了结论，缺项可能偏多",
    "Walks that leave the data were judged all the same; gaps may be overstated",
)

_WALK_ZH: Final = "从小区出入口沿真实道路步行到设施出入口，限值{limit}。"
_WALK_EN: Final = (
    "Walks run along real streets from a community's gates to a facility's entrance, limit {limit}."
)
_OLDER_ZH: Final = "老年人步速 {speed:g} km/h（待本地核实），同样时间约 {metres:,.0f} m。"
_OLDER_EN: Final = (
    "Older people at {speed:g} km/h (to be confirmed locally): about {metres:,.0f} m in the "
    "same time."
)
_SLOPES: Final[Both] = ("坡度按 Tobler 函数计，", "slopes after Tobler (1993), ")
_MINUTES_ZH: Final = "步行时间：{slopes}台阶按平地步速的 {steps:.0f}% 计{wait}。"
_MINUTES_EN: Final = "Walking times: {slopes}steps at {steps:.0f} % of the speed on the flat{wait}."
_WAIT_ZH: Final = "，每过一条干路等候 {minutes:g} 分钟"
_WAIT_EN: Final = ", {minutes:g} min of waiting to cross an arterial"
_STATUS_ZH: Final = (
    "「缺项」为 1.5 倍限值内没有，「距离超标」为限值与其 1.5 倍之间，缺项数两者都计；"
    "证据不足的设施记为「待核实」，不算达标。"
)
_STATUS_EN: Final = (
    '"Missing" means none within 1.5 times the limit, "too far" between the limit and 1.5 times '
    'it; counts of what is missing hold both; a facility with weak evidence is "unconfirmed", '
    "never met."
)
_ZONES_ZH: Final = "片区由相邻且步行相连的小区组成，户数在限值之内。"
_ZONES_EN: Final = (
    "Zones join neighbouring communities that are linked on foot, within the bounds on households."
)

ZONING: Final[Mapping[str, Both]] = {
    "objective": ("目标值（户 × 米）", "Objective (households x metres)"),
    "bound": ("已证下界", "Proven lower bound"),
    "gap_share": ("与下界相差", "Distance to the bound"),
    "optimal": ("已证最优", "Proven optimal"),
    "stopped_by": ("结束原因", "Ended by"),
    "bound_of": ("下界所指", "The bound is of"),
    "unpriced": ("无目标值的原因", "No objective because"),
    "locked_by_planner": ("人工锁定的小区数", "Communities locked by a planner"),
    "rules_broken": ("违反的规则数", "Rules broken"),
}
ZONING_UNITS: Final[Mapping[str, str]] = {
    "objective": "户·m",
    "bound": "户·m",
    "gap_share": "0–1",
}
ZONING_VALUES: Final[Mapping[str, Both]] = {
    "None": ("未计算", "not computed"),
    "True": ("是", "yes"),
    "False": ("否", "no"),
    "optimal": ("已求得最优", "optimum found"),
    "work": ("达到计算量上限", "counted work used up"),
    "time": ("达到时间上限", "time limit struck"),
    "planner": ("由规划人员给定", "given by a planner"),
    "nothing to zone": ("没有可划入片区的小区", "nothing to zone"),
    "rules": ("遵守全部规则的方案", "plans that keep every rule"),
    "locked": (
        "遵守全部规则并保留人工锁定行的方案",
        "plans that keep every rule and the rows locked by a planner",
    ),
    "same members": (
        "遵守全部规则、且同样不含规划人员排除的小区的方案",
        "plans that keep every rule, without the communities that the planner left out",
    ),
    "nothing": ("没有遵守全部规则的方案，故无下界", "no plan keeps every rule, so there is none"),
    "other members": (
        "片区中有规则不允许列入的小区",
        "the zones hold communities that the rules keep out",
    ),
    "walks": (
        "有片区在所计算的步行范围内没有各小区都能到达的中心",
        "a zone has no centre that all its communities reach within the walks measured",
    ),
}
BREAKS: Final[Both] = (
    "；本方案违反规则，不在其列",
    "; this plan breaks rules and is none of them",
)


def review_note(imprint: Imprint) -> Both:
    """Give the map review number (审图号), or say that the map has none."""
    number = imprint.review_number
    return (f"审图号：{number}", f"Map review number: {number}") if number else WITHOUT_REVIEW


def marks(imprint: Imprint) -> list[Both]:
    """List what every output must say of its figures: made data, estimates, doubtful members."""
    notes: list[Both] = []
    if imprint.made_data:
        notes.append(MADE_DATA)
    notes += _estimates(imprint)
    if imprint.includes_unknown:
        notes.append(UNKNOWN_INCLUDED)
    if imprint.edge_ignored:
        notes.append(EDGE_IGNORED)
    return [*notes, *by_hand(imprint)]


def by_hand(imprint: Imprint) -> list[Both]:
    """Say that a planner gave the zones, and how many rules they break; or nothing."""
    zoning = dict(imprint.zoning)
    if zoning.get("stopped_by") != "planner":
        return []
    broken = zoning.get("rules_broken", "0")
    return [
        (f"片区由人工给定，违反规则 {broken} 条", f"Zones given by hand, rules broken: {broken}")
    ]


def _estimates(imprint: Imprint) -> list[Both]:
    """Say of how many communities the households are no figures of the ledger."""
    sources = [one for one in HOUSEHOLDS_SOURCES if one != "ledger"]
    counts = {source: count for source, count in imprint.households_counts if source in sources}
    if counts:
        parts = [(counts[one], *HOUSEHOLDS_SOURCES[one]) for one in sources if one in counts]
        zh = "、".join(f"{count} 个小区{said}" for count, said, _ in parts)
        en = ", ".join(
            f"of {count:,} {'community' if count == 1 else 'communities'} {said}"
            for count, _, said in parts
        )
        is_rest = any(source == "ledger" for source, _ in imprint.households_counts)
        rest = ("，其余来自台账", ", all others from the ledger") if is_rest else ("", "")
        return [(f"户数：{zh}{rest[0]}", f"Households {en}{rest[1]}")]
    estimated = [one for one in sources if one in imprint.households_sources]
    if not estimated:
        return []
    zh = "、".join(HOUSEHOLDS_SOURCES[source][0] for source in estimated)
    en = ", ".join(HOUSEHOLDS_SOURCES[source][1] for source in estimated)
    return [(f"户数部分或全部{zh}", f"Some or all households {en}")]


def method(imprint: Imprint) -> list[Both]:
    """Describe in plain words how gaps and zones were found, with limits and speeds."""
    if imprint.rule == "time":
        minutes, speed = imprint.limit_minutes, imprint.speed_kmh
        older_m = minutes * imprint.older_speed_kmh * 1000 / 60
        strict = minutes * imprint.strict_m / imprint.limit_m
        zh = f" {minutes:g} 分钟（成人 {speed:g} km/h），严格读法 {strict:g} 分钟"
        en = f"{minutes:g} minutes (adults at {speed:g} km/h), read strictly {strict:g} minutes"
    else:
        older_m = imprint.limit_m * imprint.older_speed_kmh / imprint.speed_kmh
        zh = f" {imprint.limit_m:,.0f} m，严格读法 {imprint.strict_m:,.0f} m"
        en = f"{imprint.limit_m:,.0f} m, read strictly {imprint.strict_m:,.0f} m"
    older = {"speed": imprint.older_speed_kmh, "metres": older_m}
    return [
        (_WALK_ZH.format(limit=zh), _WALK_EN.format(limit=en)),
        (_OLDER_ZH.format(**older), _OLDER_EN.format(**older)),
        _minutes(imprint),
        (_STATUS_ZH, _STATUS_EN),
        (_ZONES_ZH, _ZONES_EN),
    ]


def _minutes(imprint: Imprint) -> Both:
    """Say what a walking time holds beside the speed on the flat."""
    slopes = _SLOPES if imprint.is_hilly else ("", "")
    wait = ("", "")
    if imprint.crossing_wait_minutes > 0:
        minutes = imprint.crossing_wait_minutes
        wait = (_WAIT_ZH.format(minutes=minutes), _WAIT_EN.format(minutes=minutes))
    steps = 100 * imprint.steps_share
    return (
        _MINUTES_ZH.format(slopes=slopes[0], steps=steps, wait=wait[0]),
        _MINUTES_EN.format(slopes=slopes[1], steps=steps, wait=wait[1]),
    )


def zoning_lines(imprint: Imprint, names: Collection[str] | None = None) -> list[Both]:
    """Say how good the zone plan is: what it costs, the proven bound, why the search ended.

    Parameters
    ----------
    imprint
        Its ``zoning``.
    names
        Figures to tell; None for all.
    """
    broken = dict(imprint.zoning).get("rules_broken", "0") != "0"
    lines: list[Both] = []
    for name, value in imprint.zoning:
        if (names is not None and name not in names) or (name == "unpriced" and value == "None"):
            continue
        zh, en = ZONING.get(name, (name, name))
        said_zh, said_en = ZONING_VALUES.get(value) or (_rounded(name, value),) * 2
        if name == "bound_of" and broken and value != "nothing":
            said_zh, said_en = said_zh + BREAKS[0], said_en + BREAKS[1]
        lines.append((f"{zh}：{said_zh}", f"{en}: {said_en}"))
    return lines


def _rounded(name: str, value: str) -> str:
    """Shorten a number for print; ``run.json`` keeps it whole."""
    try:
        return bare(float(value), ZONING_UNITS.get(name, ""))
    except ValueError:
        return value


def rulebook_title(imprint: Imprint) -> Both:
    """Give the title of the rulebook's document, with its short name behind it."""
    zh = f"（{imprint.rulebook}）" if imprint.rulebook else ""
    en = f" ({imprint.rulebook})" if imprint.rulebook else ""
    title_en = imprint.rulebook_en or imprint.rulebook_zh
    return f"{imprint.rulebook_zh}{zh}", f"{title_en}{en}".strip()
