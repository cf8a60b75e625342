"""Unlike needs: how far what a unit lacks is from what a centre and those beside it lack."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def unlike_needs(
    lacks: pd.DataFrame, weights: pd.Series, around: pd.DataFrame, pairs: pd.DataFrame
) -> Floats:
    """Measure how unlike each unit's needs are to those around each of its possible centres.

    Parameters
    ----------
    lacks
        Unit x have: 1 or true where the unit lacks the have.
    weights
        Unit -> households.
    around
        Unit x have: the share that lacks it around a unit; rows and columns as `lacks`.
    pairs
        Columns ``unit``, ``centre``.

    Returns
    -------
    ndarray
        For each row of `pairs` the mean over haves of the squared difference between what the unit
        lacks (1 or 0) and the share that lacks it around the centre; times the mean weight over the
        unit's own. Multiplied by a weight, as costs are, each unit counts alike: a library is
        missing whether for 30 households or for 300. 0 where nothing weighs.

    Notes
    -----
    Squares about the mean of a zone add up to its spread. The mean depends on the plan; the nearer
    `around` is to it, the nearer the cost of a plan is to its spread, and never below it.
    """
    units = lacks.index.astype("str")
    own = lacks.to_numpy(dtype="float64")
    shares = around.to_numpy(dtype="float64")
    unit = units.get_indexer(pd.Index(pairs["unit"].astype("str")))
    centre = units.get_indexer(pd.Index(pairs["centre"].astype("str")))
    total = np.zeros(len(pairs))
    for have in range(own.shape[1]):
        total += (own[unit, have] - shares[centre, have]) ** 2
    unlike: Floats = total / max(own.shape[1], 1) * evening(weights.reindex(lacks.index))[unit]
    return unlike


def evening(weights: pd.Series) -> Floats:
    """Give the mean weight over each unit's own, 0 where nothing weighs."""
    held = weights.to_numpy(dtype="float64")
    even: Floats = np.divide(held.mean(), held, out=np.zeros(len(held)), where=held > 0)
    return even


def share_around(lacks: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Give the share that lacks each have among a unit and those linked with it.

    Parameters
    ----------
    lacks
        Unit x have: 1 or true where the unit lacks the have.
    links
        Columns ``focal``, ``neighbor``: linked pairs; rows that name others are passed over.

    Returns
    -------
    DataFrame
        As `lacks`, 0-1.
    """
    units = lacks.index.astype("str")
    one = units.get_indexer(pd.Index(links["focal"].astype("str")))
    other = units.get_indexer(pd.Index(links["neighbor"].astype("str")))
    known = (one >= 0) & (other >= 0) & (one != other)
    both = np.stack([np.minimum(one[known], other[known]), np.maximum(one[known], other[known])])
    ends = np.unique(both, axis=1)
    own = lacks.to_numpy(dtype="float64")
    total, count = own.copy(), np.ones((len(own), 1))
    for first, second in (ends, ends[::-1]):
        np.add.at(total, first, own[second])
        np.add.at(count, first, 1.0)
    return pd.DataFrame(total / count, index=lacks.index, columns=lacks.columns)


def share_within(lacks: pd.DataFrame, zones: pd.Series) -> pd.DataFrame:
    """Give the share that lacks each have in each unit's own zone, as `lacks`, 0-1."""
    label = zones.reindex(lacks.index).to_numpy()
    return lacks.astype("float64").groupby(label).transform("mean")
