"""Work for whoever asked last: what an earlier question still waits for is cancelled, and what it finds is not shown."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from devopssim.widgets.worker_pools import Soon

Step = tuple[Executor, Callable[[], Any]]
"""Who does it, and what: something that can travel to another process."""


class Latest:
    """Does the steps of the latest question one after the other, and tells what each one gave."""

    def __init__(self, *, tell: Callable[[Any], None], fail: Callable[[Exception], None], soon: Soon) -> None:
        self._tell, self._fail, self._soon = tell, fail, soon
        self._steps: list[Step] = []
        self._out: Future[Any] | None = None

    def ask(self, steps: Sequence[Step]) -> None:
        """Do these from now on, and nothing that was asked before."""
        if self._out is not None:
            self._out.cancel()
        self._steps = list(steps)
        self._next()

    def _next(self) -> None:
        if not self._steps:
            self._out = None
            return
        place, task = self._steps.pop(0)
        try:
            self._out = place.submit(task)
        except RuntimeError as error:  # the processes are gone
            self._fail(error)
            return
        self._out.add_done_callback(lambda done: self._soon(partial(self._arrive, done)))

    def _arrive(self, done: "Future[Any]") -> None:
        if done is not self._out or done.cancelled():
            return
        error = done.exception()
        if isinstance(error, Exception):
            self._steps = []
            self._fail(error)
            return
        self._tell(done.result())
        self._next()
