"""The watcher: a process that records what happens to the lab's containers and images.

It lives from `livelab up` to `livelab down`, so that commands from any terminal or notebook are recorded as well.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import docker
from docker.errors import DockerException, NotFound

from devopssim.livelab.engine import LABEL, command_line, run, start_in_background, terminate
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.registry import REGISTRY
from devopssim.livelab.workspace import PYTHON, SERVICE, Workspace, load

REVISION: Final = "org.opencontainers.image.revision"
"""Label that names the commit of an image."""
SERVES: Final = "devopssim.serves"
"""Label of containers that serve users."""
RECONNECT_AFTER: Final = 3600
"""Seconds without an event after which the connection is renewed."""
START_TIMEOUT: Final = 60.0
"""Seconds that the process may take to start; Python alone takes some on a busy machine."""
POLL_INTERVAL: Final = 0.2
"""Seconds between two questions whether the engine answers."""
ENGINE_LOST_AFTER: Final = 10.0
"""Seconds without an engine after which the watcher ends."""
STOP_TIMEOUT: Final = 10.0
"""Seconds that the process may take to end."""


def start_watcher(workspace: Workspace) -> None:
    """Start the watcher of a lab in the background, and return once it listens.

    Parameters
    ----------
    workspace : Workspace
        The lab.

    Raises
    ------
    LabError
        Where it ends, or does not listen in time.
    """
    log = workspace.folder / "watcher.log"
    earlier = len(workspace.journal.facts("watching"))
    command = [PYTHON, "-m", "devopssim.livelab", "watch", workspace.name, workspace.identity]
    process = start_in_background(command, log=log, env=workspace.environment())
    _pid_file(workspace).write_text(str(process.pid))
    _started[workspace.identity] = process
    deadline = time.monotonic() + START_TIMEOUT
    while len(workspace.journal.facts("watching")) == earlier:
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"the lab's watcher did not start; its log gives the reason: {log}."
            raise LabError(message)
        time.sleep(0.05)


def stop_watcher(workspace: Workspace) -> None:
    """Stop the watcher; another process that got its number is left alone."""
    pid = _watcher_of(workspace)
    if pid:
        terminate(pid, STOP_TIMEOUT)
    if process := _started.pop(workspace.identity, None):
        process.wait()
    _pid_file(workspace).unlink(missing_ok=True)


def watcher_runs(workspace: Workspace) -> bool:
    """Return whether a lab's watcher listens."""
    return _watcher_of(workspace) is not None


def watch(name: str) -> None:
    """Record the events of a lab until SIGTERM, or until the engine or the lab's folder is gone.

    Parameters
    ----------
    name : str
        Name of the lab.
    """
    workspace = load(name)
    last = time.time_ns()
    last_answer = time.monotonic()
    workspace.journal.write("watching")
    lost = False
    while time.monotonic() - last_answer < ENGINE_LOST_AFTER and workspace.folder.exists():
        with suppress(DockerException, OSError, ValueError):
            for event in _events(workspace, last):
                last_answer = time.monotonic()
                last = event["timeNano"]
                with suppress(NotFound):
                    write_down(workspace, event)
        answers = _answers(workspace)
        if answers:
            last_answer = time.monotonic()
        elif not lost:
            workspace.journal.write("engine.lost")
        lost = not answers
        time.sleep(POLL_INTERVAL)


def write_down(workspace: Workspace, event: dict[str, Any]) -> None:
    """Record what one event of the engine means for the lab.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    event : dict
        Event of the engine's API.
    """
    at = workspace.journal.clock.of(event["timeNano"] / 1e9)
    actor = event["Actor"]
    attributes = actor.get("Attributes", {})
    what = (event["Type"], event["Action"])
    if what == ("image", "tag") and str(attributes.get("name", "")).startswith(f"{workspace.image}:"):
        details = {"image": actor["ID"], "reference": attributes["name"], **_source(workspace, actor["ID"])}
        workspace.journal.write("built", at=at, **details)
    elif what == ("image", "push") and str(actor["ID"]).startswith(workspace.image):
        workspace.journal.write("published", at=at, reference=actor["ID"], **_digest(workspace, actor["ID"]))
    elif event["Type"] == "container" and attributes.get(LABEL) == workspace.identity:
        if SERVES in attributes:
            _service(workspace, event["Action"], at, actor["ID"], attributes)
        elif fact := {"start": "started", "kill": "stopping"}.get(event["Action"]):
            registry = REGISTRY if attributes.get("name") == f"{workspace.project}-{REGISTRY}" else ""
            if service := attributes.get(SERVICE, registry):  # the containers of a build have none
                workspace.journal.write(fact, at=at, service=service)


def _service(workspace: Workspace, action: str, at: float, container: str, attributes: dict[str, str]) -> None:
    """Record that a container starts to serve, or ends."""
    service = attributes.get(SERVICE, "")
    if action == "start":
        image = str(workspace.client.containers.get(container).attrs["Image"])
        details = {"service": service, "container": container, "image": image, **_source(workspace, image)}
        workspace.journal.write("serving", at=at, **details, **_digest(workspace, image))
    elif action == "kill":  # a signal by command, as each restart begins; what ends by itself gets none
        workspace.journal.write("stopping", at=at, service=service)
    elif action in {"die", "oom"}:
        workspace.journal.write("ended", at=at, service=service, how=action, exit=attributes.get("exitCode", ""))


def _source(workspace: Workspace, image: str) -> dict[str, str]:
    """Return the commit of an image: from its label, else as recorded at its build, else the checked-out one."""
    labels = workspace.client.images.get(image).labels
    recorded = [fact["sha"] for fact in workspace.journal.facts("built") if fact["image"] == image]
    head = recorded[-1:] or [run(["git", "rev-parse", "HEAD"], cwd=workspace.shop, check=False).output.strip()]
    return {"sha": labels.get(REVISION) or head[0]}


def _digest(workspace: Workspace, image: str) -> dict[str, str]:
    """Return the digest of an image in the registry, and the reference by that digest, which never changes its meaning."""
    digests = workspace.client.images.get(image).attrs.get("RepoDigests") or []
    own = [digest for digest in digests if digest.startswith(f"{workspace.image}@")]
    return {"digest": own[-1].partition("@")[2], "by_digest": own[-1]} if own else {"digest": "", "by_digest": image}


def _events(workspace: Workspace, after: int) -> Iterator[dict[str, Any]]:
    """Yield the engine's events after a moment (nanoseconds since 1970), each once, also over a lost connection."""
    client = docker.DockerClient(base_url=workspace.engine.host, timeout=RECONNECT_AFTER)
    wanted: dict[str, Any] = {"type": ["container", "image"]}
    for event in client.events(since=after // 1_000_000_000, decode=True, filters=wanted):
        if event.get("timeNano", 0) > after:
            yield event


def _answers(workspace: Workspace) -> bool:
    """Return whether the engine answers."""
    try:
        return bool(workspace.client.ping())
    except (DockerException, OSError):
        return False


def _watcher_of(workspace: Workspace) -> int | None:
    """Return the process id of the lab's watcher, or None."""
    try:
        pid = int(_pid_file(workspace).read_text())
    except (OSError, ValueError):
        return None
    return pid if {"watch", workspace.identity} <= set(command_line(pid)) else None


def _pid_file(workspace: Workspace) -> Path:
    return workspace.folder / "watcher.pid"


_started: dict[str, Any] = {}
"""Watchers that this process started; their exit status has to be collected."""
