"""What the parts of one lab share: its name, folder, engine, images, ports, passwords and journal."""

import datetime as dt
import json
import os
import secrets
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import docker

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab.engine import (
    LABEL,
    LOCALHOST,
    CompletedCommand,
    Engine,
    Images,
    cache_folder,
    has_buildx,
    lab_folder,
    make_private_folder,
    program_folders,
    run,
    write_secret,
)
from devopssim.livelab.history import Journal

USER: Final = "student"
"""Who logs in to the registry."""
MISLEADING: Final = {
    *("DOCKER_CONTEXT", "COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_PREFIX"),
}
"""Variables that would lead docker or git elsewhere than to the lab; git sets some of them for hooks."""
PORTS: Final = ("registry", "web", "load_balancer", "weights", "prometheus")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One lab: where it lies and what it stands on. Written to `lab.json`, so that other processes find it."""

    name: str
    folder: Path
    started: str
    """ISO time; the log's hours count from it."""
    engine: Engine
    images: Images
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The label on everything that this lab makes, as a filter of docker takes it."""
        return f"{LABEL}={self.name}"

    @property
    def project(self) -> str:
        """The name of the compose project, and the start of the names of containers."""
        return f"devopssim-{self.name}"

    @property
    def registry(self) -> str:
        """The registry's address, as it stands in the names of images."""
        return f"localhost:{self.ports['registry']}"

    @property
    def image(self) -> str:
        """The shop's image, without a tag."""
        return f"{self.registry}/shop"

    @property
    def shop(self) -> Path:
        """The student's repository."""
        return self.folder / "shop"

    @property
    def origin(self) -> Path:
        """The bare repository that the student pushes to."""
        return self.folder / "shop.git"

    @property
    def production(self) -> Path:
        """The folder of compose files and settings of production."""
        return self.folder / "production"

    @property
    def journal(self) -> Journal:
        """What happened."""
        return Journal(self.folder / "journal.jsonl")

    @property
    def start(self) -> float:
        """The lab's start in seconds since 1970."""
        return dt.datetime.fromisoformat(self.started).timestamp()

    @cached_property
    def client(self) -> docker.DockerClient:
        """A docker-py client of the lab's engine."""
        return self.engine.client()

    def environment(self) -> dict[str, str]:
        """Return the variables with which `docker`, `docker compose` and the pipeline find the lab, and only the lab."""
        kept = {key: value for key, value in os.environ.items() if key not in MISLEADING}
        return {**kept, **self.own_environment()}

    def own_environment(self) -> dict[str, str]:
        """Return those variables that the lab adds to the user's own."""
        settings = self.folder / "docker"
        builder = {} if has_buildx(settings) else {"DOCKER_BUILDKIT": "0"}  # and no warning at each build
        return {
            **builder,
            "DOCKER_HOST": self.engine.host,
            "DOCKER_CONFIG": str(settings),
            "COMPOSE_PROGRESS": "plain",
            "DEVOPSSIM_LAB": self.name,
            "DEVOPSSIM_CACHE": str(cache_folder()),
            "COMPOSE_IGNORE_ORPHANS": "1",
            "REGISTRY": self.registry,
            "BASE_IMAGE": self.images.python,
            "PRODUCTION": str(self.production),
            "PATH": os.pathsep.join([*map(str, program_folders()), os.environ.get("PATH", os.defpath)]),
        }

    def run(self, command: Sequence[str | Path] | str, **options: Any) -> CompletedCommand:
        """Run a command in the lab's environment; the options are those of `livelab.run`."""
        return run(command, env=self.environment(), **options)

    def secret(self, name: str) -> Path:
        """Return the file with a password of the lab (`registry`, `database`), drawn at random where it is not there yet."""
        path = make_private_folder(self.folder / "secrets") / name
        if not path.exists():
            write_secret(path, secrets.token_urlsafe(24))
        return path

    def save(self) -> None:
        """Write down what the lab is, for other processes."""
        known = {
            "name": self.name,
            "started": self.started,
            "engine": asdict(self.engine),
            "images": asdict(self.images),
            "ports": self.ports,
        }
        write_text(self.folder / "lab.json", json.dumps(known, indent=2) + "\n")


def load(name: str) -> Workspace:
    """Return the lab `name` of this machine; raises InvalidInputError where there is none."""
    folder = lab_folder(name)
    try:
        known = json.loads((folder / "lab.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"lab={name!r} does not run on this machine; start it with `devopssim livelab up`."
        raise InvalidInputError(message) from error
    return Workspace(
        name=name,
        folder=folder,
        started=known["started"],
        engine=Engine(**known["engine"]),
        images=Images(**known["images"]),
        ports=known["ports"],
    )


def free_ports() -> dict[str, int]:
    """Return a free port of 127.0.0.1 for each service of a lab."""
    sockets = {name: socket.create_server((LOCALHOST, 0)) for name in PORTS}
    ports = {name: int(server.getsockname()[1]) for name, server in sockets.items()}
    for server in sockets.values():
        server.close()
    return ports


def chosen_port(port: int) -> int:
    """Return `port` if it is free on 127.0.0.1; raises InvalidInputError otherwise."""
    try:
        socket.create_server((LOCALHOST, port)).close()
    except (OSError, OverflowError) as error:
        message = f"port={port} (where users reach the shop) is not free on 127.0.0.1; choose another one, or none to let the lab choose."
        raise InvalidInputError(message) from error
    return port


def now() -> str:
    """Return this moment as an ISO time with its zone."""
    return dt.datetime.now(dt.UTC).isoformat()


PYTHON: Final = sys.executable
