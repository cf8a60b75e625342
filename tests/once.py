"""What all workers of a test run share: whoever asks first makes it, the others wait."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.long import FULL

_PATIENCE_S: Final = 400.0


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Give a folder that all workers see; in `.ci/full`, where QGIS writes, one for each."""
    own = factory.getbasetemp()
    return own if FULL or "PYTEST_XDIST_WORKER" not in os.environ else own.parent


def once(place: Path, make: Callable[[Path], object]) -> Path:
    """Make a file or folder at `place` unless it is there; wait while another worker makes it.

    Parameters
    ----------
    place
        Where it is to be; nothing is there yet when `make` is called.
    make
        Called with `place`, in one worker only.
    """
    begun, done, failed = (
        place.with_name(f"{place.name}.{word}") for word in ("begun", "done", "failed")
    )
    try:
        begun.mkdir(parents=True)
    except FileExistsError:
        end = time.monotonic() + _PATIENCE_S
        while not done.exists():
            assert not failed.exists(), f"another worker could not make {place.name}"
            assert time.monotonic() < end, f"another worker never made {place.name}"
            time.sleep(0.1)
        return place
    try:
        make(place)
    except BaseException:
        failed.mkdir()
        raise
    done.mkdir()
    return place
