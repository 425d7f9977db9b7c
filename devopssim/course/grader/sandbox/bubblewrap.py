"""bubblewrap: namespaces and limits without a container engine.

Run by root, the program inside becomes a user of its own, one for each sandbox that runs at the same time, since the kernel
counts processes by user. Run by any other user, it needs unprivileged user namespaces, which some systems refuse.

References
----------
bubblewrap, https://github.com/containers/bubblewrap; `bwrap(1)`.
"""

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final

from devopssim.course.grader.sandbox import cgroup, host
from devopssim.course.grader.sandbox.forked import ForkServer, fork_server
from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits
from devopssim.course.grader.sandbox.process_tree import memory_of_files, memory_of_tree, processor_seconds_of_tree
from devopssim.course.grader.sandbox.protocol import SandboxError, SandboxProcess
from devopssim.course.grader.sandbox.run import starts

NOBODY: Final = 65_534
RIGHTS_OF_SERVER: Final = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETPCAP", "CAP_SETFCAP")
FIRST_UID: Final = 61_000
UIDS: Final = 4_000
UIDS_OF_A_PROCESS: Final = 8
_uids: Final = itertools.count()


@dataclass(frozen=True, kw_only=True)
class StartedBubblewrap:
    """A running bubblewrap; all processes in it die with it."""

    process: SandboxProcess
    group: Path | None = None

    def memory(self) -> int:
        """Return the bytes in use by all processes inside and by the files they made; 0 where a control group limits them."""
        return 0 if self.group else memory_of_tree(self.process.pid) + memory_of_files(self.process.pid)

    def processor_seconds(self) -> float:
        """Return the processor time of all processes inside."""
        return processor_seconds_of_tree(self.process.pid)

    def end(self) -> None:
        """Kill it: the kernel ends every process of its PID namespace."""
        self.process.kill()
        cgroup.remove(self.group)


class Bubblewrap:
    """A sandbox of bubblewrap.

    Parameters
    ----------
    secret : sequence of Path, default ()
        Folders that stay hidden even if they lie beside Python.
    """

    name = "bubblewrap"
    folder = "/tmp/course"
    closed = True

    def __init__(self, secret: Sequence[Path] = ()) -> None:
        self.secret = tuple(secret)
        self.root = os.geteuid() == 0
        self.server: ForkServer | None = None

    @property
    def uid(self) -> int | None:
        """A user for the program inside where we are root, a new one at each access; None otherwise.

        It follows from the process id, so that processes that grade at the same time, forks too, seldom share a user.
        """
        if not self.root:
            return None
        return FIRST_UID + (os.getpid() * UIDS_OF_A_PROCESS + next(_uids) % UIDS_OF_A_PROCESS) % UIDS

    def start(self, limits: Limits) -> StartedBubblewrap:
        """Start the program inside, which waits for its job: a fork of the prepared one, else in a new bubblewrap."""
        groups: list[Path | None] = []
        if self.server:
            request = {"disk": limits.disk_mb * MEGABYTE}
            forked = self.server.fork(request, lambda pid: groups.append(cgroup.contain(pid, limits)))
            if forked:
                return StartedBubblewrap(process=forked, group=groups[0])
        process = _started(self.arguments(limits), host.command())
        return StartedBubblewrap(process=process, group=cgroup.contain(process.pid, limits))

    @contextmanager
    def prepared(self, imports: Sequence[str]) -> Iterator[None]:
        """Keep a process ready for the length of a block that has imported the packages, and is forked at each start.

        Where the system refuses namespaces within namespaces, each start is a new bubblewrap.
        """
        settings = {
            "isolate": True,
            "root": self.root,
            "shown": [str(folder) for folder in host.folders()],
            "environment": {},
            "home": "/tmp",
        }
        with fork_server(self._start_server, imports, settings) as server:
            self.server = server
            try:
                if server and not starts(self):
                    self.server = None
                yield
            finally:
                self.server = None

    def _start_server(self, requests: socket.socket) -> subprocess.Popen[bytes]:
        """Start bubblewrap with the fork server, which makes namespaces and therefore has the rights to."""
        return _started(self.arguments(Limits(), forks=True), host.command("fork_server"), requests.fileno())

    def arguments(self, limits: Limits, *, forks: bool = False) -> list[str]:
        """Return the command line up to the program; with `forks` for one that makes namespaces for each of its forks.

        Examples
        --------
        >>> "--unshare-net" in Bubblewrap().arguments(Limits())
        True
        """
        disk = limits.disk_mb * MEGABYTE
        user = 0 if forks else NOBODY
        rights = (
            "--cap-add CAP_SETUID --cap-add CAP_SETGID" if self.root else f"--unshare-user --uid {user} --gid {user}"
        )
        if forks:
            rights += "".join(f" --cap-add {right}" for right in RIGHTS_OF_SERVER)
        command = f"bwrap --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --cap-drop ALL {rights}".split()
        command += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
        command += (
            f"--perms 1777 --size {disk} --tmpfs /tmp".split()
        )  # before the folders that are shown, which may lie below /tmp
        for parent in dict.fromkeys(above for folder in host.folders() for above in reversed(folder.parents[:-1])):
            command += [
                "--perms",
                "0755",
                "--dir",
                str(parent),
            ]  # the user inside could not enter a folder with root's 0700
        for folder in host.folders():
            command += ["--ro-bind", str(folder), str(folder)]
        for link, target in host.links().items():
            command += ["--symlink", str(target), str(link)]
        for path in host.hidden(*self.secret):
            if path.is_dir():
                command += ["--tmpfs", str(path), "--remount-ro", str(path)]
            else:
                command += ["--ro-bind", os.devnull, str(path)]
        command += f"--proc /proc --dev /dev --perms 1777 --size {disk} --tmpfs /dev/shm --remount-ro /dev".split()
        command += ["--remount-ro", "/", "--chdir", "/tmp"]
        for name, value in host.ENVIRONMENT.items():
            command += ["--setenv", name, value]
        return command


def _started(
    arguments: Sequence[str], program: Sequence[str], standard_input: int | None = None
) -> subprocess.Popen[bytes]:
    """Start bubblewrap with its options in a file: on its command line, which is seen inside, they would tell the host's paths.

    With a standard input, it is one that answers there, and its other streams go nowhere.
    """
    streams = (PIPE, PIPE, PIPE) if standard_input is None else (standard_input, DEVNULL, DEVNULL)
    options = b"".join(os.fsencode(argument) + b"\0" for argument in arguments[1:])
    with tempfile.TemporaryFile() as stream:
        stream.write(options)
        stream.seek(0)
        handle = stream.fileno()
        return subprocess.Popen(
            [arguments[0], "--args", str(handle), *program],
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            pass_fds=[handle],
        )


def problem() -> str | None:
    """Return why bubblewrap cannot be used on this machine, None if it can.

    Raises
    ------
    SandboxError
        If the attempt itself fails or takes more than 20 s.
    """
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    command = [*Bubblewrap().arguments(Limits()), "/usr/bin/true"]
    try:
        trial = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxError(f"bubblewrap cannot be tried: {error}") from error
    if trial.returncode:
        return f"bubblewrap is refused here ({trial.stderr.strip()[:200]}); user namespaces may be switched off"
    return None
