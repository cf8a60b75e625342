"""One small made city and its result, shared by the tests of the front door."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianpian.made_city import make_city
from lianpian.outputs import write_result
from lianpian.pipeline import run_job
from lianpian.plan import Plan


@pytest.fixture(scope="session")
def small_job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a city of 40 communities in a folder with Chinese letters and a space."""
    return make_city(tmp_path_factory.mktemp("示例 城市") / "inputs", communities=40)


@pytest.fixture(scope="session")
def small_plan(small_job: Path) -> Plan:
    """Run the job of the small city."""
    return run_job(small_job)


@pytest.fixture(scope="session")
def small_result(small_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the result folder of the small city."""
    out = tmp_path_factory.mktemp("out") / "result"
    write_result(small_plan, out, sheets=("A3 pdf",))
    return out
