"""A value stream: stories move through stages, in each of which one person at a time works on them.

The plain flow of work, without defects, incidents or security: what queueing theory and the published flow cases speak of.
Stages carry the names of the log's seven (a UX designer's column is `plan`, a developer's `code`, a tester's `test`).
All draws are made before the first story moves (`draw_stories`), then `flow` plays it and records.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from simpy import Environment, Event

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.simulation.randomness import Distribution, Streams
from devopssim.simulation.reference.crew import Crew, Person, ReleaseTrain
from devopssim.simulation.resources import Resource

ROLE_OF: Final = {
    "plan": "analyst",
    "code": "developer",
    "build": "developer",
    "test": "tester",
    "deploy": "operator",
    "operate": "operator",
    "monitor": "operator",
}
"""Default role of each stage."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One column: how long the work takes, and how often it goes wrong.

    `rework` is the probability (0 to below 1) that work which leaves this stage goes back `to` an earlier one (or to this one,
    when `to` is empty). People do `urgent` work before any other. Raises InvalidInputError for an unknown name or role, or a
    probability out of range.
    """

    name: str
    hours: Distribution
    role: str = ""
    rework: float = 0.0
    to: str = ""
    urgent: bool = False

    def __post_init__(self) -> None:
        if self.name not in events.STAGES:
            raise InvalidInputError(f"stage {self.name!r} is unknown; take one of {', '.join(events.STAGES)}.")
        object.__setattr__(self, "role", self.role or ROLE_OF[self.name])
        object.__setattr__(self, "to", self.to or self.name)
        if self.role not in events.ROLES:
            raise InvalidInputError(f"role {self.role!r} is unknown; take one of {', '.join(events.ROLES)}.")
        if not 0 <= self.rework < 1:
            raise InvalidInputError(
                f"rework={self.rework:g} (the share of work that goes back) must lie from 0 to below 1."
            )


@dataclass(frozen=True, kw_only=True)
class ValueStream:
    """Stages from left to right, the people who work in them, and the rules of moving.

    `wip_limit` is the largest number of stories that are started and not done (none: no limit). With `release_every` hours,
    what is done waits for the next release train; without, it is available at once.
    """

    stages: tuple[Stage, ...]
    people: tuple[Person, ...]
    wip_limit: int | None = None
    release_every: float = 0.0

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names) or not names:
            raise InvalidInputError(f"stages={names} must be at least one, each once.")
        for index, stage in enumerate(self.stages):
            if stage.to not in names[: index + 1]:
                raise InvalidInputError(
                    f"rework of {stage.name!r} goes to {stage.to!r}, which is no stage up to there."
                )
        if self.wip_limit is not None and self.wip_limit < 1:
            raise InvalidInputError(f"wip_limit={self.wip_limit} (stories started and not done) must be 1 or more.")
        if self.release_every < 0:
            raise InvalidInputError(f"release_every={self.release_every:g} (hours between releases) must be 0 or more.")


@dataclass(frozen=True, slots=True)
class Story:
    """A work item with its draws: when it arrives (hours), and each visit to a stage (its index, hours of work)."""

    id: str
    arrives: float
    visits: tuple[tuple[int, float], ...]


def arrivals(gap: Distribution, n: int, streams: Streams) -> list[float]:
    """Return the hours at which `n` items arrive, one after another at times `gap` apart (Exponential: a Poisson stream)."""
    hours: list[float] = np.cumsum(gap.sample(streams.stream("arrivals"), n)).tolist()
    return hours


def draw_stories(stages: Sequence[Stage], arrive: Sequence[float], streams: Streams) -> list[Story]:
    """Draw stories that arrive at the hours `arrive` (a backlog: `[0.0] * 200`), in order.

    The k-th visit of a story to a stage has its own number in its own stream, so neither people, limits nor the share of
    rework changes the draws of another visit.
    """
    efforts: list[list[list[float]]] = []
    again: list[list[list[bool]]] = []

    def draw_visit(k: int) -> None:
        shape = (len(arrive), len(stages))
        draws = streams.stream(f"effort of visit {k}").random(shape)
        chance = streams.stream(f"rework of visit {k}").random(shape)
        hours = [stage.hours.quantile(column) for stage, column in zip(stages, draws.T, strict=True)]
        efforts.append(np.column_stack(hours).tolist())
        again.append((chance < [stage.rework for stage in stages]).tolist())

    names = [stage.name for stage in stages]
    back = [names.index(stage.to) for stage in stages]

    def path(number: int) -> Generator[tuple[int, float], None, None]:
        seen = [0] * len(stages)
        index = 0
        while index < len(stages):
            k = seen[index]
            if k == len(efforts):
                draw_visit(k)
            seen[index] += 1
            yield index, efforts[k][number][index]
            index = back[index] if again[k][number][index] else index + 1

    return [Story(f"W{number + 1}", hour, tuple(path(number))) for number, hour in enumerate(arrive)]


def flow(value_stream: ValueStream, stories: Sequence[Story], *, horizon: float | None = None) -> pd.DataFrame:
    """Play the stories through the value stream and return the event log.

    Without a `horizon` (hours) the run ends when the last story is closed. `ticket.started` is the beginning of the first
    stage, `ticket.done` the end of the last one, `ticket.closed` the release.
    """
    env = Environment()
    log = events.Recorder(lambda: env.now)
    board = _Board(value_stream, env, log)
    env.process(board.arrive(stories))
    env.run(until=horizon)
    return log.log(horizon=horizon, source={"model": "value stream", "people": heads(value_stream)})


def heads(value_stream: ValueStream) -> dict[str, int]:
    """Return the number of people in each role; empty if a person works in several roles."""
    role_of = {stage.name: stage.role for stage in value_stream.stages}
    roles = [{role_of[skill] for skill in person.skills} for person in value_stream.people]
    return {} if any(len(own) > 1 for own in roles) else dict(Counter(role for own in roles for role in own))


class _Board:
    """The columns while a run lasts."""

    def __init__(self, value_stream: ValueStream, env: Environment, log: events.Recorder) -> None:
        self.stages = value_stream.stages
        by_urgency = sorted(self.stages, key=lambda stage: stage.urgent)  # stable: else from left to right
        self.crew = Crew(env, [stage.name for stage in by_urgency], value_stream.people)
        self.wip = Resource(env, value_stream.wip_limit) if value_stream.wip_limit else None
        self.train = ReleaseTrain(env, value_stream.release_every) if value_stream.release_every else None
        self.env = env
        self.log = log

    def arrive(self, stories: Sequence[Story]) -> Generator[Event, None, None]:
        """Let each story in at its hour."""
        for story in stories:
            if story.arrives > self.env.now:
                yield self.env.timeout(story.arrives - self.env.now)
            self.env.process(self.deliver(story))

    def deliver(self, story: Story) -> Generator[Event, Any, None]:
        """Take one story from its request to its users."""
        record = self.log.record
        record("ticket.created", item=story.id)
        with self.wip.request() if self.wip else nullcontext() as slot:
            if slot:
                yield slot
            yield from self.work(story)
            record("ticket.done", item=story.id)
        if self.train:
            yield self.train.departure()
        record("ticket.closed", item=story.id)

    def work(self, story: Story) -> Generator[Event, Any, None]:
        """Visit stage after stage, with one person in each."""
        record = self.log.record
        started = False
        with ExitStack() as hands:
            for index, hours in story.visits:
                stage = self.stages[index]
                record("stage.queued", item=story.id, stage=stage.name, role=stage.role)
                request = self.crew.request(stage.name)
                hands.pop_all().close()  # the last person is free only now, so that they can carry on with this story
                yield hands.enter_context(request)
                if not started:
                    started = True
                    record("ticket.started", item=story.id)
                record("stage.started", item=story.id, stage=stage.name, role=stage.role)
                yield self.env.timeout(hours)
                record("stage.finished", item=story.id, stage=stage.name, role=stage.role)
