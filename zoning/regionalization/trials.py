"""Trials of a changed problem: whether it has any plan at all, with or without a walking radius."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from zoning.regionalization.exact import Exact, solve_exactly
from zoning.regionalization.instance import Instance
from zoning.regionalization.moves import make_ground

SMALL: Final = 60
"""Nodes up to which the exact model settles in about a second whether there is a plan."""


def settle(instance: Instance, *, max_nodes: int) -> Exact:
    """Settle whether there is a plan at all: all plans cost the same, so that the first will do.

    Instances of more than `SMALL` nodes are left unsettled: status ``stopped``.
    """
    if instance.nodes > SMALL:
        return Exact(status="stopped", found=None, bound=-math.inf, rounds=0)
    free = replace(instance, cost=np.where(np.isfinite(instance.cost), 0.0, np.inf), balance=0.0)
    return solve_exactly(free, make_ground(free), np.isfinite(free.cost), max_nodes=max_nodes)


def fill_pairs(weights: pd.Series, cost: pd.DataFrame) -> pd.DataFrame:
    """Add every missing pair of unit and centre to a table of costs: no walk is too far.

    Parameters
    ----------
    weights, cost
        As for `zoning.regionalization.regionalize`.

    Returns
    -------
    DataFrame
        ``unit``, ``centre``, ``cost``; an added pair costs as much as the dearest known one.
    """
    table = cost.astype({"unit": "str", "centre": "str"}).set_index(["unit", "centre"])["cost"]
    centres = table.index.get_level_values("centre").unique()
    units = weights.index.astype("str")
    every = pd.MultiIndex.from_product([units, centres], names=["unit", "centre"])
    return table.reindex(every).fillna(float(table.max())).reset_index()
