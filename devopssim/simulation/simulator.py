"""Run one replication of a scenario and return its event log: on the fast engine, or on the reference."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_YEAR, CodedLog
from devopssim.scenario import Scenario, check_scenario, to_table
from devopssim.simulation.engine import MOST_ROWS, EngineError, endless, library, simulate_fast
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.staff import headcount, working_time
from devopssim.simulation.streams import Streams
from devopssim.simulation.workflows import WORKFLOW_PROCESSES

ENGINES: Final = ("fast", "reference")
"""The engines: the C++ library where it was built, and the processes of this room in SimPy. Both write the same log."""
SLICES: Final = 1000
"""Parts of a run of the reference, after each of which it looks at the length of its log."""
_usual: ContextVar[str | None] = ContextVar("engine", default=None)


def simulate(scenario: Scenario, *, seed: int = 1, replication: int = 0, engine: str | None = None) -> pd.DataFrame:
    """Simulate one replication of a scenario and return its event log.

    Two scenarios with the same seed and replication meet the same requests, efforts, defects and failures (common random
    numbers), so their difference is the effect of the parameters. The log is a function of scenario, seed and replication alone: both
    engines write it to the last bit.

    Parameters
    ----------
    scenario : Scenario
        What to simulate: a preset, or a variant of one. Its `years` are the run length.
    seed : int, default 1
        Random seed of the experiment; 0 or more.
    replication : int, default 0
        Number of the replication, from 0 to below 2**32. Replications of one seed are independent.
    engine : {'fast', 'reference'}, optional
        What runs the model; by default the fast engine where it was built.

    Returns
    -------
    DataFrame
        Event log, one row per event, sorted by time in hours (see `devopssim.events`). Work in progress at the horizon
        stays in the log. `log.attrs["source"]` is a mapping with the scenario, the seed, the replication and the head-count
        of each role; `log.attrs["horizon"]` is the run length in hours.

    Raises
    ------
    InvalidInputError
        If `scenario` is of another type than Scenario, `seed` or `replication` lies outside its range, or `engine` is unknown.
    EngineError
        If the fast engine is asked for and was not built.
    EndlessRunError
        If the run would not end, or not in the memory of a computer.

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
    log = simulate_coded(scenario, seed=seed, replication=replication, engine=engine)
    return log.log() if isinstance(log, CodedLog) else log


def simulate_coded(
    scenario: Scenario, *, seed: int = 1, replication: int = 0, engine: str | None = None
) -> CodedLog | pd.DataFrame:
    """Simulate one replication and return its log as the engine writes it: in codes, or with names by the reference.

    The parameters and errors are those of `simulate`. KPIs read both.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> len(simulate_coded(vary(DEVOPS, {"years": 0.1}), seed=1)) > 1000
    True
    """
    check_scenario(scenario)
    streams = Streams(seed, replication)
    source = {"scenario": to_table(scenario), "seed": seed, "replication": replication, "people": headcount(scenario)}
    if serving(engine) == "fast":
        fast = library()
        assert fast is not None  # noqa: S101 - it serves
        return simulate_fast(scenario, streams, source=source, engine=fast)
    return _simulate_in_simpy(scenario, streams, source)


def serving(engine: str | None = None) -> str:
    """Return the engine that serves: the one asked for, else the one of `using`, else the fast one where it was built.

    Raises
    ------
    InvalidInputError
        If the engine is unknown.
    EngineError
        If the fast engine is asked for and was not built.

    Examples
    --------
    >>> serving("reference")
    'reference'
    """
    asked = engine or _usual.get()
    if asked not in {None, *ENGINES}:
        raise InvalidInputError(f"engine={asked!r} (what runs the model) must be one of {', '.join(ENGINES)}.")
    if asked == "fast" and library() is None:
        raise EngineError(
            "the fast engine was not built; run `make engine`, or use the reference, which gives the same log."
        )
    return asked or ("reference" if library() is None else "fast")


@contextmanager
def using(engine: str | None) -> Iterator[None]:
    """Let this engine serve in this thread until the block ends, where no other one is asked for; None changes nothing.

    Raises
    ------
    InvalidInputError
        If the engine is unknown.
    EngineError
        If the fast engine is asked for and was not built.

    Examples
    --------
    >>> with using("reference"):
    ...     serving()
    'reference'
    """
    before = _usual.set(serving(engine) if engine else _usual.get())
    try:
        yield
    finally:
        _usual.reset(before)


def _simulate_in_simpy(scenario: Scenario, streams: Streams, source: Mapping[str, Any]) -> pd.DataFrame:
    org = Organisation(scenario, streams)

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
    for number in range(1, SLICES + 1):
        org.env.run(until=horizon * number / SLICES)
        if len(org.log.rows) > MOST_ROWS:
            raise endless(scenario, org.env.now)
    return org.log.log(horizon=horizon, source=source, calendar=working_time(scenario.team))
