"""What stands in the cells of a column: numbers, shares, yes or no, years, codes, text."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from layers.fields import Kind, fold
from layers.printable import printable
from layers.years import Years, is_blank, read_years

Raw = str | int | float | bool | dt.datetime | dt.date | dt.time | None
"""A cell as a workbook gives it."""

Value = str | float | bool | Years | None
"""A cell as it is understood; None is missing."""

Reason = Literal[
    "number_text",
    "about",
    "unit",
    "percent",
    "share_doubtful",
    "flag",
    "year",
    "code_text",
    "trimmed",
    "unreadable",
]
"""Why a cell differs from what stands in the file."""

AREA_FACTORS: Final[Mapping[str, Decimal]] = {
    "": Decimal(1),
    "m2": Decimal(1),
    "平方米": Decimal(1),
    "平米": Decimal(1),
    "万m2": Decimal(10_000),
    "万平方米": Decimal(10_000),
    "万平米": Decimal(10_000),
    "公顷": Decimal(10_000),
    "hm2": Decimal(10_000),
    "ha": Decimal(10_000),
    # 15 mu are one hectare.
    "亩": Decimal(10_000) / Decimal(15),
}
MONEY_FACTORS: Final[Mapping[str, Decimal]] = {
    "": Decimal(1),
    "元": Decimal(1),
    "万元": Decimal(10_000),
    "亿元": Decimal(100_000_000),
}
COUNT_FACTORS: Final[Mapping[str, Decimal]] = {
    **dict.fromkeys(("", *"户套栋幢个人层部辆"), Decimal(1)),
    **dict.fromkeys(("万", "万户", "万人"), Decimal(10_000)),
}
_FACTORS: Final[Mapping[Kind, Mapping[str, Decimal]]] = {
    "area": AREA_FACTORS,
    "money": MONEY_FACTORS,
    "number": COUNT_FACTORS,
}
_MOST: Final[Mapping[Kind, float]] = {"area": 1e9, "money": 1e13, "number": 1e7}
"""m², yuan, and a count: more than the largest city district has in all."""

_NUMBER: Final = re.compile(
    r"(?P<about>大约|约)?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?"
    r"(?P<more>余|多|\+)?(?P<unit>[^\d.,+-]*?(?:m2)?)(?P<after>左右|余|多|\+)?"
)
_YES: Final = frozenset(
    ("是", "有", "y", "yes", "t", "true", "1", "√", "✓", "✔", "对", "已纳入", "已实施", "属于")
)
_NO: Final = frozenset(
    ("否", "无", "没有", "n", "no", "f", "false", "0", "×", "x", "✗", "错", "未纳入", "未实施")
)
_SAFE: Final = re.compile(r"[ab](?:级|类)?|安全|基本安全")
_UNSAFE: Final = re.compile(r"[cd](?:级|类)?|危房|危险|不安全|局部危险|整幢危房")
_ERROR_CELL: Final = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", re.IGNORECASE)
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Reading:
    """One cell as it was understood, and why it differs from the file, if it does."""

    value: Value
    reason: Reason | None = None


_UNREADABLE: Final = Reading(None, "unreadable")


def read_column(
    cells: Sequence[Raw],
    kind: Kind,
    *,
    unit: str = "",
    percent: Collection[int] = (),
    yes_means_unsafe: bool = False,
) -> list[Reading]:
    """Read the cells of one column.

    Parameters
    ----------
    cells
        The cells as the file gives them.
    kind
        What the column holds.
    unit
        Unit from the header: ``万m2``, ``万元``, ``%``; a unit in a cell goes before it.
    percent
        Places of cells that the workbook shows as percents: their value is a share already.
    yes_means_unsafe
        For ``safety``: the column asks 「是否危房」.

    Returns
    -------
    list of Reading
        One for each cell. Areas are in m², money in yuan, shares 0 to 1. An unreadable cell has no
        value and the reason ``unreadable``; a blank one has neither.

    Notes
    -----
    A share may be written 75%, 75 under a header with %, or 0.75. In a column where some bare
    numbers exceed 1, a bare number above 0 and up to 1 could be a share or a percent: it is read as
    a share and marked ``share_doubtful``.
    """
    if kind == "share":
        return _read_shares(cells, unit=unit, percent=percent)
    readers: Mapping[Kind, Callable[[Raw], Reading]] = {
        "id": _read_code,
        "text": _read_text,
        "number": lambda cell: _read_amount(cell, unit, "number"),
        "area": lambda cell: _read_amount(cell, unit, "area"),
        "money": lambda cell: _read_amount(cell, unit, "money"),
        "flag": _read_flag,
        "safety": _read_unsafe if yes_means_unsafe else _read_safety,
        "year": _read_year,
    }
    read = readers[kind]
    return [Reading(None) if _says_nothing(cell, kind) else read(cell) for cell in cells]


def text_of(cell: Raw) -> str:
    """Write a cell as a person would read it: whole numbers without a point, dates as ISO."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def read_number(cell: Raw, *, unit: str, factors: Mapping[str, Decimal]) -> Reading:
    """Read a number that is not negative, in the base unit of `factors`.

    Parameters
    ----------
    cell
        A number, or text such as 1,234 · １２３４ · 约1200 · 1.2万㎡ · 36户.
    unit
        Unit of the column; a unit that `factors` does not know counts as none.
    factors
        Unit to multiplier.
    """
    of_column = factors.get(unit, Decimal(1))
    if isinstance(cell, bool) or cell is None or isinstance(cell, dt.date | dt.time):
        return _UNREADABLE
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or cell < 0:
            return _UNREADABLE
        scaled = float(Decimal(str(cell)) * of_column)
        return Reading(scaled, "unit" if of_column != 1 else None)
    found = _NUMBER.fullmatch(fold(cell))
    if found is None or found["unit"] not in factors:
        return _UNREADABLE
    factor = factors[found["unit"]] if found["unit"] else of_column
    digits = found["digits"].replace(",", "") + (found["fraction"] or "")
    reason: Reason = "unit" if factor != 1 else "number_text"
    if found["about"] or found["more"] or found["after"]:
        reason = "about"
    return Reading(float(Decimal(digits) * factor), reason)


def _read_amount(cell: Raw, unit: str, kind: Kind) -> Reading:
    """Read a number that one community could have; a larger one is a slip of the hand."""
    reading = read_number(cell, unit=unit, factors=_FACTORS[kind])
    too_much = isinstance(reading.value, float) and reading.value > _MOST[kind]
    return _UNREADABLE if too_much else reading


def decimals_of(cell: Raw) -> int:
    """Count the decimals that a printed number has; 0 for what is no number."""
    found = re.search(r"\.(\d+)", fold(text_of(cell)))
    return len(found[1]) if found else 0


def _says_nothing(cell: Raw, kind: Kind) -> bool:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    if kind in {"flag", "safety"}:
        # 无 answers a question of yes and no; elsewhere it says that nothing is known.
        return fold(text_of(cell)) in {"", "-", "/", "--", "不详", "未知"}
    if kind == "text":
        return not text_of(cell).strip()
    return is_blank(text_of(cell))


def _read_code(cell: Raw) -> Reading:
    written = text_of(cell)
    if _ERROR_CELL.fullmatch(written):
        return _UNREADABLE
    clean = re.sub(r"\s+", "", printable(written))
    if not isinstance(cell, str):
        return Reading(clean)
    return Reading(clean, "trimmed" if clean != written else None)


def _read_text(cell: Raw) -> Reading:
    written = text_of(cell)
    if _ERROR_CELL.fullmatch(written):
        return _UNREADABLE
    clean = re.sub(r"\s*[\r\n]+\s*", " ", printable(written)).strip()
    return Reading(clean, "trimmed" if clean != written else None)


def _read_flag(cell: Raw) -> Reading:
    if isinstance(cell, bool):
        return Reading(cell)
    word = fold(text_of(cell))
    if word in _YES or word in _NO:
        return Reading(word in _YES, "flag")
    return _UNREADABLE


def _read_safety(cell: Raw) -> Reading:
    word = fold(text_of(cell))
    if _SAFE.fullmatch(word):
        return Reading(value=True, reason="flag")
    if _UNSAFE.fullmatch(word):
        return Reading(value=False, reason="flag")
    return _read_flag(cell)


def _read_unsafe(cell: Raw) -> Reading:
    reading = _read_flag(cell)
    if isinstance(reading.value, bool):
        return Reading(not reading.value, "flag")
    return _read_safety(cell)


def _read_year(cell: Raw) -> Reading:
    if isinstance(cell, dt.date):
        return Reading(Years(cell.year, cell.year, "stated"), "year")
    years = read_years(text_of(cell))
    if years is None:
        return _UNREADABLE
    plain = isinstance(cell, int | float) and years.confidence == "stated" and cell == years.last
    return Reading(years, None if plain else "year")


def _read_shares(cells: Sequence[Raw], *, unit: str, percent: Collection[int]) -> list[Reading]:
    bare: dict[int, Decimal] = {}
    readings: list[Reading] = []
    for place, cell in enumerate(cells):
        if _says_nothing(cell, "share"):
            readings.append(Reading(None))
            continue
        number, signed = _percent_or_number(cell)
        if number is None:
            readings.append(_UNREADABLE)
        elif signed:
            readings.append(_as_share(number / _HUNDRED, "percent"))
        elif place in percent:
            readings.append(_as_share(number, None))
        else:
            bare[place] = number
            readings.append(_UNREADABLE)
    in_percents = any(number > 1 for number in bare.values())
    for place, number in bare.items():
        if number > 1 or number == 0:
            reason: Reason | None = "percent" if number else None
            readings[place] = _as_share(number / _HUNDRED, reason)
        else:
            doubtful = in_percents or unit == "%"
            readings[place] = _as_share(number, "share_doubtful" if doubtful else None)
    return readings


def _percent_or_number(cell: Raw) -> tuple[Decimal | None, bool]:
    if isinstance(cell, bool):
        return None, False
    if isinstance(cell, int | float):
        return (Decimal(str(cell)) if math.isfinite(cell) else None), False
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(%?)", fold(text_of(cell)))
    if found is None:
        return None, False
    return Decimal(found[1]), bool(found[2])


def _as_share(number: Decimal, reason: Reason | None) -> Reading:
    if not 0 <= number <= 1:
        return _UNREADABLE
    return Reading(float(number), reason)
