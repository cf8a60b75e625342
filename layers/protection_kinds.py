"""Kinds of what renovation must keep, read from a bureau's words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers.tables import PROTECTED_KINDS

KNOWN: Final[dict[str, str]] = {
    "old_tree": "古树|名木|古树名木|名木古树|老树|古大树|古树群|古树名木群|trees?|old trees?|"
    "ancient trees?|famous trees?|old and famous trees?",
    "relic": "文物|文物古迹|文保|文保单位|文物保护单位|文物保护点|文物点|不可移动文物|文物建筑|"
    "尚未核定公布为文物保护单位的不可移动文物|古迹|遗址|古遗址|古城遗址|古文化遗址|遗迹|旧址|"
    "革命旧址|革命遗址|革命文物|故居|名人故居|城墙|古城墙|城址|古墓|古墓葬|墓葬|石刻|石窟寺|"
    "石窟寺及石刻|碑|石碑|碑刻|古塔|古桥|古井|古寺|古建|古建筑|近现代重要史迹|"
    "近现代重要史迹及代表性建筑|relics?|cultural relics?|monuments?|heritage|heritage sites?|"
    "archaeological sites?",
    "historic_area": "历史文化街区|历史街区|历史文化保护街区|历史地段|历史文化保护区|历史风貌区|"
    "历史文化风貌区|风貌区|传统街区|名镇|名村|历史文化名镇|历史文化名村|紫线|城市紫线|"
    "历史文化保护|historic areas?|historic districts?|conservation areas?",
    "historic_building": "历史建筑|近现代建筑|老建筑|风貌建筑|历史风貌建筑|传统建筑|传统风貌建筑|"
    "historic buildings?|listed buildings?|heritage buildings?",
    "historic_city": "历史城区|古城|古城区|名城|历史文化名城|historic city|old city",
}
"""Words that say a kind by themselves, with or without a grade."""

PARTS: Final[dict[str, str]] = {
    "old_tree": r"古树名木|古树|名木|老树|\b(?:old|ancient|famous) trees?\b",
    "relic": "文物|文保|古迹|遗址|遗迹|旧址|故居|城墙|古墓|墓葬|石刻|石碑|碑刻|碑$|古塔|古桥|"
    r"古井|古寺|古建|\brelics?\b|\bmonuments?\b|\bheritage\b|\barchaeolog",
    "historic_area": "历史文化街区|历史街区|传统街区|历史地段|风貌区|名镇|名村|历史文化保护|紫线|"
    r"\bhistoric (?:area|district)s?\b|\bconservation areas?\b",
    "historic_building": "历史建筑|近现代建筑|老建筑|风貌建筑|传统建筑|"
    r"\b(?:historic|listed|heritage) buildings?\b",
    "historic_city": r"历史城区|古城|名城|\b(?:historic|old) city\b",
}
"""Parts of longer words that point to a kind: read with a doubt."""

GRADE: Final = (
    "(?:世界|全国|国家|自治区|直辖市|地区|省|市|县|区|级|重点|一般|优秀|未定级|"
    "[一二三四特]级|第[一二三四五六七八九十0-9]+批|"
    "(?:national|state|provincial|municipal|city|county|district|listed|protected|key|"
    "(?:grade|class|level) [0-9i]+|first|second|third)(?: |-level |-class |-grade |$))*"
)
"""Grades in front of a known word, or in brackets behind it."""

NEGATED: Final = re.compile(
    "非(?!物质)|不是|不属于|不再|不算|不含|^不(?!可移动)|^无(?!名)|没有|未(?!定级)|撤销|取消|注销|"
    "已拆|已毁|已死|不存|灭失|枯死|^原|拟|申报|推荐|候选|后备|后续|备选|待定|待核|待公布|疑似|"
    "潜在|预备|建议|线索|储备|"
    r"\b(?:not?|non|never|without|former|formerly|proposed|candidates?|reserve|potential|possible|"
    r"delisted|dead|demolished|pending|planned)\b"
)
"""A no, a no longer, or a not yet."""

ELSE: Final = re.compile(
    "(?:商店|小学|中学|学校|大学|幼儿园|公司|厂|路|街|巷|大道|胡同|酒店|宾馆|饭店|市场|超市|商城|"
    "局|所|馆|站|社区|小区|花园|公园|广场|医院|中心|村委会|"
    r"\b(?:shop|store|school|company|road|street|avenue|hotel|market|museum)s?)$"
)
"""Ends of the names of places that are only called after a thing to keep."""

_LONGEST: Final = 200
"""Characters of a cell that are read: what is longer is a text, and never read whole."""

_BETWEEN: Final = re.compile(r"[、,;/|+&]|和|与|及|兼|\band\b")
_BRACKETS: Final = re.compile(rf"\({GRADE}\)$")
_EXACT: Final = {kind: re.compile(f"{GRADE}(?:{words})") for kind, words in KNOWN.items()}
_PARTS: Final = {kind: re.compile(parts) for kind, parts in PARTS.items()}
_ASIDE: Final = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


@dataclass(frozen=True, kw_only=True)
class KindReading:
    """What a word says: the kind, other kinds that it names, and whether all of it was read."""

    kind: str
    others: tuple[str, ...] = ()
    is_whole: bool = True
    is_negated: bool = False


def read_kind(word: str) -> KindReading:
    """Read the kind of a thing from the contract's or a bureau's word.

    Notes
    -----
    Known words, with or without a grade, are read whole. Of a word that only holds a known one the
    part that ends last decides (古城里的古树 is a tree), unless the word ends like the name of a
    shop, a school, a street. A word with a no, a no longer or a not yet is no kind. Of several
    words in one cell the first kind is the kind.
    """
    folded = _fold(word)
    whole = _read_whole(folded)
    if whole is not None and len(word) <= _LONGEST:
        return KindReading(kind=whole)
    named, is_whole = [], len(word) <= _LONGEST
    for piece in filter(None, _BETWEEN.split(folded)):
        kind = _read_whole(piece.strip())
        found = [kind] if kind is not None else _read_parts(piece.strip())
        is_whole &= kind is not None
        named += found
    kinds = tuple(dict.fromkeys(named))
    if NEGATED.search(folded):
        return KindReading(kind="other", is_whole=not kinds, is_negated=bool(kinds))
    if not kinds:
        is_called = bool(list(_spots(folded)))
        return KindReading(kind="other", is_whole=not is_called)
    return KindReading(kind=kinds[0], others=kinds[1:], is_whole=is_whole)


def kind_of_file(name: str) -> str:
    """Read a kind from a file's name; ``other`` where it names none or several."""
    read = read_kind(Path(name).stem.replace("_", " "))
    return "other" if read.others else read.kind


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word[:_LONGEST]).casefold().strip()
    return _ASIDE.sub("", plain)


def _read_whole(folded: str) -> str | None:
    if folded in PROTECTED_KINDS:
        return folded
    plain = _BRACKETS.sub("", folded)
    return next((kind for kind, known in _EXACT.items() if known.fullmatch(plain)), None)


def _read_parts(piece: str) -> list[str]:
    """Give the kinds of which a part stands in a longer word, the one that ends last first."""
    if ELSE.search(piece):
        return []
    spots = sorted(_spots(piece), key=lambda spot: (-spot[1], spot[0]))
    return list(dict.fromkeys(kind for _, _, kind in spots))


def _spots(text: str) -> Iterator[tuple[int, int, str]]:
    """Give start, end and kind of every part that is not within a longer one of another kind."""
    found = [
        (*match.span(), kind) for kind, parts in _PARTS.items() for match in parts.finditer(text)
    ]
    for start, end, kind in found:
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, _ in found):
            yield start, end, kind
