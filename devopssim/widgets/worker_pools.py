"""Worker pools of the widgets, beside the kernel, so that it stays responsive."""

import asyncio
import atexit
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, suppress
from functools import cache, cached_property, partial
from typing import Any

from devopssim.experiment import process_pool, thread_pool
from devopssim.simulation import serving

Scheduler = Callable[[Callable[[], None]], None]
"""Runs a function in the widget's thread, soon."""
Step = tuple[Executor, Callable[[], Any]]
"""A pool, and the picklable function that it runs."""


class Pools:
    """A pool of processes for figures and boards, and a pool for replications.

    Replications run in threads where the fast engine serves: it leaves Python's lock, and no process has to start. Otherwise
    they run in processes of their own, so that figures do not wait for them. Pools start on first use, serve all widgets of the kernel,
    and end with it.

    Parameters
    ----------
    workers : int, optional
        Workers of a pool; default: one a core.

    Attributes
    ----------
    fast : bool
        Whether the fast engine serves, and a replication takes some milliseconds.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or max(1, os.cpu_count() or 1)
        self.fast = serving() == "fast"
        self._open = ExitStack()

    @cached_property
    def quick(self) -> Executor:
        """Processes for what the user waits for, at most three."""
        return self._open.enter_context(process_pool(min(self.workers, 3)))

    @cached_property
    def estimating(self) -> Executor:
        """Threads where the fast engine serves, else processes."""
        return self._open.enter_context(thread_pool(self.workers) if self.fast else process_pool(self.workers))

    def close(self) -> None:
        """End the threads and processes."""
        self._open.close()


@cache
def shared_pools() -> Pools:
    """Return the pools that all widgets of this kernel share."""
    new = Pools()
    atexit.register(new.close)
    return new


def event_loop_scheduler() -> Scheduler:
    """Return a scheduler for the running event loop.

    Returns
    -------
    Scheduler
        Runs a function in the loop's thread, callable from any thread; without a running loop it runs the function at once.

    Examples
    --------
    >>> event_loop_scheduler()(lambda: print("at once"))
    at once
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda function: function()

    def soon(function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed because the kernel is shutting down
            loop.call_soon_threadsafe(function)

    return soon


class LatestTask:
    """Runs the steps of the latest request one after the other and reports each result.

    Parameters
    ----------
    on_result : callable
        Called with the result of each step.
    on_error : callable
        Called with the exception of a step; the remaining steps are dropped.
    scheduler : Scheduler
        Runs a function in the widget's thread.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as pool:
    ...     task = LatestTask(on_result=print, on_error=print, scheduler=event_loop_scheduler())
    ...     task.run([(pool, lambda: "figure")])
    figure
    """

    def __init__(
        self, *, on_result: Callable[[Any], None], on_error: Callable[[Exception], None], scheduler: Scheduler
    ) -> None:
        self._on_result, self._on_error, self._schedule = on_result, on_error, scheduler
        self._steps: list[Step] = []
        self._pending: Future[Any] | None = None

    def run(self, steps: Sequence[Step]) -> None:
        """Run these steps from now on; the earlier request is cancelled.

        Parameters
        ----------
        steps : sequence of Step
            Pairs of a pool and a picklable function without parameters; empty: cancel the earlier request only.
        """
        if self._pending is not None:
            self._pending.cancel()
        self._steps = list(steps)
        self._next()

    def _next(self) -> None:
        """Submit the next step."""
        if not self._steps:
            self._pending = None
            return
        pool, task = self._steps.pop(0)
        try:
            self._pending = pool.submit(task)
        except RuntimeError as error:  # the pool is shut down
            self._on_error(error)
            return
        self._pending.add_done_callback(lambda done: self._schedule(partial(self._receive, done)))

    def _receive(self, done: "Future[Any]") -> None:
        """Report the result of a step and submit the next one; results of a cancelled request are ignored."""
        if done is not self._pending or done.cancelled():
            return
        error = done.exception()
        if isinstance(error, Exception):
            self._steps = []
            self._on_error(error)
            return
        self._on_result(done.result())
        self._next()
