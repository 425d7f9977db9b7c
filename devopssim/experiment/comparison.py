"""Replications of one scenario, or of several under the same luck."""

import operator
from collections.abc import Mapping, Sequence
from typing import Final, Unpack

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_YEAR, check_warm_up
from devopssim.experiment.execution import Options, run
from devopssim.experiment.intervals import t_quantile
from devopssim.experiment.measure import Measure, kpi_names
from devopssim.experiment.result import Result, result
from devopssim.scenario import Scenario, check_scenario, check_scenarios

ENOUGH_FOR_MOST: Final = 30


def compare(
    scenarios: Mapping[str, Scenario],
    replications: int = ENOUGH_FOR_MOST,
    *,
    kpis: Sequence[str] = (),
    curves: Sequence[str] = (),
    warm_up: float = 0.0,
    confidence: float = 0.95,
    **options: Unpack[Options],
) -> Result:
    """Simulate each scenario `replications` times and return tables with intervals; see `Result`.

    Replication k of every scenario meets the same demand and the same luck (common random numbers), so differences are
    paired. `kpis` (default: all) are measured after the first `warm_up` hours, `curves` name KPIs whose course over time is
    kept too. `options` say how the work is done (seed, workers, executor, progress, folder) and, the seed aside, change no
    bit of the result; see `Options`.

    What is unfinished when a run ends is in no duration: the longest waits are missing most. So a scenario in which work
    piles up looks better than it is in its lead times; its `wip` and `throughput` tell.

    Raises InvalidInputError for no scenarios, fewer than 1 replication, a KPI that is unknown, or a warm-up that leaves nothing.
    """
    scenarios = check_scenarios(scenarios)
    numbers = range(count(replications))
    t_quantile(confidence, 1)  # a confidence that cannot be is refused before anything is simulated
    measure = Measure(kpis=kpi_names(kpis), curves=kpi_names(curves), warm_up=warm_up)
    check_lengths(scenarios, warm_up)
    outcomes = run(scenarios, numbers, measure, **options)
    seed = options.get("seed", 1)
    return result(scenarios, outcomes, seed=seed, warm_up=warm_up, confidence=confidence)


def replicate(
    scenario: Scenario,
    replications: int = ENOUGH_FOR_MOST,
    *,
    kpis: Sequence[str] = (),
    curves: Sequence[str] = (),
    warm_up: float = 0.0,
    confidence: float = 0.95,
    **options: Unpack[Options],
) -> Result:
    """Simulate one scenario `replications` times; see `compare`."""
    named = {check_scenario(scenario).name: scenario}
    return compare(named, replications, kpis=kpis, curves=curves, warm_up=warm_up, confidence=confidence, **options)


def check_lengths(scenarios: Mapping[str, Scenario], warm_up: float) -> None:
    """Raise InvalidInputError where the warm-up (hours) leaves nothing of one of the scenarios."""
    for scenario in scenarios.values():
        check_warm_up(warm_up, scenario.years * HOURS_PER_YEAR)


def count(replications: int) -> int:
    """Return the number of replications if there can be so many; raise InvalidInputError otherwise."""
    try:
        whole = operator.index(replications)
    except TypeError:
        whole = 0
    if whole < 1:
        raise InvalidInputError(
            f"replications={replications!r} (random futures that are simulated) must be a whole number from 1; 30 is usual."
        )
    return whole
