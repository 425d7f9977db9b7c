"""Linux processes and mounts, as /proc tells of them; elsewhere there are none to be seen."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def named(name: str) -> list[int]:
    """Return the processes of this name that are alive."""
    found = [int(path.parent.name) for path in PROC.glob("[0-9]*/comm") if read(path).strip() == name]
    return [pid for pid in found if is_alive(pid)]


def mentions(pid: int, words: str) -> bool:
    """Whether the command line of a process holds these words."""
    return words in read(PROC / str(pid) / "cmdline")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not taken note of yet does not."""
    return _status(pid)[:1] not in ([], ["Z"])


def children(parents: set[int]) -> list[int]:
    """Return the processes that any of these started."""
    pids = [int(path.parent.name) for path in PROC.glob("[0-9]*/stat")]
    return [pid for pid in pids if {int(parent) for parent in _status(pid)[1:2]} & parents]


def end(pid: int, patience: float) -> None:
    """End a process, gently, then for good; `patience` in seconds for each."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not is_alive(pid):
                return
            time.sleep(0.05)


def kill(pid: int) -> None:
    """End a process for good, if it is there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def mounts_below(folder: Path) -> list[str]:
    """Return where something is mounted in a folder, the deepest first."""
    points = (line.split()[1] for line in read(PROC / "mounts").splitlines())
    return sorted((point for point in points if Path(point).is_relative_to(folder)), reverse=True)


def read(path: Path) -> str:
    """Return the text of a file, nothing of one that cannot be read, such as that of a process that is no more."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _status(pid: int) -> list[str]:
    """Return what /proc says of a process after its name: its state, its parent and more."""
    return read(PROC / str(pid) / "stat").rpartition(")")[2].split()
