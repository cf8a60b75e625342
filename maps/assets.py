"""Scripts, styles and templates that pages carry with them: nothing is fetched when one opens."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from xstatic.pkg import leaflet

_SOURCE_MAP: Final = re.compile(r"^\s*//[#@]\s*sourceMappingURL=.*$", re.MULTILINE)
_RELATIVE_IMAGE: Final = re.compile(r"url\((?!data:)[^)]*\)")


@cache
def static_text(name: str) -> str:
    """Read one of the package's own files of `maps/static`."""
    return resources.files("maps").joinpath("static", name).read_text(encoding="utf-8")


@cache
def static_table(name: str) -> dict[str, list[str]]:
    """Read a JSON file of `maps/static` that maps a key to a list of texts."""
    table: dict[str, list[str]] = json.loads(static_text(name))
    return table


@cache
def leaflet_script() -> str:
    """Give Leaflet's script, without the address of its source map."""
    return _script(Path(leaflet.BASE_DIR, "leaflet.js"))


@cache
def leaflet_style() -> str:
    """Give Leaflet's style sheet without its three images.

    The images belong to the layer switch and the pin, which no page here uses; left in, they would
    be requests for files that are not there.
    """
    sheet = Path(leaflet.BASE_DIR, "leaflet.css").read_text(encoding="utf-8")
    return _RELATIVE_IMAGE.sub("none", sheet)


def _script(path: Path) -> str:
    text = _SOURCE_MAP.sub("", path.read_text(encoding="utf-8")).strip()
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError(f"{path.name} cannot stand inside a page as it is")
    return text
