"""Sets of up to five partners that stay contiguous: the best of each size for every community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from zoning.partner_terms import (
    TERMS,
    Gains,
    Ints,
    PartnerWeights,
    Situation,
    measure_gains,
    weigh,
)

MOST_IN_SET: Final = 5
"""Partners in one set, at most."""

KEPT: Final = 6
"""Sets of each size kept for each community while larger ones are grown from them."""


@dataclass(frozen=True)
class BestSets:
    """The best set of one size for some communities, one entry a community.

    Parameters
    ----------
    focal
        Position of the community.
    members
        Positions of all members, the community among them, ascending, (k, size).
    points
        By term, together the score.
    gains
        What the points are made of.
    """

    focal: Ints
    members: Ints
    points: dict[str, np.ndarray]
    gains: Gains

    @property
    def score(self) -> np.ndarray:
        """Add up the points."""
        return sum_points(self.points)


def sum_points(points: dict[str, np.ndarray]) -> np.ndarray:
    """Add up points in the order of the terms, so that equal points give equal sums."""
    total = np.zeros(len(points[TERMS[0]]))
    for name in TERMS:
        total += points[name]
    return total


def find_sets(
    situation: Situation, linked: pd.MultiIndex, allowed: np.ndarray, weights: PartnerWeights
) -> list[BestSets]:
    """Find for every community the best contiguous set with one, two, ... five partners.

    Parameters
    ----------
    situation
        The city.
    linked
        Linked pairs of ids.
    allowed
        Who may be a partner, (n,).
    weights
        How much each term counts.

    Returns
    -------
    list
        One entry a size, from one partner on; a community whose part of the adjacency is smaller
        has no entry.

    Notes
    -----
    Sets grow by one linked community at a time, the `KEPT` best of each size and community going
    on, so that the best set with one partner is exact and larger ones are good, not proven best.
    A set has the same score for each of its members. Ties go by ids.
    """
    starts, ends = _neighbours(situation, linked, allowed)
    focal = np.arange(len(situation.ids), dtype=np.int64)
    states = focal[:, None]
    found: list[BestSets] = []
    for _ in range(MOST_IN_SET):
        focal, states = _grow(focal, states, starts, ends)
        if not len(states):
            break
        sets, at = np.unique(states, axis=0, return_inverse=True)
        at = at.reshape(-1)
        gains = measure_gains(sets, situation)
        points = weigh(gains, weights, has_floor=situation.floor is not None)
        # rounded, so that sums in another order break no tie; `at` is the order of the ids
        score = np.round(sum_points(points), 12)
        order = np.lexsort((at, -score[at], focal))
        focal, states, at = focal[order], states[order], at[order]
        rank = np.arange(len(focal)) - np.searchsorted(focal, focal)
        best = at[rank == 0]
        found.append(
            BestSets(
                focal[rank == 0],
                sets[best],
                {name: points[name][best] for name in TERMS},
                Gains(
                    {name: gains.terms[name][best] for name in TERMS},
                    gains.saved[best],
                    gains.likeness[best],
                ),
            )
        )
        focal, states = focal[rank < KEPT], states[rank < KEPT]
    return found


def _neighbours(
    situation: Situation, linked: pd.MultiIndex, allowed: np.ndarray
) -> tuple[Ints, Ints]:
    """List the allowed neighbours of each community, one after the other."""
    one, other = (situation.ids.get_indexer(linked.get_level_values(level)) for level in (0, 1))
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    kept = allowed[columns]
    n = len(situation.ids)
    table = coo_array((np.ones(kept.sum()), (rows[kept], columns[kept])), shape=(n, n)).tocsr()
    table.sort_indices()
    return table.indptr.astype(np.int64), table.indices.astype(np.int64)


def _grow(focal: Ints, states: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Add to each set each neighbour of its members; every set once for each community."""
    degree = starts[1:] - starts[:-1]
    size = states.shape[1]
    grown = []
    for column in range(size):
        member = states[:, column]
        times = degree[member]
        row = np.repeat(np.arange(len(states)), times)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
        new = ends[starts[member[row]] + offset]
        fresh = (states[row] != new[:, None]).all(axis=1)
        wider = np.column_stack([states[row[fresh]], new[fresh]])
        wider.sort(axis=1)
        grown.append(np.column_stack([focal[row[fresh]], wider]))
    unique = np.unique(np.concatenate(grown), axis=0)
    return unique[:, 0], unique[:, 1:]
