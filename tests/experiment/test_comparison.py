"""Comparisons, sweeps and tornados: tables one can trust, and mistakes that are explained."""

import gc
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
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
    sweep,
    warm_up,
)
from devopssim.experiment.checkpoints import Finished
from devopssim.experiment.experiment import UNFINISHED, Plan, load_plan, save_plan, write_tables
from devopssim.experiment.measure import Outcome
from devopssim.experiment.result import result
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, adopt, vary

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
    kept = [replicate(scenario, 2)]
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    kept.append(replicate(scenario, 12))
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
        ({"scenarios": [DEVOPS]}, "a list has no names"),
        ({"scenarios": {"mine": "devops"}}, "scenario: 'devops' is none"),
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
    with pytest.raises(InvalidInputError, match=r"scenario: 'agile' is none; give a preset such as devopssim\.DEVOPS"):
        experiment("agile")


def test_one_word_is_one_kpi() -> None:
    assert set(replicate(vary(DEVOPS, {"years": 0.02}), 1, kpis="wip").estimates["kpi"]) == {"wip"}


@pytest.mark.parametrize("change", [{"seed": -1}, {"warm_up": 1e6}, {"workers": 0}])
def test_an_experiment_that_cannot_be_leaves_no_folder(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        compare(PAIR, 1, folder=tmp_path / "out", **change)
    assert list(tmp_path.iterdir()) == []


def test_a_table_can_be_made_of_outcomes_alone() -> None:
    """Two replications by hand: 1 and 3, of which the second has not finished 4."""
    outcomes = [
        Outcome(values={"lead_time": 1.0}, n={"lead_time": 6}, unfinished={"lead_time": 0}),
        Outcome(values={"lead_time": 3.0}, n={"lead_time": 2}, unfinished={"lead_time": 4}),
    ]
    found = result({"x": DEVOPS}, {"x": outcomes}, seed=1)
    assert found.estimates["estimate"].item() == 2
    assert found.unfinished[["n", "unfinished", "share"]].iloc[0].tolist() == [4, 2, 1 / 3]


def test_an_interval_ends_where_its_kpi_does() -> None:
    outcomes = [Outcome(values={"mttr": at, "availability": 1 - at / 10}) for at in (0.0, 0.0, 3.0)]
    estimates = result({"devops": DEVOPS}, {"devops": outcomes}, seed=1).estimates.set_index("kpi")
    assert interval([0, 0, 3]).low < 0
    assert estimates["low"].tolist() == [0, pytest.approx(interval([1, 1, 0.7]).low)]
    assert estimates["high"].tolist() == [interval([0, 0, 3]).high, 1]


def test_a_sweep_has_its_parameters_as_columns() -> None:
    scenario = vary(DEVOPS, {"years": 0.1})
    found = sweep(scenario, {"team.developers": [4, 8], "practices.testing": [0, 1]}, 2, kpis=["wip"])
    assert list(found.estimates.columns[:3]) == ["team.developers", "practices.testing", "kpi"]
    points = list(zip(found.estimates["team.developers"], found.estimates["practices.testing"], strict=True))
    assert points == [(4, 0), (4, 1), (8, 0), (8, 1)]
    value = found.values[(found.values["team.developers"] == 4) & (found.values["practices.testing"] == 0)]["value"]
    variant = vary(scenario, {"team.developers": 4, "practices.testing": 0})
    assert value.iloc[1] == kpis.wip(simulate(variant, replication=1))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"team.developers": []},
        {"team.developers": [1], "team.testers": [1], "team.analysts": [1]},
        {"team.cooks": [1]},
        {"team.developers": [0]},
        {"team.developers": 4},
        {"workflow": "agile"},
        "team.developers",
    ],
)
def test_a_sweep_that_cannot_be_is_refused(settings: Any) -> None:
    with pytest.raises(InvalidInputError):
        sweep(DEVOPS, settings, 1)


def test_a_sweep_goes_over_an_array_and_mixes_no_two_values_up() -> None:
    shares = np.array([0.1234567, 0.1234568, 1])
    found = sweep(vary(DEVOPS, {"years": 0.02}), {"practices.testing": shares}, 1, kpis=["wip"])
    assert list(found.estimates["practices.testing"]) == list(shares)


def test_a_tornado_has_the_widest_swing_on_top() -> None:
    """Twice as many runners change nothing where none waits; a fifth more requests are a fifth more throughput."""
    found = sensitivity(
        vary(DEVOPS, QUARTER),
        ["throughput"],
        names=["pipeline.runners", "demand.requests_per_week", "practices.testing"],
        replications=2,
    )
    assert found.tornado["parameter"].iloc[0] == "demand.requests_per_week"
    assert list(dict.fromkeys(found.differences["parameter"])) == list(found.tornado["parameter"])
    first = found.tornado.iloc[0]
    assert first["low_setting"] == pytest.approx(4.8)
    assert first["high_setting"] == pytest.approx(7.2)
    assert first["at_low"] < 0 < first["at_high"]
    assert first["swing"] == first["at_high"] - first["at_low"]


def test_a_tornado_stays_within_what_parameters_allow() -> None:
    """All of a practice cannot become more; runners are whole; a workflow is no number; 0 requests in store stay."""
    found = sensitivity(vary(DEVOPS, {"years": 0.02}), ["wip"], replications=1, change=0.3)
    settings = found.differences.groupby("parameter")["setting"].agg(list)
    assert settings["practices.testing"] == [0.7]
    assert sorted(settings["pipeline.runners"]) == [1, 3]
    assert "workflow" not in settings
    assert "demand.backlog" not in settings
    assert "years" not in settings
    assert sorted(settings["security.embedded"]) == [pytest.approx(0.3)]


@pytest.mark.parametrize("change", [0, 1, -0.2])
def test_a_tornado_that_cannot_be_is_refused(change: float) -> None:
    with pytest.raises(InvalidInputError, match="change="):
        sensitivity(DEVOPS, change=change)


def test_a_tornado_of_what_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="nothing to vary in workflow"):
        sensitivity(DEVOPS, names=["workflow"])


def test_a_plan_is_read_back_as_it_was(tmp_path: Path) -> None:
    scenarios: dict[str, Scenario] = {"agile, but slow": vary(AGILE, {"team.developers": 2}), "Über": DEVOPS}
    plan = Plan(scenarios=scenarios, replications=7, seed=3, warm_up=12.5, curves=("wip",))
    save_plan(plan, tmp_path)
    assert load_plan(tmp_path) == plan


def test_a_folder_in_which_another_experiment_waits_is_left_as_it_is(tmp_path: Path) -> None:
    """What waits there was worked for; the same plan, or more replications of it, may go on."""
    plan = Plan(scenarios={"devops": DEVOPS}, replications=2)
    save_plan(plan, tmp_path)
    Finished(folder=tmp_path / UNFINISHED).keep("print", {0: Outcome(values={"wip": 1.0})})
    for other in (replace(plan, seed=2), replace(plan, warm_up=8.0), replace(plan, scenarios={"agile": AGILE})):
        with pytest.raises(
            InvalidInputError, match="another experiment is not finished there; go on with it by --resume"
        ):
            save_plan(other, tmp_path)
    assert load_plan(tmp_path) == plan
    save_plan(replace(plan, replications=3), tmp_path)
    assert load_plan(tmp_path).replications == 3


def test_two_names_that_need_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="same file names"):
        save_plan(Plan(scenarios={"a b": DEVOPS, "a-b": DEVOPS}), tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"scenarios": 3}'])
def test_a_plan_that_somebody_broke_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "experiment.json").write_text(text)
    with pytest.raises(InvalidInputError, match="is not what this program wrote"):
        load_plan(tmp_path)


def test_tables_on_disk_read_back_to_the_same_bits(tmp_path: Path, pair: Result) -> None:
    write_tables(pair, tmp_path)
    ours = pd.read_csv(tmp_path / "values.csv")
    pd.testing.assert_frame_equal(ours, pair.values, check_exact=True)
    assert not list(tmp_path.glob("unfinished"))
    assert json.loads(pair.estimates.to_json(orient="records"))
