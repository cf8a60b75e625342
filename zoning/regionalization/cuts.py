"""Connectedness priced into the bound: separator cuts, found on the way and given multipliers."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Floats, Instance, Ints
from zoning.regionalization.knapsack import Columns

HALF: Final = 0.5

OWN, RIM, SIDE, CLOSED = 1, 2, 3, 4
"""Marks of nodes while a separator is sought: the piece, beside it, the centre's side, closed."""

MOST: Final = 20_000
"""Most cuts of a pool; further ones are passed over."""


class PricedCuts(NamedTuple):
    """Cuts x_ij <= sum of x_sj over a separator, with their multipliers, by node and centre's unit.

    ``start`` compresses ``through``, the nodes of the separators.
    """

    node: Ints
    unit: Ints
    start: Ints
    through: Ints
    price: Floats


class CutPool:
    """Cuts met so far on the columns of one instance, each once, with their multipliers.

    Parameters
    ----------
    instance, columns
        The instance and its permitted pairs by centre.
    known
        Cuts of an earlier relaxation to start from; those on pairs that are closed now fall away.
    """

    def __init__(
        self, instance: Instance, columns: Columns, known: PricedCuts | None = None
    ) -> None:
        self._instance = instance
        self._columns = columns
        self._seen: dict[bytes, int] = {}
        self._laid = columns.cost.copy()
        self._limits = columns.limits.copy()
        self.entry = np.zeros(0, dtype=np.int64)
        self.owner = np.zeros(0, dtype=np.int64)
        self.through = np.zeros(0, dtype=np.int64)
        self.price = np.zeros(0)
        if known is not None and len(known.node):
            self._take_over(known)

    def _take_over(self, known: PricedCuts) -> None:
        place = {int(unit): j for j, unit in enumerate(self._instance.centre_unit)}
        centre = np.array([place.get(int(unit), -1) for unit in known.unit], dtype=np.int64)
        owner = np.repeat(np.arange(len(known.node)), np.diff(known.start))
        entry = locate(self._columns, known.node, centre)
        through = locate(self._columns, known.through, centre[owner])
        kept = np.flatnonzero(entry >= 0)
        self._append(entry, owner, through, kept)
        self.price = known.price[kept]

    def _append(self, entry: Ints, owner: Ints, through: Ints, kept: Ints) -> None:
        renumber = np.full(len(entry), -1, dtype=np.int64)
        renumber[kept] = len(self.entry) + np.arange(len(kept))
        inside = (renumber[owner] >= 0) & (through >= 0)
        self.entry = np.concatenate([self.entry, entry[kept]])
        self.owner = np.concatenate([self.owner, renumber[owner[inside]]])
        self.through = np.concatenate([self.through, through[inside]])
        self.price = np.concatenate([self.price, np.zeros(len(kept))])

    def separate(self, taken: Floats, chosen: Ints) -> None:
        """Add cuts that the zones of the chosen centres break."""
        entry, start, through = broken(
            self._columns, self._instance.indptr, self._instance.indices, taken, chosen
        )
        fresh = []
        for number in range(len(entry)):
            ends = through[start[number] : start[number + 1]]
            key = entry[number].tobytes() + ends.tobytes()
            if key not in self._seen and len(self._seen) < MOST:
                self._seen[key] = 1
                fresh.append(number)
        if not fresh:
            return
        owner = np.repeat(np.arange(len(entry)), np.diff(start))
        self._append(entry, owner, through, np.array(fresh, dtype=np.int64))

    def lay(self, price: Floats) -> Columns:
        """Give the columns with multipliers added to costs; valid until the next call."""
        if not len(self.entry):
            return self._columns
        cost, columns = self._laid, self._columns
        cost[self.entry], cost[self.through] = columns.cost[self.entry], columns.cost[self.through]
        np.add.at(cost, self.entry, price)
        np.subtract.at(cost, self.through, price[self.owner])
        use = columns.use[columns.item[self.through]]
        lowered = columns.cost[self.through] - cost[self.through]
        spare = lowered[use > 0] / use[use > 0]
        self._limits[4] = max(0.0, float(spare.max(initial=0.0)))
        return columns._replace(cost=cost, limits=self._limits)

    def offsets(self, price: Floats) -> Floats:
        """Give what multipliers add to the cost of each permitted pair."""
        offset = np.bincount(self.entry, weights=price, minlength=len(self._columns.item))
        if len(self.through):
            offset -= np.bincount(
                self.through, weights=price[self.owner], minlength=len(self._columns.item)
            )
        return np.asarray(offset, dtype=np.float64)

    def excess(self, taken: Floats) -> Floats:
        """Give by how much each cut is broken (negative: kept with room)."""
        through = np.bincount(self.owner, weights=taken[self.through], minlength=len(self.entry))
        return np.asarray(taken[self.entry] - through, dtype=np.float64)

    def priced(self, price: Floats) -> PricedCuts:
        """Name the cuts that have a price, to start another relaxation from."""
        kept = np.flatnonzero(price > 0)
        centre = np.searchsorted(self._columns.start, self.entry[kept], side="right") - 1
        rows = np.isin(self.owner, kept)
        order = np.argsort(self.owner[rows], kind="stable")
        counts = np.bincount(self.owner[rows], minlength=len(self.entry))[kept]
        return PricedCuts(
            node=self._columns.item[self.entry[kept]],
            unit=self._instance.centre_unit[centre],
            start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            through=self._columns.item[self.through[rows][order]],
            price=price[kept],
        )


@compiled
def locate(columns: Columns, node: Ints, centre: Ints) -> Ints:
    """Find the permitted pairs of nodes and centres; -1 where a pair is closed."""
    place = np.full(len(node), -1, dtype=np.int64)
    for n in range(len(node)):
        if centre[n] < 0:
            continue
        first, last = columns.start[centre[n]], columns.start[centre[n] + 1]
        p = first + np.searchsorted(columns.item[first:last], node[n])
        if p < last and columns.item[p] == node[n]:
            place[n] = p
    return place


@compiled
def broken(
    columns: Columns, indptr: Ints, indices: Ints, taken: Floats, chosen: Ints
) -> tuple[Ints, Ints, Ints]:
    """Find pieces that are not joined with their centre: one cut each, for their cheapest node.

    The separator of a piece holds the nodes beside it that the centre reaches without crossing
    another of them. Gives the pair, the compressed separators and their pairs.
    """
    nodes = len(indptr) - 1
    entry, start, through = [-1], [0], [-1]
    pair = np.full(nodes, -1, dtype=np.int64)
    state = np.zeros(nodes, dtype=np.int64)
    queue = np.empty(nodes, dtype=np.int64)
    for j in chosen:
        first, last = columns.start[j], columns.start[j + 1]
        pair[:] = -1
        state[:] = 0
        for p in range(first, last):
            pair[columns.item[p]] = p
            if taken[p] > HALF:
                state[columns.item[p]] = 1
        flood(indptr, indices, state, queue, columns.home[j], 1, 2)
        for p in range(first, last):
            i = columns.item[p]
            if state[i] != 1:
                continue
            size = flood(indptr, indices, state, queue, i, 1, 3)
            entry.append(p)
            add_separator(columns, indptr, indices, pair, queue[:size].copy(), j, through)
            start.append(len(through) - 1)
    return (
        np.array(entry, dtype=np.int64)[1:],
        np.array(start, dtype=np.int64),
        np.array(through, dtype=np.int64)[1:],
    )


@compiled
def flood(
    indptr: Ints, indices: Ints, state: Ints, queue: Ints, root: int, before: int, after: int
) -> int:
    """Turn what is joined with a node from one state into another; count it."""
    state[root] = after
    queue[0] = root
    done, known = 0, 1
    while done < known:
        i = queue[done]
        done += 1
        for p in range(indptr[i], indptr[i + 1]):
            other = indices[p]
            if state[other] == before:
                state[other] = after
                queue[known] = other
                known += 1
    return known


@compiled
def add_separator(
    columns: Columns,
    indptr: Ints,
    indices: Ints,
    pair: Ints,
    piece: Ints,
    j: int,
    through: list[int],
) -> None:
    """Append the pairs of the nodes that separate a piece from its centre."""
    side = np.where(pair < 0, CLOSED, 0)
    side[columns.home[j]] = 0
    side[piece] = OWN
    for i in piece:
        for other in indices[indptr[i] : indptr[i + 1]]:
            if side[other] == 0:
                side[other] = RIM
    queue = np.empty(len(pair), dtype=np.int64)
    flood(indptr, indices, side, queue, columns.home[j], 0, SIDE)
    for i in np.flatnonzero(side == RIM):
        if (side[indices[indptr[i] : indptr[i + 1]]] == SIDE).any():
            through.append(pair[i])  # noqa: PERF401  compiled lists have no extend by generator
