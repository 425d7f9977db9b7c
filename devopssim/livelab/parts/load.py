"""Load on the shop by Locust, and what it says about a service level objective."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import LOCALHOST, require_program, start_in_background, terminate, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.workspace import Workspace

MOST_USERS: Final = 200
"""Simulated users at most: more would measure this machine rather than the shop."""
SHUTDOWN: Final = 30.0
"""Seconds that Locust may take to begin, and to end after its time."""
SPAWNED: Final = "All users spawned"
"""What Locust logs once all users have begun."""


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """What Locust measured.

    Parameters
    ----------
    table : DataFrame
        One row per kind of request (`GET /products`): requests, failures, and the median, 95th and 99th percentile of the seconds
        until the answer; the row `all` has the sums and the percentiles of all requests.

    Examples
    --------
    >>> row = {"requests": 1000, "failures": 4, "median": 0.01, "p95": 0.03, "p99": 0.1}
    >>> result = LoadResult(table=pd.DataFrame([row], index=["all"]))
    >>> result.requests, result.failures, round(result.budget_left(0.99), 2)
    (1000, 4, 0.6)
    """

    table: pd.DataFrame

    @property
    def requests(self) -> int:
        """Number of requests."""
        return int(self.table["requests"]["all"])

    @property
    def failures(self) -> int:
        """Number of requests that failed."""
        return int(self.table["failures"]["all"])

    @property
    def p95(self) -> float:
        """Seconds within which 95 % of the requests were answered."""
        return float(self.table["p95"]["all"])

    def budget_left(self, objective: float) -> float:
        """Return the share of the error budget that is left; negative where more requests failed than the objective allows.

        Parameters
        ----------
        objective : float
            Share of requests that must succeed, above 0 and below 1: the service level objective.

        Returns
        -------
        float
            1 - failures ÷ (requests x (1 - objective)); NaN without requests.

        Raises
        ------
        InvalidInputError
            Where the objective is no share between 0 and 1.

        References
        ----------
        B. Beyer and others, *Site Reliability Engineering* (2016), chapter 3: error budgets.
        """
        if not 0 < objective < 1:
            message = f"objective={objective!r} (share of requests that must succeed) must be above 0 and below 1; for example 0.99."
            raise InvalidInputError(message)
        allowed = self.requests * (1 - objective)
        return 1 - self.failures / allowed if allowed else math.nan


@dataclass
class Load:
    """Simulated users, in the background between `start` and `finish`.

    Parameters
    ----------
    workspace : Workspace
        The lab.

    Examples
    --------
    >>> result = lab.load.run(users=10, seconds=10)  # doctest: +SKIP
    >>> result.p95, result.budget_left(0.99)  # doctest: +SKIP
    (0.031, 1.0)
    """

    workspace: Workspace
    _process: Popen[bytes] | None = field(default=None, init=False)
    _seconds: float = field(default=0.0, init=False)

    def run(self, *, users: int = 10, seconds: float = 10.0, through: str = "web") -> LoadResult:
        """Load the shop and return what the users saw; parameters as of `start`."""
        self.start(users=users, seconds=seconds, through=through)
        return self.finish()

    def start(self, *, users: int = 10, seconds: float = 10.0, through: str = "web") -> None:
        """Start to load the shop in the background; return once all users have begun.

        Parameters
        ----------
        users : int, default 10
            Simulated users, at most 200.
        seconds : float, default 10
            Duration.
        through : {"web", "load_balancer"}, default "web"
            Port that the users reach.

        Raises
        ------
        InvalidInputError
            Where a value is out of range.
        LabError
            Where Locust is not installed, or a load runs already.
        """
        if not 1 <= users <= MOST_USERS or not 1 <= seconds <= 600:
            message = f"users={users}, seconds={seconds} (of a load) must be from 1 to {MOST_USERS} and from 1 to 600."
            raise InvalidInputError(message)
        if through not in {"web", "load_balancer"}:
            message = f"through={through!r} (port of the load) must be web or load_balancer."
            raise InvalidInputError(message)
        if self._process is not None:
            message = "a load runs already; wait for it: `load.finish()`."
            raise LabError(message)
        program = require_program("locust", "locust")
        folder = self.workspace.folder / "load"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        host = f"http://{LOCALHOST}:{self.workspace.ports[through]}"
        command: list[str | Path] = [program, "--locustfile", self.workspace.production / "load" / "locustfile.py"]
        command += ["--headless", "--host", host, "--users", str(users), "--spawn-rate", str(users)]
        command += ["--run-time", f"{seconds:g}s", "--stop-timeout", "2s", "--exit-code-on-error", "0"]
        command += ["--json-file", str(folder / "result"), "--only-summary"]
        self._process = start_in_background(command, log=folder / "locust.log", env=self.workspace.environment())
        self._seconds = seconds
        log = folder / "locust.log"
        process = self._process
        wait_until(
            lambda: process.poll() is not None or SPAWNED in log.read_text(encoding="utf-8", errors="replace"),
            "Locust's users to begin",
            timeout=SHUTDOWN,
        )

    def finish(self) -> LoadResult:
        """Wait until the load ends and return what the users saw.

        Raises
        ------
        LabError
            Where no load was started, or Locust failed; the message names its log.
        """
        if self._process is None:
            message = "no load was started; start one: `load.start()`."
            raise LabError(message)
        process, self._process = self._process, None
        try:
            process.wait(self._seconds + SHUTDOWN)
        finally:
            terminate(process.pid, timeout=2.0)
            process.wait()
        folder = self.workspace.folder / "load"
        try:
            entries = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            message = f"Locust measured nothing; its log gives the reason: {folder / 'locust.log'}."
            raise LabError(message) from error
        result = load_result(entries)
        details = {"requests": result.requests, "failures": result.failures, "p95": result.p95}
        self.workspace.journal.write("load", **details)
        return result

    def stop(self) -> None:
        """End a load that still runs, without a result."""
        if self._process is not None:
            terminate(self._process.pid, timeout=2.0)
            self._process.wait()
            self._process = None


def load_result(entries: list[dict[str, Any]]) -> LoadResult:
    """Return Locust's statistics as a result.

    Parameters
    ----------
    entries : list of dict
        One per kind of request, of Locust's JSON: `method`, `name`, `num_requests`, `num_failures`, `response_times` (number of
        requests by rounded milliseconds).

    Examples
    --------
    >>> entry = {"method": "GET", "name": "/", "num_requests": 4, "num_failures": 1, "response_times": {"10": 3, "900": 1}}
    >>> load_result([entry]).table.loc["all"].to_dict()
    {'requests': 4.0, 'failures': 1.0, 'median': 0.01, 'p95': 0.9, 'p99': 0.9}
    """
    everything: dict[float, int] = {}
    rows = {}
    for entry in entries:
        times = {float(ms): int(count) for ms, count in entry["response_times"].items()}
        for ms, count in times.items():
            everything[ms] = everything.get(ms, 0) + count
        rows[f"{entry['method']} {entry['name']}"] = _row(entry["num_requests"], entry["num_failures"], times)
    requests, failures = (sum(int(entry[name]) for entry in entries) for name in ("num_requests", "num_failures"))
    rows["all"] = _row(requests, failures, everything)
    return LoadResult(table=pd.DataFrame.from_dict(rows, orient="index"))


def _row(requests: int, failures: int, times: dict[float, int]) -> dict[str, float]:
    """Return one row of the table."""
    percentiles = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        "requests": requests,
        "failures": failures,
        **{name: _percentile(times, share) for name, share in percentiles.items()},
    }


def _percentile(times: dict[float, int], share: float) -> float:
    """Return the seconds within which a share of the requests was answered; NaN without requests."""
    wanted = share * sum(times.values())
    seen = 0
    for ms, count in sorted(times.items()):
        seen += count
        if seen >= wanted:
            return ms / 1000
    return math.nan
