"""Compile the kernels once before the workers start; each of them would do it for itself.

Run as ``python -m tests.warm zones`` and ``python -m tests.warm walks``: two processes share the
work, for numba compiles one kernel after the other.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[1]
_KERNELS: Final = (
    "layers/kernels.py",
    "layers/route_kernels.py",
    "zoning/kernels.py",
    "zoning/circle_kernels.py",
    "zoning/contour_kernels.py",
    "zoning/regionalization/search.py",
)


def is_warm() -> bool:
    """Tell whether machine code newer than its source lies beside each module of kernels."""
    for name in _KERNELS:
        source = TOP / name
        written = (source.parent / "__pycache__").glob(f"{source.stem}.*.nbi")
        if not any(one.stat().st_mtime >= source.stat().st_mtime for one in written):
            return False
    return True


def warm() -> None:
    """Compile what is not compiled yet."""
    if is_warm():
        return
    command = [sys.executable, "-m", "tests.warm"]
    parts = [subprocess.Popen([*command, part], cwd=TOP) for part in ("zones", "walks")]  # noqa: S603  this file
    for part in parts:
        part.wait()


def _zones() -> None:
    from tests.maps.bench_town import bench_town  # noqa: PLC0415  no need of the other part's

    bench_town()


def _walks() -> None:
    """Run a whole job, which comes to its zones when the other part has them."""
    from lianpian.made_city import make_city  # noqa: PLC0415
    from lianpian.pipeline import run_job  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        run_job(make_city(Path(folder) / "inputs", communities=24))


if __name__ == "__main__":
    {"zones": _zones, "walks": _walks}[sys.argv[1]]()
