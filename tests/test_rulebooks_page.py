"""The page on rulebooks says what each rulebook's file says: nothing left out, nothing changed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).parents[1]
FILES = sorted((TOP / "zoning" / "rulebooks").glob("*.toml"))
PAGE = (TOP / "docs" / "rulebooks.md").read_text(encoding="utf-8")


def section(name: str) -> list[str]:
    """Give the lines of the page on one rulebook."""
    found = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[1].splitlines()


def row_with(lines: list[str], *texts: str) -> str:
    rows = [line for line in lines if line.startswith("| ") and all(text in line for text in texts)]
    assert rows, texts
    return rows[0]


def cited(book: dict[str, Any], entry: dict[str, Any]) -> str:
    number = book["documents"][entry["document"]]["number"]
    return f"{number} {entry.get('clause', '')}".strip()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_value_of_the_file_stands_on_the_page_with_its_clause(path: Path) -> None:
    book = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = section(path.stem)
    date = book["build_date"]
    for year in date["readings"].values():
        row_with(lines, f"{year} 年底前", cited(book, date), date["rule"], date.get("quote", ""))
    if "absorb" in book:
        span = f"{book['absorb']['from_year']}–{book['absorb']['to_year']}"
        row_with(lines, span, cited(book, book["absorb"]), book["absorb"]["rule"])
    else:
        assert not any("可并入的年份" in line for line in lines)
    for kind, then in (("exclusions", "不纳入"), ("cautions", "待定")):
        for entry in book.get(kind, []):
            row = row_with(lines, entry["zh"], entry["en"], cited(book, entry), entry["rule"])
            assert then in row
    for entry in book.get("consent", []):
        row = row_with(lines, entry["zh"], cited(book, entry), entry.get("quote", ""))
        least = entry.get("at_least")
        assert ("未定比例" if least is None else f"≥ {least * 100:g}%") in row
    for entry in (*book.get("protections", []), *book["haves"].values()):
        row_with(lines, entry["zh"], entry["en"], cited(book, entry))
    circle = book["life_circle"]
    row_with(lines, f"{circle['from_m']}–{circle['to_m']} m", cited(book, circle))
    main = book["documents"][book["document"]]
    row_with(lines, main["number"], main["title_zh"], main["title_en"], main["issuer"])


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_page_holds_no_more_conditions_than_the_file(path: Path) -> None:
    book = tomllib.loads(path.read_text(encoding="utf-8"))
    lists = ("exclusions", "cautions", "consent", "protections")
    count = sum(len(book.get(name, [])) for name in lists)
    count += len(book["build_date"]["readings"]) + ("absorb" in book) + len(("walk", "thin"))
    lines = section(path.stem)
    start = next(at for at, line in enumerate(lines) if line.startswith("| 条件 Condition"))
    rows = lines[start + 2 : lines.index("", start)]
    assert len(rows) == count


def test_every_rulebook_is_compared_by_years_and_document() -> None:
    head = PAGE.split("\n## 比较")[1].split("\n## ")[0].splitlines()
    for path in FILES:
        book = tomllib.loads(path.read_text(encoding="utf-8"))
        number = book["documents"][book["document"]]["number"]
        row = row_with(head, f"[`{path.stem}`](#{path.stem})", number)
        for year in book["build_date"]["readings"].values():
            assert str(year) in row
        assert ("2001–2005" in row) == ("absorb" in book)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "docs/guide.md"])
def test_the_page_is_linked_where_rulebooks_are_named(page: str) -> None:
    assert "rulebooks.md" in (TOP / page).read_text(encoding="utf-8")


def test_the_job_template_says_where_rulebooks_are_compared() -> None:
    template = (TOP / "lianpian" / "templates" / "job.toml").read_text(encoding="utf-8")
    line = next(line for line in template.splitlines() if line.startswith("rulebook = "))
    after = template.split(line)[1].splitlines()[1]
    assert after.lstrip().startswith("#")
    assert "docs/rulebooks.md" in after
    for path in FILES:
        assert path.stem in line
