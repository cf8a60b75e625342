"""What the command line says of a command that it cannot read: in Chinese and in English."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any, Final, cast

import typer
from typer.core import TyperGroup

from lianpian.console import BAD_INPUT, DONE

UsageError: Final = cast("type[Exception]", typer.BadParameter.__bases__[0])
"""The parser's own error; the parser is a part of typer in newer versions."""

_PATTERNS: Final = (
    (r"No such command '?(.+?)'?\.(?: Did you mean '(.+?)'\?)?$", "没有命令 {0}"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)\.?$", "多余的参数：{0}"),
    (r"Option '?(.+?)'? requires (?:an argument|\d+ arguments)\.?$", "选项 {0} 之后需要一个值"),
    (r"Option '?(.+?)'? does not take a value\.?$", "选项 {0} 之后不应有值"),
    (r"Missing (?:argument|option|parameter) '?(.+?)'?\.?$", "缺少 {0}"),
    (
        (
            r"No such option:? '?(--?[^\s']*[^\s'.])'?\.?"
            r"(?:.*?(?:mean|options:) '?(--?[^\s'),?]+).*)?$"
        ),
        "没有选项 {0}",
    ),
)
"""How the parser words what it cannot read, and the Chinese for it; a second group is a guess."""

_VALUE: Final = re.compile(r"Invalid value(?: for '?(.+?)'?)?: (.*)$", re.DOTALL)
_REASONS: Final = (
    (r"valid integer|not a valid int", "应为整数"),
    (r"valid number|not a valid float", "应为数字"),
    (r"greater than or equal to ([\d.]*\d)", "应不小于 {0}"),
    (r"less than or equal to ([\d.]*\d)", "应不大于 {0}"),
    (r"not in the range (.+?)\.?$", "应在此范围内：{0}"),
    (r"not one of (.+?)\.?$", "应为 {0} 之一"),
)


class Commands(TyperGroup):
    """The commands; a line that cannot be read is answered in both languages, with code 2."""

    def main(  # type: ignore[override]  # the keywords of typer's own, passed on
        self,
        args: Sequence[str] | None = None,
        *,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401  passed on
    ) -> Any:  # noqa: ANN401  as the parser has it
        """Read a command line and run it."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                cast("Any", error).show()
            else:
                tell(error, as_json="--json" in (sys.argv[1:] if args is None else args))
            sys.exit(BAD_INPUT)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else DONE)


def tell(error: Exception, *, as_json: bool) -> None:
    """Print what is wrong with a command line, and where help is; as JSON too when asked for."""
    usage = cast("Any", error)
    english = str(usage.format_message()).strip().replace("Value error, ", "")
    english = english if english.endswith(("?", ".")) else f"{english}."
    chinese = in_chinese(english)
    chinese = chinese if chinese.endswith("？") else f"{chinese}。"
    command = f"{usage.ctx.command_path} --help" if usage.ctx else "lianpian --help"
    if sys.stderr is not None:
        sys.stderr.write(f"错误：{chinese}用法见 {command}\nError: {english} See {command}\n")
    if as_json and sys.stdout is not None:
        document = {"error": {"zh": chinese, "en": english}}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def in_chinese(english: str) -> str:
    """Say in Chinese what the parser says in English.

    Parameters
    ----------
    english
        The parser's message.

    Returns
    -------
    str
        The same in Chinese, without a full stop; what is not known is quoted.
    """
    value = _VALUE.match(english)
    if value:
        name, reason = value.groups()
        said = next(
            (
                zh.format(*found.groups())
                for pattern, zh in _REASONS
                if (found := re.search(pattern, reason))
            ),
            reason.rstrip("."),
        )
        return f"{name} 的值无效：{said}" if name else f"值无效：{said}"
    for pattern, zh in _PATTERNS:
        found = re.match(pattern, english, re.DOTALL)
        if found:
            guess = found.groups()[1] if found.re.groups > 1 else None
            return zh.format(found.group(1)) + (f"；是否为 {guess}？" if guess else "")
    return f"命令无法识别（{english.rstrip('.')}）"
