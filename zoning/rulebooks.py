"""Rulebooks: places' rules as data, each value with its document and clause.

A rulebook is one TOML file. The shipped ones lie beside this module; a place makes its own from a
copy of one. Figures that nobody has checked against the official text carry ``confirmed = false``
and are refused where they would decide something.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, cast

from layers.errors import RulebookError
from layers.tables import CATEGORIES, COMMUNITIES
from layers.toml_faults import toml_fault
from zoning.rulebook_form import Fault, Form
from zoning.rules import (
    STAGES,
    Absorb,
    BuildDate,
    Citation,
    ConsentGate,
    Document,
    FlagRule,
    Have,
    LifeCircle,
    MissingFields,
    Protection,
    Rulebook,
    ThinData,
)

__all__ = ["Rulebook", "read_rulebook", "shipped_rulebooks"]

_YEARS: Final = (1900, 2100)
_FLAGS: Final = tuple(
    str(name) for name, column in COMMUNITIES.columns.items() if str(column.dtype) == "boolean"
)


def shipped_rulebooks() -> tuple[str, ...]:
    """Name the shipped rulebooks, sorted."""
    folder = files("zoning").joinpath("rulebooks")
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        )
    )


def read_rulebook(name_or_path: str | Path) -> Rulebook:
    """Read a shipped rulebook by name, or one's own by path.

    Parameters
    ----------
    name_or_path
        Name of a shipped rulebook (``yanshi_2021``), or the path of a TOML file: a text that ends
        in ``.toml`` or holds a slash is a path.

    Returns
    -------
    Rulebook
        The rules; equal files give equal rules.

    Raises
    ------
    RulebookError
        If there is no such rulebook (the shipped ones are listed), if the file cannot be read as
        TOML in UTF-8, or if it breaks the form: every fault is listed, an unknown key with the
        nearest known one.
    """
    spec = str(name_or_path)
    if isinstance(name_or_path, Path) or spec.endswith(".toml") or "/" in spec or "\\" in spec:
        path = Path(name_or_path)
        return _parse(path.stem, str(path), _read_file(path))
    shipped = shipped_rulebooks()
    if spec not in shipped:
        near = difflib.get_close_matches(spec, shipped, n=1)
        hint_en = f" Did you mean {near[0]!r}?" if near else ""
        hint_zh = f"是否想写 {near[0]!r}？" if near else ""
        raise RulebookError(
            en=f"rulebook {spec!r} is unknown; shipped: {', '.join(shipped)}.{hint_en} "
            "Name one of these, or give the path of your own .toml file.",
            zh=f"没有政策规则 {spec!r}；自带的有：{'、'.join(shipped)}。{hint_zh}"
            "请填写其中之一，或给出自己的 .toml 文件路径。",
        )
    resource = files("zoning").joinpath("rulebooks", f"{spec}.toml")
    return _parse(spec, f"{spec}.toml", resource.read_bytes())


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RulebookError(
            en=f"rulebook {str(path)!r} cannot be read ({type(error).__name__}); check the path, "
            f"or name a shipped rulebook: {', '.join(shipped_rulebooks())}.",
            zh=f"政策规则文件 {str(path)!r} 无法读取（{type(error).__name__}）；请检查路径，"
            f"或填写自带的规则：{'、'.join(shipped_rulebooks())}。",
        ) from error


def _parse(name: str, where: str, raw: bytes) -> Rulebook:
    try:
        text = raw.decode("utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise RulebookError(
            en=f"rulebook {where!r} is not UTF-8 (byte {error.start}); save it as UTF-8.",
            zh=f"政策规则文件 {where!r} 不是 UTF-8 编码（第 {error.start} 字节）；请另存为 UTF-8。",
        ) from error
    except tomllib.TOMLDecodeError as error:
        en, zh = toml_fault(error, text)
        raise RulebookError(
            en=f"rulebook {where!r}: {en} Or start again from a copy of a shipped rulebook.",
            zh=f"政策规则文件 {where!r}：{zh}也可从自带规则的副本重新开始。",
        ) from error
    faults: list[Fault] = []
    rulebook = _rulebook(name, Form("", content, faults))
    if faults:
        raise RulebookError(
            en=f"rulebook {where!r} has {len(faults)} fault(s); mend them all and run again:\n  "
            + "\n  ".join(en for en, _ in faults),
            zh=f"政策规则文件 {where!r} 有 {len(faults)} 处错误，请全部改正后重新运行：\n  "
            + "\n  ".join(zh for _, zh in faults),
        )
    return rulebook


def _rulebook(name: str, form: Form) -> Rulebook:
    documents = _documents(form.table("documents"))
    code = form.text("document")
    reader = _Sections(documents)
    rulebook = Rulebook(
        name=name,
        title_zh=form.text("title_zh"),
        title_en=form.text("title_en"),
        document=documents.get(code, _NO_DOCUMENT),
        build_date=reader.build_date(form.table("build_date")),
        absorb=reader.absorb(form.table("absorb")) if form.has("absorb") else None,
        exclusions=tuple(reader.flag_rule(entry) for entry in form.tables("exclusions")),
        cautions=tuple(reader.flag_rule(entry) for entry in form.tables("cautions")),
        consent=tuple(reader.consent(entry) for entry in form.tables("consent")),
        missing_fields=_missing_fields(form.table("missing_fields")),
        haves=reader.haves(form.table("haves")),
        life_circle=reader.life_circle(form.table("life_circle")),
        thin_data=reader.thin_data(form.table("thin_data")),
        protections=tuple(reader.protection(entry) for entry in form.tables("protections")),
    )
    if code and code not in documents:
        form.refuse("document", code, *_one_of(documents))
    form.close()
    return rulebook


_NO_DOCUMENT: Final = Document(code="", number="", title_zh="", title_en="", issuer="", date="")


def _documents(form: Form) -> Mapping[str, Document]:
    documents = {}
    for code in form.keys():  # noqa: SIM118 - a form is no mapping: asking marks its keys as known
        entry = form.table(code)
        documents[code] = Document(
            code=code,
            number=entry.text("number"),
            title_zh=entry.text("title_zh"),
            title_en=entry.text("title_en"),
            issuer=entry.text("issuer"),
            date=entry.text("date", required=False),
        )
        entry.close()
    return documents


def _one_of(words: Mapping[str, object]) -> tuple[str, str]:
    return f"one of {', '.join(words)}", f"{'、'.join(words)} 之一"


def _missing_fields(form: Form) -> MissingFields:
    words: tuple[Literal["note", "unknown"], ...] = ("note", "unknown")
    flag, consent = form.choice("flag", words), form.choice("consent", words)
    form.close()
    return MissingFields(
        flag=cast("Literal['note', 'unknown']", flag),
        consent=cast("Literal['note', 'unknown']", consent),
    )


class _Sections:
    """Readers of the sections that cite documents."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents

    def _cite(self, form: Form) -> Citation:
        code = form.text("document")
        if code and code not in self._documents:
            form.refuse("document", code, *_one_of(self._documents))
        confirmed = form.flag("confirmed", default=True)
        if not confirmed:
            form.refuse(
                "confirmed",
                confirmed,
                "a figure checked against its document before it decides anything",
                "与文件原文核对过的数值，未核对的不得用于判断",
            )
        return Citation(
            document=self._documents.get(code, _NO_DOCUMENT),
            clause=form.text("clause", required=False),
            rule=form.text("rule"),
            quote=form.text("quote", required=False),
        )

    def build_date(self, form: Form) -> BuildDate:
        years = form.table("readings")
        readings = {key: years.whole(key, *_YEARS) for key in years.keys()}  # noqa: SIM118
        reading = form.choice("reading", readings or ("end_of_2000",))
        citation = self._cite(form)
        form.close()
        return BuildDate(reading=reading, readings=MappingProxyType(readings), citation=citation)

    def absorb(self, form: Form) -> Absorb:
        before = len(form.faults)
        first, last = form.whole("from_year", *_YEARS), form.whole("to_year", *_YEARS)
        if len(form.faults) == before and last < first:
            form.refuse(
                "to_year", last, f"at least from_year = {first}", f"不早于 from_year = {first}"
            )
        citation = self._cite(form)
        form.close()
        return Absorb(from_year=first, to_year=last, citation=citation)

    def flag_rule(self, form: Form) -> FlagRule:
        rule = FlagRule(
            column=form.choice("column", _FLAGS),
            when=form.flag("when", default=True),
            zh=form.text("zh"),
            en=form.text("en"),
            citation=self._cite(form),
        )
        form.close()
        return rule

    def consent(self, form: Form) -> ConsentGate:
        gate = ConsentGate(
            stage=cast("Literal['enter', 'start', 'finish']", form.choice("stage", STAGES)),
            column=form.text("column"),
            at_least=form.number("at_least", 0.0, 1.0) if form.has("at_least") else None,
            zh=form.text("zh"),
            en=form.text("en"),
            citation=self._cite(form),
        )
        if gate.column and not gate.column.endswith("_share"):
            form.refuse("column", gate.column, "a column ending in _share", "以 _share 结尾的字段")
        form.close()
        return gate

    def protection(self, form: Form) -> Protection:
        protection = Protection(
            column=form.text("column"),
            zh=form.text("zh"),
            en=form.text("en"),
            citation=self._cite(form),
        )
        form.close()
        return protection

    def haves(self, form: Form) -> Mapping[str, Have]:
        haves = {}
        for category in CATEGORIES:
            entry = form.table(category)
            named = entry.has("bureau_zh")
            haves[category] = Have(
                zh=entry.text("zh"),
                en=entry.text("en"),
                citation=self._cite(entry),
                bureau_zh=entry.text("bureau_zh", required=False),
                bureau_en=entry.text("bureau_en", required=named),
                bureau_clause=entry.text("bureau_clause", required=named),
                practice_zh=entry.text("practice_zh", required=not named),
                practice_en=entry.text("practice_en", required=not named),
            )
            entry.close()
        form.close()
        return MappingProxyType(haves)

    def life_circle(self, form: Form) -> LifeCircle:
        circle = LifeCircle(
            from_m=form.number("from_m", 1.0, 10_000.0),
            to_m=form.number("to_m", 1.0, 10_000.0),
            citation=self._cite(form),
        )
        form.close()
        return circle

    def thin_data(self, form: Form) -> ThinData:
        served = form.table("households_per_facility")
        per = {category: served.number(category, 1.0, 1e9) for category in CATEGORIES}
        served.close()
        thin = ThinData(
            minimum_count=form.whole("minimum_count", 0, 1_000_000),
            households_per_facility=MappingProxyType(per),
            citation=self._cite(form),
        )
        form.close()
        return thin
