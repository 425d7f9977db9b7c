"""The processes below a process, and the memory that they use (Linux)."""

import contextlib
import os
import resource
from pathlib import Path

PAGE = resource.getpagesize()


def memory_of_tree(root: int) -> int:
    """Return the bytes of resident memory of a process and all its descendants."""
    return sum(_resident(pid) for pid in descendants(root))


def descendants(root: int) -> list[int]:
    """Return a process and all below it; those that ended meanwhile may be among them."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in _names(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                waiting += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii").split())
    return found


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - a process may vanish; a list of names is all that is needed
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0
