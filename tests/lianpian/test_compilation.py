"""Kernels are compiled once on a machine: from the second run on they come from the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(cache: Path, *words: str) -> set[Path]:
    """Run the program with a cache of its own; give the kernels in it."""
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "lianpian", *words],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(cache.rglob("*.nbc"))


@pytest.mark.full
def test_no_later_run_compiles_a_kernel(tmp_path: Path, helsinki: Path):
    """A job of another kind compiles at most what it is the first to need, and that once."""
    cache = tmp_path / "kernels"
    cache.mkdir()
    first = run(cache, "demo", "--out", str(tmp_path / "a"))
    assert first
    assert run(cache, "demo", "--out", str(tmp_path / "b")) == first
    both = run(cache, "run", str(helsinki), "--out", str(tmp_path / "c"))
    assert len(both - first) <= 2, sorted(both - first)
    assert run(cache, "run", str(helsinki), "--out", str(tmp_path / "d")) == both
