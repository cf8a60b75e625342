"""The one face that papers are set in: where it lies, which glyphs it has, how wide text runs."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties

from layers.errors import OutputError
from maps.paper import MM_PER_POINT

_PACKAGE: Final = "zhplot"
_FILE: Final = "NotoSansSC-Regular.ttf"


@dataclass(frozen=True)
class Face:
    """A font face with what typesetting needs to know of it.

    Parameters
    ----------
    path
        The font file.
    advances
        Width of each character that the face has, in em.
    excerpt
        A small font file with some of its glyphs, which is quicker to draw with.
    excerpted
        Characters in `excerpt`.
    """

    path: Path
    advances: Mapping[str, float]
    excerpt: Path | None = None
    excerpted: frozenset[str] = frozenset()

    def draws(self, text: str) -> bool:
        """Tell whether the excerpt has all glyphs of a text."""
        return self.excerpt is not None and self.excerpted.issuperset(text)

    def font(self, text: str, points: float) -> FontProperties:
        """Give the font to draw a text with."""
        path = self.excerpt if self.draws(text) else self.path
        return FontProperties(fname=str(path), size=points)

    def width_mm(self, text: str, points: float) -> float:
        """Measure a line of text set in `points`, millimetres; a missing glyph counts one em."""
        advances = self.advances
        return sum(advances.get(character, 1.0) for character in text) * points * MM_PER_POINT

    def lacks(self, text: str) -> list[str]:
        """List the characters of a text, set as one line, that the face cannot draw."""
        return sorted({one for one in one_line(text) if one not in self.advances})

    def require(self, text: str) -> None:
        """Refuse a text with a character that the face cannot draw.

        Raises
        ------
        OutputError
            If a glyph is missing; a sheet with holes in its names must not be printed.
        """
        lacking = sorted({character for character in text if character not in self.advances})
        if lacking:
            codes = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in lacking)
            raise OutputError(
                en=f"The font {self.path.name} has no glyph for {codes} in the text {text!r}. "
                "Write the name with another character in the input.",
                zh=f"字体 {self.path.name} 缺少字形 {codes},出自文字 {text!r}。"
                "请在输入数据中改用其他写法。",
            )


@cache
def paper_face() -> Face:
    """Find the face of papers, Noto Sans SC, without importing the package that carries it.

    Raises
    ------
    OutputError
        If the package or its font file is not there.
    """
    found = importlib.util.find_spec(_PACKAGE)
    path = Path(found.origin or "").parent / "fonts" / _FILE if found else Path(_FILE)
    if not path.is_file():
        raise OutputError(
            en=f"The font {_FILE} of the package {_PACKAGE!r} was not found at {str(path)!r}. "
            f"Install it: python -m pip install {_PACKAGE}",
            zh=f"未找到软件包 {_PACKAGE!r} 的字体 {_FILE}(位置 {str(path)!r})。"
            f"请安装:python -m pip install {_PACKAGE}",
        )
    return read_face(path)


def read_face(path: Path) -> Face:
    """Read which characters a font file has and how wide they are."""
    with TTFont(path, lazy=True) as font:
        em = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        advances = {chr(code): metrics[name][0] / em for code, name in font.getBestCmap().items()}
    return Face(path, advances)


_WITHOUT: Final = (
    *("BASE", "GDEF", "GPOS", "GSUB", "kern", "DSIG", "vhea", "vmtx", "VORG"),
    *("cvt ", "fpgm", "prep", "gasp", "hdmx", "VDMX", "LTSH"),
)
"""Tables that horizontal text of single characters, drawn without hinting, has no use for."""


def excerpt_of(face: Face, characters: Iterable[str], path: Path) -> Face:
    """Write a small font with some characters of a face, to draw many lines of text with.

    Parameters
    ----------
    face
        The face.
    characters
        Characters to keep; those that the face lacks are passed over.
    path
        The font file to write.

    Notes
    -----
    The whole face has 30 000 glyphs and rules of typesetting for them: the drawing library reads
    and applies them for each line, and cuts the file down for each document, several times.
    """
    kept = frozenset(characters) & face.advances.keys()
    options = subset.Options(drop_tables=list(_WITHOUT), layout_features=[], hinting=False)
    with subset.load_font(str(face.path), options, lazy=True) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(sorted(kept)))
        cutter.subset(font)
        subset.save_font(font, str(path), options)
    return replace(face, excerpt=path, excerpted=kept)


def one_line(text: str) -> str:
    """Bring a text of the data into one printable line: no control or invisible characters."""
    if text.isprintable():
        return " ".join(text.split())
    kept = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif kind not in {"Cf", "Cs"}:
            kept.append(character)
    return " ".join("".join(kept).split())
