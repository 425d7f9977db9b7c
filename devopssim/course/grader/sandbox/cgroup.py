"""Limits by control groups (version 2), where this user may make some: memory, processes and processor of a whole sandbox.

References
----------
The Linux kernel, *Control Group v2*, https://docs.kernel.org/admin-guide/cgroup-v2.html.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits

MOUNT: Final = Path("/sys/fs/cgroup")
CONTROLLERS: Final = {"memory", "pids", "cpu"}
PERIOD: Final = 100_000


def contain(pid: int, limits: Limits, mount: Path = MOUNT) -> Path | None:
    """Move a process, which has no children yet, into a group with limits.

    Parameters
    ----------
    pid : int
        The process.
    limits : Limits
        What it and its descendants may use.
    mount : Path, default /sys/fs/cgroup
        Where the hierarchy is mounted.

    Returns
    -------
    Path or None
        The group; None where there is no version 2, or this user may not make a group with all three controllers.

    Examples
    --------
    >>> contain(1, Limits(), Path("/nowhere")) is None
    True
    """
    for parent in _parents(mount):
        group = parent / f"devopssim-{os.getpid()}-{pid}"
        try:
            if not set((parent / "cgroup.subtree_control").read_text(encoding="ascii").split()) >= CONTROLLERS:
                continue
            group.mkdir()
            settings = {
                "memory.max": limits.memory_mb * MEGABYTE,
                "memory.oom.group": 1,
                "pids.max": limits.processes + 8,  # bubblewrap's own
                "cpu.max": f"{PERIOD} {PERIOD}",
            }
            for name, value in settings.items():
                (group / name).write_text(f"{value}", encoding="ascii")
            with suppress(OSError):  # absent without swap
                (group / "memory.swap.max").write_text("0", encoding="ascii")
            (group / "cgroup.procs").write_text(f"{pid}", encoding="ascii")
        except OSError:
            remove(group)
            continue
        return group
    return None


def remove(group: Path | None) -> None:
    """Kill what is left in a group, and remove it; None is no group.

    Examples
    --------
    >>> remove(None)
    """
    if group is not None:
        with suppress(OSError):
            (group / "cgroup.kill").write_text("1", encoding="ascii")
        with suppress(OSError):
            group.rmdir()


def _parents(mount: Path) -> list[Path]:
    """Return the groups in which one of ours could be: that of this process's parent group, and the root."""
    if not (mount / "cgroup.controllers").exists():
        return []
    with suppress(OSError):
        own = (
            Path("/proc/self/cgroup")
            .read_text(encoding="utf-8", errors="replace")
            .strip()
            .rpartition("::")[2]
            .strip("/")
        )
        return [(mount / own).parent, mount] if own else [mount]
    return [mount]
