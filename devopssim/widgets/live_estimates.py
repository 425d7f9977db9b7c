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

FIRST: Final = 3
"""The least number of replications that is told, unless fewer were asked for: the interval of two is wider than anybody can use."""
GROWTH: Final = 1.3
"""An answer is told again when it has so many times the replications."""
BATCHES: Final = 4
SHORTEST: Final = 8
MOST_KEPT: Final = 4000

Key = tuple[Scenario, int, bool, Measure]
"""A scenario without its name, a replication, whether it is a glance, and what is measured."""


class Workplace(Protocol):
    """Who does the work; see `worker_pools.Workshop`."""

    workers: int

    @property
    def quick(self) -> Executor:
        """For what somebody waits for."""

    @property
    def patient(self) -> Executor:
        """For what makes it better."""


@dataclass(frozen=True, kw_only=True)
class LiveEstimate:
    """What is known of a question now. A glance is one short replication; `final` says that nothing better will come."""

    result: Result
    glance: bool = False
    final: bool = False
    precise: bool = False


@dataclass(frozen=True, kw_only=True)
class Query:
    """An experiment that is answered until it is as precise as asked, and the curves that its glance shows."""

    experiment: Experiment
    glance_curves: tuple[str, ...] = ()

    @cached_property
    def glance(self) -> Experiment:
        """One short replication of each scenario."""
        short = {name: preview_scenario(scenario) for name, scenario in self.experiment.scenarios.items()}
        return replace(self.experiment, scenarios=short, replications=1, precision=None, curves=self.glance_curves)

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
        place: Workplace,
        *,
        tell: Callable[[Query, LiveEstimate], None],
        fail: Callable[[Exception], None],
        soon: Scheduler,
    ) -> None:
        self._place = place
        self._tell, self._fail, self._soon = tell, fail, soon
        self._question: Query | None = None
        self._known: dict[Key, Outcome] = {}
        self._out: dict[Future[Outcome], Key] = {}
        self._told = 0
        self._glanced = self._settled = False

    def ask(self, question: Query) -> None:
        """Begin to answer a question; an earlier one is stale from now on."""
        self._question, self._told = question, 0
        self._glanced = self._settled = False
        self.cancel()
        self._go_on()

    def rest(self) -> None:
        """Answer nothing any more, until something is asked again."""
        self._question = None
        self.cancel()

    def cancel(self) -> None:
        """Give up what is waiting to be done."""
        for future in list(self._out):
            if future.cancel():
                self._out.pop(future, None)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._out)

    def _go_on(self) -> None:
        question = self._question
        if question is None or self._settled:
            return
        experiment = question.experiment
        n, first = self._finished(question), min(FIRST, experiment.replications)
        final = n >= experiment.replications
        tight = n >= FIRST and is_precise(experiment, self._outcomes(question, n))
        if n >= first and (final or tight or n >= self._told * GROWTH) and n > self._told:
            self._told, self._settled = n, final or tight
            result = Result.of(experiment, self._outcomes(question, n))
            self._tell(question, LiveEstimate(result=result, final=final or tight, precise=tight))
        if final or tight:
            return
        measure = question.glance.measure
        glances = [(preview_scenario(scenario), 0, True, measure) for scenario in question.nameless.values()]
        if not self._told and not self._glanced:
            missing = [key for key in glances if key not in self._known]
            if missing:
                self._submit(self._place.quick, missing, experiment.seed)
                return
            self._glanced = True
            outcomes = {name: [self._known[key]] for name, key in zip(experiment.scenarios, glances, strict=True)}
            self._tell(question, LiveEstimate(result=Result.of(question.glance, outcomes), glance=True))
        room = 2 * self._place.workers - len(self._out)
        self._submit(self._place.patient, self._missing(question)[: max(0, room)], experiment.seed)

    def _submit(self, place: Executor, keys: Iterable[Key], seed: int) -> None:
        under_way = set(self._out.values())
        for key in dict.fromkeys(keys):
            if key in under_way:
                continue
            scenario, replication, is_glance, measure = key
            task = measure if is_glance else partial(at_low_priority, measure)
            try:
                future: Future[Outcome] = place.submit(task, scenario, seed, replication)
            except RuntimeError as error:  # the processes are gone
                self._fail(error)
                return
            self._out[future] = key
            future.add_done_callback(lambda done: self._soon(partial(self._arrive, done)))

    def _arrive(self, future: "Future[Outcome]") -> None:
        key = self._out.pop(future, None)
        if key is None or future.cancelled():
            return
        try:
            self._known[key] = future.result()
        except CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever looks at the widget must hear of it
            self._question = None
            self._fail(error)
            return
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._go_on()

    def _missing(self, question: Query) -> list[Key]:
        wanted = (
            (each, replication, False, question.measure)
            for replication in range(question.experiment.replications)
            for each in question.nameless.values()
        )
        return [key for key in wanted if key not in self._known and key not in self._out.values()]

    def _finished(self, question: Query) -> int:
        """Return how many of the first replications are there of every scenario."""
        for replication in range(question.experiment.replications):
            for each in question.nameless.values():
                if (each, replication, False, question.measure) not in self._known:
                    return replication
        return question.experiment.replications

    def _outcomes(self, question: Query, n: int) -> dict[str, list[Outcome]]:
        return {
            name: [self._known[each, k, False, question.measure] for k in range(n)]
            for name, each in question.nameless.items()
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
