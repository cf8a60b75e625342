"""Words for what is wrong in a job file: which key, which value, what was expected."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Both = tuple[str, str]
"""English and Chinese."""

_LONGEST_SHOWN: Final = 80

_EXPECTED: Final[Mapping[str, Both]] = {
    "string_type": ("expected text in quotes", "应为带引号的文字"),
    "bool_type": ("expected true or false, without quotes", "应为 true 或 false，不加引号"),
    "float_type": ("expected a number, without quotes", "应为数字，不加引号"),
    "int_type": ("expected a whole number, without quotes", "应为整数，不加引号"),
    "finite_number": ("expected a finite number", "应为有限的数"),
    "tuple_type": ("expected a list in [ ]", "应为方括号中的列表 [ ]"),
    "dict_type": ('expected pairs: {{ name = "…" }}', '应为成对的值：{{ name = "…" }}'),
    "missing": ("a value is missing here", "此处缺少一个值"),
    "greater_than": ("expected more than {gt:g}", "应大于 {gt:g}"),
    "greater_than_equal": ("expected at least {ge:g}", "应不小于 {ge:g}"),
    "less_than_equal": ("expected at most {le:g}", "应不大于 {le:g}"),
    "too_long": ("expected {max_length} values", "应为 {max_length} 个值"),
    "too_short": ("expected at least {min_length} value(s)", "应至少有 {min_length} 个值"),
    "string_too_long": (
        "expected at most {max_length} characters",
        "应不超过 {max_length} 个字",
    ),
    "string_too_short": ("expected some text", "不应为空"),
    "literal_error": ("expected {expected}", "应为 {expected}"),
}
"""What was expected, by pydantic's name of the fault, with the bounds that it reports."""

_SECTION: Final = ("expected a section with keys of its own", "应为一个含有各项设置的小节")
_OTHER: Final = "无法识别"


class JobValueError(ValueError):
    """A value that one line cannot hold, told in both languages."""

    def __init__(self, *, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh
        super().__init__(en)


def wrong_values(faults: Iterable[ErrorDetails]) -> list[Both]:
    """Say of each fault which key it is, what was found and what was expected.

    Parameters
    ----------
    faults
        As pydantic lists them.

    Returns
    -------
    list of tuple
        English and Chinese, one pair for each fault.
    """
    return [_wrong_value(fault) for fault in faults]


def _wrong_value(fault: ErrorDetails) -> Both:
    en, zh = _expected(fault)
    where_en, where_zh = _where(fault["loc"])
    found = fault.get("input")
    shown = "" if isinstance(found, Mapping) or fault["type"] == "missing" else _shown(found)
    return f"{where_en}{shown}: {en}.", f"{where_zh}{shown}：{zh}。"


def _expected(fault: ErrorDetails) -> Both:
    context = fault.get("ctx", {})
    own = context.get("error")
    if isinstance(own, JobValueError):
        return own.en, own.zh
    kind = fault["type"]
    if kind in {"model_type", "model_attributes_type"}:
        return _SECTION
    if kind not in _EXPECTED:
        return fault["msg"], _OTHER
    en, zh = _EXPECTED[kind]
    words = {**context, "expected": str(context.get("expected", ""))}
    return en.format(**words), zh.format(**{**words, "expected": _choices(words["expected"])})


def _choices(expected: str) -> str:
    return expected.replace(" or ", " 或 ").replace(", ", "、")


def _shown(found: object) -> str:
    text = repr(found)
    return f" = {text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'}"


def _where(steps: tuple[int | str, ...]) -> Both:
    """Name a key as it stands in the file: ``[zones] together, item 1.2``."""
    names = [place for place, step in enumerate(steps) if isinstance(step, str)]
    if not names:
        return "job", "job"
    last = names[-1]
    section = ".".join(f"{s}" if isinstance(s, str) else f"{s + 1}" for s in steps[:last])
    key = f"[{section}] {steps[last]}" if section else f"[{steps[last]}]"
    items = ".".join(str(int(step) + 1) for step in steps[last + 1 :])
    return (f"{key}, item {items}", f"{key} 第 {items} 项") if items else (key, key)


def unknown_keys(raw: object, model: type[BaseModel], at: str) -> Iterator[Both]:
    """Take unknown keys out of `raw`; yield a message for each, with the nearest known one.

    Parameters
    ----------
    raw
        A section as TOML gives it; its unknown keys are removed.
    model
        What the section may hold.
    at
        Name of the section, for messages.

    Yields
    ------
    tuple
        English and Chinese.
    """
    if not isinstance(raw, dict):
        return
    for key, value in list(raw.items()):
        where = f"{at}.{key}" if at else str(key)
        info = model.model_fields.get(str(key))
        if info is None:
            near = difflib.get_close_matches(str(key), model.model_fields, n=1, cutoff=0.5)
            known = ", ".join(model.model_fields)
            del raw[key]
            hint_en = f"did you mean {near[0]!r}?" if near else f"known keys: {known}."
            hint_zh = f"是否为 {near[0]!r}？" if near else f"可用的键：{known}。"
            yield f"unknown key {where!r}; {hint_en}", f"未知的键 {where!r}；{hint_zh}"
            continue
        inner = _model_of(info)
        if inner is None:
            continue
        for part in value if isinstance(value, list) else [value]:
            yield from unknown_keys(part, inner, where)


def _model_of(info: FieldInfo) -> type[BaseModel] | None:
    """Find the section that a key holds, through ``| None`` and tuples."""
    queue: list[Any] = [info.annotation]
    while queue:
        kind = queue.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        if typing.get_origin(kind) in {types.UnionType, typing.Union, tuple}:
            queue.extend(typing.get_args(kind))
    return None
