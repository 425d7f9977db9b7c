"""Declare a KPI at its function: `@duration`, `@share` and `@rate` carry what the docstring leaves out.

The decorated function takes a Run and returns Durations or a Rate. The public function takes any log and returns a Series of
hours or a number. The first sentence of the docstring, after *Return the hours* (of a duration) or *Return the*, is the KPI's
definition.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NotRequired, TypedDict, TypeVar, Unpack, cast

import numpy as np
import pandas as pd

from devopssim.kpis.durations import NOT_OBSERVED, Durations, EventPair
from devopssim.kpis.run import Floats, Log, Needs, Run, run_of

Family = Literal["delivery", "flow", "security", "supply_chain"]
Better = Literal["lower", "higher"]
Measure = TypeVar("Measure", bound=Callable[..., Any])

DORA: Final = "DORA, State of DevOps; dora.dev/guides/dora-metrics-four-keys"
DORA_2024: Final = "DORA, Accelerate State of DevOps 2024"
COURSE: Final = "the course's chapter on DevOps"
COURSE_SECURITY: Final = "the course's chapter on DevSecOps"
LITTLE: Final = "Little 1961, A proof for the queuing formula L = λW"
INCIDENT: Final = ("service.failed", "service.restored", "incident.resolved")
"""The events of an incident that most KPIs of incidents read."""
RESTORED: Final = "the first of `service.restored` and `incident.resolved`"
DISPENSABLE: Final = {
    "service.restored",
    "change.abandoned",
    "finding.dismissed",
    "finding.fixed",
    "patch.deployed",
    "vulnerability.injected",
}
"""Kinds of events that a KPI reads where a log has them, and does without otherwise."""
MEAN_OF_FEW: Final = "a mean of few incidents is mostly noise: read the median, the 85th percentile and n beside it"


Method = Literal["median", "mean", "events", "share", "flow", "level", "loss"]
"""How the interval of a KPI is estimated; see `IntervalRule.method`."""


@dataclass(frozen=True, kw_only=True)
class IntervalRule:
    """How `diagnostics.intervals` estimates the confidence interval of a KPI, and below what there is none.

    Examples
    --------
    >>> from devopssim.kpis import KPIS
    >>> KPIS["mttr"].interval.method, KPIS["mttr"].interval.least
    ('mean', 500)
    """

    method: Method
    """`median` or `mean` of durations; `events` that strike at random, or the time between them; `share` of counted entities;
    `flow`, a sum over time by another; `level`, an average over time; `loss`, hours that few events cost.
    """
    least: int
    """The least n."""
    spans: float = 0.0
    """How many times the KPI's memory the log must last."""
    memory: EventPair | None = None
    """The durations whose mean is the memory of a rate, because what is in progress carries the past; a median remembers its own."""


MEDIAN: Final = IntervalRule(method="median", least=20, spans=11)
MEAN: Final = IntervalRule(method="mean", least=100)
SHARE: Final = IntervalRule(method="share", least=8)
FLOW: Final = IntervalRule(method="flow", least=10)
LOSS: Final = IntervalRule(method="loss", least=100)


@dataclass(frozen=True)
class Rate:
    """A numerator ÷ a denominator; NaN where the denominator is 0.

    Examples
    --------
    >>> Rate(1, 4).value
    0.25
    >>> Rate(1, 4, complement=True).value
    0.75
    """

    numerator: float
    denominator: float
    counted: int | None = None
    """Number of entities that the rate counts, where the denominator is an amount of time."""
    complement: bool = False
    """Whether the rate is 1 - numerator ÷ denominator."""

    @property
    def value(self) -> float:
        """The rate as a number; NaN where the denominator is 0."""
        if not self.denominator > 0:
            return float("nan")
        ratio = float(self.numerator / self.denominator)
        return 1 - ratio if self.complement else ratio

    @property
    def n(self) -> int:
        """The number of entities that the rate counts: `counted`, or the denominator."""
        return int(self.denominator) if self.counted is None else self.counted


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A named number computed from one log by `function(log)`.

    Examples
    --------
    >>> from devopssim.kpis import KPIS
    >>> KPIS["mttr"].unit, KPIS["mttr"].summary, KPIS["mttr"].better
    ('h', 'mean', 'lower')
    """

    name: str
    title: str
    unit: str
    """`h`, `per week`, `share` (0 to 1), `items`, `vulnerabilities`, `value per week`, `per deployment` or `h per year`."""
    family: Family
    """The module or package of `devopssim.kpis` in which its function stands."""
    function: Callable[[Log], Any]
    """Returns a Series of hours for a duration, a float for a rate."""
    better: Better | None
    """Direction of improvement, all else equal; None where both can be better."""
    definition: str
    formula: str
    """The definition in events, as one line of Markdown: an event stands for the hour at which it happened, or for how many
    there are.
    """
    events: tuple[str, ...]
    """The kinds of rows that it reads."""
    detail: tuple[str, ...] = ()
    """The keys of `detail` that it reads."""
    needs: Needs
    """What the log's sources must be able to tell; the KPI is not observed otherwise."""
    debatable: str
    """The choice in the definition that others make differently."""
    source: str
    counts: str
    """What `n` counts: items, changes, deployments, incidents, …"""
    interval: IntervalRule
    """How its confidence interval is estimated from one log."""
    summary: Literal["median", "mean"] | None = None
    """The statistic that stands for a duration: the mean for a *mean time*, else the median."""
    durations: Callable[[Run], Durations] | None = None
    """A duration's values with their starts and ends, which a curve needs."""
    rate: Callable[[Run], Rate] | None = None
    """A rate's numerator and denominator."""

    @property
    def shape(self) -> Literal["duration", "rate"]:
        """`duration` for a KPI with a value for each id, which is summarised; `rate` for a single number."""
        return "rate" if self.durations is None else "duration"

    def value(self, run: Run) -> float:
        """Return the one number that stands for the KPI of a run; NaN where there is nothing to count."""
        return float(self.function(run)) if self.durations is None else self.summarise(self.durations(run).lengths)

    def summarise(self, hours: Floats) -> float:
        """Return the mean or median of durations (hours) of this KPI; NaN for an empty array."""
        if not len(hours):
            return float("nan")
        return float(np.mean(hours) if self.summary == "mean" else np.median(hours))


class Declared(TypedDict):
    """The fields that every KPI declares beside its docstring; `Kpi` documents them."""

    title: str
    formula: str
    events: tuple[str, ...]
    detail: NotRequired[tuple[str, ...]]
    needs: NotRequired[Needs]
    debatable: str
    source: str
    counts: str
    interval: NotRequired[IntervalRule]


def duration(
    *, better: Better = "lower", summary: Literal["median", "mean"] = "median", **declared: Unpack[Declared]
) -> Callable[[Callable[[Run], Durations]], Callable[[Log], pd.Series]]:
    """Declare a KPI that has hours for each entity, summarised by their median or mean.

    Parameters
    ----------
    better : {"lower", "higher"}, default "lower"
        Direction of improvement.
    summary : {"median", "mean"}, default "median"
        Statistic that stands for the durations.
    **declared
        Fields of `Declared`.

    Returns
    -------
    callable
        Decorator that turns a function from a Run to Durations into one from a log to a Series of hours.
    """
    needs = _needs(declared)

    def declare(function: Callable[[Run], Durations]) -> Callable[[Log], pd.Series]:
        def durations(run: Run) -> Durations:
            return function(run).since(run.begin) if run.observes(needs) else NOT_OBSERVED

        def measure(log: Log) -> pd.Series:
            run = run_of(log)
            return durations(run).series(function.__name__, run)

        usual = MEDIAN if summary == "median" else MEAN
        fields = {"durations": durations, "unit": "h", "interval": usual, "better": better, "summary": summary}
        return _declared(measure, function, "Return the hours ", **{**fields, **declared})

    return declare


def share(*, better: Better, **declared: Unpack[Declared]) -> Callable[[Callable[[Run], Rate]], Callable[[Log], float]]:
    """Declare a KPI that is the share of some entities among those that its denominator counts.

    Parameters
    ----------
    better : {"lower", "higher"}
        Direction of improvement.
    **declared
        Fields of `Declared`.

    Returns
    -------
    callable
        Decorator that turns a function from a Run to a Rate into one from a log to a number from 0 to 1.
    """
    return _rate(**{"unit": "share", "interval": SHARE, "better": better, **declared})


def rate(
    *, unit: str, better: Better | None, **declared: Unpack[Declared]
) -> Callable[[Callable[[Run], Rate]], Callable[[Log], float]]:
    """Declare a KPI that is one number, measured over time.

    Parameters
    ----------
    unit : str
        Unit of the number, one of those that `Kpi.unit` lists.
    better : {"lower", "higher"} or None
        Direction of improvement; None where both directions can be better.
    **declared
        Fields of `Declared`.

    Returns
    -------
    callable
        Decorator that turns a function from a Run to a Rate into one from a log to a number.
    """
    return _rate(**{"unit": unit, "interval": FLOW, "better": better, **declared})


def kpi_of(function: Callable[[Log], Any]) -> Kpi:
    """Return the KPI that is declared at a function."""
    kpi: Kpi = vars(function)["kpi"]
    return kpi


def _rate(**fields: Any) -> Callable[[Callable[[Run], Rate]], Callable[[Log], float]]:
    needs = _needs(fields)

    def declare(function: Callable[[Run], Rate]) -> Callable[[Log], float]:
        def rate(run: Run) -> Rate:
            return function(run.in_window) if run.observes(needs) else Rate(0, 0)

        def measure(log: Log) -> float:
            return rate(run_of(log)).value

        return _declared(measure, function, "Return the ", rate=rate, **fields)

    return declare


def _needs(declared: Mapping[str, Any]) -> Needs:
    """Return what a KPI needs: what it declares, else each of its events that is not dispensable."""
    events: tuple[str, ...] = declared["events"]
    return declared.get("needs") or tuple((kind,) for kind in events if kind not in DISPENSABLE)


def _declared(measure: Measure, function: Callable[[Run], Any], lead: str, **fields: Any) -> Measure:
    """Give `measure` the name, the docstring and the declaration of the decorated function."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(measure, name, getattr(function, name))
    sentence = " ".join(inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0].split())
    vars(measure)["kpi"] = Kpi(
        name=function.__name__,
        family=cast("Family", function.__module__.split(".")[2]),
        function=measure,
        definition=sentence.removeprefix(lead).removesuffix("."),
        **{**fields, "needs": _needs(fields)},
    )
    return measure
