"""V14: how often changes that are made at the same time break main.

Reference: Uber's SubmitQueue (EuroSys 2019): with 16 concurrent, possibly conflicting changes main breaks with a chance of 40 %.
Here sixteen developers write a change each, about a day long, and bring it to main when it is done; 30 to 50 % is asked for.
"""

from functools import cache

import numpy as np
from validation.comparison import SEED, RangeComparison, between

from devopssim.scenario import PLAIN_FLOW, Scenario, vary
from devopssim.simulation import simulate

RUNS = 400
SIXTEEN = vary(
    PLAIN_FLOW,
    {
        "years": 0.02,
        "demand.requests_per_week": 0,
        "demand.backlog": 16,
        "demand.plan_effort": 0,
        "demand.test_effort": 0,
        "demand.code_effort": 8,
        "demand.effort_cv": 0.3,
        "team.developers": 16,
        "practices.integration": 1,
        "pipeline.build_time": 0.15,
        "quality.conflict_probability": Scenario().quality.conflict_probability,
    },
)


def breaks(scenario: Scenario, replication: int) -> bool:
    """Return whether main breaks before all changes are on it."""
    log = simulate(scenario, seed=SEED, replication=replication)
    assert (log["kind"] == "artifact.published").sum() == 16
    return bool((log["detail"] == "outcome=failure").any())


@cache
def measured() -> RangeComparison:
    shares = np.array([breaks(SIXTEEN, replication) for replication in range(RUNS)]).reshape(10, -1).mean(axis=1)
    return between("V14 16 concurrent changes", "share in which main breaks", 0.3, 0.5, shares.tolist())


def rows() -> list[RangeComparison]:
    return [measured()]


def test_sixteen_concurrent_changes_break_main_as_often_as_published() -> None:
    assert measured().agrees, measured()


def test_changes_that_never_conflict_never_break_main() -> None:
    calm = vary(SIXTEEN, {"quality.conflict_probability": 0})
    assert not any(breaks(calm, replication) for replication in range(5))
