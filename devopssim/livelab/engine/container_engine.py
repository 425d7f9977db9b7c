"""The container engine: the user's own, or a private one that starts and stops with the lab."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import docker
from docker.errors import DockerException

from devopssim.livelab.engine.commands import run, start_in_background
from devopssim.livelab.engine.network import note_network, restore_network
from devopssim.livelab.engine.paths import engine_folder, make_private_folder
from devopssim.livelab.engine.processes import PROGRAM_OF, find_processes, kill, mounts_below, terminate
from devopssim.livelab.errors import EngineMissingError, LabError, explanation_of

START_TIMEOUT: Final = 40.0
"""Seconds that a private engine may take to answer."""
STOP_TIMEOUT: Final = 25.0
"""Seconds that a private engine may take to stop."""
NETWORK: Final = "network-before.json"
"""File in the engine's folder: bridges and firewall rules from before its start."""
SOCKET_PATH_LIMIT: Final = 100
"""Maximum length of a socket's path in bytes; Linux allows 107, and containerd's path is longer than ours."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A container engine that answers.

    Parameters
    ----------
    host : str
        Address, as of `DOCKER_HOST`.
    version : str
        Version of the engine.
    found : str
        How it was found, for messages.
    private : bool, default False
        Whether the lab started it.

    Examples
    --------
    >>> engine = Engine(host="unix:///var/run/docker.sock", version="27.3", found="a usual socket")
    >>> engine.private
    False
    """

    host: str
    version: str
    found: str
    private: bool = False

    def client(self) -> docker.DockerClient:
        """Return a new docker-py client; the caller closes it."""
        return docker.DockerClient(base_url=self.host, timeout=120)


def find_engine() -> Engine | None:
    """Return the first engine that answers.

    The order is `DOCKER_HOST`, the current context, the usual sockets, the private engine.

    Returns
    -------
    Engine or None
        None where no engine answers.

    Raises
    ------
    LabError
        Where Podman answers: its health checks need systemd, so a lab would wait for ever.

    Examples
    --------
    >>> engine = find_engine()  # doctest: +SKIP
    >>> engine.found  # doctest: +SKIP
    'a usual socket'
    """
    return next((engine for how, host in candidates() if (engine := _answering(how, host))), None)


def still_answering(engine: Engine) -> Engine | None:
    """Return an engine with its current version if it answers now, else None."""
    return engine if _answering(engine.found, engine.host) else None


def find_or_start_engine() -> Engine:
    """Return the engine that answers, or start the private one (root on Linux with `dockerd`).

    Raises
    ------
    EngineMissingError
        Where no engine answers and none can be started.
    LabError
        Where Podman answers.
    """
    return find_engine() or start_private_engine()


def candidates() -> list[tuple[str, str]]:
    """Return where engines are looked for, in order.

    Returns
    -------
    list of tuple of (str, str)
        Description of the location, and address.

    Examples
    --------
    >>> how, host = candidates()[-1]
    >>> how
    'the private engine'
    """
    run = os.environ.get("XDG_RUNTIME_DIR")
    sockets = [
        Path("/var/run/docker.sock"),
        Path.home() / ".docker" / "run" / "docker.sock",
        Path.home() / ".docker" / "desktop" / "docker.sock",
        *([Path(run) / "docker.sock"] if run else []),
    ]
    named = [("DOCKER_HOST", os.environ.get("DOCKER_HOST", "")), ("the current context", _context_host())]
    usual = (
        [("the usual pipe", "npipe:////./pipe/docker_engine")]
        if sys.platform == "win32"
        else [("a usual socket", f"unix://{path}") for path in sockets]
    )
    return [pair for pair in (*named, *usual, ("the private engine", _host())) if pair[1]]


def start_private_engine() -> Engine:
    """Start the private engine, or return it if it runs.

    Raises
    ------
    EngineMissingError
        Where this machine or user cannot run one, another engine runs, or it did not start.
    LabError
        Where the path of its socket is too long.
    """
    dockerd = require_dockerd()
    folder = make_private_folder(engine_folder())
    with _one_at_a_time(folder):
        if engine := _answering("the private engine", _host()):
            return engine
        _refuse_a_second_engine()
        _sweep_stale(folder)
        note_network(folder / NETWORK)
        process = start_in_background([dockerd, *_options(folder)], log=folder / "dockerd.log", env=_environment())
        _started[process.pid] = process
        return _wait_until_ready(process, folder)


def stop_private_engine() -> None:
    """Stop the private engine of this cache, and what it left running or mounted.

    The images that labs share stay in its folder for the next lab; its bridges and firewall rules go.
    """
    folder = engine_folder()
    for process in find_processes("dockerd", mentioning=str(folder / "dockerd.pid")):
        terminate(process.pid, STOP_TIMEOUT)
    kill(find_processes("containerd", mentioning=str(folder / "exec")))
    _reap()
    for mount in mounts_below(folder):
        run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(folder / "exec", ignore_errors=True)
    for name in ("dockerd.pid", "docker.sock"):
        (folder / name).unlink(missing_ok=True)
    if not find_processes("dockerd"):
        restore_network(folder / NETWORK)


def purge_private_engine() -> None:
    """Stop the private engine and remove its data."""
    stop_private_engine()
    shutil.rmtree(engine_folder(), ignore_errors=True)


_started: dict[int, subprocess.Popen[bytes]] = {}
"""Engines that this process started; their exit status has to be collected."""


def _host() -> str:
    """Return the address of the private engine."""
    return "" if sys.platform == "win32" else f"unix://{engine_folder() / 'docker.sock'}"


def _context_host() -> str:
    """Return the address of the user's current docker context (`docker context use`); empty without one."""
    folder = Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker"))
    try:
        name = os.environ.get("DOCKER_CONTEXT") or json.loads((folder / "config.json").read_text())["currentContext"]
        digest = hashlib.sha256(name.encode()).hexdigest()
        meta = json.loads((folder / "contexts" / "meta" / digest / "meta.json").read_text())
        return str(meta["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, KeyError):
        return ""


def _answering(how: str, host: str) -> Engine | None:
    """Return the engine at an address if it answers."""
    if host.startswith("unix://") and not _accepts(host.removeprefix("unix://")):
        return None
    try:
        client = docker.DockerClient(base_url=host, timeout=10)
        try:
            version: dict[str, Any] = client.version()
        finally:
            client.close()
    except (DockerException, OSError):
        return None
    if any("podman" in str(part.get("Name", "")).lower() for part in version.get("Components", ())):
        message = (
            f"{host} is Podman, which the lab does not support (its health checks need systemd); "
            "install Docker, or point DOCKER_HOST to a Docker engine."
        )
        raise LabError(message)
    return Engine(host=host, version=str(version["Version"]), found=how, private=host == _host())


def _accepts(path: str) -> bool:
    """Return whether a socket accepts connections; docker-py would try as well, but leaves a refused one unclosed."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
        return True


def require_dockerd() -> str:
    """Return the path of the `dockerd` that can run as a private engine.

    Raises
    ------
    EngineMissingError
        Where it is missing, the system is not Linux, or the user is not root; the message lists what was tried and what to
        install.

    Examples
    --------
    >>> require_dockerd()  # doctest: +SKIP
    '/usr/sbin/dockerd'
    """
    dockerd = shutil.which("dockerd", path=_path())
    if sys.platform == "linux" and dockerd and os.geteuid() == 0:
        return dockerd
    tried = "; ".join(f"{how} ({host})" for how, host in candidates())
    install = (
        "install and start Docker Desktop"
        if sys.platform in {"win32", "darwin"}
        else "install Docker (Debian, Ubuntu: `apt-get install docker.io iptables`) and start it, or run as root"
    )
    message = f"no container engine answers; tried {tried}; {install}, then run `devopssim doctor`."
    raise EngineMissingError(message)


def _refuse_a_second_engine() -> None:
    """Raise EngineMissingError where another engine runs.

    Two engines on one machine share the firewall's chains and the bridge: containers of the first would lose their network.
    """
    if others := find_processes("dockerd"):
        message = (
            f"a container engine runs already (dockerd, process {others[0].pid}), but it answers at none of the known addresses; "
            "set DOCKER_HOST to its address. The lab does not start a second engine: two engines would disturb each other's networks."
        )
        raise EngineMissingError(message)


def _options(folder: Path) -> list[str]:
    """Return the options of `dockerd`; an empty configuration keeps the system's own out."""
    (folder / "daemon.json").write_text("{}\n")  # so that the system's own configuration is not used
    return [
        *("--config-file", str(folder / "daemon.json"), "--host", _host(), "--data-root", str(folder / "data")),
        *("--exec-root", str(folder / "exec"), "--pidfile", str(folder / "dockerd.pid"), "--log-level", "warn"),
    ]


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> Engine:
    """Return the private engine once it answers; raise EngineMissingError with the end of its log where it does not."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        if engine := _answering("a private engine, started by the lab", _host()):
            return engine
        time.sleep(0.1)
    log = folder / "dockerd.log"
    last = (log.read_text(errors="replace") if log.exists() else "").strip().splitlines()[-1:] or ["its log is empty"]
    if process.poll() is None:
        terminate(process.pid, STOP_TIMEOUT)
        process.wait()
    message = (
        f"the private container engine did not start: {explanation_of(last[0]) or last[0]} "
        f"(full log: {log}); install Docker and start it as a service instead."
    )
    raise EngineMissingError(message)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the lock with which two labs that start at the same time start one engine."""
    import fcntl  # noqa: PLC0415 - exists on the systems where a private engine does

    with (folder / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _sweep_stale(folder: Path) -> None:
    """Remove what a killed engine left behind and what would stop the next one."""
    path = str(folder / "docker.sock")
    if (length := len(path.encode())) > SOCKET_PATH_LIMIT:
        message = (
            f"the path {path} has {length} bytes, but a socket's path may have at most {SOCKET_PATH_LIMIT}; "
            "set DEVOPSSIM_CACHE to a shorter path."
        )
        raise LabError(message)
    _reap()
    for name in ("dockerd.pid", "docker.sock", "exec/containerd/containerd.pid"):
        (folder / name).unlink(missing_ok=True)


def _reap() -> None:
    """Collect the exit status of engines that this process started."""
    for pid, process in list(_started.items()):
        if process.poll() is not None:
            del _started[pid]


def _path() -> str:
    """Return the PATH with the system's folders, where distributions put `dockerd`."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def _environment() -> dict[str, str]:
    """Return this process's environment with that PATH, and without the mark of a lab's programs: an engine outlives the lab that starts it."""
    inherited = {name: value for name, value in os.environ.items() if name != PROGRAM_OF}
    return {**inherited, "PATH": _path()}
