"""No sandbox: a process of this user with limits on what it uses, not on what it may do. Only when asked for by name."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from devopssim.course.grader.sandbox import host
from devopssim.course.grader.sandbox.forked import ForkServer, fork_server
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.process_tree import descendants, memory_of_tree, processor_seconds_of_tree
from devopssim.course.grader.sandbox.protocol import SandboxProcess


@dataclass(frozen=True, kw_only=True)
class StartedProcess:
    """A running process in a session and a folder of its own."""

    process: SandboxProcess
    home: Path

    def memory(self) -> int:
        """Return the bytes in use by it and its descendants."""
        return memory_of_tree(self.process.pid)

    def processor_seconds(self) -> float:
        """Return the processor time of it and its descendants."""
        return processor_seconds_of_tree(self.process.pid)

    def end(self) -> None:
        """Kill it, its descendants and its process group, and remove its folder; a process outside all of these survives."""
        below = descendants(self.process.pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for pid in below[1:]:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class Plain:
    """A plain process of this user, for submissions that are trusted."""

    name = "none"
    folder = "course"
    closed = False
    uid = None

    def __init__(self) -> None:
        self.server: ForkServer | None = None

    @contextmanager
    def prepared(self, imports: Sequence[str]) -> Iterator[None]:
        """Keep a process ready for the length of a block that has imported the packages, and is forked at each start."""
        with fork_server(_start_server, imports, {"isolate": False}) as server:
            self.server = server
            try:
                yield
            finally:
                self.server = None

    def start(self, limits: Limits) -> StartedProcess:  # noqa: ARG002 - the program inside lowers its own limits
        """Start the program in a new temporary folder, as a fork of the prepared one if there is one; it lowers its own limits."""
        home = Path(tempfile.mkdtemp(prefix="devopssim-grading-"))
        environment = {
            **host.ENVIRONMENT,
            "HOME": str(home),
            "IPYTHONDIR": str(home / ".ipython"),
            "PATH": os.environ.get("PATH", ""),
        }
        if self.server:
            forked = self.server.fork({"environment": environment, "home": str(home)}, lambda _: None)
            if forked:
                return StartedProcess(process=forked, home=home)
        process = subprocess.Popen(
            host.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home,
            env=environment,
            start_new_session=True,
        )
        return StartedProcess(process=process, home=home)


def _start_server(requests: socket.socket) -> subprocess.Popen[bytes]:
    """Start the fork server with a socket as its standard input."""
    return subprocess.Popen(
        host.command("fork_server"),
        stdin=requests.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**host.ENVIRONMENT, "HOME": tempfile.gettempdir(), "PATH": os.environ.get("PATH", "")},
        start_new_session=True,
    )
