"""The lab: one object that starts everything, holds its parts, and removes everything again."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
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
    end_programs,
    explain_engine_errors,
    find_engine,
    find_or_start_engine,
    holds_other_labs,
    identity_of,
    lab_folder,
    lab_of,
    leftovers,
    provide_images,
    prune_shared_images,
    purge_private_engine,
    remaining_labs,
    remove_lab_folder,
    remove_labelled,
    remove_shared_images,
    remove_unfinished,
    reserve,
    set_up_docker_client,
    start_private_engine,
    still_answering,
    stop_unused_engine,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.history import Journal, Prober, log_of
from devopssim.livelab.parts import (
    SLOTS,
    Chaos,
    Configuration,
    DeliveryPipeline,
    Drill,
    FaultyReleases,
    FeatureFlags,
    GitLab,
    Load,
    Monitor,
    Nagios,
    OnCall,
    ProductionEnvironment,
    Registry,
    Repository,
    SecurityGate,
    SupplyChain,
    Traffic,
    Wire,
    start_watcher,
    stop_watcher,
    watcher_runs,
)
from devopssim.livelab.workspace import Workspace

DEFAULT_NAME: Final = "lab"
"""Name of the lab where the user gives none."""
READY: Final = "ready"
"""File in a lab's folder that marks a completed start."""


class Lab:
    """A running lab and its parts; in a `with` block it is taken down at the end.

    `up` and `attach` make labs; the constructor only connects to what a workspace describes.

    Parameters
    ----------
    workspace : Workspace
        Name, folder, engine, images and ports.

    Attributes
    ----------
    registry : Registry
        Where images are published.
    repository : Repository
        The student's repository of the shop.
    production : ProductionEnvironment
        The shop that users reach, and its database.
    pipeline : DeliveryPipeline
        The student's workflow and its runs.
    gitlab : GitLab
        Runs of the shop's pipeline for GitLab.
    security : SecurityGate
        Scans and findings.
    supply_chain : SupplyChain
        Attestations of builds, and the policy that judges them.
    wire : Wire
        Listener on the registry's network.
    traffic : Traffic
        Load balancer in front of blue and green.
    flags : FeatureFlags
        Features that a setting shows or hides.
    configuration : Configuration
        Web hosts behind the load balancer, from a playbook.
    monitor : Monitor
        Prometheus and its alerts.
    nagios : Nagios
        A check with states, beside Prometheus.
    chaos : Chaos
        Experiments of Chaos Toolkit.
    load : Load
        Simulated users of Locust.
    on_call : OnCall
        Alertmanager, and the messages that reach people.
    releases : FaultyReleases
        Releases with a known fault.
    prober, load_balancer_prober : Prober
        Synthetic users, directly and through the load balancer.
    live : bool
        True; the recorded stand-in has False.

    Examples
    --------
    >>> with up(progress=False) as lab:  # doctest: +SKIP
    ...     lab.registry.login()
    ...     lab.sh(f"docker build -t {lab.workspace.image}:latest .")
    ...     lab.log()
    """

    live: Final = True

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.registry = Registry(workspace)
        self.repository = Repository(workspace)
        self.production = ProductionEnvironment(workspace)
        self.pipeline = DeliveryPipeline(workspace, self.repository)
        self.gitlab = GitLab(workspace, self.repository)
        self.security = SecurityGate(workspace, self.repository)
        self.supply_chain = SupplyChain(workspace, self.repository, self.production)
        self.wire = Wire(workspace, self.registry)
        self.traffic = Traffic(workspace, self.production)
        self.flags = FeatureFlags(workspace, self.repository)
        self.configuration = Configuration(workspace, self.production)
        self.monitor = Monitor(workspace, self.production)
        self.nagios = Nagios(workspace)
        self.chaos = Chaos(workspace, self.production)
        self.load = Load(workspace)
        self.on_call = OnCall(workspace, self.production)
        self.releases = FaultyReleases(workspace, self.repository)
        self.prober = Prober(workspace.journal, workspace.ports["web"])
        """Sends requests to production directly."""
        self.load_balancer_prober = Prober(
            workspace.journal, workspace.ports["load_balancer"], every=0.05, services=SLOTS
        )
        """Sends requests through the load balancer."""
        self.mended: list[str] = []
        """What `up` found dead or stopped by the engine's end, and started again."""
        self._outside: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def __repr__(self) -> str:
        mended = f"; started again: {', '.join(self.mended)}" if self.mended else ""
        return f"<Lab {self.name!r}: registry {self.registry.address}, shop {self.production.url}, files {self.workspace.folder}{mended}>"

    @property
    def name(self) -> str:
        """Name of the lab."""
        return self.workspace.name

    @property
    def student(self) -> str:
        """Id of the student whose lab it is; empty where nobody said."""
        return self.workspace.student

    @property
    def journal(self) -> Journal:
        """Facts as the lab's processes recorded them."""
        return self.workspace.journal

    def sh(
        self, command: str, *, cwd: str | Path | None = None, stdin: str | None = None, check: bool = True
    ) -> CompletedCommand:
        """Run a command in the lab's environment: `lab.sh("docker ps")`.

        Parameters
        ----------
        command : str
            Command line; it is split as a shell would, but no shell is involved.
        cwd : str or Path, optional
            Working directory; default: the shop's folder.
        stdin : str, optional
            Text for the command's standard input, such as a password.
        check : bool, default True
            Whether another exit status than 0 is an error.

        Returns
        -------
        CompletedCommand
            Status, output and duration.

        Raises
        ------
        CommandFailedError
            Where the exit status differs from 0 and `check` is True.
        LabError
            Where the program is missing or times out.
        """
        return self.workspace.run(command, cwd=Path(cwd) if cwd else self.workspace.shop, stdin=stdin, check=check)

    def activate(self) -> None:
        """Set the lab's variables in this process, so that `!docker ps` in a notebook finds the lab; `down` undoes it."""
        for key, value in self.workspace.own_environment().items():
            self._outside.setdefault(key, os.environ.get(key))
            os.environ[key] = value

    def deactivate(self) -> None:
        """Restore the variables that `activate` set."""
        for key, value in self._outside.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        self._outside.clear()

    def log(self) -> pd.DataFrame:
        """Return the event log of everything that happened in this lab so far.

        Returns
        -------
        DataFrame
            Valid event log for `devopssim.kpis`; hours count from the lab's start.
        """
        source = {
            "lab": self.name,
            "engine": self.workspace.engine.version,
            "images": self.workspace.images.origin,
            **({"student": self.student} if self.student else {}),
        }
        now = self.journal.clock.now()
        commits = self.repository.commits()
        return log_of(self.journal.facts(), commits, start=self.workspace.started, now=now, source=source)

    def drill(self, name: str) -> Drill:
        """Return a drill for a `with` block.

        Parameters
        ----------
        name : str
            One of `devopssim.livelab.DRILLS`.

        Raises
        ------
        InvalidInputError
            Where the name is unknown.
        """
        return Drill(
            name,
            workspace=self.workspace,
            production=self.production,
            releases=self.releases,
            security=self.security,
            prober=self.prober,
        )

    def noticed(self) -> None:
        """Record that a person noticed the outage; it counts as the detection unless an alert came first."""
        self.journal.write("noticed")

    def leftovers(self) -> list[Leftover]:
        """Return what the engine holds of this lab."""
        return leftovers(self.workspace.client, self.workspace.identity)

    def down(self, *, keep_work: bool = True) -> Path | None:
        """Remove everything of this lab, also after a crash.

        Parameters
        ----------
        keep_work : bool, default True
            Whether to archive a repository that holds more than the template.

        Returns
        -------
        Path or None
            Folder of the archived repository.

        Raises
        ------
        LabError
            Where the engine does not answer; start it and repeat.
        """
        self.deactivate()
        for listener in (self.prober, self.load_balancer_prober, self.monitor, self.on_call, self.load):
            listener.stop()
        stop_watcher(self.workspace)
        with suppress(OSError, DockerException):
            self.workspace.client.close()
        return down(self.name, keep_work=keep_work)


def up(name: str = DEFAULT_NAME, *, port: int | None = None, student: str | None = None, progress: bool = True) -> Lab:
    """Start a lab, or return the running one of this name, with what died of it started again.

    A lab has an engine, images, a registry, the student's repository, and production that waits for its first deployment. A
    start that fails removes what it made.

    Parameters
    ----------
    name : str, default "lab"
        Lower-case letters, digits and dashes.
    port : int, optional
        Port of 127.0.0.1 where users reach the shop; default: a free one.
    student : str, optional
        Id of the student whose lab it is; default: that of the course's copy in the working directory (`student_here`).
    progress : bool, default True
        Whether to show the steps on a progress bar.

    Returns
    -------
    Lab
        The running lab.

    Raises
    ------
    EngineMissingError
        Where no container engine answers and none can be started.
    InvalidInputError
        Where the name is malformed, the port is taken, or the running lab is another student's.
    LabError
        Where a step failed, another process is starting this lab, or the engine holds a lab that cannot be told from this one.

    Examples
    --------
    >>> lab = up(progress=False)  # doctest: +SKIP
    >>> lab.sh("docker ps").ok  # doctest: +SKIP
    True
    >>> lab.down()  # doctest: +SKIP
    """
    folder = lab_folder(name)
    student = workspace.student_here() if student is None else student
    if (folder / READY).exists():
        return _again(name, student)
    if folder.exists():
        raise _partly_started(name)
    chosen = None if port is None else workspace.chosen_port(port)
    with _steps(progress) as report:
        report("container engine")
        engine = find_or_start_engine()
        with explain_engine_errors(f"start the lab {name!r}"):
            _claim(name, engine)
        try:
            with explain_engine_errors(f"start the lab {name!r}"):
                return _built(name, engine, chosen, student, report)
        except BaseException:
            with suppress(LabError):
                down(name, keep_work=False)
            raise


def attach(name: str = DEFAULT_NAME) -> Lab:
    """Return the lab that runs under this name, in whichever process it was started.

    Parameters
    ----------
    name : str, default "lab"
        Name of the lab.

    Raises
    ------
    InvalidInputError
        Where no such lab runs on this machine.

    Examples
    --------
    >>> attach("no-such-lab")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: lab='no-such-lab' does not run on this machine; start it with `devopssim livelab up --name no-such-lab`.
    """
    return Lab(workspace.load(name))


def down(name: str = DEFAULT_NAME, *, keep_work: bool = True, forget: bool = False) -> Path | None:
    """Remove everything of a lab, also of one that crashed or never came up; safe to repeat.

    Parameters
    ----------
    name : str, default "lab"
        Name of the lab.
    keep_work : bool, default True
        Whether to archive a repository that holds more than the template.
    forget : bool, default False
        Whether to remove the lab's files although its engine, which holds its containers, is gone for good.

    Returns
    -------
    Path or None
        Folder of the archived repository.

    Raises
    ------
    LabError
        Where the lab has files but its engine does not answer, and `forget` is False. A private engine that cannot be started
        again is forgotten with the last lab: all that it holds is in the lab's own cache.

    Examples
    --------
    >>> down("lab")  # doctest: +SKIP
    """
    saved, identity = _saved(name), identity_of(name)
    archived = None
    remove_unfinished()
    if saved:
        stop_watcher(saved)
    end_programs(identity)
    if saved:
        repository = Repository(saved)
        if keep_work and saved.shop.exists() and not repository.is_untouched():
            archived = repository.archive_in(archive_folder())
    engine = _engine_of(saved)
    if engine:
        client = engine.client()
        try:
            remove_labelled(client, identity)
            remove_lab_folder(name)
            if not engine.private:
                remove_shared_images(client)
        finally:
            client.close()
        stop_unused_engine(engine)
    elif forget or (saved and saved.engine.private):
        remove_lab_folder(name)
        if saved and saved.engine.private and not remaining_labs():
            purge_private_engine()
    elif lab_folder(name).exists():
        where = saved.engine.host if saved else "any known address"
        message = (
            f"no container engine answers at {where}, so the lab's containers and images cannot be removed; "
            f"start the engine and run `devopssim livelab down --name {name}` again, or, if that engine is gone for good, "
            f"`devopssim livelab down --name {name} --forget`."
        )
        raise LabError(message)
    return archived


def status() -> list[Leftover]:
    """Return what exists of any lab on this machine; empty after every `down`.

    Returns
    -------
    list of Leftover
        Containers, networks, volumes and images; the folder of a lab whose engine does not answer (`dead_engines`). Labs of
        other users of the engine are listed by their identity.

    Examples
    --------
    >>> [leftover.name for leftover in status() if leftover.lab == "no-such-lab"]  # doctest: +SKIP
    []
    """
    engine = find_engine()
    dead = [Leftover(type="folder", name=str(lab_folder(name)), lab=name) for name in dead_engines()]
    if engine is None:
        return dead
    client = engine.client()
    try:
        return [*(replace(leftover, lab=lab_of(leftover.lab)) for leftover in leftovers(client)), *dead]
    finally:
        client.close()


def dead_engines() -> dict[str, str]:
    """Return the labs of this machine whose engine does not answer, and the engine's address.

    Examples
    --------
    >>> "no-such-lab" in dead_engines()
    False
    """
    saved = {name: _saved(name) for name in remaining_labs()}
    return {
        name: lab.engine.host if lab else "an unknown address"
        for name, lab in saved.items()
        if (still_answering(lab.engine) if lab else find_engine()) is None
    }


def _again(name: str, student: str) -> Lab:
    """Return the running lab with what died of it started again; raise LabError where its engine is gone."""
    lab = attach(name)
    if student and lab.student and student != lab.student:
        message = (
            f"student={student!r} (whose copy of the course this is) differs from {lab.student!r}, whose lab {name!r} is; "
            f"give yours another name, or remove that one: `devopssim livelab down --name {name}`."
        )
        raise InvalidInputError(message)
    lab.workspace.require_engine()
    if not watcher_runs(lab.workspace):
        start_watcher(lab.workspace)
    lab.mended = [*lab.registry.heal(), *lab.production.start_again()]
    return lab


def _claim(name: str, engine: Engine) -> None:
    """Create a lab's folder, which only one process can, and reserve its name on the engine."""
    folder = lab_folder(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as error:
        raise _partly_started(name) from error
    client = engine.client()
    try:
        reserve(client, identity_of(name))
    except BaseException:
        remove_lab_folder(name)
        raise
    finally:
        client.close()


def _partly_started(name: str) -> LabError:
    """Return the error about a lab that another process is starting, or whose start was interrupted."""
    return LabError(
        f"lab {name!r} is only partly started: another process is starting it, or its start was interrupted; "
        f"if it was interrupted, run `devopssim livelab down --name {name}`, then start the lab again."
    )


def _built(name: str, engine: Engine, port: int | None, student: str, report: Callable[[str], object]) -> Lab:
    """Return a new lab after all steps of its start."""
    images = provide_images(engine, report)
    _prune(engine)
    ports = workspace.free_ports()
    if port is not None:
        ports["web"] = port
    made = Workspace(
        name=name,
        identity=identity_of(name),
        folder=lab_folder(name),
        started=workspace.now(),
        engine=engine,
        images=images,
        ports=ports,
        student=student,
    )
    made.journal.clock.now()  # which sets it
    lab = Lab(made)
    report("docker and docker compose")
    set_up_docker_client(made.folder / "docker")
    made.save()  # from here on `down` knows where to clean up
    report("registry")
    lab.registry.start()
    made.save()  # the ports may have changed
    report("the shop's repository, and production")
    lab.repository.create()
    lab.production.create()
    report("the watcher")
    start_watcher(made)
    (made.folder / READY).touch()
    report("ready")
    return lab


def _prune(engine: Engine) -> None:
    """Remove the shared images of older recipes that no lab uses; keep them while a lab is of another version or another user."""
    labs = [_saved(name) for name in remaining_labs() if (lab_folder(name) / READY).exists()]
    if None in labs or holds_other_labs(engine):
        return
    client = engine.client()
    try:
        prune_shared_images(client, {reference for lab in labs if lab for reference in lab.images.references()})
    finally:
        client.close()


def _saved(name: str) -> Workspace | None:
    """Return what a lab's start saved, or None where it did not get that far."""
    with suppress(InvalidInputError):
        return workspace.load(name)
    return None


def _engine_of(saved: Workspace | None) -> Engine | None:
    """Return the engine that holds what the lab made: its own, even if another one would be found now.

    A private engine that was killed under the lab is started again, so that its containers can be removed.
    """
    if saved is None:
        return find_engine()
    with suppress(LabError):
        return still_answering(saved.engine) or (start_private_engine() if saved.engine.private else None)
    return None


@contextmanager
def _steps(progress: bool) -> Iterator[Callable[[str], object]]:  # noqa: FBT001 - private
    """Yield the function that shows a step on a progress bar."""
    with tqdm(total=None, disable=not progress, bar_format="{elapsed} {desc}", leave=False) as bar:
        yield bar.set_description_str
