"""How long a student waits: run notebooks, and write what each slow cell takes as a table in Markdown.

    python benchmarks/waits.py notebooks/02*.ipynb notebooks/07*.ipynb

Wall-clock time depends on what else the machine does; the processor time of the kernel and its workers does not. A cell's longest
silence is the longest time in which it shows nothing new: no output and no progress.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any, Final

import nbformat
import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

SLOW: Final = 5.0
"""Seconds of processor time from which a cell is in the table."""
PATIENCE: Final = 600.0
"""Seconds until a cell without a sign of life ends the program."""
POLL: Final = 0.2
SHOWS: Final = frozenset({"stream", "display_data", "update_display_data", "execute_result", "clear_output", "error"})
"""Messages of a kernel that change what the page shows."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What one cell took, in seconds.

    Attributes
    ----------
    notebook, cell : str
        Number of the notebook and id of the cell.
    elapsed, processor, silence : float
        Time by the clock, processor time of the kernel and its children, and the longest time without anything new on the page.
    """

    notebook: str
    cell: str
    elapsed: float
    processor: float
    silence: float

    @property
    def row(self) -> str:
        """The row of the table."""
        return f"| {self.notebook} | {self.cell} | {self.elapsed:.1f} | {self.processor:.1f} | {self.silence:.1f} |"


def waits(path: Path) -> Iterator[Wait]:
    """Run a notebook in a new kernel and yield what each code cell took.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.

    Raises
    ------
    RuntimeError
        If a cell raises an error or shows no sign of life.
    """
    manager, client = start_new_kernel(cwd=str(path.parent), stderr=subprocess.DEVNULL)
    try:
        kernel = psutil.Process(manager.provisioner.pid)  # type: ignore[union-attr]
        for cell in nbformat.read(path, as_version=4).cells:  # type: ignore[no-untyped-call]
            if cell.cell_type == "code":
                yield _wait(path, cell, client, kernel)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _wait(path: Path, cell: Any, client: BlockingKernelClient, kernel: psutil.Process) -> Wait:
    """Run one cell and return what it took."""
    before, begun = _processor_time(kernel), time.monotonic()
    used, shown, silence = before, begun, 0.0
    request = client.execute(cell.source)
    while True:
        try:
            message = client.get_iopub_msg(timeout=POLL)
        except Empty:
            used = max(used, _processor_time(kernel))
            if time.monotonic() - shown > PATIENCE:
                raise RuntimeError(f"{path.name}, cell {cell.id}: nothing for {PATIENCE:g} s") from None
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        now, kind, content = time.monotonic(), message["msg_type"], message["content"]
        if kind == "error":
            raise RuntimeError(f"{path.name}, cell {cell.id}: {content['ename']}: {content['evalue']}")
        idle = kind == "status" and content["execution_state"] == "idle"
        if idle or kind in SHOWS:
            silence, shown = max(silence, now - shown), now
        if idle:
            used = max(used, _processor_time(kernel))
            return Wait(
                notebook=path.name[:2], cell=cell.id, elapsed=now - begun, processor=used - before, silence=silence
            )


def _processor_time(kernel: psutil.Process) -> float:
    """Return the processor time of the kernel, of its children that have ended, and of those that run."""
    own = kernel.cpu_times()
    total = own.user + own.system + getattr(own, "children_user", 0.0) + getattr(own, "children_system", 0.0)
    for child in kernel.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        total += times.user + times.system
    return total


def table(measured: Sequence[Wait]) -> str:
    """Return the cells that take long as a table in Markdown, longest first.

    Examples
    --------
    >>> quick = Wait(notebook="02", cell="a", elapsed=1, processor=1, silence=1)
    >>> slow = Wait(notebook="07", cell="b", elapsed=12, processor=22, silence=0.9)
    >>> print(table([quick, slow]))
    | notebook | cell | seconds | processor seconds | longest silence, seconds |
    |---|---|---|---|---|
    | 07 | b | 12.0 | 22.0 | 0.9 |
    """
    head = ["| notebook | cell | seconds | processor seconds | longest silence, seconds |", "|---|---|---|---|---|"]
    slow = sorted((wait for wait in measured if wait.processor >= SLOW), key=lambda wait: -wait.processor)
    return "\n".join([*head, *(wait.row for wait in slow)])


if __name__ == "__main__":
    measured: list[Wait] = []
    for name in sys.argv[1:]:
        took = list(waits(Path(name)))
        total = sum(wait.elapsed for wait in took), sum(wait.processor for wait in took)
        print(f"{name}: {total[0]:.0f} s, {total[1]:.0f} s of processor time", file=sys.stderr, flush=True)  # noqa: T201
        measured += took
    print(table(measured))  # noqa: T201
