"""No sandbox: a process of this user with limits on what it uses, not on what it may do. Only when asked for by name."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from devopssim.course.grader.sandbox import host
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.process_tree import descendants, memory_of_tree, processor_seconds_of_tree


@dataclass(frozen=True, kw_only=True)
class StartedProcess:
    """A running process in a session and a folder of its own."""

    process: subprocess.Popen[bytes]
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

    def start(self, limits: Limits) -> StartedProcess:  # noqa: ARG002 - the program inside lowers its own limits
        """Start the program in a new temporary folder; it lowers its own limits."""
        home = Path(tempfile.mkdtemp(prefix="devopssim-grading-"))
        environment = {
            **host.ENVIRONMENT,
            "HOME": str(home),
            "IPYTHONDIR": str(home / ".ipython"),
            "PATH": os.environ.get("PATH", ""),
        }
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
