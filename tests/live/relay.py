"""A wire to the engine that can be cut: what a lab sees then is an engine that stops in the middle."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

PIECE: Final = 1 << 16


class Relay:
    """Passes on, from a socket of its own to the engine's, what is said in both directions, until it is cut."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path = path
        self.engine = engine.removeprefix("unix://")
        self._cut = Event()
        self._lines: list[socket.socket] = []
        self._listener: Thread | None = None

    @property
    def host(self) -> str:
        """The address at which the engine is reached through it."""
        return f"unix://{self.path}"

    def mend(self) -> None:
        """Pass on from now on."""
        self._cut.clear()
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(self.path))
        server.listen()
        self._lines = [server]
        self._listener = Thread(target=self._listen, args=(server,), daemon=True)
        self._listener.start()

    def cut(self) -> None:
        """Pass on nothing any more, and end what is being said."""
        self._cut.set()
        self.path.unlink(missing_ok=True)
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        if self._listener:
            self._listener.join()

    def _listen(self, server: socket.socket) -> None:
        while not self._cut.is_set():
            try:
                caller, _ = server.accept()
            except OSError:
                return
            called = socket.socket(socket.AF_UNIX)
            called.connect(self.engine)
            self._lines += [caller, called]
            for here, there in ((caller, called), (called, caller)):
                Thread(target=_pass_on, args=(here, there), daemon=True).start()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while piece := here.recv(PIECE):
            there.sendall(piece)
    with suppress(OSError):
        there.shutdown(socket.SHUT_WR)


@contextmanager
def relay(path: Path, engine: str) -> Iterator[Relay]:
    """Use a relay, and cut it at the end."""
    wire = Relay(path, engine)
    wire.mend()
    try:
        yield wire
    finally:
        wire.cut()
