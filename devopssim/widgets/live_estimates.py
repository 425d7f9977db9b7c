"""Live estimates: more and more replications until the confidence intervals are tight; a preview first, where a replication takes long.

A new query replaces the old one: its waiting tasks are cancelled, its finished outcomes stay in a cache, in case the slider
returns to the same value. All state changes in one thread, the widget's; only the simulations run elsewhere.
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
"""Replications of the first estimate, unless fewer were requested: the interval of two is too wide to be useful."""
FEWEST_PRECISE: Final = 20
"""Replications before an estimate counts as precise, where a replication takes some milliseconds: the interval of fewer is ragged."""
GROWTH: Final = 1.3
"""Growth of the number of replications from one reported estimate to the next."""
PREVIEW_BATCHES: Final = 4
SHORTEST_PREVIEW: Final = 8
MOST_CACHED: Final = 4000

Key = tuple[Scenario, int, bool, Measure]
"""Scenario without its name, replication, whether it is a preview, and what is measured."""


class WorkerPools(Protocol):
    """Pools of workers; see `worker_pools.Pools`."""

    workers: int
    previews: bool
    """Whether a replication takes so long that the user wants a preview."""

    @property
    def quick(self) -> Executor:
        """Processes for what the user waits for: previews, figures."""

    @property
    def background(self) -> Executor:
        """Processes for what may take long."""

    @property
    def estimating(self) -> Executor:
        """Threads or processes for whole replications, which refine an estimate."""


@dataclass(frozen=True, kw_only=True)
class LiveEstimate:
    """The current estimate for a query.

    Attributes
    ----------
    result : Result
        Result of the replications so far.
    preview : bool
        The result is one short replication of each scenario.
    final : bool
        No further estimate follows.
    precise : bool
        The confidence intervals reached the query's precision.
    """

    result: Result
    preview: bool = False
    final: bool = False
    precise: bool = False


@dataclass(frozen=True, kw_only=True)
class Query:
    """An experiment to estimate until it is as precise as requested, and the curves of its preview.

    Attributes
    ----------
    experiment : Experiment
        Scenarios, KPIs, largest number of replications, precision and seed.
    preview_curves : tuple of str
        Curves that the preview measures.

    Examples
    --------
    >>> from devopssim import DEVOPS
    >>> from devopssim.experiment import Experiment
    >>> query = Query(experiment=Experiment(scenarios={"devops": DEVOPS}, kpis=("wip",), replications=30))
    >>> query.preview.replications, round(query.preview.scenarios["devops"].years * 52.14)
    (1, 8)
    """

    experiment: Experiment
    preview_curves: tuple[str, ...] = ()

    @cached_property
    def preview(self) -> Experiment:
        """Experiment of the preview: one short replication of each scenario."""
        short = {name: preview_scenario(scenario) for name, scenario in self.experiment.scenarios.items()}
        return replace(self.experiment, scenarios=short, replications=1, precision=None, curves=self.preview_curves)

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
        self._previewed = self._settled = False

    def start(self, query: Query) -> None:
        """Start a query; it replaces the present one."""
        self._query, self._reported = query, 0
        self._previewed = self._settled = False
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
        experiment = query.experiment
        n, previews = self._finished_count(query), self._pools.previews
        first, least = (min(count, experiment.replications) for count in (FEWEST_SHOWN, FEWEST_PRECISE))
        final = n >= experiment.replications
        tight = n >= (first if previews else least) and is_precise(experiment, self._outcomes(query, n))
        wanted = least if not previews and 0 < self._reported < least else max(first, self._reported * GROWTH)
        if (final or tight or n >= wanted) and n > self._reported:
            self._reported, self._settled = n, final or tight
            result = Result.of(experiment, self._outcomes(query, n))
            self._on_result(query, LiveEstimate(result=result, final=final or tight, precise=tight))
        if final or tight:
            return
        measure = query.preview.measure
        keys = [(preview_scenario(scenario), 0, True, measure) for scenario in query.nameless.values()]
        if previews and not self._reported and not self._previewed:
            missing = [key for key in keys if key not in self._cache]
            if missing:
                self._submit(self._pools.quick, missing, experiment.seed)
                return
            self._previewed = True
            outcomes = {name: [self._cache[key]] for name, key in zip(experiment.scenarios, keys, strict=True)}
            self._on_result(query, LiveEstimate(result=Result.of(query.preview, outcomes), preview=True))
        room = 2 * self._pools.workers - len(self._pending)
        self._submit(self._pools.estimating, self._missing_keys(query)[: max(0, room)], experiment.seed)

    def _submit(self, pool: Executor, keys: Iterable[Key], seed: int) -> None:
        """Submit the tasks that are not pending already."""
        under_way = set(self._pending.values())
        for key in dict.fromkeys(keys):
            if key in under_way:
                continue
            scenario, replication, is_preview, measure = key
            task = partial(at_low_priority, measure) if self._pools.previews and not is_preview else measure
            try:
                future: Future[Outcome] = pool.submit(task, scenario, seed, replication)
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
            self._query = None
            self._on_error(error)
            return
        while len(self._cache) > MOST_CACHED:
            del self._cache[next(iter(self._cache))]
        self._advance()

    def _missing_keys(self, query: Query) -> list[Key]:
        """Return the keys of whole replications that are neither cached nor pending, replication by replication."""
        wanted = (
            (scenario, replication, False, query.measure)
            for replication in range(query.experiment.replications)
            for scenario in query.nameless.values()
        )
        return [key for key in wanted if key not in self._cache and key not in self._pending.values()]

    def _finished_count(self, query: Query) -> int:
        """Return how many of the first replications are cached for every scenario."""
        for replication in range(query.experiment.replications):
            for scenario in query.nameless.values():
                if (scenario, replication, False, query.measure) not in self._cache:
                    return replication
        return query.experiment.replications

    def _outcomes(self, query: Query, n: int) -> dict[str, list[Outcome]]:
        """Return the cached outcomes of the first `n` replications, by scenario."""
        return {
            name: [self._cache[scenario, k, False, query.measure] for k in range(n)]
            for name, scenario in query.nameless.items()
        }


def preview_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario cut to the length of a preview: four batches of its workflow, at least eight weeks.

    Parameters
    ----------
    scenario : Scenario
        Scenario of the query; a shorter run keeps its length.

    Examples
    --------
    >>> from devopssim import DEVOPS, WATERFALL
    >>> round(preview_scenario(DEVOPS).years * 8760 / 168), round(preview_scenario(WATERFALL).years * 8760 / 168)
    (8, 48)
    """
    cadence = WORKFLOWS[scenario.workflow].cadence(scenario.process)
    weeks = max(SHORTEST_PREVIEW, PREVIEW_BATCHES * cadence)
    return replace(scenario, years=min(scenario.years, weeks * HOURS_PER_WEEK / HOURS_PER_YEAR))


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
