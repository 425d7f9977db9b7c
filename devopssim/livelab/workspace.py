"""What the parts of one lab share: its name, folder, engine, images, ports, passwords and journal."""

import datetime as dt
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import docker

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab.engine import (
    DESCRIPTION,
    LABEL,
    LOCALHOST,
    PROGRAM_OF,
    CompletedCommand,
    Engine,
    Images,
    cache_folder,
    has_buildx,
    lab_folder,
    make_private_folder,
    program_folders,
    run,
    still_answering,
    write_secret,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.history import Journal

DEFAULT_NAME: Final = "lab"
"""Name of the lab where the user gives none."""
USER: Final = "student"
"""User name at the registry."""
MISLEADING: Final = {
    *("DOCKER_CONTEXT", "COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_PREFIX"),
}
"""Variables that would lead docker or git away from the lab; git sets some of them for hooks."""
SERVICE: Final = "com.docker.compose.service"
"""Label with which compose names the service of a container."""
PORTS: Final = ("registry", "web", "load_balancer", "weights", "prometheus", "alertmanager", "inbox")
"""Services with a port of their own."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One lab: its folder, and the engine and images that it uses.

    `save` writes it to `lab.json`, so that the watcher, the hook and other notebooks find the lab.

    Parameters
    ----------
    name : str
        Name of the lab.
    identity : str
        What tells it from other labs on its engine (`identity_of`).
    folder : Path
        Folder of all its files.
    started : str
        ISO time; the log's hours count from it.
    engine : Engine
        Container engine.
    images : Images
        Image of each role.
    ports : dict of str to int
        Port of 127.0.0.1 for each of `PORTS`.
    student : str, default ""
        Id of the student whose lab it is; empty where nobody said.

    Examples
    --------
    >>> images = Images(origin="hub", python="p", postgres="d", registry="r", prometheus="m", haproxy="h", alertmanager="a")
    >>> engine = Engine(host="unix:///var/run/docker.sock", version="27", found="a usual socket")
    >>> workspace = Workspace(
    ...     name="lab",
    ...     identity="lab-1f40a9c3",
    ...     folder=Path("lab"),
    ...     started=now(),
    ...     engine=engine,
    ...     images=images,
    ...     ports={"registry": 5000},
    ... )
    >>> workspace.image, workspace.project, workspace.shop.name
    ('localhost:5000/shop', 'devopssim-lab-1f40a9c3', 'shop')
    """

    name: str
    identity: str
    folder: Path
    started: str
    """ISO time; the log's hours count from it."""
    engine: Engine
    images: Images
    ports: dict[str, int] = field(default_factory=dict)
    student: str = ""

    @property
    def label(self) -> str:
        """Label of everything that this lab makes, in the form of a docker filter."""
        return f"{LABEL}={self.identity}"

    @property
    def labels(self) -> dict[str, str]:
        """The same label as the engine's API takes it."""
        return {LABEL: self.identity}

    @property
    def project(self) -> str:
        """Name of the compose project, and prefix of container names."""
        return f"devopssim-{self.identity}"

    @property
    def registry(self) -> str:
        """Address of the registry, as names of images contain it."""
        return f"localhost:{self.ports['registry']}"

    @property
    def image(self) -> str:
        """Name of the shop's image without a tag."""
        return f"{self.registry}/shop"

    @property
    def shop(self) -> Path:
        """Folder of the student's repository."""
        return self.folder / "shop"

    @property
    def origin(self) -> Path:
        """Folder of the bare repository that the student pushes to."""
        return self.folder / "shop.git"

    @property
    def production(self) -> Path:
        """Folder of production's compose files and settings."""
        return self.folder / "production"

    @property
    def journal(self) -> Journal:
        """Journal of the lab."""
        return Journal(self.folder / "journal.jsonl")

    @property
    def start(self) -> float:
        """Start of the lab in seconds since 1970."""
        return dt.datetime.fromisoformat(self.started).timestamp()

    @cached_property
    def client(self) -> docker.DockerClient:
        """Client (docker-py) of the lab's engine."""
        return self.engine.client()

    def require_engine(self) -> None:
        """Raise LabError where the lab's engine no longer answers."""
        if still_answering(self.engine) is None:
            message = (
                f"the container engine of lab {self.name!r} no longer answers; run `devopssim livelab down --name {self.name}` "
                "to clean up, or start the engine, then start the lab again."
            )
            raise LabError(message)

    def environment(self) -> dict[str, str]:
        """Return the environment in which `docker`, `docker compose` and the pipeline find this lab and only this lab."""
        inherited = {key: value for key, value in os.environ.items() if key not in MISLEADING}
        return {**inherited, **direct(inherited), **self.own_environment(), PROGRAM_OF: self.identity}

    def own_environment(self) -> dict[str, str]:
        """Return the variables that the lab adds to the user's own."""
        settings = self.folder / "docker"
        builder = {} if has_buildx(settings) else {"DOCKER_BUILDKIT": "0"}  # and no warning at each build
        return {
            **builder,
            "DOCKER_HOST": self.engine.host,
            "DOCKER_CONFIG": str(settings),
            "COMPOSE_PROGRESS": "plain",
            "DEVOPSSIM_LAB": self.name,
            "GIT_CEILING_DIRECTORIES": str(self.folder),  # a shop whose .git is gone belongs to no repository above
            "DEVOPSSIM_CACHE": str(cache_folder()),
            "COMPOSE_IGNORE_ORPHANS": "1",
            "REGISTRY": self.registry,
            "BASE_IMAGE": self.images.python,
            "PRODUCTION": str(self.production),
            "BALANCER": f"{LOCALHOST}:{self.ports['weights']}",
            "PATH": os.pathsep.join([*map(str, program_folders()), os.environ.get("PATH", os.defpath)]),
        }

    def run(self, command: Sequence[str | Path] | str, **options: Any) -> CompletedCommand:
        """Run a command in the lab's environment.

        Parameters
        ----------
        command : str or Sequence
            Command line, or its arguments.
        **options
            As of `devopssim.livelab.run`.
        """
        return run(command, env=self.environment(), **options)

    def secret(self, name: str) -> Path:
        """Return the file with a password of the lab; a missing one is created with a random password.

        Parameters
        ----------
        name : {"registry", "database"}
            Service that the password is for.
        """
        path = make_private_folder(self.folder / "secrets") / name
        if not path.exists():
            write_secret(path, secrets.token_urlsafe(24))
        return path

    def save(self) -> None:
        """Write `lab.json`, which `load` reads in other processes."""
        description = {
            "name": self.name,
            "identity": self.identity,
            "started": self.started,
            "engine": asdict(self.engine),
            "images": asdict(self.images),
            "ports": self.ports,
            "student": self.student,
        }
        write_text(self.folder / DESCRIPTION, json.dumps(description, indent=2) + "\n")


def load(name: str) -> Workspace:
    """Return the workspace of a lab on this machine.

    Parameters
    ----------
    name : str
        Name of the lab.

    Raises
    ------
    InvalidInputError
        Where the lab does not exist or is of another version, its file is damaged, or the name is malformed.

    Examples
    --------
    >>> load("no-such-lab")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: lab='no-such-lab' does not run on this machine; start it with `devopssim livelab up --name no-such-lab`.
    """
    folder = lab_folder(name)
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"lab={name!r} does not run on this machine; start it with `devopssim livelab up --name {name}`."
        raise InvalidInputError(message) from error
    except ValueError as error:
        message = f"lab={name!r}: its file {folder / DESCRIPTION} is damaged; remove the lab with `devopssim livelab down --name {name}`."
        raise InvalidInputError(message) from error
    try:
        return Workspace(
            name=name,
            identity=description["identity"],
            folder=folder,
            started=description["started"],
            engine=Engine(**description["engine"]),
            images=Images(**description["images"]),
            ports={service: description["ports"][service] for service in PORTS},
            student=description["student"],
        )
    except (TypeError, KeyError) as error:
        message = f"lab={name!r} was made by another version of devopssim; remove it with `devopssim livelab down --name {name}`."
        raise InvalidInputError(message) from error


def student_here() -> str:
    """Return the student's id: the variable DEVOPSSIM_STUDENT, else that of the course's copy in which this process works.

    The copy's `variant.json` is looked for in the working directory and the three folders above it.

    Returns
    -------
    str
        Empty outside a copy made for a student.

    Raises
    ------
    InvalidInputError
        Where `variant.json` cannot be read.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
    ...     _ = Path("variant.json").write_text('{"student": "ada", "numbers": {}}')
    ...     student_here()
    'ada'
    """
    if given := os.environ.get("DEVOPSSIM_STUDENT"):
        return given
    here = Path.cwd()
    for path in (above / "variant.json" for above in (here, *here.parents[:3])):
        if path.is_file():
            try:
                return str(json.loads(path.read_text(encoding="utf-8")).get("student", ""))
            except (OSError, ValueError, AttributeError) as error:
                message = f"{path}: not the file that `devopssim course start` wrote ({error}); start a new copy."
                raise InvalidInputError(message) from error
    return ""


def direct(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which programs behind a proxy still reach this machine itself.

    Parameters
    ----------
    environment : Mapping
        Variables as the user set them.

    Returns
    -------
    dict
        Empty where no proxy is set.

    Examples
    --------
    >>> direct({"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "intranet"})
    {'NO_PROXY': 'intranet,localhost,127.0.0.1', 'no_proxy': 'intranet,localhost,127.0.0.1'}
    >>> direct({})
    {}
    """
    if not any(
        name.lower() in {"http_proxy", "https_proxy", "all_proxy"} and value for name, value in environment.items()
    ):
        return {}
    given = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    names = list(dict.fromkeys([*filter(None, given.split(",")), "localhost", LOCALHOST]))
    return {"NO_PROXY": ",".join(names), "no_proxy": ",".join(names)}


def free_ports() -> dict[str, int]:
    """Return a free port of 127.0.0.1 for each service of a lab.

    All sockets are open at the same time, so the ports differ; another program may still take one before the lab does.

    Examples
    --------
    >>> ports = free_ports()
    >>> sorted(ports) == sorted(PORTS), len(set(ports.values())) == len(PORTS)
    (True, True)
    """
    sockets = {name: socket.create_server((LOCALHOST, 0)) for name in PORTS}
    ports = {name: int(server.getsockname()[1]) for name, server in sockets.items()}
    for server in sockets.values():
        server.close()
    return ports


def chosen_port(port: int) -> int:
    """Return a port if it is free on 127.0.0.1.

    Raises
    ------
    InvalidInputError
        Where the port is taken or out of range.

    Examples
    --------
    >>> chosen_port(free_ports()["web"]) > 0
    True
    """
    try:
        socket.create_server((LOCALHOST, port)).close()
    except (OSError, OverflowError) as error:
        message = f"port={port} (where users reach the shop) is not free on 127.0.0.1; choose another port, or omit it to let the lab choose."
        raise InvalidInputError(message) from error
    return port


def now() -> str:
    """Return the current time as an ISO text with its zone.

    Examples
    --------
    >>> now().endswith("+00:00")
    True
    """
    return dt.datetime.now(dt.UTC).isoformat()


PYTHON: Final = sys.executable
"""Interpreter that runs the lab's own processes."""
