"""Counts in findings: thousands set apart, and nouns that agree with their number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from layers.counts import counted

ROOT = Path(__file__).parents[2]
PACKAGES = ("layers", "zoning", "maps", "lianpian")
PLURAL = re.compile(r" (?:[a-z]+ )?(?:communities|[a-z]+[^s\W]s)\b")
AFTER = re.compile(r" ?[\u4e00-\u9fff]| [a-z]")

AT_LEAST_TWO = frozenset(
    {" cells: ", " communities are named ", " columns could say the kind of a facility: "}
    | {" rows in the ledger (", " times."}
)
"""What follows counts that are told from two on."""


@given(st.integers(0, 10**9))
def test_a_count_is_followed_by_the_words_that_agree(count: int) -> None:
    said = counted(count, "community has", "communities have")
    number, words = said.split(" ", 1)
    assert int(number.replace(",", "")) == count
    assert all(len(part) == 3 for part in number.split(",")[1:])
    assert words == ("community has" if count == 1 else "communities have")
    assert counted(count, "row").split(" ")[1] == ("row" if count == 1 else "rows")


def test_no_finding_puts_a_bare_count_before_a_plural_or_leaves_thousands_together() -> None:
    faults = []
    seen = 0
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for count, before, after in counts_of(ast.parse(path.read_text(encoding="utf-8"))):
                seen += 1
                where = f"{path.name}:{count.lineno}{after!r}"
                if AFTER.match(after) and count.format_spec is None:
                    faults.append(f"no thousands, {where}")
                is_of = before.endswith("of ") or after.startswith(" of ")
                if PLURAL.match(after) and not is_of and after not in AT_LEAST_TWO:
                    faults.append(f"plural, {where}")
    assert faults == []
    assert seen > 50


def counts_of(tree: ast.AST) -> Iterator[tuple[ast.FormattedValue, str, str]]:
    """Find counts in texts of findings, each with the text before and after it."""
    texts = {
        text
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and makes_findings(call.func)
        for text in ast.walk(call)
        if isinstance(text, ast.JoinedStr)
    }
    for text in texts:
        for at, value in enumerate(text.values):
            if isinstance(value, ast.FormattedValue) and is_count(value.value):
                before, after = (
                    str(other[0].value) if other and isinstance(other[0], ast.Constant) else ""
                    for other in (text.values[max(at - 1, 0) : at], text.values[at + 1 : at + 2])
                )
                yield value, before, after


def makes_findings(called: ast.expr) -> bool:
    name = called.id if isinstance(called, ast.Name) else ""
    return name == "Finding" or name in {"_finding", "_note", "_missing"}


def is_count(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    if isinstance(called, ast.Name):
        return called.id == "len" or (called.id == "int" and is_count(value.args[0]))
    return isinstance(called, ast.Attribute) and called.attr == "sum"
