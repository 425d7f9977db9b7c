"""A deployment pipeline: a commit runs through steps on machines; a step that fails ends its journey.

With free machines the time to production is the sum of the steps, and the share of commits that fail is 1 - ∏(1 - fails).
A step with few runners makes commits queue, and slow feedback appears.
"""

from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from simpy import Environment, Event

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.events import encode_detail
from devopssim.simulation.randomness import Distribution, Streams
from devopssim.simulation.resources import Resource

STEP_STAGES: Final = ("build", "test", "deploy", "operate", "monitor")


@dataclass(frozen=True, kw_only=True)
class PipelineStep:
    """One step: its name, the log's stage that it belongs to, its hours, and the share of commits that fail in it.

    `runners` is how many commits it can work on at once (none: as many as come).
    """

    name: str
    stage: str
    hours: Distribution
    fails: float = 0.0
    runners: int | None = None

    def __post_init__(self) -> None:
        if self.stage not in STEP_STAGES:
            raise InvalidInputError(
                f"stage {self.stage!r} of step {self.name!r} must be one of {', '.join(STEP_STAGES)}."
            )
        if not 0 <= self.fails <= 1:
            raise InvalidInputError(
                f"fails={self.fails:g} (the share of commits that fail in {self.name!r}) must lie from 0 to 1."
            )
        if self.runners is not None and self.runners < 1:
            raise InvalidInputError(
                f"runners={self.runners} (commits that {self.name!r} takes at once) must be 1 or more."
            )


@dataclass(frozen=True, slots=True)
class PipelineCommit:
    """A commit with its draws: when it is made (hours), and for each step its hours and whether it fails there."""

    number: int
    made: float
    steps: tuple[tuple[float, bool], ...]


def draw_commits(steps: Sequence[PipelineStep], made: Sequence[float], streams: Streams) -> list[PipelineCommit]:
    """Draw commits that are made at the hours `made`, in order."""
    shape = (len(made), len(steps))
    draws = streams.stream("hours of steps").random(shape)
    chance = streams.stream("failures of steps").random(shape)
    hours = np.column_stack([step.hours.quantile(column) for step, column in zip(steps, draws.T, strict=True)]).tolist()
    fails = (chance < [step.fails for step in steps]).tolist()
    return [
        PipelineCommit(number, hour, tuple(zip(hours[number - 1], fails[number - 1], strict=True)))
        for number, hour in enumerate(made, start=1)
    ]


def deliver(
    steps: Sequence[PipelineStep], commits: Sequence[PipelineCommit], *, horizon: float | None = None
) -> pd.DataFrame:
    """Run the commits through the steps and return the event log.

    A commit that passes all steps is a deployment of its own; one that fails is abandoned. Without a `horizon` (hours) the
    run ends with the last commit.
    """
    env = Environment()
    log = events.Recorder(lambda: env.now)
    runners = [Resource(env, step.runners) if step.runners else None for step in steps]

    def run(commit: PipelineCommit) -> Generator[Event, None, None]:
        change = f"C{commit.number}"
        log.record("change.created", change=change)
        for step, machines, (hours, fails) in zip(steps, runners, commit.steps, strict=True):
            with machines.request() if machines else nullcontext() as request:
                if request:
                    log.record("stage.queued", change=change, stage=step.stage, detail=encode_detail(name=step.name))
                    yield request
                log.record("stage.started", change=change, stage=step.stage, detail=encode_detail(name=step.name))
                yield env.timeout(hours)
            outcome = "failure" if fails else "success"
            log.record(
                "stage.finished", change=change, stage=step.stage, detail=encode_detail(name=step.name, outcome=outcome)
            )
            if fails:
                log.record("change.abandoned", change=change, detail=encode_detail(reason=step.name))
                return
        log.record("service.deployed", change=change, deployment=f"D{commit.number}")

    def commit_one_after_another() -> Generator[Event, None, None]:
        for commit in commits:
            if commit.made > env.now:
                yield env.timeout(commit.made - env.now)
            env.process(run(commit))

    env.process(commit_one_after_another())
    env.run(until=horizon)
    return log.log(horizon=horizon, source={"model": "pipeline"})
