"""Control variates: expectations that hold, intervals that cover, and what they gain."""

import numpy as np
import pytest

from devopssim.experiment import compare, control_variates, controlled
from devopssim.experiment.controls import CONTROLS, deviations
from devopssim.scenario import AGILE, DEVOPS, vary


@pytest.mark.parametrize("shape", ["lognormal", "gamma", "uniform"])
def test_expectations_are_those_of_the_draws(shape: str) -> None:
    """Over 150 replications each mean deviation is within 4 standard errors of 0."""
    changes = {"years": 0.1, "demand.backlog": 3, "demand.effort_distribution": shape, "demand.effort_cv": 0.5}
    drawn = deviations(vary(AGILE, changes), 1, 150)
    assert drawn.shape == (150, len(CONTROLS))
    assert (np.abs(drawn.mean(axis=0)) < 4 * drawn.std(axis=0, ddof=1) / np.sqrt(150)).all()


def test_intervals_with_controls_cover_and_are_sharper() -> None:
    """400 experiments of 12 replications, where the control explains four fifths of the variance."""
    rng = np.random.default_rng(1)
    drawn = rng.normal(size=(400, 12, 1))
    values = 7 + 2 * drawn[:, :, 0] + rng.normal(size=(400, 12))
    results = [controlled(*experiment) for experiment in zip(values, drawn, strict=True)]
    assert 0.93 <= np.mean([found.interval.low <= 7 <= found.interval.high for found in results]) <= 0.97
    assert np.median([found.variance_reduction for found in results]) > 3


def test_useless_controls_are_reported_as_harm() -> None:
    rng = np.random.default_rng(2)
    gains = [controlled(rng.normal(size=10), rng.normal(size=(10, 3))).variance_reduction for _ in range(200)]
    assert np.median(gains) < 1


def test_too_few_replications_are_left_without() -> None:
    assert np.isnan(controlled(np.arange(9.0), np.ones((9, 1))).interval.low)


def test_a_constant_control_changes_nothing() -> None:
    values = np.random.default_rng(3).normal(size=12)
    assert controlled(values, np.ones((12, 1))).interval.estimate == pytest.approx(values.mean())


def test_each_mean_and_difference_of_a_comparison_has_its_factor() -> None:
    short = {name: vary(DEVOPS, {"years": 0.25, "team.developers": heads}) for name, heads in (("few", 3), ("many", 8))}
    table = control_variates(compare(short, 12, kpis=["throughput", "wip"], progress=False))
    assert set(table["kpi"]) == {"throughput"}, "work in progress does not follow the demand in a line"
    assert list(zip(table["scenario"], table["baseline"], strict=True)) == [("few", ""), ("many", ""), ("many", "few")]
    assert table["variance_reduction"].notna().all()
