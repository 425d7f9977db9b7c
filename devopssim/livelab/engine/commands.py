"""Running the real programs: docker, docker compose, git, act and the scanners, just as a person would type them."""

import os
import shlex
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Final

from devopssim.livelab.errors import CommandFailedError, LabError, explanation_of

TIMEOUT: Final = 600.0
"""Seconds after which a command is given up."""


@dataclass(frozen=True, kw_only=True)
class CompletedCommand:
    """A command that ended: what was run, its exit status, what it said (both streams) and how long it took in seconds."""

    command: str
    status: int
    output: str
    seconds: float

    def __str__(self) -> str:
        return self.output

    @property
    def ok(self) -> bool:
        """Whether it ended with exit status 0."""
        return self.status == 0


def run(
    command: Sequence[str | Path] | str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    say: str | None = None,
    echo: Callable[[str], object] | None = None,
    check: bool = True,
    timeout: float = TIMEOUT,
) -> CompletedCommand:
    """Run a command to its end and return what it said; a string is split as a shell would, but no shell is involved.

    `say` goes to its standard input (that is where passwords go), `echo` gets each line as it comes. With `check`,
    raises CommandFailedError unless the exit status is 0. Raises LabError where the program is missing or takes too long.
    """
    words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
    began = time.monotonic()
    process = _start(words, env=env, cwd=cwd)
    late = Timer(timeout, process.kill)
    late.start()
    try:
        output = _conversation(process, say, echo)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        ran_out = not late.is_alive()
        late.cancel()
    done = CompletedCommand(
        command=shlex.join(words), status=process.wait(), output=output, seconds=time.monotonic() - began
    )
    if ran_out:
        message = f"`{done.command}` was given up after {timeout:g} s; look at what it said: {_last_line(output)}"
        raise LabError(message)
    if check and not done.ok:
        raise command_error(done)
    return done


def command_error(done: CompletedCommand) -> CommandFailedError:
    """Return the error that explains why a command ended badly."""
    meaning = explanation_of(done.output) or _last_line(done.output) or "it said nothing"
    message = f"`{done.command}` ended with {done.status}: {meaning}."
    return CommandFailedError(message, command=done.command, status=done.status, output=done.output)


def start_in_background(
    words: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that outlives this one, with its output going to the file `log`."""
    with log.open("ab") as stream:
        return subprocess.Popen(  # noqa: S603 - the words are the lab's own
            [str(word) for word in words],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            start_new_session=True,
        )


def _start(words: list[str], *, env: Mapping[str, str] | None, cwd: Path | None) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell is involved
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(os.environ if env is None else env),
            cwd=cwd,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError as error:
        message = f"`{words[0]}` is not installed; `devopssim doctor` says what the lab needs and how to get it."
        raise LabError(message) from error
    except OSError as error:
        message = f"`{shlex.join(words)}` cannot be started: {explanation_of(str(error)) or error.strerror}."
        raise LabError(message) from error


def _conversation(process: subprocess.Popen[str], say: str | None, echo: Callable[[str], object] | None) -> str:
    if process.stdin is None or process.stdout is None:
        return ""
    try:
        process.stdin.write(say or "")
        process.stdin.close()
    except BrokenPipeError:  # it ended without reading; its output says why
        pass
    lines: deque[str] = deque()
    for line in process.stdout:
        lines.append(line)
        if echo:
            echo(line.rstrip("\n"))
    process.stdout.close()
    return "".join(lines)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else ""
