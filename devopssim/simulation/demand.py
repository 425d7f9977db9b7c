"""The demand of one replication: requests, follow-up requests and disclosures, with all their draws made ahead.

One (seed, replication) poses the same requests to every workflow and every practice. Draws keep their places: follow-up
requests, repairs and incidents have rows of their own.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.scenario import PRACTICES, SEVEN_CS, Demand, Scenario
from devopssim.simulation.distributions import Exponential, delay_distribution, effort_distribution, time_between
from devopssim.simulation.draws import (
    ASSISTANCE_DRAWS,
    CHANGE_DRAWS,
    CHECK_DRAWS,
    DEFECT_DRAWS,
    VULNERABILITY_DRAWS,
    DrawTable,
    Numbers,
    Rows,
    check_rows,
    defect_rows,
    larger_change,
    mean_defects,
    mean_defects_assisted,
    new_defect,
    new_vulnerability,
    pieces_held,
    poisson_quantiles,
    vulnerability_rows,
)
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Change, Checks, Vulnerability, WorkItem

PARTS_DRAWN: Final = ("years", "demand", "quality", "pipeline", "production", "security", "assistance")
"""The parts of a scenario that draws read."""
KEPT: Final = 4
"""Demands that a thread keeps: those of the replications that it has in hand."""
MOST_SHARED: Final = 10_000
"""Requests of a demand that is kept; a larger one would fill the memory."""
CLASSES: Final = ("standard", "expedite", "fixed date")
"""Classes of service, by their numbers."""
ITEM_COLUMNS: Final = (
    "arrives", "plan_effort", "test_effort", "misunderstood", "drifts_after", "complaint_after", "service_class", "value", "due",
    "first_change", "changes", *SEVEN_CS,
)  # fmt: skip
CHANGE_COLUMNS: Final = (
    "number", "effort", "lines", "conflicts", "installation", "noise", "assisted",
    "first_defect", "defects", "first_vulnerability", "vulnerabilities", *Checks._fields, *PRACTICES,
)  # fmt: skip
"""`number` is the change's piece: what its name counts."""
DISCLOSURE_COLUMNS: Final = (
    "time",
    "critical",
    "search",
    "embedded",
    "backlog_delay",
    "fix_effort",
    "exploited_after",
    "rescan_after",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Generation:
    """Requests of one generation: 0 are the first requests, 1 those that follow from them, and so on.

    A row of `items` tells which rows of `changes` are its own (`ITEM_COLUMNS`), a row of `changes` which rows of `defects` and
    `vulnerabilities` (`CHANGE_COLUMNS`, `draws.defect_rows`, `draws.vulnerability_rows`).
    """

    number: int
    items: Rows
    changes: Rows
    defects: Rows
    vulnerabilities: Rows

    @cached_property
    def _changes(self) -> list[list[float]]:
        rows: list[list[float]] = self.changes.tolist()
        return rows

    def item(self, number: int) -> WorkItem:
        """Return a request as an object, with its changes and their faults."""
        arrives, plan, test, misunderstood, drifts, complaint, service_class, value, due, first, changes, *draws = (
            self.items[number].tolist()
        )
        name = item_name(number, self.number)
        return WorkItem(
            id=name,
            arrives=arrives,
            plan_effort=plan,
            test_effort=test,
            changes=[self._change(name, row) for row in self._changes[int(first) : int(first + changes)]],
            misunderstood=bool(misunderstood),
            drifts_after=drifts,
            complaint_after=complaint,
            service_class=CLASSES[int(service_class)],
            value=value,
            due=due,
            draws=dict(zip(SEVEN_CS, draws, strict=True)),
            number=number,
            generation=self.number,
        )

    def _change(self, item: str, row: list[float]) -> Change:
        number, effort, lines, conflicts, installation, noise, assisted, *numbers = row
        first_defect, defects, first_vulnerability, vulnerabilities = map(int, numbers[:4])
        checks, practices = numbers[4 : 4 + CHECK_DRAWS], numbers[4 + CHECK_DRAWS :]
        found = range(first_vulnerability, first_vulnerability + vulnerabilities)
        return Change(
            id=change_name(int(number), self.number),
            item=item,
            effort=effort,
            lines=lines,
            draws=dict(zip(PRACTICES, practices, strict=True)),
            conflicts=conflicts,
            installation=installation,
            noise=noise,
            checks=Checks(*checks),
            defects=[
                new_defect(str(n + 1), drawn)
                for n, drawn in enumerate(self.defects[first_defect : first_defect + defects].tolist())
            ],
            vulnerabilities=[
                new_vulnerability(vulnerability_name(n, self.number), self.vulnerabilities[n].tolist()) for n in found
            ],
            assisted=bool(assisted),
        )


def at_places(generation: Generation, before: Mapping[str, int]) -> tuple[Rows, Rows, Rows, Rows]:
    """Return items, changes, defects and vulnerabilities that stand behind so many rows of each kind."""
    items, changes = generation.items.copy(), generation.changes.copy()
    items[:, ITEM_COLUMNS.index("first_change")] += before["changes"]
    changes[:, CHANGE_COLUMNS.index("first_defect")] += before["defects"]
    changes[:, CHANGE_COLUMNS.index("first_vulnerability")] += before["vulnerabilities"]
    return items, changes, generation.defects, generation.vulnerabilities


def item_name(number: int, generation: int) -> str:
    """Return the id of an item: W1, W2, … of the first requests, W1.1 of a request that follows from W1.

    Examples
    --------
    >>> item_name(0, 0), item_name(0, 2)
    ('W1', 'W1.2')
    """
    return f"W{number + 1}" + _suffix(generation)


def change_name(number: int, generation: int) -> str:
    """Return the id of a change of an item."""
    return f"C{number + 1}" + _suffix(generation)


def vulnerability_name(number: int, generation: int) -> str:
    """Return the id of a vulnerability of a change."""
    return f"V{number + 1}" + _suffix(generation)


def _suffix(generation: int) -> str:
    return f".{generation}" * bool(generation)


class DrawnDemand:
    """Requests, follow-up requests and disclosures of one replication.

    Parameters
    ----------
    scenario : Scenario
        What `posed` keeps of it is read; its workflow, process, team and practices leave the draws unchanged.
    streams : Streams
        Random streams of the replication.

    Attributes
    ----------
    arrivals : array of float
        Hours at which requests come in: the backlog at hour 0, then Poisson arrivals up to the horizon.
    disclosures : array of float
        When vulnerabilities become known in dependencies, and which: `DISCLOSURE_COLUMNS`.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self._scenario = posed(scenario)
        self._streams = streams
        self._generations: list[Generation] = []
        self.arrivals = self._arrival_times()
        self.disclosures = self._disclosures()
        self.generation(0)

    @property
    def first(self) -> list[WorkItem]:
        """The first requests, as new objects in the order of their arrival."""
        return [self.generation(0).item(number) for number in range(len(self.arrivals))]

    def generation(self, number: int) -> Generation:
        """Return the requests of a generation, one for each arrival."""
        while len(self._generations) <= number:
            self._generations.append(self._drawn(len(self._generations)))
        return self._generations[number]

    def follower(self, item: WorkItem) -> WorkItem:
        """Return the request that follows from an item with a requirements misfit; its draws depend on that item alone."""
        request = self.generation(item.generation + 1).item(item.number)
        request.follows = item.id
        return request

    def _arrival_times(self) -> Numbers:
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

    def _drawn(self, generation: int) -> Generation:
        """Draw the requests of a generation."""
        demand = self._scenario.demand
        suffix = f"/{generation}" if generation else ""
        draws = self._streams.stream(f"items{suffix}").random((len(self.arrivals), 8 + len(SEVEN_CS)))
        plan, code, test = (
            effort_distribution(mean, demand.effort_cv, demand.effort_distribution).quantile(draws[:, column])
            for column, mean in enumerate((demand.plan_effort, demand.code_effort, demand.test_effort))
        )
        sizes = np.maximum(1, np.rint(code / demand.change_effort)).astype(int)
        changes, of_item, defects, vulnerabilities = self._changes(sizes, code, suffix)
        classes = service_classes(demand, draws[:, 6])
        dates = self.arrivals + demand.fixed_date_weeks * HOURS_PER_WEEK
        items = np.column_stack(
            [
                self.arrivals,
                plan,
                test,
                draws[:, 3] < demand.misunderstood_share,
                time_between(demand.drift_per_month / HOURS_PER_MONTH).quantile(draws[:, 4]),
                delay_distribution(self._scenario.quality.complaint_delay).quantile(draws[:, 5]),
                classes,
                effort_distribution(demand.value_per_week, demand.value_cv).quantile(draws[:, 7]),
                np.where(classes == CLASSES.index("fixed date"), dates, inf),
                _starts(of_item),
                of_item,
                draws[:, 8:],
            ]
        )
        return Generation(
            number=generation, items=items, changes=changes, defects=defects, vulnerabilities=vulnerabilities
        )

    def _changes(
        self, sizes: NDArray[np.int_], efforts: Numbers, suffix: str
    ) -> tuple[Rows, NDArray[np.int_], Rows, Rows]:
        """Return the changes, how many each item has, and their defects and vulnerabilities.

        An item is cut into pieces of equal effort, one a change. An assisted change may hold the next pieces of its item, too; all others
        keep their names and draws.
        """
        scenario, count = self._scenario, int(sizes.sum())
        draws = self._streams.stream(f"changes{suffix}").random((count, CHANGE_DRAWS))
        checks = self._streams.stream(f"checks{suffix}").random((count, CHECK_DRAWS))
        assistance = self._streams.stream(f"assistance{suffix}").random((count, ASSISTANCE_DRAWS))
        coding = np.repeat(efforts / sizes, sizes)
        lines = coding * scenario.demand.lines_per_hour

        first = _first_pieces(pieces_held(scenario.assistance, assistance), sizes)
        of_item = np.add.reduceat(np.isin(np.arange(count), first), _starts(sizes), dtype=int) if count else sizes
        assisted = assistance[first, 0] < scenario.assistance.share
        effort = np.add.reduceat(coding, first) if count else coding
        size = effort * scenario.demand.lines_per_hour * np.where(assisted, larger_change(scenario.assistance), 1)

        brought = poisson_quantiles(mean_defects(scenario, lines), draws[:, 0])
        left = np.where(
            assisted, poisson_quantiles(mean_defects_assisted(scenario, size), draws[first, 0]), brought[first]
        )
        defects = self._defects(brought, first, left, suffix)
        weaknesses = poisson_quantiles(np.full(count, scenario.security.vulnerabilities_per_change), draws[:, 1])
        rows = self._streams.stream(f"vulnerabilities{suffix}").random((int(weaknesses.sum()), VULNERABILITY_DRAWS))
        changes = np.column_stack(
            [
                first,
                effort,
                size,
                draws[first, 2:5],
                assisted,
                _starts(left),
                left,
                _starts(weaknesses)[first],
                np.add.reduceat(weaknesses, first) if count else weaknesses,
                check_rows(scenario, checks)[first],
                draws[first, 5:],
            ]
        )
        return changes, of_item, defects, vulnerability_rows(scenario, rows)

    def _defects(self, brought: NDArray[np.int_], first: NDArray[np.int_], left: NDArray[np.int_], suffix: str) -> Rows:
        """Return the defects of all changes, one change after the other: `left` of those that its first piece brings, or more."""
        draws = self._streams.stream(f"defects{suffix}").random((int(brought.sum()), DEFECT_DRAWS))
        more = np.maximum(0, left - brought[first])
        position = np.arange(left.sum()) - np.repeat(_starts(left), left)  # of a defect in its change
        number = np.repeat(_starts(brought)[first], left) + position
        from_more = position >= np.repeat(brought[first], left)
        if more.any():
            table = DrawTable(self._streams, f"defects of assistance{suffix}", DEFECT_DRAWS)
            number[from_more] = len(draws) + np.arange(more.sum())
            draws = np.concatenate([draws, table.at_least(int(more.sum()))])
        rows: Rows = defect_rows(self._scenario, draws)[number]
        return rows

    def _disclosures(self) -> Rows:
        """Draw when vulnerabilities become known in dependencies, and which."""
        security, horizon = self._scenario.security, self._scenario.years * HOURS_PER_YEAR
        if not security.disclosures_per_year:
            return np.empty((0, len(DISCLOSURE_COLUMNS)))
        table = DrawTable(self._streams, "disclosures", 1 + VULNERABILITY_DRAWS)
        interarrival_time = Exponential(HOURS_PER_YEAR / security.disclosures_per_year)
        rows, times = table.at_least(1), np.empty(0)
        while not len(times) or times[-1] < horizon:
            rows = table.at_least(len(times) + 1)
            times = interarrival_time.quantile(rows[:, 0]).cumsum()
        known = times < horizon
        return np.column_stack([times[known], vulnerability_rows(self._scenario, rows[known, 1:])])


def posed(scenario: Scenario) -> Scenario:
    """Return the scenario with the parts that draws read; name, workflow, process, team and practices are the defaults.

    Examples
    --------
    >>> from devopssim.scenario import AGILE, adopt
    >>> posed(AGILE) == posed(adopt(AGILE, {"testing": 1}))
    True
    """
    return Scenario(**{part: getattr(scenario, part) for part in PARTS_DRAWN})


def shared_demand(scenario: Scenario, streams: Streams) -> DrawnDemand:
    """Return the demand of a replication, which scenarios share that pose the same requests: comparisons meet it again and again.

    This thread keeps the last `KEPT` ones, unless they are large. Nobody may change the tables.

    Examples
    --------
    >>> from devopssim.scenario import AGILE, adopt
    >>> shared_demand(AGILE, Streams(1)) is shared_demand(adopt(AGILE, {"testing": 1}), Streams(1))
    True
    """
    demand = scenario.demand
    requests = demand.backlog + demand.requests_per_week * scenario.years * HOURS_PER_YEAR / HOURS_PER_WEEK
    draw = DrawnDemand if requests > MOST_SHARED else _OF_THIS_THREAD.draw
    return draw(posed(scenario), streams)


class _OfThisThread(threading.local):
    """The demands that a thread has drawn last."""

    def __init__(self) -> None:
        self.draw = lru_cache(maxsize=KEPT)(DrawnDemand)


_OF_THIS_THREAD: Final = _OfThisThread()


def drawn_demand(scenario: Scenario, streams: Streams) -> dict[str, float]:
    """Return how much a replication draws: first requests, their person-hours, and disclosures in dependencies.

    Parameters
    ----------
    scenario : Scenario
        Its demand, security and years are read.
    streams : Streams
        Random streams of the replication.

    Examples
    --------
    >>> from devopssim import DEVOPS, vary
    >>> drawn_demand(vary(DEVOPS, {"years": 0.1}), Streams(seed=1))["requests"]
    26.0
    """
    demand = DrawnDemand(scenario, streams)
    items, changes = demand.generation(0).items, demand.generation(0).changes
    hours = sum(float(items[:, ITEM_COLUMNS.index(name)].sum()) for name in ("plan_effort", "test_effort"))
    return {
        "requests": float(len(demand.arrivals)),
        "work": hours + float(changes[:, CHANGE_COLUMNS.index("effort")].sum()),
        "disclosures": float(len(demand.disclosures)),
    }


def disclosed(number: int, row: list[float]) -> Vulnerability:
    """Return the vulnerability of a row of `DrawnDemand.disclosures`."""
    return new_vulnerability(f"VD{number + 1}", row[1:])


def service_classes(demand: Demand, draws: Numbers) -> NDArray[np.int_]:
    """Return the class of service at each draw, as its number in `CLASSES`.

    Examples
    --------
    >>> service_classes(Demand(expedite_share=0.1, fixed_date_share=0.2), np.array([0.05, 0.25, 0.9])).tolist()
    [1, 2, 0]
    """
    fixed = np.where(draws < demand.expedite_share + demand.fixed_date_share, CLASSES.index("fixed date"), 0)
    return np.where(draws < demand.expedite_share, CLASSES.index("expedite"), fixed)


def _starts(counts: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return the position at which each group begins, where groups of these sizes follow each other."""
    return np.cumsum(counts) - counts


def _first_pieces(held: NDArray[np.int_], sizes: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return the first piece of each change, where a change holds so many pieces and ends with its item."""
    if (held == 1).all():
        return np.arange(len(held))
    first, piece = [], 0
    for end in np.cumsum(sizes).tolist():
        while piece < end:
            first.append(piece)
            piece = min(piece + int(held[piece]), end)
    return np.array(first)
