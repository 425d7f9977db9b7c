"""The fork server, seen from outside: start it once, and ask it for a fork for each notebook."""

import array
import json
import os
import select
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, Final

START_SECONDS: Final = 180
END_SECONDS: Final = 10
CREDENTIALS: Final = struct.Struct("3i")
Contain = Callable[[int], None]


@dataclass(kw_only=True)
class ForkedProcess:
    """A fork of the server, used like a `subprocess.Popen`.

    Parameters
    ----------
    pid : int
        The guard, in this process's namespace; everything of the fork is below it.
    stdin, stdout, stderr : file
        This process's ends of the pipes.
    control : socket
        The guard ends everything when this end is closed.
    guarded : bool
        Whether `pid` is a guard; otherwise it is the program itself.
    """

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]
    control: socket.socket
    guarded: bool

    def kill(self) -> None:
        """End everything in the fork; it may still be ending when this returns."""
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_WR)
            if not self.guarded:
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """End it and wait until it has ended; return 0."""
        self.kill()
        try:
            self.control.settimeout(END_SECONDS)
            while self.control.recv(64):
                pass
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)  # the guard has not closed its socket, so the number is still its own
        except OSError:
            pass  # it has ended, and was waited for before
        self.control.close()
        return 0


@dataclass(kw_only=True)
class ForkServer:
    """A prepared process and the socket on which it takes requests; forks of the grader share it.

    Parameters
    ----------
    process : Popen
        The process, or the sandbox around it.
    requests : socket
        Each message is one request, with the handles of its fork.
    settings : mapping of str to object
        What all requests have in common.
    """

    process: subprocess.Popen[bytes]
    requests: socket.socket
    settings: Mapping[str, Any]

    def fork(self, request: Mapping[str, Any], contain: Contain) -> ForkedProcess | None:
        """Return a fork that waits for its job, None if the server has ended.

        Parameters
        ----------
        request : mapping of str to object
            What this fork needs beside the common settings.
        contain : callable
            Called with the process id of the fork before it has children.

        Returns
        -------
        ForkedProcess or None
            The fork.
        """
        pipes = [os.pipe() for _ in range(3)]
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        given = [pipes[0][0], pipes[1][1], pipes[2][1], its.fileno()]
        kept = [pipes[0][1], pipes[1][0], pipes[2][0]]
        pid = 0
        try:
            handles = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))]
            self.requests.sendmsg([json.dumps({**self.settings, **request}).encode()], handles)
        except OSError:
            pass
        else:
            its.close()
            given.pop()
            pid = _introduced(mine)
        for handle in given[:3]:
            os.close(handle)
        if not pid:
            for handle in kept:
                os.close(handle)
            mine.close()
            its.close()
            return None
        contain(pid)
        mine.send(b"!")
        stdin, stdout, stderr = os.fdopen(kept[0], "wb"), os.fdopen(kept[1], "rb"), os.fdopen(kept[2], "rb")
        return ForkedProcess(
            pid=pid, stdin=stdin, stdout=stdout, stderr=stderr, control=mine, guarded=self.settings["isolate"]
        )


@contextmanager
def fork_server(
    start: Callable[[socket.socket], subprocess.Popen[bytes]], imports: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[ForkServer | None]:
    """Run a fork server for the length of a block.

    Parameters
    ----------
    start : callable
        Starts the program `fork_server` with a socket as its standard input.
    imports : sequence of str
        Import statements that it runs beside its own.
    settings : mapping of str to object
        What all requests have in common.

    Yields
    ------
    ForkServer or None
        None if it does not start, or if a package has started threads, which a fork would lose; each notebook then starts cold.
    """
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = start(its)
    its.close()
    try:
        with suppress(OSError):
            mine.send(json.dumps({"imports": list(imports)}).encode())
        yield ForkServer(process=process, requests=mine, settings=settings) if _is_ready(mine) else None
    finally:
        with suppress(OSError):
            mine.shutdown(socket.SHUT_RDWR)  # not only closed: forks of this process may hold it, too
        mine.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_ready(requests: socket.socket) -> bool:
    """Return whether the server has reported that it is prepared and has one thread; the time also bounds later requests."""
    requests.settimeout(START_SECONDS)
    try:
        return bool(json.loads(requests.recv(4096) or b"{}").get("threads") == 1)
    except (OSError, ValueError):
        return False


def _introduced(control: socket.socket) -> int:
    """Return the process id of the guard, as the kernel attests it with its first message; 0 if none comes."""
    until = time.monotonic() + START_SECONDS
    while select.select([control], [], [], max(0.0, until - time.monotonic()))[0]:
        try:
            message, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
        except OSError:
            return 0
        for level, kind, content in ancillary:
            if message and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                return int(CREDENTIALS.unpack_from(content)[0])
        return 0
    return 0
