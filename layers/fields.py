"""Column names of ledgers and attribute tables: which canonical field a header stands for."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

Kind = Literal["id", "text", "number", "area", "money", "share", "flag", "safety", "year"]
"""How the cells of a field are read."""

KINDS: Final[Mapping[str, Kind]] = {
    "community_id": "id",
    "zone_id": "id",
    **dict.fromkeys(
        (
            "buildings",
            "units",
            "households",
            "residents",
            "elderly_population",
            "children_population",
            "parking_spaces",
            "vehicles",
            "charging_points",
            "gates",
        ),
        "number",
    ),
    **dict.fromkeys(
        ("floor_area_m2", "land_area_m2", "green_area_m2", "illegal_area_m2"),
        "area",
    ),
    **dict.fromkeys(
        (
            "investment_total",
            "fund_central",
            "fund_province",
            "fund_local",
            "fund_bond",
            "fund_resident",
            "fund_utility",
            "fund_social",
        ),
        "money",
    ),
    **dict.fromkeys(
        (
            "participation_share",
            "agreement_share",
            "scheme_vote_share",
            "satisfaction_survey_share",
            "satisfaction_share",
            "green_share",
        ),
        "share",
    ),
    **dict.fromkeys(
        (
            "excl_shantytown",
            "excl_demolition",
            "excl_self_built",
            "excl_urban_village",
            "excl_sangongyiye",
            "excl_outside_town",
        ),
        "flag",
    ),
    "structure_safe": "safety",
    "year_built_from": "year",
    "year_built_to": "year",
}
"""Fields that are more than text; every other field is read as text."""

PERSONAL: Final = ("surveyor", "responsible_person", "phone")
"""Fields about persons: they stay in the ledger and never enter a table of results."""

ROW_NUMBER: Final = "序号"
"""Header of a column that counts rows: never a code."""

WEAK_CODES: Final = (ROW_NUMBER, "项目编号", "xmbh", "id", "code", "编码", "代码")
"""Headers of codes that are often row numbers or repeat; used only where every value differs."""

_UNITS: Final = (
    "万平方米",
    "万平米",
    "万m2",
    "平方米",
    "平米",
    "m2",
    "公顷",
    "hm2",
    "ha",
    "亩",
    "亿元",
    "万元",
    "元",
    "%",
    "户",
    "套",
    "栋",
    "幢",
    "个",
    "人",
    "年",
    "层",
    "部",
    "辆",
)
_BRACKETS: Final = re.compile(r"[(\[{【〔](?P<inside>[^()\[\]{}【】〔〕]*)[)\]}】〕]")
_ODD: Final = str.maketrans({"㎡": "m2", "²": "2", "〔": "(", "〕": ")", "【": "(", "】": ")"})
# A DBF name holds ten bytes: five characters of GBK, three of UTF-8. A name of nine bytes may be
# one whose last character did not fit.
_DBF_BYTES: Final = (9, 10)


@dataclass(frozen=True, kw_only=True)
class FieldMatches:
    """What the headers of one table stand for.

    Parameters
    ----------
    columns
        Canonical field to header.
    units
        Header to the unit that stands in it, folded: ``万m2``, ``万元``, ``%``.
    cut
        Header to canonical field, where the header was read as a name cut at ten bytes.
    doubts
        Cut headers that could stand for several fields, with these fields, the chosen one first;
        nothing is chosen when the header is not among `cut`.
    passed_over
        Header to the field that a better header of the same table stands for.
    """

    columns: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    cut: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passed_over: Mapping[str, str] = field(default_factory=dict)


def fold(text: object) -> str:
    """Fold width, case and space away, so that spellings of one name compare equal."""
    plain = unicodedata.normalize("NFKC", str(text).translate(_ODD))
    return re.sub(r"[\s*:]+", "", plain).casefold()


def split_unit(header: object) -> tuple[str, str]:
    """Split a header into its folded name and the unit in its last bracket, or at its end.

    Returns
    -------
    tuple
        ``(name, unit)``; the unit is empty when there is none. Brackets that hold no unit stay in
        the name: 小区（楼栋）名称.
    """
    name = fold(header)
    for found in reversed(list(_BRACKETS.finditer(name))):
        inside = found["inside"].removeprefix("单位").lstrip(":,")
        if inside in _UNITS:
            return name[: found.start()] + name[found.end() :], inside
    for unit in ("万平方米", "万平米", "万m2", "m2", "万元", "%"):
        if name.endswith(unit) and name != unit:
            return name.removesuffix(unit).rstrip("/,_-"), unit
    return name, ""


def is_unit(text: object) -> bool:
    """Tell whether a cell holds nothing but a unit, with or without brackets."""
    return fold(text).strip("()[]") in _UNITS


def unit_in(text: object, *, among: Iterable[str]) -> str:
    """Find the first of some units in a note such as 「单位：户、万㎡、万元」; empty when none."""
    parts = re.split(r"[,;、/|()]", fold(text).removeprefix("单位"))
    wanted = set(among)
    return next((part for part in parts if part in wanted), "")


def match_fields(headers: Iterable[str], *, given: Mapping[str, str]) -> Mapping[str, str]:
    """Match headers to canonical fields: `find_fields` without the account.

    Parameters
    ----------
    headers
        Column names as the file has them.
    given
        Canonical field to header, as the job file says; goes before every rule.

    Returns
    -------
    Mapping
        Canonical field to header.
    """
    return find_fields(headers, given=given).columns


def find_fields(headers: Iterable[str], *, given: Mapping[str, str]) -> FieldMatches:
    """Find the canonical field of each header, by the list of aliases.

    Width, case, spaces and units in brackets are folded away. Of two headers for one field the one
    that stands earlier in the list of aliases wins (户数 before 套数), then the one that stands
    earlier in the table. A header of nine or ten bytes that is no alias is read as a name cut by
    the DBF format when all aliases that begin with it mean one field; where they mean several, a
    Chinese header is given to the field of the shortest such alias, and the doubt is told.

    Parameters
    ----------
    headers
        Column names as the file has them.
    given
        Canonical field to header, as the job file says; goes before every rule. Names that are not
        among the headers are the caller's to report.

    Returns
    -------
    FieldMatches
        Fields found, units, and what was cut, doubtful or passed over.
    """
    names = [str(header) for header in headers]
    units = {name: unit for name in names if (unit := split_unit(name)[1])}
    chosen = {canonical: header for canonical, header in given.items() if header in names}
    taken = set(chosen.values())
    cut: dict[str, str] = {}
    doubts: dict[str, tuple[str, ...]] = {}
    ranked: list[tuple[int, int, int, str, str]] = []
    for place, name in enumerate(names):
        if name in taken:
            continue
        exact = _aliases().get(fold(name)) or _aliases().get(split_unit(name)[0])
        if exact is not None:
            ranked.append((0, exact[1], place, name, exact[0]))
            continue
        choices = _uncut(name)
        if len(choices) > 1:
            doubts[name] = choices
        if choices and (len(choices) == 1 or not name.isascii()):
            cut[name] = choices[0]
            ranked.append((1, _aliases()[_shortest(choices[0])][1], place, name, choices[0]))
    passed: dict[str, str] = {}
    for _, _, _, name, canonical in sorted(ranked):
        if canonical in chosen:
            passed[name] = canonical
        else:
            chosen[canonical] = name
    return FieldMatches(columns=chosen, units=units, cut=cut, doubts=doubts, passed_over=passed)


def is_canonical(name: str) -> bool:
    """Tell whether a column has the name of a field that the list of aliases knows."""
    return name in _canonical_names()


def canonical_fields() -> tuple[str, ...]:
    """List the fields that the list of aliases knows, in order."""
    return tuple(sorted(_canonical_names()))


def canonical_of(name: str) -> str | None:
    """Give the field that a header stands for by itself; None if the list does not know it."""
    found = _aliases().get(fold(name)) or _aliases().get(split_unit(name)[0])
    return None if found is None else found[0]


def _uncut(name: str) -> tuple[str, ...]:
    """Name the fields that a cut header may stand for, the one with the shortest alias first."""
    folded = fold(name).rstrip("([")
    lengths = {len(name.encode("utf-8"))}
    if not name.isascii():
        lengths.add(len(name.encode("gb18030")))
    if not lengths & set(_DBF_BYTES):
        return ()
    if folded in _aliases():
        return (_aliases()[folded][0],)
    fits = sorted((len(alias), alias) for alias in _aliases() if alias.startswith(folded))
    return tuple(dict.fromkeys(_aliases()[alias][0] for _, alias in fits))


def _shortest(canonical: str) -> str:
    return min((a for a, (c, _) in _aliases().items() if c == canonical), key=lambda a: (len(a), a))


@lru_cache(maxsize=1)
def _canonical_names() -> frozenset[str]:
    return frozenset(canonical for canonical, _ in _aliases().values())


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, tuple[str, int]]:
    """Folded alias to canonical field and rank in the list; brackets with units removed as well."""
    table: dict[str, tuple[str, int]] = {}
    text = files("layers").joinpath("data/field_aliases.csv").read_text(encoding="utf-8-sig")
    for rank, row in enumerate(csv.DictReader(text.splitlines())):
        for spelling in (fold(row["alias"]), split_unit(row["alias"])[0]):
            table.setdefault(spelling, (row["canonical"], rank))
        # A column that the reader of vector files has renamed is what the job asked for.
        table[row["canonical"]] = (row["canonical"], -1)
    return table
