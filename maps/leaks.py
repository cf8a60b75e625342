"""Marks of persons in texts that would become public: identity numbers, mobile numbers, plates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from layers.checks import Finding
from layers.counts import counted
from layers.errors import InputError
from maps.words import Both

_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_GAP: Final = r"[\s·•.\-–—]?"
_WIDE: Final = r"[\s·•.\-–—_()]{0,2}"

MARKS: Final[Mapping[str, re.Pattern[str]]] = {
    # GB 11643: 17 digits and a check sign; a wrong check sign is a slip of the pen, not a safeguard
    # Beside letters only where the birthday's digits are a date: codes of objects have letters.
    "identity": re.compile(
        rf"(?<![0-9A-Za-z])(?:\d{_GAP}){{17}}[\dXx](?![0-9A-Za-z])|"
        r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX](?!\d)"
    ),
    "mobile": re.compile(
        rf"(?<!\d)(?:(?:\+|00)?86{_WIDE})?1[3-9]\d{_WIDE}"
        rf"(?:\d{{4}}{_WIDE}\d{{4}}|\d{{3}}{_WIDE}\d{{5}})(?!\d)"
    ),
    # GA 36: province, office, five signs, or six on cars with new energy
    "plate": re.compile(
        rf"[{_PROVINCES}使领]{_GAP}[A-HJ-NP-Z]{_GAP}(?=[A-Z0-9]*\d)[A-HJ-NP-Z0-9]{{4,5}}"
        r"[A-HJ-NP-Z0-9挂学警港澳使领](?![0-9A-Za-z])"
    ),
}
"""What may stand in no public text, by kind."""

KINDS: Final[Mapping[str, Both]] = {
    "identity": ("18 位身份证号", "an 18-digit identity number"),
    "mobile": ("手机号", "a mobile number"),
    "plate": ("车牌号", "a number plate"),
}

_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "communities": ("name", "subdistrict"),
    "facilities": ("name",),
    "streets": ("name",),
    "land": ("name",),
    "zones": (),
}
"""Texts of data that a public map shows, beside the first level of each key."""

_NOT_DATA: Final = frozenset({"words", "codes", "haves", "looks", "piles", "readings"})
"""Parts of a page's document that the toolkit writes itself, or that hold no text."""

_ROWS_OF_DIGITS: Final = frozenset({"status", "flips", "confirmed"})
"""Texts of one digit an answer: of two communities they would read as an identity number."""

_SOME_DRAWN: Final = frozenset({"streets", "land"})
"""Tables of which a map names only some rows."""

_SHOWN: Final = 20


class LeakError(InputError):
    """A text that would become public looks like a mark of a person: nothing is published."""


@dataclass(frozen=True, order=True)
class Leak:
    """Where a mark of a person stands; the mark itself is never repeated."""

    place: str
    key: str
    kind: str

    @property
    def text(self) -> Both:
        """Say where and what, in Chinese and English."""
        zh, en = KINDS[self.kind]
        return f"{self.place} {self.key}（疑似{zh}）", f"{self.place} {self.key} ({en})"


_OSM_NODE: Final = re.compile(r"n\d{11}(?:[_-]\d+)?")
"""Key of an OpenStreetMap node: since 2025 their numbers begin as mobile numbers do."""

_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def kinds_in(text: str) -> list[str]:
    """List the kinds of marks in a text; full-width signs are plain ones, unseen ones are not."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return [kind for kind, pattern in MARKS.items() if pattern.search(plain)]


def find_leaks(tables: Mapping[str, pd.DataFrame]) -> list[Leak]:
    """Look for marks of persons in the texts of data that a public map would show.

    Parameters
    ----------
    tables
        Tables of the ground and of zones; those that are not there are passed over.

    Returns
    -------
    list
        In the order of place and key.
    """
    found = []
    for name, columns in _TEXTS.items():
        if name not in tables:
            continue
        keys = tables[name].index.get_level_values(0).astype("str")
        for column, texts in [(keys.name, keys), *((one, tables[name][one]) for one in columns)]:
            for key, text in zip(keys, texts, strict=True):
                if isinstance(text, str) and not (
                    column == keys.name and _OSM_NODE.fullmatch(text)
                ):
                    shown = "•" if kinds_in(key) else key
                    found += [Leak(f"{name}.{column}", shown, kind) for kind in kinds_in(text)]
    return sorted(set(found))


def list_findings(
    tables: Mapping[str, pd.DataFrame], texts: Mapping[str, str] | None = None
) -> list[Finding]:
    """Write what `find_leaks` finds as findings that need a decision.

    Parameters
    ----------
    tables
        As for `find_leaks`.
    texts
        Texts of the job itself that stand in the margin of the map, by name.
    """
    own = {Leak("job", key, kind) for key, text in (texts or {}).items() for kind in kinds_in(text)}
    return [_finding(leak) for leak in [*sorted(own), *find_leaks(tables)]]


def _finding(leak: Leak) -> Finding:
    zh, en = leak.text
    place = leak.place.split(".")[0]
    if place in _SOME_DRAWN:
        told_zh, told_en = (
            "如会出现在公开图上，公开图即停发",
            "a public map that would show it is withheld",
        )
    else:
        told_zh, told_en = "公开图已停发", "the public map is withheld"
    return Finding(
        severity="decide",
        table_name=place,
        row_key=leak.key,
        code="personal-mark",
        zh=f"{zh}：{told_zh}",
        en=f"{en}: {told_en}",
        remedy="改正或删去原数据中的该文字后重新运行 / correct or remove the text in the data "
        "and run again",
    )


def require_public(document: Mapping[str, Any]) -> None:
    """Refuse a public page's document if any of its texts holds a mark of a person.

    Raises
    ------
    LeakError
        With every place, but never with the mark itself.
    """
    shown = {key: part for key, part in document.items() if key not in _NOT_DATA}
    leaks = sorted({Leak(place, "", kind) for place, kind in _marks_in(shown, "")})
    if not leaks:
        return
    zh, en = ("；".join(leak.text[side] for leak in leaks[:_SHOWN]) for side in (0, 1))
    raise LeakError(
        en="The public map is withheld: "
        f"{counted(len(leaks), 'place in it looks', 'places in it look')} like marks of persons: "
        f"{en}. Correct the data and run again.",
        zh=f"公开图停发：其中 {len(leaks):,} 处疑似个人信息：{zh}。请改正数据后重新运行。",
    )


def _marks_in(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from ((place, kind) for kind in kinds_in(value))
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key in _ROWS_OF_DIGITS and isinstance(part, str) and set(part) <= set("0123456789"):
                continue
            yield from _marks_in(str(key), f"{place}.*")
            yield from _marks_in(part, f"{place}.{key}".strip("."))
    elif isinstance(value, Iterable):
        for number, part in enumerate(value):
            if isinstance(part, str | Mapping | list | tuple):
                yield from _marks_in(part, f"{place}[{number}]")
