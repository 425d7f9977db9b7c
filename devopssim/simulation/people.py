"""People: whoever is free takes the most urgent work that waits longest; urgent work takes people away from other work."""

import heapq
from itertools import count
from typing import Final, TypedDict, Unpack

from simpy import Environment, Event, Interrupt
from simpy.events import ProcessGenerator

from devopssim.events import HOURS_PER_WEEK, Recorder
from devopssim.scenario import Scenario
from devopssim.simulation.resources import Request

HEADCOUNTS: Final = {
    "analyst": "analysts",
    "developer": "developers",
    "tester": "testers",
    "operator": "operators",
    "security": "security",
}
"""The field of a scenario's team that holds the head-count of each role."""


class EventFields(TypedDict, total=False):
    """What a step of work belongs to: columns of its `stage.*` events."""

    item: str | None
    change: str | None
    deployment: str | None
    incident: str | None
    finding: str | None
    detail: str | None


class PersonRequest(Request):
    """A request for a person, and the work while that person does it. Urgent work goes first, then the oldest."""

    def __init__(self, people: "People", role: str, order: tuple[bool, int], *, anyone: bool) -> None:
        super().__init__(people)
        if people.env.active_process is None:
            raise RuntimeError("people are requested inside a SimPy process")
        self.process = people.env.active_process
        self.role = role
        self.order = order
        """Whether the work is planned, and its number."""
        self.anyone = anyone
        self.person = ""
        """The role of the person who does the work; empty while it waits."""
        self.preempted = False

    @property
    def planned(self) -> bool:
        """Whether urgent work may take the person away."""
        return self.order[0]

    def __lt__(self, other: "PersonRequest") -> bool:
        return self.order < other.order


class People:
    """The people of an organisation, by role; with continuous collaboration, work that anyone may do."""

    def __init__(self, env: Environment, log: Recorder, scenario: Scenario) -> None:
        """Let everybody be free."""
        self.env = env
        self.log = log
        self.free: dict[str, int] = headcount(scenario)
        self.calendar_factor = HOURS_PER_WEEK / scenario.team.hours_per_week
        """Hours on the clock for an hour of effort."""
        self.switching = scenario.process.switching
        self.cross_training = scenario.process.cross_training
        self._queues: dict[str, list[PersonRequest]] = {role: [] for role in HEADCOUNTS}
        self._for_anyone: list[PersonRequest] = []
        self._busy: dict[PersonRequest, None] = {}
        self._numbers = count()

    def work(
        self,
        role: str,
        stage: str,
        effort: float,
        *,
        urgent: bool = False,
        anyone: bool = False,
        on_call: bool = False,
        **fields: Unpack[EventFields],
    ) -> ProcessGenerator:
        """Queue for a person of this role (or for `anyone`), then do `effort` person-hours of work.

        Urgent work interrupts planned work, which is taken up again later and then costs the switch. On-call work runs
        around the clock, other work in working hours. `fields` fill the columns of the `stage.*` events.
        """
        if effort <= 0:
            return
        left = effort * (1.0 if on_call else self.calendar_factor) * (1 + self.cross_training * anyone)
        order = (not urgent, next(self._numbers))
        done = False
        while not done:
            self.log.record("stage.queued", stage=stage, role=role, **fields)
            started = None
            with self.request(role, order, anyone=anyone) as request:
                try:
                    yield request
                    started = self.env.now
                    self.log.record("stage.started", stage=stage, role=request.person, **fields)
                    yield self.env.timeout(left)
                    done = True
                except Interrupt:
                    if not request.preempted:
                        raise
                    if started is None:
                        continue
                    left = max(0.0, left - (self.env.now - started)) + self.switching * self.calendar_factor
                self.log.record("stage.finished", stage=stage, role=request.person, **fields)

    def request(self, role: str, order: tuple[bool, int], *, anyone: bool = False) -> PersonRequest:
        """Request a person: one who is free, or for urgent work one who is not, or whoever is free next."""
        request = PersonRequest(self, role, order, anyone=anyone)
        person = self._take_free(request) or (None if request.planned else self._preempt(request))
        if person is not None:
            self._grant(person, request)
        else:
            heapq.heappush(self._for_anyone if anyone else self._queues[role], request)
        return request

    def release(self, request: PersonRequest) -> None:
        """Let the person take up the most urgent work that waits longest; withdraw a request that still waits."""
        if request.preempted:
            return
        if not request.person:
            queue = self._for_anyone if request.anyone else self._queues[request.role]
            queue.remove(request)
            heapq.heapify(queue)
            return
        del self._busy[request]
        own, shared = self._queues[request.person], self._for_anyone
        queue = shared if shared and (not own or shared[0] < own[0]) else own
        if queue:
            self._grant(request.person, heapq.heappop(queue))
        else:
            self.free[request.person] += 1

    def _take_free(self, request: PersonRequest) -> str | None:
        if self.free[request.role]:
            person = request.role
        elif request.anyone and any(self.free.values()):
            person = max(self.free, key=self.free.__getitem__)
        else:
            return None
        self.free[person] -= 1
        return person

    def _preempt(self, request: PersonRequest) -> str | None:
        """Interrupt the most recently begun planned work of a person who can do the urgent work."""
        for other in reversed(self._busy):
            if other.planned and (request.anyone or other.person == request.role):
                del self._busy[other]
                other.preempted = True
                other.process.interrupt()
                return other.person
        return None

    def _grant(self, person: str, request: PersonRequest) -> None:
        request.person = person
        self._busy[request] = None
        request.succeed()


def headcount(scenario: Scenario) -> dict[str, int]:
    """Return how many people there are of each role."""
    return {role: getattr(scenario.team, field) for role, field in HEADCOUNTS.items()}


def all_of(env: Environment, *processes: ProcessGenerator) -> Event:
    """Start processes and return the event that all of them have ended."""
    return env.all_of([env.process(process) for process in processes])
