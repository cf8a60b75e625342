"""Years of building as clerks write them: 1998年, 98年, 90年代, 1985-1992, 2000年以前."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Confidence = Literal["stated", "range", "vague"]
"""``stated``: one year; ``range``: first and last; ``vague``: decade, 约, 以前, two digits."""

EARLIEST: Final = 1850
LATEST: Final = 2099
"""Years outside these are taken for slips of the pen."""

# Two digits: no old community is younger than 2030 or older than 1931.
_PIVOT: Final = 30

_DIGITS: Final = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TENS: Final = re.compile(r"([二三四五六七八九])十年代")
_NOTHING: Final = frozenset({"", "-", "--", "/", "无", "不详", "未知", "不明", "n/a", "na", "none"})
_DASH: Final = r"(?:-|~|至|到)"
_FULL: Final = r"(?:1[89]|20)\d\d"
_MONTH: Final = r"(?:1[0-2]|0?[1-9])"
_DAY: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_DECADES: Final = re.compile(
    rf"(?:20世纪|上世纪)?(?P<tens>(?:(?:1[89]|20)?\d0)(?:(?:{_DASH}|[,、])(?:1[89]|20)?\d0)*)(?:年代|s)"
)
_DATE: Final = re.compile(
    rf"(?P<year>{_FULL})"
    rf"(?:年(?:{_MONTH}月(?:{_DAY}日?)?)?"
    rf"|([./-]){_MONTH}(?:\2{_DAY})?(?!\d)(?!年)"
    rf"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?!\d)(?!年))?"
)
# 98年, a bare 98, and the 98 of 1995-98; a bare 05 or 12 could be anything and is not read.
_SHORT: Final = re.compile(
    rf"(?<![\d|.])(?P<year>\d\d)年(?:{_MONTH}月)?|^(?P<bare>[5-9]\d)$"
    rf"|(?<=\|-)(?P<end>\d\d)(?!\d)年?|(?<![\d|.])(?P<start>[5-9]\d)(?={_DASH}\d\d年)"
)
_BEFORE: Final = re.compile(r"(?:年?(?:底|末)?(?:及其?)?(?:以|之)?前)(?!后)")
_AFTER: Final = re.compile(r"(?:年?(?:底|末)?(?:及其?)?(?:以|之)后)")
_ABOUT: Final = re.compile(r"大约|大概|约|左右|前后|估计|[?]")
# Words that may stand around a year and change nothing.
_FILLER: Final = re.compile(
    r"(?:陆续)?(?:建成|建设|建造|竣工|修建|投入使用|交付|入住|始建|建)于?|第?[\d一二三四五六七八九十]+期|"
    r"年|初|中期|后期|底|末|期|[,;.()/:、]|-|~|至|到|于|和|及|分"
)


@dataclass(frozen=True)
class Years:
    """First and last year that a text allows; None where the text leaves that side open."""

    first: int | None
    last: int | None
    confidence: Confidence


def is_blank(text: object) -> bool:
    """Tell whether a cell says nothing: empty, 不详, 无, a dash."""
    return _plain(text) in _NOTHING


def read_years(text: object) -> Years | None:
    """Read the year or years of building in a cell.

    Parameters
    ----------
    text
        The cell as text; full-width digits and Chinese numerals are understood.

    Returns
    -------
    Years or None
        None when the text holds no year, a year outside 1850 to 2099, or words that are not
        understood: nothing is guessed from half a text.

    Notes
    -----
    「2000年以前」, 「2000前」 and 「2000年底前」 all give ``last = 2000`` with ``first`` open;
    whether 「以前」 includes the year itself is a question of the rulebook (RULES E03), so it is
    ``vague``. 「1998-05」 is May 1998, 「1995-98」 is 1995 to 1998. Two digits with 年 up to 30
    belong to the 2000s.

    Examples
    --------
    >>> read_years("90年代")
    Years(first=1990, last=1999, confidence='vague')
    """
    plain = _plain(text)
    if plain in _NOTHING:
        return None
    rest, spans, vague = _take_decades(plain)
    rest, years, shortened = _take_years(rest)
    spans += years
    about = bool(_ABOUT.search(rest))
    rest = _ABOUT.sub("", rest)
    before, rest = _take(_BEFORE, rest)
    after, rest = _take(_AFTER, rest)
    if not spans or (before and after) or _FILLER.sub("", rest):
        return None
    first: int | None = min(low for low, _ in spans)
    last: int | None = max(high for _, high in spans)
    if not (first is not None and last is not None and first >= EARLIEST and last <= LATEST):
        return None
    if before:
        first = None
    if after:
        last = None
    vague = vague or about or before or after or shortened
    if vague:
        return Years(first, last, "vague")
    return Years(first, last, "stated" if first == last else "range")


def _plain(text: object) -> str:
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    folded = re.sub(r"\s+", "", folded)
    folded = re.sub(r"[—–―−﹣～〜]+", "-", folded).replace("~", "-")
    folded = _TENS.sub(lambda found: f"{found[1].translate(_DIGITS)}0年代", folded)
    folded = re.sub(r"二十世纪", "20世纪", folded)
    # 一期 stays a phase; only runs of numerals that make a year are turned into digits.
    return re.sub(
        r"[〇零○一二三四五六七八九]{2,4}(?=年|$|-|至|到)", lambda f: f[0].translate(_DIGITS), folded
    )


def _take_decades(text: str) -> tuple[str, list[tuple[int, int]], bool]:
    spans: list[tuple[int, int]] = []
    for found in _DECADES.finditer(text):
        for ten in re.findall(r"\d+", found["tens"]):
            # 00年代, 10年代 and 20年代 of a community still standing are this century's.
            start = int(ten) if len(ten) == len("1990") else _century(int(ten))
            spans.append((start, start + 9))
    return _DECADES.sub("|", text).replace("|", ""), spans, bool(spans)


def _take_years(text: str) -> tuple[str, list[tuple[int, int]], bool]:
    spans: list[tuple[int, int]] = []

    def take(found: re.Match[str]) -> str:
        year = int(found["year"])
        spans.append((year, year))
        return "|"

    rest = _DATE.sub(take, text)
    short = len(spans)

    def take_short(found: re.Match[str]) -> str:
        year = _century(int(next(group for group in found.groups() if group is not None)))
        spans.append((year, year))
        return "|"

    rest = _SHORT.sub(take_short, rest)
    # 1995-98 is a full range; a bare 98 is vague.
    return rest.replace("|", ""), spans, len(spans) > short and short == 0


def _century(two_digits: int) -> int:
    return two_digits + (2000 if two_digits <= _PIVOT else 1900)


def _take(pattern: re.Pattern[str], text: str) -> tuple[bool, str]:
    rest, times = pattern.subn("", text)
    return times > 0, rest
