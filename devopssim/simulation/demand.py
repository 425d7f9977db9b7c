"""The demand of one replication: work items with all their luck drawn ahead.

What is drawn is where in its distribution each thing lies, a number between 0 and 1. So the same (seed, replication) asks the
same of every workflow and every practice, and a change that is found out by a test that finds 60 % is found out by one that
finds 70 %. Luck never shifts: that of requests that follow from others, of repairs and of incidents lies in tables of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.scenario import PRACTICES, Scenario
from devopssim.simulation.randomness import Exponential, Streams, effort, rare, waiting

LARGEST_COUNT: Final = 100_000

Uniforms = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Defect:
    """A mistake in a change. `review`, `test`, `acceptance`: found there if below the share that is found there."""

    id: str
    severe: bool
    review: float
    test: float
    acceptance: float
    prevention: float
    fix_effort: float
    surfaces_after: float
    bad_fix: float
    found: bool = False


@dataclass(slots=True, eq=False)
class Vulnerability:
    """A weakness in a change or a dependency. `search`: found if below the share that is found."""

    id: str
    severity: str
    search: float
    patience: float
    fix_effort: float
    exploited_after: float
    embedded: float
    known: bool = False
    patched: bool = False


@dataclass(slots=True, eq=False)
class Change:
    """A developer's commit. `luck[practice]`: handled the new way if below the practice's adoption."""

    id: str
    item: str | None
    effort: float
    luck: dict[str, float]
    conflicts: float
    installation: float
    noise: float
    defects: list[Defect] = field(default_factory=list)
    vulnerabilities: list[Vulnerability] = field(default_factory=list)
    repairs: str = ""
    """The incident that the change repairs."""
    patches: str = ""
    """The finding that the change repairs."""
    committed: bool = False
    base: int = 0
    """How many changes were on main when its coding began."""


@dataclass(slots=True, eq=False)
class WorkItem:
    """A request for something of value, with the effort that it will cost and how well its need is understood."""

    id: str
    arrives: float
    plan_effort: float
    test_effort: float
    changes: list[Change]
    misunderstood: bool
    drifts_after: float
    complaint_after: float
    luck: dict[str, float]
    number: int
    generation: int = 0
    follows: str = ""
    understood_at: float = inf

    @property
    def code_effort(self) -> float:
        """Coding effort of all changes, in hours."""
        return sum(change.effort for change in self.changes)

    @property
    def left(self) -> float:
        """Coding effort of the changes that are not committed yet, in hours."""
        return sum(change.effort for change in self.changes if not change.committed)

    def misfits(self, now: float) -> bool:
        """Whether what is built is not what is needed, as things stand now."""
        return self.misunderstood or now - self.understood_at >= self.drifts_after

    def understand(self, now: float) -> None:
        """Learn what is needed, as it is now. Learnt again, it is understood; a need drifts once."""
        if self.understood_at < inf:
            self.misunderstood = False
            travelled = now - self.understood_at
            self.drifts_after = self.drifts_after - travelled if travelled < self.drifts_after else inf
        self.understood_at = now

    def pass_on(self) -> None:
        """Leave what does not fit to a new request."""
        self.misunderstood = False
        self.drifts_after = inf


class Rows:
    """A table of luck that grows in blocks: each thing that happens takes the next row, so nothing else shifts it."""

    BLOCK: Final = 256

    def __init__(self, streams: Streams, kind: str, width: int) -> None:
        """Open the stream `kind`; a row has `width` numbers between 0 and 1."""
        self._generator = streams.stream(kind)
        self._width = width
        self._rows: Iterator[list[float]] = iter(())

    def take(self) -> list[float]:
        """Return the next row."""
        row = next(self._rows, None)
        if row is None:
            self._rows = iter(self._generator.random((self.BLOCK, self._width)).tolist())
            row = next(self._rows)
        return row


def how_many(mean: float, luck: float) -> int:
    """Return the Poisson count with that mean at `luck` (its quantile)."""
    count, probability = 0, exp(-mean)
    reached = probability
    while luck > reached and probability > 0 and count < LARGEST_COUNT:
        count += 1
        probability *= mean / count
        reached += probability
    return count


class DrawnDemand:
    """All that will be asked in one replication: `first` requests, and those that may follow from each of them."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        """Draw the first requests."""
        self._scenario = scenario
        self._streams = streams
        self._followers: dict[int, list[WorkItem]] = {}
        self._arrivals = self._arrival_times()
        self.first = self._generation(0)
        self.disclosures = self._disclosures()

    def follow_up(self, item: WorkItem) -> WorkItem:
        """Return the request that follows from an item that did not fit; its luck depends on the item alone."""
        generation = item.generation + 1
        if generation not in self._followers:
            self._followers[generation] = self._generation(generation)
        follower = self._followers[generation][item.number]
        follower.follows = item.id
        return follower

    def _arrival_times(self) -> Uniforms:
        demand = self._scenario.demand
        at_start = np.zeros(demand.backlog)
        if demand.requests_per_week == 0:
            return at_start
        horizon = self._scenario.years * HOURS_PER_YEAR
        between = Exponential(HOURS_PER_WEEK / demand.requests_per_week)
        generator = self._streams.stream("arrivals")
        times = np.empty(0)
        while not len(times) or times[-1] < horizon:
            more = between.sample(generator, 512).cumsum()
            times = np.concatenate([times, more + (times[-1] if len(times) else 0.0)])
        return np.concatenate([at_start, times[times < horizon]])

    def _generation(self, generation: int) -> list[WorkItem]:
        demand = self._scenario.demand
        streams, suffix = self._streams, f"/{generation}" if generation else ""
        luck = streams.stream(f"items{suffix}").random((len(self._arrivals), 6 + len(PRACTICES)))
        efforts = [
            effort(mean, demand.effort_cv).quantile(luck[:, column])
            for column, mean in enumerate((demand.plan_effort, demand.code_effort, demand.test_effort))
        ]
        sizes = np.maximum(1, np.rint(efforts[1] / demand.change_effort)).astype(int)
        changes = self._changes(sizes, efforts[1], suffix)
        drifts = rare(demand.drift_per_month / HOURS_PER_MONTH).quantile(luck[:, 4])
        complaints = waiting(self._scenario.quality.complaint_delay).quantile(luck[:, 5])
        return [
            WorkItem(
                id=f"W{number + 1}" + f".{generation}" * bool(generation),
                arrives=float(self._arrivals[number]),
                plan_effort=float(efforts[0][number]),
                test_effort=float(efforts[2][number]),
                changes=changes[number],
                misunderstood=bool(row[3] < demand.misunderstood_share),
                drifts_after=float(drifts[number]),
                complaint_after=float(complaints[number]),
                luck=dict(zip(PRACTICES, row[6:], strict=True)),
                number=number,
                generation=generation,
            )
            for number, row in enumerate(luck.tolist())
        ]

    def _changes(self, sizes: NDArray[np.int_], efforts: Uniforms, suffix: str) -> list[list[Change]]:
        quality, security = self._scenario.quality, self._scenario.security
        luck = self._streams.stream(f"changes{suffix}").random((int(sizes.sum()), CHANGE_LUCK))
        defects = self._defects([how_many(quality.defects_per_change, u) for u in luck[:, 0]], suffix)
        weaknesses = self._weaknesses([how_many(security.vulnerabilities_per_change, u) for u in luck[:, 1]], suffix)
        rows = iter(luck.tolist())
        number = 0
        items: list[list[Change]] = []
        for item, (size, coding) in enumerate(zip(sizes.tolist(), efforts.tolist(), strict=True)):
            items.append([])
            for _ in range(size):
                number += 1
                owner = f"W{item + 1}" + suffix.replace("/", ".")
                change = new_change(f"C{number}{suffix.replace('/', '.')}", owner, coding / size, next(rows))
                change.defects = next(defects)
                change.vulnerabilities = next(weaknesses)
                items[-1].append(change)
        return items

    def _defects(self, counts: list[int], suffix: str) -> Iterator[list[Defect]]:
        luck = iter(self._streams.stream(f"defects{suffix}").random((sum(counts), DEFECT_LUCK)).tolist())
        for count in counts:
            yield [new_defect(self._scenario, str(number + 1), next(luck)) for number in range(count)]

    def _weaknesses(self, counts: list[int], suffix: str) -> Iterator[list[Vulnerability]]:
        rows = self._streams.stream(f"vulnerabilities{suffix}").random((sum(counts), WEAKNESS_LUCK)).tolist()
        names = (f"V{number + 1}{suffix.replace('/', '.')}" for number in range(len(rows)))
        found = (new_vulnerability(self._scenario, name, row) for name, row in zip(names, rows, strict=True))
        for count in counts:
            yield [next(found) for _ in range(count)]

    def _disclosures(self) -> list[tuple[float, Vulnerability]]:
        """When weaknesses become known in dependencies, and which."""
        security, horizon = self._scenario.security, self._scenario.years * HOURS_PER_YEAR
        if not security.disclosures_per_year:
            return []
        table = Rows(self._streams, "disclosures", 1 + WEAKNESS_LUCK)
        between = Exponential(HOURS_PER_YEAR / security.disclosures_per_year)
        known: list[tuple[float, Vulnerability]] = []
        time = 0.0
        while True:
            row = table.take()
            time += between.quantile(row[0])
            if time >= horizon:
                return known
            known.append((time, new_vulnerability(self._scenario, f"VD{len(known) + 1}", row[1:])))


HANDLED: Final = (*PRACTICES, "security")
CHANGE_LUCK: Final = 5 + len(HANDLED)
DEFECT_LUCK: Final = 8
WEAKNESS_LUCK: Final = 6


def new_change(name: str, item: str | None, coding: float, luck: list[float]) -> Change:
    """Return a change without faults; `luck` is a row of CHANGE_LUCK numbers, of which the first two counted its faults."""
    return Change(
        id=name,
        item=item,
        effort=coding,
        conflicts=luck[2],
        installation=luck[3],
        noise=luck[4],
        luck=dict(zip(HANDLED, luck[5:], strict=True)),
    )


def new_defect(scenario: Scenario, name: str, luck: list[float]) -> Defect:
    """Return a defect; `luck` is a row of DEFECT_LUCK numbers."""
    quality, production = scenario.quality, scenario.production
    severe = luck[0] < quality.severe_share
    return Defect(
        id=name,
        severe=severe,
        review=luck[1],
        test=luck[2],
        acceptance=luck[3],
        prevention=luck[4],
        fix_effort=float(effort(quality.fix_effort, quality.fix_cv).quantile(luck[5])),
        surfaces_after=float(
            Exponential(production.surfacing if severe else production.minor_surfacing).quantile(luck[6])
        ),
        bad_fix=luck[7],
    )


def new_vulnerability(scenario: Scenario, name: str, luck: list[float]) -> Vulnerability:
    """Return a weakness; `luck` is a row of WEAKNESS_LUCK numbers."""
    security = scenario.security
    return Vulnerability(
        id=name,
        severity="critical" if luck[0] < security.critical_share else "medium",
        search=luck[1],
        patience=float(waiting(security.backlog_delay).quantile(luck[2])),
        fix_effort=float(waiting(security.fix_effort).quantile(luck[3])),
        exploited_after=float(rare(security.exploits_per_year / HOURS_PER_YEAR).quantile(luck[4])),
        embedded=luck[5],
    )
