"""Copies of a service that fail and are repaired by a few operators: the machine repair problem."""

from collections.abc import Generator
from dataclasses import dataclass
from itertools import count

import pandas as pd
from simpy import Environment, Event

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.events import encode_detail
from devopssim.simulation.randomness import Distribution, Streams
from devopssim.simulation.resources import Resource


@dataclass(frozen=True, kw_only=True)
class Machines:
    """`replicas` copies that each run for a time, fail, wait for one of the `operators`, and are repaired."""

    replicas: int
    operators: int
    uptime: Distribution
    repair: Distribution

    def __post_init__(self) -> None:
        for name in ("replicas", "operators"):
            if getattr(self, name) < 1:
                raise InvalidInputError(f"{name}={getattr(self, name)} must be 1 or more.")


def run(machines: Machines, *, horizon: float, streams: Streams) -> pd.DataFrame:
    """Let the machines run for `horizon` hours and return the event log; `detail` says which replica failed.

    A failure is detected at once. Each replica has its own draws for its k-th life and its k-th repair.
    """
    env = Environment()
    log = events.Recorder(lambda: env.now)
    operators = Resource(env, machines.operators)
    incidents = count(1)

    def live(number: int) -> Generator[Event, None, None]:
        fate = encode_detail(replica=str(number))
        uptimes, repairs = (streams.stream(f"{what} of replica {number}") for what in ("lives", "repairs"))
        while True:
            block = zip(machines.uptime.sample(uptimes, 256), machines.repair.sample(repairs, 256), strict=True)
            for uptime, repair in block:
                yield env.timeout(float(uptime))
                incident = f"I{next(incidents)}"
                for kind in ("service.failed", "incident.detected"):
                    log.record(kind, incident=incident, detail=fate)
                log.record("stage.queued", incident=incident, stage="operate", role="operator", detail=fate)
                with operators.request() as request:
                    yield request
                    log.record("stage.started", incident=incident, stage="operate", role="operator", detail=fate)
                    yield env.timeout(float(repair))
                    log.record("stage.finished", incident=incident, stage="operate", role="operator", detail=fate)
                log.record("incident.resolved", incident=incident, detail=fate)

    for number in range(1, machines.replicas + 1):
        env.process(live(number))
    env.run(until=horizon)
    return log.log(horizon=horizon, source={"model": "machines"})
