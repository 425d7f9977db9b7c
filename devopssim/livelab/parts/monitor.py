"""Prometheus: its measurements as tables for plots, and its alerts, which the journal records when they fire."""

import json
from collections.abc import Iterable
from threading import Event, Thread
from typing import Any, Final

import pandas as pd

from devopssim.livelab.engine import ask, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

POLL_INTERVAL: Final = 0.2
"""Seconds between two requests for the alerts."""
MEMORY_LIMIT: Final = 256 * 1024 * 1024
"""Bytes of memory that the compose files give to an instance of the shop."""
SECONDS_PER_HOUR: Final = 3600.0
SIGNALS: Final = {
    "traffic": "sum(rate(shop_requests_total[5s]))",
    "errors": 'sum(rate(shop_requests_total{status=~"5.."}[5s]) or vector(0)) / sum(rate(shop_requests_total[5s]))',
    "latency": "histogram_quantile(0.95, sum by (le) (rate(shop_request_seconds_bucket[5s])))",
    "saturation": f'max(process_resident_memory_bytes{{job="shop"}}) / {MEMORY_LIMIT}',
}
"""The four golden signals as PromQL; the dashboard for Grafana shows the same."""


class Monitor:
    """Continuous monitoring of the shop by Prometheus.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    production : ProductionEnvironment
        What is monitored.

    Examples
    --------
    >>> lab.monitor.up("web")  # doctest: +SKIP
    >>> lab.monitor.query("up")  # doctest: +SKIP
    """

    def __init__(self, workspace: Workspace, production: ProductionEnvironment) -> None:
        self.workspace = workspace
        self.production = production
        self._end = Event()
        self._thread: Thread | None = None
        self._firing: set[tuple[str, str]] = set()

    @property
    def port(self) -> int:
        """Port of Prometheus's pages on 127.0.0.1."""
        return self.workspace.ports["prometheus"]

    @property
    def running(self) -> bool:
        """Whether it records alerts now."""
        return self._thread is not None

    def up(self, *services: str) -> None:
        """Start Prometheus, monitor services, and record alerts from now on.

        Parameters
        ----------
        *services : str
            Services of production: web, blue, green; default web.
        """
        self.watch(*(services or ("web",)))
        self.production.compose("up", "-d", "--no-deps", "prometheus")
        wait_until(lambda: ask(self.port, "/-/ready").status == 200, "Prometheus to be ready")
        wait_until(self._measures, "the first measurements")
        if self._thread is None:
            self._end.clear()
            self._thread = Thread(target=self._listen, name="alerts", daemon=True)
            self._thread.start()

    def watch(self, *services: str) -> None:
        """Monitor these services of production instead: web, blue, green."""
        targets = [{"targets": [f"{service}:5000" for service in services]}]
        # in place: the file is seen through a mount of its folder, and Prometheus reads it again when it changes
        (self.workspace.production / "prometheus" / "targets.json").write_text(json.dumps(targets))

    def query(self, expression: str) -> pd.DataFrame:
        """Return the current value of a PromQL expression.

        Parameters
        ----------
        expression : str
            PromQL.

        Returns
        -------
        DataFrame
            One row per series: its labels, and `value`.

        Raises
        ------
        LabError
            Where Prometheus does not run or refuses the expression.
        """
        result = self._api("query", query=expression)["result"]
        rows = [{**series["metric"], "value": float(series["value"][1])} for series in result]
        return pd.DataFrame(rows)

    def query_range(self, expression: str, *, seconds: float = 60.0, step: float = 1.0) -> pd.DataFrame:
        """Return a PromQL expression over the last seconds.

        Parameters
        ----------
        expression : str
            PromQL.
        seconds : float, default 60
            Length of the range.
        step : float, default 1
            Seconds between two values.

        Returns
        -------
        DataFrame
            Index `seconds` (0 is now), one column per series.
        """
        end = float(self.query("vector(time())")["value"].iloc[0])
        result = self._api("query_range", query=expression, start=str(end - seconds), end=str(end), step=str(step))[
            "result"
        ]
        columns = {
            # Prometheus answers in milliseconds: rows of several queries meet
            _short(series["metric"]): {round(float(at) - end, 3): float(value) for at, value in series["values"]}
            for series in result
        }
        return pd.DataFrame(columns).sort_index().rename_axis("seconds")

    def golden_signals(self, *, seconds: float = 120.0) -> pd.DataFrame:
        """Return the four golden signals of the last seconds, for `devopssim.plots.golden_signals`.

        Parameters
        ----------
        seconds : float, default 120
            Length of the range.

        Returns
        -------
        DataFrame
            Index `hours` of the lab's log; columns traffic (answers a second), errors (share of the answers), latency (95th
            percentile in seconds), saturation (the fullest instance's share of its memory). NaN where nothing was measured.
        """
        table = pd.DataFrame(
            {name: self.query_range(expression, seconds=seconds).max(axis=1) for name, expression in SIGNALS.items()}
        )
        clock = self.workspace.journal.clock
        hours = (clock.now() + table.index.to_numpy(float) - self.workspace.start) / SECONDS_PER_HOUR
        return table.set_index(pd.Index(hours, name="hours"))

    def alerts(self) -> pd.DataFrame:
        """Return the alerts that are pending or firing: name, instance, state."""
        alerts = self._api("alerts")["alerts"]
        rows = [(alert["labels"]["alertname"], alert["labels"].get("instance", ""), alert["state"]) for alert in alerts]
        return pd.DataFrame(rows, columns=["name", "instance", "state"])

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        table = self.alerts()
        return set(table.loc[table["state"] == "firing", "name"])

    def wait_for_alert(self, name: str, timeout: float = 60.0) -> None:
        """Wait until an alert fires and is recorded; raise LabError after `timeout` seconds."""
        wait_until(lambda: name in {alert for alert, _ in self._firing}, f"the alert {name} to fire", timeout=timeout)

    def stop(self) -> None:
        """Stop recording alerts; Prometheus itself runs until the lab goes down."""
        self._end.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _measures(self) -> bool:
        """Return whether Prometheus has reached a service."""
        return bool(self._api("query", query="up == 1")["result"])

    def _listen(self) -> None:
        """Poll the alerts until `stop`."""
        while not self._end.wait(POLL_INTERVAL):
            answer = ask(self.port, "/api/v1/alerts")
            if answer.status == 200:
                self._note(answer.json()["data"]["alerts"])

    def _note(self, alerts: Iterable[dict[str, Any]]) -> None:
        """Record the alerts that began to fire, and those that ceased."""
        firing = {
            (alert["labels"]["alertname"], alert["labels"].get("instance", ""))
            for alert in alerts
            if alert["state"] == "firing"
        }
        for fact, changed in (("alert", firing - self._firing), ("alert.cleared", self._firing - firing)):
            for name, instance in sorted(changed):
                self.workspace.journal.write(fact, name=name, instance=instance)
        self._firing = firing

    def _api(self, path: str, **query: str) -> Any:
        """Return the data of an answer of Prometheus's API."""
        answer = ask(self.port, f"/api/v1/{path}", query=query)
        if answer.status == 0:
            message = "Prometheus does not run; start it with `monitor.up()`."
            raise LabError(message)
        result = answer.json()
        if result["status"] != "success":
            message = f"Prometheus refuses {query.get('query', path)!r}: {result.get('error', 'it gives no reason')}."
            raise LabError(message)
        return result["data"]


def _short(labels: dict[str, str]) -> str:
    """Return a name for a series: the labels that distinguish it."""
    distinctive = {key: value for key, value in labels.items() if key not in {"__name__", "job"}}
    return ", ".join(f"{key}={value}" for key, value in distinctive.items()) or labels.get("__name__", "value")
