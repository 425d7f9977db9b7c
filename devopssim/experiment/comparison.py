"""Replications of one scenario, or of several with common random numbers."""

from collections.abc import Mapping, Sequence
from typing import Unpack

from devopssim.experiment.experiment import Experiment, Precision
from devopssim.experiment.options import Options, values_of
from devopssim.experiment.precision import outcomes_of
from devopssim.experiment.result import Result
from devopssim.scenario import Scenario, check_scenario


def compare(
    scenarios: Mapping[str, Scenario] | Experiment,
    replications: int | None = None,
    *,
    kpis: Sequence[str] | None = None,
    precision: float | Precision | None = None,
    **options: Unpack[Options],
) -> Result:
    """Simulate each scenario `replications` times and return tables with intervals; see `Result`.

    Replication k of every scenario meets the same demand and the same random numbers (common random numbers), so differences
    are paired. What is unfinished when a run ends is in no duration: the longest waits are missing most. So a scenario in
    which work piles up looks better than it is in its lead times; its `wip` and `throughput` tell.

    Parameters
    ----------
    scenarios : mapping of str to Scenario, or Experiment
        Scenarios by name, or the whole experiment as one value, whose fields the keywords replace.
    replications : int, optional
        Replications of each scenario (default 30); with a `precision`, the most that are run.
    kpis : sequence of str, optional
        KPIs that are measured after the warm-up (default: all).
    precision : float or Precision, optional
        Replicate only until the intervals of `kpis` (default: lead time and deployment frequency) are within this share of
        their means in every scenario.
    **options
        `seed` (default 1), `warm_up` (hours), `curves` (KPIs whose course over time is kept), `confidence` (default 0.95): see
        `Experiment`. `workers`, `executor`, `progress`, `folder`, or an `execution` with all of them: see `Execution`.

    Raises
    ------
    InvalidInputError
        For an experiment or an execution that cannot be; see `Experiment` and `Execution`.

    """
    if isinstance(precision, int | float):
        precision = Precision(target=precision, kpis=tuple(kpis)) if kpis else Precision(target=precision)
    experiment, execution = values_of(scenarios, options, replications=replications, kpis=kpis, precision=precision)
    return Result.of(experiment, outcomes_of(experiment, execution))


def replicate(
    scenario: Scenario | Experiment,
    replications: int | None = None,
    *,
    kpis: Sequence[str] | None = None,
    precision: float | Precision | None = None,
    **options: Unpack[Options],
) -> Result:
    """Simulate one scenario `replications` times; see `compare`."""
    given = scenario if isinstance(scenario, Experiment) else {check_scenario(scenario).name: scenario}
    return compare(given, replications, kpis=kpis, precision=precision, **options)
