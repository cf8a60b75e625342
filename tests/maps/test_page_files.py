import base64
import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest

from maps.fallback import fallback_table
from maps.interactive import draw_public_map, draw_working_map
from maps.labels import Imprint
from maps.payload import public_document

Town = dict[str, pd.DataFrame]


@pytest.mark.parametrize("draw", [draw_public_map, draw_working_map])
def test_the_same_tables_give_the_same_bytes(
    draw: object, town: Town, imprint: Imprint, tmp_path: Path
) -> None:
    assert callable(draw)
    one, two = tmp_path / "one.html", tmp_path / "two.html"
    draw(town, imprint, one)
    shuffled = {name: table.sample(frac=1, random_state=3) for name, table in town.items()}
    draw(shuffled, imprint, two)
    assert one.read_bytes() == two.read_bytes()


def test_a_page_is_whole_in_itself(public_map: Path, working_map: Path) -> None:
    for path in (public_map, working_map):
        page = path.read_text(encoding="utf-8")
        outside = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=", page)
        assert outside == []
        assert "@import" not in page
        assert page.isascii() or 'charset="utf-8"' in page[:400]
        assert len(page.encode()) < 600_000


def test_the_policy_names_each_script_by_its_hash(public_map: Path) -> None:
    page = public_map.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "connect-src" not in rules
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    }
    assert set(rules["script-src"].split()) == hashes
    assert len(hashes) == 3
    # The policy stands before the first script, or it would not bind it.
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_table_without_scripts_lists_what_is_missing(town: Town, imprint: Imprint) -> None:
    table = fallback_table(public_document(town, imprint))
    row = next(line for line in table.splitlines() if "幸福里小区" in line)
    assert "槐新街道" in row
    assert "Z01" in row
    assert "城市书房" in row
    assert "便民超市" not in row
    assert "示例数据" in table
