"""A user who never sleeps: asks the service ten times a second, keeps the answers, and notices when it breaks and is well again."""

import time
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
TOO_SLOW: Final = 1.0
"""Seconds; an answer that takes longer is as bad as none."""
WINDOW: Final = 5.0
SHORTEST_OUTAGE: Final = 2.0
"""Seconds between the first and the last bad probe of what counts as broken."""
ENOUGH: Final = 3
CALM: Final = 2.5
BROKEN: Final = 500
DOWN: Final = 0.9


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One question and what came: when it was asked (seconds since 1970), status (0: nothing), seconds, version, place."""

    at: float
    status: int
    seconds: float
    version: str = ""
    place: str = ""

    @property
    def good(self) -> bool:
        """Whether a user would be content: an answer that is no error, in time."""
        return 0 < self.status < BROKEN and self.seconds <= TOO_SLOW


@dataclass(kw_only=True)
class Judge:
    """Decides from probes when the service broke and when it was restored.

    Broken: at least `ENOUGH` bad probes within `WINDOW` seconds, the first and the last at least `SHORTEST_OUTAGE` seconds apart (a
    planned restart of half a second is no incident); it began with the first of them. Restored: no bad probe for `CALM`
    seconds; it was with the first good one after the last bad one.
    """

    recent: deque[Probe] = field(default_factory=deque)
    broken: bool = False
    good_since: float | None = None

    def observe(self, probe: Probe) -> tuple[str, float] | None:
        """Take a probe in; return `("failed", when)` or `("resolved", when)` if it decides something."""
        self.recent.append(probe)
        while self.recent[0].at < probe.at - WINDOW:
            self.recent.popleft()
        return self._restored(probe) if self.broken else self._failed()

    @property
    def share_of_bad(self) -> float:
        """The share of bad probes since the first bad one that is remembered."""
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
    """What causes an incident, the image that brings the cause (if one does), and whether a script restores the service."""

    cause: str
    image: str | None = None
    automated: bool = False


class Prober:
    """Asks in the background, between `start` and `stop` or within a `with` block, and writes incidents into the journal."""

    def __init__(self, journal: Journal, port: int, path: str = "/products", *, every: float = EVERY) -> None:
        self.journal = journal
        self.port = port
        self.path = path
        self.every = every
        """Seconds from one question to the next."""
        self.judge = Judge()
        self.probes: list[Probe] = []
        self.attribution: Attribution | None = None
        """What is known of the incidents to come; see `attribute`."""
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
        """Begin to ask."""
        if self._thread is None:
            self._end.clear()
            self._thread = Thread(target=self._ask_on, name="prober", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Ask no more."""
        self._end.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def attribute(self, cause: str | None, image: str | None = None) -> None:
        """Put the incidents from now on down to a cause, and to the image that brings it; None: nothing is known."""
        self.attribution = None if cause is None else Attribution(cause=cause, image=image)

    def expect_script(self) -> None:
        """Record that a script, not a person, restores the service now."""
        if self.attribution:
            self.attribution = replace(self.attribution, automated=True)

    def table(self) -> pd.DataFrame:
        """Return the probes: seconds since the first one, status, seconds, version, place, good."""
        rows = [(p.at, p.status, p.seconds, p.version, p.place, p.good) for p in list(self.probes)]
        table = pd.DataFrame(rows, columns=["time", "status", "seconds", "version", "place", "good"])
        table["time"] -= table["time"].min() if len(table) else 0.0
        return table

    @property
    def running(self) -> bool:
        """Whether it asks now."""
        return self._thread is not None

    @property
    def broken(self) -> bool:
        """Whether the service is broken now."""
        return self.judge.broken

    def wait_until_broken(self, patience: float = 120.0) -> None:
        """Wait until the service is found to be broken; raises LabError if that does not come."""
        wait_until(lambda: self.broken, "the service to break", patience=patience, every=0.05)

    def wait_until_healthy(self, patience: float = 180.0) -> None:
        """Wait until the service is found to be restored; raises LabError if that does not come."""
        wait_until(lambda: not self.broken, "the service to be restored", patience=patience, every=0.05)

    def _ask_on(self) -> None:
        while not self._end.is_set():
            began = time.time()
            answer = ask(self.port, self.path, timeout=2 * TOO_SLOW)
            probe = Probe(
                at=began,
                status=answer.status,
                seconds=answer.seconds,
                version=answer.headers.get("x-shop-version", ""),
                place=answer.headers.get("x-place", ""),
            )
            self.probes.append(probe)
            if verdict := self.judge.observe(probe):
                self._write(*verdict)
            self._end.wait(max(0.0, self.every - (time.time() - began)))

    def _write(self, verdict: str, at: float) -> None:
        if verdict == "failed":
            self._incident = uuid.uuid4().hex
            known: dict[str, Any] = {"severity": "high", "downtime": self.judge.share_of_bad >= DOWN}
            if self.attribution:
                known |= {"cause": self.attribution.cause, "image": self.attribution.image}
            self.journal.write("incident.failed", at=at, incident=self._incident, declared=time.time(), **known)
        else:
            automated = self.attribution and self.attribution.automated
            known = {"incident": self._incident, "automated": "yes" if automated else ""}
            self.journal.write("incident.resolved", at=at, declared=time.time(), **known)
