"""Drills: break the service in a known way, let people detect and restore it, and leave nothing broken behind."""

import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab import templates
from devopssim.livelab.engine import wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.history import Prober, commit_of, detection_of, with_real_limits
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.security import SecurityGate
from devopssim.livelab.parts.watcher import REVISION
from devopssim.livelab.workspace import Workspace

HOOK_UP: Final = "\nfrom shop.offers import with_offers  # noqa: E402\n\ncreate_app = with_offers(create_app)\n"
"""Lines that connect the feature with the fault to the shop."""
CAUSES: Final = {"exploit": "vulnerability"}
"""Cause in the log, where it differs from the drill's name."""
DOWN: Final = ("InstanceDown", "ShopDown")
"""Alerts that mean that nothing answers."""
FAULTY_RELEASES: Final = ("bad_release", "slow_release", "out_of_memory")
"""Faults that a release can have."""


@dataclass(frozen=True)
class FaultyReleases:
    """Maker of releases that look like any other and have a fault.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    repository : Repository
        The student's repository, which stays unchanged.
    """

    workspace: Workspace
    repository: Repository

    def faulty(self, fault: str, *, tag: str | None = None) -> str:
        """Build and publish the checked-out commit plus a feature with a fault.

        The commit is made in a copy, so the student's repository stays as it is.

        Parameters
        ----------
        fault : {"bad_release", "slow_release", "out_of_memory"}
            Kind of fault.
        tag : str, optional
            Tag of the image; default: the fault and the commit.

        Returns
        -------
        str
            Reference of the image.

        Raises
        ------
        InvalidInputError
            Where the fault is unknown.
        """
        if fault not in FAULTY_RELEASES:
            message = f"fault={fault!r} (of a release) must be one of {', '.join(FAULTY_RELEASES)}."
            raise InvalidInputError(message)
        copy = self.workspace.folder / "drills" / f"{fault}-{time.time_ns()}"
        copy.parent.mkdir(exist_ok=True)
        try:
            self.repository.git("clone", "--quiet", str(self.repository.folder), str(copy))
            sha = self._commit(copy, fault)
            return self._published(copy, tag or f"{fault}-{sha[:7]}", sha)
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def _commit(self, copy: Any, fault: str) -> str:
        """Commit the feature in the copy, record the commit, and return its hash."""
        templates.copy(f"drills/{fault}", copy, {})
        package = copy / "shop" / "__init__.py"
        write_text(package, package.read_text(encoding="utf-8") + HOOK_UP)
        author = ("-c", "user.name=A colleague", "-c", "user.email=colleague@example.org", "-c", "commit.gpgsign=false")
        self.repository.git("add", "--all", cwd=copy)
        self.repository.git(
            *author, "commit", "--quiet", "--message", "Special offers on the page of products", cwd=copy
        )
        line = self.repository.git("log", "-1", "--format=%H\x1f%P\x1f%ct\x1f%s", cwd=copy)
        sha, parents, at, subject = line.split("\x1f")
        details = {"sha": sha, "parents": parents.split(), "subject": subject}
        self.workspace.journal.write("commit", at=float(at), **details)
        return commit_of({"at": at, **details}).sha

    def _published(self, copy: Any, tag: str, sha: str) -> str:
        """Build and push the image, and return its reference."""
        reference = f"{self.workspace.image}:{tag}"
        self.workspace.run(
            ["docker", "build", "--quiet", "--label", f"{REVISION}={sha}", "--tag", reference, "."], cwd=copy
        )
        self.workspace.run(["docker", "push", "--quiet", reference])
        return reference


@dataclass(frozen=True, kw_only=True)
class DrillKind:
    """A kind of drill.

    Parameters
    ----------
    story : str
        What happens, in one clause.
    alerts : tuple of str
        Alerts that fit the cause.
    begin, recover : Callable
        Functions of the drill that break and restore the service.
    """

    story: str
    alerts: tuple[str, ...]
    begin: Callable[["Drill"], None]
    recover: Callable[["Drill"], None]


class Drill:
    """One drill; in a `with` block it breaks the service at the top and leaves nothing broken at the end.

    Parameters
    ----------
    name : str
        One of `DRILLS`.
    workspace, production, releases, security, prober
        Parts of the lab.

    Raises
    ------
    InvalidInputError
        Where the name is unknown.

    Examples
    --------
    >>> with lab.drill("bad_release") as drill:  # doctest: +SKIP
    ...     drill.wait_until_broken()
    ...     lab.production.rollback()  # or what the student finds right
    ...     drill.wait_until_healthy()
    """

    def __init__(
        self,
        name: str,
        *,
        workspace: Workspace,
        production: ProductionEnvironment,
        releases: FaultyReleases,
        security: SecurityGate,
        prober: Prober,
    ) -> None:
        if name not in DRILLS:
            message = f"drill={name!r} must be one of {', '.join(DRILLS)}."
            raise InvalidInputError(message)
        self.name = name
        self.kind = DRILLS[name]
        self.workspace = workspace
        self.production = production
        self.releases = releases
        self.security = security
        self.prober = prober
        self.reference = ""
        """The image of a faulty release."""
        self._prober_ran_before = False
        """Whether the caller started the prober, and so will stop it."""

    @property
    def cause(self) -> str:
        """Cause of the incident in the log."""
        return CAUSES.get(self.name, self.name.replace("_", " "))

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def begin(self) -> None:
        """Break the service.

        Raises
        ------
        LabError
            Where the service is unhealthy already, or the engine does not answer.
        """
        self.workspace.require_engine()
        if self.production.ask("/health").status != 200:
            message = "no healthy service to break; deploy the shop first: `docker compose up -d`."
            raise LabError(message)
        self.attribute(None)
        self._prober_ran_before = self.prober.running
        self.prober.start()
        self.workspace.journal.write("drill", name=self.name, state="started")
        try:
            self.kind.begin(self)
        except BaseException:
            with suppress(LabError):  # what went wrong first is what people have to know
                self.end()
            raise

    def recover(self) -> None:
        """Restore the service by script, which the log records, and wait until it is healthy."""
        self.workspace.journal.write("recovering")
        self.prober.expect_script()
        self.kind.recover(self)
        self.wait_until_healthy()

    def end(self) -> None:
        """Restore what is still broken, and stop what the drill started."""
        try:
            if self.is_still_broken():
                self.recover()
        finally:
            self.prober.attribute(None)
            if not self._prober_ran_before:
                self.prober.stop()
            self.workspace.journal.write("drill", name=self.name, state="ended")
            self.production.unpin()

    def is_still_broken(self) -> bool:
        """Return whether what the drill broke is still broken."""
        return self.prober.broken or self.production.ask("/health").status != 200 or self._faulty_image_runs()

    def wait_until_broken(self, timeout: float = 120.0) -> None:
        """Wait until users notice; raise LabError after `timeout` seconds."""
        with self._asking_the_engine():
            self.prober.wait_until_broken(timeout)

    def wait_until_detected(self, timeout: float = 60.0) -> None:
        """Wait until an alert or a person detects the incident, as the log counts it; raise LabError after `timeout` seconds."""

        def detected() -> bool:
            facts = with_real_limits(self.workspace.journal.facts())
            incidents = [fact for fact in facts if fact["fact"] == "incident.failed"]
            return bool(incidents) and detection_of(incidents[-1], math.inf, facts) is not None

        with self._asking_the_engine():
            wait_until(detected, "an alert that fits, or a person, to detect the incident", timeout=timeout)

    def wait_until_healthy(self, timeout: float = 180.0) -> None:
        """Wait until users are content again; raise LabError after `timeout` seconds."""
        with self._asking_the_engine():
            self.prober.wait_until_healthy(timeout)

    def attribute(self, image: str | None) -> None:
        """Attribute the coming incidents to the drill's cause, and to an image that brings it."""
        self.prober.attribute(self.cause, image, alerts=self.kind.alerts)

    @contextmanager
    def _asking_the_engine(self) -> Iterator[None]:
        """Name a dead engine as the cause of a wait that ended in vain."""
        try:
            yield
        except LabError:
            self.workspace.require_engine()
            raise

    def _faulty_image_runs(self) -> bool:
        """Return whether production still runs the faulty release."""
        container = self.production.container("web")
        return bool(self.reference and container and container.attrs["Config"]["Image"] == self.reference)


def _release(drill: Drill) -> None:
    """Deploy a faulty release."""
    drill.reference = drill.releases.faulty(drill.name)
    drill.attribute(str(drill.workspace.client.images.get(drill.reference).id))
    drill.production.deploy(drill.reference)


def _roll_back(drill: Drill) -> None:
    """Deploy the release before."""
    drill.production.rollback()


def _crash(drill: Drill) -> None:
    """End the first process from inside; `docker kill` would switch the restart policy off."""
    drill.production.need("web").exec_run(["python", "-c", "import os; os.kill(1, 15)"])
    _wait_for_the_end(drill)


def _exploit(drill: Drill) -> None:
    """Exploit a planted vulnerability of the lab's own service, so that the service ends."""
    if not drill.security.is_open_to_attack():
        message = "no deployed code can be exploited; plant a vulnerability first, and release it: `security.plant()`."
        raise LabError(message)
    web = drill.production.need("web")
    drill.reference = str(web.attrs["Config"]["Image"])
    drill.attribute(str(web.attrs["Image"]))
    drill.security.attack("kill -TERM 1")
    _wait_for_the_end(drill)


def _wait_for_the_end(drill: Drill) -> None:
    """Wait until the service has ended; it cannot be started while it is still ending."""
    wait_until(lambda: drill.production.need("web").status != "running", "the service to end")


def _start_web(drill: Drill) -> None:
    drill.production.compose("up", "-d", "--no-deps", "web")


def _stop_database(drill: Drill) -> None:
    drill.production.need("postgres").stop(timeout=5)


def _start_database(drill: Drill) -> None:
    drill.production.compose("up", "-d", "--wait", "postgres")


DRILLS: Final[Mapping[str, DrillKind]] = {
    "bad_release": DrillKind(
        story="a release answers with errors", alerts=("HighErrorRate",), begin=_release, recover=_roll_back
    ),
    "slow_release": DrillKind(
        story="a release takes too long to answer", alerts=("SlowAnswers",), begin=_release, recover=_roll_back
    ),
    "out_of_memory": DrillKind(
        story="a release needs more and more memory",
        alerts=("MemoryNearLimit", *DOWN),
        begin=_release,
        recover=_roll_back,
    ),
    "crash": DrillKind(story="the service ends by itself", alerts=DOWN, begin=_crash, recover=_start_web),
    "exploit": DrillKind(
        story="an attacker exploits a vulnerability of the current release",
        alerts=DOWN,
        begin=_exploit,
        recover=_roll_back,
    ),
    "stopped_database": DrillKind(
        story="the database stops",
        alerts=("HighErrorRate", "SlowAnswers"),
        begin=_stop_database,
        recover=_start_database,
    ),
}
"""Drills by name."""
