"""Comparisons: tables one can trust, and mistakes that are explained."""

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from devopssim import kpis, simulate
from devopssim.errors import InvalidInputError
from devopssim.events import since
from devopssim.experiment import (
    Result,
    compare,
    interval,
    paired,
    replicate,
    replications_for,
    sensitivity,
    warm_up,
)
from devopssim.scenario import DEVOPS, WATERFALL, adopt, vary
from devopssim.simulation.demand import KEPT

QUARTER = {"years": 0.25}
PAIR = {"without": vary(adopt(DEVOPS, {"testing": 0}), QUARTER), "with": vary(DEVOPS, QUARTER)}


@pytest.fixture(scope="module")
def pair() -> Result:
    """DevOps without and with automated tests: six quarters of a year of each."""
    return compare(PAIR, 6, curves=["wip"])


def test_each_value_is_the_kpi_of_that_replication(pair: Result) -> None:
    log = simulate(PAIR["with"], seed=1, replication=3)
    ours = pair.values.query("scenario == 'with' and replication == 3").set_index("kpi")
    pd.testing.assert_series_equal(ours["value"], kpis.table(log)["value"], check_exact=True, check_names=False)
    assert list(ours["unit"]) == [kpi.unit for kpi in kpis.KPIS.values()]


def test_a_warm_up_is_left_out() -> None:
    ours = replicate(PAIR["with"], 1, kpis=["throughput"], warm_up=500).values["value"].item()
    assert ours == kpis.throughput(since(simulate(PAIR["with"]), 500))


def test_estimates_are_the_intervals_of_the_values(pair: Result) -> None:
    row = pair.estimates.query("scenario == 'without' and kpi == 'lead_time'").iloc[0]
    values = pair.values.query("scenario == 'without' and kpi == 'lead_time'")["value"]
    assert tuple(row[["estimate", "low", "high", "replications"]]) == interval(values)


def test_differences_are_paired_by_replication(pair: Result) -> None:
    row = pair.differences.query("kpi == 'lead_time'").iloc[0]
    values = pair.values.query("kpi == 'lead_time'").pivot(index="replication", columns="scenario", values="value")
    assert (row["scenario"], row["baseline"]) == ("with", "without")
    expected = paired(values["with"], values["without"], better="lower")
    assert tuple(row[["difference", "low", "high", "replications", "variance_reduction"]]) == expected[:-1]
    assert row["verdict"] == expected.verdict


def test_shared_luck_pays_where_two_ways_of_working_meet_the_same_demand(pair: Result) -> None:
    """How many items are finished is mostly a matter of how many were asked for."""
    assert pair.differences.query("kpi == 'throughput'")["variance_reduction"].item() > 2


def test_every_scenario_is_compared_with_those_before_it() -> None:
    names = {name: vary(DEVOPS, {"years": 0.05}) for name in ("a", "b", "c")}
    table = compare(names, 1, kpis=["wip"]).differences
    assert list(zip(table["scenario"], table["baseline"], strict=True)) == [("b", "a"), ("c", "a"), ("c", "b")]
    assert (table["difference"] == 0).all()


def test_a_kpi_that_had_nothing_to_count_says_over_how_many_replications_it_is() -> None:
    """In a tenth of a year no waterfall project ends, so no lead time exists; work in progress does."""
    found = replicate(vary(WATERFALL, {"years": 0.1}), 3, kpis=["lead_time", "wip"]).estimates.set_index("kpi")
    assert found["replications"].to_dict() == {"lead_time": 0, "wip": 3}
    assert np.isnan(found.loc["lead_time", ["estimate", "low", "high"]].astype(float)).all()


def test_what_the_run_ended_too_early_for_is_beside_every_duration() -> None:
    """Half a year of waterfall: whatever lead times there are, most requests still wait."""
    table = replicate(vary(WATERFALL, {"years": 0.5}), 2, kpis=["lead_time", "wip"]).unfinished
    assert list(table["kpi"]) == ["lead_time"], "work in progress has no end to wait for"
    assert table["share"].item() > 0.5
    assert table["share"].item() == table["unfinished"].item() / (table["n"].item() + table["unfinished"].item())


def test_curves_are_means_of_curves_on_one_grid(pair: Result) -> None:
    curves = [kpis.kpi_curve(simulate(PAIR["with"], replication=each), "wip") for each in range(6)]
    ours = pair.curves.query("scenario == 'with'")
    np.testing.assert_array_equal(ours["time"], curves[0].index)
    np.testing.assert_allclose(ours["mean"], np.mean(curves, axis=0))
    assert (ours["low"] <= ours["mean"]).all()


def test_the_seed_decides_everything() -> None:
    first, again, other = (replicate(PAIR["with"], 2, kpis=["lead_time"], seed=seed).values for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not np.allclose(first["value"], other["value"])


def test_more_replications_keep_the_first_ones() -> None:
    few, many = (replicate(PAIR["with"], n, kpis=["lead_time"]).values for n in (2, 4))
    pd.testing.assert_frame_equal(few, many.head(2), check_exact=True)


def test_memory_grows_with_the_table_and_not_with_the_replications() -> None:
    """Each of twelve more replications leaves behind less than a twentieth of its log."""
    scenario = vary(DEVOPS, {"years": 0.25})
    log = simulate(scenario)
    replicate(scenario, 1)
    tracemalloc.start()
    kept = [replicate(scenario, KEPT, seed=71)]  # this thread keeps the demand of the last ones, drawn by nobody before
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    kept.append(replicate(scenario, 12, seed=72))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (after - before) / 12 < log.memory_usage(deep=True).sum() / 20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"replications": 0}, "replications=0 "),
        ({"replications": 2.5}, "replications=2.5 "),
        ({"kpis": ["speed"]}, "'speed'"),
        ({"curves": ["speed"]}, "'speed'"),
        ({"warm_up": -1.0}, "warm_up=-1 h"),
        ({"warm_up": 1e6}, "warm_up=1e"),
        ({"confidence": 95}, "confidence=95 "),
        ({"scenarios": {}}, "no scenario to compare"),
        ({"scenarios": [DEVOPS]}, "got a list"),
        ({"scenarios": {"mine": "devops"}}, "expected a Scenario, got 'devops'"),
        ({"kpis": [3]}, "KPI 3 is unknown"),
        ({"workers": 1.5}, "workers=1.5 "),
        ({"seed": -1}, "seed=-1 "),
    ],
)
def test_an_experiment_that_cannot_be_is_refused_in_one_line(change: dict[str, object], said: str) -> None:
    asked: dict[str, object] = {"scenarios": PAIR, "replications": 1, **change}
    with pytest.raises(InvalidInputError) as caught:
        compare(**asked)  # type: ignore[arg-type] # what is given is wrong on purpose
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("experiment", [simulate, replicate, replications_for, warm_up, sensitivity])
def test_the_name_of_a_scenario_is_not_the_scenario(experiment: Callable[..., object]) -> None:
    with pytest.raises(
        InvalidInputError, match=r"expected a Scenario, got 'agile'; pass a preset such as devopssim\.DEVOPS"
    ):
        experiment("agile")


def test_one_word_is_one_kpi() -> None:
    assert set(replicate(vary(DEVOPS, {"years": 0.02}), 1, kpis="wip").estimates["kpi"]) == {"wip"}


@pytest.mark.parametrize("change", [{"seed": -1}, {"warm_up": 1e6}, {"workers": 0}])
def test_an_experiment_that_cannot_be_leaves_no_folder(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        compare(PAIR, 1, folder=tmp_path / "out", **change)
    assert list(tmp_path.iterdir()) == []
