"""Processes and mounts of this machine, as psutil sees them."""

import time
from contextlib import suppress
from pathlib import Path

import psutil


def find_processes(name: str, *, mentioning: str = "") -> list[psutil.Process]:
    """Return the live processes called `name` or `name-…` whose command line mentions a text."""
    return [
        process
        for process in psutil.process_iter(["name", "status", "cmdline"])
        if f"{process.info['name']}-".startswith(f"{name}-")
        and process.info["status"] != psutil.STATUS_ZOMBIE
        and mentioning in " ".join(process.info["cmdline"] or ())
    ]


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and waits for its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command_line(pid: int) -> list[str]:
    """Return the command line of a process; empty where it ended or belongs to somebody else."""
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


def terminate(pid: int, timeout: float) -> None:
    """End a process by SIGTERM, then by SIGKILL; wait up to `timeout` seconds after each."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for send in (process.terminate, process.kill):
            send()
            deadline = time.monotonic() + timeout
            while time.monotonic() < deadline:
                if not is_alive(pid):
                    return
                time.sleep(0.05)


def kill(processes: list[psutil.Process]) -> None:
    """End processes, and those that they started, by SIGKILL."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            for one in (*process.children(), process):
                with suppress(psutil.NoSuchProcess):
                    one.kill()


def mounts_below(folder: Path) -> list[str]:
    """Return where something is mounted in a folder, the deepest first."""
    points = (partition.mountpoint for partition in psutil.disk_partitions(all=True))
    return sorted((point for point in points if Path(point).is_relative_to(folder)), reverse=True)
