"""What no figure can be drawn of is refused in one line that says what to give instead."""

from collections.abc import Callable

import pandas as pd
import pytest
from logs import closed, log_of, requested

from devopssim import DEVOPS, compare, plots, vary
from devopssim.errors import InvalidInputError
from devopssim.experiment import Result, factorial, sensitivity, sweep

SHORT = vary(DEVOPS, {"years": 0.02})


@pytest.fixture
def log() -> pd.DataFrame:
    return log_of([requested("W1", at=0), closed("W1", at=10)], horizon=20)


@pytest.fixture(scope="module")
def alone() -> Result:
    return compare({"devops": SHORT}, 1, kpis=("wip",))


def refused(draw: Callable[[], object]) -> str:
    with pytest.raises(InvalidInputError) as caught:
        draw()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("figure", [plots.comparison, plots.differences])
def test_a_kpi_that_is_none_is_named_with_those_that_are(figure: Callable[..., object], alone: Result) -> None:
    assert "'speed' is unknown; the KPIs are lead_time, " in refused(lambda: figure(alone, "speed"))


def test_a_kpi_that_is_none_is_refused_by_the_figures_of_every_experiment(log: pd.DataFrame) -> None:
    swept = sweep(SHORT, {"team.developers": [8]}, 1, kpis=("wip",))
    crossed = factorial(SHORT, ("testing",), 1, kpis=("wip",))
    varied = sensitivity(SHORT, ("wip",), names=("team.developers",), replications=1)
    for draw in (
        lambda: plots.kpi_curve(log, "speed"),
        lambda: plots.sweep_curve(swept, "speed"),
        lambda: plots.effects(crossed, "speed"),
        lambda: plots.shapley(crossed, "speed"),
        lambda: plots.tornado(varied, "speed"),
    ):
        assert "'speed' is unknown" in refused(draw)


def test_a_kpi_that_was_not_measured_is_told_from_one_without_values(alone: Result) -> None:
    assert "'mttr' is missing from this experiment; it measured wip." in refused(
        lambda: plots.comparison(alone, "mttr")
    )


def test_a_difference_needs_two_scenarios(alone: Result) -> None:
    assert "one scenario, 'devops'; a difference needs two" in refused(lambda: plots.differences(alone, "wip"))


def test_bars_and_percentiles_that_cannot_be_are_refused(log: pd.DataFrame) -> None:
    assert "bins=0 " in refused(lambda: plots.lead_time_distribution(log, bins=0))
    assert "percentiles: 150 " in refused(lambda: plots.cycle_time_scatter(log, percentiles=(50, 150)))


def test_the_result_of_an_experiment_is_no_event_log(alone: Result) -> None:
    said = refused(lambda: plots.cumulative_flow(alone))  # type: ignore[arg-type] # wrong on purpose
    assert said.startswith("expected an event log, got a Result; give the table that devopssim.simulate")


def test_one_word_is_one_panel_and_none_is_refused(alone: Result, log: pd.DataFrame) -> None:
    assert "Work in progress" in plots.describe(plots.comparisons(alone, "wip")).text
    assert (
        "Work in progress"
        in plots.describe(plots.kpi_curves(log_of([requested("W1", at=0)], horizon=2000), "wip")).text
    )
    assert "no KPI to draw" in refused(lambda: plots.comparisons(alone, []))
    assert "'speed' is unknown" in refused(lambda: plots.kpi_curves(log, ["speed"]))
