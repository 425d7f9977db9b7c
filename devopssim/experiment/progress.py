"""Progress of long work: a bar in a terminal, and in a notebook a line that leaves nothing behind."""

import sys
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeVar

from tqdm import tqdm

PAUSE: Final = 0.2
"""Seconds between two updates of a notebook's line."""


T = TypeVar("T")


class Bar(Protocol):
    """What shows progress: `update(n)` after n more pieces of work."""

    def update(self, n: int) -> object:
        """Count n more pieces of work as done."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> object:
        """Remove the bar."""


class _Line:
    """A line of a notebook's output, empty before the first piece of work and after the last one.

    The stored output is the same for every run, whatever its speed; a widget would need a kernel where the notebook is read.
    """

    def __init__(self, total: int, done: int, unit: str) -> None:
        self._total, self._done, self._unit = total, done, unit
        self._shown = 0.0
        self._handle: Any = None

    def __enter__(self) -> Self:
        from IPython.display import display  # noqa: PLC0415 - only a notebook needs it

        self._handle = display({"text/plain": ""}, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        return self

    def update(self, n: int) -> None:
        self._done += n
        if time.monotonic() - self._shown < PAUSE:
            return
        self._shown = time.monotonic()
        text = f"{self._done} of {self._total} {self._unit}s"
        bar = f'<progress aria-label="Progress" max="{self._total}" value="{self._done}"></progress> {text}'
        self._handle.update({"text/plain": text, "text/html": bar}, raw=True)

    def __exit__(self, *_: object) -> None:
        self._handle.update({"text/plain": ""}, raw=True)


def bar(total: int, *, done: int = 0, unit: str = "run", shown: bool | None = None) -> Bar:
    """Return a bar for work of so many pieces.

    Parameters
    ----------
    total, done : int
        All pieces of work, and those that are done already.
    unit : str
        What a piece is called.
    shown : bool, optional
        Whether progress is shown; default: in a terminal or a notebook.
    """
    if shown is not False and _in_notebook():
        return _Line(total, done, unit)
    hidden = None if shown is None else not shown  # None: tqdm looks for a terminal
    return tqdm(total=total, initial=done, disable=hidden, unit=unit, leave=False)


def with_progress(items: Sequence[T], *, unit: str = "run", shown: bool | None = None) -> Iterator[T]:
    """Yield the items of a loop and show how many are done.

    Parameters
    ----------
    items : sequence
        What the loop goes through.
    unit : str
        What one of them is called.
    shown : bool, optional
        Whether progress is shown; default: in a terminal or a notebook.

    Examples
    --------
    >>> [seed**2 for seed in with_progress(range(1, 4))]
    [1, 4, 9]
    """
    with bar(len(items), unit=unit, shown=shown) as progress:
        for item in items:
            yield item
            progress.update(1)


def _in_notebook() -> bool:
    """Return whether a Jupyter kernel runs this code."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
