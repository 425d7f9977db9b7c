"""Confidence intervals of the KPIs of one log: who has one, and the reason of those that have none."""

import numpy as np
import pandas as pd
import pytest
from logs import committed, deployed, failed, log_of, outage, requested, travelled

from devopssim import events, kpis
from devopssim.diagnostics import interval_of, intervals
from devopssim.diagnostics.confidence import RunInSteps
from devopssim.kpis import KPIS, Run
from devopssim.scenario import AGILE, DEVOPS, vary
from devopssim.simulation import simulate

YEAR = 8760.0


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    """Return one year of DevOps."""
    return simulate(vary(DEVOPS, {"years": 1}), seed=1)


def test_of_one_incident_there_is_no_interval_and_of_none_no_number() -> None:
    row = intervals(log_of(*outage("I1", 1, 2), horizon=500)).loc["mttr"]
    assert (row["value"], row["word"], row["reason"]) == (
        1,
        "no interval",
        "needs at least 500 incidents, has 1; read each of them",
    )
    assert np.isnan(row["low"])
    nothing = intervals(log_of(requested("W1"), horizon=500)).loc["mttr"]
    assert (nothing["n"], nothing["word"]) == (0, "nothing")
    assert np.isnan(nothing["value"])


def test_where_a_mean_has_no_interval_the_median_stands_beside_it() -> None:
    log = log_of(*[row for n in range(30) for row in outage(f"I{n}", 100 * n, 100 * n + 2 + n)], horizon=5000)
    reason = str(intervals(log).loc["mttr", "reason"])
    assert "because the longest decide a mean; the median is 16.5 h (" in reason


def test_no_failure_among_ten_deployments_is_no_proof_of_none() -> None:
    shipped = [
        row for n in range(10) for row in (committed(f"C{n}", at=170 * n), deployed(f"C{n}", f"D{n}", at=170 * n))
    ]
    row = intervals(log_of(*shipped, horizon=1700)).loc["change_failure_rate"]
    assert (row["value"], row["low"]) == (0, 0)
    assert row["high"] == pytest.approx(1 - 0.025 ** (1 / 10))  # Clopper and Pearson
    assert row["word"] == "wide"


def test_what_came_in_few_batches_is_as_few_observations() -> None:
    rows = [
        row for n in range(200) for row in travelled(f"W{n}", n, 2000 * (1 + n // 50))
    ]  # fifty items each quarter, together
    log = log_of(*rows, horizon=YEAR)
    assert intervals(log).loc["throughput", "reason"] == "needs at least 8 batches of items, has 4"


def test_a_mean_is_not_known_where_the_longest_have_not_ended() -> None:
    ended = [row for n in range(120) for row in outage(f"I{n}", 100 * n, 100 * n + 2 + n % 7)]
    still = [failed(incident=f"J{n}", at=50 + 100 * n) for n in range(20)]
    assert interval_of(KPIS["time_to_resolve"], log_of(*ended, horizon=13_000)).known
    reason = interval_of(KPIS["time_to_resolve"], log_of(*ended, *still, horizon=13_000)).reason
    assert reason == "misses the longest, because 20 of 140 have not ended"


def test_times_between_failures_count_the_time_that_still_runs() -> None:
    rows = [row for n in range(5) for row in outage(f"I{n}", 100 * n, 100 * n + 1)]
    soon = interval_of(KPIS["mtbf"], log_of(*rows, horizon=500))
    late = interval_of(KPIS["mtbf"], log_of(*rows, horizon=1000))
    assert soon.low < 100 < soon.high
    assert late.high / soon.high == pytest.approx(1000 / 500)


def test_what_lasts_as_long_as_the_log_has_no_interval() -> None:
    log = simulate(vary(AGILE, {"years": 0.5}), seed=3)
    assert "one month resembles the next" in str(intervals(log).loc["lead_time", "reason"])
    assert intervals(log_of(*travelled("W1", 1, 2), horizon=99)).loc["wip", "word"] == "no interval"


def test_every_interval_holds_its_value(year: pd.DataFrame) -> None:
    found = intervals(year)
    known = found[found["low"].notna()]
    assert len(known) > 20
    assert (found["value"].dropna() == kpis.table(year)["value"].dropna()).all()
    assert (known["low"] <= known["value"]).all()
    assert (known["value"] <= known["high"]).all()
    assert (found["low"].isna() == (found["reason"] != "")).all()


def test_enough_depends_on_the_width_and_never_on_the_number(year: pd.DataFrame) -> None:
    found = intervals(year)
    known = found[found["word"].isin(["wide", "enough"])]
    half = (known["high"] - known["low"]) / 2
    share = known["unit"] == "share"
    scale = known["value"].where(~share, np.minimum(known["value"], 1 - known["value"]))
    counted = np.array([KPIS[str(name)].interval.method == "share" for name in known.index])
    narrow = (half <= 0.25 * scale) | ((half <= 0.02) & counted)
    assert (narrow == (known["word"] == "enough")).all()
    assert {"wide", "enough"} == set(known["word"])


def test_a_higher_confidence_widens_every_interval(year: pd.DataFrame) -> None:
    names = ["lead_time", "change_failure_rate", "mtbf", "throughput", "wip"]
    usual, sure = intervals(year, names), intervals(year, names, confidence=0.99)
    assert (sure["low"] <= usual["low"]).sum() == usual["low"].notna().sum()
    assert (sure["high"] >= usual["high"]).sum() == usual["low"].notna().sum()


def test_the_interval_of_one_kpi_is_that_of_the_table(year: pd.DataFrame) -> None:
    row = intervals(year, ["throughput"]).loc["throughput"]
    one = interval_of(KPIS["throughput"], year)
    assert (one.low, one.high) == (row["low"], row["high"])


def test_steps_of_a_rate_add_up_to_the_rate(year: pd.DataFrame) -> None:
    run = Run(year)
    in_steps = RunInSteps(run)
    for kpi in KPIS.values():
        if kpi.rate is not None:
            steps, rate = in_steps.steps(kpi), kpi.rate(run)
            assert steps.numerator.sum() == pytest.approx(rate.numerator)
            assert steps.denominator.sum() == pytest.approx(rate.denominator)


def test_a_window_of_a_log_has_the_intervals_of_that_window(year: pd.DataFrame) -> None:
    cut = year.copy(deep=False)
    cut.attrs = {**year.attrs, "window": 2000.0}
    row, whole = (intervals(log, ["throughput"]).loc["throughput"] for log in (cut, year))
    assert row["value"] == kpis.throughput(cut)
    assert row["low"] <= row["value"] <= row["high"]
    assert row["n"] < whole["n"]
    assert intervals(events.since(year, 2000), ["throughput"]).loc["throughput", "low"] == pytest.approx(row["low"])


def test_where_nothing_varies_there_is_no_interval() -> None:
    closed_at_once = [row for n in range(60) for row in travelled(f"W{n}", 100 * n, 100 * n)]
    log = log_of(*closed_at_once, horizon=YEAR, source={"people": {"developer": 2}})
    found = intervals(log)
    assert found.loc[["wip", "utilisation", "lead_time"], "reason"].tolist() == ["needs values that vary"] * 3
    assert interval_of(KPIS["mttr"], log_of(horizon=0)).reason == "nothing was observed"


def test_a_share_stays_below_one(year: pd.DataFrame) -> None:
    found = intervals(year)
    assert found.loc[found["unit"] == "share", "high"].max() <= 1
    assert found.loc[found["unit"] == "share", "low"].min() >= 0
