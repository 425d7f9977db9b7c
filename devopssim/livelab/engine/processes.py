"""Processes and mounts of this machine, as psutil sees them."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

PROGRAM_OF: Final = "DEVOPSSIM_PROGRAM_OF"
"""Variable that the programs of a lab inherit; its value is the lab's identity. A person's own programs lack it."""
END_TIMEOUT: Final = 10.0
"""Seconds that killed programs may take to end."""


def find_processes(name: str, *, mentioning: str = "") -> list[psutil.Process]:
    """Return the live processes with a name and, in their command line, a text.

    Parameters
    ----------
    name : str
        Name of the program; `name-…` matches as well.
    mentioning : str, default ""
        Text in the command line.
    """
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if f"{process.info['name']}-".startswith(f"{name}-")
        and is_alive(process.pid)
        and mentioning in " ".join(process.info["cmdline"] or ())
    ]


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and awaits its parent does not.

    A killed process runs until its last thread has ended: until then its sockets accept connections.

    Examples
    --------
    >>> import os
    >>> is_alive(os.getpid())
    True
    """
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    except psutil.NoSuchProcess:
        return False


def command_line(pid: int) -> list[str]:
    """Return the command line of a process; empty where it ended or belongs to another user.

    Examples
    --------
    >>> import os
    >>> len(command_line(os.getpid())) > 0
    True
    """
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


def terminate(pid: int, timeout: float) -> None:
    """End a process by SIGTERM, then by SIGKILL.

    Parameters
    ----------
    pid : int
        Process id.
    timeout : float
        Seconds to wait after each signal.
    """
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
    """End processes and their children by SIGKILL."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            for member in (*process.children(), process):
                with suppress(psutil.NoSuchProcess):
                    member.kill()


def end_programs(lab: str) -> None:
    """End the programs of a lab, which outlive what started them if that is killed; this process and those above it stay.

    Parameters
    ----------
    lab : str
        Identity of the lab.

    Examples
    --------
    >>> import os, subprocess
    >>> with subprocess.Popen(["sleep", "60"], env={**os.environ, PROGRAM_OF: "lab-1f40a9c3"}) as program:
    ...     end_programs("lab-1f40a9c3")
    ...     is_alive(program.pid)
    False
    """
    deadline = time.monotonic() + END_TIMEOUT
    own = {process.pid for process in (psutil.Process(), *psutil.Process().parents())}
    while time.monotonic() < deadline:  # what is being killed may start another one
        programs = [
            process for process in psutil.process_iter() if process.pid not in own and _is_program_of(process, lab)
        ]
        if not programs:
            return
        kill(programs)
        time.sleep(0.05)


def _is_program_of(process: psutil.Process, lab: str) -> bool:
    """Return whether a process is a lab's program; those of other users cannot be asked."""
    with suppress(psutil.Error, OSError):
        return process.environ().get(PROGRAM_OF) == lab and is_alive(process.pid)
    return False


def mounts_below(folder: Path) -> list[str]:
    """Return the mount points in a folder, the deepest first, which is the order of unmounting."""
    points = (partition.mountpoint for partition in psutil.disk_partitions(all=True))
    return sorted((point for point in points if Path(point).is_relative_to(folder)), reverse=True)
