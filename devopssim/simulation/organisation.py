"""The organisation: people, machines, the main line, what waits, and the luck that is still to come."""

from collections import deque
from typing import Unpack

from simpy import Environment, Event

from devopssim.events import HOURS_PER_WEEK, ROLES, Recorder
from devopssim.scenario import Scenario
from devopssim.simulation.demand import (
    CHANGE_LUCK,
    DEFECT_LUCK,
    Change,
    Defect,
    DrawnDemand,
    Rows,
    WorkItem,
    new_change,
    new_defect,
)
from devopssim.simulation.people import About, Office, Process
from devopssim.simulation.randomness import Streams, effort
from devopssim.simulation.resources import Station


class Backlog:
    """Requests that wait to be taken up, the oldest first."""

    def __init__(self, env: Environment, log: Recorder) -> None:
        self._env = env
        self._log = log
        self._items: deque[WorkItem] = deque()
        self._wanted: deque[Event] = deque()

    def put(self, item: WorkItem) -> None:
        """Take in a request."""
        follows = f"rework_of={item.follows}" if item.follows else None
        self._log.record("ticket.created", item=item.id, detail=follows)
        if self._wanted:
            self._wanted.popleft().succeed(item)
        else:
            self._items.append(item)

    def next(self) -> Event:
        """Return the event that a request is there, which is its value."""
        wanted = Event(self._env)
        if self._items:
            return wanted.succeed(self._items.popleft())
        self._wanted.append(wanted)
        return wanted

    def take_all(self) -> list[WorkItem]:
        """Take everything that waits."""
        items = list(self._items)
        self._items.clear()
        return items

    def take_within(self, room: float) -> list[WorkItem]:
        """Take the oldest items whose coding fits into `room` hours, at least one where there is any room."""
        taken: list[WorkItem] = []
        while self._items and room > 0 and (not taken or self._items[0].code_effort <= room):
            taken.append(self._items.popleft())
            room -= taken[-1].code_effort
        return taken


class Organisation:
    """Everything that the processes of one replication share."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        """Open the doors at hour 0; nothing moves yet."""
        self.scenario = scenario
        self.env = env = Environment()
        self.log = Recorder(lambda: env.now)
        self.demand = DrawnDemand(scenario, streams)
        self.office = Office(env, self.log, scenario)
        self.machines = Station(env, scenario.pipeline.runners)
        self.desks = Station(env, scenario.team.developers)
        """A developer codes one item at a time."""
        self.backlog = Backlog(env, self.log)
        self.team: dict[str, str] = {role: role for role in ROLES}
        """Which team each role belongs to; the workflow says so."""
        self.merges = 0
        """How many changes have come to main."""
        self._repairs = Rows(streams, "repairs", CHANGE_LUCK)
        self._bad_fixes = Rows(streams, "bad fixes", DEFECT_LUCK)
        self._repaired = 0

    def handles(self, practice: str, luck: dict[str, float]) -> bool:
        """Whether this change or occasion is handled the new way: the share that is, is the practice's adoption."""
        if practice == "security":
            return luck[practice] < self.scenario.security.embedded
        adoption: float = getattr(self.scenario.practices, practice)
        return luck[practice] < adoption

    def machine(self, stage: str, time: float, **about: Unpack[About]) -> Process:
        """Queue for a machine, then let it work for `time` hours."""
        self.log.record("stage.queued", stage=stage, **about)
        yield self.machines.turn()
        self.log.record("stage.started", stage=stage, **about)
        yield self.env.timeout(time)
        self.log.record("stage.finished", stage=stage, **about)
        self.machines.give_back()

    def hand_over(self, giver: str, taker: str, luck: dict[str, float]) -> Process:
        """Wait until another team takes over; people of one team have nobody to wait for."""
        if self.team[giver] != self.team[taker] and not self.handles("collaboration", luck):
            yield self.env.timeout(self.scenario.process.hand_over)

    def window(self) -> Event:
        """Wait for the next release window."""
        period = self.scenario.process.window_weeks * HOURS_PER_WEEK
        return self.env.timeout(period - self.env.now % period)

    def late(self, steps: int) -> float:
        """Return the factor on the effort of a repair that comes so many steps late."""
        return float(self.scenario.quality.late_fix_factor) ** steps

    def about(self, mean: float, luck: float) -> float:
        """Return a time around `mean`, at this luck."""
        return float(effort(mean, self.scenario.production.luck_cv).quantile(luck))

    def repair(self, coding: float, *, item: str | None = None, repairs: str = "", patches: str = "") -> Change:
        """Return the change that will repair something: an incident, a finding, or a defect of an item."""
        self._repaired += 1
        change = new_change(f"CR{self._repaired}", item, coding, self._repairs.take())
        change.repairs, change.patches = repairs, patches
        return change

    def after_effects(self, defect: Defect, change: Change) -> None:
        """A repair may be bad: then the change carries a new defect."""
        if defect.bad_fix < self.scenario.quality.bad_fix_share:
            new = new_defect(self.scenario, f"{defect.id}b", self._bad_fixes.take())
            change.defects.append(new)
            self.injected(change, new)

    def injected(self, change: Change, defect: Defect) -> None:
        """Write down that a change brought a defect, though nobody knows of it yet."""
        severity = "high" if defect.severe else "low"
        self.log.record("defect.injected", change=change.id, detail=f"defect={defect.id};severity={severity}")
