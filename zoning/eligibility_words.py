"""Reasons of eligibility beside the years as sentences: what was found, and what is asked for."""

from __future__ import annotations

from typing import Final

import pandas as pd

from zoning.informants import Both, if_so, whom_to_ask
from zoning.reasons import Reason, caption_of, mark
from zoning.rules import ConsentGate, FlagRule
from zoning.settlement import INSIDE, OUTSIDE

_PERCENT: Final = 100.0
_YES_NO: Final = {True: ("是", "yes"), False: ("否", "no")}


def tell_flag(rule: FlagRule, row: pd.Series, *, is_out: bool) -> Reason:
    """Say which field sets off a rule: it leaves the community out, or waits for a decision."""
    (name_zh, name_en), cited = caption_of(rule.column), rule.citation
    value = (
        f"「{name_zh}」为「{_YES_NO[rule.when][0]}」",
        f"“{name_en}” is {_YES_NO[rule.when][1]}",
    )
    if rule.column == OUTSIDE and pd.isna(row[OUTSIDE]):
        share = f"{row[INSIDE]:.0%}"
        value = (
            f"台账未填，用地只有 {share} 在建成区图层内",
            f"the ledger is silent; {share} of its ground is built up on the map",
        )
    if is_out:
        quote = f"「{cited.quote}」" if cited.quote else ""
        said = (
            f"按 {cited.rule} 不纳入：{rule.zh}（{value[0]}；{cited.text}{quote}）",
            f"left out by {cited.rule}: {rule.en} ({value[1]}; {cited.text}{quote})",
        )
        return Reason(code=cited.rule, said=said, clause=cited.text)
    ask, no, is_so = whom_to_ask(rule.column), _YES_NO[not rule.when], if_so(rule.column)
    zh = f"{cited.rule} 待定：{rule.zh}（{value[0]}；{cited.text}）；{ask[0]}；"
    en = f"{cited.rule} open: {rule.en} ({value[1]}; {cited.text}); {ask[1]}; "
    said = (
        f"{zh}不属此类的，把「{name_zh}」改填「{no[0]}」；{is_so[0]}",
        f"{en}if not so, fill in {no[1]} under “{name_en}”; {is_so[1]}",
    )
    return Reason(code=cited.rule, said=said, clause=cited.text)


def tell_conflict(rule: FlagRule, row: pd.Series) -> Reason:
    """Say that ledger and map contradict each other about the town."""
    (name_zh, name_en), (ask_zh, ask_en) = caption_of(rule.column), whom_to_ask(rule.column)
    said_zh, said_en = _YES_NO[bool(row[OUTSIDE])]
    share, cited = f"{row[INSIDE]:.0%}", rule.citation
    zh = f"台账「{name_zh}」为「{said_zh}」，但用地有 {share} 在建成区图层内，两者矛盾"
    en = f"“{name_en}” is {said_en} in the ledger, but {share} of its ground is built up on the map"
    return Reason(
        code=f"conflict:{rule.column}",
        said=(
            f"{cited.rule} 待定：{zh}（{cited.text}）；{ask_zh}，再改正台账或图层",
            f"{cited.rule} open: {en} ({cited.text}); {ask_en}, then correct one of the two",
        ),
        clause=cited.text,
    )


def tell_empty(rules: list[FlagRule], *, is_open: bool) -> list[Reason]:
    """Say which fields are empty that rules ask for: all in one sentence, behind the first code."""
    names = [caption_of(rule.column) for rule in rules]
    zh = "".join(f"「{name[0]}」" for name in names)
    en = ", ".join(f"“{name[1]}”" for name in names)
    said = (
        (f"待定：未填{zh}，照实填写后重新判定", f"open: {en} not stated; fill in what is so")
        if is_open
        else (
            f"未填{zh}，暂不影响结论，请补填",
            f"not stated: {en}; taken as no objection for now, please fill in",
        )
    )
    return [
        Reason(
            code=f"not_stated:{rule.column}",
            said=said if number == 0 else ("", ""),
            clause=rule.citation.text,
        )
        for number, rule in enumerate(rules)
    ]


def tell_unasked(gate: ConsentGate, *, code: str, is_open: bool) -> Reason:
    """Say that no survey is on record, what it must show, and whether the verdict waits for it."""
    ask, cited = whom_to_ask(gate.column), gate.citation
    least = _least(gate)
    head = (f"{cited.rule} 待定：", f"{cited.rule} open: ") if is_open else ("", "")
    tail = ("", "") if is_open else ("；暂不影响结论", "; the verdict stands for now")
    name_zh, name_en = caption_of(gate.column)
    zh = f"{head[0]}没有「{gate.zh}」，{least[0]}（{cited.text}）{tail[0]}"
    en = f"{head[1]}{gate.en} is not on record; {least[1]} ({cited.text}){tail[1]}"
    return Reason(
        code=f"{code}:{gate.column}",
        said=(
            f"{zh}；{ask[0]}，再填入「{name_zh}」",
            f"{en}; {ask[1]}, then fill it in under “{name_en}”",
        ),
        clause=cited.text,
    )


def tell_refused(gate: ConsentGate, share: float) -> Reason:
    """Say that fewer agree than must."""
    cited, least = gate.citation, _least(gate)
    zh, en = mark(cited, met=False)
    got, need = f"{share * _PERCENT:.6g}%", f"{(gate.at_least or 0.0) * _PERCENT:.6g}%"
    return Reason(
        code=cited.rule,
        said=(
            f"{zh}：{gate.zh} {got}，{least[0]}（{cited.text}）",
            f"{en}: {gate.en} {got}; {least[1]} ({cited.text})",
        ),
        clause=f"{cited.text} {gate.zh} {got} < {need}",
    )


def tell_no_clause(column: str) -> Reason:
    """Say that a field says yes where no clause speaks of it."""
    zh, en = caption_of(column)
    return Reason(
        code=f"no_clause:{column}",
        said=(
            f"「{zh}」为「是」，但本规则没有这一条款，不影响结论",
            f"“{en}” is yes, but no clause of this rulebook speaks of it; no effect",
        ),
    )


def _least(gate: ConsentGate) -> Both:
    if gate.at_least is None:
        quote = f"「{gate.citation.quote}」" if gate.citation.quote else ""
        return (
            f"要求{quote or '居民同意'}，文件未定比例",
            f"asked for: {quote or 'consent'}, without a figure",
        )
    need = f"{gate.at_least * _PERCENT:.6g}%"
    return f"要求不低于 {need}", f"asked for: at least {need}"
