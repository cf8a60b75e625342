"""Characters that no document, map or table can carry."""

from __future__ import annotations

import re
from typing import Final

UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Controls other than tab and line breaks, and code points that are no character: XML,
and so every workbook, document and extract, forbids them."""


def printable(text: str) -> str:
    """Give a text without characters that cannot be written.

    Parameters
    ----------
    text
        Any text.
    """
    return UNPRINTABLE.sub("", text)
