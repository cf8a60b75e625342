"""Safe fixing: which pairs of node and centre can still occur in a plan better than the best."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from zoning.regionalization.bound import Relaxation
from zoning.regionalization.compiled import compiled
from zoning.regionalization.instance import Flags, Floats, Instance, Ints
from zoning.regionalization.knapsack import make_columns, measure

SLACK: Final = 1e-9
"""Share of the objective by which a pair must lose before it is closed: above rounding."""

SEPARABLE: Final = 1_200
"""Most nodes of an instance for which contiguity is priced into the bound."""


def open_pairs(instance: Instance, found: Relaxation, upper: float) -> Flags:
    """Tell which pairs may still occur in a plan better than `upper`.

    Parameters
    ----------
    instance, found
        The instance and its relaxation.
    upper
        Objective of the best plan known; pairs that only occur in plans of this objective or more
        are closed.

    Returns
    -------
    ndarray
        Nodes x centres.

    Notes
    -----
    Opening a centre outside the `k` least raises the bound by the difference of values; when the
    number of zones can still grow, by its own value at most. Serving an item beyond the knapsack's
    edge raises it by its reduced cost; and because zones are connected, by that of every node on
    the way: the rise of a pair is the cheapest path from the centre to the node, each node on it
    at its reduced cost where that is positive.
    """
    finite = np.isfinite(found.values)
    order = np.sort(found.values[finite])
    low = instance.count_low
    high = min(instance.count_high, len(order))
    number = max(low, int((order[:high] < 0).sum()))
    last = order[number - 1] if number else 0.0
    threshold = last if number == high else max(last, 0.0)
    extra = np.where(finite, np.maximum(found.values - threshold, 0.0), np.inf)
    most = upper - found.bound + SLACK * max(1.0, abs(upper))
    centres = np.flatnonzero(extra <= most)
    use = measure(instance)[0]
    reduced = instance.cost[:, centres] - found.prices[:, None]
    if found.offsets is not None:
        reduced += _offset_matrix(instance, found.offsets)[:, centres]
    reduced -= np.outer(use, found.slopes[centres])
    np.maximum(reduced, 0.0, out=reduced)
    rise = paths(
        instance.indptr, instance.indices, instance.home[centres], reduced, most - extra[centres]
    )
    open_ = np.zeros(instance.cost.shape, dtype=np.bool_)
    open_[:, centres] = rise <= (most - extra[centres])[None, :]
    return open_


def _offset_matrix(instance: Instance, offsets: Floats) -> Floats:
    """Lay the prices of cuts out as nodes x centres."""
    columns = make_columns(instance)
    centre = np.repeat(np.arange(instance.centres), np.diff(columns.start))
    matrix = np.zeros(instance.cost.shape)
    matrix[columns.item, centre] = offsets
    return matrix


@compiled
def paths(indptr: Ints, indices: Ints, homes: Ints, price: Floats, most: Floats) -> Floats:
    """Give the cheapest path from each centre to each node, nodes priced; ``inf`` beyond `most`."""
    nodes, centres = price.shape
    least = np.full((nodes, centres), np.inf)
    queue = np.empty(nodes, dtype=np.int64)
    waits = np.zeros(nodes, dtype=np.bool_)
    for c in range(centres):
        least[homes[c], c] = 0.0
        queue[0] = homes[c]
        first, waiting = 0, 1
        while waiting > 0:
            i = queue[first]
            first = (first + 1) % nodes
            waiting -= 1
            waits[i] = False
            for p in range(indptr[i], indptr[i + 1]):
                other = indices[p]
                length = least[i, c] + price[other, c]
                if length <= most[c] and length < least[other, c]:
                    least[other, c] = length
                    if not waits[other]:
                        queue[(first + waiting) % nodes] = other
                        waits[other] = True
                        waiting += 1
    return least


def restrict(instance: Instance, open_: Flags) -> Instance:
    """Give an instance with the pairs that are open, around centres that may serve themselves."""
    centres = np.flatnonzero(open_[instance.home, np.arange(instance.centres)])
    return replace(
        instance,
        centre_unit=instance.centre_unit[centres],
        home=instance.home[centres],
        cost=np.where(open_[:, centres], instance.cost[:, centres], np.inf),
    )


def is_separable(instance: Instance) -> bool:
    """Tell whether an instance is small enough for contiguity to be priced into its bound."""
    return instance.nodes <= SEPARABLE
