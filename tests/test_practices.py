"""Each practice is described, and acts on the work in the direction that its description promises."""

import dataclasses
from collections.abc import Mapping
from functools import cache

import pandas as pd
import pytest

from devopssim import kpis
from devopssim.experiment import paired
from devopssim.practices import PRACTICES
from devopssim.scenario import (
    AGILE,
    DEVOPS,
    DEVOPS_IN_NAME_ONLY,
    DEVSECOPS,
    WATERFALL,
    Scenario,
    adopt,
    parameters,
    vary,
)
from devopssim.scenario import PRACTICES as NAMES
from devopssim.simulation import simulate

REPLICATIONS = 6


@cache
def per_replication(scenario: Scenario) -> pd.DataFrame:
    """KPIs of each replication of a year and a half, one row a replication."""
    scenario = dataclasses.replace(scenario, years=1.5)
    logs = (simulate(scenario, seed=11, replication=number) for number in range(REPLICATIONS))
    return pd.DataFrame([{**kpis.values(log), **effort(log)} for log in logs])


def effort(log: pd.DataFrame) -> dict[str, float]:
    """Hours that machines worked, hours that developers lost to merge conflicts, and defects found in production."""
    machine = log["role"].isna() & log["stage"].isin(["build", "test", "deploy"])
    merging = (log["stage"] == "build") & (log["role"] == "developer")
    return {
        "machine_hours": hours(log, machine),
        "conflict_hours": hours(log, merging),
        "defects_in_production": float(log["detail"].str.contains("found_in=production").sum()),
    }


def hours(log: pd.DataFrame, chosen: "pd.Series[bool]") -> float:
    """Hours between `stage.started` and `stage.finished` of the chosen rows; what goes on at the end counts until then."""
    begun, ended = (chosen & (log["kind"] == kind) for kind in ("stage.started", "stage.finished"))
    still = float(begun.sum() - ended.sum())
    return float(log.loc[ended, "time"].sum() - log.loc[begun, "time"].sum()) + still * float(log.attrs["horizon"])


def difference(without: Scenario, adopted: Scenario, kpi: str) -> tuple[float, float]:
    """The paired 95 % interval of how much the KPI changes."""
    found = paired(per_replication(adopted)[kpi].to_numpy(), per_replication(without)[kpi].to_numpy(), 0.95)
    return found.low, found.high


def lowers(without: Scenario, adopted: Scenario, kpi: str) -> bool:
    return difference(without, adopted, kpi)[1] < 0


def raises(without: Scenario, adopted: Scenario, kpi: str) -> bool:
    return difference(without, adopted, kpi)[0] > 0


def test_every_practice_is_described_and_names_parameters_that_exist() -> None:
    assert set(PRACTICES) == {*NAMES, "security"}
    for practice in PRACTICES.values():
        assert set(practice.parameters) <= set(parameters())


def test_integration_means_fewer_hours_lost_to_conflicts() -> None:
    assert lowers(WATERFALL, adopt(WATERFALL, {"integration": 1}), "conflict_hours")


def test_integration_raises_the_load_of_the_pipeline() -> None:
    assert raises(AGILE, adopt(AGILE, {"integration": 1}), "machine_hours")


def test_testing_lets_fewer_defects_reach_production() -> None:
    assert lowers(AGILE, adopt(AGILE, {"testing": 1}), "defects_in_production")


def test_delivery_shortens_recovery_and_lowers_the_change_failure_rate() -> None:
    without = adopt(DEVOPS, {"delivery": 0})
    assert lowers(without, DEVOPS, "mttr")
    assert lowers(without, DEVOPS, "change_failure_rate")


def test_deployment_shortens_the_lead_time_for_changes() -> None:
    assert lowers(adopt(DEVOPS, {"deployment": 0}), DEVOPS, "lead_time_for_changes")


def test_monitoring_shortens_detection() -> None:
    assert lowers(adopt(DEVOPS, {"monitoring": 0}), DEVOPS, "mttd")


def test_collaboration_shortens_lead_time() -> None:
    assert lowers(DEVOPS_IN_NAME_ONLY, adopt(DEVOPS_IN_NAME_ONLY, {"collaboration": 1}), "lead_time")


def test_feedback_lowers_the_number_of_requests_that_follow_from_misfits() -> None:
    def followers(scenario: Scenario) -> float:
        logs = [simulate(dataclasses.replace(scenario, years=1), seed=11, replication=number) for number in range(4)]
        return sum(float(log["detail"].str.startswith("rework_of=").sum()) for log in logs)

    assert followers(adopt(DEVOPS_IN_NAME_ONLY, {"feedback": 1})) < followers(DEVOPS_IN_NAME_ONLY)


def test_security_inside_lowers_the_weaknesses_that_are_open_in_production() -> None:
    assert lowers(DEVOPS, DEVSECOPS, "vulnerabilities_open")


# What the evidence says against the easy story


def test_devops_in_name_only_is_no_miracle() -> None:
    assert raises(DEVOPS, DEVOPS_IN_NAME_ONLY, "change_failure_rate")
    assert raises(DEVOPS, DEVOPS_IN_NAME_ONLY, "lead_time")
    assert raises(DEVOPS, DEVOPS_IN_NAME_ONLY, "mttr")


NO_COST_OF_DELAY: Mapping[str, float] = {
    "quality.late_fix_factor": 1,
    "quality.conflict_probability": 0,
    "process.switching": 0,
    "demand.drift_per_month": 0,
    "demand.misunderstood_share": 0,
}


def work_per_item_that_fits(scenario: Scenario) -> float:
    """Hours that people worked for each finished item that did not have to be asked for again."""
    worked, fits = 0.0, 0
    for number in range(3):
        log = simulate(dataclasses.replace(scenario, years=2.5), seed=11, replication=number)
        worked += hours(log, log["role"].notna())
        again = log["detail"].str.startswith("rework_of=", na=False)
        fits += int((log["kind"] == "ticket.done").sum() - again.sum())
    return worked / fits


def test_without_the_costs_of_delay_agile_saves_time_but_little_work() -> None:
    """As DevCycleSim found, which left these costs out: what remains of agile's advantage is lead time."""
    calm_waterfall, calm_agile = vary(WATERFALL, NO_COST_OF_DELAY), vary(AGILE, NO_COST_OF_DELAY)
    saved = 1 - work_per_item_that_fits(AGILE) / work_per_item_that_fits(WATERFALL)
    saved_without = 1 - work_per_item_that_fits(calm_agile) / work_per_item_that_fits(calm_waterfall)
    assert saved > 2 * saved_without
    assert lowers(calm_waterfall, calm_agile, "lead_time")


@pytest.mark.parametrize("practice", NAMES)
def test_a_practice_of_devops_that_is_given_up_never_makes_everything_better(practice: str) -> None:
    given_up = adopt(DEVOPS, {practice: 0})
    better = [
        lowers(DEVOPS, given_up, kpi)
        for kpi in ("lead_time", "lead_time_for_changes", "change_failure_rate", "mttr", "cycle_time")
    ]
    assert not all(better)
