"""Names and texts that a Shapefile can hold: fields of 10 bytes, texts of 254, GBK or UTF-8."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

FIELD_BYTES: Final = 10
"""Bytes of a field's name (dBASE)."""

TEXT_BYTES: Final = 254
"""Bytes of one field of text (dBASE)."""

MOST_PARTS: Final = 8
"""Fields that one long text is spread over at most."""

STAND_IN: Final = "〓"
"""Set for a character that GBK does not have, as printers do for a missing sort."""


def short_names(columns: Iterable[str], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """Give each column a name of at most 10 bytes, in GBK and in UTF-8, unlike all others.

    Parameters
    ----------
    columns
        Names of columns; Chinese ones stay Chinese.
    taken
        Names that are in use already.

    Returns
    -------
    dict
        Column -> name; names differ by more than their case, as dBASE programs want it. A name
        that fits stays; of a longer one the middle words are shortened first, and a number at the
        end tells equal ones apart. Characters that GBK lacks are left out, also for UTF-8, so that
        a field has one name in both.
    """
    used = {name.casefold() for name in taken}
    names: dict[str, str] = {}
    for column in columns:
        base = _shortened(column)
        name, number = base, 1
        while name.casefold() in used:
            number += 1
            name = _cut(base, FIELD_BYTES - len(str(number))) + str(number)
        used.add(name.casefold())
        names[column] = name
    return names


def _shortened(column: str) -> str:
    clean = "".join(one for one in column if one == "_" or (one.isalnum() and _has_gbk(one))) or "f"
    if not clean.isascii() or len(clean) <= FIELD_BYTES:
        return _cut(clean, FIELD_BYTES)
    words = [word for word in clean.split("_") if word]
    room = FIELD_BYTES - (len(words) - 1)
    if room < len(words) or len(words) == 1:
        return _cut(clean.replace("_", ""), FIELD_BYTES)
    lengths = [len(word) for word in words]
    while sum(lengths) > room:  # the longest word gives first
        lengths[lengths.index(max(lengths))] -= 1
    return "_".join(word[:length] for word, length in zip(words, lengths, strict=True))


def _has_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _cut(text: str, size: int) -> str:
    """Cut a text to `size` bytes of UTF-8, never inside a character; GBK then fits as well."""
    return text.encode()[:size].decode(errors="ignore")


def encode(text: str, encoding: str) -> tuple[bytes, bool]:
    """Write a text in an encoding; also tell whether a character had to be replaced."""
    try:
        return text.encode(encoding), False
    except UnicodeEncodeError:
        known = "".join(one if _has_gbk(one) else STAND_IN for one in text)
        return known.encode(encoding), True


def split(raw: bytes, encoding: str, size: int = TEXT_BYTES) -> list[bytes]:
    """Cut bytes into pieces of at most `size` bytes, never inside a character or beside a blank.

    Readers of dBASE files drop blanks at the ends of a field; in the middle of one they are safe.
    """
    pieces: list[bytes] = []
    while len(raw) > size:
        head = raw[:size].decode(encoding, errors="ignore")
        rest = raw[len(head.encode(encoding)) :].decode(encoding)
        whole = len(head)
        while whole and " " in {head[whole - 1], (head[whole:] + rest)[:1]}:
            whole -= 1
        piece = (head[:whole] or head).encode(encoding)
        pieces.append(piece)
        raw = raw[len(piece) :]
    return [*pieces, raw]
