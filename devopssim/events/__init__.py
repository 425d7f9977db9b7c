"""The event log: one table that the simulation, the live lab and a team's own history write, and that every KPI reads.

A log is a pandas DataFrame, one row an event, sorted by time; events of one instant keep the order in which they happened.
`COLUMNS` lists its columns, `KINDS` the kinds of events, `DETAIL_KEYS` the keys of the free column. `log.attrs` carries
`start` (ISO time, or None for a simulated log), `horizon` (hours), `warm_up` (hours that were cut off the front, 0 at first), where
it is not the whole log the `window` (the hour at which observation begins), where sources cannot tell everything what is `observed`,
and `source` (where the log came from: a mapping that can be written as JSON, for a simulated log with the whole scenario).

Kinds are named `subject.predicate`, as in CDEvents (https://cdevents.dev, 0.5) where it has the kind.
"""

from devopssim.events.calendar import Calendar, WorkingTime
from devopssim.events.clock import HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR, SECONDS_PER_HOUR
from devopssim.events.coded import CodedLog
from devopssim.events.contract import validate, validate_columns
from devopssim.events.detail import DETAIL_KEYS, NUMBERS, decode_detail, details, encode_detail
from devopssim.events.files import read, write
from devopssim.events.schema import (
    COLUMNS,
    IDS,
    KINDS,
    ROLES,
    STAGES,
    Kind,
    Recorder,
    Row,
    event,
    from_rows,
    with_attrs,
)
from devopssim.events.warm_up import check_warm_up, since
from devopssim.events.window import between, cut_to_window, window_start

__all__ = [
    "COLUMNS",
    "DETAIL_KEYS",
    "HOURS_PER_DAY",
    "HOURS_PER_MONTH",
    "HOURS_PER_WEEK",
    "HOURS_PER_YEAR",
    "IDS",
    "KINDS",
    "NUMBERS",
    "ROLES",
    "SECONDS_PER_HOUR",
    "STAGES",
    "Calendar",
    "CodedLog",
    "Kind",
    "Recorder",
    "Row",
    "WorkingTime",
    "between",
    "check_warm_up",
    "cut_to_window",
    "decode_detail",
    "details",
    "encode_detail",
    "event",
    "from_rows",
    "read",
    "since",
    "validate",
    "validate_columns",
    "window_start",
    "with_attrs",
    "write",
]
