"""The same bytes on one thread and on two: plans, objectives and bounds do not depend on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

SOLVE = """
import math, sys
import numba, numpy as np, pandas as pd
from zoning.regionalization import Bounds, regionalize

rng = np.random.default_rng(7)
count, zones, low, high, balance = {case}
ids = [f"u{{number:04d}}" for number in range(count)]
xy = rng.random((count, 2)) * math.sqrt(count) * 100
apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
nearest = np.argsort(apart, axis=1, kind="stable")[:, 1:6]
weights = pd.Series(rng.integers(20, 140, count).astype(float), index=ids)
links = pd.DataFrame([(ids[i], ids[j]) for i in range(count) for j in nearest[i]],
                     columns=["focal", "neighbor"])
pairs = np.argwhere(apart <= 700)
cost = pd.DataFrame({{"unit": [ids[i] for i, _ in pairs], "centre": [ids[j] for _, j in pairs],
                     "cost": apart[pairs[:, 0], pairs[:, 1]]}})
mean = float(weights.sum()) / zones
bounds = Bounds(weight=(low * mean, high * mean), count=zones, balance=balance)
result = regionalize(weights, links, cost, bounds, seed=3)
print(numba.config.NUMBA_NUM_THREADS)
print(result.objective.hex(), float(result.bound).hex(), result.optimal, result.stopped_by)
print(";".join(result.assignment.index), ";".join(result.assignment))
"""


def solved(case: tuple[float, ...], threads: int) -> list[str]:
    """Solve in a process of its own, held to some number of threads; give what it prints."""
    done = subprocess.run(  # noqa: S603  the interpreter that runs the tests
        [sys.executable, "-W", "error", "-c", SOLVE.format(case=case)],
        env=os.environ | dict.fromkeys(THREADS, str(threads)) | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "case",
    [(40, 3, 0.8, 1.2, 0.0), (60, 4, 0.6, 1.5, 25.0), (150, 8, 0.6, 1.5, 0.0)],
    ids=["exact model", "imbalance priced", "many zones"],
)
def test_one_thread_and_two_give_equal_bytes(case: tuple[float, ...]) -> None:
    one, two = solved(case, 1), solved(case, 2)
    assert (one[0], two[0]) == ("1", "2")
    assert one[1:] == two[1:]
    assert len(one) == 3
