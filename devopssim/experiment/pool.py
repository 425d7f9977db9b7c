"""Threads and processes of our own on this computer, for work that should use every core."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from numbers import Integral
from typing import Final

from devopssim.errors import InvalidInputError

MOST_WORKERS: Final = 61  # what a pool on Windows can wait for
"""Largest number of processes that a pool can have on every system."""
GARBAGE_THRESHOLD: Final = 70_000
PRELOAD: Final = "devopssim.experiment.execution"


@contextmanager
def thread_pool(workers: int) -> Iterator[Executor]:
    """Yield a pool of threads; when the block ends badly (Ctrl-C for one), what has not begun is dropped.

    Raises InvalidInputError unless 1 <= workers <= 61.
    """
    check_workers(workers)
    pool = ThreadPoolExecutor(workers)
    try:
        with little_garbage():
            yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def process_pool(workers: int) -> Iterator[Executor]:
    """Yield a pool of worker processes; when the block ends badly (Ctrl-C for one) they are ended at once.

    Workers start as copies of a clean process that has imported what they need, never as copies of this one: a notebook has
    threads, and a copy of a process with threads may hang. So a script that uses workers must keep what it does below
    `if __name__ == "__main__":`. Raises InvalidInputError unless 1 <= workers <= 61.
    """
    check_workers(workers)
    others = set(multiprocessing.active_children())
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    context.set_forkserver_preload([PRELOAD])
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=context, initializer=_begin)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def check_workers(workers: object) -> None:
    """Raise InvalidInputError for a number of workers that a pool cannot have."""
    if not isinstance(workers, Integral) or not 1 <= int(workers) <= MOST_WORKERS:
        message = f"workers={workers} (worker processes) must be a whole number between 1 and {MOST_WORKERS}."
        raise InvalidInputError(message)


@contextmanager
def little_garbage() -> Iterator[None]:
    """Let Python look for garbage a hundred times less often than it does by itself, until the block ends.

    A simulation lets go of little while it runs, and looking for what it let go of took up to a third of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _begin() -> None:
    """Leave Ctrl-C to the process that gave the work, and end when that process has ended."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
