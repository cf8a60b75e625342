"""Years of building in words: what was found, what is asked for, whether it is met."""

from __future__ import annotations

import math

from zoning.build_years import DateVerdict
from zoning.informants import LEDGER_YEARS, YEARS, Both, whom_to_ask
from zoning.reasons import VERDICTS, Reason, mark
from zoning.rules import Rulebook


def tell_years(
    codes: tuple[str, ...], verdict: DateVerdict, years: tuple[float, float], rulebook: Rulebook
) -> list[Reason]:
    """Say what the years of building mean: one sentence each for the limit and for who may join."""
    found, limit = _found(years), rulebook.build_date.citation
    asked = _asked(rulebook)
    if verdict == "unknown":
        if rulebook.absorb is not None:
            span = f"{rulebook.absorb.from_year}–{rulebook.absorb.to_year}"
            asked = f"{asked[0]}，{span} 年的可并入", f"{asked[1]}; {span} may join"
        said = _unknown_years(codes, years, asked)
        return [Reason(code=code, said=said) for code in codes]
    met = verdict == "core"
    first = (
        f"{mark(limit, met=met)[0]}：{found[0]}，{asked[0]}",
        f"{mark(limit, met=met)[1]}: {found[1]}; {asked[1]}",
    )
    if rulebook.absorb is None or met:
        return [Reason(code=limit.rule, said=first)]
    absorb, may_join = rulebook.absorb.citation, verdict == "absorbable"
    span = f"{rulebook.absorb.from_year}–{rulebook.absorb.to_year}"
    zh, en = mark(absorb, met=may_join)
    if may_join:
        until = _until(rulebook)
        zh = f"{zh}：{found[0]}，在可并入的 {span} 年内（{absorb.text}）；晚于{until[0]}的界线"
        en = f"{en}: {found[1]}, within {span}, the years that may join ({absorb.text})"
        said = (
            f"{zh}，只能并入片区，不能单独成片",
            f"{en}; later than the limit, {until[1]}, so it may join a zone but not start one",
        )
        return [Reason(code=absorb.rule, said=said)]
    second = (
        f"也{zh}：不在可并入的 {span} 年内（{absorb.text}）",
        f"{en} either: not within {span}, the years that may join ({absorb.text})",
    )
    return [Reason(code=limit.rule, said=first), Reason(code=absorb.rule, said=second)]


def tell_reading(name: str, verdict: DateVerdict, rulebook: Rulebook) -> Reason:
    """Say that the verdict on the years is another under another reading of the limit."""
    year, cited = rulebook.build_date.readings[name], rulebook.build_date.citation
    words, then = cited.quote or cited.rule, VERDICTS[verdict]
    return Reason(
        code=f"reading:{name}",
        said=(
            (
                f"若「{words}」读作 {year} 年底前建成，则建成年份的结论改为「{then[0]}」；"
                "采用哪种读法，请主管部门明确"
            ),
            (
                f"if 「{words}」 is read as built by the end of {year}, the years make it "
                f"“{then[1]}”; ask the authority in charge which reading holds"
            ),
        ),
    )


def _until(rulebook: Rulebook) -> Both:
    year = rulebook.build_date.last_year
    return f" {year} 年底前建成", f"built by the end of {year}"


def _asked(rulebook: Rulebook) -> Both:
    """Say what is asked of the years, with the words of the document where they are quoted."""
    cited, (zh, en) = rulebook.build_date.citation, _until(rulebook)
    quote = f"「{cited.quote}」" if cited.quote else ""
    return f"要求{zh}（{cited.text}{quote}）", f"asked for: {en} ({cited.text}{quote})"


def _found(years: tuple[float, float]) -> Both:
    first, last = years
    if math.isinf(first):
        return f"建成不晚于 {last:g} 年（起年未填）", f"built in {last:g} at the latest"
    if math.isinf(last):
        return f"建成不早于 {first:g} 年（止年未填）", f"built in {first:g} at the earliest"
    if first == last:
        return f"建成 {first:g} 年", f"built {first:g}"
    return f"建成 {first:g}–{last:g} 年", f"built {first:g}–{last:g}"


def _unknown_years(codes: tuple[str, ...], years: tuple[float, float], asked: Both) -> Both:
    """Say why the years do not decide, what is asked for, and whom to ask."""
    (first, last), ask = years, whom_to_ask(YEARS)
    fill = (
        f"改正台账「{LEDGER_YEARS}」一栏",
        f"correct the ledger's column “{LEDGER_YEARS}”",
    )
    if codes == ("year_conflict",):
        what = (
            f"建成年份前后矛盾（起 {first:g} 年，止 {last:g} 年）",
            f"the years contradict each other (from {first:g} to {last:g})",
        )
    elif codes[0].startswith("straddles"):
        limits = [code.partition(":")[2] for code in codes]
        what = (
            f"{_found(years)[0]}，跨在 {'、'.join(limits)} 年界线两边",
            f"{_found(years)[1]}, on both sides of the limit {', '.join(limits)}",
        )
        fill = (
            "缩小起止年份，或把界线两边的楼栋分成两个小区",
            "narrow the years, or part the buildings on either side into two communities",
        )
    elif math.isinf(first) and math.isinf(last):
        what = "建成年份未填", "year built not stated"
        fill = (
            f"填入台账「{LEDGER_YEARS}」一栏（如 1998 或 1995-1998）",
            f"fill in the ledger's column “{LEDGER_YEARS}” (as 1998 or 1995-1998)",
        )
    else:
        what = _found(years)
        lacks = ("止年", "the last year") if math.isinf(last) else ("起年", "the first year")
        fill = (
            f"在台账「{LEDGER_YEARS}」一栏补写{lacks[0]}（如 1995-1998）",
            f"add {lacks[1]} in the ledger's column “{LEDGER_YEARS}” (as 1995-1998)",
        )
    return (
        f"待定：{what[0]}，{asked[0]}；{ask[0]}，再{fill[0]}",
        f"open: {what[1]}; {asked[1]}; {ask[1]}, then {fill[1]}",
    )
