"""One zoning instance as arrays: units merged by pins, links, weighted costs, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from zoning.regionalization.bounds import Bounds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SLACK: Final = 1e-9
"""Relative slack of the limits: sums of real weights are rounded, whole households are not."""

NO_GROUP: Final = ""
"""Group of a unit whose group is not known; such units form one group of their own."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Arrays of one instance; a *node* is one unit, or several that pins tie and links join.

    Parameters
    ----------
    units
        Ids of units, sorted.
    node
        Node of each unit.
    weight, size
        Sum of weights and number of units of each node.
    indptr, indices
        Links between nodes, compressed by rows, both directions.
    part
        Connected part of each node.
    centre_unit, home
        Unit that is each candidate centre, and its node; sorted by node.
    cost
        Nodes x centres: weight x cost, ``inf`` where a node may not be assigned.
    low, high, units_low, units_high, count_low, count_high
        Limits, slack included for weights.
    tied, apart
        Pairs of nodes that share a zone, or may not.
    balance, target
        Price of each unit of weight by which a zone differs from the target.
    """

    units: tuple[str, ...]
    node: Ints
    weight: Floats
    size: Ints
    indptr: Ints
    indices: Ints
    part: Ints
    centre_unit: Ints
    home: Ints
    cost: Floats
    low: float
    high: float
    units_low: int
    units_high: int
    count_low: int
    count_high: int
    tied: Ints
    apart: Ints
    balance: float
    target: float

    @property
    def nodes(self) -> int:
        """Give the number of nodes."""
        return len(self.weight)

    @property
    def centres(self) -> int:
        """Give the number of candidate centres."""
        return len(self.home)

    def neighbours(self, node: int) -> Ints:
        """Give the nodes linked with a node."""
        return self.indices[self.indptr[node] : self.indptr[node + 1]]

    def with_count(self, low: int, high: int) -> Instance:
        """Give the same instance with another range of counts."""
        return replace(self, count_low=low, count_high=high)

    def subset(self, nodes: Ints, count: int) -> Instance:
        """Cut out some nodes with the links, centres and pins among them, for `count` zones."""
        keep = np.sort(nodes)
        place = np.full(self.nodes, -1, dtype=np.int64)
        place[keep] = np.arange(len(keep))
        centres = np.flatnonzero(place[self.home] >= 0)
        rows = np.repeat(np.arange(self.nodes), np.diff(self.indptr))
        inside = (place[rows] >= 0) & (place[self.indices] >= 0)
        indptr, indices, part = link_arrays(
            len(keep), place[rows[inside]], place[self.indices[inside]]
        )
        return Instance(
            units=tuple(str(number) for number in range(len(keep))),
            node=np.arange(len(keep)),
            weight=self.weight[keep],
            size=self.size[keep],
            indptr=indptr,
            indices=indices,
            part=part,
            centre_unit=self.centre_unit[centres],
            home=place[self.home[centres]],
            cost=self.cost[np.ix_(keep, centres)],
            low=self.low,
            high=self.high,
            units_low=self.units_low,
            units_high=self.units_high,
            count_low=count,
            count_high=count,
            tied=_pairs_within(self.tied, place),
            apart=_pairs_within(self.apart, place),
            balance=self.balance,
            target=self.target,
        )


def _pairs_within(pairs: Ints, place: Ints) -> Ints:
    moved = place[pairs]
    return moved[(moved >= 0).all(axis=1)]


def link_arrays(count: int, first: Ints, second: Ints) -> tuple[Ints, Ints, Ints]:
    """Compress undirected links by rows, and number the connected parts.

    Parameters
    ----------
    count
        Number of nodes.
    first, second
        Ends of links; doubles and loops are dropped.

    Returns
    -------
    tuple
        ``indptr``, ``indices`` (both directions, sorted) and the part of each node.
    """
    apart = first != second
    ends = np.concatenate([first[apart], second[apart]])
    others = np.concatenate([second[apart], first[apart]])
    pairs = np.unique(np.stack([ends, others], axis=1), axis=0) if len(ends) else None
    if pairs is None:
        empty = np.zeros(0, dtype=np.int64)
        return np.zeros(count + 1, dtype=np.int64), empty, np.arange(count)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=count))])
    matrix = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, part = connected_components(matrix.tocsr(), directed=False)
    return indptr.astype(np.int64), pairs[:, 1].astype(np.int64), part.astype(np.int64)


def make_instance(
    weights: pd.Series, adjacency: pd.DataFrame, cost: pd.DataFrame, bounds: Bounds
) -> Instance:
    """Bring the plain tables of `regionalize` into arrays.

    Parameters
    ----------
    weights
        Weight of each unit, by id.
    adjacency
        Pairs ``focal``, ``neighbor`` (columns or key); rows with ``linked`` false and rows that
        name other units are passed over.
    cost
        ``unit``, ``centre``, ``cost`` per unit of weight; rows that name other units are passed
        over.
    bounds
        The limits.

    Returns
    -------
    Instance
        Units sorted by id, so that the order of rows changes nothing.

    Raises
    ------
    ValueError
        If there is no unit, an id repeats, a weight or cost is negative or not finite, a pair of
        costs repeats, a centre lacks the pair with itself, or a pin names an unknown unit.
    """
    units, weight = _units_of(weights)
    position = {unit: number for number, unit in enumerate(units)}
    first, second = _links_of(adjacency, units)
    group = _groups_of(bounds, units)
    if bounds.group_rule == "hard":
        same = group[first] == group[second]
        first, second = first[same], second[same]
    node, tied = _merge(len(units), first, second, _together_sets(bounds, position))
    count = int(node.max()) + 1
    indptr, indices, part = link_arrays(count, node[first], node[second])
    apart = _apart_pairs(bounds, position, node)
    matrix, centre_unit = _cost_matrix(cost, units, weight, group, bounds)
    by_node = matrix if count == len(units) else _sum_rows(matrix, node, count)
    home = node[centre_unit]
    by_node[part[:, None] != part[home][None, :]] = np.inf
    for one, other in apart:
        by_node[one, home == other] = np.inf
        by_node[other, home == one] = np.inf
    order = np.lexsort((centre_unit, home))
    order = order[np.isfinite(by_node[home[order], order])]
    least, most = bounds.count_range
    node_weight = np.bincount(node, weights=weight, minlength=count).astype(np.float64)
    slack = SLACK * max(1.0, float(weight.sum()))
    return Instance(
        units=units,
        node=node,
        weight=node_weight,
        size=np.bincount(node, minlength=count).astype(np.int64),
        indptr=indptr,
        indices=indices,
        part=part,
        centre_unit=centre_unit[order],
        home=home[order],
        cost=np.ascontiguousarray(by_node[:, order]),
        low=max(0.0, bounds.weight[0] - slack),
        high=bounds.weight[1] + slack,
        units_low=1 if bounds.units is None else bounds.units[0],
        units_high=len(units) if bounds.units is None else min(bounds.units[1], len(units)),
        count_low=least,
        count_high=min(most, len(units)) if bounds.count is None else most,
        tied=tied,
        apart=apart,
        balance=bounds.balance,
        target=_target(bounds, float(weight.sum())),
    )


def _sum_rows(matrix: Floats, node: Ints, count: int) -> Floats:
    total = np.zeros((count, matrix.shape[1]))
    np.add.at(total, node, matrix)
    return total


def _target(bounds: Bounds, total: float) -> float:
    if bounds.balance == 0:
        return 0.0
    low, high = bounds.count_range
    if low == high:
        return total / low
    if bounds.weight[1] == float("inf"):
        raise ValueError("balance needs a fixed count or a cap; found neither")
    return (bounds.weight[0] + bounds.weight[1]) / 2


def _units_of(weights: pd.Series) -> tuple[tuple[str, ...], Floats]:
    if weights.empty:
        raise ValueError("weights has no unit; nothing can be assigned")
    ids = weights.index.astype("str")
    if ids.has_duplicates:
        raise ValueError(f"weights names a unit twice: {ids[ids.duplicated()][0]!r}")
    ordered = pd.Series(weights.to_numpy(dtype="float64"), index=ids).sort_index()
    values = ordered.to_numpy()
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(
            f"weights must be finite and not negative: {ordered.index[first]!r} has "
            f"{values[first]!r}"
        )
    return tuple(ordered.index), values


def _links_of(adjacency: pd.DataFrame, units: tuple[str, ...]) -> tuple[Ints, Ints]:
    table = adjacency if "focal" in adjacency.columns else adjacency.reset_index()
    if "linked" in table.columns:
        table = table.loc[table["linked"].fillna(value=False).astype(bool)]
    index = pd.Index(units)
    first = index.get_indexer(pd.Index(table["focal"].astype("str")))
    second = index.get_indexer(pd.Index(table["neighbor"].astype("str")))
    known = (first >= 0) & (second >= 0)
    return first[known].astype(np.int64), second[known].astype(np.int64)


def _groups_of(bounds: Bounds, units: tuple[str, ...]) -> npt.NDArray[np.int64]:
    if bounds.groups is None or bounds.group_rule == "off":
        return np.zeros(len(units), dtype=np.int64)
    series = bounds.groups.copy()
    series.index = series.index.astype("str")
    named = series.reindex(list(units)).astype("object")
    words = named.where(named.notna(), NO_GROUP).astype("str")
    return np.unique(words.to_numpy(dtype=str), return_inverse=True)[1].astype(np.int64)


def _together_sets(bounds: Bounds, position: Mapping[str, int]) -> list[list[int]]:
    labels: dict[str, list[str]] = {}
    for unit, label in bounds.locked.items():
        labels.setdefault(label, []).append(unit)
    named = [*bounds.together, *(labels[label] for label in sorted(labels))]
    return [_positions(members, position) for members in named]


def _positions(members: Sequence[str], position: Mapping[str, int]) -> list[int]:
    unknown = [unit for unit in members if unit not in position]
    if unknown:
        raise ValueError(f"a pin names the unknown unit {unknown[0]!r}")
    return sorted({position[unit] for unit in members})


def _merge(count: int, first: Ints, second: Ints, sets: list[list[int]]) -> tuple[Ints, Ints]:
    """Merge units that pins tie *and* links join; list the ties that links do not join."""
    label = np.full(count, -1, dtype=np.int64)
    ties = [(group[0], other) for group in sets for other in group[1:]]
    if ties:
        pairs = np.array(ties, dtype=np.int64)
        label = link_arrays(count, pairs[:, 0], pairs[:, 1])[2]
        sizes = np.bincount(label)
        label = np.where(sizes[label] > 1, label, -1)
    inner = (label[first] >= 0) & (label[first] == label[second])
    node = link_arrays(count, first[inner], second[inner])[2]
    # Numbered by the least unit, so that the numbering does not depend on the links' order.
    _, firsts, node = np.unique(node, return_index=True, return_inverse=True)
    node = np.argsort(np.argsort(firsts))[node].astype(np.int64)
    tied = {
        (int(node[members[0]]), int(node[other]))
        for value in np.unique(label[label >= 0])
        for members in [np.flatnonzero(label == value)]
        for other in members[1:]
        if node[members[0]] != node[other]
    }
    return node, _pair_array(tied)


def _apart_pairs(bounds: Bounds, position: Mapping[str, int], node: Ints) -> Ints:
    pairs: set[tuple[int, int]] = set()
    labelled: dict[str, int] = {}
    for unit in sorted(bounds.locked):
        labelled.setdefault(bounds.locked[unit], _positions([unit], position)[0])
    sets = [_positions(members, position) for members in bounds.apart]
    sets.append(sorted(labelled.values()))
    for members in sets:
        for number, one in enumerate(members):
            for other in members[number + 1 :]:
                ends = sorted((int(node[one]), int(node[other])))
                pairs.add((ends[0], ends[1]))
    return _pair_array(pairs)


def _pair_array(pairs: set[tuple[int, int]]) -> Ints:
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _cost_matrix(
    cost: pd.DataFrame, units: tuple[str, ...], weight: Floats, group: Ints, bounds: Bounds
) -> tuple[Floats, Ints]:
    """Lay weighted costs out as units x centres; ``inf`` where no pair is given."""
    index = pd.Index(units)
    row = index.get_indexer(pd.Index(cost["unit"].astype("str")))
    column = index.get_indexer(pd.Index(cost["centre"].astype("str")))
    known = (row >= 0) & (column >= 0)
    row, column = row[known], column[known]
    values = cost["cost"].to_numpy(dtype="float64")[known]
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(
            f"cost must be finite and not negative: ({units[row[at]]!r}, {units[column[at]]!r}) "
            f"has {values[at]!r}"
        )
    centre_unit = np.unique(column)
    lone = np.setdiff1d(centre_unit, column[row == column])
    if len(lone):
        raise ValueError(f"cost lacks the pair of the centre {units[lone[0]]!r} with itself")
    place = np.searchsorted(centre_unit, column)
    if len(np.unique(row * len(centre_unit) + place)) != len(row):
        raise ValueError("cost names a pair twice")
    matrix = np.full((len(units), len(centre_unit)), np.inf)
    matrix[row, place] = values
    mixed = group[:, None] != group[centre_unit][None, :]
    if bounds.group_rule == "hard":
        matrix[mixed] = np.inf
    elif bounds.group_rule == "soft":
        matrix[mixed] += bounds.group_penalty
    missing = np.isinf(matrix)
    matrix[missing] = 0.0
    matrix *= weight[:, None]
    matrix[missing] = np.inf
    return matrix, centre_unit.astype(np.int64)
