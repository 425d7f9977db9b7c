"""The lab: one object that holds the parts of a running lab."""

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pandas as pd
from docker.errors import DockerException

from devopssim.livelab.engine import (
    CompletedCommand,
    Leftover,
    leftovers,
)
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
    stop_watcher,
)
from devopssim.livelab.teardown import down
from devopssim.livelab.workspace import Workspace


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
