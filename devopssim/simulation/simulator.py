"""Run one replication of a scenario and return its event log."""

import pandas as pd

from devopssim.events import HOURS_PER_YEAR
from devopssim.scenario import Scenario, check_scenario, to_table
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.randomness import Streams
from devopssim.simulation.staff import headcount, working_time
from devopssim.simulation.workflows import WORKFLOW_PROCESSES


def simulate(scenario: Scenario, *, seed: int = 1, replication: int = 0) -> pd.DataFrame:
    """Simulate one replication of a scenario and return its event log.

    Two scenarios with the same seed and replication meet the same requests, efforts, defects and failures (common random
    numbers), so their difference is the effect of the parameters. The log is a function of the three arguments alone.

    Parameters
    ----------
    scenario : Scenario
        What to simulate: a preset, or a variant of one. Its `years` are the run length.
    seed : int, default 1
        Random seed of the experiment; 0 or more.
    replication : int, default 0
        Number of the replication, from 0 to below 2**32. Replications of one seed are independent.

    Returns
    -------
    DataFrame
        Event log, one row per event, sorted by time in hours (see `devopssim.events`). Work in progress at the horizon
        stays in the log. `log.attrs["source"]` is a mapping with the scenario, the seed, the replication and the head-count
        of each role; `log.attrs["horizon"]` is the run length in hours.

    Raises
    ------
    InvalidInputError
        If `scenario` is of another type than Scenario, or `seed` or `replication` lies outside its range.

    See Also
    --------
    devopssim.experiment.replicate : Several replications with confidence intervals.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> log.attrs["horizon"]
    876.0
    >>> log.loc[0, ["kind", "item"]].tolist()
    ['ticket.created', 'W1']
    >>> log.attrs["source"]["people"]["developer"]
    8
    """
    check_scenario(scenario)
    org = Organisation(scenario, Streams(seed, replication))

    org.env.process(org.requests())
    org.env.process(WORKFLOW_PROCESSES[scenario.workflow](org))
    for host in range(scenario.production.hosts):
        org.env.process(org.production.infrastructure(host))
    org.env.process(org.security.disclosures())
    org.env.process(org.security.adopt())
    org.env.process(org.people.interrupt())
    org.env.process(org.people.turn_over())
    org.env.process(org.people.join())
    for _ in range(scenario.team.developers):
        org.env.process(org.security.train())

    horizon = scenario.years * HOURS_PER_YEAR
    org.env.run(until=horizon)
    source = {"scenario": to_table(scenario), "seed": seed, "replication": replication, "people": headcount(scenario)}
    return org.log.log(horizon=horizon, source=source, calendar=working_time(scenario.team))
