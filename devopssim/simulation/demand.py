"""The demand of one replication: work items with all their draws made ahead.

A draw is a probability: the point of a distribution at which a value lies. So one (seed, replication) poses the same
requests to every workflow and every practice, and a test that finds 70 % of defects finds all that a test of 60 % finds.
Draws keep their places: follow-up requests, repairs and incidents have tables of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import exp, inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.scenario import PRACTICES, SEVEN_CS, Assistance, Demand, Scenario
from devopssim.simulation.randomness import (
    Exponential,
    Fixed,
    Streams,
    Weibull,
    delay_distribution,
    effort_distribution,
    time_between,
)

LARGEST_COUNT: Final = 100_000
LINES: Final = 100
"""Size of the change that `quality.defects_per_change` speaks of."""

Uniforms = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Defect:
    """Mistake in a change.

    `review`, `test`, `acceptance`, `regression`, `prevention` and `canary` are draws: that check finds the defect if its share of finds lies above the
    draw. `bad_fix` lies below `quality.bad_fix_share` if the fix brings a new defect, and `retest` is the draw of the effort to
    test the fix by hand. `fix_effort` is in person-hours,
    `surfaces_after` in hours after deployment.
    """

    id: str
    severe: bool
    review: float
    test: float
    acceptance: float
    regression: float
    prevention: float
    canary: float
    fix_effort: float
    surfaces_after: float
    bad_fix: float
    retest: float
    is_found: bool = False


@dataclass(slots=True, eq=False)
class Vulnerability:
    """Flaw in a change or a dependency that an attack can exploit.

    `search` and `embedded` are draws: a scan or review finds the vulnerability if its share of finds lies above `search`, and
    composition analysis sees a dependency's if the adoption of security lies above `embedded`. `backlog_delay`, the wait for room
    in the plan without training or embedded security, and `exploited_after` are in hours, `fix_effort` in person-hours.
    """

    id: str
    severity: str
    search: float
    backlog_delay: float
    fix_effort: float
    exploited_after: float
    embedded: float
    is_known: bool = False
    in_repair: bool = False
    """Whether its repair in production has begun."""
    is_patched: bool = False


class CheckDraws(NamedTuple):
    """Draws for the review of a change and for its first run on main: probabilities in [0, 1)."""

    pairing: float
    unreviewed: float
    review_wait: float
    second_round: float
    second_wait: float
    build: float
    test: float
    flaky: float


@dataclass(slots=True, eq=False)
class Change:
    """Developer's commit. A practice is used for it if `draws[practice]` lies below the practice's adoption.

    `conflicts`, `installation` and `noise` are draws for its merge conflicts, a failed installation and false findings.
    `item` is None for the patch of a vulnerability; `effort` is its coding effort in person-hours, without assistance, `lines` its size.
    """

    id: str
    item: str | None
    effort: float
    lines: float
    draws: dict[str, float]
    conflicts: float
    installation: float
    noise: float
    checks: CheckDraws
    defects: list[Defect] = field(default_factory=list)
    vulnerabilities: list[Vulnerability] = field(default_factory=list)
    repairs: str = ""
    """The incident that the change repairs."""
    patches: Vulnerability | None = None
    """The vulnerability that the change repairs."""
    false_findings: int = 0
    """How many false findings about it were reported so far."""
    assisted: bool = False
    """Whether it is written with AI assistance."""
    committed: bool = False
    base: int = 0
    """How many changes were on main when its coding began."""


@dataclass(slots=True, eq=False)
class WorkItem:
    """Request for something of value, with its efforts and how well its need is understood.

    Efforts are in person-hours, times in hours. A *requirements misfit* is the difference between what is built and what is
    needed: the need is `misunderstood` from the start, or it changes `drifts_after` hours after it was understood. Users who
    live with a requirements misfit complain after `complaint_after`. `number` is the item's row in its generation; `follows` names the item
    that a follow-up request comes from.
    """

    id: str
    arrives: float
    plan_effort: float
    test_effort: float
    changes: list[Change]
    misunderstood: bool
    drifts_after: float
    complaint_after: float
    service_class: str
    """Class of service: standard, expedite or fixed date."""
    value: float
    """What a week of use is worth."""
    due: float
    """Hour of its fixed date; infinite without one."""
    draws: dict[str, float]
    number: int
    generation: int = 0
    follows: str = ""
    understood_at: float = inf

    @property
    def code_effort(self) -> float:
        """Coding effort of all changes, in person-hours."""
        return sum(change.effort for change in self.changes)

    @property
    def remaining_effort(self) -> float:
        """Coding effort of the changes that are not committed yet, in person-hours."""
        return sum(change.effort for change in self.changes if not change.committed)

    def misfits(self, now: float) -> bool:
        """Return whether what is built differs from what is needed at hour `now`."""
        return self.misunderstood or now - self.understood_at >= self.drifts_after

    def understand(self, now: float) -> None:
        """Learn what is needed at hour `now`.

        The first time, a misunderstanding stays. The second time resolves it, and the need drifts at most once in all.
        """
        if self.understood_at < inf:
            self.misunderstood = False
            elapsed = now - self.understood_at
            self.drifts_after = self.drifts_after - elapsed if elapsed < self.drifts_after else inf
        self.understood_at = now

    def leave_to_follow_up(self) -> None:
        """Leave the requirements misfit to a new request; the item itself counts as fitting from now on."""
        self.misunderstood = False
        self.drifts_after = inf


class Piece(NamedTuple):
    """Part of an item that one change holds without assistance, with its draws and the faults of that change."""

    name: str
    coding: float
    draws: list[float]
    checks: list[float]
    assistance: list[float]
    defects: list[Defect]
    vulnerabilities: list[Vulnerability]


class DrawTable:
    """Rows of draws from one stream: each occurrence takes the next row, and the rows of all others stay the same.

    Rows are drawn in blocks, which is much faster than one by one.

    Parameters
    ----------
    streams : Streams
        Random streams of the replication.
    kind : str
        Name of the stream.
    width : int
        Numbers per row, each in [0, 1).

    Examples
    --------
    >>> table = DrawTable(Streams(seed=1), "incidents", width=3)
    >>> [round(draw, 2) for draw in table.next_row()]
    [0.94, 0.55, 0.28]
    """

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
    """Return the count at probability `draw` of the Poisson distribution with this mean.

    Summed term by term: for the small means of this model that is much faster than a library call.

    Examples
    --------
    >>> poisson_quantile(0.5, 0.6), poisson_quantile(0.5, 0.95)
    (0, 2)
    """
    count, probability = 0, exp(-mean)
    cumulative = probability
    while draw > cumulative and probability > 0 and count < LARGEST_COUNT:
        count += 1
        probability *= mean / count
        cumulative += probability
    return count


class DrawnDemand:
    """Requests, follow-up requests and disclosures of one replication.

    Parameters
    ----------
    scenario : Scenario
        Its demand, quality, production, security and years are read; its workflow and practices leave the draws unchanged.
    streams : Streams
        Random streams of the replication.

    Attributes
    ----------
    first : list of WorkItem
        Requests in the order of their arrival: the backlog at hour 0, then Poisson arrivals up to the horizon.
    disclosures : list of (float, Vulnerability)
        When vulnerabilities become known in dependencies, in hours.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        """Draw the first requests."""
        self._scenario = scenario
        self._streams = streams
        self._followers: dict[int, list[WorkItem]] = {}
        self._arrivals = self._arrival_times()
        self.first = self._generation(0)
        self.disclosures = self._disclosures()

    def follower(self, item: WorkItem) -> WorkItem:
        """Return the request that follows from an item with a requirements misfit; its draws depend on that item alone."""
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
        interarrival_time = Exponential(HOURS_PER_WEEK / demand.requests_per_week)
        generator = self._streams.stream("arrivals")
        times = np.empty(0)
        while not len(times) or times[-1] < horizon:
            block = interarrival_time.sample(generator, 512).cumsum()
            times = np.concatenate([times, block + (times[-1] if len(times) else 0.0)])
        return np.concatenate([at_start, times[times < horizon]])

    def _generation(self, generation: int) -> list[WorkItem]:
        """Draw the requests of a generation, one per arrival: 0 are the first requests, 1 those that follow from them, and so on."""
        demand = self._scenario.demand
        streams, suffix = self._streams, f"/{generation}" if generation else ""
        draws = streams.stream(f"items{suffix}").random((len(self._arrivals), 8 + len(SEVEN_CS)))
        efforts = [
            effort_distribution(mean, demand.effort_cv, demand.effort_distribution).quantile(draws[:, column])
            for column, mean in enumerate((demand.plan_effort, demand.code_effort, demand.test_effort))
        ]
        sizes = np.maximum(1, np.rint(efforts[1] / demand.change_effort)).astype(int)
        changes = self._changes(sizes, efforts[1], suffix)
        drifts = time_between(demand.drift_per_month / HOURS_PER_MONTH).quantile(draws[:, 4])
        complaints = delay_distribution(self._scenario.quality.complaint_delay).quantile(draws[:, 5])
        values = effort_distribution(demand.value_per_week, demand.value_cv).quantile(draws[:, 7])
        classes = [service_class(demand, draw) for draw in draws[:, 6].tolist()]
        dates = self._arrivals + demand.fixed_date_weeks * HOURS_PER_WEEK
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
                service_class=classes[number],
                value=float(values[number]),
                due=float(dates[number]) if classes[number] == "fixed date" else inf,
                draws=dict(zip(SEVEN_CS, row[8:], strict=True)),
                number=number,
                generation=generation,
            )
            for number, row in enumerate(draws.tolist())
        ]

    def _changes(self, sizes: NDArray[np.int_], efforts: Uniforms, suffix: str) -> list[list[Change]]:
        """Return the changes of each item, with their faults.

        An item is cut into pieces of equal effort, one a change. An assisted change may hold the next pieces of its item, too; all others
        keep their names and draws.
        """
        scenario, count = self._scenario, int(sizes.sum())
        draws = self._streams.stream(f"changes{suffix}").random((count, CHANGE_DRAWS))
        checks = self._streams.stream(f"checks{suffix}").random((count, CHECK_DRAWS))
        assistance = self._streams.stream(f"assistance{suffix}").random((count, ASSISTANCE_DRAWS))
        more_defects = DrawTable(self._streams, f"defects of assistance{suffix}", DEFECT_DRAWS)
        coding = np.repeat(efforts / sizes, sizes)
        means = mean_defects(scenario, coding * scenario.demand.lines_per_hour)
        defects = self._defects(
            [poisson_quantile(m, u) for m, u in zip(means.tolist(), draws[:, 0].tolist(), strict=True)], suffix
        )
        vulnerabilities = self._vulnerabilities(
            [poisson_quantile(scenario.security.vulnerabilities_per_change, u) for u in draws[:, 1]], suffix
        )
        names = (f"C{number + 1}{suffix.replace('/', '.')}" for number in range(count))
        rows = coding.tolist(), draws.tolist(), checks.tolist(), assistance.tolist()
        pieces = (Piece(*piece) for piece in zip(names, *rows, defects, vulnerabilities, strict=True))
        return [
            self._assembled(f"W{item + 1}" + suffix.replace("/", "."), list(islice(pieces, size)), more_defects)
            for item, size in enumerate(sizes.tolist())
        ]

    def _assembled(self, owner: str, pieces: list["Piece"], more_defects: DrawTable) -> list[Change]:
        """Return the changes of an item: one for each piece, or for several where an assisted change holds the next ones."""
        scenario, changes = self._scenario, []
        while pieces:
            first = pieces[0]
            held = pieces_held(scenario.assistance, first.assistance)
            effort = sum(piece.coding for piece in pieces[:held])
            change = new_change(
                scenario, first.name, owner, effort, first.draws, checks=first.checks, assisted=first.assistance[0]
            )
            change.vulnerabilities = [weakness for piece in pieces[:held] for weakness in piece.vulnerabilities]
            change.defects = first.defects
            if change.assisted:
                number = poisson_quantile(mean_defects_of(scenario, change), first.draws[0])
                change.defects = first.defects[:number]
                while len(change.defects) < number:
                    change.defects.append(new_defect(scenario, str(len(change.defects) + 1), more_defects.next_row()))
            changes.append(change)
            pieces = pieces[held:]
        return changes

    def _defects(self, counts: list[int], suffix: str) -> Iterator[list[Defect]]:
        draws = iter(self._streams.stream(f"defects{suffix}").random((sum(counts), DEFECT_DRAWS)).tolist())
        for count in counts:
            yield [new_defect(self._scenario, str(number + 1), next(draws)) for number in range(count)]

    def _vulnerabilities(self, counts: list[int], suffix: str) -> Iterator[list[Vulnerability]]:
        rows = self._streams.stream(f"vulnerabilities{suffix}").random((sum(counts), VULNERABILITY_DRAWS)).tolist()
        names = (f"V{number + 1}{suffix.replace('/', '.')}" for number in range(len(rows)))
        vulnerabilities = (new_vulnerability(self._scenario, name, row) for name, row in zip(names, rows, strict=True))
        for count in counts:
            yield [next(vulnerabilities) for _ in range(count)]

    def _disclosures(self) -> list[tuple[float, Vulnerability]]:
        """Draw when vulnerabilities become known in dependencies, and which."""
        security, horizon = self._scenario.security, self._scenario.years * HOURS_PER_YEAR
        if not security.disclosures_per_year:
            return []
        table = DrawTable(self._streams, "disclosures", 1 + VULNERABILITY_DRAWS)
        interarrival_time = Exponential(HOURS_PER_YEAR / security.disclosures_per_year)
        disclosed: list[tuple[float, Vulnerability]] = []
        time = 0.0
        while True:
            row = table.next_row()
            time += interarrival_time.quantile(row[0])
            if time >= horizon:
                return disclosed
            disclosed.append((time, new_vulnerability(self._scenario, f"VD{len(disclosed) + 1}", row[1:])))


def service_class(demand: Demand, draw: float) -> str:
    """Return the class of service at probability `draw`: expedite, fixed date or standard.

    Examples
    --------
    >>> service_class(Demand(expedite_share=0.1, fixed_date_share=0.2), draw=0.25)
    'fixed date'
    """
    if draw < demand.expedite_share:
        return "expedite"
    return "fixed date" if draw < demand.expedite_share + demand.fixed_date_share else "standard"


CHANGE_DRAWS: Final = 5 + len(PRACTICES)
CHECK_DRAWS: Final = len(CheckDraws._fields)
ASSISTANCE_DRAWS: Final = 2
"""Draws of a piece: whether its change is assisted, and whether that change holds the next pieces."""
DEFECT_DRAWS: Final = 11
VULNERABILITY_DRAWS: Final = 6


def mean_defects(scenario: Scenario, lines: Uniforms) -> Uniforms:
    """Return the mean number of defects that changes of so many lines bring without assistance."""
    quality = scenario.quality
    return quality.defects_per_change * (lines / LINES) ** quality.defect_size_exponent


def mean_defects_of(scenario: Scenario, change: Change) -> float:
    """Return the mean number of defects of an assisted change that its author leaves in it."""
    assistance = scenario.assistance
    factor = assistance.defects * (1 - assistance.verification_finds)
    return float(mean_defects(scenario, np.asarray(change.lines))) * factor


def work_per_change(assistance: Assistance) -> float:
    """Return the factor on the work that an assisted change holds, if its item has enough of it.

    Examples
    --------
    >>> work_per_change(Assistance(change_size=2, work_per_change=0)), work_per_change(Assistance(change_size=2, work_per_change=1))
    (1.0, 2.0)
    """
    return float(assistance.change_size**assistance.work_per_change)


def larger_change(assistance: Assistance) -> float:
    """Return the factor on the lines that an assisted change needs for the same work.

    Examples
    --------
    >>> larger_change(Assistance(change_size=2, work_per_change=0)), larger_change(Assistance(change_size=2, work_per_change=1))
    (2.0, 1.0)
    """
    return assistance.change_size / work_per_change(assistance)


def pieces_held(assistance: Assistance, draws: Sequence[float]) -> int:
    """Return how many pieces of its item a change holds at these draws: one, or `work_per_change` of them in the mean.

    Examples
    --------
    >>> twice = Assistance(share=0.5, change_size=2, work_per_change=1)
    >>> pieces_held(twice, [0.4, 0.9]), pieces_held(twice, [0.6, 0.9])
    (2, 1)
    """
    is_assisted = draws[0] < assistance.share
    return int(work_per_change(assistance) + draws[1]) if is_assisted else 1


def new_change(
    scenario: Scenario,
    name: str,
    item: str | None,
    coding: float,
    draws: list[float],
    *,
    checks: list[float],
    assisted: float,
) -> Change:
    """Return a change without faults.

    Parameters
    ----------
    scenario : Scenario
        Its lines per hour of coding and its assistance are read.
    name : str
        Its id.
    item : str or None
        Id of the item that it belongs to.
    coding : float
        Coding effort in person-hours.
    draws : list of float
        Row of CHANGE_DRAWS numbers; the first two have counted its defects and vulnerabilities.
    checks : list of float
        Row of CHECK_DRAWS numbers.
    assisted : float
        Draw: the change is assisted if it lies below `assistance.share`.
    """
    assistance = scenario.assistance
    is_assisted = assisted < assistance.share
    return Change(
        id=name,
        item=item,
        effort=coding,
        lines=coding * scenario.demand.lines_per_hour * (larger_change(assistance) if is_assisted else 1),
        conflicts=draws[2],
        installation=draws[3],
        noise=draws[4],
        draws=dict(zip(PRACTICES, draws[5:], strict=True)),
        checks=CheckDraws(*checks),
        assisted=is_assisted,
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
        fix_effort=float(
            effort_distribution(quality.fix_effort, quality.fix_cv, quality.fix_distribution).quantile(draws[5])
        ),
        surfaces_after=float(
            Exponential(production.surfacing if severe else production.minor_surfacing).quantile(draws[6])
        ),
        bad_fix=draws[7],
        retest=draws[8],
        regression=draws[9],
        canary=draws[10],
    )


def new_vulnerability(scenario: Scenario, name: str, draws: list[float]) -> Vulnerability:
    """Return a vulnerability; `draws` is a row of VULNERABILITY_DRAWS numbers."""
    security = scenario.security
    is_critical = draws[0] < security.critical_share
    delay = security.backlog_delay * (security.critical_delay if is_critical else 1)
    wait = Weibull(delay, security.backlog_shape) if delay else Fixed(0)
    return Vulnerability(
        id=name,
        severity="critical" if is_critical else "medium",
        search=draws[1],
        backlog_delay=float(wait.quantile(draws[2])),
        fix_effort=float(delay_distribution(security.fix_effort).quantile(draws[3])),
        exploited_after=float(time_between(security.exploits_per_year / HOURS_PER_YEAR).quantile(draws[4])),
        embedded=draws[5],
    )
