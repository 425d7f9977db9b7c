"""When are there enough replications? Against the procedure done by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.experiment import (
    Experiment,
    Outcome,
    Precision,
    compare,
    is_precise,
    replications_for,
    replications_needed,
)
from devopssim.experiment.intervals import half_width
from devopssim.scenario import DEVOPS, vary


def by_the_book(values: list[float], precision: float, look_ahead: int = 5) -> int | None:
    """Return what the paper's procedure finds, step by step: add one replication at a time, note the first that is good."""
    candidate = None
    for n in range(3, len(values) + 1):
        sample = np.array(values[:n])
        good = half_width(sample) / abs(sample.mean()) <= precision
        if not good:
            candidate = None
        elif candidate is None:
            candidate = n
        if candidate is not None and n - candidate >= look_ahead * max(candidate, 100) // 100:
            return candidate
    return None


@given(st.integers(0, 2**32), st.floats(0.02, 0.3), st.integers(0, 260))
def test_the_look_ahead_is_that_of_the_paper(seed: int, precision: float, n: int) -> None:
    values = np.random.default_rng(seed).lognormal(1, 0.5, n).tolist()
    assert replications_needed(values, precision) == by_the_book(values, precision)


def test_a_lucky_first_glance_is_not_enough() -> None:
    """Three values that agree by chance, then one that does not."""
    values = [10, 10.01, 9.99, 25, *[12, 14, 13, 12.5, 13.5] * 40]
    found = replications_needed(values, 0.05)
    assert found is not None
    assert found > 4


def test_the_look_ahead_grows_with_the_number_of_replications() -> None:
    """At 200 replications 5 % of them, 10, must agree: 209 values are too few to know, 210 are enough."""
    values = [9.0, 11.0] * 150
    precision = half_width(np.array(values[:200])) / 10
    assert replications_needed(values[:209], precision) is None
    assert replications_needed(values[:210], precision) == 200


def test_too_few_values_are_never_enough() -> None:
    assert replications_needed([1, 1, 1]) is None
    assert replications_needed([1] * 8) == 3


def test_values_that_are_missing_add_nothing() -> None:
    """The precision of 3 and of 4 values is reached when as many are known."""
    assert replications_needed([5, np.nan, 5, *[5] * 20]) == 3
    assert replications_needed([np.nan] * 50) is None


def test_the_precision_that_was_asked_for_is_reached() -> None:
    scenario = vary(DEVOPS, {"years": 0.3})
    found = replications_for(scenario, precision=0.1, kpis=["lead_time", "deployment_frequency"])
    assert found.replications is not None
    assert found.replications == found.table["replications"].max()
    for kpi, row in found.table.set_index("kpi").iterrows():
        values = found.result.values.set_index("kpi").loc[kpi, "value"].to_numpy()[: row["replications"]]  # type: ignore[index] # the KPI is a string
        assert row["estimate"] == pytest.approx(values.mean())
        assert row["precision"] == pytest.approx(half_width(values) / values.mean())
        assert row["precision"] <= 0.1


def test_a_precision_that_is_not_reached_is_said_to_be() -> None:
    scenario = vary(DEVOPS, {"years": 0.1})
    found = replications_for(scenario, precision=1e-6, kpis=["lead_time"], at_most=12)
    assert found.replications is None
    assert found.table["replications"].isna().all()
    assert found.result.replications == 12
    assert found.table["precision"].iloc[0] > 1e-6


@pytest.mark.parametrize("precision", [0, -0.05, float("nan")])
def test_a_precision_that_cannot_be_is_refused(precision: float) -> None:
    with pytest.raises(InvalidInputError, match="precision="):
        replications_for(DEVOPS, precision=precision)


def test_a_comparison_stops_when_every_scenario_is_precise() -> None:
    """The first replications of the longer experiment, as many in each, are the same."""
    scenarios = {name: vary(DEVOPS, {"years": 0.1, "team.developers": size}) for name, size in (("a", 8), ("b", 12))}
    found = compare(scenarios, 100, kpis=["deployment_frequency"], precision=0.1)
    assert found.replications < 100
    assert found.replications % 10 == 0, "replications are added by ten"
    everything = compare(scenarios, found.replications, kpis=["deployment_frequency"])
    pd.testing.assert_frame_equal(found.values, everything.values, check_exact=True)
    needed = [replications_needed(each["value"], 0.1) for _, each in found.values.groupby("scenario")]
    assert len(needed) == 2
    assert None not in needed


def test_a_comparison_that_never_is_precise_ends_with_the_most_replications() -> None:
    found = compare({"a": vary(DEVOPS, {"years": 0.05})}, 12, kpis=["wip"], precision=1e-9)
    assert found.replications == 12


@pytest.mark.parametrize(("values", "expected"), [([9.0, 10.0, 11.0], False), ([9.9, 10.0, 10.1], True)])
def test_outcomes_are_precise_where_every_kpi_of_every_scenario_is(values: list[float], *, expected: bool) -> None:
    """Half-widths of 2.48 and 0.248 around 10, in one of two scenarios; the other never varies."""
    outcomes = {
        "same": [Outcome(values={"wip": 5.0})] * 3,
        "varies": [Outcome(values={"wip": value}) for value in values],
    }
    wanted = Precision(target=0.1, kpis=("wip",))
    experiment = Experiment(scenarios=dict.fromkeys(outcomes, DEVOPS), kpis=("wip",), precision=wanted)
    assert is_precise(experiment, outcomes) is expected
    assert not is_precise(experiment, outcomes, stay=True), "three values leave nothing to look ahead to"
