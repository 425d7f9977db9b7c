"""`widgets.board`: work items moving over a Kanban board, replayed from an event log."""

from functools import partial
from typing import Any, ClassVar

import pandas as pd
import traitlets

from devopssim.errors import InvalidInputError
from devopssim.scenario import DEVOPS, Scenario, vary
from devopssim.simulation import Streams, simulate
from devopssim.widgets.board_timeline import timeline
from devopssim.widgets.live_estimates import WorkerPools, error_text
from devopssim.widgets.panel import Panel, script, styles
from devopssim.widgets.worker_pools import LatestTask, event_loop_scheduler, shared_pools

MOST_REPLICATIONS = 1000


def board(
    source: Scenario | pd.DataFrame = DEVOPS, *, years: float = 1.0, seed: int = 1, replication: int = 0
) -> "Board":
    """Show how work items move through the stages: play, pause, change the speed, step one event forward or back.

    Parameters
    ----------
    source : Scenario or DataFrame
        A scenario, of which any replication can be chosen, or an event log from any source. One replication may be an outlier;
        `widgets.compare` shows means over many.
    years : float
        Part of a scenario's run to show, from its start.
    seed : int
        Seed of a scenario's random numbers.
    replication : int
        Replication of a scenario to begin with, 0 to 999.

    Returns
    -------
    Board
        The widget; the last expression of a notebook cell shows it.

    Raises
    ------
    InvalidInputError
        If the log has neither work items nor changes, or the replication is out of range.

    Examples
    --------
    >>> board(years=0.1)
    devopssim.widgets.board(devops): open in JupyterLab or Voilà
    """
    if isinstance(source, Scenario):
        short = vary(source, {"years": min(years, source.years)})
        return Board(scenario=short, seed=seed, replication=replication)
    return Board(log=source)


class Board(Panel):
    """The widget of `board`: a view of a log's timeline."""

    timeline = traitlets.Dict().tag(sync=True)
    actions: ClassVar = ("ready", "gone", "replication")

    _esm = script("parts.js", "board.js", view="boardView")
    _css = styles()

    def __init__(
        self,
        *,
        scenario: Scenario | None = None,
        log: pd.DataFrame | None = None,
        seed: int = 1,
        replication: int = 0,
        pools: WorkerPools | None = None,
    ) -> None:
        self.scenario, self.seed = scenario, Streams(seed).seed
        self.replication = self._valid_replication(replication)
        self._pools = pools
        self._latest: LatestTask | None = None
        name = scenario.name if scenario else "event log"
        settings = {
            "name": name,
            "replication": replication if scenario else None,
            "last_replication": MOST_REPLICATIONS - 1,
        }
        super().__init__(settings=settings, timeline={} if log is None else timeline(log))

    def __repr__(self) -> str:
        return f"devopssim.widgets.board({self.settings['name']}): open in JupyterLab or Voilà"

    def begin(self) -> None:
        """Request the timeline unless the board has one."""
        if not self.timeline:
            self._request_timeline()

    def pause(self) -> None:
        """Cancel the pending simulation."""
        if self._latest is not None:
            self._latest.run([])

    def do_replication(self, number: int) -> None:
        """Show another replication."""
        self.replication, self.note = self._valid_replication(number), ""
        self._request_timeline()

    @staticmethod
    def _valid_replication(number: int) -> int:
        """Return the number of a replication; raise InvalidInputError unless it is a whole number from 0 to 999."""
        if not 0 <= number < MOST_REPLICATIONS or number != int(number):
            raise InvalidInputError(
                f"replication={number} (number of the replication) must be a whole number between 0 and {MOST_REPLICATIONS - 1}."
            )
        return int(number)

    def _request_timeline(self) -> None:
        if self._latest is None:
            self._latest = LatestTask(on_result=self._show, on_error=self._show_error, scheduler=event_loop_scheduler())
        pools = self._pools or shared_pools()
        if self.scenario is not None:
            self._latest.run([(pools.quick, partial(timeline_of, self.scenario, self.seed, self.replication))])

    def _show(self, timeline_json: dict[str, Any]) -> None:
        self.timeline = timeline_json

    def _show_error(self, error: Exception) -> None:
        self.note = error_text(error)


def timeline_of(scenario: Scenario, seed: int, replication: int) -> dict[str, Any]:
    """Return the timeline of one replication of a scenario.

    A function of the module, so that a worker process can run it.

    Parameters
    ----------
    scenario : Scenario
        Scenario to simulate.
    seed, replication : int
        Its random numbers.
    """
    return {**timeline(simulate(scenario, seed=seed, replication=replication)), "replication": replication}
