"""How much is tried: all of it by `.ci/full`, less by every other run."""

from __future__ import annotations

import os
from typing import Final

FULL: Final = bool(os.environ.get("LIANPIAN_FULL"))


def examples(full: int, else_: int) -> int:
    """Give the number of examples of a property test."""
    return full if FULL else else_
