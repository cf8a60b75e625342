"""How Chinese signs sound: the index that lets a name be found by pinyin and by initials."""

from __future__ import annotations

from collections.abc import Iterable

import pypinyin


def list_readings(texts: Iterable[str]) -> dict[str, str]:
    """List the readings of every Chinese sign in some texts.

    Parameters
    ----------
    texts
        Names as they are shown.

    Returns
    -------
    dict
        Sign to its readings without tones, the usual one first, set apart by blanks: 长 has
        ``chang zhang``. Signs that have no reading (letters, digits) are not listed.

    Notes
    -----
    Readings are kept by sign, not by name: a search then finds ``xingfuli``, ``xfl`` and ``xingfl``
    alike, and the index of a large city is a few kilobytes.
    """
    signs = sorted({sign for text in texts for sign in text if "\u3400" <= sign <= "\U0003ffff"})
    readings = pypinyin.pinyin(
        signs, style=pypinyin.Style.NORMAL, heteronym=True, errors="ignore", strict=False
    )
    if len(readings) != len(signs):  # a sign without a reading leaves a gap: ask one by one
        return {sign: of for sign in signs if (of := " ".join(_readings_of(sign)))}
    return {sign: " ".join(of) for sign, of in zip(signs, readings, strict=True)}


def _readings_of(sign: str) -> list[str]:
    found = pypinyin.pinyin(
        sign, style=pypinyin.Style.NORMAL, heteronym=True, errors="ignore", strict=False
    )
    return found[0] if found else []
