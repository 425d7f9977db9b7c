"""Production: the compose project of the chapter, with the shop from the registry and a real PostgreSQL."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import psutil
from docker.models.containers import Container

from devopssim.livelab import templates
from devopssim.livelab.engine import (
    LOCALHOST,
    CompletedCommand,
    ServiceAnswer,
    ask,
    explain_engine_errors,
    make_private_folder,
    wait_until,
    write_secret,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.registry import REGISTRY, Registry
from devopssim.livelab.workspace import SERVICE, Workspace

FILES: Final = ("compose.yaml", "compose.load-balancer.yaml", "compose.monitor.yaml", "compose.on-call.yaml")
"""Compose files of production."""
ENGINE_STOPS_WITHIN: Final = 30.0
"""Seconds that an engine takes to stop its containers before it ends."""


@dataclass(frozen=True)
class ProductionEnvironment:
    """The environment that users use.

    Its folder holds the compose files and `.env`, with the passwords and the image in force.

    Parameters
    ----------
    workspace : Workspace
        The lab.

    Examples
    --------
    >>> lab.production.deploy()  # doctest: +SKIP
    >>> lab.production.ask("/health").status  # doctest: +SKIP
    200
    """

    workspace: Workspace

    def create(self) -> None:
        """Write the compose files and the settings, without starting anything."""
        workspace = self.workspace
        make_private_folder(workspace.production)
        values = {
            "lab": workspace.identity,
            "project": workspace.project,
            "registry": workspace.registry,
            **{f"{role}_image": reference for role, reference in asdict(workspace.images).items()},
            **{f"{name}_port": str(port) for name, port in workspace.ports.items()},
        }
        templates.copy("production", workspace.production, values)
        password = workspace.secret("database").read_text()
        self._settings(
            {
                "POSTGRES_PASSWORD": password,
                "SQLALCHEMY_DATABASE_URI": f"postgresql+psycopg2://shop:{password}@postgres:5432/shop",
            }
        )

    @property
    def port(self) -> int:
        """Port of 127.0.0.1 where users reach the shop."""
        return self.workspace.ports["web"]

    @property
    def url(self) -> str:
        """Address that users type."""
        return f"http://{LOCALHOST}:{self.port}"

    def compose(self, *arguments: str, check: bool = True) -> CompletedCommand:
        """Run `docker compose` on the whole of production: `compose("ps")`.

        Parameters
        ----------
        *arguments : str
            Command and options.
        check : bool, default True
            Whether another exit status than 0 is an error.
        """
        files = [argument for name in FILES for argument in ("-f", name)]
        command = ["docker", "compose", *files, "--progress", "quiet", *arguments]
        return self.workspace.run(command, cwd=self.workspace.production, check=check)

    def deploy(self, image: str | None = None) -> None:
        """Deploy an image and wait until the shop is healthy.

        Parameters
        ----------
        image : str, optional
            Reference; default: the latest of the registry.

        Raises
        ------
        LabError
            Where the shop ends or stays unhealthy.
        """
        self.pin("SHOP_IMAGE", image)
        if self.container("postgres") is None:
            self.compose("pull", "web")
            self.compose("up", "-d", "--no-build", "postgres", "web")
        else:
            self.compose("pull", "web")
            self.compose("up", "-d", "--no-deps", "web")
        self.wait_healthy("web")

    def rollback(self) -> str:
        """Deploy the image before the present one, by its digest.

        It stays in force (`SHOP_IMAGE` in `.env`) until another one is deployed by name, or `unpin`.

        Returns
        -------
        str
            Reference of the image.

        Raises
        ------
        LabError
            Where only one release was deployed.
        """
        images = [fact["by_digest"] for fact in self.workspace.journal.facts("serving") if fact["service"] == "web"]
        present = images[-1] if images else None
        earlier = [image for image in images if image != present]
        if not earlier:
            message = "no earlier release to roll back to; deploy a second one first."
            raise LabError(message)
        self.workspace.journal.write("recovering")
        self.deploy(earlier[-1])
        return str(earlier[-1])

    def container(self, service: str) -> Container | None:
        """Return the container of a service, running or not, or None."""
        labels = [self.workspace.label, f"com.docker.compose.service={service}"]
        with explain_engine_errors(f"look for the container of {service}"):
            containers = self.workspace.client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
        return containers[0] if containers else None

    def start_again(self) -> list[str]:
        """Start the services that the engine's or the machine's end stopped; what people or drills stopped stays as it is.

        Returns
        -------
        list of str
            Services that were started.
        """
        with explain_engine_errors("look for stopped containers"):
            stopped = self.workspace.client.containers.list(
                all=True,
                filters={"label": [self.workspace.label, SERVICE], "status": "exited"},
                ignore_removed=True,
            )
        lost = [float(fact["at"]) for fact in self.workspace.journal.facts("engine.lost")]
        ended = {str(it.labels[SERVICE]) for it in stopped if _ended_with_the_engine(it.attrs["State"], lost)}
        names = sorted(ended - self._stopped_on_command(lost))
        for name in names:
            self.compose("up", "-d", "--no-deps", "--no-recreate", "--pull", "never", name)
        if "postgres" in names:
            self.wait_healthy("postgres")
        return names

    def _stopped_on_command(self, lost: Sequence[float]) -> set[str]:
        """Return the services that people stopped just before an engine was lost.

        An engine that ends in order stops all services, the registry among them; then none of these stops was a person's.
        """
        stops = [
            str(fact["service"])
            for fact in self.workspace.journal.facts("stopping")
            if any(0 <= at - float(fact["at"]) <= ENGINE_STOPS_WITHIN for at in lost)
        ]
        return set() if REGISTRY in stops else set(stops)

    def need(self, service: str) -> Container:
        """Return the container of a service; raise LabError where it is missing."""
        container = self.container(service)
        if container is None:
            message = f"{service} is not running; start production with `docker compose up -d` in {self.workspace.production}."
            raise LabError(message)
        return container

    def wait_healthy(self, service: str, timeout: float = 150.0) -> None:
        """Wait until the health check of a service passes.

        Parameters
        ----------
        service : str
            Name in the compose files, for example `web`.
        timeout : float, default 150
            Seconds.

        Raises
        ------
        LabError
            Where the service ends, with the end of its log, or after the timeout.
        """

        def settled() -> bool:
            container = self.need(service)
            state = container.attrs["State"]
            return state["Status"] in {"exited", "dead"} or state.get("Health", {}).get("Status") == "healthy"

        wait_until(settled, f"{service} to be healthy", timeout=timeout)
        container = self.need(service)
        if container.status != "running":
            tail = container.logs(tail=3).decode("utf-8", "replace").strip().replace("\n", " / ")
            message = f"{service} ended instead of becoming healthy; its log ends with: {tail}"
            raise LabError(message)

    def ask(self, path: str = "/", *, post: object = None) -> ServiceAnswer:
        """Send a request to the shop as a user would: `ask("/orders", post={"product": "espresso", "quantity": 2})`."""
        return ask(self.port, path, post=post)

    def pin(self, key: str, image: str | None) -> None:
        """Write the image of a service into `.env`; None leaves it to the compose file."""
        settings = self.settings()
        settings.pop(key, None)
        self._settings(settings if image is None else {**settings, key: image})

    def unpin(self) -> None:
        """Follow the registry's latest image again, if a rollback pinned that very image."""
        pinned = self.settings().get("SHOP_IMAGE", "")
        if pinned.partition("@")[2] == Registry(self.workspace).digest("latest"):
            self.pin("SHOP_IMAGE", None)

    def settings(self) -> dict[str, str]:
        """Return the variables in `.env`."""
        lines = (self.workspace.production / ".env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def _settings(self, settings: dict[str, str]) -> None:
        """Write `.env`, readable by this user only."""
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        write_secret(self.workspace.production / ".env", text)


def _ended_with_the_engine(state: dict[str, Any], lost: Sequence[float]) -> bool:
    """Return whether a container ended when its engine, or the whole machine, did.

    Parameters
    ----------
    state : dict
        State of the container, of the engine's API.
    lost : Sequence of float
        When the watcher lost the engine, in seconds since 1970.
    """
    started, ended = (_seconds(state[name]) for name in ("StartedAt", "FinishedAt"))
    return started < psutil.boot_time() or any(started < at and ended >= at - ENGINE_STOPS_WITHIN for at in lost)


def _seconds(moment: str) -> float:
    """Return a moment of the engine's API (to the nanosecond) in seconds since 1970."""
    return dt.datetime.fromisoformat(f"{moment[:19]}+00:00").timestamp()
