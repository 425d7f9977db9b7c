"""People: whoever is free takes the most urgent work that waits longest; urgent work takes people away from other work."""

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict, Unpack

from simpy import Environment, Event, Interrupt
from simpy import Process as Running

from devopssim.events import HOURS_PER_WEEK, ROLES, Recorder
from devopssim.scenario import Scenario

HEADCOUNTS: Final = {
    "analyst": "analysts",
    "developer": "developers",
    "tester": "testers",
    "operator": "operators",
    "security": "security",
}
"""The field of a scenario's team that holds the head-count of each role."""

Process = Generator[Event, Any, None]
"""A SimPy process: it yields the events that it waits for."""


class About(TypedDict, total=False):
    """What a step of work is about: columns of its `stage.*` events."""

    item: str | None
    change: str | None
    deployment: str | None
    incident: str | None
    finding: str | None
    detail: str | None


@dataclass(slots=True, order=True)
class Task:
    """Work that waits for somebody, or that somebody does. Urgent work goes first, then the oldest."""

    planned: bool
    number: int
    role: str = field(compare=False)
    anyone: bool = field(compare=False)
    turn: Event = field(compare=False)
    worker: Running = field(compare=False)
    person: str = field(default="", compare=False)
    """The role of the person who does it."""


class Office:
    """The people of an organisation, by role; with continuous collaboration, work that anyone may do."""

    def __init__(self, env: Environment, log: Recorder, scenario: Scenario) -> None:
        """Let everybody come in."""
        self.env = env
        self.log = log
        self.free: dict[str, int] = people(scenario)
        self.pace = HOURS_PER_WEEK / scenario.team.hours_per_week
        self.switching = scenario.process.switching
        self.cross_training = scenario.process.cross_training
        self._waiting: dict[str, list[Task]] = {role: [] for role in ROLES}
        self._anyone: list[Task] = []
        self._busy: dict[int, Task] = {}
        self._asked = 0

    def work(
        self,
        role: str,
        stage: str,
        effort: float,
        *,
        urgent: bool = False,
        anyone: bool = False,
        on_call: bool = False,
        **about: Unpack[About],
    ) -> Process:
        """Queue for a person of this role (or for `anyone`), then do `effort` person-hours of work.

        Urgent work interrupts other work, which is taken up again later and then costs the switch. On-call work runs
        around the clock, other work in working hours. `about` fills the columns of the `stage.*` events.
        """
        if effort <= 0:
            return
        pace = 1.0 if on_call else self.pace
        left = effort * pace * (1 + self.cross_training * anyone)
        task = self._task(role, urgent=urgent, anyone=anyone)
        interrupted = True
        while interrupted:
            self.log.record("stage.queued", stage=stage, role=role, **about)
            began = None
            try:
                yield self._turn(task)
                began = self.env.now
                self.log.record("stage.started", stage=stage, role=task.person, **about)
                yield self.env.timeout(left)
                interrupted = False
            except Interrupt:
                if began is None:
                    continue
                left = max(0.0, left - (self.env.now - began)) + self.switching * self.pace
            self.log.record("stage.finished", stage=stage, role=task.person, **about)
        self._leave(task)

    def _task(self, role: str, *, urgent: bool, anyone: bool) -> Task:
        self._asked += 1
        worker = self.env.active_process
        if worker is None:
            raise RuntimeError("work is done inside a SimPy process")
        return Task(not urgent, self._asked, role, anyone, Event(self.env), worker)

    def _turn(self, task: Task) -> Event:
        """Ask for a person: one who is free, or for urgent work one who is not, or whoever is free next."""
        task.turn = Event(self.env)
        person = self._somebody_free(task) or (None if task.planned else self._take_away(task))
        if person is not None:
            self._give(person, task)
        else:
            heapq.heappush(self._anyone if task.anyone else self._waiting[task.role], task)
        return task.turn

    def _somebody_free(self, task: Task) -> str | None:
        if self.free[task.role]:
            person = task.role
        elif task.anyone and any(self.free.values()):
            person = max(self.free, key=self.free.__getitem__)
        else:
            return None
        self.free[person] -= 1
        return person

    def _take_away(self, task: Task) -> str | None:
        """Interrupt the most recently begun planned work of somebody who can do the task."""
        suitable = [
            other for other in self._busy.values() if other.planned and (task.anyone or other.person == task.role)
        ]
        if not suitable:
            return None
        interrupted = suitable[-1]
        del self._busy[interrupted.number]
        interrupted.worker.interrupt()
        return interrupted.person

    def _give(self, person: str, task: Task) -> None:
        task.person = person
        self._busy[task.number] = task
        task.turn.succeed()

    def _leave(self, task: Task) -> None:
        """Let the person go, who takes up the most urgent work that waits longest."""
        del self._busy[task.number]
        own, shared = self._waiting[task.person], self._anyone
        queue = shared if shared and (not own or shared[0] < own[0]) else own
        if queue:
            self._give(task.person, heapq.heappop(queue))
        else:
            self.free[task.person] += 1


def people(scenario: Scenario) -> dict[str, int]:
    """Return how many people there are of each role."""
    return {role: getattr(scenario.team, field_name) for role, field_name in HEADCOUNTS.items()}


def together(env: Environment, *processes: Process) -> Event:
    """Start processes and return the event that all of them have ended."""
    return env.all_of([env.process(each) for each in processes])
