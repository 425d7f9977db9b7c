"""Where widgets let work be done: processes beside the kernel, so that it stays free to answer."""

import asyncio
import atexit
import os
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from functools import cache, cached_property
from typing import Any, Final

from devopssim.experiment import process_pool

PATIENCE: Final = 5
"""How much a worker that refines yields to everything else (nice, POSIX)."""

Soon = Callable[[Callable[[], None]], None]
"""Runs something in the thread that a widget lives in, soon."""


class Workshop:
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
    def patient(self) -> Executor:
        """Processes for everything else; see `patiently`."""
        return self._open.enter_context(process_pool(self.workers))

    def close(self) -> None:
        """End the processes."""
        self._open.close()


@cache
def workshop() -> Workshop:
    """Return the workshop of this kernel."""
    new = Workshop()
    atexit.register(new.close)
    return new


def patiently(function: Callable[..., Any], *arguments: Any) -> Any:
    """Do it in a process that lets others go first, so that a slider that moves meanwhile is answered at once."""
    if hasattr(os, "nice"):
        os.nice(max(0, PATIENCE - os.nice(0)))
    return function(*arguments)


def soon_here() -> Soon:
    """Return what runs a function in the event loop that runs here, from whatever thread it is asked; at once if none runs."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda function: function()

    def soon(function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the kernel ends, and nobody waits for answers
            loop.call_soon_threadsafe(function)

    return soon
