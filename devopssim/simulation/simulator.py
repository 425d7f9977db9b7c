"""From a scenario to an event log."""

from dataclasses import asdict

import pandas as pd

from devopssim.events import HOURS_PER_YEAR
from devopssim.scenario import Scenario, check_scenario
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import headcount
from devopssim.simulation.randomness import Streams
from devopssim.simulation.workflows import WORKFLOW_PROCESSES


def simulate(scenario: Scenario, *, seed: int = 1, replication: int = 0) -> pd.DataFrame:
    """Simulate a scenario and return its event log; see `devopssim.events`.

    Every scenario meets the same demand and the same random numbers in the same (seed, replication). `log.attrs["source"]`
    holds the scenario, the seed, the replication and the number of people of each role. Raises InvalidInputError for
    anything but a Scenario, and unless seed and replication are whole numbers from 0.
    """
    check_scenario(scenario)
    org = Organisation(scenario, Streams(seed, replication))

    org.env.process(org.requests())
    org.env.process(WORKFLOW_PROCESSES[scenario.workflow](org))
    org.env.process(org.production.infrastructure())
    org.env.process(org.security.disclosures())
    for _ in range(scenario.team.developers):
        org.env.process(org.security.train())

    horizon = scenario.years * HOURS_PER_YEAR
    org.env.run(until=horizon)
    source = {"scenario": asdict(scenario), "seed": seed, "replication": replication, "people": headcount(scenario)}
    return org.log.log(horizon=horizon, source=source)
