"""Where compiled kernels are kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lianpian import caches


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stand for folders that may not be written to, also for an administrator who tests."""
    closed: list[Path] = []

    def can_write(folder: Path) -> bool:
        return not any(folder.is_relative_to(one) for one in closed)

    monkeypatch.setattr(caches, "_can_write", can_write)
    return closed


def test_nothing_changes_where_sources_may_be_written(locked: list[Path]):
    environ: dict[str, str] = {}
    caches.find_room(environ)
    assert not environ
    assert not locked


def test_a_folder_that_was_named_is_respected(locked: list[Path]):
    locked.append(Path("/"))
    environ = {"NUMBA_CACHE_DIR": "/mine"}
    caches.find_room(environ)
    assert environ == {"NUMBA_CACHE_DIR": "/mine"}


def test_the_users_own_folder_comes_second_and_a_passing_one_last(
    locked: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("typer.get_app_dir", lambda _: str(tmp_path / "own"))
    locked.append(Path(caches._sources()))
    environ: dict[str, str] = {}
    caches.find_room(environ)
    assert environ == {"NUMBA_CACHE_DIR": str(tmp_path / "own" / "kernels")}
    locked.append(tmp_path)
    environ = {}
    caches.find_room(environ)
    passing = Path(environ["NUMBA_CACHE_DIR"])
    assert passing.is_dir()
    assert environ["MPLCONFIGDIR"] == str(passing)
    shutil.rmtree(passing)


def test_a_passing_folder_goes_with_the_run():
    code = (
        "from lianpian import caches; caches._can_write = lambda _: False; e = {}; "
        "caches.find_room(e); print(e['NUMBA_CACHE_DIR'])"
    )
    done = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "lianpian-kernels-" in done.stdout
    assert not Path(done.stdout.strip()).exists()
