"""JupyterLab and `devopssim app`, started for a test on a free port of this computer and stopped by process id."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

STARTS_WITHIN: Final = 90
ENDS_WITHIN: Final = 15


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that answers at `address`."""

    address: str
    token: str = ""


def free_port() -> int:
    """Return a free port of this computer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Server]:
    """Yield a JupyterLab that serves `folder`, with settings of its own."""
    port, token = free_port(), secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--LabApp.expose_app_in_browser=True"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"),
    ]
    address = f"http://127.0.0.1:{port}"
    with started(command, f"{address}/api/status?token={token}", folder, _own_settings(folder)):
        yield Server(address=address, token=token)


@contextmanager
def app(folder: Path, *options: str) -> Iterator[Server]:
    """Yield `devopssim app`."""
    port = free_port()
    command = [sys.executable, "-m", "devopssim", "app", "--no-browser", "--port", str(port), *options]
    address = f"http://127.0.0.1:{port}/"
    with started(command, address, folder, _own_settings(folder)):
        yield Server(address=address)


@contextmanager
def started(command: Sequence[str], answers: str, folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a server until the block ends; wait until the address `answers`."""
    output = folder / "server.log"
    with output.open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        _wait(server, answers, output)
        yield
    finally:
        server.terminate()
        try:
            server.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: "subprocess.Popen[bytes]", address: str, output: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=STARTS_WITHIN):  # noqa: S310 - an address of this computer
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"the server does not answer at {address}; its output:\n{output.read_text(errors='replace')[-3000:]}")


def _own_settings(folder: Path) -> dict[str, str]:
    """Return an environment that isolates Jupyter from the user's settings and turns off news."""
    settings = folder / ".settings"
    notices = settings / "lab" / "@jupyterlab" / "apputils-extension"
    notices.mkdir(parents=True, exist_ok=True)
    quiet = {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True}
    (notices / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    return {
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "IPYTHONDIR": str(settings / "ipython"),
    }
