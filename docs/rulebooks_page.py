"""The page on rulebooks: what each asks for, each value with its document and clause."""

from __future__ import annotations

from zoning.reasons import caption_of
from zoning.rulebooks import read_rulebook, shipped_rulebooks
from zoning.rules import STAGES, Citation, FlagRule, Rulebook

_PERCENT = 100
_YES_NO = {True: "是 yes", False: "否 no"}
_STAGES = dict(
    zip(STAGES, ("纳入计划 to enter the plan", "开工 to start", "完工 at completion"), strict=True)
)
_INTRODUCTION = """\
# 规则 Rulebooks

由规则文件生成。 Made from the rulebooks in `zoning/rulebooks/`.

作业文件写 `rulebook = "名称"`；改造资格、缺项依据和牵头部门都随所选规则。有本地文件的用本地规则，
没有的用 `national`；本地规定与下列都不同时，复制最相近的一个 .toml，改数值、文号、条款，
再在作业文件写它的路径。

Write `rulebook = "name"` into the job file: eligibility, the clauses of gaps and the bureaus
follow it. Choose the one of your place, or `national` where there is none. Where your place's
text differs, copy the nearest .toml, change values, document and clause, and give its path.

每片户数上下限、片区数、步行半径不在这些规则里，由作业文件 `[zones]` 确定。
Floor and cap of a zone, the number of zones and their radius stand in no rulebook: `[zones]` of
the job sets them.

## 比较 Comparison
"""


def rulebooks_page() -> str:
    """Describe every shipped rulebook."""
    books = [read_rulebook(name) for name in shipped_rulebooks()]
    rows = [
        (
            f"[`{book.name}`](#{book.name})",
            f"{book.title_zh} {book.title_en}",
            book.document.number,
            _both_readings(book),
            _span(book),
            _names(book.exclusions),
            _names(book.cautions),
            _to_enter(book),
        )
        for book in books
    ]
    head = (
        "规则 Rulebook",
        "地方和年份 Place and year",
        "文件 Document",
        "建成 Built",
        "可并入 May join",
        "不纳入 Left out",
        "待定 Left open",
        "意愿 Consent to enter",
    )
    lines = [_INTRODUCTION, *_table(head, rows)]
    for book in books:
        lines += ["", f"## {book.name}", "", f"{book.title_zh} · {book.title_en}", ""]
        lines += [*_documents(book), "", *_conditions(book), "", *_empty(book), "", *_haves(book)]
    return "\n".join(lines) + "\n"


def _documents(book: Rulebook) -> list[str]:
    cited = {citation.document.code: citation.document for citation in _citations(book)}
    cited = {book.document.code: book.document, **cited}
    rows = [
        (one.number, f"{one.title_zh} {one.title_en}", one.issuer, one.date or "—")
        for one in cited.values()
    ]
    return _table(("文号 Number", "文件 Document", "发文 Issued by", "日期 Date"), rows)


def _citations(book: Rulebook) -> list[Citation]:
    absorbed = [] if book.absorb is None else [book.absorb.citation]
    several = (*book.exclusions, *book.cautions, *book.consent, *book.protections)
    single = (book.life_circle.citation, book.thin_data.citation)
    haves = [have.citation for have in book.haves.values()]
    return [
        book.build_date.citation,
        *absorbed,
        *(one.citation for one in several),
        *single,
        *haves,
    ]


def _conditions(book: Rulebook) -> list[str]:
    date, circle, thin = book.build_date, book.life_circle, book.thin_data
    rows = [("建成年份 Year built", f"{_until(date.last_year)}", "不纳入 left out", date.citation)]
    rows += [
        (
            f"另一读法 Another reading: `{name}`",
            f"{_until(year)}",
            "结论不同的逐一注明 noted where it differs",
            date.citation,
        )
        for name, year in date.readings.items()
        if name != date.reading
    ]
    if book.absorb is not None:
        joins = "并入片区，不单独成片 joins a zone, starts none"
        rows.append(("可并入的年份 Years that may join", _span(book), joins, book.absorb.citation))
    for rules, then in ((book.exclusions, "不纳入 left out"), (book.cautions, "待定 left open")):
        rows += [(_named(rule), f"{rule.zh} {rule.en}", then, rule.citation) for rule in rules]
    rows += [
        (f"{gate.zh} {gate.en}", _share(gate.at_least), _STAGES[gate.stage], gate.citation)
        for gate in book.consent
    ]
    rows += [
        (f"{one.zh} {one.en}", "须保护 must be kept", "在片区注明 told for its zone", one.citation)
        for one in book.protections
    ]
    span = f"{circle.from_m:g}–{circle.to_m:g} m"
    rows.append(("15 分钟生活圈步行距离 Walk", span, "缺项的依据 of gaps", circle.citation))
    least = f"{thin.minimum_count}"
    least += "；每处户数 households each: " + ", ".join(
        f"{book.haves[have].zh} {count:,.0f}"
        for have, count in thin.households_per_facility.items()
    )
    rows.append(("数据偏少的界线 Too few to judge", least, "无数据 no data", thin.citation))
    head = ("条件 Condition", "要求 Asked for", "结果 Result", "依据 Clause", "规则 Rule")
    return _table(head, [(*row[:3], _cited(row[3]), row[3].rule) for row in rows])


def _empty(book: Rulebook) -> list[str]:
    words = {
        "note": "结论照旧，并注明 the verdict stands and says so",
        "unknown": "待定 left open",
    }
    flag, consent = words[book.missing_fields.flag], words[book.missing_fields.consent]
    return [f"未填的字段 Empty fields: {flag}。未填的意愿比例 Empty shares of consent: {consent}。"]


def _haves(book: Rulebook) -> list[str]:
    rows = [
        (
            f"{have.zh} {have.en}",
            _cited(have.citation),
            have.bureau,
            have.bureau_clause or "—",
        )
        for have in book.haves.values()
    ]
    head = ("九有 Have", "依据 Clause", "牵头部门 Bureau", "部门依据 Its clause")
    return _table(head, rows)


def _cited(cited: Citation) -> str:
    return cited.text + (f"「{cited.quote}」" if cited.quote else "")


def _until(year: int) -> str:
    return f"{year} 年底前 by the end of {year}"


def _span(book: Rulebook) -> str:
    return "—" if book.absorb is None else f"{book.absorb.from_year}–{book.absorb.to_year}"


def _share(at_least: float | None) -> str:
    if at_least is None:
        return "须有调查，文件未定比例 a survey, no figure"
    return f"≥ {at_least * _PERCENT:.6g}%"


def _named(rule: FlagRule) -> str:
    zh, en = caption_of(rule.column)
    return f"「{zh}」{en} = {_YES_NO[rule.when]}"


def _both_readings(book: Rulebook) -> str:
    date = book.build_date
    others = "".join(f"；或读作 or {year}" for year in date.other_last_years)
    return f"{_until(date.last_year)}{others}（{date.citation.text}）"


def _to_enter(book: Rulebook) -> str:
    gates = [gate for gate in book.consent if gate.stage == "enter"]
    return "；".join(f"{gate.zh} {_share(gate.at_least)}" for gate in gates) or "—"


def _names(rules: tuple[FlagRule, ...]) -> str:
    names = [
        caption_of(rule.column)[0] + ("" if rule.when else f"：{_YES_NO[rule.when]}")
        for rule in rules
    ]
    return "；".join(names) or "—"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows
    ]
