"""Where widgets let work be done: processes beside the kernel, so that it stays free to answer."""

import asyncio
import atexit
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, suppress
from functools import cache, cached_property, partial
from typing import Any, Final

from devopssim.experiment import process_pool

NICENESS: Final = 5
"""How much a worker that refines yields to everything else (nice, POSIX)."""

Scheduler = Callable[[Callable[[], None]], None]
"""Runs something in the thread that a widget lives in, soon."""
Step = tuple[Executor, Callable[[], Any]]
"""Who does it, and what: something that can travel to another process."""


class ProcessPools:
    """Two groups of processes: `quick` for what somebody waits for, `patient` for what makes it better meanwhile.

    They are started when they are first needed, serve all widgets of the kernel, and end with it.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or max(1, os.cpu_count() or 1)
        self._open = ExitStack()

    @cached_property
    def quick(self) -> Executor:
        """Processes for glances: never busy with anything long."""
        return self._open.enter_context(process_pool(min(self.workers, 3)))

    @cached_property
    def background(self) -> Executor:
        """Processes for everything else; see `at_low_priority`."""
        return self._open.enter_context(process_pool(self.workers))

    def close(self) -> None:
        """End the processes."""
        self._open.close()


@cache
def shared_pools() -> ProcessPools:
    """Return the workshop of this kernel."""
    new = ProcessPools()
    atexit.register(new.close)
    return new


def at_low_priority(function: Callable[..., Any], *arguments: Any) -> Any:
    """Do it in a process that lets others go first, so that a slider that moves meanwhile is answered at once."""
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))
    return function(*arguments)


def event_loop_scheduler() -> Scheduler:
    """Return what runs a function in the event loop that runs here, from whatever thread it is asked; at once if none runs."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda function: function()

    def soon(function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the kernel ends, and nobody waits for answers
            loop.call_soon_threadsafe(function)

    return soon


class LatestTask:
    """Does the steps of the latest question one after the other, and tells what each one gave."""

    def __init__(
        self, *, on_result: Callable[[Any], None], on_error: Callable[[Exception], None], scheduler: Scheduler
    ) -> None:
        self._on_result, self._on_error, self._schedule = on_result, on_error, scheduler
        self._steps: list[Step] = []
        self._pending: Future[Any] | None = None

    def ask(self, steps: Sequence[Step]) -> None:
        """Do these from now on, and nothing that was asked before."""
        if self._pending is not None:
            self._pending.cancel()
        self._steps = list(steps)
        self._next()

    def _next(self) -> None:
        if not self._steps:
            self._pending = None
            return
        pool, task = self._steps.pop(0)
        try:
            self._pending = pool.submit(task)
        except RuntimeError as error:  # the processes are gone
            self._on_error(error)
            return
        self._pending.add_done_callback(lambda done: self._schedule(partial(self._receive, done)))

    def _receive(self, done: "Future[Any]") -> None:
        if done is not self._pending or done.cancelled():
            return
        error = done.exception()
        if isinstance(error, Exception):
            self._steps = []
            self._on_error(error)
            return
        self._on_result(done.result())
        self._next()
