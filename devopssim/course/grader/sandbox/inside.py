"""The program inside the sandbox: run the cells in order, and answer the questions between them.

It shares its process with the student's code and is therefore not trusted: all it can do is claim values. One line of JSON
for each message leaves through what was the standard output when it started; everything that cells print goes nowhere.
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


class OutOfTime(BaseException):
    """A cell has used up its time. No `except Exception` of the student's catches it."""


class Printed(io.TextIOBase):
    """A standard output that keeps the first few thousand characters and forgets the rest."""

    def __init__(self) -> None:
        self.kept = ""

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        if len(self.kept) < PRINTED_AT_MOST:
            self.kept += text[: PRINTED_AT_MOST - len(self.kept)]
        return len(text)


def main() -> NoReturn:
    """Read the job from the standard input, do it, and leave without running anybody's exit handlers."""
    job = json.load(sys.stdin)
    send = _channel()
    try:
        _drop_rights(job["uid"])
        seccomp.install()
        if job["closed"]:
            _refuse_solutions()
        folder = _furnish(Path(job["folder"]), job["files"])
        _import_what_notebooks_use()
        shell = _shell()
        _limit(job["limits"])
        signal.signal(signal.SIGALRM, _out_of_time)
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader must hear of it
        send({"trouble": f"{type(error).__name__}: {error}"})
        os._exit(1)
    send({"ready": True})
    for step in job["steps"]:
        _do(step, shell, folder, send, float(job["limits"]["cell_seconds"]))
    send({"finished": True})
    os._exit(0)


def _do(step: dict[str, Any], shell: Any, folder: Path, send: Send, seconds: float) -> None:
    from devopssim.course.answers import Question, answer, raised  # noqa: PLC0415 - imported while the sandbox started

    send({"began": step["id"]})
    error: BaseException | None = None
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        if step["source"]:
            result = shell.run_cell(step["source"], store_history=False)
            error = result.error_before_exec or result.error_in_exec
        for name, question in step["questions"]:
            send({"answer": name, "is": answer(Question.from_json(question), shell.user_ns, folder)})
    except BaseException as stopped:  # noqa: BLE001 - whatever ended this step, the next one has its chance
        error = stopped
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    send({"ended": step["id"], "error": None if error is None else raised(error)})


def _channel() -> Send:
    """Keep the standard output for messages, and let everything that prints print into nothing."""
    channel = os.dup(1)
    os.set_inheritable(channel, False)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    sys.stdout = sys.stderr = Printed()

    def send(message: dict[str, Any]) -> None:
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        while line:
            line = line[os.write(channel, line) :]

    return send


def _drop_rights(uid: int | None) -> None:
    if uid is not None and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def _refuse_solutions() -> None:
    """Refuse to work where the package brings the course's notebooks: in an image, nothing covers them."""
    found = next(iter(host.NOTEBOOKS_OF_THE_PACKAGE.glob("*.ipynb")), None)
    if found is not None:
        raise PermissionError(f"students could read {found}; make the image without the folder {found.parent}")


def _furnish(folder: Path, files: dict[str, str]) -> Path:
    """Put the course's public files where the notebook expects them, and go there."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
    os.chdir(folder)
    return Path.cwd()


def _import_what_notebooks_use() -> None:
    """Import before the clock of the first cell starts; a package that is not there is not missed until a cell wants it."""
    import importlib  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    warnings.simplefilter("ignore")
    for name in ("devopssim.course.answers", "pandas", "matplotlib.pyplot"):
        importlib.import_module(name)
    warnings.resetwarnings()


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.colors = "nocolor"
    shell: Any = InteractiveShell.instance(config=config)
    shell.enable_matplotlib = _no_window  # `%matplotlib inline` means nothing where nobody looks
    return shell


def _no_window(gui: str | None = None) -> tuple[str | None, str]:
    return gui, "agg"


def _limit(limits: dict[str, Any]) -> None:
    """Lower what this process and its children may use; the sandbox around it has limits of its own where it can."""
    memory, disk = limits["memory_mb"] * MEGABYTE, limits["disk_mb"] * MEGABYTE
    seconds = int(limits["notebook_seconds"]) + 5
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_DATA, memory),
    ]
    for name, value in wanted:
        _, hard = resource.getrlimit(name)
        lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (lower, lower))


def _out_of_time(signum: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the shape of a signal handler
    raise OutOfTime("the cell took longer than it may; look for a loop that does not end.")


if __name__ == "__main__":
    main()
