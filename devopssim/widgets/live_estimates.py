"""Answers that get better while one looks: a glance at once, then more and more replications until the intervals are tight.

A new question makes the old one stale: what of it has not begun is cancelled, what has is kept, in case the slider returns.
All of it happens in one thread, the widget's; only the simulations run elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final, Protocol

from devopssim.errors import DevopssimError
from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment import Experiment, Measure, Outcome, Result, is_precise
from devopssim.scenario import WORKFLOWS, Scenario
from devopssim.widgets.worker_pools import Scheduler, at_low_priority

FEWEST_SHOWN: Final = 3
"""The least number of replications that is told, unless fewer were asked for: the interval of two is wider than anybody can use."""
GROWTH: Final = 1.3
"""An answer is told again when it has so many times the replications."""
BATCHES: Final = 4
SHORTEST: Final = 8
MOST_CACHED: Final = 4000

Key = tuple[Scenario, int, bool, Measure]
"""A scenario without its name, a replication, whether it is a glance, and what is measured."""


class WorkerPools(Protocol):
    """Who does the work; see `worker_pools.Workshop`."""

    workers: int

    @property
    def quick(self) -> Executor:
        """For what somebody waits for."""

    @property
    def background(self) -> Executor:
        """For what makes it better."""


@dataclass(frozen=True, kw_only=True)
class LiveEstimate:
    """What is known of a question now. A glance is one short replication; `final` says that nothing better will come."""

    result: Result
    preview: bool = False
    final: bool = False
    precise: bool = False


@dataclass(frozen=True, kw_only=True)
class Query:
    """An experiment that is answered until it is as precise as asked, and the curves that its glance shows."""

    experiment: Experiment
    preview_curves: tuple[str, ...] = ()

    @cached_property
    def preview(self) -> Experiment:
        """One short replication of each scenario."""
        short = {name: preview_scenario(scenario) for name, scenario in self.experiment.scenarios.items()}
        return replace(self.experiment, scenarios=short, replications=1, precision=None, curves=self.preview_curves)

    @cached_property
    def measure(self) -> Measure:
        """What is measured of each replication."""
        return self.experiment.measure

    @cached_property
    def nameless(self) -> Mapping[str, Scenario]:
        """The scenarios as they are kept: what they are called changes nothing."""
        return {name: replace(scenario, name="") for name, scenario in self.experiment.scenarios.items()}


class LiveEstimates:
    """Asks, and tells of each better answer, and of an error if there is one."""

    def __init__(
        self,
        pools: WorkerPools,
        *,
        on_result: Callable[[Query, LiveEstimate], None],
        on_error: Callable[[Exception], None],
        scheduler: Scheduler,
    ) -> None:
        self._pools = pools
        self._on_result, self._on_error, self._schedule = on_result, on_error, scheduler
        self._query: Query | None = None
        self._cache: dict[Key, Outcome] = {}
        self._pending: dict[Future[Outcome], Key] = {}
        self._reported = 0
        self._previewed = self._settled = False

    def ask(self, query: Query) -> None:
        """Begin to answer a question; an earlier one is stale from now on."""
        self._query, self._reported = query, 0
        self._previewed = self._settled = False
        self.cancel()
        self._advance()

    def pause(self) -> None:
        """Answer nothing any more, until something is asked again."""
        self._query = None
        self.cancel()

    def cancel(self) -> None:
        """Give up what is waiting to be done."""
        for future in list(self._pending):
            if future.cancel():
                self._pending.pop(future, None)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._pending)

    def _advance(self) -> None:
        query = self._query
        if query is None or self._settled:
            return
        experiment = query.experiment
        n, first = self._finished_count(query), min(FEWEST_SHOWN, experiment.replications)
        final = n >= experiment.replications
        tight = n >= FEWEST_SHOWN and is_precise(experiment, self._outcomes(query, n))
        if n >= first and (final or tight or n >= self._reported * GROWTH) and n > self._reported:
            self._reported, self._settled = n, final or tight
            result = Result.of(experiment, self._outcomes(query, n))
            self._on_result(query, LiveEstimate(result=result, final=final or tight, precise=tight))
        if final or tight:
            return
        measure = query.preview.measure
        previews = [(preview_scenario(scenario), 0, True, measure) for scenario in query.nameless.values()]
        if not self._reported and not self._previewed:
            missing = [key for key in previews if key not in self._cache]
            if missing:
                self._submit(self._pools.quick, missing, experiment.seed)
                return
            self._previewed = True
            outcomes = {name: [self._cache[key]] for name, key in zip(experiment.scenarios, previews, strict=True)}
            self._on_result(query, LiveEstimate(result=Result.of(query.preview, outcomes), preview=True))
        room = 2 * self._pools.workers - len(self._pending)
        self._submit(self._pools.background, self._missing_keys(query)[: max(0, room)], experiment.seed)

    def _submit(self, pool: Executor, keys: Iterable[Key], seed: int) -> None:
        under_way = set(self._pending.values())
        for key in dict.fromkeys(keys):
            if key in under_way:
                continue
            scenario, replication, is_preview, measure = key
            task = measure if is_preview else partial(at_low_priority, measure)
            try:
                future: Future[Outcome] = pool.submit(task, scenario, seed, replication)
            except RuntimeError as error:  # the processes are gone
                self._on_error(error)
                return
            self._pending[future] = key
            future.add_done_callback(lambda done: self._schedule(partial(self._receive, done)))

    def _receive(self, future: "Future[Outcome]") -> None:
        key = self._pending.pop(future, None)
        if key is None or future.cancelled():
            return
        try:
            self._cache[key] = future.result()
        except CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever looks at the widget must hear of it
            self._query = None
            self._on_error(error)
            return
        while len(self._cache) > MOST_CACHED:
            del self._cache[next(iter(self._cache))]
        self._advance()

    def _missing_keys(self, query: Query) -> list[Key]:
        wanted = (
            (scenario, replication, False, query.measure)
            for replication in range(query.experiment.replications)
            for scenario in query.nameless.values()
        )
        return [key for key in wanted if key not in self._cache and key not in self._pending.values()]

    def _finished_count(self, query: Query) -> int:
        """Return how many of the first replications are there of every scenario."""
        for replication in range(query.experiment.replications):
            for scenario in query.nameless.values():
                if (scenario, replication, False, query.measure) not in self._cache:
                    return replication
        return query.experiment.replications

    def _outcomes(self, query: Query, n: int) -> dict[str, list[Outcome]]:
        return {
            name: [self._cache[scenario, k, False, query.measure] for k in range(n)]
            for name, scenario in query.nameless.items()
        }


def preview_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario as a glance shows it: only as long as four batches of its workflow take, eight weeks at least."""
    cadence = WORKFLOWS[scenario.workflow].cadence(scenario.process)
    weeks = max(SHORTEST, BATCHES * cadence)
    return replace(scenario, years=min(scenario.years, weeks * HOURS_PER_WEEK / HOURS_PER_YEAR))


def error_text(error: Exception) -> str:
    """Return what to say of an error in one line."""
    if isinstance(error, DevopssimError):
        return str(error)
    return f"The simulation stopped: {type(error).__name__}: {error}. Restart the kernel, and run the cell again."
