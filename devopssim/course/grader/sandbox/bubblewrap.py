"""bubblewrap: namespaces and limits without an engine.

Run by root, the program inside becomes a user of its own, one for each sandbox that runs at the same time, so that limits on
processes are not shared. Run by anybody else, it needs unprivileged user namespaces, which some systems refuse.
"""

import itertools
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Final

from devopssim.course.grader.sandbox import host
from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits
from devopssim.course.grader.sandbox.process_tree import memory_of_tree
from devopssim.course.grader.sandbox.run import SandboxError

FIRST_UID: Final = 61_000
UIDS: Final = 2_000
_uids: Final = itertools.count(os.getpid())


@dataclass(frozen=True, kw_only=True)
class StartedBubblewrap:
    """A running bubblewrap; all that runs in it dies with it."""

    process: subprocess.Popen[bytes]

    def memory(self) -> int:
        """Bytes in use by all processes inside."""
        return memory_of_tree(self.process.pid)

    def end(self) -> None:
        """Kill it: the kernel ends every process of its PID namespace."""
        self.process.kill()


class Bubblewrap:
    """A sandbox of bubblewrap; `secret` are folders that must not be seen even if they lie beside Python."""

    name = "bubblewrap"
    folder = "/tmp/course"
    closed = True

    def __init__(self, secret: Sequence[Path] = ()) -> None:
        self.secret = tuple(secret)
        self.root = os.geteuid() == 0

    @property
    def uid(self) -> int | None:
        """A user for the program inside, where we are root."""
        return FIRST_UID + next(_uids) % UIDS if self.root else None

    def start(self, limits: Limits) -> StartedBubblewrap:
        """Start bubblewrap."""
        command = [*self.arguments(limits), *host.command()]
        process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        return StartedBubblewrap(process=process)

    def arguments(self, limits: Limits) -> list[str]:
        """Return the command line up to the program."""
        disk = limits.disk_mb * MEGABYTE
        rights = "--cap-add CAP_SETUID --cap-add CAP_SETGID" if self.root else "--unshare-user --uid 65534 --gid 65534"
        words = f"bwrap --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --cap-drop ALL {rights}".split()
        words += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
        words += f"--perms 1777 --size {disk} --tmpfs /tmp".split()  # first: what is shown may lie below it
        for parent in dict.fromkeys(above for folder in host.folders() for above in reversed(folder.parents[:-1])):
            words += ["--perms", "0755", "--dir", str(parent)]  # else root's own 0700 would keep the user inside out
        for folder in host.folders():
            words += ["--ro-bind", str(folder), str(folder)]
        for link, target in host.links().items():
            words += ["--symlink", str(target), str(link)]
        for folder in host.hidden(*self.secret):
            words += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
        words += f"--proc /proc --dev /dev --perms 1777 --size {disk} --tmpfs /dev/shm --remount-ro /dev".split()
        words += ["--remount-ro", "/", "--chdir", "/tmp"]
        for name, value in host.ENVIRONMENT.items():
            words += ["--setenv", name, value]
        return words


def problem() -> str | None:
    """Say why bubblewrap cannot be used here, None where it can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    words = [*Bubblewrap().arguments(Limits()), "/usr/bin/true"]
    try:
        tried = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxError(f"bubblewrap cannot be tried: {error}") from error
    if tried.returncode:
        return f"bubblewrap is refused here ({tried.stderr.strip()[:200]}); user namespaces may be switched off"
    return None
