"""A strict reader of TOML tables: collects every fault, names the key nearest to an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

Fault = tuple[str, str]
"""One fault in English and Chinese."""


class Form:
    """One table of a TOML file, read key by key.

    Reading never stops at a fault: it notes the fault, gives a stand-in and goes on, so that all
    faults are reported at once. The caller must throw the result away when there are faults.

    Parameters
    ----------
    where
        Path of the table within the file: ``build_date``; empty for the file itself.
    content
        The table.
    faults
        List that faults are added to, shared by all tables of the file.
    """

    def __init__(self, where: str, content: dict[str, object], faults: list[Fault]) -> None:
        self.where = where
        self._content = content
        self.faults = faults
        self._known: set[str] = set()

    def has(self, key: str) -> bool:
        """Tell whether an optional key is given."""
        self._known.add(key)
        return key in self._content

    def text(self, key: str, *, required: bool = True) -> str:
        """Read a text; a required one must not be empty."""
        value = self._take(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            self._wrong(key, value, "a text", "文字")
            return ""
        return value

    def choice(self, key: str, words: Iterable[str]) -> str:
        """Read one of a closed set of words."""
        allowed = tuple(words)
        value = self._take(key, required=True)
        if value is not None and value not in allowed:
            self._wrong(key, value, f"one of {', '.join(allowed)}", f"{'、'.join(allowed)} 之一")
            return allowed[0]
        return allowed[0] if value is None else str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._take(key, required=False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false", "true 或 false")
            return default
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        """Read a whole number within ``[low, high]``."""
        value = self._take(key, required=True)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            if value is not None:
                self._wrong(
                    key,
                    value,
                    f"a whole number from {low} to {high}",
                    f"{low} 至 {high} 的整数",
                )
            return low
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """Read a number within ``[low, high]``."""
        value = self._take(key, required=True)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            if value is not None:
                self._wrong(
                    key, value, f"a number from {low:g} to {high:g}", f"{low:g} 至 {high:g} 的数"
                )
            return low
        return float(value)

    def table(self, key: str) -> Form:
        """Open a table within this one."""
        value = self._take(key, required=True)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, value, f"a table [{self._path(key)}]", f"表 [{self._path(key)}]")
        content = value if isinstance(value, dict) else {}
        # A table that is missing is one fault, not one for each key that it lacks.
        faults = self.faults if isinstance(value, dict) else []
        return Form(self._path(key), content, faults)

    def tables(self, key: str) -> Iterator[Form]:
        """Open each table of a list of tables; none when the key is absent."""
        value = self._take(key, required=False)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self._wrong(key, value, f"tables [[{self._path(key)}]]", f"若干 [[{self._path(key)}]]")
            return
        for number, entry in enumerate(value, start=1):
            yield Form(f"{self._path(key)} #{number}", entry, self.faults)

    def keys(self) -> tuple[str, ...]:
        """Name the keys of a table whose keys are free, in the order of the file."""
        self._known.update(self._content)
        return tuple(self._content)

    def close(self) -> None:
        """Refuse every key that was not asked for, naming the nearest one that was."""
        for key in self._content:
            if key in self._known:
                continue
            near = difflib.get_close_matches(key, sorted(self._known), n=1, cutoff=0.0)
            known = near[0] if near else ""
            self.faults.append(
                (
                    f"{self._path(key)}: unknown key; the nearest known one is {known!r}",
                    f"{self._path(key)}：没有这个键；最接近的是 {known!r}",
                )
            )

    def refuse(self, key: str, value: object, expected_en: str, expected_zh: str) -> None:
        """Note a fault that only the caller can see."""
        self._wrong(key, value, expected_en, expected_zh)

    def _take(self, key: str, *, required: bool) -> object | None:
        self._known.add(key)
        value = self._content.get(key)
        if value is None and required:
            self.faults.append(
                (f"{self._path(key)}: missing; add it", f"{self._path(key)}：缺少，请补上")
            )
        return value

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _wrong(self, key: str, value: object, expected_en: str, expected_zh: str) -> None:
        self.faults.append(
            (
                f"{self._path(key)} = {value!r}; expected {expected_en}",
                f"{self._path(key)} = {value!r}；应为{expected_zh}",
            )
        )
