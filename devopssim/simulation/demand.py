"""The demand of one replication: work items with all their draws made ahead.

What is drawn is where in its distribution each thing lies, a number between 0 and 1. So the same (seed, replication) asks the
same of every workflow and every practice, and a defect that is found by a test that finds 60 % is found by one that finds
70 %. Draws never shift: those of requests that follow from others, of repairs and of incidents come from tables of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.scenario import PRACTICES, SEVEN_CS, Scenario
from devopssim.simulation.randomness import (
    Exponential,
    Streams,
    delay_distribution,
    effort_distribution,
    time_between,
)

LARGEST_COUNT: Final = 100_000

Uniforms = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Defect:
    """A mistake in a change. `review`, `test`, `acceptance`: found there if the draw is below the share that is found there."""

    id: str
    severe: bool
    review: float
    test: float
    acceptance: float
    prevention: float
    fix_effort: float
    surfaces_after: float
    bad_fix: float
    is_found: bool = False


@dataclass(slots=True, eq=False)
class Vulnerability:
    """A flaw in a change or a dependency. `search`: found if the draw is below the share that is found."""

    id: str
    severity: str
    search: float
    backlog_delay: float
    fix_effort: float
    exploited_after: float
    embedded: float
    is_known: bool = False
    is_patched: bool = False


@dataclass(slots=True, eq=False)
class Change:
    """A developer's commit. A practice is used for it if `draws[practice]` is below the practice's adoption."""

    id: str
    item: str | None
    effort: float
    draws: dict[str, float]
    conflicts: float
    installation: float
    noise: float
    defects: list[Defect] = field(default_factory=list)
    vulnerabilities: list[Vulnerability] = field(default_factory=list)
    repairs: str = ""
    """The incident that the change repairs."""
    patches: Vulnerability | None = None
    """The vulnerability that the change repairs."""
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
    draws: dict[str, float]
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


class DrawTable:
    """Draws in rows, made in blocks: each thing that happens takes the next row, so nothing else shifts them."""

    BLOCK: Final = 256

    def __init__(self, streams: Streams, kind: str, width: int) -> None:
        """Open the stream `kind`; a row has `width` numbers between 0 and 1."""
        self._generator = streams.stream(kind)
        self._width = width
        self._rows: Iterator[list[float]] = iter(())

    def next_row(self) -> list[float]:
        """Return the next row."""
        row = next(self._rows, None)
        if row is None:
            self._rows = iter(self._generator.random((self.BLOCK, self._width)).tolist())
            row = next(self._rows)
        return row


def poisson_quantile(mean: float, draw: float) -> int:
    """Return the count at the probability `draw` of a Poisson distribution with this mean."""
    count, probability = 0, exp(-mean)
    reached = probability
    while draw > reached and probability > 0 and count < LARGEST_COUNT:
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

    def follower(self, item: WorkItem) -> WorkItem:
        """Return the request that follows from an item that did not fit; its draws depend on the item alone."""
        generation = item.generation + 1
        if generation not in self._followers:
            self._followers[generation] = self._generation(generation)
        request = self._followers[generation][item.number]
        request.follows = item.id
        return request

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
        draws = streams.stream(f"items{suffix}").random((len(self._arrivals), 6 + len(SEVEN_CS)))
        efforts = [
            effort_distribution(mean, demand.effort_cv).quantile(draws[:, column])
            for column, mean in enumerate((demand.plan_effort, demand.code_effort, demand.test_effort))
        ]
        sizes = np.maximum(1, np.rint(efforts[1] / demand.change_effort)).astype(int)
        changes = self._changes(sizes, efforts[1], suffix)
        drifts = time_between(demand.drift_per_month / HOURS_PER_MONTH).quantile(draws[:, 4])
        complaints = delay_distribution(self._scenario.quality.complaint_delay).quantile(draws[:, 5])
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
                draws=dict(zip(SEVEN_CS, row[6:], strict=True)),
                number=number,
                generation=generation,
            )
            for number, row in enumerate(draws.tolist())
        ]

    def _changes(self, sizes: NDArray[np.int_], efforts: Uniforms, suffix: str) -> list[list[Change]]:
        quality, security = self._scenario.quality, self._scenario.security
        draws = self._streams.stream(f"changes{suffix}").random((int(sizes.sum()), CHANGE_DRAWS))
        defects = self._defects([poisson_quantile(quality.defects_per_change, u) for u in draws[:, 0]], suffix)
        vulnerabilities = self._vulnerabilities(
            [poisson_quantile(security.vulnerabilities_per_change, u) for u in draws[:, 1]], suffix
        )
        rows = iter(draws.tolist())
        number = 0
        items: list[list[Change]] = []
        for item, (size, coding) in enumerate(zip(sizes.tolist(), efforts.tolist(), strict=True)):
            items.append([])
            for _ in range(size):
                number += 1
                owner = f"W{item + 1}" + suffix.replace("/", ".")
                change = new_change(f"C{number}{suffix.replace('/', '.')}", owner, coding / size, next(rows))
                change.defects = next(defects)
                change.vulnerabilities = next(vulnerabilities)
                items[-1].append(change)
        return items

    def _defects(self, counts: list[int], suffix: str) -> Iterator[list[Defect]]:
        draws = iter(self._streams.stream(f"defects{suffix}").random((sum(counts), DEFECT_DRAWS)).tolist())
        for count in counts:
            yield [new_defect(self._scenario, str(number + 1), next(draws)) for number in range(count)]

    def _vulnerabilities(self, counts: list[int], suffix: str) -> Iterator[list[Vulnerability]]:
        rows = self._streams.stream(f"vulnerabilities{suffix}").random((sum(counts), VULNERABILITY_DRAWS)).tolist()
        names = (f"V{number + 1}{suffix.replace('/', '.')}" for number in range(len(rows)))
        drawn = (new_vulnerability(self._scenario, name, row) for name, row in zip(names, rows, strict=True))
        for count in counts:
            yield [next(drawn) for _ in range(count)]

    def _disclosures(self) -> list[tuple[float, Vulnerability]]:
        """When vulnerabilities become known in dependencies, and which."""
        security, horizon = self._scenario.security, self._scenario.years * HOURS_PER_YEAR
        if not security.disclosures_per_year:
            return []
        table = DrawTable(self._streams, "disclosures", 1 + VULNERABILITY_DRAWS)
        between = Exponential(HOURS_PER_YEAR / security.disclosures_per_year)
        disclosed: list[tuple[float, Vulnerability]] = []
        time = 0.0
        while True:
            row = table.next_row()
            time += between.quantile(row[0])
            if time >= horizon:
                return disclosed
            disclosed.append((time, new_vulnerability(self._scenario, f"VD{len(disclosed) + 1}", row[1:])))


CHANGE_DRAWS: Final = 5 + len(PRACTICES)
DEFECT_DRAWS: Final = 8
VULNERABILITY_DRAWS: Final = 6


def new_change(name: str, item: str | None, coding: float, draws: list[float]) -> Change:
    """Return a change without faults; `draws` is a row of CHANGE_DRAWS numbers, of which the first two counted its faults."""
    return Change(
        id=name,
        item=item,
        effort=coding,
        conflicts=draws[2],
        installation=draws[3],
        noise=draws[4],
        draws=dict(zip(PRACTICES, draws[5:], strict=True)),
    )


def new_defect(scenario: Scenario, name: str, draws: list[float]) -> Defect:
    """Return a defect; `draws` is a row of DEFECT_DRAWS numbers."""
    quality, production = scenario.quality, scenario.production
    severe = draws[0] < quality.severe_share
    return Defect(
        id=name,
        severe=severe,
        review=draws[1],
        test=draws[2],
        acceptance=draws[3],
        prevention=draws[4],
        fix_effort=float(effort_distribution(quality.fix_effort, quality.fix_cv).quantile(draws[5])),
        surfaces_after=float(
            Exponential(production.surfacing if severe else production.minor_surfacing).quantile(draws[6])
        ),
        bad_fix=draws[7],
    )


def new_vulnerability(scenario: Scenario, name: str, draws: list[float]) -> Vulnerability:
    """Return a vulnerability; `draws` is a row of VULNERABILITY_DRAWS numbers."""
    security = scenario.security
    return Vulnerability(
        id=name,
        severity="critical" if draws[0] < security.critical_share else "medium",
        search=draws[1],
        backlog_delay=float(delay_distribution(security.backlog_delay).quantile(draws[2])),
        fix_effort=float(delay_distribution(security.fix_effort).quantile(draws[3])),
        exploited_after=float(time_between(security.exploits_per_year / HOURS_PER_YEAR).quantile(draws[4])),
        embedded=draws[5],
    )
