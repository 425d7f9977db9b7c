"""Limits by control groups (version 2), where this user may make some: memory, processes and processor of a whole sandbox.

References
----------
The Linux kernel, *Control Group v2*, https://docs.kernel.org/admin-guide/cgroup-v2.html.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits

MOUNT: Final = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids", "cpu")
PERIOD: Final = 100_000
ENDING_SECONDS: Final = 5


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
            if not set((parent / "cgroup.subtree_control").read_text(encoding="ascii").split()) >= set(CONTROLLERS):
                continue
            group.mkdir()
            for controller in CONTROLLERS:
                for name, value in _settings(controller, limits).items():
                    (group / name).write_text(f"{value}", encoding="ascii")
            with suppress(OSError):  # absent without swap
                (group / "memory.swap.max").write_text("0", encoding="ascii")
            (group / "cgroup.procs").write_text(f"{pid}", encoding="ascii")
        except OSError:
            remove(group)
            continue
        return group
    return None


def _settings(controller: str, limits: Limits) -> dict[str, object]:
    """Return what a controller limits, by its file's name."""
    settings: dict[str, dict[str, object]] = {
        "memory": {"memory.max": limits.memory_mb * MEGABYTE, "memory.oom.group": 1},
        "pids": {"pids.max": limits.processes + 8},  # the sandbox's own
        "cpu": {"cpu.max": f"{PERIOD} {PERIOD}"},
    }
    return settings[controller]


def remove(group: Path | None) -> None:
    """Kill what is left in a group, wait until it has ended, and remove the group; None is no group.

    Examples
    --------
    >>> remove(None)
    """
    if group is None:
        return
    with suppress(OSError):
        (group / "cgroup.kill").write_text("1", encoding="ascii")
    until = time.monotonic() + ENDING_SECONDS
    while group.is_dir():
        try:
            group.rmdir()
        except OSError:  # busy until the last process has ended
            if time.monotonic() > until:
                return
            time.sleep(0.01)


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
