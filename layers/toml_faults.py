"""What is wrong with a TOML file, where, and how to mend it, in both languages."""

from __future__ import annotations

import re
from typing import Final

Both = tuple[str, str]
"""English and Chinese."""

_PLACE: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_LONGEST_LINE: Final = 60

_PATHS: Final = (
    "a path of Windows is written with / or in single quotes: 'D:\\data\\a.shp'",
    "Windows 路径请用 / 分隔，或整体用单引号：'D:\\data\\a.shp'",
)

_KINDS: Final = (
    (r"Unescaped '\\\\?' in a string", "字符串中有反斜杠 \\", _PATHS),
    (r"Invalid hex value|Escaped character is not", "字符串中的 \\u、\\x 转义无效", _PATHS),
    (
        r"(Illegal|Found invalid) character '\\[nr]'|Unterminated string|Expected [\"'\\]+$",
        "引号没有闭合",
        ("close the quote on the same line", "请在同一行补上引号"),
    ),
    (
        r"Illegal character",
        "含有不允许的字符（如控制字符）",
        ("delete it and type it again", "请删去后重新输入"),
    ),
    (
        r"Found invalid character",
        "含有不允许的字符",
        (
            "quotes, = and brackets must be half-width; other names stand in quotes",
            "引号、等号、括号须为半角；其他名称要加引号",
        ),
    ),
    (
        r"Cannot overwrite a value|Duplicate inline table key|Cannot redefine|Cannot mutate",
        "同一个键写了两次",
        ("keep one of the two", "请只保留一处"),
    ),
    (
        r"Cannot declare",
        "同一个小节 [ ] 出现了两次",
        (
            "put its keys together; facilities and protections may repeat as [[inputs.…]]",
            "请合并为一个小节；facilities、protections 需要多个时写作 [[inputs.…]]",
        ),
    ),
    (
        r"Invalid initial character for a key part",
        "键名不能以此字符开头",
        (
            "other names than a-z, 0-9, - and _ stand in half-width quotes",
            "除 a-z、0-9、-、_ 外的键名须加半角引号",
        ),
    ),
    (
        r"Expected '=' after a key",
        "键名后缺少等号 =",
        ('write: key = "value"', '应写作：键 = "值"'),
    ),
    (
        r"Expected newline or end of document",
        "一项写完后还有多余内容",
        (
            "one key a line; a note begins with #",
            "每行只写一项；注释以 # 开头",
        ),
    ),
    (
        r"Expected ']]?' at the end",
        "小节名称的方括号没有闭合",
        ("write [name] or [[name]]", "应写作 [名称] 或 [[名称]]"),
    ),
    (r"Unclosed array", "列表的方括号 [ ] 没有闭合", ("close it with ]", "请补上 ]")),
    (
        r"Unclosed inline table",
        "大括号 { } 没有闭合",
        ("close it with } on the same line", "请在同一行补上 }"),
    ),
    (
        r"Invalid date",
        "日期或时间无效",
        ('write "2026-03-27"', '应写作 "2026-03-27"'),
    ),
    (
        r"Invalid value",
        "等号右边不是有效的值",
        (
            'text stands in half-width quotes ("…"), a number and true or false without',
            '文字要加半角引号（"…"），数字和 true、false 不加',
        ),
    ),
    (
        r"Invalid statement",
        "此处不是有效的语句",
        (
            'write: key = "value", [section], or # and a note; names beyond a-z 0-9 - _ in "…"',
            '应为：键 = "值"、[小节] 或 # 注释；除 a-z、0-9、-、_ 外的键名须加半角引号',
        ),
    ),
)
"""How the parser's words begin, the same in Chinese, and how to mend it."""

_OTHER: Final = ("格式有误", ("mend that line", "请修改该行"))


def toml_fault(error: ValueError, text: str) -> Both:
    """Say in English and Chinese what the parser found, where, and what to do.

    Parameters
    ----------
    error
        `tomllib.TOMLDecodeError`.
    text
        The file's text; the line at fault is shown, in short.
    """
    said = str(error)
    place = _PLACE.search(said)
    words = said[: place.start()] if place else said
    where, where_zh, line = "at its end", "文件末尾", ""
    lines = text.replace("\r\n", "\n").split("\n")
    spot = (int(place[1]), int(place[2])) if place and place[1] else _opened(words, lines)
    if spot is not None:
        where, where_zh = "line {}, column {}".format(*spot), "第 {} 行第 {} 列".format(*spot)
        line = lines[spot[0] - 1].strip()
    shown = f" ({_short(line)})" if line else ""
    shown_zh = f"（{_short(line)}）" if line else ""
    found, (mend, mend_zh) = next(
        ((zh, advice) for kind, zh, advice in _KINDS if re.match(kind, words)), _OTHER
    )
    return (
        f"not valid TOML: {where}{shown}: {words}; {mend}.",
        f"TOML 格式有误：{where_zh}{shown_zh}：{found}；{mend_zh}。",
    )


def _opened(words: str, lines: list[str]) -> tuple[int, int] | None:
    """Find the single quote that was opened last and never closed: the parser tells its end."""
    if words != 'Expected "\'"':
        return None
    odd = [number for number, line in enumerate(lines) if line.count("'") % 2]
    return (odd[-1] + 1, lines[odd[-1]].rindex("'") + 1) if odd else None


def _short(line: str) -> str:
    plain = "".join(one if one.isprintable() else "?" for one in line)
    return plain if len(plain) <= _LONGEST_LINE else f"{plain[:_LONGEST_LINE]}…"
