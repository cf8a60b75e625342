"""Walks inside one part of the made city: how far it is from door to door along its streets."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from itertools import pairwise

from lianpian.city.plan import XY
from lianpian.city.streets import Street

Doors = list[tuple[XY, float]]
"""Nodes of streets that doors lead to, with the metres from door to node."""


class Neighbourhood:
    """Streets of a few blocks as a graph, for short walks.

    Parameters
    ----------
    streets
        All streets and lanes of the blocks, with every node that other ways have put on them.
    """

    def __init__(self, streets: Iterable[Street]) -> None:
        self._next: dict[XY, list[tuple[XY, float]]] = {}
        for street in streets:
            for a, b in pairwise(street.points()):
                metres = math.dist(a, b)
                self._next.setdefault(a, []).append((b, metres))
                self._next.setdefault(b, []).append((a, metres))

    def walks_from(self, doors: Doors, limit_m: float) -> dict[XY, float]:
        """Measure walks from the nearest of some doors to every node within a limit.

        Parameters
        ----------
        doors
            Where the walks begin.
        limit_m
            Longest walk.

        Returns
        -------
        dict
            Metres by node.
        """
        found: dict[XY, float] = {}
        front = [(metres, node) for node, metres in doors]
        heapq.heapify(front)
        while front:
            walked, node = heapq.heappop(front)
            if node in found or walked > limit_m:
                continue
            found[node] = walked
            for other, metres in self._next.get(node, []):
                heapq.heappush(front, (walked + metres, other))
        return found
