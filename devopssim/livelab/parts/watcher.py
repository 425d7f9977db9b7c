"""A process of its own that listens to the engine and writes into the journal what happens to the lab's containers and images.

It lives from `lab up` to `lab down`, so that what students type into any terminal or notebook is recorded as well.
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
from devopssim.livelab.workspace import PYTHON, Workspace, load

REVISION: Final = "org.opencontainers.image.revision"
"""The label by which a pipeline says which commit an image was made from."""
SERVES: Final = "devopssim.serves"
RECONNECT_AFTER: Final = 3600
"""Seconds without an event after which the connection is made anew."""
START_TIMEOUT: Final = 60.0
"""Seconds that the process may take to listen; Python alone takes some where the machine is busy."""
ENGINE_LOST_AFTER: Final = 10.0
"""Seconds without an engine after which the watcher ends."""
STOP_TIMEOUT: Final = 10.0


def start_watcher(workspace: Workspace) -> None:
    """Start listening for this lab, in the background, and return once it does."""
    log = workspace.folder / "watcher.log"
    earlier = len(workspace.journal.facts("watching"))
    words = [PYTHON, "-m", "devopssim.livelab", "watch", workspace.name]
    process = start_in_background(words, log=log, env=workspace.environment())
    _pid_file(workspace).write_text(str(process.pid))
    _started[workspace.name] = process
    deadline = time.monotonic() + START_TIMEOUT
    while len(workspace.journal.facts("watching")) == earlier:
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"the lab's watcher did not start; {log} says why."
            raise LabError(message)
        time.sleep(0.05)


def stop_watcher(workspace: Workspace) -> None:
    """Stop listening; a process that merely got the same number is left alone."""
    pid = _watcher_of(workspace)
    if pid:
        terminate(pid, STOP_TIMEOUT)
    if process := _started.pop(workspace.name, None):
        process.wait()
    _pid_file(workspace).unlink(missing_ok=True)


def watcher_runs(workspace: Workspace) -> bool:
    """Return whether a watcher listens for this lab."""
    return _watcher_of(workspace) is not None


def watch(name: str) -> None:
    """Listen for the lab `name` until SIGTERM comes or the engine is gone."""
    workspace = load(name)
    last = time.time_ns()
    heard = time.monotonic()
    workspace.journal.write("watching")
    while time.monotonic() - heard < ENGINE_LOST_AFTER and workspace.folder.exists():
        with suppress(DockerException, OSError, ValueError):
            for event in _events(workspace, last):
                heard = time.monotonic()
                last = event["timeNano"]
                with suppress(NotFound):
                    write_down(workspace, event)
        if _answers(workspace):
            heard = time.monotonic()
        time.sleep(0.2)


def write_down(workspace: Workspace, event: dict[str, Any]) -> None:
    """Write into the journal what one event of the engine means for the lab."""
    at = event["timeNano"] / 1e9
    actor = event["Actor"]
    attributes = actor.get("Attributes", {})
    what = (event["Type"], event["Action"])
    if what == ("image", "tag") and str(attributes.get("name", "")).startswith(f"{workspace.image}:"):
        known = {"image": actor["ID"], "reference": attributes["name"], **_source(workspace, actor["ID"])}
        workspace.journal.write("built", at=at, **known)
    elif what == ("image", "push") and str(actor["ID"]).startswith(workspace.image):
        workspace.journal.write("published", at=at, reference=actor["ID"], **_digest(workspace, actor["ID"]))
    elif event["Type"] == "container" and SERVES in attributes and attributes.get(LABEL) == workspace.name:
        _service(workspace, event["Action"], at, actor["ID"], attributes)


def _service(workspace: Workspace, action: str, at: float, container: str, attributes: dict[str, str]) -> None:
    service = attributes.get("com.docker.compose.service", "")
    if action == "start":
        image = str(workspace.client.containers.get(container).attrs["Image"])
        known = {"service": service, "container": container, "image": image, **_source(workspace, image)}
        workspace.journal.write("serving", at=at, **known, **_digest(workspace, image))
    elif action in {"die", "oom"}:
        workspace.journal.write("ended", at=at, service=service, how=action, exit=attributes.get("exitCode", ""))


def _source(workspace: Workspace, image: str) -> dict[str, str]:
    """Return the commit that an image was made from: as its label says, else as it was recorded when it was built,
    else what is checked out now.
    """
    labels = workspace.client.images.get(image).labels
    recorded = [fact["sha"] for fact in workspace.journal.facts("built") if fact["image"] == image]
    head = recorded[-1:] or [run(["git", "rev-parse", "HEAD"], cwd=workspace.shop, check=False).output.strip()]
    return {"sha": labels.get(REVISION) or head[0]}


def _digest(workspace: Workspace, image: str) -> dict[str, str]:
    """Return the digest under which the registry holds an image, and the reference that names it for ever."""
    digests = workspace.client.images.get(image).attrs.get("RepoDigests") or []
    mine = [digest for digest in digests if digest.startswith(f"{workspace.image}@")]
    return {"digest": mine[-1].partition("@")[2], "by_digest": mine[-1]} if mine else {"digest": "", "by_digest": image}


def _events(workspace: Workspace, after: int) -> Iterator[dict[str, Any]]:
    """Yield the engine's events from then on (nanoseconds since 1970), each once, also over a lost connection."""
    client = docker.DockerClient(base_url=workspace.engine.host, timeout=RECONNECT_AFTER)
    wanted: dict[str, Any] = {"type": ["container", "image"]}
    for event in client.events(since=after // 1_000_000_000, decode=True, filters=wanted):
        if event.get("timeNano", 0) > after:
            yield event


def _answers(workspace: Workspace) -> bool:
    try:
        return bool(workspace.client.ping())
    except (DockerException, OSError):
        return False


def _watcher_of(workspace: Workspace) -> int | None:
    """Return the process number of the lab's watcher, if it runs."""
    try:
        pid = int(_pid_file(workspace).read_text())
    except (OSError, ValueError):
        return None
    return pid if {"watch", workspace.name} <= set(command_line(pid)) else None


def _pid_file(workspace: Workspace) -> Path:
    return workspace.folder / "watcher.pid"


_started: dict[str, Any] = {}
