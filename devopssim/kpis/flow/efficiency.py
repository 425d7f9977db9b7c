"""Flow efficiency: the share of an item's time in which somebody works on it."""

import numpy as np
import numpy.typing as npt

from devopssim.kpis.columns import Integers
from devopssim.kpis.declaration import IntervalRule, Rate, rate
from devopssim.kpis.delivery import LEAD_TIME
from devopssim.kpis.run import Floats, Run


@rate(
    title="Flow efficiency",
    unit="share",
    better="higher",
    formula="Σ working hours with a stage of the item under way ÷ Σ working hours from request to close, over finished items",
    events=("ticket.created", "ticket.closed", "stage.started", "stage.finished"),
    debatable="working hours need a calendar; without one it counts hours on the clock, in which work goes on through the night",
    source="Modig & Åhlström 2012, This is Lean",
    counts="items",
    interval=IntervalRule(method="flow", least=20, spans=11, memory=LEAD_TIME),
)
def flow_efficiency(log: Run) -> Rate:
    """Return the working hours in which a stage of a finished item was under way ÷ those from its request to its close.

    Working hours are those of the log's calendar (`attrs["calendar"]`); a log without one is measured in hours on the clock.
    The hours in which at least one stage of the item was in progress between request and close, over all items with both
    events. Two people at once count once. Work counts where its `stage.*` rows name the item: a build or a deployment of many
    changes does not.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the lead time, 0 to 1; NaN without finished items.

    References
    ----------
    Modig & Åhlström (2012), This is Lean.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1"), event(10, "ticket.closed", item="W1"),
    ...     event(3, "stage.started", item="W1", stage="code", role="developer"),
    ...     event(7, "stage.finished", item="W1", stage="code", role="developer"),
    ... ])
    >>> kpis.flow_efficiency(log)
    0.4
    """
    durations = LEAD_TIME.durations(log)
    finished = durations.select(durations.finished)
    lengths = log.worked_until(finished.end) - log.worked_until(finished.start)
    return Rate(_worked_on(log), float(lengths.sum()), counted=len(lengths))


def _worked_on(run: Run) -> float:
    """Return the working hours in which a stage of a closed item was under way between request and close, over all items."""
    requested, closed = run.first("item", "ticket.created"), run.first("item", "ticket.closed")
    counted = np.append(closed >= requested, False)
    item, step = np.full(len(run.time), -1, dtype=np.int32), np.zeros(len(run.time), dtype=np.int8)
    for kind, by in (("stage.started", 1), ("stage.finished", -1)):
        ids, rows = run.ids("item", kind), run.rows(kind)
        item[rows], step[rows] = np.where(counted[ids], ids, -1), by
    rows = np.flatnonzero(item >= 0)
    rows = rows[_grouped(item[rows])]
    item, time = item[rows], run.time[rows]
    worked = run.worked_until(np.clip(time, requested[item], closed[item]))
    return _hours_covered(worked, step[rows], item, run.worked_until(closed))


def _grouped(numbers: npt.NDArray[np.int32]) -> Integers:
    """Return the order that sorts the numbers and keeps ties as they are: two passes of a radix sort over 16 bits each."""
    order = np.argsort((numbers & 0xFFFF).astype(np.uint16), kind="stable")
    return order[np.argsort((numbers[order] >> 16).astype(np.uint16), kind="stable")]


def _hours_covered(time: Floats, step: npt.NDArray[np.int8], item: npt.NDArray[np.int32], closed: Floats) -> float:
    """Return how long at least one piece of work of an item was under way, summed; rows lie item by item, in order of time."""
    if not len(item):
        return 0.0
    first = np.flatnonzero(np.diff(item, prepend=-1))
    last = np.append(first[1:], len(item)) - 1
    total = np.cumsum(step, dtype=np.int32)
    under_way = total - np.repeat(total[first] - step[first], last - first + 1)
    until = np.append(time[1:], np.nan)
    until[last] = closed[item[last]]
    return float((until - time)[under_way > 0].sum())
