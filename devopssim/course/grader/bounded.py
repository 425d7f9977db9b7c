"""Child processes with limits, in which the grader works on what students handed in.

A parser that a student's data send round in circles, or make use all memory, ends its own process. The grader itself forks, copies
bytes, and waits. It forks rather than starts anew because what is expected are functions of the author's, which no pipe carries.
"""

import ctypes
import os
import resource
import selectors
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

MEGABYTE: Final = 1024**2
PARENT_DEATH_SIGNAL: Final = 1
"""Of prctl(2)."""
PIECE: Final = 1 << 16
Say = Callable[[bytes], None]


class TooLongError(BaseException):
    """Report work that used up its processor time; a parser's `except Exception` lets it through."""


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """What a child process may use.

    Parameters
    ----------
    memory_mb : int, default 1024
        Memory beyond what it inherits, in megabytes.
    cpu_seconds : int, default 300
        Its own processor time; the sandbox it starts has limits of its own.
    seconds : float, default 3600
        Elapsed time.
    output_mb : int, default 64
        What it may write to its parent, in megabytes.
    """

    memory_mb: int = 1024
    cpu_seconds: int = 300
    seconds: float = 3600
    output_mb: int = 64


@dataclass(kw_only=True)
class Child:
    """A running child.

    Parameters
    ----------
    pid : int
        Its process id.
    reader : int
        The end of the pipe that its parent reads.
    limits : ChildLimits
        What it may use.
    deadline : float
        When it is killed, on the monotonic clock.
    lines : list of bytes
        What it has written so far, line by line.
    ended : str, default ""
        Why it ended without success.
    late : bool, default False
        Whether it was killed because of its deadline.
    """

    pid: int
    reader: int
    limits: ChildLimits
    deadline: float
    lines: list[bytes] = field(default_factory=list)
    ended: str = ""
    late: bool = False
    _rest: bytearray = field(default_factory=bytearray)
    _received: int = 0

    def read(self) -> bool:
        """Read what there is; return whether more may come."""
        piece = os.read(self.reader, PIECE)
        self._received += len(piece)
        self._rest += piece
        if b"\n" in piece:
            *lines, rest = bytes(self._rest).split(b"\n")
            self.lines += lines
            self._rest = bytearray(rest)
        if self._received > self.limits.output_mb * MEGABYTE:
            self.ended = f"it wrote more than {self.limits.output_mb} MB"
            return False
        return bool(piece)

    def end(self) -> None:
        """Kill it if it still runs, and collect its status; `ended` then holds the reason for a failure."""
        if self.ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        os.close(self.reader)
        _, status = os.waitpid(self.pid, 0)
        if not self.ended and status:
            code = os.waitstatus_to_exitcode(status)
            self.ended = "it used up its processor time" if code == -signal.SIGXCPU else f"it ended with status {code}"


def start(work: Callable[[Say], None], limits: ChildLimits) -> Child:
    """Fork a child that does the work; what it says arrives line by line.

    Parameters
    ----------
    work : callable
        Called in the child with a function that writes a line to the parent.
    limits : ChildLimits
        What it may use.

    Returns
    -------
    Child
        The running child.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    reader, writer = os.pipe()
    parent = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries hold no lock that the child takes
        pid = os.fork()
    if pid == 0:
        _work(work, limits, writer, parent)
    os.close(writer)
    return Child(pid=pid, reader=reader, limits=limits, deadline=time.monotonic() + limits.seconds)


def finished(children: dict[int, Child], seconds: float | None = None) -> Iterator[Child]:
    """Wait until some of the children have ended, and yield these; they are removed from `children`.

    Parameters
    ----------
    children : dict of int to Child
        Running children by their reader.
    seconds : float, optional
        How long to wait at most; by default until one ends.

    Yields
    ------
    Child
        One that has ended, its output read to the end before the clock is looked at.
    """
    until = None if seconds is None else time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for reader in children:
            selector.register(reader, selectors.EVENT_READ)
        done: list[Child] = []
        while children and not done:
            now = time.monotonic()
            ends = [child.deadline for child in children.values()] + ([until] if until is not None else [])
            for key, _ in selector.select(max(0.0, min(ends) - now)):
                child = children[key.fd]
                if not child.read():
                    done.append(child)
            now = time.monotonic()
            unread = {key.fd for key, _ in selector.select(0)}
            for child in children.values():
                if child not in done and now > child.deadline and child.reader not in unread:
                    child.ended, child.late = f"it took longer than {child.limits.seconds:g} s", True
                    done.append(child)
            if until is not None and now > until:
                break
    for child in done:
        del children[child.reader]
        child.end()
        yield child


def in_child(work: Callable[[Say], None], limits: ChildLimits) -> Child:
    """Do work in a child and return it ended.

    Parameters
    ----------
    work : callable
        Called in the child with a function that writes a line to the parent.
    limits : ChildLimits
        What it may use.

    Returns
    -------
    Child
        Its `lines`, and in `ended` why it failed.

    Examples
    --------
    >>> in_child(lambda say: say(b"done"), ChildLimits()).lines
    [b'done']
    >>> in_child(lambda say: os._exit(3), ChildLimits()).ended
    'it ended with status 3'
    """
    child = start(work, limits)
    children = {child.reader: child}
    while children:
        for _ in finished(children):
            pass
    return child


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """Raise TooLongError inside the block when it has used up processor time of this process.

    Parameters
    ----------
    seconds : float
        Processor seconds.

    Yields
    ------
    None
        Nothing. The block runs in the main thread.

    Examples
    --------
    >>> try:
    ...     with processor_time(0.05):
    ...         while True:
    ...             pass
    ... except TooLongError:
    ...     "ended"
    'ended'
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _work(work: Callable[[Say], None], limits: ChildLimits, writer: int, parent: int) -> None:
    """Do the work in the child and exit; nothing of the parent's is run at the end."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent lets running work end
        _die_with(parent)
        _lower(limits)

        def say(line: bytes) -> None:
            left = line + b"\n"
            while left:
                left = left[os.write(writer, left) :]

        work(say)
        status = 0
    finally:
        os._exit(status)


def _die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _lower(limits: ChildLimits) -> None:
    """Lower soft limits only, so that the sandbox, which has limits of its own, may raise them again."""
    bounds = {
        resource.RLIMIT_CPU: int(time.process_time()) + limits.cpu_seconds,
        resource.RLIMIT_DATA: _data() + limits.memory_mb * MEGABYTE,
        resource.RLIMIT_CORE: 0,
    }
    for name, value in bounds.items():
        _, hard = resource.getrlimit(name)
        with suppress(ValueError, OSError):
            resource.setrlimit(name, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _data() -> int:
    """Return the bytes of data that this process has already, 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123 - one line is read
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return 0
