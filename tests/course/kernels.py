"""A real kernel, as JupyterLab runs one: cells go in, what they print and whether they stopped come out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

CELL_SECONDS: Final = 600


@dataclass(kw_only=True)
class Cell:
    """What one cell did: its printed text, the tracebacks that were shown, and the error that stopped it."""

    printed: str = ""
    tracebacks: list[str] = field(default_factory=list)
    error: str | None = None

    def take(self, message: dict[str, Any]) -> None:
        """Keep what a message of the kernel shows."""
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "stream":
            self.printed += content["text"]
        elif kind == "error":
            self.tracebacks.append("\n".join(content["traceback"]))


@dataclass(frozen=True)
class Kernel:
    """A running kernel."""

    client: BlockingKernelClient

    def run(self, source: str) -> Cell:
        """Run a cell to its end."""
        cell = Cell()
        reply = self.client.execute_interactive(
            source, allow_stdin=False, timeout=CELL_SECONDS, output_hook=cell.take, stop_on_error=False
        )
        if reply["content"]["status"] != "ok":
            cell.error = f"{reply['content'].get('ename')}: {reply['content'].get('evalue')}"
        return cell


@contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """Start a kernel in a folder, and end it."""
    manager, client = start_new_kernel(startup_timeout=120, cwd=str(folder))
    try:
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.context.destroy()
