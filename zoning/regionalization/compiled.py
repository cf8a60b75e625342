"""The one door to numba: compile a kernel to machine code and keep it on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel on its first call; the machine code is cached beside the module."""
    return cast("Kernel", njit(cache=True)(function))
