"""Informants: whom a planner asks in practice about what a ledger leaves open, and what."""

from __future__ import annotations

from typing import Final

Both = tuple[str, str]
"""A text in Chinese and in English."""

YEARS: Final = "years"
"""Stands for the columns of the years built."""

LEDGER_YEARS: Final = "建成年份"
"""Heading of the ledger under which both years are stated: 1998, or 1995-1998."""

_CONSENT: Final = "consent"

WHOM: Final[dict[str, tuple[Both, Both]]] = {
    YEARS: (
        ("不动产登记中心、城建档案馆或街道办事处", "the property registry or the urban archive"),
        ("各楼栋竣工年份", "in which year each building was completed"),
    ),
    _CONSENT: (
        ("街道办事处、社区居委会", "the street office or the residents' committee"),
        ("居民意愿调查结果，未调查的请其组织", "what the survey of residents says, or to hold one"),
    ),
    "structure_safe": (
        ("住房和城乡建设部门", "the housing authority"),
        ("房屋安全鉴定结论", "what the safety appraisal of the buildings says"),
    ),
    "excl_shantytown": (
        ("住房和城乡建设部门（棚改）", "the housing authority (shantytown renewal)"),
        (
            "是否仍在棚改计划内，当地改造范围含不含此类小区",
            "whether it is still in the shantytown plan, and whether the local scope takes such in",
        ),
    ),
    "excl_demolition": (
        ("自然资源和规划部门、住房和城乡建设部门", "the planning and the housing authority"),
        (
            "是否已定拆除新建，当地改造范围含不含此类小区",
            "whether demolition is settled, and whether the local scope takes such in",
        ),
    ),
    "excl_self_built": (
        ("街道办事处、住房和城乡建设部门", "the street office and the housing authority"),
        (
            "是否以自建住房为主，当地改造范围含不含此类小区",
            "whether most houses are self-built, and whether the local scope takes such in",
        ),
    ),
    "excl_urban_village": (
        ("街道办事处、住房和城乡建设部门", "the street office and the housing authority"),
        (
            "是否属城中村，当地改造范围含不含此类小区",
            "whether it is an urban village, and whether the local scope takes such in",
        ),
    ),
    "excl_sangongyiye": (
        ("原产权单位", "the firm that owned it"),
        ("“三供一业”是否已移交并改造", "whether its utilities were handed over and renovated"),
    ),
    "excl_outside_town": (
        ("自然资源和规划部门", "the planning authority"),
        ("是否在城市、县城（城关镇）以内", "whether it lies in a city or county seat"),
    ),
}
"""Whom one asks in practice, and what; an assumption of this toolkit, no document names them."""

_NOBODY: Final = (
    ("住房和城乡建设部门", "the housing authority"),
    ("此项是否属实", "whether this is so"),
)


def whom_to_ask(topic: str) -> Both:
    """Say whom to ask about a column of the communities, and what.

    Parameters
    ----------
    topic
        `YEARS`, or the column; every column that ends in ``_share`` is a survey of residents.
    """
    key = _CONSENT if topic.endswith("_share") else topic
    whom, what = WHOM.get(key, _NOBODY)
    return f"可问{whom[0]}：{what[0]}", f"ask {whom[1]} {what[1]}"


def if_so(column: str) -> Both:
    """Say what follows where the answer is that it is so."""
    if column == "structure_safe":
        return "属实的保持待定，列入单独清单", "if so, it stays open, on a list of its own"
    return (
        "属此类的，照当地规定写入自备规则",
        "if so, write the local rule into a rulebook of your own",
    )
