"""Nagios: a check with states, soft until it has failed several times in a row, beside the series of Prometheus."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from docker.models.containers import Container

from devopssim.livelab.engine import explain_engine_errors, provide_tool, remove_container, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.workspace import Workspace

STATE: Final = re.compile(
    r"^\[(\d+)\] (?:SERVICE ALERT|INITIAL SERVICE STATE): web;shop;(\w+);(SOFT|HARD);(\d+);(.*)$", re.MULTILINE
)
"""Line of Nagios's log about a new state: time, state, type, attempt, what the plugin said."""
NOTIFIED: Final = re.compile(r"^\[(\d+)\] SERVICE NOTIFICATION: on_call;web;shop;(?:\w+ \()?(\w+)", re.MULTILINE)
"""Line of Nagios's log about a notification of those on call: time, state."""
LOG: Final = "/tmp/nagios.log"  # noqa: S108 - inside its container
COLUMNS: Final = ("seconds", "state", "type", "attempt", "notified", "text")
"""Columns of the table of states."""


@dataclass(frozen=True)
class Nagios:
    """A check of `web`, in a container of its own; configured by `nagios/shop.cfg` in the folder of production.

    Parameters
    ----------
    workspace : Workspace
        The lab.

    Examples
    --------
    >>> lab.nagios.up()  # doctest: +SKIP
    >>> lab.nagios.wait_for("CRITICAL")  # doctest: +SKIP
    >>> lab.nagios.states()  # doctest: +SKIP
    """

    workspace: Workspace

    @property
    def name(self) -> str:
        """Name of its container."""
        return f"{self.workspace.project}-nagios"

    def up(self) -> None:
        """Start Nagios, unless it runs, and wait until it reports its first state.

        Its image is built at the first use, for which the engine needs a network.

        Raises
        ------
        LabError
            Where the engine does not answer, production does not run, or the image cannot be built.
        """
        self.workspace.require_engine()
        if self._container() is None:
            image = provide_tool(self.workspace.engine, self.workspace.images, "nagios")
            with explain_engine_errors("start Nagios"):
                remove_container(self.workspace.client, self.name)  # one that has ended
                self.workspace.client.containers.run(
                    image,
                    detach=True,
                    name=self.name,
                    network=f"{self.workspace.project}_default",
                    volumes={str(self.workspace.production / "nagios"): {"bind": "/nagios", "mode": "ro"}},
                    labels=self.workspace.labels,
                )
        self.wait_for("OK")

    def wait_for(self, state: str, *, timeout: float = 60.0) -> None:
        """Wait until the service's newest state is a hard one of this kind.

        Parameters
        ----------
        state : {"OK", "WARNING", "CRITICAL", "UNKNOWN"}
            State.
        timeout : float, default 60
            Seconds.

        Raises
        ------
        LabError
            After the timeout, or where Nagios does not run.
        """

        def reached() -> bool:
            states = self.states()
            return len(states) > 0 and (states["state"].iloc[-1], states["type"].iloc[-1]) == (state, "hard")

        wait_until(reached, f"Nagios to be sure of the state {state}", timeout=timeout)

    def states(self) -> pd.DataFrame:
        """Return the states of the service in the order of time.

        Returns
        -------
        DataFrame
            One row per change of the state: seconds (since the first one), state, type (soft or hard), attempt, notified
            (whether people were notified), text (of the plugin).

        Raises
        ------
        LabError
            Where Nagios does not run.
        """
        container = self._container()
        if container is None:
            message = "Nagios does not run; start it with `nagios.up()`."
            raise LabError(message)
        with explain_engine_errors("read Nagios's log"):
            log = container.exec_run(["cat", LOG]).output
        return states_of(log.decode("utf-8", "replace") if isinstance(log, bytes) else "")

    def _container(self) -> Container | None:
        """Return its container while it runs, or None."""
        with explain_engine_errors("look for Nagios"):
            found = self.workspace.client.containers.list(filters={"name": f"^/?{self.name}$"})
        return found[0] if found else None


def states_of(log: str) -> pd.DataFrame:
    r"""Return the states that a log of Nagios records.

    Examples
    --------
    >>> log = "[10] INITIAL SERVICE STATE: web;shop;OK;HARD;1;\n[14] SERVICE ALERT: web;shop;CRITICAL;SOFT;1;HTTP CRITICAL\n"
    >>> states_of(log)[["seconds", "state", "type", "notified"]].values.tolist()
    [[0, 'OK', 'hard', False], [4, 'CRITICAL', 'soft', False]]
    """
    notifications = [(int(at), state) for at, state in NOTIFIED.findall(log)]
    rows = [
        (
            int(at),
            state,
            kind.lower(),
            int(attempt),
            kind == "HARD" and _notified(notifications, int(at), state),
            text.replace("(null)", ""),
        )
        for at, state, kind, attempt, text in STATE.findall(log)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["seconds"] -= table["seconds"].min() if len(table) else 0
    return table


def _notified(notifications: Sequence[tuple[int, str]], at: int, state: str) -> bool:
    """Return whether people were notified of this state at a moment; Nagios writes a notification just before the state."""
    return any(name == state and abs(at - when) <= 1 for when, name in notifications)
