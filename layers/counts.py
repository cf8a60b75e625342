"""Counts in sentences for people: thousands set apart, and a noun that agrees with its number."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """Write a count with the English words that follow it.

    Parameters
    ----------
    count
        How many.
    one
        The words after 1: a noun, and the verb that goes with it.
    many
        The words after any other number; `one` with an ``s`` where none are given.

    Returns
    -------
    str
        ``1 community has``, ``1,250 communities have``.
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
