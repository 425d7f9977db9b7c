"""Prometheus: what it measures, as tables for plots, and its alerts, written into the journal when they fire."""

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
"""Seconds from one look at the alerts to the next."""


class Monitor:
    """Continuous monitoring of the shop."""

    def __init__(self, workspace: Workspace, production: ProductionEnvironment) -> None:
        self.workspace = workspace
        self.production = production
        self._end = Event()
        self._thread: Thread | None = None
        self._firing: set[tuple[str, str]] = set()

    @property
    def port(self) -> int:
        """Where Prometheus has its pages, on 127.0.0.1."""
        return self.workspace.ports["prometheus"]

    def up(self, *places: str) -> None:
        """Start Prometheus, let it watch these places (default: web), and write its alerts into the journal from now on."""
        self.watch(*(places or ("web",)))
        self.production.compose("up", "-d", "--no-deps", "prometheus")
        wait_until(lambda: ask(self.port, "/-/ready").status == 200, "Prometheus to be ready")
        wait_until(self._measures, "the first measurements")
        if self._thread is None:
            self._end.clear()
            self._thread = Thread(target=self._listen, name="alerts", daemon=True)
            self._thread.start()

    def watch(self, *places: str) -> None:
        """Measure these places of production: web, blue, green."""
        targets = [{"targets": [f"{place}:5000" for place in places]}]
        # in place: the file is seen through a mount of its folder, and Prometheus reads it again when it changes
        (self.workspace.production / "prometheus" / "targets.json").write_text(json.dumps(targets))

    def query(self, expression: str) -> pd.DataFrame:
        """Return what a PromQL expression is now: its labels and `value`, one row a series."""
        result = self._api("query", query=expression)["result"]
        rows = [{**series["metric"], "value": float(series["value"][1])} for series in result]
        return pd.DataFrame(rows)

    def query_range(self, expression: str, *, seconds: float = 60.0, step: float = 1.0) -> pd.DataFrame:
        """Return a PromQL expression over the last `seconds`: one row a moment (seconds, 0 is now), one column a series."""
        end = float(self.query("vector(time())")["value"].iloc[0])
        result = self._api("query_range", query=expression, start=str(end - seconds), end=str(end), step=str(step))[
            "result"
        ]
        columns = {
            _short(series["metric"]): {float(at) - end: float(value) for at, value in series["values"]}
            for series in result
        }
        return pd.DataFrame(columns).sort_index().rename_axis("seconds")

    def alerts(self) -> pd.DataFrame:
        """Return the alerts that are pending or firing: name, instance, state."""
        found = self._api("alerts")["alerts"]
        rows = [(it["labels"]["alertname"], it["labels"].get("instance", ""), it["state"]) for it in found]
        return pd.DataFrame(rows, columns=["name", "instance", "state"])

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        table = self.alerts()
        return set(table.loc[table["state"] == "firing", "name"])

    def wait_for_alert(self, name: str, patience: float = 60.0) -> None:
        """Wait until an alert fires and is written down; raises LabError if it does not."""
        wait_until(lambda: name in {it for it, _ in self._firing}, f"the alert {name}", patience=patience)

    def stop(self) -> None:
        """Listen to alerts no more; Prometheus itself goes with the lab."""
        self._end.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _measures(self) -> bool:
        return bool(self._api("query", query="up == 1")["result"])

    def _listen(self) -> None:
        while not self._end.wait(POLL_INTERVAL):
            answer = ask(self.port, "/api/v1/alerts")
            if answer.status == 200:
                self._note(answer.json()["data"]["alerts"])

    def _note(self, alerts: Iterable[dict[str, Any]]) -> None:
        """Write down what began to fire."""
        firing = {
            (it["labels"]["alertname"], it["labels"].get("instance", "")) for it in alerts if it["state"] == "firing"
        }
        for name, instance in sorted(firing - self._firing):
            self.workspace.journal.write("alert", name=name, instance=instance)
        self._firing = firing

    def _api(self, path: str, **query: str) -> Any:
        answer = ask(self.port, f"/api/v1/{path}", query=query)
        if answer.status == 0:
            message = "Prometheus does not run; start it with `monitor.up()`."
            raise LabError(message)
        found = answer.json()
        if found["status"] != "success":
            message = f"Prometheus refuses {query.get('query', path)!r}: {found.get('error', 'it does not say why')}."
            raise LabError(message)
        return found["data"]


def _short(labels: dict[str, str]) -> str:
    """Return a name for a series: the labels that tell it from others."""
    said = {key: value for key, value in labels.items() if key not in {"__name__", "job"}}
    return ", ".join(f"{key}={value}" for key, value in said.items()) or labels.get("__name__", "value")
