"""A second thread for geometry, where there is enough of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

MANY: Final = 300
"""Communities from which on a thread saves more than it costs: PROJ is opened anew in each."""


class _AtOnce(Executor):
    """Does the work when it is handed over, in the thread that hands it over."""

    def submit(
        self,
        fn: Callable[Arguments, Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Future[Result]:
        done: Future[Result] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def beside(communities: int) -> Executor:
    """Give one thread to work beside this one, or, for few communities, none."""
    return ThreadPoolExecutor(1) if communities >= MANY else _AtOnce()
