"""The processes below a process, and their memory (Linux).

The kernel's lists of children are read directly: the grader checks each sandbox five times a second, and psutil's `children`
reads every process of the machine each time (25 ms with 500 processes, against 0.1 ms).
"""

import os
from contextlib import suppress
from pathlib import Path

import psutil


def memory_of_tree(root: int) -> int:
    """Return the bytes of resident memory of a process and all its descendants; processes that ended meanwhile count as 0.

    Examples
    --------
    >>> memory_of_tree(os.getpid()) > 1_000_000
    True
    """
    total = 0
    for pid in descendants(root):
        with suppress(psutil.Error):
            total += psutil.Process(pid).memory_info().rss
    return total


def descendants(root: int) -> list[int]:
    """Return a process and all below it; the list may include some that ended meanwhile.

    Examples
    --------
    >>> descendants(os.getpid())[0] == os.getpid()
    True
    """
    tree, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        tree.append(pid)
        with suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names are all that is needed
                with suppress(OSError):
                    waiting += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii").split())
    return tree
