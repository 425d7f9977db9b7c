"""Execution of the real programs: docker, docker compose, git, act and the scanners, as a person would type them."""

import os
import shlex
import shutil
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
"""Seconds after which a command is killed."""


@dataclass(frozen=True, kw_only=True)
class CompletedCommand:
    r"""A command that ended.

    Parameters
    ----------
    command : str
        Command line.
    status : int
        Exit status.
    output : str
        Standard output and standard error; also its text form.
    seconds : float
        Duration.

    Examples
    --------
    >>> result = run("echo hello")
    >>> result.ok, str(result)
    (True, 'hello\n')
    """

    command: str
    status: int
    output: str
    seconds: float

    def __str__(self) -> str:
        return self.output

    @property
    def ok(self) -> bool:
        """Whether the exit status is 0."""
        return self.status == 0


def run(
    command: Sequence[str | Path] | str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    echo: Callable[[str], object] | None = None,
    check: bool = True,
    timeout: float = TIMEOUT,
) -> CompletedCommand:
    """Run a command to its end.

    Parameters
    ----------
    command : str or Sequence
        Command line, split as a shell would but run without one; or its arguments.
    env : Mapping, optional
        Environment; default: this process's.
    cwd : Path, optional
        Working directory.
    stdin : str, optional
        Text for standard input; passwords go here, since command lines are visible to other users.
    echo : Callable, optional
        Receives each line of output as it comes.
    check : bool, default True
        Whether another exit status than 0 is an error.
    timeout : float, default 600
        Seconds after which the command is killed.

    Returns
    -------
    CompletedCommand
        Status, output and duration.

    Raises
    ------
    CommandFailedError
        Where the exit status differs from 0 and `check` is True.
    LabError
        Where the program is missing, cannot be started, or times out.

    Examples
    --------
    >>> run("cat", stdin="secret").output
    'secret'
    >>> run(["sh", "-c", "exit 3"], check=False).status
    3
    """
    arguments = shlex.split(command) if isinstance(command, str) else [str(argument) for argument in command]
    began = time.monotonic()
    process = _start(arguments, env=env, cwd=cwd)
    killer = Timer(timeout, process.kill)
    killer.start()
    try:
        output = _conversation(process, stdin, echo)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        timed_out = not killer.is_alive()
        killer.cancel()
    result = CompletedCommand(
        command=shlex.join(arguments), status=process.wait(), output=output, seconds=time.monotonic() - began
    )
    if timed_out:
        message = f"`{result.command}` timed out after {timeout:g} s; its last line of output: {_last_line(output) or 'none'}."
        raise LabError(message)
    if check and not result.ok:
        raise command_error(result)
    return result


def command_error(done: CompletedCommand) -> CommandFailedError:
    """Return the error that explains why a command failed.

    Examples
    --------
    >>> print(command_error(run("sh -c 'echo oops; exit 3'", check=False)))
    `sh -c 'echo oops; exit 3'` exited with status 3: oops.
    """
    meaning = explanation_of(done.output) or _last_line(done.output) or "it printed nothing"
    message = f"`{done.command}` exited with status {done.status}: {meaning}."
    return CommandFailedError(message, command=done.command, status=done.status, output=done.output)


def ending_with_us(signal: str = "TERM") -> list[str]:
    r"""Return the beginning of a command that gets a signal when this process ends, even by SIGKILL; empty where that is impossible.

    Parameters
    ----------
    signal : str, default "TERM"
        Name of the signal.

    Examples
    --------
    >>> run([*ending_with_us(), "echo", "hello"]).output
    'hello\n'
    """
    setpriv = shutil.which("setpriv")  # of Linux
    return [setpriv, "--pdeathsig", signal] if setpriv else []


def start_in_background(
    arguments: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that outlives this one.

    Parameters
    ----------
    arguments : Sequence of str or Path
        Program and its arguments.
    log : Path
        File that receives its output.
    env : Mapping, optional
        Environment; default: this process's.
    """
    with log.open("ab") as stream:
        return subprocess.Popen(  # noqa: S603 - the lab itself chooses the command
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            start_new_session=True,
        )


def _start(arguments: list[str], *, env: Mapping[str, str] | None, cwd: Path | None) -> subprocess.Popen[str]:
    """Start a program with pipes; raise LabError where that fails."""
    try:
        return subprocess.Popen(  # noqa: S603 - no shell is involved
            arguments,
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
        if cwd is not None and not cwd.is_dir():
            message = f"{cwd} (the folder in which `{arguments[0]}` works) is gone; start the lab anew with `devopssim livelab up`."
        else:
            message = (
                f"`{arguments[0]}` is not installed; `devopssim doctor` lists what the lab needs and how to install it."
            )
        raise LabError(message) from error
    except OSError as error:
        message = f"`{shlex.join(arguments)}` cannot be started: {explanation_of(str(error)) or error.strerror}."
        raise LabError(message) from error


def _conversation(process: subprocess.Popen[str], stdin: str | None, echo: Callable[[str], object] | None) -> str:
    """Write standard input, then read the output to its end."""
    if process.stdin is None or process.stdout is None:
        return ""
    try:
        process.stdin.write(stdin or "")
        process.stdin.close()
    except BrokenPipeError:  # it ended without reading; its output gives the reason
        pass
    lines: deque[str] = deque()
    for line in process.stdout:
        lines.append(line)
        if echo:
            echo(line.rstrip("\n"))
    process.stdout.close()
    return "".join(lines)


def _last_line(output: str) -> str:
    """Return the last line with text, without its full stop."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else ""
