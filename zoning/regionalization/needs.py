"""Unlike needs: how far what a unit lacks is from what a centre and those beside it lack."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def unlike_needs(
    lacks: pd.DataFrame, weights: pd.Series, links: pd.DataFrame, pairs: pd.DataFrame
) -> Floats:
    """Measure how unlike each unit's needs are to those around each of its possible centres.

    Parameters
    ----------
    lacks
        Unit x have: 1 or true where the unit lacks the have.
    weights
        Unit -> households.
    links
        Columns ``focal``, ``neighbor``: linked pairs; rows that name others are passed over.
    pairs
        Columns ``unit``, ``centre``.

    Returns
    -------
    ndarray
        For each row of `pairs` the mean over haves of the squared difference between what the unit
        lacks (1 or 0) and the share that lacks it among the centre and those linked with it; times
        the mean weight over the unit's own. Multiplied by a weight, as costs are, each unit counts
        alike: a library is missing whether for 30 households or for 300. 0 where nothing weighs.

    Notes
    -----
    One community's list is a poor stand-in for a zone's; the mean of a centre and its neighbours is
    nearer to the mean of the zone, about which squares are least: their sum is the zone's spread.
    """
    units = lacks.index.astype("str")
    own = lacks.to_numpy(dtype="float64")
    around = _around(own, units, links)
    unit = units.get_indexer(pd.Index(pairs["unit"].astype("str")))
    centre = units.get_indexer(pd.Index(pairs["centre"].astype("str")))
    total = np.zeros(len(pairs))
    for have in range(own.shape[1]):
        total += (own[unit, have] - around[centre, have]) ** 2
    held = weights.to_numpy(dtype="float64")[weights.index.get_indexer(lacks.index)]
    share = np.divide(held.mean(), held, out=np.zeros(len(held)), where=held > 0)
    unlike: Floats = total / max(own.shape[1], 1) * share[unit]
    return unlike


def _around(own: Floats, units: pd.Index, links: pd.DataFrame) -> Floats:
    """Give the share that lacks each have among a unit and those linked with it."""
    one = units.get_indexer(pd.Index(links["focal"].astype("str")))
    other = units.get_indexer(pd.Index(links["neighbor"].astype("str")))
    known = (one >= 0) & (other >= 0) & (one != other)
    both = np.stack([np.minimum(one[known], other[known]), np.maximum(one[known], other[known])])
    ends = np.unique(both, axis=1)
    total, count = own.copy(), np.ones((len(own), 1))
    for first, second in (ends, ends[::-1]):
        np.add.at(total, first, own[second])
        np.add.at(count, first, 1.0)
    mean: Floats = np.asarray(total / count, dtype=np.float64)
    return mean
