"""Exact plans through HiGHS: solve, cut what is not connected, solve again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.sparse import csr_array

from zoning.regionalization.cuts import PricedCuts
from zoning.regionalization.instance import Flags, Floats, Instance, Ints
from zoning.regionalization.moves import Ground
from zoning.regionalization.search import Found, read_plan
from zoning.solver import Programme, solve

HALF: Final = 0.5

ROUNDS: Final = 200
"""Most rounds of cutting; each adds at least one cut, so that only odd limits come near it."""

SAFETY: Final = 1e-6
"""Share of the objective taken off HiGHS's bound, above its tolerances."""


@dataclass(frozen=True, kw_only=True)
class Exact:
    """Result of an exact solve.

    Parameters
    ----------
    status
        ``optimal``, ``infeasible`` (among the pairs given), or ``stopped`` by a limit.
    found
        Best plan that keeps every rule, or None.
    bound
        Proven lower bound among the pairs given.
    rounds
        Programmes solved.
    """

    status: Literal["optimal", "infeasible", "stopped"]
    found: Found | None
    bound: float
    rounds: int


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Variables of the model: one for each open pair of node and centre."""

    node: Ints
    centre: Ints
    of: Ints
    own: Ints

    @property
    def count(self) -> int:
        """Give the number of pairs."""
        return len(self.node)

    @property
    def columns(self) -> int:
        """Give the number of variables: the pairs, then the imbalance of each centre."""
        return self.count + len(self.own)


def solve_exactly(
    instance: Instance,
    ground: Ground,
    open_: Flags,
    *,
    max_nodes: int,
    time_limit_s: float | None = None,
    start: Found | None = None,
    cuts: PricedCuts | None = None,
) -> Exact:
    """Solve the centre model over the open pairs, adding contiguity cuts as they are broken.

    Parameters
    ----------
    instance, ground
        The instance and its layout for the kernels.
    open_
        Nodes x centres: pairs that may be used.
    max_nodes
        Most nodes of each search tree.
    time_limit_s
        Most seconds for each programme.
    start
        A plan to start from.
    cuts
        Contiguity cuts that the bound found worth a price; they stand in the model from the start.

    Returns
    -------
    Exact
        ``optimal`` means: no plan over the open pairs is cheaper.

    Notes
    -----
    Variables x_ij. Separator cuts x_ij <= sum over S of x_sj hold whenever S separates i from j's
    node; the neighbours of i are such a set and stand in the model from the start.
    """
    pairs = _list_pairs(instance, open_)
    typical = float(np.mean(instance.cost[pairs.node, pairs.centre])) if pairs.count else 0.0
    scale = typical + instance.balance * float(instance.weight.mean()) or 1.0
    programme = _pose(instance, pairs, scale)
    if cuts is not None and len(cuts.node):
        programme = _add_cuts(programme, _known_cuts(instance, pairs, cuts), pairs.columns)
    best = start
    values = None if start is None else _values(instance, start, pairs)
    lower = -math.inf
    for number in range(1, ROUNDS + 1):
        answer = solve(programme, max_nodes=max_nodes, time_limit_s=time_limit_s, start=values)
        if answer.status == "infeasible":
            return Exact(status="infeasible", found=best, bound=math.inf, rounds=number)
        lower = max(lower, (answer.bound - SAFETY * abs(answer.bound)) * scale)
        if answer.values is None:
            return Exact(status="stopped", found=best, bound=lower, rounds=number)
        zone, centre = _read_zones(instance, pairs, answer.values)
        plan = read_plan(ground, zone, len(centre))
        fresh = _cuts(instance, pairs, zone, centre)
        whole = plan is not None and not fresh
        if plan is not None and whole and (best is None or plan.objective < best.objective):
            best = plan
        if whole and answer.status == "optimal":
            return Exact(status="optimal", found=best, bound=lower, rounds=number)
        if answer.status == "stopped":
            return Exact(status="stopped", found=best, bound=lower, rounds=number)
        if not fresh:
            fresh = [_forbid(pairs, zone, centre)]
        programme = _add_cuts(programme, fresh, pairs.columns)
    return Exact(status="stopped", found=best, bound=lower, rounds=ROUNDS)


def _list_pairs(instance: Instance, open_: Flags) -> Pairs:
    node, centre = np.nonzero(open_ & np.isfinite(instance.cost))
    of = np.full(open_.shape, -1, dtype=np.int64)
    of[node, centre] = np.arange(len(node))
    own = of[instance.home, np.arange(instance.centres)]
    keep = own[centre] >= 0
    if not keep.all():
        return _list_pairs(instance, open_ & (own >= 0)[None, :])
    return Pairs(node=node, centre=centre, of=of, own=own)


def _values(instance: Instance, plan: Found, pairs: Pairs) -> Floats | None:
    column = pairs.of[np.arange(len(plan.zone)), plan.centre[plan.zone]]
    if (column < 0).any():
        return None
    values = np.zeros(pairs.columns)
    values[column] = 1.0
    if instance.balance > 0:
        weight = np.bincount(plan.zone, weights=instance.weight)
        values[pairs.count + plan.centre] = np.abs(weight - instance.target)
    return values


Row = tuple[Ints, Floats, float, float]


def _pose(instance: Instance, pairs: Pairs, scale: float) -> Programme:
    rows: list[Row] = []
    for i in range(instance.nodes):
        own = np.flatnonzero(pairs.node == i)
        rows.append((own, np.ones(len(own)), 1.0, 1.0))
    centres = np.flatnonzero(pairs.own >= 0)
    for j in centres:
        rows.extend(_centre_rows(instance, pairs, int(j)))
    low, high = float(instance.count_low), float(min(instance.count_high, instance.nodes))
    if len(centres):
        rows.append((pairs.own[centres], np.ones(len(centres)), low, high))
    matrix, lower, upper = _matrix(rows, pairs.columns)
    imbalance = pairs.columns - pairs.count
    return Programme(
        cost=np.concatenate(
            [
                instance.cost[pairs.node, pairs.centre] / scale,
                np.full(imbalance, instance.balance / scale),
            ]
        ),
        lower=np.zeros(pairs.columns),
        upper=np.repeat([1.0, np.inf if instance.balance > 0 else 0.0], [pairs.count, imbalance]),
        whole=np.arange(pairs.columns) < pairs.count,
        rows=matrix,
        row_lower=lower,
        row_upper=upper,
    )


def _centre_rows(instance: Instance, pairs: Pairs, j: int) -> list[Row]:
    column = pairs.of[:, j]
    items = np.flatnonzero(column >= 0)
    own, home = pairs.own[j], instance.home[j]
    others = items[items != home]
    rows: list[Row] = [
        (np.array([column[i], own]), np.array([1.0, -1.0]), -np.inf, 0.0) for i in others
    ]
    for use, least, most in (
        (instance.weight, instance.low, instance.high),
        (instance.size.astype(np.float64), float(instance.units_low), float(instance.units_high)),
    ):
        for limit, lower, upper in ((least, 0.0, np.inf), (most, -np.inf, 0.0)):
            if math.isfinite(limit) and not (lower == 0.0 and limit <= float(use[home])):
                coefficients = use[items] - limit * (items == home)
                rows.append((column[items], coefficients, lower, upper))
    if instance.balance > 0:
        rows.extend(_imbalance_rows(instance, pairs, items, j))
    for i in others:
        beside = instance.neighbours(int(i))
        if home not in beside:
            rows.append(_separator_row(pairs, int(i), beside, j))
    rows.extend(_pin_rows(instance, pairs, j))
    return rows


def _pin_rows(instance: Instance, pairs: Pairs, j: int) -> list[Row]:
    column, own = pairs.of[:, j], pairs.own[j]
    rows: list[Row] = []
    for one, other in instance.tied:
        ends = np.array([x for x in (column[one], column[other]) if x >= 0], dtype=np.int64)
        if len(ends):
            rows.append((ends, np.array([1.0, -1.0])[: len(ends)], 0.0, 0.0))
    for one, other in instance.apart:
        ends = np.array([column[one], column[other], own])
        if (ends >= 0).all():
            rows.append((ends, np.array([1.0, 1.0, -1.0]), -np.inf, 0.0))
    return rows


def _known_cuts(instance: Instance, pairs: Pairs, cuts: PricedCuts) -> list[Row]:
    place = {int(unit): j for j, unit in enumerate(instance.centre_unit)}
    rows = []
    for number, (i, unit) in enumerate(zip(cuts.node, cuts.unit, strict=True)):
        separator = cuts.through[cuts.start[number] : cuts.start[number + 1]]
        j = place[int(unit)]
        if pairs.of[i, j] >= 0:
            rows.append(_separator_row(pairs, int(i), separator, j))
    return rows


def _imbalance_rows(instance: Instance, pairs: Pairs, items: Ints, j: int) -> list[Row]:
    columns = np.concatenate([pairs.of[items, j], [pairs.count + j]])
    excess = instance.weight[items] - instance.target * (items == instance.home[j])
    return [
        (columns, np.concatenate([excess, [-1.0]]), -np.inf, 0.0),
        (columns, np.concatenate([-excess, [-1.0]]), -np.inf, 0.0),
    ]


def _separator_row(pairs: Pairs, i: int, separator: Ints, j: int) -> Row:
    through = pairs.of[separator, j]
    through = through[through >= 0]
    columns = np.concatenate([[pairs.of[i, j]], through])
    return columns, np.concatenate([[1.0], -np.ones(len(through))]), -np.inf, 0.0


def _matrix(rows: list[Row], columns: int) -> tuple[csr_array, Floats, Floats]:
    lengths = [len(row[0]) for row in rows]
    matrix = csr_array(
        (
            np.concatenate([row[1] for row in rows]),
            np.concatenate([row[0] for row in rows]),
            np.concatenate([[0], np.cumsum(lengths)]),
        ),
        shape=(len(rows), columns),
    )
    matrix.sum_duplicates()
    return matrix, np.array([row[2] for row in rows]), np.array([row[3] for row in rows])


def _add_cuts(programme: Programme, cuts: list[Row], columns: int) -> Programme:
    if not cuts:
        return programme
    matrix, lower, upper = _matrix(cuts, columns)
    return programme.with_rows(matrix, lower, upper)


def _read_zones(instance: Instance, pairs: Pairs, values: Floats) -> tuple[Ints, Ints]:
    taken = np.flatnonzero(values[: pairs.count] > HALF)
    centre_of = np.full(instance.nodes, -1, dtype=np.int64)
    centre_of[pairs.node[taken]] = pairs.centre[taken]
    centre, zone = np.unique(centre_of, return_inverse=True)
    return zone.astype(np.int64), centre


def _cuts(instance: Instance, pairs: Pairs, zone: Ints, centre: Ints) -> list[Row]:
    """Separate every piece of a zone that is not joined with the zone's centre."""
    cuts: list[Row] = []
    for z, j in enumerate(centre):
        members = zone == z
        home = int(instance.home[j])
        joined = _flood(instance, home, members)
        rest = members & ~joined
        while rest.any():
            piece = _flood(instance, int(np.argmax(rest)), rest)
            rest &= ~piece
            separator = _separator(instance, piece, home)
            blocked = _flood(instance, home, ~_mask(separator, instance.nodes))
            for other in np.flatnonzero(pairs.own >= 0):
                near = other == j or (joined[instance.home[other]])
                if near and blocked[instance.home[other]]:
                    cuts.extend(
                        _separator_row(pairs, int(i), separator, int(other))
                        for i in np.flatnonzero(piece)
                        if pairs.of[i, other] >= 0
                    )
    return cuts


def _separator(instance: Instance, piece: Flags, home: int) -> Ints:
    """Give the nodes beside a piece that its centre reaches without crossing another of them."""
    rim = np.zeros(instance.nodes, dtype=np.bool_)
    for i in np.flatnonzero(piece):
        rim[instance.neighbours(int(i))] = True
    rim &= ~piece
    reached = _flood(instance, home, ~(rim | piece) | _mask(np.array([home]), instance.nodes))
    beside = np.zeros(instance.nodes, dtype=np.bool_)
    for i in np.flatnonzero(reached):
        beside[instance.neighbours(int(i))] = True
    return np.flatnonzero(rim & beside).astype(np.int64)


def _mask(nodes: Ints, count: int) -> Flags:
    mask = np.zeros(count, dtype=np.bool_)
    mask[nodes] = True
    return mask


def _flood(instance: Instance, start: int, within: Flags) -> Flags:
    """Mark what is joined with `start` through nodes of `within`."""
    reached = np.zeros(instance.nodes, dtype=np.bool_)
    reached[start] = True
    queue = [start]
    while queue:
        for other in instance.neighbours(queue.pop()):
            if within[other] and not reached[other]:
                reached[other] = True
                queue.append(int(other))
    return reached


def _forbid(pairs: Pairs, zone: Ints, centre: Ints) -> Row:
    """Forbid one plan that rounding let through although it leaves a limit."""
    columns = pairs.of[np.arange(len(zone)), centre[zone]]
    return columns, np.ones(len(columns)), -np.inf, float(len(columns) - 1)
