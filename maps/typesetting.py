"""Typesetting of plain text: lines that fit a width, texts cut to a width."""

from __future__ import annotations

import re
from typing import Final

from maps.fonts import Face, one_line

_ELLIPSIS: Final = "…"
_PIECES: Final = re.compile(
    r"[（「《“]*(?:[A-Za-z0-9À-ž.,:;%/()'\"&+\-–_#@]+|.)[，。、；：？！）」》”]*", re.DOTALL
)
"""What a line break may not tear apart: words of letters, marks that belong to a character."""


def wrap(text: str, face: Face, points: float, width_mm: float) -> list[str]:
    """Break a text into lines that are no wider than a column.

    Chinese breaks between characters, words of letters do not; no line begins with a closing
    mark. A single word that is wider than the column is broken where it must be.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECES.findall(one_line(paragraph)):
            if face.width_mm(line + piece, points) <= width_mm or not line.strip():
                line += piece
            else:
                lines.append(line.rstrip())
                line = piece.lstrip()
            while face.width_mm(line, points) > width_mm and len(line) > 1:
                fitting = _fitting(line, face, points, width_mm)
                lines.append(line[:fitting])
                line = line[fitting:]
        if line.strip():
            lines.append(line.rstrip())
    return lines


def cut(text: str, face: Face, points: float, width_mm: float) -> str:
    """Cut a line to a width, with an ellipsis where something is left out."""
    if face.width_mm(text, points) <= width_mm:
        return text
    left = width_mm - face.width_mm(_ELLIPSIS, points)
    return text[: _fitting(text, face, points, left)].rstrip() + _ELLIPSIS


def _fitting(text: str, face: Face, points: float, width_mm: float) -> int:
    """Count the characters that fit; at least one."""
    count = len(text)
    while count > 1 and face.width_mm(text[:count], points) > width_mm:
        count -= 1
    return max(count, 1)
