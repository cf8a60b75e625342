"""Values of a job file that are more than a number in a range: dates, spans, printable text."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from lianpian.job_faults import JobValueError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1980, 2100)
"""Years that a document file can carry: the archive it is packed in knows none before 1980."""

_MOST = 1_000_000
"""More zones than any city has communities."""

_NONCHARACTERS = "\ufffe\uffff"


def printable(text: str) -> str:
    """Refuse characters that no document, map or file name can carry.

    Raises
    ------
    JobValueError
        If `text` holds a control character or a code point that is no character.
    """
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} or character in _NONCHARACTERS:
            raise JobValueError(
                en=f"holds the control character U+{ord(character):04X}; delete it",
                zh=f"含有控制字符 U+{ord(character):04X}，请删去",
            )
    return text


def printable_path(text: str) -> str:
    r"""Refuse what no path can hold; ``"D:\new"`` in double quotes is a line break to TOML.

    Raises
    ------
    JobValueError
        If `text` holds a control character; the advice is that of backslashes where TOML makes
        it of one.
    """
    escaped = next((sign for sign in text if sign in "\b\t\n\f\r\x1b"), None)
    if escaped is None:
        return printable(text)
    raise JobValueError(
        en="holds a line break, a tab or the like: in double quotes \\n, \\t and so on are no "
        "backslash and letter. Write a path of Windows with / or in single quotes",
        zh="含有换行、制表等字符：双引号中的 \\n、\\t 等不是反斜杠加字母。"
        "Windows 路径请用 / 分隔，或整体用单引号",
    )


def written_date(value: object) -> object:
    """Give a date of drafting as ``YYYY-MM-DD``; TOML's own dates are taken as well.

    Raises
    ------
    JobValueError
        If a text is neither empty nor a day of the calendar from 1980 to 2099.
    """
    text = value.isoformat() if type(value) is dt.date else value
    if not isinstance(text, str) or not text:
        return text
    if _DATE.fullmatch(text):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            day = None
        if day is not None and day.year in _YEARS:
            return text
    raise JobValueError(
        en=f'expected a day between {_YEARS[0]} and {_YEARS[-1]} as "2026-03-27", or ""',
        zh=f'应为 {_YEARS[0]} 至 {_YEARS[-1]} 年的日期，如 "2026-03-27"，或留空 ""',
    )


def span(value: object) -> object:
    """Take a number of zones, or a list of two: from, to.

    Raises
    ------
    JobValueError
        If `value` is neither.
    """
    parts = value if isinstance(value, list) and len(value) == 2 else [value]  # noqa: PLR2004
    if value is None or all(type(part) is int and 1 <= part <= _MOST for part in parts):
        return tuple(parts) if isinstance(value, list) else value
    raise JobValueError(
        en="expected a whole number from 1 to 1000000, or two of them: [from, to]",
        zh="应为 1 至 1000000 的整数，或两个整数 [从, 到]",
    )


def table_of_path(value: object) -> object:
    """Take a path alone for a table that has only a path."""
    return {"path": value} if isinstance(value, str) else value


def tables_of_paths(value: object) -> object:
    """Take a path, or a list with paths in it, for a list of tables that have only a path."""
    listed = [value] if isinstance(value, str) else value
    return [table_of_path(one) for one in listed] if isinstance(listed, list) else listed


def unrepeated(words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that names one thing twice.

    Raises
    ------
    JobValueError
        If a word occurs more than once.
    """
    for place, word in enumerate(words):
        if word in words[:place]:
            raise JobValueError(en=f"names {word!r} twice; once is enough", zh=f"重复列出 {word!r}")
    return words
