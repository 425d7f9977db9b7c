"""What is drawn ahead: rows of random numbers, one stream for each kind of row, in the units of the model.

Each occurrence takes the next row of its table, and the rows of all others stay the same. Rows are drawn, and turned into
hours and efforts, in whole blocks: an array has the same bits for every engine that reads it.
"""

from collections.abc import Callable, Iterator
from math import exp, inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_YEAR
from devopssim.scenario import LINES_OF_A_CHANGE, PRACTICES, Assistance, Scenario
from devopssim.simulation.distributions import (
    Distribution,
    Exponential,
    Fixed,
    Weibull,
    delay_distribution,
    effort_distribution,
    lognormal_around,
    time_between,
)
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Checks, Defect, Vulnerability

Rows = NDArray[np.float64]
"""Rows of numbers, in columns."""
Numbers = NDArray[np.float64]
Convert = Callable[[Rows], Rows]

LARGEST_COUNT: Final = 100_000
CHANGE_DRAWS: Final = 5 + len(PRACTICES)
"""Draws of a change: numbers of its defects and vulnerabilities, conflicts, installation, noise, and one for each practice."""
CHECK_DRAWS: Final = len(Checks._fields)
ASSISTANCE_DRAWS: Final = 2
"""Draws of a piece: whether its change is assisted, and whether that change holds the next pieces."""
DEFECT_DRAWS: Final = 11
VULNERABILITY_DRAWS: Final = 6
INCIDENT_DRAWS: Final = 7 + len(PRACTICES)
INCIDENT_COLUMNS: Final = (
    "alert", "report", "minor_report", "response", "night_response", "diagnosis", "repair", "containment",
    "mitigation", "rollback", "severity", *PRACTICES,
)  # fmt: skip
"""Columns of the table of incidents: the hours of each reaction, then draws."""


class DrawTable:
    """Rows of one stream.

    Parameters
    ----------
    streams : Streams
        Random streams of the replication.
    kind : str
        Name of the stream.
    width : int
        Draws per row, each in [0, 1).
    convert : callable, optional
        Turns a block of draws into the rows of the table.

    Examples
    --------
    >>> table = DrawTable(Streams(seed=1), "incidents", width=3)
    >>> [round(draw, 2) for draw in table.next_row()]
    [0.94, 0.55, 0.28]
    >>> table.at_least(1).shape
    (256, 3)
    """

    BLOCK: Final = 256

    def __init__(self, streams: Streams, kind: str, width: int, convert: Convert | None = None) -> None:
        self._generator = streams.stream(kind)
        self._width = width
        self._convert = convert
        self._table: Rows | None = None
        self._rows: Iterator[list[float]] = iter(())

    def _next_block(self) -> Rows:
        draws = self._generator.random((self.BLOCK, self._width))
        return self._convert(draws) if self._convert else draws

    def next_row(self) -> list[float]:
        """Return the next row."""
        row = next(self._rows, None)
        if row is None:
            self._rows = iter(self._next_block().tolist())
            row = next(self._rows)
        return row

    def at_least(self, rows: int) -> Rows:
        """Return the table from its first row on, with at least so many rows; for a table whose rows are not taken one by one."""
        blocks = [self._table] if self._table is not None else []
        left = rows - sum(map(len, blocks))
        while left > 0 or not blocks:
            blocks.append(self._next_block())
            left -= self.BLOCK
        self._table = np.concatenate(blocks) if len(blocks) > 1 else blocks[0]
        return self._table


def repair_tables(scenario: Scenario, streams: Streams) -> tuple[DrawTable, DrawTable, DrawTable]:
    """Return the tables of the changes that repair: their draws, their checks, and whether they are assisted."""
    return (
        DrawTable(streams, "repairs", CHANGE_DRAWS),
        DrawTable(streams, "checks of repairs", CHECK_DRAWS, lambda draws: check_rows(scenario, draws)),
        DrawTable(streams, "assistance of repairs", 1),
    )


def bad_fix_table(scenario: Scenario, streams: Streams) -> DrawTable:
    """Return the table of the defects that bad fixes bring."""
    return DrawTable(streams, "bad fixes", DEFECT_DRAWS, lambda draws: defect_rows(scenario, draws))


def check_rows(scenario: Scenario, draws: Rows) -> Rows:
    """Return the columns of `Checks` for rows of draws: waits and runs in hours."""
    quality, pipeline = scenario.quality, scenario.pipeline
    wait = lognormal_around(quality.review_wait, quality.review_wait_sigma)
    return with_columns(
        draws,
        {
            Checks._fields.index("review_wait"): wait,
            Checks._fields.index("second_wait"): wait,
            Checks._fields.index("build"): effort_distribution(pipeline.build_time, pipeline.time_cv),
            Checks._fields.index("test"): effort_distribution(pipeline.automated_test_time, pipeline.time_cv),
        },
    )


def with_columns(draws: Rows, distributions: dict[int, Distribution]) -> Rows:
    """Return the rows with the quantiles of distributions in some columns."""
    rows = draws.copy()
    for column, distribution in distributions.items():
        rows[:, column] = distribution.quantile(draws[:, column])
    return rows


def main_table(scenario: Scenario, streams: Streams) -> DrawTable:
    """Return the table of further runs of main: hours of a build and of a test, the draw of a flaky run, hours of a repair."""
    pipeline = scenario.pipeline
    distributions = {
        0: effort_distribution(pipeline.build_time, pipeline.time_cv),
        1: effort_distribution(pipeline.automated_test_time, pipeline.time_cv),
        3: lognormal_around(pipeline.main_repair, pipeline.main_repair_sigma),
    }
    return DrawTable(streams, "main", 4, lambda draws: with_columns(draws, distributions))


def step_table(scenario: Scenario, streams: Streams, number: int) -> DrawTable:
    """Return the table of a step of the pipeline: the hours of a run, and the draw of a flaky one."""
    step = scenario.pipeline.steps[number]
    time = effort_distribution(step.time, step.cv, step.distribution)
    return DrawTable(streams, f"pipeline/{number}", 2, lambda draws: with_columns(draws, {0: time}))


def interruption_table(scenario: Scenario, streams: Streams) -> DrawTable:
    """Return the table of interruptions: working hours until the next one, and its effort."""
    team = scenario.team
    distributions = {
        0: time_between(team.interruptions_per_week * team.developers / team.hours_per_week),
        1: effort_distribution(team.interruption_effort, 1.0),
    }
    return DrawTable(streams, "interruptions", 2, lambda draws: with_columns(draws, distributions))


def departure_table(scenario: Scenario, streams: Streams, people: int) -> DrawTable:
    """Return the table of departures: hours until the next one among so many people, and the draw of who leaves."""
    wait = time_between(scenario.team.turnover * people / HOURS_PER_YEAR)
    return DrawTable(streams, "turnover", 2, lambda draws: with_columns(draws, {0: wait}))


def infrastructure_table(scenario: Scenario, streams: Streams, host: int) -> DrawTable:
    """Return the table of failures of a host: hours of use until the next one, and the draw of its prevention."""
    time_to_failure = Exponential(scenario.production.infrastructure_mttf)
    kind = "infrastructure" + f"/{host}" * bool(host)
    return DrawTable(streams, kind, 2, lambda draws: with_columns(draws, {0: time_to_failure}))


def incident_table(scenario: Scenario, streams: Streams) -> DrawTable:
    """Return the table of incidents, with `INCIDENT_COLUMNS`; several reactions to an incident share a draw."""
    production = scenario.production
    means = (
        (production.alert_delay, production.report_delay, production.minor_report_delay),
        (production.response_time, production.night_response_time),
        (production.diagnosis,),
        (production.repair_time, scenario.security.containment),
    )
    reactions = [
        (column, effort_distribution(mean, production.reaction_cv, production.reaction_distribution))
        for column, of_column in enumerate(means)
        for mean in of_column
    ]

    def rows(draws: Rows) -> Rows:
        hours = [distribution.quantile(draws[:, column]) for column, distribution in reactions]
        return np.column_stack([*hours, draws[:, len(means) :]])

    return DrawTable(streams, "incidents", INCIDENT_DRAWS, rows)


def defect_rows(scenario: Scenario, draws: Rows) -> Rows:
    """Return the columns of `Defect`, without id and `is_found`, for rows of DEFECT_DRAWS draws."""
    demand, quality, production = scenario.demand, scenario.quality, scenario.production
    severe, review, test, acceptance, prevention, fix, surfacing, bad_fix, retest, regression, canary = draws.T
    is_severe = severe < quality.severe_share
    fix_effort = effort_distribution(quality.fix_effort, quality.fix_cv, quality.fix_distribution)
    again = effort_distribution(demand.test_effort * quality.retest_share, demand.effort_cv, demand.effort_distribution)
    surfaces_after = np.where(
        is_severe,
        Exponential(production.surfacing).quantile(surfacing),
        Exponential(production.minor_surfacing).quantile(surfacing),
    )
    drawn = [is_severe, review, test, acceptance, regression, prevention, canary, bad_fix]
    return np.column_stack([*drawn, fix_effort.quantile(fix), surfaces_after, again.quantile(retest)])


def vulnerability_rows(scenario: Scenario, draws: Rows) -> Rows:
    """Return the columns of `Vulnerability` for rows of VULNERABILITY_DRAWS draws: whether it is critical, then from `search` to `rescan_after`."""
    security = scenario.security
    critical, search, backlog, fix, exploit, embedded = draws.T
    is_critical = critical < security.critical_share
    waits = [
        (Weibull(delay, security.backlog_shape) if delay else Fixed(0)).quantile(backlog)
        for delay in (security.backlog_delay * security.critical_delay, security.backlog_delay)
    ]
    found_at_merge = security.scan_covers * security.scan_finds
    seen_later = np.full(len(draws), inf)
    later = (search >= found_at_merge) & (search < security.scan_covers)
    if security.rules_per_year:
        draw = (search[later] - found_at_merge) / (security.scan_covers - found_at_merge)
        seen_later[later] = time_between(security.rules_per_year / HOURS_PER_YEAR).quantile(draw)
    return np.column_stack(
        [
            is_critical,
            search,
            embedded,
            np.where(is_critical, *waits),
            delay_distribution(security.fix_effort).quantile(fix),
            time_between(security.exploits_per_year / HOURS_PER_YEAR).quantile(exploit),
            seen_later,
        ]
    )


def new_defect(name: str, row: list[float]) -> Defect:
    """Return the defect of a row of `defect_rows`."""
    severe, *columns = row
    return Defect(name, bool(severe), *columns)  # type: ignore[arg-type] # as many as there are columns


def new_vulnerability(name: str, row: list[float]) -> Vulnerability:
    """Return the vulnerability of a row of `vulnerability_rows`."""
    critical, *columns = row
    return Vulnerability(name, "critical" if critical else "medium", *columns)  # type: ignore[arg-type] # as many as there are columns


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


def poisson_quantiles(means: Numbers, draws: Numbers) -> NDArray[np.int_]:
    """Return the count at each draw of the Poisson distribution with each mean.

    Examples
    --------
    >>> poisson_quantiles(np.array([0.5, 0.5]), np.array([0.6, 0.95])).tolist()
    [0, 2]
    """
    counts = np.zeros(len(means), dtype=int)
    probability = np.exp(-means)
    above = np.flatnonzero(draws > probability)
    mean, draw, probability = means[above], draws[above], probability[above]
    cumulative, count = probability.copy(), 0
    while len(above) and count < LARGEST_COUNT:
        count += 1
        counts[above] = count
        probability *= mean / count
        cumulative += probability
        left = (draw > cumulative) & (probability > 0)
        above, mean, draw = above[left], mean[left], draw[left]
        probability, cumulative = probability[left], cumulative[left]
    return counts


def mean_defects(scenario: Scenario, lines: Numbers) -> Numbers:
    """Return the mean number of defects that changes of so many lines bring without assistance."""
    quality = scenario.quality
    return quality.defects_per_change * (lines / LINES_OF_A_CHANGE) ** quality.defect_size_exponent


def mean_defects_assisted(scenario: Scenario, lines: Numbers) -> Numbers:
    """Return the mean number of defects that its author leaves in an assisted change of so many lines."""
    assistance = scenario.assistance
    return mean_defects(scenario, lines) * (assistance.defects * (1 - assistance.verification_finds))


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


def pieces_held(assistance: Assistance, draws: Rows) -> NDArray[np.int_]:
    """Return how many pieces of its item a change holds at each row of draws: one, or `work_per_change` of them in the mean.

    Examples
    --------
    >>> twice = Assistance(share=0.5, change_size=2, work_per_change=1)
    >>> pieces_held(twice, np.array([[0.4, 0.9], [0.6, 0.9]])).tolist()
    [2, 1]
    """
    several = (work_per_change(assistance) + draws[:, 1]).astype(int)
    return np.where(draws[:, 0] < assistance.share, several, 1)
