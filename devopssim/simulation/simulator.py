"""From a scenario to an event log."""

from dataclasses import asdict

import pandas as pd

from devopssim.events import HOURS_PER_YEAR
from devopssim.scenario import Scenario, check_scenario
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import Process, people
from devopssim.simulation.production import Production
from devopssim.simulation.randomness import Streams
from devopssim.simulation.release import Releases
from devopssim.simulation.security import Security
from devopssim.simulation.workflows import WORKFLOWS, Way


def simulate(scenario: Scenario, *, seed: int = 1, replication: int = 0) -> pd.DataFrame:
    """Return the event log of one random future of a scenario; see `devopssim.events`.

    The same (seed, replication) meets every scenario with the same demand and the same luck. `log.attrs["source"]` holds
    the scenario, the seed, the replication and how many people of each role there were. Raises InvalidInputError for what is
    no scenario, and for a seed or a replication that is no whole number from 0.
    """
    check_scenario(scenario)
    streams = Streams(seed, replication)
    org = Organisation(scenario, streams)
    workflow = WORKFLOWS[scenario.workflow]
    org.team |= dict.fromkeys(workflow.one_team, "development")
    production = Production(org, streams)
    releases = Releases(org, workflow.windows)
    security = Security(org, production, ship=releases.ready)
    production.ship, production.patch = releases.ready, releases.patch
    releases.listeners += [production.receive, security.receive]

    env = org.env
    env.process(arrivals(org, releases))
    env.process(workflow.process(Way(org, releases)))
    env.process(production.infrastructure())
    env.process(security.disclosures())
    for _ in range(scenario.team.developers):
        env.process(security.train())
    horizon = scenario.years * HOURS_PER_YEAR
    env.run(until=horizon)
    source = {"scenario": asdict(scenario), "seed": seed, "replication": replication, "people": people(scenario)}
    return org.log.log(horizon=horizon, source=source)


def arrivals(org: Organisation, releases: Releases) -> Process:
    """Let the requests come in when they arrive."""
    for item in org.demand.first:
        yield org.env.timeout(item.arrives - org.env.now)
        releases.expect(item)
        org.backlog.put(item)
