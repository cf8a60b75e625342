"""The steps of a job by name, and the clock that times them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

Progress = Callable[[str], None]
"""Told the name of each step as it begins."""

STEPS: Final = (
    ("ground", "读取数据", "Reading data", 25),
    ("network", "建立步行网络", "Building the walking network", 10),
    ("reach", "计算步行距离", "Measuring walks", 10),
    ("circles", "绘制生活圈", "Tracing life circles", 15),
    ("gaps", "判定九有缺口", "Finding gaps", 5),
    ("zones", "划分片区", "Drawing zones", 15),
    ("summary", "汇总", "Summing up", 3),
    ("write", "输出图件与表格", "Writing maps and tables", 25),
)
"""Every step with its name for people and its usual share of the time."""


class Clock:
    """Seconds and peak memory of each step, and who is told when a step begins."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.timings: dict[str, dict[str, float]] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        if self._progress is not None:
            self._progress(name)
        begin = time.perf_counter()
        yield
        self.timings[name] = {"seconds": round(time.perf_counter() - begin, 3)}
        peak = _peak_megabytes()
        if peak is not None:
            self.timings[name]["peak_mb"] = peak


def _peak_megabytes() -> float | None:
    """Give the most memory this process has held; unknown on Windows."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  not on Windows

    per_megabyte = 2**20 if sys.platform == "darwin" else 2**10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_megabyte, 1)
