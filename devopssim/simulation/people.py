"""People: a free person takes the most urgent work that has waited longest; urgent work interrupts planned work."""

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
"""Field of `Scenario.team` that holds the head-count of each role."""


class EventFields(TypedDict, total=False):
    """Entities that a step of work belongs to: columns of its `stage.*` events."""

    item: str | None
    change: str | None
    deployment: str | None
    incident: str | None
    finding: str | None
    detail: str | None


class PersonRequest(Request):
    """Request for a person, and the work while that person does it; urgent requests go first, then the oldest.

    Parameters
    ----------
    people : People
        Grants the request.
    role : str
        Role of the person who is wanted.
    order : (bool, int)
        Whether the work is planned, and its number; the smallest is granted first.
    anyone : bool
        Whether people of other roles may do the work.
    """

    def __init__(self, people: "People", role: str, order: tuple[bool, int], *, anyone: bool) -> None:
        super().__init__(people)
        if people.env.active_process is None:
            raise RuntimeError("people are requested inside a SimPy process")
        self.process = people.env.active_process
        self.role = role
        self.order = order
        """Whether the work is planned, and its number: the smallest is granted first."""
        self.anyone = anyone
        self.person = ""
        """The role of the person who does the work; empty while it waits."""
        self.preempted = False

    @property
    def planned(self) -> bool:
        """Whether urgent work may interrupt this work."""
        return self.order[0]

    def __lt__(self, other: "PersonRequest") -> bool:
        return self.order < other.order


class People:
    """People of an organisation, by role, and the work that waits for them.

    Planned work queues by role, and work that anyone may do (continuous collaboration) in a queue of its own. A person who
    becomes free compares both queues and takes the more urgent, then the older work.

    Attributes
    ----------
    free : dict of str to int
        People of each role who are available now.
    calendar_factor : float
        Hours on the clock for an hour of effort.
    switching : float
        Effort, in person-hours, that an interruption costs.
    cross_training : float
        Additional share of effort where anyone may do the work.
    """

    def __init__(self, env: Environment, log: Recorder, scenario: Scenario) -> None:
        """Start with all people free."""
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
        """Queue for a person of the role, then do the work.

        Urgent work interrupts planned work; the interrupted work queues again, under its first number, and takes the switching
        effort on top. On-call work runs around the clock, all other work in working hours. Each attempt records `stage.queued`,
        `stage.started` and `stage.finished`.

        Parameters
        ----------
        role : str
            Role that the work needs.
        stage : str
            Stage that the events name.
        effort : float
            Person-hours; nothing happens for 0 or less.
        urgent : bool, default False
            Whether the work goes before, and interrupts, planned work.
        anyone : bool, default False
            Whether people of other roles may do it, for more effort (`cross_training`).
        on_call : bool, default False
            Whether an hour of effort is an hour on the clock.
        **fields
            Entities for the columns of the `stage.*` events.
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
                    if started is None:  # granted and preempted at the same instant: no work was done, nothing is lost
                        continue
                    left = max(0.0, left - (self.env.now - started)) + self.switching * self.calendar_factor
                self.log.record("stage.finished", stage=stage, role=request.person, **fields)

    def request(self, role: str, order: tuple[bool, int], *, anyone: bool = False) -> PersonRequest:
        """Request a person: a free one first; for urgent work one with planned work; else the next who becomes free."""
        request = PersonRequest(self, role, order, anyone=anyone)
        person = self._take_free(request) or (None if request.planned else self._preempt(request))
        if person is not None:
            self._grant(person, request)
        else:
            heapq.heappush(self._for_anyone if anyone else self._queues[role], request)
        return request

    def release(self, request: PersonRequest) -> None:
        """Let the person take up the next work; withdraw a request that still waits."""
        if request.preempted:  # the person already works on what interrupted this
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
        """Take a free person of the role, or for work that anyone may do one of the role with most free people."""
        if self.free[request.role]:
            person = request.role
        elif request.anyone and any(self.free.values()):
            person = max(self.free, key=self.free.__getitem__)
        else:
            return None
        self.free[person] -= 1
        return person

    def _preempt(self, request: PersonRequest) -> str | None:
        """Interrupt the planned work that began last, of a person who can do the urgent work; return the person's role."""
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
    """Return the number of people of each role.

    Parameters
    ----------
    scenario : Scenario
        Its team is read.

    Returns
    -------
    dict of str to int
        Head-counts by role, in the order of `HEADCOUNTS`.

    Examples
    --------
    >>> from devopssim.scenario import Scenario
    >>> headcount(Scenario())
    {'analyst': 2, 'developer': 8, 'tester': 3, 'operator': 2, 'security': 1}
    """
    return {role: getattr(scenario.team, field) for role, field in HEADCOUNTS.items()}


def all_of(env: Environment, *processes: ProcessGenerator) -> Event:
    """Start processes and return the event that all of them have ended."""
    return env.all_of([env.process(process) for process in processes])
