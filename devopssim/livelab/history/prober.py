"""A synthetic user: requests a page ten times a second, keeps the answers, and notices failure and recovery."""

import uuid
from collections import deque
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

import pandas as pd

from devopssim.livelab.engine import ask, wait_until
from devopssim.livelab.history.journal import Journal

EVERY: Final = 0.1
"""Seconds between requests."""
TOO_SLOW: Final = 1.0
"""Seconds; a slower answer counts as bad."""
WINDOW: Final = 5.0
"""Seconds of probes that decide whether the service is broken."""
SHORTEST_OUTAGE: Final = 2.0
"""Seconds between the first and the last bad probe of an outage."""
ENOUGH: Final = 3
"""Bad probes that make an outage."""
CALM: Final = 2.5
"""Seconds without a bad probe after which the service counts as restored."""
BROKEN: Final = 500
"""HTTP status from which an answer is a failure of the service."""
DOWN: Final = 0.9
"""Share of bad probes from which an outage is downtime rather than degradation."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One request and its answer.

    Parameters
    ----------
    at : float
        When it was sent, in seconds since 1970.
    status : int
        HTTP status; 0 without an answer.
    seconds : float
        Duration.
    version, slot : str, default ""
        Release and slot that answered.

    Examples
    --------
    >>> Probe(at=0.0, status=200, seconds=0.01).good, Probe(at=0.0, status=503, seconds=0.01).good
    (True, False)
    """

    at: float
    status: int
    seconds: float
    version: str = ""
    slot: str = ""

    @property
    def good(self) -> bool:
        """Whether a user would be content: an answer below status 500 within a second."""
        return 0 < self.status < BROKEN and self.seconds <= TOO_SLOW


@dataclass(kw_only=True)
class Judge:
    """Decision from probes when the service broke and when it was restored.

    Broken: at least `ENOUGH` bad probes within `WINDOW` seconds, the first and the last at least `SHORTEST_OUTAGE` seconds apart,
    so a planned restart of half a second does not count. The outage began with the first of them. Restored: no bad probe for
    `CALM` seconds, counted from the first good answer after the last bad one, which is when the outage ended.

    Examples
    --------
    >>> judge = Judge()
    >>> [judge.observe(Probe(at=second, status=503, seconds=0.0)) for second in (0.0, 1.0, 2.0)]
    [None, None, ('failed', 0.0)]
    >>> [judge.observe(Probe(at=second, status=200, seconds=0.0)) for second in (3.0, 4.0, 6.0)]
    [None, None, ('resolved', 3.0)]
    """

    recent: deque[Probe] = field(default_factory=deque)
    """Probes of the last `WINDOW` seconds."""
    broken: bool = False
    good_since: float | None = None
    """When the first good answer after the last bad one came, in seconds since 1970."""

    def observe(self, probe: Probe) -> tuple[str, float] | None:
        """Add a probe and return what it decides.

        Parameters
        ----------
        probe : Probe
            The next probe; probes come in the order of time.

        Returns
        -------
        tuple of (str, float) or None
            `("failed", when)` or `("resolved", when)`, in seconds since 1970; None without a decision.
        """
        self.recent.append(probe)
        while self.recent[0].at < probe.at - WINDOW:
            self.recent.popleft()
        return self._restored(probe) if self.broken else self._failed()

    @property
    def share_of_bad(self) -> float:
        """Share of bad probes from the first remembered bad one on."""
        bad = [not probe.good for probe in self.recent]
        since = bad[bad.index(True) :] if True in bad else []
        return sum(since) / len(since) if since else 0.0

    def _failed(self) -> tuple[str, float] | None:
        bad = [probe.at for probe in self.recent if not probe.good]
        if len(bad) < ENOUGH or bad[-1] - bad[0] < SHORTEST_OUTAGE:
            return None
        self.broken, self.good_since = True, None
        return "failed", bad[0]

    def _restored(self, probe: Probe) -> tuple[str, float] | None:
        if not probe.good:
            self.good_since = None
            return None
        if self.good_since is None:
            self.good_since = probe.at + probe.seconds
        if probe.at - self.good_since < CALM:
            return None
        self.broken = False
        self.recent.clear()
        return "resolved", self.good_since


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """What causes the coming incidents.

    Parameters
    ----------
    cause : str
        Name of the cause in the log.
    image : str, optional
        Image that brings the cause.
    alerts : tuple of str, optional
        Alerts that fit the cause.
    automated : bool, default False
        Whether a script restores the service.
    """

    cause: str
    image: str | None = None
    alerts: tuple[str, ...] | None = None
    automated: bool = False


class Prober:
    """Prober in the background, between `start` and `stop` or in a `with` block; it writes incidents into the journal.

    Parameters
    ----------
    journal : Journal
        Where incidents are recorded.
    port : int
        Port of 127.0.0.1.
    path : str, default "/products"
        Page to request; it needs the database.
    every : float, default 0.1
        Seconds between requests.
    services : tuple of str, default ("web",)
        Services of production that answer at this port.

    Examples
    --------
    >>> with lab.prober:  # doctest: +SKIP
    ...     lab.production.rollback()
    >>> lab.prober.table()["good"].mean()  # doctest: +SKIP
    0.97
    """

    def __init__(
        self,
        journal: Journal,
        port: int,
        path: str = "/products",
        *,
        every: float = EVERY,
        services: tuple[str, ...] = ("web",),
    ) -> None:
        self.journal = journal
        self.services = services
        self.port = port
        self.path = path
        self.every = every
        """Seconds between requests."""
        self.judge = Judge()
        self.probes: list[Probe] = []
        self.attribution: Attribution | None = None
        """Cause of the coming incidents; see `attribute`."""
        self._incident = ""
        self._end = Event()
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start to send requests; return the prober."""
        if self._thread is None:
            self._end.clear()
            self._thread = Thread(target=self._ask_on, name="prober", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop sending requests."""
        self._end.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def attribute(self, cause: str | None, image: str | None = None, *, alerts: tuple[str, ...] | None = None) -> None:
        """Attribute the coming incidents to a cause.

        Parameters
        ----------
        cause : str or None
            Name of the cause in the log; None ends the attribution.
        image : str, optional
            Image that brings the cause.
        alerts : tuple of str, optional
            Alerts that fit the cause; default: any.
        """
        self.attribution = None if cause is None else Attribution(cause=cause, image=image, alerts=alerts)

    def expect_script(self) -> None:
        """Record that a script, not a person, restores the service now."""
        if self.attribution:
            self.attribution = replace(self.attribution, automated=True)

    def table(self) -> pd.DataFrame:
        """Return the probes as a table.

        Returns
        -------
        DataFrame
            One row per probe: time (seconds since the first one), status, seconds, version, slot, good.
        """
        rows = [(p.at, p.status, p.seconds, p.version, p.slot, p.good) for p in list(self.probes)]
        table = pd.DataFrame(rows, columns=["time", "status", "seconds", "version", "slot", "good"])
        table["time"] -= table["time"].min() if len(table) else 0.0
        return table

    @property
    def running(self) -> bool:
        """Whether it sends requests now."""
        return self._thread is not None

    @property
    def broken(self) -> bool:
        """Whether the service is broken now."""
        return self.judge.broken

    def wait_until_broken(self, timeout: float = 120.0) -> None:
        """Wait until the service breaks; raise LabError after `timeout` seconds."""
        wait_until(lambda: self.broken, "the service to break", timeout=timeout, every=0.05)

    def wait_until_healthy(self, timeout: float = 180.0) -> None:
        """Wait until the service is restored; raise LabError after `timeout` seconds."""
        wait_until(lambda: not self.broken, "the service to be restored", timeout=timeout, every=0.05)

    def _ask_on(self) -> None:
        """Send requests until `stop`."""
        clock = self.journal.clock
        while not self._end.is_set():
            began = clock.now()
            answer = ask(self.port, self.path, timeout=2 * TOO_SLOW)
            probe = Probe(
                at=began,
                status=answer.status,
                seconds=answer.seconds,
                version=answer.headers.get("x-shop-version", ""),
                slot=answer.headers.get("x-slot", ""),
            )
            self.probes.append(probe)
            if decision := self.judge.observe(probe):
                self._write(*decision)
            self._end.wait(max(0.0, self.every - (clock.now() - began)))

    def _write(self, decision: str, at: float) -> None:
        """Record the decision as a fact."""
        if decision == "failed":
            self._incident = uuid.uuid4().hex
            down = self.judge.share_of_bad >= DOWN
            details: dict[str, Any] = {"severity": "total" if down else "partial", "downtime": down}
            details["services"] = self.services
            if self.attribution:
                details |= {"cause": self.attribution.cause, "image": self.attribution.image}
                details["alerts"] = self.attribution.alerts
            declared = self.journal.clock.now()
            self.journal.write("incident.failed", at=at, incident=self._incident, declared=declared, **details)
        else:
            automated = self.attribution and self.attribution.automated
            details = {"incident": self._incident, "automated": "yes" if automated else ""}
            self.journal.write("incident.resolved", at=at, declared=self.journal.clock.now(), **details)
