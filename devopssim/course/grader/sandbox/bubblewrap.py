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
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Final

from devopssim.course.grader.sandbox import cgroup, host
from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits
from devopssim.course.grader.sandbox.process_tree import memory_of_files, memory_of_tree, processor_seconds_of_tree
from devopssim.course.grader.sandbox.run import SandboxError

FIRST_UID: Final = 61_000
UIDS: Final = 2_000
_uids: Final = itertools.count(os.getpid())  # from the process id, so that two graders seldom share a user


@dataclass(frozen=True, kw_only=True)
class StartedBubblewrap:
    """A running bubblewrap; all processes in it die with it."""

    process: subprocess.Popen[bytes]
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

    @property
    def uid(self) -> int | None:
        """A user for the program inside where we are root, a new one at each access; None otherwise."""
        return FIRST_UID + next(_uids) % UIDS if self.root else None

    def start(self, limits: Limits) -> StartedBubblewrap:
        """Start bubblewrap with the program inside, which waits for its job."""
        process = _started(self.arguments(limits), host.command())
        return StartedBubblewrap(process=process, group=cgroup.contain(process.pid, limits))

    def arguments(self, limits: Limits) -> list[str]:
        """Return the command line up to the program.

        Examples
        --------
        >>> "--unshare-net" in Bubblewrap().arguments(Limits())
        True
        """
        disk = limits.disk_mb * MEGABYTE
        rights = "--cap-add CAP_SETUID --cap-add CAP_SETGID" if self.root else "--unshare-user --uid 65534 --gid 65534"
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


def _started(arguments: Sequence[str], program: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start bubblewrap with its options in a pipe: on its command line, which is seen inside, they would tell the host's paths."""
    options = b"".join(os.fsencode(argument) + b"\0" for argument in arguments[1:])
    with tempfile.TemporaryFile() as stream:
        stream.write(options)
        stream.seek(0)
        handle = stream.fileno()
        return subprocess.Popen(
            [arguments[0], "--args", str(handle), *program], stdin=PIPE, stdout=PIPE, stderr=PIPE, pass_fds=[handle]
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
