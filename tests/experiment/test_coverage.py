"""Intervals from simulations cover what queueing theory knows, as often as they promise.

People are up to two fifths busy, and the first items of each run are left out, so the runs have forgotten that they began empty.
Means of longer queues are so skewed that Student's t, which assumes normal means, would need runs ten times as long.
"""

from dataclasses import dataclass

import pytest
from validation.theory import Node, time_in_network

from devopssim import kpis
from devopssim.experiment import interval
from devopssim.scenario import PLAIN_FLOW, Scenario, vary
from devopssim.simulation import simulate

EXPERIMENTS = 400
REPLICATIONS = 5
WARM_UP = 30
"""Items that come before the first one that counts."""
HEADS = {"plan": "analysts", "code": "developers", "test": "testers"}


@dataclass(frozen=True, kw_only=True)
class Queues:
    """Stages in line, an item an hour: mean hours of work and people at each."""

    work: dict[str, float]
    people: dict[str, int]

    @property
    def scenario(self) -> Scenario:
        efforts = {f"demand.{stage}_effort": self.work.get(stage, 0) for stage in HEADS}
        people = {f"team.{heads}": self.people.get(stage, 0) for stage, heads in HEADS.items()}
        exponential = {"demand.effort_distribution": "gamma", "demand.effort_cv": 1.0}
        return vary(PLAIN_FLOW, {"years": 0.02, "demand.requests_per_week": 168, **efforts, **people, **exponential})

    @property
    def expected(self) -> float:
        """The mean hours from request to end, by theory."""
        return time_in_network(1.0, [Node(service=self.work[name], servers=self.people[name]) for name in self.work])


def mean_time(scenario: Scenario, seed: int, replication: int, items: int) -> float:
    """Return the mean hours from request to end of the items behind the warm-up."""
    counted = [f"W{number}" for number in range(WARM_UP + 1, WARM_UP + items + 1)]
    return float(kpis.lead_time(simulate(scenario, seed=seed, replication=replication))[counted].mean())


MMM3 = Queues(work={"code": 1.2}, people={"code": 3})
THREE_STAGES = Queues(work={"plan": 0.3, "code": 1.2, "test": 0.7}, people={"plan": 1, "code": 3, "test": 2})


@pytest.mark.parametrize(("queues", "items"), [(MMM3, 50), (THREE_STAGES, 80)], ids=["M/M/3", "three stages"])
def test_intervals_cover_the_truth_in_93_to_97_of_100_experiments(queues: Queues, items: int) -> None:
    """Of 400 experiments of 5 replications; the random numbers are fixed, so the share is always the same."""
    scenario = queues.scenario
    covered = 0
    for seed in range(EXPERIMENTS):
        times = [mean_time(scenario, seed, replication, items) for replication in range(REPLICATIONS)]
        result = interval(times)
        covered += result.low <= queues.expected <= result.high
    assert 0.93 <= covered / EXPERIMENTS <= 0.97
