"""Pages made from the code: tables, walk filter, rulebooks.

Run ``python docs/make_pages.py`` after a change of these; the pages are part of the repository, so
that links to them open on a code host too. A test compares them with the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from rulebooks_page import rulebooks_page

from layers.contracts import captions_of, keys_of, title_of
from layers.walk_filter import WALK_FILTER
from zoning.tables import CONTRACTS


def pages() -> dict[str, str]:
    """Give the text of each page by its file's name."""
    return {
        "tables.md": tables_page(),
        "walk-filter.md": walk_filter_page(),
        "rulebooks.md": rulebooks_page(),
    }


def tables_page() -> str:
    """Describe every table from its contract."""
    lines = [
        "# 表 Tables",
        "",
        "由代码中的约定生成。 Made from the contracts in the code.",
        "",
        "CSV: UTF-8 with BOM, sorted by key, empty = not available, `true`/`false`.",
    ]
    for name, schema in CONTRACTS.items():
        zh, en = title_of(schema)
        keys = keys_of(schema)
        lines += ["", f"## {name}", "", f"{zh} · {en}. Key: `{'`, `'.join(keys)}`", ""]
        lines += ["| column | 中文 | English | unit |", "|---|---|---|---|"]
        for column, caption in captions_of(schema).items():
            lines.append(f"| `{column}` | {caption['zh']} | {caption['en']} | {caption['unit']} |")
    return "\n".join(lines) + "\n"


def walk_filter_page() -> str:
    """List the rules that decide which ways can be walked."""
    lines = ["# 步行规则 Walk filter", "", "| " + " | ".join(_fields()) + " |"]
    lines.append("|" + "---|" * len(_fields()))
    for rule in WALK_FILTER:
        cells = [_shown(getattr(rule, name)) for name in _fields()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _fields() -> list[str]:
    return list(type(WALK_FILTER[0]).__dataclass_fields__)


def _shown(value: object) -> str:
    if isinstance(value, tuple | frozenset | set | list):
        return " ".join(f"`{item}`" for item in sorted(map(str, value)))
    return str(value).replace("|", "\\|")


if __name__ == "__main__":
    for page, content in pages().items():
        Path(__file__).with_name(page).write_text(content, encoding="utf-8", newline="\n")
