"""Spots: places that are one, to the millimetre; and the ends of lines."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MILLIMETRE: Final = 1e-3
"""Places closer than this are one: finer than any survey, coarser than rounding."""

_LARGEST: Final = 2**62


def number_spots(xy: Floats) -> tuple[Ints, Ints]:
    """Give one number to the places of one millimetre.

    Parameters
    ----------
    xy
        Coordinates in metres, shape (n, 2).

    Returns
    -------
    number : array
        Number of each place, in the order of x, then y; shape (n,).
    first : array
        The first place of each number.
    """
    if not len(xy):
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing
    cells = np.round(xy / MILLIMETRE).astype(np.int64)
    low = cells.min(axis=0)
    x, y = (cells - low).T
    height = int(y.max()) + 1
    if (int(x.max()) + 1) * height > _LARGEST:  # a layer of more than 2 000 km
        x, _ = number_keys(x)
        y, _ = number_keys(y)
        height = int(y.max()) + 1
    # one number for both coordinates is sorted ten times as fast as pairs are
    return number_keys(x * height + y)


def number_keys(keys: Ints) -> tuple[Ints, Ints]:
    """Give one number to equal keys, ascending.

    Parameters
    ----------
    keys
        Whole numbers, shape (n,).

    Returns
    -------
    number : array
        Number of each key, shape (n,).
    first : array
        The first place of each number.
    """
    # the fast sort does not keep equal keys in order: the first place of each is the least
    order = np.argsort(keys)
    ordered = keys[order]
    is_new = np.ones(len(keys), dtype=bool)
    is_new[1:] = ordered[1:] != ordered[:-1]
    number = np.empty(len(keys), dtype=np.int64)
    number[order] = np.cumsum(is_new) - 1
    begin = np.flatnonzero(is_new)
    return number, np.minimum.reduceat(order, begin) if len(begin) else order


def tips_of(lines: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Give the first and the last point of each line.

    Parameters
    ----------
    lines
        Lines, none empty.
    """
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(owner)) - 1 if len(owner) else first
    return xy[first], xy[last]
