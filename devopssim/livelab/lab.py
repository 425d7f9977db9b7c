"""The lab: one object that starts everything, holds its parts, and takes everything away again."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pandas as pd
from docker.errors import DockerException
from tqdm.auto import tqdm

from devopssim.errors import InvalidInputError
from devopssim.livelab import workspace
from devopssim.livelab.engine import (
    CompletedCommand,
    Engine,
    Leftover,
    archive_folder,
    explain_engine_errors,
    find_engine,
    find_or_start_engine,
    lab_folder,
    leftovers,
    make_private_folder,
    provide_images,
    remaining_labs,
    remove_lab_folder,
    remove_labelled,
    remove_shared_images,
    set_up_docker_client,
    start_private_engine,
    still_answering,
    stop_unused_engine,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.history import Journal, Prober, log_of
from devopssim.livelab.parts import (
    DeliveryPipeline,
    Drill,
    FaultyReleases,
    Monitor,
    ProductionEnvironment,
    Registry,
    Repository,
    SecurityGate,
    Traffic,
    start_watcher,
    stop_watcher,
    watcher_runs,
)
from devopssim.livelab.workspace import Workspace

DEFAULT_NAME: Final = "lab"
READY: Final = "ready"
"""The file in a lab's folder that says that its start came to its end."""


class Lab:
    """A running lab. Use it as it is, or in a `with` block, which takes it down at the end."""

    live: Final = True

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.registry = Registry(workspace)
        self.repository = Repository(workspace)
        self.production = ProductionEnvironment(workspace)
        self.pipeline = DeliveryPipeline(workspace, self.repository)
        self.security = SecurityGate(workspace, self.repository)
        self.traffic = Traffic(workspace, self.production)
        self.monitor = Monitor(workspace, self.production)
        self.releases = FaultyReleases(workspace, self.repository)
        self.prober = Prober(workspace.journal, workspace.ports["web"])
        """Asks production directly."""
        self.load_balancer_prober = Prober(workspace.journal, workspace.ports["load_balancer"], every=0.05)
        """Asks through the load balancer."""
        self._outside: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def __repr__(self) -> str:
        return f"<Lab {self.name!r}: registry {self.registry.address}, shop {self.production.url}, files {self.workspace.folder}>"

    @property
    def name(self) -> str:
        """The lab's name."""
        return self.workspace.name

    @property
    def journal(self) -> Journal:
        """The facts as they were written down."""
        return self.workspace.journal

    def sh(
        self, command: str, *, cwd: str | Path | None = None, say: str | None = None, check: bool = True
    ) -> CompletedCommand:
        """Run a real command in the lab's environment (by default in the shop's folder): `lab.sh("docker ps")`.

        `say` goes to its standard input. Raises CommandFailedError if it ends badly, unless `check` is False.
        """
        return self.workspace.run(command, cwd=Path(cwd) if cwd else self.workspace.shop, say=say, check=check)

    def activate(self) -> None:
        """Let this process and what it starts, such as `!docker ps` in a notebook, find the lab; `down` undoes it."""
        for key, value in self.workspace.own_environment().items():
            self._outside.setdefault(key, os.environ.get(key))
            os.environ[key] = value

    def deactivate(self) -> None:
        """Undo `activate`."""
        for key, value in self._outside.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        self._outside.clear()

    def log(self) -> pd.DataFrame:
        """Return the event log of everything that happened in this lab so far; `devopssim.kpis` reads it."""
        source = {
            "lab": self.name,
            "engine": self.workspace.engine.version,
            "images": self.workspace.images.origin,
        }
        now = dt.datetime.now(dt.UTC).timestamp()
        commits = self.repository.commits()
        return log_of(self.journal.facts(), commits, start=self.workspace.started, now=now, source=source)

    def drill(self, name: str) -> Drill:
        """Return a drill to be used in a `with` block: see `devopssim.livelab.DRILLS`."""
        return Drill(
            name,
            workspace=self.workspace,
            production=self.production,
            releases=self.releases,
            security=self.security,
            prober=self.prober,
        )

    def noticed(self) -> None:
        """Say that a person noticed that the service is broken; it counts as the detection if no alert was first."""
        self.journal.write("noticed")

    def leftovers(self) -> list[Leftover]:
        """Return what the engine holds of this lab."""
        return leftovers(self.workspace.client, self.name)

    def down(self, *, keep_work: bool = True) -> Path | None:
        """Remove everything of this lab, also after a crash; return where the student's repository was kept, if it was.

        A repository in which nothing was written is not kept, nor is any with `keep_work=False`.
        Raises LabError where the engine does not answer: then start it and repeat.
        """
        self.deactivate()
        for listener in (self.prober, self.load_balancer_prober, self.monitor):
            listener.stop()
        stop_watcher(self.workspace)
        with suppress(OSError, DockerException):
            self.workspace.client.close()
        return down(self.name, keep_work=keep_work)


def up(name: str = DEFAULT_NAME, *, port: int | None = None, progress: bool = True) -> Lab:
    """Start a lab, or return the one of this name that runs; `port` is where users reach the shop (None: a free one).

    It holds an engine, images, a registry, the student's repository and production that waits for its first deployment.
    Raises EngineMissingError where there is no container engine, LabError where something stood in the way; then
    nothing is left behind.
    """
    folder = lab_folder(name)
    if (folder / READY).exists():
        return _again(name)
    if folder.exists():
        message = (
            f"lab {name!r} is there by half: it is being started elsewhere, or its start was cut short; "
            f"in that case run `devopssim livelab down --name {name}`, then start anew."
        )
        raise LabError(message)
    chosen = None if port is None else workspace.chosen_port(port)
    with _steps(progress) as say:
        say("container engine")
        found = find_or_start_engine()
        make_private_folder(folder)
        try:
            with explain_engine_errors(f"start the lab {name!r}"):
                return _built(name, found, chosen, say)
        except BaseException:
            with suppress(LabError):
                down(name, keep_work=False)
            raise


def attach(name: str = DEFAULT_NAME) -> Lab:
    """Return the lab that runs under this name; raises InvalidInputError where there is none."""
    return Lab(workspace.load(name))


def down(name: str = DEFAULT_NAME, *, keep_work: bool = True) -> Path | None:
    """Remove everything of the lab `name`, also of one that never came up or crashed; safe to repeat."""
    known = _known(name)
    kept = None
    if known:
        stop_watcher(known)
        repository = Repository(known)
        if keep_work and known.shop.exists() and not repository.is_untouched():
            kept = repository.archive_in(archive_folder())
    found = _engine_of(known)
    if found:
        client = found.client()
        try:
            remove_labelled(client, name)
            remove_lab_folder(name)
            if not found.private:
                remove_shared_images(client)
        finally:
            client.close()
        stop_unused_engine(found)
    elif lab_folder(name).exists():
        where = known.engine.host if known else "any of the usual places"
        message = (
            f"no container engine answers at {where}, so what the lab left there cannot be removed; "
            "start it and run `devopssim livelab down` again."
        )
        raise LabError(message)
    return kept


def status() -> list[Leftover]:
    """Return what is there of any lab on this machine; empty after every `down`."""
    found = find_engine()
    if found is None:
        return [Leftover(type="folder", name=str(lab_folder(name)), lab=name) for name in remaining_labs()]
    client = found.client()
    try:
        return leftovers(client)
    finally:
        client.close()


def _again(name: str) -> Lab:
    lab = attach(name)
    if still_answering(lab.workspace.engine) is None:
        message = f"lab {name!r} was left without its container engine; run `devopssim livelab down` to clean up, then start anew."
        raise LabError(message)
    if not watcher_runs(lab.workspace):
        start_watcher(lab.workspace)
    return lab


def _built(name: str, found: Engine, port: int | None, say: Callable[[str], object]) -> Lab:
    ready = provide_images(found, say)
    ports = workspace.free_ports()
    if port is not None:
        ports["web"] = port
    known = Workspace(
        name=name,
        folder=lab_folder(name),
        started=workspace.now(),
        engine=found,
        images=ready,
        ports=ports,
    )
    lab = Lab(known)
    say("docker and docker compose")
    set_up_docker_client(known.folder / "docker")
    known.save()  # from here on `down` knows where to clean up
    say("registry")
    lab.registry.start()
    known.save()  # the ports may have changed
    say("the shop's repository, and production")
    lab.repository.create()
    lab.production.create()
    say("the watcher")
    start_watcher(known)
    (known.folder / READY).touch()
    say("ready")
    return lab


def _known(name: str) -> Workspace | None:
    """Return what was written down of a lab, or None where its start did not get that far, or there is none."""
    with suppress(InvalidInputError):
        return workspace.load(name)
    return None


def _engine_of(known: Workspace | None) -> Engine | None:
    """Return the engine that holds what the lab made: its own, even if another one would be found now.

    The private one is started again where it was killed under the lab, so that what it left can be removed.
    """
    if known is None:
        return find_engine()
    with suppress(LabError):
        return still_answering(known.engine) or (start_private_engine() if known.engine.private else None)
    return None


@contextmanager
def _steps(progress: bool) -> Iterator[Callable[[str], object]]:  # noqa: FBT001 - private
    """Yield what shows each step on a progress bar."""
    with tqdm(total=None, disable=not progress, bar_format="{elapsed} {desc}", leave=False) as bar:
        yield bar.set_description_str
