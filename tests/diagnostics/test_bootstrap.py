"""Confidence intervals of the KPIs of one log."""

import numpy as np
import pytest
from logs import committed, deployed, log_of, outage, requested

from devopssim import kpis
from devopssim.diagnostics import intervals
from devopssim.diagnostics.bootstrap import bootstrap
from devopssim.scenario import AGILE, vary
from devopssim.simulation import simulate


def test_of_one_incident_there_is_no_interval_and_of_none_no_number() -> None:
    row = intervals(log_of(*outage("I1", 1, 2), horizon=500)).loc["mttr"]
    assert (row["value"], row["word"]) == (1, "anecdotes")
    assert np.isnan(row["low"])
    nothing = intervals(log_of(requested("W1"), horizon=500)).loc["mttr"]
    assert (nothing["n"], nothing["word"]) == (0, "nothing")
    assert np.isnan(nothing["value"])


def test_no_failure_among_ten_deployments_is_no_proof_of_none() -> None:
    log = log_of(
        *[row for n in range(10) for row in (committed(f"C{n}", at=n), deployed(f"C{n}", f"D{n}", at=n))], horizon=168
    )
    row = intervals(log).loc["change_failure_rate"]
    assert (row["value"], row["low"]) == (0, 0)
    assert row["high"] == pytest.approx(1 - 0.025 ** (1 / 10))  # Clopper and Pearson


def test_every_kpi_of_a_log_has_its_value_within_its_interval() -> None:
    log = simulate(vary(AGILE, {"years": 0.5}), seed=3)
    found = intervals(log)
    known = found[found["low"].notna()]
    assert len(known) > 15
    assert (found["value"].dropna() == kpis.table(log)["value"].dropna()).all()
    # what is measured over time is resampled in weeks, whose mean may differ a little from that of the whole
    durations = known[known["unit"] == "h"]
    assert (durations["low"] <= durations["value"]).all()
    assert (durations["value"] <= durations["high"]).all()
    frequency = known.loc["deployment_frequency"]
    assert frequency["low"] <= frequency["value"] <= frequency["high"]


def test_the_interval_of_a_mean_covers_it_about_as_often_as_it_says() -> None:
    """Of 60 samples of 40 exponential times, 95 % intervals cover the true mean of 1 in at least 50."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(60):
        low, high = bootstrap(rng.exponential(1.0, 40), np.mean, 0.95)
        covered += low <= 1 <= high
    assert 50 <= covered <= 60


def test_equal_values_have_an_interval_without_width() -> None:
    assert bootstrap(np.full(9, 2.5), np.median, 0.95) == (2.5, 2.5)
