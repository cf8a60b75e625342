"""One small made city and its result, shared by the tests of the front door."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from lianpian.made_city import make_city
from lianpian.outputs import write_result
from lianpian.pipeline import run_job
from lianpian.plan import Plan
from tests.once import once, shared_folder


@pytest.fixture(scope="session")
def small_job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a city of 40 communities in a folder with Chinese letters and a space; only to read."""
    folder = shared_folder(tmp_path_factory) / "示例 城市" / "inputs"
    return once(folder, lambda place: make_city(place, communities=40)) / "job.toml"


@pytest.fixture(scope="session")
def small_plan(small_job: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Run the job of the small city."""
    kept = shared_folder(tmp_path_factory) / "small.plan"
    once(kept, lambda place: place.write_bytes(pickle.dumps(run_job(small_job))))
    plan = pickle.loads(kept.read_bytes())  # noqa: S301  our own, of this run
    assert isinstance(plan, Plan)
    return plan


@pytest.fixture(scope="session")
def small_result(small_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the result folder of the small city; only to read."""
    out = shared_folder(tmp_path_factory) / "out" / "result"
    return once(out, lambda place: write_result(small_plan, place, sheets=("A3 pdf",)))
