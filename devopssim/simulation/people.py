"""People: their skills and working hours, who joins and who leaves, and the work that waits for them.

A person who becomes free takes the most urgent work, of that what they do best, of that the oldest. Urgent work interrupts
planned work. Work pauses outside working hours; on-call work does not.
"""

import heapq
from itertools import count
from math import inf
from typing import Final, NamedTuple, TypedDict, Unpack

from simpy import Environment, Event, Interrupt
from simpy.events import EventPriority, ProcessGenerator

from devopssim.events import (
    HOURS_PER_WEEK,
    STAGES,
    Calendar,
    Recorder,
    decode_detail,
    encode_detail,
)
from devopssim.scenario import SKILLS, Scenario, chosen
from devopssim.simulation.draws import departure_table, interruption_table
from devopssim.simulation.resources import Request
from devopssim.simulation.staff import HEADCOUNTS, Person, Staff
from devopssim.simulation.streams import Streams

AFTER_ALL_ELSE: Final = EventPriority(2)
"""Priority of an event that comes after all other events of its instant; those of SimPy are 0 and 1."""


class EventFields(TypedDict, total=False):
    """Entities that a step of work belongs to: columns of its `stage.*` events."""

    item: str | None
    change: str | None
    deployment: str | None
    incident: str | None
    finding: str | None
    detail: str | None


class Order(NamedTuple):
    """Place of work in the order in which people take it; the smallest comes first."""

    planned: bool
    """Whether urgent work may interrupt it; urgent work comes first."""
    standard: bool
    """Whether it belongs to an item that is not expedited."""
    age: int
    """Number of the item, counted in the order in which work on items was requested."""
    number: int
    """Number of the request."""


class Wanted(NamedTuple):
    """Work that needs a person.

    `anyone` opens it to people of other roles who have the skill. Among equally able people, one who worked on the same
    `subject` last is preferred.
    """

    role: str
    order: Order
    stage: str = "code"
    subject: str = ""
    anyone: bool = False
    on_call: bool = False


class PersonRequest(Request):
    """Request for a person, whose value is the person, and the work while that person does it.

    Parameters
    ----------
    people : People
        Grants the request.
    wanted : Wanted
        What the person is needed for.
    """

    def __init__(self, people: "People", wanted: Wanted) -> None:
        super().__init__(people)
        if people.env.active_process is None:
            raise RuntimeError("people are requested inside a SimPy process")
        self.process = people.env.active_process
        self.wanted = wanted
        self.person: Person | None = None
        self.preempted = False


Waiting = tuple[Order, PersonRequest]
"""Request in a queue, behind its place in the order."""


class People:
    """People of an organisation, by role, and the work that waits for them.

    Work that people of the role alone may do, and work that others may do too (continuous collaboration), queue apart. A
    person who becomes free looks at both, once everything else of that moment has happened: so who has just finished a step
    of an item can carry on with its next step.

    Parameters
    ----------
    env : simpy.Environment
        Environment in which the people work.
    log : Recorder
        Where their work is recorded.
    scenario : Scenario
        Its team and process are read.
    streams : Streams
        Random streams of the replication, for interruptions and turnover.

    Attributes
    ----------
    calendar : Calendar
        Working hours of the first time zone.
    free : dict of str to list of Person
        People of each role who are available now.
    expedited : set of str
        Items and incidents that overtake all others.
    """

    def __init__(self, env: Environment, log: Recorder, scenario: Scenario, streams: Streams) -> None:
        """Start with all people free."""
        team, process = scenario.team, scenario.process
        self.env = env
        self.log = log
        self.expedited: set[str] = set()
        self._team = team
        self._switching = process.switching
        self._expedite_interrupts = process.expedite == "interrupts"

        self.staff = Staff(env, scenario)
        self._interruptions = interruption_table(scenario, streams)
        self._departures = departure_table(scenario, streams, people=len(self.staff.everybody))
        self.calendar = self.staff.calendars[0]
        self.free: dict[str, list[Person]] = {role: [] for role in HEADCOUNTS}
        for person in self.staff.everybody:
            self.free[person.role].append(person)

        self._own: dict[str, list[Waiting]] = {role: [] for role in HEADCOUNTS}
        """Requests that wait for people of the role."""
        self._open: dict[str, list[Waiting]] = {role: [] for role in HEADCOUNTS}
        """Requests that wait for people of the role or of another role."""
        skills = [skill.split(" as ") for skill in chosen(team.secondary_skills, SKILLS)]
        self._can_do = {role: (role, *(helper for helper, helped in skills if helped == role)) for role in HEADCOUNTS}
        """Roles whose people can do a role's work, its own first."""
        self._queues = {
            role: [
                self._own[role],
                self._open[role],
                *(self._open[helped] for helper, helped in skills if helper == role),
            ]
            for role in HEADCOUNTS
        }
        """Queues in which work for the people of a role waits."""
        self._busy: dict[PersonRequest, None] = {}
        self._freed: list[Person] = []
        """People who became free at this moment and have not looked for work yet."""
        self._wakes: set[float] = set()
        """Moments at which people who are off duty will look for work."""
        self._ages: dict[str, int] = {}
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
        begins: str = "",
        attention: ProcessGenerator | None = None,
        **fields: Unpack[EventFields],
    ) -> ProcessGenerator:
        """Queue for a person of the role, then do the work.

        Urgent work interrupts planned work; the interrupted work queues again, as old as it was. On-call work runs around the
        clock, all other work in working hours. Each attempt records `stage.queued`, `stage.started` and `stage.finished`.

        Parameters
        ----------
        role : str
            Role that the work needs.
        stage : str
            Stage that the events name.
        effort : float
            Hours of an experienced person of the role; nothing happens for 0 or less.
        urgent : bool, default False
            Whether the work goes before, and interrupts, planned work.
        anyone : bool, default False
            Whether people of other roles who have the skill may do it, for more effort.
        on_call : bool, default False
            Whether the work goes on outside working hours.
        begins : str, default ''
            Kind of event of the item that is recorded when the work begins for the first time.
        attention : generator, optional
            What passes, in the queue, before a person can take the work up; work that waits for attention is done even for an
            effort of 0.
        **fields
            Entities for the columns of the `stage.*` events.
        """
        if effort <= 0 and attention is None:
            return
        wanted = Wanted(
            role,
            self._order(fields.get("item") or fields.get("incident"), urgent=urgent),
            stage,
            _subject(fields),
            anyone,
            on_call,
        )
        done = False
        while not done:
            self.log.record("stage.queued", stage=stage, role=role, **fields)
            if attention is not None:
                yield from attention
                attention = None
            started = None
            with self.request(wanted) as request:
                try:
                    person: Person = yield request
                    started, rate = self.env.now, self.staff.productivity(person, role)
                    if person.last not in {"", wanted.subject} and not on_call:  # the time to answer is that of a page
                        effort += self._switching * rate
                    person.last = wanted.subject
                    calendar = self.staff.calendars[person.zone]
                    shown = _in_zone(fields, calendar) if person.zone else fields
                    if begins:
                        self.log.record(begins, item=fields.get("item"))
                        begins = ""
                    self.log.record("stage.started", stage=stage, role=person.role, **shown)
                    hours = effort / rate
                    yield self.env.timeout(hours if on_call else calendar.elapsed(started, hours))
                    done = True
                except Interrupt:
                    if not request.preempted:
                        raise
                    if started is None:  # granted and preempted at the same moment: no work was done, nothing is lost
                        continue
                    now = self.env.now
                    worked = now - started if on_call else calendar.working_hours(started, now)
                    effort = max(0.0, effort - worked * rate)
                self.log.record("stage.finished", stage=stage, role=person.role, **shown)
        if person.role != role:
            person.tasks[role] = person.tasks.get(role, 0) + 1

    def _order(self, item: str | None, *, urgent: bool) -> Order:
        """Return the place of new work on an item or incident in the order; without one it is as old as the youngest item."""
        expedited = item in self.expedited
        age = self._ages.setdefault(item, len(self._ages)) if item else len(self._ages)
        planned = not urgent and not (expedited and self._expedite_interrupts)
        return Order(planned, not expedited, age, next(self._numbers))

    def request(self, wanted: Wanted) -> PersonRequest:
        """Request a person: a free one first; for urgent work one with planned work; else the next who becomes free."""
        request = PersonRequest(self, wanted)
        person = self._take_free(wanted)
        if person is None and not wanted.order.planned and not self._freed:
            person = self._preempt(wanted)
        if person is not None:
            self._grant(person, request)
        else:
            heapq.heappush(self._queue_of(request), (wanted.order, request))
            for role in self._can_do[wanted.role] if wanted.anyone else (wanted.role,):
                for free in self.free[role]:  # off duty
                    self._wake(free)
        return request

    def release(self, request: PersonRequest) -> None:
        """Let the person look for other work; withdraw a request that still waits."""
        if request.preempted:  # the person already works on what interrupted this
            return
        person = request.person
        if person is None:
            self._remove(request)
            return
        del self._busy[request]
        if person.leaves:
            self.env.process(self._replace(person))
            return
        self._look_for_work_soon(person)

    def _look_for_work_soon(self, person: Person) -> None:
        """Let a person who became free look for work once everything else of this moment has happened."""
        if not any(self._queues[person.role]):
            self.free[person.role].append(person)
            return
        self._freed.append(person)
        if len(self._freed) == 1:
            self._look_for_work_at(self.env.now)

    def _take_free(self, wanted: Wanted) -> Person | None:
        """Take the most able free person who is on duty; for on-call work, also one who is off duty.

        A person who worked on the same subject last comes before the one who has been free for longest.
        """
        roles = self._can_do[wanted.role] if wanted.anyone else (wanted.role,)
        for role in roles:
            best = None
            for person in self.free[role]:
                if wanted.on_call or self.staff.is_on_duty(person):
                    if person.last == wanted.subject:
                        best = person
                        break
                    best = best or person
            if best is not None:
                self.free[role].remove(best)
                return best
        return None

    def _preempt(self, wanted: Wanted) -> Person | None:
        """Interrupt the planned work that began last, of a person who can do the urgent work; return the person."""
        for other in reversed(self._busy):
            person = other.person
            if person is None or not other.wanted.order.planned:
                continue
            if person.role == wanted.role or (wanted.anyone and person.role in self._can_do[wanted.role]):
                del self._busy[other]
                other.preempted = True
                other.process.interrupt()
                return person
        return None

    def _grant(self, person: Person, request: PersonRequest) -> None:
        request.person = person
        self._busy[request] = None
        request.succeed(person)

    def _look_for_work_at(self, time: float) -> None:
        """Let people look for work at this time, after all else that happens then."""
        event = Event(self.env)
        event._ok, event._value = True, None  # noqa: SLF001 - as simpy.Timeout does; the priority is the point
        event.callbacks = [self._look_for_work]
        self.env.schedule(event, AFTER_ALL_ELSE, time - self.env.now)

    def _look_for_work(self, _: Event) -> None:
        """Let the people who became free take work; at an opening, all who are free."""
        if self.env.now in self._wakes:
            self._wakes.remove(self.env.now)
            for free in self.free.values():
                self._freed += free
                free.clear()
        people, self._freed = self._freed, []
        for person in people:
            request = self._best_for(person)
            if request is not None:
                self._remove(request)
                self._grant(person, request)
            else:
                self.free[person.role].append(person)
                self._wake(person)

    def _best_for(self, person: Person) -> PersonRequest | None:
        """Return the waiting request that a person takes next.

        That is the most urgent one; of that, what the person does best; of that, what is nearest to the users; of that, the first.
        A person who is off duty takes on-call work only.
        """
        queues = [queue for queue in self._queues[person.role] if queue]
        if not queues:
            return None
        if self.staff.is_on_duty(person):
            waiting = [queue[0][1] for queue in queues]
        else:
            waiting = [request for queue in queues for _, request in queue if request.wanted.on_call]
        if len(waiting) < 2:
            return waiting[0] if waiting else None
        return min(waiting, key=lambda request: self._preference(person, request.wanted))

    def _preference(self, person: Person, wanted: Wanted) -> tuple[bool, float, int, Order]:
        strange = self.staff.effort_factor(person, wanted.role)
        return wanted.order.planned, strange, -STAGES.index(wanted.stage), wanted.order

    def _wake(self, person: Person) -> None:
        """Let people look for work when the working hours of a free person begin, if work waits for that person."""
        if not self.staff.is_on_duty(person) and any(self._queues[person.role]):
            opening = self.staff.opening(person)
            if opening not in self._wakes:
                self._wakes.add(opening)
                self._look_for_work_at(opening)

    def _remove(self, request: PersonRequest) -> None:
        """Take a request out of its queue."""
        queue = self._queue_of(request)
        if queue[0][1] is request:
            heapq.heappop(queue)
        else:
            queue.remove((request.wanted.order, request))
            heapq.heapify(queue)

    def _queue_of(self, request: PersonRequest) -> list[Waiting]:
        return (self._open if request.wanted.anyone else self._own)[request.wanted.role]

    def interrupt(self) -> ProcessGenerator:
        """Let questions and alarms interrupt the developers at exponential times, in working hours."""
        while True:
            time, effort = self._interruptions.next_row()
            if time == inf:
                return
            yield self.env.timeout(self.calendar.elapsed(self.env.now, time))
            self.env.process(
                self.work(
                    "developer",
                    "operate",
                    effort,
                    urgent=True,
                    detail=encode_detail(task="interruption"),
                )
            )

    def turn_over(self) -> ProcessGenerator:
        """Let people leave at exponential times; newcomers take their places after the vacancy."""
        everybody = self.staff.everybody
        while True:
            time, draw = self._departures.next_row()
            if time == inf:
                return
            yield self.env.timeout(time)
            person = everybody[int(draw * len(everybody))]
            if person.leaves:
                continue
            person.leaves = True
            if person in self.free[person.role]:
                self.free[person.role].remove(person)
                self.env.process(self._replace(person))

    def join(self) -> ProcessGenerator:
        """Let the joiners come in their week."""
        yield self.env.timeout(self._team.join_week * HOURS_PER_WEEK)
        for _ in range(self._team.joiners):
            self._look_for_work_soon(self.staff.join("developer"))

    def _replace(self, person: Person) -> ProcessGenerator:
        """Let a newcomer take the place of a person who left, after the vacancy."""
        self.staff.leave(person)
        yield self.env.timeout(self._team.vacancy * HOURS_PER_WEEK)
        self._look_for_work_soon(self.staff.replace(person))


def all_of(env: Environment, *processes: ProcessGenerator) -> Event:
    """Start processes and return the event that all of them have ended."""
    return env.all_of([env.process(process) for process in processes])


def _subject(fields: EventFields) -> str:
    """Return what a step of work is about: its item, or else its change, deployment, incident, finding or task."""
    return next((str(value) for value in fields.values() if value), "")


def _in_zone(fields: EventFields, calendar: Calendar) -> EventFields:
    """Return the fields with the hours by which a time zone lies behind the log's clock among the details."""
    return {**fields, "detail": encode_detail(**decode_detail(fields.get("detail")), zone=f"{calendar.monday:g}")}
