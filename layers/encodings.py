"""Text encodings of Chinese office data: found by decoding, not by trust in a label."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from layers.errors import InputError

CHINESE: Final = "gb18030"
"""Superset of GB2312, GBK and CP936."""
CODE_PAGES: Final = {"65001": "utf-8", "936": CHINESE, "54936": CHINESE, "950": "big5"}
CHINESE_NAMES: Final = {"gbk", "gb2312", "cp936", "ms936", "euc_cn", "hz", "gb18030"}
FIRST_WIDE: Final = 0x800
"""First character that UTF-8 writes with three bytes; three in a row seldom happen by chance."""
LEVEL_ONE: Final = range(0xB0, 0xD8)
"""Lead bytes of the 3 755 common characters of GB2312."""
FEWEST: Final = 2
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """The encoding that was found, and why.

    Parameters
    ----------
    name
        Name as Python knows it.
    evidence
        ``given``, ``label`` (a .cpg file or a byte order mark) or ``decoding``.
    overruled
        The label that the bytes contradict, or empty.
    """

    name: str
    evidence: str
    overruled: str = ""


def find_encoding(
    samples: Iterable[bytes], *, what: str, given: str | None = None, label: str = ""
) -> Encoding:
    """Find the encoding that all samples of one file share.

    Parameters
    ----------
    samples
        Byte strings of the file: names, cells or lines. A last character that was cut off by a
        field's width does no harm.
    what
        The file, for messages.
    given
        Encoding that the job names: it is used, and must fit.
    label
        Encoding that the file claims, as a ``.cpg`` does; bytes that contradict it win.

    Returns
    -------
    Encoding
        UTF-8 when every sample is UTF-8, else the label when it fits, else GB18030.

    Raises
    ------
    InputError
        If `given` is unknown or does not fit, or nothing fits.
    """
    seen = {sample for sample in samples if not sample.isascii()}
    if given is not None:
        return _given(given, seen, what)
    claimed = codec_of(label) if label.strip() else None
    if not seen:
        return Encoding(name="utf-8", evidence="decoding")
    is_utf8 = _fits(seen, "utf-8")
    surely_utf8 = is_utf8 and any(_is_wide(_tolerant(s, "utf-8") or "") for s in seen)
    if claimed is not None and _fits(seen, claimed) and not (surely_utf8 and claimed != "utf-8"):
        return Encoding(name=claimed, evidence="label")
    overruled = label.strip()
    if is_utf8 and (surely_utf8 or not _reads_as_hanzi(seen)):
        return Encoding(name="utf-8", evidence="decoding", overruled=overruled)
    if _fits(seen, CHINESE):
        return Encoding(name=CHINESE, evidence="decoding", overruled=overruled)
    raise InputError(
        en=f"{what}: the text is neither UTF-8 nor GB18030 (first {min(seen)[:40]!r}); "
        'name its encoding: encoding = "…"',
        zh=f"{what}：文字编码既不是 UTF-8 也不是 GB18030（首例 {min(seen)[:40]!r}）；"
        '请写明 encoding = "…"',
    )


def decode_text(raw: bytes, *, what: str, given: str | None = None) -> tuple[str, Encoding]:
    """Decode a whole text file.

    Parameters
    ----------
    raw
        The file's bytes.
    what
        The file, for messages.
    given
        Encoding that the job names, or None for evidence.

    Returns
    -------
    tuple of str and Encoding
        The text without byte order mark, and the encoding found.

    Raises
    ------
    InputError
        If the text fits no encoding, or not the one that was given.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if given is None and raw.startswith(mark):
            try:
                return raw.decode(name), Encoding(name=name, evidence="label")
            except UnicodeDecodeError:
                break
    found = find_encoding([raw], what=what, given=given)
    try:
        return raw.decode(found.name).removeprefix("\ufeff"), found
    except UnicodeDecodeError as error:  # only a cut last character gets as far as this
        whole = raw[: error.start]
        return whole.decode(found.name), found


def decode_cut(raw: bytes, encoding: str) -> str:
    """Decode a name or cell whose last character may have been cut by the field's width.

    Parameters
    ----------
    raw
        The bytes.
    encoding
        As `find_encoding` found it.

    Returns
    -------
    str
        The text without the piece of the cut character.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are wrong elsewhere than at their end.
    """
    text = _tolerant(raw, encoding)
    return raw.decode(encoding) if text is None else text


def codec_of(label: str) -> str | None:
    """Translate an encoding's label (``CP936``, ``65001``, ``UTF8``, ``ANSI 936``) for Python."""
    text = label.strip().casefold()
    digits = re.search(r"\d{3,5}$", text)
    if digits and digits[0] in CODE_PAGES:
        return CODE_PAGES[digits[0]]
    try:
        codec = codecs.lookup(f"cp{text}" if text.isdigit() else text)
    except (LookupError, ValueError):  # of a label with a null character
        return None
    if not codec._is_text_encoding:  # noqa: SLF001  base64, zip and rot13 are codecs as well
        return None
    name = codec.name
    return CHINESE if name in CHINESE_NAMES else name


def _given(given: str, seen: set[bytes], what: str) -> Encoding:
    name = codec_of(given)
    if name is None:
        raise InputError(
            en=f"{what}: encoding = {given!r} is not known; write for instance "
            '"utf-8" or "gb18030".',
            zh=f'{what}：encoding = {given!r} 不是已知编码；例如可写 "utf-8" 或 "gb18030"。',
        )
    wrong = sorted(sample for sample in seen if _tolerant(sample, name) is None)
    if wrong:
        raise InputError(
            en=f"{what}: encoding = {given!r} does not fit the text (first {wrong[0][:40]!r}); "
            "leave the key out and the encoding is found by evidence.",
            zh=f"{what}：encoding = {given!r} 与内容不符（首例 {wrong[0][:40]!r}）；"
            "可删去该项，由程序判断。",
        )
    return Encoding(name=name, evidence="given")


def _fits(samples: set[bytes], encoding: str) -> bool:
    return all(_tolerant(sample, encoding) is not None for sample in samples)


def _tolerant(raw: bytes, encoding: str) -> str | None:
    """Decode strictly, but let go of an unfinished last character; None if the bytes are wrong."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        return decoder.decode(raw, False)  # noqa: FBT003 - by position only
    except UnicodeError:  # UTF-16 without its mark raises the general kind
        return None


def _is_wide(text: str) -> bool:
    return any(ord(character) >= FIRST_WIDE for character in text)


def _reads_as_hanzi(samples: set[bytes]) -> bool:
    """Tell bytes that are UTF-8 by chance: pairs of common characters, two or more in a row.

    Names such as 联通 are valid UTF-8 of rare letters; a European name has its odd letter alone.
    """
    runs = [run for sample in samples for run in re.findall(rb"[\x80-\xff]+", sample)]
    return all(
        len(run) % 2 == 0 and len(run) >= 2 * FEWEST and all(lead in LEVEL_ONE for lead in run[::2])
        for run in runs
    )
