"""Limits that every zone, and the plan as a whole, must keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Limits that every zone, and the plan as a whole, must keep.

    Parameters
    ----------
    weight
        Least and greatest sum of weights (households) of a zone.
    count
        Number of zones: fixed, a range ``(from, to)``, or None for free.
    units
        Least and greatest number of units of a zone.
    together
        Sets of units that must be in one zone.
    apart
        Sets of units no two of which may be in one zone.
    locked
        Unit -> label: units of one label in one zone, units of two labels in two zones.
    groups
        Unit -> group (street office); missing values form a group of their own.
    group_rule
        ``hard``: no zone mixes groups; ``soft``: a unit in another group than its zone's centre
        costs `group_penalty` more per unit of weight; ``off``: groups do not matter.
    group_penalty
        Price of ``soft``, in units of cost.
    balance
        Price of each unit of weight by which a zone differs from the mean zone, in units of cost;
        needs a fixed count, or a cap (then the middle of floor and cap stands for the mean).
    names
        Unit -> what people call it; only for messages, where it stands before the id.
    """

    weight: tuple[float, float] = (0.0, float("inf"))
    count: int | tuple[int, int] | None = None
    units: tuple[int, int] | None = None
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    locked: Mapping[str, str] = field(default_factory=dict)
    groups: pd.Series | None = None
    group_rule: Literal["hard", "soft", "off"] = "off"
    group_penalty: float = 0.0
    balance: float = 0.0
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse limits that no number can meet."""
        if not 0 <= self.weight[0] <= self.weight[1]:
            raise ValueError(f"weight must be (low, high) with 0 <= low <= high: {self.weight!r}")
        low, high = self.count_range
        if not 1 <= low <= high:
            raise ValueError(f"count must be at least 1 and in order: {self.count!r}")
        if self.units is not None and not 1 <= self.units[0] <= self.units[1]:
            raise ValueError(f"units must be (least, most) from 1 upwards: {self.units!r}")
        if not self.group_penalty >= 0:
            raise ValueError(f"group_penalty must not be negative: {self.group_penalty!r}")
        if not self.balance >= 0:
            raise ValueError(f"balance must not be negative: {self.balance!r}")

    @property
    def count_range(self) -> tuple[int, int]:
        """Give the least and greatest number of zones."""
        if self.count is None:
            return 1, np.iinfo(np.int64).max
        if isinstance(self.count, int):
            return self.count, self.count
        return self.count

    def called(self, units: Sequence[str], *, shown: int | None = None) -> tuple[str, str]:
        """List units by name and id, English and Chinese; after `shown` of them say how many."""
        most = len(units) if shown is None else shown
        known = [(self.names.get(unit, unit), unit) for unit in units[:most]]
        en = ", ".join(unit if name == unit else f"{name} ({unit})" for name, unit in known)
        zh = "、".join(unit if name == unit else f"{name}（{unit}）" for name, unit in known)
        if len(units) <= most:
            return en, zh
        return f"{en} … ({len(units):,})", f"{zh} 等 {len(units):,} 个"
