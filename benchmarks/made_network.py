"""Made street networks for the benchmarks: any size, fixed seed, degrees like a real city's."""

from __future__ import annotations

import numpy as np

from layers.network import Floats, Ints
from layers.search import Sources, sources_of

SPACING_M = 110.0
DEAD_ENDS = 0.12
"""Share of nodes at the end of a dead end; contracted street networks have 10 to 15 %."""
MISSING = 0.72
"""Share of a brick pattern of edges that is left out, so that three ways meet at most nodes."""
CATEGORIES = 9


def make_network(n_nodes: int, *, seed: int = 1) -> tuple[Floats, Ints, Floats]:
    """Make a grid-like city: 12 % of nodes of degree 1, 66 % of degree 3, 21 % of degree 4.

    Gives coordinates (n, 2) in metres, ends (m, 2) and lengths (m,); nodes are numbered along a
    Hilbert curve, as in `WalkNetwork`. A walk of 1 000 m reaches about 150 nodes.
    """
    rng = np.random.default_rng(seed)
    n_dead = int(DEAD_ENDS * n_nodes)
    side = int(np.sqrt(n_nodes - 2 * n_dead))
    node = np.arange(side * side).reshape(side, side)
    xy = np.column_stack([node.ravel() % side, node.ravel() // side]) * SPACING_M
    xy += rng.uniform(-0.3, 0.3, xy.shape) * SPACING_M
    across = np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()])
    up = np.column_stack([node[:-1].ravel(), node[1:].ravel()])
    is_brick = (across[:, 0] // side + across[:, 0] % side) % 2 == 0
    ends = np.vstack([across[~(is_brick & (rng.random(len(across)) < MISSING))], up])
    # a dead end leaves a street in its middle
    street = rng.choice(len(ends), n_dead, replace=False)
    middle, tip = side * side + np.arange(n_dead), side * side + n_dead + np.arange(n_dead)
    middle_xy = xy[ends[street]].mean(axis=1)
    tip_xy = middle_xy + rng.uniform(-0.45, 0.45, middle_xy.shape) * SPACING_M
    rest = np.column_stack([middle, ends[street, 1]])
    ends[street, 1] = middle
    ends = np.vstack([ends, rest, np.column_stack([middle, tip])])
    xy = np.vstack([xy, middle_xy, tip_xy])
    length = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T) * rng.uniform(1, 1.3, len(ends))
    order = np.argsort(along_curve(xy), kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return xy[order], number[ends], length


def along_curve(xy: Floats) -> Ints:
    """Give the place of each point along a Hilbert curve, from its quarter of a quarter."""
    low = xy.min(axis=0)
    x, y = ((xy - low) / max(1.0, float((xy - low).max())) * 65_535).astype(np.int64).T
    place = np.zeros(len(xy), dtype=np.int64)
    for bit in range(15, -1, -1):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        place = 4 * place + ((3 * right) ^ upper)
        flip = (upper == 0) & (right == 1)
        x, y = np.where(flip, 65_535 - x, x), np.where(flip, 65_535 - y, y)
        x, y = np.where(upper == 0, y, x), np.where(upper == 0, x, y)
    return place


def make_facilities(n_nodes: int, *, seed: int = 3) -> Sources:
    """Put 15 to 1 500 facilities per 100 000 nodes on nodes, one group a category."""
    rng = np.random.default_rng(seed)
    counts = np.maximum(1, np.geomspace(1.5e-4 * n_nodes, 1.5e-2 * n_nodes, CATEGORIES)).astype(int)
    nodes = np.concatenate([rng.choice(n_nodes, count, replace=False) for count in counts])
    numbers = np.concatenate([np.arange(count) for count in counts])
    group = np.repeat(np.arange(CATEGORIES), counts)
    return sources_of(group, nodes, np.zeros(len(nodes)), numbers, CATEGORIES)
