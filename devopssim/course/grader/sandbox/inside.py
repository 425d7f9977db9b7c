"""The program inside the sandbox: run the cells in order, and answer the questions between them.

It shares its process with the student's code and is therefore untrusted: all it can do is claim values. It sends one line of
JSON per message through what was the standard output when it started; what cells print is discarded.

=================================== ===================================================
message                             meaning
=================================== ===================================================
`{"ready": true}`                   everything is imported; the first step follows
`{"began": id}`                     a step begins
`{"asks": id}`                      it wants the step's questions, which come on a line of the standard input
`{"answer": name, "is": form}`      the answer to a question
`{"ended": id, "error": form}`      a step has ended; `error` is null if it ended well
`{"finished": true}`                the last message
`{"trouble": text}`                 the program could not get ready
=================================== ===================================================
"""

import base64
import io
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from devopssim.course.grader.sandbox import host, seccomp

MEGABYTE: Final = 1024**2
PRINTED_AT_MOST: Final = 20_000
Send = Callable[[dict[str, Any]], None]
Receive = Callable[[], Any]


class OutOfTime(BaseException):
    """Report a cell that has used up its time; a student's `except Exception` lets it through."""


class Printed(io.TextIOBase):
    """A standard output that keeps the first `PRINTED_AT_MOST` characters and discards the rest."""

    def __init__(self) -> None:
        self.kept = ""

    def writable(self) -> bool:
        """Return True, as Python asks of a standard output."""
        return True

    def write(self, text: str) -> int:
        """Keep what fits, and return the length of the text as if all of it had been written."""
        if len(self.kept) < PRINTED_AT_MOST:
            self.kept += text[: PRINTED_AT_MOST - len(self.kept)]
        return len(text)


def main() -> NoReturn:
    """Read the job from standard input, do it, and exit without running the student's exit handlers."""
    job = json.loads(sys.stdin.buffer.readline())
    send, receive = _channel()
    try:
        _drop_rights(job["uid"])
        seccomp.install()
        if job["closed"]:
            _refuse_solutions()
        _renew_randomness()
        folder = _write_files(Path(job["folder"]), job["files"])
        import_what_notebooks_use()
        shell = _shell()
        _limit(job["limits"])
        signal.signal(signal.SIGALRM, _out_of_time)
    except Exception as error:  # noqa: BLE001 - the grader has to learn of any error
        send({"trouble": f"{type(error).__name__}: {error}"})
        os._exit(1)
    send({"ready": True})
    for step in job["steps"]:
        _run_step(step, shell, folder, (send, receive), float(job["limits"]["cell_seconds"]))
    send({"finished": True})
    os._exit(0)


def _run_step(step: dict[str, Any], shell: Any, folder: Path, channel: tuple[Send, Receive], seconds: float) -> None:
    """Run one step with an alarm and answer its questions; the next step starts after any error."""
    from devopssim.course.answers import Question, answer, raised  # noqa: PLC0415 - imported while the sandbox started

    send, receive = channel
    send({"began": step["id"]})
    error: BaseException | None = None
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        if step["source"]:
            result = shell.run_cell(step["source"], store_history=False)
            error = result.error_before_exec or result.error_in_exec
        if step["asks"]:
            send({"asks": step["id"]})
        for name, question in receive() if step["asks"] else ():
            send({"answer": name, "is": answer(Question.from_json(question), shell.user_ns, folder)})
    except BaseException as stopped:  # noqa: BLE001 - the next step runs after any error
        error = stopped
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    send({"ended": step["id"], "error": None if error is None else raised(error)})


def _channel() -> tuple[Send, Receive]:
    """Keep the standard input and output for messages, and send everything that cells print to the null device."""
    channel, questions = os.dup(1), os.dup(0)
    for handle in (channel, questions):
        os.set_inheritable(handle, False)
    incoming = open(questions, "rb")  # noqa: PTH123, SIM115 - a handle, open until the end
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    sys.stdout = sys.stderr = Printed()

    def send(message: dict[str, Any]) -> None:
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        while line:
            line = line[os.write(channel, line) :]

    return send, lambda: json.loads(incoming.readline())


def _drop_rights(uid: int | None) -> None:
    """Become the user of the sandbox, groups first, while root may still do so."""
    if uid is not None and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def _refuse_solutions() -> None:
    """Refuse to work where the package brings the course's solutions: in an image of one's own, nothing covers them."""
    if host.SOLUTIONS.is_file() and host.SOLUTIONS.stat().st_size:
        raise PermissionError(f"students could read {host.SOLUTIONS}; make the image without this file")


def _renew_randomness() -> None:
    """Seed NumPy's global generator anew where it was imported before a fork; Python's own is seeded by each fork."""
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _write_files(folder: Path, files: dict[str, str]) -> Path:
    """Write the course's public files into the notebook's folder, and change to it."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
    os.chdir(folder)
    return Path.cwd()


def import_what_notebooks_use() -> None:
    """Import the usual packages before the first cell's time starts; a missing one matters only to a cell that imports it."""
    import importlib  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    warnings.simplefilter("ignore")
    for name in ("devopssim.course.answers", "pandas", "matplotlib.pyplot", "IPython.core.interactiveshell"):
        importlib.import_module(name)
    warnings.resetwarnings()


def _shell() -> Any:
    """Return an IPython shell without history, cache and colours."""
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.colors = "nocolor"
    shell: Any = InteractiveShell.instance(config=config)
    shell.enable_matplotlib = _headless_backend  # `%matplotlib inline` would need a frontend
    return shell


def _headless_backend(gui: str | None = None) -> tuple[str | None, str]:
    """Take the place of IPython's `enable_matplotlib` and leave the backend alone."""
    return gui, "agg"


def _limit(limits: dict[str, Any]) -> None:
    """Lower the limits of this process and its children; a limit that is lower already stays."""
    memory, disk = limits["memory_mb"] * MEGABYTE, limits["disk_mb"] * MEGABYTE
    seconds = int(limits["notebook_seconds"]) + 5
    bounds = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_DATA, memory),
    ]
    for name, value in bounds:
        _, hard = resource.getrlimit(name)
        lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (lower, lower))


def _out_of_time(signum: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the shape of a signal handler
    raise OutOfTime("the cell took longer than it may; look for a loop that does not end.")


if __name__ == "__main__":
    main()
