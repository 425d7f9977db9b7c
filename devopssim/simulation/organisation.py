"""The organisation: its people and machines, and a change's path through development, release, production and repairs."""

from collections import deque
from collections.abc import Mapping
from math import inf
from typing import Unpack

from simpy import Environment, Event
from simpy.events import ProcessGenerator

from devopssim.events import HOURS_PER_WEEK, ROLES, Recorder, encode_detail
from devopssim.scenario import WORKFLOWS, Scenario
from devopssim.simulation.assistance import AssistedWork
from devopssim.simulation.demand import DrawnDemand
from devopssim.simulation.people import EventFields, People
from devopssim.simulation.pipeline import MainLine, PipelineSteps
from devopssim.simulation.production import ServiceOperation
from devopssim.simulation.release import ReleaseManagement
from devopssim.simulation.repairs import Repairs
from devopssim.simulation.resources import Resource
from devopssim.simulation.reviews import Reviews
from devopssim.simulation.security import ProductSecurity
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import WorkItem


class Backlog:
    """Requests that wait for a workflow to take them up, the oldest first."""

    def __init__(self, env: Environment, log: Recorder) -> None:
        self._env = env
        self._log = log
        self._items: deque[WorkItem] = deque()
        self._takers: deque[Event] = deque()

    def put(self, item: WorkItem) -> None:
        """Add a request and record `ticket.created`."""
        self._log.record(
            "ticket.created",
            item=item.id,
            detail=encode_detail(
                rework_of=item.follows,
                service_class=item.service_class if item.service_class != "standard" else None,
                value=f"{item.value:.4g}",
                due=f"{item.due:.6g}" if item.due < inf else None,
            ),
        )
        if self._takers:
            self._takers.popleft().succeed(item)
        else:
            self._items.append(item)

    def next(self) -> Event:
        """Return the event that a request is available; its value is the oldest item."""
        event = Event(self._env)
        if self._items:
            return event.succeed(self._items.popleft())
        self._takers.append(event)
        return event

    def take_all(self) -> list[WorkItem]:
        """Take all waiting items."""
        items = list(self._items)
        self._items.clear()
        return items

    def take_within(self, room: float) -> list[WorkItem]:
        """Take the oldest items whose coding effort fits into `room` person-hours; at least one if `room` is above 0."""
        taken: list[WorkItem] = []
        while self._items and room > 0 and (not taken or self._items[0].code_effort <= room):
            taken.append(self._items.popleft())
            room -= taken[-1].code_effort
        return taken


class Organisation:
    """State that the processes of one replication share.

    A change goes from development to `release`, from there to `production`. Faults that users or `security` find there go
    through `repairs` back to `release`.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    streams : Streams
        Random streams of the replication.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        """Build the organisation at hour 0; nothing moves yet."""
        self.scenario = scenario
        self.workflow = WORKFLOWS[scenario.workflow]
        self.env = env = Environment()
        self.log = Recorder(lambda: env.now)
        self.demand = DrawnDemand(scenario, streams)
        self.backlog = Backlog(env, self.log)

        self.people = People(env, self.log, scenario, streams)
        self.team_of = {role: "development" if role in self.workflow.one_team else role for role in ROLES}
        self.machines = Resource(env, scenario.pipeline.runners)
        self.main = MainLine(self, streams)
        self.pipeline = PipelineSteps(self, streams)
        self.merges = 0
        """How many changes have come to main."""

        self.assistance = AssistedWork(self)
        self.reviews = Reviews(self)
        self.release = ReleaseManagement(self, streams)
        self.production = ServiceOperation(self, streams)
        self.security = ProductSecurity(self)
        self.repairs = Repairs(self, streams)

    def requests(self) -> ProcessGenerator:
        """Let each request come in at its arrival."""
        for number, arrives in enumerate(self.demand.arrivals.tolist()):
            yield self.env.timeout(arrives - self.env.now)
            self.accept_request(self.demand.generation(0).item(number))

    def accept_request(self, item: WorkItem) -> None:
        """Take a request into the backlog."""
        self.release.expect(item)
        if item.service_class == "expedite":
            self.people.expedited.add(item.id)
        elif item.service_class == "fixed date":
            self.env.process(self.approach(item))
        self.backlog.put(item)

    def approach(self, item: WorkItem) -> ProcessGenerator:
        """Let an item overtake all others when its fixed date comes near."""
        lead = self.scenario.demand.fixed_date_lead * HOURS_PER_WEEK
        yield self.env.timeout(max(0.0, item.due - lead - self.env.now))
        self.people.expedited.add(item.id)

    def uses(self, practice: str, draws: Mapping[str, float]) -> bool:
        """Return whether a practice is used for this change, item or incident.

        Its adoption is the share of cases that use it: those whose draw lies below. A higher adoption adds cases and keeps all
        others.
        """
        adoption: float = getattr(self.scenario.practices, practice)
        return draws[practice] < adoption

    def machine(
        self, stage: str, hours: float, *, of: Resource | None = None, **fields: Unpack[EventFields]
    ) -> ProcessGenerator:
        """Queue for a machine, then run it for so many hours; records `stage.queued`, `stage.started` and `stage.finished`.

        The machine is one of the pipeline's runners, or one `of` other machines.
        """
        self.log.record("stage.queued", stage=stage, **fields)
        with (of or self.machines).request() as request:
            yield request
            self.log.record("stage.started", stage=stage, **fields)
            yield self.env.timeout(hours)
            self.log.record("stage.finished", stage=stage, **fields)

    def hand_over(self, giver: str, taker: str, draws: Mapping[str, float]) -> ProcessGenerator:
        """Wait until another team takes over; within one team, and with collaboration, work goes on at once."""
        if self.team_of[giver] != self.team_of[taker] and not self.uses("collaboration", draws):
            yield self.wait(self.scenario.process.hand_over)

    def wait(self, hours: float) -> Event:
        """Return the event that so many working hours have passed."""
        return self.env.timeout(self.people.calendar.elapsed(self.env.now, hours))

    def release_window(self) -> Event:
        """Return the event of the next release window, or of this one; windows recur every `process.window_weeks`, always for 0."""
        period = self.scenario.process.window_weeks * HOURS_PER_WEEK
        return self.env.timeout(-self.env.now % period if period else 0)

    def late_fix_factor(self, steps: int) -> float:
        """Return the factor on the effort of a fix that comes so many steps late: `quality.late_fix_factor` per step."""
        return float(self.scenario.quality.late_fix_factor) ** steps
