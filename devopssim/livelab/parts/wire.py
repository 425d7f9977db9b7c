"""What travels to and from the registry, as tshark reads it: a password in clear text, or nothing that can be read."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Final

import pandas as pd
from docker.models.containers import Container

from devopssim.livelab.engine import ask, explain_engine_errors, provide_tool, remove_container, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.registry import REGISTRY, Registry
from devopssim.livelab.workspace import Workspace

PACKETS: Final = "/tmp/packets.pcapng"  # noqa: S108 - inside the listening container
LISTEN: Final = f"echo $$ > /tmp/pid; exec tshark -p -i eth0 -f 'tcp port 5000' -w {PACKETS} 2> /tmp/log"
"""Shell command that captures; `-p` sees this container's packets only."""
END: Final = "sleep 0.5; kill -INT $(cat /tmp/pid) && while kill -0 $(cat /tmp/pid) 2> /dev/null; do sleep 0.1; done"
"""Shell command that ends the capture once it has seen the last packets, and waits until they are written."""
SIZE: Final = f"stat -c %s {PACKETS} 2> /dev/null || echo 0"
"""Shell command that prints the number of bytes captured."""
HEADER: Final = 1000
"""Bytes that a capture without packets has at most."""
COLUMNS: Final = {"seconds": "%t", "protocol": "%p", "credentials": "%Cus:http.authbasic", "text": "%i"}
"""What to print of each packet, as tshark's preferences name it; the credentials are those of HTTP's basic authentication, decoded."""
READ: Final = (
    f"tshark -r {PACKETS} -o tcp.try_heuristic_first:TRUE -T tabs -o 'gui.column.format:{{columns}}' 2> /dev/null"
)
"""Shell command that prints the packets; protocols are recognised by content, because port 5000 once meant another one."""
ENCRYPTED: Final = "Application Data"
"""What tshark calls content that TLS hides."""


@dataclass
class Capture:
    r"""Packets, and the user names and passwords that anybody on their way can read.

    Parameters
    ----------
    packets : DataFrame
        One row per packet: seconds, protocol, text; filled when the capture ends.
    credentials : list of str
        Each `USER:PASSWORD` that was sent in clear text, once.

    Examples
    --------
    >>> capture = Capture()
    >>> capture.read("0.1\tTCP\t\t41234 → 5000 [SYN]\n0.2\tHTTP\tada:secret\tGET /v2/ HTTP/1.1\n")
    >>> capture.packets["protocol"].tolist(), capture.credentials, capture.encrypted
    (['TCP', 'HTTP'], ['ada:secret'], False)
    """

    packets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    credentials: list[str] = field(default_factory=list)

    def read(self, lines: str) -> None:
        """Fill the capture from tshark's lines, with tabs between the columns."""
        rows = pd.read_csv(
            StringIO(lines), sep="\t", names=list(COLUMNS), quoting=csv.QUOTE_NONE, skipinitialspace=True
        )
        self.credentials = rows["credentials"].dropna().drop_duplicates().tolist()
        self.packets = rows.drop(columns="credentials")

    @property
    def encrypted(self) -> bool:
        """Whether any packet has content that TLS hides."""
        return bool(self.packets["text"].str.contains(ENCRYPTED, na=False).any())


@dataclass(frozen=True)
class Wire:
    """A listener on the registry's network.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    registry : Registry
        What it listens to.

    Examples
    --------
    >>> with lab.wire.capture() as capture:  # doctest: +SKIP
    ...     lab.registry.login()
    >>> capture.credentials  # doctest: +SKIP
    ['student:…']
    """

    workspace: Workspace
    registry: Registry

    @contextmanager
    def capture(self) -> Iterator[Capture]:
        """Capture the registry's packets while the block runs.

        The image of tshark is built at the first use, for which the engine needs a network.

        Yields
        ------
        Capture
            Empty until the block ends.

        Raises
        ------
        LabError
            Where the engine does not answer, the registry does not run, or the image cannot be built.
        """
        capture = Capture()
        listener = self._listener()
        try:
            _shell(listener, LISTEN, detach=True)
            wait_until(lambda: self._hears(listener), "tshark to listen", timeout=60, every=0.2)
            yield capture
            _shell(listener, END)
            capture.read(
                _shell(listener, READ.format(columns=",".join(f'"{name}","{it}"' for name, it in COLUMNS.items())))
            )
        finally:
            with explain_engine_errors("remove the listener"):
                listener.remove(force=True)
        facts = {"credentials": len(capture.credentials), "encrypted": capture.encrypted}
        self.workspace.journal.write("captured", packets=len(capture.packets), **facts)

    def _hears(self, listener: Container) -> bool:
        """Ask the registry, without a password, and return whether the listener has captured a packet."""
        ask(self.workspace.ports["registry"], "/v2/", certificate=self.registry.certificate)
        return int(_shell(listener, SIZE)) > HEADER

    def _listener(self) -> Container:
        """Start a container in the registry's network and return it."""
        self.workspace.require_engine()
        image = provide_tool(self.workspace.engine, self.workspace.images, "tshark")
        client, project = self.workspace.client, self.workspace.project
        with explain_engine_errors("listen to the registry"):
            remove_container(client, f"{project}-tshark")  # what a capture that was killed left
            return client.containers.run(
                image,
                detach=True,
                name=f"{project}-tshark",
                network_mode=f"container:{project}-{REGISTRY}",
                cap_add=["NET_RAW"],
                labels=self.workspace.labels,
            )


def _shell(container: Container, command: str, **options: Any) -> str:
    """Run a shell command in a container and return its output."""
    with explain_engine_errors("listen to the registry"):
        done = container.exec_run(["sh", "-c", command], **options)
    output = done.output.decode("utf-8", "replace") if isinstance(done.output, bytes) else ""
    if done.exit_code:
        message = f"the listener failed at `{command}`: {output.strip() or 'no reason given'}."
        raise LabError(message)
    return output
