"""Worker pools and queries whose tasks a test runs by hand."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from devopssim import DEVOPS, vary
from devopssim.experiment import Experiment, Outcome, Precision
from devopssim.scenario import Scenario
from devopssim.widgets.live_estimates import LiveEstimate, LiveEstimates, Query

SHORT = vary(DEVOPS, {"years": 0.1})
SMALLER = vary(SHORT, {"team.developers": 3})
BASELINE = "devops (baseline)"


class ByHand(Executor):
    """An executor whose tasks wait until the test runs them; `instead` replaces the function of each task."""

    def __init__(self, instead: Callable[[Scenario, int, int], Outcome] | None = None) -> None:
        self.instead = instead
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self.waiting.append((future, self.instead or fn, args))
        return future

    def work(self, at_most: int = 1000) -> int:
        """Run the waiting tasks and those that they submit; return how many ran."""
        done = 0
        while self.waiting and done < at_most:
            future, fn, args = self.waiting.pop(0)
            if future.set_running_or_notify_cancel():
                done += 1
                try:
                    future.set_result(fn(*args))
                except Exception as error:  # noqa: BLE001 - as a process pool does
                    future.set_exception(error)
        return done


class Bench:
    """Worker pools of two such executors, as with the fast engine or without it."""

    workers = 2

    def __init__(self, instead: Callable[[Scenario, int, int], Outcome] | None = None, *, fast: bool = False) -> None:
        self.quick, self.estimating = ByHand(instead), ByHand(instead)
        self.fast = fast

    def work(self) -> None:
        while self.quick.work() or self.estimating.work():
            pass


def measured(scenario: Scenario, seed: int, replication: int) -> Outcome:
    """Return a lead time that depends on the team and the replication only."""
    return Outcome(values={"lead_time": 100.0 / scenario.team.developers + 0.01 * (replication % 2) + 0.0 * seed})


def query_of(given: Scenario = SHORT, *, replications: int = 5, precision: float = 1e-9) -> Query:
    wanted = Precision(target=precision, kpis=("lead_time",))
    return Query(
        experiment=Experiment(
            scenarios={"devops": given}, kpis=("lead_time",), replications=replications, precision=wanted
        )
    )


def pair_of(given: Scenario) -> Query:
    """Return the query for two scenarios of which `devops` is `given`, with its baseline if that is another one."""
    scenarios = {"agile": vary(SHORT, {"team.developers": 5}), "devops": given}
    pairs = {} if given == SHORT else {"devops": BASELINE}
    baselines = {BASELINE: SHORT} if pairs else {}
    return Query(experiment=replace(query_of().experiment, scenarios={**baselines, **scenarios}), pairs=pairs)


class RecordedEstimates:
    """Live estimates on a bench: what they reported."""

    def __init__(
        self, instead: Callable[[Scenario, int, int], Outcome] | None = measured, *, fast: bool = False
    ) -> None:
        self.bench = Bench(instead, fast=fast)
        self.reported: list[LiveEstimate] = []
        self.errors: list[Exception] = []
        self.live = LiveEstimates(
            self.bench,
            on_result=lambda _, estimate: self.reported.append(estimate),
            on_error=self.errors.append,
            scheduler=lambda act: act(),
        )
