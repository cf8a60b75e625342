"""Where compiled kernels are kept when the program itself lies in a folder of the system."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import MutableMapping
from importlib.util import find_spec
from pathlib import Path

import typer


def find_room(environ: MutableMapping[str, str]) -> None:
    """Name a folder for compiled kernels where the usual one cannot be written.

    Kernels are kept beside their sources. Installed by an administrator these lie in a folder that
    nobody else may write to; then the user's own folder serves, and where there is none (a service
    account, a read-only system) a folder that goes with the run: compiled anew, but working.

    Parameters
    ----------
    environ
        The environment of the process; ``NUMBA_CACHE_DIR`` that is set already is respected.
    """
    if environ.get("NUMBA_CACHE_DIR") or _can_write(_sources() / "__pycache__"):
        return
    own = Path(typer.get_app_dir("lianpian")) / "kernels"
    if _can_write(own):
        environ["NUMBA_CACHE_DIR"] = str(own)
        return
    passing = tempfile.mkdtemp(prefix="lianpian-kernels-")
    atexit.register(shutil.rmtree, passing, ignore_errors=True)
    environ["NUMBA_CACHE_DIR"] = passing
    environ.setdefault("MPLCONFIGDIR", passing)


def _sources() -> Path:
    """Find the folder of `layers` without importing it."""
    spec = find_spec("layers")
    if spec is None or spec.origin is None:
        return Path(__file__).parent
    return Path(spec.origin).parent


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
