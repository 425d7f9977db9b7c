"""What nobody wrote into the model and what comes out of it all the same: lessons, each by paired replications in each workflow.

A lesson holds if the whole 95 % interval of the paired differences lies on its side. Where a workflow does not show it, its test
says so. Practices one by one: test_practices.py; people who join late: tests/simulation and docs/model.md.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from devopssim import kpis
from devopssim.experiment import Difference, interval, paired
from devopssim.scenario import AGILE, DEVOPS, SEVEN_CS, WATERFALL, Scenario, adopt, vary
from devopssim.simulation import simulate

WORKFLOWS = pytest.mark.parametrize("workflow", [WATERFALL, AGILE, DEVOPS], ids=["waterfall", "agile", "devops"])
REPLICATIONS = 8


@cache
def measured(scenario: Scenario, replications: int = REPLICATIONS) -> pd.DataFrame:
    """The KPIs of each replication, one row a replication."""
    return pd.DataFrame(
        [kpis.values(simulate(scenario, seed=11, replication=number)) for number in range(replications)]
    )


def difference(before: Scenario, after: Scenario, kpi: str, replications: int = REPLICATIONS) -> Difference:
    """How much the KPI changes, with its paired 95 % interval."""
    values, baseline = (measured(scenario, replications)[kpi] for scenario in (after, before))
    return paired(values, baseline, 0.95)


LARGE_AND_SMALL = {
    "waterfall": [vary(WATERFALL, {"process.project_weeks": weeks, "years": 5}) for weeks in (26, 4)],
    "agile": [vary(AGILE, {"process.sprints_per_release": sprints, "years": 4}) for sprints in (13, 1)],
    "devops": [vary(DEVOPS, {"practices.deployment": 0, "process.window_weeks": weeks}) for weeks in (13, 1)],
}
MANY = 16


@pytest.mark.parametrize("kpi", ["change_failure_rate_planned", "mttr", "lead_time"])
@pytest.mark.parametrize("workflow", list(LARGE_AND_SMALL))
def test_smaller_releases_fail_less_often_recover_sooner_and_arrive_sooner(workflow: str, kpi: str) -> None:
    large, small = LARGE_AND_SMALL[workflow]
    assert difference(large, small, kpi, MANY).high < 0


@pytest.mark.parametrize(("workflow", "replications"), [("waterfall", 40), ("agile", MANY), ("devops", MANY)])
def test_users_lose_fewer_hours_with_smaller_releases(workflow: str, replications: int) -> None:
    large, small = LARGE_AND_SMALL[workflow]
    assert difference(large, small, "availability", replications).low > 0


def test_changes_that_go_out_one_by_one_recover_soonest_and_are_about_as_available() -> None:
    """Hand tests of a release find what machines leave, so a weekly window loses a little less: at most three hours in a thousand."""
    weekly = LARGE_AND_SMALL["devops"][1]
    assert difference(weekly, DEVOPS, "mttr").high < 0
    assert difference(weekly, DEVOPS, "lead_time").high < 0
    found = difference(weekly, DEVOPS, "availability", MANY)
    assert -0.003 < found.low <= found.high < 0.003


def busy(workflow: Scenario, requests: float) -> Scenario:
    return vary(workflow, {"demand.requests_per_week": requests, "years": 2})


@WORKFLOWS
def test_lead_time_for_changes_grows_with_load(workflow: Scenario) -> None:
    assert difference(busy(workflow, 4), busy(workflow, 8), "lead_time_for_changes").low > 0


@pytest.mark.parametrize(
    ("workflow", "steps"),
    [(AGILE, (4, 6, 8)), (DEVOPS, (8, 10, 12))],
    ids=["agile", "devops"],
)
def test_the_last_people_who_become_busy_cost_more_lead_time_than_the_first(
    workflow: Scenario, steps: tuple[int, ...]
) -> None:
    """The hockey stick: the same two requests a week add more lead time to a team that has more to do."""
    low, middle, high = (measured(busy(workflow, requests))["lead_time"].to_numpy() for requests in steps)
    assert paired(high - middle, middle - low, 0.95).low > 0


def test_a_wip_limit_that_is_too_high_and_one_that_is_too_low_both_hurt() -> None:
    """At ten requests a week: without a limit work takes longer once it has begun; with four items the team finishes fewer."""
    none, middle, low = (vary(busy(DEVOPS, 10), {"process.wip_limit": limit}) for limit in (10000, 14, 4))
    assert difference(none, middle, "cycle_time").high < 0
    assert difference(middle, low, "throughput_new_work").high < 0
    assert difference(middle, low, "lead_time").low > 0


def with_all_but(workflow: Scenario, *left_out: str) -> Scenario:
    return adopt(workflow, dict.fromkeys(SEVEN_CS, 1.0) | dict.fromkeys(left_out, 0.0))


@WORKFLOWS
def test_continuous_integration_alone_does_little(workflow: Scenario) -> None:
    """It saves less than a tenth of the lead time that all seven practices save together."""
    none = with_all_but(workflow, *SEVEN_CS)
    alone, together = (
        measured(none)["lead_time"] - measured(scenario)["lead_time"]
        for scenario in (adopt(none, {"integration": 1.0}), with_all_but(workflow))
    )
    assert interval(alone - together / 10).high < 0
    assert interval(together).low > 0


@WORKFLOWS
def test_deployment_without_delivery_overloads_operations(workflow: Scenario) -> None:
    """All changes one by one, each installed by hand: users wait longer, and lose more hours, than with delivery."""
    everything, by_hand = with_all_but(workflow), with_all_but(workflow, "delivery")
    assert difference(everything, by_hand, "lead_time").low > 0
    assert difference(everything, by_hand, "availability").high < 0
    operators = [
        np.mean([kpis.utilisation_by_role(simulate(scenario, seed=11, replication=number))["operator"] for number in (0, 1)])
        for scenario in (everything, by_hand)
    ]  # fmt: skip
    assert operators[1] > 2 * operators[0]


@WORKFLOWS
def test_feedback_removes_failure_demand(workflow: Scenario) -> None:
    """Agile shows each sprint to its users anyway, so little is left to remove: at most half a percent of the work."""
    none = with_all_but(workflow, *SEVEN_CS)
    found = difference(none, adopt(none, {"feedback": 1.0}), "failure_demand")
    if workflow is AGILE:
        assert -0.005 < found.low <= found.high < 0.005
    else:
        assert found.high < 0


def project(workflow: Scenario, **changes: float) -> Scenario:
    """A team with eighty items to do and no others."""
    finite = {
        "demand.backlog": 80,
        "demand.requests_per_week": 0,
        "process.project_weeks": 1,
        "process.wip_limit": 100,
        "team.turnover": 0,
    }
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return vary(workflow, finite | named)


@cache
def ends(scenario: Scenario) -> np.ndarray:
    """The week in which the last item of the backlog is done, replication by replication."""
    logs = (simulate(scenario, seed=11, replication=number) for number in range(20))
    weeks = []
    for log in logs:
        done = log.loc[(log["kind"] == "ticket.done") & log["item"].isin([f"W{n}" for n in range(1, 81)]), "time"]
        assert len(done) == 80
        weeks.append(float(done.max()) / 168)
    return np.array(weeks)


@WORKFLOWS
def test_people_who_join_after_three_quarters_make_a_project_later(workflow: Scenario) -> None:
    alone = project(workflow)
    joined = project(workflow, team__joiners=8, team__join_week=0.75 * float(ends(alone).mean()))
    assert paired(ends(joined), ends(alone), 0.95).low > 0
