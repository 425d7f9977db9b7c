"""From a request or a commit to its users: lead time, cycle time and lead time for changes."""

from typing import Final

from devopssim.kpis.declaration import COURSE, DORA, duration
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.run import Run

LEAD_TIME: Final = EventPair(start="ticket.created", end="ticket.closed", entity="item")
CYCLE_TIME: Final = EventPair(start="ticket.started", end="ticket.done", entity="item")
LEAD_TIME_FOR_CHANGES: Final = EventPair(
    start="change.created", end="service.deployed", entity="change", given_up=("change.abandoned",)
)


@duration(
    title="Lead time",
    formula="`ticket.closed` - `ticket.created`, for each item",
    events=("ticket.created", "ticket.closed"),
    debatable="the wait before work begins counts, because the user waits then, too",
    source=COURSE,
    counts="items",
)
def lead_time(log: Run) -> Durations:
    """Return the hours from the request of a work item until its last change is available to users.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by item id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "ticket.created", item="W1"), event(11, "ticket.closed", item="W1")])
    >>> kpis.lead_time(log).to_dict()
    {'W1': 10.0}
    """
    return LEAD_TIME.durations(log)


@duration(
    title="Cycle time",
    formula="`ticket.done` - `ticket.started`, for each item",
    events=("ticket.started", "ticket.done"),
    debatable="done is before deployment; others stop the clock in production",
    source=COURSE,
    counts="items",
)
def cycle_time(log: Run) -> Durations:
    """Return the hours from the start of an item's development until it is developed, reviewed and tested, not yet deployed.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by item id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(3, "ticket.started", item="W1"), event(6, "ticket.done", item="W1")])
    >>> kpis.cycle_time(log).to_dict()
    {'W1': 3.0}
    """
    return CYCLE_TIME.durations(log)


@duration(
    title="Lead time for changes",
    formula="first `service.deployed` - `change.created`, for each change",
    events=("change.created", "service.deployed", "change.abandoned"),
    debatable="from the commit, not from the merge; a deployment that later failed still ends it",
    source=DORA,
    counts="changes",
)
def lead_time_for_changes(log: Run) -> Durations:
    """Return the hours from a change's commit to the first deployment that carried it.

    Abandoned changes are excluded; they count neither as finished nor as unfinished.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by change id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "change.created", change="C1"), event(3, "service.deployed", change="C1", deployment="D1")])
    >>> kpis.lead_time_for_changes(log).to_dict()
    {'C1': 2.0}
    """
    return LEAD_TIME_FOR_CHANGES.durations(log)
