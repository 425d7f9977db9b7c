"""Live estimates: one replication at first, then more and more until the confidence intervals are tight.

A new query replaces the old one: its waiting tasks are cancelled, its finished outcomes stay in a cache, in case the slider
returns to the same value. A scenario that was not touched keeps the replications that were reported of it, so its estimate stays. All
state changes in one thread, the widget's; only the simulations run elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import nan
from typing import Final, Protocol

from devopssim.errors import DevopssimError
from devopssim.experiment import Experiment, Measure, Outcome, Result, is_precise
from devopssim.scenario import Scenario
from devopssim.widgets.worker_pools import Scheduler

FEWEST: Final = 3
"""Replications of the first estimate with intervals: the interval of two is too wide to be useful."""
FEWEST_FAST: Final = 20
"""The same where a replication takes some milliseconds: the interval of fewer is ragged."""
GROWTH: Final = 1.3
"""Growth of the number of replications from one reported estimate to the next."""
MOST_CACHED: Final = 4000

Key = tuple[Scenario, int, Measure]
"""Scenario without its name, replication, and what is measured."""


class WorkerPools(Protocol):
    """Pools of workers; see `worker_pools.Pools`."""

    workers: int
    fast: bool
    """Whether a replication takes some milliseconds."""

    @property
    def quick(self) -> Executor:
        """Processes for what the user waits for: figures, boards."""

    @property
    def estimating(self) -> Executor:
        """Threads or processes for replications."""


@dataclass(frozen=True, kw_only=True)
class LiveEstimate:
    """The current estimate for a query.

    Attributes
    ----------
    result : Result
        Result of the replications so far, of an untouched scenario more than of others.
    replications : int
        Replications of every scenario.
    final : bool
        No further estimate follows.
    precise : bool
        The confidence intervals reached the query's precision.
    """

    result: Result
    replications: int
    final: bool = False
    precise: bool = False


@dataclass(frozen=True, kw_only=True)
class Query:
    """An experiment to estimate until it is as precise as requested.

    Attributes
    ----------
    experiment : Experiment
        Scenarios, KPIs, largest number of replications, precision and seed.
    pairs : mapping of str to str
        For each changed scenario, the name of its baseline; both are reported with the same replications.

    Examples
    --------
    >>> from devopssim import DEVOPS
    >>> from devopssim.experiment import Experiment
    >>> query = Query(experiment=Experiment(scenarios={"devops": DEVOPS}, kpis=("wip",), replications=30))
    >>> query.measure.kpis
    ('wip',)
    """

    experiment: Experiment
    pairs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def measure(self) -> Measure:
        """What each replication measures."""
        return self.experiment.measure

    @cached_property
    def nameless(self) -> Mapping[str, Scenario]:
        """Scenarios by name, with an empty name inside: the cache's keys ignore what a scenario is called."""
        return {name: replace(scenario, name="") for name, scenario in self.experiment.scenarios.items()}


class LiveEstimates:
    """Runs a query on worker pools and reports each better estimate.

    Parameters
    ----------
    pools : WorkerPools
        Pools that simulate.
    on_result : callable
        Called with the query and a `LiveEstimate`.
    on_error : callable
        Called with an exception that a simulation raised; the query ends.
    scheduler : Scheduler
        Runs a function in the widget's thread.
    """

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
        self._reported_of: dict[tuple[Scenario, Measure], int] = {}
        self._settled = False

    def start(self, query: Query) -> None:
        """Start a query; it replaces the present one."""
        self._query, self._reported, self._settled = query, 0, False
        self.cancel()
        self._advance()

    def pause(self) -> None:
        """Drop the query; finished outcomes stay in the cache."""
        self._query = None
        self.cancel()

    def cancel(self) -> None:
        """Cancel the tasks that have not started."""
        for future in list(self._pending):
            if future.cancel():
                self._pending.pop(future, None)

    @property
    def busy(self) -> bool:
        """Whether a task is pending or running."""
        return bool(self._pending)

    def _advance(self) -> None:
        """Report the estimate if it is due, then submit the next tasks."""
        query = self._query
        if query is None or self._settled:
            return
        experiment, n = query.experiment, self._finished_count(query)
        least = min(FEWEST_FAST if self._pools.fast else FEWEST, experiment.replications)
        n = n if n >= least else min(n, 1)  # one has no interval, and those of a few more mislead
        final = n >= experiment.replications
        tight = n >= least and is_precise(experiment, self._outcomes(query, dict.fromkeys(query.nameless, n)))
        wanted = max(least, self._reported * GROWTH) if self._reported else 1
        if (final or tight or n >= wanted) and n > self._reported:
            self._reported, self._settled = n, final or tight
            counts = self._counts(query, n)
            self._reported_of = {(query.nameless[name], query.measure): count for name, count in counts.items()}
            result = Result.of(experiment, self._outcomes(query, counts))
            self._on_result(query, LiveEstimate(result=result, replications=n, final=final or tight, precise=tight))
        if final or tight:
            return
        room = 2 * self._pools.workers - len(self._pending)
        self._submit(self._missing_keys(query)[: max(0, room)], experiment.seed)

    def _submit(self, keys: Iterable[Key], seed: int) -> None:
        """Submit the tasks that are not pending already."""
        under_way = set(self._pending.values())
        for key in dict.fromkeys(keys):
            if key in under_way:
                continue
            scenario, replication, measure = key
            try:
                future: Future[Outcome] = self._pools.estimating.submit(measure, scenario, seed, replication)
            except RuntimeError as error:  # the pool is shut down
                self._on_error(error)
                return
            self._pending[future] = key
            future.add_done_callback(lambda done: self._schedule(partial(self._receive, done)))

    def _receive(self, future: "Future[Outcome]") -> None:
        """Store the outcome of a finished task and continue the query."""
        key = self._pending.pop(future, None)
        if key is None or future.cancelled():
            return
        try:
            self._cache[key] = future.result()
        except CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - the widget has to show every error
            if self._query is not None:
                self.pause()
                self._on_error(error)
            return
        while len(self._cache) > MOST_CACHED:
            del self._cache[next(iter(self._cache))]
        self._advance()

    def _missing_keys(self, query: Query) -> list[Key]:
        """Return the keys of replications that are neither cached nor pending, replication by replication."""
        wanted = (
            (scenario, replication, query.measure)
            for replication in range(query.experiment.replications)
            for scenario in query.nameless.values()
        )
        return [key for key in wanted if key not in self._cache and key not in self._pending.values()]

    def _cached_count(self, scenario: Scenario, query: Query) -> int:
        """Return how many of a scenario's first replications are cached."""
        numbers = range(query.experiment.replications)
        missing = (number for number in numbers if (scenario, number, query.measure) not in self._cache)
        return next(missing, len(numbers))

    def _finished_count(self, query: Query) -> int:
        """Return how many of the first replications are cached for every scenario."""
        return min(self._cached_count(scenario, query) for scenario in query.nameless.values())

    def _counts(self, query: Query, n: int) -> dict[str, int]:
        """Return how many replications to report of each scenario: `n`, or as many as before; of both in a pair the same."""
        counts = {
            name: max(n, min(self._cached_count(scenario, query), self._reported_of.get((scenario, query.measure), 0)))
            for name, scenario in query.nameless.items()
        }
        for changed, baseline in query.pairs.items():
            counts[changed] = counts[baseline] = min(counts[changed], counts[baseline])
        return counts

    def _outcomes(self, query: Query, counts: Mapping[str, int]) -> dict[str, list[Outcome]]:
        """Return so many cached outcomes of each scenario, filled up with empty ones to the same length."""
        most = max(counts.values())
        outcomes = {}
        for name, scenario in query.nameless.items():
            cached = [self._cache[scenario, k, query.measure] for k in range(counts[name])]
            outcomes[name] = cached + [_empty_like(cached[0])] * (most - len(cached)) if cached else []
        return outcomes


def _empty_like(outcome: Outcome) -> Outcome:
    """Return an outcome with nothing to count for the same KPIs and curves."""
    return Outcome(values=dict.fromkeys(outcome.values, nan), curves={kpi: ([], []) for kpi in outcome.curves})


def error_text(error: Exception) -> str:
    """Return the text of an error for the widget's status line.

    Parameters
    ----------
    error : Exception
        A `DevopssimError` explains itself; any other error gets its type and the next step.

    Examples
    --------
    >>> error_text(RuntimeError("out of memory"))
    'The simulation stopped: RuntimeError: out of memory. Restart the kernel and run the cell again.'
    """
    if isinstance(error, DevopssimError):
        return str(error)
    return f"The simulation stopped: {type(error).__name__}: {error}. Restart the kernel and run the cell again."
