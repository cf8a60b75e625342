"""The front door: job, pipeline, command line, made city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lianpian.pipeline import run_job
    from lianpian.plan import Plan

__all__ = ["Plan", "run_job"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  two names of two kinds
    """Import `run_job` and `Plan` when they are first asked for: the command line starts fast."""
    if name == "run_job":
        from lianpian.pipeline import run_job  # noqa: PLC0415  see above

        return run_job
    if name == "Plan":
        from lianpian.plan import Plan  # noqa: PLC0415

        return Plan
    raise AttributeError(f"module 'lianpian' has no attribute {name!r}")
