"""The event log: one table that the simulation, the live lab and a team's own history all write, and that every KPI reads.

A log is a pandas DataFrame, one row an event, sorted by time; events of one instant keep the order in which they happened.
`COLUMNS` lists its columns, `KINDS` what can happen, `DETAIL_KEYS` what the free column may say. `log.attrs` carries
`start` (ISO time, or None for a simulated log), `horizon` (hours), `warm_up` (hours that were cut off the front, 0 at first)
and `source` (where the log came from: a mapping that can be written as JSON, for a simulated log with the whole scenario).

Kinds are named `subject.predicate` in the words of CDEvents (https://cdevents.dev, 0.5) where it has one.
"""

from devopssim.events.cdevents import from_cdevents, to_cdevents, write_cdevents
from devopssim.events.contract import validate
from devopssim.events.files import read, write
from devopssim.events.process_mining import process_table, write_process_table
from devopssim.events.schema import (
    COLUMNS,
    DETAIL_KEYS,
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    HOURS_PER_YEAR,
    IDS,
    KINDS,
    ROLES,
    STAGES,
    Kind,
    Recorder,
    Row,
    details,
    event,
    from_rows,
    since,
)

__all__ = [
    "COLUMNS",
    "DETAIL_KEYS",
    "HOURS_PER_DAY",
    "HOURS_PER_WEEK",
    "HOURS_PER_YEAR",
    "IDS",
    "KINDS",
    "ROLES",
    "STAGES",
    "Kind",
    "Recorder",
    "Row",
    "details",
    "event",
    "from_cdevents",
    "from_rows",
    "process_table",
    "read",
    "since",
    "to_cdevents",
    "validate",
    "write",
    "write_cdevents",
    "write_process_table",
]
