"""Pages of the docs that are made from the code: up to date, and every link in the docs opens."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made_pages() -> dict[str, str]:
    pages: dict[str, str] = script("make_pages").pages()
    return pages


@pytest.mark.parametrize("name", ["tables.md", "walk-filter.md", "rulebooks.md"])
def test_a_page_made_from_the_code_is_up_to_date(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == made_pages()[name], "run: python docs/make_pages.py"


def test_no_two_pictures_are_the_same(tmp_path: Path) -> None:
    require_different = script("make_pictures").require_different
    require_different(sorted((DOCS / "pictures").glob("*.png")))
    for name, content in (("a", b"1"), ("b", b"2"), ("c", b"1")):
        (tmp_path / f"{name}.png").write_bytes(content)
    with pytest.raises(SystemExit, match=r"c\.png is the same picture as a\.png"):
        require_different(sorted(tmp_path.iterdir()))


def test_every_link_to_a_file_opens_where_the_text_lies() -> None:
    seen = 0
    for page in [*TOP.glob("*.md"), *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), (page.name, link)
                seen += 1
    assert seen > 5
