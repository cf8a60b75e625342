from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from zoning.regionalization import pursuit
from zoning.regionalization.bound import relax
from zoning.regionalization.bounds import Bounds
from zoning.regionalization.branching import Branched
from zoning.regionalization.instance import make_instance
from zoning.regionalization.moves import make_ground
from zoning.regionalization.pursuit import WIDE, Pursuit
from zoning.regionalization.search import read_plan


def stuck(gap_share: float) -> Pursuit:
    """Pursue a line of twelve in three zones, `gap_share` short of a proof."""
    ids = [f"u{number:02d}" for number in range(12)]
    instance = make_instance(
        pd.Series(1.0, index=ids),
        pd.DataFrame({"focal": ids[:-1], "neighbor": ids[1:]}),
        pd.DataFrame(
            [(a, b, float(abs(ids.index(a) - ids.index(b)))) for a in ids for b in ids],
            columns=["unit", "centre", "cost"],
        ),
        Bounds(weight=(2, 6), count=3),
    )
    state = Pursuit(
        instance=instance,
        rng=np.random.default_rng(0),
        left_s=lambda: math.inf,
        limited=False,
    )
    state.best = read_plan(make_ground(instance), np.repeat([0, 1, 2], 4), 3)
    state.found = relax(instance, state.upper, iterations=20)
    state.bound = state.upper * (1 - gap_share)
    return state


@pytest.mark.parametrize(
    ("gap_share", "searched"), [(2 * WIDE, False), (WIDE / 2, True)], ids=["wide", "narrow"]
)
def test_a_tree_is_searched_only_where_it_may_close_the_gap(
    monkeypatch: pytest.MonkeyPatch, gap_share: float, *, searched: bool
) -> None:
    """Halves by the hundred at a gap of a tenth take minutes and hardly move the bound."""
    calls = []

    def branch(*_: object, **options: object) -> Branched:
        calls.append(options["most"])
        return Branched(found=None, bound=-math.inf, halves=0)

    monkeypatch.setattr(pursuit, "branch", branch)
    pursuit._branch(stuck(gap_share))
    assert bool(calls) is searched
