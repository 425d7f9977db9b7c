"""People: their skills and working hours, who joins and who leaves, and the work that waits for them.

A person who becomes free takes the most urgent work, of that what they do best, of that the oldest. Urgent work interrupts
planned work. Work pauses outside working hours; on-call work does not.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from math import exp, inf
from typing import Final, NamedTuple, TypedDict, Unpack

from simpy import Environment, Event, Interrupt
from simpy.events import EventPriority, ProcessGenerator

from devopssim.events import (
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    HOURS_PER_YEAR,
    STAGES,
    Calendar,
    Recorder,
    decode_detail,
    encode_detail,
)
from devopssim.scenario import SKILLS, Scenario, chosen
from devopssim.simulation.demand import DrawTable
from devopssim.simulation.randomness import Streams, effort_distribution, time_between
from devopssim.simulation.resources import Request

HEADCOUNTS: Final = {
    "analyst": "analysts",
    "developer": "developers",
    "tester": "testers",
    "operator": "operators",
    "security": "security",
}
"""Field of `Scenario.team` that holds the head-count of each role."""

AFTER_ALL_ELSE: Final = EventPriority(2)
"""Priority of an event that comes after all other events of its instant; those of SimPy are 0 and 1."""
LEAST_PRODUCTIVITY: Final = 0.02
"""Least productivity of a person, however many people they mentor and talk with, so that all work ends."""


class EventFields(TypedDict, total=False):
    """Entities that a step of work belongs to: columns of its `stage.*` events."""

    item: str | None
    change: str | None
    deployment: str | None
    incident: str | None
    finding: str | None
    detail: str | None


@dataclass(eq=False, slots=True)
class Person:
    """Person of a role, with working hours in a time zone and experience that grows."""

    role: str
    calendar: Calendar
    zone: str = ""
    """Hours by which the time zone lies behind the log's clock; empty for the first time zone."""
    joined: float = -inf
    leaves: bool = False
    """Whether the person leaves when the work at hand ends."""
    last: str = ""
    """What the person worked on last: taking up something else costs the switching effort."""
    tasks: dict[str, int] = field(default_factory=dict)
    """Number of tasks of other roles that the person has done."""


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

    def __lt__(self, other: "PersonRequest") -> bool:
        return self.wanted.order < other.wanted.order


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
        Items that overtake all others.
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
        self._interruptions = DrawTable(streams, "interruptions", 2)
        self._departures = DrawTable(streams, "turnover", 2)

        shift = HOURS_PER_DAY / team.time_zones
        self._calendars = [Calendar(team.hours_per_week, monday=zone * shift) for zone in range(team.time_zones)]
        self.calendar = self._calendars[0]
        self._helpers, self._helps = _skills(chosen(team.secondary_skills, SKILLS))
        self.free: dict[str, list[Person]] = {role: [] for role in HEADCOUNTS}
        self._first_size = headcount(scenario)
        self._size = dict.fromkeys(HEADCOUNTS, 0)
        self._everybody: list[Person] = []
        self._newcomers: list[Person] = []
        for role, heads in self._first_size.items():
            for _ in range(heads):
                self.free[role].append(self._new_person(role))

        self._own: dict[str, list[PersonRequest]] = {role: [] for role in HEADCOUNTS}
        """Requests that wait for people of the role."""
        self._open: dict[str, list[PersonRequest]] = {role: [] for role in HEADCOUNTS}
        """Requests that wait for people of the role or of another role."""
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
        **fields
            Entities for the columns of the `stage.*` events.
        """
        if effort <= 0:
            return
        wanted = Wanted(role, self._order(fields.get("item"), urgent=urgent), stage, _subject(fields), anyone, on_call)
        done = False
        while not done:
            self.log.record("stage.queued", stage=stage, role=role, **fields)
            started = None
            with self.request(wanted) as request:
                try:
                    person: Person = yield request
                    started, rate = self.env.now, self.productivity(person, role)
                    if person.last not in {"", wanted.subject}:
                        effort += self._switching * rate
                    person.last = wanted.subject
                    shown = _in_zone(fields, person.zone) if person.zone else fields
                    if begins:
                        self.log.record(begins, item=fields.get("item"))
                        begins = ""
                    self.log.record("stage.started", stage=stage, role=person.role, **shown)
                    hours = effort / rate
                    yield self.env.timeout(hours if on_call else person.calendar.elapsed(started, hours))
                    done = True
                except Interrupt:
                    if not request.preempted:
                        raise
                    if started is None:  # granted and preempted at the same moment: no work was done, nothing is lost
                        continue
                    now = self.env.now
                    worked = now - started if on_call else person.calendar.working_hours(started, now)
                    effort = max(0.0, effort - worked * rate)
                self.log.record("stage.finished", stage=stage, role=person.role, **shown)
        if person.role != role:
            person.tasks[role] = person.tasks.get(role, 0) + 1

    def _order(self, item: str | None, *, urgent: bool) -> Order:
        """Return the place of new work in the order; without an item it is as old as the youngest item."""
        expedited = item in self.expedited
        age = self._ages.setdefault(item, len(self._ages)) if item else len(self._ages)
        planned = not urgent and not (expedited and self._expedite_interrupts)
        return Order(planned, not expedited, age, next(self._numbers))

    def productivity(self, person: Person, role: str) -> float:
        """Return the effort in the role that a person completes in a working hour: 1 for an experienced person of the first team.

        Newcomers complete less and take time of the experienced people of their role. The efforts hold the talking of the first
        team; more people talk more. Work of another role takes longer, and less so with practice.
        """
        team, own, rate = self._team, person.role, 1.0
        arrears = self._arrears(own)
        if person in arrears:
            rate -= (1 - team.newcomer_productivity) * arrears[person]
        elif arrears:
            rate -= team.mentoring * sum(arrears.values()) / max(1, self._size[own] - len(arrears))
        if self._size[own] != self._first_size[own]:
            rate *= (1 - team.communication * self._size[own] ** 2) / (
                1 - team.communication * self._first_size[own] ** 2
            )
        return max(rate, LEAST_PRODUCTIVITY) / self._effort_factor(person, role)

    def _effort_factor(self, person: Person, role: str) -> float:
        """Return the factor on the effort of work in a role: 1 in the person's own; in another it shrinks with practice."""
        if person.role == role:
            return 1.0
        team = self._team
        untrained = exp(-3 * person.tasks.get(role, 0) / team.practice_tasks)
        return float(team.practised_effort + max(0.0, team.secondary_effort - team.practised_effort) * untrained)

    def _arrears(self, role: str) -> dict[Person, float]:
        """Return how much the newcomers of a role still have to learn: 1 on the first day, shrinking exponentially."""
        if not self._newcomers:
            return {}
        now, scale = self.env.now, self._team.ramp_up * HOURS_PER_WEEK
        self._newcomers = [person for person in self._newcomers if now - person.joined < 8 * scale]
        return {person: exp((person.joined - now) / scale) for person in self._newcomers if person.role == role}

    def request(self, wanted: Wanted) -> PersonRequest:
        """Request a person: a free one first; for urgent work one with planned work; else the next who becomes free."""
        request = PersonRequest(self, wanted)
        person = self._take_free(wanted)
        if person is None and not wanted.order.planned and not self._freed:
            person = self._preempt(wanted)
        if person is not None:
            self._grant(person, request)
        else:
            heapq.heappush(self._queue_of(request), request)
            for role in (wanted.role, *(self._helpers[wanted.role] if wanted.anyone else ())):
                for free in self.free[role]:  # off duty
                    self._wake(free)
        return request

    def release(self, request: PersonRequest) -> None:
        """Let the person look for other work; withdraw a request that still waits."""
        if request.preempted:  # the person already works on what interrupted this
            return
        person = request.person
        if person is None:
            queue = self._queue_of(request)
            queue.remove(request)
            heapq.heapify(queue)
            return
        del self._busy[request]
        if person.leaves:
            self.env.process(self._replace(person))
            return
        self._freed.append(person)
        if len(self._freed) == 1:
            self._look_for_work_at(self.env.now)

    def _take_free(self, wanted: Wanted) -> Person | None:
        """Take the most able free person who is on duty; for on-call work, also one who is off duty."""
        for role in (wanted.role, *(self._helpers[wanted.role] if wanted.anyone else ())):
            free = self.free[role]
            able = [person for person in free if wanted.on_call or person.calendar.is_open(self.env.now)]
            if able:
                person = next((person for person in able if person.last == wanted.subject), able[0])
                free.remove(person)
                return person
        return None

    def _preempt(self, wanted: Wanted) -> Person | None:
        """Interrupt the planned work that began last, of a person who can do the urgent work; return the person."""
        for other in reversed(self._busy):
            person = other.person
            if person is None or not other.wanted.order.planned:
                continue
            if person.role == wanted.role or (wanted.anyone and person.role in self._helpers[wanted.role]):
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
                self._grant(person, heapq.heappop(self._queue_of(request)))
            else:
                self.free[person.role].append(person)
                self._wake(person)

    def _best_for(self, person: Person) -> PersonRequest | None:
        """Return the waiting request that a person takes next.

        That is the most urgent one; of that, what the person does best; of that, what is nearest to the users; of that, the first.
        """
        waiting = [queue[0] for queue in (self._own[person.role], self._open[person.role]) if queue]
        waiting += [queue[0] for role in self._helps[person.role] if (queue := self._open[role])]
        if waiting and not person.calendar.is_open(self.env.now):
            waiting = [request for request in waiting if request.wanted.on_call]
        if len(waiting) < 2:
            return waiting[0] if waiting else None
        return min(waiting, key=lambda request: self._preference(person, request.wanted))

    def _preference(self, person: Person, wanted: Wanted) -> tuple[bool, float, int, Order]:
        strange = self._effort_factor(person, wanted.role)
        return wanted.order.planned, strange, -STAGES.index(wanted.stage), wanted.order

    def _wake(self, person: Person) -> None:
        """Let people look for work when the working hours of a free person begin, if work waits for that person."""
        opening = person.calendar.opening(self.env.now)
        if opening > self.env.now and opening not in self._wakes:
            own = self._own[person.role] or self._open[person.role]
            if own or any(self._open[role] for role in self._helps[person.role]):
                self._wakes.add(opening)
                self._look_for_work_at(opening)

    def _queue_of(self, request: PersonRequest) -> list[PersonRequest]:
        return (self._open if request.wanted.anyone else self._own)[request.wanted.role]

    def interrupt(self) -> ProcessGenerator:
        """Let questions and alarms interrupt the developers at exponential times, in working hours."""
        team = self._team
        per_hour = team.interruptions_per_week * self._first_size["developer"] / team.hours_per_week
        wait = time_between(per_hour)
        effort = effort_distribution(team.interruption_effort, 1.0)
        while True:
            row = self._interruptions.next_row()
            time = wait.quantile(row[0])
            if time == inf:
                return
            yield self.env.timeout(self.calendar.elapsed(self.env.now, time))
            self.env.process(
                self.work(
                    "developer",
                    "operate",
                    float(effort.quantile(row[1])),
                    urgent=True,
                    detail=encode_detail(task="interruption"),
                )
            )

    def turn_over(self) -> ProcessGenerator:
        """Let people leave at exponential times; newcomers take their places after the vacancy."""
        wait = time_between(self._team.turnover * len(self._everybody) / HOURS_PER_YEAR)
        while True:
            row = self._departures.next_row()
            time = wait.quantile(row[0])
            if time == inf:
                return
            yield self.env.timeout(time)
            person = self._everybody[int(row[1] * len(self._everybody))]
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
            self._welcome(self._new_person("developer", self.env.now))

    def _replace(self, person: Person) -> ProcessGenerator:
        """Let a newcomer take the place of a person who left, after the vacancy."""
        self._size[person.role] -= 1
        yield self.env.timeout(self._team.vacancy * HOURS_PER_WEEK)
        newcomer = self._new_person(person.role, self.env.now)
        self._everybody.remove(newcomer)
        self._everybody[self._everybody.index(person)] = newcomer
        self._welcome(newcomer)

    def _new_person(self, role: str, joined: float = -inf) -> Person:
        """Return a new person of the role, in the time zones by turns."""
        zone = self._size[role] % len(self._calendars)
        calendar = self._calendars[zone]
        person = Person(role, calendar, zone=f"{calendar.monday:g}" if zone else "", joined=joined)
        self._size[role] += 1
        self._everybody.append(person)
        return person

    def _welcome(self, newcomer: Person) -> None:
        """Let a newcomer look for work."""
        self._newcomers.append(newcomer)
        self._freed.append(newcomer)
        if len(self._freed) == 1:
            self._look_for_work_at(self.env.now)


def headcount(scenario: Scenario) -> dict[str, int]:
    """Return the number of people of each role at the start.

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


def _skills(pairs: Iterable[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return, for each role, the roles that can help it, and the roles that it can help."""
    helpers: dict[str, list[str]] = {role: [] for role in HEADCOUNTS}
    helps: dict[str, list[str]] = {role: [] for role in HEADCOUNTS}
    for pair in pairs:
        helper, helped = pair.split(" as ")
        helpers[helped].append(helper)
        helps[helper].append(helped)
    return helpers, helps


def _subject(fields: EventFields) -> str:
    """Return what a step of work is about: its item, or else its change, deployment, incident, finding or task."""
    return next((str(value) for value in fields.values() if value), "")


def _in_zone(fields: EventFields, zone: str) -> EventFields:
    """Return the fields with the time zone of the person among the details."""
    return {**fields, "detail": encode_detail(**decode_detail(fields.get("detail")), zone=zone)}
