"""The event log: one table that the simulation, the live lab and a team's own history write, and that every KPI reads.

A log is a pandas DataFrame, one row an event, sorted by time; events of one instant keep the order in which they happened.
`COLUMNS` lists its columns, `KINDS` the kinds of events, `DETAIL_KEYS` the keys of the free column. `log.attrs` carries
`start` (ISO time, or None for a simulated log), `horizon` (hours), `warm_up` (hours that were cut off the front, 0 at first), where
it is not the whole log the `window` (the hour at which observation begins), where sources cannot tell everything what is `observed`,
and `source` (where the log came from: a mapping that can be written as JSON, for a simulated log with the whole scenario).

Kinds are named `subject.predicate`, as in CDEvents (https://cdevents.dev, 0.5) where it has the kind.

`__init__.pyi` lists the names; they are imported at their first use, so that who only needs the names of stages and roles never loads pandas.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
